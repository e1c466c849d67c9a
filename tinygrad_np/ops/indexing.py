"""Indexing in all of NumPy's forms, and assignment by index.

An index is split into a template (slices, integers, ``None``, ``...``), which is a parameter,
and the arrays in it, which are inputs. So a computed mask stays part of the record.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..engine.batching import one_by_one, rank_of, whole_batch
from ..engine.calls import contains_tensor
from ..engine.declarations import declare, either
from ..engine.errors import DTypeError
from ..engine.graph import Node
from ..engine.hooks import ACTIVE, refuse_replay
from ..engine.modes import is_grad_enabled
from ..engine.op import OPS, Op
from ..engine.passes import unbroadcast
from ..engine.tensor import PRIVATE, SCALAR, Array, Tensor, result
from ..engine.views import AS_ONE, Path, follow, follow_recorded, shares, view_of
from .batching import Operands, Params
from .operands import SHAPE_BY_VALUES, as_tensor

FEW = 1024
"""The number of elements up to which `numpy.add.at` is the fastest way to scatter-add them."""

ARRAY = "array"
"""The mark in an index template for an array: the next of the inputs."""


PLAIN = (int, type(None))
"""The types of the parts of most slices."""


class Slice:
    """A hashable slice, as parameters must be hashable (Python's slices are from 3.12)."""

    __slots__ = ("parts", "slice")

    def __init__(self, s: slice) -> None:
        start, stop, step = parts = s.start, s.stop, s.step
        if not (type(start) in PLAIN and type(stop) in PLAIN and type(step) in PLAIN):
            s = slice(*[None if p is None else p.__index__() for p in parts])
            parts = (s.start, s.stop, s.step)
        self.slice, self.parts = s, parts

    def __hash__(self) -> int:
        return hash(self.parts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Slice) and self.parts == other.parts

    def __repr__(self) -> str:
        start, stop, step = ("" if p is None else str(p) for p in self.parts)
        return f"{start}:{stop}" + (f":{step}" if step else "")


Template = tuple[Any, ...]


def is_whole(template: Template) -> bool:
    """Return whether an index selects everything."""
    for part in template:
        if part is not Ellipsis and (type(part) is not Slice or part.parts != (None, None, None)):
            return False
    return True


def take_apart(index: Any) -> tuple[Template, list[Any]]:
    """Split an index into a template and the arrays in it."""
    if type(index) is int:
        return (index,), []
    if type(index) is slice:
        return (Slice(index),), []
    if index is Ellipsis:
        return (Ellipsis,), []
    template: list[Any] = []
    arrays: list[Any] = []
    for part in index if isinstance(index, tuple) else (index,):
        if isinstance(part, slice):
            template.append(Slice(part))
        elif part is None or part is Ellipsis or type(part) is int:
            template.append(part)
        elif isinstance(part, np.integer):
            template.append(int(part))
        else:
            array = part
            if not isinstance(part, Tensor):
                array = as_tensor(part) if contains_tensor(part) else np.asarray(part)
                if array.size == 0 and isinstance(part, (list, tuple)):
                    array = array.astype(np.intp)  # an empty list indexes nothing
            if array.dtype.kind not in "iub":
                raise DTypeError(
                    f"an index must be integers, booleans, slices, None or ..., not {array.dtype}"
                )
            template.append(ARRAY)
            arrays.append(array)
    return tuple(template), arrays


def assemble(template: Template, arrays: tuple[Array, ...]) -> Any:
    """Return the index made of a template and its arrays."""
    if len(template) == 1:
        (part,) = template
        return (part.slice if type(part) is Slice else arrays[0] if part is ARRAY else part,)
    rest = iter(arrays)
    return tuple(
        [
            part.slice if type(part) is Slice else next(rest) if part is ARRAY else part
            for part in template
        ]
    )


def repeats(arrays: tuple[Array, ...]) -> bool:
    """Return whether an index with these arrays may select an element twice."""
    return bool(arrays) and any(a.dtype.kind != "b" for a in arrays)


def _index_batch(op: Op, size: int, values: Operands, params: Params) -> Tensor:
    """Index all examples at once: by one more slice, or by one more array if indices differ."""
    template = params["template"]
    count = len(op.inputs) - 1
    operands, arrays = values[:count], values[count:]
    places = [i for i, part in enumerate(template) if part is ARRAY or type(part) is int]
    ranks = [rank_of(v, mapped) for v, mapped in arrays]
    masks = [v.dtype.kind == "b" for v, _ in arrays]
    block = max((1 if mask else rank for rank, mask in zip(ranks, masks, strict=True)), default=0)
    together = not arrays or places == list(range(places[0], places[-1] + 1))
    differ = any(mapped for _, mapped in arrays)
    if not together or (differ and (places[0] or any(masks))):
        return one_by_one(op, size, values, params)
    indices = [v for v, _ in arrays]
    if differ:
        here = np.arange(size).reshape((size, *(1,) * block))
        indices = [here, *(_align(v, mapped, block) for v, mapped in arrays)]
    inner = {**params, "template": (ARRAY if differ else Slice(slice(None)), *template)}
    if "shape" in params:
        inner["shape"] = (size, *params["shape"])
    x = whole_batch(*operands[-1], size)
    if count == 1:
        out = op.call(x, *indices, **inner)
        # One example would be in C order, which decides what is a view of it.
        return OPS["copy"].call(out, order="C") if arrays and op.views else out
    taken = sum(rank if mask else 1 for rank, mask in zip(ranks, masks, strict=True))
    taken += sum(type(part) is int for part in template)
    place_rank = x.ndim - 1 - taken + template.count(None) + block
    return op.call(_align(*operands[0], place_rank), x, *indices, **inner)


def _align(v: Any, mapped: bool, rank: int) -> Any:
    """Return a batch with examples of a given rank: add, or drop, their leading axes of size 1."""
    extra = rank - rank_of(v, mapped)
    if not mapped or not extra:
        return v
    return v.reshape((v.shape[0], *(1,) * extra, *v.shape[1 + max(0, -extra) :]))


@declare(
    kind="linear",
    batching=_index_batch,
    x=lambda g, arrays, template: _getitem_op(g, *arrays, template=template),
)
def _scatter(x: Any, *arrays: Any, shape: tuple[int, ...] = (), template: Template = ()) -> Array:
    """Return zeros of `shape` with `x` added at an index: the transpose of indexing."""
    index = assemble(template, arrays)
    if repeats(arrays) and np.size(x) <= FEW and x.dtype.char != "e":
        out = np.zeros(shape, x.dtype)
        np.add.at(out, index, x)
        return out
    if repeats(arrays):
        places = flat_places(shape, index, np.size(x))
        return add_up(places.ravel(), np.ravel(x), math.prod(shape)).reshape(shape)
    out = np.zeros(shape, x.dtype)
    out[index] = x
    return out


def flat_places(shape: tuple[int, ...], index: Any, count: int) -> Array:
    """Return the places of the `count` elements of ``x[index]`` in ``x.ravel()``, x of `shape`."""
    size = math.prod(shape)
    if len(index) == 1 and isinstance(index[0], np.ndarray) and index[0].dtype.kind == "i":
        # Whole rows of a table, the common case.
        rows, width = index[0].astype(np.intp), math.prod(shape[1:])
        starts = np.where(rows < 0, rows + shape[0], rows) * width
        return np.asarray(starts[..., None] + np.arange(width))
    if size <= 2 * count:
        places: Array = np.arange(size).reshape(shape)[index]
        return places
    # Few rows of a large table: each axis adds its share, without an array of the table's size.
    total: Any = 0
    for axis, n in enumerate(shape):
        share = np.arange(n) * math.prod(shape[axis + 1 :])
        along = share.reshape(n, *(1,) * (len(shape) - axis - 1))
        total = total + np.broadcast_to(along, shape)[index]
    return np.asarray(total)


def add_up(places: Array, x: Array, size: int) -> Array:
    """Return `size` zeros with each element of `x` added at its place, in the order of `x`."""
    if x.dtype.char == "e" or (x.dtype.char == "d" and size <= 2 * x.size):
        # numpy.bincount adds in double precision: for float64 it gives the bits of numpy.add.at,
        # but reads the result once more. In float16, a sum of ones would stop at 2048.
        return np.bincount(places, x, size).astype(x.dtype, copy=False)
    out = np.zeros(size, x.dtype)
    np.add.at(out, places, x)  # flat: several times faster than over many axes
    return out


@declare(
    kind="linear",
    views=True,
    batching=_index_batch,
    x=lambda g, x_shape, arrays, template: _scatter_op(
        g, *arrays, shape=x_shape, template=template
    ),
)
def _getitem(x: Any, *arrays: Any, template: Template = ()) -> Array:
    """Return ``x[index]``."""
    return x[assemble(template, arrays)]  # type: ignore[no-any-return]


@declare()
def _last_written(*arrays: Any, shape: tuple[int, ...] = (), template: Template = ()) -> Array:
    """Return, for each value written to ``x[index]``, x of `shape`, whether it remains there.

    Of several values for one place the last remains.
    """
    places = np.arange(math.prod(shape)).reshape(shape)[assemble(template, arrays)]
    turns = np.arange(places.size)
    last = np.empty(math.prod(shape), np.intp)
    last[places.ravel()] = turns
    return np.asarray((last[places.ravel()] == turns).reshape(places.shape))


_last_written_op: Callable[..., Any] = either(_last_written)


def _value_rule(g, value_shape, x_shape, arrays, template, path):  # type: ignore[no-untyped-def]
    target = follow(path, g) if type(g) is np.ndarray else follow_recorded(path, g)
    picked = _getitem_op(target, *arrays, template=template)
    if repeats(arrays):
        picked = picked * _last_written_op(*arrays, shape=target.shape, template=template)
    # NumPy allows a value extra leading axes of size 1.
    shape = value_shape[max(0, len(value_shape) - picked.ndim) :]
    return unbroadcast(picked, shape).reshape(value_shape)


def _write_batch(op: Op, size: int, values: Operands, params: Params) -> Tensor:
    """Write to all examples at once; through a view to one after another."""
    if params["path"]:
        return one_by_one(op, size, values, params)
    return _index_batch(op, size, values, params)


@declare(
    kind="linear",
    batching=_write_batch,
    holomorphic=False,
    value=_value_rule,
    x=lambda g, arrays, template, path, order: _setitem_op(
        0.0, g, *arrays, template=template, path=path, order=order
    ),
)
def _setitem(
    value: Any,
    x: Any,
    *arrays: Any,
    template: Template = (),
    path: Path = (),
    order: tuple[int, ...] = (),
) -> Array:
    """Return a copy of `x` with a value written to an index of it, or of its view at `path`.

    `order` is that of its axes in memory, which decides whether NumPy reshapes without a copy.
    """
    out = laid_out(x, order)
    put_values(writable(follow(path, out)), assemble(template, arrays), value)
    return out


def writable(view: Array) -> Array:
    """Return a view of an array of this package's own, without NumPy's guard."""
    if not view.flags.writeable:
        view.flags.writeable = True
    return view


def put_values(target: Array, index: tuple[Any, ...], value: Any) -> None:
    """Assign ``target[index] = value``; of several values for one place the last one stays.

    NumPy leaves that open, and its choice depends on the layout in memory.
    """
    if not any(type(part) is np.ndarray and part.dtype.kind != "b" for part in index):
        target[index] = value
        return
    values = np.array(value)  # which may be a view of the target
    target[index] = values
    places = np.arange(target.size).reshape(target.shape)[index]
    values = values.reshape(values.shape[max(0, values.ndim - places.ndim) :])
    target.flat[places.ravel()] = np.broadcast_to(values, places.shape).ravel()


def laid_out(x: Any, order: tuple[int, ...]) -> Array:
    """Return a copy of an array with its axes in that order in memory, in C order for ``()``."""
    if not order:
        return np.array(x, order="C")
    out: Array = np.empty([np.shape(x)[axis] for axis in order], x.dtype)
    out = out.transpose(np.argsort(order))
    out[...] = x
    return out


def memory_order(x: Array) -> tuple[int, ...]:
    """Return the order of the axes of an array in memory, ``()`` for that of C."""
    if x.flags.c_contiguous:
        return ()
    return tuple(sorted(range(x.ndim), key=lambda axis: -abs(x.strides[axis])))


def _add_read(into, g, x_shape, arrays, template):  # type: ignore[no-untyped-def]
    """Add the cotangent of elements that were read to that of the array."""
    index = assemble(template, arrays)
    if not repeats(arrays):
        into[index] += g
    elif g.size <= FEW and g.dtype.char != "e":
        np.add.at(into, index, g)
    else:
        into += _scatter(g, *arrays, shape=x_shape, template=template)


def _take_written(g, arrays, template, path, order):  # type: ignore[no-untyped-def]
    """Blank the cotangent where a value was written."""
    target = writable(follow(path, g))
    if not shares(target, g):  # another layout than the array had
        g = laid_out(g, order)
        target = writable(follow(path, g))
    target[assemble(template, arrays)] = 0.0
    return g


@declare(
    kind="linear",
    views=True,
    x=lambda g, x_shape, path, order: _setitem_op(
        g, np.zeros(x_shape, g.dtype), template=(Ellipsis,), path=path, order=order
    ),
)
def _view(x: Any, path: Path = (), order: tuple[int, ...] = ()) -> Array:
    """Return what a path leads to from `x`, whose axes have that order in memory."""
    return follow(path, x)


def _add_seen(into, g, x_shape, path, order):  # type: ignore[no-untyped-def]
    """Add the cotangent of a view to that of the array."""
    target = writable(follow(path, into))
    if shares(target, into):
        target += g
    else:  # another layout than the array had
        zeros = np.zeros(x_shape, g.dtype)
        into += _setitem(g, zeros, template=(Ellipsis,), path=path, order=order)


def node_of_view(root: Tensor, path: Path, shown: Array) -> Node | None:
    """Return the node of what a path leads to, as one operation; ``None`` if it must be several."""
    if any(op.name == "broadcast_to" or not op.holomorphic for op, _ in path):
        return None
    buffer = root._raw
    order = memory_order(buffer)
    saved = (buffer.shape, path, order)
    params = {"path": path, "order": order}
    return Node(VIEW, VIEWED, root.node, saved, None, params, shown.shape, shown.dtype)


_getitem_op: Op = either(_getitem)
_scatter_op: Op = either(_scatter)
_setitem_op: Op = either(_setitem)
_getitem_op.rules["x"].adds = _add_read
_setitem_op.rules["x"].takes = _take_written
READ = _getitem_op.pattern((0,))
VIEW = OPS["view"]
VIEW.rules["x"].adds = _add_seen
VIEWED = VIEW.pattern((0,))
AS_ONE.append(node_of_view)


def getitem(x: Tensor, index: Any) -> Tensor:
    """Return ``x[index]``, for every kind of index NumPy has."""
    template, arrays = take_apart(index)
    if not arrays and not ACTIVE and type(x) is Tensor:
        return _part_of(x, template)
    if ACTIVE and any(array.dtype.kind == "b" for array in arrays):
        refuse_replay("x[mask]", SHAPE_BY_VALUES)
    return _getitem(x, *arrays, template=template)


def _part_of(x: Tensor, template: Template) -> Tensor:
    """Return ``x[index]`` for an index without arrays, as the op does: loops spend their time here.

    It is a number, or a view.
    """
    array, parent = x._raw, x.node
    out: Any
    try:
        out = array[assemble(template, ())]
    except Exception as error:
        raise _getitem_op.explain((array,), error) from error
    number = type(out) is not np.ndarray
    if number:
        out = np.asarray(out)
    params = {"template": template}
    node = None
    if parent is not None and is_grad_enabled():
        saved = (array.shape, (), template)
        node = Node(_getitem_op, READ, parent, saved, None, params, out.shape, out.dtype)
    if number or x._share == SCALAR:
        return result(out, node, SCALAR if number else PRIVATE)
    return view_of(x, _getitem_op, params, out, node, False)
