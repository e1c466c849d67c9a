"""Known causes of NaN and Inf, by op and operand values, and how to avoid them.

A cause is named only if the tape shows it. For an unknown one the op and its operands are shown.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..engine.tape import Call, Tape
from .values import number_in_words

Operands = Mapping[str, Any]
"""The value of each operand at one bad element; for a gradient rule also that of the result."""


@dataclass(frozen=True, slots=True)
class Cause:
    """A cause in words.

    Attributes:
        name: A short name that always stands for the same cause.
        why: What happened.
        fix: How to write it instead; empty if that depends on the intention.
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
FACTOR = "A factor of 0 does not remove it; tg.special.xlogy(factor, x) does"
GROWING = {"add", "astype", "divide", "multiply", "power", "power_of_number", "square", "subtract"}
"""Elementwise ops whose result is infinite only because a number is too large."""

VARIANCES = (["sum", "square"], ["sum", "squared_modulus"])
SHIFT = "Subtract the maximum first, as tg.softmax and tg.logsumexp do, or clip the argument"


# ------------------------------------------------------------------------ forward


def log_cause(call: Call, at: Operands, tape: Tape) -> Cause | None:
    """Return why a logarithm is not finite."""
    name, x = call.op.name, at["x"]
    if name == "log1p":
        x, argument = x + 1, "1 + x"
    else:
        argument = "x"
    if x == 0:
        maker = maker_of(call, 0, tape)
        if maker in ("sigmoid", "softmax"):
            return Cause(
                "log of a rounded probability",
                f"{name}(0) is -inf: the {maker} before it was rounded to 0",
                f"{WITH_LOGITS}.",
            )
        return Cause("log of 0", f"{name} is -inf where {argument} is 0", log_fix(call, tape))
    if x < 0:
        return Cause(
            "log of a negative number",
            f"{name} is NaN where {argument} is negative, here {number_in_words(x)}",
            "Make the argument positive (np.abs, np.exp, tg.softplus), or use "
            f"np.{name}(np.where(x > {at['x'] - x:.0f}, x, 1.0)) if the others do not matter.",
        )
    return None


def log_fix(call: Call | None, tape: Tape) -> str:
    """Return how to write a logarithm whose argument may be 0."""
    name = "log" if call is None else call.op.name
    safe = f"np.{name}(np.maximum(x, {'-1 + ' if name == 'log1p' else ''}1e-12))"
    if call is not None and maker_of(call, 0, tape) == "linalg.det":
        return "np.linalg.slogdet gives the logarithm of a determinant, or add eps * np.eye(n)."
    if name == "log1p":
        return f"Keep x away from -1: {safe}."
    products = [] if call is None else [u for u in users_of(call, tape) if u.op.name == "multiply"]
    if call is not None and any(call.nodes[0] in u.nodes for u in products if call.nodes[0]):
        return f"Use tg.special.xlogy(x, x) for x * log(x), or keep x away from 0: {safe}."
    if products:
        return f"{WITH_LOGITS}. {FACTOR}."
    return f"{WITH_LOGITS}. Otherwise keep x away from 0: {safe}."


def divide_cause(call: Call, at: Operands, tape: Tape) -> Cause | None:
    """Return why a quotient is not finite."""
    x, y = (1.0, at["x"]) if call.op.name == "reciprocal" else (at["x"], at["y"])
    if y != 0:
        return None
    fix = "Divide by a safe number: x / np.where(y == 0, 1.0, y), or by y + eps."
    if x == 0:
        alone = call.op.name == "divide" and type(call.values[1]) is not np.ndarray
        if alone and chain_before(call, tape)[:2] in VARIANCES:
            return Cause(
                "variance of one element",
                "the squared deviations of n elements are divided by n - ddof, which is 0",
                "Use more elements, or ddof=0.",
            )
        return Cause("0 / 0", "0 divided by 0 is NaN", fix)
    return Cause("division by 0", f"{number_in_words(x)} divided by 0 is infinite", fix)


def root_cause(call: Call, at: Operands, tape: Tape) -> Cause | None:
    """Return why a square root is not finite."""
    if not at["x"] < 0:
        return None
    return Cause(
        "root of a negative number",
        f"the square root of {number_in_words(at['x'])} is NaN",
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
        root = "np.cbrt(x)" if y == 1 / 3 else f"np.sign(x) * np.abs(x) ** {y:.6g}"
        return Cause(
            "a negative number to a fractional power",
            f"{number_in_words(x)} ** {y:.6g} is NaN in real numbers",
            f"Use np.abs(x) ** {y:.6g}, or {root}.",
        )
    return overflow_cause(call, at, tape)


def exponential_cause(call: Call, at: Operands, tape: Tape) -> Cause | None:
    """Return why an exponential is not finite."""
    x, dtype = at["x"], call.out.dtype if call.out is not None else "its dtype"
    return Cause(
        "overflow of exp",
        f"{call.op.name}({number_in_words(x)}) is beyond the largest {dtype}",
        f"{by_hand(call, tape) or SHIFT}.",
    )


def by_hand(call: Call, tape: Tape) -> str:
    """Return what to use for a sigmoid or softplus written with exp; empty for others."""
    for user in users_of(call, tape):
        if user.op.name == "log1p":
            return "Use tg.softplus(x) for log1p(exp(x))"
        if user.op.name == "add" and any(np.size(v) == 1 and v == 1 for v in user.values):
            names = {after.op.name for after in users_of(user, tape)}
            if names & {"divide", "reciprocal"}:
                return f"Use tg.sigmoid(x) for 1 / (1 + exp(-x)). {WITH_LOGITS}"
            if "log" in names:
                return "Use tg.softplus(x) for log(1 + exp(x))"
    return ""


def domain_cause(domain: str, fix: str) -> Callable[[Call, Operands, Tape], Cause | None]:
    """Return a function that gives the cause for an op that is only defined on `domain`."""

    def cause(call: Call, at: Operands, tape: Tape) -> Cause | None:
        name = call.op.name
        if name == "arctanh" and abs(at["x"]) == 1:
            return Cause("arctanh at 1", f"arctanh({at['x']:.0f}) is infinite", f"{INSIDE}.")
        return Cause(
            f"{name} outside its domain",
            f"{name}({number_in_words(at['x'])}) is NaN: it is defined for {domain}",
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
            f"{number_in_words(x)} {sign} {number_in_words(y)} is NaN",
            "Keep both finite: find where they became infinite. In log(exp(a) + exp(b)) that is "
            "exp: use tg.logsumexp or np.logaddexp.",
        )
    return overflow_cause(call, at, tape)


def product_cause(call: Call, at: Operands, tape: Tape) -> Cause | None:
    """Return why a product is NaN."""
    x, y = at["x"], at["y"]
    if 0 in (x, y) and math.isinf(abs(x) + abs(y)):
        return Cause(
            "0 x inf",
            f"{number_in_words(x)} * {number_in_words(y)} is NaN",
            "A mask of zeros does not remove an infinity: select with np.where before the "
            "function that becomes infinite.",
        )
    return overflow_cause(call, at, tape)


def overflow_cause(call: Call, at: Operands, tape: Tape) -> Cause | None:
    """Return the cause if finite operands gave more than the dtype holds; else ``None``."""
    if call.out is None or not all(math.isfinite(abs(x)) for x in at.values()):
        return None
    if call.op.kind == "elementwise" and call.op.name not in GROWING:
        name = call.op.label
        shown = ", ".join(number_in_words(x) for x in at.values())
        return Cause(
            f"infinite {name}",
            f"{name}({shown}) is infinite, or beyond the largest {call.out.dtype}",
            "Clip the argument to keep it away from there.",
        )
    return Cause(
        "overflow",
        f"the result of {call.op.label} is beyond the largest {call.out.dtype}",
        "Scale the values, clip them, or compute in a wider dtype.",
    )


INSIDE = "Clip the argument to the interior: np.clip(x, -1 + 1e-7, 1 - 1e-7)"
ARC = "Clip the argument: np.clip(x, -1.0, 1.0) for the value; for the gradient, to a little less "
ARC += "than 1, such as 1 - 1e-7."
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
    if call.op.name in OF_EXPONENTIALS and nothing_left(call):
        return Cause(
            f"{call.op.name.removeprefix('log_')} of -inf alone",
            f"all elements along the axis of {call.op.name} are -inf: nothing is left after a mask",
            "Keep an element in every row, or use np.where(row.any(), ..., 0.0) for the others.",
        )
    if bad == "Inf" and (cause := overflow_cause(call, at, tape)):
        return cause
    return Cause("outside its domain", f"{call.op.name} gave {bad} for these operands")


OF_EXPONENTIALS = ("softmax", "log_softmax", "logsumexp")


def nothing_left(call: Call) -> bool:
    """Return whether all elements in some row, along the axis of a call, are -inf."""
    axis = call.params.get("axis", call.op.defaults["axis"])
    return bool(np.isneginf(np.max(call.values[0], axis=axis)).any())


def maker_of(call: Call, operand: int, tape: Tape) -> str:
    """Return the name of the op that made an operand, skipping ops that only pass it on."""
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


def users_of(call: Call, tape: Tape) -> list[Call]:
    """Return the calls that use a call's result as an operand."""
    return [later for later in tape.calls[call.number + 1 :] if call.number in later.sources]


def chain_before(call: Call, tape: Tape, length: int = 3) -> list[str]:
    """Return the names of the ops that made a call's first operand, the nearest first."""
    names: list[str] = []
    while len(names) < length and call.sources and call.sources[0] is not None:
        call = tape.calls[call.sources[0]]
        names.append(call.op.name)
    return names
