"""Running sums and products: functions that keep the axis they work along."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ..engine.declarations import declare, either
from ..engine.errors import ShapeError
from ..engine.op import composed
from ..engine.passes import ones
from ..engine.since import late
from ..engine.tensor import Array, Tensor
from .arguments import cast, refuse_out
from .batching import along_one_axis, of_rows
from .operands import as_tensor, axis_from_front
from .shaping import concatenate, ravel


def _backward_sum(g, axis):  # type: ignore[no-untyped-def]  # either world
    backward = (slice(None),) * (axis % g.ndim) + (slice(None, None, -1),)
    return g[backward].cumsum(axis=axis)[backward]


@declare(kind="linear", batching=along_one_axis, x=_backward_sum)
def _cumsum(x: npt.ArrayLike, axis: int = 0) -> Array:
    """Return the sums of the elements up to each along `axis`."""
    return np.add.accumulate(x, axis)


def _before(x: Any, first: float) -> Any:  # in either world
    """Return each element's predecessor along the last axis; `first` is that of the first."""
    edge = np.broadcast_to(ones(1, x.dtype) * first, (*x.shape[:-1], 1))
    return np.concatenate([edge, x[..., :-1]], axis=-1)


def _adjoint(g: Any, x: Any) -> Any:  # in either world
    """Return the recurrence :func:`_recur_op` run backward: s_i = x_(i+1) s_(i+1) + g_i."""
    return _recur_op(_before(x[..., ::-1], 0.0), g[..., ::-1])[..., ::-1]


@declare(
    batching=of_rows,
    x=lambda g, x, out: _adjoint(g, x) * _before(out, 0.0),
    y=lambda g, x: _adjoint(g, x),
)
def _recur(x: Array, y: Array) -> Array:
    """Return the s with ``s[i] = x[i] * s[i-1] + y[i]`` along the last axis, from s[-1] = 0.

    It takes logarithmically many passes: after each, `x` is the product and `out` the sum of twice
    as many steps (Hillis and Steele, "Data parallel algorithms", 1986).
    """
    out, factors, reach = np.array(y, order="C"), np.array(x, order="C"), 1
    while reach < out.shape[-1]:
        out[..., reach:] += factors[..., reach:] * out[..., :-reach]
        factors[..., reach:] *= factors[..., :-reach]
        reach *= 2
    return out


_recur_op = either(_recur)


def _cumprod_rule(g, x, out, axis):  # type: ignore[no-untyped-def]  # either world
    # d out[i] / d x[k] is the product before k times that between k and i, without a division,
    # so zeros do no harm. The sum over i is a recurrence.
    g, x, out = (a.swapaxes(axis, -1) for a in (g, x, out))
    if not x.shape[-1]:
        return (g * x).swapaxes(axis, -1)
    return (_adjoint(g, x) * _before(out, 1.0)).swapaxes(axis, -1)


@declare(batching=along_one_axis, x=_cumprod_rule)
def _cumprod(x: npt.ArrayLike, axis: int = 0) -> Array:
    """Return the products of the elements up to each along `axis`."""
    return np.multiply.accumulate(x, axis)


def _scanned(name: str, op: Any, x: Any, axis: int | None) -> Tensor:
    """Return a scan of `x` along one axis, or of its elements in one row."""
    t = as_tensor(x)
    if axis is None or not t.ndim:
        if axis not in (None, 0, -1):
            raise ShapeError(f"{name}: there is no axis {axis} in shape ()")
        t, axis = ravel(t), 0
    return op(t, axis=axis_from_front(axis, t.ndim, name))  # type: ignore[no-any-return]


@composed(np.cumsum)
def cumsum(
    x: npt.ArrayLike,
    axis: int | None = None,
    dtype: npt.DTypeLike | None = None,
    out: None = None,
) -> Tensor:
    """The sums of the elements up to each along `axis`; of all in one row if it is ``None``.

    Args:
        x: The array.
        axis: The axis to sum along, which stays.
        dtype: What to compute in; the gradient comes back in the dtype of `x`.
        out: Refused: a result is a new Tensor.

    >>> import tinygrad_np as tg
    >>> tg.cumsum([1.0, 2.0, 4.0])
    Tensor([1., 3., 7.], dtype=float64)
    """
    refuse_out("cumsum", out)
    return _scanned("cumsum", _cumsum, cast("cumsum", x, dtype), axis)


@composed(np.cumprod)
def cumprod(
    x: npt.ArrayLike,
    axis: int | None = None,
    dtype: npt.DTypeLike | None = None,
    out: None = None,
) -> Tensor:
    """The products of the elements up to each along `axis`, with the arguments of `cumsum`.

    The gradient is right also where elements are 0, and needs memory for as many numbers as there
    are elements.

    >>> import tinygrad_np as tg
    >>> x = tg.tensor([2.0, 0.0, 3.0], requires_grad=True)
    >>> tg.cumprod(x).sum().backward()
    >>> x.grad
    Tensor([1., 8., 0.], dtype=float64)
    """
    refuse_out("cumprod", out)
    return _scanned("cumprod", _cumprod, cast("cumprod", x, dtype), axis)


def _cumulative(
    name: str, op: Any, x: Any, axis: int | None, dtype: Any, out: Any, first: int | None
) -> Tensor:
    """Return a scan as in the array API: an axis is required, an initial value optional."""
    refuse_out(name, out)
    t = as_tensor(cast(name, x, dtype))
    if t.ndim == 0:
        raise ShapeError(f"{name}: an array without axes has no axis to work along")
    if axis is None:
        if t.ndim > 1:
            raise ShapeError(f"{name}: for shape {t.shape} axis= must be given")
        axis = 0
    axis = axis_from_front(axis, t.ndim, name)
    scanned = op(t, axis=axis)
    if first is None:
        return scanned  # type: ignore[no-any-return]
    edge = np.full((*t.shape[:axis], 1, *t.shape[axis + 1 :]), first, scanned.dtype)
    return concatenate([edge, scanned], axis=axis)


@composed(late("cumulative_sum"))
def cumulative_sum(
    x: npt.ArrayLike,
    /,
    *,
    axis: int | None = None,
    dtype: npt.DTypeLike | None = None,
    out: None = None,
    include_initial: bool = False,
) -> Tensor:
    """The sums of the elements up to each along `axis`, after a 0 if `include_initial`.

    The axis may be left out only if there is just one.

    >>> import tinygrad_np as tg
    >>> tg.cumulative_sum([1.0, 2.0, 4.0], include_initial=True)
    Tensor([0., 1., 3., 7.], dtype=float64)
    """
    first = 0 if include_initial else None
    return _cumulative("cumulative_sum", _cumsum, x, axis, dtype, out, first)


@composed(late("cumulative_prod"))
def cumulative_prod(
    x: npt.ArrayLike,
    /,
    *,
    axis: int | None = None,
    dtype: npt.DTypeLike | None = None,
    out: None = None,
    include_initial: bool = False,
) -> Tensor:
    """The products of the elements up to each along `axis`, after a 1 if `include_initial`.

    The axis may be left out only if there is just one.

    >>> import tinygrad_np as tg
    >>> tg.cumulative_prod([2.0, 3.0], include_initial=True)
    Tensor([1., 2., 6.], dtype=float64)
    """
    first = 1 if include_initial else None
    return _cumulative("cumulative_prod", _cumprod, x, axis, dtype, out, first)
