"""The records of functions of several arrays, or with several results."""

import itertools

import numpy as np

import tinygrad_np as tg
from ops.forms import of_list, parts_of, total
from ops.in_torch import NotInTorch, NotInTorchError, named, torch
from ops.late_numpy import numpy_or_formula, places
from ops.opinfo import ANY, add

CUBE = (2, 3, 2)
NO_SUCH = NotInTorch("no such function")

# -------------------------------------------------------------------------- joining

for name in ("atleast_1d", "atleast_2d", "atleast_3d"):
    ours, theirs = getattr(tg, name), getattr(np, name)
    for shape in ((), (3,), (2, 3), CUBE):
        add(
            name,
            lambda x, name: 1 * getattr(np, name)(x),
            ANY,
            call=lambda x, ours=ours, **_: 1 * ours(x),
            params={"name": name},
            shapes=(shape,),
            label=str(shape),
            torch=lambda x, name: named(name)(x),
        )
    add(name, parts_of(theirs), ANY, ANY, call=parts_of(ours), label="two",
        torch=lambda *x, name=name: total(named(name)(*x)))  # fmt: skip
add(
    "broadcast_arrays",
    parts_of(np.broadcast_arrays),
    *[ANY] * 3,
    call=parts_of(tg.broadcast_arrays),
    shapes=((2, 1), (3,), ()),
    torch=lambda *x: total(torch.broadcast_tensors(*x)),
)
for name, shapes in (
    ("vstack", ((3,), (2, 3))),
    ("vstack", ((), ())),
    ("hstack", ((3,), ())),
    ("hstack", ((2, 3), (2, 1))),
    ("dstack", ((3,), (1, 3))),
    ("dstack", (CUBE, (2, 3))),
    ("column_stack", ((2,), (2, 3))),
):
    ours, theirs = of_list(getattr(tg, name)), of_list(getattr(np, name))
    add(name, theirs, ANY, ANY, call=ours, shapes=shapes, label=str(shapes),
        torch=lambda *x, name=name: named(name)(x))  # fmt: skip
for label, nest, shapes in (
    ("grid", lambda a, b, c: [[a, b], [c]], ((2, 2), (2, 1), (1, 3))),
    ("row", lambda a, b, c: [a, b, c], ((2,), (), (3,))),
    ("deep", lambda a, b, c: [[[a], [b]], [[c], [b]]], ((2,), (2,), (2,))),
    ("larger", lambda a, b, c: [[a, b], [c, b]], (CUBE, CUBE, CUBE)),
):
    add(
        "block",
        lambda *a, nest=nest: np.block(nest(*a)),
        *[ANY] * 3,
        call=lambda *a, nest=nest: tg.block(nest(*a)),
        shapes=shapes,
        label=label,
        torch=NO_SUCH,
    )


def torch_append(x, y, axis):
    return torch.cat([x.flatten(), y.flatten()] if axis is None else [x, y], axis or 0)


for axis, shapes in ((None, ((2, 3), ())), (0, ((2, 3), (1, 3))), (-1, ((2, 3), (2, 2)))):
    add("append", np.append, ANY, ANY, shapes=shapes, params={"axis": axis}, torch=torch_append)
for obj, axis, shape in (
    (1, None, ()),
    (1, None, (2,)),
    (-1, 1, (2,)),
    (1, 1, ()),
    ([1], 1, (2, 1)),
    ([0, 2], 1, (2, 2)),
    ([0, 2, 2], 1, (3,)),
    ([1, 1], 0, (3,)),
    (slice(0, 2), 1, ()),
    (np.array([True, False, True]), 1, (2, 1)),
    (np.array([1]), 0, (2, 3)),
):
    add(
        "insert",
        lambda arr, values, obj, axis: np.insert(arr, places(obj), values, axis),
        ANY,
        ANY,
        call=lambda arr, values, obj, axis: tg.insert(arr, obj, values, axis),
        shapes=((2, 3), shape),
        params={"obj": obj, "axis": axis},
        label=str(shape),
        torch=NO_SUCH,
    )
for obj, axis in (
    (1, None),
    (-1, 1),
    ([0, 2, 0], 1),
    (slice(0, 2), -1),
    ([True, False, True], 1),
    ([], 0),
):
    add("delete", np.delete, ANY, params={"obj": obj, "axis": axis}, torch=NO_SUCH)

# ------------------------------------------------------------------------ splitting

for name, shape, cuts in (
    ("array_split", (5, 2), 3),
    ("array_split", (2, 2), 3),
    ("array_split", (5, 2), [1, 3]),
    ("hsplit", (2, 4), 2),
    ("hsplit", (4,), [1]),
    ("vsplit", (4, 2), 2),
    ("dsplit", (2, 2, 4), [1, 2]),
):
    theirs = "tensor_split" if name == "array_split" else name
    add(
        name,
        parts_of(getattr(np, name)),
        ANY,
        call=parts_of(getattr(tg, name)),
        shapes=(shape,),
        params={"indices_or_sections": cuts},
        label=str(shape),
        torch=lambda x, indices_or_sections, f=theirs: total(named(f)(x, indices_or_sections)),
    )
for axis in (0, -1):
    theirs, call = parts_of(numpy_or_formula("unstack")), parts_of(tg.unstack)
    add("unstack", theirs, ANY, call=call, params={"axis": axis},
        torch=lambda x, axis: total(torch.unbind(x, axis)))  # fmt: skip


def squares(grids):
    return total(k * g * g for k, g in enumerate(grids, 2))


def torch_meshgrid(*x, indexing="xy", sparse=False):
    if sparse:
        raise NotInTorchError("torch.meshgrid is never sparse")
    return squares(torch.meshgrid(*x, indexing=indexing))


for indexing, sparse in itertools.product(("xy", "ij"), (False, True)):
    add(
        "meshgrid",
        lambda *x, **params: squares(np.meshgrid(*x, **params)),
        *[ANY] * 3,
        call=lambda *x, **params: squares(tg.meshgrid(*x, **params)),
        shapes=((3,), (2,), (1,)),
        params={"indexing": indexing, "sparse": sparse},
        torch=torch_meshgrid,
    )
add("meshgrid", lambda x: squares(np.meshgrid(x)), ANY, call=lambda x: squares(tg.meshgrid(x)),
    shapes=((),), label="0-d", torch=torch_meshgrid)  # fmt: skip
