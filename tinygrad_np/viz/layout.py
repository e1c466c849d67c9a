"""A layered layout: where boxes and lines go, in time nearly linear in their number.

The method of Sugiyama and others in three steps: rows (ranks), order in the rows (crossings),
places along them (coordinates). Here it is put together: parts of the graph that are not
connected are laid out one by one, groups are laid out on their own and then are boxes of the
graph around them (groups). The same input gives the same drawing. No recursion. Knows nothing of
what is drawn. Imports ranks, crossings, coordinates and routes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from .coordinates import BETWEEN_BOXES, place_rows
from .crossings import order_rows
from .ranks import Edge, longest_paths, make_layers, neighbours, rank_nodes, topological
from .routes import BETWEEN_ROWS, Layout, Point, fraction, route_edges


def arrange(
    widths: Sequence[float],
    heights: Sequence[float],
    edges: Sequence[Edge],
    *,
    starts: Sequence[float | None] | None = None,
    ends: Sequence[float | None] | None = None,
    first: Collection[int] = (),
    last: Collection[int] = (),
    depth: Sequence[float] | None = None,
    least_gap: float = 0.0,
) -> Layout:
    """Return a drawing of a graph from top to bottom.

    Args:
        widths: The width of each node.
        heights: The height of each node.
        edges: Tail and head of each edge, without cycles; there may be several between two nodes.
        starts: How far to the right of its tail's middle each edge begins. Where that does not
            matter, it is below the end of the edge that the longest path comes in by.
        ends: How far to the right of its head's middle each edge ends, where that matters.
        first: Nodes without inputs that stand in a row of their own above all others.
        last: Nodes without uses that stand in a row of their own below all others.
        depth: How long the longest path to each node is, if more leads to them than these edges.
        least_gap: How far apart rows are at least, also where no box stands.

    Raises:
        ValueError: If the edges form a cycle.

    >>> drawn = arrange([40.0, 40.0, 40.0], [20.0, 20.0, 20.0], [(0, 2), (1, 2)])
    >>> drawn.x, drawn.y
    ([20.0, 82.0, 51.0], [10.0, 10.0, 60.0])
    """
    ends = [None] * len(edges) if ends is None else ends
    tails, heads = neighbours(len(widths), edges)
    order = topological(tails, heads)
    depth = longest_paths(tails, order) if depth is None else depth
    starts = exits(edges, [None] * len(edges) if starts is None else starts, ends, depth)
    parts = components(len(widths), edges)
    drawn = []
    number = [0] * len(widths)
    part_of = [0] * len(widths)
    for p, nodes in enumerate(parts):
        for i, node in enumerate(nodes):
            number[node], part_of[node] = i, p
    edges_of: list[list[int]] = [[] for _ in parts]
    for e, (tail, _) in enumerate(edges):
        edges_of[part_of[tail]].append(e)
    for nodes, inside in zip(parts, edges_of, strict=True):
        drawn.append(
            arrange_connected(
                [widths[node] for node in nodes],
                [heights[node] for node in nodes],
                [(number[edges[e][0]], number[edges[e][1]]) for e in inside],
                [starts[e] for e in inside],
                [ends[e] for e in inside],
                [number[node] for node in nodes if node in first],
                [number[node] for node in nodes if node in last],
                [depth[node] for node in nodes],
                least_gap,
            )
        )
    whole = Layout([0.0] * len(widths), [0.0] * len(widths), routes=[[] for _ in edges])
    for (left, top), part, nodes, inside in zip(
        shelves(drawn, bool(first or last)), drawn, parts, edges_of, strict=True
    ):
        for i, node in enumerate(nodes):
            whole.x[node], whole.y[node] = part.x[i] + left, part.y[i] + top
        for e, route in zip(inside, part.routes, strict=True):
            whole.routes[e] = [(x + left, y + top) for x, y in route]
        whole.width = max(whole.width, left + part.width)
        whole.height = max(whole.height, top + part.height)
    for e, (_, head) in enumerate(edges):
        if head in last:  # the part may end above others
            whole.y[head] = whole.height
            whole.routes[e].append((whole.x[head], whole.height))
    return whole


def exits(
    edges: Sequence[Edge],
    starts: Sequence[float | None],
    ends: Sequence[float | None],
    depth: Sequence[float],
) -> list[float | None]:
    """Return where on its tail each edge begins: below where the longest path enters, if free.

    So the spine of a computation runs straight through boxes whose inputs have their places.
    """
    enters: dict[int, tuple[float, float | None]] = {}
    for (tail, head), end in zip(edges, ends, strict=True):
        deepest, _ = enters.get(head, (-1, None))
        if depth[tail] > deepest:
            enters[head] = depth[tail], end
        elif depth[tail] == deepest:
            enters[head] = deepest, None
    return [
        enters.get(tail, (0, None))[1] if start is None else start
        for (tail, _), start in zip(edges, starts, strict=True)
    ]


def components(n: int, edges: Sequence[Edge]) -> list[list[int]]:
    """Return the nodes of each connected part of a graph, both in ascending order."""
    beside: list[list[int]] = [[] for _ in range(n)]
    for tail, head in edges:
        beside[tail].append(head)
        beside[head].append(tail)
    parts = []
    seen = [False] * n
    for first in range(n):
        if seen[first]:
            continue
        seen[first] = True
        part = [first]
        for node in part:  # grows
            for other in beside[node]:
                if not seen[other]:
                    seen[other] = True
                    part.append(other)
        parts.append(sorted(part))
    return parts


def shelves(parts: Sequence[Layout], one_line: bool) -> list[Point]:
    """Return the upper left corners of parts set in lines, like words on a page, or in one."""
    area = sum([(part.width + BETWEEN_BOXES) * (part.height + BETWEEN_ROWS) for part in parts])
    widest = max([part.width for part in parts], default=0.0)
    page = max(widest, 1.4 * area**0.5)
    corners = []
    x = y = tallest = 0.0
    for part in parts:
        if x and x + part.width > page and not one_line:
            x, y, tallest = 0.0, y + tallest + BETWEEN_ROWS, 0.0
        corners.append((x, y))
        x += part.width + BETWEEN_BOXES
        tallest = max(tallest, part.height)
    return corners


def arrange_connected(
    widths: list[float],
    heights: list[float],
    edges: list[Edge],
    starts: list[float | None],
    ends: list[float | None],
    first: list[int],
    last: list[int],
    depth: list[float],
    least_gap: float,
) -> Layout:
    """Return a drawing of a connected graph."""
    if len(widths) == 1:
        return Layout([widths[0] / 2], [heights[0] / 2], widths[0], heights[0])
    tails, heads = neighbours(len(widths), edges)
    order = topological(tails, heads)
    rank = rank_nodes(tails, heads, order)
    if first:
        above_all = set(first)
        lowest = min([rank[node] for node in order if node not in above_all])
        rank = [r - lowest + 1 for r in rank]
        for node in first:
            rank[node] = 0
    below_all = set(last)
    highest = max([r for node, r in enumerate(rank) if node not in below_all])
    for node in last:
        rank[node] = highest + 1
    layers = make_layers(
        rank,
        edges,
        [fraction(at, widths[tail]) for (tail, _), at in zip(edges, starts, strict=True)],
        [fraction(at, widths[head]) for (_, head), at in zip(edges, ends, strict=True)],
    )
    rows = order_rows(layers)
    x = place_rows(layers, rows, widths, depth)
    return route_edges(layers, rows, x, widths, heights, edges, starts, ends, least_gap)
