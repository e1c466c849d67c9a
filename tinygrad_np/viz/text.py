"""A graph as lines of text, for a terminal.

Imports picture and labels.
"""

from __future__ import annotations

from typing import Any

from .labels import visible
from .picture import Box, Outputs, picture


def text(x: Outputs, *, params: Any = None, max_nodes: int | None = 200) -> str:
    """Return the graph that one or several results came from as a listing.

    Each node has one line and a number, which stands for it wherever it is used; what is used
    comes before its use. Numbers written in the program stand where they are used.

    Args:
        x: A Tensor, a list or tuple of Tensors, or a dict of Tensors by name.
        params: Names for leaves that have none of their own: a dict of Tensors by name, pairs
            of name and Tensor, or a module with ``named_parameters()``.
        max_nodes: List so many of the newest ops and leaves, and say how many more there are;
            `None` for all.

    Raises:
        TypeError: For anything but Tensors.
        ValueError: For a number of nodes less than 1.

    >>> import tinygrad_np as tg
    >>> w = tg.tensor([1.0, 2.0], requires_grad=True, name="w")
    >>> print(tg.viz.text({"loss": (w * w * 0.5).sum()}))
    #1  w = leaf           (2,)  float64
    #2  multiply(#1, #1)   (2,)  float64
    #3  multiply(#2, 0.5)  (2,)  float64
    #4  loss = sum(#3)     ()    float64  result
    """
    shown = picture(x, params=params, max_nodes=max_nodes)
    inputs: list[list[int]] = [[] for _ in shown.boxes]
    for arrow in shown.arrows:
        inputs[arrow.head].append(arrow.tail)
    called: list[str] = []
    rows: list[list[str]] = []
    for box in shown.boxes:
        if box.value is not None and box.kind == "constant":
            called.append(visible(box.value))
            continue
        called.append(f"#{len(rows) + 1}")
        shape = "" if box.shape is None else str(box.shape)
        rows.append(
            [
                called[-1],
                expression(box, [called[key] for key in inputs[box.key]]),
                shape,
                box.dtype or "",
                "result" if box.result else "",
            ]
        )
    widths = [max([len(cell) for cell in column]) for column in zip(*rows, strict=True)]
    widths[1] = min(widths[1], 60)
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def expression(box: Box, operands: list[str]) -> str:
    """Return a node as it would be written."""
    if box.kind == "rest":
        return f"... {box.value} earlier nodes are left out"
    given = f"{visible(box.name)} = " if box.name else ""
    if box.op is None:
        return given + box.kind
    settings = [f"{key}={visible(value)}" for key, value in box.params]
    return f"{given}{visible(box.op)}({', '.join([*operands, *settings])})"
