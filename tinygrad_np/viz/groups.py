"""Which module computed what: the nodes of a graph as parts inside parts.

A module's result says since which creation number the module ran (`engine.graph.Scope`); what
the result was computed from since then is the module's. Calls of modules nest, so every node
has one innermost part, found in a single pass from the newest node to the oldest.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from typing import Any

from ..engine.graph import Constant, Node
from ..engine.scopes import scope_of


class Part:
    """One call of a module, or the whole graph, in which all parts are.

    Attributes:
        name: The module's place in the model; empty for the model and the whole.
        kind: The name of the module's class; empty for the whole.
        start: A creation number smaller than those of its own nodes.
        parent: The part it is in; ``None`` for the whole.
        depth: How many parts it is in.
    """

    __slots__ = ("depth", "kind", "name", "parent", "start")

    def __init__(self, name: str, kind: str, start: int, parent: Part | None) -> None:
        self.name, self.kind, self.start, self.parent = name, kind, start, parent
        self.depth = 0

    @property
    def within(self) -> Part:
        """The part it is in."""
        assert self.parent is not None  # the whole has no siblings
        return self.parent

    def __repr__(self) -> str:
        return f"<part {self.name!r} {self.kind} since {self.start}>"


Home = dict[Node, Part]
"""The innermost part of every node."""


def divide(
    nodes: Sequence[Node], owned: Container[Node] | None = None
) -> tuple[list[Part], Home, set[Node]]:
    """Return the parts of a graph, the whole first and every part before those in it.

    What a result came from since its module began is in the module. Where a node so belongs to
    two modules, the later one is in the earlier one, with all that it computed. Hence a part
    is left and not entered again: values flow between parts in one direction.

    Args:
        nodes: All nodes, newest first.
        owned: The parameters; ``None`` to recognise them by their names.

    Returns:
        The parts, where each node is, and the parameters. A parameter is where all that it
        went into is: in the layer, or, if two layers share it, in what holds both. Any other
        leaf is where it was made, outside the modules that it went into.
    """
    whole = Part("", "", -1, None)
    found: dict[int, Part] = {}  # by their start: a module that returns a tuple is one part
    home: Home = {}
    for node in nodes:  # whatever a node went into comes before it
        if node.op is None:
            continue
        part = home.get(node, whole)
        scope = scope_of(node)
        while scope is not None:
            if scope.start not in found:
                found[scope.start] = Part(scope.name, scope.kind, scope.start, whole)
            part = join(part, found[scope.start])
            scope = scope.inner
        home[node] = part
        for parent in node.parents:
            if parent.op is not None:
                inner = part
                while inner.start > parent.number:
                    inner = inner.within
                home[parent] = join(home.get(parent, whole), inner)
    parts = sorted(found.values(), key=lambda part: part.start)
    for part in parts:
        part.depth = part.within.depth + 1
    parameters: set[Node] = set()
    for leaf, part in where_used(nodes, home).items():
        if leaf in owned if owned is not None else is_parameter(leaf, part):
            parameters.add(leaf)
        else:
            while part.start > leaf.number:
                part = part.within
        home[leaf] = part
    for node in nodes:
        home.setdefault(node, whole)
    return [whole, *parts], home, parameters


def join(a: Part, b: Part) -> Part:
    """Nest two parts that share a node; return the inner one."""
    innermost = a if a.start > b.start else b
    while a is not b:
        if a.start < b.start:
            a, b = b, a
        above = a.within
        if above.start < b.start:
            a.parent = b
            a, b = b, above
        else:
            a = above
    return innermost


def where_used(nodes: Iterable[Node], home: Home) -> Home:
    """Return the innermost part around all that a leaf went into, for every leaf."""
    found: Home = {}
    for node in nodes:
        for leaf in node.parents:
            if leaf.op is None:
                a, b = found.get(leaf, home[node]), home[node]
                while a is not b:
                    if a.start > b.start:
                        a = a.within
                    else:
                        b = b.within
                found[leaf] = a
    return found


def is_parameter(leaf: Node, part: Part) -> bool:
    """Return whether a leaf used in `part` is a module's parameter, judging by its name.

    Modules name their parameters after their place: ``layers.0.weight`` belongs to what is
    used inside ``layers.0``. The names in the model itself are short; there, a leaf that the
    model uses directly is taken for its parameter.
    """
    name, above = leaf.name or "", part
    while above.parent is not None and name:
        if above.name and name.startswith(f"{above.name}."):
            return True
        if not above.name and (above is part or "." in name):
            return True
        above = above.parent
    return False


def is_data(node: Node, i: int, parameters: Container[Node]) -> bool:
    """Return whether an operand of a module's op is an argument of the module.

    An array combined only with parameters went into the model; one combined with computed
    values, such as a mask, may belong to the module.
    """
    x = node.inputs[i]
    others = [other for k, other in enumerate(node.inputs) if k != i]
    return (
        isinstance(x, Constant)
        and bool(x.shape)
        and any(isinstance(other, Node) for other in others)
        and all(other in parameters for other in others if isinstance(other, (Node, Constant)))
    )


def unit_in(part: Part, node: Node, home: Home) -> Node | Part | None:
    """Return the unit of `part` that shows a node: the node itself, or a part it is in."""
    inner = home[node]
    if inner is part:
        return node
    while inner.depth > part.depth + 1:
        inner = inner.within
    return inner if inner.parent is part else None


def chosen(parts: Sequence[Part], depth: int | None, collapse: Any) -> set[Part]:
    """Return the parts to draw as one box each: those too deep, and those named in `collapse`.

    Raises:
        ValueError: For a depth below 0, or a name that no module has.
    """
    if depth is not None and depth < 0:
        raise ValueError(f"draw: depth is {depth}; it is 0 or more")
    names = {collapse} if isinstance(collapse, str) else set(collapse)
    modules = parts[1:]
    known = {name for part in modules for name in (part.name, part.kind)}
    for name in sorted(names - known):
        listed = ", ".join(sorted(filter(None, known))) or "none"
        raise ValueError(f"draw: collapse: there is no module {name!r} in this graph: {listed}")
    too_deep = [part for part in modules if depth is not None and part.depth > depth]
    return {*too_deep, *(part for part in modules if names & {part.name, part.kind})}
