"""`explain_grad`: why a gradient is missing, zero, tiny or huge."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from ..engine.access import array_of, replaced, walk
from ..engine.errors import GraphError
from ..engine.graph import Node, walk_edges
from ..engine.passes import backward_pass, match_input, vjp_of
from ..engine.tape import Call, Step, Tape, recording, running
from ..engine.tensor import Tensor, result
from ..engine.trees import tree_leaves
from .causes import Cause
from .cuts import OperandPlace, changed_operands, copied_operands, find_cuts
from .missing import made_by, not_a_leaf, unconnected, untracked_reason
from .reports import GradExplanation, GradVerdict, Hop, Reason, Share, reason_of
from .stops import amplification, find_cancelling, find_stops, saturation, step_reason
from .values import bad_in, size_of

VANISHING, HUGE = 1e-6, 1e6
"""A gradient is called so if its largest element is below the one, or above the other."""

WORST = 3
"""How many of the steps that shrink or enlarge a gradient most are named."""

TERMS = 16
"""How many terms of a loss are distinguished."""


def explain_grad(
    loss: Tensor | Callable[..., Any],
    target: Tensor | npt.ArrayLike,
    *args: Any,
    tape: Tape | None = None,
) -> GradExplanation:
    """Explain the gradient of a loss for a Tensor: why it is missing, zero, tiny or huge.

    Preferably, pass the function that computes the loss. It runs three times on tapes: twice
    unchanged, and once with the target's values slightly changed, which shows where they leave
    the graph: through ``.data``, ``float()``, ``.item()``. The target gets its values back. For
    a computed loss with a tape, such places are found by comparing values; for a computed loss
    alone, only its graph is known. No ``.grad`` is written, and no graph is freed.

    Args:
        loss: A function, or a Tensor. A function that takes arguments is called with `target`
            and `args`, as in :func:`grad`; one that takes none, such as
            ``lambda: criterion(model(x), y)``, must use the target itself. A loss of several
            elements stands for their sum.
        target: The Tensor in question, a leaf or computed; also an array, if `loss` takes it.
        args: The function's other arguments.
        tape: The tape of the :func:`record` block in which a loss that is a Tensor was computed;
            not needed while that block runs.

    Returns:
        A :class:`GradExplanation`: print it.

    >>> import numpy as np, tinygrad_np as tg
    >>> w = tg.tensor([1.0, -2.0], requires_grad=True, name="w")
    >>> x = np.array([0.5, 3.0])
    >>> explanation = tg.explain_grad(lambda: tg.relu(w * x - 10.0).sum(), w)
    >>> explanation.verdict, explanation.cause
    ('zero', 'dead relu')
    >>> tg.explain_grad(lambda: float((w * x).sum()) * w.detach().sum(), w).cause
    'taken out of the graph'
    """
    if isinstance(loss, Tensor):
        if not isinstance(target, Tensor):
            raise TypeError(
                f"explain_grad: the target is {type(target).__name__}; for a loss that "
                f"is already computed, it must be the Tensor itself"
            )
        known = tape if tape is not None else running()
        hidden = {} if known is None else copied_operands(known, target)
        explanation = explained(loss, target, known, hidden, None)
        if explanation.gradient is not None and target.is_leaf and target.grad is None:
            return explanation.noting(
                ".grad is None before backward is called, and after zero_grad()"
            )
        return beside_grad(explanation, target)
    if not callable(loss):
        raise TypeError(
            f"explain_grad: the loss is {type(loss).__name__}; pass the function that computes it, "
            f"or the Tensor"
        )
    if args or takes_arguments(loss):
        if not isinstance(target, Tensor):
            target = Tensor(target, requires_grad=True)
        args = (target, *args)
    if not isinstance(target, Tensor):
        raise TypeError(
            "explain_grad: the function takes no arguments, so the target must be a Tensor it uses"
        )
    tapes, answers, failure = runs_of(loss, args, target)
    by_itself = changed_operands(tapes[0], tapes[1], target)
    changed = changed_operands(tapes[0], tapes[2], target) - by_itself if not failure else set()
    hidden = dict.fromkeys(changed, "that changes with the target")
    matters = None if failure else not same(answers[0], answers[2])
    explanation = explained(answers[0], target, tapes[0], hidden, matters)
    explanation = beside_grad(explanation, target)
    if failure and target.node is not None:
        return explanation.noting(
            f"the function failed for slightly different values ({failure}), so values taken out "
            f"of the graph were not searched for"
        )
    return explanation


def beside_grad(explanation: GradExplanation, target: Tensor) -> GradExplanation:
    """Return an explanation with a note if ``.grad`` holds another gradient."""
    if target.node is None or not target.is_leaf or target.grad is None:
        return explanation
    have, g = array_of(target.grad), explanation.gradient
    if g is None:
        return explanation.noting(
            f".grad holds the gradient of an earlier backward: norm {norm_of(have):.3g}"
        )
    if not norm_of(g) or np.allclose(have, g, rtol=1e-3, equal_nan=True):
        return explanation
    ratio = norm_of(have) / norm_of(g)
    times = round(ratio) if np.isfinite(ratio) else 0
    if times > 1 and np.allclose(have, times * g, rtol=1e-3):
        return explanation.noting(
            f".grad holds {times} times this gradient: backward adds to .grad; call "
            f"zero_grad() first"
        )
    return explanation.noting(
        f".grad holds another gradient, of norm {norm_of(have):.3g}: backward adds to .grad"
    )


def takes_arguments(f: Callable[..., Any]) -> bool:
    """Return whether a function has required arguments."""
    if isinstance(f, np.ufunc):  # which has no signature before NumPy 2.4
        return True
    try:
        parameters = inspect.signature(f).parameters.values()
    except (TypeError, ValueError):  # written in C
        return True
    return any(
        p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
        for p in parameters
    )


def runs_of(
    f: Callable[..., Any], args: tuple[Any, ...], target: Tensor
) -> tuple[list[Tape], list[Any], str]:
    """Run a function twice unchanged and once with the target moved; return that run's error."""
    tapes, answers = [Tape(), Tape(), Tape()], []
    for tape in tapes[:2]:
        with recording(tape):
            answers.append(f(*args))
    if target.dtype.kind not in "fc":
        return tapes, answers, f"its dtype is {target.dtype}"
    with moved(target), recording(tapes[2]):
        try:
            answers.append(f(*args))
        except Exception as error:
            return tapes, answers, f"{type(error).__name__}: {error}"
    return tapes, answers, ""


@contextmanager
def moved(target: Tensor) -> Iterator[None]:
    """Give a Tensor slightly different values inside the block: nearer to 0, unless they are 0."""
    data = array_of(target)
    size = np.random.default_rng(0).uniform(0.5e-3, 1e-3, data.shape)
    other = np.where(data == 0, size, data * (1.0 - size)).astype(data.dtype)
    with replaced(target, result(other, target.node)):
        yield


def same(x: Any, y: Any) -> bool:
    """Return whether two results have the same values."""
    pairs = zip(*[[np.asarray(array_of(t)) for t in tree_leaves(z)] for z in (x, y)], strict=True)
    return all(np.array_equal(a, b, equal_nan=a.dtype.kind in "fc") for a, b in pairs)


# ---------------------------------------------------------------------- explanation


def explained(
    loss: Any,
    target: Tensor,
    tape: Tape | None,
    hidden: dict[OperandPlace, str],
    matters: bool | None,
) -> GradExplanation:
    """Return the explanation of a loss that was computed.

    Args:
        loss: The loss, or what a function returned in its place.
        target: The Tensor in question.
        tape: The tape of the computation, if there is one.
        hidden: The operands on it that depend on the target outside the graph, with a description.
        matters: Whether the loss changes with the target; ``None`` if unknown.
    """
    name = target.name or ("the Tensor" if target.is_leaf else f"the result of {made_by(target)}")
    if target.node is None:
        return GradExplanation(name, "none", None, (untracked_reason(loss, target, tape),))
    if not isinstance(loss, Tensor):
        taken = Cause(
            "not a Tensor",
            f"the function returned {type(loss).__name__}, which has no graph",
            "Return the Tensor itself, without float(), .item() or .data.",
        )
        return GradExplanation(name, "none", None, (Reason(taken),))
    cuts = [] if tape is None else find_cuts(tape, loss, target, hidden)
    root = loss.node
    if root is None or target.node not in walk(root):
        reasons = cuts or [Reason(unconnected(loss, target, tape, matters))]
        return GradExplanation(name, "none", None, tuple(reasons))
    try:
        walk_edges([root])
    except GraphError as error:
        spent = Cause("graph spent", str(error), "Compute the loss again, or pass the function.")
        return GradExplanation(name, "spent", None, (Reason(spent),))
    return measured(name, loss, target, tape, cuts)


def measured(
    name: str, loss: Tensor, target: Tensor, tape: Tape | None, cuts: list[Reason]
) -> GradExplanation:
    """Return the explanation of a gradient that exists, from a backward pass of its own."""
    assert loss.node is not None  # checked by `explained`
    assert target.node is not None
    call_of = no_call if tape is None else tape.call_of
    own = Tape()
    start = np.ones(loss.shape, loss.dtype)
    with recording(own), np.errstate(all="ignore"):
        found = backward_pass({loss.node: start}, frozenset((target.node,)), retain_graph=True)
        terms = terms_of(loss.node, target.node, start, call_of)
    steps = [step for step in own.steps if step.pass_number == 0]
    if target.node not in found:  # every path ends at a rule without a gradient
        reasons = cuts or find_stops(steps, call_of)
        return GradExplanation(name, "none", None, tuple(reasons))
    gradient = np.asarray(found[target.node])
    verdict, reasons = judged(gradient, steps, call_of)
    noted = {"detach", "no_grad", "taken out of the graph", "integer cast"}
    reasons += [cut for cut in cuts if verdict == "zero" or cut.cause.name in noted]
    if not target.is_leaf:
        made = tape.call_of(target.node) if tape is not None else None
        reasons.append(
            reason_of(not_a_leaf(target), made, 0) if made else Reason(not_a_leaf(target))
        )
    into = [step for step in steps if step.parent is target.node]
    shares = tuple(share_of(step, call_of) for step in into if step.contribution is not None)
    path = path_from(target.node, steps, call_of)
    return GradExplanation(name, verdict, gradient, tuple(reasons), path, shares, tuple(terms))


def judged(
    gradient: Any, steps: list[Step], call_of: Callable[[Node], Call | None]
) -> tuple[GradVerdict, list[Reason]]:
    """Return the verdict on a gradient, and the steps that are the reasons."""
    size = size_of(gradient)
    if bad_in(gradient):
        advice = "tg.explain_nan(f, *args) finds where it was made."
        return "not finite", [Reason(Cause("not finite", "the gradient has NaN or Inf", advice))]
    if not gradient.size:
        advice = "Check the shape of the target."
        empty = Cause("no elements", f"the target has shape {gradient.shape}: no elements", advice)
        return "zero", [Reason(empty)]
    if size == 0:
        return "zero", find_stops(steps, call_of)
    factors = sorted(steps, key=amplification)
    if size < VANISHING:
        if cancelling := find_cancelling(steps, call_of):
            return "vanishing", cancelling
        least = [s for s in factors[:WORST] if amplification(s) < 1e-2]
        return "vanishing", [step_reason(s, call_of, saturation(s) or scaling(s)) for s in least]
    if size > HUGE:
        most = [s for s in factors[: -WORST - 1 : -1] if amplification(s) > 10.0]
        return "huge", [step_reason(s, call_of, scaling(s)) for s in most]
    return "ok", []


def scaling(step: Step) -> Cause:
    """Return the cause that a step makes a gradient much larger, or smaller."""
    assert step.node.op is not None  # a leaf has no steps
    factor = amplification(step)
    why = f"the rule of {step.node.op.name} made the gradient {factor:.3g} times as large"
    if factor < 1.0:
        return Cause("small slope", why, "Scale the values: normalised inputs, larger weights.")
    return Cause(
        "large slope",
        why,
        "Scale the values (normalised inputs, smaller weights), or keep away from the point where "
        "the slope is infinite.",
    )


def path_from(
    start: Node, steps: list[Step], call_of: Callable[[Node], Call | None]
) -> tuple[Hop, ...]:
    """Return the path from a node to the loss that most of its gradient came along."""
    into: dict[Node, list[Step]] = {}
    for step in steps:
        into.setdefault(step.parent, []).append(step)
    path: list[Hop] = []
    while arriving := into.get(start):
        step = max(arriving, key=lambda s: (norm_of(s.contribution), norm_of(s.cotangent)))
        assert step.node.op is not None  # a leaf has no steps
        call = call_of(step.node)
        path.append(
            Hop(
                step.node.op.name,
                step.rule.input,
                None if call is None else call.line,
                call.scope[-1] if call is not None and call.scope else "",
                norm_of(step.cotangent),
                norm_of(step.contribution),
                len(arriving),
            )
        )
        start = step.node
    return tuple(path)


def share_of(step: Step, call_of: Callable[[Node], Call | None]) -> Share:
    """Return the part of the target's gradient that came through one edge."""
    call, op = call_of(step.node), step.node.op
    assert op is not None  # a leaf has no steps
    line = None if call is None else call.line
    return Share(f"{op.name}.{step.rule.input}", line, np.asarray(step.contribution))


def terms_of(
    root: Node, target: Node, start: Any, call_of: Callable[[Node], Call | None]
) -> list[Share]:
    """Return the gradient from each term of a sum; an empty list for a single term."""
    terms: list[tuple[Node, Any]] = []
    stack = [(root, start)]
    while stack:
        node, g = stack.pop()
        name = node.op.name if node.op is not None else ""
        if name not in ("add", "subtract", "negative", "positive") or len(stack) > TERMS:
            terms.append((node, g))
            continue
        for parent, rule, arguments in reversed(node.edges or ()):
            c = vjp_of(node, rule, g, arguments)
            stack.append((parent, match_input(c, parent, node, rule)))
    if len(terms) < 2:
        return []
    shares = []
    for node, g in terms:
        found = backward_pass({node: g}, frozenset((target,)), retain_graph=True).get(target)
        call = call_of(node)
        name = node.name or (node.op.name if node.op else "a leaf")
        gradient = np.zeros(target.shape, target.dtype) if found is None else np.asarray(found)
        shares.append(Share(name, None if call is None else call.line, gradient))
    return shares


def norm_of(x: Any) -> float:
    """Return the Euclidean norm of an array; 0 for ``None``."""
    return 0.0 if x is None else float(np.linalg.norm(np.ravel(x)))


def no_call(node: Node) -> None:
    """Return ``None``: without a tape no call of a node is known."""
