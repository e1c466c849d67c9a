"""The records of elliptic integrals and functions."""

import numpy as np

from ops.in_torch import NotInTorch, torch
from ops.of_scipy import ABOVE_1, BETWEEN, in_parts, of_arrays
from ops.opinfo import ANY, POSITIVE, SMALL, elementwise, floats
from tinygrad_np.engine.op import OPS

NONE = NotInTorch("no elliptic functions")
ANGLE, PARAMETER, LOWEST = floats(0.3, 5.0), floats(0.2, 0.8), floats(0.1, 0.4)

of_arrays("ellipk", floats(-2.0, 0.9), torch=NONE)
of_arrays("ellipe", floats(-2.0, 0.9), torch=NONE)
of_arrays("ellipkm1", floats(0.05, 0.95), torch=NONE)
of_arrays("ellipkinc", ANGLE, PARAMETER, torch=NONE)
of_arrays("ellipeinc", ANGLE, PARAMETER, torch=NONE)
of_arrays("agm", POSITIVE, POSITIVE, torch=NONE)
of_arrays("elliprc", BETWEEN, ABOVE_1,  # where x < y
          torch=lambda x, y: torch.arccos(torch.sqrt(x / y)) / torch.sqrt(y - x))  # fmt: skip
of_arrays("elliprf", LOWEST, BETWEEN, ABOVE_1, torch=NONE)
of_arrays("elliprd", LOWEST, BETWEEN, ABOVE_1, torch=NONE)
in_parts("ellipj", ANY, PARAMETER, torch=NONE)
elementwise("special.gap", np.subtract, ABOVE_1, SMALL, call=OPS["special.gap"].call,
            integers=False, torch="subtract")  # fmt: skip
