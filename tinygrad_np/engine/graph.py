"""The graph: nodes that point at their parents, and the walk over them.

A node points at no Tensor and at no child. So there are no cycles, and reference counting frees a
graph as soon as it is dropped.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final
from weakref import ref

import numpy as np

from .errors import GraphError

if TYPE_CHECKING:
    from .op import Op, Rule
    from .tensor import Tensor

Shape = tuple[int, ...]
Edge = tuple["Node", "Rule", tuple[Any, ...]]

next_number = itertools.count().__next__

FREED: Final = object()
"""What stands in place of a node's saved values once a backward pass has freed them."""

NO_PARAMS: dict[str, Any] = {}
"""The parameters of every node whose op has none."""


class Pattern:
    """Where edges lead; shared by all nodes of an op with the same tracked inputs.

    Attributes:
        places: The number of the input that each edge leads to, ascending.
        rules: The gradient rule of each edge.
        in_place: Whether one of them can work in place.
        maps_tangent: Whether the op, applied to the tangent of its only input, is the jvp.
    """

    __slots__ = ("in_place", "maps_tangent", "places", "rules")

    def __init__(
        self, places: tuple[int, ...], rules: tuple[Rule, ...], maps_tangent: bool = False
    ) -> None:
        self.places = places
        self.rules = rules
        self.in_place = any(rule.adds or rule.takes for rule in rules)
        self.maps_tangent = maps_tangent


class Node:
    """One applied op.

    Python's garbage collector visits every tuple of a large graph again and again. So a node with
    one edge holds its parent and its saved value directly, and tuples only if there are several.
    `edges` and `inputs` hide the difference.

    Attributes:
        op: The op that was applied; ``None`` for a leaf.
        pattern: Which inputs the edges lead to, and their rules.
        ends: The parent of the only edge, or a tuple of those of all edges.
        saved: What the rule of the only edge needs, a single value as it is; or a tuple of that for
            all edges. `FREED` once a backward pass has dropped it.
        others: The inputs without an edge, in order: a Constant for an array, a Python number
            as it is, a Node to which no gradient flows. The only one, a tuple, or ``None``.
        params: The op's keyword parameters.
        shape: The result's shape.
        dtype: The result's dtype.
        number: The creation number; a parent's is always smaller.
        name: The name that the user gave the result.
        scope: The module whose result it is, read by `scopes.scope_of`; mostly ``None``.
    """

    __slots__ = (
        "__weakref__",
        "dtype",
        "ends",
        "name",
        "number",
        "op",
        "others",
        "params",
        "pattern",
        "saved",
        "scope",
        "shape",
    )

    scope: tuple[str, type, int, Any] | None

    def __init__(
        self,
        op: Op | None,
        pattern: Pattern,
        ends: Any,
        saved: Any,
        others: Any,
        params: dict[str, Any],
        shape: Shape,
        dtype: np.dtype[Any],
    ) -> None:
        self.op = op
        self.pattern = pattern
        self.ends = ends
        self.saved = saved
        self.others = others
        self.params = params
        self.shape = shape
        self.dtype = dtype
        self.name: str | None = None
        self.scope = None
        self.number = next_number()

    @property
    def edges(self) -> tuple[Edge, ...] | None:
        """``(parent, rule, arguments)`` for each input that a gradient flows to.

        The arguments are exactly what the rule needs. ``None`` once they are freed.
        """
        saved = self.saved
        if saved is FREED:
            return None
        rules = self.pattern.rules
        if len(rules) == 1:
            (rule,) = rules
            return ((self.ends, rule, (saved,) if rule.count == 1 else saved),)
        return tuple(
            [
                (parent, rule, (kept,) if rule.count == 1 else kept)
                for parent, rule, kept in zip(self.ends, rules, saved, strict=True)
            ]
        )

    @property
    def inputs(self) -> tuple[Any, ...]:
        """The operands, in order: nodes, Constants, Python numbers."""
        others, ends = self.others, as_tuple(self.ends)
        if others is None:
            return ends
        found = list(others) if type(others) is tuple else [others]
        for place, end in zip(self.pattern.places, ends, strict=True):  # in order of places
            found.insert(place, end)
        return tuple(found)

    @property
    def parents(self) -> tuple[Node, ...]:
        """The nodes among the inputs, with an edge or without."""
        return tuple([x for x in self.inputs if isinstance(x, Node)])

    def __repr__(self) -> str:
        return f"<{self.op.label if self.op else 'leaf'} {self.shape} {self.dtype}>"


NO_EDGES = Pattern((), ())


def new_node(
    op: Op,
    places: list[int],
    parents: list[Node],
    saved: list[Any],
    others: list[Any],
    params: dict[str, Any],
    out: Any,
) -> Node:
    """Return the node of a result with any number of edges and other inputs."""
    shape, dtype = out.shape, out.dtype
    pattern = op.patterns.get(tuple(places)) or op.pattern(tuple(places))
    other = (tuple(others) if len(others) > 1 else others[0]) if others else None
    if len(parents) != 1:
        return Node(op, pattern, tuple(parents), tuple(saved), other, params, shape, dtype)
    (parent,), (kept,) = parents, saved
    if shape == parent.shape:
        shape = parent.shape  # one tuple for both
    return Node(op, pattern, parent, kept, other, params, shape, dtype)


def as_tuple(ends: Any) -> tuple[Node, ...]:
    """Return the ends of a node's edges as a tuple."""
    return ends if type(ends) is tuple else (ends,)


class Leaf(Node):
    """The node of a Tensor that requires a gradient and was not computed.

    It holds its Tensor by a weak reference: a backward pass sets ``.grad`` if the Tensor still
    exists.
    """

    __slots__ = ("tensor",)

    def __init__(self, tensor: Tensor, shape: Shape, dtype: np.dtype[Any]) -> None:
        super().__init__(None, NO_EDGES, (), (), None, NO_PARAMS, shape, dtype)
        self.tensor: ref[Tensor] = ref(tensor)


class Argument(Leaf):
    """The node of an argument of a transform, to which the function may write."""

    __slots__ = ()


class Constant:
    """What a node keeps of an array operand that is not tracked."""

    __slots__ = ("dtype", "name", "shape")

    def __init__(self, shape: Shape, dtype: np.dtype[Any], name: str | None) -> None:
        self.shape = shape
        self.dtype = dtype
        self.name = name

    def __repr__(self) -> str:
        name = f" {self.name}" if self.name else ""
        return f"<constant{name} {self.shape} {self.dtype}>"


def walk_edges(roots: Iterable[Node], stop: frozenset[Node] = frozenset()) -> list[Node]:
    """Return every node that a gradient of `roots` flows to, newest first.

    Nodes that lie only beyond those of `stop` are left out. A freed node raises `GraphError`.
    """
    order = list(dict.fromkeys(roots))
    seen = set(order)
    for node in order:  # which grows meanwhile
        if stop and node in stop:
            continue
        if node.saved is FREED:
            raise freed(node)
        ends = node.ends
        for parent in ends if type(ends) is tuple else (ends,):
            if parent not in seen:
                seen.add(parent)
                order.append(parent)
    order.sort(key=attrgetter("number"), reverse=True)
    return order


def freed(node: Node) -> GraphError:
    """Return the error for a pass over a node whose saved values were freed."""
    name = f" (named {node.name!r})" if node.name else ""
    op = node.op.label if node.op else "leaf"
    kept = "; a buffer that is kept starts each round with u[...] = 0" if op == "setitem" else ""
    return GraphError(
        f"the graph is spent: {op}{name} of shape {node.shape} "
        f"freed its saved arrays in an earlier backward; compute the result again, or pass "
        f"retain_graph=True to the first backward{kept}"
    )
