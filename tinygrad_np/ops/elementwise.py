"""Elementwise arithmetic, exponentials, trigonometry and comparisons.

At a kink, the rule gives the subgradient that docs/design.md lists.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from ..engine.declarations import constant, declare, elementwise
from ..engine.op import composed
from ..engine.protocols import Binary, Unary
from ..engine.tensor import Array, Tensor, is_concrete

_LN2 = math.log(2.0)
_LN10 = math.log(10.0)

# ------------------------------------------------------------------ arithmetic

add: Binary = elementwise(np.add, x=lambda g: g, y=lambda g: g, doc="x + y.")
subtract: Binary = elementwise(np.subtract, x=lambda g: g, y=lambda g: -g, doc="x - y.")
multiply: Binary = elementwise(
    np.multiply, x=lambda g, y: g * y, y=lambda g, x: g * x, doc="x * y."
)
divide: Binary = elementwise(
    np.divide, x=lambda g, y: g / y, y=lambda g, y, out: -g * out / y, doc="x / y."
)
negative: Unary = elementwise(np.negative, x=lambda g: -g, doc="-x.")
positive: Unary = elementwise(np.positive, x=lambda g: g, doc="+x.")
square: Unary = elementwise(np.square, x=lambda g, x: g * (x * 2.0), doc="x * x.")
reciprocal: Unary = elementwise(np.reciprocal, x=lambda g, out: -g * out * out, doc="1 / x.")
sqrt: Unary = elementwise(
    np.sqrt, x=lambda g, out: g * 0.5 / out, doc="The square root; its gradient at 0 is infinite."
)


def _power_exponent(g: Any, x: Any, y: Any, out: Any) -> Any:  # a rule: either world
    # d/dy x**y = x**y log x; at x = 0, where x**y is 0 for all y > 0, it is 0.
    zero = (x == 0) & (y >= 0)
    return g * out * np.log(np.where(zero, 1.0, x).astype(out.dtype))


_power: Binary = elementwise(
    np.power,
    # For y = 0 the result does not depend on x, not even at x = 0, where x**-1 is infinite.
    x=lambda g, x, y: g * y * np.power(x, np.where((x == 0) & (y == 0), 1.0, y - 1.0)),
    y=_power_exponent,
    doc="x ** y. Where x is 0, the gradient for a non-negative exponent is 0.",
)


def _power_base(g: Any, x: Any, exponent: Any) -> Any:  # a rule: either world
    return g * (exponent * x ** (exponent - 1)) if exponent else g * 0.0


@declare(kind="elementwise", x=_power_base)
def _power_of_number(x: npt.ArrayLike, exponent: float = 1.0) -> Array:
    """Return ``x ** exponent`` for an exponent that is a Python number."""
    return x**exponent  # type: ignore[return-value,operator]  # an array or a number


_power_of_number.op.label = "power"  # type: ignore[attr-defined]  # set by make


@composed(np.power, np.pow)
def power(x: npt.ArrayLike, y: npt.ArrayLike, /) -> Tensor:
    """x ** y. Where x is 0, the gradient for a non-negative exponent y is 0.

    >>> import tinygrad_np as tg
    >>> tg.power([1.0, 2.0, 3.0], 2)
    Tensor([1., 4., 9.], dtype=float64)
    """
    if type(y) not in (int, float):
        return _power(x, y)
    if y == 2 and is_concrete(x) and x.dtype.kind == "f":
        return square(x)
    return _power_of_number(x, exponent=y)  # type: ignore[arg-type]  # a number


floor_divide: Binary = constant(
    np.floor_divide, doc="The floor of x / y: piecewise constant, so no gradient flows."
)
remainder: Binary = elementwise(
    np.remainder,
    x=lambda g: g,
    y=lambda g, x, y: -g * np.floor(x / y),
    doc="x - y * floor(x / y), with the sign of y. At a jump: the derivative beside it.",
)
floor: Unary = constant(np.floor, doc="The largest integer not above x; no gradient flows.")
ceil: Unary = constant(np.ceil, doc="The smallest integer not below x; no gradient flows.")

# ------------------------------------------------------ exponentials, logarithms

exp: Unary = elementwise(np.exp, x=lambda g, out: g * out, doc="e ** x.")
exp2: Unary = elementwise(np.exp2, x=lambda g, out: g * (out * _LN2), doc="2 ** x.")
expm1: Unary = elementwise(np.expm1, x=lambda g, out: g * (out + 1.0), doc="e ** x - 1.")
log: Unary = elementwise(np.log, x=lambda g, x: g / x, doc="The natural logarithm.")
log2: Unary = elementwise(np.log2, x=lambda g, x: g / (x * _LN2), doc="The base-2 logarithm.")
log10: Unary = elementwise(np.log10, x=lambda g, x: g / (x * _LN10), doc="The base-10 logarithm.")
log1p: Unary = elementwise(np.log1p, x=lambda g, x: g / (x + 1.0), doc="log(1 + x).")


def _share(g: Any, x: Any, out: Any) -> Any:  # a rule: either world
    # An infinite x takes the whole gradient.
    top = x == math.inf
    return g * np.exp(np.where(top, 0.0, x) - np.where(top | (out == -math.inf), 0.0, out))


logaddexp: Binary = elementwise(
    np.logaddexp,
    x=_share,
    y=lambda g, y, out: _share(g, y, out),
    doc="log(exp(x) + exp(y)), without overflow; where both are -inf the gradient is 0.",
)

# ---------------------------------------------------- trigonometric, hyperbolic

sin: Unary = elementwise(np.sin, x=lambda g, x: g * np.cos(x), doc="The sine of x radians.")
cos: Unary = elementwise(np.cos, x=lambda g, x: -g * np.sin(x), doc="The cosine of x radians.")
tan: Unary = elementwise(
    np.tan, x=lambda g, out: g * (out * out + 1.0), doc="The tangent of x radians."
)
arcsin: Unary = elementwise(
    np.arcsin, x=lambda g, x: g / np.sqrt(1.0 - x * x), doc="The inverse sine, in radians."
)
arccos: Unary = elementwise(
    np.arccos, x=lambda g, x: -g / np.sqrt(1.0 - x * x), doc="The inverse cosine, in radians."
)
arctan: Unary = elementwise(
    np.arctan, x=lambda g, x: g / (x * x + 1.0), doc="The inverse tangent, in radians."
)


def _per_turn(x: Any, y: Any) -> Any:  # a rule: either world
    square = x * x + y * y
    return np.where(square == 0, 1.0, square)


arctan2: Binary = elementwise(
    np.arctan2,
    x=lambda g, x, y: g * y / _per_turn(x, y),
    y=lambda g, x, y: -g * x / _per_turn(x, y),
    doc="""The angle of the point (y, x), in radians: arctan(x / y) in the right quadrant.

    Its gradient at the origin is 0.""",
)
sinh: Unary = elementwise(np.sinh, x=lambda g, x: g * np.cosh(x), doc="The hyperbolic sine.")
cosh: Unary = elementwise(np.cosh, x=lambda g, x: g * np.sinh(x), doc="The hyperbolic cosine.")
tanh: Unary = elementwise(
    np.tanh, x=lambda g, out: g * (1.0 - out * out), doc="The hyperbolic tangent."
)
arcsinh: Unary = elementwise(
    np.arcsinh, x=lambda g, x: g / np.sqrt(x * x + 1.0), doc="The inverse hyperbolic sine."
)
arccosh: Unary = elementwise(
    np.arccosh,
    x=lambda g, x: g / (np.sqrt(x - 1.0) * np.sqrt(x + 1.0)),
    doc="The inverse hyperbolic cosine.",
)
arctanh: Unary = elementwise(
    np.arctanh, x=lambda g, x: g / (1.0 - x * x), doc="The inverse hyperbolic tangent."
)

# ------------------------------------------------------- size, order, selection

absolute: Unary = elementwise(
    np.absolute,
    holomorphic=False,
    x=lambda g, x: g * np.sign(x),
    doc="The absolute value, also of complex numbers; its gradient at 0 is 0.",
)
maximum: Binary = elementwise(
    np.maximum,
    x=lambda g, x, y: np.where(x == y, g * 0.5, g * (x > y)),
    y=lambda g, x, y: np.where(x == y, g * 0.5, g * (y > x)),
    doc="The larger of x and y; a tie shares the gradient equally.",
)
minimum: Binary = elementwise(
    np.minimum,
    x=lambda g, x, y: np.where(x == y, g * 0.5, g * (x < y)),
    y=lambda g, x, y: np.where(x == y, g * 0.5, g * (y < x)),
    doc="The smaller of x and y; a tie shares the gradient equally.",
)


@declare(
    kind="elementwise",
    x=lambda g, x, low, high: g * ((x >= low) & (x <= high)),
    low=lambda g, x, low, high: g * ((x < low) & (low <= high)),
    high=lambda g, x, low, high: g * ((x > high) | (high < low)),
)
def _clip_between(x: npt.ArrayLike, low: npt.ArrayLike, high: npt.ArrayLike) -> Array:
    """Return `x` limited from below, then from above: the upper limit wins."""
    return np.minimum(np.maximum(x, low), high)


_clip_between.op.label = "clip"  # type: ignore[attr-defined]  # set by make


@composed(np.clip)
def clip(
    x: npt.ArrayLike, min: npt.ArrayLike | None = None, max: npt.ArrayLike | None = None
) -> Tensor:
    """Limit the elements of `x` to `min` and `max`; ``None`` means no limit.

    At a limit the gradient is 1, as inside.

    >>> import tinygrad_np as tg
    >>> tg.clip([-2.0, 0.5, 9.0], 0.0, 1.0)
    Tensor([0. , 0.5, 1. ], dtype=float64)
    """
    if min is None and max is None:
        return positive(x)
    return _clip_between(x, -math.inf if min is None else min, math.inf if max is None else max)


@declare(
    kind="elementwise",
    x=lambda g, condition: np.where(condition, g, 0.0),
    y=lambda g, condition: np.where(condition, 0.0, g),
)
def _where(condition: npt.ArrayLike, x: npt.ArrayLike, y: npt.ArrayLike) -> Array:
    """Return `x` where `condition` holds and `y` elsewhere: see ``selection.where``."""
    return np.where(condition, x, y)


# ----------------------------------------------------------------- NumPy's aliases

abs, pow, true_divide, mod = absolute, power, divide, remainder
acos, acosh, asin, asinh = arccos, arccosh, arcsin, arcsinh
atan, atan2, atanh = arctan, arctan2, arctanh

# ------------------------------------------------- comparisons and logic: constants

greater: Binary = constant(np.greater, doc="x > y.")
greater_equal: Binary = constant(np.greater_equal, doc="x >= y.")
less: Binary = constant(np.less, doc="x < y.")
less_equal: Binary = constant(np.less_equal, doc="x <= y.")
equal: Binary = constant(np.equal, doc="x == y.")
not_equal: Binary = constant(np.not_equal, doc="x != y.")
logical_and: Binary = constant(np.logical_and, doc="x and y, element by element.")
logical_or: Binary = constant(np.logical_or, doc="x or y, element by element.")
logical_xor: Binary = constant(np.logical_xor, doc="Whether exactly one of x and y holds.")
logical_not: Unary = constant(np.logical_not, doc="not x, element by element.")
bitwise_and: Binary = constant(np.bitwise_and, doc="x & y, of booleans or integers.")
bitwise_or: Binary = constant(np.bitwise_or, doc="x | y, of booleans or integers.")
bitwise_xor: Binary = constant(np.bitwise_xor, doc="x ^ y, of booleans or integers.")
invert: Unary = constant(np.invert, doc="~x, of booleans or integers.")
bitwise_invert = bitwise_not = invert
isnan: Unary = constant(np.isnan, doc="Whether an element is NaN.")
isinf: Unary = constant(np.isinf, doc="Whether an element is infinite.")
isfinite: Unary = constant(np.isfinite, doc="Whether an element is neither infinite nor NaN.")
