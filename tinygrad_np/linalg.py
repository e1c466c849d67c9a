"""The functions of `numpy.linalg`, under its names.

>>> import tinygrad_np as tg
>>> a = tg.tensor([[2.0, 1.0], [1.0, 2.0]], requires_grad=True)
>>> tg.linalg.slogdet(a).logabsdet.backward()
>>> a.grad
Tensor([[ 0.66666667, -0.33333333],
        [-0.33333333,  0.66666667]], dtype=float64)
"""

from typing import TYPE_CHECKING as _TYPE_CHECKING

from numpy.linalg import LinAlgError as LinAlgError

from .engine.public import expose as _expose
from .ops import (
    decompositions as _decompositions,
    linalg as _linalg,
    norms as _norms,
    solving as _solving,
)
from .ops.linalg import (
    EighResult as EighResult,
    EigResult as EigResult,
    QRResult as QRResult,
    SVDResult as SVDResult,
)
from .ops.products import matmul as matmul, tensordot as tensordot, vecdot as vecdot
from .ops.solving import SlogdetResult as SlogdetResult

if _TYPE_CHECKING:
    from .ops.decompositions import *
    from .ops.linalg import *
    from .ops.norms import *
    from .ops.solving import *
else:
    __all__ = _expose(globals(), _decompositions, _linalg, _norms, _solving)
