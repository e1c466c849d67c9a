"""The namespace `numpy.random`: NumPy's own numbers, those with a fraction as Tensors.

>>> import numpy, tinygrad_np.numpy as np
>>> v = np.random.default_rng(0).normal(size=2)
>>> v[0] = v[1] * 2.0
>>> (v.data[1] == numpy.random.default_rng(0).normal(size=2)[1]).item()
True
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any as _Any

import numpy.random as _random

if TYPE_CHECKING:
    from numpy.random import *
else:
    from .generators import *
    from .generators import drawing as _drawing

    def __getattr__(name: str) -> _Any:
        value = getattr(_random, name)
        if callable(value) and not isinstance(value, type):
            value = _drawing(value)
        globals()[name] = value
        return value


__all__ = [name for name in dir(_random) if not name.startswith("_")]


def __dir__() -> list[str]:
    return __all__
