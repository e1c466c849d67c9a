"""The error function, and how SciPy's special functions become ops.

SciPy is optional: it is imported when one of its functions is called, and the error then
says what to install. Their gradients are written in terms of each other.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from ..engine.errors import UnsupportedError
from ..engine.makers import Binary, Unary, either, elementwise
from ..engine.op import FUNCTIONS, RuleFunction
from ..engine.tensor import Array, Tensor
from .reductions import as_float

TWO_OVER_SQRT_PI = 2.0 / math.sqrt(math.pi)
_erf_of_number: Any = np.frompyfunc(math.erf, 1, 1)

SECOND_NAMES = {"expit": "sigmoid", "psi": "special.digamma", "jn": "special.jv"}
"""SciPy's functions that have another name here."""
SHARED_NAMES = {"cbrt", "erf", "exp2", "expm1", "log1p"}
"""SciPy's functions that are the package's own."""


def erf_array(x: Array) -> Array:
    """Return the error function of an array.

    By SciPy where it is installed; without it one Python call per element, a hundred times slower.
    """
    array = as_float(x)
    try:
        from scipy.special import erf as erf_of_array
    except ModuleNotFoundError:
        return np.asarray(_erf_of_number(array)).astype(array.dtype)
    return erf_of_array(array)  # type: ignore[no-any-return]


erf: Unary = elementwise(
    erf_array,
    name="erf",
    x=lambda g, x: g * (TWO_OVER_SQRT_PI * np.exp(-x * x)),
    doc="The error function: 2 / sqrt(pi) times the integral of exp(-t * t) from 0 to x.",
)
erf_in_rules = either(erf)


def scipy_function(name: str) -> Any:
    """Return a function of `scipy.special`, or say that SciPy is missing."""
    try:
        import scipy.special
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"special.{name} is computed by SciPy, which is not installed: pip install scipy",
            name="scipy",
        ) from error
    return getattr(scipy.special, name)


def of_one(name: str, doc: str, x: RuleFunction) -> Unary:
    """Declare a function of one array that SciPy computes."""

    def forward(x: Array) -> Array:
        return scipy_function(name)(x)  # type: ignore[no-any-return]

    op: Unary = elementwise(forward, name=f"special.{name}", doc=doc, x=x)
    return op


def alike(x: Any, y: Any) -> tuple[Array, Array]:
    """Return both as arrays; a Python number gets the other's precision."""
    if type(x) is type(y) is np.ndarray:
        return x, y
    dtype = np.result_type(x, y)
    real = np.empty(0, dtype).real.dtype  # an order stays real beside a complex argument
    return tuple(  # type: ignore[return-value]  # two of them
        a if type(a) is np.ndarray else np.asarray(a, dtype if isinstance(a, complex) else real)
        for a in (x, y)
    )


def of_two(name: str, doc: str, x: RuleFunction, y: RuleFunction) -> Binary:
    """Declare a function of two broadcasting arrays that SciPy computes."""

    def forward(x: Array, y: Array) -> Array:
        return scipy_function(name)(*alike(x, y))  # type: ignore[no-any-return]

    op: Binary = elementwise(forward, name=f"special.{name}", doc=doc, x=x, y=y)
    return op


def no_gradient(name: str, what: str) -> RuleFunction:
    """Return the rule of an argument for which no derivative is known."""

    def rule(g: Any) -> Any:
        raise UnsupportedError(
            f"special.{name}: there is no gradient for {what}; pass it as a number or an array, "
            f"or .detach() it"
        )

    return rule


def of_order(name: str, doc: str, y: RuleFunction, what: str = "the order") -> Binary:
    """Declare a function of a constant (an order, a parameter) and an argument."""
    doc += f"\n\n    There is no gradient for {what}, the first argument: asking for it raises."
    return of_two(name, doc, no_gradient(name, what), y)


def answer(ufunc: np.ufunc) -> Callable[..., Tensor] | None:
    """Return what answers a ufunc called on Tensors, if it is one of SciPy's."""
    name = ufunc.__name__
    if getattr(sys.modules.get("scipy.special"), name, None) is not ufunc:
        return None
    if name not in SHARED_NAMES:
        name = SECOND_NAMES.get(name, f"special.{name}")
    for family in ("bessel", "gamma", "probability"):
        import_module(f"{__package__}.{family}")
    return FUNCTIONS.get(name)
