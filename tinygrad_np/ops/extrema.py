"""Largest and smallest elements, and their indices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from ..engine.declarations import declare
from ..engine.op import composed
from ..engine.tensor import Array, Tensor
from . import elementwise as e
from .arguments import Axis, count, masked, refuse_out, start_of
from .batching import along_one_axis, over_axes
from .operands import as_tensor
from .reductions import _add_over, _keep_axes, _maximum_over, _Reduce
from .shaping import broadcast_to

_minimum_over: _Reduce = np.minimum.reduce


def _extremum_rule(g, x, out, axis, keepdims):  # type: ignore[no-untyped-def]  # either world
    """Return the cotangent, shared equally among the elements equal to the extremum."""
    # Where the result is NaN, the NaN elements share the cotangent.
    largest = _keep_axes(out, x.shape, axis, keepdims)
    ties = (x == largest) | ((x != x) & (largest != largest))
    n = ties.sum(axis=axis, keepdims=True).astype(g.dtype)
    return _keep_axes(g, x.shape, axis, keepdims) / n * ties


def _extremum(
    name: str,
    op: Callable[..., Tensor],
    of_two: Callable[..., Tensor],
    x: npt.ArrayLike,
    axis: Axis,
    out: Any,
    keepdims: bool,
    initial: npt.ArrayLike | None,
    where: npt.ArrayLike,
) -> Tensor:
    """Return the extremum over `axis` of `initial` and the elements that where= selects."""
    refuse_out(name, out)
    if initial is None:
        if where is not True:
            raise ValueError(f"{name}: where= needs initial=, since it may select no element")
        return op(x, axis=axis, keepdims=keepdims)
    t = as_tensor(x)
    start = start_of(name, initial, t.dtype)
    if not count(t.shape, axis):
        shape = _add_over(np.empty(t.shape), axis, keepdims=keepdims).shape
        return broadcast_to(start, shape)
    among = op(masked(name, t, where, start), axis=axis, keepdims=keepdims)
    return of_two(among, start)


@declare(batching=over_axes, x=_extremum_rule)
def _max(x: npt.ArrayLike, axis: Axis = None, keepdims: bool = False) -> Array:
    """Return the largest element over `axis`."""
    return _maximum_over(x, axis, keepdims=keepdims)


@composed(np.max, np.amax)
def max(
    x: npt.ArrayLike,
    axis: Axis = None,
    out: None = None,
    keepdims: bool = False,
    initial: npt.ArrayLike | None = None,
    where: npt.ArrayLike = True,
) -> Tensor:
    """The largest element over `axis`; ties share the gradient equally.

    Args:
        x: The array.
        axis: The axes to reduce; ``None`` for all.
        out: Not supported: the result is a new Tensor.
        keepdims: Whether the reduced axes stay, with size 1.
        initial: A number that takes part too, so that the array may be empty.
        where: Booleans that broadcast to `x` and select elements. Needs `initial`.

    >>> import tinygrad_np as tg
    >>> tg.max([[1.0, 5.0], [7.0, 2.0]], axis=1)
    Tensor([5., 7.], dtype=float64)
    """
    return _extremum("max", _max, e.maximum, x, axis, out, keepdims, initial, where)


@declare(batching=over_axes, x=_extremum_rule)
def _min(x: npt.ArrayLike, axis: Axis = None, keepdims: bool = False) -> Array:
    """Return the smallest element over `axis`."""
    return _minimum_over(x, axis, keepdims=keepdims)


@composed(np.min, np.amin)
def min(
    x: npt.ArrayLike,
    axis: Axis = None,
    out: None = None,
    keepdims: bool = False,
    initial: npt.ArrayLike | None = None,
    where: npt.ArrayLike = True,
) -> Tensor:
    """The smallest element over `axis`; ties share the gradient equally.

    The arguments are those of :func:`max`.

    >>> import tinygrad_np as tg
    >>> tg.min([[1.0, 5.0], [7.0, 2.0]], axis=1)
    Tensor([1., 2.], dtype=float64)
    """
    return _extremum("min", _min, e.minimum, x, axis, out, keepdims, initial, where)


@composed(np.ptp)
def ptp(x: npt.ArrayLike, axis: Axis = None, out: None = None, keepdims: bool = False) -> Tensor:
    """The largest minus the smallest element over `axis`; ties share the gradient equally.

    >>> import tinygrad_np as tg
    >>> tg.ptp([[1.0, 5.0], [7.0, 2.0]], axis=1)
    Tensor([4., 5.], dtype=float64)
    """
    refuse_out("ptp", out)
    t = as_tensor(x)
    return e.subtract(max(t, axis, keepdims=keepdims), min(t, axis, keepdims=keepdims))


@declare(batching=along_one_axis)
def _argmax(x: npt.ArrayLike, axis: int | None = None, keepdims: bool = False) -> Array:
    """Return the index of the largest element along `axis`."""
    return np.argmax(x, axis, keepdims=keepdims)  # type: ignore[no-any-return]


@composed(np.argmax)
def argmax(
    x: npt.ArrayLike, axis: int | None = None, out: None = None, *, keepdims: bool = False
) -> Tensor:
    """The index of the largest element along `axis`, or of the first of several.

    >>> import tinygrad_np as tg
    >>> tg.argmax([1.0, 5.0, 5.0]).item()
    1
    """
    refuse_out("argmax", out)
    return _argmax(x, axis=axis, keepdims=keepdims)


@declare(batching=along_one_axis)
def _argmin(x: npt.ArrayLike, axis: int | None = None, keepdims: bool = False) -> Array:
    """Return the index of the smallest element along `axis`."""
    return np.argmin(x, axis, keepdims=keepdims)  # type: ignore[no-any-return]


@composed(np.argmin)
def argmin(
    x: npt.ArrayLike, axis: int | None = None, out: None = None, *, keepdims: bool = False
) -> Tensor:
    """The index of the smallest element along `axis`, or of the first of several.

    >>> import tinygrad_np as tg
    >>> tg.argmin([1.0, 0.0, 0.0]).item()
    1
    """
    refuse_out("argmin", out)
    return _argmin(x, axis=axis, keepdims=keepdims)
