"""Causes of NaN and Inf made by gradient rules, and how to avoid them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..engine.tape import Call, Tape
from .causes import INSIDE, Cause, Operands, chain_before, log_fix
from .values import number_in_words


def rule_cause(call: Call | None, op: str, at: Operands, tape: Tape, bad: str, given: str) -> Cause:
    """Return why a rule gave NaN or Inf for a finite `given`: a cotangent or a tangent."""
    x, out = at.get("x"), at.get("out")
    if op == "sqrt" and out == 0:
        return call_of_root(call, tape)
    if op in ("power", "power_of_number", "cbrt") and x == 0:
        y: Any = None if call is None else at.get("y", call.params.get("exponent"))
        exponent = "y" if y is None else number_in_words(y)
        what = "cbrt(x)" if op == "cbrt" else f"x ** {exponent}"
        return Cause(
            "infinite slope of a power at 0",
            f"the slope of {what} at 0 is infinite",
            f"Keep the base away from 0: {what.replace('x', '(x + eps)')}, or apply it to np.where("
            f"x > 0, x, 1.0) inside an np.where that has another value there.",
        )
    if op in ("arccos", "arcsin", "arctanh") and x is not None and abs(x) == 1:
        return Cause(
            f"slope of {op} at {x:.0f}",
            f"the slope of {op} at {x:.0f} is infinite",
            f"{INSIDE}.",
        )
    if op == "arccosh" and x == 1:
        return Cause(
            "slope of arccosh at 1",
            "the slope of arccosh at 1 is infinite",
            "Clip the argument: np.maximum(x, 1 + 1e-7).",
        )
    if op in ("log", "log2", "log10", "log1p") and x is not None:
        return Cause(
            "slope of log at 0",
            f"the slope of {op} at {x:.6g} is infinite",
            log_fix(call, tape),
        )
    divisor = {"divide": at.get("y"), "reciprocal": x}.get(op)
    if divisor == 0:
        return Cause(
            "slope of a quotient at 0",
            "the slope of x / y at y = 0 is infinite",
            "Divide by a safe number: x / np.where(y == 0, 1.0, y), or by y + eps.",
        )
    if any(not math.isfinite(abs(v)) for v in at.values()):
        return Cause(
            "infinite saved value",
            f"the rule of {op} uses a value that is not finite: "
            + ", ".join(f"{name} = {number_in_words(v)}" for name, v in at.items()),
            "Clip the argument to keep this value finite, also where a mask hides it.",
        )
    return Cause(
        "infinite slope",
        f"the rule of {op} gave {bad} for a finite {given}",
        "Keep its argument away from there; make a rule of your own give a finite value there.",
    )


def call_of_root(call: Call | None, tape: Tape) -> Cause:
    """Return why a square root of 0 was taken: for a standard deviation, a norm, or by itself."""
    before = [] if call is None else chain_before(call, tape)
    if before[:3] in (["divide", "sum", "square"], ["divide", "sum", "squared_modulus"]):
        return Cause(
            "std of constants",
            "the slope of the root of a variance is NaN where all elements are equal",
            "np.std(x) has the gradient 0 there; or add eps under the root.",
        )
    if before[:2] in (["sum", "square"], ["sum", "multiply"], ["sum", "power_of_number"]):
        return Cause(
            "norm at 0",
            "the slope of a norm written as a root of a sum of squares is infinite at 0",
            "np.linalg.norm(x) has the gradient 0 there; or add eps under the root.",
        )
    return Cause(
        "root of 0",
        "the slope of sqrt at 0 is infinite",
        "Add eps under the root: np.sqrt(x + 1e-12), or choose the value at 0: "
        "np.where(x > 0, np.sqrt(np.where(x > 0, x, 1.0)), 0.0).",
    )


def where_cause(function: str, branch: str, line: str, infinite: str) -> Cause:
    """Return the cause that the branch not selected by a `where` gave 0 x inf.

    Args:
        function: The op whose argument should be made safe.
        branch: The input of the `where`.
        line: The line of the `where`, in words.
        infinite: What is infinite there.
    """
    inner = applied_to_safe(function)
    branches = f"{inner}, other" if branch == "x" else f"other, {inner}"
    safe = "mask, x, 1.0" if branch == "x" else "mask, 1.0, x"
    return Cause(
        "0 x inf in a where",
        f"where{line} did not take this branch, so its cotangent is 0; but {infinite}, and 0 times "
        f"that is NaN",
        f"Make the argument safe before the function: x_safe = np.where({safe}), then "
        f"np.where(mask, {branches}).{numpys_idiom(function, branch)}",
    )


def applied_to_safe(function: str) -> str:
    """Return how to apply an op to an argument that was made safe."""
    if function in ("divide", "reciprocal"):
        return "y / x_safe"
    if function.startswith("power"):
        return "x_safe ** y"
    return f"np.{function}(x_safe)" if hasattr(np, function) else f"{function}(x_safe)"


def numpys_idiom(function: str, branch: str) -> str:
    """Return how NumPy computes a function for some elements only, if it is a ufunc."""
    if not isinstance(getattr(np, function, None), np.ufunc):
        return ""
    mask = "mask" if branch == "x" else "~mask"
    operands = "y, x" if function == "divide" else "x"
    return (
        f" Or compute it for the others only: np.{function}({operands}, out=np.zeros_like(x), "
        f"where={mask})."
    )


def zero_cause(function: str, infinite: str) -> Cause:
    """Return the cause that a zero cotangent, from a mask, met an infinite value."""
    return Cause(
        "0 x inf",
        f"the cotangent is 0 here, but {infinite}, and 0 times that is NaN: a factor of 0 after "
        f"the function does not undo it",
        f"Make the argument safe before the function: x_safe = np.where(mask, x, 1.0), then "
        f"{applied_to_safe(function)}.{numpys_idiom(function, 'x')}",
    )
