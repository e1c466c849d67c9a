"""The records of functions that move, rotate, repeat and trim."""

import numpy as np

import tinygrad_np as tg
from ops.forms import as_tuple
from ops.in_torch import NotInTorch, torch
from ops.late_numpy import trim_zeros
from ops.opinfo import ANY, NONZERO, add

CUBE = (2, 3, 2)
NO_SUCH = NotInTorch("no such function")

# ------------------------------------------------------------------------ moving axes

for source, destination in ((0, -1), ((0, 1), (-1, 0)), (-1, 0)):
    params = {"source": source, "destination": destination}
    add("moveaxis", np.moveaxis, ANY, shapes=(CUBE,), params=params)
for axis, start in ((2, 0), (0, 3), (-1, -2)):
    add("rollaxis", np.rollaxis, ANY, shapes=(CUBE,), params={"axis": axis, "start": start},
        torch=NO_SUCH)  # fmt: skip
add("matrix_transpose", np.matrix_transpose, ANY, shapes=(CUBE,), torch=lambda x: x.mT)

# ------------------------------------------------------------------- moving elements


def torch_flip(x, axis=None):
    return torch.flip(x, tuple(range(x.ndim)) if axis is None else as_tuple(axis))


for axis in (None, 0, -1, (0, 2)):
    add("flip", np.flip, ANY, shapes=(CUBE,), params={"axis": axis}, torch=torch_flip)
add("flip", np.flip, ANY, shapes=((),), label="0-d", torch=torch_flip)
add("fliplr", np.fliplr, ANY)
add("flipud", np.flipud, ANY)


def torch_rot90(x, k, axes=(0, 1)):
    return torch.rot90(x, k, axes)


for k in (0, 1, 2, 3, -1):
    add("rot90", np.rot90, ANY, params={"k": k}, torch=torch_rot90)
add("rot90", np.rot90, ANY, shapes=(CUBE,), params={"k": 1, "axes": (2, 0)}, torch=torch_rot90)


def torch_roll(x, shift, axis):
    if axis is None:
        return torch.roll(x, shift)
    shifts, axes = np.broadcast_arrays(shift, axis)
    return torch.roll(x, tuple(shifts.flat), tuple(axes.flat))


for shift, axis in (
    (2, None),
    (-1, 1),
    (4, 0),
    ((1, 2), (0, -1)),
    (1, (0, 1)),
    ((1, 1), 1),
    (0, 0),
):
    add("roll", np.roll, ANY, params={"shift": shift, "axis": axis}, torch=torch_roll)
add("roll", np.roll, ANY, shapes=((0, 3),), params={"shift": 1, "axis": 0}, label="empty",
    torch=torch_roll)  # fmt: skip

# ------------------------------------------------------------------ repeating, cutting


def torch_tile(x, reps):
    return torch.tile(x, as_tuple(reps))


for reps in (2, (2, 1), (2, 1, 3), (0, 1), ()):
    add("tile", np.tile, ANY, params={"reps": reps}, torch=torch_tile)
add("tile", np.tile, ANY, shapes=((),), params={"reps": (2, 2)}, label="0-d", torch=torch_tile)


def torch_repeat(x, repeats, axis):
    if isinstance(repeats, list):
        repeats = torch.tensor(repeats)
    return torch.repeat_interleave(x, repeats, axis)


for repeats, axis in ((2, None), (3, 1), ([1, 2], 0), ([0, 2, 1], -1), ([2], 0), (0, 1)):
    add("repeat", np.repeat, ANY, params={"repeats": repeats, "axis": axis}, torch=torch_repeat)
for new_shape in ((2, 2), (3, 5), 4, (0, 2)):
    add("resize", np.resize, ANY, params={"new_shape": new_shape}, torch=NO_SUCH)
for trim in ("fb", "f", "b"):
    add(
        "trim_zeros",
        lambda x, trim: np.trim_zeros(np.pad(x, (1, 2)), trim),
        NONZERO,
        call=lambda x, trim: tg.trim_zeros(tg.pad(x, (1, 2)), trim),
        shapes=((3,),),
        params={"trim": trim},
        batchable=False,
        torch=NO_SUCH,
    )
add(
    "trim_zeros",
    lambda x: trim_zeros(np.pad(x, 1)),
    NONZERO,
    call=lambda x: tg.trim_zeros(tg.pad(x, 1)),
    label="box",
    batchable=False,
    torch=NO_SUCH,
)
