"""The records of indexing and of assignment to an index."""

import numpy as np

import tinygrad_np as tg
from ops.in_torch import NotInTorch, NotInTorchError, refuse_repeated, torch
from ops.opinfo import ANY, add, fixed
from tinygrad_np.engine.op import OPS
from tinygrad_np.engine.views import follow
from tinygrad_np.ops.indexing import ARRAY, Slice


def at(*parts):
    """Return a function that puts arrays in the places of ARRAY and returns the index."""
    return lambda arrays: tuple(next(arrays) if p is ARRAY else p for p in parts)


# --------------------------------------------------------------------------- PyTorch


def torch_index(template, arrays):
    """Return the index made of a template and the tensors in it."""
    arrays = iter(arrays)
    index = tuple(
        next(arrays) if p is ARRAY else slice(*p.parts) if isinstance(p, Slice) else p
        for p in template
    )
    if any(isinstance(p, slice) and (p.step or 1) < 0 for p in index):
        raise NotInTorchError("no slices with negative steps")
    return index


def torch_setitem(value, x, *arrays, template):
    index = torch_index(template, arrays)
    places = torch.arange(x.numel()).reshape(x.shape)[index]
    refuse_repeated(places)
    out = x.clone()
    out[index] = value.reshape(value.shape[-places.ndim :] if places.ndim else ())
    return out


def torch_scatter(x, *arrays, shape, template):
    """Return the sums of the values at each place, numbered by an arange to allow any index."""
    size = int(np.prod(shape))
    places = torch.arange(size).reshape(shape)[torch_index(template, arrays)]
    out = torch.zeros(size, dtype=x.dtype)
    return out.index_add(0, places.flatten(), x.flatten()).reshape(shape)


# -------------------------------------------------------------------------- records

PAIRS = fixed([[True, False, True], [False, True, True]])
PLACES = fixed([1, 0, 1, -1])
for label, parts, arrays in [
    ("integer", (1,), ()),
    ("negative", (..., -2), ()),
    ("slices", (slice(None), slice(0, 3, 2)), ()),
    ("backward", (slice(None, None, -1),), ()),
    ("new axis", (None, ..., None, 1), ()),
    ("nothing", (), ()),
    ("empty", (slice(1, 1),), ()),
    ("repeated", (ARRAY,), (PLACES,)),
    ("mask", (ARRAY,), (PAIRS,)),
    ("pairs", (ARRAY, ARRAY), (PLACES, fixed([0, 1, 0, 2]))),
    ("broadcast pairs", (ARRAY, ARRAY), (fixed([[0], [1]]), fixed([2, 2]))),
    ("array and slice", (slice(None), ARRAY), (PLACES,)),
    ("array and integer", (ARRAY, 0), (PLACES,)),
    ("axis mask", (slice(None), ARRAY), (fixed([True, False, True]),)),
    ("no places", (ARRAY,), (fixed([], int),)),
    ("0-d array", (ARRAY,), (fixed(1),)),
]:
    index = at(*parts)
    shape = (2, 3)
    template = tuple(Slice(p) if isinstance(p, slice) else p for p in parts)
    picked = np.zeros(shape)[index(iter([a(np.random.default_rng(0), ()) for a in arrays]))]

    def pick(x, *arrays, index=index):
        return x[index(iter(arrays))]

    add(
        "getitem",
        pick,
        ANY,
        *arrays,
        call=lambda x, *arrays, pick=pick: pick(tg.asarray(x), *arrays),
        shapes=(shape, *((),) * len(arrays)),
        label=label,
        torch=NotInTorch("no slices with negative steps") if label == "backward" else pick,
    )

    def scattered(x, *arrays, shape, template, index=index):
        out = np.zeros(shape, x.dtype)
        np.add.at(out, index(iter(arrays)), x)
        return out

    add(
        "scatter",
        scattered,
        ANY,
        *arrays,
        call=OPS["scatter"].call,
        shapes=(picked.shape, *((),) * len(arrays)),
        params={"shape": shape, "template": template},
        integers=False,
        label=label,
        torch=torch_scatter,
    )

    def staying(*arrays, shape, template, index=index):
        places = np.arange(6).reshape(shape)[index(iter(arrays))]
        turns = {int(place): turn for turn, place in enumerate(places.ravel())}
        stays = [turns[int(place)] == turn for turn, place in enumerate(places.ravel())]
        return np.array(stays, bool).reshape(places.shape)

    if arrays:
        add(
            "last_written",
            staying,
            *arrays,
            call=OPS["last_written"].call,
            shapes=((),) * len(arrays),
            params={"shape": shape, "template": template},
            order=0,
            integers=False,
            label=label,
            batchable=False,
            torch=NotInTorch("a part of the rule of setitem"),
        )

    def put(value, x, *arrays, template, index=index):
        out = np.array(x)
        out[index(iter(arrays))] = value
        return out

    more = () if label == "mask" else ((1, 1, *picked.shape),)  # NumPy refuses it for a mask
    for value_shape in dict.fromkeys((picked.shape, (), *more)):
        add(
            "setitem",
            put,
            ANY,
            ANY,
            *arrays,
            call=OPS["setitem"].call,
            shapes=(value_shape, shape, *((),) * len(arrays)),
            params={"template": template},
            integers=False,
            label=f"{label}, value {value_shape}",
            torch=torch_setitem,
        )

for path in (
    (("transpose", (("axes", None),)), ("getitem", (("template", (1,)),))),
    (("reshape", (("shape", (6,)),)), ("getitem", (("template", (Slice(slice(1, 5, 2)),)),))),
):
    steps = tuple((OPS[name], params) for name, params in path)
    add(
        "view",
        lambda x, path: follow(path, x),
        ANY,
        call=OPS["view"].call,
        params={"path": steps},
        torch=NotInTorch("several views in one"),
    )
