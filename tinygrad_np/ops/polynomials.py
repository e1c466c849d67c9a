"""Orthogonal polynomials, computed by SciPy: ``eval_legendre`` and the like.

Their derivatives are polynomials of one degree less, for Jacobi's kinds with raised parameters.
There is none with respect to the degree and the parameters. Source: NIST Digital Library of
Mathematical Functions, 18.7 and 18.9.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..engine.declarations import either
from .scipy_functions import of_many, with_integers


def _below(n: Any) -> Any:
    # The degree of the derivative, and a factor that is 0 for a polynomial of degree 0.
    return np.where(n == 0, 0, n - 1)


eval_jacobi = of_many(
    "eval_jacobi",
    "n alpha beta x",
    "The Jacobi polynomial of degree n with weight (1 - x) ** alpha (1 + x) ** beta.",
    x=lambda g, n, alpha, beta, x: (
        g * ((n != 0) * (n + alpha + beta + 1) * 0.5 * _jacobi(_below(n), alpha + 1, beta + 1, x))
    ),
)
eval_sh_jacobi = of_many(
    "eval_sh_jacobi",
    "n p q x",
    "The Jacobi polynomial of degree n on [0, 1], with leading coefficient 1.",
    x=lambda g, n, p, q, x: g * (n * _sh_jacobi(_below(n), p + 2, q + 1, x)),
)
eval_gegenbauer = of_many(
    "eval_gegenbauer",
    "n alpha x",
    "The Gegenbauer polynomial of degree n.",
    x=lambda g, n, alpha, x: g * ((n != 0) * 2.0 * alpha * _gegenbauer(_below(n), alpha + 1, x)),
)
eval_genlaguerre = of_many(
    "eval_genlaguerre",
    "n alpha x",
    "The generalized Laguerre polynomial of degree n.",
    x=lambda g, n, alpha, x: -g * ((n != 0) * _genlaguerre(_below(n), alpha + 1, x)),
)
eval_laguerre = of_many(
    "eval_laguerre",
    "n x",
    "The Laguerre polynomial of degree n.",
    x=lambda g, n, x: -g * ((n != 0) * _genlaguerre(_below(n), 1, x)),
)
eval_legendre = of_many(
    "eval_legendre",
    "n x",
    "The Legendre polynomial of degree n.",
    x=lambda g, n, x: g * ((n != 0) * (n + 1) * 0.5 * _jacobi(_below(n), 1, 1, x)),
)
eval_sh_legendre = of_many(
    "eval_sh_legendre",
    "n x",
    "The Legendre polynomial of degree n at 2 x - 1.",
    x=lambda g, n, x: g * ((n != 0) * (n + 1) * _jacobi(_below(n), 1, 1, x * 2.0 - 1.0)),
)
eval_chebyu = of_many(
    "eval_chebyu",
    "n x",
    "The Chebyshev polynomial of the second kind of degree n.",
    x=lambda g, n, x: g * ((n != 0) * 2.0 * _gegenbauer(_below(n), 2, x)),
)
eval_chebyt = of_many(
    "eval_chebyt",
    "n x",
    "The Chebyshev polynomial of the first kind of degree n.",
    x=lambda g, n, x: g * (n * _chebyu(_below(n), x)),
)
eval_chebyc = of_many(
    "eval_chebyc",
    "n x",
    "Twice the Chebyshev polynomial of the first kind of degree n at x / 2.",
    x=lambda g, n, x: g * (n * _chebyu(_below(n), x * 0.5)),
)
eval_chebys = of_many(
    "eval_chebys",
    "n x",
    "The Chebyshev polynomial of the second kind of degree n at x / 2.",
    x=lambda g, n, x: g * ((n != 0) * _gegenbauer(_below(n), 2, x * 0.5)),
)
eval_sh_chebyt = of_many(
    "eval_sh_chebyt",
    "n x",
    "The Chebyshev polynomial of the first kind of degree n at 2 x - 1.",
    x=lambda g, n, x: g * (n * 2.0 * _chebyu(_below(n), x * 2.0 - 1.0)),
)
eval_sh_chebyu = of_many(
    "eval_sh_chebyu",
    "n x",
    "The Chebyshev polynomial of the second kind of degree n at 2 x - 1.",
    x=lambda g, n, x: g * ((n != 0) * 4.0 * _gegenbauer(_below(n), 2, x * 2.0 - 1.0)),
)
eval_hermite = of_many(
    "eval_hermite",
    "n x",
    "The Hermite polynomial of degree n of physicists, with weight exp(-x * x).",
    with_integers("eval_hermite"),
    x=lambda g, n, x: g * (n * 2.0 * _hermite(_below(n), x)),
)
eval_hermitenorm = of_many(
    "eval_hermitenorm",
    "n x",
    "The Hermite polynomial of degree n of statisticians, with weight exp(-x * x / 2).",
    with_integers("eval_hermitenorm"),
    x=lambda g, n, x: g * (n * _hermitenorm(_below(n), x)),
)
_jacobi: Any = either(eval_jacobi)
_sh_jacobi: Any = either(eval_sh_jacobi)
_gegenbauer: Any = either(eval_gegenbauer)
_genlaguerre: Any = either(eval_genlaguerre)
_chebyu: Any = either(eval_chebyu)
_hermite: Any = either(eval_hermite)
_hermitenorm: Any = either(eval_hermitenorm)
