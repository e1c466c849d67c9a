"""The two sweeps over the graph: cotangents backwards, tangents forwards.

Small pure functions, in two worlds: on arrays nothing is recorded; with `create_graph`
the same rules run on Tensors and record themselves. Imports errors, graph, modes,
tensor, op, tape and calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

import numpy as np

from .calls import lift
from .errors import ShapeError
from .graph import Node, spent, walk_edges
from .modes import enable_grad
from .op import Rule
from .tape import RECORDING, running
from .tensor import Array, Tensor, result


def sweep(
    cotangents: dict[Node, Any],
    targets: frozenset[Node] = frozenset(),
    *,
    retain_graph: bool = False,
    create_graph: bool = False,
    stop: bool = False,
) -> dict[Node, Any]:
    """Return the cotangents of the leaves below some results, or of `targets` alone.

    Args:
        cotangents: The cotangent of each result, of its shape: an array, or a Tensor with
            `create_graph`.
        targets: Where to go; only paths that lead to one of them are followed.
        retain_graph: Keep what the nodes saved, for another sweep.
        create_graph: Run the rules on Tensors, so that what they compute is recorded.
        stop: Don't go on beyond a target, not even to another.
    """
    order = walk_edges(cotangents, targets if stop else frozenset())
    useful = leading_to(targets, order) if targets else None
    cotangents = dict(cotangents)
    found: dict[Node, Any] = {}
    ours: set[Node] = set()  # whose cotangent is an array this sweep allocated
    tape = running() if RECORDING else None
    note, node = None, None
    visited: Iterable[Node] = order
    if tape is not None:
        visited, note = tape.sweep(
            order, order if useful is None else useful, recorded=create_graph
        )
    try:
        for node in visited:
            g = cotangents.pop(node, None)
            if g is None:  # every rule on the way here said: no gradient
                continue
            if node.op is None or node in targets:
                found[node] = g
                if stop:
                    continue
            edges = node.edges
            if edges is None:  # spent by another thread since the walk
                raise spent(node)
            for parent, rule, arguments in edges:
                if useful is not None and parent not in useful:
                    continue
                if create_graph:
                    arguments = lift(node, rule, arguments)
                if node.dtype.kind == "c":
                    c = pulled_back(node, rule, g, arguments)
                else:
                    c = rule.apply(g, *arguments)
                if c is not None and (c.shape != parent.shape or c.dtype is not parent.dtype):
                    c = fit(c, parent, node, rule)
                if note is not None:
                    note(node, rule, parent, g, c, arguments)
                if c is None:
                    continue
                if parent not in cotangents:
                    cotangents[parent] = c
                elif parent in ours:
                    cotangents[parent] += c
                else:
                    cotangents[parent] = cotangents[parent] + c
                    if not create_graph:
                        ours.add(parent)
            if not retain_graph and node.op is not None:
                node.edges = None
    except BaseException as error:  # also of Ctrl-C
        if tape is not None:
            tape.swept(node, error)
        raise
    if tape is not None:
        tape.swept(node, None)
    return found


def leading_to(targets: frozenset[Node], order: list[Node]) -> set[Node]:
    """Return the nodes of `order` (newest first) from which a target can be reached."""
    useful: set[Node] = set()
    for node in reversed(order):
        if node in targets or any(parent in useful for parent, _, _ in node.edges or ()):
            useful.add(node)
    return useful


def pulled_back(node: Node, rule: Rule, g: Any, arguments: tuple[Any, ...]) -> Any:
    """Return what a rule gives for a complex result.

    The gradient of a real loss L is the direction of steepest ascent: dL/da + i dL/db for
    z = a + ib. For a holomorphic f that is the cotangent times the conjugate of f'. Rules
    are written as for real numbers, g * f', so conjugating before and after does it for all
    of them in this one place. Rules of other functions of complex numbers say it themselves.
    """
    if node.dtype.kind != "c" or node.op is None or not node.op.holomorphic:
        return rule.apply(g, *arguments)
    c = rule.apply(np.conjugate(g), *arguments)
    return None if c is None else np.conjugate(c)


def push(
    roots: Iterable[Node], tangents: dict[Node, Any], *, create_graph: bool = False
) -> dict[Node, Any]:
    """Return the tangents of some results, given those of nodes below them.

    An elementwise rule is its own jvp, because the Jacobian is diagonal. For any other op
    the jvp is the transpose of its rule, which is found by recording the rule and sweeping
    over that: so every op works in both modes.

    Args:
        roots: The nodes of the results.
        tangents: Where to start: a tangent of its shape for each node.
        create_graph: Record the sweep.
    """
    found = dict(tangents)
    given = frozenset(tangents)
    order = walk_edges(roots, given)
    useful = leading_to(given, order)
    order = [node for node in reversed(order) if node in useful and node not in tangents]
    tape = running() if RECORDING else None
    note, node = None, None
    visited: Iterable[Node] = order
    if tape is not None:
        visited, note = tape.sweep(order, order, forward=True, recorded=create_graph)
    try:
        for node in visited:
            assert node.op is not None  # leaves lead to nothing
            give = node.op.push or tangent_of
            if (total := give(node, found, create_graph, note)) is not None:
                found[node] = total
    except BaseException as error:  # also of Ctrl-C
        if tape is not None:
            tape.swept(node, error)
        raise
    if tape is not None:
        tape.swept(node, None)
    return found


def tangent_of(
    node: Node, found: dict[Node, Any], create_graph: bool, note: Callable[..., None] | None
) -> Any:
    """Return the tangent of a node's result, given those of its parents; ``None`` for none."""
    total = None
    for parent, rule, arguments in node.edges or ():
        t = found.get(parent)
        if t is None:
            continue
        if create_graph:
            arguments = lift(node, rule, arguments)
        part = pushed(node, rule, arguments, parent, t, create_graph)
        if note is not None:
            note(node, rule, parent, t, part, arguments)
        if part is not None:
            total = part if total is None else total + part
    return total


def pushed(
    node: Node, rule: Rule, arguments: tuple[Any, ...], parent: Node, t: Any, create_graph: bool
) -> Any:
    """Return the tangent of a node's result that one input's tangent `t` causes."""
    assert node.op is not None  # a leaf has no edges
    real = node.dtype.kind != "c" and parent.dtype.kind != "c"
    if node.op.kind == "elementwise" and (real or node.op.holomorphic):
        out = rule.apply(t, *arguments)
        if out is None:
            return None
        if out.dtype != node.dtype:
            out = out.astype(node.dtype)
        return out if out.shape == node.shape else np.broadcast_to(out, node.shape)
    with enable_grad(), np.errstate(all="ignore"):  # the zeros only stand for a cotangent
        g = result(np.zeros(node.shape, node.dtype), None)
        g.requires_grad = True
        start = g.node
        assert start is not None
        c = pulled_back(node, rule, g, arguments)
        if c is None or c.node is None:
            return None
        if c.shape != parent.shape or c.dtype != parent.dtype:
            c = fit(c, parent, node, rule)
        if not create_graph:
            return sweep({c.node: t}, frozenset((start,))).get(start)
        found = sweep({c.node: t}, frozenset((start,)), retain_graph=True, create_graph=True)
        return found.get(start)


def fit(c: Any, parent: Node, node: Node, rule: Rule) -> Any:
    """Return a cotangent in its parent's shape and dtype.

    The transpose of broadcasting is a sum over the axes that were repeated, and the
    transpose of a promotion is the way back: this is the one place for both.
    """
    if c.shape != parent.shape:
        assert node.op is not None  # a leaf has no rules
        if node.op.kind not in ("elementwise", "bilinear"):
            raise ShapeError(
                f"{node.op.name}: its rule for {rule.input} returned shape {c.shape} for an "
                f"input of shape {parent.shape}"
            )
        c = unbroadcast(c, parent.shape)
    if c.dtype != parent.dtype:
        if c.dtype.kind == "c" and parent.dtype.kind != "c":
            c = c.real
        c = c.astype(parent.dtype)
    return c


def unbroadcast(g: Any, shape: tuple[int, ...]) -> Any:
    """Return `g` summed over the axes that broadcasting `shape` added or repeated."""
    if type(g) is np.ndarray and g.ndim == 2 and g.dtype.kind == "f":
        # A sum over one axis of a matrix: a product with ones is up to seven times
        # faster than numpy.add.reduce.
        rows, columns = g.shape
        if shape in ((columns,), (1, columns)):
            sums = ones(rows, g.dtype) @ g
            return sums if len(shape) == 1 else sums.reshape(shape)
        if shape == (rows, 1):
            return (g @ ones(columns, g.dtype)).reshape(shape)
    if g.shape == shape:
        return g
    added = g.ndim - len(shape)
    repeated = tuple(i + added for i, n in enumerate(shape) if n == 1 and g.shape[i + added] != 1)
    axes = (*range(added), *repeated)
    if isinstance(g, Tensor):
        return g.sum(axis=axes).reshape(shape)
    return np.add.reduce(g, axis=axes).reshape(shape)


@lru_cache(maxsize=32)
def ones(n: int, dtype: np.dtype[Any]) -> Array:
    """Return a read-only vector of ones, kept for the next sweep."""
    vector = np.ones(n, dtype)
    vector.flags.writeable = False
    return vector
