"""The graph: nodes that point at their parents, and the walk over them.

A node points at its parents and at nothing else: no Tensor, no child, so no cycle
can form and a dropped graph is freed at once by reference counting. Imports nothing
of the package; Tensor and Op appear as types only.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import ref

import numpy as np

from .errors import GraphError

if TYPE_CHECKING:
    from .op import Op, Rule
    from .tensor import Tensor

Shape = tuple[int, ...]
Edge = tuple["Node", "Rule", tuple[Any, ...]]

next_number = itertools.count().__next__


class Node:
    """One applied op.

    Attributes:
        op: The op that was applied; ``None`` for a leaf.
        inputs: What it was applied to, in order: a Node for a tracked operand, a
            Constant for any other array, a Python number for itself.
        edges: ``(parent, rule, arguments)`` for each input a gradient flows to; the
            arguments are exactly what the rule asks for. ``None`` once spent.
        params: The op's keyword parameters.
        shape: The result's shape.
        dtype: The result's dtype.
        number: The creation number; a parent's is always smaller.
        name: The name a user gave the result.
        scope: The module whose result it is, as `scope_of` reads it; ``None`` for most.
    """

    __slots__ = (
        "__weakref__",
        "dtype",
        "edges",
        "inputs",
        "name",
        "number",
        "op",
        "params",
        "scope",
        "shape",
    )

    scope: tuple[str, type, int, Any] | None

    def __init__(
        self,
        op: Op | None,
        inputs: tuple[Any, ...],
        edges: tuple[Edge, ...] | None,
        params: dict[str, Any],
        shape: Shape,
        dtype: np.dtype[Any],
    ) -> None:
        self.op = op
        self.inputs = inputs
        self.edges = edges
        self.params = params
        self.shape = shape
        self.dtype = dtype
        self.name: str | None = None
        self.scope = None
        self.number = next_number()

    @property
    def parents(self) -> tuple[Node, ...]:
        """The nodes this one was computed from, spent or not."""
        return tuple(x for x in self.inputs if isinstance(x, Node))

    def __repr__(self) -> str:
        return f"<{self.op.label if self.op else 'leaf'} {self.shape} {self.dtype}>"


class Leaf(Node):
    """The node of a Tensor that requires a gradient and was not computed.

    It knows its Tensor weakly: the sweep delivers a gradient where there still is
    someone to read it.
    """

    __slots__ = ("tensor",)

    def __init__(self, tensor: Tensor, shape: Shape, dtype: np.dtype[Any]) -> None:
        super().__init__(None, (), (), {}, shape, dtype)
        self.tensor: ref[Tensor] = ref(tensor)


class Constant:
    """What a node remembers of an array operand that is not tracked."""

    __slots__ = ("dtype", "name", "shape")

    def __init__(self, shape: Shape, dtype: np.dtype[Any], name: str | None) -> None:
        self.shape = shape
        self.dtype = dtype
        self.name = name


class Scope(NamedTuple):
    """A module's call, noted on its result: what it computed since `start` was in it.

    Attributes:
        name: The module's place in the model, such as ``layers.0``; empty for the model.
        kind: The name of its class.
        start: The number of no node, smaller than those of the module's own nodes.
        inner: The module inside it with the same result, if any.
    """

    name: str
    kind: str
    start: int
    inner: Scope | None


def enclose(node: Node, place: str, module: type, start: int) -> None:
    """Note that everything `node` was computed from since `start` belongs to a module.

    Every call of a module pays for this, so it is a plain tuple; `scope_of` reads it.
    """
    if node.number > start:  # it was computed there, and not only passed on
        node.scope = (place, module, start, node.scope)


def scope_of(node: Node) -> Scope | None:
    """Return the outermost module whose result a node is."""
    noted = []
    inner = node.scope
    while inner is not None:
        noted.append(inner)
        inner = inner[3]
    found = None
    for place, module, start, _ in reversed(noted):
        found = Scope(place.removesuffix("."), module.__name__, start, found)
    return found


def walk(root: Node) -> list[Node]:
    """Return every node reachable from `root`, newest first.

    Parents are made before children, so this is a reverse topological order. Works
    without recursion on any depth, and visits a shared node once.
    """
    seen = {root}
    stack = [root]
    while stack:
        for x in stack.pop().inputs:
            if isinstance(x, Node) and x not in seen:
                seen.add(x)
                stack.append(x)
    return sorted(seen, key=attrgetter("number"), reverse=True)


def walk_edges(roots: Iterable[Node], stop: frozenset[Node] = frozenset()) -> list[Node]:
    """Return every node a gradient of `roots` flows to, newest first, or say what is spent.

    What lies only beyond the nodes of `stop` is left out.
    """
    stack = list(roots)
    seen = set(stack)
    while stack:
        node = stack.pop()
        if node in stop:
            continue
        if node.edges is None:
            raise spent(node)
        for parent, _, _ in node.edges:
            if parent not in seen:
                seen.add(parent)
                stack.append(parent)
    return sorted(seen, key=attrgetter("number"), reverse=True)


def spent(node: Node) -> GraphError:
    """Return the error for a sweep over a node whose saved arrays are gone."""
    name = f" (named {node.name!r})" if node.name else ""
    return GraphError(
        f"the graph is spent: {node.op.label if node.op else 'leaf'}{name} of shape {node.shape} "
        f"let its saved arrays go in an earlier backward; compute the result again, or pass "
        f"retain_graph=True to the first backward"
    )
