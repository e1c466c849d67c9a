"""The records of sums, means, products, truths and counts."""

import itertools

import numpy as np

import tinygrad_np as tg
from ops.in_torch import last, over_axes, selected, starting, torch
from ops.opinfo import ANY, MASK, NONZERO, ZEROS, add, booleans, integers


def logsumexp(x, axis, keepdims):
    return np.log(np.sum(np.exp(x * 1.0), axis=axis, keepdims=keepdims))


REFERENCES = {"sum": np.sum, "mean": np.mean, "prod": np.prod, "logsumexp": logsumexp}

for name, reference in REFERENCES.items():
    axes = (None, 0, -2, (0, 2), (-1, 0, 1), ())
    for axis, keepdims in itertools.product(axes, (False, True)):
        params = {"axis": axis, "keepdims": keepdims}
        add(name, reference, NONZERO, shapes=((2, 3, 2),), params=params, torch=last(name))
    params = {"axis": None, "keepdims": False}
    add(name, reference, NONZERO, shapes=((),), params=params, label="0-d", torch=last(name))
    for shape in ((0, 3), (3, 0)):
        params = {"axis": 0 if shape[1] == 0 or name in ("sum", "prod") else 1, "keepdims": False}
        add(name, reference, ANY, shapes=(shape,), params=params, label=f"empty {shape}",
            torch=last(name))  # fmt: skip
for params in ({}, {"axis": 1}):
    add("prod", np.prod, ZEROS, params=params, label="zeros", torch=last("prod"))

# ------------------------------------------------------------------- initial and where

for name, combine in (("sum", "add"), ("prod", "multiply")):
    for axis, keepdims in ((None, False), (1, True)):
        add(
            name,
            getattr(np, name),
            NONZERO,
            call=getattr(tg, name),
            params={"axis": axis, "keepdims": keepdims, "initial": 2.5},
            label="initial",
            integers=False,
            torch=starting(last(name), combine),
            reaches=combine,
        )
    for label, extra in (("where", {}), ("initial, where", {"initial": 2.5})):
        in_torch = selected(f"masked.{name}")
        add(
            name,
            lambda x, where, name=name, **rest: getattr(np, name)(x, where=where, **rest),
            NONZERO,
            MASK,
            call=lambda x, where, name=name, **rest: getattr(tg, name)(x, where=where, **rest),
            params={"axis": 1, **extra},
            label=label,
            integers=False,
            torch=starting(in_torch, combine) if extra else in_torch,
            reaches=combine if extra else "",
        )
for axis, keepdims in itertools.product((None, 1), (False, True)):
    add(
        "mean",
        lambda x, where, **rest: np.mean(x, where=where, **rest),
        ANY,
        MASK,
        call=lambda x, where, **rest: tg.mean(x, where=where, **rest),
        params={"axis": axis, "keepdims": keepdims},
        label="where",
        torch=selected("masked.mean"),
        reaches="divide",
    )

# ------------------------------------------------------------------- truths and counts

for name, axis, keepdims in itertools.product(
    ("all", "any"), (None, 0, -1, (0, -1), ()), (False, True)
):
    params = {"axis": axis, "keepdims": keepdims}
    add(name, getattr(np, name), booleans, params=params, order=0, torch=last(name))
add(
    "all",
    lambda x, where, **rest: np.all(x, where=where, **rest),
    booleans,
    MASK,
    call=lambda x, where, **rest: tg.all(x, where=where, **rest),
    params={"axis": -1},
    order=0,
    label="where",
    torch=over_axes(lambda x, mask: torch.all(x | ~mask, -1)),
)
add(
    "any",
    lambda x, where, **rest: np.any(x, where=where, **rest),
    booleans,
    MASK,
    call=lambda x, where, **rest: tg.any(x, where=where, **rest),
    params={"axis": -1},
    order=0,
    label="where",
    torch=over_axes(lambda x, mask: torch.any(x & mask, -1)),
)
for axis, keepdims in ((None, False), (0, True)):
    params = {"axis": axis, "keepdims": keepdims}
    add("count_nonzero", np.count_nonzero, integers(0, 2), params=params, order=0,
        torch=last("count_nonzero"))  # fmt: skip
