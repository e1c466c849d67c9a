"""Labels and styles of boxes and groups in DOT, valid whatever their names contain."""

from __future__ import annotations

import math
from html import escape

from .lines import Words, hint, lines_of, multiplicity, printable, visible
from .model import Box, Group
from .options import Direction
from .values import Heatmap

INK, MUTED = "#1f2937", "#4b5563"
SIDES = {"TB": "n", "BT": "s", "LR": "w", "RL": "e"}
"""The side of an op's box where values enter."""

STYLES: dict[str, dict[str, str]] = {
    "op": {"style": "rounded,filled", "fillcolor": "#ffffff", "color": "#8b95a3"},
    "leaf": {"style": "filled", "fillcolor": "#e6effb", "color": "#3a6ea5"},
    "constant": {"style": "filled", "fillcolor": "#f1f2f4", "color": "#f1f2f4"},
    "module": {"style": "rounded,filled", "fillcolor": "#fdf3dc", "color": "#a16d13"},
    "rest": {"style": "rounded,dashed", "color": "#8b95a3"},
}
PARAMETER = {"fillcolor": "#efeafb", "color": "#6b4fa8"}
RESULT = {"fillcolor": "#e2f3e6", "color": "#2b7a43", "penwidth": "2"}
MARKS = {
    "failed": {"color": "#b42318", "fillcolor": "#fdeceb", "penwidth": "2.5"},
    "added": {"color": "#2b7a43", "fillcolor": "#e2f3e6", "penwidth": "2"},
    "removed": {"color": "#b42318", "fillcolor": "#fdeceb", "penwidth": "1.5"},
    "changed": {"color": "#a16d13", "fillcolor": "#fdf3dc", "penwidth": "2"},
}
"""The style of what failed, and of what differs between two graphs."""
LINES = {
    "added": {"color": "#2b7a43", "penwidth": "2"},
    "removed": {"color": "#b42318", "style": "dashed"},
}
"""The style of lines that differ between two graphs."""
WRONG = "#b42318"
CELL = 'width="5" height="5" fixedsize="true"'

FRAME = {
    "style": "rounded,filled",
    "fillcolor": "#fafbfc",
    "color": "#b6bec9",
    "fontcolor": MUTED,
    "fontsize": "11",
    "labeljust": "l",
    "margin": "10",
}
"""The style of a group."""


def attributes(box: Box) -> dict[str, str]:
    """Return the style of a box, without its label."""
    found = dict(STYLES[box.kind])
    if box.parameter:
        found |= PARAMETER
    if box.result:
        found |= RESULT
    if box.operands:
        found["margin"] = "0.02,0"
    if box.kind == "constant" and not box.result:
        found |= {"margin": "0.09,0.04", "height": "0.2"}
    if box.mark is not None:
        found |= MARKS[box.mark]
        if box.mark == "removed":
            found["style"] += ",dashed"
    found["tooltip"] = plain(hint(box))
    return found


def frame(group: Group) -> dict[str, str]:
    """Return the style of a group, with its label."""
    title = f"<b>{text(visible(group.kind))}</b>" if group.kind else ""
    if group.name:
        title = f"{text(visible(group.name))}: {title}"
    whole = plain(f"{group.name or ''} {group.kind}{multiplicity(group.count)}".strip())
    return {**FRAME, "label": f"<{title}{multiplicity(group.count)}>", "tooltip": whole}


def label(
    box: Box, direction: Direction = "TB", thumbnails: bool = False, group: Group | None = None
) -> str:
    """Return a box's label in Graphviz's HTML-like language.

    Args:
        box: The box.
        direction: Where values flow.
        thumbnails: Whether to show an image of the values.
        group: A group that contains nothing else, to be named in the box.
    """
    lines = ["".join(map(html, line)) for line in lines_of(box, group)]
    image = box.values.thumbnail if thumbnails and box.values else ()
    if len(lines) > 2 or box.operands or image:  # spaces in the larger type keep lines apart
        lines = [f"&#160;{line}&#160;" for line in lines]
    words = "<br/>".join(lines)
    if not box.operands and not image:
        return f"<{words}>"
    cells = [f'<td cellpadding="3">{words}</td>']
    if image:
        cells.append(f"<td>{heatmap(image)}</td>")
    if not box.operands:
        return f"<{table([[cell] for cell in cells], 2)}>"
    return f"<{with_ports(cells, box.operands, direction)}>"


def html(words: Words) -> str:
    """Return words of a line in their font."""
    content = text(words.text)
    if words.kind == "name":
        return f"<b>{content}</b>"
    if words.kind == "small":
        return f'<font point-size="10" color="{MUTED}">{content}</font>'
    if words.kind == "wrong":
        return f'<font point-size="10" color="{WRONG}"><b>{content}</b></font>'
    return content


def heatmap(rows: Heatmap) -> str:
    """Return a thumbnail as a table of colored cells."""
    cells = [[f'<td bgcolor="{shade}" {CELL}></td>' for shade in row] for row in colors(rows)]
    size = f'width="{5 * len(rows[0]) + 2}" height="{5 * len(rows) + 2}" fixedsize="true"'
    return table(cells, 0, f'border="1" color="{FRAME["color"]}" {size}')


def colors(rows: Heatmap) -> list[list[str]]:
    """Return the colors of a thumbnail: blue below 0, orange above, red for NaN."""
    largest = max((abs(x) for row in rows for x in row if math.isfinite(x)), default=0.0) or 1.0
    return [[color(x / largest) for x in row] for row in rows]


def color(x: float) -> str:
    """Return the color of a number from -1 to 1."""
    if math.isnan(x):
        return WRONG
    x = max(-1.0, min(1.0, x))
    end = (38, 93, 158) if x < 0 else (201, 96, 22)
    mixed = (round(255 + (c - 255) * abs(x)) for c in end)
    return "#" + "".join(f"{c:02x}" for c in mixed)


def with_ports(cells: list[str], operands: tuple[str, ...], direction: Direction) -> str:
    """Return a label with a place for each input along the side where values enter."""
    ports = [
        f'<td port="i{i}"><font point-size="9" color="{MUTED}">{text(visible(name))}</font></td>'
        for i, name in enumerate(operands)
    ]
    across = direction in ("TB", "BT")
    inputs = table([ports] if across else [[port] for port in ports], 2)
    inner = cells[0] if len(cells) == 1 else f"<td>{table([[cell] for cell in cells], 2)}</td>"
    parts = [f"<td>{inputs}</td>", inner]
    if direction in ("BT", "RL"):
        parts.reverse()
    return table([[part] for part in parts] if across else [parts], 0)


def table(rows: list[list[str]], padding: int, look: str = 'border="0"') -> str:
    """Return rows of cells as a table without lines between them."""
    body = "".join(f"<tr>{''.join(cells)}</tr>" for cells in rows)
    return f'<table {look} cellborder="0" cellspacing="0" cellpadding="{padding}">{body}</table>'


def text(words: str) -> str:
    """Return words as text of an HTML-like label, escaped."""
    # Spaces would be merged, and dot's parser fails on a text that is only a bracket.
    return escape(words).replace("  ", "&#160; ").replace("]", "&#93;")


def plain(words: str) -> str:
    """Return words as a quoted attribute that means exactly them."""
    import graphviz

    return graphviz.escape(printable(words).replace("&", "&amp;"))
