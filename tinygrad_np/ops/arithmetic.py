"""The rest of NumPy's elementwise functions of real numbers.

At a kink, the rule gives the subgradient that docs/design.md lists.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from ..engine.calls import operand
from ..engine.declarations import declare, either, elementwise
from ..engine.op import composed
from ..engine.protocols import Binary, Unary
from ..engine.tensor import Array, Tensor
from .complex import imag, real
from .elementwise import add, floor_divide, multiply, negative, power, remainder
from .operands import is_complex
from .shaping import astype
from .writing import deliver

_numpy: Any = np  # NumPy is annotated for arrays only

# ------------------------------------------------------------- parts of numbers


@composed(np.float_power)
def float_power(x: npt.ArrayLike, y: npt.ArrayLike, /) -> Tensor:
    """x ** y in at least double precision, so that integers can have negative exponents.

    >>> import tinygrad_np as tg
    >>> tg.float_power([1, 2, 4], -1)
    Tensor([1.  , 0.5 , 0.25], dtype=float64)
    """
    kinds = [a.dtype if isinstance(a, Tensor) else operand(a, "float_power")[0] for a in (x, y)]
    dtype = np.result_type(*kinds, np.float64)
    return power(astype(x, dtype), y if type(y) in (int, float) else astype(y, dtype))


fmod: Binary = elementwise(
    np.fmod,
    x=lambda g: g,
    y=lambda g, x, y: -g * np.trunc(x / y),
    doc="x - y * trunc(x / y), with the sign of x. At a jump: the derivative beside it.",
)


@composed(np.divmod)
def divmod(x: npt.ArrayLike, y: npt.ArrayLike, /) -> tuple[Tensor, Tensor]:
    """The floor of x / y, through which no gradient flows, and the remainder.

    >>> import tinygrad_np as tg
    >>> tg.divmod([7.0, -7.0], 2.0)
    (Tensor([ 3., -4.], dtype=float64), Tensor([1., 1.], dtype=float64))
    """
    return floor_divide(x, y), remainder(x, y)


@declare(kind="elementwise", x=lambda g: g)
def _fractional_part(x: npt.ArrayLike) -> Array:
    """Return the fractional part of `x`."""
    return np.modf(x)[0]


@declare(kind="elementwise")
def _integral_part(x: npt.ArrayLike) -> Array:
    """Return the integral part of `x`."""
    return np.modf(x)[1]


@composed(np.modf)
def modf(x: npt.ArrayLike, /) -> tuple[Tensor, Tensor]:
    """The fractional part, and the integral part, through which no gradient flows.

    >>> import tinygrad_np as tg
    >>> tg.modf([1.25, -1.25])
    (Tensor([ 0.25, -0.25], dtype=float64), Tensor([ 1., -1.], dtype=float64))
    """
    return _fractional_part(x), _integral_part(x)


ldexp: Binary = elementwise(
    np.ldexp, x=lambda g, y: np.ldexp(g, y), doc="x * 2 ** y for integers y."
)


@declare(kind="elementwise")
def _binary_exponent(x: npt.ArrayLike) -> Array:
    """Return the exponent of 2 that makes ``x * 2 ** -exponent`` at least 0.5 and below 1."""
    return np.frexp(x)[1]


@composed(np.frexp)
def frexp(x: npt.ArrayLike, /) -> tuple[Tensor, Tensor]:
    """Mantissas of size 0.5 to 1 and integer exponents, with x = mantissa * 2 ** exponent.

    The exponent is piecewise constant: the gradient of the mantissa is ``2 ** -exponent``.

    >>> import tinygrad_np as tg
    >>> tg.frexp([1.0, 6.0])
    (Tensor([0.5 , 0.75], dtype=float64), Tensor([1, 3], dtype=int32))
    """
    exponent = _binary_exponent(x)
    return ldexp(x, negative(exponent)), exponent


copysign: Binary = elementwise(
    np.copysign,
    x=lambda g, x, out: g * (np.sign(x) * np.sign(out)),
    y=lambda g: g * 0.0,
    doc="x with the sign of y. The gradient is 0 for x at 0, and for y everywhere.",
)
fabs: Unary = elementwise(
    np.fabs,
    x=lambda g, x: g * np.sign(x),
    doc="The absolute value of real numbers; its gradient at 0 is 0.",
)
nextafter: Binary = elementwise(
    np.nextafter,
    x=lambda g: g,
    y=lambda g: g * 0.0,
    doc="The next number after x towards y; its gradient is that of x.",
)
heaviside: Binary = elementwise(
    np.heaviside,
    x=lambda g: g * 0.0,
    y=lambda g, x: g * (x == 0),
    doc="0 where x is negative, 1 where it is positive, y where it is 0; the gradient for x is 0.",
)
fmax: Binary = elementwise(
    np.fmax,
    x=lambda g, x, y: g * ((x >= y) | np.isnan(y)),
    y=lambda g, x, y: g * ~((x >= y) | np.isnan(y)),
    doc="The larger of x and y, or the one that is not NaN; at a tie the gradient goes to x.",
)
fmin: Binary = elementwise(
    np.fmin,
    x=lambda g, x, y: g * ((x <= y) | np.isnan(y)),
    y=lambda g, x, y: g * ~((x <= y) | np.isnan(y)),
    doc="The smaller of x and y, or the one that is not NaN; at a tie the gradient goes to x.",
)


@declare(kind="elementwise", x=lambda g, x: g * np.isfinite(x))
def _finite(
    x: npt.ArrayLike,
    nan: float = 0.0,
    posinf: float | None = None,
    neginf: float | None = None,
) -> Array:
    """Return `x` with NaN and infinities replaced."""
    return np.nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf)


@composed(np.nan_to_num)
def nan_to_num(
    x: npt.ArrayLike,
    copy: bool = True,
    nan: float = 0.0,
    posinf: float | None = None,
    neginf: float | None = None,
) -> Tensor:
    """`x` with NaN and infinities replaced: by 0 and the largest numbers by default.

    A replaced element has a gradient of 0. A complex number is treated part by part.

    With ``copy=False`` the result is written to `x`, which must be a Tensor.

    >>> import tinygrad_np as tg
    >>> tg.nan_to_num([float("nan"), 1.0, float("inf")], posinf=9.0)
    Tensor([0., 1., 9.], dtype=float64)
    """
    if not copy:
        target: Any = x
        return deliver(target, nan_to_num(x, True, nan, posinf, neginf), "nan_to_num")  # type: ignore[no-any-return]
    params: dict[str, Any] = {"nan": nan, "posinf": posinf, "neginf": neginf}
    if is_complex(x):
        return add(_finite(real(x), **params), multiply(_finite(imag(x), **params), 1j))
    return _finite(x, **params)


# ------------------------------------------------------------ roots, logarithms, angles

cbrt: Unary = elementwise(
    np.cbrt,
    x=lambda g, out: g / (3.0 * out * out),
    doc="The cube root of real numbers; its gradient at 0 is infinite.",
)


def _hypot_rule(g: Any, x: Any, out: Any) -> Any:  # a rule: either world
    return g * (x / np.where(out == 0, 1.0, out))


hypot: Binary = elementwise(
    np.hypot,
    x=_hypot_rule,
    y=lambda g, y, out: _hypot_rule(g, y, out),
    doc="The length of (x, y): sqrt(x * x + y * y) without overflow; its gradient at 0 is 0.",
)


def _share2(g: Any, x: Any, out: Any) -> Any:  # a rule: either world
    # An infinite x takes the whole gradient.
    top = x == math.inf
    return g * np.exp2(np.where(top, 0.0, x) - np.where(top | (out == -math.inf), 0.0, out))


logaddexp2: Binary = elementwise(
    np.logaddexp2,
    x=_share2,
    y=lambda g, y, out: _share2(g, y, out),
    doc="log2(2 ** x + 2 ** y), without overflow.",
)
_DEGREE = math.pi / 180.0
deg2rad: Unary = elementwise(np.deg2rad, x=lambda g: g * _DEGREE, doc="Degrees to radians.")
radians: Unary = elementwise(np.radians, x=lambda g: g * _DEGREE, doc="Degrees to radians.")
rad2deg: Unary = elementwise(np.rad2deg, x=lambda g: g / _DEGREE, doc="Radians to degrees.")
degrees: Unary = elementwise(np.degrees, x=lambda g: g / _DEGREE, doc="Radians to degrees.")

# ------------------------------------------------------------------ sinc and i0


def _spherical_rule(g: Any, x: Any, n: Any) -> Any:  # a rule: either world
    below = np.sinc(x / math.pi) if n == 1 else _spherical_bessel_op(x, n=n - 1)
    return g * ((n * below - (n + 1) * _spherical_bessel_op(x, n=n + 1)) / (2 * n + 1))


@declare(kind="elementwise", x=_spherical_rule)
def _spherical_bessel(x: npt.ArrayLike, n: int = 1) -> Array:
    """Return the spherical Bessel function of order `n` >= 1, as in derivatives of sin(x) / x.

    It is computed by its series near 0, and by recurrence from sin(x) / x elsewhere.
    Source: Abramowitz and Stegun, "Handbook of mathematical functions", 10.1.2 and 10.1.19.
    """
    x = np.asarray(x)
    near = np.absolute(x) < n + 2
    small, large = np.where(near, x, 0.0), np.where(near, 1.0, x)
    term = np.ones_like(small)
    for k in range(1, n + 1):
        term = term * small / (2 * k + 1)
    series, square = term, small * small / -2
    for k in range(1, 20 + 2 * n):
        term = term * square / (k * (2 * n + 2 * k + 1))
        series = series + term
    below, here = np.cos(large) / large, np.sin(large) / large
    for k in range(n):
        below, here = here, here * (2 * k + 1) / large - below
    return np.where(near, series, here)


_spherical_bessel_op = either(_spherical_bessel)


@declare(
    np.sinc,
    kind="elementwise",
    x=lambda g, x: g * (_spherical_bessel_op(x * math.pi, n=1) * -math.pi),
)
def sinc(x: npt.ArrayLike) -> Array:
    """sin(pi x) / (pi x), and 1 where x is 0; smooth to every order there.

    >>> import tinygrad_np as tg
    >>> tg.sinc([0.0, 0.5])
    Tensor([1.        , 0.63661977], dtype=float64)
    """
    return _numpy.sinc(x)  # type: ignore[no-any-return]


_NODES = 75


def _modified_rule(g: Any, x: Any, n: Any) -> Any:  # a rule: either world
    below = np.i0(x) if n == 1 else _modified_bessel_op(x, n=n - 1)
    return g * ((below + _modified_bessel_op(x, n=n + 1)) * 0.5)


@declare(kind="elementwise", x=_modified_rule)
def _modified_bessel(x: npt.ArrayLike, n: int = 1) -> Array:
    r"""Return the modified Bessel function of order `n` >= 1, as in derivatives of `i0`.

    :math:`I_n(x) = \frac{1}{\pi} \int_0^\pi e^{x \cos t} \cos(n t) dt`, by the midpoint rule,
    which converges exponentially; `_NODES` pairs of points suffice where `i0` does not overflow.
    """
    x = np.asarray(x)
    total = np.zeros_like(x)
    for k in range(_NODES):
        t = math.pi * (k + 0.5) / (2 * _NODES)  # and its mirror image about pi / 2
        both = np.exp(x * math.cos(t)) + (-1.0) ** n * np.exp(x * -math.cos(t))
        total = total + both * (math.cos(n * t) / (2 * _NODES))
    return total


_modified_bessel_op = either(_modified_bessel)


@declare(np.i0, kind="elementwise", x=lambda g, x: g * _modified_bessel_op(x, n=1))
def i0(x: npt.ArrayLike) -> Array:
    """The modified Bessel function of the first kind and order 0, of real numbers.

    >>> import tinygrad_np as tg
    >>> tg.i0([0.0, 1.0])
    Tensor([1.        , 1.26606588], dtype=float64)
    """
    return _numpy.i0(np.asarray(x))  # type: ignore[no-any-return]
