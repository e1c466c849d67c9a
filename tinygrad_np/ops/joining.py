"""Arrays joined and split, all composed of concatenation and slices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..engine.errors import ShapeError
from ..engine.op import composed
from ..engine.since import late
from ..engine.tensor import Array, Tensor
from .arranging import moveaxis
from .indexing import getitem
from .operands import along, as_tensor, axis_from_front
from .selection import take
from .shaping import astype, broadcast_to, concatenate, ravel, reshape, split

_Cuts = int | Sequence[int]


def _at_least(ndim: int, x: Any) -> Tensor:
    """Return `x` with axes of size 1 added where NumPy's ``atleast`` functions add them."""
    t = as_tensor(x)
    if t.ndim >= ndim:
        return t
    shape = {
        (1, 0): (1,),
        (2, 0): (1, 1),
        (2, 1): (1, *t.shape),
        (3, 0): (1, 1, 1),
        (3, 1): (1, *t.shape, 1),
        (3, 2): (*t.shape, 1),
    }[ndim, t.ndim]
    return reshape(t, shape)


def _each(ndim: int, arrays: tuple[Any, ...]) -> Any:
    """Return one Tensor for one array, and a tuple of them for several."""
    tensors = tuple(_at_least(ndim, a) for a in arrays)
    return tensors[0] if len(tensors) == 1 else tensors


@composed(np.atleast_1d)
def atleast_1d(*arys: npt.ArrayLike) -> Any:
    """Each array with at least one axis: one Tensor, or a tuple of them for several arrays.

    >>> import tinygrad_np as tg
    >>> tg.atleast_1d(3.0).shape
    (1,)
    """
    return _each(1, arys)


@composed(np.atleast_2d)
def atleast_2d(*arys: npt.ArrayLike) -> Any:
    """Each array with at least two axes; new axes come first.

    >>> import tinygrad_np as tg
    >>> tg.atleast_2d([1.0, 2.0]).shape
    (1, 2)
    """
    return _each(2, arys)


@composed(np.atleast_3d)
def atleast_3d(*arys: npt.ArrayLike) -> Any:
    """Each array with at least three axes; one of shape (n,) becomes (1, n, 1), (m, n) (m, n, 1).

    >>> import tinygrad_np as tg
    >>> tg.atleast_3d([1.0, 2.0]).shape
    (1, 2, 1)
    """
    return _each(3, arys)


@composed(np.broadcast_arrays)
def broadcast_arrays(*args: npt.ArrayLike) -> tuple[Tensor, ...]:
    """The arrays broadcast to their common shape, as in arithmetic.

    >>> import tinygrad_np as tg
    >>> [t.shape for t in tg.broadcast_arrays([1.0, 2.0], [[3.0]])]
    [(1, 2), (1, 2)]
    """
    tensors = [as_tensor(a) for a in args]
    try:
        shape = np.broadcast_shapes(*(t.shape for t in tensors))
    except ValueError as error:
        shapes = " and ".join(str(t.shape) for t in tensors)
        raise ShapeError(f"broadcast_arrays: shapes {shapes} do not broadcast") from error
    return tuple(t if t.shape == shape else broadcast_to(t, shape) for t in tensors)


# -------------------------------------------------------------------------- together


@composed(np.vstack)
def vstack(tup: Sequence[Any]) -> Tensor:
    """Arrays stacked vertically; those with one axis count as rows.

    >>> import tinygrad_np as tg
    >>> tg.vstack([[1.0, 2.0], [[3.0, 4.0], [5.0, 6.0]]]).shape
    (3, 2)
    """
    return concatenate([_at_least(2, a) for a in tup], 0)


@composed(np.hstack)
def hstack(tup: Sequence[Any]) -> Tensor:
    """Arrays joined side by side: along the second axis, or the only one.

    >>> import tinygrad_np as tg
    >>> tg.hstack([[1.0, 2.0], 3.0]).tolist()
    [1.0, 2.0, 3.0]
    """
    tensors = [_at_least(1, a) for a in tup]
    return concatenate(tensors, 0 if tensors and tensors[0].ndim == 1 else 1)


@composed(np.dstack)
def dstack(tup: Sequence[Any]) -> Tensor:
    """Arrays joined along the third axis, after ``atleast_3d``.

    >>> import tinygrad_np as tg
    >>> tg.dstack([[1.0, 2.0], [3.0, 4.0]]).tolist()
    [[[1.0, 3.0], [2.0, 4.0]]]
    """
    return concatenate([_at_least(3, a) for a in tup], 2)


@composed(np.column_stack)
def column_stack(tup: Sequence[Any]) -> Tensor:
    """Arrays joined side by side; those with one axis count as columns.

    >>> import tinygrad_np as tg
    >>> tg.column_stack([[1.0, 2.0], [3.0, 4.0]]).tolist()
    [[1.0, 3.0], [2.0, 4.0]]
    """
    tensors = [as_tensor(a) for a in tup]
    return concatenate([t if t.ndim > 1 else reshape(t, (-1, 1)) for t in tensors], 1)


@composed(np.block)
def block(arrays: Any) -> Tensor:
    """An array assembled from nested lists of blocks: the innermost along the last axis.

    >>> import numpy as np, tinygrad_np as tg
    >>> a, b = np.ones((1, 1)), np.zeros((1, 2))
    >>> tg.block([[a, b], [b, a]]).tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """

    def depths(x: Any) -> set[int]:
        if not isinstance(x, list):
            return {0}
        if not x:
            raise ShapeError("block: a list is empty")
        return {d + 1 for inner in x for d in depths(inner)}

    def leaves(x: Any) -> list[Tensor]:
        return [t for inner in x for t in leaves(inner)] if isinstance(x, list) else [as_tensor(x)]

    found = depths(arrays)
    if len(found) > 1:
        raise ShapeError(f"block: the lists are nested to different depths: {sorted(found)}")
    (depth,) = found
    ndim = max(depth, *(t.ndim for t in leaves(arrays)))

    def joined(x: Any, axis: int) -> Tensor:
        if not isinstance(x, list):
            t = as_tensor(x)
            return reshape(t, (1,) * (ndim - t.ndim) + t.shape)
        return concatenate([joined(inner, axis + 1) for inner in x], axis)

    return joined(arrays, ndim - depth)


@composed(np.append)
def append(arr: npt.ArrayLike, values: npt.ArrayLike, axis: int | None = None) -> Tensor:
    """`values` joined to the end of `arr` along an axis; for ``None`` both are flattened.

    >>> import tinygrad_np as tg
    >>> tg.append([1.0, 2.0], 3.0).tolist()
    [1.0, 2.0, 3.0]
    """
    return concatenate([as_tensor(arr), as_tensor(values)], axis)


def _places(obj: Any) -> Array:
    """Return the places that integers or booleans select; NumPy 2.1 takes booleans as integers."""
    places = np.asarray(obj)
    if places.dtype.kind != "b":
        return places
    if places.ndim != 1:
        raise ShapeError(f"insert: booleans must have one axis, not shape {places.shape}")
    return np.flatnonzero(places)


@composed(np.insert)
def insert(arr: npt.ArrayLike, obj: Any, values: npt.ArrayLike, axis: int | None = None) -> Tensor:
    """`arr` with `values` inserted before places along an axis; for ``None`` it is flattened.

    Args:
        arr: The array; the result has its dtype.
        obj: The places of `arr` to insert before: an integer, integers, booleans or a slice.
        values: The values to insert; they broadcast.
        axis: The axis along which to insert.

    >>> import tinygrad_np as tg
    >>> tg.insert([1.0, 2.0, 3.0], [1, 3], [8.0, 9.0]).tolist()
    [1.0, 8.0, 2.0, 3.0, 9.0]
    """
    t, new = as_tensor(arr), as_tensor(values)
    if axis is None:
        t, axis = ravel(t), 0
    axis = axis_from_front(axis, t.ndim, "insert")
    size, shape = t.shape[axis], list(t.shape)
    obj = obj if isinstance(obj, slice) else _places(obj)
    single = not isinstance(obj, slice) and obj.size == 1
    if new.dtype != t.dtype:
        new = astype(new, t.dtype)
    if new.ndim < t.ndim:
        new = reshape(new, (1,) * (t.ndim - new.ndim) + new.shape)
    if single:
        if obj.ndim == 0:
            new = moveaxis(new, 0, axis)
        count = new.shape[axis]
        obj = int(obj.reshape(()))
    else:
        count = np.insert(np.arange(size), obj, -1).size - size
    shape[axis] = count
    new = new if new.shape == tuple(shape) else broadcast_to(new, tuple(shape))
    order = np.insert(np.arange(size), obj, np.arange(size, size + count))
    return take(concatenate([t, new], axis), order, axis=axis)


@composed(np.delete)
def delete(arr: npt.ArrayLike, obj: Any, axis: int | None = None) -> Tensor:
    """`arr` without the places `obj` along an axis; for ``None`` it is flattened.

    Args:
        arr: The array.
        obj: The places to delete: an integer, integers, booleans or a slice.
        axis: The axis along which to delete.

    >>> import tinygrad_np as tg
    >>> tg.delete([1.0, 2.0, 3.0, 4.0], [0, 2]).tolist()
    [2.0, 4.0]
    """
    t = as_tensor(arr)
    if axis is None:
        t, axis = ravel(t), 0
    axis = axis_from_front(axis, t.ndim, "delete")
    kept = np.zeros(t.shape[axis], bool)
    kept[np.delete(np.arange(t.shape[axis]), obj)] = True
    return getitem(t, along(axis, kept))


# ---------------------------------------------------------------------------- apart


@composed(np.array_split)
def array_split(ary: npt.ArrayLike, indices_or_sections: _Cuts, axis: int = 0) -> list[Tensor]:
    """The parts of an array along an axis, of nearly equal sizes, or split before the indices.

    >>> import tinygrad_np as tg
    >>> [part.tolist() for part in tg.array_split([1.0, 2.0, 3.0], 2)]
    [[1.0, 2.0], [3.0]]
    """
    t = as_tensor(ary)
    if not isinstance(indices_or_sections, (int, np.integer)):
        return split(t, indices_or_sections, axis)
    n = int(indices_or_sections)
    if n <= 0:
        raise ShapeError(f"array_split: cannot split into {n} parts")
    axis = axis_from_front(axis, t.ndim, "array_split")
    size, more = divmod(t.shape[axis], n)
    return split(t, [i * size + min(i, more) for i in range(1, n)], axis)


def _splitter(name: str, numpy: Any, axis: int, ndim: int, doc: str) -> Callable[..., list[Tensor]]:
    """Return one of NumPy's functions that split along a fixed axis."""

    def split_along(ary: npt.ArrayLike, indices_or_sections: _Cuts) -> list[Tensor]:
        t = as_tensor(ary)
        if t.ndim < ndim:
            raise ShapeError(f"{name}: {ndim} or more axes are needed, not shape {t.shape}")
        return split(t, indices_or_sections, axis if t.ndim > 1 else 0)

    split_along.__name__ = split_along.__qualname__ = name
    split_along.__module__ = __name__
    split_along.__doc__ = doc
    return composed(numpy)(split_along)


hsplit = _splitter("hsplit", np.hsplit, 1, 1, "``split`` along the second axis, or the only one.")
vsplit = _splitter("vsplit", np.vsplit, 0, 2, "``split`` along the first axis of two or more.")
dsplit = _splitter("dsplit", np.dsplit, 2, 3, "``split`` along the third axis.")


@composed(late("unstack"))
def unstack(x: npt.ArrayLike, *, axis: int = 0) -> tuple[Tensor, ...]:
    """The arrays along an axis of `x`, without that axis: the inverse of ``stack``.

    >>> import tinygrad_np as tg
    >>> [row.tolist() for row in tg.unstack([[1.0, 2.0], [3.0, 4.0]])]
    [[1.0, 2.0], [3.0, 4.0]]
    """
    t = as_tensor(x)
    axis = axis_from_front(axis, t.ndim, "unstack")
    return tuple(getitem(t, along(axis, i)) for i in range(t.shape[axis]))


@composed(np.meshgrid)
def meshgrid(
    *xi: npt.ArrayLike, copy: bool = True, sparse: bool = False, indexing: str = "xy"
) -> tuple[Tensor, ...]:
    """The coordinates of the points of a grid, one array for each axis.

    Args:
        xi: The coordinates along each axis, each a vector.
        copy: Ignored: Tensors never change one another.
        sparse: Leave axes of size 1, for broadcasting to repeat.
        indexing: ``"xy"`` exchanges the first two axes of the result; ``"ij"`` does not.

    >>> import tinygrad_np as tg
    >>> x, y = tg.meshgrid([1.0, 2.0], [5.0, 6.0, 7.0])
    >>> x.shape, y[:, 0].tolist()
    ((3, 2), [5.0, 6.0, 7.0])
    """
    if indexing not in ("xy", "ij"):
        raise ValueError(f"meshgrid: indexing must be 'xy' or 'ij', not {indexing!r}")
    ndim, places = len(xi), list(range(len(xi)))
    if indexing == "xy" and ndim > 1:
        places[:2] = 1, 0
    grids = [
        reshape(as_tensor(x), tuple(-1 if i == place else 1 for i in range(ndim)))
        for x, place in zip(xi, places, strict=True)
    ]
    return tuple(grids) if sparse else broadcast_arrays(*grids)
