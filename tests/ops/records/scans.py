"""The records of cumulative sums and products, and of recurrences."""

import numpy as np

from ops.in_torch import NotInTorch, named, over_all, torch
from ops.late_numpy import numpy_or_formula
from ops.opinfo import ANY, NONZERO, ZEROS, add
from tinygrad_np.engine.op import OPS

for name in ("cumsum", "cumprod"):
    reference, in_torch = getattr(np, name), over_all(name)
    for axis in (None, 0, -1):
        add(name, reference, NONZERO, params={"axis": axis}, torch=in_torch)
    for shape in ((0, 3), (3, 0)):
        add(name, reference, ANY, shapes=(shape,), params={"axis": 0}, label="empty",
            torch=in_torch)  # fmt: skip
    add(name, reference, ANY, shapes=((),), label="0-d", torch=in_torch)
    add(name, reference, NONZERO, shapes=((2, 5, 2),), params={"axis": 1}, torch=in_torch)
for axis in (0, 1):
    add("cumprod", np.cumprod, ZEROS, params={"axis": axis}, label="zeros",
        torch=over_all("cumprod"))  # fmt: skip


def after(start, name):
    """Return PyTorch's scan with NumPy's `include_initial`."""

    def scanned(x, axis=0, include_initial=False):
        out = named(name)(x, dim=axis)
        if not include_initial:
            return out
        return torch.cat([torch.full_like(out.narrow(axis, 0, 1), start), out], dim=axis)

    return scanned


for name, in_torch in (
    ("cumulative_sum", after(0.0, "cumsum")),
    ("cumulative_prod", after(1.0, "cumprod")),
):
    for extra in ({}, {"include_initial": True}):
        add(name, numpy_or_formula(name), NONZERO, params={"axis": 1, **extra}, torch=in_torch)
        add(name, numpy_or_formula(name), NONZERO, shapes=((3,),), params=extra, torch=in_torch)


def recurrence(x, y):
    out = np.zeros_like(y)
    for i in range(y.shape[-1]):
        out[..., i] = y[..., i] + (x[..., i] * out[..., i - 1] if i else 0)
    return out


add("recur", recurrence, ANY, ANY, call=OPS["recur"].call, shapes=((2, 5),) * 2, integers=False,
    torch=NotInTorch("no such function"))  # fmt: skip
