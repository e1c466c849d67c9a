"""NumPy, differentiable: ``import tinygrad_np.numpy as np`` instead of ``import numpy as np``.

Everything that NumPy has. Functions of Tensors are this package's. Of anything else they are
NumPy's, but new arrays of floating-point or complex numbers come as Tensors, to which Tensors may
be written; integers and booleans stay NumPy's arrays, with which programs count and index.
``random`` has NumPy's own numbers. ``isinstance(x, np.ndarray)`` is true of Tensors too.

>>> import tinygrad_np as tg, tinygrad_np.numpy as np
>>> def f(x):
...     u = np.empty(3)
...     u[0] = x
...     for i in range(1, 3):
...         u[i] = np.sin(u[i - 1])
...     return np.sum(u)
>>> tg.grad(f)(0.5)
Tensor(2.65622651, dtype=float64)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any as _Any

import numpy as _numpy

if TYPE_CHECKING:
    from numpy import *
else:
    from ..engine.public import claim as _claim
    from . import fft, linalg, random  # noqa: F401
    from .classes import *
    from .functions import in_namespace as _in_namespace
    from .loops import *

    _claim(globals(), [name for name in globals() if not name.startswith("_")])

    def __getattr__(name: str) -> _Any:
        value = _in_namespace(getattr(_numpy, name))
        globals()[name] = value
        return value


__all__ = [name for name in dir(_numpy) if not name.startswith("_")]


def __dir__() -> list[str]:
    return __all__
