"""Where a gradient is cut: values that depend on the target where the graph does not.

A cut is an input without a rule, a detached operand, or a value taken out of the graph.
"""

from __future__ import annotations

import numpy as np

from ..engine.access import array_of, walk
from ..engine.graph import Leaf, Node
from ..engine.op import Rule
from ..engine.tape import Call, Tape
from ..engine.tensor import Tensor
from .causes import Cause
from .reports import Reason, reason_of

OperandPlace = tuple[int, int]
"""The number of a call, and the position of one of its operands."""

COMPARISONS = {"equal", "greater", "greater_equal", "less", "less_equal", "not_equal"}
ROUNDING = {"ceil", "fix", "floor", "floor_divide", "rint", "round", "sign", "trunc"}
POSITIONS = {"argmax", "argmin", "argpartition", "argsort", "nanargmax", "nanargmin"}


def find_cuts(
    tape: Tape, loss: Tensor, target: Tensor, hidden: dict[OperandPlace, str]
) -> list[Reason]:
    """Return where values that depend on the target reach the loss, but no gradient flows back.

    Args:
        tape: The tape of the computation.
        loss: Its result.
        target: A Tensor that requires a gradient.
        hidden: Operands known to depend on the target outside the graph, with a description.
    """
    start = target.node
    assert start is not None  # it requires a gradient
    leads = calls_behind(tape, loss)
    graph = set() if loss.node is None else set(walk(loss.node))
    depending: set[int] = set()
    tracked: set[int] = set()  # depending through the graph
    reaching: dict[Node, bool] = {start: True}
    cuts: list[Reason] = []
    for call in tape.calls:
        for i, (node, source) in enumerate(zip(call.nodes, call.sources, strict=True)):
            place = (call.number, i)
            # A leaf that is not in the graph stands for another Tensor, as inside a checkpoint.
            outside = place in hidden and (node is None or node in graph)
            known = source in tracked
            if node is not None and not known and tape.call_of(node) is None:
                if node not in reaching:  # from before the tape
                    reaching[node] = start in walk(node)
                known = reaching[node]
            if not known and source not in depending and not outside:
                continue
            depending.add(call.number)
            if known and flows(call, i):
                tracked.add(call.number)
            elif (known or outside) and call.number in leads:
                cuts.append(reason_of(cut_cause(call, i, hidden.get(place, "")), call, i))
    return cuts


def calls_behind(tape: Tape, loss: Tensor) -> set[int]:
    """Return the numbers of the calls whose values went into a loss."""
    last = tape.source(loss)
    if last is None:
        return set()
    stack = [last.number]
    seen = set(stack)
    while stack:
        for n in tape.calls[stack.pop()].sources:
            if n is not None and n not in seen:
                seen.add(n)
                stack.append(n)
    return seen


def flows(call: Call, i: int) -> bool:
    """Return whether a gradient flows from a call's result to one of its operands."""
    return call.node is not None and call.nodes[i] is not None and rule_of(call, i) is not None


def rule_of(call: Call, i: int) -> Rule | None:
    """Return the rule for an operand of a call."""
    names = call.op.inputs
    return call.op.rules.get(names[min(i, len(names) - 1)])


def cut_cause(call: Call, i: int, hidden: str) -> Cause:
    """Return why no gradient flows to an operand that depends on the target."""
    op, value = call.op.name, call.values[i]
    if hidden:
        form = "an array" if isinstance(value, np.ndarray) else "a Python number"
        how = ".detach(), .data" if isinstance(value, np.ndarray) else "float(), .item()"
        return Cause(
            "taken out of the graph",
            f"this operand is {form} {hidden}: {how} or tg.tensor() took it out of the graph",
            "Compute with the Tensor itself.",
        )
    if call.nodes[i] is None:
        return Cause(
            "detach",
            "this operand was detached from the graph: by .detach(), tg.stop_gradient, or "
            "requires_grad switched off",
            "Use the Tensor itself if a gradient should flow.",
        )
    if rule_of(call, i) is None:
        return constant_cause(op)
    if call.out is not None and call.out.dtype.kind not in "fc":
        return Cause(
            "integer cast",
            f"{op} converted it to {call.out.dtype}, and no gradient flows through integers",
            "Keep a floating-point dtype.",
        )
    return Cause(
        "no_grad",
        f"{op} was called inside no_grad(), where nothing is recorded",
        "Compute it outside no_grad().",
    )


def constant_cause(op: str) -> Cause:
    """Return why an op has no gradient."""
    if op in POSITIONS:
        return Cause(
            "argmax",
            f"{op} gives positions: integers, which do not change when values change a little",
            "Use tg.softmax as soft weights, or the values themselves with max or sort.",
        )
    if op in COMPARISONS or op.startswith(("logical_", "bitwise_")):
        return Cause(
            "comparison",
            f"{op} gives true or false, which does not change when values change a little",
            "Use tg.sigmoid((x - y) / width) for a soft comparison.",
        )
    if op in ROUNDING:
        return Cause(
            "rounding",
            f"{op} is piecewise constant: its slope is 0 everywhere",
            "Leave it out of the loss, or pass the gradient straight through: "
            "x + tg.stop_gradient(np.round(x) - x).",
        )
    return Cause("constant op", f"no gradient flows through {op} to this input")


# ------------------------------------------------------------- values outside the graph


def from_outside(tape: Tape, target: Tensor) -> list[OperandPlace]:
    """Return the operands that no call made: constants, and leaves other than the target."""
    return [
        (call.number, i)
        for call in tape.calls
        for i, (node, source) in enumerate(zip(call.nodes, call.sources, strict=True))
        if source is None and node is not target.node
        if node is None or isinstance(node, Leaf)
    ]


def changed_operands(first: Tape, second: Tape, target: Tensor) -> set[OperandPlace]:
    """Return the operands from outside that differ between two runs of one function."""
    changed: set[OperandPlace] = set()
    for number, i in from_outside(first, target):
        if number >= len(second.calls) or second.calls[number].op is not first.calls[number].op:
            break
        here, there = first.calls[number].values[i], second.calls[number].values[i]
        if not np.array_equal(here, there, equal_nan=np.asarray(here).dtype.kind in "fc"):
            changed.add((number, i))
    return changed


def copied_operands(tape: Tape, target: Tensor) -> dict[OperandPlace, str]:
    """Return the operands from outside that equal the target or an earlier result, described."""
    found: dict[OperandPlace, str] = {}
    for number, i in from_outside(tape, target):
        value = tape.calls[number].values[i]
        array = np.asarray(value)
        if array.dtype.kind not in "fc" or not np.any(array != np.round(array)):
            continue  # whole numbers may be equal by chance
        leaf = tape.calls[number].nodes[i] is not None
        if not leaf and np.array_equal(array, array_of(target)):  # two leaves may be equal
            found[number, i] = "with the values of the target"
            continue
        for earlier in tape.calls[:number]:
            if earlier.node is not None and np.array_equal(array, array_of(earlier.out)):
                found[number, i] = f"with the values that {earlier.op.name} computed"
                break
    return found
