"""One record per op, or several where an op has several code paths.

A record says how to call the op, what NumPy (or a formula) gives for the same arguments, and
from which domains arguments may be drawn: away from kinks and poles. Growing the vocabulary
means adding a record, here or in cases_of_arrays.py; test_ops.py then runs every check over it.
"""

import itertools
import math

import numpy as np

import cases_of_creation  # noqa: F401  # enters its records
import cases_of_fft  # noqa: F401  # enters its records
import cases_of_linalg  # noqa: F401  # enters its records
import cases_of_numbers  # noqa: F401  # enters its records
import cases_of_products  # noqa: F401  # enters its records
import cases_of_reductions  # noqa: F401  # enters its records
import cases_of_selection  # noqa: F401  # enters its records
import cases_of_shaping  # noqa: F401  # enters its records
import cases_of_special  # noqa: F401  # enters its records
import tinygrad_np as tg
from cases_of_arrays import CASES
from cases_of_special import sp
from late_numpy import clip
from records import (
    ANY,
    NONZERO,
    POSITIVE,
    SMALL,
    add,
    booleans,
    elementwise,
    floats,
    integers,
    spaced,
)
from tinygrad_np.engine.op import OPS

__all__ = ["CASES"]

# ------------------------------------------------------------------ elementwise

for name, domain in {
    **dict.fromkeys(
        [
            "negative",
            "positive",
            "square",
            "exp",
            "exp2",
            "expm1",
            "sin",
            "cos",
            "sinh",
            "cosh",
            "tanh",
        ],
        ANY,
    ),
    **dict.fromkeys(["arctan", "arcsinh"], ANY),
    **dict.fromkeys(["sqrt", "log", "log2", "log10", "log1p"], POSITIVE),
    **dict.fromkeys(["reciprocal", "absolute"], NONZERO),
    **dict.fromkeys(["tan", "arcsin", "arccos", "arctanh"], SMALL),
    "arccosh": floats(1.5, 3.0),
}.items():
    elementwise(name, getattr(np, name), domain)

for name, (x, y) in {
    **dict.fromkeys(["add", "subtract", "multiply", "maximum", "minimum", "logaddexp"], (ANY, ANY)),
    "divide": (ANY, NONZERO),
    "power": (POSITIVE, ANY),
    "remainder": (ANY, NONZERO),
    "arctan2": (NONZERO, NONZERO),
}.items():
    elementwise(name, getattr(np, name), x, y)

for exponent in (3, 2, 1, 0, -1, 2.0, 0.5, -1.5):
    elementwise(
        "square" if exponent == 2 else "power_of_number",
        lambda x, exponent: x**exponent,
        POSITIVE if isinstance(exponent, float) else NONZERO,
        call=lambda x, exponent: tg.power(x, exponent),
        params={"exponent": exponent},
        label="power",
    )

elementwise("clip_between", np.clip, ANY, floats(-1.5, -0.5), floats(0.5, 1.5), call=tg.clip)
elementwise("clip", clip, ANY, params={"min": -0.5, "max": 0.7})
elementwise("clip", clip, ANY, params={"min": None, "max": 0.3})
elementwise("clip", clip, ANY, params={"min": None, "max": None})
elementwise("where", np.where, booleans, ANY, ANY)
elementwise("alias", lambda x: x, ANY, call=OPS["alias"].call)
elementwise("copy", np.copy, ANY, call=OPS["copy"].call)
for dtype in (float, complex):
    params = {"dtype": dtype}
    elementwise("astype", lambda x, dtype: x.astype(dtype), ANY, params=params, label="up")


def of_numbers(f):
    """Return a function of Python numbers as a function of arrays; float64, or x's own dtype."""
    ufunc = np.frompyfunc(f, 1, 1)

    def of_array(x):
        dtype = x.dtype if x.dtype.kind in "fc" else float
        return np.asarray(ufunc(x.astype(np.result_type(dtype, float)))).astype(dtype)

    return of_array


def normal_below(v):
    return 0.5 * math.erfc(-v / math.sqrt(2.0))


def erf(v):
    """Of a complex number, the series around 0."""
    if not isinstance(v, complex):
        return math.erf(v)
    terms = ((-1) ** k * v ** (2 * k + 1) / (math.factorial(k) * (2 * k + 1)) for k in range(50))
    return sum(terms) * 2 / math.sqrt(math.pi)


elementwise("erf", of_numbers(erf), ANY, complex=2 if sp else 0)
elementwise("sigmoid", of_numbers(lambda v: 1.0 / (1.0 + math.e**-v)), ANY)
elementwise("softplus", of_numbers(lambda v: math.log(1.0 + math.exp(v))), ANY, integers=False)
elementwise("silu", of_numbers(lambda v: v / (1.0 + math.e**-v)), ANY)
elementwise("relu", lambda x: np.where(x > 0, x, 0), NONZERO, complex=0)
elementwise(
    "leaky_relu",
    lambda x, negative_slope: np.where(x > 0, x, x * negative_slope),
    NONZERO,
    params={"negative_slope": 0.2},
    complex=0,
)
elementwise(
    "elu",
    lambda x, alpha: of_numbers(lambda v: v if v > 0 else alpha * (math.exp(v) - 1.0))(x),
    NONZERO,
    params={"alpha": 1.5},
    complex=0,
)
elementwise("gelu", of_numbers(lambda v: v * normal_below(v)), ANY)
elementwise(
    "gelu",
    lambda x, approximate: 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))),
    ANY,
    params={"approximate": "tanh"},
    complex=0,
)
elementwise(
    "binary_cross_entropy",
    lambda x, y: -(y * np.log(x) + (1 - y) * np.log(1 - x)),
    floats(0.1, 0.9),
    floats(0.1, 0.9),
    integers=False,
    complex=0,
)
elementwise(
    "binary_cross_entropy_with_logits",
    lambda x, y: np.log(1 + np.exp(x)) - x * y,
    NONZERO,
    floats(0.0, 1.0),
    integers=False,
    complex=0,
)

# --------------------------------------------------------- answers without gradient

for name in ["floor", "ceil", "isnan", "isinf", "isfinite", "logical_not"]:
    elementwise(name, getattr(np, name), ANY, order=0)
for name in [
    "greater",
    "greater_equal",
    "less",
    "less_equal",
    "equal",
    "not_equal",
    "logical_and",
    "logical_or",
    "logical_xor",
]:
    elementwise(name, getattr(np, name), ANY, ANY, order=0)
elementwise("floor_divide", np.floor_divide, ANY, NONZERO, order=0)
for name in ["bitwise_and", "bitwise_or", "bitwise_xor"]:
    elementwise(name, getattr(np, name), integers(0, 7), integers(0, 7), order=0)
elementwise("invert", np.invert, booleans, order=0)

for name, axis, keepdims in itertools.product(("argmax", "argmin"), (None, -1), (False, True)):
    params = {"axis": axis, "keepdims": keepdims}
    add(name, getattr(np, name), spaced, params=params, order=0)
for name, axis, keepdims in itertools.product(
    ("all", "any"), (None, 0, -1, (0, -1), ()), (False, True)
):
    params = {"axis": axis, "keepdims": keepdims}
    add(name, getattr(np, name), booleans, params=params, order=0)

# ------------------------------------------------------------------- reductions


def logsumexp(x, axis, keepdims):
    return np.log(np.sum(np.exp(x * 1.0), axis=axis, keepdims=keepdims))


for name, axis, keepdims in itertools.product(
    ("sum", "mean", "prod", "max", "min", "var", "std", "logsumexp"),
    (None, 0, -2, (0, 2), (-1, 0, 1), ()),
    (False, True),
):
    if name == "std" and axis == ():  # the deviation of one number is 0, a kink
        continue
    reference = logsumexp if name == "logsumexp" else getattr(np, name)
    domain = spaced if name in ("max", "min") else NONZERO
    params = {"axis": axis, "keepdims": keepdims}
    add(name, reference, domain, shapes=((2, 3, 2),), params=params)

for name in ("sum", "mean", "prod", "max", "min", "var", "logsumexp"):
    reference = logsumexp if name == "logsumexp" else getattr(np, name)
    params = {"axis": None, "keepdims": False}
    add(name, reference, NONZERO, shapes=((),), params=params, label="0-d")
for name in ("sum", "mean", "prod", "var", "logsumexp"):
    reference = logsumexp if name == "logsumexp" else getattr(np, name)
    for shape in ((0, 3), (3, 0)):
        params = {"axis": 0 if shape[1] == 0 or name in ("sum", "prod") else 1, "keepdims": False}
        add(name, reference, ANY, shapes=(shape,), params=params, label=f"empty {shape}")
for name in ("max", "min"):
    params = {"axis": 0, "keepdims": False}
    add(name, getattr(np, name), ANY, shapes=((3, 0),), params=params, label="empty")
for name in ("var", "std"):
    params = {"axis": 1, "ddof": 1, "keepdims": False}
    add(name, getattr(np, name), ANY, params=params)
add("prod", np.prod, lambda rng, shape: np.array([[2.0, 0.0, 3.0], [0.0, 0.0, 4.0]]), label="zeros")


def softmax(x, axis):
    e = np.exp(x * 1.0)
    return e / e.sum(axis=axis, keepdims=True)


for axis in (-1, 0, None, (0, -1)):
    add("softmax", softmax, ANY, params={"axis": axis})
    params = {"axis": axis}
    add("log_softmax", lambda x, axis: np.log(softmax(x, axis)), ANY, params=params)
for name in ("softmax", "log_softmax"):
    reference = softmax if name == "softmax" else lambda x, axis: np.log(softmax(x, axis))
    add(name, reference, ANY, shapes=((0, 3),), params={"axis": -1}, label="empty")
