"""The gamma function and its relatives, computed by SciPy.

Source of the derivatives: NIST Digital Library of Mathematical Functions, chapters 5 and 8.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from ..engine.declarations import declare, either
from ..engine.errors import DTypeError, ShapeError, UnsupportedError
from ..engine.op import register
from ..engine.protocols import Binary, Unary
from ..engine.tensor import Array, Tensor
from .elementwise import add, subtract
from .operands import as_float
from .probability import _xlog1py, _xlogy
from .scipy_functions import constant_of, of_many, of_one, of_order, of_two, scipy_function


@declare(
    name="special.polygamma_of_order",
    kind="elementwise",
    x=lambda g, x, n: g * _polygamma(x, n=n + 1),
)
def _polygamma_of_order(x: npt.ArrayLike, n: int = 1) -> Array:
    """Return the `n`-th derivative of `digamma`; `n` comes last, as parameters do in every op."""
    x = as_float(x)
    if x.dtype.kind == "c":
        raise DTypeError(
            f"special.polygamma: SciPy computes it for real numbers only, not {x.dtype}; "
            f"so digamma has no gradient for those, and gamma and loggamma no second derivative"
        )
    return np.asarray(scipy_function("polygamma")(n, x)).astype(x.dtype)


_polygamma: Any = either(_polygamma_of_order)

gammasgn: Unary = constant_of("gammasgn", "The sign of the gamma function; no gradient flows.")
digamma: Unary = of_one(
    "digamma",
    "The derivative of the logarithm of the gamma function.",
    x=lambda g, x: g * _polygamma(x, n=1),
)
psi = digamma
_digamma = either(digamma)
gammaln: Unary = of_one(
    "gammaln",
    "The logarithm of the absolute value of the gamma function of real numbers.",
    x=lambda g, x: g * _digamma(x),
)
loggamma: Unary = of_one(
    "loggamma",
    "The principal branch of the logarithm of the gamma function; NaN for a negative real x.",
    x=lambda g, x: g * _digamma(x),
)
gamma: Unary = of_one(
    "gamma",
    "The gamma function: (x - 1)! for a positive integer x.",
    x=lambda g, x, out: g * (out * _digamma(x)),
)
rgamma: Unary = of_one(
    "rgamma",
    "1 / gamma(x).",
    x=lambda g, x, out: -g * (out * _digamma(x)),
)
_rgamma: Any = either(rgamma)
beta: Binary = of_two(
    "beta",
    "gamma(x) gamma(y) / gamma(x + y).",
    x=lambda g, x, y, out: g * (out * (_digamma(x) - _digamma(x + y))),
    y=lambda g, x, y, out: g * (out * (_digamma(y) - _digamma(x + y))),
)
betaln: Binary = of_two(
    "betaln",
    "The logarithm of the absolute value of beta(x, y).",
    x=lambda g, x, y: g * (_digamma(x) - _digamma(x + y)),
    y=lambda g, x, y: g * (_digamma(y) - _digamma(x + y)),
)
poch: Binary = of_two(
    "poch",
    "The rising factorial gamma(x + y) / gamma(x).",
    x=lambda g, x, y, out: g * (out * (_digamma(x + y) - _digamma(x))),
    y=lambda g, x, y, out: g * (out * _digamma(x + y)),
)
binom: Binary = of_two(
    "binom",
    "The binomial coefficient gamma(x + 1) / (gamma(y + 1) gamma(x - y + 1)).",
    x=lambda g, x, y, out: g * (out * (_digamma(x + 1.0) - _digamma(x - y + 1.0))),
    y=lambda g, x, y, out: g * (out * (_digamma(x - y + 1.0) - _digamma(y + 1.0))),
)
zeta = of_many(
    "zeta",
    "x q",
    "Hurwitz's zeta function: the sum of (k + q) ** -x over k from 0.",
    q=lambda g, x, q: -g * (x * _zeta(x + 1.0, q)),
)
_zeta: Any = either(zeta)
_gammaln, _betaln = either(gammaln), either(betaln)


def _gamma_density(shape: Any, x: Any) -> Any:
    """Return the density of the gamma distribution with scale 1, for rules."""
    return np.exp(_xlogy(shape - 1.0, x) - x - _gammaln(shape))


def _beta_density(a: Any, b: Any, x: Any) -> Any:
    """Return the density of the beta distribution, for rules."""
    return np.exp(_xlogy(a - 1.0, x) + _xlog1py(b - 1.0, -x) - _betaln(a, b))


gammainc: Binary = of_order(
    "gammainc",
    "The regularized lower incomplete gamma function with shape x, at y.",
    y=lambda g, x, y: g * _gamma_density(x, y),
    what="the shape",
)
gammaincc: Binary = of_order(
    "gammaincc",
    "The regularized upper incomplete gamma function with shape x, at y.",
    y=lambda g, x, y: -g * _gamma_density(x, y),
    what="the shape",
)


gammaincinv: Binary = of_order(
    "gammaincinv",
    "The inverse of gammainc with shape x: where that equals y.",
    y=lambda g, x, out: g / _gamma_density(x, out),
    what="the shape",
)
gammainccinv: Binary = of_order(
    "gammainccinv",
    "The inverse of gammaincc with shape x: where that equals y.",
    y=lambda g, x, out: -g / _gamma_density(x, out),
    what="the shape",
)
betainc = of_many(
    "betainc",
    "a b x",
    "The regularized incomplete beta function: the integral from 0 to x.",
    x=lambda g, a, b, x: g * _beta_density(a, b, x),
)
betaincc = of_many(
    "betaincc",
    "a b x",
    "1 - betainc(a, b, x), accurate where that is tiny.",
    x=lambda g, a, b, x: -g * _beta_density(a, b, x),
)
betaincinv = of_many(
    "betaincinv",
    "a b y",
    "The inverse of betainc: the x where it equals y.",
    y=lambda g, a, b, out: g / _beta_density(a, b, out),
)
betainccinv = of_many(
    "betainccinv",
    "a b y",
    "The inverse of betaincc: the x where it equals y.",
    y=lambda g, a, b, out: -g / _beta_density(a, b, out),
)


def polygamma(n: int, x: npt.ArrayLike) -> Tensor:
    """The `n`-th derivative of :func:`digamma`.

    Raises:
        ShapeError: If `n` is negative.
        UnsupportedError: If `n` is not a single integer.

    >>> import tinygrad_np as tg
    >>> tg.special.polygamma(1, 1.0)
    Tensor(1.64493407, dtype=float64)
    """
    if isinstance(n, Tensor | np.ndarray) or int(n) != n:
        raise UnsupportedError(f"special.polygamma: n must be one integer, not {n!r}")
    if n < 0:
        raise ShapeError(f"special.polygamma: n must be 0 or more, not {n}")
    return _polygamma_of_order(x, n=int(n)) if n else digamma(x)


def multigammaln(a: npt.ArrayLike, d: int) -> Tensor:
    r"""The logarithm of the multivariate gamma function of dimension `d`.

    :math:`\frac{d(d-1)}{4} \log \pi + \sum_{j=0}^{d-1} \log \Gamma(a - j / 2)`, for a above
    (d - 1) / 2.

    >>> import tinygrad_np as tg
    >>> tg.special.multigammaln(3.0, 1)
    Tensor(0.69314718, dtype=float64)
    """
    total = gammaln(a)
    for j in range(1, d):
        total = add(total, gammaln(subtract(a, j / 2)))
    return add(total, d * (d - 1) / 4 * math.log(math.pi))


for _function in (polygamma, multigammaln):
    _function.__name__ = f"special.{_function.__name__}"
    register(_function)
