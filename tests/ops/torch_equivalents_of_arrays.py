"""What PyTorch has for the records of functions that make, move, pick and multiply."""

import numpy as np

from ops.torch_equivalents import NotInTorchError, of, torch, without
from tinygrad_np.ops.indexing import ARRAY, Slice

F = torch.nn.functional

# ------------------------------------------------------------------------- creation


def times(f):
    """Return a function that makes a tensor as one of a tensor it is multiplied with."""
    return lambda x, **params: x * f(**params)


def filled(v, shape, fill_value=None, **dtype):
    """NumPy's full: of a number times `v`, or of `v` itself."""
    if fill_value is None:
        return v.broadcast_to(shape)
    return v * torch.full((shape,) if isinstance(shape, int) else shape, fill_value, dtype=v.dtype)


def line(start, stop, num=4, endpoint=True, axis=0):
    """A line between tensors; torch.linspace makes one between numbers."""
    steps = torch.linspace(0, 1, num if endpoint else num + 1, dtype=start.dtype)[:num]
    start, stop = torch.broadcast_tensors(start, stop)
    steps = steps.reshape(num, *[1] * start.ndim)
    return torch.lerp(start[None], stop[None], steps).movedim(0, axis)


def power_line(start, stop, base=10.0, **params):
    return base ** line(start, stop, **params)


def geometric_line(start, stop, **params):
    return torch.exp(line(torch.log(start), torch.log(stop), **params))


CREATION = {
    "arange": times(lambda start, stop, step=1, dtype=None: torch.arange(start, stop, step)),
    "eye": times(lambda N, M, k: torch.diag(torch.ones(N, dtype=torch.float64), k)[:N, :M]),
    "full": filled,
    "full_like": torch.full_like,
    "geometric_line": geometric_line,
    "geomspace": geometric_line,
    "geomspace: constant": times(
        lambda start, stop, num: torch.logspace(0, 3, num, 2.0, dtype=torch.float64)
    ),
    "geomspace: negative": lambda start, stop, num: -geometric_line(-start, -stop, num=num),
    "identity": times(lambda n: torch.eye(n, dtype=torch.float64)),
    "line": line,
    "linspace": line,
    "linspace: with its step": lambda start, stop, endpoint: (
        line(start, stop, 4, endpoint) + (stop - start) / (3 if endpoint else 4)
    ),
    "linspace: constant": times(
        lambda start, stop, num: torch.linspace(start, stop, num, dtype=torch.float64)
    ),
    "logspace": power_line,
    "logspace: constant": times(
        lambda start, stop, num: torch.logspace(start, stop, num, dtype=torch.float64)
    ),
    "ones": times(lambda shape, dtype=None: torch.ones(shape, dtype=torch.float64)),
    "ones_like": lambda x, dtype=None, shape=None: torch.ones(shape or x.shape),
    "tri": lambda x: x * 0 + torch.tril(torch.ones(2, 3)),
    "zeros": times(lambda shape, dtype=None: torch.zeros(shape, dtype=torch.float64)),
    "zeros_like": lambda x, dtype=None, shape=None: torch.zeros(shape or x.shape),
}

# -------------------------------------------------------------------------- shaping


def total(parts):
    """One tensor that depends on each of several in its own way, as in the records."""
    return sum((k + 1.0) * part.sum() for k, part in enumerate(parts))


def of_list(f):
    return lambda *tensors, **params: f(list(tensors), **params)


def parts_of(f):
    return lambda *tensors, **params: total(f(*tensors, **params))


def split_by(f):
    return lambda x, indices_or_sections: total(f(x, indices_or_sections))


def at_least(f):
    def function(x, *others, name=None):
        return total(f(x, *others)) if others else f(x)

    return function


def as_tuple(x):
    return x if isinstance(x, tuple) else (x,)


def expanded(x, axis):
    for a in sorted(a % (x.ndim + len(as_tuple(axis))) for a in as_tuple(axis)):
        x = x.unsqueeze(a)
    return x


def reversed_axes(x):
    return x.permute(tuple(range(x.ndim))[::-1])


def reshaped(x, shape, order="C"):
    if order == "C":
        return torch.reshape(x, as_tuple(shape))
    return reversed_axes(reversed_axes(x).reshape(as_tuple(shape)[::-1]))  # Fortran's


def flipped(x, axis=None):
    return torch.flip(x, tuple(range(x.ndim)) if axis is None else as_tuple(axis))


def rolled(x, shift, axis):
    if axis is None:
        return torch.roll(x, shift)
    shifts, axes = np.broadcast_arrays(shift, axis)
    return torch.roll(x, tuple(shifts.flat), tuple(axes.flat))


def repeated(x, repeats, axis):
    if isinstance(repeats, list):
        repeats = torch.tensor(repeats)
    return torch.repeat_interleave(x, repeats, axis)


def joined(*tensors, axis):
    if axis is None:
        return torch.cat([x.flatten() for x in tensors])
    return torch.cat(tensors, axis)


def grids(*x, indexing="xy", sparse=False):
    if sparse:
        raise NotInTorchError("torch.meshgrid is never sparse")
    return total(k * g * g for k, g in enumerate(torch.meshgrid(*x, indexing=indexing), 2))


MODES = {"constant": "constant", "edge": "replicate", "reflect": "reflect", "wrap": "circular"}


def padded(x, *values, pad_width=1, mode="constant", constant_values=0, **others):
    if values or others or mode not in MODES or not isinstance(constant_values, int | float):
        raise NotInTorchError("torch.nn.functional.pad has no such mode, or takes one number")
    if isinstance(pad_width, dict):
        pad_width = [pad_width.get(a, pad_width.get(a - x.ndim, 0)) for a in range(x.ndim)]
        pad_width = [as_tuple(w) * (1 if isinstance(w, tuple) else 2) for w in pad_width]
    widths = np.broadcast_to(pad_width, (x.ndim, 2))
    if mode == "reflect" and any(max(w) >= n for w, n in zip(widths, x.shape, strict=True)):
        raise NotInTorchError("torch.nn.functional.pad reflects once only")
    value = {"value": constant_values} if mode == "constant" else {}
    # Its modes want two axes more than those they pad, and the last axis first.
    return F.pad(x[None, None], widths[::-1].flatten().tolist(), MODES[mode], **value)[0, 0]


SHAPING = {
    **of(torch, "fliplr", "flipud", "moveaxis"),
    **{f"atleast_{n}d": at_least(getattr(torch, f"atleast_{n}d")) for n in (1, 2, 3)},
    **{name: of_list(getattr(torch, name)) for name in ("vstack", "hstack", "dstack")},
    "append": joined,
    "array_split": split_by(torch.tensor_split),
    "broadcast_arrays": parts_of(torch.broadcast_tensors),
    "broadcast_to": lambda x, shape: torch.broadcast_to(x, shape),
    "column_stack": of_list(torch.column_stack),
    "concatenate": joined,
    "diag": lambda x, k: torch.diag(x, k) if x.ndim == 1 else torch.diagonal(x, k),
    "diagflat": lambda x, k: torch.diagflat(x, k),
    "diagonal": lambda x, offset=0, axis1=0, axis2=1: torch.diagonal(x, offset, axis1, axis2),
    "dsplit": split_by(torch.dsplit),
    "expand_dims": expanded,
    "flip": flipped,
    "hsplit": split_by(torch.hsplit),
    "linalg.diagonal": lambda x, offset: torch.linalg.diagonal(x, offset=offset),
    "linalg.matrix_transpose": lambda x: x.mT,
    "linalg.trace": lambda x, offset: torch.linalg.diagonal(x, offset=offset).sum(-1),
    "matrix_transpose": lambda x: x.mT,
    "meshgrid": grids,
    "pad": padded,
    "ravel": lambda x, order="C": (x if order == "C" else x.T).ravel(),
    "repeat": repeated,
    "reshape": reshaped,
    "roll": rolled,
    "rot90": lambda x, k, axes=(0, 1): torch.rot90(x, k, axes),
    "split": lambda x, sections, axis: sum(
        k * part.sum() for k, part in enumerate(torch.tensor_split(x, sections, axis))
    ),
    "squeeze": lambda x, axis: x.squeeze() if axis is None else x.squeeze(axis),
    "stack": lambda *x, axis: torch.stack(x, axis),
    "swapaxes": lambda x, axis1, axis2: torch.swapaxes(x, axis1, axis2),
    "tile": lambda x, reps: torch.tile(x, as_tuple(reps)),
    "trace": lambda x, offset=0, axis1=0, axis2=1: torch.diagonal(x, offset, axis1, axis2).sum(-1),
    "transpose": lambda x, axes=None: x.permute(axes or tuple(range(x.ndim))[::-1]),
    "tril": lambda x, k: torch.tril(x, k),
    "tril: vector": without("torch.tril takes no vector"),
    "triu": lambda x, k: torch.triu(x, k),
    "triu: vector": without("torch.triu takes no vector"),
    "unstack": lambda x, axis: total(torch.unbind(x, axis)),
    "vsplit": split_by(torch.vsplit),
}

# ------------------------------------------------------------------------ selection


def index_of(template, arrays):
    """The index that a template and the arrays in it stand for."""
    arrays = iter(arrays)
    return tuple(
        next(arrays) if p is ARRAY else slice(*p.parts) if isinstance(p, Slice) else p
        for p in template
    )


def refuse_repeated(places):
    """PyTorch leaves the gradient open where a place is written twice; here the last one has it."""
    if len(places.unique()) < places.numel():
        raise NotInTorchError("the gradient of values that are overwritten")


def assigned(x, value, *arrays, template):
    index = index_of(template, arrays)
    if any(isinstance(p, slice) and (p.step or 1) < 0 for p in index):
        raise NotInTorchError("no slices backward")
    places = torch.arange(x.numel()).reshape(x.shape)[index]
    refuse_repeated(places)
    out = x.clone()
    out[index] = value.reshape(value.shape[-places.ndim :] if places.ndim else ())
    return out


def scattered(x, *arrays, shape=None, template=None, minlength=None):
    """The sum of what lands in each place; numbered by an arange, so that any index will do."""
    if minlength is not None:
        return torch.zeros(minlength, dtype=x.dtype).index_add(0, arrays[0], x)
    index = index_of(template, arrays)
    if any(isinstance(p, slice) and (p.step or 1) < 0 for p in index):
        raise NotInTorchError("no slices backward")
    size = int(np.prod(shape))
    places = torch.arange(size).reshape(shape)[index]
    out = torch.zeros(size, dtype=x.dtype)
    return out.index_add(0, places.flatten(), x.flatten()).reshape(shape)


def taken(x, indices, axis=None, mode="raise"):
    if mode != "raise":
        raise NotInTorchError("indices beyond the end")
    i = torch.tensor(indices, dtype=torch.long)
    if axis is None:
        return torch.take(x, i)
    axis %= x.ndim
    i = i % x.shape[axis] if x.shape[axis] else i
    found = torch.index_select(x, axis, i.flatten())
    return found.reshape(*x.shape[:axis], *i.shape, *x.shape[axis + 1 :])


def taken_along(x, indices, axis):
    n = x.numel() if axis is None else x.shape[axis]
    return torch.take_along_dim(x, torch.tensor(indices) % n, axis)


def put_along(x, values, indices, axis):
    if axis is None:
        return x.flatten().scatter(0, torch.tensor(indices), values).reshape(x.shape)
    i = torch.tensor(indices) % x.shape[axis]
    refuse_repeated(torch.arange(x.numel()).reshape(x.shape).gather(axis, i))
    return x.scatter(axis, i, values.broadcast_to(i.shape))


def chosen(i, *choices, mode="raise"):
    if mode == "wrap":
        i = i % len(choices)
    elif mode == "clip":
        i = i.clip(0, len(choices) - 1)
    choices = torch.stack(torch.broadcast_tensors(i, *choices)[1:])
    return choices.gather(0, i.broadcast_to(choices.shape[1:])[None])[0]


def in_order(f):
    def function(x, axis=-1, kind=None):
        out = f(x.flatten() if axis is None else x, dim=axis or 0, stable=True)
        return out if isinstance(out, torch.Tensor) else out.values

    return function


def truths_or_branches(condition, *branches, name=None):
    return torch.where(condition, *branches) if branches else torch.where(condition)[1]


SELECTION = {
    "getitem: backward": without("no slices backward"),
    "argsort": in_order(torch.argsort),
    "argwhere": torch.argwhere,
    "choose": chosen,
    "choose: rows": lambda i, rows: chosen(i, *rows),
    "compress": lambda x, condition, axis: torch.index_select(
        x.flatten() if axis is None else x, axis or 0, torch.tensor(condition).nonzero()[:, 0]
    ),
    "digitize": lambda x, bins: torch.bucketize(x, bins, right=True),
    "extract": lambda mask, x: torch.masked_select(x, mask),
    "extract: short": without("a mask shorter than the array"),
    "flatnonzero": lambda x: torch.nonzero(x.flatten())[:, 0],
    "isin": torch.isin,
    "nonzero": lambda x, name: torch.nonzero(x, as_tuple=True)[1],
    "put_along_axis": put_along,
    "scatter": scattered,
    "searchsorted": lambda a, v, side="left", sorter=None: torch.searchsorted(
        a, v, side=side, sorter=None if sorter is None else torch.tensor(sorter)
    ),
    "select": lambda a, b, x, y, default: torch.where(a, x, torch.where(b, y, default)),
    "setitem": assigned,
    "sort": in_order(torch.sort),
    "take": taken,
    "take_along_axis": taken_along,
    "unique": lambda x, axis=None: torch.unique(x, dim=axis),
    "unique: all": without("torch.unique gives no places"),
    "where": truths_or_branches,
}

FUNCTIONS = CREATION | SHAPING | SELECTION
