"""Indexing in all of NumPy's forms, and assignment by index.

An index is split into a template (slices, integers, ``None``, ``...``), which is a parameter,
and the arrays in it, which are inputs. So a computed mask stays part of the record.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..engine.access import array_of, rebind, writable
from ..engine.batching import one_by_one, rank_of, whole_batch
from ..engine.calls import contains_tensor
from ..engine.declarations import declare, either
from ..engine.errors import DTypeError, GraphError
from ..engine.hooks import ACTIVE, is_replaying, refuse_replay
from ..engine.modes import is_grad_enabled
from ..engine.op import Op
from ..engine.passes import unbroadcast
from ..engine.tensor import Array, Tensor
from .batching import Operands, Params
from .operands import SHAPE_BY_VALUES, as_tensor

FEW = 1024
"""The number of elements up to which `numpy.add.at` is the fastest way to scatter-add them."""

ARRAY = "array"
"""The mark in an index template for an array: the next of the inputs."""


class Slice:
    """A hashable slice, as parameters must be hashable (Python's slices are from 3.12)."""

    __slots__ = ("parts",)

    def __init__(self, s: slice) -> None:
        self.parts = (s.start, s.stop, s.step)

    def __hash__(self) -> int:
        return hash(self.parts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Slice) and self.parts == other.parts

    def __repr__(self) -> str:
        start, stop, step = ("" if p is None else str(p) for p in self.parts)
        return f"{start}:{stop}" + (f":{step}" if step else "")


Template = tuple[Any, ...]


def take_apart(index: Any) -> tuple[Template, list[Any]]:
    """Split an index into a template and the arrays in it."""
    template: list[Any] = []
    arrays: list[Any] = []
    for part in index if isinstance(index, tuple) else (index,):
        if isinstance(part, slice):
            template.append(Slice(slice(*map(_integer, (part.start, part.stop, part.step)))))
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


def _integer(x: Any) -> int | None:
    return None if x is None else x.__index__()


def assemble(template: Template, arrays: tuple[Array, ...]) -> Any:
    """Return the index made of a template and its arrays."""
    rest = iter(arrays)
    return tuple(
        slice(*part.parts) if type(part) is Slice else next(rest) if part is ARRAY else part
        for part in template
    )


def repeats(arrays: tuple[Array, ...]) -> bool:
    """Return whether an index with these arrays may select an element twice."""
    return any(a.dtype.kind != "b" for a in arrays)


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
    x = whole_batch(*operands[0], size)
    if count == 1:
        return op.call(x, *indices, **inner)
    taken = sum(rank if mask else 1 for rank, mask in zip(ranks, masks, strict=True))
    taken += sum(type(part) is int for part in template)
    place_rank = x.ndim - 1 - taken + template.count(None) + block
    return op.call(x, _align(*operands[1], place_rank), *indices, **inner)


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


def _value_rule(g, value_shape, x_shape, arrays, template):  # type: ignore[no-untyped-def]
    picked = _getitem_op(g, *arrays, template=template)
    if repeats(arrays):
        picked = picked * _last_written_op(*arrays, shape=x_shape, template=template)
    # NumPy allows a value extra leading axes of size 1.
    shape = value_shape[max(0, len(value_shape) - picked.ndim) :]
    return unbroadcast(picked, shape).reshape(value_shape)


@declare(
    kind="linear",
    batching=_index_batch,
    x=lambda g, arrays, template: _setitem_op(g, 0.0, *arrays, template=template),
    value=_value_rule,
)
def _setitem(x: Any, value: Any, *arrays: Any, template: Template = ()) -> Array:
    """Return a copy of `x` with ``copy[index] = value``."""
    out = np.array(x, order="C")
    index = assemble(template, arrays)
    out[index] = value
    if repeats(arrays):
        # NumPy does not specify which of several values for one place remains; its choice depends
        # on the memory layout. Here it is the last: flat, the order is unambiguous.
        places = np.arange(out.size).reshape(out.shape)[index]
        values = np.asarray(value)
        values = values.reshape(values.shape[max(0, values.ndim - places.ndim) :])
        out.reshape(-1)[places.ravel()] = np.broadcast_to(values, places.shape).ravel()
    return out


_getitem_op: Callable[..., Any] = either(_getitem)
_scatter_op: Callable[..., Any] = either(_scatter)
_setitem_op: Callable[..., Any] = either(_setitem)


def getitem(x: Tensor, index: Any) -> Tensor:
    """Return ``x[index]``, for every kind of index NumPy has."""
    template, arrays = take_apart(index)
    if ACTIVE and any(array.dtype.kind == "b" for array in arrays):
        refuse_replay("x[mask]", SHAPE_BY_VALUES)
    return _getitem(x, *arrays, template=template)


def setitem(x: Tensor, index: Any, value: Any) -> None:
    """Make `x` a new value with ``x[index] = value``; Tensors computed earlier keep theirs."""
    template, arrays = take_apart(index)
    if contains_tensor(value):
        value = as_tensor(value)
    tracked = is_grad_enabled() and (
        x.requires_grad or (isinstance(value, Tensor) and value.requires_grad)
    )
    if not tracked and not (is_replaying() and (x.node is None or not x.is_leaf)):
        plain = array_of(value)
        where = assemble(template, tuple(map(array_of, arrays)))
        if not x.is_leaf:
            rebind(x, x.detach())
        writable(x, "x[i] = v")[where] = plain
        return
    if x.requires_grad and x.is_leaf:
        raise GraphError(
            "a leaf that requires a gradient cannot be assigned to while recording: it would "
            "no longer be a leaf; write inside no_grad(), or to a computed Tensor"
        )
    if tracked and x.dtype.kind not in "fc":
        raise DTypeError(f"a value that requires a gradient cannot be assigned to dtype {x.dtype}")
    new = _setitem(x, value, *arrays, template=template)
    rebind(x, new)
