"""The heights of rows, and the points that edges go through.

Within a row an edge runs upright, between its boxes; it goes sideways only in the gaps between
rows, where no box is. So it never passes through one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from .coordinates import BESIDE_BEND, BETWEEN_BOXES
from .ranks import Edge, Layers

Point = tuple[float, float]
Padding = tuple[float, float]
TrunkKey = tuple[int, float]
"""The tail of a trunk, and where on it the trunk begins, from -0.5 to 0.5."""

BETWEEN_ROWS, HIGHEST_GAP = 30.0, 110.0
BEFORE_BOX = 12.0
"""The least length of an arrow to a box."""
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
    """What is to be drawn: nodes and edges, and requirements of the drawing.

    Attributes:
        widths: The width of each node.
        heights: The height of each node.
        edges: Tail and head of each edge.
        starts: How far to the right of its tail's middle each edge begins; `None` is the middle.
        ends: How far to the right of its head's middle each edge ends; `None` is about the middle.
        first: Nodes without inputs that stand in a row of their own above all others.
        last: Nodes without uses that stand in a row of their own below all others.
        depth: The length of the longest path to each node.
        padding: How far what is in each node is from its upper and its lower side.
        elastic: Whether parts of it will be shrunk: then lines keep a point at each limit of
            a row, so that they go sideways between rows even then.
    """

    widths: Sequence[float]
    heights: Sequence[float]
    edges: Sequence[Edge]
    starts: Sequence[float | None]
    ends: Sequence[float | None]
    first: Collection[int]
    last: Collection[int]
    depth: Sequence[float]
    padding: Sequence[Padding]
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
            [self.padding[node] for node in nodes],
            self.elastic,
        )


def fraction(at: float | None, width: float) -> float:
    """Return where on a side of a box something is, from -0.5 to 0.5."""
    return 0.0 if at is None else max(-0.4999, min(0.4999, at / max(width, 1.0)))


@dataclass(slots=True)
class Tracks:
    """The positions of edges along the rows they pass.

    Attributes:
        layers: The graph in rows.
        x: The middle of each vertex.
        lanes: Where the trunks beside the drawing are.
        keys: The trunk that each edge runs along if it is long.
        begin: Where each edge leaves its tail.
        before: Where each edge is in the row above its head.
    """

    layers: Layers
    x: list[float]
    lanes: dict[TrunkKey, float]
    keys: list[TrunkKey] = field(default_factory=list)
    begin: list[float] = field(default_factory=list)
    before: list[float] = field(default_factory=list)

    def follow(self, graph: Graph) -> None:
        """Compute where the edges begin, and where they are above their heads."""
        rank, widths = self.layers.rank, graph.widths
        begins = list(zip(graph.edges, graph.starts, strict=True))
        self.keys = [(tail, fraction(at, widths[tail])) for (tail, _), at in begins]
        self.begin = [self.x[tail] + (at or 0.0) for (tail, _), at in begins]
        self.before = [
            self.place(key, rank[head] - 1) if rank[head] > rank[tail] + 1 else begin
            for (tail, head), key, begin in zip(graph.edges, self.keys, self.begin, strict=True)
        ]

    def place(self, key: TrunkKey, row: int) -> float:
        """Return where a trunk is in a row it passes."""
        trunk = self.layers.trunks[key]
        if trunk.bends is None:
            return self.lanes[key]
        return self.x[trunk.bends + row - trunk.start]


def route_edges(graph: Graph, layers: Layers, rows: list[list[int]], x: list[float]) -> Layout:
    """Return the drawing of a graph, given the places of its vertices along the rows."""
    left = min([x[v] - w / 2 for v, w in enumerate(graph.widths)] + x)
    x = [place - left for place in x]
    right = max([x[v] + w / 2 for v, w in enumerate(graph.widths)] + x)
    lanes = {key: right + BETWEEN_BOXES + i * BESIDE_BEND for key, i in free_lanes(layers).items()}
    tracks = Tracks(layers, x, lanes)
    tracks.follow(graph)
    finish = arrivals(graph.edges, graph.ends, tracks.before, x, graph.widths)
    tops, floors = row_heights(graph, rows, tracks, finish)
    has_input = {head for _, head in graph.edges}
    y = [  # a leaf stands low in its row, near its use
        (tops[r] + floors[r]) / 2 if v in has_input else floors[r] - graph.heights[v] / 2
        for v, r in enumerate(layers.rank[: layers.nodes])
    ]
    drawn = Layout(x[: layers.nodes], y, right, floors[-1], [[] for _ in graph.edges])
    drawn.width = max([right, *[lane + BESIDE_BEND for lane in lanes.values()]])
    reached: dict[TrunkKey, int] = {}
    for e in sorted(range(len(graph.edges)), key=lambda e: layers.rank[graph.edges[e][1]]):
        tail, head = graph.edges[e]
        key, first, last = tracks.keys[e], layers.rank[tail], layers.rank[head]
        route: list[Point] = []
        row = reached.get(key, first) if last > first + 1 else first
        if row == first:
            begin = tracks.begin[e]
            route += [(begin, y[tail] + graph.heights[tail] / 2), (begin, floors[row])]
        else:
            route.append((tracks.place(key, row), floors[row]))
        if last > first + 1:
            reached[key] = last - 1
            passed = range(row + 1, last)
            for r in passed if key not in lanes else sorted({*passed[:1], *passed[-1:]}):
                there = tracks.place(key, r)
                route += [(there, tops[r]), (there, floors[r])]
        route += [(finish[e], tops[last]), (finish[e], y[head] - graph.heights[head] / 2)]
        # What will be shrunk needs the edges of each row, even where they meet now.
        drawn.routes[e] = route if graph.elastic else without_needless(route)
    return drawn


def free_lanes(layers: Layers) -> dict[TrunkKey, int]:
    """Return for each trunk beside the drawing the number of a lane that is free there."""
    lanes: dict[TrunkKey, int] = {}
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
    graph: Graph, rows: list[list[int]], tracks: Tracks, finish: list[float]
) -> tuple[list[float], list[float]]:
    """Return the upper and the lower limit of each row.

    Between rows of boxes there is always room, a part of which may be inside of them. Above or
    below a row where lines only pass there is as much as they need: nothing where they run
    straight.
    """
    n, heights, padding = tracks.layers.nodes, graph.heights, graph.padding
    boxes = [[v for v in row if v < n and heights[v]] for row in rows]
    tops, floors = [], []
    y = 0.0
    least, far = needs(graph, len(rows), tracks, finish)
    for here, below, gap, sideways in zip(boxes, [*boxes[1:], []], least, far, strict=True):
        tops.append(y)
        y += max([heights[v] for v in here], default=0.0)
        floors.append(y)
        if here and below:
            inside = min([padding[v][1] for v in here]) + min([padding[v][0] for v in below])
            gap = max(gap, BETWEEN_ROWS - inside)
        if sideways > 0.01:
            gap = max(gap, min(BETWEEN_ROWS, BEFORE_BOX + sideways))
        y += min(HIGHEST_GAP, gap + STEEPNESS * max(0.0, sideways - 150.0))
    return tops, floors


def needs(
    graph: Graph, count: int, tracks: Tracks, finish: list[float]
) -> tuple[list[float], list[float]]:
    """Return the height that the gap below each row needs for arrows and sideways lines."""
    rank = tracks.layers.rank
    least = [0.0] * count
    far = [0.0] * count
    for (_, head), here, there in zip(graph.edges, tracks.before, finish, strict=True):
        r, sideways = rank[head] - 1, abs(here - there)
        if sideways > far[r]:
            far[r] = sideways
        if graph.heights[head] and least[r] < BEFORE_BOX:
            least[r] = BEFORE_BOX
    for (tail, start), trunk in tracks.layers.trunks.items():
        here = tracks.x[tail] + start * graph.widths[tail]
        for r in range(trunk.start, trunk.start + 1 if trunk.bends is None else trunk.stop):
            there = tracks.place((tail, start), r)
            if here != there:
                far[r - 1], here = max(far[r - 1], abs(here - there)), there
    return least, far


def without_needless(route: list[Point]) -> list[Point]:
    """Return a route without points that repeat or lie on an upright line."""
    kept = route[:1]
    for point in route[1:]:
        if abs(point[0] - kept[-1][0]) < 1e-6:
            point = kept[-1][0], point[1]
            if abs(point[1] - kept[-1][1]) < 0.01:
                continue
        if len(kept) > 1 and point[0] == kept[-1][0] == kept[-2][0]:
            kept[-1] = point
        else:
            kept.append(point)
    return kept
