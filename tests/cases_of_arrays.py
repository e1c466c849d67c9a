"""The records of ops that move, pick and multiply: shaping, products, indexing."""

import numpy as np

import tinygrad_np as tg
from late_numpy import reshape
from records import ANY, CASES, add, fixed, integers
from tinygrad_np.engine.op import OPS
from tinygrad_np.ops.indexing import ARRAY, Slice

__all__ = ["CASES"]

# ---------------------------------------------------------------------- shaping

for shape in ((3, 2), (-1,), (1, 6, 1), 6, -1):
    add("reshape", reshape, ANY, params={"shape": shape})
add("reshape", reshape, ANY, shapes=((0, 3),), params={"shape": (3, 0)}, label="empty")
add("reshape", reshape, ANY, shapes=((),), params={"shape": (1, 1)}, label="0-d")
add("ravel", np.ravel, ANY)
add("ravel", np.ravel, ANY, params={"order": "F"})
for axes in (None, (2, 0, 1), (-1, 0, -2)):
    add("transpose", np.transpose, ANY, shapes=((2, 3, 2),), params={"axes": axes})
add("transpose", np.transpose, ANY, shapes=((),), label="0-d")
add("swapaxes", np.swapaxes, ANY, shapes=((2, 3, 2),), params={"axis1": 0, "axis2": -1})
for axis in (0, -1, (0, 2)):
    add("expand_dims", np.expand_dims, ANY, params={"axis": axis})
for axis in (None, 0, -1, (0, -1)):
    add("squeeze", np.squeeze, ANY, shapes=((1, 3, 1),), params={"axis": axis})
for shape in ((2, 3), (4, 2, 3)):
    add("broadcast_to", np.broadcast_to, ANY, shapes=((2, 1),), params={"shape": shape})
add("broadcast_to", np.broadcast_to, ANY, shapes=((),), params={"shape": (2,)}, label="0-d")
add("broadcast_to", np.broadcast_to, ANY, shapes=((1, 3),), params={"shape": (0, 3)}, label="empty")

for axis, shapes in {
    0: ((2, 3), (1, 3), (0, 3)),
    -1: ((2, 1), (2, 3)),
    None: ((2,), (1, 3), ()),
}.items():
    for name, call in (("concatenate", lambda *a, axis: tg.concatenate(a, axis=axis)),):
        reference = lambda *a, axis: np.concatenate(a, axis=axis)  # noqa: E731  # a formula
        add(name, reference, *[ANY] * len(shapes), shapes=shapes, params={"axis": axis}, call=call)
for axis in (0, 1, -1):
    add(
        "stack",
        lambda *a, axis: np.stack(a, axis=axis),
        *[ANY] * 3,
        call=lambda *a, axis: tg.stack(a, axis=axis),
        params={"axis": axis},
    )
for sections, axis in ((3, 1), ([1, 2], -1), ([0, 1], 0)):
    add(
        "split",
        lambda x, sections, axis: sum(
            k * p.sum() for k, p in enumerate(np.split(x, sections, axis))
        ),
        ANY,
        call=lambda x, sections, axis: sum(
            k * p.sum() for k, p in enumerate(tg.split(x, sections, axis=axis))
        ),
        params={"sections": sections, "axis": axis},
    )

# --------------------------------------------------------------------- products

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
for shapes in (
    ((2, 3), (3, 2)),
    ((3,), (3,)),
    ((), (2,)),
    ((2, 2, 3), (2, 3, 2)),
    ((3,), (2, 3, 2)),
):
    add("dot", np.dot, ANY, ANY, shapes=shapes, label=f"{shapes[0]}, {shapes[1]}")
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


def class_cross_entropy(x, labels):
    p = np.exp(x) / np.exp(x).sum(-1, keepdims=True)
    return -np.log(np.take_along_axis(p, labels[..., None], -1)[..., 0])


for shape in ((4, 3), (3,), (2, 2, 3), (0, 3)):
    add(
        "class_cross_entropy",
        class_cross_entropy,
        ANY,
        integers(0, 2),
        call=OPS["class_cross_entropy"].call,
        shapes=(shape, shape[:-1]),
        integers=False,
        label=str(shape),
    )

# --------------------------------------------------------------------- indexing


def at(*parts):
    """Return the index that `parts` and the arrays that follow stand for."""
    return lambda arrays: tuple(next(arrays) if p is ARRAY else p for p in parts)


MASK, PLACES = fixed([[True, False, True], [False, True, True]]), fixed([1, 0, 1, -1])
for label, parts, arrays in [
    ("integer", (1,), ()),
    ("negative", (..., -2), ()),
    ("slices", (slice(None), slice(0, 3, 2)), ()),
    ("backward", (slice(None, None, -1),), ()),
    ("new axis", (None, ..., None, 1), ()),
    ("nothing", (), ()),
    ("empty", (slice(1, 1),), ()),
    ("repeated", (ARRAY,), (PLACES,)),
    ("mask", (ARRAY,), (MASK,)),
    ("pairs", (ARRAY, ARRAY), (PLACES, fixed([0, 1, 0, 2]))),
    ("broadcast pairs", (ARRAY, ARRAY), (fixed([[0], [1]]), fixed([2, 2]))),
    ("array and slice", (slice(None), ARRAY), (PLACES,)),
    ("array and integer", (ARRAY, 0), (PLACES,)),
    ("axis mask", (slice(None), ARRAY), (fixed([True, False, True]),)),
    ("no places", (ARRAY,), (fixed([], int),)),
    ("0-d array", (ARRAY,), (fixed(1),)),
]:
    index = at(*parts)
    shape = (2, 3)
    template = tuple(Slice(p) if isinstance(p, slice) else p for p in parts)
    picked = np.zeros(shape)[index(iter([a(None, ()) for a in arrays]))]
    add(
        "getitem",
        lambda x, *arrays, index=index: x[index(iter(arrays))],
        ANY,
        *arrays,
        call=lambda x, *arrays, index=index: tg.asarray(x)[index(iter(arrays))],
        shapes=(shape, *((),) * len(arrays)),
        label=label,
    )

    def scattered(x, *arrays, shape, template, index=index):
        out = np.zeros(shape, x.dtype)
        np.add.at(out, index(iter(arrays)), x)
        return out

    add(
        "scatter",
        scattered,
        ANY,
        *arrays,
        call=OPS["scatter"].call,
        shapes=(picked.shape, *((),) * len(arrays)),
        params={"shape": shape, "template": template},
        integers=False,
        label=label,
    )

    def put(x, value, *arrays, template, index=index):
        out = np.array(x)
        out[index(iter(arrays))] = value
        return out

    more = () if label == "mask" else ((1, 1, *picked.shape),)  # NumPy refuses it for a mask
    for value_shape in {picked.shape, (), *more}:
        add(
            "setitem",
            put,
            ANY,
            ANY,
            *arrays,
            call=OPS["setitem"].call,
            shapes=(shape, value_shape, *((),) * len(arrays)),
            params={"template": template},
            integers=False,
            label=f"{label}, value {value_shape}",
        )
