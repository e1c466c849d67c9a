"""A picture as SVG, without any program: for notebooks, pages and files.

Light and dark follow the reader's settings. Imports options, lines, labels and frames.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape
from itertools import pairwise
from os import PathLike
from pathlib import Path
from shutil import which
from typing import Literal, Unpack

from .dot import NEEDS_DOT, digraph
from .dot_labels import Direction, colors
from .frames import Edgewise, Frame, arrange_groups
from .labels import CELL, SIZES, Label, measured, svg_line, width_of
from .lines import Line, Words, groups_of_one_op, hint, title_of, visible
from .model import Box, Mark, Picture
from .options import Options, chosen_picture
from .picture import Drawable
from .routes import Layout, Point
from .values import Rows

Engine = Literal["own", "dot", "auto"]
FEW = 100
"""How many boxes `dot` draws at most, if it is not asked for."""

MARGIN = 12.0
HEAD = 6.0
"""How long the head of an arrow is."""

FLOWS = {
    "TB": "from top to bottom",
    "BT": "from bottom to top",
    "LR": "from left to right",
    "RL": "from right to left",
}

TITLES: dict[Direction, Edgewise] = {"TB": "top", "BT": "bottom", "LR": "left", "RL": "left"}
"""The edge, as the layout has it, that is the upper one of a frame in the drawing."""

STYLE = """\
.tg-graph{--paper:#fff;--ink:#1f2937;--muted:#4b5563;--line:#6b7280;\
--op:#fff;--op-edge:#8b95a3;--leaf:#e6effb;--leaf-edge:#3a6ea5;--constant:#f1f2f4;\
--parameter:#efeafb;--parameter-edge:#6b4fa8;--module:#fdf3dc;--module-edge:#a16d13;\
--result:#e2f3e6;--result-edge:#2b7a43;--wrong:#fdeceb;--wrong-edge:#b42318;\
--frame:#fafbfc;--frame-edge:#868f9d;font:12px Helvetica,Arial,sans-serif}
@media(prefers-color-scheme:dark){.tg-graph{--paper:#111827;--ink:#f3f4f6;--muted:#c0c7d1;\
--line:#9ca3af;--op:#1f2937;--op-edge:#7b8494;--leaf:#1e3a5f;--leaf-edge:#7fb0e6;\
--constant:#2b3443;--parameter:#33265a;--parameter-edge:#b39ddb;--module:#46340f;\
--module-edge:#d9a441;--result:#14432a;--result-edge:#5cc487;--wrong:#4f1d1a;\
--wrong-edge:#f58a80;--frame:#161e2c;--frame-edge:#66718a}}
.tg-graph .paper{fill:var(--paper)}
.tg-graph text{fill:var(--ink);text-anchor:middle;white-space:pre}
.tg-graph .small{fill:var(--muted);font-size:10px}
.tg-graph .port{fill:var(--muted);font-size:9px}
.tg-graph .title{fill:var(--muted);font-size:11px;font-weight:bold;text-anchor:start}
.tg-graph .name{font-weight:bold}
.tg-graph .wrong{fill:var(--wrong-edge);font-size:10px;font-weight:bold}
.tg-graph .frame{fill:var(--frame);stroke:var(--frame-edge)}
.tg-graph .box{fill:var(--op);stroke:var(--op-edge)}
.tg-graph .leaf .box{fill:var(--leaf);stroke:var(--leaf-edge)}
.tg-graph .constant .box{fill:var(--constant);stroke:none}
.tg-graph .rest .box{fill:none;stroke-dasharray:5 3}
.tg-graph .parameter .box{fill:var(--parameter);stroke:var(--parameter-edge)}
.tg-graph .module .box{fill:var(--module);stroke:var(--module-edge)}
.tg-graph .result .box{fill:var(--result);stroke:var(--result-edge);stroke-width:2}
.tg-graph .added .box{fill:var(--result);stroke:var(--result-edge);stroke-width:2}
.tg-graph .changed .box{fill:var(--module);stroke:var(--module-edge);stroke-width:2}
.tg-graph .removed .box{fill:var(--wrong);stroke:var(--wrong-edge);stroke-dasharray:5 3}
.tg-graph .failed .box{fill:var(--wrong);stroke:var(--wrong-edge);stroke-width:2.5}
.tg-graph .edge{fill:none;stroke:var(--line)}
.tg-graph .head{fill:var(--line)}
.tg-graph .edge.added{stroke:var(--result-edge);stroke-width:2}
.tg-graph .head.added{fill:var(--result-edge)}
.tg-graph .edge.removed{stroke:var(--wrong-edge);stroke-dasharray:5 3}
.tg-graph .head.removed{fill:var(--wrong-edge)}"""


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
    x: Drawable,
    path: str | PathLike[str] | None = None,
    *,
    direction: Direction = "TB",
    thumbnails: bool = False,
    engine: Engine = "own",
    **options: Unpack[Options],
) -> SVG:
    """Return a picture of the graph that one or several results came from, as SVG.

    It needs no program: the layout is our own, and ten thousand boxes take a second or two. The
    boxes look as those of :func:`draw`; hovering shows all of a name. Light or dark is the
    reader's choice.

    Args:
        x: A Tensor, a list or tuple of Tensors, or a dict of Tensors by name; a tape or a block
            of ``debug()``.
        path: A file to write the picture to, ending in ``.svg``.
        direction: Where values flow: ``"TB"`` from top to bottom, ``"LR"`` from left to right,
            or ``"BT"``, ``"RL"``.
        thumbnails: Add values, and an image of at most 16 x 16 means.
        engine: Who draws: ``"own"``; ``"dot"``, the program, which makes the picture that
            :func:`draw` describes, always light; or ``"auto"``, `dot` where it is installed and
            there are at most 100 boxes, which then looks different from machine to machine.
        options: What :func:`draw` takes by keyword: `params`, `max_nodes`, `depth`, `collapse`,
            `fold`, `constants`, `focus`, `values`, `tape`.

    Raises:
        TypeError: For anything but Tensors, and for an option that does not exist.
        ValueError: As :func:`draw` does, and for an engine that does not exist.
        RuntimeError: For ``engine="dot"`` where `dot` is not installed.

    >>> import tinygrad_np as tg
    >>> w = tg.tensor([1.0, 2.0], requires_grad=True, name="w")
    >>> tg.viz.svg((w * w).sum())
    <SVG 99 x 204: a graph of 3 boxes: 2 ops, 1 leaf>
    """
    check_direction("svg", direction)
    if thumbnails:
        options = {**options, "values": True}
    if engine not in ("own", "dot", "auto"):
        raise ValueError(f"svg: engine is 'own', 'dot' or 'auto', not {engine!r}")
    shown = chosen_picture("svg", x, options)
    if engine == "auto":
        is_small = len(shown.boxes) <= FEW
        engine = "dot" if is_small and which("dot") is not None else "own"
    draws = svg_by_dot if engine == "dot" else svg_of
    drawn = draws(shown, direction, thumbnails)
    if path is not None:
        drawn.save(path)
    return drawn


def check_direction(caller: str, direction: str) -> None:
    """Raise unless values can flow in a direction."""
    if direction not in ("TB", "LR", "BT", "RL"):
        raise ValueError(f"{caller}: direction is 'TB', 'LR', 'BT' or 'RL', not {direction!r}")


def svg_of(shown: Picture, direction: Direction = "TB", thumbnails: bool = False) -> SVG:
    """Return a picture as SVG."""
    lonely = groups_of_one_op(shown)
    alone = [None if box.group is None else lonely.get(box.group) for box in shown.boxes]
    labels = [
        measured(box, direction, group, thumbnails)
        for box, group in zip(shown.boxes, alone, strict=True)
    ]
    titles = [[Words(visible(title_of(group)), "title")] for group in shown.groups]
    upright = direction in ("TB", "BT")
    layout, frames = arrange_groups(
        [label.width if upright else label.height for label in labels],
        [label.height if upright else label.width for label in labels],
        [(arrow.tail, arrow.head) for arrow in shown.arrows],
        [
            number_of(box.group if group is None else group.parent)
            for box, group in zip(shown.boxes, alone, strict=True)
        ],
        [number_of(group.parent) for group in shown.groups],
        ends=[
            None if arrow.port is None else labels[arrow.head].ports[arrow.port]
            for arrow in shown.arrows
        ],
        titles=[width_of(title) for title in titles],
        title_at=TITLES[direction],
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
    about = f"Values flow {FLOWS[direction]}." + (f" Results: {results}" if results else "")
    pieces = [
        head,
        f"<title>{escape(summary)}</title>",
        f"<desc>{escape(about)}</desc>",
        f"<style>{STYLE}</style>",
        f'<rect class="paper" width="{number(width)}" height="{number(height)}"/>',
        *[flow.frame(frame, titles[frame.group]) for frame in frames],
        *[
            flow.edge(route, arrow.mark)
            for arrow, route in zip(shown.arrows, layout.routes, strict=True)
        ],
    ]
    for box, label in zip(shown.boxes, labels, strict=True):
        at = flow.point(layout.x[box.key], layout.y[box.key])
        pieces.append(svg_box(box, label, *at, thumbnails))
    pieces.append("</svg>\n")
    return SVG("\n".join(pieces), width, height, summary)


def svg_by_dot(shown: Picture, direction: Direction = "TB", thumbnails: bool = False) -> SVG:
    """Return a picture as the `dot` program draws it."""
    import graphviz

    try:
        drawn = digraph(shown, direction, thumbnails).pipe(format="svg", encoding="utf-8")
    except graphviz.ExecutableNotFound:
        raise RuntimeError(f"svg: engine='dot' {NEEDS_DOT}, or use engine='own'") from None
    text = drawn[drawn.index("<svg") :]
    summary = summary_of(shown)
    width, height = (float(n) for n in re.findall(r'(?:width|height)="([\d.]+)pt"', text)[:2])
    head = f'<svg role="img" aria-label="{escape(summary)}"'
    return SVG(head + text.removeprefix("<svg"), width, height, summary)


def number_of(group: int | None) -> int:
    """Return the key of a group as the layout has it."""
    return -1 if group is None else group


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

    def frame(self, frame: Frame, title: Line) -> str:
        """Return the frame of a group as elements of SVG, with its title in the upper left."""
        x0, y0 = self.point(frame.x, frame.y)
        x1, y1 = self.point(frame.x + frame.width, frame.y + frame.height)
        x0, x1, y0, y1 = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
        words = svg_line(title, number(x0 + frame.title), number(y0 + 14.0))
        return (
            f'<rect class="frame" x="{number(x0)}" y="{number(y0)}" '
            f'width="{number(x1 - x0)}" height="{number(y1 - y0)}" rx="7"/>{words}'
        )

    def edge(self, route: Sequence[Point], mark: Mark | None = None) -> str:
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
        look = f" {mark}" if mark else ""
        return (
            f'<path class="edge{look}" d="{"".join(parts)}"/>'
            f'<path class="head{look}" d="M{head}z"/>'
        )


def svg_box(box: Box, label: Label, x: float, y: float, thumbnails: bool = False) -> str:
    """Return a box as an element of SVG."""
    looks = [box.kind, "parameter" if box.parameter else "", "result" if box.result else ""]
    look = " ".join(filter(None, [*looks, box.mark]))
    corner = ' rx="7"' if box.kind in ("op", "rest", "module") else ""
    lines = [
        svg_line(line, number(x + right), number(y + down + 0.35 * SIZES[line[-1].kind]))
        for line, right, down in label.lines
    ]
    image = ""
    if thumbnails and box.values is not None:
        image = heatmap(box.values.thumbnail, x + label.image[0], y + label.image[1])
    return (
        f'<g class="{look}"><title>{escape(hint(box))}</title>'
        f'<rect class="box" x="{number(x - label.width / 2)}" y="{number(y - label.height / 2)}" '
        f'width="{number(label.width)}" height="{number(label.height)}"{corner}/>'
        f"{''.join(lines)}{image}</g>"
    )


def heatmap(rows: Rows, x: float, y: float) -> str:
    """Return a thumbnail: blue below 0, orange above, red for NaN."""
    cells = [
        f'<rect x="{number(x + CELL * j)}" y="{number(y + CELL * i)}" '
        f'width="{number(CELL)}" height="{number(CELL)}" fill="{shade}"/>'
        for i, row in enumerate(colors(rows))
        for j, shade in enumerate(row)
    ]
    return "".join(cells)


def summary_of(shown: Picture) -> str:
    """Return in words what a picture shows."""
    counts = Counter(box.kind for box in shown.boxes)
    kinds = [
        f"{counts[kind]:,} {kind if counts[kind] == 1 else f'{kind}s'}"
        for kind in ("module", "op", "leaf", "constant")
        if counts[kind]
    ]
    marks = Counter(box.mark for box in shown.boxes if box.mark)
    kinds += [f"{count:,} {mark}" for mark, count in sorted(marks.items())]
    n = len(shown.boxes)
    words = f"a graph of {n:,} {'box' if n == 1 else 'boxes'}: {', '.join(kinds)}"
    return words.replace("leafs", "leaves")


def number(value: float) -> str:
    """Return a coordinate in as few characters as show it well."""
    return f"{value:.1f}".removesuffix(".0")


def pair(point: Point) -> str:
    """Return the coordinates of a point."""
    return f"{number(point[0])},{number(point[1])}"
