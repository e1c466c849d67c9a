"""The records of functions that make new Tensors."""

import numpy as np

import tinygrad_np as tg
from ops.records import ANY, CASES, POSITIVE, add, floats
from tinygrad_np.engine.op import OPS

__all__ = ["CASES"]


def times(f):
    """Return a function that makes an array as one of an array it is multiplied with."""
    return lambda x, **params: x * f(**params)


for name, params in (
    ("zeros", {"shape": (2, 3)}),
    ("zeros", {"shape": 3, "dtype": "f4"}),
    ("ones", {"shape": (2, 3)}),
    ("ones", {"shape": (), "dtype": int}),
    ("full", {"shape": (2, 3), "fill_value": 7}),
    ("full", {"shape": 3, "fill_value": 1.5, "dtype": "f4"}),
    ("eye", {"N": 2, "M": 3, "k": 1}),
    ("identity", {"n": 3}),
    ("arange", {"start": 0, "stop": 3}),
    ("arange", {"start": 3, "stop": 0, "step": -1, "dtype": float}),
    ("linspace", {"start": 0, "stop": 2, "num": 3}),
    ("logspace", {"start": 0, "stop": 2, "num": 3}),
    ("geomspace", {"start": 1, "stop": 8, "num": 3}),
):
    ours, theirs = times(getattr(tg, name)), times(getattr(np, name))
    add(name, theirs, ANY, call=ours, shapes=((),), params=params, label="constant")
add(
    "empty",
    lambda x, shape: np.ones(shape),
    ANY,
    call=lambda x, shape: tg.empty(shape) * 0 + 1,
    params={"shape": (2, 3)},
    order=0,
)

for name in ("zeros_like", "ones_like"):
    for params in ({}, {"dtype": int}, {"shape": (4,)}):
        add(name, getattr(np, name), ANY, params=params, order=0)
add("full_like", np.full_like, ANY, params={"fill_value": 7}, order=0)
add(
    "full",
    lambda v, shape: np.full(shape, v),
    ANY,
    call=lambda v, shape: tg.full(shape, v),
    shapes=((3,),),
    params={"shape": (2, 3)},
)
add(
    "empty_like",
    lambda x: np.zeros(x.shape, x.dtype),
    ANY,
    call=lambda x: tg.empty_like(x) * 0,
    integers=False,
    order=0,
)
for params in ({"num": 4}, {"num": 4, "endpoint": False}, {"num": 1}, {"num": 3, "axis": -1}):
    add("linspace", np.linspace, ANY, ANY, shapes=((2,), (2,)), params=params)
    add("logspace", np.logspace, ANY, ANY, shapes=((2,), (2,)), params=params)
    add(
        "geomspace",
        np.geomspace,
        POSITIVE,
        POSITIVE,
        shapes=((2,), (2,)),
        params=params,
        integers=False,
    )
add("linspace", np.linspace, ANY, ANY, shapes=((), ()), params={"num": 0}, label="none")
for endpoint in (True, False):
    add(
        "linspace",
        lambda a, b, endpoint: sum(np.linspace(a, b, 4, endpoint, True)),
        ANY,
        ANY,
        call=lambda a, b, endpoint: sum(tg.linspace(a, b, 4, endpoint, True)),
        params={"endpoint": endpoint},
        label="with its step",
    )
add(
    "geomspace",
    np.geomspace,
    floats(-2, -1),
    floats(-4, -3),
    params={"num": 3},
    label="negative",
    integers=False,
)
add(
    "logspace",
    lambda a, b, base: np.logspace(a, b, 4, base=base),
    ANY,
    ANY,
    POSITIVE,
    call=lambda a, b, base: tg.logspace(a, b, 4, base=base),
    shapes=((2,), (2,), ()),
    integers=False,
)
for name, reference in (("line", np.linspace), ("geometric_line", np.geomspace)):
    call, shapes = OPS[name].call, ((2, 1), (3,))
    params = {"num": 4, "endpoint": False}
    add(
        name, reference, POSITIVE, POSITIVE, call=call, shapes=shapes, params=params, integers=False
    )
