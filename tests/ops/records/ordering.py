"""The records of sorting, searching and interpolation."""

import numpy as np

import tinygrad_np as tg
from ops.forms import total
from ops.in_torch import InTorch, NotInTorch, named, torch
from ops.opinfo import ANY, add, fixed, integers, real, spaced
from tinygrad_np.engine.op import OPS

NO_SUCH = NotInTorch("no such function")


def in_order(name):
    """Return PyTorch's function with NumPy's `axis`, stable for equal elements."""

    def function(x, axis=-1, kind=None):
        out = named(name)(x.flatten() if axis is None else x, dim=axis or 0, stable=True)
        return out if isinstance(out, torch.Tensor) else out.values

    return function


SORT = InTorch(in_order("sort"), complex=False)

for axis in (-1, 0, None):
    add("sort", np.sort, spaced, params={"axis": axis}, torch=SORT)
    add("argsort", np.argsort, spaced, params={"axis": axis, "kind": "stable"}, order=0,
        torch=in_order("argsort"))  # fmt: skip
    add("argpartition", np.argpartition, spaced, params={"kth": 1, "axis": axis}, order=0,
        torch=NO_SUCH)  # fmt: skip
    add("partition", np.partition, spaced, params={"kth": (0, 1), "axis": axis}, label="0, 1",
        torch=NO_SUCH)  # fmt: skip
add("sort", np.sort, ANY, shapes=((0, 3),), params={"axis": 0, "kind": "quicksort"}, label="empty",
    torch=SORT)  # fmt: skip
add("lexsort", lambda *k: np.lexsort(k), integers(0, 1), ANY, call=lambda *k: tg.lexsort(k),
    order=0, torch=NO_SUCH)  # fmt: skip


def torch_searchsorted(a, v, side="left", sorter=None):
    sorter = None if sorter is None else torch.tensor(sorter)
    return torch.searchsorted(a, v, side=side, sorter=sorter)


SORTED = fixed([-1.5, -0.2, 0.3, 1.0])
for side in ("left", "right"):
    params = {"side": side}
    add("searchsorted", np.searchsorted, SORTED, ANY, shapes=((), (2, 3)), params=params, order=0,
        torch=torch_searchsorted)  # fmt: skip
add(
    "searchsorted",
    np.searchsorted,
    fixed([1.0, -1.5, 0.3]),
    ANY,
    shapes=((), (2, 3)),
    params={"sorter": [1, 2, 0]},
    integers=False,
    order=0,
    torch=torch_searchsorted,
)
add("digitize", np.digitize, ANY, SORTED, shapes=((2, 3), ()), integers=False, order=0,
    torch=lambda x, bins: torch.bucketize(x, bins, right=True))  # fmt: skip
add("isin", np.isin, integers(0, 3), integers(0, 3), shapes=((2, 3), (2,)), order=0)

# --------------------------------------------------------------------------- unique

UNIQUE = InTorch(lambda x, axis=None: torch.unique(x, dim=axis), derivative=False, complex=False)
add("unique", np.unique, spaced, torch=UNIQUE)
add("unique", np.unique, spaced, params={"axis": 1}, label="slices", torch=UNIQUE)
add(
    "unique",
    lambda x: total(np.unique(x, True, True, True)),
    spaced,
    call=lambda x: total(tg.unique(x, True, True, True)),
    label="all",
    torch=NotInTorch("torch.unique gives no positions"),
)
add(
    "places_of_unique",
    lambda a, part: np.unique(a, return_counts=True)[1],
    fixed([[2.0, -1.0, 2.0], [0.5, 0.5, -1.0]]),
    call=OPS["places_of_unique"].call,
    params={"part": 3},
    order=0,
    torch=NO_SUCH,
)

# --------------------------------------------------------------------- interpolation

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
        torch=NO_SUCH,
    )
add("interp", np.interp, real(ANY), fixed([0]), ANY, shapes=((3,), (), (1,)), label="one point",
    torch=NO_SUCH)  # fmt: skip
