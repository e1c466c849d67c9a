"""Diagonals and triangles of matrices."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ..engine.errors import ShapeError, UnsupportedError
from ..engine.op import composed
from ..engine.tensor import Tensor, result
from . import elementwise as e, reductions
from .arranging import moveaxis
from .einsum import _diagonal_of
from .indexing import _scatter, getitem, take_apart
from .operands import as_tensor, axis_from_front
from .shaping import ravel, reshape


@composed(np.diagonal)
def diagonal(a: npt.ArrayLike, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
    """The elements ``a[i, i + offset]`` of the plane of two axes, as the last axis.

    >>> import tinygrad_np as tg
    >>> tg.diagonal([[1.0, 2.0], [3.0, 4.0]]).tolist()
    [1.0, 4.0]
    """
    t = as_tensor(a)
    if t.ndim < 2:
        raise ShapeError(f"diagonal: at least two axes are needed, not shape {t.shape}")
    axes = axis_from_front(axis1, t.ndim, "diagonal"), axis_from_front(axis2, t.ndim, "diagonal")
    if axes[0] == axes[1]:
        raise ShapeError(f"diagonal: axis1 and axis2 are the same axis, {axis1}")
    if axes != (t.ndim - 2, t.ndim - 1):
        t = moveaxis(t, axes, (-2, -1))
    row, column = max(-offset, 0), max(offset, 0)
    n = max(0, min(t.shape[-2] - row, t.shape[-1] - column))
    if t.shape[-2:] != (n, n):
        t = getitem(t, (..., slice(row, row + n), slice(column, column + n)))
    return _diagonal_of(t)


@composed(np.trace)
def trace(
    a: npt.ArrayLike,
    offset: int = 0,
    axis1: int = 0,
    axis2: int = 1,
    dtype: npt.DTypeLike | None = None,
) -> Tensor:
    """The sum along a diagonal of the plane of two axes.

    >>> import tinygrad_np as tg
    >>> tg.trace([[1.0, 2.0], [3.0, 4.0]]).item()
    5.0
    """
    if dtype is not None:
        raise UnsupportedError("trace: dtype= is not supported on a Tensor; use a.astype(dtype)")
    return reductions.sum(diagonal(a, offset, axis1, axis2), -1)


@composed(np.diag)
def diag(v: npt.ArrayLike, k: int = 0) -> Tensor:
    """The k-th diagonal of a matrix, or the matrix with a vector on it and zeros elsewhere.

    >>> import tinygrad_np as tg
    >>> tg.diag([1.0, 2.0]).tolist()
    [[1.0, 0.0], [0.0, 2.0]]
    """
    t = as_tensor(v)
    if t.ndim == 2:
        return diagonal(t, k)
    if t.ndim != 1:
        raise ShapeError(f"diag: a vector or a matrix is needed, not shape {t.shape}")
    n = t.size + abs(k)
    start = k if k > 0 else -k * n
    template, _ = take_apart(slice(start, start + t.size * (n + 1), n + 1))
    return reshape(_scatter(t, shape=(n * n,), template=template), (n, n))


@composed(np.diagflat)
def diagflat(v: npt.ArrayLike, k: int = 0) -> Tensor:
    """The matrix with the elements of `v` on its k-th diagonal and zeros elsewhere.

    >>> import tinygrad_np as tg
    >>> tg.diagflat([[1.0], [2.0]]).tolist()
    [[1.0, 0.0], [0.0, 2.0]]
    """
    return diag(ravel(as_tensor(v)), k)


def _triangle(m: Any, k: int, upper: bool, op: str) -> Tensor:
    """Return the upper or lower triangle in the last two axes, and zeros elsewhere."""
    t = as_tensor(m)
    if t.ndim == 1:  # as in NumPy: a square matrix whose rows all equal `m`
        t = t + np.zeros((t.size, 1), t.dtype)
    if t.ndim < 2:
        raise ShapeError(f"{op}: at least one axis is needed, not shape {t.shape}")
    mask = np.tri(t.shape[-2], t.shape[-1], k - upper, dtype=bool)
    zero = np.zeros((), t.dtype)
    return e._where(mask, zero, t) if upper else e._where(mask, t, zero)


@composed(np.tril)
def tril(m: npt.ArrayLike, k: int = 0) -> Tensor:
    """The elements on and below the k-th diagonal of the last two axes, and zeros above.

    >>> import tinygrad_np as tg
    >>> tg.tril([[1.0, 2.0], [3.0, 4.0]]).tolist()
    [[1.0, 0.0], [3.0, 4.0]]
    """
    return _triangle(m, k, False, "tril")


@composed(np.triu)
def triu(m: npt.ArrayLike, k: int = 0) -> Tensor:
    """The elements on and above the k-th diagonal of the last two axes, and zeros below.

    >>> import tinygrad_np as tg
    >>> tg.triu([[1.0, 2.0], [3.0, 4.0]]).tolist()
    [[1.0, 2.0], [0.0, 4.0]]
    """
    return _triangle(m, k, True, "triu")


@composed(np.tri)
def tri(N: int, M: int | None = None, k: int = 0, dtype: npt.DTypeLike = float) -> Tensor:
    """A constant matrix of `N` rows with ones on and below the k-th diagonal, and zeros above.

    >>> import tinygrad_np as tg
    >>> tg.tri(2).tolist()
    [[1.0, 0.0], [1.0, 1.0]]
    """
    return result(np.tri(N, M, k, dtype), None)
