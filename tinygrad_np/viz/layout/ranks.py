"""Ranks: the row of each node in a layered drawing, and where long edges pass rows.

The first step of the method of Sugiyama, Tagawa and Toda, "Methods for Visual Understanding of
Hierarchical System Structures", IEEE Trans. SMC 11 (1981), pages 109-125.

"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

Edge = tuple[int, int]
Link = tuple[int, float, int, float]
"""A piece of an edge from one row to the next: a vertex and where on it the piece begins, a vertex
of the next row and where on it the piece ends; from -0.5, at the left, to 0.5."""

FEWEST_BENDS, BENDS_EACH = 2_000, 2
"""How many bends a graph may have in any case, and how many for each node and each edge."""


@dataclass(slots=True)
class Trunk:
    """What the long edges of one tail share: a line down the rows, which they leave one by one.

    Attributes:
        start: The row after the tail's.
        stop: One past the last row it passes.
        bends: The first of its vertices, one for each row; `None` for a trunk beside the
            drawing.
    """

    start: int
    stop: int
    bends: int | None = None


@dataclass(slots=True)
class Layers:
    """A graph in rows whose links all lead from one row to the next.

    Its vertices are the nodes, and after them the bends, one wherever a trunk passes a row.

    Attributes:
        nodes: How many vertices are nodes.
        rank: The row of each vertex.
        owner: The node each vertex belongs to: itself, or the tail of the trunk.
        links: The pieces of edges, but for those of trunks beside the drawing.
        trunks: The lines that long edges share, by tail and where on it they begin.
    """

    nodes: int
    rank: list[int]
    owner: list[int]
    links: list[Link] = field(default_factory=list)
    trunks: dict[tuple[int, float], Trunk] = field(default_factory=dict)


def neighbours(n: int, edges: Sequence[Edge]) -> tuple[list[list[int]], list[list[int]]]:
    """Return the tails of each node's incoming edges, and the heads of its outgoing ones."""
    tails: list[list[int]] = [[] for _ in range(n)]
    heads: list[list[int]] = [[] for _ in range(n)]
    for tail, head in edges:
        tails[head].append(tail)
        heads[tail].append(head)
    return tails, heads


def topological(tails: list[list[int]], heads: list[list[int]]) -> list[int]:
    """Return the nodes, each after all those that lead to it; a cycle is an error."""
    waiting = [len(found) for found in tails]
    order = [node for node, count in enumerate(waiting) if not count]
    for node in order:  # grows
        for head in heads[node]:
            waiting[head] -= 1
            if not waiting[head]:
                order.append(head)
    if len(order) < len(tails):
        stuck = next(node for node, count in enumerate(waiting) if count)
        raise ValueError(f"layout: the edges form a cycle, before or at node {stuck}")
    return order


def rank_nodes(
    tails: list[list[int]], heads: list[list[int]], order: list[int], early: bool = False
) -> list[int]:
    """Return the row of each node, counted from 0: every edge leads to a later row.

    The longest path fixes where sinks stand. All else stands as late as it can, so that leaves
    and what is made of leaves alone come just above their first use, but a node with more inputs
    than uses goes up to its inputs, for one long edge is shorter than several; if requested, a node
    with as many inputs as uses does so too. A leaf counts where it has an earlier use.
    """
    rank = [0] * len(order)
    inner: list[list[int]] = [[] for _ in order]  # without the leaves, which follow their heads
    for node in order:
        if tails[node]:
            inner[node] = [tail for tail in tails[node] if tails[tail]]
            rank[node] = max([rank[tail] + 1 for tail in inner[node]], default=0)
    for node in reversed(order):
        if heads[node]:
            rank[node] = min([rank[head] for head in heads[node]]) - 1
    for node in order:
        if not heads[node] or len(tails[node]) + early <= len(heads[node]):
            continue
        limits = [rank[tail] + 1 for tail in inner[node]]
        if len(limits) < len(tails[node]):
            first = [min([rank[head] for head in heads[t]]) for t in tails[node] if not tails[t]]
            limits += [use for use in first if use < rank[node]]
        if limits and len(limits) + early > len(heads[node]):
            rank[node] = max(limits)
    for node in order:
        if heads[node] and not tails[node]:
            rank[node] = min([rank[head] for head in heads[node]]) - 1
    first_row = min(rank, default=0)
    return [r - first_row for r in rank]


def longest_paths(follow: list[list[int]], order: Sequence[int]) -> list[int]:
    """Return how many edges the longest path to each node has; `follow` leads backwards."""
    length = [0] * len(follow)
    for node in order:
        if follow[node]:
            length[node] = max([length[other] for other in follow[node]]) + 1
    return length


def make_layers(
    rank: list[int], edges: Sequence[Edge], starts: Sequence[float], ends: Sequence[float]
) -> Layers:
    """Return a ranked graph with bends in the long edges.

    The long edges of a tail share one trunk, so a leaf that is used in thousands of rows takes
    one bend in each. Where there would still be many more bends than nodes and edges, the
    longest trunks run beside the drawing and need none.

    Args:
        rank: The row of each node.
        edges: Tail and head of each edge.
        starts: Where on its tail each edge begins, from -0.5 to 0.5.
        ends: Where on its head each edge ends, from -0.5 to 0.5.
    """
    n = len(rank)
    layers = Layers(n, list(rank), list(range(n)))
    trunks = layers.trunks
    for (tail, head), start in zip(edges, starts, strict=True):
        if rank[head] > rank[tail] + 1:
            trunk = trunks.get((tail, start))
            if trunk is None:
                trunk = trunks[tail, start] = Trunk(rank[tail] + 1, rank[head])
            trunk.stop = max(trunk.stop, rank[head])
    left = max(FEWEST_BENDS, BENDS_EACH * (n + len(edges)))
    for (tail, start), trunk in sorted(
        trunks.items(), key=lambda item: (item[1].stop - item[1].start, item[0])
    ):
        length = trunk.stop - trunk.start
        left -= length
        if left < 0:
            continue
        trunk.bends = first = len(layers.rank)
        layers.rank += range(trunk.start, trunk.stop)
        layers.owner += [tail] * length
        layers.links.append((tail, start, first, 0.0))
        layers.links += [(bend, 0.0, bend + 1, 0.0) for bend in range(first, first + length - 1)]
    for (tail, head), start, end in zip(edges, starts, ends, strict=True):
        if rank[head] == rank[tail] + 1:
            layers.links.append((tail, start, head, end))
            continue
        trunk = trunks[tail, start]
        if trunk.bends is not None:
            bend = trunk.bends + rank[head] - 1 - trunk.start
            layers.links.append((bend, 0.0, head, end))
    return layers
