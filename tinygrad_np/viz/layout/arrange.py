"""A layered layout: where boxes and lines go, in time nearly linear in their number.

The method of Sugiyama and others in three steps: rows (ranks), order in the rows (crossings),
places along them (coordinates). This module puts them together; parts of the graph that are not
connected are laid out one by one. The same input gives the same drawing. There is no recursion.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise

from .coordinates import BETWEEN_BOXES, place_rows
from .crossings import order_rows
from .ranks import Edge, longest_paths, make_layers, neighbours, rank_nodes, topological
from .routes import BETWEEN_ROWS, Graph, Layout, Padding, Point, fraction, route_edges

A_BEND, A_CROSSING = 20.0, 300.0
"""The cost of a bend and of a crossing, as the length of line that is equally bad."""


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
    padding: Sequence[Padding] | None = None,
    elastic: bool = False,
    thorough: bool = False,
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
        depth: The length of the longest path to each node, if further edges lead to them.
        padding: How far what is in each node is from its upper and its lower side.
        elastic: Whether parts of it will be shrunk: lines then keep all their points.
        thorough: Whether several drawings are made and the best is taken, for a few nodes.

    Raises:
        ValueError: If the edges form a cycle.

    >>> drawn = arrange([40.0, 40.0, 40.0], [20.0, 20.0, 20.0], [(0, 2), (1, 2)])
    >>> drawn.x, drawn.y
    ([20.0, 82.0, 51.0], [10.0, 10.0, 60.0])
    """
    ends = [None] * len(edges) if ends is None else ends
    if depth is None:
        tails, heads = neighbours(len(widths), edges)
        depth = longest_paths(tails, topological(tails, heads))
    starts = exits(edges, [None] * len(edges) if starts is None else starts, ends, depth)
    padding = [(0.0, 0.0)] * len(widths) if padding is None else padding
    graph = Graph(widths, heights, edges, starts, ends, first, last, depth, padding, elastic)
    parts = components(len(widths), edges)
    part_of = [0] * len(widths)
    for p, nodes in enumerate(parts):
        for node in nodes:
            part_of[node] = p
    edges_of: list[list[int]] = [[] for _ in parts]
    for e, (tail, _) in enumerate(edges):
        edges_of[part_of[tail]].append(e)
    drawn = [
        arrange_connected(graph.part(nodes, inside), thorough)
        for nodes, inside in zip(parts, edges_of, strict=True)
    ]
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


def arrange_connected(graph: Graph, thorough: bool) -> Layout:
    """Return a drawing of a connected graph, the cheapest of several if it is thorough."""
    widths, heights, edges = graph.widths, graph.heights, graph.edges
    if len(widths) == 1:
        return Layout([widths[0] / 2], [heights[0] / 2], widths[0], heights[0])
    tails, heads = neighbours(len(widths), edges)
    order = topological(tails, heads)
    starts = [fraction(at, widths[t]) for (t, _), at in zip(edges, graph.starts, strict=True)]
    ends = [fraction(at, widths[h]) for (_, h), at in zip(edges, graph.ends, strict=True)]
    drawings = []
    for early in (False, True) if thorough else (False,):
        rank = rank_nodes(tails, heads, order, early)
        set_apart(rank, graph)
        layers = make_layers(rank, edges, starts, ends)
        for crossings, rows in order_rows(layers, thorough):
            x = place_rows(layers, rows, widths, graph.depth)
            drawings.append((crossings, route_edges(graph, layers, rows, x)))
    return min(drawings, key=cost)[1] if len(drawings) > 1 else drawings[0][1]


def set_apart(rank: list[int], graph: Graph) -> None:
    """Change the rows so that the first and the last nodes have rows of their own."""
    inner = set(range(len(rank))).difference(graph.first, graph.last)
    rows = [rank[node] for node in inner]
    above, below = min(rows) - 1, max(rows) + 1
    for node in graph.first:
        rank[node] = above
    for node in graph.last:
        rank[node] = below
    top = min(rank)
    rank[:] = [r - top for r in rank]


def cost(drawing: tuple[int, Layout]) -> float:
    """Return the cost of a drawing: its size, its lines and its crossings."""
    crossings, drawn = drawing
    total = drawn.width + drawn.height + A_CROSSING * crossings
    for route in drawn.routes:
        for (x0, y0), (x1, y1) in pairwise(route):
            total += abs(x1 - x0) + y1 - y0 + (A_BEND if x0 != x1 else 0.0)
    return total
