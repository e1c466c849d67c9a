"""Sums, means, extrema: functions that make axes disappear."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from ..engine.makers import declare, either
from ..engine.op import composed
from ..engine.tensor import Array, Tensor
from .elementwise import divide, square, subtract
from .elementwise import sqrt as sqrt_of

Axis = int | tuple[int, ...] | None

# NumPy's annotations refuse a `keepdims` that is not written out.
Reduce = Callable[..., Array]
add_over: Reduce = np.add.reduce  # half the cost of x.sum()
multiply_over: Reduce = np.multiply.reduce
maximum_over: Reduce = np.maximum.reduce
minimum_over: Reduce = np.minimum.reduce
and_over: Reduce = np.logical_and.reduce
or_over: Reduce = np.logical_or.reduce


def reduced_axes(axis: Axis, ndim: int) -> tuple[int, ...]:
    """Return the axes a reduction of `ndim` axes makes disappear, counted from the front."""
    if axis is None or not ndim:
        return tuple(range(ndim))
    return tuple(a % ndim for a in (axis if isinstance(axis, tuple) else (axis,)))


def keep_axes(g: Any, x_shape: tuple[int, ...], axis: Axis, keepdims: bool) -> Any:
    """Return `g` with the reduced axes back as axes of size 1."""
    if keepdims or g.ndim == len(x_shape):
        return g
    if axis is None:
        return g.reshape((1,) * len(x_shape))
    axes = reduced_axes(axis, len(x_shape))
    return g.reshape(tuple(1 if i in axes else n for i, n in enumerate(x_shape)))


def spread(g: Any, x_shape: tuple[int, ...], axis: Axis, keepdims: bool) -> Any:
    """Return `g` repeated along the axes that a reduction summed over."""
    if g.size == 1 and not isinstance(g, Tensor):
        # One number seen as an array by strides of 0: a sixth of the cost of broadcast_to.
        return np.ndarray(x_shape, g.dtype, g, 0, (0,) * len(x_shape))
    return np.broadcast_to(keep_axes(g, x_shape, axis, keepdims), x_shape)


def as_float(x: npt.ArrayLike) -> Array:
    """Return an array of floating-point numbers, integers as float64."""
    array = np.asarray(x)
    return array if array.dtype.kind in "fc" else array.astype(float)


def count(shape: tuple[int, ...], axis: Axis) -> int:
    """Return how many elements of an array of `shape` are reduced into one."""
    return math.prod(shape if axis is None else [shape[a] for a in reduced_axes(axis, len(shape))])


@declare(np.sum, kind="linear", x=spread)
def sum(x: npt.ArrayLike, axis: Axis = None, keepdims: bool = False) -> Array:
    """The sum of the elements over `axis`: an int, a tuple, or all of them.

    >>> import tinygrad_np as tg
    >>> tg.sum([[1.0, 2.0], [3.0, 4.0]], axis=0)
    Tensor([4., 6.], dtype=float64)
    """
    return add_over(x, axis, keepdims=keepdims)


@declare(
    np.mean,
    kind="linear",
    x=lambda g, x_shape, axis, keepdims: spread(
        g * (1.0 / (count(x_shape, axis) or 1)), x_shape, axis, keepdims
    ),
)
def mean(x: npt.ArrayLike, axis: Axis = None, keepdims: bool = False) -> Array:
    """The arithmetic mean over `axis`.

    >>> import tinygrad_np as tg
    >>> tg.mean([1.0, 2.0, 6.0]).item()
    3.0
    """
    array = np.asarray(x)
    if array.dtype.kind == "f" and array.dtype.itemsize >= 4 and array.size:
        # What numpy.mean computes, without its Python layers.
        return add_over(array, axis, keepdims=keepdims) / count(array.shape, axis)
    return np.mean(array, axis, keepdims=keepdims)  # type: ignore[no-any-return]


def _others_rule(g, x):  # type: ignore[no-untyped-def]  # either world
    # d others[j] / d x[k] is the product without j and k: the others of x with a 1 at k.
    one_out = np.eye(x.shape[-1], dtype=bool)
    pairs = _others(np.where(one_out, 1.0, x[..., None, :]))
    return (np.where(one_out, 0.0, pairs) * g[..., None, :]).sum(axis=-1)


@declare(public=False, x=_others_rule)
def product_of_others(x: Array) -> Array:
    """Return, for each element along the last axis, the product of all the others.

    The product of those before times the product of those after: right where elements are
    zero, which the product divided by the element is not.
    """
    out = np.ones_like(x)
    np.multiply.accumulate(x[..., :-1], -1, out=out[..., 1:])
    out[..., :-1] *= np.multiply.accumulate(x[..., :0:-1], -1)[..., ::-1]
    return out


_others = either(product_of_others)


def _prod_rule(g, x, axis, keepdims):  # type: ignore[no-untyped-def]  # either world
    axes = reduced_axes(axis, x.ndim)
    rest = tuple(a for a in range(x.ndim) if a not in axes)
    order = rest + axes
    moved = tuple(x.shape[a] for a in order)
    rows = x.transpose(order).reshape((*moved[: len(rest)], count(x.shape, axes)))
    others = _others(rows).reshape(moved).transpose(tuple(order.index(a) for a in range(x.ndim)))
    return keep_axes(g, x.shape, axis, keepdims) * others


@declare(np.prod, x=_prod_rule)
def prod(x: npt.ArrayLike, axis: Axis = None, keepdims: bool = False) -> Array:
    """The product of the elements over `axis`; its gradient is right where some are 0.

    >>> import tinygrad_np as tg
    >>> x = tg.tensor([2.0, 0.0, 3.0], requires_grad=True)
    >>> tg.prod(x).backward()
    >>> x.grad
    Tensor([0., 6., 0.], dtype=float64)
    """
    return multiply_over(x, axis, keepdims=keepdims)


def _extremum_rule(g, x, out, axis, keepdims):  # type: ignore[no-untyped-def]  # either world
    # Where the result is NaN, the NaN elements made it so.
    ties = (x == keep_axes(out, x.shape, axis, keepdims)) | (x != x)
    n = ties.sum(axis=axis, keepdims=True).astype(g.dtype)
    return keep_axes(g, x.shape, axis, keepdims) / n * ties


@declare(np.max, x=_extremum_rule)
def max(x: npt.ArrayLike, axis: Axis = None, keepdims: bool = False) -> Array:
    """The largest element over `axis`; ties share the gradient equally.

    >>> import tinygrad_np as tg
    >>> tg.max([[1.0, 5.0], [7.0, 2.0]], axis=1)
    Tensor([5., 7.], dtype=float64)
    """
    return maximum_over(x, axis, keepdims=keepdims)


@declare(np.min, x=_extremum_rule)
def min(x: npt.ArrayLike, axis: Axis = None, keepdims: bool = False) -> Array:
    """The smallest element over `axis`; ties share the gradient equally.

    >>> import tinygrad_np as tg
    >>> tg.min([[1.0, 5.0], [7.0, 2.0]], axis=1)
    Tensor([1., 2.], dtype=float64)
    """
    return minimum_over(x, axis, keepdims=keepdims)


@composed(np.var)
def var(x: npt.ArrayLike, axis: Axis = None, ddof: float = 0, keepdims: bool = False) -> Tensor:
    """The variance over `axis`: the mean squared distance to the mean.

    Args:
        x: The array.
        axis: An int, a tuple, or ``None`` for all axes.
        ddof: What is subtracted from the number of elements in the divisor; NumPy's
            default is 0 (PyTorch's is 1).
        keepdims: Whether the reduced axes stay, with size 1.

    >>> import tinygrad_np as tg
    >>> tg.var([1.0, 3.0]).item()
    1.0
    """
    centred = subtract(x, mean(x, axis, True))
    n = count(centred.shape, tuple(axis) if isinstance(axis, list) else axis)
    return divide(sum(square(centred), axis, keepdims), n - ddof)


@composed(np.std)
def std(x: npt.ArrayLike, axis: Axis = None, ddof: float = 0, keepdims: bool = False) -> Tensor:
    """The standard deviation over `axis`: the root of :func:`var`, with its arguments.

    The gradient where all elements are equal is NaN, as that of a square root at 0.

    >>> import tinygrad_np as tg
    >>> tg.std([1.0, 3.0]).item()
    1.0
    """
    return sqrt_of(var(x, axis, ddof, keepdims))


def log_sum_exp_below_0(x: Array, axis: Axis) -> Array:
    """Return log(sum(exp(x))) over `axis`, which stays, for x up to 0 that reach it.

    The ones that exp(0) gives are counted apart, so a sum just above 1 keeps all digits: it
    is what a confident classifier's loss consists of.
    """
    e = np.exp(x)
    largest = x == 0
    e -= largest
    ones = add_over(largest, axis, keepdims=True, dtype=e.dtype)
    return np.log1p(add_over(e, axis, keepdims=True) + (ones - 1.0))


def _logsumexp_rule(g, x, out, axis, keepdims):  # type: ignore[no-untyped-def]  # either world
    safe = np.where(out == -np.inf, 0.0, out)  # where all x are -inf the gradient is 0
    return keep_axes(g, x.shape, axis, keepdims) * np.exp(
        x - keep_axes(safe, x.shape, axis, keepdims)
    )


@declare(x=_logsumexp_rule)
def logsumexp(x: npt.ArrayLike, axis: Axis = None, keepdims: bool = False) -> Array:
    """log(sum(exp(x))) over `axis`, without overflow.

    >>> import tinygrad_np as tg
    >>> tg.logsumexp([1000.0, 1000.0]).item() - 1000.0  # doctest: +ELLIPSIS
    0.69314718055...
    """
    array = as_float(x)
    top = maximum_over(array, axis, keepdims=True, initial=-np.inf)
    top = np.where(np.isfinite(top), top, top.dtype.type(0))
    with np.errstate(divide="ignore"):  # log 0, where nothing or only -inf is summed
        total = log_sum_exp_below_0(array - top, axis) + top
    return total if keepdims else total.squeeze(axis)


# --------------------------------------------------------- answers without gradient


@declare(np.argmax, kind="constant")
def argmax(x: npt.ArrayLike, axis: int | None = None, keepdims: bool = False) -> Array:
    """The index of the largest element along `axis`; the first of several."""
    return np.argmax(x, axis, keepdims=keepdims)  # type: ignore[no-any-return]


@declare(np.argmin, kind="constant")
def argmin(x: npt.ArrayLike, axis: int | None = None, keepdims: bool = False) -> Array:
    """The index of the smallest element along `axis`; the first of several."""
    return np.argmin(x, axis, keepdims=keepdims)  # type: ignore[no-any-return]


@declare(np.all, kind="constant")
def all(x: npt.ArrayLike, axis: Axis = None, keepdims: bool = False) -> Array:
    """Whether every element over `axis` is true."""
    return and_over(x, axis, keepdims=keepdims)


@declare(np.any, kind="constant")
def any(x: npt.ArrayLike, axis: Axis = None, keepdims: bool = False) -> Array:
    """Whether some element over `axis` is true."""
    return or_over(x, axis, keepdims=keepdims)
