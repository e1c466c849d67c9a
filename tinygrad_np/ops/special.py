"""The error function and its complement."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..engine.declarations import either, elementwise
from ..engine.protocols import Unary
from ..engine.tensor import Array
from .operands import as_float

_TWO_OVER_SQRT_PI = 2.0 / math.sqrt(math.pi)
_erf_of_number: Any = np.frompyfunc(math.erf, 1, 1)
_erfc_of_number: Any = np.frompyfunc(math.erfc, 1, 1)


def _erf_array(x: Array) -> Array:
    """Return the error function of an array.

    SciPy computes it if installed; otherwise one Python call per element, a hundred times slower.
    """
    array = as_float(x)
    try:
        from scipy.special import erf as erf_of_array
    except ModuleNotFoundError:
        return np.asarray(_erf_of_number(array)).astype(array.dtype)
    return erf_of_array(array)  # type: ignore[no-any-return]


erf: Unary = elementwise(
    _erf_array,
    name="erf",
    x=lambda g, x: g * (_TWO_OVER_SQRT_PI * np.exp(-x * x)),
    doc="The error function: 2 / sqrt(pi) times the integral of exp(-t * t) from 0 to x.",
)
_erf_op = either(erf)


def _erfc_array(x: Array) -> Array:
    """Return 1 - erf of an array, with all its digits: by SciPy, or one Python call per element."""
    try:
        from scipy.special import erfc as erfc_of_array
    except ModuleNotFoundError:
        array = as_float(x)
        return np.asarray(_erfc_of_number(array)).astype(array.dtype)
    return erfc_of_array(x)  # type: ignore[no-any-return]


erfc: Unary = elementwise(
    _erfc_array,
    name="special.erfc",
    x=lambda g, x: g * (np.exp(-x * x) * -_TWO_OVER_SQRT_PI),
    doc="1 - erf(x), exact where it is tiny.",
)
_erfc_op = either(erfc)
