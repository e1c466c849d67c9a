"""Protocols: what the public functions of ops look like to type checkers."""

from __future__ import annotations

from typing import Protocol

import numpy.typing as npt

from .tensor import Tensor


class Unary(Protocol):
    """A function of one array, element by element."""

    def __call__(self, x: npt.ArrayLike, /) -> Tensor:
        """Return the function of `x`."""
        ...


class Binary(Protocol):
    """A function of two arrays that broadcast against each other."""

    def __call__(self, x: npt.ArrayLike, y: npt.ArrayLike, /) -> Tensor:
        """Return the function of `x` and `y`."""
        ...
