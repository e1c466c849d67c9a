"""The records of arithmetic, powers, logarithms, trigonometry and comparisons."""

import numpy as np

import tinygrad_np as tg
from ops import late_numpy
from ops.in_torch import InTorch, NotInTorchError, torch
from ops.opinfo import ANY, NONZERO, POSITIVE, SMALL, booleans, elementwise, floats, integers

REAL = InTorch(complex=False)

elementwise("negative", np.negative, ANY)
elementwise("positive", np.positive, ANY)
elementwise("square", np.square, ANY)
elementwise("exp", np.exp, ANY)
elementwise("exp2", np.exp2, ANY)
elementwise("expm1", np.expm1, ANY)
elementwise("sin", np.sin, ANY)
elementwise("cos", np.cos, ANY)
elementwise("tan", np.tan, SMALL)
elementwise("sinh", np.sinh, ANY)
elementwise("cosh", np.cosh, ANY)
elementwise("tanh", np.tanh, ANY)
elementwise("arcsin", np.arcsin, SMALL)
elementwise("arccos", np.arccos, SMALL)
elementwise("arctan", np.arctan, ANY)
elementwise("arcsinh", np.arcsinh, ANY)
elementwise("arccosh", np.arccosh, floats(1.5, 3.0))
elementwise("arctanh", np.arctanh, SMALL)
elementwise("sqrt", np.sqrt, POSITIVE)
elementwise("log", np.log, POSITIVE)
elementwise("log2", np.log2, POSITIVE)
elementwise("log10", np.log10, POSITIVE)
elementwise("log1p", np.log1p, POSITIVE)
elementwise("reciprocal", np.reciprocal, NONZERO)
elementwise("absolute", np.absolute, NONZERO)

elementwise("add", np.add, ANY, ANY)
elementwise("subtract", np.subtract, ANY, ANY)
elementwise("multiply", np.multiply, ANY, ANY)
elementwise("divide", np.divide, ANY, NONZERO)
elementwise("power", np.power, POSITIVE, ANY, torch="pow")
elementwise("remainder", np.remainder, ANY, NONZERO)
elementwise("maximum", np.maximum, ANY, ANY, torch=REAL)
elementwise("minimum", np.minimum, ANY, ANY, torch=REAL)
elementwise("logaddexp", np.logaddexp, ANY, ANY)
elementwise("arctan2", np.arctan2, NONZERO, NONZERO)


def power(x, exponent):
    return x**exponent


for exponent in (3, 2, 1, 0, -1, 2.0, 0.5, -1.5):
    elementwise(
        "square" if exponent == 2 else "power_of_number",
        power,
        POSITIVE if isinstance(exponent, float) else NONZERO,
        call=lambda x, exponent: tg.power(x, exponent),
        params={"exponent": exponent},
        label="power",
        torch=power,
    )


def clip(x, min, max):
    if min is None and max is None:
        raise NotInTorchError("torch.clip requires a limit")
    return torch.clip(x, min, max)


elementwise("clip_between", np.clip, ANY, floats(-1.5, -0.5), floats(0.5, 1.5), call=tg.clip,
            torch=InTorch("clip", complex=False))  # fmt: skip
for low, high in ((-0.5, 0.7), (None, 0.3), (None, None)):
    params = {"min": low, "max": high}
    elementwise("clip", late_numpy.clip, ANY, params=params, torch=InTorch(clip, complex=False))

# --------------------------------------------------------- results without gradient

for name in ("floor", "ceil", "isnan", "isinf", "isfinite", "logical_not"):
    elementwise(name, getattr(np, name), ANY, order=0)
for name in ("greater", "greater_equal", "less", "less_equal", "not_equal"):
    elementwise(name, getattr(np, name), ANY, ANY, order=0)
elementwise("equal", np.equal, ANY, ANY, order=0, torch="eq")
for name in ("logical_and", "logical_or", "logical_xor"):
    elementwise(name, getattr(np, name), ANY, ANY, order=0)
elementwise("floor_divide", np.floor_divide, ANY, NONZERO, order=0)
for name in ("bitwise_and", "bitwise_or", "bitwise_xor"):
    elementwise(name, getattr(np, name), integers(0, 7), integers(0, 7), order=0)
elementwise("invert", np.invert, booleans, order=0, torch="bitwise_not")
