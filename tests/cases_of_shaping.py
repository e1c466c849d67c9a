"""The records of functions that move, repeat, join and take apart."""

import itertools

import numpy as np

import tinygrad_np as tg
from late_numpy import pad, places, reference, reshape, trim_zeros
from records import ANY, CASES, NONZERO, add, spaced

__all__ = ["CASES"]


def total(parts):
    """Return one array that depends on each of several in its own way."""
    return sum((k + 1.0) * part.sum() for k, part in enumerate(parts))


def of_list(f):
    """Return a function of a list of arrays as one of arrays."""
    return lambda *arrays, **params: f(list(arrays), **params)


def parts_of(f):
    """Return a function that gives several arrays as one that gives their weighted total."""
    return lambda *arrays, **params: total(f(*arrays, **params))


CUBE = (2, 3, 2)

for source, destination in ((0, -1), ((0, 1), (-1, 0)), (-1, 0)):
    params = {"source": source, "destination": destination}
    add("moveaxis", np.moveaxis, ANY, shapes=(CUBE,), params=params)
for axis, start in ((2, 0), (0, 3), (-1, -2)):
    add("rollaxis", np.rollaxis, ANY, shapes=(CUBE,), params={"axis": axis, "start": start})
add("matrix_transpose", np.matrix_transpose, ANY, shapes=(CUBE,))
add("transpose", np.permute_dims, ANY, call=tg.permute_dims, params={"axes": (1, 0)}, label="dims")
for axis in (None, 0, -1, (0, 2)):
    add("flip", np.flip, ANY, shapes=(CUBE,), params={"axis": axis})
add("flip", np.flip, ANY, shapes=((),), label="0-d")
add("fliplr", np.fliplr, ANY)
add("flipud", np.flipud, ANY)
for k in (0, 1, 2, 3, -1):
    add("rot90", np.rot90, ANY, params={"k": k})
add("rot90", np.rot90, ANY, shapes=(CUBE,), params={"k": 1, "axes": (2, 0)})
for shift, axis in (
    (2, None),
    (-1, 1),
    (4, 0),
    ((1, 2), (0, -1)),
    (1, (0, 1)),
    ((1, 1), 1),
    (0, 0),
):
    add("roll", np.roll, ANY, params={"shift": shift, "axis": axis})
add("roll", np.roll, ANY, shapes=((0, 3),), params={"shift": 1, "axis": 0}, label="empty")

for reps in (2, (2, 1), (2, 1, 3), (0, 1), ()):
    add("tile", np.tile, ANY, params={"reps": reps})
add("tile", np.tile, ANY, shapes=((),), params={"reps": (2, 2)}, label="0-d")
for repeats, axis in ((2, None), (3, 1), ([1, 2], 0), ([0, 2, 1], -1), ([2], 0), (0, 1)):
    add("repeat", np.repeat, ANY, params={"repeats": repeats, "axis": axis})
for new_shape in ((2, 2), (3, 5), 4, (0, 2)):
    add("resize", np.resize, ANY, params={"new_shape": new_shape})
for trim in ("fb", "f", "b"):
    add(
        "trim_zeros",
        lambda x, trim: np.trim_zeros(np.pad(x, (1, 2)), trim),
        NONZERO,
        call=lambda x, trim: tg.trim_zeros(tg.pad(x, (1, 2)), trim),
        shapes=((3,),),
        params={"trim": trim},
        mapped=False,
    )
add(
    "trim_zeros",
    lambda x: trim_zeros(np.pad(x, 1)),
    NONZERO,
    call=lambda x: tg.trim_zeros(tg.pad(x, 1)),
    label="box",
    mapped=False,
)
for shape in ((3, 2), -1, (2, -1, 1)):
    add("reshape", reshape, ANY, params={"shape": shape, "order": "F"})

# ------------------------------------------------------------------------- together

for name, call in {n: getattr(tg, n) for n in ("atleast_1d", "atleast_2d", "atleast_3d")}.items():
    for shape in ((), (3,), (2, 3), CUBE):
        add(
            name,
            lambda x, name: 1 * getattr(np, name)(x),
            ANY,
            call=lambda x, call=call, **_: 1 * call(x),
            params={"name": name},
            shapes=(shape,),
            label=str(shape),
        )
    add(name, parts_of(getattr(np, name)), ANY, ANY, call=parts_of(call), label="two")
add(
    "broadcast_arrays",
    parts_of(np.broadcast_arrays),
    *[ANY] * 3,
    call=parts_of(tg.broadcast_arrays),
    shapes=((2, 1), (3,), ()),
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
    add(name, theirs, ANY, ANY, call=ours, shapes=shapes, label=str(shapes))
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
    )
for axis, shapes in ((None, ((2, 3), ())), (0, ((2, 3), (1, 3))), (-1, ((2, 3), (2, 2)))):
    add("append", np.append, ANY, ANY, shapes=shapes, params={"axis": axis})
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
    )
for obj, axis in (
    (1, None),
    (-1, 1),
    ([0, 2, 0], 1),
    (slice(0, 2), -1),
    ([True, False, True], 1),
    ([], 0),
):
    add("delete", np.delete, ANY, params={"obj": obj, "axis": axis})

# ---------------------------------------------------------------------------- apart

for name, shape, cuts in (
    ("array_split", (5, 2), 3),
    ("array_split", (2, 2), 3),
    ("array_split", (5, 2), [1, 3]),
    ("hsplit", (2, 4), 2),
    ("hsplit", (4,), [1]),
    ("vsplit", (4, 2), 2),
    ("dsplit", (2, 2, 4), [1, 2]),
):
    add(
        name,
        parts_of(getattr(np, name)),
        ANY,
        call=parts_of(getattr(tg, name)),
        shapes=(shape,),
        params={"indices_or_sections": cuts},
        label=str(shape),
    )
for axis in (0, -1):
    theirs, ours = parts_of(reference("unstack")), parts_of(tg.unstack)
    add("unstack", theirs, ANY, call=ours, params={"axis": axis})


def grids(module):
    def function(*x, **params):
        return total(k * g * g for k, g in enumerate(module.meshgrid(*x, **params), 2))

    return function


for indexing, sparse in itertools.product(("xy", "ij"), (False, True)):
    params = {"indexing": indexing, "sparse": sparse}
    shapes = ((3,), (2,), (1,))
    add("meshgrid", grids(np), *[ANY] * 3, call=grids(tg), shapes=shapes, params=params)
add("meshgrid", grids(np), ANY, call=grids(tg), shapes=((),), label="0-d")

# -------------------------------------------------------------------------- padding

WIDTHS = ((1, 2), (3, 0))
for mode, options in (
    ("constant", {}),
    ("constant", {"constant_values": 1.5}),
    ("constant", {"constant_values": ((1, 2), (3, 4))}),
    ("edge", {}),
    ("linear_ramp", {}),
    ("linear_ramp", {"end_values": ((1.0, -2.0), (3.0, 4.0))}),
    ("maximum", {}),
    ("minimum", {"stat_length": 2}),
    ("mean", {}),
    ("mean", {"stat_length": ((1, 2), (2, 1))}),
    ("median", {}),
    ("median", {"stat_length": 2}),
    ("reflect", {}),
    ("reflect", {"reflect_type": "odd"}),
    ("symmetric", {}),
    ("symmetric", {"reflect_type": "odd"}),
    ("wrap", {}),
):
    params = {"pad_width": WIDTHS, "mode": mode, **options}
    add("pad", np.pad, spaced, params=params)
for mode in ("reflect", "symmetric"):
    for n in (1, 2, 3):  # wider than the array: mirrored again and again
        params = {"pad_width": (7, 5), "mode": mode, "reflect_type": "odd"}
        add("pad", np.pad, ANY, shapes=((n,),), params=params, label=f"wide {n}")
add("pad", np.pad, ANY, shapes=((3, 4),), params={"pad_width": WIDTHS, "mode": "reflect"})
for width in (1, (2, 0), {0: 1, -1: (0, 2)}, 0):
    add("pad", pad, ANY, params={"pad_width": width})
add("pad", np.pad, ANY, shapes=((0, 2),), params={"pad_width": 1}, label="empty")
for mode, option in (("constant", "constant_values"), ("linear_ramp", "end_values")):
    add(
        "pad",
        lambda x, v, mode, option: np.pad(x, 2, mode, **{option: v}),
        ANY,
        ANY,
        call=lambda x, v, mode, option: tg.pad(x, 2, mode, **{option: v}),
        shapes=((2, 3), (2, 2)),
        params={"mode": mode, "option": option},
        integers=False,
    )

# ------------------------------------------------------------------------ diagonals

for offset in (0, 1, -1, 2, 5, -4):
    add("diagonal", np.diagonal, ANY, params={"offset": offset})
    add("trace", np.trace, ANY, params={"offset": offset})
    add("diag", np.diag, ANY, params={"k": offset}, label="matrix")
    add("diag", np.diag, ANY, shapes=((3,),), params={"k": offset}, label="vector")
    add("tril", np.tril, ANY, shapes=((2, 3, 2),), params={"k": offset})
    add("triu", np.triu, ANY, shapes=((2, 3, 2),), params={"k": offset})
for axis1, axis2 in ((0, 1), (2, 0), (-1, 1)):
    params = {"offset": 1, "axis1": axis1, "axis2": axis2}
    add("diagonal", np.diagonal, ANY, shapes=(CUBE,), params=params)
    add("trace", np.trace, ANY, shapes=(CUBE,), params=params)
add("diagonal", np.diagonal, ANY, shapes=((0, 3),), label="empty")
add("diagflat", np.diagflat, ANY, params={"k": -1})
for name in ("tril", "triu"):
    add(name, getattr(np, name), ANY, shapes=((3,),), label="vector")
add("tri", lambda x: x * 0 + np.tri(2, 3), ANY, call=lambda x: x * 0 + tg.tri(2, 3), integers=False)
