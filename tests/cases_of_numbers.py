"""The records of NumPy's other functions of one element at a time: parts, rounding, complex."""

import math

import numpy as np

import tinygrad_np as tg
from records import (
    ANY,
    CASES,
    NONZERO,
    POSITIVE,
    add,
    elementwise,
    floats,
    integers,
    real,
    spaced,
)
from tinygrad_np.engine.op import OPS

__all__ = ["CASES"]

OFF_INTEGERS = floats(0.1, 0.9)  # between two jumps of remainders and parts

for name, domain in {
    "cbrt": NONZERO,
    "fabs": NONZERO,
    "sinc": ANY,
    "i0": ANY,
    "deg2rad": ANY,
    "rad2deg": ANY,
    "radians": ANY,
    "degrees": ANY,
    "conjugate": ANY,
}.items():
    elementwise(name, getattr(np, name), domain)
elementwise("sinc", np.sinc, floats(3.0, 9.0), label="far")
elementwise("i0", np.i0, floats(7.0, 12.0), label="far", tolerance=1e-5, integers=False)
for name, (x, y) in {
    "copysign": (NONZERO, NONZERO),
    "fmax": (ANY, ANY),
    "fmin": (ANY, ANY),
    "fmod": (OFF_INTEGERS, floats(1.0, 2.0)),
    "heaviside": (NONZERO, ANY),
    "hypot": (NONZERO, NONZERO),
    "logaddexp2": (ANY, ANY),
    "nextafter": (NONZERO, floats(5.0, 6.0)),
}.items():
    elementwise(name, getattr(np, name), x, y)
add("heaviside", np.heaviside, integers(0, 0), ANY, label="at 0")
elementwise("fmod", np.fmod, floats(-5.9, -5.1), floats(2.3, 2.7), label="negative")
add("ldexp", np.ldexp, ANY, integers(-3, 3))
elementwise("float_power", np.float_power, POSITIVE, ANY)
elementwise(
    "float_power",
    lambda x: np.float_power(x, 3),
    ANY,
    call=lambda x: tg.float_power(x, 3),
    label="cube",
)
elementwise("finite", np.nan_to_num, ANY, call=tg.nan_to_num)
elementwise("nan_to_num", np.nan_to_num, ANY, params={"nan": 1.0, "posinf": 2.0, "neginf": 3.0})

# Several answers: a function of all of them.
elementwise(
    "divmod",
    lambda x, y: np.divmod(x, y)[0] + 2 * np.divmod(x, y)[1],
    OFF_INTEGERS,
    floats(1.0, 2.0),
    call=lambda x, y: tg.divmod(x, y)[0] + 2 * tg.divmod(x, y)[1],
    integers=False,
)
elementwise(
    "modf",
    lambda x: np.modf(x)[0] + 2 * np.modf(x)[1],
    OFF_INTEGERS,
    call=lambda x: tg.modf(x)[0] + 2 * tg.modf(x)[1],
)
elementwise("fractional_part", lambda x: np.modf(x)[0], OFF_INTEGERS, call=lambda x: tg.modf(x)[0])
elementwise("integral_part", lambda x: np.modf(x)[1], ANY, call=lambda x: tg.modf(x)[1], order=0)
elementwise("frexp", lambda x: np.frexp(x)[0], floats(0.55, 0.95), call=lambda x: tg.frexp(x)[0])
elementwise(
    "binary_exponent", lambda x: np.frexp(x)[1], NONZERO, call=lambda x: tg.frexp(x)[1], order=0
)


def spherical_bessel(x, n):
    """Rayleigh's formulas, by hand."""
    s, c = np.sin(x), np.cos(x)
    return {1: s / x**2 - c / x, 2: (3 / x**2 - 1) * s / x - 3 * c / x**2}[n]


for n in (1, 2):
    call = OPS["spherical_bessel"].call
    for domain in (floats(1.5, 2.5), floats(5.0, 9.0)):
        label = "near" if domain is not floats else "far"
        elementwise(
            "spherical_bessel",
            spherical_bessel,
            domain,
            call=call,
            params={"n": n},
            integers=False,
            label=label,
        )


def modified_bessel(x, n):
    """The series around 0."""
    terms = (
        (x / 2) ** (2 * k + n) / (math.factorial(k) * math.factorial(k + n)) for k in range(12)
    )
    return sum(terms)


for n in (1, 2):
    elementwise(
        "modified_bessel",
        modified_bessel,
        real(ANY),
        call=OPS["modified_bessel"].call,
        params={"n": n},
        integers=False,
    )

# ------------------------------------------------------------------ complex numbers

elementwise("real", np.real, ANY)
elementwise(
    "real",
    lambda x: np.real(x + 2j * x),
    ANY,
    call=lambda x: tg.real(x + 2j * x),
    integers=False,
    label="of a complex number",
)
elementwise(
    "imag",
    lambda x: np.imag(x + 2j * x),
    ANY,
    call=lambda x: tg.imag(x + 2j * x),
    integers=False,
    label="of a complex number",
)
elementwise("imag", np.imag, ANY, order=0, complex=2)
elementwise("imag_of_real", np.imag, real(ANY), call=tg.imag, order=0)
elementwise("angle", np.angle, NONZERO, order=0, complex=2)
elementwise("angle_of_real", np.angle, real(NONZERO), call=tg.angle, order=0, params={"deg": True})
for deg in (False, True):
    elementwise(
        "multiply" if deg else "angle",
        lambda x, y, deg: np.angle(x + 1j * y, deg),
        NONZERO,
        NONZERO,
        call=lambda x, y, deg: tg.angle(x + 1j * y, deg),
        params={"deg": deg},
        label="angle in degrees" if deg else "",
    )
elementwise("sign", np.sign, NONZERO, order=0, complex=2)
elementwise(
    "real",
    lambda x, y: np.real(np.sign(x + 1j * y)),
    NONZERO,
    NONZERO,
    call=lambda x, y: tg.real(tg.sign(x + 1j * y)),
    label="of sign_of_complex",
)
elementwise("sign_of_complex", np.sign, NONZERO, call=tg.sign, order=0, complex=2)
elementwise("real_if_close", np.real_if_close, real(ANY))
elementwise("real_if_close", np.real_if_close, ANY, mapped=False, label="values decide")

# --------------------------------------------------------- answers without gradient

elementwise("fix", np.trunc, ANY, order=0)  # np.fix warns since NumPy 2.5
for name in ("trunc", "rint", "spacing", "signbit", "isposinf", "isneginf"):
    elementwise(name, getattr(np, name), ANY, order=0)
for name in ("isreal", "iscomplex"):
    elementwise(name, getattr(np, name), ANY, order=0)
elementwise("round", np.round, ANY, order=0)
elementwise("round", np.round, ANY, params={"decimals": 1}, order=0)
elementwise("isclose", np.isclose, ANY, ANY, order=0)
elementwise("isclose", np.isclose, spaced, spaced, order=0, params={"atol": 0.3, "rtol": 0.1})
ONES = np.ones((2, 3))
for name in ("allclose", "array_equal", "array_equiv"):  # Python truths: of arrays written out
    for other in (ONES, ONES + 1e-9, ONES[:1]):
        add(
            name,
            lambda name=name, other=other: getattr(np, name)(ONES, other),
            call=lambda name=name, other=other: tg.asarray(
                getattr(tg, name)(tg.asarray(ONES), other)
            ),
            order=0,
        )
for name in ("gcd", "lcm", "left_shift", "right_shift"):
    elementwise(name, getattr(np, name), integers(0, 7), integers(0, 7), order=0)
elementwise("bitwise_count", np.bitwise_count, integers(0, 7), order=0)
