"""Why an op makes NaN or Inf, and how to write it: known causes, by op and operand values.

What is here only names what the tape shows. An unknown cause is described by its values.
Imports the engine only.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..engine.tape import Call, Tape

Operands = Mapping[str, Any]
"""The value of each operand, and in a backward rule of the result, at one bad element."""


@dataclass(frozen=True, slots=True)
class Cause:
    """A cause in words.

    Attributes:
        name: A short name, the same whenever this is the cause.
        why: What happened.
        fix: How to write it instead; empty if that depends on what was meant.
    """

    name: str
    why: str
    fix: str = ""

    def __str__(self) -> str:
        return f"{self.why}. {self.fix}".rstrip()


WITH_LOGITS = (
    "Where x is a probability, compute the loss from the logits: "
    "nn.functional.binary_cross_entropy_with_logits, cross_entropy or tg.log_softmax"
)
SAFE_LOG = "Otherwise keep x away from 0: np.log(np.maximum(x, 1e-12))"
SHIFT = "Subtract the maximum first, as tg.softmax and tg.logsumexp do, or clip the argument"


# ------------------------------------------------------------------------ forward


def log_cause(call: Call, at: Operands, tape: Tape) -> Cause | None:
    """Return why a logarithm is not finite."""
    x = at["x"] + 1 if call.op.name == "log1p" else at["x"]
    argument = "1 + x" if call.op.name == "log1p" else "x"
    name = call.op.name
    if x == 0:
        if maker_of(call, 0, tape) in ("sigmoid", "softmax"):
            source = maker_of(call, 0, tape)
            return Cause(
                "log of a rounded probability",
                f"{name}(0) is -inf: the {source} before it was rounded to 0",
                f"{WITH_LOGITS}.",
            )
        return Cause("log of 0", f"{name} where {argument} is 0 is -inf", f"{WITH_LOGITS}. "
                     f"{SAFE_LOG}.")  # fmt: skip
    if x < 0:
        return Cause(
            "log of a negative number",
            f"{name} where {argument} is negative, here {x:.6g}, is NaN",
            "Make the argument positive (np.abs, np.exp, tg.softplus), or take "
            "np.log(np.where(x > 0, x, 1.0)) where the others don't count.",
        )
    return None


def divide_cause(call: Call, at: Operands, tape: Tape) -> Cause | None:
    """Return why a quotient is not finite."""
    x, y = (1.0, at["x"]) if call.op.name == "reciprocal" else (at["x"], at["y"])
    if y != 0:
        return None
    fix = "Divide by a safe number: x / np.where(y == 0, 1.0, y), or by y + eps."
    if x == 0:
        return Cause("0 / 0", "0 divided by 0 is NaN", fix)
    return Cause("division by 0", f"{x:.6g} divided by 0 is infinite", fix)


def root_cause(call: Call, at: Operands, tape: Tape) -> Cause | None:
    """Return why a square root is not finite."""
    if not at["x"] < 0:
        return None
    return Cause(
        "root of a negative number",
        f"the square root of {at['x']:.6g} is NaN",
        "Rounding can make a difference slightly negative: np.sqrt(np.maximum(x, 0.0)).",
    )


def power_cause(call: Call, at: Operands, tape: Tape) -> Cause | None:
    """Return why a power is not finite."""
    x = at["x"]
    y = at["y"] if "y" in at else call.params.get("exponent", 1.0)
    if x == 0 and y < 0:
        return Cause(
            "0 to a negative power",
            f"0 ** {y:.6g} is infinite",
            "Keep the base away from 0: np.where(x == 0, 1.0, x) ** y, or (x + eps) ** y.",
        )
    if x < 0 and y != math.floor(y):
        return Cause(
            "a negative number to a fractional power",
            f"{x:.6g} ** {y:.6g} is NaN in real numbers",
            "Take np.abs(x) ** y, or np.sign(x) * np.abs(x) ** y.",
        )
    return overflow_cause(call, at, tape)


def exponential_cause(call: Call, at: Operands, tape: Tape) -> Cause | None:
    """Return why an exponential is not finite."""
    x, dtype = at["x"], call.out.dtype if call.out is not None else "its dtype"
    return Cause(
        "overflow of exp",
        f"{call.op.name}({x:.6g}) is beyond the largest {dtype}",
        f"{SHIFT}.",
    )


def domain_cause(domain: str, fix: str) -> Callable[[Call, Operands, Tape], Cause | None]:
    """Return the cause of an inverse function outside of where it is defined."""

    def cause(call: Call, at: Operands, tape: Tape) -> Cause | None:
        name = call.op.name
        if name == "arctanh" and abs(at["x"]) == 1:
            return Cause("arctanh at 1", f"arctanh({at['x']:.6g}) is infinite", fix)
        return Cause(
            f"{name} outside its domain",
            f"{name}({at['x']:.6g}) is NaN: it is defined for {domain}",
            fix,
        )

    return cause


def sum_cause(call: Call, at: Operands, tape: Tape) -> Cause | None:
    """Return why a sum or difference is NaN."""
    x, y = at["x"], at["y"]
    if math.isinf(abs(x)) and math.isinf(abs(y)):
        sign = "-" if call.op.name == "subtract" else "+"
        return Cause(
            "inf - inf",
            f"{x:.6g} {sign} {y:.6g} is NaN",
            "Keep both finite: find where they became infinite. In log(exp(a) + exp(b)) that is "
            "exp: take tg.logsumexp or np.logaddexp.",
        )
    return overflow_cause(call, at, tape)


def product_cause(call: Call, at: Operands, tape: Tape) -> Cause | None:
    """Return why a product is NaN."""
    x, y = at["x"], at["y"]
    if 0 in (x, y) and math.isinf(abs(x) + abs(y)):
        return Cause(
            "0 x inf",
            f"{x:.6g} * {y:.6g} is NaN",
            "A mask of zeros does not remove an infinity: select with np.where, before the "
            "function that is infinite.",
        )
    return overflow_cause(call, at, tape)


def overflow_cause(call: Call, at: Operands, tape: Tape) -> Cause | None:
    """Return that finite operands gave more than the dtype holds."""
    if call.out is None or not all(math.isfinite(abs(x)) for x in at.values()):
        return None
    return Cause(
        "overflow",
        f"the result of {call.op.name} is beyond the largest {call.out.dtype}",
        "Scale the values, clip them, or compute in a wider dtype.",
    )


ARC = "Clip the argument: np.clip(x, -1.0, 1.0), for the value, and to a little less than 1, "
ARC += "such as 1 - 1e-7, for the gradient."
FORWARD: dict[str, Callable[[Call, Operands, Tape], Cause | None]] = {
    **dict.fromkeys(("log", "log2", "log10", "log1p"), log_cause),
    **dict.fromkeys(("divide", "reciprocal"), divide_cause),
    **dict.fromkeys(("exp", "exp2", "expm1", "sinh", "cosh"), exponential_cause),
    **dict.fromkeys(("power", "power_of_number"), power_cause),
    **dict.fromkeys(("arccos", "arcsin", "arctanh"), domain_cause("-1 to 1", ARC)),
    **dict.fromkeys(("add", "subtract"), sum_cause),
    "arccosh": domain_cause("1 and above", "Clip the argument: np.maximum(x, 1.0)."),
    "multiply": product_cause,
    "sqrt": root_cause,
}


def forward_cause(call: Call, at: Operands, tape: Tape, bad: str) -> Cause:
    """Return why the result of a call is NaN or Inf, from its operands at a bad element."""
    real = all(type(x) is not complex for x in at.values())
    known = FORWARD.get(call.op.name)
    if known is not None and at and real and (cause := known(call, at, tape)):
        return cause
    if any(getattr(x, "size", 1) == 0 for x in call.values):
        return Cause(
            "nothing to reduce",
            f"{call.op.name} of an array without elements is {bad}",
            "Check the shape: a mask or a slice may have selected nothing.",
        )
    if call.op.name in ("softmax", "log_softmax") and not any(map(finite_maximum, call.values)):
        return Cause(
            "softmax of -inf alone",
            f"all elements along the axis of {call.op.name} are -inf: nothing is left after a mask",
            "Let every row keep an element, or take np.where(row.any(), ..., 0.0) beside it.",
        )
    if bad == "Inf" and (cause := overflow_cause(call, {}, tape)):
        return cause
    return Cause("outside its domain", f"{call.op.name} gave {bad} for these operands")


def finite_maximum(x: Any) -> bool:
    """Return whether every row along the last axis has a finite largest element."""
    return bool(np.isfinite(np.max(x, axis=-1)).all())


def maker_of(call: Call, operand: int, tape: Tape) -> str:
    """Return the name of the op that made an operand, looking past those that only pass it on."""
    number = call.sources[operand]
    while number is not None:
        source = tape.calls[number]
        if source.op.name == "subtract":
            left = source.values[0]
            if getattr(left, "size", 1) == 1 and left == 1:  # the log of 1 - p
                number = source.sources[1]
                continue
        if source.op.name not in ("getitem", "reshape", "positive", "negative", "transpose"):
            return source.op.name
        number = source.sources[0]
    return ""


# ----------------------------------------------------------------------- backward


def rule_cause(call: Call | None, op: str, at: Operands, tape: Tape, bad: str, given: str) -> Cause:
    """Return why a rule gave NaN or Inf for a finite `given`: a cotangent or a tangent."""
    x, out = at.get("x"), at.get("out")
    if op == "sqrt" and out == 0:
        return call_of_root(call, tape)
    if op in ("power", "power_of_number", "cbrt") and x == 0:
        return Cause(
            "infinite slope of a power at 0",
            "the slope of x ** y at 0 is infinite for y below 1",
            "Keep the base away from 0: (x + eps) ** y, or np.where(x > 0, x, 1.0) ** y inside "
            "a np.where that takes another value there.",
        )
    if op in ("arccos", "arcsin", "arctanh") and x is not None and abs(x) == 1:
        return Cause(
            f"slope of {op} at {x:.0f}",
            f"the slope of {op} at {x:.0f} is infinite",
            "Clip the argument to the inside: np.clip(x, -1 + 1e-7, 1 - 1e-7).",
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
            f"{WITH_LOGITS}. {SAFE_LOG}.",
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
            f"the rule of {op} works with a value that is not finite: "
            + ", ".join(f"{name} = {v:.6g}" for name, v in at.items()),
            "Keep it finite forward, by clipping the argument, also where a mask hides it.",
        )
    return Cause("infinite slope", f"the rule of {op} gave {bad} for a finite {given}")


def call_of_root(call: Call | None, tape: Tape) -> Cause:
    """Return why a square root of 0 was taken: for a standard deviation, a norm, or as it is."""
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


def chain_before(call: Call, tape: Tape, length: int = 3) -> list[str]:
    """Return the names of the ops that made a call's first operand, the nearest first."""
    names: list[str] = []
    while len(names) < length and call.sources and call.sources[0] is not None:
        call = tape.calls[call.sources[0]]
        names.append(call.op.name)
    return names


def where_cause(function: str, branch: str, line: str) -> Cause:
    """Return that 0 x inf came from the branch of a `where` that was not selected."""
    inner = applied_to_safe(function)
    branches = f"{inner}, other" if branch == "x" else f"other, {inner}"
    safe = "mask, x, 1.0" if branch == "x" else "mask, 1.0, x"
    return Cause(
        "0 x inf in a where",
        f"where{line} did not take this branch, so its cotangent is 0; but the slope of "
        f"{function} is not finite there, and 0 times that is NaN",
        f"Make the argument safe before the function: x_safe = np.where({safe}), then "
        f"np.where(mask, {branches}).",
    )


def applied_to_safe(function: str) -> str:
    """Return how an op is written of an argument that was made safe."""
    if function in ("divide", "reciprocal"):
        return "y / x_safe"
    if function.startswith("power"):
        return "x_safe ** y"
    return f"np.{function}(x_safe)" if hasattr(np, function) else f"{function}(x_safe)"


def zero_cause(function: str) -> Cause:
    """Return that a zero cotangent, from a mask, met an infinite slope."""
    return Cause(
        "0 x inf",
        f"the cotangent is 0 here, but the slope of {function} is not finite, and 0 times that is "
        f"NaN: a factor of 0 after the function does not undo it",
        f"Make the argument safe before the function: x_safe = np.where(mask, x, 1.0), then "
        f"{applied_to_safe(function)}.",
    )
