"""The words in the boxes of a picture, and how much room they take.

Lines are measured with the widths of Helvetica's characters, which Arial shares. Where another
font may be used, the width of a line is given, so that it never leaves its box.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from html import escape

from .lines import TextLine, Words, lines_of, visible
from .model import Box, Group
from .options import Direction

# fmt: off
WIDTHS = (
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
    1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
    333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
    556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
)
BOLD_WIDTHS = (
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278,
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611,
    975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556,
    333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611,
    611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584,
)
# fmt: on
"""The widths of the characters from space to tilde in thousandths of the font size."""

SIZES = {"": 12.0, "name": 12.0, "small": 10.0, "wrong": 10.0, "title": 11.0, "port": 9.0}
"""The font size of each kind of words."""
LINES = {"": 15.0, "name": 15.0, "small": 13.0, "wrong": 13.0, "port": 13.0}
"""The height of a line of each kind."""
WIDE, OTHER = 1000, 640
"""The widths assumed for East Asian characters, and for all others beyond ASCII."""
TRUSTED = 16
"""How many characters fit in any font; for a longer line the width is given."""

PADDING = {"constant": (8.0, 2.0)}
USUAL_PADDING = (12.0, 6.0)
CELL, BESIDE_IMAGE = 5.0, 4.0
"""The size of an element of a thumbnail, and the room above it."""
BOLD = ("name", "wrong", "title")
NARROWEST, LOWEST = 24.0, 20.0


@dataclass(slots=True)
class Label:
    """A box with words in it, measured.

    Attributes:
        width: The width of the box.
        height: The height of the box.
        lines: Its lines: their words, and where the middle of each is, from the middle of the box.
        ports: How far from the middle of its side each operand's arrow ends.
        image: The upper left corner of the thumbnail, from the middle of the box.
    """

    width: float
    height: float
    lines: list[tuple[TextLine, float, float]] = field(default_factory=list)
    ports: list[float] = field(default_factory=list)
    image: tuple[float, float] = (0.0, 0.0)


def measured(
    box: Box, direction: Direction = "TB", group: Group | None = None, thumbnails: bool = False
) -> Label:
    """Return the label of a box, with places for its operands where values enter.

    Args:
        box: The box.
        direction: Where values flow.
        group: A group that contains nothing else, to be named in the box.
        thumbnails: Whether there is an image of the values below the lines.
    """
    lines = lines_of(box, group)
    across, down = PADDING.get(box.kind, USUAL_PADDING)
    image = box.values.thumbnail if thumbnails and box.values else ()
    image_height = CELL * len(image) + BESIDE_IMAGE if image else 0.0
    image_width = CELL * len(image[0]) if image else 0.0
    written = sum([LINES[line[-1].kind] for line in lines])
    height = written + image_height
    width = max([image_width, *[width_of(line) for line in lines]])
    names = [[Words(visible(name), "port")] for name in box.operands]
    broad = max([width_of(name) for name in names], default=0.0) + 8.0
    left = top = 0.0
    if names and direction in ("TB", "BT"):
        width = max(width, broad * len(names) - across)
        top = LINES["port"]
    elif names:
        height = max(height, LINES["port"] * len(names))
        left = broad - 4.0
    whole = Label(max(NARROWEST, width + left + 2 * across), max(LOWEST, height + top + 2 * down))
    # The middle of what is left of the box beside the names.
    x = left / 2 if direction == "LR" else -left / 2
    y = (top / 2 if direction == "TB" else -top / 2) - (written + image_height) / 2
    whole.image = (x - image_width / 2, y + written + BESIDE_IMAGE)
    for line in lines:
        y += LINES[line[-1].kind]
        whole.lines.append((line, x, y - LINES[line[-1].kind] / 2))
    side = whole.width - 8.0 if top else whole.height - 4.0
    for i, name in enumerate(names):
        at = side * ((i + 0.5) / len(names) - 0.5)
        whole.ports.append(at)
        edge = (whole.height - LINES["port"]) / 2 - 2.0 if top else (whole.width - broad) / 2
        edge = -edge if direction in ("TB", "LR") else edge
        whole.lines.append((name, at, edge) if top else (name, edge, at))
    return whole


def width_of(line: TextLine) -> float:
    """Return how wide a line is."""
    total = 0.0
    for words, kind in line:
        table = BOLD_WIDTHS if kind in BOLD else WIDTHS
        units = sum([table[ord(c) - 32] if " " <= c <= "~" else width_of_other(c) for c in words])
        total += units * SIZES[kind] / 1000
    return total


def width_of_other(character: str) -> int:
    """Return a width for a character beyond ASCII, in thousandths of the font size."""
    if unicodedata.combining(character):
        return 0
    return WIDE if unicodedata.east_asian_width(character) in "WF" else OTHER


def svg_line(line: TextLine, x: str, y: str) -> str:
    """Return a line as an element of SVG."""
    content = "".join([words for words, _ in line])
    length = ""
    if len(content) > TRUSTED or not content.isascii():
        length = f' textLength="{width_of(line):.0f}" lengthAdjust="spacingAndGlyphs"'
    if len(line) == 1:
        look = f' class="{line[0].kind}"' if line[0].kind else ""
        return f'<text{look} x="{x}" y="{y}"{length}>{escaped(content)}</text>'
    spans = "".join(
        [f'<tspan class="{k}">{escaped(w)}</tspan>' if k else escaped(w) for w, k in line]
    )
    return f'<text x="{x}" y="{y}"{length}>{spans}</text>'


def escaped(words: str) -> str:
    """Return words as text of an XML document, with every space kept."""
    return escape(words).replace("  ", "\xa0 ")
