"""The backward pass over the graph: from the cotangents of results to those of their leaves.

It runs in two worlds: on arrays nothing is recorded; on Tensors the same rules record themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

import numpy as np

from .calls import saved_tensors
from .errors import ShapeError
from .graph import FREED, Node, as_tuple, freed, walk_edges
from .hooks import ACTIVE, is_replaying, watcher
from .modes import no_grad
from .op import Rule
from .tensor import Array, Tensor, result

Note = Callable[..., None]
"""Records a step for a tracer: ``note(node, rule, parent, given, found, arguments)``."""


def backward_pass(
    cotangents: dict[Node, Any],
    targets: frozenset[Node] = frozenset(),
    *,
    retain_graph: bool = False,
    on_tensors: bool = False,
    stop: bool = False,
) -> dict[Node, Any]:
    """Return the cotangents of the leaves below some results, or of `targets` alone.

    Args:
        cotangents: The cotangent of each result, of its shape: an array, or a Tensor with
            `on_tensors`.
        targets: Nodes to reach; only paths that lead to one of them are followed.
        retain_graph: Keep what the nodes saved, for another pass.
        on_tensors: Run the rules on Tensors, so that grad mode records what they compute.
        stop: End each path at its first target.
    """
    if ACTIVE and not on_tensors and is_replaying():
        with no_grad():
            given = {node: as_tensor(g) for node, g in cotangents.items()}
            return backward_pass(
                given, targets, retain_graph=retain_graph, on_tensors=True, stop=stop
            )
    order = walk_edges(cotangents, targets if stop else frozenset())
    useful = leading_to(targets, order) if targets else None
    tracer = watcher() if ACTIVE else None
    if tracer is None:
        return _go_back(order, None, cotangents, targets, useful, retain_graph, on_tensors, stop)
    needed = order if useful is None else useful
    with tracer.watch(order, needed, forward=False, on_tensors=on_tensors) as (visited, note):  # type: ignore[misc]  # it watches
        return _go_back(visited, note, cotangents, targets, useful, retain_graph, on_tensors, stop)


def _go_back(
    order: Iterable[Node],
    note: Note | None,
    cotangents: dict[Node, Any],
    targets: frozenset[Node],
    useful: set[Node] | None,
    retain_graph: bool,
    on_tensors: bool,
    stop: bool,
) -> dict[Node, Any]:
    found: dict[Node, Any] = {}
    cotangents = dict(cotangents)
    simple = note is None and not on_tensors
    ours: set[Node] = set()  # nodes whose cotangent is an array that this pass allocated
    for node in order:
        g = cotangents.pop(node, None)
        if g is None:  # no rule on the way here returned a gradient
            continue
        if node.op is None or node in targets:
            found[node] = g
            if stop or node.op is None:
                continue
        ends, saved = node.ends, node.saved
        if saved is FREED:  # by another thread since the walk
            raise freed(node)
        pattern = node.pattern
        rules, plain = pattern.rules, simple and node.dtype.kind != "c"
        if pattern.in_place and simple:
            owned = node in ours and node not in found
            _go_back_in_place(node, g, owned, cotangents, ours, useful)
            if not retain_graph:
                node.saved = FREED
            continue
        one = type(ends) is not tuple
        edges = ((ends, rules[0], saved),) if one else zip(ends, rules, saved)  # noqa: B905  # hot
        for parent, rule, kept in edges:
            if useful is not None and parent not in useful:
                continue
            if plain:  # as `vjp_of` does, without the call
                c = rule.apply(g, kept) if rule.count == 1 else rule.apply(g, *kept)
            else:
                arguments = (kept,) if rule.count == 1 else kept
                if on_tensors:
                    arguments = saved_tensors(node, rule, arguments)
                c = vjp_of(node, rule, g, arguments)
            if c is not None and (c.shape != parent.shape or c.dtype is not parent.dtype):
                c = match_input(c, parent, node, rule)
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
                if not on_tensors:
                    ours.add(parent)
        if not retain_graph:
            node.saved = FREED
    return found


def _go_back_in_place(
    node: Node,
    g: Any,
    owned: bool,
    cotangents: dict[Node, Any],
    ours: set[Node],
    useful: set[Node] | None,
) -> None:
    """Apply the rules of a node, in place to arrays that this pass allocated where a rule can.

    So reading or writing a few elements of a large array costs what these few cost.
    """
    for parent, rule, arguments in node.edges or ():
        if useful is not None and parent not in useful:
            continue
        if rule.adds is not None and parent in cotangents:
            if parent not in ours:
                cotangents[parent] = np.array(cotangents[parent], order="C")
                ours.add(parent)
            rule.adds(cotangents[parent], g, *arguments)
            continue
        if rule.takes is not None:
            c = rule.takes(g if owned else np.array(g, order="C"), *arguments)
        else:
            c = vjp_of(node, rule, g, arguments)
            if c.shape != parent.shape or c.dtype is not parent.dtype:
                c = match_input(c, parent, node, rule)
            if c.base is not None:
                c = c.copy()  # of g, which the next rule may take
        if parent in cotangents:
            c = cotangents[parent] + c
        cotangents[parent] = c
        if type(c) is np.ndarray:
            ours.add(parent)


def leading_to(targets: frozenset[Node], order: list[Node]) -> set[Node]:
    """Return the nodes of `order`, newest first, from which a path leads to a target."""
    useful: set[Node] = set()
    for node in reversed(order):
        if node in targets or not useful.isdisjoint(as_tuple(node.ends)):
            useful.add(node)
    return useful


def vjp_of(node: Node, rule: Rule, g: Any, arguments: tuple[Any, ...]) -> Any:
    """Return the vjp of a rule, also for a complex result.

    The gradient of a real loss L is the direction of steepest ascent: dL/da + i dL/db for
    z = a + ib. For a holomorphic f it is the cotangent times the conjugate of f'. Rules are written
    as for real numbers, g * f', so this one place conjugates before and after. The rules of ops
    that are not holomorphic return the gradient themselves.
    """
    if node.dtype.kind != "c" or node.op is None or not node.op.holomorphic:
        return rule.apply(g, *arguments)
    c = rule.apply(np.conjugate(g), *arguments)
    return None if c is None else np.conjugate(c)


def match_input(c: Any, parent: Node, node: Node, rule: Rule) -> Any:
    """Return a cotangent in the shape and dtype of the parent.

    The transpose of broadcasting is a sum over the repeated axes, that of a promotion the cast
    back. This is the only place for both.
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
        # A product with ones sums a matrix up to seven times faster than numpy.add.reduce.
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


def as_tensor(g: Any) -> Tensor:
    """Return a cotangent or a tangent as a Tensor."""
    return g if isinstance(g, Tensor) else result(np.asarray(g), None)


@lru_cache(maxsize=32)
def ones(n: int, dtype: np.dtype[Any]) -> Array:
    """Return a read-only vector of ones, cached for later passes."""
    vector = np.ones(n, dtype)
    vector.flags.writeable = False
    return vector
