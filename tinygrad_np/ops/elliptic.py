"""Elliptic integrals and functions, computed by SciPy.

Their derivatives use Carlson's integrals and hypergeometric functions, because the textbook
formulas in terms of K and E are 0 / 0 where the parameter m is 0. Source: NIST Digital Library of
Mathematical Functions, 19.4, 19.18, 19.25 and 22.13.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..engine.declarations import declare, either
from ..engine.errors import DegenerateError
from ..engine.protocols import Unary
from ..engine.tensor import Array
from .hypergeometric import _hyp2f1
from .scipy_functions import of_many, of_one, of_several, results_of

# --------------------------------------------------------------- Carlson's integrals


@declare(name="special.gap", kind="elementwise", x=lambda g: g, y=lambda g: -g)
def _gap(x: Array, y: Array) -> Array:
    """Return x - y, a divisor; raise DegenerateError where it is 0."""
    out = np.subtract(x, y)
    if not np.all(out):
        raise DegenerateError(
            "special.elliprd: no derivative where the last argument equals another; second "
            "derivatives of elliptic integrals at a parameter of 0 or an angle of 0 also lead there"
        )
    return out


def _rd_slope(x: Any, y: Any, z: Any, value: Any) -> Any:
    # By partial fractions of 1 / ((t + x) (t + z)).
    return (value - _elliprd(y, z, x)) * 0.5 / _gap_op(z, x)


elliprf = of_many(
    "elliprf",
    "x y z",
    "Carlson's integral of the first kind: symmetric in its arguments.",
    x=lambda g, x, y, z: g * (_elliprd(y, z, x) / -6.0),
    y=lambda g, x, y, z: g * (_elliprd(x, z, y) / -6.0),
    z=lambda g, x, y, z: g * (_elliprd(x, y, z) / -6.0),
)
elliprd = of_many(
    "elliprd",
    "x y z",
    "Carlson's integral of the second kind. Its derivative raises where z equals x or y.",
    x=lambda g, x, y, z, out: g * _rd_slope(x, y, z, out),
    y=lambda g, x, y, z, out: g * _rd_slope(y, x, z, out),
    z=lambda g, x, y, z, out: (
        g * (out * -1.5 - x * _rd_slope(x, y, z, out) - y * _rd_slope(y, x, z, out)) / z
    ),
)
elliprc = of_many(
    "elliprc",
    "x y",
    "Carlson's degenerate integral: elliprf(x, y, y).",
    x=lambda g, x, y, out: g * ((out - 1.0 / np.sqrt(x)) * 0.5 / _gap_op(y, x)),
    y=lambda g, x, y, out: g * ((np.sqrt(x) / y - out) * 0.5 / _gap_op(y, x)),
)
_elliprd: Any = either(elliprd)
_gap_op: Any = either(_gap)

# ------------------------------------------------------------------------- complete

_EIGHTH_OF_PI = math.pi / 8.0


def _k_slope(m: Any) -> Any:
    return _hyp2f1(1.5, 1.5, 2.0, m) * _EIGHTH_OF_PI


ellipk: Unary = of_one(
    "ellipk",
    "The complete elliptic integral of the first kind, of the parameter m = k * k.",
    x=lambda g, x: g * _k_slope(x),
)
ellipe: Unary = of_one(
    "ellipe",
    "The complete elliptic integral of the second kind, of the parameter m = k * k.",
    x=lambda g, x: -g * (_hyp2f1(0.5, 1.5, 2.0, x) * _EIGHTH_OF_PI),
)


def _km1_rule(g: Any, x: Any, out: Any) -> Any:  # a rule: either world
    # 1 - x loses the digits of a small x; the formula for small x is inaccurate elsewhere.
    small = x < 0.5
    p = np.where(small, x, 0.25)
    near_1 = (_ellipe(1.0 - p) - p * np.where(small, out, 0.0)) * 0.5 / (p * (1.0 - p))
    return -g * np.where(small, near_1, _k_slope(np.where(small, 0.5, 1.0 - x)))


ellipkm1: Unary = of_one("ellipkm1", "ellipk(1 - x), accurate near x = 0.", x=_km1_rule)
_ellipe: Any = either(ellipe)

agm = of_many(
    "agm",
    "a b",
    "The arithmetic-geometric mean.",
    a=lambda g, a, b, out: g * _agm_slope(a, b, out),
    b=lambda g, a, b, out: g * _agm_slope(b, a, out),
)


def _agm_slope(a: Any, b: Any, mean: Any) -> Any:
    # The mean is pi a / (2 K(m)) with m = 1 - (b / a)**2.
    ratio = b / a
    return (
        mean
        / a
        * (1.0 - 2.0 * ratio * ratio * _k_slope(1.0 - ratio * ratio) * 2.0 / math.pi * mean / a)
    )


# ----------------------------------------------------------------------- incomplete


def _reduced(phi: Any, m: Any) -> tuple[Any, Any, Any, Any]:
    # The number of half turns, and sin, cos**2, 1 - m sin**2 of the angle: Carlson's integrals
    # take angles between -pi / 2 and pi / 2.
    turns = np.rint(phi / math.pi)
    sine = np.sin(phi - turns * math.pi)
    square = sine * sine
    return turns, sine, 1.0 - square, 1.0 - m * square


def _first_for_m(phi: Any, m: Any) -> Any:
    turns, s, c2, d2 = _reduced(phi, m)
    return s * s * s * _elliprd(c2, 1.0, d2) / 6.0 + turns * 2.0 * _k_slope(m)


def _second_for_m(phi: Any, m: Any) -> Any:
    turns, s, c2, d2 = _reduced(phi, m)
    whole = turns * 2.0 * _hyp2f1(0.5, 1.5, 2.0, m) * _EIGHTH_OF_PI
    return s * s * s * _elliprd(c2, d2, 1.0) / -6.0 - whole


ellipkinc = of_many(
    "ellipkinc",
    "phi m",
    "The incomplete elliptic integral of the first kind.",
    phi=lambda g, phi, m: g / np.sqrt(1.0 - m * np.sin(phi) ** 2),
    m=lambda g, phi, m: g * _first_for_m(phi, m),
)
ellipeinc = of_many(
    "ellipeinc",
    "phi m",
    "The incomplete elliptic integral of the second kind.",
    phi=lambda g, phi, m: g * np.sqrt(1.0 - m * np.sin(phi) ** 2),
    m=lambda g, phi, m: g * _second_for_m(phi, m),
)

# --------------------------------------------------------------- Jacobi's functions


def _amplitude_for_m(u: Any, m: Any) -> Any:
    # u is the integral of the first kind at the amplitude; at a fixed u its derivative in m is 0.
    return -_ellipj.dn(u, m) * _first_for_m(_ellipj.ph(u, m), m)


ellipj = of_several(
    "ellipj",
    "u m",
    "Jacobi's elliptic functions sn, cn and dn at u, and the amplitude ph.",
    sn={
        "u": lambda g, u, m: g * (_ellipj.cn(u, m) * _ellipj.dn(u, m)),
        "m": lambda g, u, m: g * (_ellipj.cn(u, m) * _amplitude_for_m(u, m)),
    },
    cn={
        "u": lambda g, u, m: -g * (_ellipj.sn(u, m) * _ellipj.dn(u, m)),
        "m": lambda g, u, m: -g * (_ellipj.sn(u, m) * _amplitude_for_m(u, m)),
    },
    dn={
        "u": lambda g, u, m: -g * (m * _ellipj.sn(u, m) * _ellipj.cn(u, m)),
        "m": lambda g, u, m, out: (
            g
            * _ellipj.sn(u, m)
            * (_ellipj.sn(u, m) * -0.5 - m * _ellipj.cn(u, m) * _amplitude_for_m(u, m))
            / out
        ),
    },
    ph={
        "u": lambda g, u, m: g * _ellipj.dn(u, m),
        "m": lambda g, u, m: g * _amplitude_for_m(u, m),
    },
)
_ellipj: Any = results_of(ellipj)
