"""Bessel functions, computed by SciPy.

Derivatives for the argument go to the neighbouring orders; for the order there is none.
Source: NIST Digital Library of Mathematical Functions, 10.6 and 10.29.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..engine.errors import DTypeError
from ..engine.makers import Binary, Unary, either
from .special import of_one, of_order

# ------------------------------------------------------------------- of any order

jv: Binary = of_order(
    "jv",
    "The Bessel function of the first kind, of order x at y.",
    y=lambda g, x, y: g * ((_jv(x - 1.0, y) - _jv(x + 1.0, y)) * 0.5),
)
yv: Binary = of_order(
    "yv",
    "The Bessel function of the second kind, of order x at y.",
    y=lambda g, x, y: g * ((_yv(x - 1.0, y) - _yv(x + 1.0, y)) * 0.5),
)
iv: Binary = of_order(
    "iv",
    "The modified Bessel function of the first kind, of order x at y.",
    y=lambda g, x, y: g * ((_iv(x - 1.0, y) + _iv(x + 1.0, y)) * 0.5),
)
kv: Binary = of_order(
    "kv",
    "The modified Bessel function of the second kind, of order x at y.",
    y=lambda g, x, y: g * ((_kv(x - 1.0, y) + _kv(x + 1.0, y)) * -0.5),
)
ive: Binary = of_order(
    "ive",
    "iv(x, y) exp(-abs(y)): without overflow. Of real numbers only.",
    y=lambda g, x, y, out: (
        g * ((_ive(x - 1.0, y) + _ive(x + 1.0, y)) * 0.5 - _sign(y, "ive") * out)
    ),
)
kve: Binary = of_order(
    "kve",
    "kv(x, y) exp(y): without underflow.",
    y=lambda g, x, y, out: g * (out - (_kve(x - 1.0, y) + _kve(x + 1.0, y)) * 0.5),
)
_jv: Any = either(jv)
_yv: Any = either(yv)
_iv: Any = either(iv)
_kv: Any = either(kv)
_ive: Any = either(ive)
_kve: Any = either(kve)


def _sign(y: Any, name: str) -> Any:
    if y.dtype.kind == "c":
        raise DTypeError(f"special.{name}: no gradient for complex numbers: compose it of iv")
    return np.sign(y)


# ------------------------------------------------------------------ of orders 0 and 1

j0: Unary = of_one(
    "j0", "The Bessel function of the first kind of order 0.", x=lambda g, x: -g * _j1(x)
)
j1: Unary = of_one(
    "j1",
    "The Bessel function of the first kind of order 1.",
    x=lambda g, x: g * ((_j0(x) - _jv(2.0, x)) * 0.5),
)
y0: Unary = of_one(
    "y0", "The Bessel function of the second kind of order 0.", x=lambda g, x: -g * _y1(x)
)
y1: Unary = of_one(
    "y1",
    "The Bessel function of the second kind of order 1.",
    x=lambda g, x: g * ((_y0(x) - _yv(2.0, x)) * 0.5),
)
i0: Unary = of_one(
    "i0", "The modified Bessel function of the first kind of order 0.", x=lambda g, x: g * _i1(x)
)
i1: Unary = of_one(
    "i1",
    "The modified Bessel function of the first kind of order 1.",
    x=lambda g, x: g * ((_i0(x) + _iv(2.0, x)) * 0.5),
)
i0e: Unary = of_one(
    "i0e",
    "i0(x) exp(-abs(x)): without overflow.",
    x=lambda g, x, out: g * (_i1e(x) - np.sign(x) * out),
)
i1e: Unary = of_one(
    "i1e",
    "i1(x) exp(-abs(x)): without overflow.",
    x=lambda g, x, out: g * ((_i0e(x) + _ive(2.0, x)) * 0.5 - np.sign(x) * out),
)
k0: Unary = of_one(
    "k0", "The modified Bessel function of the second kind of order 0.", x=lambda g, x: -g * _k1(x)
)
k1: Unary = of_one(
    "k1",
    "The modified Bessel function of the second kind of order 1.",
    x=lambda g, x: g * ((_k0(x) + _kv(2.0, x)) * -0.5),
)
k0e: Unary = of_one(
    "k0e", "k0(x) exp(x): without underflow.", x=lambda g, x, out: g * (out - _k1e(x))
)
k1e: Unary = of_one(
    "k1e",
    "k1(x) exp(x): without underflow.",
    x=lambda g, x, out: g * (out - (_k0e(x) + _kve(2.0, x)) * 0.5),
)
_j0: Any = either(j0)
_j1: Any = either(j1)
_y0: Any = either(y0)
_y1: Any = either(y1)
_i0: Any = either(i0)
_i1: Any = either(i1)
_i0e: Any = either(i0e)
_i1e: Any = either(i1e)
_k0: Any = either(k0)
_k1: Any = either(k1)
_k0e: Any = either(k0e)
_k1e: Any = either(k1e)
