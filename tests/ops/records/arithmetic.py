"""The records of further elementwise functions: parts of numbers, angles, bounds."""

import math

import numpy as np

import tinygrad_np as tg
from ops.in_torch import InTorch, NotInTorch, torch
from ops.opinfo import ANY, NONZERO, POSITIVE, add, elementwise, floats, integers, real
from tinygrad_np.engine.op import OPS

OFF_INTEGERS = floats(0.1, 0.9)  # between the jumps of remainders and parts
REAL = InTorch(complex=False)

elementwise("cbrt", np.cbrt, NONZERO, torch=lambda x: torch.sign(x) * abs(x) ** (1 / 3))
elementwise("fabs", np.fabs, NONZERO, torch="abs")
elementwise("deg2rad", np.deg2rad, ANY)
elementwise("rad2deg", np.rad2deg, ANY)
elementwise("radians", np.radians, ANY, torch="deg2rad")
elementwise("degrees", np.degrees, ANY, torch="rad2deg")
elementwise("sinc", np.sinc, ANY)
elementwise("sinc", np.sinc, floats(3.0, 9.0), label="far")
elementwise("i0", np.i0, ANY)
elementwise("i0", np.i0, floats(7.0, 12.0), label="far", tolerance=1e-5, integers=False)
elementwise("copysign", np.copysign, NONZERO, NONZERO)
elementwise("fmax", np.fmax, ANY, ANY, torch=REAL)
elementwise("fmin", np.fmin, ANY, ANY, torch=REAL)
elementwise("fmod", np.fmod, OFF_INTEGERS, floats(1.0, 2.0))
elementwise("fmod", np.fmod, floats(-5.9, -5.1), floats(2.3, 2.7), label="negative")
elementwise("hypot", np.hypot, NONZERO, NONZERO)
elementwise("logaddexp2", np.logaddexp2, ANY, ANY)
elementwise("nextafter", np.nextafter, NONZERO, floats(5.0, 6.0))
add("ldexp", np.ldexp, ANY, integers(-3, 3))


def heaviside(x, y):
    return torch.heaviside(x.to(y.dtype), y)


elementwise("heaviside", np.heaviside, NONZERO, ANY, torch=InTorch(heaviside, derivative=False))
add("heaviside", np.heaviside, integers(0, 0), ANY, label="at 0",
    torch=InTorch(heaviside, derivative=False))  # fmt: skip
elementwise("float_power", np.float_power, POSITIVE, ANY)
elementwise(
    "float_power",
    lambda x: np.float_power(x, 3),
    ANY,
    call=lambda x: tg.float_power(x, 3),
    label="cube",
    torch=lambda x: torch.float_power(x, 3),
)
elementwise("finite", np.nan_to_num, ANY, call=tg.nan_to_num,
            torch=InTorch("nan_to_num", complex=False))  # fmt: skip
elementwise("nan_to_num", np.nan_to_num, ANY, params={"nan": 1.0, "posinf": 2.0, "neginf": 3.0},
            torch=REAL)  # fmt: skip

# -------------------------------------------- several results: a function of all of them

elementwise(
    "divmod",
    lambda x, y: np.divmod(x, y)[0] + 2 * np.divmod(x, y)[1],
    OFF_INTEGERS,
    floats(1.0, 2.0),
    call=lambda x, y: tg.divmod(x, y)[0] + 2 * tg.divmod(x, y)[1],
    integers=False,
    torch=lambda x, y: torch.div(x, y, rounding_mode="floor") + 2 * torch.remainder(x, y),
)
elementwise(
    "modf",
    lambda x: np.modf(x)[0] + 2 * np.modf(x)[1],
    OFF_INTEGERS,
    call=lambda x: tg.modf(x)[0] + 2 * tg.modf(x)[1],
    torch=lambda x: torch.frac(x) + 2 * torch.trunc(x),
)
elementwise("fractional_part", lambda x: np.modf(x)[0], OFF_INTEGERS, call=lambda x: tg.modf(x)[0],
            torch="frac")  # fmt: skip
elementwise("integral_part", lambda x: np.modf(x)[1], ANY, call=lambda x: tg.modf(x)[1], order=0,
            torch="trunc")  # fmt: skip
elementwise("frexp", lambda x: np.frexp(x)[0], floats(0.55, 0.95), call=lambda x: tg.frexp(x)[0],
            torch=lambda x: torch.frexp(x).mantissa)  # fmt: skip
elementwise("binary_exponent", lambda x: np.frexp(x)[1], NONZERO, call=lambda x: tg.frexp(x)[1],
            order=0, torch=lambda x: torch.frexp(x).exponent)  # fmt: skip

# ------------------------------------------------ functions that the rules of sinc and i0 use


def spherical_bessel(x, n):
    """Rayleigh's formulas, written out."""
    s, c = np.sin(x), np.cos(x)
    return {1: s / x**2 - c / x, 2: (3 / x**2 - 1) * s / x - 3 * c / x**2}[n]


for n in (1, 2):
    for label, domain in (("near", floats(1.5, 2.5)), ("far", floats(5.0, 9.0))):
        elementwise(
            "spherical_bessel",
            spherical_bessel,
            domain,
            call=OPS["spherical_bessel"].call,
            params={"n": n},
            integers=False,
            label=label,
            torch=NotInTorch("no such function"),
        )


def modified_bessel(x, n):
    """The series around 0."""
    terms = (
        (x / 2) ** (2 * k + n) / (math.factorial(k) * math.factorial(k + n)) for k in range(12)
    )
    return sum(terms)


def torchs_modified_bessel(x, n):
    special = torch.special
    return special.i1(x) if n == 1 else special.i0(x) - 2 * special.i1(x) / x


for n in (1, 2):
    elementwise(
        "modified_bessel",
        modified_bessel,
        real(ANY),
        call=OPS["modified_bessel"].call,
        params={"n": n},
        integers=False,
        torch=torchs_modified_bessel,
    )
