"""Functions NumPy does not have."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..engine.makers import Unary, either, elementwise
from ..engine.tensor import Array
from .reductions import as_float

TWO_OVER_SQRT_PI = 2.0 / math.sqrt(math.pi)
_erf_of_number: Any = np.frompyfunc(math.erf, 1, 1)


def erf_array(x: Array) -> Array:
    """Return the error function of an array, one Python call per element."""
    array = as_float(x)
    return np.asarray(_erf_of_number(array)).astype(array.dtype)


erf: Unary = elementwise(
    erf_array,
    name="erf",
    x=lambda g, x: g * (TWO_OVER_SQRT_PI * np.exp(-x * x)),
    doc="The error function: 2 / sqrt(pi) times the integral of exp(-t * t) from 0 to x.",
)
erf_in_rules = either(erf)
