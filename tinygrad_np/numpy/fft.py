"""The namespace `numpy.fft`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any as _Any

import numpy.fft as _fft

from .functions import in_namespace as _in_namespace

if TYPE_CHECKING:
    from numpy.fft import *
else:

    def __getattr__(name: str) -> _Any:
        value = _in_namespace(getattr(_fft, name))
        globals()[name] = value
        return value


__all__ = list(_fft.__all__)


def __dir__() -> list[str]:
    return __all__
