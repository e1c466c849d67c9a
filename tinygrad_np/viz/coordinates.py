"""The places of vertices along their rows: straight lines first, then short ones.

Each vertex is aligned with the neighbour that the longest path leads through, and bends with
bends, so that the spine of a computation and every long edge run straight. As in Brandes and
Koepf, "Fast and Simple Horizontal Coordinate Assignment", Graph Drawing (2001), that is done from
the left and from the right, the lines are packed to both sides, and the mean is balanced. Then
each line moves towards its neighbours as far as there is room. Imports ranks.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from .ranks import Layers, longest_paths

BETWEEN_BOXES, BESIDE_BEND = 22.0, 12.0
"""The least distance of two boxes in a row, and of a line from its neighbours."""
NARROWER = 0.8
"""Of two ways to align, one that is narrower than this by comparison is taken alone."""


def place_rows(
    layers: Layers, rows: list[list[int]], widths: Sequence[float], depth: list[int]
) -> list[float]:
    """Return the middle of each vertex along its row.

    Args:
        layers: The graph.
        rows: The vertices of each row from left to right.
        widths: The width of each node; bends have none.
        depth: How long the longest path to each node is.
    """
    n, count = layers.nodes, len(layers.rank)
    half = [width / 2 for width in widths] + [0.0] * (count - n)
    around = [BETWEEN_BOXES / 2] * n + [BESIDE_BEND / 2] * (count - n)
    space = [a + b for a, b in zip(half, around, strict=True)]
    partners = spine(layers, rows, depth)
    mirrored = [row[::-1] for row in rows]
    left = align(layers, rows, partners)
    right = align(layers, mirrored, {v: found[::-1] for v, found in partners.items()})
    x, y = packed(rows, left, space), packed(rows, right, space)
    wide, narrow = spread(x, half), spread(y, half)
    if left == right or wide < NARROWER * narrow:
        y, right = x, left
    elif narrow < NARROWER * wide:
        x, left = y, right
    x = [(a + b) / 2 for a, b in zip(x, y, strict=True)]
    both = [a if a == b else v for v, (a, b) in enumerate(zip(left, right, strict=True))]
    tighten(layers, rows, both, space, x)
    return x


def packed(rows: list[list[int]], line: list[int], space: list[float]) -> list[float]:
    """Return the mean of straight lines packed to the left and to the right."""
    x = pack(rows, line, space)
    y = pack([row[::-1] for row in rows], line, space)
    width = max([a + b for a, b in zip(x, space, strict=True)], default=0.0)
    return [(a + width - b) / 2 for a, b in zip(x, y, strict=True)]


def spread(x: list[float], half: list[float]) -> float:
    """Return the width of a drawing."""
    return max([a + b for a, b in zip(x, half, strict=True)], default=0.0) - min(
        [a - b for a, b in zip(x, half, strict=True)], default=0.0
    )


def spine(layers: Layers, rows: list[list[int]], depth: list[int]) -> dict[int, list[int]]:
    """Return for each vertex the one or two above it that it may be aligned with.

    Of the vertices above it they are those with the longest path to them, and of these the
    leftmost and the rightmost; the same is asked of it among those below each of them, upside
    down. So where paths part and join again, a line runs straight through from end to end.
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
    bottom_up = [vertex for row in reversed(rows) for vertex in row]
    height = longest_paths(below, bottom_up)
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


def lines(rows: list[list[int]], line: list[int]) -> list[int]:
    """Return for each vertex the topmost one of its straight line."""
    top = list(range(len(line)))
    for row in rows:
        for vertex in row:
            top[vertex] = top[line[vertex]]
    return top


def pack(rows: list[list[int]], line: list[int], space: list[float]) -> list[float]:
    """Return the leftmost places at which straight lines keep their distances."""
    top = lines(rows, line)
    x = [space[vertex] for vertex in range(len(top))]
    beside = right_of(rows, top, space)
    for vertex in left_to_right(top, beside):
        for other, distance in beside[vertex]:
            x[other] = max(x[other], x[vertex] + distance)
    return [x[t] for t in top]


def right_of(
    rows: list[list[int]], top: list[int], space: list[float]
) -> list[list[tuple[int, float]]]:
    """Return for each straight line those next to the right of it, and how far they must be."""
    beside: list[list[tuple[int, float]]] = [[] for _ in top]
    for row in rows:
        for u, v in pairwise(row):
            beside[top[u]].append((top[v], space[u] + space[v]))
    return beside


def left_to_right(top: list[int], beside: list[list[tuple[int, float]]]) -> list[int]:
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


def tighten(
    layers: Layers, rows: list[list[int]], line: list[int], space: list[float], x: list[float]
) -> None:
    """Move each straight line towards the median of its neighbours, as far as there is room.

    Those that want to go right go first, the rightmost before all, so that they make room for
    one another; then those that want to go left.
    """
    top = lines(rows, line)
    wishes: list[list[int]] = [[] for _ in top]  # what a line is linked to, by the end there
    for upper, _, lower, _ in layers.links:
        if top[upper] != top[lower]:
            wishes[top[upper]].append(top[lower])
            wishes[top[lower]].append(top[upper])
    right = right_of(rows, top, space)
    left: list[list[tuple[int, float]]] = [[] for _ in top]
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
    for vertex, t in enumerate(top):
        x[vertex] = x[t]


def wanted(neighbours: list[int], x: list[float]) -> float | None:
    """Return the median place of some lines."""
    if not neighbours:
        return None
    if len(neighbours) == 1:
        return x[neighbours[0]]
    places = sorted([x[other] for other in neighbours])
    return (places[(len(places) - 1) // 2] + places[len(places) // 2]) / 2
