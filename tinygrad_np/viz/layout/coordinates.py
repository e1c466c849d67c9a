"""The places of vertices along their rows: straight lines first, then short ones.

Each vertex is aligned with the neighbour that the longest path leads through, and bends with
bends, so that the spine of a computation and every long edge run straight. As in Brandes and
Koepf, "Fast and Simple Horizontal Coordinate Assignment", Graph Drawing (2001), that is done from
the left and from the right, the lines are packed to both sides, and the mean is balanced. Then
each line moves towards its neighbours as far as there is room.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from .ranks import Layers

BETWEEN_BOXES, BESIDE_BEND = 22.0, 12.0
"""The least distance of two boxes in a row, and of a line from its neighbours."""
Distances = list[tuple[int, float]]
"""Straight lines, by the topmost vertex, and how far to the right of each of them."""
NARROWER = 0.8
"""If one of two alignments is narrower than this fraction of the other, it is used alone."""


@dataclass(slots=True)
class Lines:
    """Straight lines that go through vertices.

    Attributes:
        top: The topmost vertex on the line of each vertex.
        shift: How far to the right of that one each vertex stands, for lines meet boxes where
            their edges do.
        space: How far to its left and right a vertex keeps others off.
    """

    top: list[int]
    shift: list[float]
    space: list[float]


def place_rows(
    layers: Layers, rows: list[list[int]], widths: Sequence[float], depth: Sequence[float]
) -> list[float]:
    """Return the middle of each vertex along its row.

    Args:
        layers: The graph.
        rows: The vertices of each row from left to right.
        widths: The width of each node; bends have none.
        depth: The length of the longest path to each node.
    """
    n, count = layers.nodes, len(layers.rank)
    wide = [*widths, *[0.0] * (count - n)]
    around = [BETWEEN_BOXES / 2] * n + [BESIDE_BEND / 2] * (count - n)
    space = [w / 2 + a for w, a in zip(wide, around, strict=True)]
    offsets = {
        (u, v): start * wide[u] - end * wide[v] for u, start, v, end in layers.links if start or end
    }
    partners = spine(layers, rows, depth)
    mirrored = [row[::-1] for row in rows]
    left = align(layers, rows, partners)
    right = align(layers, mirrored, {v: found[::-1] for v, found in partners.items()})
    x = packed(rows, straight(rows, left, offsets, space))
    y = x if left == right else packed(rows, straight(rows, right, offsets, space))
    broad, narrow = spread(x, wide), spread(y, wide)
    if broad < NARROWER * narrow:
        y, right = x, left
    elif narrow < NARROWER * broad:
        x, left = y, right
    x = [(a + b) / 2 for a, b in zip(x, y, strict=True)]
    both = [a if a == b else v for v, (a, b) in enumerate(zip(left, right, strict=True))]
    return tightened(layers, rows, straight(rows, both, offsets, space), wide, x)


def packed(rows: list[list[int]], lines: Lines) -> list[float]:
    """Return the mean of straight lines packed to the left and to the right."""
    beside = right_of(rows, lines)
    order = left_to_right(lines.top, beside)
    members = list(zip(lines.top, lines.shift, lines.space, strict=True))
    left = [0.0] * len(members)
    for top, shift, space in members:
        if left[top] < space - shift:
            left[top] = space - shift
    for vertex in order:
        for other, distance in beside[vertex]:
            if left[other] < left[vertex] + distance:
                left[other] = left[vertex] + distance
    width = max([left[top] + shift + space for top, shift, space in members], default=0.0)
    right = [width] * len(members)
    for top, shift, space in members:
        if right[top] > width - space - shift:
            right[top] = width - space - shift
    for vertex in reversed(order):
        for other, distance in beside[vertex]:
            if right[vertex] > right[other] - distance:
                right[vertex] = right[other] - distance
    return [(left[top] + right[top]) / 2 + shift for top, shift, _ in members]


def spread(x: list[float], wide: list[float]) -> float:
    """Return the width of a drawing."""
    return max([a + b / 2 for a, b in zip(x, wide, strict=True)], default=0.0) - min(
        [a - b / 2 for a, b in zip(x, wide, strict=True)], default=0.0
    )


def spine(layers: Layers, rows: list[list[int]], depth: Sequence[float]) -> dict[int, list[int]]:
    """Return for each vertex the one or two above it that it may be aligned with.

    Among the vertices above it they are the leftmost and the rightmost of those with the longest
    path to them; seen from each of those, the vertex must be likewise among those below. So where
    paths part and join again, a line runs straight through from end to end.
    """
    n, owner = layers.nodes, layers.owner
    at = [0] * len(owner)
    for row in rows:
        for place, vertex in enumerate(row):
            at[vertex] = place
    above: list[list[int]] = [[] for _ in owner]
    below: list[list[int]] = [[] for _ in owner]
    for upper, _, lower, _ in layers.links:
        above[lower].append(upper)
        below[upper].append(lower)
    height = [0] * len(owner)  # the number of nodes on the longest path down
    for row in reversed(rows):
        for vertex in row:
            found = below[vertex]
            if len(found) == 1:
                height[vertex] = height[found[0]]
            elif found:
                height[vertex] = max([height[lower] for lower in found])
            height[vertex] += vertex < n
    chosen: list[list[int]] = [[] for _ in owner]
    for vertex, found in enumerate(above):
        if len(found) > 1:
            longest = max([depth[owner[u]] for u in found])
            found = outermost([u for u in found if depth[owner[u]] == longest], at)
        for upper in found:
            chosen[upper].append(vertex)
    partners: dict[int, list[int]] = {}
    for upper, found in enumerate(chosen):
        if len(found) > 1:
            is_bend = upper >= n
            alike = [v for v in found if (v >= n) == is_bend] or found
            tallest = max([height[v] for v in alike])
            found = outermost([v for v in alike if height[v] == tallest], at)
        for vertex in found:
            partners.setdefault(vertex, []).append(upper)
    for found in partners.values():
        if len(found) > 1:
            found.sort(key=at.__getitem__)
    return partners


def outermost(found: list[int], at: list[int]) -> list[int]:
    """Return the first and the last vertex of some in a row, or the only one."""
    first, last = min(found, key=at.__getitem__), max(found, key=at.__getitem__)
    return [first] if first == last else [first, last]


def align(layers: Layers, rows: list[list[int]], partners: dict[int, list[int]]) -> list[int]:
    """Return for each vertex the one above it in the same straight line, or itself.

    Lines don't cross each other, and between bends they go before all others.
    """
    n = layers.nodes
    at = [0] * len(layers.rank)
    line = list(range(len(layers.rank)))
    taken = [False] * len(layers.rank)
    for row in rows:
        for place, vertex in enumerate(row):
            at[vertex] = place
        if not (row and layers.rank[row[0]]):
            continue
        limit = len(layers.rank)
        limits: dict[int, int] = {}
        for vertex in reversed(row):
            limits[vertex] = limit
            if vertex >= n:
                for upper in partners.get(vertex, ()):
                    if upper >= n:
                        limit = min(limit, at[upper])
        reached = -1
        for vertex in row:
            for upper in partners.get(vertex, ()):
                inner = vertex >= n and upper >= n
                place = at[upper]
                if reached < place and (inner or place < limits[vertex]) and not taken[upper]:
                    line[vertex], taken[upper], reached = upper, True, place
                    break
    return line


def straight(
    rows: list[list[int]],
    line: list[int],
    offsets: dict[tuple[int, int], float],
    space: list[float],
) -> Lines:
    """Return the straight lines of vertices whose neighbours above in them are known."""
    top, shift = list(range(len(line))), [0.0] * len(line)
    for row in rows:
        for vertex in row:
            upper = line[vertex]
            if upper != vertex:
                top[vertex] = top[upper]
                shift[vertex] = shift[upper] + offsets.get((upper, vertex), 0.0)
    return Lines(top, shift, space)


def right_of(rows: list[list[int]], lines: Lines) -> list[Distances]:
    """Return for each straight line those next to its right, and their least distance."""
    top, shift, space = lines.top, lines.shift, lines.space
    beside: list[Distances] = [[] for _ in top]
    for row in rows:
        for u, v in pairwise(row):
            beside[top[u]].append((top[v], space[u] + space[v] + shift[u] - shift[v]))
    return beside


def left_to_right(top: list[int], beside: list[Distances]) -> list[int]:
    """Return the straight lines, each after all those to the left of it."""
    waiting = [0] * len(top)
    for found in beside:
        for other, _ in found:
            waiting[other] += 1
    order = [vertex for vertex, t in enumerate(top) if t == vertex and not waiting[vertex]]
    for vertex in order:  # grows
        for other, _ in beside[vertex]:
            waiting[other] -= 1
            if not waiting[other]:
                order.append(other)
    return order


def tightened(
    layers: Layers, rows: list[list[int]], lines: Lines, wide: list[float], x: list[float]
) -> list[float]:
    """Return the places after each straight line has moved towards the median of its neighbours.

    Each moves as far as there is room. Lines that move right go first, starting with the rightmost,
    so that they make room for one another; then those that move left.
    """
    top, shift = lines.top, lines.shift
    wishes: list[Distances] = [[] for _ in top]  # what would make each link straight
    for upper, start, lower, end in layers.links:
        u, v = top[upper], top[lower]
        if u != v:
            distance = shift[upper] + start * wide[upper] - shift[lower] - end * wide[lower]
            wishes[u].append((v, -distance))
            wishes[v].append((u, distance))
    right = right_of(rows, lines)
    left: list[Distances] = [[] for _ in top]
    for vertex, found in enumerate(right):
        for other, distance in found:
            left[other].append((vertex, distance))
    order = left_to_right(top, right)
    for _ in range(2):
        for vertex in reversed(order):
            goal = wanted(wishes[vertex], x)
            if goal is not None and goal > x[vertex]:
                room = min([x[other] - distance for other, distance in right[vertex]], default=goal)
                x[vertex] = max(x[vertex], min(goal, room))
        for vertex in order:
            goal = wanted(wishes[vertex], x)
            if goal is not None and goal < x[vertex]:
                room = max([x[other] + distance for other, distance in left[vertex]], default=goal)
                x[vertex] = min(x[vertex], max(goal, room))
    return [x[t] + s for t, s in zip(top, shift, strict=True)]


def wanted(wishes: Distances, x: list[float]) -> float | None:
    """Return the median of the places where the neighbours of a line would have it straight."""
    if not wishes:
        return None
    if len(wishes) == 1:
        return x[wishes[0][0]] + wishes[0][1]
    places = sorted([x[other] + distance for other, distance in wishes])
    return (places[(len(places) - 1) // 2] + places[len(places) // 2]) / 2
