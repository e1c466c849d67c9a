"""The gamma function and its relatives, computed by SciPy.

Source of the derivatives: NIST Digital Library of Mathematical Functions, chapters 5 and 8.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from ..engine.errors import DTypeError, ShapeError, UnsupportedError
from ..engine.makers import Binary, Unary, declare, either
from ..engine.op import register
from ..engine.tensor import Array, Tensor
from .elementwise import add, subtract
from .reductions import as_float
from .special import no_gradient, of_one, of_order, of_two, scipy_function


@declare(
    name="special.polygamma_of_order",
    kind="elementwise",
    public=False,
    x=lambda g, x, n: g * _polygamma(x, n=n + 1),
)
def polygamma_of_order(x: npt.ArrayLike, n: int = 1) -> Array:
    """Return derivative `n` of `digamma`; the parameter comes last, as in every op."""
    x = as_float(x)
    if x.dtype.kind == "c":
        raise DTypeError(
            f"special.polygamma: SciPy computes it of real numbers only, not of {x.dtype}; so "
            f"digamma, gamma and loggamma have first and second derivatives there, or none"
        )
    return np.asarray(scipy_function("polygamma")(n, x)).astype(x.dtype)


_polygamma: Any = either(polygamma_of_order)

digamma: Unary = of_one(
    "digamma",
    "The derivative of the logarithm of the gamma function.",
    x=lambda g, x: g * _polygamma(x, n=1),
)
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
    "The gamma function: (x - 1)! for whole x.",
    x=lambda g, x, out: g * (out * _digamma(x)),
)
rgamma: Unary = of_one(
    "rgamma",
    "1 / gamma(x).",
    x=lambda g, x, out: -g * (out * _digamma(x)),
)
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
_gammaln, _betaln = either(gammaln), either(betaln)
gammainc: Binary = of_order(
    "gammainc",
    "The regularized lower incomplete gamma function of shape x at y.",
    y=lambda g, x, y: g * np.exp((x - 1.0) * np.log(y) - y - _gammaln(x)),
    what="the shape",
)
gammaincc: Binary = of_order(
    "gammaincc",
    "The regularized upper incomplete gamma function of shape x at y.",
    y=lambda g, x, y: -g * np.exp((x - 1.0) * np.log(y) - y - _gammaln(x)),
    what="the shape",
)


@declare(
    name="special.betainc",
    kind="elementwise",
    a=no_gradient("betainc", "the shape a"),
    b=no_gradient("betainc", "the shape b"),
    x=lambda g, a, b, x: (
        g * np.exp((a - 1.0) * np.log(x) + (b - 1.0) * np.log1p(-x) - _betaln(a, b))
    ),
)
def betainc(a: npt.ArrayLike, b: npt.ArrayLike, x: npt.ArrayLike) -> Array:
    """The regularized incomplete beta function, whose gradient is for `x` alone.

    >>> import tinygrad_np as tg
    >>> tg.special.betainc(1.0, 1.0, 0.25)
    Tensor(0.25, dtype=float64)
    """
    return scipy_function("betainc")(a, b, x)  # type: ignore[no-any-return]


def polygamma(n: int, x: npt.ArrayLike) -> Tensor:
    """Derivative `n`, a whole number, of :func:`digamma`.

    Raises:
        ShapeError: For an `n` that is negative.
        UnsupportedError: For an `n` that is no single whole number.

    >>> import tinygrad_np as tg
    >>> tg.special.polygamma(1, 1.0)
    Tensor(1.64493407, dtype=float64)
    """
    if isinstance(n, Tensor | np.ndarray) or int(n) != n:
        raise UnsupportedError(f"special.polygamma: n is one whole number, not {n!r}")
    if n < 0:
        raise ShapeError(f"special.polygamma: n is 0 or more, not {n}")
    return polygamma_of_order(x, n=int(n)) if n else digamma(x)


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
