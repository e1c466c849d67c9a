"""The classes by which programs ask what something is: true of Tensors as of arrays and numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..engine.tensor import SCALAR, Tensor

__all__ = [
    *("complexfloating", "floating", "generic", "inexact", "integer", "isscalar", "ndarray"),
    "number",
]


def _is_number(x: Any, kinds: str) -> bool:
    """Return whether `x` is a Tensor that NumPy would have as a number of such a dtype."""
    return isinstance(x, Tensor) and x._share == SCALAR and x.dtype.kind in kinds


class _Abstract(type):
    """A class whose instances are those of a class of NumPy, and Tensors."""

    stands_for: type
    kinds: str

    def __instancecheck__(cls, x: Any) -> bool:
        return isinstance(x, cls.stands_for) or _is_number(x, cls.kinds)

    def __subclasscheck__(cls, other: type) -> bool:
        return issubclass(other, cls.stands_for)


class _Arrays(type):
    """The class of arrays, also those that are Tensors."""

    def __instancecheck__(cls, x: Any) -> bool:
        return isinstance(x, np.ndarray) or (isinstance(x, Tensor) and x._share != SCALAR)

    def __subclasscheck__(cls, other: type) -> bool:
        return issubclass(other, (np.ndarray, Tensor))


class ndarray(np.ndarray, metaclass=_Arrays):
    """NumPy's arrays, and Tensors that NumPy would have as arrays."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """Return an array of NumPy."""
        return np.ndarray(*args, **kwargs)


class generic(np.generic, metaclass=_Abstract):
    """NumPy's numbers, and Tensors that NumPy would have as numbers."""

    stands_for, kinds = np.generic, "fciub"


class number(np.number, metaclass=_Abstract):
    """The same, but booleans."""

    stands_for, kinds = np.number, "fciu"


class integer(np.integer, metaclass=_Abstract):
    """Integers."""

    stands_for, kinds = np.integer, "iu"


class inexact(np.inexact, metaclass=_Abstract):
    """Floating-point and complex numbers."""

    stands_for, kinds = np.inexact, "fc"


class floating(np.floating, metaclass=_Abstract):
    """Floating-point numbers."""

    stands_for, kinds = np.floating, "f"


class complexfloating(np.complexfloating, metaclass=_Abstract):
    """Complex numbers."""

    stands_for, kinds = np.complexfloating, "c"


def isscalar(element: Any) -> bool:
    """Return whether something is a number: one of Python, of NumPy, or such a Tensor.

    >>> import tinygrad_np.numpy as np
    >>> x = np.zeros(3)
    >>> np.isscalar(x[0]), np.isscalar(x), isinstance(x, np.ndarray)
    (True, False, True)
    """
    return np.isscalar(element) or _is_number(element, "fciub")
