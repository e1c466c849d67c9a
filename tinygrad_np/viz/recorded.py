"""What a tape recorded, as nodes to draw: all that was computed, and what failed."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap
from typing import Any, Protocol, runtime_checkable

import numpy as np

from ..engine.graph import Constant, Node, new_node
from ..engine.tape import Call, Line, Step, Tape
from ..engine.tensor import Array
from .lines import LONGEST


@runtime_checkable
class Debugging(Protocol):
    """A block of ``tinygrad_np.debug()``."""

    @property
    def tape(self) -> Tape:
        """What was recorded."""

    @property
    def failed(self) -> Call | Step | Node | None:
        """What failed."""


@dataclass(frozen=True)
class Recorded:
    """The nodes on a tape.

    Attributes:
        tape: The tape.
        ends: The nodes from which nothing else on the tape was computed.
        failed: The node that failed, if any.
        notes: Remarks on it.
        out: Its result, if known.
        without_result: The node that failed, if it has no result.
        line: The line of the program that called what failed.
    """

    tape: Tape
    ends: list[Node]
    failed: Node | None = None
    notes: tuple[str, ...] = ()
    out: Array | None = None
    without_result: frozenset[Node] = frozenset()
    line: Line | None = None


def read_recording(x: Tape | Debugging) -> Recorded:
    """Return what to draw of a tape, or of a block of ``debug()``.

    Raises:
        ValueError: If nothing was recorded that a gradient flows to, and nothing failed.
    """
    tape = x if isinstance(x, Tape) else x.tape
    culprit = None if isinstance(x, Tape) else x.failed
    failed: Node | None = None
    notes: tuple[str, ...] = ()
    if isinstance(culprit, Call):
        failed, notes = node_of(tape, culprit), said_of_call(culprit)
    elif isinstance(culprit, Step):
        forward = any(step is culprit for step in tape.forward_steps)
        failed, notes = culprit.node, (said_of_step(culprit, forward),)
    elif culprit is not None:
        failed, notes = culprit, ("its gradient rule failed",)
    nodes = {call.node: None for call in tape.calls if call.node is not None}
    nodes |= {step.node: None for step in (*tape.steps, *tape.forward_steps)}
    nodes |= {} if failed is None else {failed: None}
    if not nodes:
        raise ValueError("draw: nothing on this tape requires a gradient")
    used = {parent for node in nodes for parent in node.parents}
    raised = isinstance(culprit, Call) and culprit.out is None
    return Recorded(
        tape,
        [node for node in nodes if node not in used],
        failed,
        notes,
        culprit.out if isinstance(culprit, Call) else None,
        frozenset([failed]) if raised and failed is not None else frozenset(),
        culprit.line if isinstance(culprit, Call) else None,
    )


def node_of(tape: Tape, failed: Call) -> Node:
    """Return the node of a call, or a stand-in if it has none."""
    if failed.node is not None:
        return failed.node
    needed = {failed.number}
    for call in reversed(tape.calls[: failed.number + 1]):
        if call.number in needed and call.node is None:
            needed.update(number for number in call.sources if number is not None)
    made: dict[int, Node] = {}
    for number in sorted(needed):
        call = tape.calls[number]
        made[number] = call.node or stand_in(call, made)
    return made[failed.number]


def stand_in(call: Call, made: dict[int, Node]) -> Node:
    """Return a node for a call without one, given those of the calls before it."""
    inputs: list[Any] = []
    for value, node, source in zip(call.values, call.nodes, call.sources, strict=True):
        known = node or (None if source is None else made[source])
        if known is None and isinstance(value, np.ndarray):
            inputs.append(Constant(value.shape, value.dtype, None))
        else:
            inputs.append(value if known is None else known)
    out = np.empty(0) if call.out is None else call.out
    return new_node(call.op, [], [], [], inputs, call.params, out)


def said_of_call(call: Call) -> tuple[str, ...]:
    """Return the remarks on a call that failed."""
    if call.error is None:
        return ("failed",)
    first = next((line for line in str(call.error).split("\n") if line.strip()), "")
    return (type(call.error).__name__, *wrap(first, LONGEST))


def said_of_step(step: Step, forward: bool) -> str:
    """Return the remarks on a rule that made a bad gradient or tangent."""
    name = step.rule.input
    return f"bad tangent from {name}" if forward else f"bad gradient for {name}"
