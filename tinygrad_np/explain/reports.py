"""What an explanation of a gradient holds, and its text."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from ..engine.tape import Call, Line
from ..engine.tensor import Array
from .causes import Cause
from .values import label_of, located, operand_names

GradVerdict = Literal["none", "spent", "zero", "vanishing", "huge", "not finite", "ok"]

LONGEST = 24
"""How many steps of a path are shown."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A place where a gradient is cut or becomes 0, and why.

    Attributes:
        cause: Why, and how to write it instead.
        op: The op's name; empty if the reason concerns none.
        input: The name of the input.
        line: The line it was called from; ``None`` if it was not recorded.
        scope: The module it was called in, empty for none.
        call: The call; ``None`` if it was not recorded.
    """

    cause: Cause
    op: str = ""
    input: str = ""
    line: Line | None = None
    scope: str = ""
    call: Call | None = field(repr=False, default=None)

    def __str__(self) -> str:
        lines = []
        if self.op:
            inside = f" in module {self.scope}" if self.scope else ""
            lines.append(f"at input {self.input} of {label_of(self.op)}{inside}")
            lines += [f"  {text}" for text in located(self.line)]
        lines.append(f"  why: {self.cause.why}")
        if self.cause.fix:
            lines.append(f"  instead: {self.cause.fix}")
        return "\n".join(lines)


def reason_of(cause: Cause, call: Call, i: int) -> Reason:
    """Return a reason at an operand of a call."""
    scope = call.scope[-1] if call.scope else ""
    return Reason(cause, call.op.name, operand_names(call)[i], call.line, scope, call)


@dataclass(frozen=True, slots=True)
class Hop:
    """One step on the path from the target to the loss.

    Attributes:
        op: The op's name.
        input: The input that the path goes through.
        line: The line it was called from; ``None`` if it was not recorded.
        scope: The module it was called in, empty for none.
        cotangent: The Euclidean norm of the cotangent of the op's result.
        contribution: The norm of what the step passed on to the input.
        ways: How many steps contribute to the same node; this one contributes most.
    """

    op: str
    input: str
    line: Line | None
    scope: str
    cotangent: float
    contribution: float
    ways: int

    def __str__(self) -> str:
        place = f"  [{self.scope}]" if self.scope else ""
        where = "" if self.line is None else f"  {self.line.file}:{self.line.number}"
        more = f"  ({self.ways - 1} more)" if self.ways > 1 else ""
        sizes = f"{self.contribution:.3g} <- {self.cotangent:.3g}"
        return f"{label_of(self.op)}.{self.input}{place}: {sizes}{more}{where}"


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a gradient.

    Attributes:
        name: The op and input it came through, or the term of the loss it belongs to.
        line: The line of that op; ``None`` if it was not recorded.
        gradient: The part.
    """

    name: str
    line: Line | None
    gradient: Array = field(repr=False)

    @property
    def norm(self) -> float:
        """The Euclidean norm of the part."""
        return float(np.linalg.norm(self.gradient.ravel()))

    def __str__(self) -> str:
        where = "" if self.line is None else f"  {self.line.file}:{self.line.number}"
        return f"{self.name}: {self.norm:.3g}{where}"


@dataclass(frozen=True, slots=True)
class GradExplanation:
    """Why a gradient is what it is; ``str()`` gives it in words.

    Attributes:
        target: The name of the Tensor in question.
        verdict: ``"none"``: there is no gradient; ``"spent"``: the graph was freed; ``"zero"``;
            ``"vanishing"``: no element above 1e-6; ``"huge"``: some above 1e6;
            ``"not finite"``; or ``"ok"``.
        gradient: The gradient; ``None`` if there is none.
        reasons: Where it is cut, becomes 0, shrinks or grows; the first is nearest to the cause.
        path: The path from the target to the loss that most of the gradient came along.
        paths: The parts that came through each use of the target.
        terms: The parts that came from each term, if the loss is a sum.
        notes: Further remarks.
    """

    target: str
    verdict: GradVerdict
    gradient: Array | None = field(repr=False)
    reasons: tuple[Reason, ...] = ()
    path: tuple[Hop, ...] = ()
    paths: tuple[Share, ...] = ()
    terms: tuple[Share, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def cause(self) -> str:
        """The short name of the first cause, empty if there is none."""
        return self.reasons[0].cause.name if self.reasons else ""

    def noting(self, note: str) -> GradExplanation:
        """Return a copy with one more note."""
        return replace(self, notes=(*self.notes, note))

    def __str__(self) -> str:
        lines = [f"explain_grad of {self.target}: {self._verdict()}{self._first()}"]
        lines += [str(reason) for reason in self.reasons]
        if self.path:
            lines.append(f"path from {self.target} to the loss (norm passed on <- norm arrived):")
            lines += [f"  {hop}" for hop in self.path[:LONGEST]]
            if len(self.path) > LONGEST:
                lines.append(f"  and {len(self.path) - LONGEST} more")
        if len(self.paths) > 1:
            lines += ["parts, by use:", *(f"  {share}" for share in self.paths)]
        if self.terms:
            lines += ["parts, by term of the loss:", *(f"  {share}" for share in self.terms)]
        return "\n".join([*lines, *(f"note: {note}" for note in self.notes)])

    __repr__ = __str__

    def _first(self) -> str:
        if not self.reasons or self.verdict in ("spent", "not finite"):
            return ""
        first = self.reasons[0]
        at = f", at {label_of(first.op)}" if first.op else ""
        line = f", {first.line}" if first.line is not None else ""
        return f" ({first.cause.name}{at}{line})"

    def _verdict(self) -> str:
        if self.gradient is None:
            return "the graph is spent" if self.verdict == "spent" else "there is no gradient"
        g = self.gradient
        if self.verdict == "zero":
            return f"the gradient is 0 in all {g.size} elements" if g.size > 1 else "it is 0"
        zeros = int((g == 0).sum())
        some = f", {zeros} of {g.size} elements are 0" if zeros else ""
        flows = {"ok": "a gradient flows", "not finite": "the gradient is not finite"}
        words = flows.get(self.verdict, f"the gradient is {self.verdict}")
        return f"{words}: norm {np.linalg.norm(g.ravel()):.3g}{some}"
