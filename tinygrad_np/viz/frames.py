"""Nested groups in a layout: each is laid out by itself and then is a box of what is around it.

So a frame never cuts another frame, nor a box that isn't in it. An edge that leaves a group goes
on from the lower side of its frame, and one that enters does so through the upper side. Imports
layout and routes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from .layout import arrange
from .ranks import Edge, longest_paths, neighbours, topological
from .routes import Layout, Point, without_needless

SIDE, TITLE = 10.0, 20.0
FEW = 300
"""How many nodes are laid out with all the care there is."""


BESIDE_TITLE = 6.0
"""How far a title is from the lines that pass it."""

Edgewise = Literal["top", "bottom", "left", "right"]
"""The edge of a frame that its title stands at."""


Key = tuple[int, float | None]
"""The edges that share a line: their tail, and where on it they begin."""
Label = tuple[int, int]
"""A group and which part of it, or -1 and a node."""


@dataclass(slots=True)
class Frame:
    """The rectangle around a group, or around a part of it.

    Attributes:
        group: The group.
        x, y: Its upper left corner.
        width, height: Its size.
        depth: How many frames are around it.
        title: How far its title begins from the left, or from the top if it stands at a side.
    """

    group: int
    x: float
    y: float
    width: float
    height: float
    depth: int
    title: float = SIDE


@dataclass(slots=True)
class Container:
    """A group, or a part of it, or the whole graph, while it is laid out.

    Its items are the nodes and the containers right in it, and the points where lines enter and
    leave; they are numbered in the order of `sizes`.

    Attributes:
        group: The group, or -1 for the whole.
        parent: The container around it, by number.
        depth: How many containers are around it.
        nodes: All nodes in it, at any depth.
        edges: All edges in it, at any depth.
        items: The item of each of its nodes and containers, by ``("node", number)`` or
            ``("container", number)``; of what enters, by ``("in", key)``; of what leaves, by
            ``("out", key)``.
        links: The edges between items; what is shared by edges is there once.
        reach: How long the longest path to each item is, in the whole graph.
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
    title: float = SIDE
    x: float = 0.0
    y: float = 0.0

    def item(self, kind: str, key: object) -> int:
        """Return the number of an item, a new one if it is new."""
        return self.items.setdefault((kind, key), len(self.items))

    def link(self, tail: int, head: int, key: Key, edge: int | None) -> int:
        """Return the number of a link, a new one if it is new."""
        return self.links.setdefault((tail, head, key, edge), len(self.links))


def arrange_groups(
    widths: Sequence[float],
    heights: Sequence[float],
    edges: Sequence[Edge],
    groups: Sequence[int],
    parents: Sequence[int],
    *,
    starts: Sequence[float | None] | None = None,
    ends: Sequence[float | None] | None = None,
    titles: Sequence[float] | None = None,
    title_at: Edgewise = "top",
) -> tuple[Layout, list[Frame]]:
    """Return a drawing of a graph from top to bottom, and the frames of its groups, outer first.

    Where lines leave a group and come back to it, no frame around the whole group lets all of
    them run downwards. Such a group has several frames.

    Args:
        widths: The width of each node.
        heights: The height of each node.
        edges: Tail and head of each edge, without cycles.
        groups: The innermost group of each node, or -1.
        parents: The group around each group, or -1.
        starts: How far to the right of its tail's middle each edge begins, where that matters.
        ends: How far to the right of its head's middle each edge ends, where that matters.
        titles: How long the title of each group is: its frame is that wide, or, if the title
            stands at the left or the right, that high. No line passes through it.
        title_at: The edge of a frame that its title stands at.

    Raises:
        ValueError: If the edges, or the groups, form a cycle.

    >>> drawn, frames = arrange_groups([40.0] * 3, [20.0] * 3, [(0, 1), (1, 2)], [-1, 0, 0], [-1])
    >>> drawn.y
    [10.0, 92.0, 142.0]
    >>> frames
    [Frame(group=0, x=0.0, y=50.0, width=60.0, height=112.0, depth=0, title=10.0)]
    """
    ends = [None] * len(edges) if ends is None else ends
    containers, home, ways = contain(len(widths), edges, groups, parents, starts)
    for number in reversed(range(len(containers))):
        title = titles[containers[number].group] if titles is not None and number else 0.0
        arrange_inside(containers, number, widths, heights, ends)
        frame_inside(containers[number], title, title_at)
    return put_together(containers, home, ways)


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
    """Return how long the longest path to an item is; a line from outside comes before a leaf."""
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
    """Return the containers right in a container, split so that edges between them don't cycle."""
    depth = container.depth
    label: dict[int, Label] = {}
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
    found: dict[Label, Container] = {}
    for node, name in label.items():
        if name[0] >= 0:
            inner = found.setdefault(name, Container(name[0], number, depth + 1, [], []))
            inner.nodes.append(node)
    for e in container.edges:
        tail, head = edges[e]
        if label[tail] == label[head]:
            found[label[tail]].edges.append(e)
    return list(found.values())


def on_cycles(pairs: set[tuple[Label, Label]]) -> set[Label]:
    """Return the ends of pairs that lie on cycles, or between them."""
    after: dict[Label, list[Label]] = {}
    before: dict[Label, list[Label]] = {}
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


def arrange_inside(
    containers: list[Container],
    number: int,
    widths: Sequence[float],
    heights: Sequence[float],
    ends: Sequence[float | None],
    closed: Sequence[tuple[float, float]] | None = None,
) -> None:
    """Lay out the items of a container whose inner containers are laid out.

    With `closed`, the size of each container as a box, the inner ones are such boxes.
    """
    this = containers[number]
    nodes = set()
    wide = [0.0] * len(this.items)
    high = [0.0] * len(this.items)
    inner: dict[int, Container] = {}
    for (kind, key), item in this.items.items():
        if kind == "node" and isinstance(key, int):
            nodes.add(item)
            wide[item], high[item] = widths[key], heights[key]
        elif kind == "container" and isinstance(key, int):
            inner[item] = containers[key]
            wide[item], high[item] = inner[item].width, inner[item].height
            if closed is not None:
                wide[item], high[item] = closed[key]

    def port(item: int, kind: str, key: Key) -> float:
        box = inner[item]
        at = box.drawn.x[box.items[kind, key]]
        if closed is None:
            return at + box.left - box.width / 2
        return (at - box.drawn.width / 2) * wide[item] / (box.drawn.width + 2 * SIDE)

    begins: list[float | None] = []
    finishes: list[float | None] = []
    for tail, head, key, edge in this.links:
        start = key[1] if tail in nodes else None
        begins.append(port(tail, "out", key) if tail in inner else start)
        end = None if edge is None else ends[edge]
        finishes.append(port(head, "in", key) if head in inner else end)
    this.drawn = arrange(
        wide,
        high,
        [(tail, head) for tail, head, _, _ in this.links],
        starts=begins,
        ends=finishes,
        first={item for (kind, _), item in this.items.items() if kind == "in"},
        last={item for (kind, _), item in this.items.items() if kind == "out"},
        depth=this.reach,
        elastic=closed is not None,
        thorough=len(containers[0].nodes) <= FEW,
    )


def frame_inside(this: Container, title: float, title_at: Edgewise) -> None:
    """Settle the frame of a container whose items are laid out, and where its title stands.

    The title is beside the lines that enter or leave where it stands.
    """
    room = dict.fromkeys(("top", "bottom", "left", "right"), SIDE) | {title_at: TITLE}
    this.left, this.top = room["left"], room["top"]
    this.width = this.drawn.width + room["left"] + room["right"]
    this.height = this.drawn.height + room["top"] + room["bottom"]
    needed = title + 2 * SIDE
    if title_at in ("left", "right"):
        this.height = max(this.height, needed)
        return
    passing = "in" if title_at == "top" else "out"
    lines = sorted([this.drawn.x[i] for (kind, _), i in this.items.items() if kind == passing])
    if needed > this.width:
        this.left += (needed - this.width) / 2
        this.width = needed
    this.title = SIDE
    for x in lines:
        if x + this.left + BESIDE_TITLE > this.title and (
            x + this.left - BESIDE_TITLE < this.title + title
        ):
            this.title = x + this.left + BESIDE_TITLE
    this.width = max(this.width, this.title + title + SIDE)


def put_together(
    containers: list[Container], home: list[int], ways: list[list[tuple[int, int]]]
) -> tuple[Layout, list[Frame]]:
    """Return the whole drawing, whose containers are laid out, and their frames."""
    whole = containers[0].drawn
    frames = []
    for number, this in enumerate(containers[1:], 1):
        outer = containers[this.parent]
        item = outer.items["container", number]
        x = outer.x + outer.drawn.x[item] - this.width / 2
        y = outer.y + outer.drawn.y[item] - this.height / 2
        this.x, this.y = x + this.left, y + this.top
        frames.append(Frame(this.group, x, y, this.width, this.height, this.depth - 1, this.title))
    result = Layout([], [], whole.width, whole.height)
    for node, number in enumerate(home):
        this = containers[number]
        item = this.items["node", node]
        result.x.append(this.x + this.drawn.x[item])
        result.y.append(this.y + this.drawn.y[item])
    branches = [branching(this, containers) for this in containers]
    done: set[tuple[int, int]] = set()
    for links in ways:
        # One that branches off a line it shares begins there; what leads up to it is drawn with
        # that line.
        first = max(
            (i for i, (number, link) in enumerate(links) if branches[number][link]), default=0
        )
        route: list[Point] = []
        for number, link in links[first:]:
            if (number, link) not in done:
                done.add((number, link))
                this = containers[number]
                route += [(x + this.x, y + this.y) for x, y in this.drawn.routes[link]]
        result.routes.append(without_needless(route))
    return result, frames


def branching(this: Container, containers: list[Container]) -> list[bool]:
    """Return for each link of a container whether it begins elsewhere than at its tail.

    Those of nodes do not count: nothing leads up to a node.
    """
    lowest = [math.inf] * len(this.items)
    for (kind, key), item in this.items.items():
        if kind == "in":
            lowest[item] = this.drawn.y[item]
        elif kind == "container" and isinstance(key, int):
            lowest[item] = this.drawn.y[item] + containers[key].height / 2
    return [
        route[0][1] > lowest[tail] + 0.01
        for (tail, _, _, _), route in zip(this.links, this.drawn.routes, strict=True)
    ]
