"""Where a gradient becomes 0: the steps that turn a nonzero cotangent into 0."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from ..engine.access import array_of
from ..engine.graph import Node
from ..engine.tape import Call, Step
from .causes import Cause
from .reports import Reason
from .steps import applied
from .values import size_of

TINY = 1e-6
"""A slope below this counts as saturated."""

SUBTRACTED = (
    "Look for a term that is subtracted from itself: the sum of x - x.mean(), or of normalised "
    "values, is 0 whatever x is."
)
SATURATING = {"elu", "erf", "gelu", "sigmoid", "silu", "softplus", "tanh"}


def find_stops(steps: Sequence[Step], call_of: Callable[[Node], Call | None]) -> list[Reason]:
    """Return the sums that cancel, then the steps that make a cotangent 0, last steps first."""
    found = [
        step_reason(step, call_of, why_zero(step, call_of(step.node)))
        for step in reversed(steps)
        if size_of(step.cotangent) > 0 and contributes_nothing(step)
    ]
    return find_cancelling(steps, call_of) + found


def contributes_nothing(step: Step) -> bool:
    """Return whether a step's contribution is 0 everywhere."""
    return step.contribution is None or size_of(step.contribution) == 0


def find_cancelling(steps: Iterable[Step], call_of: Callable[[Node], Call | None]) -> list[Reason]:
    """Return where contributions that are not 0 add up to 0, up to rounding."""
    into: dict[Node, list[Step]] = {}
    for step in steps:
        if not contributes_nothing(step):
            into.setdefault(step.parent, []).append(step)
    found = []
    for arriving in into.values():
        parts = [np.asarray(step.contribution) for step in arriving]
        if size_of(sum(parts)) <= 16 * np.finfo(parts[0].dtype).eps * max(map(size_of, parts)):
            ops = dict.fromkeys(step.node.op.label for step in arriving if step.node.op)
            names = " and ".join(ops)
            cause = Cause(
                "contributions cancel",
                f"the contributions of {names} are not 0, but their sum is",
                SUBTRACTED,
            )
            found.append(step_reason(arriving[0], call_of, cause))
    return found


def step_reason(step: Step, call_of: Callable[[Node], Call | None], cause: Cause) -> Reason:
    """Return a reason located at a step."""
    op, call = step.node.op, call_of(step.node)
    assert op is not None  # a leaf has no steps
    scope = call.scope[-1] if call is not None and call.scope else ""
    line = None if call is None else call.line
    return Reason(cause, op.name, step.rule.input, line, scope, call)


def why_zero(step: Step, call: Call | None) -> Cause:
    """Return why a step turns its cotangent into (nearly) 0."""
    op = step.node.op
    assert op is not None  # a leaf has no steps
    if step.contribution is None:
        return Cause("no rule", f"the rule of {op.name} gives no gradient for this input")
    if op.name == "checkpoint":
        return Cause(
            "inside a checkpoint",
            "the gradient became 0 inside tg.checkpoint",
            "Run it without tg.checkpoint to see where.",
        )
    if 0 in step.parent.shape:
        return Cause(
            "no elements",
            f"{op.name} was applied to an array without elements",
            "Check the shape: a mask or a slice may have selected nothing.",
        )
    if op.name == "setitem" and step.rule.input == "x":
        return Cause(
            "overwritten",
            "x[i] = v wrote over all elements that have a cotangent",
            "Compute with the old values, or write elsewhere.",
        )
    if op.kind != "elementwise" and op.name != "softmax":
        return product_of_zeros(step) or Cause(
            "zero rule", f"the rule of {op.name} gave 0 for a cotangent that is not 0"
        )
    if step.parent.shape != step.node.shape and size_of(applied(step, step.cotangent)) > 0:
        return Cause(
            "contributions cancel",
            f"the input is broadcast: the contributions of its copies in {op.label} are not 0, but "
            f"their sum is",
            SUBTRACTED,
        )
    return saturation(step) or ZERO_SLOPES.get(op.name, flat_cause)(step, call)


def product_of_zeros(step: Step) -> Cause | None:
    """Return the cause if the other factor of a matrix product is 0; else ``None``."""
    op = step.node.op
    assert op is not None  # a leaf has no steps
    if op.kind != "bilinear" and op.name != "linear":
        return None
    factors = [x for x in map(array_of, step.arguments) if isinstance(x, np.ndarray)]
    if not factors or any(map(size_of, factors)):
        return None
    return Cause(
        "multiplied by 0",
        "the other factor is 0 everywhere",
        "Check where that factor comes from: weights of 0 pass no gradient on; begin with random "
        "ones.",
    )


def saturation(step: Step) -> Cause | None:
    """Return the cause if an activation has (nearly) no slope at its values; else ``None``."""
    op = step.node.op
    assert op is not None  # a leaf has no steps
    if op.name == "softmax":
        return softmax_cause(step)
    if op.name != "relu" and op.name not in SATURATING:
        return None
    slopes = np.abs(applied(step, np.ones_like(step.cotangent)))
    flat = int((slopes < TINY).sum())
    if not flat:
        return None
    share, s = (f"{flat} of {slopes.size}", "s") if slopes.size > 1 else ("its only", "")
    if op.name == "relu":
        rest = "" if flat == slopes.size else ", and the cotangent is 0 at the others"
        return Cause(
            "dead relu",
            f"{share} input{s} {'are' if s else 'is'} negative (or 0), where the slope is 0{rest}",
            "Check the bias and the scale of its input, lower the learning rate, or use "
            "tg.leaky_relu or tg.gelu.",
        )
    return Cause(
        "saturated",
        f"{op.name} is saturated at {share} element{s}: its slope there is below {TINY:g}",
        "Scale its input down (initial weights, normalisation); for a loss use the logits: "
        "*_with_logits.",
    )


def softmax_cause(step: Step) -> Cause | None:
    """Return why the rule of softmax gave (nearly) 0; ``None`` if it did not."""
    if amplification(step) > TINY:
        return None
    g, axis = step.cotangent, step.node.params.get("axis", -1)
    if np.ptp(g, axis=axis).max() <= TINY * size_of(g):
        return Cause(
            "sum of a softmax",
            "the cotangent is the same along the axis, and the sum of a softmax is 1 whatever its "
            "input is",
            "Weight the elements differently, or leave the sum out.",
        )
    return Cause(
        "saturated",
        "softmax is saturated: one element is (nearly) 1 and the others 0",
        "Scale its input down; for a loss use tg.log_softmax or cross_entropy of the logits.",
    )


def zero_factor_cause(step: Step, call: Call | None) -> Cause:
    """Return why a product passes no gradient on."""
    dropped = call is not None and "dropout" in f"{call.line.text} {call.scope}".lower()
    if dropped:
        return Cause(
            "dropout",
            "dropout set these elements to 0",
            "Call model.eval(), or lower its p, to see the gradient without it.",
        )
    return Cause(
        "multiplied by 0",
        "the other factor is 0 wherever the cotangent is not",
        "Check where that factor comes from: a mask, a weight of 0, an initial value of 0.",
    )


def clip_cause(step: Step, call: Call | None) -> Cause:
    """Return why clipping passes no gradient on."""
    return Cause(
        "clip",
        "the values are outside the limits, where clip is constant",
        "Widen the limits, clip only for display, or use a smooth limit such as tanh.",
    )


def not_selected_cause(step: Step, call: Call | None) -> Cause:
    """Return why a selection passes no gradient on."""
    return Cause(
        "branch not taken",
        f"where takes nothing from its branch {step.rule.input} wherever the cotangent is not 0",
        "Look at the condition.",
    )


def extremum_cause(step: Step, call: Call | None) -> Cause:
    """Return why a maximum or minimum passes no gradient on."""
    assert step.node.op is not None  # a leaf has no steps
    return Cause(
        "other operand taken",
        f"{step.node.op.name} took the other operand everywhere",
        "Compare the two: a limit or margin may never, or always, be reached.",
    )


def flat_cause(step: Step, call: Call | None) -> Cause:
    """Return the cause of a slope that happens to be 0."""
    assert step.node.op is not None  # a leaf has no steps
    return Cause(
        "flat point",
        f"the slope of {step.node.op.name} is 0 at these values",
        "Start from other values: a gradient of 0 cannot leave a flat point.",
    )


ZERO_SLOPES: dict[str, Callable[[Step, Call | None], Cause]] = {
    "clip_between": clip_cause,
    "maximum": extremum_cause,
    "minimum": extremum_cause,
    "multiply": zero_factor_cause,
    "where": not_selected_cause,
}


def amplification(step: Step) -> float:
    """Return how much larger a step's contribution is than its cotangent."""
    given = size_of(step.cotangent)
    return size_of(step.contribution) / given if given and step.contribution is not None else 0.0
