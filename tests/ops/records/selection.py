"""The records of functions that select elements, by position or by condition."""

import numpy as np

import tinygrad_np as tg
from ops.in_torch import NotInTorch, NotInTorchError, torch
from ops.opinfo import ANY, NONZERO, add, booleans, elementwise, fixed, floats, integers
from tinygrad_np.engine.op import OPS

# --------------------------------------------------------------------- by position


def torch_take(x, indices, axis=None, mode="raise"):
    if mode != "raise":
        raise NotInTorchError("indices beyond the end")
    i = torch.tensor(indices, dtype=torch.long)
    if axis is None:
        return torch.take(x, i)
    axis %= x.ndim
    i = i % x.shape[axis] if x.shape[axis] else i
    found = torch.index_select(x, axis, i.flatten())
    return found.reshape(*x.shape[:axis], *i.shape, *x.shape[axis + 1 :])


for label, params in {
    "flat": {"indices": [[0, 5], [-1, 0]]},
    "first axis": {"indices": [1, 0, 1], "axis": 0},
    "last axis": {"indices": [[0], [-1]], "axis": -1},
    "one": {"indices": 1, "axis": 1},
    "none": {"indices": [], "axis": 1},
    "wrap": {"indices": [-4, 7, 3], "axis": 1, "mode": "wrap"},
    "clip": {"indices": [-4, 7, 1], "axis": 1, "mode": "clip"},
}.items():
    reference = (lambda a, indices, axis=None: a[:, :0]) if label == "none" else np.take
    add("take", reference, ANY, params=params, label=label, torch=torch_take)
big = np.arange(40) * 7 % 30  # few of many rows, and many of few rows
for label, shape, params in (
    ("empty", (3, 0), {"indices": [0, 0], "axis": 0}),
    ("few", (90, 3), {"indices": big[:9], "axis": 0}),
    ("many", (3, 30), {"indices": big, "axis": 1}),
):
    add("take", np.take, ANY, shapes=(shape,), params=params, label=label, torch=torch_take)


def torch_take_along(x, indices, axis):
    n = x.numel() if axis is None else x.shape[axis]
    return torch.take_along_dim(x, torch.tensor(indices) % n, axis)


for axis, indices in ((1, [[0, 0], [2, -1]]), (0, [[1, 0, 1]]), (-1, [[2]]), (None, [0, 5, 5])):
    params = {"indices": np.array(indices), "axis": axis}
    add("take_along_axis", np.take_along_axis, ANY, params=params, torch=torch_take_along)
add(
    "take_along_axis",
    np.take_along_axis,
    ANY,
    shapes=((2, 1),),
    params={"indices": np.zeros((2, 3), int), "axis": 0},
    label="broadcast",
    torch=torch_take_along,
)


# ----------------------------------------------------------------- by condition

elementwise("where", np.where, booleans, ANY, ANY)
for name in ("nonzero", "where"):
    add(
        name,
        lambda x, name: getattr(np, name)(x)[1],
        booleans,
        call=lambda x, name: getattr(tg, name)(x)[1],
        params={"name": name},
        order=0,
        batchable=False,
        torch=lambda x, name: torch.where(x)[1],
    )


def torch_compress(x, condition, axis):
    x = x.flatten() if axis is None else x
    return torch.index_select(x, axis or 0, torch.tensor(condition).nonzero()[:, 0])


for axis, condition in ((None, [1, 0, 1, 1]), (0, [False, True]), (-1, [True, True])):
    add(
        "compress",
        lambda a, condition, axis: np.compress(condition, a, axis),
        ANY,
        call=lambda a, condition, axis: tg.compress(condition, a, axis),
        params={"condition": condition, "axis": axis},
        torch=torch_compress,
    )
add("extract", np.extract, booleans, ANY, batchable=False,
    torch=lambda mask, x: torch.masked_select(x, mask))  # fmt: skip
add("extract", np.extract, fixed([1, 0, 2]), ANY, shapes=((), (2, 3)), label="short",
    torch=NotInTorch("a mask shorter than the array"))  # fmt: skip


def torch_choose(i, *choices, mode="raise"):
    if mode == "wrap":
        i = i % len(choices)
    elif mode == "clip":
        i = i.clip(0, len(choices) - 1)
    choices = torch.stack(torch.broadcast_tensors(i, *choices)[1:])
    return choices.gather(0, i.broadcast_to(choices.shape[1:])[None])[0]


for mode, low, high in (("raise", 0, 2), ("wrap", -5, 5), ("clip", -5, 5)):
    add(
        "choose",
        lambda a, *choices, mode: np.choose(a, choices, mode=mode),
        integers(low, high),
        ANY,
        ANY,
        ANY,
        call=lambda a, *choices, mode: tg.choose(a, choices, mode=mode),
        shapes=((2, 3), (2, 3), (3,), ()),
        params={"mode": mode},
        torch=torch_choose,
    )
elementwise(
    "checked_choice",
    lambda a, count: a,
    integers(0, 2),
    call=OPS["checked_choice"].call,
    params={"count": 3},
    order=0,
    torch=NotInTorch("a check"),
)
add("choose", np.choose, fixed([2, 0, 1]), ANY, shapes=((), (3, 3)), label="rows",
    torch=lambda i, rows: torch_choose(i, *rows))  # fmt: skip
for default in (0, 2.5):
    add(
        "select",
        lambda a, b, x, y, default: np.select([a, b], [x, y], default),
        booleans,
        booleans,
        ANY,
        ANY,
        call=lambda a, b, x, y, default: tg.select([a, b], [x, y], default),
        shapes=((2, 3), (2, 3), (2, 3), (3,)),
        params={"default": default},
        torch=lambda a, b, x, y, default: torch.where(a, x, torch.where(b, y, default)),
    )


def pieces(module):
    def function(x, a):
        rest = module.piecewise(x, [x > 0.5], [lambda v: v * v * a])
        first = module.piecewise(x, [x < 0, x > 1], [module.negative, 3.0, lambda v: v * 2.0])
        return first + rest

    return function


add(
    "piecewise",
    pieces(np),
    floats(gap=0.3),
    ANY,
    call=lambda x, a: pieces(tg)(tg.asarray(x), tg.asarray(a)),
    shapes=((2, 3), ()),
    integers=False,
    batchable=False,
    torch=NotInTorch("no such function"),
)
add("argwhere", np.argwhere, NONZERO, order=0)
add("flatnonzero", np.flatnonzero, booleans, order=0, batchable=False,
    torch=lambda x: torch.nonzero(x.flatten())[:, 0])  # fmt: skip
