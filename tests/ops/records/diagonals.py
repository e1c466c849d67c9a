"""The records of diagonals and triangles."""

import numpy as np

import tinygrad_np as tg
from ops.in_torch import NotInTorch, torch
from ops.opinfo import ANY, add

CUBE = (2, 3, 2)


def torch_diagonal(x, offset=0, axis1=0, axis2=1):
    return torch.diagonal(x, offset, axis1, axis2)


def torch_trace(x, **params):
    return torch_diagonal(x, **params).sum(-1)


def torch_diag(x, k):
    return torch.diag(x, k) if x.ndim == 1 else torch.diagonal(x, k)


for offset in (0, 1, -1, 2, 5, -4):
    add("diagonal", np.diagonal, ANY, params={"offset": offset}, torch=torch_diagonal)
    add("trace", np.trace, ANY, params={"offset": offset}, torch=torch_trace)
    add("diag", np.diag, ANY, params={"k": offset}, label="matrix", torch=torch_diag)
    add("diag", np.diag, ANY, shapes=((3,),), params={"k": offset}, label="vector",
        torch=torch_diag)  # fmt: skip
    add("tril", np.tril, ANY, shapes=(CUBE,), params={"k": offset},
        torch=lambda x, k: torch.tril(x, k))  # fmt: skip
    add("triu", np.triu, ANY, shapes=(CUBE,), params={"k": offset},
        torch=lambda x, k: torch.triu(x, k))  # fmt: skip
for axis1, axis2 in ((0, 1), (2, 0), (-1, 1)):
    params = {"offset": 1, "axis1": axis1, "axis2": axis2}
    add("diagonal", np.diagonal, ANY, shapes=(CUBE,), params=params, torch=torch_diagonal)
    add("trace", np.trace, ANY, shapes=(CUBE,), params=params, torch=torch_trace)
add("diagonal", np.diagonal, ANY, shapes=((0, 3),), label="empty", torch=torch_diagonal)
add("diagflat", np.diagflat, ANY, params={"k": -1}, torch=lambda x, k: torch.diagflat(x, k))
for name in ("tril", "triu"):
    add(name, getattr(np, name), ANY, shapes=((3,),), label="vector",
        torch=NotInTorch(f"torch.{name} takes no vector"))  # fmt: skip
add("tri", lambda x: x * 0 + np.tri(2, 3), ANY, call=lambda x: x * 0 + tg.tri(2, 3), integers=False,
    torch=lambda x: x * 0 + torch.tril(torch.ones(2, 3)))  # fmt: skip
