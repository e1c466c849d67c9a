"""Bessel functions, computed by SciPy.

The derivative in the argument is given by the neighbouring orders; there is none in the order.
Source: NIST Digital Library of Mathematical Functions, 10.6, 10.29, 10.51 and 11.4.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..engine.declarations import either
from ..engine.protocols import Binary, Unary
from .gamma import _rgamma
from .scipy_functions import of_many, of_one, of_order, real_only

_SQRT_PI = math.sqrt(math.pi)

# ------------------------------------------------------------------- of any order

jv: Binary = of_order(
    "jv",
    "The Bessel function of the first kind, of order x at y.",
    y=lambda g, x, y: g * _half_difference(_jv, x, y),
)
yv: Binary = of_order(
    "yv",
    "The Bessel function of the second kind, of order x at y.",
    y=lambda g, x, y: g * _half_difference(_yv, x, y),
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
    "iv(x, y) exp(-abs(y)), without overflow. Its gradient is for real numbers.",
    y=lambda g, x, y, out: (
        g * ((_ive(x - 1.0, y) + _ive(x + 1.0, y)) * 0.5 - np.sign(real_only(y, "ive", "iv")) * out)
    ),
)
kve: Binary = of_order(
    "kve",
    "kv(x, y) exp(y), without underflow.",
    y=lambda g, x, y, out: g * (out - (_kve(x - 1.0, y) + _kve(x + 1.0, y)) * 0.5),
)
jve: Binary = of_order(
    "jve",
    "jv(x, y) exp(-abs(y.imag)), without overflow. Its gradient is for real numbers.",
    y=lambda g, x, y: g * _half_difference(_jve, x, real_only(y, "jve", "jv")),
)
yve: Binary = of_order(
    "yve",
    "yv(x, y) exp(-abs(y.imag)), without overflow. Its gradient is for real numbers.",
    y=lambda g, x, y: g * _half_difference(_yve, x, real_only(y, "yve", "yv")),
)
hankel1 = of_many(
    "hankel1",
    "v z",
    "The Hankel function of the first kind, jv + i yv, of order v at z.",
    z=lambda g, v, z: g * _half_difference(_hankel1, v, z),
)
hankel2 = of_many(
    "hankel2",
    "v z",
    "The Hankel function of the second kind, jv - i yv, of order v at z.",
    z=lambda g, v, z: g * _half_difference(_hankel2, v, z),
)
hankel1e = of_many(
    "hankel1e",
    "v z",
    "hankel1(v, z) exp(-i z).",
    z=lambda g, v, z, out: g * (_half_difference(_hankel1e, v, z) - out * 1j),
)
hankel2e = of_many(
    "hankel2e",
    "v z",
    "hankel2(v, z) exp(i z).",
    z=lambda g, v, z, out: g * (_half_difference(_hankel2e, v, z) + out * 1j),
)


def _half_difference(f: Any, v: Any, z: Any) -> Any:
    return (f(v - 1.0, z) - f(v + 1.0, z)) * 0.5


_jve: Any = either(jve)
_yve: Any = either(yve)
_hankel1: Any = either(hankel1)
_hankel2: Any = either(hankel2)
_hankel1e: Any = either(hankel1e)
_hankel2e: Any = either(hankel2e)
_jv: Any = either(jv)
_yv: Any = either(yv)
_iv: Any = either(iv)
_kv: Any = either(kv)
_ive: Any = either(ive)
_kve: Any = either(kve)


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
    "i0(x) exp(-abs(x)), without overflow.",
    x=lambda g, x, out: g * (_i1e(x) - np.sign(x) * out),
)
i1e: Unary = of_one(
    "i1e",
    "i1(x) exp(-abs(x)), without overflow.",
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
    "k0e", "k0(x) exp(x), without underflow.", x=lambda g, x, out: g * (out - _k1e(x))
)
k1e: Unary = of_one(
    "k1e",
    "k1(x) exp(x), without underflow.",
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

# ------------------------------------------------------------------------- spherical


def _spherical_slope(f: Any, n: Any, z: Any, sign: float) -> Any:
    # Unlike the textbook recurrence, this has no 1 / z, so it is regular at 0. No order is below 0.
    lower = np.where(n == 0, 0, n - 1)
    weight = np.positive(n).astype(z.dtype)  # an integer array would promote z
    return (f(lower, z) * weight + f(n + 1, z) * (weight + 1.0) * sign) / (weight * 2.0 + 1.0)


spherical_jn = of_many(
    "spherical_jn",
    "n z",
    "The spherical Bessel function of the first kind, of integer order n.",
    z=lambda g, n, z: g * _spherical_slope(_spherical_jn, n, z, -1.0),
)
spherical_yn = of_many(
    "spherical_yn",
    "n z",
    "The spherical Bessel function of the second kind, of integer order n.",
    z=lambda g, n, z: g * _spherical_slope(_spherical_yn, n, z, -1.0),
)
spherical_in = of_many(
    "spherical_in",
    "n z",
    "The modified spherical Bessel function of the first kind, of integer order n.",
    z=lambda g, n, z: g * _spherical_slope(_spherical_in, n, z, 1.0),
)
spherical_kn = of_many(
    "spherical_kn",
    "n z",
    "The modified spherical Bessel function of the second kind, of integer order n.",
    z=lambda g, n, z: -g * _spherical_slope(_spherical_kn, n, z, 1.0),
)
_spherical_jn: Any = either(spherical_jn)
_spherical_yn: Any = either(spherical_yn)
_spherical_in: Any = either(spherical_in)
_spherical_kn: Any = either(spherical_kn)

# ---------------------------------------------------------------------------- Struve


def _struve_term(v: Any, x: Any) -> Any:
    return (x * 0.5) ** v * _rgamma(v + 1.5) / _SQRT_PI


struve = of_many(
    "struve",
    "v x",
    "The Struve function of order v.",
    x=lambda g, v, x: g * ((_struve(v - 1.0, x) - _struve(v + 1.0, x) + _struve_term(v, x)) * 0.5),
)
modstruve = of_many(
    "modstruve",
    "v x",
    "The modified Struve function of order v.",
    x=lambda g, v, x: (
        g * ((_modstruve(v - 1.0, x) + _modstruve(v + 1.0, x) + _struve_term(v, x)) * 0.5)
    ),
)
_struve: Any = either(struve)
_modstruve: Any = either(modstruve)
