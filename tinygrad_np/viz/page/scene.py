"""The places of everything on the page: all modules are laid out open, as in other pictures.

The page closes a module by shrinking the axes around it where nothing else stands: the columns and
rows that the module occupied become as wide and as high as its closed box. Boxes that were apart
stay apart, so nothing overlaps whatever is open, and the browser lays out nothing.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, get_args

from ..labels import LINES, Label, measured, width_of
from ..layout.containers import Container, contain
from ..layout.frames import arrange_inside, frame_inside
from ..lines import SIGNS, Words, counted, group_title as words_of, groups_of_one_op, visible
from ..model import Box, Group, Mark, Picture
from ..placing import number_of

ITEMS = {"node": 0, "container": 1, "in": 2, "out": 3}
"""The kinds of items of a container, as numbers."""
MARKS: dict[Mark | None, int] = {None: 0, "added": 1, "removed": 2, "changed": 3}
"""The status of a link in a comparison, as a number."""
OPEN_UP_TO = 250
"""The most boxes that the page shows when it opens, if modules can be closed."""


class Scene:
    """A picture laid out for the page.

    Attributes:
        containers: The whole graph and all groups; those inside others come later.
        home: The innermost container of each box.
        alone: The module that each box is the whole of, to be named in it; or `None`.
        ways: The links that each arrow runs along, as pairs of a container and a link.
        labels: The label of each box.
        link_marks: The status of each link's arrows in a comparison, as far as they differ.
        closed: The label of the box of each closed container.
    """

    def __init__(self, shown: Picture) -> None:
        """Lay out a picture."""
        self.shown = shown
        lonely = groups_of_one_op(shown)
        self.alone = [None if b.group is None else lonely.get(b.group) for b in shown.boxes]
        self.labels = [
            measured(box, group=group) for box, group in zip(shown.boxes, self.alone, strict=True)
        ]
        widths = [label.width for label in self.labels]
        heights = [label.height for label in self.labels]
        edges = [(arrow.tail, arrow.head) for arrow in shown.arrows]
        ends = [
            None if arrow.port is None else self.labels[arrow.head].ports[arrow.port]
            for arrow in shown.arrows
        ]
        groups = [
            number_of(box.group if group is None else group.parent)
            for box, group in zip(shown.boxes, self.alone, strict=True)
        ]
        parents = [number_of(group.parent) for group in shown.groups]
        self.containers, self.home, self.ways = contain(len(widths), edges, groups, parents)
        self.link_marks = self._link_marks()
        self.closed = [self._closed(container) for container in self.containers]
        for number, this in reversed(list(enumerate(self.containers))):
            shrinks = any(kind == "container" for kind, _ in this.items)
            arrange_inside(self.containers, number, widths, heights, ends, elastic=shrinks)
            frame_inside(this, self._title(number)[1], "top")

    def _closed(self, container: Container) -> Label:
        """Return the label of a closed container."""
        if container.group < 0:
            return Label(0.0, 0.0, [], [])
        group = self.shown.groups[container.group]
        boxes = [self.shown.boxes[node] for node in container.nodes]
        lines = [[Words(words_over_group(group), "name")], [Words(content_of(boxes), "small")]]
        if marks := marks_in(boxes):
            words = "  ".join([f"{SIGNS[mark]} {count:,}" for mark, count in marks.items()])
            lines.append([Words(words)])
        return stacked_label(lines)

    def _title(self, number: int) -> tuple[str, float]:
        """Return the title of a container, and its length."""
        group = self.containers[number].group
        title = "" if group < 0 else words_over_group(self.shown.groups[group])
        return title, width_of([Words(title, "title")])

    def _link_marks(self) -> dict[tuple[int, int], Mark]:
        """Return the marks of links; of a shared link, what its arrows have in common."""
        found: dict[tuple[int, int], set[Mark | None]] = {}
        for arrow, way in zip(self.shown.arrows, self.ways, strict=True):
            for link in way:
                found.setdefault(link, set()).add(arrow.mark)
        marks: dict[tuple[int, int], Mark] = {}
        for link, kinds in found.items():
            if None not in kinds:  # otherwise some arrow along it is in both graphs
                only = next(iter(kinds))
                assert only is not None
                marks[link] = only if len(kinds) == 1 else "changed"
        return marks

    def opened(self, closed: set[int] | None = None) -> list[int]:
        """Return the containers that are open at first.

        Args:
            closed: The groups to close; if it is not known, outer ones are opened, while there
                is room.
        """
        if closed is not None:
            return [n for n, this in enumerate(self.containers) if this.group not in closed]
        depths: dict[int, list[int]] = {}
        for number, container in enumerate(self.containers):
            depths.setdefault(container.depth, []).append(number)
        shown, found = 0, []
        for depth in sorted(depths):
            inner = [
                kind == "container"
                for number in depths[depth]
                for kind, _ in self.containers[number].items
                if kind in ("node", "container")
            ]
            shown += len(inner) - (len(depths[depth]) if depth else 0)
            if depth and shown > OPEN_UP_TO:
                break
            found += depths[depth]
        return found

    def data(self, closed: set[int] | None = None) -> dict[str, Any]:
        """Return all places, for the page, and which containers are open at first."""
        return {
            "containers": [self._container(number) for number in range(len(self.containers))],
            "arrows": [
                [arrow.tail, arrow.head, *(x for link in way for x in link)]
                for arrow, way in zip(self.shown.arrows, self.ways, strict=True)
            ],
            "opened": self.opened(closed),
        }

    def _container(self, number: int) -> dict[str, Any]:
        this = self.containers[number]
        drawn, label = this.drawn, self.closed[number]
        tops = {item: self._top(kind, key) for (kind, key), item in this.items.items()}
        items: list[Any] = []
        for (kind, key), item in this.items.items():
            place = [round(drawn.x[item], 1), round(drawn.y[item], 1)]
            items.append([ITEMS[kind], key if isinstance(key, int) else -1, *place])
        links: list[Any] = []
        for i, ((tail, head, key, _), route) in enumerate(
            zip(this.links, drawn.routes, strict=True)
        ):
            mark = MARKS[self.link_marks.get((number, i))]
            begins = abs(route[0][1] - drawn.y[tail] - tops[tail] / 2) < 0.1
            leave, enter = self._port(this, tail, "out", key), self._port(this, head, "in", key)
            points = [round(c, 1) for point in route for c in point]
            links.append([tail, head, int(begins), mark, leave, enter, *points])
        title, length = self._title(number)
        frame = this.width, this.height, this.left, this.title
        return {
            "parent": this.parent,
            "depth": this.depth,
            "title": title,
            "titleWidth": round(length, 1),
            "width": round(drawn.width, 1),
            "height": round(drawn.height, 1),
            "frame": [round(x, 1) for x in frame],
            "closed": label_data(label),
            "items": items,
            "links": links,
            "nodes": len(this.nodes),
            "marks": marks_in([self.shown.boxes[node] for node in this.nodes]),
        }

    def _top(self, kind: str, key: object) -> float:
        """Return the height of an item."""
        if not isinstance(key, int):
            return 0.0
        return self.labels[key].height if kind == "node" else self.containers[key].height

    def _port(self, this: Container, item: int, side: str, key: object) -> int:
        """Return the item of an inner container at which a line continues, or -1."""
        kind, number = list_of(this)[item]
        if kind != "container" or not isinstance(number, int):
            return -1
        return self.containers[number].items[side, key]


def marks_in(boxes: list[Box]) -> dict[Mark, int]:
    """Return the number of boxes with each mark, in the order of the signs."""
    counts = Counter(box.mark for box in boxes)
    marks: tuple[Mark, ...] = get_args(Mark)
    return {mark: counts[mark] for mark in marks if counts[mark]}


def list_of(container: Container) -> list[tuple[str, object]]:
    """Return the items of a container by their numbers."""
    return list(container.items)


def words_over_group(group: Group) -> str:
    """Return the title of a group."""
    return visible(words_of(group)) or "block"


def content_of(boxes: list[Box]) -> str:
    """Return the contents of a closed container, in words."""
    ops = sum(box.kind == "op" for box in boxes)
    parameters = sum(box.parameter for box in boxes)
    words = [counted(ops, "op"), *([counted(parameters, "parameter")] if parameters else [])]
    return ", ".join(words)


def stacked_label(lines: list[list[Words]]) -> Label:
    """Return a label of several lines."""
    height = sum([LINES[line[-1].kind] for line in lines])
    width = max([width_of(line) for line in lines])
    label = Label(width + 28.0, height + 16.0, [], [])
    y = -height / 2
    for line in lines:
        y += LINES[line[-1].kind]
        label.lines.append((line, 0.0, y - LINES[line[-1].kind] / 2))
    return label


def label_data(label: Label) -> list[Any]:
    """Return a label for the page: its size, and for each line its place, width and words."""
    lines = [
        [
            round(x, 1),
            round(y, 1),
            round(width_of(line), 1),
            *(x for w in line for x in (w.kind, w.text, round(width_of([w]), 1))),
        ]
        for line, x, y in label.lines
    ]
    return [round(label.width, 1), round(label.height, 1), *lines]
