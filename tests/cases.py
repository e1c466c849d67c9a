"""One record per op, or several where an op has several code paths.

A record says how to call the op, what NumPy (or a formula) gives for the same arguments, and
from which domains arguments may be drawn: away from kinks and poles. Growing the vocabulary
means adding a record here; test_ops.py then runs every check over it.
"""

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import tinygrad_np as tg
from tinygrad_np.engine.op import OPS
from tinygrad_np.ops.indexing import ARRAY, Slice

Draw = Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]


def floats(low: float = -2.0, high: float = 2.0, gap: float = 0.0) -> Draw:
    """Numbers between `low` and `high`, none of them within `gap` of zero."""

    def draw(rng, shape):
        x = rng.uniform(low, high, shape)
        return np.where(abs(x) < gap, np.copysign(gap + abs(x), x), x)

    return draw


def spaced(rng, shape):
    """Numbers of both signs, no two of them closer than 0.1: for extrema."""
    return rng.permutation(math.prod(shape)).reshape(shape) * 0.1 - 0.35


def integers(low: int, high: int) -> Draw:
    """Integers from `low` to `high`, both included."""
    return lambda rng, shape: rng.integers(low, high, shape, endpoint=True)


def booleans(rng, shape):
    return rng.random(shape) < 0.5


def fixed(*values) -> Draw:
    """An array written out: for indices."""
    return lambda rng, shape: np.array(*values)


@dataclass(frozen=True, kw_only=True)
class Case:
    """How to test an op.

    Attributes:
        op: The name of the op, or of the public function if it is composed of several.
        call: The function under test, on Tensors.
        reference: What it must equal, on arrays.
        domains: Where each array is drawn from.
        shapes: The shape of each array.
        params: Keyword parameters, for both.
        order: How many times it can be differentiated: 0 for answers without gradient.
        elementwise: Whether arrays of any shapes that broadcast will do.
        integers: Whether it takes integers and booleans wherever the reference does.
        tolerance: The relative error of differences.
    """

    op: str
    call: Callable[..., Any]
    reference: Callable[..., Any]
    domains: tuple[Draw, ...]
    shapes: tuple[tuple[int, ...], ...]
    params: dict[str, Any] = field(default_factory=dict)
    order: int = 2
    elementwise: bool = False
    integers: bool = True
    tolerance: float = 1e-6
    label: str = ""

    def draw(self, rng, *shapes):
        """Return arguments, of other shapes than the record's own if given."""
        pairs = zip(self.domains, shapes or self.shapes, strict=True)
        return [np.asarray(domain(rng, shape)) for domain, shape in pairs]

    def __str__(self):
        params = ",".join(f"{k}={v}" for k, v in self.params.items())
        return self.op + "".join(f"[{part}]" for part in (self.label, params) if part)


CASES: list[Case] = []


def add(op, reference, *domains, call=None, shapes=None, **rest):
    """Enter a record; the op's public function is what is called unless told otherwise."""
    call = call or getattr(tg, op)
    shapes = shapes or ((2, 3),) * len(domains)
    CASES.append(
        Case(op=op, call=call, reference=reference, domains=domains, shapes=shapes, **rest)
    )


def elementwise(op, reference, *domains, **rest):
    add(op, reference, *domains, elementwise=True, **rest)


ANY, POSITIVE, NONZERO, SMALL = floats(), floats(0.3, 2.5), floats(gap=0.3), floats(-0.8, 0.8)

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
elementwise("clip", np.clip, ANY, params={"min": -0.5, "max": 0.7})
elementwise("clip", np.clip, ANY, params={"min": None, "max": 0.3})
elementwise("clip", np.clip, ANY, params={"min": None, "max": None})
elementwise("where", np.where, booleans, ANY, ANY)
elementwise("alias", lambda x: x, ANY, call=OPS["alias"].call)
elementwise("copy", np.copy, ANY, call=OPS["copy"].call)
elementwise("astype", lambda x, dtype: x.astype(dtype), ANY, params={"dtype": float}, label="up")


def of_numbers(f):
    """Return a function of Python numbers as a function of arrays; float64, or x's own kind."""
    ufunc = np.frompyfunc(f, 1, 1)

    def of_array(x):
        dtype = x.dtype if x.dtype.kind == "f" else float
        return np.asarray(ufunc(x.astype(float))).astype(dtype)

    return of_array


def normal_below(v):
    return 0.5 * math.erfc(-v / math.sqrt(2.0))


elementwise("erf", of_numbers(math.erf), ANY)
elementwise("sigmoid", of_numbers(lambda v: 1.0 / (1.0 + math.exp(-v))), ANY)
elementwise("softplus", of_numbers(lambda v: math.log(1.0 + math.exp(v))), ANY, integers=False)
elementwise("silu", of_numbers(lambda v: v / (1.0 + math.exp(-v))), ANY)
elementwise("relu", lambda x: np.where(x > 0, x, 0), NONZERO)
elementwise(
    "leaky_relu",
    lambda x, negative_slope: np.where(x > 0, x, x * negative_slope),
    NONZERO,
    params={"negative_slope": 0.2},
)
elementwise(
    "elu",
    lambda x, alpha: of_numbers(lambda v: v if v > 0 else alpha * (math.exp(v) - 1.0))(x),
    NONZERO,
    params={"alpha": 1.5},
)
elementwise("gelu", of_numbers(lambda v: v * normal_below(v)), ANY)
elementwise(
    "gelu",
    lambda x, approximate: 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))),
    ANY,
    params={"approximate": "tanh"},
)
elementwise(
    "binary_cross_entropy",
    lambda x, y: -(y * np.log(x) + (1 - y) * np.log(1 - x)),
    floats(0.1, 0.9),
    floats(0.1, 0.9),
    integers=False,
)
elementwise(
    "binary_cross_entropy_with_logits",
    lambda x, y: np.log(1 + np.exp(x)) - x * y,
    NONZERO,
    floats(0.0, 1.0),
    integers=False,
)

# --------------------------------------------------------- answers without gradient

for name in ["floor", "ceil", "sign", "isnan", "isinf", "isfinite", "logical_not"]:
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


def others(x):
    rows = [[math.prod(np.delete(row, j)) for j in range(len(row))] for row in x]
    return np.array(rows, x.dtype).reshape(x.shape)


add("product_of_others", others, ANY, call=OPS["product_of_others"].call, integers=False)


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

# ---------------------------------------------------------------------- shaping

for shape in ((3, 2), (-1,), (1, 6, 1), 6, -1):
    add("reshape", lambda x, shape: np.reshape(x, shape), ANY, params={"shape": shape})
add("reshape", np.reshape, ANY, shapes=((0, 3),), params={"shape": (3, 0)}, label="empty")
add("reshape", np.reshape, ANY, shapes=((),), params={"shape": (1, 1)}, label="0-d")
add("ravel", np.ravel, ANY)
for axes in (None, (2, 0, 1), (-1, 0, -2)):
    add("transpose", np.transpose, ANY, shapes=((2, 3, 2),), params={"axes": axes})
add("transpose", np.transpose, ANY, shapes=((),), label="0-d")
add("swapaxes", np.swapaxes, ANY, shapes=((2, 3, 2),), params={"axis1": 0, "axis2": -1})
for axis in (0, -1, (0, 2)):
    add("expand_dims", np.expand_dims, ANY, params={"axis": axis})
for axis in (None, 0, -1, (0, -1)):
    add("squeeze", np.squeeze, ANY, shapes=((1, 3, 1),), params={"axis": axis})
for shape in ((2, 3), (4, 2, 3)):
    add("broadcast_to", np.broadcast_to, ANY, shapes=((2, 1),), params={"shape": shape})
add("broadcast_to", np.broadcast_to, ANY, shapes=((),), params={"shape": (2,)}, label="0-d")
add("broadcast_to", np.broadcast_to, ANY, shapes=((1, 3),), params={"shape": (0, 3)}, label="empty")

for axis, shapes in {
    0: ((2, 3), (1, 3), (0, 3)),
    -1: ((2, 1), (2, 3)),
    None: ((2,), (1, 3), ()),
}.items():
    for name, call in (("concatenate", lambda *a, axis: tg.concatenate(a, axis=axis)),):
        reference = lambda *a, axis: np.concatenate(a, axis=axis)  # noqa: E731
        add(name, reference, *[ANY] * len(shapes), shapes=shapes, params={"axis": axis}, call=call)
for axis in (0, 1, -1):
    add(
        "stack",
        lambda *a, axis: np.stack(a, axis=axis),
        *[ANY] * 3,
        call=lambda *a, axis: tg.stack(a, axis=axis),
        params={"axis": axis},
    )
for sections, axis in ((3, 1), ([1, 2], -1), ([0, 1], 0)):
    add(
        "split",
        lambda x, sections, axis: sum(
            k * p.sum() for k, p in enumerate(np.split(x, sections, axis))
        ),
        ANY,
        call=lambda x, sections, axis: sum(
            k * p.sum() for k, p in enumerate(tg.split(x, sections, axis=axis))
        ),
        params={"sections": sections, "axis": axis},
    )

# --------------------------------------------------------------------- products

for shapes in (
    ((2, 3), (3, 4)),
    ((3,), (3,)),
    ((3,), (3, 2)),
    ((2, 3), (3,)),
    ((2, 2, 3), (2, 3, 1)),
    ((2, 1, 2, 3), (2, 3, 2)),
    ((2, 3), (2, 3, 2)),
    ((3,), (2, 3, 2)),
    ((2, 2, 3), (3,)),
    ((0, 3), (3, 2)),
    ((2, 0), (0, 2)),
):
    add("matmul", np.matmul, ANY, ANY, shapes=shapes, label=f"{shapes[0]} @ {shapes[1]}")
for shapes in (
    ((2, 3), (3, 2)),
    ((3,), (3,)),
    ((), (2,)),
    ((2, 2, 3), (2, 3, 2)),
    ((3,), (2, 3, 2)),
):
    add("dot", np.dot, ANY, ANY, shapes=shapes, label=f"{shapes[0]}, {shapes[1]}")
for shapes in (
    ((5, 3), (2, 3), (2,)),
    ((2, 3), (20, 3), (20,)),
    ((40, 3), (2, 3), (2,)),
    ((3,), (2, 3), (2,)),
    ((2, 2, 3), (2, 3), (2,)),
    ((0, 3), (2, 3), (2,)),
    ((5, 3), (1, 3), (1,)),
    ((2, 3), (1, 3), (1,)),
    ((3,), (1, 3), (1,)),
    ((2, 2, 3), (1, 3), (1,)),
):
    add(
        "linear",
        lambda x, weight, bias: x @ weight.T + bias,
        *[ANY] * 3,
        call=OPS["linear"].call,
        shapes=shapes,
        label=f"{shapes[0]}, {shapes[1]}",
    )


def class_cross_entropy(x, labels):
    p = softmax(x, -1)
    return -np.log(np.take_along_axis(p, labels[..., None], -1)[..., 0])


for shape in ((4, 3), (3,), (2, 2, 3), (0, 3)):
    add(
        "class_cross_entropy",
        class_cross_entropy,
        ANY,
        integers(0, 2),
        call=OPS["class_cross_entropy"].call,
        shapes=(shape, shape[:-1]),
        integers=False,
        label=str(shape),
    )

# --------------------------------------------------------------------- indexing


def at(*parts):
    """Return the index that `parts` and the arrays that follow stand for."""
    return lambda arrays: tuple(next(arrays) if p is ARRAY else p for p in parts)


MASK, PLACES = fixed([[True, False, True], [False, True, True]]), fixed([1, 0, 1, -1])
for label, parts, arrays in [
    ("integer", (1,), ()),
    ("negative", (..., -2), ()),
    ("slices", (slice(None), slice(0, 3, 2)), ()),
    ("backward", (slice(None, None, -1),), ()),
    ("new axis", (None, ..., None, 1), ()),
    ("nothing", (), ()),
    ("empty", (slice(1, 1),), ()),
    ("repeated", (ARRAY,), (PLACES,)),
    ("mask", (ARRAY,), (MASK,)),
    ("pairs", (ARRAY, ARRAY), (PLACES, fixed([0, 1, 0, 2]))),
    ("broadcast pairs", (ARRAY, ARRAY), (fixed([[0], [1]]), fixed([2, 2]))),
    ("array and slice", (slice(None), ARRAY), (PLACES,)),
    ("array and integer", (ARRAY, 0), (PLACES,)),
    ("axis mask", (slice(None), ARRAY), (fixed([True, False, True]),)),
    ("no places", (ARRAY,), (fixed([], int),)),
    ("0-d array", (ARRAY,), (fixed(1),)),
]:
    index = at(*parts)
    shape = (2, 3)
    template = tuple(Slice(p) if isinstance(p, slice) else p for p in parts)
    picked = np.zeros(shape)[index(iter([a(None, ()) for a in arrays]))]
    add(
        "getitem",
        lambda x, *arrays, index=index: x[index(iter(arrays))],
        ANY,
        *arrays,
        call=lambda x, *arrays, index=index: tg.asarray(x)[index(iter(arrays))],
        shapes=(shape, *((),) * len(arrays)),
        label=label,
    )

    def scattered(x, *arrays, shape, template, index=index):
        out = np.zeros(shape, x.dtype)
        np.add.at(out, index(iter(arrays)), x)
        return out

    add(
        "scatter",
        scattered,
        ANY,
        *arrays,
        call=OPS["scatter"].call,
        shapes=(picked.shape, *((),) * len(arrays)),
        params={"shape": shape, "template": template},
        integers=False,
        label=label,
    )

    def put(x, value, *arrays, template, index=index):
        out = np.array(x)
        out[index(iter(arrays))] = value
        return out

    more = () if label == "mask" else ((1, 1, *picked.shape),)  # NumPy refuses it for a mask
    for value_shape in {picked.shape, (), *more}:
        add(
            "setitem",
            put,
            ANY,
            ANY,
            *arrays,
            call=OPS["setitem"].call,
            shapes=(shape, value_shape, *((),) * len(arrays)),
            params={"template": template},
            integers=False,
            label=f"{label}, value {value_shape}",
        )
