"""Reductions and scans that skip NaN, the mark of a missing number.

No gradient flows to an element that is NaN, unless all elements of a slice are.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from ..engine.access import number_or_array
from ..engine.declarations import declare
from ..engine.op import composed
from ..engine.tensor import Array, Tensor
from . import elementwise as e
from .arguments import Axis, cast_to_float, mask_of, refuse_out, start_of
from .batching import along_one_axis, over_axes
from .extrema import _extremum, _extremum_rule, max, min
from .operands import as_tensor
from .reductions import _counted, mean, prod, sum
from .scans import cumprod, cumsum
from .statistics import _deviation, var

_fmax_over: Callable[..., Array] = np.fmax.reduce
_fmin_over: Callable[..., Array] = np.fmin.reduce


def _filled(x: Any, value: float) -> Any:
    """Return `x` with NaN replaced by another value; integers have none."""
    t = as_tensor(x)
    return e._where(e.isnan(t), value, t) if t.dtype.kind in "fc" else t


def _present(op: str, x: Tensor, where: Any) -> Any:
    """Return which elements take part: those that are not NaN and that where= selects."""
    if x.dtype.kind not in "fc":
        return where
    mask = e.logical_not(e.isnan(x))
    return mask if where is True else e.logical_and(mask, mask_of(op, where, x.shape))


@composed(np.nansum)
def nansum(
    x: npt.ArrayLike,
    axis: Axis = None,
    dtype: npt.DTypeLike | None = None,
    out: None = None,
    keepdims: bool = False,
    initial: npt.ArrayLike | None = None,
    where: npt.ArrayLike = True,
) -> Tensor:
    """The sum over `axis` of the elements that are not NaN, with the arguments of `sum`.

    >>> import tinygrad_np as tg
    >>> tg.nansum([1.0, float("nan"), 3.0]).item()
    4.0
    """
    refuse_out("nansum", out)
    return sum(_filled(x, 0.0), axis, dtype, None, keepdims, initial, where)


@composed(np.nanprod)
def nanprod(
    x: npt.ArrayLike,
    axis: Axis = None,
    dtype: npt.DTypeLike | None = None,
    out: None = None,
    keepdims: bool = False,
    initial: npt.ArrayLike | None = None,
    where: npt.ArrayLike = True,
) -> Tensor:
    """The product over `axis` of the elements that are not NaN, with the arguments of `prod`.

    >>> import tinygrad_np as tg
    >>> tg.nanprod([2.0, float("nan"), 3.0]).item()
    6.0
    """
    refuse_out("nanprod", out)
    return prod(_filled(x, 1.0), axis, dtype, None, keepdims, initial, where)


@composed(np.nancumsum)
def nancumsum(
    x: npt.ArrayLike,
    axis: int | None = None,
    dtype: npt.DTypeLike | None = None,
    out: None = None,
) -> Tensor:
    """The running sum along `axis` with NaN counted as 0, with the arguments of `cumsum`.

    >>> import tinygrad_np as tg
    >>> tg.nancumsum([1.0, float("nan"), 3.0])
    Tensor([1., 1., 4.], dtype=float64)
    """
    refuse_out("nancumsum", out)
    return cumsum(_filled(x, 0.0), axis, dtype)


@composed(np.nancumprod)
def nancumprod(
    x: npt.ArrayLike,
    axis: int | None = None,
    dtype: npt.DTypeLike | None = None,
    out: None = None,
) -> Tensor:
    """The running product along `axis` with NaN counted as 1, with the arguments of `cumprod`.

    >>> import tinygrad_np as tg
    >>> tg.nancumprod([2.0, float("nan"), 3.0])
    Tensor([2., 2., 6.], dtype=float64)
    """
    refuse_out("nancumprod", out)
    return cumprod(_filled(x, 1.0), axis, dtype)


@composed(np.nanmean)
def nanmean(
    x: npt.ArrayLike,
    axis: Axis = None,
    dtype: npt.DTypeLike | None = None,
    out: None = None,
    keepdims: bool = False,
    *,
    where: npt.ArrayLike = True,
) -> Tensor:
    """The mean over `axis` of the elements that are not NaN, with the arguments of `mean`.

    If there are none it is NaN, with NumPy's warning about 0 / 0.

    >>> import tinygrad_np as tg
    >>> tg.nanmean([1.0, float("nan"), 3.0]).item()
    2.0
    """
    refuse_out("nanmean", out)
    t = as_tensor(cast_to_float("nanmean", x, dtype))
    return mean(_filled(t, 0.0), axis, keepdims=keepdims, where=_present("nanmean", t, where))


@composed(np.nanvar)
def nanvar(
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
    """The variance over `axis` of the elements that are not NaN, with the arguments of `var`.

    If there are at most `ddof` of them it is NaN.

    >>> import tinygrad_np as tg
    >>> tg.nanvar([1.0, float("nan"), 3.0]).item()
    1.0
    """
    refuse_out("nanvar", out)
    t = as_tensor(cast_to_float("nanvar", x, dtype))
    taken = _present("nanvar", t, where)
    result = var(
        _filled(t, 0.0),
        axis,
        ddof=ddof,
        keepdims=keepdims,
        where=taken,
        mean=mean,
        correction=correction,
    )
    if taken is True:
        return result
    n = _counted(taken, result, axis, keepdims)
    enough = e.greater(n, ddof if correction is None else correction)
    return number_or_array(e._where(enough, result, np.nan))


@composed(np.nanstd)
def nanstd(
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
    """The square root of :func:`nanvar`, with its arguments.

    >>> import tinygrad_np as tg
    >>> tg.nanstd([1.0, float("nan"), 3.0]).item()
    1.0
    """
    refuse_out("nanstd", out)
    return _deviation(
        nanvar(
            x,
            axis,
            dtype,
            ddof=ddof,
            keepdims=keepdims,
            where=where,
            mean=mean,
            correction=correction,
        )
    )


def _warned(out: Any) -> Any:
    """Return an array, with NumPy's warning if some results are NaN because all elements were."""
    if out.dtype.kind in "fc" and np.isnan(out).any():
        warnings.warn("All-NaN slice encountered", RuntimeWarning, stacklevel=3)
    return out


def _with_start(name: str, x: Any, initial: Any) -> Any:
    """Return `x` with NaN replaced by a number that does not change the result."""
    t = as_tensor(x)
    start = start_of(name, initial, t.dtype)
    return e._where(e.isnan(t), start, t) if t.dtype.kind in "fc" else t


@declare(batching=over_axes, x=_extremum_rule)
def _nanmax(x: npt.ArrayLike, axis: Axis = None, keepdims: bool = False) -> Array:
    """Return the largest element over `axis` that is not NaN."""
    return _warned(_fmax_over(x, axis, keepdims=keepdims))  # type: ignore[no-any-return]


@composed(np.nanmax)
def nanmax(
    x: npt.ArrayLike,
    axis: Axis = None,
    out: None = None,
    keepdims: bool = False,
    initial: npt.ArrayLike | None = None,
    where: npt.ArrayLike = True,
) -> Tensor:
    """The largest element over `axis` that is not NaN, with the arguments of `max`.

    Ties share the gradient equally. If all are NaN, so is the result, with a warning.

    >>> import tinygrad_np as tg
    >>> tg.nanmax([1.0, float("nan"), 3.0]).item()
    3.0
    """
    if initial is not None:
        return max(_with_start("nanmax", x, initial), axis, out, keepdims, initial, where)
    of_two = e.maximum
    return _extremum("nanmax", _nanmax, of_two, x, axis, out, keepdims, None, where)


@declare(batching=over_axes, x=_extremum_rule)
def _nanmin(x: npt.ArrayLike, axis: Axis = None, keepdims: bool = False) -> Array:
    """Return the smallest element over `axis` that is not NaN."""
    return _warned(_fmin_over(x, axis, keepdims=keepdims))  # type: ignore[no-any-return]


@composed(np.nanmin)
def nanmin(
    x: npt.ArrayLike,
    axis: Axis = None,
    out: None = None,
    keepdims: bool = False,
    initial: npt.ArrayLike | None = None,
    where: npt.ArrayLike = True,
) -> Tensor:
    """The smallest element over `axis` that is not NaN, with the arguments of `min`.

    Ties share the gradient equally. If all are NaN, so is the result, with a warning.

    >>> import tinygrad_np as tg
    >>> tg.nanmin([1.0, float("nan"), 3.0]).item()
    1.0
    """
    if initial is not None:
        return min(_with_start("nanmin", x, initial), axis, out, keepdims, initial, where)
    of_two = e.minimum
    return _extremum("nanmin", _nanmin, of_two, x, axis, out, keepdims, None, where)


@declare(batching=along_one_axis)
def _nanargmax(x: npt.ArrayLike, axis: int | None = None, keepdims: bool = False) -> Array:
    """Return the index of the largest element along `axis` that is not NaN."""
    return np.nanargmax(x, axis, keepdims=keepdims)  # type: ignore[no-any-return]


@composed(np.nanargmax)
def nanargmax(
    x: npt.ArrayLike, axis: int | None = None, out: None = None, *, keepdims: bool = False
) -> Tensor:
    """The index of the largest element along `axis` that is not NaN: no gradient.

    >>> import tinygrad_np as tg
    >>> tg.nanargmax([1.0, float("nan"), 3.0]).item()
    2
    """
    refuse_out("nanargmax", out)
    return _nanargmax(x, axis=axis, keepdims=keepdims)


@declare(batching=along_one_axis)
def _nanargmin(x: npt.ArrayLike, axis: int | None = None, keepdims: bool = False) -> Array:
    """Return the index of the smallest element along `axis` that is not NaN."""
    return np.nanargmin(x, axis, keepdims=keepdims)  # type: ignore[no-any-return]


@composed(np.nanargmin)
def nanargmin(
    x: npt.ArrayLike, axis: int | None = None, out: None = None, *, keepdims: bool = False
) -> Tensor:
    """The index of the smallest element along `axis` that is not NaN: no gradient.

    >>> import tinygrad_np as tg
    >>> tg.nanargmin([1.0, float("nan"), 3.0]).item()
    0
    """
    refuse_out("nanargmin", out)
    return _nanargmin(x, axis=axis, keepdims=keepdims)
