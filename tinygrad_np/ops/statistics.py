"""Spread, weighted means, covariance: all of it composed of sums and products."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np
import numpy.typing as npt

from ..engine.declarations import declare
from ..engine.errors import DTypeError, ShapeError
from ..engine.hooks import refuse_replay
from ..engine.op import composed
from ..engine.tensor import Array, Tensor
from . import elementwise as e
from .arguments import Axis, cast_to_float, check, count, mask_of, reduced_axes, refuse_out
from .indexing import ARRAY, _scatter
from .operands import SHAPE_BY_VALUES, as_tensor
from .reductions import _counted, _sum, mean, sum
from .shaping import astype, broadcast_to, concatenate, reshape


@declare(kind="elementwise", holomorphic=False, x=lambda g, x: g * (x * 2.0))
def _squared_modulus(x: Any) -> Array:
    """Return |x| ** 2, a real number for a complex one."""
    return x.real * x.real + x.imag * x.imag  # type: ignore[no-any-return]


def _root_rule(g: Any, out: Any) -> Any:  # a rule: either world
    return g * (out != 0) * 0.5 / np.where(out == 0, 1.0, out)


@declare(kind="elementwise", x=_root_rule)
def _deviation(x: Any) -> Array:
    """Return the square root of a variance; unlike sqrt, its gradient at 0 is 0."""
    return np.sqrt(x)  # type: ignore[no-any-return]


def _variance(
    name: str,
    x: Any,
    axis: Axis,
    dtype: Any,
    out: Any,
    ddof: float,
    keepdims: bool,
    where: Any,
    of_mean: Any,
    correction: float | None,
) -> Tensor:
    if correction is not None:
        if ddof != 0:
            raise ValueError(f"{name}: ddof and correction are two names for one number")
        ddof = correction
    refuse_out(name, out)
    t = as_tensor(cast_to_float(name, x, dtype))
    square = _squared_modulus if t.dtype.kind == "c" else e.square
    if where is True:
        middle = mean(t, axis, keepdims=True) if of_mean is None else of_mean
        result = _sum(square(e.subtract(t, middle)), axis=axis, keepdims=keepdims)
        return e.divide(result, builtins.max(count(t.shape, axis) - ddof, 0))
    mask = mask_of(name, where, t.shape)
    middle = mean(t, axis, keepdims=True, where=mask) if of_mean is None else of_mean
    centred = e._where(mask, e.subtract(t, middle), 0)  # also if those left out are NaN
    result = _sum(square(centred), axis=axis, keepdims=keepdims)
    return e.divide(result, e.maximum(_counted(mask, result, axis, keepdims) - ddof, 0))


@composed(np.var)
def var(
    x: npt.ArrayLike,
    axis: Axis = None,
    dtype: npt.DTypeLike | None = None,
    out: None = None,
    ddof: float = 0,
    keepdims: bool = False,
    *,
    where: npt.ArrayLike = True,
    mean: npt.ArrayLike | None = None,
    correction: float | None = None,
) -> Tensor:
    """The variance over `axis`: the mean squared distance to the mean.

    Args:
        x: The array. The variance of complex numbers is real: that of both parts, added.
        axis: An int, a tuple, or ``None`` for all axes.
        dtype: What to compute in.
        out: Refused: a result is a new Tensor.
        ddof: What is subtracted from the number of elements in the divisor; NumPy's
            default is 0 (PyTorch's is 1).
        keepdims: Whether the reduced axes stay, with size 1.
        where: Booleans that broadcast to `x`: which elements take part.
        mean: The mean if it is known, with the reduced axes as axes of size 1. Gradients
            flow to it too.
        correction: Another name of `ddof`.

    >>> import tinygrad_np as tg
    >>> tg.var([1.0, 3.0]).item()
    1.0
    """
    return _variance("var", x, axis, dtype, out, ddof, keepdims, where, mean, correction)


@composed(np.std)
def std(
    x: npt.ArrayLike,
    axis: Axis = None,
    dtype: npt.DTypeLike | None = None,
    out: None = None,
    ddof: float = 0,
    keepdims: bool = False,
    *,
    where: npt.ArrayLike = True,
    mean: npt.ArrayLike | None = None,
    correction: float | None = None,
) -> Tensor:
    """The standard deviation over `axis`: the root of :func:`var`, with its arguments.

    Where all elements are equal the gradient is 0.

    >>> import tinygrad_np as tg
    >>> tg.std([1.0, 3.0]).item()
    1.0
    """
    variance = _variance("std", x, axis, dtype, out, ddof, keepdims, where, mean, correction)
    return _deviation(variance)


@composed(np.average)
def average(
    x: npt.ArrayLike,
    axis: Axis = None,
    weights: npt.ArrayLike | None = None,
    returned: bool = False,
    *,
    keepdims: bool = False,
) -> Any:
    """The weighted mean over `axis`: sum(w * x) / sum(w). Gradients flow to the weights too.

    Args:
        x: The array.
        axis: An int, a tuple, or ``None`` for all axes.
        weights: Of the shape of `x`, or of its sizes along `axis`.
        returned: Whether to return the sum of the weights too.
        keepdims: Whether the reduced axes stay, with size 1.

    Raises:
        ZeroDivisionError: If weights sum to zero.

    >>> import tinygrad_np as tg
    >>> tg.average([1.0, 3.0], weights=[3.0, 1.0]).item()
    1.5
    """
    t = as_tensor(x)
    if weights is None:
        result = mean(t, axis, keepdims=keepdims)
        n = np.full(result.shape, count(t.shape, axis), result.dtype)
        return (result, as_tensor(n)) if returned else result
    w = as_tensor(weights)
    if w.shape != t.shape:
        if axis is None:
            raise TypeError(
                f"average: weights of shape {w.shape} for an array of shape {t.shape}: axis= "
                f"must say along which axes they are"
            )
        axes = reduced_axes(axis, t.ndim)
        if w.shape != tuple(t.shape[a] for a in axes):
            raise ShapeError(
                f"average: weights of shape {w.shape} along axis {axis} of an array of shape "
                f"{t.shape}"
            )
        order = sorted(range(len(axes)), key=lambda i: axes[i])
        w = w.transpose(*order) if len(axes) > 1 else w
        w = reshape(w, tuple(n if i in axes else 1 for i, n in enumerate(t.shape)))
        w = broadcast_to(w, t.shape)
    if np.result_type(t.dtype, w.dtype).kind in "iub":
        t = t.astype(float)
    scale = sum(w, axis, np.result_type(t.dtype, w.dtype), keepdims=keepdims)
    if not check(scale, np.all):
        raise ZeroDivisionError("average: weights sum to zero, so they can't be normalized")
    result = e.divide(sum(e.multiply(t, w), axis, keepdims=keepdims), scale)
    return (result, scale) if returned else result


def _observations(name: str, m: Any, rowvar: bool) -> Tensor:
    t = as_tensor(m)
    if t.ndim > 2:
        raise ShapeError(f"{name}: shape {t.shape} has more than 2 axes")
    if t.ndim < 2:
        return reshape(t, (1, -1))
    return t if rowvar else t.T


@composed(np.cov)
def cov(
    m: npt.ArrayLike,
    y: npt.ArrayLike | None = None,
    rowvar: bool = True,
    bias: bool = False,
    ddof: float | None = None,
    fweights: npt.ArrayLike | None = None,
    aweights: npt.ArrayLike | None = None,
    *,
    dtype: npt.DTypeLike | None = None,
) -> Tensor:
    """The covariance matrix of variables, each a row of observations.

    Args:
        m: One variable, or a matrix with one in each row.
        y: More variables.
        rowvar: Whether variables are rows; otherwise they are columns.
        bias: Whether to divide by the number of observations n instead of n - 1.
        ddof: What to subtract from n instead.
        fweights: How often each observation counts: integers.
        aweights: The weight of each observation. Gradients flow to them too.
        dtype: What to compute in.

    >>> import tinygrad_np as tg
    >>> tg.cov([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]])
    Tensor([[ 1., -1.],
            [-1.,  1.]], dtype=float64)
    """
    return _covariance("cov", m, y, rowvar, bias, ddof, fweights, aweights, dtype)


def _covariance(
    name: str,
    m: Any,
    y: Any,
    rowvar: bool,
    bias: bool,
    ddof: float | None,
    fweights: Any,
    aweights: Any,
    dtype: Any,
) -> Tensor:
    if ddof is not None and ddof != int(ddof):
        raise ValueError(f"{name}: ddof must be an integer, not {ddof}")
    t = _observations(name, m, rowvar)
    if y is not None:
        more = as_tensor(y)
        t = concatenate([t, _observations(name, more, rowvar or more.shape[:1] == (1,))], axis=0)
    if dtype is None:
        dtype = np.result_type(t.dtype, np.float64)
    t = cast_to_float(name, t, dtype)
    n: Any = t.shape[1]
    w: Any = None
    for label, weights in (("fweights", fweights), ("aweights", aweights)):
        if weights is None:
            continue
        each = as_tensor(weights)
        if each.shape != (t.shape[1],):
            raise ShapeError(f"{name}: {label} of shape {each.shape} for {t.shape[1]} observations")
        if each.dtype.kind == "c":
            raise DTypeError(f"{name}: {label} must be real, not {each.dtype}")
        if label == "fweights" and (
            each.requires_grad or not check(each, lambda w: np.all(w % 1 == 0))
        ):
            raise DTypeError(f"{name}: fweights count observations: constant whole numbers")
        if not check(each, lambda w: np.all(w >= 0)):
            raise ValueError(f"{name}: {label} cannot be negative")
        w = each if w is None else e.multiply(w, each)
    if ddof is None:
        ddof = 0 if bias else 1
    if w is None:
        centred = t - mean(t, 1, keepdims=True)
        weighted = centred
        divisor: Any = builtins.max(n - ddof, 0)
    else:
        w = cast_to_float(name, w, dtype if t.dtype.kind == "f" else None)
        w_sum = sum(w)
        centred = t - e.divide(sum(t * w, 1, keepdims=True), w_sum)
        weighted = centred * w
        if ddof == 0:
            divisor = w_sum
        elif aweights is None:
            divisor = w_sum - ddof
        else:
            divisor = w_sum - e.divide(sum(w * as_tensor(aweights)), w_sum) * ddof
        divisor = e.maximum(divisor, 0)
    conjugated = np.conjugate(centred) if t.dtype.kind == "c" else centred
    c = e.divide(weighted @ conjugated.T, divisor)
    return c.squeeze()


@composed(np.corrcoef)
def corrcoef(
    x: npt.ArrayLike,
    y: npt.ArrayLike | None = None,
    rowvar: bool = True,
    *,
    dtype: npt.DTypeLike | None = None,
) -> Tensor:
    """Pearson's correlation coefficients of variables, with the arguments of :func:`cov`.

    >>> import tinygrad_np as tg
    >>> tg.corrcoef([0.0, 1.0, 2.0], [2.0, 1.0, 0.0])[0, 1].item()
    -1.0
    """
    c = _covariance("corrcoef", x, y, rowvar, False, None, None, None, dtype)
    if not c.ndim:
        return c / c
    each = np.arange(len(c))
    variance = c[each, each]
    deviation = e.sqrt(np.real(variance) if c.dtype.kind == "c" else variance)
    c = c / deviation[:, None] / deviation[None, :]
    return c if c.dtype.kind == "c" else e.clip(c, -1.0, 1.0)


@declare()
def _bincount(x: npt.ArrayLike, minlength: int = 0) -> Array:
    """Return how often each of 0, 1, 2, ... occurs in `x`."""
    return np.bincount(x, None, minlength)


@composed(np.bincount)
def bincount(x: npt.ArrayLike, weights: npt.ArrayLike | None = None, minlength: int = 0) -> Tensor:
    """How often each of 0, 1, 2, ... occurs in `x`, or the sum of its weights there.

    Gradients flow to the weights: each gets that of its bin. Counts have none.

    Args:
        x: Integers from 0 on, along one axis.
        weights: What each element adds to its bin, in double precision; 1 if left out.
        minlength: The least number of bins.

    >>> import tinygrad_np as tg
    >>> tg.bincount([0, 2, 2], weights=[1.0, 2.0, 0.5])
    Tensor([1. , 0. , 2.5], dtype=float64)
    """
    refuse_replay("bincount", SHAPE_BY_VALUES)
    n = _bincount(x, minlength=minlength)
    if weights is None:
        return n
    w, bins = as_tensor(weights), as_tensor(x)
    if w.dtype.kind == "c":
        raise DTypeError("bincount: weights must be real; add up the real and imaginary parts")
    if w.shape != bins.shape:
        raise ShapeError(f"bincount: weights of shape {w.shape} for x of shape {bins.shape}")
    w = w if w.dtype == np.float64 else astype(w, np.float64)
    return _scatter(w, bins, shape=n.shape, template=(ARRAY,))
