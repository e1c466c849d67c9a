"""The order within the rows of a layered drawing, with few crossings.

Sweeps by barycenters, down and up, keep the best order; then neighbours are swapped where
that helps: Gansner, Koutsofios, North and Vo, "A Technique for Drawing Directed Graphs", IEEE
Trans. Softw. Eng. 19 (1993), section 3. Crossings are counted as in Barth, Juenger and Mutzel,
"Simple and Efficient Bilayer Cross Counting" (2004): as inversions.
"""

from __future__ import annotations

from bisect import bisect_right
from operator import itemgetter

from .ranks import Layers, Link

Ends = list[list[tuple[int, float]]]
"""For each vertex its neighbours in a row beside it, and where on them the links end."""

Rows = list[list[int]]
"""The vertices of each row from left to right."""

MANY = 5_000
"""From this many vertices on, speed matters more than the last crossing."""


def order_rows(layers: Layers, thorough: bool) -> list[tuple[int, Rows]]:
    """Return orders of the rows' vertices from left to right, each with the number of crossings.

    There is one from every start, or only the one from the best start.
    """
    above, below = ends_beside(layers)
    gaps: list[list[Link]] = [[] for _ in range(max(layers.rank, default=-1) + 1)]
    for link in layers.links:
        gaps[layers.rank[link[0]]].append(link)
    starts: list[tuple[int, Rows]] = []
    for mirrored in (False, True) if thorough else (False,):
        for both_ways in (False, True):
            rows = first_order(layers, above, below, both_ways, mirrored)
            crossings = sum(count_all(gaps, numbered(rows, len(layers.rank))))
            if not crossings and not thorough:
                return [(0, rows)]
            if (crossings, rows) not in starts:
                starts.append((crossings, rows))
    if not thorough:
        starts = [min(starts, key=itemgetter(0))]
    return [uncrossed(rows, gaps, above, below) for _, rows in starts]


def uncrossed(rows: Rows, gaps: list[list[Link]], above: Ends, below: Ends) -> tuple[int, Rows]:
    """Return the rows sorted so that fewer links cross, and how many still do."""
    at = numbered(rows, len(above))
    best, crossings = [list(row) for row in rows], count_all(gaps, at)
    sweeps, patience, swaps = (24, 4, 8) if len(at) < MANY else (6, 2, 1)
    waited = 0
    for sweep in range(sweeps):
        if not sum(crossings) or waited == patience:
            break
        down = sweep % 2 == 0
        sort_rows(rows, above if down else below, at, down)
        now = count_all(gaps, at)
        waited += 1
        if sum(now) < sum(crossings):
            best, crossings, waited = [list(row) for row in rows], now, 0
    at = numbered(best, len(at))
    for _ in range(swaps):
        if not swap_neighbours(best, gaps, crossings, above, below, at):
            break
    return sum(crossings), best


def ends_beside(layers: Layers) -> tuple[Ends, Ends]:
    """Return for each vertex the ends of its links in the row above and in the row below."""
    above: Ends = [[] for _ in layers.rank]
    below: Ends = [[] for _ in layers.rank]
    for upper, start, lower, end in layers.links:
        above[lower].append((upper, start))
        below[upper].append((lower, end))
    return above, below


def first_order(layers: Layers, above: Ends, below: Ends, both_ways: bool, mirrored: bool) -> Rows:
    """Return the rows in the order in which a search meets them.

    It begins at the sinks and goes to the inputs of a node from left to right, and then, if
    requested, to its uses; if mirrored, inputs whose order is free come in reverse. A tree is
    drawn without crossings.
    """
    rows: Rows = [[] for _ in range(max(layers.rank, default=-1) + 1)]
    inputs: list[list[tuple[float, int]]] = [[] for _ in layers.rank]
    for upper, _, lower, end in reversed(layers.links) if mirrored else layers.links:
        inputs[lower].append((end, upper))
    seen = [False] * len(layers.rank)
    sinks = [vertex for vertex, found in enumerate(below) if not found]
    stack = sinks if mirrored else sinks[::-1]
    while stack:
        vertex = stack.pop()
        if seen[vertex]:
            continue
        seen[vertex] = True
        rows[layers.rank[vertex]].append(vertex)
        found = inputs[vertex]
        if len(found) > 1:
            found.sort(key=itemgetter(0))
        if both_ways:
            stack += [lower for lower, _ in reversed(below[vertex])]
        stack += [upper for _, upper in reversed(found)]
    return rows


def numbered(rows: Rows, count: int) -> list[float]:
    """Return the place of each vertex in its row."""
    at = [0.0] * count
    for row in rows:
        number_rows(row, at)
    return at


def number_rows(row: list[int], at: list[float]) -> None:
    """Note the places of a row's vertices."""
    for place, vertex in enumerate(row):
        at[vertex] = float(place)


def sort_rows(rows: Rows, beside: Ends, at: list[float], down: bool) -> None:
    """Sort each row by the mean place of its neighbours in the row sorted before it."""
    for row in rows if down else reversed(rows):
        if len(row) < 2:
            continue
        keys: dict[int, float] = {}
        for vertex in row:
            found = beside[vertex]
            if len(found) == 1:
                keys[vertex] = at[found[0][0]] + found[0][1]
            elif found:
                keys[vertex] = sum([at[other] + end for other, end in found]) / len(found)
        movable = sorted([vertex for vertex in row if vertex in keys], key=keys.__getitem__)
        if len(movable) < len(row):  # what has no neighbours there keeps its place
            rest = iter(movable)
            movable = [next(rest) if vertex in keys else vertex for vertex in row]
        row[:] = movable
        number_rows(row, at)


def count_all(gaps: list[list[Link]], at: list[float]) -> list[int]:
    """Return the number of crossings between each row and the next."""
    return [
        count(sorted([(at[u] + start, at[v] + end) for u, start, v, end in gap]))
        if len(gap) > 1
        else 0
        for gap in gaps
    ]


def count(lines: list[tuple[float, float]]) -> int:
    """Return the number of crossings of lines, sorted, between two rows."""
    lower = [end for _, end in lines]
    if all(map(float.__le__, lower, lower[1:])):
        return 0
    total = 0
    seen: list[float] = []
    for end in lower:
        place = bisect_right(seen, end)
        total += len(seen) - place
        seen.insert(place, end)
    return total


def swap_neighbours(
    rows: Rows,
    gaps: list[list[Link]],
    crossings: list[int],
    above: Ends,
    below: Ends,
    at: list[float],
) -> bool:
    """Swap neighbours wherever that removes crossings; return whether it did anywhere."""
    swapped = False
    for r, row in enumerate(rows):
        if not crossings[r] and not (r and crossings[r - 1]):
            continue
        for i in range(len(row) - 1):
            u, v = row[i], row[i + 1]
            gain = gain_of_swap(above[u], above[v], at) + gain_of_swap(below[u], below[v], at)
            if gain > 0:
                row[i], row[i + 1] = v, u
                at[u], at[v] = i + 1.0, float(i)
                swapped = True
    if swapped:
        crossings[:] = count_all(gaps, at)
    return swapped


def gain_of_swap(
    left: list[tuple[int, float]], right: list[tuple[int, float]], at: list[float]
) -> int:
    """Return how many crossings are removed if two neighbours change places."""
    if not left or not right:
        return 0
    places = sorted([at[vertex] + end for vertex, end in right])
    gain = 0
    for vertex, end in left:
        place = at[vertex] + end
        smaller = bisect_right(places, place)
        equal = smaller
        while equal and places[equal - 1] == place:
            equal -= 1
        gain += equal - (len(places) - smaller)
    return gain
