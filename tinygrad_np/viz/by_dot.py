"""The places of everything in a picture, computed by the `dot` program.

The program receives only sizes and returns places, so its layouts look like all other pictures.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Sequence
from itertools import pairwise
from math import hypot
from typing import TYPE_CHECKING, Any

import numpy as np

from ..engine.tensor import Array
from .dot import NEEDS_DOT
from .dot_labels import SIDES, table
from .labels import Label, width_of
from .layout import SIDE, Point
from .placing import HEAD, MARGIN, Parts, Placed, Rectangle, pair

if TYPE_CHECKING:
    import graphviz

INCH = 72
"""How many units are an inch for `dot`."""
TITLE_HEIGHT = 12
STEP = 3.0
"""The distance of the places on a line that are inspected."""


class DotError(RuntimeError):
    """The `dot` program is missing, or fails."""


def placed_by_dot(parts: Parts) -> Placed:
    """Return the places of everything, computed by the `dot` program.

    Raises:
        DotError: If `dot` is not installed, or fails.
    """
    return laid_out(parts)[0]


def clean_by_dot(parts: Parts) -> Placed | None:
    """Return the same; ``None`` if a line crosses a box, or, with a warning, if `dot` fails."""
    try:
        found, curves = laid_out(parts)
    except DotError as error:  # the user has not asked for `dot` and gets the picture without it
        warnings.warn(f"{error}", RuntimeWarning, stacklevel=2)
        return None
    return None if passes_through(parts, found, curves) else found


def laid_out(parts: Parts) -> tuple[Placed, list[list[Point]]]:
    """Return the places of everything, and the control points of each line."""
    import graphviz

    try:
        told = sized_graph(parts).pipe(format="json0", encoding="utf-8", quiet=True)
    except graphviz.ExecutableNotFound:
        raise DotError(f"svg: engine='dot' {NEEDS_DOT}, or use engine='own'") from None
    except graphviz.CalledProcessError as error:
        said = f"svg: the 'dot' program failed, use engine='own': {error.stderr}"
        raise DotError(said) from error
    return read(json.loads(told), len(parts.labels), len(parts.shown.arrows))


def sized_graph(parts: Parts) -> graphviz.Digraph:
    """Return a graph of empty boxes and frames that have the sizes they need."""
    import graphviz

    whole: graphviz.Digraph = graphviz.Digraph(
        graph_attr={"rankdir": parts.direction, "nodesep": "0.3", "ranksep": "0.4"},
        edge_attr={"arrowsize": str(HEAD / 10)},
    )
    frames = [
        graphviz.Digraph(
            f"cluster_{key}",
            graph_attr={
                "label": f"<{empty([width_of(title)], TITLE_HEIGHT)}>",
                "labeljust": "l",
                "labelloc": "b" if parts.direction == "BT" else "t",  # `dot` rotates them
                "margin": str(int(SIDE)),
            },
        )
        for key, title in enumerate(parts.titles)
    ]
    across = parts.direction in ("TB", "BT")
    for key, (label, home) in enumerate(zip(parts.labels, parts.homes, strict=True)):
        around = whole if home < 0 else frames[home]
        around.node(f"n{key}", **box(label, across))
    for key in reversed(range(len(frames))):  # inner ones are complete before they are added
        parent = parts.parents[key]
        if frames[key].body:
            (whole if parent < 0 else frames[parent]).subgraph(frames[key])
    for number, arrow in enumerate(parts.shown.arrows):
        port = "" if arrow.port is None else f":i{arrow.port}:{SIDES[parts.direction]}"
        whole.edge(f"n{arrow.tail}", f"n{arrow.head}{port}", id=str(number))
    return whole


def box(label: Label, across: bool) -> dict[str, str]:
    """Return a box for `dot`, with a cell for each port across or down its side."""
    if not label.ports:
        size = {"width": f"{label.width / INCH:.3f}", "height": f"{label.height / INCH:.3f}"}
        return {"shape": "box", "fixedsize": "true", "label": "", **size}
    long, wide = (label.width, label.height) if across else (label.height, label.width)
    count = len(label.ports)
    gap = label.ports[1] - label.ports[0] if count > 1 else long
    begin = (long - count * gap) / 2
    ends = [0, *(round(begin + i * gap) for i in range(count + 1)), round(long)]
    cells = [b - a for a, b in pairwise(ends)]
    return {"shape": "plain", "label": f"<{empty(cells, wide, across)}>"}


def empty(cells: Sequence[float], wide: float, across: bool = True) -> str:
    """Return empty cells of given lengths in a row, or below each other, as a table of `dot`.

    All but the first and the last are ports.
    """
    found = []
    for i, long in enumerate(cells):
        w, h = (long, wide) if across else (wide, long)
        size = f'width="{round(w)}" height="{round(h)}" fixedsize="true"'
        found.append(f'<td port="i{i - 1}" {size}></td>')
    return table([found] if across else [[cell] for cell in found], 0)


def read(told: dict[str, Any], boxes: int, arrows: int) -> tuple[Placed, list[list[Point]]]:
    """Return the places in the output of `dot`, whose y grows upwards."""
    left, bottom, right, top = numbers(told["bb"])

    def point(x: float, y: float) -> Point:
        return x - left + MARGIN, top - y + MARGIN

    middles = [(0.0, 0.0)] * boxes
    frames: list[Rectangle] = []
    for found in told.get("objects", ()):
        kind, _, key = found["name"].partition("_")
        if kind == "cluster":
            x0, y0, x1, y1 = numbers(found["bb"])
            x, y = point(x0, y1)
            frames.append(Rectangle(int(key), x, y, x1 - x0, y1 - y0, x + SIDE))
        else:
            x, y = numbers(found["pos"])
            middles[int(kind[1:])] = point(x, y)
    lines: list[tuple[str, list[Point]]] = [("", [])] * arrows
    curves: list[list[Point]] = [[]] * arrows
    for found in told.get("edges", ()):
        tip, *curve = found["pos"].removeprefix("e,").split()
        points = curves[int(found["id"])] = [point(*numbers(p)) for p in curve]
        path = f"M{pair(points[0])}C{' '.join(map(pair, points[1:]))}"
        lines[int(found["id"])] = path, head(points[-1], point(*numbers(tip)))
    frames.sort(key=lambda frame: -frame.width * frame.height)  # outer ones first
    size = right - left + 2 * MARGIN, top - bottom + 2 * MARGIN
    return Placed(*size, middles, frames, lines), curves


def passes_through(parts: Parts, found: Placed, curves: list[list[Point]]) -> bool:
    """Return whether a line passes through a box that it doesn't join."""
    corners = [
        (x - label.width / 2, y - label.height / 2, x + label.width / 2, y + label.height / 2)
        for (x, y), label in zip(found.middles, parts.labels, strict=True)
    ]
    x0, y0, x1, y1 = np.array(corners).T[:, :, None]
    for arrow, curve in zip(parts.shown.arrows, curves, strict=True):
        x, y = np.concatenate([bezier(curve[i : i + 4]) for i in range(0, len(curve) - 1, 3)]).T
        inside = ((x0 + 1 < x) & (x < x1 - 1) & (y0 + 1 < y) & (y < y1 - 1)).any(axis=1)
        inside[[arrow.tail, arrow.head]] = False
        if inside.any():
            return True
    return False


def bezier(points: Sequence[Point]) -> Array:
    """Return places along a piece of a curve, close to each other."""
    a, b, c, d = np.array(points)
    length = np.abs(np.diff([a, b, c, d], axis=0)).sum()
    t = np.linspace(0.0, 1.0, 2 + int(length / STEP))[:, None]
    found: Array = (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t**2 * c + t**3 * d
    return found


def numbers(words: str) -> list[float]:
    """Return numbers that commas separate."""
    return [float(word) for word in words.split(",")]


def head(neck: Point, tip: Point) -> list[Point]:
    """Return the tip and the corners of an arrow's head."""
    dx, dy = tip[0] - neck[0], tip[1] - neck[1]
    length = hypot(dx, dy) or 1.0
    dx, dy = dx / length, dy / length
    x, y = tip[0] - dx * (HEAD + 1), tip[1] - dy * (HEAD + 1)
    return [tip, (x - 3.5 * dy, y + 3.5 * dx), (x + 3.5 * dy, y - 3.5 * dx)]
