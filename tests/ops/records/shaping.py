"""The records of shapes, axes, joining and splitting."""

import numpy as np

import tinygrad_np as tg
from ops.forms import as_tuple
from ops.in_torch import torch
from ops.late_numpy import reshape
from ops.opinfo import ANY, add, elementwise
from tinygrad_np.engine.op import OPS

elementwise("copy", np.copy, ANY, call=OPS["copy"].call, torch="clone")
for dtype in (float, complex):
    elementwise("astype", lambda x, dtype: x.astype(dtype), ANY, params={"dtype": dtype},
                label="up", torch=lambda x, dtype: x.to(dtype=dtype))  # fmt: skip


def reversed_axes(x):
    return x.permute(tuple(range(x.ndim))[::-1])


def torch_reshape(x, shape, order="C"):
    if order == "C":
        return torch.reshape(x, as_tuple(shape))
    return reversed_axes(reversed_axes(x).reshape(as_tuple(shape)[::-1]))  # Fortran order


for shape in ((3, 2), (-1,), (1, 6, 1), 6, -1):
    add("reshape", reshape, ANY, params={"shape": shape},
        torch=torch_reshape)  # fmt: skip
add("reshape", reshape, ANY, shapes=((0, 3),), params={"shape": (3, 0)}, label="empty",
    torch=torch_reshape)  # fmt: skip
add("reshape", reshape, ANY, shapes=((),), params={"shape": (1, 1)}, label="0-d",
    torch=torch_reshape)  # fmt: skip
for shape in ((3, 2), -1, (2, -1, 1)):
    add("reshape", reshape, ANY, params={"shape": shape, "order": "F"}, torch=torch_reshape)
add("ravel", np.ravel, ANY)
add("ravel", np.ravel, ANY, params={"order": "F"}, torch=lambda x, order: x.T.ravel())


def torch_transpose(x, axes=None):
    return x.permute(axes or tuple(range(x.ndim))[::-1])


for axes in (None, (2, 0, 1), (-1, 0, -2)):
    add("transpose", np.transpose, ANY, shapes=((2, 3, 2),), params={"axes": axes},
        torch=torch_transpose)  # fmt: skip
add("transpose", np.transpose, ANY, shapes=((),), label="0-d", torch=torch_transpose)
add("transpose", np.permute_dims, ANY, call=tg.permute_dims, params={"axes": (1, 0)}, label="dims",
    torch=torch_transpose)  # fmt: skip
add("swapaxes", np.swapaxes, ANY, shapes=((2, 3, 2),), params={"axis1": 0, "axis2": -1},
    torch=lambda x, axis1, axis2: torch.swapaxes(x, axis1, axis2))  # fmt: skip


def torch_expand_dims(x, axis):
    for a in sorted(a % (x.ndim + len(as_tuple(axis))) for a in as_tuple(axis)):
        x = x.unsqueeze(a)
    return x


for axis in (0, -1, (0, 2)):
    add("expand_dims", np.expand_dims, ANY, params={"axis": axis}, torch=torch_expand_dims)
for axis in (None, 0, -1, (0, -1)):
    add("squeeze", np.squeeze, ANY, shapes=((1, 3, 1),), params={"axis": axis},
        torch=lambda x, axis: x.squeeze() if axis is None else x.squeeze(axis))  # fmt: skip


def torch_broadcast_to(x, shape):
    return torch.broadcast_to(x, shape)


for shape in ((2, 3), (4, 2, 3)):
    add("broadcast_to", np.broadcast_to, ANY, shapes=((2, 1),), params={"shape": shape},
        torch=torch_broadcast_to)  # fmt: skip
add("broadcast_to", np.broadcast_to, ANY, shapes=((),), params={"shape": (2,)}, label="0-d",
    torch=torch_broadcast_to)  # fmt: skip
add("broadcast_to", np.broadcast_to, ANY, shapes=((1, 3),), params={"shape": (0, 3)}, label="empty",
    torch=torch_broadcast_to)  # fmt: skip


def torch_concatenate(*tensors, axis):
    if axis is None:
        return torch.cat([x.flatten() for x in tensors])
    return torch.cat(tensors, axis)


for axis, shapes in {
    0: ((2, 3), (1, 3), (0, 3)),
    -1: ((2, 1), (2, 3)),
    None: ((2,), (1, 3), ()),
}.items():
    add(
        "concatenate",
        lambda *a, axis: np.concatenate(a, axis=axis),
        *[ANY] * len(shapes),
        call=lambda *a, axis: tg.concatenate(a, axis=axis),
        shapes=shapes,
        params={"axis": axis},
        torch=torch_concatenate,
    )
for axis in (0, 1, -1):
    add(
        "stack",
        lambda *a, axis: np.stack(a, axis=axis),
        *[ANY] * 3,
        call=lambda *a, axis: tg.stack(a, axis=axis),
        params={"axis": axis},
        torch=lambda *x, axis: torch.stack(x, axis),
    )


def numbered(parts):
    """Return a number that depends on each array but the first with a different weight."""
    return sum(k * part.sum() for k, part in enumerate(parts))


for sections, axis in ((3, 1), ([1, 2], -1), ([0, 1], 0)):
    add(
        "split",
        lambda x, sections, axis: numbered(np.split(x, sections, axis)),
        ANY,
        call=lambda x, sections, axis: numbered(tg.split(x, sections, axis=axis)),
        params={"sections": sections, "axis": axis},
        torch=lambda x, sections, axis: numbered(torch.tensor_split(x, sections, axis)),
    )
