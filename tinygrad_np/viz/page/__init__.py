"""The page: a graph as one HTML file that can be walked, searched and stepped through.

Python lays out and collects (scene, data); the scripts in ``static`` draw and respond. They, the
style and the data are put into one file, which requests nothing else.
"""

from __future__ import annotations

import json
from html import escape
from importlib.resources import files
from os import PathLike
from pathlib import Path
from typing import Any, Unpack

from ...engine.tape import Tape
from ...engine.tensor import Tensor, result
from ..alignment import Side
from ..collector import paused_collector
from ..compared import Compared
from ..drawable import Drawable, named_outputs, named_tensors
from ..endings import write_text
from ..groups import Part, chosen
from ..lines import visible
from ..options import Options, PageOptions, completed, takes
from ..picture import Builder
from ..recorded import Debugging
from .data import Data
from .difference import Difference

SCRIPTS = ("scene", "draw", "colours", "marks", "panel", "difference", "table", "stepper", "page")
"""The scripts, in the order in which they stand in the page."""

FOLD_FROM, MOST = 2_000, 10_000
"""The number of boxes from which a page is folded, and the most it shows, by default."""


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
        """Write the page to a file ending in .html; create its folder if missing."""
        return write_text("html", path, "html", self.text)


@takes(PageOptions, fill=False, fold=...)
@paused_collector()
def html(
    x: Drawable | Compared,
    path: str | PathLike[str] | None = None,
    **options: Unpack[PageOptions],
) -> Page:
    """Return a page that shows the graph of one or several results in any browser.

    It is one self-contained file without network requests. Modules open and close; a large graph
    opens with its modules closed; a click on a box shows all that is known about it. With a tape
    that has a backward pass, the pass can be followed step by step, and the page shows where NaN
    and Inf were first made, forward and backward, and what they tainted.

    By default, a graph of more than 2,000 boxes is folded, and if it then still has more than
    10,000, the newest 10,000 are shown and one box for the rest. `fold` and `max_nodes` change
    this.

    Args:
        x: A Tensor, a list or tuple of Tensors, or a dict of Tensors by name; a tape, or a block
            of ``debug()``, in which the page opens at what failed; or what :func:`compare`
            returned, which takes a `title` and no other option.
        path: A file to write the page to, ending in ``.html``.
        options: Which part of the graph to show; listed below. Modules that `depth` and
            `collapse` name are closed when the page opens, and all others open. The page has
            all values that are known, whatever `values` says; with a tape such as ``with
            tg.record() as tape`` also gradients, seconds, saved bytes, lines and the steps of
            the pass.

    Raises:
        TypeError: For anything but Tensors, and for an option that does not exist.
        ValueError: As :func:`draw` does.

    >>> import tinygrad_np as tg
    >>> w = tg.tensor([1.0, 2.0], requires_grad=True, name="w")
    >>> with tg.record() as tape:
    ...     loss = (w * w).sum()
    ...     loss.backward()
    >>> tg.viz.html({"loss": loss}, tape=tape)
    <Page of 3 boxes>
    """
    title = options.pop("title", None)
    if isinstance(x, Compared):
        if options:
            raise TypeError(f"html: a comparison takes no {sorted(options)[0]!r}: tell compare")
        boxes = len(x.picture.boxes)
        data = Difference(x).collect(visible(title or "Difference"))
    else:
        side, closed = chosen_side(x, options)
        boxes = len(side.shown.boxes)
        data = Data(side).collect(visible(title or page_title(x)), results_of(x, side), closed)
    page = Page(assembled(data), boxes)
    if path is not None:
        page.save(path)
    return page


def chosen_side(x: Drawable, options: Options) -> tuple[Side, set[int] | None]:
    """Return what to show, and which groups are closed at first, if the options say so."""
    fold, max_nodes = options.get("fold"), options.get("max_nodes")
    depth, collapse = options.get("depth"), options.get("collapse", ())
    if (params := options.get("params")) is not None:
        params = named_tensors(params)  # they are read twice

    def built(fold: bool) -> Builder:  # all modules are laid out open, and all values looked up
        shown = completed(options, depth=None, collapse=(), values=False, fold=fold, params=params)
        return Builder.of(x, shown)

    builder = built(fold or False)
    if fold is None and len(builder.graph.shown) > FOLD_FROM:
        builder = built(True)
    side = Side(builder, MOST if max_nodes is None else max_nodes)
    if depth is None and not collapse:
        return side, None
    modules = [part for part in builder.group_keys if isinstance(part, Part)]
    closed = chosen([Part("", "", -1, None), *modules], depth, collapse)
    return side, {builder.group_keys[part] for part in closed}


def page_title(x: Drawable) -> str:
    """Return the names of the results, if they have any."""
    if isinstance(x, (Tape, Debugging)):
        return "Graph"
    names = [name or t.name for name, t in named_outputs(x)]
    return ", ".join([str(name) for name in names if name]) or "Graph"


def results_of(x: Drawable, side: Side) -> list[Tensor]:
    """Return the results; of a tape, those it ends in and what failed, as far as known."""
    if not isinstance(x, (Tape, Debugging)):
        return [t for _, t in named_outputs(x)]
    builder, values = side.builder, side.builder.known.values
    failed = None if builder.failure is None else builder.failure.failed
    ends = [*builder.results, *([] if failed is None else [failed])]
    return [result(values[node], node) for node in ends if node in values]


def assembled(data: dict[str, Any]) -> str:
    """Return the page for some data."""
    folder = files(__package__) / "static"

    def read(name: str) -> str:
        return (folder / name).read_text(encoding="utf-8")

    # The data come last, so that nothing in them is mistaken for a placeholder.
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
    """Return data as ASCII JSON that cannot end an HTML element."""
    text = json.dumps(data, allow_nan=False, separators=(",", ":"))
    for character in "<>&":  # they only stand in strings
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
