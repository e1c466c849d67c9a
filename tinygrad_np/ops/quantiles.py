"""Medians, quantiles, percentiles: elements of the sorted array, or mixtures of two neighbours.

The place of a quantile is NumPy's own result for the numbers 0, 1, 2, ... So every method of NumPy
is supported, each with the derivative given by its weights.
"""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import numpy.typing as npt

from ..engine.access import concrete, number_or_array
from ..engine.declarations import declare
from ..engine.errors import DTypeError, UnsupportedError
from ..engine.op import Op, composed
from ..engine.tensor import Array, Tensor
from . import elementwise as e
from .arguments import Axis, reduced_axes, refuse_out
from .batching import Operands, Params
from .operands import as_tensor
from .ordering import sort
from .reductions import _sum, mean
from .shaping import astype, reshape, transpose


def _in_rows(t: Tensor, axis: Axis) -> tuple[Tensor, tuple[int, ...], tuple[int, ...]]:
    """Return `x` with the reduced axes joined as the last of two, and the shapes to restore."""
    axes = reduced_axes(axis, t.ndim)
    rest = tuple(a for a in range(t.ndim) if a not in axes)
    kept = tuple(1 if a in axes else n for a, n in enumerate(t.shape))
    shape = tuple(t.shape[a] for a in rest)
    rows = int(np.prod(shape, dtype=int))
    n = int(np.prod([t.shape[a] for a in axes], dtype=int))
    return reshape(transpose(t, rest + axes), (rows, n)), shape, kept


# Methods that take one of the elements, so that integers stay integers.
_ONE_ELEMENT = ("lower", "higher", "nearest", "inverted_cdf", "closest_observation")


def _places(n: int, q: Any, method: Any, dtype: Any) -> tuple[Any, Any, Any]:
    """Return the pair of `n` sorted elements that each quantile lies between, and its weight."""
    position = np.quantile(np.arange(n, dtype=float), q, method=method)
    low = np.floor(position)
    share = position - low
    return low.astype(int), np.ceil(position).astype(int), share.astype(dtype)


def _between(low: Any, high: Any, share: Any) -> Any:
    """Return the mixture of `low` and `high`; an infinite `high` of weight 0 does no harm."""
    if not share.any():
        return low if low.dtype == share.dtype else astype(low, share.dtype)
    return low * (1.0 - share) + e._where(share > 0, high, 0.0) * share


def _quantile(
    name: str, x: Any, q: Any, axis: Axis, out: Any, method: str, keepdims: bool, skip_nan: bool
) -> Tensor:
    refuse_out(name, out)
    q = _constant(name, q)
    t, weak = as_tensor(x), isinstance(q, (int, float))
    q = np.asarray(q)
    if t.dtype.kind == "c":
        raise UnsupportedError(f"{name}: complex numbers have no order")
    dtype = t.dtype
    if method not in _ONE_ELEMENT:
        if t.dtype.kind == "b":
            raise DTypeError(f"{name}: nothing lies between booleans; use astype(float)")
        if t.dtype.kind != "f":
            t = astype(t, np.float64)
        dtype = t.dtype if weak else np.result_type(t.dtype, q.dtype)
    if q.size and not (q.min() >= 0 and q.max() <= 1):
        raise ValueError(f"{name}: what is asked for must lie between 0 and all")
    rows, shape, kept = _in_rows(t, axis)
    n = rows.shape[1]
    if n == 0:
        raise IndexError(f"{name}: of no elements there is none")
    ordered = sort(rows, axis=1)
    if skip_nan:
        found = _of_present(ordered, q.ravel(), method, dtype)
    else:
        low, high, share = _places(n, q.ravel(), method, dtype)
        found = _between(ordered[:, low], ordered[:, high], share)
        last = ordered[:, -1:]  # NaN is sorted to the end
        found = e._where(e.isnan(last), last, found)
    found = reshape(transpose(found, (1, 0)), q.shape + (kept if keepdims else shape))
    return number_or_array(found)


def _positions_of_batch(op: Op, size: int, values: Operands, params: Params) -> Tensor:
    ((x, _),) = values
    rows = math.prod(x.shape)
    return op.call(x.reshape((rows,)), **params).reshape((*x.shape, len(params["q"])))


@declare(batching=_positions_of_batch)
def _positions(x: Any, q: tuple[float, ...] = (), method: str = "linear") -> Array:
    """Return the places of quantiles among as many sorted elements as each of `x` says."""
    out = np.zeros((len(x), len(q)))
    for n in np.unique(x):
        if n:
            steps: Any = np.arange(n, dtype=float)
            out[x == n] = np.quantile(steps, q, method=method)  # type: ignore[call-overload]
        else:
            warnings.warn("All-NaN slice encountered", RuntimeWarning, stacklevel=5)
    return out


def _of_present(ordered: Tensor, q: Any, method: str, dtype: Any) -> Any:
    """Return quantiles of the elements of each row that are not NaN."""
    counts = _sum(e.logical_not(e.isnan(ordered)), axis=1)
    position = _positions(counts, q=tuple(q.tolist()), method=method)
    low = e.floor(position)
    share = astype(position - low, dtype)
    row = np.arange(ordered.shape[0])[:, None]
    at_low, at_high = (ordered[row, astype(at, np.intp)] for at in (low, e.ceil(position)))
    if method in _ONE_ELEMENT:
        return at_low
    return at_low * (1.0 - share) + e._where(share > 0, at_high, 0.0) * share


def _refuse(name: str, weights: Any, overwrite_input: bool = False) -> None:
    if weights is not None:
        raise UnsupportedError(
            f"{name}: weights= is not supported on a Tensor; repeat the elements, or use average"
        )
    if overwrite_input:
        raise UnsupportedError(f"{name}: overwrite_input= would change a Tensor, which is a value")


@composed(np.quantile)
def quantile(
    x: npt.ArrayLike,
    q: npt.ArrayLike,
    axis: Axis = None,
    out: None = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: bool = False,
    *,
    weights: None = None,
) -> Tensor:
    """The value below which a fraction `q` of the elements over `axis` lies.

    The gradient goes to the one or two elements the result is made of, by their weights; of equal
    elements, to the first.

    Args:
        x: The array, of real numbers.
        q: Fractions between 0 and 1, a number or an array: constants, whose axes come first.
        axis: An int, a tuple, or ``None`` for all axes.
        out: Refused: a result is a new Tensor.
        overwrite_input: Refused: Tensors are values.
        method: Any of NumPy's, such as ``"linear"`` or ``"nearest"``.
        keepdims: Whether the reduced axes stay, with size 1.
        weights: Refused.

    >>> import tinygrad_np as tg
    >>> tg.quantile([4.0, 1.0, 2.0], [0.5, 0.75])
    Tensor([2., 3.], dtype=float64)
    """
    _refuse("quantile", weights, overwrite_input)
    return _quantile("quantile", x, q, axis, out, method, keepdims, False)


@composed(np.nanquantile)
def nanquantile(
    x: npt.ArrayLike,
    q: npt.ArrayLike,
    axis: Axis = None,
    out: None = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: bool = False,
    *,
    weights: None = None,
) -> Tensor:
    """The :func:`quantile` over `axis` of the elements that are not NaN.

    >>> import tinygrad_np as tg
    >>> tg.nanquantile([4.0, float("nan"), 2.0], 0.75).item()
    3.5
    """
    _refuse("nanquantile", weights, overwrite_input)
    return _quantile("nanquantile", x, q, axis, out, method, keepdims, True)


def _constant(name: str, q: Any) -> Any:
    """Return q, to which no gradient flows, as an array."""
    if not isinstance(q, Tensor):
        return q
    if q.requires_grad:
        raise UnsupportedError(f"{name}: no gradient flows to q; use q.data")
    return concrete(q, name)


def _share(name: str, q: Any) -> Any:
    q = _constant(name, q)
    return q / 100 if isinstance(q, (int, float)) else np.true_divide(q, 100)


@composed(np.percentile)
def percentile(
    x: npt.ArrayLike,
    q: npt.ArrayLike,
    axis: Axis = None,
    out: None = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: bool = False,
    *,
    weights: None = None,
) -> Tensor:
    """The value below which `q` per cent of the elements over `axis` lie: see :func:`quantile`.

    >>> import tinygrad_np as tg
    >>> tg.percentile([4.0, 1.0, 2.0], 75).item()
    3.0
    """
    _refuse("percentile", weights, overwrite_input)
    share = _share("percentile", q)
    return _quantile("percentile", x, share, axis, out, method, keepdims, False)


@composed(np.nanpercentile)
def nanpercentile(
    x: npt.ArrayLike,
    q: npt.ArrayLike,
    axis: Axis = None,
    out: None = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: bool = False,
    *,
    weights: None = None,
) -> Tensor:
    """The :func:`percentile` over `axis` of the elements that are not NaN.

    >>> import tinygrad_np as tg
    >>> tg.nanpercentile([4.0, float("nan"), 2.0], 75).item()
    3.5
    """
    _refuse("nanpercentile", weights, overwrite_input)
    share = _share("nanpercentile", q)
    return _quantile("nanpercentile", x, share, axis, out, method, keepdims, True)


@composed(np.median)
def median(
    x: npt.ArrayLike,
    axis: Axis = None,
    out: None = None,
    overwrite_input: bool = False,
    keepdims: bool = False,
) -> Tensor:
    """The middle element over `axis` in sorted order, the mean of the middle two of an even count.

    Of equal elements the first gets the gradient. (PyTorch takes the lower of the two.)

    >>> import tinygrad_np as tg
    >>> x = tg.tensor([4.0, 1.0, 2.0, 9.0], requires_grad=True)
    >>> tg.median(x).backward()
    >>> x.grad
    Tensor([0.5, 0. , 0.5, 0. ], dtype=float64)
    """
    _refuse("median", None, overwrite_input)
    t = as_tensor(x)
    if not all(t.shape[a] for a in reduced_axes(axis, t.ndim)):
        return mean(t, axis, keepdims=keepdims)  # NaN, with NumPy's warning
    t = astype(t, np.float64) if t.dtype.kind == "b" else t
    return _quantile("median", t, 0.5, axis, out, "linear", keepdims, False)


@composed(np.nanmedian)
def nanmedian(
    x: npt.ArrayLike,
    axis: Axis = None,
    out: None = None,
    overwrite_input: bool = False,
    keepdims: bool = False,
) -> Tensor:
    """The median over `axis` of the elements that are not NaN.

    >>> import tinygrad_np as tg
    >>> tg.nanmedian([4.0, float("nan"), 2.0]).item()
    3.0
    """
    _refuse("nanmedian", None, overwrite_input)
    t = as_tensor(x)
    t = astype(t, np.float64) if t.dtype.kind == "b" else t
    return _quantile("nanmedian", t, 0.5, axis, out, "linear", keepdims, True)
