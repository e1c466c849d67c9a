"""Norms of vectors and matrices, and the condition number."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from ..engine.declarations import declare, either
from ..engine.errors import ShapeError
from ..engine.op import composed
from ..engine.tensor import Array, Tensor
from . import elementwise as e
from .arguments import Axis, reduced_axes
from .batching import over_axes
from .decompositions import svdvals
from .degeneracy import _unless
from .extrema import max, min
from .operands import as_tensor
from .reductions import _add_over, _keep_axes, sum
from .shaping import astype, reshape, transpose
from .solving import _inverse_or_inf

_unless_op = either(_unless)


def _power_norm_rule(g, x, out, ord, axis, keepdims):  # type: ignore[no-untyped-def]  # either world
    # Where the norm or an element is 0, its gradient is 0.
    g, out = (_keep_axes(a, x.shape, axis, keepdims) for a in (g, out))
    length = np.where(out == 0, 1.0, out)
    if ord == 2:
        return x * (g / length * (out != 0))
    size = np.where(x == 0, 1.0, abs(x))
    return x * (g * (size / length) ** (ord - 1) / size * ((out != 0) & (x != 0)))


@declare(
    name="linalg.power_norm",
    holomorphic=False,
    batching=over_axes,
    x=_power_norm_rule,
)
def _power_norm(x: Any, ord: float = 2, axis: Axis = None, keepdims: bool = False) -> Array:
    """Return sum(|x| ** ord) ** (1 / ord) over `axis`."""
    size = abs(x) if x.dtype.kind in "fc" else abs(x).astype(float)
    if ord == 2:
        total = _add_over(size * size, axis, keepdims=keepdims)
        return np.sqrt(total)
    total = _add_over(size**ord, axis, keepdims=keepdims)
    return total ** (1.0 / ord)


def _vector(x: Tensor, ord: Any, axis: Axis, keepdims: bool) -> Tensor:
    """Return the norm of vectors along `axis`."""
    if ord is None or ord == 2:
        return _power_norm(x, axis=axis, keepdims=keepdims)
    if isinstance(ord, str):
        raise ValueError(f"linalg.norm: ord={ord!r} is for matrices, not for vectors")
    if ord == 0:
        counted = astype(x != 0, np.finfo(x.dtype).dtype if x.dtype.kind in "fc" else float)
        return sum(counted, axis, keepdims=keepdims)
    if abs(ord) == math.inf:
        return (max if ord > 0 else min)(_size(x), axis, keepdims=keepdims)
    if ord == 1:
        return sum(_size(x), axis, keepdims=keepdims)
    return _power_norm(x, ord=ord, axis=axis, keepdims=keepdims)


def _size(x: Tensor) -> Tensor:
    """Return absolute values, of integers as floats."""
    return e.absolute(x if x.dtype.kind in "fc" else astype(x, float))


def _matrix(x: Tensor, ord: Any, axes: tuple[int, int], keepdims: bool) -> Tensor:
    """Return the norm of the matrices in two axes."""
    row, column = axes
    if row == column:
        raise ShapeError(f"linalg.norm: the axes {axes} of a matrix are one")
    if ord in (None, "fro", "f"):
        return _power_norm(x, axis=axes, keepdims=keepdims)
    if ord in ("nuc", 2, -2):
        rest = tuple(i for i in range(x.ndim) if i not in axes)
        values = svdvals(transpose(x, (*rest, row, column)))
        over = sum if ord == "nuc" else max if ord == 2 else min
        out = over(values, axis=-1)
    elif ord in (1, -1, math.inf, -math.inf):
        summed, other = (row, column) if abs(ord) == 1 else (column, row)
        sums = sum(_size(x), summed)
        out = (max if ord > 0 else min)(sums, other - (other > summed))
    else:
        raise ValueError(
            f"linalg.norm: ord={ord!r} is no norm of matrices; those are 'fro', 'nuc', 1, -1, 2, "
            f"-2, inf, -inf"
        )
    if not keepdims:
        return out
    return reshape(out, tuple(1 if i in axes else n for i, n in enumerate(x.shape)))


@composed(np.linalg.norm, module="linalg")
def norm(x: npt.ArrayLike, ord: Any = None, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The norm of vectors or matrices.

    At 0 the gradient is 0; where several elements, sums or singular values are the largest
    (or smallest), they share it equally.

    Args:
        x: The array.
        ord: For vectors any number, ``inf`` and ``-inf``; for matrices ``"fro"``, ``"nuc"``,
            1, -1, 2, -2, ``inf`` or ``-inf``. When left out: the root of the sum of squares.
        axis: One axis for vectors, two for matrices; ``None`` for all of `x`, which must
            then be one or the other if `ord` is given.
        keepdims: Whether the reduced axes stay, with size 1.

    Raises:
        ValueError: For an `ord` that is not one.

    >>> import tinygrad_np as tg
    >>> tg.linalg.norm([3.0, 4.0]).item()
    5.0
    """
    t = as_tensor(x)
    if axis is None:
        if ord is None:
            return _power_norm(t, axis=tuple(range(t.ndim)), keepdims=keepdims)
        axes: tuple[int, ...] = tuple(range(t.ndim))
    else:
        given = (axis,) if isinstance(axis, (int, np.integer)) else tuple(axis)
        for a in given:
            if not -t.ndim <= a < t.ndim:
                raise ShapeError(f"linalg.norm: there is no axis {a} in shape {t.shape}")
        axes = reduced_axes(given, t.ndim)
    if len(axes) == 1:
        return _vector(t, ord, axes[0], keepdims)
    if len(axes) == 2:
        return _matrix(t, ord, (axes[0], axes[1]), keepdims)
    raise ShapeError(f"linalg.norm: {len(axes)} axes hold neither vectors nor matrices")


@composed(np.linalg.vector_norm, module="linalg")
def vector_norm(
    x: npt.ArrayLike, /, *, axis: Axis = None, keepdims: bool = False, ord: Any = 2
) -> Tensor:
    """The norm of vectors along any axes together; of all of `x` when left out.

    >>> import tinygrad_np as tg
    >>> tg.linalg.vector_norm([[3.0], [4.0]]).item()
    5.0
    """
    t = as_tensor(x)
    axes = tuple(range(t.ndim)) if axis is None else axis
    return _vector(t, ord, axes, keepdims)


@composed(np.linalg.matrix_norm, module="linalg")
def matrix_norm(x: npt.ArrayLike, /, *, keepdims: bool = False, ord: Any = "fro") -> Tensor:
    """The norm of matrices (..., m, n); see :func:`norm`.

    >>> import tinygrad_np as tg
    >>> tg.linalg.matrix_norm([[3.0, 0.0], [0.0, 4.0]], ord="nuc").item()
    7.0
    """
    t = as_tensor(x)
    return norm(t, ord=ord, axis=(-2, -1), keepdims=keepdims)


_SINGULAR = "linalg.cond: the matrix is singular; its condition, infinity, has no derivative"


@declare(
    kind="elementwise",
    name="linalg.condition",
    x=lambda g, out: _unless_op(g, np.isinf(out), why=_SINGULAR),
)
def _condition(x: Any) -> Array:
    """Return `x`, with an error from its gradient where it is infinite."""
    return np.positive(x)  # type: ignore[no-any-return]


@composed(np.linalg.cond, module="linalg")
def cond(x: npt.ArrayLike, p: Any = None) -> Tensor:
    """The condition number of matrices (..., m, n): how much solving may enlarge an error.

    Args:
        x: The matrices; square ones unless `p` is ``None``, 2 or -2.
        p: The `ord` of the norm. 2 when left out: the largest singular value by the smallest.

    Returns:
        A number for each matrix; infinity for a singular one.

    Raises:
        DegenerateError: From a derivative at a singular matrix, unless `p` is -2.

    >>> import tinygrad_np as tg
    >>> tg.linalg.cond([[3.0, 0.0], [0.0, 1.0]]).item()
    3.0
    """
    t = as_tensor(x)
    if t.ndim < 2:
        raise np.linalg.LinAlgError(f"linalg.cond: shape {t.shape} has no matrices")
    if p in (None, 2, -2):
        s = svdvals(t)
        with np.errstate(divide="ignore"):
            if p == -2:
                return e.divide(s[..., -1], s[..., 0])
            return _condition(e.divide(s[..., 0], s[..., -1]))
    if t.shape[-1] != t.shape[-2]:
        raise np.linalg.LinAlgError(f"linalg.cond: shape {t.shape} is not square; only p=2 can do")
    inverse = _inverse_or_inf(t)
    return _condition(e.multiply(norm(t, p, axis=(-2, -1)), norm(inverse, p, axis=(-2, -1))))
