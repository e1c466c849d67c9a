"""A picture as SVG, without any program: for notebooks, pages and files.

Light and dark follow the reader's settings. Imports picture, labels and layout.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape
from itertools import pairwise
from os import PathLike
from pathlib import Path
from typing import Any

from .dot import Direction
from .labels import SIZES, Label, hint, measured, svg_line
from .layout import arrange
from .picture import Box, Outputs, Picture, picture
from .routes import Layout, Point

MARGIN = 12.0
HEAD = 6.0
"""How long the head of an arrow is."""

FLOWS = {
    "TB": "from top to bottom",
    "BT": "from bottom to top",
    "LR": "from left to right",
    "RL": "from right to left",
}

STYLE = """\
.tg-graph{--paper:#fff;--ink:#1f2937;--muted:#4b5563;--line:#6b7280;\
--op:#fff;--op-edge:#8b95a3;--leaf:#e6effb;--leaf-edge:#3a6ea5;--constant:#f1f2f4;\
--result:#e2f3e6;--result-edge:#2b7a43;font:12px Helvetica,Arial,sans-serif}
@media(prefers-color-scheme:dark){.tg-graph{--paper:#111827;--ink:#f3f4f6;--muted:#c0c7d1;\
--line:#9ca3af;--op:#1f2937;--op-edge:#7b8494;--leaf:#1e3a5f;--leaf-edge:#7fb0e6;\
--constant:#2b3443;--result:#14432a;--result-edge:#5cc487}}
.tg-graph .paper{fill:var(--paper)}
.tg-graph text{fill:var(--ink);text-anchor:middle;white-space:pre}
.tg-graph .small{fill:var(--muted);font-size:10px}
.tg-graph .port{fill:var(--muted);font-size:9px}
.tg-graph .name{font-weight:bold}
.tg-graph .box{fill:var(--op);stroke:var(--op-edge)}
.tg-graph .leaf .box{fill:var(--leaf);stroke:var(--leaf-edge)}
.tg-graph .constant .box{fill:var(--constant);stroke:none}
.tg-graph .rest .box{fill:none;stroke-dasharray:5 3}
.tg-graph .result .box{fill:var(--result);stroke:var(--result-edge);stroke-width:2}
.tg-graph .edge{fill:none;stroke:var(--line)}
.tg-graph .head{fill:var(--line)}"""


class SVG:
    """A picture as SVG text; notebooks show it as an image.

    >>> import tinygrad_np as tg
    >>> drawn = tg.viz.svg(tg.tensor([1.0, 2.0], requires_grad=True, name="w").sum())
    >>> drawn
    <SVG 99 x 134: a graph of 2 boxes: 1 op, 1 leaf>
    >>> str(drawn).startswith("<svg xmlns=")
    True
    """

    def __init__(self, text: str, width: float, height: float, summary: str) -> None:
        self.text, self.width, self.height, self.summary = text, width, height, summary

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<SVG {self.width:.0f} x {self.height:.0f}: {self.summary}>"

    def _repr_mimebundle_(
        self, include: Iterable[str] | None = None, exclude: Iterable[str] | None = None
    ) -> dict[str, str]:
        return {"image/svg+xml": self.text, "text/plain": repr(self)}

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the picture to a file, whose folder is made if it is missing."""
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.text, encoding="utf-8")
        return path


def svg(
    x: Outputs,
    path: str | PathLike[str] | None = None,
    *,
    params: Any = None,
    max_nodes: int | None = None,
    direction: Direction = "TB",
) -> SVG:
    """Return a picture of the graph that one or several results came from, as SVG.

    It needs no program: the layout is our own, and ten thousand boxes take a second or two.
    Leaves are blue with square corners, ops white and rounded, constants grey without a frame,
    results green; hovering shows a box's whole name. Light or dark is the reader's choice.

    Args:
        x: A Tensor, a list or tuple of Tensors, or a dict of Tensors by name.
        path: A file to write the picture to, ending in ``.svg``.
        params: Names for leaves that have none of their own: a dict of Tensors by name, pairs
            of name and Tensor, or a module with ``named_parameters()``.
        max_nodes: Draw so many of the newest ops and leaves, and one box for the rest.
        direction: Where values flow: ``"TB"`` from top to bottom, ``"LR"`` from left to right,
            or ``"BT"``, ``"RL"``.

    Raises:
        TypeError: For anything but Tensors.
        ValueError: For a direction or a number of nodes that does not exist.

    >>> import tinygrad_np as tg
    >>> w = tg.tensor([1.0, 2.0], requires_grad=True, name="w")
    >>> tg.viz.svg((w * w).sum())
    <SVG 99 x 204: a graph of 3 boxes: 2 ops, 1 leaf>
    """
    check_direction("svg", direction)
    drawn = svg_of(picture(x, params=params, max_nodes=max_nodes), direction)
    if path is not None:
        drawn.save(path)
    return drawn


def check_direction(caller: str, direction: str) -> None:
    """Raise unless values can flow in a direction."""
    if direction not in ("TB", "LR", "BT", "RL"):
        raise ValueError(f"{caller}: direction is 'TB', 'LR', 'BT' or 'RL', not {direction!r}")


def svg_of(shown: Picture, direction: Direction = "TB") -> SVG:
    """Return a picture as SVG."""
    labels = [measured(box, direction) for box in shown.boxes]
    upright = direction in ("TB", "BT")
    layout = arrange(
        [label.width if upright else label.height for label in labels],
        [label.height if upright else label.width for label in labels],
        [(arrow.tail, arrow.head) for arrow in shown.arrows],
        ends=[
            None if arrow.port is None else labels[arrow.head].ports[arrow.port]
            for arrow in shown.arrows
        ],
    )
    flow = Flow(direction, layout)
    summary = summary_of(shown)
    width, height = flow.size
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="tg-graph" role="img" '
        f'width="{number(width)}" height="{number(height)}" '
        f'viewBox="0 0 {number(width)} {number(height)}">'
    )
    results = ", ".join(hint(box) for box in shown.boxes if box.result)
    pieces = [
        head,
        f"<title>{escape(summary)}</title>",
        f"<desc>{escape(f'Values flow {FLOWS[direction]}. Results: {results}')}</desc>",
        f"<style>{STYLE}</style>",
        f'<rect class="paper" width="{number(width)}" height="{number(height)}"/>',
        *[flow.edge(route) for route in layout.routes],
    ]
    for box, label in zip(shown.boxes, labels, strict=True):
        pieces.append(svg_box(box, label, *flow.point(layout.x[box.key], layout.y[box.key])))
    pieces.append("</svg>\n")
    return SVG("\n".join(pieces), width, height, summary)


class Flow:
    """The way from a layout from top to bottom to a drawing in any direction."""

    def __init__(self, direction: Direction, layout: Layout) -> None:
        self.upright = direction in ("TB", "BT")
        self.back = direction in ("BT", "RL")
        self.length = layout.height
        width, height = layout.width + 2 * MARGIN, layout.height + 2 * MARGIN
        self.size = (width, height) if self.upright else (height, width)

    def point(self, x: float, y: float) -> Point:
        """Return where a point of the layout is drawn."""
        x, y = x + MARGIN, (self.length - y if self.back else y) + MARGIN
        return (x, y) if self.upright else (y, x)

    def edge(self, route: Sequence[Point]) -> str:
        """Return an edge as elements of SVG: a line, and the head of an arrow."""
        *points, (x, y) = route
        points.append((x, y - HEAD))
        parts = ["M" + pair(self.point(*points[0]))]
        for (x0, y0), (x1, y1) in pairwise(points):
            if x0 != x1:
                middle = (y0 + y1) / 2
                parts.append("C" + pair(self.point(x0, middle)))
                parts.append(" " + pair(self.point(x1, middle)) + " ")
            else:
                parts.append("L")
            parts.append(pair(self.point(x1, y1)))
        corners = [(x, y), (x - 3.5, y - HEAD - 1), (x + 3.5, y - HEAD - 1)]
        head = "L".join([pair(self.point(*corner)) for corner in corners])
        return f'<path class="edge" d="{"".join(parts)}"/><path class="head" d="M{head}z"/>'


def svg_box(box: Box, label: Label, x: float, y: float) -> str:
    """Return a box as an element of SVG."""
    look = f"{box.kind} result" if box.result else box.kind
    corner = ' rx="7"' if box.kind in ("op", "rest") else ""
    lines = [
        svg_line(line, number(x + right), number(y + down + 0.35 * SIZES[line[-1].kind]))
        for line, right, down in label.lines
    ]
    return (
        f'<g class="{look}"><title>{escape(hint(box))}</title>'
        f'<rect class="box" x="{number(x - label.width / 2)}" y="{number(y - label.height / 2)}" '
        f'width="{number(label.width)}" height="{number(label.height)}"{corner}/>'
        f"{''.join(lines)}</g>"
    )


def summary_of(shown: Picture) -> str:
    """Return in words what a picture shows."""
    counts = Counter(box.kind for box in shown.boxes)
    kinds = [
        f"{counts[kind]:,} {kind if counts[kind] == 1 else f'{kind}s'}"
        for kind in ("op", "leaf", "constant")
        if counts[kind]
    ]
    n = len(shown.boxes)
    return f"a graph of {n:,} {'box' if n == 1 else 'boxes'}: {', '.join(kinds)}".replace(
        "leafs", "leaves"
    )


def number(value: float) -> str:
    """Return a coordinate in as few characters as show it well."""
    return f"{value:.1f}".removesuffix(".0")


def pair(point: Point) -> str:
    """Return the coordinates of a point."""
    return f"{number(point[0])},{number(point[1])}"
