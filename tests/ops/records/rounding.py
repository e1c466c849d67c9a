"""The records of rounding, tests of numbers and bits: results without gradient."""

import numpy as np

import tinygrad_np as tg
from ops.in_torch import NotInTorch, torch
from ops.opinfo import ANY, add, elementwise, integers, spaced

elementwise("trunc", np.trunc, ANY, order=0)
elementwise("rint", np.rint, ANY, order=0, torch="round")
elementwise("fix", np.trunc, ANY, order=0)  # np.fix warns since NumPy 2.5
elementwise("spacing", np.spacing, ANY, order=0, torch=NotInTorch("no such function"))
elementwise("signbit", np.signbit, ANY, order=0)
elementwise("isposinf", np.isposinf, ANY, order=0)
elementwise("isneginf", np.isneginf, ANY, order=0)
elementwise("isreal", np.isreal, ANY, order=0)
elementwise("iscomplex", np.iscomplex, ANY, order=0, torch=lambda x: ~torch.isreal(x))
elementwise("round", np.round, ANY, order=0)
elementwise("round", np.round, ANY, params={"decimals": 1}, order=0)
elementwise("isclose", np.isclose, ANY, ANY, order=0)
elementwise("isclose", np.isclose, spaced, spaced, order=0, params={"atol": 0.3, "rtol": 0.1})
ONES = np.ones((2, 3))
for name in ("allclose", "array_equal", "array_equiv"):  # Python booleans, of given arrays
    for other in (ONES, ONES + 1e-9, ONES[:1]):
        add(
            name,
            lambda name=name, other=other: getattr(np, name)(ONES, other),
            call=lambda name=name, other=other: tg.asarray(
                getattr(tg, name)(tg.asarray(ONES), other)
            ),
            order=0,
            torch=NotInTorch("a Python result, of arrays that the record itself contains"),
        )
for name in ("gcd", "lcm"):
    elementwise(name, getattr(np, name), integers(0, 7), integers(0, 7), order=0)
for name in ("left_shift", "right_shift"):
    elementwise(name, getattr(np, name), integers(0, 7), integers(0, 7), order=0,
                torch=f"bitwise_{name}")  # fmt: skip
elementwise("bitwise_count", np.bitwise_count, integers(0, 7), order=0,
            torch=NotInTorch("no such function"))  # fmt: skip
