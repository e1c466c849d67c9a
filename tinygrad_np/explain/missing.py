"""Why no path leads from a loss to a Tensor."""

from __future__ import annotations

from typing import Any

from ..engine.access import walk
from ..engine.graph import Leaf
from ..engine.tape import Tape
from ..engine.tensor import Tensor
from .causes import Cause
from .reports import Reason, reason_of


def made_by(x: Tensor) -> str:
    """Return the name of the op that made a computed Tensor."""
    return x.node.op.name if x.node is not None and x.node.op is not None else "no op"


def leaves_below(loss: Any) -> list[Leaf]:
    """Return the leaves that a loss was computed from."""
    if not isinstance(loss, Tensor) or loss.node is None:
        return []
    return [node for node in walk(loss.node) if isinstance(node, Leaf)]


def untracked_reason(loss: Any, target: Tensor, tape: Tape | None) -> Reason:
    """Return why a Tensor does not require a gradient."""
    if target.dtype.kind not in "fc":
        return Reason(Cause(
            "integer target",
            f"it has dtype {target.dtype}, and integers have no derivatives",
            "Make it with dtype=float and requires_grad=True.",
        ))  # fmt: skip
    if any(leaf.tensor() is target for leaf in leaves_below(loss)):
        return Reason(Cause(
            "frozen after",
            "its requires_grad was switched off after the loss was computed",
            "Switch it on before the loss is computed.",
        ))  # fmt: skip
    made = None if tape is None else tape.source(target)
    cause = Cause(
        "requires_grad is False",
        "it does not require a gradient"
        + ("" if made is None else f": it is the result of {made.op.name}, made as a constant"),
        "Make it with requires_grad=True before the loss is computed. An update like "
        "p = p - lr * g inside no_grad() makes it a constant: use an optimizer, or "
        "p.data -= lr * g.",
    )
    return reason_of(cause, made, 0) if made is not None else Reason(cause)


def not_a_leaf(target: Tensor) -> Cause:
    """Return why `.grad` of a computed Tensor stays empty."""
    return Cause(
        "not a leaf",
        f"a gradient flows to it, but it is the result of {made_by(target)}, and backward fills "
        f".grad only on leaves",
        "Use loss.gradient(p). If it was a parameter before p = p - lr * g: keep the leaf, "
        "with an optimizer or p.data -= lr * g.",
    )


def unconnected(loss: Tensor, target: Tensor, tape: Tape | None, matters: bool | None) -> Cause:
    """Return why the graph of a loss does not lead to a target, when no cut was found."""
    leaves = leaves_below(loss)
    own = [] if target.node is None else walk(target.node)
    replaced = (
        "The loss was computed from a different Tensor than the target: p = p - lr * g and "
        "p = tg.tensor(...) rebind the name. Keep the leaf, with an optimizer or p.data -= ..."
    )
    if any(leaf.tensor() is target for leaf in leaves):
        return Cause(
            "node replaced",
            "its requires_grad was switched off and on again after the loss was computed, which "
            "made a new leaf",
            "Compute the loss again.",
        )
    same_name = [leaf for leaf in leaves if leaf.name is not None and leaf.name == target.name]
    if same_name or (not target.is_leaf and set(own) & set(leaves)):
        which = f"another leaf named {target.name!r}" if same_name else "the leaf it came from"
        return Cause("replaced", f"the loss was computed from {which}", replaced)
    made = None if tape is None else tape.source(loss)
    if loss.node is None and made is not None and made.node is not None:
        return Cause("detach", f"the result of {made.op.name} was detached", "Do not detach it.")
    if matters:
        return Cause(
            "outside of every op",
            "the loss changes with it, but through no operand of an op: through plain NumPy, as in "
            "tg.tensor(x.data), or an if on a value",
            "Compute with the Tensor itself, and choose with np.where.",
        )
    if loss.node is None and tape is None:
        return Cause(
            "loss without a graph",
            "the loss has no graph: it was computed inside no_grad(), detached, or from nothing "
            "that requires a gradient",
            "Pass the function that computes it: tg.explain_grad(lambda: ..., p) shows where.",
        )
    alike = [x for x in leaves if x.shape == target.shape and not (x.name and target.name)]
    hint = (
        f" Or was it replaced? {replaced}"
        if alike
        else " An if on its values gives it no gradient."
    )
    if matters is None:
        hint += " To see cuts as well, pass the function: tg.explain_grad(lambda: ..., p)."
    return Cause(
        "never used",
        "the graph of the loss does not lead to it"
        + (", and the loss does not change with it" if matters is False else ""),
        f"Use it in the loss.{hint}",
    )
