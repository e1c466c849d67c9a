"""The records of convolution and correlation of sequences."""

import numpy as np

from ops.in_torch import torch
from ops.opinfo import ANY, add
from tinygrad_np.engine.op import OPS


def sequence(x, y, mode, reach):
    """Return the part of a full convolution for a `mode`; "same" starts at `reach`."""
    x, y = torch.atleast_1d(x), torch.atleast_1d(y)
    n, m = max(len(x), len(y)), min(len(x), len(y))
    padding = len(y) - 1
    full = torch.nn.functional.conv1d(x[None, None], y.flip(0)[None, None], padding=padding)[0, 0]
    return {"full": full, "same": full[reach(m) :][:n], "valid": full[m - 1 : n]}[mode]


def torch_convolve(x, y, mode="full"):
    return sequence(x, y, mode, lambda m: m - 1 - m // 2)


def torch_correlate(x, y, mode):
    # NumPy slides the shorter array, from the other end if that is the first.
    swapped = len(y) > len(x)
    return sequence(x, y.conj().flip(0), mode, lambda m: m // 2 if swapped else m - 1 - m // 2)


for name, in_torch in (("convolve", torch_convolve), ("correlate", torch_correlate)):
    for n, m in ((5, 3), (3, 5), (4, 2), (2, 5), (3, 3)):
        for mode in ("full", "same", "valid"):
            add(
                name,
                getattr(np, name),
                ANY,
                ANY,
                shapes=((n,), (m,)),
                params={"mode": mode},
                label=f"{(n,)}, {(m,)}",
                torch=in_torch,
            )
add("convolve", np.convolve, ANY, ANY, shapes=((), (2,)), label="(), (2,)", torch=torch_convolve)
add(
    "convolve_full",
    np.convolve,
    ANY,
    ANY,
    call=OPS["convolve_full"].call,
    shapes=((4,), (2,)),
    torch=torch_convolve,
)
