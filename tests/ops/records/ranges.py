"""The records of evenly spaced numbers, on linear or logarithmic scales."""

import numpy as np

import tinygrad_np as tg
from ops.forms import times
from ops.in_torch import torch
from ops.opinfo import ANY, POSITIVE, add, floats
from tinygrad_np.engine.op import OPS


def torch_line(start, stop, num=4, endpoint=True, axis=0):
    """linspace between tensors; torch.linspace takes numbers only."""
    steps = torch.linspace(0, 1, num if endpoint else num + 1, dtype=start.dtype)[:num]
    start, stop = torch.broadcast_tensors(start, stop)
    steps = steps.reshape(num, *[1] * start.ndim)
    return torch.lerp(start[None], stop[None], steps).movedim(0, axis)


def torch_power_line(start, stop, base=10.0, **params):
    return base ** torch_line(start, stop, **params)


def torch_geometric_line(start, stop, **params):
    return torch.exp(torch_line(torch.log(start), torch.log(stop), **params))


IN_TORCH = {
    "linspace": torch_line,
    "logspace": torch_power_line,
    "geomspace": torch_geometric_line,
}

# ------------------------------------- between numbers, multiplied by a differentiable array


def arange(start, stop, step=1, dtype=None):
    return torch.arange(start, stop, step)


def linspace(start, stop, num):
    return torch.linspace(start, stop, num, dtype=torch.float64)


def logspace(start, stop, num):
    return torch.logspace(start, stop, num, dtype=torch.float64)


def powers_of_2(start, stop, num):
    return torch.logspace(0, 3, num, 2.0, dtype=torch.float64)


for name, in_torch, params in (
    ("arange", arange, {"start": 0, "stop": 3}),
    ("arange", arange, {"start": 3, "stop": 0, "step": -1, "dtype": float}),
    ("linspace", linspace, {"start": 0, "stop": 2, "num": 3}),
    ("logspace", logspace, {"start": 0, "stop": 2, "num": 3}),
    ("geomspace", powers_of_2, {"start": 1, "stop": 8, "num": 3}),
):
    ours, theirs = times(getattr(tg, name)), times(getattr(np, name))
    add(name, theirs, ANY, call=ours, shapes=((),), params=params, label="constant",
        torch=times(in_torch))  # fmt: skip

# -------------------------------------------------------------------- between arrays

for params in ({"num": 4}, {"num": 4, "endpoint": False}, {"num": 1}, {"num": 3, "axis": -1}):
    for name, domain in (("linspace", ANY), ("logspace", ANY), ("geomspace", POSITIVE)):
        add(
            name,
            getattr(np, name),
            domain,
            domain,
            shapes=((2,), (2,)),
            params=params,
            integers=name != "geomspace",
            torch=IN_TORCH[name],
        )
add("linspace", np.linspace, ANY, ANY, shapes=((), ()), params={"num": 0}, label="none",
    torch=torch_line)  # fmt: skip
for endpoint in (True, False):
    add(
        "linspace",
        lambda a, b, endpoint: sum(np.linspace(a, b, 4, endpoint, True)),  # type: ignore[call-overload]
        ANY,
        ANY,
        call=lambda a, b, endpoint: sum(tg.linspace(a, b, 4, endpoint, True)),
        params={"endpoint": endpoint},
        label="with its step",
        torch=lambda start, stop, endpoint: (
            torch_line(start, stop, 4, endpoint) + (stop - start) / (3 if endpoint else 4)
        ),
    )
add(
    "geomspace",
    np.geomspace,
    floats(-2, -1),
    floats(-4, -3),
    params={"num": 3},
    label="negative",
    integers=False,
    torch=lambda start, stop, num: -torch_geometric_line(-start, -stop, num=num),
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
    torch=torch_power_line,
)
for name, reference, in_torch in (
    ("line", np.linspace, torch_line),
    ("geometric_line", np.geomspace, torch_geometric_line),
):
    add(
        name,
        reference,
        POSITIVE,
        POSITIVE,
        call=OPS[name].call,
        shapes=((2, 1), (3,)),
        params={"num": 4, "endpoint": False},
        integers=False,
        torch=in_torch,
    )
