"""A picture as DOT text for Graphviz, and files made of it.

Labels hold whatever names hold: every character reaches the picture, or is spelled out
where it can not be printed. The `graphviz` package is imported when something is drawn;
the `dot` program is needed for image files alone. Imports picture.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from functools import cache
from html import escape
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from .picture import Box, Outputs, Picture, picture

if TYPE_CHECKING:
    import graphviz

Direction = Literal["TB", "LR", "BT", "RL"]

FONT = "Helvetica,Arial,sans-serif"
INK, MUTED = "#1f2937", "#4b5563"
LONGEST = 48
"""How many characters of a name or a parameter a label shows; hovering shows them all."""

SIDES = {"TB": "n", "BT": "s", "LR": "w", "RL": "e"}
"""The side of an op's box where values come in."""

STYLES: dict[str, dict[str, str]] = {
    "op": {"style": "rounded,filled", "fillcolor": "#ffffff", "color": "#8b95a3"},
    "leaf": {"style": "filled", "fillcolor": "#e6effb", "color": "#3a6ea5"},
    "constant": {"style": "filled", "fillcolor": "#f1f2f4", "color": "#f1f2f4"},
    "rest": {"style": "rounded,dashed", "color": "#8b95a3"},
}
RESULT = {"fillcolor": "#e2f3e6", "color": "#2b7a43", "penwidth": "2"}

NO_DOT = (
    "the 'dot' program is not installed, so the picture was saved as text in {path}; to see it, "
    "install Graphviz (apt install graphviz, or brew install graphviz), or paste the text into "
    "an online viewer of DOT files"
)


def draw(
    x: Outputs,
    *,
    direction: Direction = "TB",
    params: Any = None,
    max_nodes: int | None = None,
) -> graphviz.Digraph:
    """Return a picture of the graph that one or several results came from.

    Leaves are blue with square corners, ops white and rounded, constants grey without a frame,
    results green. Values flow in the direction of the arrows; where the order of an op's inputs
    matters they stand in that order, named.

    Args:
        x: A Tensor, a list or tuple of Tensors, or a dict of Tensors by name.
        direction: Where values flow: ``"TB"`` from top to bottom, ``"LR"`` from left to right,
            or ``"BT"``, ``"RL"``.
        params: Names for leaves that have none of their own: a dict of Tensors by name, pairs
            of name and Tensor, or a module with ``named_parameters()``.
        max_nodes: Draw so many of the newest ops and leaves, and one box for the rest. The
            `dot` program takes minutes beyond some thousands.

    Returns:
        A ``graphviz.Digraph``: it shows itself in notebooks, `.source` is its text and
        `.render()` makes a file of it; :func:`save` does too, also without the `dot` program.

    Raises:
        TypeError: For anything but Tensors.
        ValueError: For a direction or a number of nodes that does not exist.

    >>> import tinygrad_np as tg
    >>> w = tg.tensor([1.0, 2.0], requires_grad=True, name="w")
    >>> print(tg.viz.draw(w.sum()).source)  # doctest: +ELLIPSIS
    digraph {
    ...
        n0 -> n1
    }
    <BLANKLINE>
    """
    if direction not in ("TB", "LR", "BT", "RL"):
        raise ValueError(f"draw: direction is 'TB', 'LR', 'BT' or 'RL', not {direction!r}")
    return digraph(picture(x, params=params, max_nodes=max_nodes), direction)


def digraph(shown: Picture, direction: Direction = "TB") -> graphviz.Digraph:
    """Return a picture as a ``graphviz.Digraph``."""
    dot: graphviz.Digraph = digraph_class()(
        graph_attr={"rankdir": direction, "nodesep": "0.3", "ranksep": "0.4", "bgcolor": "white"},
        node_attr={
            "shape": "box",
            "fontname": FONT,
            "fontsize": "12",
            "fontcolor": INK,
            "margin": "0.14,0.07",
            "height": "0.3",
            "width": "0.3",
        },
        edge_attr={"color": "#6b7280", "arrowsize": "0.6"},
    )
    for box in shown.boxes:
        dot.node(f"n{box.key}", label(box, direction), **attributes(box))
    side = SIDES[direction]
    for arrow in shown.arrows:
        port = "" if arrow.port is None else f":i{arrow.port}:{side}"
        dot.edge(f"n{arrow.tail}", f"n{arrow.head}{port}")
    return dot


def attributes(box: Box) -> dict[str, str]:
    """Return how a box looks, but for its label."""
    found = dict(STYLES[box.kind])
    if box.result:
        found |= RESULT
    if box.operands:
        found["margin"] = "0.02,0"
    if box.kind == "constant" and not box.result:
        found |= {"margin": "0.09,0.04", "height": "0.2"}
    words = [box.name or "", box.op or box.kind, *(f"{k}={v}" for k, v in box.params)]
    found["tooltip"] = plain(" ".join(filter(None, words)))
    return found


def label(box: Box, direction: Direction = "TB") -> str:
    """Return a box's label in Graphviz's HTML-like language."""
    lines = []
    if box.kind == "rest":
        lines.append(small(f"{box.value} earlier nodes"))
    elif box.op is not None:
        given = f"{text(box.name)} = " if box.name else ""
        lines.append(f"{given}<b>{text(box.op)}</b>")
        if box.params:
            lines.append(small(", ".join(f"{key}={value}" for key, value in box.params)))
    elif box.kind == "leaf" or box.name or box.result:
        lines.append(f"<b>{text(box.name or box.kind)}</b>")
    elif box.value is not None:
        lines.append(text(box.value))
    if box.shape is not None:
        lines.append(small(f"{box.shape}  {box.dtype}"))
    if box.operands:
        return f"<{with_ports(lines, box.operands, direction)}>"
    return f"<{'<br/>'.join(lines)}>"


def with_ports(lines: list[str], operands: tuple[str, ...], direction: Direction) -> str:
    """Return a label with a place for each input along the side where values come in."""
    ports = [
        f'<td port="i{i}"><font point-size="9" color="{MUTED}">{text(name)}</font></td>'
        for i, name in enumerate(operands)
    ]
    across = direction in ("TB", "BT")
    inputs = table([ports] if across else [[port] for port in ports], 2)
    words = "<br/>".join(f"&#160;{line}&#160;" for line in lines)  # the ports need the margin
    cells = [f"<td>{inputs}</td>", f'<td cellpadding="3">{words}</td>']
    if direction in ("BT", "RL"):
        cells.reverse()
    return table([[cell] for cell in cells] if across else [cells], 0)


def table(rows: list[list[str]], padding: int) -> str:
    """Return rows of cells as a table without lines."""
    body = "".join(f"<tr>{''.join(cells)}</tr>" for cells in rows)
    look = f'border="0" cellborder="0" cellspacing="0" cellpadding="{padding}"'
    return f"<table {look}>{body}</table>"


def small(words: str) -> str:
    """Return a line in small type."""
    return f'<font point-size="10" color="{MUTED}">{text(words)}</font>'


def text(words: str) -> str:
    """Return words as text of an HTML-like label: escaped, printable and not too long."""
    if not words.strip():
        words = repr(words)
    if len(words) > LONGEST:
        words = f"{words[: LONGEST - 1]}…"
    # Spaces would be merged, and dot's parser stumbles over a text that is but a bracket.
    return escape(printable(words)).replace("  ", "&#160; ").replace("]", "&#93;")


def plain(words: str) -> str:
    """Return words as a quoted attribute that means exactly them."""
    import graphviz

    return graphviz.escape(printable(words).replace("&", "&amp;"))


def printable(words: str) -> str:
    """Return words with everything that is not printed, such as a newline, spelled out."""
    if words.isprintable():
        return words
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in words
    )


@cache
def digraph_class() -> type[graphviz.Digraph]:
    """Return the class of the pictures, made when the first is drawn."""
    import graphviz

    class Drawing(graphviz.Digraph):
        """A ``graphviz.Digraph`` that notebooks show as text where `dot` is not installed."""

        def _repr_mimebundle_(
            self,
            include: Iterable[str] | None = None,
            exclude: Iterable[str] | None = None,
            **options: Any,
        ) -> dict[str, bytes | str]:
            try:
                return super()._repr_mimebundle_(include, exclude, **options)
            except graphviz.ExecutableNotFound:
                return {"text/plain": self.source}

    kind: type[graphviz.Digraph] = Drawing
    return kind


def save(x: Outputs | graphviz.Digraph, path: str | PathLike[str], **options: Any) -> Path:
    """Save a picture as a file and return the file's path.

    The ending of `path` says what to write: ``.svg``, ``.png``, ``.pdf`` and all else the
    `dot` program knows, or ``.dot`` or ``.gv`` for the text of the picture. Where `dot` is not
    installed, the text is saved under the same name ending in ``.dot``, and one line on
    standard error says how to see it.

    Args:
        x: What :func:`draw` takes, or what it returned.
        path: The file to write; its folder is made if it is missing.
        options: What :func:`draw` takes by keyword.

    Raises:
        ValueError: For a path without an ending, or with one that `dot` doesn't know.

    >>> import tempfile, tinygrad_np as tg
    >>> w = tg.tensor([1.0, 2.0], requires_grad=True)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     tg.viz.save(w.sum(), f"{folder}/graph.dot").name
    'graph.dot'
    """
    import graphviz

    given: Any = x
    is_drawn = isinstance(given, graphviz.Digraph)
    if is_drawn and options:
        raise TypeError(f"save: {', '.join(options)}: this picture is drawn already")
    drawn: graphviz.Digraph = given if is_drawn else draw(given, **options)
    path = Path(path)
    kind = path.suffix[1:].lower()
    if kind not in {"dot", "gv"} | graphviz.FORMATS:
        raise ValueError(f"save: {path.name!r} must end in .svg, .png, .pdf, .dot or the like")
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind not in ("dot", "gv"):
        try:
            path.write_bytes(drawn.pipe(format=kind))
            return path
        except graphviz.ExecutableNotFound:
            path = path.with_suffix(".dot")
            sys.stderr.write(NO_DOT.format(path=path) + "\n")
    path.write_text(drawn.source, encoding="utf-8")
    return path
