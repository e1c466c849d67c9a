"""The page: a graph as one HTML file that can be walked, searched and stepped through.

Python lays out and gathers (scene, data); the scripts in ``static`` draw and answer. They, the
style and the data are put into one file, which asks for nothing else. Imports picture.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from importlib.resources import files
from os import PathLike
from pathlib import Path
from typing import Any

from ...engine.tape import Tape
from ...engine.tensor import Tensor
from ..lines import visible
from ..picture import Builder, Outputs
from .data import Data

SCRIPTS = ("scene", "draw", "panel", "table", "stepper", "page")
"""The scripts, in the order in which they stand in the page."""


class Page:
    """A page as HTML text; notebooks show it in a frame of its own.

    >>> import tinygrad_np as tg
    >>> page = tg.viz.html(tg.tensor([1.0, 2.0], requires_grad=True, name="w").sum())
    >>> page
    <Page of 2 boxes>
    >>> str(page).startswith("<!doctype html>")
    True
    """

    def __init__(self, text: str, boxes: int) -> None:
        self.text, self.boxes = text, boxes

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<Page of {self.boxes:,} boxes>"

    def _repr_html_(self) -> str:
        return (
            f'<iframe srcdoc="{escape(self.text)}" title="{escape(repr(self))}" '
            'style="width:100%;height:640px;border:1px solid #8884" '
            'sandbox="allow-scripts"></iframe>'
        )

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the page to a file, whose folder is made if it is missing."""
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.text, encoding="utf-8")
        return path


def html(
    x: Outputs,
    path: str | PathLike[str] | None = None,
    *,
    params: Any = None,
    max_nodes: int | None = None,
    fold: bool = False,
    constants: bool = True,
    focus: Tensor | None = None,
    tape: Tape | None = None,
    title: str | None = None,
) -> Page:
    """Return a page on the graph that one or several results came from, for any browser.

    One file with all that it needs: it asks the network for nothing. Modules open and close,
    a large graph opens with its modules closed; a click on a box tells all that is known of it.
    With a tape that has a backward sweep, the sweep can be gone through step by step, and the
    page says where NaN and Inf were first made, forward and backward, and what they tainted.

    Args:
        x: A Tensor, a list or tuple of Tensors, or a dict of Tensors by name.
        path: A file to write the page to, ending in ``.html``.
        params: Names for leaves, as :func:`draw` takes them.
        max_nodes: Show so many of the newest boxes, and one box for the rest.
        fold: Whether to show equal blocks that are chained one after another once.
        constants: Whether to show what no gradient flows to.
        focus: Show only what this Tensor came from.
        tape: What recorded the run, such as ``with tg.record() as tape``: adds values,
            gradients, seconds, saved bytes, source lines and the steps of the sweep.
        title: What stands over the page; by default the names of the results.

    Raises:
        TypeError: For anything but Tensors.
        ValueError: For a number of nodes less than 1, and a `focus` that is not in the graph.

    >>> import tinygrad_np as tg
    >>> w = tg.tensor([1.0, 2.0], requires_grad=True, name="w")
    >>> with tg.record() as tape:
    ...     loss = (w * w).sum()
    ...     loss.backward()
    >>> tg.viz.html({"loss": loss}, tape=tape)
    <Page of 3 boxes>
    """
    builder = Builder.of(x, params, fold=fold, constants=constants, focus=focus, tape=tape)
    shown = builder.build(max_nodes)
    if title is None:
        title = ", ".join([str(name) for name in x]) if isinstance(x, Mapping) else ""
        title = title or (x.name if isinstance(x, Tensor) else "") or "Graph"
    page = Page(assembled(Data(builder, shown, tape).collect(x, visible(title))), len(shown.boxes))
    if path is not None:
        page.save(path)
    return page


def assembled(data: dict[str, Any]) -> str:
    """Return the page for some data."""
    folder = files(__package__) / "static"

    def read(name: str) -> str:
        return (folder / name).read_text(encoding="utf-8")

    # The data come last: nothing in them is taken for a place to fill.
    head, style, script, tail = (
        read("page.html")
        .replace("{{style}}", "{{|}}")
        .replace("{{script}}", "{{|}}")
        .replace("{{data}}", "{{|}}")
        .split("{{|}}")
    )
    scripts = "\n".join([read(f"{name}.js") for name in SCRIPTS])
    title = escape(data["title"].encode("utf-8", "replace").decode())
    pieces = [head.replace("{{title}}", title), read("page.css"), style, embedded(data), script]
    return "".join([*pieces, scripts, tail])


def embedded(data: Any) -> str:
    """Return data as JSON that ends no element of HTML, in ASCII."""
    text = json.dumps(data, allow_nan=False, separators=(",", ":"))
    for character in "<>&":  # they only stand in strings
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
