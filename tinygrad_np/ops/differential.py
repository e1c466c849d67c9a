"""Solutions of second-order differential equations: Airy, Kelvin, parabolic cylinder functions.

SciPy computes a solution together with its derivative; the equation gives the second derivative.
Source: NIST Digital Library of Mathematical Functions, 9.2, 10.61 and 12.2.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..engine.declarations import either
from ..engine.protocols import Unary
from .scipy_functions import of_one, of_several, real_only, results_of

# -------------------------------------------------------------------- Airy: w'' = z w

airy = of_several(
    "airy",
    "z",
    "The Airy functions Ai and Bi and their derivatives.",
    ai=lambda g, z: g * _airy.aip(z),
    aip=lambda g, z: g * (z * _airy.ai(z)),
    bi=lambda g, z: g * _airy.bip(z),
    bip=lambda g, z: g * (z * _airy.bi(z)),
)
_airy: Any = results_of(airy)


def _rate(z: Any) -> Any:
    # The logarithmic derivative of the scale, which is 1 for real numbers below 0.
    return np.sqrt(np.maximum(real_only(z, "airye", "airy"), 0.0))


airye = of_several(
    "airye",
    "z",
    "The functions of `airy` without overflow: for real z above 0, Ai and its derivative times\n"
    "    exp(2 / 3 z ** 1.5), and Bi and its derivative divided by it.",
    eai=lambda g, z, out: g * (_airye.eaip(z) + np.sqrt(real_only(z, "airye", "airy")) * out),
    eaip=lambda g, z, out: g * (z * _airye.eai(z) + np.sqrt(real_only(z, "airye", "airy")) * out),
    ebi=lambda g, z, out: g * (_airye.ebip(z) - _rate(z) * out),
    ebip=lambda g, z, out: g * (z * _airye.ebi(z) - _rate(z) * out),
)
_airye: Any = results_of(airye)

itairy = of_several(
    "itairy",
    "x",
    "The integrals from 0 to x of Ai(t), Bi(t), Ai(-t) and Bi(-t).",
    apt=lambda g, x: g * _airy.ai(x),
    bpt=lambda g, x: g * _airy.bi(x),
    ant=lambda g, x: g * _airy.ai(-x),
    bnt=lambda g, x: g * _airy.bi(-x),
)

# ------------------------------------------------------- Kelvin: w'' + w' / x - i w = 0


def _quotient(derivative: Any, x: Any, at_0: float | complex) -> Any:
    # w' / x, and its limit at 0.
    return np.where(x == 0, at_0, derivative / np.where(x == 0, 1.0, x))


ber: Unary = of_one("ber", "The Kelvin function ber, even.", x=lambda g, x: g * _berp(x))
bei: Unary = of_one("bei", "The Kelvin function bei, even.", x=lambda g, x: g * _beip(x))
berp: Unary = of_one(
    "berp",
    "The derivative of ber.",
    x=lambda g, x, out: -g * (_bei(x) + _quotient(out, x, 0.0)),
)
beip: Unary = of_one(
    "beip",
    "The derivative of bei.",
    x=lambda g, x, out: g * (_ber(x) - _quotient(out, x, 0.5)),
)
ker: Unary = of_one("ker", "The Kelvin function ker.", x=lambda g, x: g * _kerp(x))
kei: Unary = of_one("kei", "The Kelvin function kei.", x=lambda g, x: g * _keip(x))
kerp: Unary = of_one("kerp", "The derivative of ker.", x=lambda g, x, out: -g * (_kei(x) + out / x))
keip: Unary = of_one("keip", "The derivative of kei.", x=lambda g, x, out: g * (_ker(x) - out / x))
_ber: Any = either(ber)
_bei: Any = either(bei)
_berp: Any = either(berp)
_beip: Any = either(beip)
_ker: Any = either(ker)
_kei: Any = either(kei)
_kerp: Any = either(kerp)
_keip: Any = either(keip)

kelvin = of_several(
    "kelvin",
    "x",
    "The Kelvin functions ber + i bei and ker + i kei, and their derivatives; all complex.",
    be=lambda g, x: g * _kelvin.bep(x),
    ke=lambda g, x: g * _kelvin.kep(x),
    bep=lambda g, x, out: g * (_kelvin.be(x) * 1j - _quotient(out, x, 0.5j)),
    kep=lambda g, x, out: g * (_kelvin.ke(x) * 1j - out / x),
)
_kelvin: Any = results_of(kelvin)

# ------------------------------------ parabolic cylinder: w'' = (x**2 / 4 + a) w, a constant

pbdv = of_several(
    "pbdv",
    "v x",
    "The parabolic cylinder function D of order v and its derivative.",
    d=lambda g, v, x: g * _pbdv.dp(v, x),
    dp=lambda g, v, x: g * ((x * x * 0.25 - v - 0.5) * _pbdv.d(v, x)),
)
pbvv = of_several(
    "pbvv",
    "v x",
    "The parabolic cylinder function V of order v and its derivative.",
    v=lambda g, v, x: g * _pbvv.vp(v, x),
    vp=lambda g, v, x: g * ((x * x * 0.25 - v - 0.5) * _pbvv.v(v, x)),
)
pbwa = of_several(
    "pbwa",
    "a x",
    "The parabolic cylinder function W of parameter a and its derivative.",
    w=lambda g, a, x: g * _pbwa.wp(a, x),
    wp=lambda g, a, x: g * ((a - x * x * 0.25) * _pbwa.w(a, x)),
)
_pbdv: Any = results_of(pbdv)
_pbvv: Any = results_of(pbvv)
_pbwa: Any = results_of(pbwa)
