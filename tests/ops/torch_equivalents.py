"""What PyTorch has for the records of cases.py: functions of one element at a time.

A table from the name of an op, or from "op: label" where a record of it is another function, to a
function of PyTorch's tensors with the record's parameters. Where PyTorch has no such function but
says the same in a line of its own, that line stands here.
"""

import pytest

torch = pytest.importorskip("torch")
F, special = torch.nn.functional, torch.special


class NotInTorchError(Exception):
    """PyTorch has the function, but not with these parameters."""


def without(reason):
    """Return an equivalent for records whose parameters PyTorch has not."""

    def function(*_, **__):
        raise NotInTorchError(reason)

    return function


def of(module, *names, **renamed):
    """Return part of the table: a module's functions under their names, or under NumPy's."""
    pairs = {name: name for name in names} | renamed
    return {ours: getattr(module, theirs) for ours, theirs in pairs.items()}


# ------------------------------------------------------------ one element at a time


def clip(x, min, max):
    if min is None and max is None:
        raise NotInTorchError("torch.clip wants a limit")
    return torch.clip(x, min, max)


def angle(x, y=None, deg=False):
    found = torch.angle(x if y is None else x + 1j * y)
    return torch.rad2deg(found) if deg else found


def modified_bessel(x, n):
    return special.i1(x) if n == 1 else special.i0(x) - 2 * special.i1(x) / x


def class_cross_entropy(x, labels):
    return F.cross_entropy(x.movedim(-1, 1) if x.ndim > 1 else x, labels, reduction="none")


FUNCTIONS = {
    **of(
        torch,
        *("add", "subtract", "multiply", "divide", "negative", "positive", "reciprocal"),
        *("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "logaddexp", "logaddexp2"),
        *("sin", "cos", "tan", "arcsin", "arccos", "arctan", "arctan2", "hypot", "sinc"),
        *("sinh", "cosh", "tanh", "arcsinh", "arccosh", "arctanh", "deg2rad", "rad2deg"),
        *("sqrt", "square", "absolute", "copysign", "maximum", "minimum", "fmax", "fmin"),
        *("fmod", "remainder", "float_power", "ldexp", "nextafter", "nan_to_num"),
        *("floor", "ceil", "trunc", "fix", "round", "signbit", "floor_divide", "gcd", "lcm"),
        *("isnan", "isinf", "isfinite", "isposinf", "isneginf", "isreal", "isclose"),
        *("greater", "greater_equal", "less", "less_equal", "not_equal"),
        *("logical_and", "logical_or", "logical_xor", "logical_not"),
        *("bitwise_and", "bitwise_or", "bitwise_xor", "real", "i0", "where", "sigmoid", "relu"),
        alias="clone",
        conjugate="conj",
        copy="clone",
        clip_between="clip",
        degrees="rad2deg",
        equal="eq",
        erf="erf",
        fabs="abs",
        finite="nan_to_num",
        fractional_part="frac",
        integral_part="trunc",
        invert="bitwise_not",
        left_shift="bitwise_left_shift",
        power="pow",
        radians="deg2rad",
        right_shift="bitwise_right_shift",
        rint="round",
        sign="sgn",
        sign_of_complex="sgn",
    ),
    **of(F, "elu", "gelu", "leaky_relu", "silu", "softplus"),
    "angle": angle,
    "angle_of_real": angle,
    "astype": lambda x, dtype: x.to(dtype=dtype),
    "binary_cross_entropy": lambda x, y: F.binary_cross_entropy(x, y, reduction="none"),
    "binary_cross_entropy_with_logits": lambda x, y: F.binary_cross_entropy_with_logits(
        x, y, reduction="none"
    ),
    "binary_exponent": lambda x: torch.frexp(x).exponent,
    "cbrt": lambda x: torch.sign(x) * abs(x) ** (1 / 3),
    "class_cross_entropy": class_cross_entropy,
    "clip": clip,
    "divmod": lambda x, y: torch.div(x, y, rounding_mode="floor") + 2 * torch.remainder(x, y),
    "float_power: cube": lambda x: torch.float_power(x, 3),
    "frexp": lambda x: torch.frexp(x).mantissa,
    "heaviside": lambda x, y: torch.heaviside(x.to(y.dtype), y),
    "imag": lambda x: torch.imag(x) if x.is_complex() else torch.zeros_like(x),
    "imag: of a complex number": lambda x: torch.imag(x + 2j * x),
    "iscomplex": lambda x: ~torch.isreal(x),
    "linear": F.linear,
    "modf": lambda x: torch.frac(x) + 2 * torch.trunc(x),
    "modified_bessel": modified_bessel,
    "multiply: angle in degrees": angle,
    "power_of_number": lambda x, exponent: x**exponent,
    "real: of a complex number": lambda x: torch.real(x + 2j * x),
    "real: of sign_of_complex": lambda x, y: torch.real(torch.sgn(x + 1j * y)),
    "real: of wofz": without("no wofz"),
    "round": lambda x, decimals=0: torch.round(x, decimals=decimals),
    "squared_modulus": lambda x: (x * x.conj()).real,
    "square: power": lambda x, exponent: x**exponent,
}
