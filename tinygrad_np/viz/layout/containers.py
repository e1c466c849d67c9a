"""Containers: which part of a graph is inside which group, and the pieces of its edges there.

Each can be laid out by itself: an edge that leaves or enters it leads to a point of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from .ranks import Edge, longest_paths, neighbours, topological
from .routes import Layout

Key = tuple[int, float | None]
"""The edges that share a line: their tail, and where on it they begin."""
LabelSize = tuple[int, int]
"""A group and which part of it, or -1 and a node."""


@dataclass(slots=True)
class Container:
    """A group, or a part of it, or the whole graph, while it is laid out.

    Its items are the nodes and containers directly in it, and the points where lines enter and
    leave, numbered in the order in which they were found.

    Attributes:
        group: The group, or -1 for the whole.
        parent: The container around it, by number.
        depth: How many containers are around it.
        nodes: All nodes in it, at any depth.
        edges: All edges in it, at any depth.
        items: The item of each of its nodes and containers, by ``("node", number)`` or
            ``("container", number)``; of what enters, by ``("in", key)``; of what leaves, by
            ``("out", key)``.
        links: The edges between items; a piece that edges share is listed once.
        reach: The length of the longest path to each item, in the whole graph.
    """

    group: int
    parent: int
    depth: int
    nodes: list[int]
    edges: list[int]
    items: dict[tuple[str, object], int] = field(default_factory=dict)
    links: dict[tuple[int, int, Key, int | None], int] = field(default_factory=dict)
    reach: list[float] = field(default_factory=list)
    drawn: Layout = field(default_factory=lambda: Layout([], []))
    width: float = 0.0
    height: float = 0.0
    left: float = 0.0
    top: float = 0.0
    title: float = 0.0
    x: float = 0.0
    y: float = 0.0

    @property
    def padding(self) -> tuple[float, float]:
        """The distance of the drawing from the upper and the lower edge of the frame."""
        return self.top, self.height - self.top - self.drawn.height

    def item(self, kind: str, key: object) -> int:
        """Return the number of an item; a new item gets the next one."""
        return self.items.setdefault((kind, key), len(self.items))

    def link(self, tail: int, head: int, key: Key, edge: int | None) -> int:
        """Return the number of a link; a new link gets the next one."""
        return self.links.setdefault((tail, head, key, edge), len(self.links))


def contain(
    n: int,
    edges: Sequence[Edge],
    groups: Sequence[int],
    parents: Sequence[int],
    starts: Sequence[float | None] | None = None,
) -> tuple[list[Container], list[int], list[list[tuple[int, int]]]]:
    """Return all containers, the innermost one of each node, and the links of each edge.

    The containers are not laid out; outer ones come first.
    """
    starts = [None] * len(edges) if starts is None else starts
    around = paths(parents)
    containers = [Container(-1, -1, 0, list(range(n)), list(range(len(edges))))]
    tails, heads = neighbours(n, edges)
    order = topological(tails, heads)
    place = {v: i for i, v in enumerate(order)}
    home = [0] * n
    common = [0] * len(edges)
    for number, container in enumerate(containers):  # grows
        containers += split(container, number, edges, groups, around, place)
        for node in container.nodes:
            home[node] = number  # the last is the innermost
        for e in container.edges:
            common[e] = number
    for node, number in enumerate(home):
        containers[number].item("node", node)
    for number, container in enumerate(containers[1:], 1):
        containers[container.parent].item("container", number)
    ways = [
        way(containers, home, (tail, head), (tail, starts[e]), e, common[e])
        for e, (tail, head) in enumerate(edges)
    ]
    depth = longest_paths(tails, order)
    for container in containers:
        container.reach = [reach(containers, depth, *item) for item in container.items]
    return containers, home, ways


def reach(containers: list[Container], depth: list[int], kind: str, key: object) -> float:
    """Return the length of the longest path to an item; a line from outside precedes a leaf."""
    if isinstance(key, int):
        return max([depth[v] for v in containers[key].nodes]) if kind == "container" else depth[key]
    return depth[key[0]] + 0.5 if isinstance(key, tuple) else 0.0


def paths(parents: Sequence[int]) -> list[list[int]]:
    """Return for each group all groups from the outermost to itself."""
    found = []
    for group in range(len(parents)):
        path = [group]
        while parents[path[-1]] >= 0:
            path.append(parents[path[-1]])
            if len(path) > len(parents):
                raise ValueError(f"layout: group {group} is inside itself")
        found.append(path[::-1])
    return found


def split(
    container: Container,
    number: int,
    edges: Sequence[Edge],
    groups: Sequence[int],
    around: list[list[int]],
    place: dict[int, int],
) -> list[Container]:
    """Return the containers directly in one, split so that edges between them form no cycle."""
    depth = container.depth
    label: dict[int, LabelSize] = {}
    for node in container.nodes:
        path = around[groups[node]] if groups[node] >= 0 else []
        label[node] = (path[depth], 0) if depth < len(path) else (-1, node)
    cyclic = on_cycles({(label[t], label[h]) for t, h in map(edges.__getitem__, container.edges)})
    if cyclic:
        # A part ends where a line that has left the group comes back.
        phase = dict.fromkeys(container.nodes, 0)
        for e in sorted(container.edges, key=lambda e: place[edges[e][0]]):
            tail, head = edges[e]
            phase[head] = max(phase[head], phase[tail] + (label[tail] != label[head]))
        label = {
            v: (name[0], phase[v]) if name[0] >= 0 and name in cyclic else name
            for v, name in label.items()
        }
    found: dict[LabelSize, Container] = {}
    for node, name in label.items():
        if name[0] >= 0:
            inner = found.setdefault(name, Container(name[0], number, depth + 1, [], []))
            inner.nodes.append(node)
    for e in container.edges:
        tail, head = edges[e]
        if label[tail] == label[head]:
            found[label[tail]].edges.append(e)
    return list(found.values())


def on_cycles(pairs: set[tuple[LabelSize, LabelSize]]) -> set[LabelSize]:
    """Return the ends of pairs that lie on cycles, or between them."""
    after: dict[LabelSize, list[LabelSize]] = {}
    before: dict[LabelSize, list[LabelSize]] = {}
    for tail, head in pairs:
        if tail != head:
            after.setdefault(tail, []).append(head)
            before.setdefault(head, []).append(tail)
    left = after.keys() | before.keys()
    for follow, against in ((after, before), (before, after)):
        waiting = {name: sum([x in left for x in against.get(name, ())]) for name in left}
        free = [name for name, count in waiting.items() if not count]
        for name in free:  # grows
            for other in follow.get(name, ()):
                if other in waiting:
                    waiting[other] -= 1
                    if not waiting[other]:
                        free.append(other)
        left -= set(free)
    return left


def way(
    containers: list[Container], home: list[int], edge: Edge, key: Key, number: int, common: int
) -> list[tuple[int, int]]:
    """Return the links an edge consists of, and their containers, from its tail to its head."""
    tail, head = edge
    up: list[tuple[int, int]] = []
    begin, at = containers[home[tail]].item("node", tail), home[tail]
    while at != common:
        out = containers[at].item("out", key)
        up.append((at, containers[at].link(begin, out, key, None)))
        at, begin = containers[at].parent, containers[containers[at].parent].item("container", at)
    down: list[tuple[int, int]] = []
    end, at = containers[home[head]].item("node", head), home[head]
    last: int | None = number
    while at != common:
        into = containers[at].item("in", key)
        down.append((at, containers[at].link(into, end, key, last)))
        at, end = containers[at].parent, containers[containers[at].parent].item("container", at)
        last = None
    return [*up, (common, containers[common].link(begin, end, key, last)), *reversed(down)]
