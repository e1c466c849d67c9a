"""Integrals of elementary and Bessel functions; their derivatives are the integrands.

SciPy computes them. Source: NIST Digital Library of Mathematical Functions, chapters 6 to 8, 25.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..engine.declarations import either
from ..engine.protocols import Unary
from .bessel import _i0, _j0, _k0, _modstruve, _struve, _y0
from .hypergeometric import _hyp2f1
from .scipy_functions import of_many, of_one, of_several

_HALF_PI = math.pi / 2.0
_SQRT_PI = math.sqrt(math.pi)

# ------------------------------------------------------- of exponentials and circles

exp1: Unary = of_one(
    "exp1",
    "The exponential integral: the integral of exp(-t) / t from x to infinity.",
    x=lambda g, x: -g * np.exp(-x) / x,
)
expi: Unary = of_one(
    "expi",
    "The exponential integral: the integral of exp(t) / t from -infinity to x.",
    x=lambda g, x: g * np.exp(x) / x,
)


def _expn_rule(g: Any, n: Any, x: Any, out: Any) -> Any:  # a rule: either world
    # The derivative is -expn(n - 1, x); for n = 0 the recurrence replaces order -1, not in SciPy.
    whole = n > 0
    lower = _expn(np.where(whole, n - 1, 0), np.where(whole, x, 1.0))
    at = np.where(whole, 1.0, x)
    return -g * np.where(whole, lower, (np.exp(-at) + np.where(whole, 0.0, out)) / at)


expn = of_many(
    "expn", "n x", "The exponential integral of exp(-x t) / t ** n over t above 1.", x=_expn_rule
)
_expn: Any = either(expn)


def _sine_over(x: Any) -> Any:
    return np.sinc(x / math.pi)


sici = of_several(
    "sici",
    "x",
    "The sine integral, of sin(t) / t from 0 to x, and the cosine integral.",
    si=lambda g, x: g * _sine_over(x),
    ci=lambda g, x: g * (np.cos(x) / x),
)
shichi = of_several(
    "shichi",
    "x",
    "The hyperbolic sine integral, of sinh(t) / t from 0 to x, and the hyperbolic cosine integral.",
    shi=lambda g, x: g * np.where(x == 0, 1.0, np.sinh(x) / np.where(x == 0, 1.0, x)),
    chi=lambda g, x: g * (np.cosh(x) / x),
)
fresnel = of_several(
    "fresnel",
    "z",
    "The Fresnel integrals from 0 to z, of sin(pi t * t / 2) and of cos(pi t * t / 2).",
    s=lambda g, z: g * np.sin(z * z * _HALF_PI),
    c=lambda g, z: g * np.cos(z * z * _HALF_PI),
)


def _modified(sign: float) -> dict[str, Any]:
    """Return the rules of the modified Fresnel integrals of exp(sign i t * t)."""
    unit = 1j * sign
    turned = complex(math.cos(math.pi / 4), -sign * math.sin(math.pi / 4)) / _SQRT_PI
    return {
        "f": lambda g, x: -g * np.exp(x * x * unit),
        "k": lambda g, x, out: -g * (x * out * (2.0 * unit) + turned),
    }


modfresnelp = of_several(
    "modfresnelp",
    "x",
    "The integral F of exp(i t * t) from x to infinity, and exp(-i (x * x + pi / 4)) F / sqrt(pi).",
    **_modified(1.0),
)
modfresnelm = of_several(
    "modfresnelm",
    "x",
    "The integral F of exp(-i t * t) from x to infinity, and exp(i (x * x + pi / 4)) F / sqrt(pi).",
    **_modified(-1.0),
)


def _spence_slope(z: Any) -> Any:
    # log(z) / (1 - z), by a series near 1, where it is 0 / 0.
    near = np.absolute(z - 1.0) < 0.5
    far = np.where(near, 2.0, z)
    return np.where(
        near, -_hyp2f1(1.0, 1.0, 2.0, np.where(near, 1.0 - z, 0.0)), np.log(far) / (1.0 - far)
    )


spence: Unary = of_one(
    "spence",
    "The dilogarithm of 1 - x: the integral of log(t) / (1 - t) from 1 to x.",
    x=lambda g, x: g * _spence_slope(x),
)

# ------------------------------------------------------ of Bessel and Struve functions

itj0y0 = of_several(
    "itj0y0",
    "x",
    "The integrals of j0 and y0 from 0 to x.",
    j=lambda g, x: g * _j0(x),
    y=lambda g, x: g * _y0(x),
)
iti0k0 = of_several(
    "iti0k0",
    "x",
    "The integrals of i0 and k0 from 0 to x.",
    i=lambda g, x: g * _i0(x),
    k=lambda g, x: g * _k0(x),
)
itstruve0: Unary = of_one(
    "itstruve0",
    "The integral of the Struve function of order 0 from 0 to x.",
    x=lambda g, x: g * _struve(0.0, x),
)
it2struve0: Unary = of_one(
    "it2struve0",
    "The integral of the Struve function of order 0, divided by its argument, from x to infinity.",
    x=lambda g, x: -g * (_struve(0.0, x) / x),
)
itmodstruve0: Unary = of_one(
    "itmodstruve0",
    "The integral of the modified Struve function of order 0 from 0 to x.",
    x=lambda g, x: g * _modstruve(0.0, x),
)
