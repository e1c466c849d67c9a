"""A graph as lines of text, for a terminal."""

from __future__ import annotations

from typing import Unpack

from .drawable import Drawable
from .lines import (
    SIGNS,
    counted,
    group_title,
    groups_of_one_op,
    measures,
    multiplicity,
    shape_change,
    visible,
)
from .model import Box, Group, Picture
from .options import Options, takes
from .outline import Printed, outline
from .picture import chosen_picture

WIDEST = 60
"""The greatest width of the column of expressions."""


@takes(Options, max_nodes=200)
def text(x: Drawable, **options: Unpack[Options]) -> str:
    """Return the graph of one or several results as a listing.

    Each node has one line and a number, which stands for it wherever it is used; what is used
    comes before its use. What a module computed is indented below its name; a module of a single
    op is named at the end of the line. Numbers written in the program stand where they are
    used.

    Args:
        x: A Tensor, a list or tuple of Tensors, or a dict of Tensors by name; a tape or a block
            of ``debug()``.
        options: Which part of the graph to list, and how finely; listed below. `max_nodes` is
            `None` for all of a larger graph.

    Raises:
        TypeError: For anything but Tensors, and for an option that does not exist.
        ValueError: As :func:`draw` does.

    >>> import tinygrad_np as tg
    >>> w = tg.tensor([1.0, 2.0], requires_grad=True, name="w")
    >>> tg.viz.text({"loss": (w * w * 0.5).sum()})
    #1  w = leaf           (2,)  float64
    #2  multiply(#1, #1)   (2,)  float64
    #3  multiply(#2, 0.5)  (2,)  float64
    #4  loss = sum(#3)     ()    float64  result
    """
    return Printed(listing(chosen_picture(x, options)))


def listing(shown: Picture) -> str:
    """Return a picture as lines of text."""
    inputs: list[list[int]] = [[] for _ in shown.boxes]
    for arrow in shown.arrows:
        inputs[arrow.head].append(arrow.tail)
    lonely = groups_of_one_op(shown)
    called: dict[int, str] = {}
    rows: list[list[str]] = []
    nodes = 0
    hidden = 0  # headings of modules that are one op
    for entry in outline(shown):
        item = entry.item
        if isinstance(item, Group):
            if item.key in lonely:
                hidden += -1 if entry.is_end else 1
            elif not entry.is_end:
                heading = visible(group_title(item) or "block")
                rows.append(["", "  " * entry.depth + heading, "", "", ""])
            continue
        if item.value is not None and item.kind == "constant":
            called[item.key] = visible(item.value)
            continue
        nodes += 1
        called[item.key] = f"#{nodes}"
        alone = lonely.get(-1 if item.group is None else item.group)
        indent = "  " * (entry.depth - hidden)
        operands = [called[key] for key in inputs[item.key]]
        rows.append(
            [
                called[item.key],
                indent + expression(item, operands),
                "" if item.shape is None else str(item.shape),
                item.dtype or "",
                remarks(item, alone),
            ]
        )
        said = [*(line[0].text for line in measures(item)), *map(visible, item.notes)]
        rows += [["", f"{indent}    {words}", "", "", ""] for words in said]
    widths = [max([len(cell) for cell in column]) for column in zip(*rows, strict=True)]
    widths[1] = min(widths[1], WIDEST)
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def expression(box: Box, operands: list[str]) -> str:
    """Return a node as it would be written."""
    if box.kind == "rest":
        return f"... {box.value} earlier nodes are left out"
    given = f"{visible(box.name)} = " if box.name else ""
    if box.mark is not None:
        given = f"{SIGNS[box.mark]} {given}"
    if box.op is None:
        return given + ("parameter" if box.parameter else box.kind) + multiplicity(box.count)
    settings = [f"{key}={visible(value)}" for key, value in box.params]
    return f"{given}{visible(box.op)}({', '.join([*operands, *settings])}){multiplicity(box.count)}"


def remarks(box: Box, alone: Group | None) -> str:
    """Return the remarks at the end of a box's line."""
    words = ["result"] if box.result else []
    if box.mark is not None:
        words.append(box.mark)
    if box.module:
        words.append(visible(box.module))
    if box.kind == "module":
        words += [
            shape_change(box).strip(),
            counted(box.ops, "op"),
            counted(box.parameters, "parameter"),
        ]
    if alone is not None:
        words.append(visible(group_title(alone)))
    return ", ".join(filter(None, words))
