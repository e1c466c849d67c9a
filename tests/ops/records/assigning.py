"""The records of functions that write to their first argument."""

import numpy as np

import tinygrad_np as tg
from ops.in_torch import NotInTorch, refuse_repeated, torch
from ops.opinfo import ANY, add

NEITHER = NotInTorch("PyTorch has no such function, or one that writes elsewhere")


def torch_put(x, values, indices, axis):
    if axis is None:
        return x.flatten().scatter(0, torch.tensor(indices), values).reshape(x.shape)
    i = torch.tensor(indices) % x.shape[axis]
    refuse_repeated(torch.arange(x.numel()).reshape(x.shape).gather(axis, i))
    return x.scatter(axis, i, values.broadcast_to(i.shape))


def torch_copyto(x, values, where):
    return torch.where(torch.tensor(where), values, x)


def torch_fill(x, value, wrap):
    marked = torch.zeros(x.shape, dtype=torch.bool).fill_diagonal_(True, wrap)
    return torch.where(marked, value, x)


def writing(name, *written, shapes, torch=NEITHER, **params):
    """Add the record of a function that writes `written` arrays to a copy of another."""

    def reference(x, *values, **params):
        out = x * 1
        module = tg if isinstance(out, tg.Tensor) else np
        order = {"put": ["ind"], "place": ["mask"], "putmask": ["mask"]}
        before = [params.pop(key) for key in order.get(name, ())]
        if name == "put_along_axis":
            before = [params.pop("indices")]
            values = (*values, params.pop("axis"))
        getattr(module, name)(out, *before, *values, **params)
        return out

    add(
        name,
        reference,
        ANY,
        *written,
        call=lambda x, *values, **params: reference(tg.asarray(x), *values, **params),
        shapes=shapes,
        params=params,
        integers=False,
        batchable=False,
        torch=torch,
    )


for axis, indices, shape in (
    (1, [[0, 1], [2, -1]], (2, 2)),
    (0, [[1, 0, 1]], ()),
    (-1, [[2], [0]], (1,)),
    (None, [0, 5], (2,)),
):
    writing(
        "put_along_axis",
        ANY,
        shapes=((2, 3), shape),
        torch=torch_put,
        indices=np.array(indices),
        axis=axis,
    )
MASK = np.array([[True, False, True], [True, True, False]])
for shape, where in (((2, 3), MASK[0]), ((3,), MASK), ((), MASK[0])):
    writing("copyto", ANY, shapes=((2, 3), shape), torch=torch_copyto, where=where)
for shape, ind, mode in (
    ((2,), [0, -1], "raise"),
    ((2,), [5, 0, 2], "raise"),
    ((), [9, -3], "wrap"),
    ((2,), [9, -3], "clip"),
):
    writing("put", ANY, shapes=((2, 3), shape), ind=np.array(ind), mode=mode)
for shape in ((4,), (2,), (1,), (7,)):
    writing("place", ANY, shapes=((2, 3), shape), mask=MASK)
for shape in ((2, 3), (2,), (1,), (4,)):
    writing("putmask", ANY, shapes=((2, 3), shape), mask=MASK)
writing("fill_diagonal", ANY, shapes=((3, 3), ()), torch=torch_fill, wrap=False)
writing("fill_diagonal", ANY, shapes=((2, 4), (3,)), wrap=False)
writing("fill_diagonal", ANY, shapes=((7, 3), (2,)), wrap=True)
writing("fill_diagonal", ANY, shapes=((2, 2, 2), ()), torch=torch_fill, wrap=False)
