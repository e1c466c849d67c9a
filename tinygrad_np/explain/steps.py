"""Where a gradient or a tangent becomes NaN or Inf: the rule that turned a good one bad."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..engine.access import array_of
from ..engine.graph import Leaf, Node
from ..engine.tape import Call, Step, Tape
from ..engine.tensor import Array, Tensor
from .causes import Cause
from .findings import NonFiniteFinding, Phase, made_bad
from .rule_causes import rule_cause, where_cause, zero_cause
from .values import Index, bad_in, operand_names, operands_at, places, reduced, values_at


def find_backward(tape: Tape, *, forward: bool) -> NonFiniteFinding | None:
    """Return the first step with a good cotangent and a bad contribution that reaches a leaf.

    Args:
        tape: The tape of the backward pass.
        forward: Whether values are already bad: then only a step with good saved values counts.
    """
    for at, step in enumerate(tape.steps):
        if not makes_bad(step) or (forward and bad_in(step.arguments)):
            continue
        if any(isinstance(node, Leaf) for node in tainted_nodes(tape, at)):
            return bad_step(tape, at)
    return None


def rule_behind(tape: Tape, found: NonFiniteFinding, results: Iterable[Tensor]) -> NonFiniteFinding:
    """Return the finding of the rule that made the bad value of `found`, or `found` if none did.

    A function that takes derivatives computes with gradients and tangents. They come from calls
    within a rule if the pass was recorded, and otherwise from no call.

    Args:
        tape: The tape.
        found: The first bad call, operand or result.
        results: The results of the run.
    """
    call = found.call
    node = None if call is None else call.within
    if node is not None:
        made = list(described(tape, lambda step, _: step.node is node))
        # One row of a Jacobian has Inf, and the others NaN from 0 times that.
        return next((f for f in made if f.bad == "Inf"), made[0] if made else found)
    values = [array_of(x) for x in results]
    if call is not None:
        i = operand_names(call).index(found.input) if found.input else -1
        if i < 0 or call.nodes[i] is not None:
            return found
        values = [call.values[i]]
    end = len(tape.calls) if call is None else call.number

    def leads(step: Step, later: Sequence[Step]) -> bool:
        return tape.starts[step.pass_number] <= end and led_to(later, values)

    return next(described(tape, leads), found)


def described(
    tape: Tape, wanted: Callable[[Step, Sequence[Step]], bool]
) -> Iterator[NonFiniteFinding]:
    """Yield the findings of the wanted steps that made a bad value."""
    for steps, describe in ((tape.forward_steps, bad_forward_step), (tape.steps, bad_step)):
        for at, step in enumerate(steps):
            if makes_bad(step) and wanted(step, steps[at:]):
                yield describe(tape, at)


def makes_bad(step: Step) -> bool:
    """Return whether a step was given a good value and made a bad one."""
    return bool(bad_in(step.contribution)) and not bad_in(step.cotangent)


def led_to(steps: Sequence[Step], values: Iterable[Any]) -> bool:
    """Return whether the pass that continues with `steps` made one of the bad `values`."""
    values = [value for value in values if bad_in(value)]
    reached = [step.contribution for step in steps if step.pass_number == steps[0].pass_number]
    return any(
        c is not None and np.array_equal(c, value, equal_nan=c.dtype.kind in "fc")
        for c in reached
        for value in values
    )


# ----------------------------------------------------------------------- backward


def bad_step(tape: Tape, at: int) -> NonFiniteFinding:
    """Return the finding of a step that made a bad gradient."""
    step = example_of(tape.steps[at])
    op = step.node.op
    assert op is not None  # a leaf has no steps
    bad = bad_in(step.contribution)
    mask = bad_places(step.contribution, bad)
    indices = places(mask)
    operands: dict[str, tuple[Any, ...]] = {}
    if op.kind == "elementwise":
        shape = step.node.shape
        raw = np.broadcast_to(applied(step, step.cotangent), shape)
        spots = places(bad_places(raw, bad)) or places(~np.isfinite(raw))
        indices = tuple(reduced(spot, step.parent.shape) for spot in spots) or indices
        operands = operands_of(tape, step, spots) | {"g": values_at(step.cotangent, shape, spots)}
    elif len(op.inputs) == 1 and step.node.shape == step.parent.shape:
        g = values_at(step.cotangent, step.node.shape, indices)
        operands = operands_of(tape, step, indices) | {"g": g}
    cause = cause_of_step(tape, at, {name: v[0] for name, v in operands.items() if v})
    tainted = tuple(call for node in tainted_nodes(tape, at) if (call := tape.call_of(node)))
    return finding(tape, step, "backward", mask, indices, operands, cause, tainted)


def example_of(step: Step) -> Step:
    """Return a step as it is; for a step of a whole batch, that of its first bad example.

    An example with Inf comes first: other rows of a Jacobian have NaN from 0 times that.
    """
    c, g = np.asarray(step.contribution), step.cotangent
    depth = g.ndim - len(step.node.shape)
    if not depth:
        return step
    batched = c.ndim > len(step.parent.shape)
    bad = np.isinf(c) if np.isinf(c).any() else np.isnan(c)
    example = places(bad, 1)[0][:depth] if batched else (0,) * depth
    c = c[example] if batched else c
    given = step.node, step.parent, step.rule, g[example], c
    return Step(*given, step.seconds, step.pass_number, step.arguments)


def applied(step: Step, g: Any) -> Array:
    """Return a step's rule applied to a cotangent, on arrays."""
    with np.errstate(all="ignore"):
        out = step.rule.apply(g, *map(array_of, step.arguments))
    return np.asarray(array_of(out))


def cause_of_step(tape: Tape, at: int, first: dict[str, Any]) -> Cause:
    """Return why a step made a bad gradient."""
    step = tape.steps[at]
    assert step.node.op is not None  # a leaf has no steps
    call, name = tape.call_of(step.node), step.node.op.name
    origin = None if call is None else origin_of(tape, call)
    if first.get("g") == 0:  # 0 times a value that is not finite
        function = name if origin is None else origin.op.name
        infinite = f"the slope of {name} is not finite there"
        if origin is not None:
            infinite = f"{function} gave {bad_in(origin.out)}{at_line(origin)}"
        where = where_above(tape.steps, at)
        if where is not None:
            line = at_line(tape.call_of(where.node))
            return where_cause(function, where.rule.input, line, infinite)
        if origin is None:
            return zero_cause(name, infinite)
    if origin is not None and origin is not call:
        made = made_bad(tape, origin).cause
        why = f"the rule of {name} uses what {origin.op.name} gave{at_line(origin)}: "
        return replace(made, why=why + made.why)
    known = {k: v for k, v in first.items() if k != "g"}
    return rule_cause(call, name, known, tape, bad_in(step.contribution), "cotangent")


def origin_of(tape: Tape, call: Call) -> Call | None:
    """Return the call that first made a call's operand or result bad; ``None`` if none did."""
    if not bad_in(call.out) and not any(map(bad_in, call.values)):
        return None
    while True:
        bad = [i for i, value in enumerate(call.values) if bad_in(value)]
        if not bad:
            return call
        number = call.sources[bad[0]]
        if number is None:  # no call made it
            return None
        call = tape.calls[number]


def at_line(call: Call | None) -> str:
    """Return the line of a call in words; empty if it is unknown."""
    return "" if call is None else f" at {call.line}"


def where_above(steps: Sequence[Step], at: int) -> Step | None:
    """Return the step of the `where` that put zeros into a step's cotangent."""
    nodes = {steps[at].node}
    for step in reversed(steps[:at]):
        if step.parent not in nodes or step.contribution is None:
            continue
        if step.node.op is not None and step.node.op.name == "where":
            spread = applied(step, step.cotangent)
            if np.any((spread == 0) & (step.cotangent != 0)):
                return step
        nodes.add(step.node)
    return None


def tainted_nodes(tape: Tape, at: int) -> list[Node]:
    """Return the nodes whose cotangents are bad because of a step."""
    nodes = {tape.steps[at].parent: None}
    for step in tape.steps[at + 1 :]:
        if step.node in nodes and bad_in(step.contribution):
            nodes[step.parent] = None
    return list(nodes)


# ------------------------------------------------------------------- forward mode


def bad_forward_step(tape: Tape, at: int) -> NonFiniteFinding:
    """Return the finding of a step of a forward pass that made a bad tangent."""
    step = tape.forward_steps[at]
    op = step.node.op
    assert op is not None  # a leaf has no steps
    bad = bad_in(step.contribution)
    mask = bad_places(step.contribution, bad)
    indices = places(mask)
    operands: dict[str, tuple[Any, ...]] = {}
    if op.kind == "elementwise":
        tangents = values_at(step.cotangent, step.node.shape, indices)
        operands = operands_of(tape, step, indices) | {"t": tangents}
    first = {name: values[0] for name, values in operands.items()}
    t = first.pop("t", None)
    cause = rule_cause(tape.call_of(step.node), op.name, first, tape, bad, "tangent")
    if t == 0:  # such as that of another element, in a column of a Jacobian
        cause = replace(cause, why=f"{cause.why}, and 0 times that is NaN")
    nodes = {step.node: None}
    for later in tape.forward_steps[at + 1 :]:
        if later.parent in nodes and bad_in(later.contribution):
            nodes[later.node] = None
    tainted = tuple(call for node in list(nodes)[1:] if (call := tape.call_of(node)))
    return finding(tape, step, "forward mode", mask, indices, operands, cause, tainted)


# -------------------------------------------------------------------------- both


def bad_places(x: Any, bad: str) -> Array:
    """Return where an array is NaN, or Inf."""
    return np.asarray(np.isnan(x) if bad == "NaN" else np.isinf(x))


def operands_of(tape: Tape, step: Step, spots: tuple[Index, ...]) -> dict[str, tuple[Any, ...]]:
    """Return the operands and the result of an elementwise op at indices of its result."""
    call, op = tape.call_of(step.node), step.node.op
    assert op is not None  # a leaf has no steps
    found = {} if call is None else operands_at(call, spots)
    for name, value in zip(step.rule.needs, step.arguments, strict=True):
        if name == "out" or (name in op.inputs and name != op.varargs):
            found.setdefault(name, values_at(array_of(value), step.node.shape, spots))
    return found


def finding(
    tape: Tape,
    step: Step,
    phase: Phase,
    mask: Array,
    indices: tuple[Index, ...],
    operands: dict[str, tuple[Any, ...]],
    cause: Cause,
    tainted: tuple[Call, ...],
) -> NonFiniteFinding:
    """Return the finding of a step."""
    call, op = tape.call_of(step.node), step.node.op
    assert op is not None  # a leaf has no steps
    return NonFiniteFinding(
        phase,
        op.name,
        step.rule.input,
        bad_in(step.contribution),
        indices,
        int(mask.sum()),
        mask.size,
        operands,
        cause,
        tape.line_of(step.node),
        call.scope[-1] if call and call.scope else "",
        call,
        step,
        tainted,
    )
