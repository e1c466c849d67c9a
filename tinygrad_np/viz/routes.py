"""The heights of rows, and the points that edges go through.

Within a row an edge runs upright, between its boxes; it goes sideways only in the gaps between
rows, where no box is. So it never passes through one. Imports ranks and coordinates.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from .coordinates import BESIDE_BEND, BETWEEN_BOXES
from .ranks import Edge, Layers, Trunk

Point = tuple[float, float]

BETWEEN_ROWS, HIGHEST_GAP = 30.0, 110.0
BEFORE_BOX = 12.0
"""How long the arrow to a box is at least."""
STEEPNESS = 0.08
"""How much higher the gap between two rows is for each unit that a line goes far sideways."""
BETWEEN_ENDS = 12.0
"""The distance of arrowheads on a box, where there is room."""


@dataclass(slots=True)
class Layout:
    """Places in a drawing; `x` grows to the right and `y` downwards, both from 0.

    Attributes:
        x: The middle of each node.
        y: The middle of each node.
        width: The width of the drawing.
        height: Its height.
        routes: The points of each edge, from its tail's lower side to its head's upper side.
            A piece is upright, or lies in a gap between rows and may be drawn curved if it
            begins and ends upright. Long edges of one tail share a line: the route of the
            nearest head begins at the tail, any other where it leaves that of the head before.
    """

    x: list[float]
    y: list[float]
    width: float = 0.0
    height: float = 0.0
    routes: list[list[Point]] = field(default_factory=list)


@dataclass(slots=True)
class Graph:
    """What is to be drawn: nodes and edges, and what is asked of the drawing.

    Attributes:
        widths: The width of each node.
        heights: The height of each node.
        edges: Tail and head of each edge.
        starts: How far to the right of its tail's middle each edge begins; `None` is the middle.
        ends: How far to the right of its head's middle each edge ends; `None` is about the middle.
        first: Nodes without inputs that stand in a row of their own above all others.
        last: Nodes without uses that stand in a row of their own below all others.
        depth: How long the longest path to each node is.
        elastic: Whether it will be stretched: then there is room between all rows, and lines keep
            a point at each limit of a row, so that they go sideways between rows even then.
    """

    widths: Sequence[float]
    heights: Sequence[float]
    edges: Sequence[Edge]
    starts: Sequence[float | None]
    ends: Sequence[float | None]
    first: Collection[int]
    last: Collection[int]
    depth: Sequence[float]
    elastic: bool = False

    def part(self, nodes: Sequence[int], edges: Sequence[int]) -> Graph:
        """Return a part of the graph, whose nodes and edges are numbered anew."""
        number = {node: i for i, node in enumerate(nodes)}
        return Graph(
            [self.widths[node] for node in nodes],
            [self.heights[node] for node in nodes],
            [(number[tail], number[head]) for tail, head in map(self.edges.__getitem__, edges)],
            [self.starts[e] for e in edges],
            [self.ends[e] for e in edges],
            [number[node] for node in nodes if node in self.first],
            [number[node] for node in nodes if node in self.last],
            [self.depth[node] for node in nodes],
            self.elastic,
        )


def fraction(at: float | None, width: float) -> float:
    """Return where on a side of a box something is, from -0.5 to 0.5."""
    return 0.0 if at is None else max(-0.4999, min(0.4999, at / max(width, 1.0)))


def route_edges(graph: Graph, layers: Layers, rows: list[list[int]], x: list[float]) -> Layout:
    """Return the drawing of a graph whose vertices have their places along the rows."""
    n, rank = layers.nodes, layers.rank
    widths, heights, edges, starts, ends = (
        graph.widths,
        graph.heights,
        graph.edges,
        graph.starts,
        graph.ends,
    )
    left = min([x[v] - w / 2 for v, w in enumerate(widths)] + x)
    x = [place - left for place in x]
    right = max([x[v] + w / 2 for v, w in enumerate(widths)] + x)
    lanes = free_lanes(layers)
    lane_x = {key: right + BETWEEN_BOXES + i * BESIDE_BEND for key, i in lanes.items()}
    keys = [(tail, fraction(at, widths[tail])) for (tail, _), at in zip(edges, starts, strict=True)]

    def place(key: tuple[int, float], trunk: Trunk, row: int) -> float:
        return lane_x[key] if trunk.bends is None else x[trunk.bends + row - trunk.start]

    begin = [x[tail] + (at or 0.0) for (tail, _), at in zip(edges, starts, strict=True)]
    before = [  # where each edge is in the row above its head
        begin[e]
        if rank[head] == rank[tail] + 1
        else place(keys[e], layers.trunks[keys[e]], rank[head] - 1)
        for e, (tail, head) in enumerate(edges)
    ]
    finish = arrivals(edges, ends, before, x, widths)
    far = [0.0] * len(rows)  # how far sideways a line goes between each row and the next
    least = [BETWEEN_ROWS if graph.elastic else 0.0] * len(rows)
    for (_, head), here, there in zip(edges, before, finish, strict=True):
        r = rank[head] - 1
        sideways = abs(here - there)
        if sideways > far[r]:
            far[r] = sideways
        if heights[head]:
            least[r] = max(least[r], BEFORE_BOX)
    for (tail, start), trunk in layers.trunks.items():
        above = x[tail] + start * widths[tail]
        for r in range(trunk.start, trunk.stop if trunk.bends is not None else trunk.start + 1):
            here = place((tail, start), trunk, r)
            far[r - 1], above = max(far[r - 1], abs(here - above)), here
    tops, floors = row_heights(layers, rows, heights, far, least)
    has_input = {head for _, head in edges}
    y = [  # a leaf stands low in its row, near its use
        (tops[r] + floors[r]) / 2 if v in has_input else floors[r] - heights[v] / 2
        for v, r in enumerate(rank[:n])
    ]
    routes: list[list[Point]] = [[] for _ in edges]
    reached: dict[tuple[int, float], int] = {}
    for e in sorted(range(len(edges)), key=lambda e: rank[edges[e][1]]):
        (tail, head), key = edges[e], keys[e]
        last = rank[head]
        route: list[Point] = []
        row = rank[tail] if last == rank[tail] + 1 else reached.get(key, rank[tail])
        if row == rank[tail]:
            route += [(begin[e], y[tail] + heights[tail] / 2), (begin[e], floors[row])]
        else:
            route.append((place(key, layers.trunks[key], row), floors[row]))
        if last > rank[tail] + 1:
            trunk = layers.trunks[key]
            beside = trunk.bends is None
            for r in sorted({row + 1, last - 1}) if beside else range(row + 1, last):
                if row < r < last:
                    there = place(key, trunk, r)
                    route += [(there, tops[r]), (there, floors[r])]
            reached[key] = last - 1
        route += [(finish[e], tops[last]), (finish[e], y[head] - heights[head] / 2)]
        routes[e] = without_needless(route, graph.elastic)
    width = max([right, *[there + BESIDE_BEND for there in lane_x.values()]])
    return Layout(x[:n], y, width, floors[-1], routes)


def free_lanes(layers: Layers) -> dict[tuple[int, float], int]:
    """Return for each trunk beside the drawing the number of a lane that is free there."""
    lanes: dict[tuple[int, float], int] = {}
    busy_until: list[int] = []
    for key, trunk in sorted(layers.trunks.items(), key=lambda item: (item[1].start, item[0])):
        if trunk.bends is None:
            free = [i for i, stop in enumerate(busy_until) if stop < trunk.start]
            lane = free[0] if free else len(busy_until)
            busy_until[lane : lane + 1] = [trunk.stop]
            lanes[key] = lane
    return lanes


def arrivals(
    edges: Sequence[Edge],
    ends: Sequence[float | None],
    before: list[float],
    x: list[float],
    widths: Sequence[float],
) -> list[float]:
    """Return where along its row each edge ends.

    Where the order of a node's inputs does not matter, the one from straight above goes to the
    middle, and those from the left and from the right beside it.
    """
    finish = [x[head] + (end or 0.0) for (_, head), end in zip(edges, ends, strict=True)]
    free: dict[int, list[int]] = {}
    for e, ((_, head), end) in enumerate(zip(edges, ends, strict=True)):
        if end is None:
            free.setdefault(head, []).append(e)
    for head, found in free.items():
        if len(found) < 2:
            continue
        found.sort(key=before.__getitem__)
        straight = [i for i, e in enumerate(found) if abs(before[e] - x[head]) < 0.5]
        center = straight[0] if len(straight) == 1 else (len(found) - 1) / 2
        room = 0.4 * widths[head] / max(center, len(found) - 1 - center)
        for i, e in enumerate(found):
            finish[e] += (i - center) * min(BETWEEN_ENDS, room)
    return finish


def row_heights(
    layers: Layers,
    rows: list[list[int]],
    heights: Sequence[float],
    far: list[float],
    least: list[float],
) -> tuple[list[float], list[float]]:
    """Return the upper and the lower limit of each row.

    Between rows of boxes there is always room. Above or below a row where lines only pass there
    is as much as they need: nothing where they run straight.
    """
    high = [max([heights[v] for v in row if v < layers.nodes], default=0.0) for row in rows]
    tops, floors = [], []
    y = 0.0
    for here, below, sideways, gap in zip(high, [*high[1:], 0.0], far, least, strict=True):
        tops.append(y)
        y += here
        floors.append(y)
        if here and below:
            gap = BETWEEN_ROWS
        elif sideways > 0.01:
            gap = max(gap, min(BETWEEN_ROWS, BEFORE_BOX + sideways))
        y += min(HIGHEST_GAP, gap + STEEPNESS * max(0.0, sideways - 150.0))
    return tops, floors


def without_needless(route: list[Point], upright: bool = False) -> list[Point]:
    """Return a route without points that repeat, or lie on an upright line unless they are kept."""
    kept = route[:1]
    for point in route[1:]:
        if abs(point[0] - kept[-1][0]) < 1e-6:
            point = kept[-1][0], point[1]
            if abs(point[1] - kept[-1][1]) < 0.01:
                continue
        if not upright and len(kept) > 1 and point[0] == kept[-1][0] == kept[-2][0]:
            kept[-1] = point
        else:
            kept.append(point)
    return kept
