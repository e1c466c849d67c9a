"""The search for the op at fault: every recorded op is checked by itself at its own values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ..engine.modes import enable_grad
from ..engine.tape import Call, Step, Tape, record
from ..engine.tensor import Tensor
from .analysis import gradients
from .examine import CheckOptions, examine
from .inputs import Problem, new_leaf
from .patterns import pattern_of
from .reference import OUTSIDE, Reference
from .report import Blame, ElementFinding, order_of, worst_first

MOST = 2000
"""The most recorded calls that are checked by themselves."""


def blame(problem: Problem, options: CheckOptions, seed: int) -> Blame:
    """Return the cause of a problem's wrong gradients."""
    with enable_grad(), np.errstate(all="ignore"):
        reference = Reference(problem, np.random.default_rng(seed))
        tape, steps = run_recorded(problem, reference)
        for found in (
            not_finite(tape, steps),
            op_at_fault(tape, options, seed),
            cut(problem, reference, tape),
        ):
            if found is not None:
                return found
    return no_op(
        f"no op is at fault by itself: each of the {len(tape.calls)} recorded calls passes with "
        f"its own operands"
    )


def no_op(text: str, line: str = "", pattern: str = "") -> Blame:
    """Return the blame for a cause that is not an op."""
    return Blame(None, line, (), pattern, "", text)


def run_recorded(problem: Problem, reference: Reference) -> tuple[Tape, list[Step]]:
    """Return a tape of the function's calls, and the steps of its backward pass."""
    leaves = [new_leaf(array) for array in reference.arrays]
    with record() as tape:
        outputs = problem.call(leaves)
    with record() as backward_tape:
        gradients(outputs, leaves, reference.cotangents, create_graph=False)
    return tape, backward_tape.steps


# ------------------------------------------------------------------- not finite


def not_finite(tape: Tape, steps: Sequence[Step]) -> Blame | None:
    """Return the first call or rule that turned finite numbers into NaN or infinity, if any."""
    for call in tape.calls:
        if call.out is None or not all(map(finite, call.values)) or finite(call.out):
            continue
        index = tuple(np.argwhere(~np.isfinite(call.out))[0].tolist())
        shown = f"{call.out[index]} at {list(index)}" if index else f"{call.out[()]}"
        operands = ", ".join(
            f"{name} = {element(value, index, call.out.shape)}"
            for name, value in zip(call.op.inputs, call.values, strict=False)
        )
        text = f"at fault: {called(call)}\n  its result is {shown}, from {operands}"
        return Blame(call.op.name, str(call.line), (), "", "", text)
    for step in steps:
        c = step.contribution
        if c is None or finite(c) or not finite(step.cotangent):
            continue
        index = tuple(np.argwhere(~np.isfinite(c))[0].tolist())
        shown = f"{c[index]} at {list(index)}" if index else f"{c[()]}"
        made = tape.call_of(step.node)
        op = step.node.op
        assert op is not None  # a leaf has no rules
        where = called(made) if made is not None else op.name
        text = (
            f"at fault: the gradient of {where}\n  its rule for {step.rule.input} gives {shown}, "
            f"from a cotangent that is finite"
        )
        return Blame(op.name, str(made.line) if made else "", (), "", "", text)
    return None


def finite(x: Any) -> bool:
    """Return whether all of an operand is finite."""
    return bool(np.isfinite(x).all())


def element(value: Any, index: tuple[int, ...], shape: tuple[int, ...]) -> str:
    """Return the operand's element behind element `index` of the result; its shape if unclear."""
    array = np.asarray(value)
    if array.size == 1:
        return str(array.ravel()[0])
    if array.ndim <= len(shape) and np.broadcast_shapes(array.shape, shape) == shape:
        return str(np.broadcast_to(array, shape)[index])
    return f"an array of shape {array.shape}"


# ------------------------------------------------------------------ op by op


def op_at_fault(tape: Tape, options: CheckOptions, seed: int) -> Blame | None:
    """Return the first op whose own gradients are wrong, if there is one.

    An op that is wrong in forward mode alone counts only if no other is: its rule is transposed
    by means of other ops, and the fault may be in theirs.
    """
    second = None
    for call in in_order(tape.calls):
        problem = alone(call)
        if problem is None:
            continue
        findings, faults, _ = examine(problem, options, np.random.default_rng(seed))
        failures = worst_first(findings)
        if faults or any(finding.mode == "reverse" for finding in failures):
            return blamed(call, problem, failures, faults, seed, options.order)
        if failures and second is None:
            second = (call, problem, failures)
    return blamed(*second, [], seed, options.order) if second is not None else None


def in_order(calls: Sequence[Call]) -> Iterator[Call]:
    """Yield the recorded calls to check, first one for each op, shapes and parameters."""
    calls = [call for call in calls if call.node is not None and call.out is not None]
    kinds: set[Any] = set()
    again = []
    for call in calls:
        kind = (call.op, tuple(np.shape(value) for value in call.values), repr(call.params))
        if kind in kinds:
            again.append(call)
        else:
            kinds.add(kind)
            yield call
    yield from again[: max(0, MOST - len(kinds))]


def alone(call: Call) -> Problem | None:
    """Return the problem of checking one recorded call at its own operands."""
    places = [
        i
        for i, (value, node) in enumerate(zip(call.values, call.nodes, strict=True))
        if node is not None and np.asarray(value).dtype.kind == "f"
    ]
    if not places or call.out is None or call.out.dtype.kind != "f":
        return None  # complex: the fault shows at the real ops around it

    def function(leaves: list[Tensor]) -> list[Tensor]:
        operands = list(call.values)
        for i, leaf in zip(places, leaves, strict=True):
            operands[i] = leaf
        return [call.op.call(*operands, **call.params)]

    fixed = call.op.inputs[:-1] if call.op.varargs else call.op.inputs
    names = [fixed[i] if i < len(fixed) else f"{call.op.varargs}[{i - len(fixed)}]" for i in places]
    return Problem(call.op.name, function, [np.asarray(call.values[i]) for i in places], names)


def blamed(
    call: Call,
    problem: Problem,
    failures: Sequence[ElementFinding],
    faults: Sequence[str],
    seed: int,
    order: int,
) -> Blame:
    """Return the blame for an op, with everything known about its fault."""
    pattern = pattern_of(problem, failures, seed) if failures else ""
    lines = [f"at fault: {called(call)}"]
    lines += [f"  {fault}" for fault in faults]
    lines += [f"  by itself, {order_of(finding)}{finding}" for finding in failures[:1]]
    lines += [f"  pattern: {pattern}"] if pattern else []
    reproduce = op_reproduction(call, seed, order)
    lines += [f"  alone: {reproduce}"] if reproduce else []
    return Blame(
        call.op.name, str(call.line), tuple(failures), pattern, reproduce, "\n".join(lines)
    )


def called(call: Call) -> str:
    """Return the name of an op and the line it was called from, in words."""
    text = f"{call.op.name}, called at {call.line}"
    return f"{text}: {call.line.text}" if call.line.text else text


def op_reproduction(call: Call, seed: int, order: int) -> str:
    """Return a line of Python that checks an op at the operands of a call, if they are small."""
    if sum(np.size(value) for value in call.values) > 40 or call.op.varargs:
        return ""
    operands = ", ".join(map(literal, call.values))
    params = "".join(
        f", {name}={value!r}"
        for name, value in call.params.items()
        if name not in call.op.defaults or value is not call.op.defaults[name]
    )
    names = ", ".join(call.op.inputs)
    f = call.op.name if not params else f"lambda {names}: {call.op.name}({names}{params})"
    told = f"order={order}, " if order != 1 else ""
    return f"gradcheck({f}, {operands}, {told}seed={seed})"


def literal(value: Any) -> str:
    """Return a number or an array as a Python expression."""
    if not isinstance(value, np.ndarray):
        return repr(value)
    dtype = "" if value.dtype in (np.dtype(float), np.dtype(bool)) else f", {str(value.dtype)!r}"
    if value.dtype.kind in "iu":
        dtype = "" if value.dtype == np.dtype(int) else dtype
    return f"np.array({value.tolist()}{dtype})"


# ------------------------------------------------------------------ cut paths


def cut(problem: Problem, reference: Reference, tape: Tape) -> Blame | None:
    """Return the place where a result depends on an input but no gradient flows, if there is one.

    The inputs are moved a little: an operand that changes too but is not tracked was computed from
    the values of a Tensor.
    """
    for sign in (1.0, -1.0):
        moved = [a + sign * 1e-3 * np.where(a == 0, 1.0, a) for a in reference.arrays]
        leaves = [new_leaf(array) for array in moved]
        try:
            with record() as other:
                problem.call(leaves)
        except OUTSIDE:
            continue
        if [call.op for call in other.calls] != [call.op for call in tape.calls]:
            return no_op(
                "no op is at fault by itself, but which ops are called depends on the values of "
                "the inputs: an `if` or a loop on values has no gradient"
            )
        for one, two in zip(tape.calls, other.calls, strict=True):
            for i, (a, b) in enumerate(zip(one.values, two.values, strict=True)):
                outside = one.nodes[i] is None and one.sources[i] is None
                if outside and np.shape(a) == np.shape(b) and not np.array_equal(a, b):
                    name = one.op.inputs[min(i, len(one.op.inputs) - 1)]
                    text = (
                        f"no op is at fault by itself, but a path is cut: operand {name} of "
                        f"{called(one)}\n  depends on the inputs, and no gradient flows through "
                        f"it: it was made with detach(), .data, float() or outside this "
                        f"package"
                    )
                    return no_op(text, str(one.line), "cut path")
    return None
