"""The table of the forms of random programs, and helpers to choose suitable operands.

A form asks the draft for operands that suit it. The form of a function with kinks or a domain looks
at the numbers and avoids the kinks and edges, or maps the operand into the domain first.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .program import MARGIN, Array, Form, Variable

FORMS: dict[str, Form] = {}


def form(function: Form) -> Form:
    """Register a form under the name of its function."""
    FORMS[function.__name__] = function
    return function


def apart(a: Any, b: Any = 0.0) -> bool:
    """Return whether two arrays differ everywhere by more than a step can change them."""
    return bool((np.abs(a - b) > MARGIN).all())


def spread(a: Array, axis: int | None = None) -> bool:
    """Return whether the elements along an axis all differ from each other."""
    return apart(np.diff(np.sort(a, axis=axis), axis=-1 if axis is None else axis))


def broadcasts(x: Variable) -> Callable[[Variable], bool]:
    """Return a test of whether a variable broadcasts against `x`."""
    return lambda y: all(
        m == n or 1 in (m, n) for m, n in zip(x.shape[::-1], y.shape[::-1], strict=False)
    )


def positive(x: Variable) -> str:
    """Return the code of `x`, or of something positive computed from it."""
    return f"{x}" if (x.data > 0.2).all() else f"({x} * {x} + 0.3)"


def bounded(x: Variable) -> str:
    """Return the code of `x`, or of something between -0.9 and 0.9 computed from it."""
    return f"{x}" if (abs(x.data) < 0.9).all() else f"(0.9 * np.tanh({x}))"
