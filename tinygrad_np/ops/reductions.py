"""Sums, products, means: functions that reduce axes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from ..engine.declarations import declare
from ..engine.op import composed
from ..engine.passes import ones
from ..engine.tensor import Array, Tensor
from . import elementwise as e
from .arguments import (
    Axis,
    cast,
    cast_to_float,
    count,
    mask_of,
    masked,
    reduced_axes,
    refuse_out,
    start_of,
)
from .batching import over_axes
from .operands import as_float, as_tensor
from .shaping import astype

# NumPy's annotations require a literal `keepdims`.
_Reduce = Callable[..., Array]
_add_over: _Reduce = np.add.reduce  # half the cost of x.sum()
_multiply_over: _Reduce = np.multiply.reduce
_maximum_over: _Reduce = np.maximum.reduce
_and_over: _Reduce = np.logical_and.reduce
_or_over: _Reduce = np.logical_or.reduce


def _keep_axes(g: Any, x_shape: tuple[int, ...], axis: Axis, keepdims: bool) -> Any:
    """Return `g` with the reduced axes back as axes of size 1."""
    if keepdims or g.ndim == len(x_shape):
        return g
    if axis is None:
        return g.reshape((1,) * len(x_shape))
    axes = reduced_axes(axis, len(x_shape))
    return g.reshape(tuple(1 if i in axes else n for i, n in enumerate(x_shape)))


def _spread(g: Any, x_shape: tuple[int, ...], axis: Axis, keepdims: bool) -> Any:
    """Return `g` repeated along the axes that a reduction summed over."""
    if g.size == 1 and not isinstance(g, Tensor):
        # One number as an array with strides of 0: a sixth of the cost of broadcast_to.
        return np.ndarray(x_shape, g.dtype, g, 0, (0,) * len(x_shape))
    return np.broadcast_to(_keep_axes(g, x_shape, axis, keepdims), x_shape)


@declare(kind="linear", batching=over_axes, x=_spread)
def _sum(x: npt.ArrayLike, axis: Axis = None, keepdims: bool = False) -> Array:
    """Return the sum over `axis`."""
    return _add_over(x, axis, keepdims=keepdims)


@composed(np.sum)
def sum(
    x: npt.ArrayLike,
    axis: Axis = None,
    dtype: npt.DTypeLike | None = None,
    out: None = None,
    keepdims: bool = False,
    initial: npt.ArrayLike | None = None,
    where: npt.ArrayLike = True,
) -> Tensor:
    """The sum of the elements over `axis`: an int, a tuple, or all of them.

    Args:
        x: The array.
        axis: The axes to reduce over; ``None`` for all.
        dtype: What to compute in; the gradient comes back in the dtype of `x`.
        out: Refused: a result is a new Tensor.
        keepdims: Whether the reduced axes stay, with size 1.
        initial: One number that is added.
        where: Booleans that broadcast to `x`: which elements take part.

    >>> import tinygrad_np as tg
    >>> tg.sum([[1.0, 2.0], [3.0, 4.0]], axis=0)
    Tensor([4., 6.], dtype=float64)
    """
    if out is not None or dtype is not None or where is not True:
        refuse_out("sum", out)
        x = masked("sum", cast("sum", x, dtype), where, 0)
    result = _sum(x, axis=axis, keepdims=keepdims) if axis is not None or keepdims else _sum(x)
    return result if initial is None else e.add(result, start_of("sum", initial, result.dtype))


@declare(
    kind="linear",
    batching=over_axes,
    x=lambda g, x_shape, axis, keepdims: _spread(
        g * (1.0 / (count(x_shape, axis) or 1)), x_shape, axis, keepdims
    ),
)
def _mean(x: npt.ArrayLike, axis: Axis = None, keepdims: bool = False) -> Array:
    """Return the arithmetic mean over `axis`."""
    array = np.asarray(x)
    if array.dtype.kind == "f" and array.dtype.itemsize >= 4 and array.size:
        # What numpy.mean computes, without its Python layers.
        return _add_over(array, axis, keepdims=keepdims) / count(array.shape, axis)
    return np.mean(array, axis, keepdims=keepdims)  # type: ignore[no-any-return]


@composed(np.mean)
def mean(
    x: npt.ArrayLike,
    axis: Axis = None,
    dtype: npt.DTypeLike | None = None,
    out: None = None,
    keepdims: bool = False,
    *,
    where: npt.ArrayLike = True,
) -> Tensor:
    """The arithmetic mean over `axis`; the arguments are those of :func:`sum`.

    >>> import tinygrad_np as tg
    >>> tg.mean([1.0, 2.0, 6.0]).item()
    3.0
    """
    if out is not None or dtype is not None:
        refuse_out("mean", out)
        x = cast_to_float("mean", x, dtype)
    if where is True:
        if axis is None and not keepdims:
            return _mean(x)
        return _mean(x, axis=axis, keepdims=keepdims)
    t = as_tensor(x)
    mask = mask_of("mean", where, t.shape)
    result = _sum(e._where(mask, t, 0), axis=axis, keepdims=keepdims)
    return e.divide(result, _counted(mask, result, axis, keepdims))


def _counted(mask: Tensor, result: Tensor, axis: Axis, keepdims: bool) -> Tensor:
    """Return the number of elements in each sum, in its dtype: integers would promote it."""
    n = _sum(mask, axis=axis, keepdims=keepdims)
    return astype(n, result.dtype) if result.dtype.kind in "fc" else n


def _before(x: Any) -> Any:  # in either world
    """Return for each element the product of all before it, along the last axis."""
    one = np.broadcast_to(ones(1, x.dtype), (*x.shape[:-1], 1))
    return np.concatenate([one, x[..., :-1]], axis=-1).cumprod(axis=-1)


def _product_of_others(x: Any) -> Any:  # in either world
    """Return, for each element along the last axis, the product of all the others.

    It is the product of those before times the product of those after, which is right also where
    elements are zero, unlike the whole product divided by the element.
    """
    if not x.shape[-1]:
        return x
    return _before(x) * _before(x[..., ::-1])[..., ::-1]


def _prod_rule(g, x, axis, keepdims):  # type: ignore[no-untyped-def]  # either world
    axes = reduced_axes(axis, x.ndim)
    rest = tuple(a for a in range(x.ndim) if a not in axes)
    order = rest + axes
    moved = tuple(x.shape[a] for a in order)
    rows = x.transpose(order).reshape((*moved[: len(rest)], count(x.shape, axes)))
    others = (
        _product_of_others(rows)
        .reshape(moved)
        .transpose(tuple(order.index(a) for a in range(x.ndim)))
    )
    return _keep_axes(g, x.shape, axis, keepdims) * others


@declare(batching=over_axes, x=_prod_rule)
def _prod(x: npt.ArrayLike, axis: Axis = None, keepdims: bool = False) -> Array:
    """Return the product over `axis`."""
    return _multiply_over(x, axis, keepdims=keepdims)


@composed(np.prod)
def prod(
    x: npt.ArrayLike,
    axis: Axis = None,
    dtype: npt.DTypeLike | None = None,
    out: None = None,
    keepdims: bool = False,
    initial: npt.ArrayLike | None = None,
    where: npt.ArrayLike = True,
) -> Tensor:
    """The product of the elements over `axis`; its gradient is right where some are 0.

    The arguments are those of :func:`sum`; `initial` is one more factor.

    >>> import tinygrad_np as tg
    >>> x = tg.tensor([2.0, 0.0, 3.0], requires_grad=True)
    >>> tg.prod(x).backward()
    >>> x.grad
    Tensor([0., 6., 0.], dtype=float64)
    """
    refuse_out("prod", out)
    x = masked("prod", cast("prod", x, dtype), where, 1)
    result = _prod(x, axis=axis, keepdims=keepdims)
    if initial is None:
        return result
    return e.multiply(result, start_of("prod", initial, result.dtype))


def _log_sum_exp_below_0(x: Array, axis: Axis) -> Array:
    """Return log(sum(exp(x))) over `axis`, which stays, for x with the maximum 0.

    The terms exp(0) = 1 are counted separately, so a sum just above 1 keeps all digits, as the
    loss of a confident classifier needs.
    """
    e = np.exp(x)
    largest = x == 0
    e -= largest
    ones = _add_over(largest, axis, keepdims=True, dtype=e.dtype)
    return np.log1p(_add_over(e, axis, keepdims=True) + (ones - 1.0))


def _logsumexp_rule(g, x, out, axis, keepdims):  # type: ignore[no-untyped-def]  # either world
    safe = np.where(out == -np.inf, 0.0, out)  # where all x are -inf the gradient is 0
    return _keep_axes(g, x.shape, axis, keepdims) * np.exp(
        x - _keep_axes(safe, x.shape, axis, keepdims)
    )


@declare(batching=over_axes, x=_logsumexp_rule)
def logsumexp(x: npt.ArrayLike, axis: Axis = None, keepdims: bool = False) -> Array:
    """log(sum(exp(x))) over `axis`, without overflow.

    >>> import tinygrad_np as tg
    >>> tg.logsumexp([1000.0, 1000.0]).item() - 1000.0  # doctest: +ELLIPSIS
    0.69314718055...
    """
    array = as_float(x)
    top = _maximum_over(array, axis, keepdims=True, initial=-np.inf)
    top = np.where(np.isfinite(top), top, top.dtype.type(0))
    with np.errstate(divide="ignore"):  # log 0, where nothing or only -inf is summed
        total = _log_sum_exp_below_0(array - top, axis) + top
    return total if keepdims else total.squeeze(axis)[()]


# --------------------------------------------------------- results without gradient


@declare(batching=over_axes)
def _all(x: npt.ArrayLike, axis: Axis = None, keepdims: bool = False) -> Array:
    """Return whether all elements over `axis` are true."""
    return _and_over(x, axis, keepdims=keepdims)


@composed(np.all)
def all(
    x: npt.ArrayLike,
    axis: Axis = None,
    out: None = None,
    keepdims: bool = False,
    *,
    where: npt.ArrayLike = True,
) -> Tensor:
    """Whether every element over `axis` is true, of those that where= selects.

    >>> import tinygrad_np as tg
    >>> tg.all([True, False], where=[True, False]).item()
    True
    """
    refuse_out("all", out)
    return _all(masked("all", x, where, True), axis=axis, keepdims=keepdims)


@declare(batching=over_axes)
def _any(x: npt.ArrayLike, axis: Axis = None, keepdims: bool = False) -> Array:
    """Return whether any element over `axis` is true."""
    return _or_over(x, axis, keepdims=keepdims)


@composed(np.any)
def any(
    x: npt.ArrayLike,
    axis: Axis = None,
    out: None = None,
    keepdims: bool = False,
    *,
    where: npt.ArrayLike = True,
) -> Tensor:
    """Whether any element over `axis` is true, of those that where= selects.

    >>> import tinygrad_np as tg
    >>> tg.any([True, False], where=[False, True]).item()
    False
    """
    refuse_out("any", out)
    return _any(masked("any", x, where, False), axis=axis, keepdims=keepdims)


@composed(np.count_nonzero)
def count_nonzero(x: npt.ArrayLike, axis: Axis = None, *, keepdims: bool = False) -> Tensor:
    """How many elements over `axis` are not zero: an integer, without gradient.

    >>> import tinygrad_np as tg
    >>> tg.count_nonzero([1.0, 0.0, 3.0]).item()
    2
    """
    return _sum(e.not_equal(x, 0), axis=axis, keepdims=keepdims)
