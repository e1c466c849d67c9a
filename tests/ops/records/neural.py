"""The records of activations, softmax and losses."""

import math

import numpy as np

from ops.forms import normal_below, of_numbers
from ops.in_torch import InTorch, jointly, torch
from ops.opinfo import ANY, NONZERO, add, elementwise, floats, integers
from tinygrad_np.engine.op import OPS

# ---------------------------------------------------------------------- activations

elementwise("sigmoid", of_numbers(lambda v: 1.0 / (1.0 + math.e**-v)), ANY)
elementwise("softplus", of_numbers(lambda v: math.log(1.0 + math.exp(v))), ANY, integers=False)
elementwise("silu", of_numbers(lambda v: v / (1.0 + math.e**-v)), ANY,
            torch=InTorch(complex=False))  # fmt: skip
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

# -------------------------------------------------------------------------- softmax


def softmax(x, axis):
    e = np.exp(x * 1.0)
    return e / e.sum(axis=axis, keepdims=True)


def log_softmax(x, axis):
    return np.log(softmax(x, axis))


for name, reference in (("softmax", softmax), ("log_softmax", log_softmax)):
    in_torch = InTorch(jointly(name), complex=False)
    for axis in (-1, 0, None, (0, -1)):
        add(name, reference, ANY, params={"axis": axis}, torch=in_torch)
    add(name, reference, ANY, shapes=((0, 3),), params={"axis": -1}, label="empty",
        torch=in_torch)  # fmt: skip

# --------------------------------------------------------------------------- losses

elementwise(
    "binary_cross_entropy",
    lambda x, y: -(y * np.log(x) + (1 - y) * np.log(1 - x)),
    floats(0.1, 0.9),
    floats(0.1, 0.9),
    integers=False,
    complex=0,
    torch=lambda x, y: torch.nn.functional.binary_cross_entropy(x, y, reduction="none"),
)
elementwise(
    "binary_cross_entropy_with_logits",
    lambda x, y: np.log(1 + np.exp(x)) - x * y,
    NONZERO,
    floats(0.0, 1.0),
    integers=False,
    complex=0,
    torch=lambda x, y: torch.nn.functional.binary_cross_entropy_with_logits(x, y, reduction="none"),
)


def class_cross_entropy(x, labels):
    p = np.exp(x) / np.exp(x).sum(-1, keepdims=True)
    return -np.log(np.take_along_axis(p, labels[..., None], -1)[..., 0])


def torchs_cross_entropy(x, labels):
    x = x.movedim(-1, 1) if x.ndim > 1 else x
    return torch.nn.functional.cross_entropy(x, labels, reduction="none")


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
        torch=InTorch(torchs_cross_entropy, complex=False),
    )
