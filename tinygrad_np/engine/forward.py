"""The forward pass over the graph: from tangents of leaves, or of any nodes, to those of results.

It follows the same record in the opposite direction, by the same rules.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from .calls import saved_tensors
from .graph import Node, walk_edges
from .hooks import ACTIVE, is_replaying, watcher
from .modes import enable_grad, no_grad
from .op import Rule
from .passes import Note, as_tensor, backward_pass, leading_to, match_input, vjp_of
from .tensor import result


def forward_pass(
    roots: Iterable[Node], tangents: dict[Node, Any], *, on_tensors: bool = False
) -> dict[Node, Any]:
    """Return the tangents of some results, given those of nodes below them.

    Args:
        roots: The nodes of the results.
        tangents: The nodes to start from, each with a tangent of its shape.
        on_tensors: Run on Tensors, so that grad mode records what is computed.
    """
    if not on_tensors and is_replaying():
        with no_grad():
            given = {node: as_tensor(t) for node, t in tangents.items()}
            return forward_pass(roots, given, on_tensors=True)
    starts = frozenset(tangents)
    order = walk_edges(roots, starts)
    useful = leading_to(starts, order)
    order = [node for node in reversed(order) if node in useful and node not in tangents]
    tracer = watcher() if ACTIVE else None
    if tracer is None:
        return _go_forward(order, None, dict(tangents), on_tensors)
    with tracer.watch(order, order, forward=True, on_tensors=on_tensors) as (visited, note):  # type: ignore[misc]  # it watches
        return _go_forward(visited, note, dict(tangents), on_tensors)


def _go_forward(
    order: Iterable[Node], note: Note | None, tangents: dict[Node, Any], on_tensors: bool
) -> dict[Node, Any]:
    for node in order:
        assert node.op is not None  # leaves lead to nothing
        find = node.op.jvp or jvp_of_node
        if (t := find(node, tangents, on_tensors, note)) is not None:
            tangents[node] = t
    return tangents


def jvp_of_node(node: Node, tangents: dict[Node, Any], on_tensors: bool, note: Note | None) -> Any:
    """Return the tangent of a node for those of its parents; ``None`` if it is 0."""
    op, pattern = node.op, node.pattern
    assert op is not None  # a leaf has no edges
    if pattern.maps_tangent and note is None:  # as below, without the detours
        t = tangents.get(node.ends)
        if t is None:
            return None
        return op.call(t, **node.params) if on_tensors else op.forward(t, **node.params)
    places, edges = pattern.places, node.edges
    assert edges is not None  # the walk has checked that
    given = [
        (place, edge, tangents[edge[0]])
        for place, edge in zip(places, edges, strict=True)
        if edge[0] in tangents
    ]
    if len(given) > 1 and note is None and op.kind == "linear":
        _, (_, rule, arguments), _ = given[0]
        if rule.is_own_jvp:  # of all inputs at once
            return own_jvp(node, rule, arguments, {k: t for k, _, t in given}, on_tensors)
    total = None
    for place, (parent, rule, arguments), t in given:
        part = jvp_of_edge(node, rule, arguments, parent, place, t, on_tensors)
        if note is not None:
            note(node, rule, parent, t, part, arguments)
        if part is not None:
            total = part if total is None else total + part
    return total


def jvp_of_edge(
    node: Node,
    rule: Rule,
    arguments: tuple[Any, ...],
    parent: Node,
    place: int,
    t: Any,
    on_tensors: bool,
) -> Any:
    """Return the part of a node's tangent that comes from the tangent `t` of one input.

    It is computed by the declared jvp. Without one, a linear or bilinear op is its own jvp, and an
    elementwise rule is also the jvp, because the Jacobian is diagonal. Otherwise the rule is
    transposed.
    """
    op = node.op
    assert op is not None  # a leaf has no edges
    if rule.is_own_jvp:
        return own_jvp(node, rule, arguments, {place: t}, on_tensors)
    if on_tensors:
        arguments = saved_tensors(node, rule, arguments)
    if rule.jvp is not None:
        out = rule.jvp(t, *arguments)
    elif op.kind == "elementwise" and (
        op.holomorphic or (node.dtype.kind != "c" and parent.dtype.kind != "c")
    ):
        out = rule.apply(t, *arguments)
    else:
        return transposed_rule(node, rule, arguments, parent, t, on_tensors)
    if out is None:
        return None
    if out.dtype != node.dtype:
        out = out.astype(node.dtype)
    return out if out.shape == node.shape else np.broadcast_to(out, node.shape)


def own_jvp(
    node: Node,
    rule: Rule,
    arguments: tuple[Any, ...],
    tangents: dict[int, Any],
    on_tensors: bool,
) -> Any:
    """Return the result of an op with tangents in place of some of its inputs.

    Other differentiable inputs of a linear op are set to 0. All other inputs are what the rule
    saved.
    """
    op = node.op
    assert op is not None  # a leaf has no edges
    values: list[Any]
    if len(op.inputs) == 1 and op.varargs is None:
        values = list(tangents.values())
    else:
        if on_tensors:
            arguments = saved_tensors(node, rule, arguments)
        names, last = op.inputs, len(op.inputs) - 1
        zero = op.rules if op.kind == "linear" else ()
        values = []
        for place, x in enumerate(node.inputs):
            name = names[place if place < last else last]
            if place in tangents:
                values.append(tangents[place])
            elif name in zero:
                values.append(np.zeros(x.shape, x.dtype) if hasattr(x, "shape") else x * 0)
            else:
                saved = arguments[rule.needs.index(name)]
                values.append(saved[place - last] if name == op.varargs else saved)
    return op.call(*values, **node.params) if on_tensors else op.forward(*values, **node.params)


def transposed_rule(
    node: Node, rule: Rule, arguments: tuple[Any, ...], parent: Node, t: Any, on_tensors: bool
) -> Any:
    """Return the tangent by the transpose of a rule, which is correct for every op.

    A rule is linear in the cotangent. It is recorded on a stand-in for one; a backward pass over
    that record, with the tangent as its cotangent, applies the transpose.
    """
    g = result(np.zeros(node.shape, node.dtype), None)
    g.requires_grad = True
    start = g.node
    assert start is not None
    with np.errstate(all="ignore"):  # the zeros are only a stand-in
        with enable_grad():
            c = vjp_of(node, rule, g, arguments)
            if c is None or c.node is None:
                return None
            if c.shape != parent.shape or c.dtype != parent.dtype:
                c = match_input(c, parent, node, rule)
        found = backward_pass(
            {c.node: t}, frozenset((start,)), retain_graph=on_tensors, on_tensors=on_tensors
        )
    return found.get(start)
