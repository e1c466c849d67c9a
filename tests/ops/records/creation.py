"""The records of functions that create Tensors."""

import numpy as np

import tinygrad_np as tg
from ops.forms import times
from ops.in_torch import NotInTorch, torch
from ops.opinfo import ANY, add


def constant(name, in_torch, **params):
    """Add a record of a function that creates a constant, multiplied by a differentiable array."""
    ours, theirs = times(getattr(tg, name)), times(getattr(np, name))
    add(name, theirs, ANY, call=ours, shapes=((),), params=params, label="constant",
        torch=times(in_torch))  # fmt: skip


def ones(shape, dtype=None):
    return torch.ones(shape, dtype=torch.float64)


def zeros(shape, dtype=None):
    return torch.zeros(shape, dtype=torch.float64)


def full(shape, fill_value, dtype=None):
    shape = (shape,) if isinstance(shape, int) else shape
    return torch.full(shape, fill_value, dtype=torch.float64)


def eye(N, M, k):
    return torch.diag(torch.ones(N, dtype=torch.float64), k)[:N, :M]


constant("zeros", zeros, shape=(2, 3))
constant("zeros", zeros, shape=3, dtype="f4")
add(
    "array",
    lambda x, y: np.array([[x, y], [y, 2.0 * x]]),
    ANY,
    ANY,
    call=lambda x, y: tg.array([[x, y], [y, 2.0 * x]]),
    torch=lambda x, y: torch.stack([torch.stack([x, y]), torch.stack([y, 2.0 * x])]),
)
add(
    "tensor",
    lambda x, y: np.array([[x, y], [y, 2.0 * x]]),
    ANY,
    ANY,
    call=lambda x, y: tg.tensor([[tg.asarray(x), y], [y, 2.0 * x]]),
    shapes=((), ()),
    torch=lambda x, y: torch.stack([torch.stack([x, y]), torch.stack([y, 2.0 * x])]),
)
add(
    "array",
    lambda x, ndmin: np.array(x, ndmin=ndmin),
    ANY,
    call=lambda x, ndmin: tg.array(x, ndmin=ndmin),
    params={"ndmin": 3},
    torch=lambda x, ndmin: x[None],
)
constant("ones", ones, shape=(2, 3))
constant("ones", ones, shape=(), dtype=int)
constant("full", full, shape=(2, 3), fill_value=7)
constant("full", full, shape=3, fill_value=1.5, dtype="f4")
constant("eye", eye, N=2, M=3, k=1)
constant("identity", lambda n: torch.eye(n, dtype=torch.float64), n=3)
NOT_WRITTEN = NotInTorch("uninitialised memory")
add(
    "empty",
    lambda x, shape: np.ones(shape),
    ANY,
    call=lambda x, shape: tg.empty(shape) * 0 + 1,
    params={"shape": (2, 3)},
    order=0,
    torch=NOT_WRITTEN,
)
for params in ({}, {"dtype": int}, {"shape": (4,)}):
    add("zeros_like", np.zeros_like, ANY, params=params, order=0,
        torch=lambda x, dtype=None, shape=None: torch.zeros(shape or x.shape))  # fmt: skip
    add("ones_like", np.ones_like, ANY, params=params, order=0,
        torch=lambda x, dtype=None, shape=None: torch.ones(shape or x.shape))  # fmt: skip
add("full_like", np.full_like, ANY, params={"fill_value": 7}, order=0)
add(
    "full",
    lambda v, shape: np.full(shape, v),
    ANY,
    call=lambda v, shape: tg.full(shape, v),
    shapes=((3,),),
    params={"shape": (2, 3)},
    torch=lambda v, shape: v.broadcast_to(shape),
)
add(
    "empty_like",
    lambda x: np.zeros(x.shape, x.dtype),
    ANY,
    call=lambda x: tg.empty_like(x) * 0,
    integers=False,
    order=0,
    torch=NOT_WRITTEN,
)
