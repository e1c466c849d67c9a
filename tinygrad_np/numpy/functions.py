"""NumPy's functions as this namespace has them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import BuiltinFunctionType, FunctionType
from typing import Any

import numpy as np

from ..engine.batching import at_levels, levels
from ..engine.calls import contains_tensor
from ..engine.tensor import asarray, result
from ..ops.numpy_protocol import array_function
from ..ops.operands import as_tensor
from ..ops.shaping import _copy

DISPATCHER = type(np.sum)
"""The type of the functions of NumPy that ask their arguments for another implementation."""

SHARING = {np.asarray, np.asanyarray, np.ascontiguousarray, np.asfortranarray, np.require}
"""The functions that return an array as it is if it fits."""


def in_namespace(value: Any) -> Any:
    """Return a function, a class or a constant of NumPy as the namespace has it."""
    if isinstance(value, np.ufunc):
        return Ufunc(value)
    if isinstance(value, (DISPATCHER, FunctionType, BuiltinFunctionType)):
        return wrapped(value)
    return value


def wrapped(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that is ours for Tensors, also for those in lists, and NumPy's else."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if any(map(contains_tensor, args)) or any(map(contains_tensor, kwargs.values())):
            return array_function(None, function, (), args, kwargs)
        return fresh(function(*args, **kwargs), args, function in SHARING)

    return call


def fresh(value: Any, given: tuple[Any, ...] = (), shares: bool = False) -> Any:
    """Return a new array of floating-point or complex numbers as a Tensor.

    A view of an array that was given stays as it is, unless it `shares` by name.
    """
    if isinstance(value, (tuple, list)) and any(isinstance(x, np.ndarray) for x in value):
        parts = [fresh(x, given) for x in value]
        if type(value) in (tuple, list):
            return type(value)(parts)
        return type(value)(*parts)  # a named tuple
    if type(value) is not np.ndarray or value.dtype.kind not in "fc" or value.dtype.char == "g":
        return value
    if any(isinstance(x, np.ndarray) and np.may_share_memory(x, value) for x in given):
        return asarray(value) if shares else value
    tensor = result(value, None)
    if active := levels.get():
        return _copy(at_levels(tensor, active), order="C")
    return tensor


class Ufunc:
    """A universal function of NumPy, with its methods and attributes."""

    def __init__(self, ufunc: np.ufunc) -> None:
        self._ufunc = ufunc
        self.__name__ = self.__qualname__ = ufunc.__name__
        self.__doc__ = ufunc.__doc__

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Apply it to each element."""
        return self._apply(self._ufunc, args, kwargs)

    def _apply(self, function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        args = [
            as_tensor(x) if isinstance(x, (list, tuple)) and contains_tensor(x) else x for x in args
        ]
        return fresh(function(*args, **kwargs), tuple(args))

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._ufunc, name)
        if callable(value):
            return lambda *args, **kwargs: self._apply(value, args, kwargs)
        return value

    def __repr__(self) -> str:
        return repr(self._ufunc)

    def __reduce__(self) -> Any:
        return Ufunc, (self._ufunc,)
