"""Which boxes of two graphs belong together, and the order of both in one picture.

Two boxes are aligned if they have the same name, or are results in the same place, or feed or
use aligned boxes in the same place; only boxes of the same op are. What is left is aligned in
the order it was computed in. A box that would then come both before and after another is
taken apart again, so that one picture can show both graphs.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import replace

from ..engine.access import array_of
from ..engine.graph import Node
from ..engine.tape import Line
from ..engine.tensor import Array, Tensor
from .model import Arrow, Box, Group
from .picture import Builder


class Side:
    """One of two graphs that are compared: its picture and what is known of its boxes.

    Attributes:
        builder: The builder of the picture, which knows the nodes.
        shown: The picture.
        incoming: The arrows into each box.
        outgoing: The arrows from each box.
    """

    def __init__(self, builder: Builder, max_nodes: int | None = None) -> None:
        self.builder, self.shown = builder, builder.build(max_nodes)
        self.incoming: list[list[Arrow]] = [[] for _ in self.shown.boxes]
        self.outgoing: list[list[Arrow]] = [[] for _ in self.shown.boxes]
        for arrow in self.shown.arrows:
            self.incoming[arrow.head].append(arrow)
            self.outgoing[arrow.tail].append(arrow)

    def value(self, key: int) -> Array | None:
        """Return the array of a box, if it is known."""
        source = self.builder.sources.get(key)
        if isinstance(source, tuple):
            return self.builder.known.operand_array(*source)
        if isinstance(source, Tensor):
            return array_of(source)  # type: ignore[no-any-return]
        return None if source is None else self.builder.known.values.get(source)

    def gradient(self, key: int) -> Array | None:
        """Return the gradient of a box, if it is known."""
        source = self.builder.sources.get(key)
        return self.builder.known.gradients.get(source) if isinstance(source, Node) else None

    def line(self, key: int) -> Line | None:
        """Return the line of the program that computed a box, if it is known."""
        source, failure = self.builder.sources.get(key), self.builder.failure
        call = self.builder.known.call(source) if isinstance(source, Node) else None
        if call is None and failure is not None and source is failure.failed:
            return failure.line
        return None if call is None else call.line

    def beside(self, key: int) -> Iterable[tuple[Hashable, int]]:
        """Yield the boxes that feed and use a box, each with the place that aligned boxes share."""
        seen: dict[Hashable, int] = {}
        for i, arrow in enumerate(self.incoming[key]):
            yield ("in", i if arrow.port is None else arrow.port), arrow.tail
        for arrow in self.outgoing[key]:
            place = ("out", arrow.port, sort_of(self.shown.boxes[arrow.head]))
            count = seen[place] = seen.get(place, 0) + 1
            yield (place, count), arrow.head


def sort_of(box: Box) -> Hashable:
    """Return what aligned boxes must have in common."""
    return box.kind, box.op


def aligned(before: Side, after: Side) -> dict[int, int]:
    """Return which box of the second graph belongs to which of the first."""
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    queue: deque[int] = deque()

    def pair(a: int, b: int) -> None:
        same = sort_of(before.shown.boxes[a]) == sort_of(after.shown.boxes[b])
        if same and a not in pairs and b not in taken:
            pairs[a] = b
            taken.add(b)
            queue.append(a)

    def spread() -> None:
        while queue:
            a = queue.popleft()
            there = dict(after.beside(pairs[a]))
            for place, key in before.beside(a):
                if place in there:
                    pair(key, there[place])

    by_name = [only_ones(side.shown.boxes, box_identity) for side in (before, after)]
    for name, a in by_name[0].items():
        if name in by_name[1]:
            pair(a, by_name[1][name])
    results = [[box.key for box in side.shown.boxes if box.result] for side in (before, after)]
    if len(results[0]) == len(results[1]):
        for a, b in zip(*results, strict=True):
            pair(a, b)
    spread()
    left: dict[Hashable, deque[int]] = {}
    for box in after.shown.boxes:
        if box.kind != "constant" and box.key not in taken:
            left.setdefault(sort_of(box), deque()).append(box.key)
    for box in before.shown.boxes:
        candidates = left.get(sort_of(box), deque())
        while candidates and candidates[0] in taken:
            candidates.popleft()
        if candidates and box.key not in pairs:
            pair(box.key, candidates[0])
            spread()
    return pairs


def box_identity(box: Box) -> Hashable:
    """Return what identifies a box, or ``None``."""
    name = box.name or box.module
    return (name, sort_of(box)) if name else None


def only_ones(boxes: Sequence[Box], name: Callable[[Box], Hashable]) -> dict[Hashable, int]:
    """Return boxes by their names, without those that share one."""
    found: dict[Hashable, list[int]] = {}
    for box in boxes:
        if (given := name(box)) is not None:
            found.setdefault(given, []).append(box.key)
    return {given: keys[0] for given, keys in found.items() if len(keys) == 1}


# ------------------------------------------------------------------------ one picture of two

Position = tuple[int | None, int | None]
"""A box of the picture of both: its key in the first graph and in the second."""


def merged_order(before: Side, after: Side, pairs: dict[int, int]) -> list[Position]:
    """Return the boxes of both graphs, each after all that lead to it in either.

    Pairs that cannot both come after what leads to them are taken apart.
    """
    partner = {b: a for a, b in pairs.items()}
    waiting = (
        [len(found) for found in before.incoming],
        [len(found) for found in after.incoming],
    )
    ready: list[Position] = []
    order: list[Position] = []

    def offer(a: int | None, b: int | None) -> None:
        """Add a box if everything that leads to it has been added."""
        whole = (pairs.get(a) if a is not None else b, partner.get(b) if b is not None else a)
        b, a = whole
        if (a is None or not waiting[0][a]) and (b is None or not waiting[1][b]):
            ready.append((a, b))

    starts: list[Position] = [(None, box.key) for box in after.shown.boxes]
    starts += [(box.key, None) for box in before.shown.boxes if box.key not in pairs]
    for a, b in starts:
        offer(a, b)
    oldest = 0
    done: set[int] = set()
    total = len(before.shown.boxes)
    while True:
        for a, b in ready:  # grows
            order.append((a, b))
            if a is not None:
                done.add(a)
                for arrow in before.outgoing[a]:
                    waiting[0][arrow.head] -= 1
                    if not waiting[0][arrow.head]:
                        offer(arrow.head, None)
            if b is not None:
                for arrow in after.outgoing[b]:
                    waiting[1][arrow.head] -= 1
                    if not waiting[1][arrow.head]:
                        offer(None, arrow.head)
        while oldest < total and oldest in done:
            oldest += 1
        if oldest == total:
            return order
        # The oldest one left waits only for its partner.
        b = pairs.pop(oldest)
        del partner[b]
        ready = []
        offer(oldest, None)
        if not waiting[1][b]:
            offer(None, b)


def merged_arrows(
    before: Side, after: Side, at: tuple[dict[int, int], dict[int, int]]
) -> list[Arrow]:
    """Return the arrows of both graphs; those of one alone are marked."""
    old = [replace(x, tail=at[0][x.tail], head=at[0][x.head]) for x in before.shown.arrows]
    new = [replace(x, tail=at[1][x.tail], head=at[1][x.head]) for x in after.shown.arrows]
    there, here = set(old), set(new)
    operands = {at[1][box.key]: len(box.operands) for box in after.shown.boxes}
    arrows = [x if x in there else replace(x, mark="added") for x in new]
    for x in old:
        if x not in here:
            has_port = x.port is not None and x.port < operands.get(x.head, x.port + 1)
            arrows.append(replace(x, mark="removed", port=x.port if has_port else None))
    return arrows


def merged_groups(
    before: Sequence[Group], after: Sequence[Group]
) -> tuple[list[Group], dict[int, int]]:
    """Return the groups of both graphs, and which of them those of the first are."""
    groups = list(after)
    free: dict[Hashable, deque[int]] = {}
    for group in after:
        free.setdefault((group.parent, group.name, group.kind), deque()).append(group.key)
    places: dict[int, int] = {}
    for group in before:  # outer ones come first
        parent = None if group.parent is None else places[group.parent]
        same = free.get((parent, group.name, group.kind))
        if same:
            places[group.key] = same.popleft()
        else:
            places[group.key] = len(groups)
            groups.append(replace(group, key=len(groups), parent=parent))
    return groups, places
