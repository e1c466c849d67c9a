"""A picture in lines from top to bottom: groups as headings, with their boxes below."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from .model import Box, Group, Picture

UnitKey = tuple[int, int]
"""A group, as its first box and its key, or a box, as its key and -1; units sort by age."""


class Printed(str):
    """Text that prompts and notebooks show as it is printed."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of an outline.

    Attributes:
        depth: How many headings it is below.
        item: A box, or the group whose heading it is.
        is_end: Whether a group ends here: a mark without a line.
    """

    depth: int
    item: Box | Group
    is_end: bool = False


def outline(shown: Picture) -> Iterator[Entry]:
    """Yield boxes and groups: what is used before its use, a group's boxes one after another.

    A group without boxes is left out. Where values leave a group and come back, which only a
    picture of two graphs does, some are used before.
    """
    paths = group_paths(shown)
    first: dict[int, int] = {}
    for box in shown.boxes:
        for group in paths[box.group]:
            first.setdefault(group, box.key)
    inside: dict[int | None, list[UnitKey]] = {None: []}
    for group, key in first.items():
        inside.setdefault(shown.groups[group].parent, []).append((key, group))
    for box in shown.boxes:
        inside.setdefault(box.group, []).append((box.key, -1))
    after: dict[UnitKey, list[UnitKey]] = {}
    waiting: dict[UnitKey, int] = {}
    for arrow in shown.arrows:
        tail, head = apart(paths, first, shown.boxes[arrow.tail], shown.boxes[arrow.head])
        if tail != head:
            after.setdefault(tail, []).append(head)
            waiting[head] = waiting.get(head, 0) + 1
    stack: list[tuple[int, UnitKey, bool]] = []
    stack += [(0, unit, False) for unit in reversed(in_order(inside[None], after, waiting))]
    while stack:
        depth, (key, group), is_end = stack.pop()
        if group < 0:
            yield Entry(depth, shown.boxes[key])
            continue
        yield Entry(depth, shown.groups[group], is_end)
        if not is_end:
            stack.append((depth, (key, group), True))
            units = in_order(inside[group], after, waiting)
            stack += [(depth + 1, unit, False) for unit in reversed(units)]


def group_paths(shown: Picture) -> dict[int | None, tuple[int, ...]]:
    """Return for each group the groups from the outermost to itself."""
    paths: dict[int | None, tuple[int, ...]] = {None: ()}
    for group in shown.groups:  # outer ones come first
        paths[group.key] = (*paths[group.parent], group.key)
    return paths


def apart(
    paths: dict[int | None, tuple[int, ...]], first: dict[int, int], tail: Box, head: Box
) -> tuple[UnitKey, UnitKey]:
    """Return the units by which two boxes are told apart in the innermost group of both."""
    a, b = paths[tail.group], paths[head.group]
    depth = 0
    while depth < min(len(a), len(b)) and a[depth] == b[depth]:
        depth += 1
    return (
        (first[a[depth]], a[depth]) if depth < len(a) else (tail.key, -1),
        (first[b[depth]], b[depth]) if depth < len(b) else (head.key, -1),
    )


def in_order(
    units: list[UnitKey], after: dict[UnitKey, list[UnitKey]], waiting: dict[UnitKey, int]
) -> list[UnitKey]:
    """Return the units of a group, oldest first, each after those that lead to it."""
    ready = [unit for unit in units if not waiting.get(unit)]
    heapify(ready)
    left = sorted(units, reverse=True)
    done: dict[UnitKey, None] = {}
    while len(done) < len(units):
        if not ready:  # a cycle
            while left[-1] in done:
                left.pop()
            ready.append(left[-1])
        unit = heappop(ready)
        if unit in done:
            continue
        done[unit] = None
        for other in after.get(unit, ()):
            waiting[other] -= 1
            if not waiting[other]:
                heappush(ready, other)
    return list(done)
