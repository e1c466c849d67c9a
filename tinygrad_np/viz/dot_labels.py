"""Labels and looks of boxes and groups in DOT, always valid whatever their names hold.

Every character of a name reaches the picture, or is spelled out where it can not be printed.
Imports model and values.
"""

from __future__ import annotations

import math
from html import escape
from typing import Literal

from .model import Box, Group
from .values import Values

Direction = Literal["TB", "LR", "BT", "RL"]

INK, MUTED = "#1f2937", "#4b5563"
LONGEST = 48
"""How many characters of a name or a parameter a label shows; hovering shows them all."""

SIDES = {"TB": "n", "BT": "s", "LR": "w", "RL": "e"}
"""The side of an op's box where values come in."""

STYLES: dict[str, dict[str, str]] = {
    "op": {"style": "rounded,filled", "fillcolor": "#ffffff", "color": "#8b95a3"},
    "leaf": {"style": "filled", "fillcolor": "#e6effb", "color": "#3a6ea5"},
    "constant": {"style": "filled", "fillcolor": "#f1f2f4", "color": "#f1f2f4"},
    "module": {"style": "rounded,filled", "fillcolor": "#fdf3dc", "color": "#a16d13"},
    "rest": {"style": "rounded,dashed", "color": "#8b95a3"},
}
PARAMETER = {"fillcolor": "#efeafb", "color": "#6b4fa8"}
RESULT = {"fillcolor": "#e2f3e6", "color": "#2b7a43", "penwidth": "2"}
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
"""How a group looks."""


def attributes(box: Box) -> dict[str, str]:
    """Return how a box looks, but for its label."""
    found = dict(STYLES[box.kind])
    if box.parameter:
        found |= PARAMETER
    if box.result:
        found |= RESULT
    if box.operands:
        found["margin"] = "0.02,0"
    if box.kind == "constant" and not box.result:
        found |= {"margin": "0.09,0.04", "height": "0.2"}
    what = [box.op or ("parameter" if box.parameter else box.kind)]
    words = [box.name or "", box.module or "", *what, *(f"{k}={v}" for k, v in box.params)]
    words.append(f"at {box.line}" if box.line else "")
    found["tooltip"] = plain(" ".join(filter(None, words)))
    return found


def frame(group: Group) -> dict[str, str]:
    """Return how a group looks, with its label."""
    title = f"<b>{text(group.kind)}</b>" if group.kind else ""
    if group.name:
        title = f"{text(group.name)}: {title}"
    hint = plain(f"{group.name or ''} {group.kind}{times(group.count)}".strip())
    return {**FRAME, "label": f"<{title}{times(group.count)}>", "tooltip": hint}


def times(count: int) -> str:
    """Return how many something stands for, if it is not one."""
    return f" × {count:,}" if count > 1 else ""


def label(
    box: Box, direction: Direction = "TB", thumbnails: bool = False, group: Group | None = None
) -> str:
    """Return a box's label in Graphviz's HTML-like language.

    Args:
        box: The box.
        direction: Where values flow.
        thumbnails: Whether to show an image of the values.
        group: A group that holds nothing else, to be named in the box.
    """
    lines = []
    given = f"{text(box.name)} = " if box.name else ""
    if box.kind == "rest":
        lines.append(small(f"{box.value} earlier nodes"))
    elif box.kind == "module":
        place = f"{text(box.module)}: " if box.module else ""
        lines.append(f"{given}{place}<b>{text(box.op or '')}</b>{sizes(box)}{times(box.count)}")
        lines.append(small(f"{number(box.ops, 'op')}, {number(box.parameters, 'parameter')}"))
    elif box.op is not None:
        lines.append(f"{given}<b>{text(box.op)}</b>{times(box.count)}")
        if box.params:
            lines.append(small(", ".join(f"{key}={value}" for key, value in box.params)))
    elif box.kind == "leaf" or box.name or box.result:
        lines.append(f"<b>{text(box.name or box.kind)}</b>{times(box.count)}")
    elif box.value is not None:
        lines.append(text(box.value))
    if group is not None:
        lines.append(small(f"{group.name}: {group.kind}" if group.name else group.kind))
    if box.shape is not None:
        lines.append(small(f"{box.shape}  {box.dtype}"))
    lines += measured(box)
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


def sizes(box: Box) -> str:
    """Return what a module does to the shape of its input: ``2→3`` if to the last axis only."""
    before, after = box.input_shape, box.shape
    if before is None or after is None or before == after:
        return ""
    if before[:-1] == after[:-1] and before and after:
        return f" {before[-1]}→{after[-1]}"
    return f" {text(f'{before} → {after}')}"


def measured(box: Box) -> list[str]:
    """Return lines with the numbers of a box: values, gradient, saved bytes and time."""
    lines = []
    for what, found in (("", box.values), ("gradient ", box.gradient)):
        if found is not None:
            lines.append(small(f"{what}{in_numbers(found)}"))
            wrong = [(found.nans, "NaN"), (found.infs, "inf")]
            if words := ", ".join(f"{n:,} {kind}" for n, kind in wrong if n):
                lines.append(f'<font point-size="10" color="{WRONG}"><b>{what}{words}</b></font>')
    if box.seconds is not None:
        kept = f"{in_bytes(box.saved)} saved, " if box.saved else ""
        lines.append(small(f"{kept}{in_seconds(box.seconds)}"))
    return lines


def in_numbers(values: Values) -> str:
    """Return an array in a few numbers, in words."""
    if values.minimum is None or values.mean is None or values.maximum is None:
        return "no numbers"
    if values.minimum == values.maximum:
        return f"{values.minimum:.4g}"
    return f"{values.minimum:.3g} … {values.maximum:.3g}, mean {values.mean:.3g}"


def in_bytes(n: int) -> str:
    """Return a number of bytes in words.

    >>> in_bytes(800), in_bytes(1_500_000)
    ('800 B', '1.5 MB')
    """
    size, unit = float(n), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    return f"{size:.3g} {unit}"


def in_seconds(seconds: float) -> str:
    """Return a time in words.

    >>> in_seconds(0.0000021)
    '2.1 µs'
    """
    for unit, scale in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds / 1e-6:.3g} µs"


def number(n: int, what: str) -> str:
    """Return a number of things in words."""
    return f"{n:,} {what}{'' if n == 1 else 's'}"


def heatmap(rows: tuple[tuple[float, ...], ...]) -> str:
    """Return a thumbnail as a table of colored cells: blue below 0, orange above, red for NaN."""
    largest = max((abs(x) for row in rows for x in row if math.isfinite(x)), default=0.0) or 1.0
    cells = [[f'<td bgcolor="{color(x / largest)}" {CELL}></td>' for x in row] for row in rows]
    size = f'width="{5 * len(rows[0]) + 2}" height="{5 * len(rows) + 2}" fixedsize="true"'
    return table(cells, 0, f'border="1" color="{FRAME["color"]}" {size}')


def color(x: float) -> str:
    """Return the color of a number from -1 to 1."""
    if math.isnan(x):
        return WRONG
    x = max(-1.0, min(1.0, x))
    end = (38, 93, 158) if x < 0 else (201, 96, 22)
    mixed = (round(255 + (c - 255) * abs(x)) for c in end)
    return "#" + "".join(f"{c:02x}" for c in mixed)


def with_ports(cells: list[str], operands: tuple[str, ...], direction: Direction) -> str:
    """Return a label with a place for each input along the side where values come in."""
    ports = [
        f'<td port="i{i}"><font point-size="9" color="{MUTED}">{text(name)}</font></td>'
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
