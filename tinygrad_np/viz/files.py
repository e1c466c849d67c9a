"""Pictures as files: the ending says which form. Imports dot and svg."""

from __future__ import annotations

import sys
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .dot import draw
from .drawable import Drawable
from .svg import svg

if TYPE_CHECKING:
    import graphviz

NO_DOT = (
    "the 'dot' program is not installed, so the picture was saved as text in {path}; to see it, "
    "install Graphviz (apt install graphviz, or brew install graphviz), or paste the text into "
    "an online viewer of DOT files"
)


def save(x: Drawable | graphviz.Digraph, path: str | PathLike[str], **options: Any) -> Path:
    """Save a picture as a file and return the file's path.

    The ending of `path` says what to write: ``.svg`` is what :func:`svg` draws; ``.png``,
    ``.pdf`` and all else the `dot` program knows is what it draws, and so is the ``.svg`` of what
    :func:`draw` returned; ``.dot`` or ``.gv`` is the text of the picture. Where `dot` is needed
    and not installed, the text is saved under the same name ending in ``.dot``, and one line
    on standard error says how to see it.

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
    path = Path(path)
    kind = path.suffix[1:].lower()
    if kind not in {"dot", "gv"} | graphviz.FORMATS:
        raise ValueError(
            f"save: {path.name!r} must end in .svg, .png, .pdf, .dot or the like; viz.html writes "
            f"pages"
        )
    if kind == "svg" and not is_drawn:
        return svg(given, **options).save(path)
    drawn: graphviz.Digraph = given if is_drawn else draw(given, **options)
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
