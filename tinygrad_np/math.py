"""The names of `math`, for Tensors too: ``import tinygrad_np.math as math``.

Functions of a Tensor with one element are recorded, as those of NumPy are; anything else is left to
`math` itself. What gives whole numbers or answers, such as ``floor`` and ``isnan``, is constant.

>>> import tinygrad_np as tg, tinygrad_np.math as math
>>> tg.grad(lambda x: math.exp(-x) * math.sin(x) + math.pi)(0.0)
Tensor(1., dtype=float64)
"""

from __future__ import annotations

import functools as _functools
import math as _math
from importlib import import_module as _import_module
from typing import TYPE_CHECKING, Any as _Any

from .engine.calls import contains_tensor as _contains_tensor
from .engine.errors import ShapeError as _ShapeError, UnsupportedError as _UnsupportedError
from .engine.op import FUNCTIONS as _FUNCTIONS
from .ops.operands import as_tensor as _as_tensor

_OTHER_NAMES = {
    "acos": "arccos",
    "acosh": "arccosh",
    "asin": "arcsin",
    "asinh": "arcsinh",
    "atan": "arctan",
    "atan2": "arctan2",
    "atanh": "arctanh",
    "pow": "power",
    "fsum": "sum",
    "sumprod": "dot",
    "lgamma": "special.gammaln",
    "gamma": "special.gamma",
    "erfc": "special.erfc",
}
"""Functions that this package has under another name."""

_CONSTANT = {"ceil", "floor", "trunc", "isnan", "isinf", "isfinite", "isclose", "isqrt"}
_CONSTANT |= {"comb", "factorial", "gcd", "lcm", "perm", "frexp"}
"""Functions whose results are whole numbers or answers."""

_OF_LISTS = {"fsum", "prod", "sumprod", "dist"}


def _log(x: _Any, *base: _Any) -> _Any:
    log = _FUNCTIONS["log"]
    return log(x) / log(*base) if base else log(x)


def _dist(p: _Any, q: _Any) -> _Any:
    difference = _as_tensor(p) - _as_tensor(q)
    return _FUNCTIONS["sqrt"]((difference * difference).sum())


def _remainder(x: _Any, y: _Any) -> _Any:
    return x - y * _FUNCTIONS["rint"](x / y)


def _hypot(*coordinates: _Any) -> _Any:
    return _functools.reduce(_FUNCTIONS["hypot"], coordinates)


_COMPOSED = {"log": _log, "dist": _dist, "hypot": _hypot, "remainder": _remainder}


def _ours(name: str) -> _Any:
    """Return the function of Tensors for one of `math`."""
    other = _OTHER_NAMES.get(name, name)
    if other.startswith("special."):
        _import_module(f"{__package__}.special")
    function = _COMPOSED.get(name) or _FUNCTIONS.get(other)
    if function is None:
        raise _UnsupportedError(f"math.{name}: not supported on a Tensor")
    return function


def _number(name: str, x: _Any) -> _Any:
    """Return an argument as a number, which may be a Tensor."""
    if not _contains_tensor(x) or not x.shape:
        return x
    if x.size != 1:
        raise _ShapeError(
            f"math.{name}: a Tensor of shape {x.shape} is not a number; use the function of numpy"
        )
    return x.reshape(())


def _of_tensors(name: str, function: _Any) -> _Any:
    """Return a function of numbers that takes Tensors too."""

    @_functools.wraps(function)
    def call(*args: _Any, **kwargs: _Any) -> _Any:
        if not any(map(_contains_tensor, args)):
            return function(*args, **kwargs)
        if name in _OF_LISTS:
            return _ours(name)(*args, **kwargs)
        numbers = [_number(name, x) for x in args]
        if name in _CONSTANT:
            plain = [x.detach().item() if _contains_tensor(x) else x for x in numbers]
            return function(*plain, **kwargs)
        return _ours(name)(*numbers, **kwargs)

    return call


__all__ = [name for name in dir(_math) if not name.startswith("_")]

if TYPE_CHECKING:
    from math import *
else:
    for _name in __all__:
        _value = getattr(_math, _name)
        globals()[_name] = _of_tensors(_name, _value) if callable(_value) else _value
