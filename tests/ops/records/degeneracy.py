"""The records of the ops that guard rules against equal values."""

import numpy as np

from ops.matrices import linalg
from ops.opinfo import ANY, add
from tinygrad_np.engine.op import OPS


def above(rng, shape):
    """Draw nonzero differences."""
    return rng.uniform(0.5, 1.5, shape)


add(
    "linalg.quotient",
    np.divide,
    ANY,
    above,
    call=lambda x, y: OPS["linalg.quotient"].call(x, y, x),
    integers=False,
    torch="divide",
)
linalg("tied", lambda x: x, ANY, shapes=((2, 3), (3,)),
       call=lambda x: OPS["linalg.tied"].call(x, [1, 2, 3]), torch="clone")  # fmt: skip
linalg("unless", lambda x: x, ANY, call=lambda x: OPS["linalg.unless"].call(x, False),
       torch="clone")  # fmt: skip
