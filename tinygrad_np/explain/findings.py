r"""Where a NaN or Inf comes from: the first op that made one; for rules see steps.py.

A value is bad if it is NaN or Inf. The first bad op has good operands, and a bad result that
reaches a result of the function.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from ..engine.access import array_of
from ..engine.graph import Leaf, Node
from ..engine.public import renamed
from ..engine.tape import Call, Line, Step, Tape
from ..engine.tensor import Tensor
from .causes import OF_EXPONENTIALS, Cause, forward_cause
from .values import (
    SHOWN,
    Index,
    bad_in,
    label_of,
    located,
    named,
    number_in_words,
    operand_names,
    operands_at,
    places,
)

Phase = Literal["forward", "backward", "forward mode"]


@dataclass(frozen=True, slots=True)
class NonFiniteFinding:
    """The first place where a bad value was made.

    Attributes:
        phase: ``"forward"``, ``"backward"``, or ``"forward mode"`` for a tangent.
        op: The op's name; empty if an input was returned as it is.
        input: For a gradient or tangent, the input of the rule; forward, the operand that was
            bad before any op, empty if none was.
        bad: ``"NaN"`` or ``"Inf"``.
        indices: The first few bad elements: of the result; backward, or forward if `input` is
            named, of that input.
        count: The number of bad elements.
        size: The number of all elements.
        operands: The operands at those elements, by name, where elements correspond, as in
            elementwise ops. For a rule also the result as ``out`` if it uses that, and the
            cotangent as ``g`` or the tangent as ``t``.
        cause: Why, and how to write it instead.
        line: The line the op was called from; ``None`` if it was not recorded.
        scope: The module it was called in, empty for none.
        call: The call; ``None`` if it was not recorded.
        step: For a gradient or tangent, the step.
        tainted: The calls whose results are bad because of it; for a rule, those of the nodes
            whose cotangents or tangents are.
    """

    phase: Phase
    op: str
    input: str
    bad: str
    indices: tuple[Index, ...]
    count: int
    size: int
    operands: dict[str, tuple[Any, ...]]
    cause: Cause
    line: Line | None
    scope: str
    call: Call | None = field(repr=False)
    step: Step | None = field(repr=False, default=None)
    tainted: tuple[Call, ...] = field(repr=False, default=())

    def __str__(self) -> str:
        op = label_of(self.op)
        what = f"input {self.input} of {op}" if self.input else f"the result of {op}"
        if not self.op:
            what = self.input or "a constant"
        if self.phase == "backward":
            what = f"the gradient for {what}"
        elif self.phase == "forward mode":
            what = f"the tangent of {op}, from that of its input {self.input},"
        given = self.phase == "forward" and (self.input or not self.op)
        verb = "is" if given else "first becomes"
        lines = [f"{self.phase}: {what} {verb} {self.bad}{self._where()}"]
        rule_of = None if self.call is None or self.call.within is None else self.call.within.op
        if rule_of is not None:
            lines.append(f"  in the gradient rule of {rule_of.label}")
        if self.scope:
            lines.append(f"  in module {self.scope}")
        lines += [f"  {text}" for text in located(self.line)]
        for i, index in enumerate(self.indices[: SHOWN if self.operands else 0]):
            given = ", ".join(
                f"{name} = {number_in_words(v[i])}" for name, v in self.operands.items()
            )
            lines.append(f"  at {named(index) or 'its only element'}: {given}")
        lines.append(f"  why: {self.cause.why}")
        if self.cause.fix:
            lines.append(f"  instead: {self.cause.fix}")
        if self.tainted:
            names = [call.op.name for call in self.tainted]
            more = f", and {len(names) - 8} more" if len(names) > 8 else ""
            lines.append(f"  tainted: {', '.join(names[:8])}{more}")
        return "\n".join(lines)

    def place(self) -> str:
        """Return the op and the line it was called from, in words."""
        if not self.op:
            return ""
        way = {"forward": "in", "backward": "in the backward of", "forward mode": "in the jvp of"}
        line = "" if self.line is None else f" at {self.line}"
        return f", {way[self.phase]} {label_of(self.op)}{line}"

    def _where(self) -> str:
        if self.size == 1:
            return ""
        first = f", first at {named(self.indices[0])}" if self.indices else ""
        return f" in {self.count} of {self.size} elements{first}"


# ------------------------------------------------------------------------ forward


def find_forward(
    tape: Tape, results: Iterable[Tensor], inputs: dict[Node, str]
) -> NonFiniteFinding | None:
    """Return the first bad call that reaches a result; ``None`` if the results are good.

    Args:
        tape: The tape of the run.
        results: The results of the run.
        inputs: A name for each leaf.
    """
    ends = [x for x in results if bad_in(x)]
    if not ends:
        return None
    bad = {call.number: kind for call in tape.calls if (kind := bad_in(call.out))}
    origins = {call.number: sources_of(call, tape, bad) for call in tape.calls}
    led = ancestors(ends, tape, origins)
    reach = [n for n in bad if n in led]
    given: tuple[Call, int] | None = None
    for n in reach:
        call = tape.calls[n]
        kinds = [bad_in(value) for value in call.values]
        outside = [i for i, kind in enumerate(kinds) if kind and origins[n][i] is None]
        nans = [i for i in outside if kinds[i] == "NaN"]
        if nans:
            return given_bad(call, nans[0], inputs, tainted_by(n, tape, bad, origins))
        if not any(kinds) or (bad[n] == "NaN" and "NaN" not in kinds):
            return made_bad(tape, call, tainted_by(n, tape, bad, origins))
        if outside and given is None:  # an infinity may be intended, if no NaN follows
            given = call, outside[0]
    if given is None:  # no op made the result
        return returned_bad(ends[0], inputs)
    for n in reach:  # a mask left it no element
        if tape.calls[n].op.name in OF_EXPONENTIALS:
            return made_bad(tape, tape.calls[n], tainted_by(n, tape, bad, origins))
    call, i = given
    return given_bad(call, i, inputs, tainted_by(call.number, tape, bad, origins))


def sources_of(call: Call, tape: Tape, bad: dict[int, str]) -> list[int | None]:
    """Return the call that each operand comes from, also through a plain array."""
    found = list(call.sources)
    for i, value in enumerate(call.values):
        if found[i] is None and bad_in(value):
            for n in reversed([n for n in bad if n < call.number]):
                if np.array_equal(array_of(tape.calls[n].out), value, equal_nan=True):
                    found[i] = n
                    break
    return found


def ancestors(ends: Iterable[Tensor], tape: Tape, origins: dict[int, list[int | None]]) -> set[int]:
    """Return the numbers of the calls that led to some Tensors."""
    makers = [tape.source(x) for x in ends]
    stack = [call.number for call in makers if call is not None]
    seen = set(stack)
    while stack:
        for n in origins[stack.pop()]:
            if n is not None and n not in seen:
                seen.add(n)
                stack.append(n)
    return seen


def tainted_by(
    first: int, tape: Tape, bad: dict[int, str], origins: dict[int, list[int | None]]
) -> tuple[Call, ...]:
    """Return the calls with bad results that a bad call led to."""
    tainted = {first}
    for n in bad:
        if n > first and tainted.intersection(origins[n]):
            tainted.add(n)
    return tuple(tape.calls[n] for n in sorted(tainted - {first}))


def made_bad(tape: Tape, call: Call, tainted: tuple[Call, ...] = ()) -> NonFiniteFinding:
    """Return the finding of a call that made a bad value."""
    out = np.asarray(call.out)
    bad = bad_in(out)
    mask = np.isnan(out) if bad == "NaN" else np.isinf(out)
    indices = places(mask)
    operands = operands_at(call, indices)
    first = {name: values[0] for name, values in operands.items()}
    return NonFiniteFinding(
        "forward",
        call.op.name,
        "",
        bad,
        indices,
        int(mask.sum()),
        out.size,
        operands,
        forward_cause(call, first, tape, bad),
        call.line,
        call.scope[-1] if call.scope else "",
        call,
        None,
        tainted,
    )


def given_bad(
    call: Call, i: int, inputs: dict[Node, str], tainted: tuple[Call, ...]
) -> NonFiniteFinding:
    """Return the finding of a call that was given a bad value that no op made."""
    value = np.asarray(call.values[i])
    bad, name = bad_in(value), operand_names(call)[i]
    mask = ~np.isfinite(value)
    indices = places(mask)
    where = named(indices[0])
    node = call.nodes[i]
    label = None if node is None else inputs.get(node) or node.name
    if label or isinstance(node, Leaf):
        cause = Cause(
            f"{bad} in the inputs",
            f"{label or 'a leaf'}{where} is {bad} before anything is computed",
            "Check where it comes from: missing data, or an update that went too far.",
        )
    else:
        fix = "fill or mask missing data first."
        if bad == "Inf":
            fix = "a mask of infinities must leave a finite element wherever it is applied."
        cause = Cause(
            f"{bad} in a constant",
            f"operand {name}{where} is {bad}, a constant that no op made",
            f"Check where it comes from: {fix}",
        )
    return NonFiniteFinding(
        "forward",
        call.op.name,
        name,
        bad,
        indices,
        int(mask.sum()),
        value.size,
        {name: tuple(value[index].item() for index in indices)},
        cause,
        call.line,
        call.scope[-1] if call.scope else "",
        call,
        None,
        (call, *tainted),
    )


def returned_bad(x: Tensor, inputs: dict[Node, str]) -> NonFiniteFinding:
    """Return the finding of a result that no op made."""
    value = array_of(x)
    bad, mask = bad_in(value), ~np.isfinite(value)
    label = inputs.get(x.node, "") if x.node is not None else ""
    name = f"{bad} in the inputs" if label else f"{bad} in a constant"
    cause = Cause(name, f"{label or 'a constant'} is {bad}, and is returned as it is")
    indices, count = places(mask), int(mask.sum())
    return NonFiniteFinding(
        "forward", "", label, bad, indices, count, value.size, {}, cause, None, "", None
    )


__getattr__ = renamed(__name__, Finding=NonFiniteFinding)  # for pickles
