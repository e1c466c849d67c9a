"""Error functions, the normal distribution, entropies: SciPy's functions of probabilities."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from ..engine.errors import UnsupportedError
from ..engine.makers import Binary, Unary, either
from ..engine.op import register
from ..engine.tensor import Tensor
from ..engine.transforms import stop_gradient
from . import extrema, neural, reductions, shaping
from .arguments import Axis
from .elementwise import LN10, add, exp, isfinite, log, multiply, subtract, where
from .special import TWO_OVER_SQRT_PI, of_one, of_two

SQRT_2_PI = math.sqrt(2.0 * math.pi)
SQRT_HALF = math.sqrt(0.5)

# ---------------------------------------------------------------- error functions

erfc: Unary = of_one(
    "erfc",
    "1 - erf(x), exact where it is tiny.",
    x=lambda g, x: g * (np.exp(-x * x) * -TWO_OVER_SQRT_PI),
)
erfcx: Unary = of_one(
    "erfcx",
    "exp(x * x) erfc(x), without underflow.",
    x=lambda g, x, out: g * (x * out * 2.0 - TWO_OVER_SQRT_PI),
)
_erfcx = either(erfcx)
erfi: Unary = of_one(
    "erfi",
    "The imaginary error function: -i erf(i x).",
    x=lambda g, x: g * (np.exp(x * x) * TWO_OVER_SQRT_PI),
)
erfinv: Unary = of_one(
    "erfinv",
    "The inverse of erf; infinite at -1 and 1.",
    x=lambda g, out: g * (np.exp(out * out) / TWO_OVER_SQRT_PI),
)
erfcinv: Unary = of_one(
    "erfcinv",
    "The inverse of erfc; infinite at 0 and 2.",
    x=lambda g, out: g * (np.exp(out * out) / -TWO_OVER_SQRT_PI),
)
dawsn: Unary = of_one(
    "dawsn",
    "Dawson's integral: exp(-x * x) times the integral of exp(t * t) from 0 to x.",
    x=lambda g, x, out: g * (1.0 - x * out * 2.0),
)
wofz: Unary = of_one(
    "wofz",
    "The Faddeeva function exp(-x * x) erfc(-i x), complex.",
    x=lambda g, x, out: g * (TWO_OVER_SQRT_PI * 1j - x * out * 2.0),
)
exp1: Unary = of_one(
    "exp1",
    "The exponential integral: that of exp(-t) / t from x to infinity.",
    x=lambda g, x: -g * np.exp(-x) / x,
)
expi: Unary = of_one(
    "expi",
    "The exponential integral: that of exp(t) / t from -infinity to x.",
    x=lambda g, x: g * np.exp(x) / x,
)
exp10: Unary = of_one("exp10", "10 ** x.", x=lambda g, out: g * (out * LN10))
cosm1: Unary = of_one("cosm1", "cos(x) - 1, exact where it is tiny.", x=lambda g, x: -g * np.sin(x))

# --------------------------------------------------- logits and the normal distribution

logit: Unary = of_one(
    "logit",
    "log(x / (1 - x)), the inverse of expit; infinite at 0 and 1.",
    x=lambda g, x: g / (x * (1.0 - x)),
)
log_expit: Unary = of_one(
    "log_expit",
    "The logarithm of expit, without underflow.",
    x=lambda g, out: -g * np.expm1(out),
)
ndtr: Unary = of_one(
    "ndtr",
    "The probability that a standard normal number is below x.",
    x=lambda g, x: g * (np.exp(x * x * -0.5) / SQRT_2_PI),
)


def _log_ndtr_rule(g: Any, x: Any, out: Any) -> Any:  # a rule: either world
    # The density over the probability. Far below 0 both underflow, their ratio does not;
    # far above 0 it is the other form that keeps its digits.
    low = _erfcx(np.minimum(x, 0.0) * -SQRT_HALF)
    high = np.maximum(x, 0.0)
    above = np.exp(high * high * -0.5 - np.where(x > 0, out, 0.0)) / SQRT_2_PI
    return g * np.where(x > 0, above, 2.0 / (low * SQRT_2_PI))


log_ndtr: Unary = of_one("log_ndtr", "The logarithm of ndtr, without underflow.", x=_log_ndtr_rule)
ndtri: Unary = of_one(
    "ndtri",
    "The inverse of ndtr; infinite at 0 and 1.",
    x=lambda g, out: g * (np.exp(out * out * 0.5) * SQRT_2_PI),
)

# -------------------------------------------------------------- entropies and losses

entr: Unary = of_one(
    "entr",
    "-x log(x); 0 at 0, where its gradient is infinite, and -inf below.",
    x=lambda g, x: g * (-np.log(x) - 1.0),
)
rel_entr: Binary = of_two(
    "rel_entr",
    "x log(x / y); 0 where x is 0 and y is not negative.",
    x=lambda g, x, y: g * (np.log(x / y) + 1.0),
    y=lambda g, x, y: -g * x / y,
)
kl_div: Binary = of_two(
    "kl_div",
    "x log(x / y) - x + y, whose sum is the Kullback-Leibler divergence.",
    x=lambda g, x, y: g * np.log(x / y),
    y=lambda g, x, y: g * (1.0 - x / y),
)


xlogy: Binary = of_two(
    "xlogy",
    "x log(y); 0 where x is 0, also where y is, and there its gradient for x is 0.",
    x=lambda g, x, y: g * np.log(np.where((x == 0) & (y <= 0), 1.0, y)),
    y=lambda g, x, y: g * x / np.where((x == 0) & (y == 0), 1.0, y),
)
xlog1py: Binary = of_two(
    "xlog1py",
    "x log(1 + y); 0 where x is 0, also where y is -1, and there its gradient for x is 0.",
    x=lambda g, x, y: g * np.log1p(np.where((x == 0) & (y <= -1), 0.0, y)),
    y=lambda g, x, y: g * x / np.where((x == 0) & (y == -1), 1.0, y + 1.0),
)
huber: Binary = of_two(
    "huber",
    "y * y / 2 where abs(y) is at most x, x (abs(y) - x / 2) elsewhere: the Huber loss.",
    x=lambda g, x, y: g * np.maximum(np.absolute(y) - x, 0.0),
    y=lambda g, x, y: g * np.maximum(np.minimum(y, x), -x),
)
pseudo_huber: Binary = of_two(
    "pseudo_huber",
    "x * x (sqrt(1 + (y / x) ** 2) - 1): a smooth Huber loss.",
    x=lambda g, x, y, out: g * (out * 2.0 - y * y / np.sqrt(1.0 + (y / x) ** 2)) / x,
    y=lambda g, x, y: g * y / np.sqrt(1.0 + (y / x) ** 2),
)

# ------------------------------------------------------------ along axes, all by default


def softmax(x: npt.ArrayLike, axis: Axis = None) -> Tensor:
    """exp(x) / sum(exp(x)) over `axis`, over all of `x` by default.

    >>> import tinygrad_np as tg
    >>> tg.special.softmax([[0.0, 0.0], [0.0, 0.0]])
    Tensor([[0.25, 0.25],
            [0.25, 0.25]], dtype=float64)
    """
    return neural.softmax(x, axis=axis)


def log_softmax(x: npt.ArrayLike, axis: Axis = None) -> Tensor:
    """The logarithm of :func:`softmax`, without overflow or loss of digits.

    >>> import tinygrad_np as tg
    >>> tg.special.log_softmax([0.0, -1000.0])
    Tensor([    0., -1000.], dtype=float64)
    """
    return neural.log_softmax(x, axis=axis)


def logsumexp(
    a: npt.ArrayLike,
    axis: Axis = None,
    b: npt.ArrayLike | None = None,
    keepdims: bool = False,
    return_sign: bool = False,
) -> Tensor:
    """log(sum(b * exp(a))) over `axis`, without overflow; `b` is 1 unless given.

    A negative sum has the logarithm NaN.

    Raises:
        UnsupportedError: With `return_sign`.

    >>> import tinygrad_np as tg
    >>> tg.special.logsumexp([1000.0, 1000.0], b=[0.5, 0.5])
    Tensor(1000., dtype=float64)
    """
    if return_sign:
        raise UnsupportedError("special.logsumexp: return_sign=True is not supported")
    if b is None:
        return reductions.logsumexp(a, axis=axis, keepdims=keepdims)
    top = stop_gradient(extrema.max(a, axis=axis, keepdims=True, initial=-math.inf))
    top = where(isfinite(top), top, 0.0)  # a constant: what it shifts it shifts back
    total = reductions.sum(multiply(b, exp(subtract(a, top))), axis=axis, keepdims=keepdims)
    return add(log(total), top if keepdims else shaping.squeeze(top, axis))


for _function in (softmax, log_softmax, logsumexp):
    _function.__name__ = f"special.{_function.__name__}"
    register(_function)
