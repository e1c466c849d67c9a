"""Reshaping, reordering and joining of elements: all of it linear."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..engine.access import array_of
from ..engine.batching import base_of, whole_batch
from ..engine.declarations import declare
from ..engine.errors import ShapeError
from ..engine.op import Op, composed
from ..engine.passes import unbroadcast
from ..engine.tensor import Array, Tensor
from ..engine.views import View
from .batching import Operands, Params, behind
from .operands import Shape, as_tensor, axis_from_front


def _reshape_batch(op: Op, size: int, values: Operands, params: Params) -> Tensor:
    ((x, _),) = values
    return op.call(x, shape=(size, *_as_tuple(params["shape"])))


def _as_tuple(shape: Shape) -> tuple[int, ...]:
    return shape if isinstance(shape, tuple) else (shape,)


@declare(
    kind="linear",
    views=True,
    batching=_reshape_batch,
    x=lambda g, x_shape: g.reshape(x_shape),
)
def _reshape(x: npt.ArrayLike, shape: Shape = -1) -> Array:
    """Return the elements in another shape, the last axis changing fastest."""
    return np.reshape(x, shape)


@composed(np.reshape)
def reshape(x: npt.ArrayLike, shape: Shape = -1, order: str = "C") -> Tensor:
    """The elements in the same order in another shape; one size may be -1.

    Args:
        x: The array.
        shape: The sizes, or one size.
        order: ``"C"``, or ``"F"`` to take and to place the elements with the first axis changing
            fastest. NumPy's ``"A"`` depends on the layout in memory, which is not part of a Tensor.

    Raises:
        ShapeError: For a different number of elements, or another order.

    >>> import tinygrad_np as tg
    >>> tg.reshape([1.0, 2.0, 3.0, 4.0], (2, -1)).tolist()
    [[1.0, 2.0], [3.0, 4.0]]
    >>> tg.reshape([1.0, 2.0, 3.0, 4.0], (2, -1), order="F").tolist()
    [[1.0, 3.0], [2.0, 4.0]]
    """
    if order == "C":
        return _reshape(x, shape)
    if order != "F":
        raise ShapeError(f"reshape: order is 'C' or 'F', not {order!r}")
    sizes = tuple(shape) if isinstance(shape, Sequence) else (shape,)
    return transpose(_reshape(transpose(x), sizes[::-1]))


def _transpose_back(g, axes):  # type: ignore[no-untyped-def]  # either world
    if axes is None:
        return g.transpose()
    n = len(axes)
    order = [a % n for a in axes]
    return g.transpose(tuple(order.index(i) for i in range(n)))


def _transpose_batch(op: Op, size: int, values: Operands, params: Params) -> Tensor:
    ((x, _),) = values
    n = x.ndim - 1
    axes = params["axes"]
    order = range(n - 1, -1, -1) if axes is None else [a % n for a in axes]
    return op.call(x, axes=(0, *(a + 1 for a in order)))


@declare(np.transpose, kind="linear", views=True, batching=_transpose_batch, x=_transpose_back)
def transpose(x: npt.ArrayLike, axes: tuple[int, ...] | None = None) -> Array:
    """The axes in another order, reversed when `axes` is left out.

    >>> import tinygrad_np as tg
    >>> tg.transpose([[1.0, 2.0, 3.0]]).shape
    (3, 1)
    """
    return np.transpose(x, axes)


permute_dims = transpose  # NumPy's second name


@composed(np.swapaxes)
def swapaxes(x: npt.ArrayLike, axis1: int, axis2: int) -> Tensor:
    """Two axes exchanged.

    >>> import numpy as np, tinygrad_np as tg
    >>> tg.swapaxes(np.zeros((2, 3, 4)), 0, -1).shape
    (4, 3, 2)
    """
    t = as_tensor(x)
    order = list(range(t.ndim))
    axis1, axis2 = (axis_from_front(axis, t.ndim, "swapaxes") for axis in (axis1, axis2))
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return transpose(t, tuple(order))


def _expand_batch(op: Op, size: int, values: Operands, params: Params) -> Tensor:
    ((x, _),) = values
    axis = params["axis"]
    added = len(axis) if isinstance(axis, tuple) else 1
    return op.call(x, axis=behind(axis, x.ndim - 1 + added, op))


@declare(
    np.expand_dims,
    kind="linear",
    views=True,
    batching=_expand_batch,
    x=lambda g, x_shape: g.reshape(x_shape),
)
def expand_dims(x: npt.ArrayLike, axis: Shape = 0) -> Array:
    """New axes of size 1 at the given places of the result.

    >>> import tinygrad_np as tg
    >>> tg.expand_dims([1.0, 2.0], axis=1).shape
    (2, 1)
    """
    return np.expand_dims(x, axis)


def _squeeze_batch(op: Op, size: int, values: Operands, params: Params) -> Tensor:
    ((x, _),) = values
    axis = params["axis"]
    if axis is None:
        axis = tuple(i for i in range(x.ndim - 1) if x.shape[i + 1] == 1)
    return op.call(x, axis=behind(axis, x.ndim - 1, op))


@declare(
    np.squeeze,
    kind="linear",
    views=True,
    batching=_squeeze_batch,
    x=lambda g, x_shape: g.reshape(x_shape),
)
def squeeze(x: npt.ArrayLike, axis: Shape | None = None) -> Array:
    """The array without its axes of size 1, or without those given.

    >>> import tinygrad_np as tg
    >>> tg.squeeze([[[1.0, 2.0]]]).shape
    (2,)
    """
    return np.squeeze(x, axis)


def _broadcast_batch(op: Op, size: int, values: Operands, params: Params) -> Tensor:
    ((x, _),) = values
    shape = _as_tuple(params["shape"])
    x = x.reshape((size, *(1,) * (len(shape) - x.ndim + 1), *x.shape[1:]))
    return op.call(x, shape=(size, *shape))


@declare(
    np.broadcast_to,
    kind="linear",
    views=True,
    batching=_broadcast_batch,
    x=lambda g, x_shape: unbroadcast(g, x_shape),
)
def broadcast_to(x: npt.ArrayLike, shape: Shape = ()) -> Array:
    """The array repeated to a larger shape, as arithmetic broadcasts it.

    >>> import tinygrad_np as tg
    >>> tg.broadcast_to([1.0, 2.0], (3, 2)).shape
    (3, 2)
    """
    return np.broadcast_to(x, shape)


def _part(g, index, shapes, axis):  # type: ignore[no-untyped-def]  # either world
    """Return the part of a cotangent that belongs to one of the joined arrays."""
    axis %= len(shapes[0])
    start = sum(shape[axis] for shape in shapes[:index])
    return g[(slice(None),) * axis + (slice(start, start + shapes[index][axis]),)]


def _concatenate_batch(op: Op, size: int, values: Operands, params: Params) -> Tensor:
    whole = [whole_batch(v, mapped, size) for v, mapped in values]
    return op.call(*whole, axis=behind(params["axis"], whole[0].ndim - 1, op))


@declare(kind="linear", batching=_concatenate_batch, arrays=_part)
def _concatenate(*arrays: npt.ArrayLike, axis: int = 0) -> Array:
    """Return arrays joined along an axis they have."""
    return np.concatenate(arrays, axis)


@composed(np.concatenate, np.concat)
def concatenate(arrays: Sequence[Any], axis: int | None = 0) -> Tensor:
    """Arrays joined along an axis they have; flattened first when it is ``None``.

    >>> import tinygrad_np as tg
    >>> tg.concatenate([[1.0, 2.0], [3.0]])
    Tensor([1., 2., 3.], dtype=float64)
    """
    if axis is None:
        return _concatenate(*(reshape(a, -1) for a in arrays), axis=0)
    return _concatenate(*arrays, axis=axis)


def _layer(g, index, axis):  # type: ignore[no-untyped-def]  # either world
    axis %= g.ndim
    return g[(slice(None),) * axis + (index,)]


def _stack_batch(op: Op, size: int, values: Operands, params: Params) -> Tensor:
    whole = [whole_batch(v, mapped, size) for v, mapped in values]
    return op.call(*whole, axis=behind(params["axis"], whole[0].ndim, op))


@declare(kind="linear", batching=_stack_batch, arrays=_layer)
def _stack(*arrays: npt.ArrayLike, axis: int = 0) -> Array:
    """Return arrays of one shape joined along a new axis."""
    return np.stack(arrays, axis)


@composed(np.stack)
def stack(arrays: Sequence[Any], axis: int = 0) -> Tensor:
    """Arrays of one shape joined along a new axis.

    >>> import tinygrad_np as tg
    >>> tg.stack([[1.0, 2.0], [3.0, 4.0]], axis=1)
    Tensor([[1., 3.],
            [2., 4.]], dtype=float64)
    """
    return _stack(*arrays, axis=axis)


@composed(np.split)
def split(
    x: npt.ArrayLike, indices_or_sections: int | Sequence[int], axis: int = 0
) -> list[Tensor]:
    """The parts of an array along an axis: a number of equal ones, or cut before the indices.

    >>> import tinygrad_np as tg
    >>> [part.tolist() for part in tg.split([1.0, 2.0, 3.0, 4.0], [1, 3])]
    [[1.0], [2.0, 3.0], [4.0]]
    """
    t = as_tensor(x)
    if not -t.ndim <= axis < t.ndim:
        raise ShapeError(f"split: there is no axis {axis} in shape {t.shape}")
    axis %= t.ndim
    size = t.shape[axis]
    if isinstance(indices_or_sections, (int, np.integer)):
        n = int(indices_or_sections)
        if n <= 0 or size % n:
            raise ShapeError(
                f"split: {size} elements along axis {axis} do not make {n} equal parts"
            )
        cuts = list(range(size // n, size, size // n)) if size else [0] * (n - 1)
    else:
        cuts = [int(i) for i in indices_or_sections]
    before = (slice(None),) * axis
    bounds = zip([0, *cuts], [*cuts, size], strict=True)
    return [t[(*before, slice(start, stop))] for start, stop in bounds]


@declare(np.astype, kind="elementwise", x=lambda g: g)
def astype(x: npt.ArrayLike, dtype: npt.DTypeLike | None = None) -> Array:
    """The same values in another dtype; the gradient comes back in the old one.

    No gradient flows through a cast to integers or booleans.

    >>> import tinygrad_np as tg
    >>> tg.astype([1.5, 2.5], "float32")
    Tensor([1.5, 2.5], dtype=float32)
    """
    return np.asarray(x).astype(dtype)


@declare(kind="elementwise", x=(lambda g, order: g, lambda t, order: t))
def _copy(x: npt.ArrayLike, order: Any = "K") -> Array:
    """Return the same values as a Tensor of its own, its axes in an order as in NumPy."""
    return np.array(x, order=order)


def _new(x: Tensor) -> Tensor:
    """Return a result, copied if it is a view."""
    return _copy(x) if isinstance(base_of(x), View) else x


@composed(np.ravel)
def ravel(x: npt.ArrayLike, order: str = "C") -> Tensor:
    """The elements in one axis: row by row, or with ``order="F"`` column by column.

    >>> import tinygrad_np as tg
    >>> tg.ravel([[1.0, 2.0], [3.0, 4.0]], order="F").tolist()
    [1.0, 3.0, 2.0, 4.0]
    """
    if order == "F":
        x = transpose(x)
    elif order != "C":
        raise ValueError(f"ravel: order must be 'C' or 'F', not {order!r}")
    flat = reshape(x, -1)
    batch = array_of(base_of(flat))
    one = batch[(0,) * (batch.ndim - 1)] if batch.size else batch
    return flat if one.flags.c_contiguous else _copy(flat)
