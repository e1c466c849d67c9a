"""The records of norms and condition numbers."""

import numpy as np

from ops.in_torch import torch
from ops.late_numpy import cond
from ops.matrices import linalg
from ops.opinfo import ANY
from tinygrad_np.engine.op import OPS

L = np.linalg


def torch_norm(x, ord=None, axis=None, keepdims=False):
    return torch.linalg.norm(x, ord, axis, keepdims)


def norm(shapes, **params):
    """Add records of `norm`; a count of nonzero elements has no gradient."""
    order = 0 if params.get("ord") == 0 else 2
    linalg("norm", L.norm, ANY, shapes=shapes, params=params, order=order, torch=torch_norm)


def vector_norm(shape, ord, **params):
    """Add a record of `vector_norm`."""
    linalg("vector_norm", lambda x, **params: L.vector_norm(x, **params), ANY, shapes=(shape,),
           params={**params, "ord": ord}, order=0 if ord == 0 else 2)  # fmt: skip


def matrix_norm(**params):
    """Add a record of `matrix_norm`."""
    linalg("matrix_norm", lambda x, **params: L.matrix_norm(x, **params), ANY,
           shapes=((2, 2, 3),), params=params)  # fmt: skip


for ord in (None, 0, 1, 2, 3, 2.5, -1, np.inf, -np.inf):
    for axis in (None, 0, -1) if ord is None else (0, 1):
        norm([(3, 2)], ord=ord, axis=axis)
    if ord is not None:
        vector_norm((3, 2), ord)
for ord in ("fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf):
    for axis in ((0, 1), (-1, 0)):
        norm([(3, 2, 3)], ord=ord, axis=axis, keepdims=axis == (0, 1))
    matrix_norm(ord=ord)
norm([(2, 3), (4,), (0,), ()], keepdims=True)
linalg("power_norm", lambda x: (abs(x) ** 3).sum() ** (1 / 3), ANY, shapes=((2, 3),),
       call=lambda x: OPS["linalg.power_norm"].call(x, ord=3),
       torch=lambda x: torch.linalg.vector_norm(x, 3))  # fmt: skip
for axis, keepdims in ((-1, True), ((0, -1), False), ((-2, 0), True), (None, True)):
    for ord in (2, 3, -np.inf):
        vector_norm((2, 3, 2), ord, axis=axis, keepdims=keepdims)
for ord in ("nuc", -2, 1):
    matrix_norm(ord=ord, keepdims=True)
for ord in (None, -1, 0.5):
    norm([(2, 3, 2)], ord=ord, axis=-2, keepdims=True)


def torch_cond(x, p=None):
    """torch.linalg.cond by its formula: its gradient fails where it inverts, in place."""
    if p in (None, 2, -2):
        return torch.linalg.cond(x, p)
    norm = torch.linalg.norm
    return norm(x, p, (-2, -1)) * norm(torch.linalg.inv(x), p, (-2, -1))


for p in (None, 2, -2, 1, -1, "fro", "nuc", np.inf, -np.inf):
    linalg("cond", cond, params={"p": p}, torch=torch_cond)
linalg("cond", L.cond, ANY, shapes=((3, 2),), torch=torch_cond)
linalg("condition", lambda x: x, ANY, call=OPS["linalg.condition"].call, torch="clone")
