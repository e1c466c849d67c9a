"""The records of functions that ignore NaN."""

import itertools
import math

import numpy as np

import tinygrad_np as tg
from ops.in_torch import (
    InTorch,
    NotInTorch,
    filled,
    last,
    over_all,
    population,
    starting,
    torch,
)
from ops.opinfo import MASK, add, holes, some_missing, spaced

START = 0.02  # between two numbers of `spaced`


def of_present(f):
    """Turn a masked reduction into one that ignores NaN."""

    def reduced(x, **params):
        missing = torch.isnan(x)
        return f(torch.where(missing, 0.0, x), ~missing, **params)  # NaN would spoil the gradients

    return reduced


IN_TORCH = {
    "nansum": InTorch(last("nansum"), complex=False),
    "nanprod": filled(last("prod"), 1.0),
    "nanmean": InTorch(last("nanmean"), complex=False),
    "nanvar": of_present(population("masked.var")),
    "nanstd": of_present(population("masked.std")),
    "nanmax": InTorch(filled(last("amax"), -math.inf), complex=False),
    "nanmin": InTorch(filled(last("amin"), math.inf), complex=False),
    "nancumsum": filled(over_all("cumsum"), 0.0),
    "nancumprod": filled(over_all("cumprod"), 1.0),
    "nanargmax": filled(last("argmax"), -math.inf),
    "nanargmin": filled(last("argmin"), math.inf),
}
REDUCTIONS = ("nansum", "nanprod", "nanmean", "nanvar", "nanstd", "nanmax", "nanmin")

for axis, keepdims in ((None, False), (1, True), (0, False), ((0, 1), True)):
    domain, rows = (some_missing, 3) if axis == 0 else (holes, 2)
    for name in REDUCTIONS:
        add(
            name,
            getattr(np, name),
            domain,
            shapes=((rows, 3),),
            params={"axis": axis, "keepdims": keepdims},
            integers=False,
            torch=IN_TORCH[name],
        )
for name, fill in (("nanmax", -math.inf), ("nanmin", math.inf)):
    extremum = name.removeprefix("nan")
    combine = f"{extremum}imum"
    for axis, keepdims in ((None, False), (1, True)):
        add(
            name,
            getattr(np, name),
            holes,
            params={"axis": axis, "keepdims": keepdims, "initial": START},
            label="initial",
            integers=False,
            torch=InTorch(starting(filled(last(f"a{extremum}"), fill), combine), complex=False),
            reaches=combine,
        )
    add(
        name,
        lambda x, where, name=name, **rest: getattr(np, name)(x, where=where, **rest),
        holes,
        MASK,
        call=lambda x, where, name=name, **rest: getattr(tg, name)(x, where=where, **rest),
        params={"axis": 1, "initial": START},
        label="initial, where",
        integers=False,
        torch=NotInTorch(f"torch.masked.a{extremum} ignores either NaN or a mask"),
        reaches=combine,
    )
for name, axis in itertools.product(("nancumsum", "nancumprod"), (None, 1)):
    add(name, getattr(np, name), holes, params={"axis": axis}, integers=False,
        torch=IN_TORCH[name])  # fmt: skip
for name, axis in itertools.product(("nanargmax", "nanargmin"), (None, 1)):
    add(name, getattr(np, name), holes, params={"axis": axis}, integers=False, order=0,
        torch=IN_TORCH[name])  # fmt: skip
for name in ("nansum", "nanmean", "nanvar", "nanmax", "nancumsum", "nanargmax"):
    order = 0 if name == "nanargmax" else 2
    add(name, getattr(np, name), spaced, label="nothing missing", order=order,
        torch=IN_TORCH[name])  # fmt: skip
