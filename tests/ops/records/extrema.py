"""The records of maxima, minima and their positions."""

import itertools

import numpy as np

import tinygrad_np as tg
from ops.in_torch import InTorch, last, over_axes, selected, starting, torch
from ops.opinfo import ANY, MASK, NONZERO, add, spaced

START = 0.02  # between two numbers of `spaced`

for name in ("max", "min"):
    reference, combine = getattr(np, name), f"{name}imum"
    in_torch = InTorch(last(f"a{name}"), complex=False)
    axes = (None, 0, -2, (0, 2), (-1, 0, 1), ())
    for axis, keepdims in itertools.product(axes, (False, True)):
        params = {"axis": axis, "keepdims": keepdims}
        add(name, reference, spaced, shapes=((2, 3, 2),), params=params, torch=in_torch)
    params = {"axis": None, "keepdims": False}
    add(name, reference, NONZERO, shapes=((),), params=params, label="0-d", torch=in_torch)
    params = {"axis": 0, "keepdims": False}
    add(name, reference, ANY, shapes=((3, 0),), params=params, label="empty", torch=in_torch)
    for axis, keepdims in ((None, False), (1, True)):
        add(
            name,
            reference,
            spaced,
            params={"axis": axis, "keepdims": keepdims, "initial": START},
            label="initial",
            integers=False,
            torch=InTorch(starting(last(f"a{name}"), combine), complex=False),
            reaches=combine,
        )
    add(
        name,
        lambda x, where, name=name, **rest: getattr(np, name)(x, where=where, **rest),
        spaced,
        MASK,
        call=lambda x, where, name=name, **rest: getattr(tg, name)(x, where=where, **rest),
        params={"axis": 1, "initial": START},
        label="initial, where",
        integers=False,
        torch=InTorch(starting(selected(f"masked.a{name}"), combine), complex=False),
        reaches=combine,
    )
for axis, keepdims in itertools.product((None, 0, (0, -1)), (False, True)):
    add("ptp", np.ptp, spaced, params={"axis": axis, "keepdims": keepdims},
        torch=InTorch(over_axes(lambda x: torch.amax(x, -1) - torch.amin(x, -1)),
                      complex=False))  # fmt: skip
for name, axis, keepdims in itertools.product(("argmax", "argmin"), (None, -1), (False, True)):
    params = {"axis": axis, "keepdims": keepdims}
    add(name, getattr(np, name), spaced, params=params, order=0, torch=last(name))
