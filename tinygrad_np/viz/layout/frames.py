"""Nested groups in a layout: each is laid out by itself and is then a box in what is around it.

So a frame never cuts another frame, nor a box that isn't in it. An edge that leaves a group goes
on from the lower side of its frame, and one that enters does so through the upper side.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from .arrange import arrange
from .containers import Container, Key, contain
from .ranks import Edge
from .routes import Layout, Point, without_needless

SIDE, TITLE = 10.0, 20.0
"""The room between a frame and what is in it, and at the edge that the title stands at."""
FEW = 300
"""The greatest number of nodes for which several drawings are made."""
BESIDE_TITLE = 6.0
"""The distance of a title from the lines that pass it."""

Edgewise = Literal["top", "bottom", "left", "right"]
"""The edge of a frame that its title stands at."""


@dataclass(slots=True)
class Frame:
    """The rectangle around a group, or around a part of it.

    Attributes:
        group: The group.
        x, y: Its upper left corner.
        width, height: Its size.
        depth: How many frames are around it.
        title: The distance of its title from the left, or from the top if it stands at a side.
    """

    group: int
    x: float
    y: float
    width: float
    height: float
    depth: int
    title: float = SIDE


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
        titles: The length of each group's title: its frame is at least that wide, or that high if
            the title stands at the left or the right. No line passes through it.
        title_at: The edge of a frame that its title stands at.

    Raises:
        ValueError: If the edges, or the groups, form a cycle.

    >>> drawn, frames = arrange_groups([40.0] * 3, [20.0] * 3, [(0, 1), (1, 2)], [-1, 0, 0], [-1])
    >>> drawn.y
    [10.0, 74.0, 124.0]
    >>> frames
    [Frame(group=0, x=0.0, y=32.0, width=60.0, height=112.0, depth=0, title=10.0)]
    """
    ends = [None] * len(edges) if ends is None else ends
    containers, home, ways = contain(len(widths), edges, groups, parents, starts)
    for number in reversed(range(len(containers))):
        title = titles[containers[number].group] if titles is not None and number else 0.0
        arrange_inside(containers, number, widths, heights, ends)
        frame_inside(containers[number], title, title_at)
    return put_together(containers, home, ways)


def arrange_inside(
    containers: list[Container],
    number: int,
    widths: Sequence[float],
    heights: Sequence[float],
    ends: Sequence[float | None],
    elastic: bool = False,
) -> None:
    """Lay out the items of a container whose inner containers are laid out.

    With `elastic` its lines keep all points at which they turn aside when it is shrunk.
    """
    this = containers[number]
    nodes = set()
    wide = [0.0] * len(this.items)
    high = [0.0] * len(this.items)
    padding = [(0.0, 0.0)] * len(this.items)
    inner: dict[int, Container] = {}
    for (kind, key), item in this.items.items():
        if kind == "node" and isinstance(key, int):
            nodes.add(item)
            wide[item], high[item] = widths[key], heights[key]
        elif kind == "container" and isinstance(key, int):
            inner[item] = containers[key]
            wide[item], high[item] = inner[item].width, inner[item].height
            padding[item] = inner[item].padding

    def port(item: int, kind: str, key: Key) -> float:
        box = inner[item]
        return box.drawn.x[box.items[kind, key]] + box.left - box.width / 2

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
        padding=padding,
        elastic=elastic,
        thorough=len(containers[0].nodes) <= FEW,
    )


def frame_inside(this: Container, title: float, title_at: Edgewise) -> None:
    """Determine the frame of a container whose items are laid out, and the place of its title.

    The title is beside the lines that enter or leave where it stands.
    """
    room = dict.fromkeys(("top", "bottom", "left", "right"), SIDE) | {title_at: TITLE}
    this.left, this.top = room["left"], room["top"]
    this.width = this.drawn.width + room["left"] + room["right"]
    this.height = this.drawn.height + room["top"] + room["bottom"]
    this.title = SIDE
    needed = title + 2 * SIDE
    if title_at in ("left", "right"):
        this.height = max(this.height, needed)
        return
    passing = "in" if title_at == "top" else "out"
    lines = sorted([this.drawn.x[i] for (kind, _), i in this.items.items() if kind == passing])
    if needed > this.width:
        this.left += (needed - this.width) / 2
        this.width = needed
    for x in lines:
        if x + this.left + BESIDE_TITLE > this.title and (
            x + this.left - BESIDE_TITLE < this.title + title
        ):
            this.title = x + this.left + BESIDE_TITLE
    this.width = max(this.width, this.title + title + SIDE)


def put_together(
    containers: list[Container], home: list[int], ways: list[list[tuple[int, int]]]
) -> tuple[Layout, list[Frame]]:
    """Return the whole drawing from containers that are laid out, and their frames."""
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
