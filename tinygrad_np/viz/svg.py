"""A picture as SVG: for notebooks, pages and files.

Light and dark follow the reader's settings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape
from os import PathLike
from pathlib import Path
from shutil import which
from typing import Unpack

from .by_dot import clean_by_dot, placed_by_dot
from .collector import paused_collector
from .dot_labels import colors
from .drawable import Drawable
from .endings import write_text
from .labels import CELL, SIZES, Label, svg_line
from .layout import Point
from .lines import TextLine, hint
from .model import Box, Mark, Picture
from .options import Direction, Engine, SVGOptions, takes
from .picture import chosen_picture
from .placing import Parts, Rectangle, coord, pair, placed
from .values import Heatmap

FEW_BOXES, FEW_ARROWS = 100, 300
"""How many boxes `dot` lays out at most unless requested: more may take long."""

FLOWS = {
    "TB": "from top to bottom",
    "BT": "from bottom to top",
    "LR": "from left to right",
    "RL": "from right to left",
}

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
.tg-graph .title{fill:var(--muted);font-size:11px;font-weight:bold;text-anchor:start;\
paint-order:stroke;stroke:var(--frame);stroke-width:4px;stroke-linejoin:round}
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
    >>> drawn  # doctest: +ELLIPSIS
    <SVG ...: a graph of 2 boxes: 1 op, 1 leaf>
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
        """Write the picture to a file ending in .svg; create its folder if missing."""
        return write_text("svg", path, "svg", self.text)


@takes(SVGOptions)
@paused_collector()
def svg(x: Drawable, path: str | PathLike[str] | None = None, **options: Unpack[SVGOptions]) -> SVG:
    """Return a picture of the graph of one or several results, as SVG.

    It needs no program: our own layout takes a second or two for ten thousand boxes. A few boxes
    without frames are laid out by the `dot` program where it is installed, as it often finds
    shorter lines; the style is the same. The boxes look like those of :func:`draw`; hovering
    shows a name in full. Light or dark follows the reader's settings.

    Args:
        x: A Tensor, a list or tuple of Tensors, or a dict of Tensors by name; a tape or a block
            of ``debug()``.
        path: A file to write the picture to, ending in ``.svg``.
        options: Which part of the graph to draw, and how; listed below.

    Raises:
        TypeError: For anything but Tensors, and for an option that does not exist.
        ValueError: As :func:`draw` does, and for an engine that does not exist.
        RuntimeError: For ``engine="dot"`` where `dot` is not installed, or fails; by default
            there is a warning if it fails, and the layout is our own.

    >>> import tinygrad_np as tg
    >>> w = tg.tensor([1.0, 2.0], requires_grad=True, name="w")
    >>> tg.viz.svg((w * w).sum(), engine="own")
    <SVG 99 x 204: a graph of 3 boxes: 2 ops, 1 leaf>
    """
    direction, thumbnails, engine = options["direction"], options["thumbnails"], options["engine"]
    options["values"] = options["values"] or thumbnails
    drawn = svg_of(chosen_picture(x, options), direction, thumbnails, engine)
    if path is not None:
        drawn.save(path)
    return drawn


@paused_collector()
def svg_of(
    shown: Picture,
    direction: Direction = "TB",
    thumbnails: bool = False,
    engine: Engine = "auto",
) -> SVG:
    """Return a picture as SVG."""
    parts = Parts(shown, direction, thumbnails)
    is_small = len(shown.boxes) <= FEW_BOXES and len(shown.arrows) <= FEW_ARROWS
    drawn = None
    if engine == "auto" and is_small and max(parts.homes, default=-1) < 0 and which("dot"):
        drawn = clean_by_dot(parts)
    if drawn is None:
        drawn = placed_by_dot(parts) if engine == "dot" else placed(parts)
    summary = summary_of(shown)
    width, height = coord(drawn.width), coord(drawn.height)
    results = ", ".join(hint(box) for box in shown.boxes if box.result)
    about = f"Values flow {FLOWS[direction]}." + (f" Results: {results}" if results else "")
    pieces = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="tg-graph" role="img" '
        f'width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
        f"<title>{escape(summary)}</title>",
        f"<desc>{escape(about)}</desc>",
        f"<style>{STYLE}</style>",
        f'<rect class="paper" width="{width}" height="{height}"/>',
        *[svg_frame(frame) for frame in drawn.frames],
        *[
            svg_arrow(*line, arrow.mark)
            for arrow, line in zip(shown.arrows, drawn.arrows, strict=True)
        ],
        *[svg_title(frame, parts.titles[frame.group]) for frame in drawn.frames],
        *[
            svg_box(box, label, *middle, thumbnails)
            for box, label, middle in zip(shown.boxes, parts.labels, drawn.middles, strict=True)
        ],
        "</svg>\n",
    ]
    return SVG("\n".join(pieces), drawn.width, drawn.height, summary)


def svg_frame(frame: Rectangle) -> str:
    """Return the frame of a group as an element of SVG."""
    return (
        f'<rect class="frame" x="{coord(frame.x)}" y="{coord(frame.y)}" '
        f'width="{coord(frame.width)}" height="{coord(frame.height)}" rx="7"/>'
    )


def svg_title(frame: Rectangle, title: TextLine) -> str:
    """Return the title of a frame, at its upper left, as an element of SVG."""
    return svg_line(title, coord(frame.title), coord(frame.y + 14.0))


def svg_arrow(path: str, head: Sequence[Point], mark: Mark | None) -> str:
    """Return an arrow as elements of SVG: a line, and its head."""
    look = f" {mark}" if mark else ""
    corners = "L".join([pair(corner) for corner in head])
    return f'<path class="edge{look}" d="{path}"/><path class="head{look}" d="M{corners}z"/>'


def svg_box(box: Box, label: Label, x: float, y: float, thumbnails: bool = False) -> str:
    """Return a box as an element of SVG."""
    looks = [box.kind, "parameter" if box.parameter else "", "result" if box.result else ""]
    look = " ".join(filter(None, [*looks, box.mark]))
    corner = ' rx="7"' if box.kind in ("op", "rest", "module") else ""
    lines = [
        svg_line(line, coord(x + right), coord(y + down + 0.35 * SIZES[line[-1].kind]))
        for line, right, down in label.lines
    ]
    image = ""
    if thumbnails and box.values is not None:
        image = heatmap(box.values.thumbnail, x + label.image[0], y + label.image[1])
    return (
        f'<g class="{look}"><title>{escape(hint(box))}</title>'
        f'<rect class="box" x="{coord(x - label.width / 2)}" y="{coord(y - label.height / 2)}" '
        f'width="{coord(label.width)}" height="{coord(label.height)}"{corner}/>'
        f"{''.join(lines)}{image}</g>"
    )


def heatmap(rows: Heatmap, x: float, y: float) -> str:
    """Return a thumbnail: blue below 0, orange above, red for NaN."""
    cells = [
        f'<rect x="{coord(x + CELL * j)}" y="{coord(y + CELL * i)}" '
        f'width="{coord(CELL)}" height="{coord(CELL)}" fill="{shade}"/>'
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
