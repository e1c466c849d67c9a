"""The namespace `numpy.linalg`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any as _Any

import numpy.linalg as _linalg

from .functions import in_namespace as _in_namespace

if TYPE_CHECKING:
    from numpy.linalg import *
else:

    def __getattr__(name: str) -> _Any:
        value = _in_namespace(getattr(_linalg, name))
        globals()[name] = value
        return value


__all__ = list(_linalg.__all__)


def __dir__() -> list[str]:
    return __all__
