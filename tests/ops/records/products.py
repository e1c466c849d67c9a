"""The records of products of vectors, matrices and tensors."""

import numpy as np

import tinygrad_np as tg
from ops.in_torch import torch
from ops.late_numpy import numpy_or_formula
from ops.opinfo import ANY, add
from tinygrad_np.engine.op import OPS


def of(name, *shapes, in_torch=None, **params):
    """Add a record of a function of several arrays."""
    label = ", ".join(map(str, shapes))
    domains = (ANY,) * len(shapes)
    add(name, numpy_or_formula(name), *domains, shapes=shapes, params=params, label=label,
        torch=in_torch)  # fmt: skip


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


def torch_dot(x, y):
    if x.ndim == 0 or y.ndim == 0:
        return x * y
    return torch.tensordot(x, y, dims=([-1], [max(y.ndim - 2, 0)]))


for shapes in (
    ((2, 3), (3, 2)),
    ((3,), (3,)),
    ((), (2,)),
    ((2, 2, 3), (2, 3, 2)),
    ((3,), (2, 3, 2)),
):
    of("dot", *shapes, in_torch=torch_dot)
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

# ---------------------------------------------------------------------------- vectors


def torch_vecdot(x, y, axis=-1):
    return torch.linalg.vecdot(x, y, dim=axis)


for shapes in (((3,), (3,)), ((2, 3), (3,)), ((2, 1, 3), (4, 3)), ((2, 0), (0,))):
    of("vecdot", *shapes, in_torch=torch_vecdot)
add(
    "vecdot",
    lambda x, y, axis: np.vecdot(x, y, axis=axis),  # type: ignore[call-overload]
    ANY,
    ANY,
    call=lambda x, y, axis: tg.vecdot(x, y, axis=axis),
    shapes=((3, 2, 2), (3, 1, 2)),
    params={"axis": 0},
    torch=torch_vecdot,
)
for shapes in (((2, 3), (3,)), ((2, 1, 2, 3), (4, 3)), ((2, 3), (2, 3))):
    of("matvec", *shapes, in_torch=lambda x, y: torch.einsum("...ij,...j->...i", x, y))
for shapes in (((3,), (3, 2)), ((4, 3), (2, 1, 3, 2)), ((2, 3), (3, 2))):
    of("vecmat", *shapes, in_torch=lambda x, y: torch.einsum("...i,...ij->...j", x.conj(), y))
for shapes in (((3,), (3,)), ((2, 3), (3, 2)), ((), ())):
    of("vdot", *shapes, in_torch=lambda x, y: torch.vdot(x.flatten(), y.flatten()))
for shapes in (((3,), (3,)), ((2, 3), (4, 3)), ((2, 2, 3), (3,)), ((), (2,)), ((2,), ())):
    of("inner", *shapes)
for shapes in (((3,), (2,)), ((2, 3), (2, 2)), ((), (2,))):
    of("outer", *shapes, in_torch=lambda x, y: torch.outer(x.flatten(), y.flatten()))
for shapes in (((2,), (3,)), ((2, 3), (2, 2)), ((2,), (2, 2, 3)), ((2, 2, 1), (3,)), ((), (2,))):
    of("kron", *shapes)


def torch_tensordot(x, y, axes):
    if isinstance(axes, int):
        return torch.tensordot(x, y, dims=axes)
    return torch.tensordot(x, y, dims=tuple([a] if isinstance(a, int) else list(a) for a in axes))


for shapes, axes in (
    (((2, 3), (2, 3)), 2),
    (((2, 3), (3, 4)), 1),
    (((2,), (3,)), 0),
    (((2, 3, 4), (4, 2, 3)), ((0, -1), (1, 0))),
    (((2, 3), (4, 2)), (0, 1)),
    (((2, 0), (0, 3)), 1),
):
    of("tensordot", *shapes, axes=axes, in_torch=torch_tensordot)


def torch_cross(x, y, axis=-1, axisa=None, axisc=None):
    x, y = x.movedim(axis if axisa is None else axisa, -1), y.movedim(axis, -1)
    found = torch.linalg.cross(*torch.broadcast_tensors(x, y))
    return found.movedim(-1, axis if axisc is None else axisc)


for shapes, params in (
    (((3,), (3,)), {}),
    (((2, 3), (3,)), {}),
    (((3, 2), (2, 3)), {"axisa": 0, "axisc": 0}),
    (((3, 2), (3, 2)), {"axis": 0}),
):
    of("cross", *shapes, **params, in_torch=torch_cross)
