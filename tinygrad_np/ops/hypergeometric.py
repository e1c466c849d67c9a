"""Hypergeometric functions, and functions whose derivatives they express; computed by SciPy.

The derivative in the argument raises every parameter by one; there is none in the parameters.
Source: NIST Digital Library of Mathematical Functions, 13.3, 15.5 and 16.3.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..engine.declarations import either
from ..engine.protocols import Unary
from .scipy_functions import of_many, of_one

hyp0f1 = of_many(
    "hyp0f1",
    "v z",
    "The confluent hypergeometric limit function 0F1(; v; z).",
    z=lambda g, v, z: g * (_hyp0f1(v + 1.0, z) / v),
)
hyp1f1 = of_many(
    "hyp1f1",
    "a b x",
    "The confluent hypergeometric function 1F1(a; b; x).",
    x=lambda g, a, b, x: g * (_hyp1f1(a + 1.0, b + 1.0, x) * a / b),
)
hyp2f1 = of_many(
    "hyp2f1",
    "a b c z",
    "The Gauss hypergeometric function 2F1(a, b; c; z).",
    z=lambda g, a, b, c, z: g * (_hyp2f1(a + 1.0, b + 1.0, c + 1.0, z) * a * b / c),
)
hyperu = of_many(
    "hyperu",
    "a b x",
    "The confluent hypergeometric function U(a, b, x).",
    x=lambda g, a, b, x: -g * (_hyperu(a + 1.0, b + 1.0, x) * a),
)
wright_bessel = of_many(
    "wright_bessel",
    "a b x",
    "Wright's generalized Bessel function: the sum over k of x ** k / (k! gamma(a k + b)).",
    x=lambda g, a, b, x: g * _wright_bessel(a, a + b, x),
)
log_wright_bessel = of_many(
    "log_wright_bessel",
    "a b x",
    "The logarithm of `wright_bessel`, without overflow.",
    x=lambda g, a, b, x, out: g * np.exp(_log_wright_bessel(a, a + b, x) - out),
)
_hyp0f1: Any = either(hyp0f1)
_hyp1f1: Any = either(hyp1f1)
_hyp2f1: Any = either(hyp2f1)
_hyperu: Any = either(hyperu)
_wright_bessel: Any = either(wright_bessel)
_log_wright_bessel: Any = either(log_wright_bessel)

# ------------------------------------------------- quotients with a removable 0 / 0


def _slope_of_exprel(x: Any) -> Any:
    # exprel is 1F1(1; 2; x), which has derivatives at 0 too.
    return _hyp1f1(2.0, 3.0, x) * 0.5


exprel: Unary = of_one(
    "exprel", "(exp(x) - 1) / x, accurate near 0.", x=lambda g, x: g * _slope_of_exprel(x)
)


def _box_cox_power(g: Any, log_x: Any, lmbda: Any) -> Any:
    # The derivative of log x exprel(lmbda log x) in lmbda.
    return g * (log_x * log_x * _slope_of_exprel(lmbda * log_x))


def _inverse_power(g: Any, x: Any, lmbda: Any, value: Any) -> Any:
    # log1p(u) / u is 2F1(1, 1; 2; -u), and the log of the result is x times that, at u = lmbda x.
    return -g * (value * x * x * _hyp2f1(2.0, 2.0, 3.0, -lmbda * x) * 0.5)


boxcox = of_many(
    "boxcox",
    "x lmbda",
    "The Box-Cox transform (x ** lmbda - 1) / lmbda; log(x) where lmbda is 0.",
    x=lambda g, x, lmbda: g * np.exp((lmbda - 1.0) * np.log(x)),
    lmbda=lambda g, x, lmbda: _box_cox_power(g, np.log(x), lmbda),
)
boxcox1p = of_many(
    "boxcox1p",
    "x lmbda",
    "The Box-Cox transform of 1 + x.",
    x=lambda g, x, lmbda: g * np.exp((lmbda - 1.0) * np.log1p(x)),
    lmbda=lambda g, x, lmbda: _box_cox_power(g, np.log1p(x), lmbda),
)
inv_boxcox = of_many(
    "inv_boxcox",
    "y lmbda",
    "The inverse of the Box-Cox transform: (1 + lmbda y) ** (1 / lmbda).",
    y=lambda g, y, lmbda, out: g * (out / (lmbda * y + 1.0)),
    lmbda=lambda g, y, lmbda, out: _inverse_power(g, y, lmbda, out),
)
inv_boxcox1p = of_many(
    "inv_boxcox1p",
    "y lmbda",
    "The inverse of the Box-Cox transform of 1 + x.",
    y=lambda g, y, lmbda, out: g * ((out + 1.0) / (lmbda * y + 1.0)),
    lmbda=lambda g, y, lmbda, out: _inverse_power(g, y, lmbda, out + 1.0),
)
powm1 = of_many(
    "powm1",
    "x y",
    "x ** y - 1, accurate where it is tiny.",
    x=lambda g, x, y, out: g * (y * (out + 1.0) / x),
    y=lambda g, x, out: g * ((out + 1.0) * np.log(x)),
)
