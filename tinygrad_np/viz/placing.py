"""The places of everything in a picture, by our own layout, in any direction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from .labels import Label, measured, width_of
from .layout import Edgewise, Frame, Layout, Point, arrange_groups
from .lines import TextLine, Words, group_title, groups_of_one_op, visible
from .model import Picture
from .options import Direction

MARGIN = 12.0
HEAD = 6.0
"""How long the head of an arrow is."""

TITLES: dict[Direction, Edgewise] = {"TB": "top", "BT": "bottom", "LR": "left", "RL": "left"}
"""The edge of the layout's frames that is on top in the drawing."""


class Parts:
    """What is to be placed: boxes of known sizes, frames with titles, and arrows.

    Attributes:
        shown: The picture.
        direction: Where values flow.
        labels: The label of each box.
        homes: The group that each box is framed by, or -1.
        parents: The group around each group, or -1.
        titles: The title of each group.
    """

    def __init__(self, shown: Picture, direction: Direction, thumbnails: bool) -> None:
        lonely = groups_of_one_op(shown)
        alone = [None if box.group is None else lonely.get(box.group) for box in shown.boxes]
        self.shown, self.direction = shown, direction
        self.labels: list[Label] = [
            measured(box, direction, group, thumbnails)
            for box, group in zip(shown.boxes, alone, strict=True)
        ]
        self.homes = [
            number_of(box.group if group is None else group.parent)
            for box, group in zip(shown.boxes, alone, strict=True)
        ]
        self.parents = [number_of(group.parent) for group in shown.groups]
        self.titles: list[TextLine] = [
            [Words(visible(group_title(g)), "title")] for g in shown.groups
        ]


def number_of(group: int | None) -> int:
    """Return the key of a group in the layout."""
    return -1 if group is None else group


@dataclass(frozen=True, slots=True)
class Rectangle:
    """The frame of a group: its upper left corner, its size, and where its title begins."""

    group: int
    x: float
    y: float
    width: float
    height: float
    title: float


@dataclass(frozen=True, slots=True)
class Placed:
    """A picture with everything in its place.

    Attributes:
        width: The width of the whole.
        height: Its height.
        middles: The middle of each box.
        frames: The frames, outer ones first.
        arrows: For each arrow the path of its line, as SVG path data, and its head: the tip and
            two corners.
    """

    width: float
    height: float
    middles: list[Point]
    frames: list[Rectangle]
    arrows: list[tuple[str, list[Point]]]


def placed(parts: Parts) -> Placed:
    """Return the places of everything by our own layout."""
    labels, arrows = parts.labels, parts.shown.arrows
    upright = parts.direction in ("TB", "BT")
    layout, frames = arrange_groups(
        [label.width if upright else label.height for label in labels],
        [label.height if upright else label.width for label in labels],
        [(arrow.tail, arrow.head) for arrow in arrows],
        parts.homes,
        parts.parents,
        ends=[
            None if arrow.port is None else labels[arrow.head].ports[arrow.port] for arrow in arrows
        ],
        titles=[width_of(title) for title in parts.titles],
        title_at=TITLES[parts.direction],
    )
    flow = Orientation(parts.direction, layout)
    return Placed(
        *flow.size,
        [flow.point(x, y) for x, y in zip(layout.x, layout.y, strict=True)],
        [flow.frame(frame) for frame in frames],
        [flow.arrow(route) for route in layout.routes],
    )


class Orientation:
    """The way from a layout from top to bottom to a drawing in any direction."""

    def __init__(self, direction: Direction, layout: Layout) -> None:
        self.upright = direction in ("TB", "BT")
        self.back = direction in ("BT", "RL")
        self.length = layout.height
        width, height = layout.width + 2 * MARGIN, layout.height + 2 * MARGIN
        self.size = (width, height) if self.upright else (height, width)

    def point(self, x: float, y: float) -> Point:
        """Return where a point of the layout is drawn."""
        x, y = x + MARGIN, (self.length - y if self.back else y) + MARGIN
        return (x, y) if self.upright else (y, x)

    def frame(self, frame: Frame) -> Rectangle:
        """Return where the frame of a group is drawn."""
        x0, y0 = self.point(frame.x, frame.y)
        x1, y1 = self.point(frame.x + frame.width, frame.y + frame.height)
        x0, x1, y0, y1 = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
        return Rectangle(frame.group, x0, y0, x1 - x0, y1 - y0, x0 + frame.title)

    def arrow(self, route: Sequence[Point]) -> tuple[str, list[Point]]:
        """Return the line along a route, and the head at its end."""
        *points, (x, y) = route
        points.append((x, y - HEAD))
        parts = ["M" + pair(self.point(*points[0]))]
        for (x0, y0), (x1, y1) in pairwise(points):
            if x0 != x1:
                middle = (y0 + y1) / 2
                parts.append("C" + pair(self.point(x0, middle)))
                parts.append(" " + pair(self.point(x1, middle)) + " ")
            else:
                parts.append("L")
            parts.append(pair(self.point(x1, y1)))
        corners = [(x, y), (x - 3.5, y - HEAD - 1), (x + 3.5, y - HEAD - 1)]
        return "".join(parts), [self.point(*corner) for corner in corners]


def coord(value: float) -> str:
    """Return a coordinate in few characters."""
    return f"{value:.1f}".removesuffix(".0")


def pair(point: Point) -> str:
    """Return the coordinates of a point."""
    return f"{coord(point[0])},{coord(point[1])}"
