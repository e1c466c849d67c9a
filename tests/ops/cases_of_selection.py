"""The records of functions that pick elements: by place, by condition, in order."""

import numpy as np

import tinygrad_np as tg
from ops.records import ANY, CASES, NONZERO, add, booleans, fixed, floats, integers, real, spaced
from tinygrad_np.engine.op import OPS

__all__ = ["CASES"]


def total(parts):
    """Return one array that depends on each of several in its own way."""
    return sum((k + 1.0) * part.sum() for k, part in enumerate(parts))


# --------------------------------------------------------------------- by place

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
    add("take", reference, ANY, params=params, label=label)
add("take", np.take, ANY, shapes=((3, 0),), params={"indices": [0, 0], "axis": 0}, label="empty")
big = np.arange(40) * 7 % 30  # few rows of many, and many of few
add("take", np.take, ANY, shapes=((90, 3),), params={"indices": big[:9], "axis": 0}, label="few")
add("take", np.take, ANY, shapes=((3, 30),), params={"indices": big, "axis": 1}, label="many")

for axis, indices in ((1, [[0, 0], [2, -1]]), (0, [[1, 0, 1]]), (-1, [[2]]), (None, [0, 5, 5])):
    params = {"indices": np.array(indices), "axis": axis}
    add("take_along_axis", np.take_along_axis, ANY, params=params)
add(
    "take_along_axis",
    np.take_along_axis,
    ANY,
    shapes=((2, 1),),
    params={"indices": np.zeros((2, 3), int), "axis": 0},
    label="broadcast",
)


def put(x, values, indices, axis):
    out = x * 1
    module = tg if isinstance(out, tg.Tensor) else np
    module.put_along_axis(out, indices, values, axis)
    return out


for axis, indices, shape in (
    (1, [[0, 1], [2, -1]], (2, 2)),
    (0, [[1, 0, 1]], ()),
    (-1, [[2], [0]], (1,)),
    (None, [0, 5], (2,)),
):
    add(
        "put_along_axis",
        put,
        ANY,
        ANY,
        call=lambda x, values, indices, axis: put(tg.asarray(x), values, indices, axis),
        shapes=((2, 3), shape),
        params={"indices": np.array(indices), "axis": axis},
        integers=False,
        mapped=False,
    )

# ----------------------------------------------------------------- by condition

for axis, condition in ((None, [1, 0, 1, 1]), (0, [False, True]), (-1, [True, True])):
    add(
        "compress",
        lambda a, condition, axis: np.compress(condition, a, axis),
        ANY,
        call=lambda a, condition, axis: tg.compress(condition, a, axis),
        params={"condition": condition, "axis": axis},
    )
add("extract", np.extract, booleans, ANY, mapped=False)
add("extract", np.extract, fixed([1, 0, 2]), ANY, shapes=((), (2, 3)), label="short")
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
    )
add(
    "choose",
    np.choose,
    fixed([2, 0, 1]),
    ANY,
    shapes=((), (3, 3)),
    label="rows",
)
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
    mapped=False,
)
add("argwhere", np.argwhere, NONZERO, order=0)
add("flatnonzero", np.flatnonzero, booleans, order=0, mapped=False)
for name in ("nonzero", "where"):
    add(
        name,
        lambda x, name: getattr(np, name)(x)[1],
        booleans,
        call=lambda x, name: getattr(tg, name)(x)[1],
        params={"name": name},
        order=0,
        mapped=False,
    )

# --------------------------------------------------------------------- in order

for axis in (-1, 0, None):
    add("sort", np.sort, spaced, params={"axis": axis})
    add("argsort", np.argsort, spaced, params={"axis": axis, "kind": "stable"}, order=0)
    add("argpartition", np.argpartition, spaced, params={"kth": 1, "axis": axis}, order=0)
    add("partition", np.partition, spaced, params={"kth": (0, 1), "axis": axis}, label="0, 1")
add("sort", np.sort, ANY, shapes=((0, 3),), params={"axis": 0, "kind": "quicksort"}, label="empty")
add(
    "lexsort", lambda *k: np.lexsort(k), integers(0, 1), ANY, call=lambda *k: tg.lexsort(k), order=0
)
SORTED = fixed([-1.5, -0.2, 0.3, 1.0])
for side in ("left", "right"):
    params = {"side": side}
    add("searchsorted", np.searchsorted, SORTED, ANY, shapes=((), (2, 3)), params=params, order=0)
add(
    "searchsorted",
    np.searchsorted,
    fixed([1.0, -1.5, 0.3]),
    ANY,
    shapes=((), (2, 3)),
    params={"sorter": [1, 2, 0]},
    integers=False,
    order=0,
)
add("digitize", np.digitize, ANY, SORTED, shapes=((2, 3), ()), integers=False, order=0)
add("isin", np.isin, integers(0, 3), integers(0, 3), shapes=((2, 3), (2,)), order=0)
REPEATED = fixed([[2.0, -1.0, 2.0], [0.5, 0.5, -1.0]])
add("unique", np.unique, spaced)
add("unique", np.unique, spaced, params={"axis": 1}, label="slices")
add(
    "unique",
    lambda x: total(np.unique(x, True, True, True)),
    spaced,
    call=lambda x: total(tg.unique(x, True, True, True)),
    label="all",
)
add(
    "places_of_unique",
    lambda a, part: np.unique(a, return_counts=True)[1],
    REPEATED,
    call=OPS["places_of_unique"].call,
    params={"part": 3},
    order=0,
)
POINTS = fixed([-1.1, -0.2, 0.35, 1.05])
for params in ({}, {"left": -7.0, "right": 9.0}, {"period": 1.3}):
    add(
        "interp",
        np.interp,
        real(ANY),
        real(fixed([0.9, 0.2, -0.3, 2.0]) if "period" in params else POINTS),
        ANY,
        shapes=((2, 3), (), (4,)),
        params=params,
        integers=False,
    )
add("interp", np.interp, real(ANY), fixed([0]), ANY, shapes=((3,), (), (1,)), label="one point")
