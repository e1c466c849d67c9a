"""The records of padding."""

import numpy as np

import tinygrad_np as tg
from ops.forms import as_tuple
from ops.in_torch import NotInTorchError, torch
from ops.late_numpy import pad
from ops.opinfo import ANY, add, spaced

WIDTHS = ((1, 2), (3, 0))
MODES = {"constant": "constant", "edge": "replicate", "reflect": "reflect", "wrap": "circular"}


def torch_pad(x, *values, pad_width=1, mode="constant", constant_values=0, **others):
    if values or others or mode not in MODES or not isinstance(constant_values, int | float):
        raise NotInTorchError("torch.nn.functional.pad has no such mode, or takes one number")
    if isinstance(pad_width, dict):
        pad_width = [pad_width.get(a, pad_width.get(a - x.ndim, 0)) for a in range(x.ndim)]
        pad_width = [as_tuple(w) * (1 if isinstance(w, tuple) else 2) for w in pad_width]
    widths = np.broadcast_to(pad_width, (x.ndim, 2))
    if mode == "reflect" and any(max(w) >= n for w, n in zip(widths, x.shape, strict=True)):
        raise NotInTorchError("torch.nn.functional.pad reflects only once")
    value = {"value": constant_values} if mode == "constant" else {}
    # Its modes require two more axes than they pad, and the last axis first.
    padded = torch.nn.functional.pad
    return padded(x[None, None], widths[::-1].flatten().tolist(), MODES[mode], **value)[0, 0]


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
    add("pad", np.pad, spaced, params=params, torch=torch_pad)
for mode in ("reflect", "symmetric"):
    for n in (1, 2, 3):  # wider than the array: reflected repeatedly
        params = {"pad_width": (7, 5), "mode": mode, "reflect_type": "odd"}
        add("pad", np.pad, ANY, shapes=((n,),), params=params, label=f"wide {n}",
            torch=torch_pad)  # fmt: skip
add("pad", np.pad, ANY, shapes=((3, 4),), params={"pad_width": WIDTHS, "mode": "reflect"},
    torch=torch_pad)  # fmt: skip
for width in (1, (2, 0), {0: 1, -1: (0, 2)}, 0):
    add("pad", pad, ANY, params={"pad_width": width}, torch=torch_pad)
add("pad", np.pad, ANY, shapes=((0, 2),), params={"pad_width": 1}, label="empty", torch=torch_pad)
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
        torch=torch_pad,
    )
