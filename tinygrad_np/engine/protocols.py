"""Protocols: what the public functions of ops look like to type checkers."""

from __future__ import annotations

from typing import Protocol

import numpy.typing as npt

from .tensor import Tensor


class Unary(Protocol):
    """An elementwise function of one array."""

    def __call__(self, x: npt.ArrayLike, /) -> Tensor:
        """Return the function of `x`."""
        ...


class Binary(Protocol):
    """An elementwise function of two arrays, which broadcast."""

    def __call__(self, x: npt.ArrayLike, y: npt.ArrayLike, /) -> Tensor:
        """Return the function of `x` and `y`."""
        ...
