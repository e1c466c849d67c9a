"""The functions of `numpy.fft`, under its names.

>>> import tinygrad_np as tg
>>> signal = tg.tensor([1.0, 2.0, 3.0, 4.0], requires_grad=True)
>>> power = tg.absolute(tg.fft.rfft(signal)) ** 2
>>> power[0].backward()
>>> signal.grad
Tensor([20., 20., 20., 20.], dtype=float64)
"""

from typing import TYPE_CHECKING as _TYPE_CHECKING

from .engine.public import expose as _expose
from .ops import fft as _fft

if _TYPE_CHECKING:
    from .ops.fft import *
else:
    __all__ = _expose(globals(), _fft)
