"""Error functions, the normal distribution, entropies: SciPy's functions of probabilities."""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np
import numpy.typing as npt

from ..engine.declarations import declare, either
from ..engine.errors import UnsupportedError
from ..engine.op import register
from ..engine.protocols import Binary, Unary
from ..engine.tensor import Array, Tensor
from ..engine.transforms import stop_gradient
from . import extrema, neural, reductions, shaping
from .arguments import Axis
from .elementwise import _LN10, _where, add, cos, divide, exp, isfinite, log, multiply, subtract
from .scipy_functions import no_gradient, of_many, of_one, of_two, scipy_function
from .special import _TWO_OVER_SQRT_PI, _erf_op

_SQRT_2_PI = math.sqrt(2.0 * math.pi)
_SQRT_HALF = math.sqrt(0.5)
_DEGREE = math.pi / 180.0

# ---------------------------------------------------------------- error functions

erfcx: Unary = of_one(
    "erfcx",
    "exp(x * x) erfc(x), without underflow.",
    x=lambda g, x, out: g * (x * out * 2.0 - _TWO_OVER_SQRT_PI),
)
_erfcx = either(erfcx)
erfi: Unary = of_one(
    "erfi",
    "The imaginary error function: -i erf(i x).",
    x=lambda g, x: g * (np.exp(x * x) * _TWO_OVER_SQRT_PI),
)
erfinv: Unary = of_one(
    "erfinv",
    "The inverse of erf; infinite at -1 and 1.",
    x=lambda g, out: g * (np.exp(out * out) / _TWO_OVER_SQRT_PI),
)
erfcinv: Unary = of_one(
    "erfcinv",
    "The inverse of erfc; infinite at 0 and 2.",
    x=lambda g, out: g * (np.exp(out * out) / -_TWO_OVER_SQRT_PI),
)
dawsn: Unary = of_one(
    "dawsn",
    "Dawson's integral: exp(-x * x) times the integral of exp(t * t) from 0 to x.",
    x=lambda g, x, out: g * (1.0 - x * out * 2.0),
)
wofz: Unary = of_one(
    "wofz",
    "The Faddeeva function exp(-x * x) erfc(-i x), complex.",
    x=lambda g, x, out: g * (_TWO_OVER_SQRT_PI * 1j - x * out * 2.0),
)
_wofz: Any = either(wofz)
wrightomega: Unary = of_one(
    "wrightomega",
    "The Wright omega function: the solution w of w + log(w) = x.",
    x=lambda g, out: g * (out / (out + 1.0)),
)
owens_t: Binary = of_two(
    "owens_t",
    "Owen's T function: the probability of X > x and 0 < Y < y X of standard normal X and Y.",
    x=lambda g, x, y: (
        g * (np.exp(x * x * -0.5) * _erf_op(x * y * _SQRT_HALF) / (-2.0 * _SQRT_2_PI))
    ),
    y=lambda g, x, y: (
        g * (np.exp((y * y + 1.0) * x * x * -0.5) / ((y * y + 1.0) * (2.0 * math.pi)))
    ),
)


def _voigt_slope(x: Any, sigma: Any, gamma: Any) -> tuple[Any, Any]:
    # The profile is the real part of wofz(z) / (sqrt(2 pi) sigma).
    z = (x + gamma * 1j) / (sigma * math.sqrt(2.0))
    slope = _TWO_OVER_SQRT_PI * 1j - z * _wofz(z) * 2.0
    return z, slope / (_SQRT_2_PI * sigma * sigma)


voigt_profile = of_many(
    "voigt_profile",
    "x sigma gamma",
    "The density of the sum of a normal number of standard deviation sigma and a Cauchy number of\n"
    "    half-width gamma. Its gradient is NaN where sigma is 0.",
    x=lambda g, x, sigma, gamma: g * (np.real(_voigt_slope(x, sigma, gamma)[1]) * _SQRT_HALF),
    sigma=lambda g, x, sigma, gamma, out: (
        -g * (out / sigma + np.real(np.multiply(*_voigt_slope(x, sigma, gamma))))
    ),
    gamma=lambda g, x, sigma, gamma: -g * (np.imag(_voigt_slope(x, sigma, gamma)[1]) * _SQRT_HALF),
)
exp10: Unary = of_one("exp10", "10 ** x.", x=lambda g, out: g * (out * _LN10))
cosm1: Unary = of_one("cosm1", "cos(x) - 1, exact where it is tiny.", x=lambda g, x: -g * np.sin(x))
sindg: Unary = of_one(
    "sindg", "The sine of an angle in degrees.", x=lambda g, x: g * (_cosdg(x) * _DEGREE)
)
cosdg: Unary = of_one(
    "cosdg", "The cosine of an angle in degrees.", x=lambda g, x: -g * (_sindg(x) * _DEGREE)
)
tandg: Unary = of_one(
    "tandg",
    "The tangent of an angle in degrees.",
    x=lambda g, out: g * ((out * out + 1.0) * _DEGREE),
)
cotdg: Unary = of_one(
    "cotdg",
    "The cotangent of an angle in degrees.",
    x=lambda g, out: -g * ((out * out + 1.0) * _DEGREE),
)
_sindg: Any = either(sindg)
_cosdg: Any = either(cosdg)
radian = of_many(
    "radian",
    "d m s",
    "An angle of degrees, minutes and seconds in radians.",
    d=lambda g: g * _DEGREE,
    m=lambda g: g * (_DEGREE / 60.0),
    s=lambda g: g * (_DEGREE / 3600.0),
)


@declare(
    name="special.branch_of_lambertw",
    kind="elementwise",
    z=lambda g, out: g * (np.exp(-out) / (out + 1.0)),
    k=no_gradient("lambertw", "the branch"),
)
def _branch_of_lambertw(z: npt.ArrayLike, k: npt.ArrayLike, tol: float = 1e-8) -> Array:
    """Return `lambertw` with an array of branches."""
    return scipy_function("lambertw")(z, k, tol)  # type: ignore[no-any-return]


def lambertw(z: npt.ArrayLike, k: npt.ArrayLike = 0, tol: float = 1e-8) -> Tensor:
    """Branch `k` of the Lambert W function: the solution w of w exp(w) = z, complex.

    Args:
        z: Any numbers.
        k: Integers; 0 and -1 are the branches that are real for some real z.
        tol: The tolerance of SciPy's iteration.

    >>> import tinygrad_np as tg
    >>> tg.special.lambertw(0.0)
    Tensor(0.+0.j, dtype=complex128)
    """
    return _branch_of_lambertw(z, k, tol=tol)


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
    x=lambda g, x: g * (np.exp(x * x * -0.5) / _SQRT_2_PI),
)


def _hazard(x: Any, log: Any) -> Any:
    # The density over the probability, whose logarithm is given. Far below 0 both underflow, their
    # ratio does not; far above 0 it is the other form that keeps its digits.
    low = _erfcx(np.minimum(x, 0.0) * -_SQRT_HALF)
    high = np.maximum(x, 0.0)
    above = np.exp(high * high * -0.5 - np.where(x > 0, log, 0.0)) / _SQRT_2_PI
    return np.where(x > 0, above, 2.0 / (low * _SQRT_2_PI))


log_ndtr: Unary = of_one(
    "log_ndtr",
    "The logarithm of ndtr, without underflow.",
    x=lambda g, x, out: g * _hazard(x, out),
)
ndtri: Unary = of_one(
    "ndtri",
    "The inverse of ndtr; infinite at 0 and 1.",
    x=lambda g, out: g * (np.exp(out * out * 0.5) * _SQRT_2_PI),
)
ndtri_exp: Unary = of_one(
    "ndtri_exp",
    "The inverse of log_ndtr: ndtri(exp(x)), without underflow.",
    x=lambda g, x, out: g / _hazard(out, x),
)
_ndtri = either(ndtri)

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


# abs(y) == -y means y <= 0, without an order of complex numbers.
xlogy: Binary = of_two(
    "xlogy",
    "x log(y); 0 where x is 0, also where y is, and there its gradient for x is 0.",
    x=lambda g, x, y: g * np.log(np.where((x == 0) & (abs(y) == -y), 1.0, y)),
    y=lambda g, x, y: g * x / np.where((x == 0) & (y == 0), 1.0, y),
)
xlog1py: Binary = of_two(
    "xlog1py",
    "x log(1 + y); 0 where x is 0, also where y is -1, and there its gradient for x is 0.",
    x=lambda g, x, y: g * np.log1p(np.where((x == 0) & (abs(y + 1.0) == -(y + 1.0)), 0.0, y)),
    y=lambda g, x, y: g * x / np.where((x == 0) & (y == -1), 1.0, y + 1.0),
)
_xlogy: Any = either(xlogy)
_xlog1py: Any = either(xlog1py)
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
    top = _where(isfinite(top), top, 0.0)  # a constant: what it shifts it shifts back
    total = reductions.sum(multiply(b, exp(subtract(a, top))), axis=axis, keepdims=keepdims)
    return add(log(total), top if keepdims else shaping.squeeze(top, axis))


def diric(x: npt.ArrayLike, n: int) -> Tensor:
    """The periodic sinc function sin(n x / 2) / (n sin(x / 2)), for a positive integer n.

    Computed as the mean of n cosines, which have no 0 / 0.

    Raises:
        UnsupportedError: For an `n` that is not a positive integer.

    >>> import tinygrad_np as tg
    >>> tg.special.diric(0.0, 3)
    Tensor(1., dtype=float64)
    """
    if not isinstance(n, int) or n < 1:
        raise UnsupportedError(f"special.diric: n is one positive integer, not {n!r}")
    angles = [multiply(x, j - (n - 1) / 2) for j in range(n)]
    return divide(functools.reduce(add, map(cos, angles)), n)


for _function in (softmax, log_softmax, logsumexp, lambertw, diric):
    _function.__name__ = f"special.{_function.__name__}"
    register(_function)
