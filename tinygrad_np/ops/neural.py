"""Activations and the elementwise parts of losses, finite at every finite input."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from ..engine.declarations import declare, either, elementwise
from ..engine.errors import DTypeError, ShapeError
from ..engine.protocols import Binary, Unary
from ..engine.tensor import Array
from .arguments import Axis
from .batching import of_rows, over_axes
from .operands import as_float
from .reductions import _log_sum_exp_below_0
from .scipy_functions import with_one_precision
from .special import _erfc_array, _erfc_op

_FLOAT = np.dtype(float)

# ------------------------------------------------------------------ activations


def _ordered(name: str, x: Any) -> Array:
    """Return `x`, or raise if it is complex: complex numbers have no order."""
    if type(x) is complex or getattr(x, "dtype", _FLOAT).kind == "c":
        raise DTypeError(f"{name}: complex numbers have no order; use it on .real and .imag")
    return x  # type: ignore[no-any-return]  # or a Python number


def _sigmoid(x: Array) -> Array:
    x = as_float(x)
    # Both formulas give the same value; the first is faster. Every call chooses again.
    if x.size and x.dtype.itemsize > 2 and np.minimum.reduce(x, None) > -80.0:
        out = np.asarray(np.negative(x))  # exp(80) fits every float but float16
        np.exp(out, out)
        out += 1.0
        return np.divide(1.0, out, out)  # type: ignore[no-any-return]
    # e**-|x| cannot overflow, and both branches are exact: 1 / (1 + m) and m / (1 + m).
    m = np.asarray(np.exp(-np.abs(x)))
    return np.maximum(m, x >= 0) / (m + 1.0)  # type: ignore[no-any-return]


sigmoid: Unary = elementwise(
    _sigmoid,
    name="sigmoid",
    x=lambda g, out: g * (out * (1.0 - out)),
    doc="""1 / (1 + exp(-x)), without overflow.

    >>> import tinygrad_np as tg
    >>> tg.sigmoid([-1000.0, 0.0, 1000.0])
    Tensor([0. , 0.5, 1. ], dtype=float64)
    """,
)
_sigmoid_op = either(sigmoid)


def _relu(x: Any) -> Any:
    out = np.maximum(x, 0)
    return out if out.dtype.kind != "c" else _ordered("relu", out)  # which refuses it


relu: Unary = elementwise(
    _relu,
    name="relu",
    x=lambda g, out: g * (out > 0),
    doc="max(x, 0); its gradient at 0 is 0.",
)
softplus: Unary = elementwise(
    lambda x: np.maximum(_ordered("softplus", x), 0) + np.log1p(np.exp(-np.abs(x))),
    name="softplus",
    x=lambda g, x: g * _sigmoid_op(x),
    doc="log(1 + exp(x)), without overflow.",
)


def _silu_rule(g, x):  # type: ignore[no-untyped-def]  # either world
    s = _sigmoid_op(x)
    return g * (s * (x * (1.0 - s) + 1.0))


silu: Unary = elementwise(
    lambda x: x * _sigmoid(x), name="silu", x=_silu_rule, doc="x * sigmoid(x), also called swish."
)


@declare(
    kind="elementwise",
    x=lambda g, x, negative_slope: np.where(x > 0, g, g * negative_slope),
)
def leaky_relu(x: npt.ArrayLike, negative_slope: float = 0.01) -> Array:
    """x where it is positive, `negative_slope` times x elsewhere; at 0 the slope is the latter.

    >>> import tinygrad_np as tg
    >>> tg.leaky_relu([-2.0, 3.0], 0.1)
    Tensor([-0.2,  3. ], dtype=float64)
    """
    x = _ordered("leaky_relu", np.asarray(x))
    return np.where(x > 0, x, x * negative_slope)


@declare(
    kind="elementwise",
    x=lambda g, x, out, alpha: g * np.where(x > 0, 1.0, out + alpha),
)
def elu(x: npt.ArrayLike, alpha: float = 1.0) -> Array:
    """x where it is positive, ``alpha * (exp(x) - 1)`` elsewhere.

    >>> import tinygrad_np as tg
    >>> tg.elu([-1000.0, 3.0])
    Tensor([-1.,  3.], dtype=float64)
    """
    x = _ordered("elu", np.asarray(x))
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


_SQRT_HALF = math.sqrt(0.5)
_SQRT_2_OVER_PI = math.sqrt(2.0 / math.pi)
_INVERSE_SQRT_2_PI = 1.0 / math.sqrt(2.0 * math.pi)


# Both keep their digits far below 0, where 1 + tanh and 1 + erf lose all of them.
def _gelu_rule(g, x, approximate):  # type: ignore[no-untyped-def]  # either world
    if approximate == "tanh":
        s = _sigmoid_op(2.0 * _SQRT_2_OVER_PI * (x + 0.044715 * x * x * x))
        inner = 2.0 * _SQRT_2_OVER_PI * (1.0 + 3.0 * 0.044715 * x * x)
        return g * (s + x * s * (1.0 - s) * inner)
    density = np.exp(-0.5 * x * x) * _INVERSE_SQRT_2_PI
    return g * (0.5 * _erfc_op(x * -_SQRT_HALF) + x * density)


@declare(kind="elementwise", x=_gelu_rule)
def gelu(x: npt.ArrayLike, approximate: str = "none") -> Array:
    """x times the probability that a standard normal number is below x.

    Args:
        x: The array.
        approximate: ``"none"`` for that, ``"tanh"`` for the usual approximation of it.

    Source: Hendrycks and Gimpel, "Gaussian error linear units", arXiv:1606.08415.

    >>> import tinygrad_np as tg
    >>> tg.gelu([0.0, 100.0])
    Tensor([  0., 100.], dtype=float64)
    """
    x = _ordered("gelu", as_float(x))
    if approximate == "tanh":
        return x * _sigmoid(2.0 * _SQRT_2_OVER_PI * (x + 0.044715 * x * x * x))
    if approximate != "none":
        raise ShapeError(f"gelu: approximate is 'none' or 'tanh', not {approximate!r}")
    return 0.5 * x * _erfc_array(x * -_SQRT_HALF)


# --------------------------------------------------------------- along one axis


@declare(
    batching=over_axes, x=lambda g, out, axis: out * (g - (g * out).sum(axis=axis, keepdims=True))
)
def softmax(x: npt.ArrayLike, axis: Axis = -1) -> Array:
    """exp(x) / sum(exp(x)) over `axis`, without overflow.

    >>> import tinygrad_np as tg
    >>> tg.softmax([1000.0, 1000.0])
    Tensor([0.5, 0.5], dtype=float64)
    """
    x = as_float(x)
    e = np.exp(x - np.maximum.reduce(x, axis, keepdims=True, initial=-np.inf))
    return e / np.add.reduce(e, axis, keepdims=True)  # type: ignore[no-any-return]


@declare(
    batching=over_axes, x=lambda g, out, axis: g - np.exp(out) * g.sum(axis=axis, keepdims=True)
)
def log_softmax(x: npt.ArrayLike, axis: Axis = -1) -> Array:
    """The logarithm of :func:`softmax`, without overflow or loss of digits.

    >>> import tinygrad_np as tg
    >>> tg.log_softmax([0.0, -1000.0])
    Tensor([    0., -1000.], dtype=float64)
    """
    x = as_float(x)
    shifted = x - np.maximum.reduce(x, axis, keepdims=True, initial=-np.inf)
    return shifted - _log_sum_exp_below_0(shifted, axis)


_softmax_op = either(softmax)

# --------------------------------------------------------------------- dropout


@declare()
def _dropout_mask(
    generator: Any = None,
    shape: tuple[int, ...] = (),
    p: float = 0.5,
    dtype: npt.DTypeLike = float,
) -> Array:
    """Return 0 with probability `p`, otherwise 1 / (1 - p), drawn again at every call."""
    mask: Array = (generator.random(shape) >= p).astype(dtype)
    if p < 1.0:
        mask *= 1.0 / (1.0 - p)
    return mask


# ------------------------------------------------------------- parts of losses

_LOG_FLOOR = -100.0
"""The value that `binary_cross_entropy` uses for the logarithm of 0, as PyTorch does."""


def _log_of(p: Any) -> Any:
    return np.where(p > 0, np.maximum(np.log(np.where(p > 0, p, 1.0)), _LOG_FLOOR), _LOG_FLOOR)


def _log_of_rest(p: Any) -> Any:
    return np.where(p < 1, np.maximum(np.log1p(-np.where(p < 1, p, 0.0)), _LOG_FLOOR), _LOG_FLOOR)


def _bce(p: Array, y: Array) -> Array:
    p, y = with_one_precision(p, y)
    if p.dtype.kind == "c" or y.dtype.kind == "c":
        _ordered("binary_cross_entropy", p + y)  # refuses them
    # log 0 is bounded below; a number that is not a probability gives NaN.
    with np.errstate(divide="ignore", invalid="ignore"):
        return -(
            y * np.maximum(np.log(p), _LOG_FLOOR) + (1.0 - y) * np.maximum(np.log1p(-p), _LOG_FLOOR)
        )


def _bce_probability(g, x, y):  # type: ignore[no-untyped-def]  # either world
    return g * (x - y) / np.maximum(x * (1.0 - x), 1e-12)


binary_cross_entropy: Binary = elementwise(
    _bce,
    name="binary_cross_entropy",
    x=_bce_probability,
    y=lambda g, x: g * (_log_of_rest(x) - _log_of(x)),
    doc="-(y log x + (1 - y) log(1 - x)) of a probability x; logarithms end at -100.",
)


def _bce_with_logits(x: Array, y: Array) -> Array:
    x, y = with_one_precision(x, y)
    if x.dtype.kind == "c" or y.dtype.kind == "c":
        _ordered("binary_cross_entropy_with_logits", x + y)  # refuses them
    return np.maximum(x, 0) - x * y + np.log1p(np.exp(-np.abs(x)))  # type: ignore[no-any-return]


binary_cross_entropy_with_logits: Binary = elementwise(
    _bce_with_logits,
    name="binary_cross_entropy_with_logits",
    x=lambda g, x, y: g * (_sigmoid_op(x) - y),
    y=lambda g, x: -g * x,
    doc="The binary cross entropy of sigmoid(x) and y, finite and exact at any x.",
)


def _class_scores(g, x, labels):  # type: ignore[no-untyped-def]  # either world
    hot = np.arange(x.shape[-1]) == labels[..., None]
    return g[..., None] * (_softmax_op(x, axis=-1) - hot)


@declare(batching=of_rows, x=_class_scores)
def _class_cross_entropy(x: Array, labels: Array) -> Array:
    """Return ``-log_softmax(x)[label]`` along the last axis."""
    shifted = x - np.maximum.reduce(x, -1, keepdims=True)
    rows = shifted.reshape((-1, shifted.shape[-1]))
    picked = rows[np.arange(len(rows)), labels.ravel()].reshape(labels.shape)
    return _log_sum_exp_below_0(shifted, -1)[..., 0] - picked  # type: ignore[no-any-return]
