"""Pictures as files, in the form that the ending selects."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from inspect import signature
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from .by_dot import DotError
from .compare import Comparison
from .dot import INSTALL, draw
from .drawable import Drawable
from .endings import endings, known_ending, write
from .json_data import to_json
from .mermaid import mermaid
from .options import FileOptions, takes
from .page import html
from .svg import svg
from .text import text

if TYPE_CHECKING:
    import graphviz

FUNCTIONS: dict[str, Callable[..., Any]] = {
    function.__name__: function for function in (svg, draw, html, text, mermaid, to_json)
}

NO_DOT = (
    "the 'dot' program is not installed, so the picture was saved as text in {path}; to see it, "
    f"{INSTALL}, or paste the text into an online viewer of DOT files"
)


@takes(FileOptions, fill=False, fold=..., max_nodes=...)
def save(
    x: Drawable | Comparison | graphviz.Digraph,
    path: str | PathLike[str],
    **options: Unpack[FileOptions],
) -> Path:
    """Save a picture as a file and return the file's path.

    The ending of `path` selects the form: ``.svg`` is what :func:`svg` draws, ``.html`` the
    page of :func:`html`, ``.txt`` the listing of :func:`text`, ``.mmd`` the flowchart of
    :func:`mermaid`, ``.json`` the data of :func:`to_json`, ``.dot`` or ``.gv`` the text of what
    :func:`draw` draws; ``.png``, ``.pdf`` and all else that the `dot` program writes is made of
    that text by `dot`. Where `dot` is needed and not installed, the text is saved under the same
    name ending in ``.dot``, and one line on standard error says how to see it.

    Args:
        x: What :func:`draw` takes, or what it returned, of which ``.svg`` is made by `dot` too;
            or what :func:`compare` returned, which is written in the forms that it has.
        path: The file to write; its folder is made if it is missing.
        options: What the function of the form takes; all are listed below. By default `fold`
            and `max_nodes` are as the form has them.

    Raises:
        TypeError: For anything but Tensors, and for an option that the form does not take.
        ValueError: For a path with another ending or none, and as :func:`draw` does.
        RuntimeError: If the `dot` program fails, such as for a format that it is built without.

    >>> import tempfile, tinygrad_np as tg
    >>> w = tg.tensor([1.0, 2.0], requires_grad=True)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     tg.viz.save(w.sum(), f"{folder}/graph.dot").name
    'graph.dot'
    """
    import graphviz

    ending, path = known_ending(path), Path(path)
    drawn = drawn_for(ending, x, options)
    try:
        return write(path, content(ending, drawn))
    except graphviz.ExecutableNotFound:
        path = path.with_name(f"{path.name[: -len(ending)]}dot")
        sys.stderr.write(NO_DOT.format(path=path) + "\n")
        return write(path, content("dot", drawn))


def drawn_for(ending: str, x: Any, options: Mapping[str, Any]) -> Any:
    """Return a picture in the form that an ending stands for."""
    import graphviz

    form = endings()[ending]
    if isinstance(x, graphviz.Digraph):
        if options:
            raise TypeError(f"save: {', '.join(options)}: this picture is drawn already")
        if form not in ("draw", "svg"):
            raise TypeError(
                f"save: this picture is drawn already; a .{ending} file is made of the Tensor"
            )
        return x
    if isinstance(x, Comparison):
        if not hasattr(x, form):
            raise TypeError(f"save: a comparison is not written as a .{ending} file")
        function = getattr(x, form)
        check_options(f"a .{ending} file of a comparison", function, options)
        return function(**options)
    function = FUNCTIONS[form]
    check_options(f"a .{ending} file", function, options)
    return function(x, **options)


def check_options(file: str, function: Callable[..., Any], options: Iterable[str]) -> None:
    """Raise for options that the form of a file does not take."""
    taken = signature(function).parameters
    if unknown := [name for name in options if name not in taken]:
        raise TypeError(f"save: {file} does not take {', '.join(unknown)}")


def content(ending: str, drawn: Any) -> bytes:
    """Return what is in a file, of a picture in the form that its ending stands for.

    Raises:
        graphviz.ExecutableNotFound: If the `dot` program is needed and not installed.
        DotError: If it fails.
    """
    import graphviz

    if not isinstance(drawn, graphviz.Digraph):
        return (json.dumps(drawn) if isinstance(drawn, dict) else str(drawn)).encode()
    text: bytes = drawn.source.encode()
    if ending in ("dot", "gv"):
        return text
    settings: dict[str, Any] = {"renderer": drawn.renderer, "formatter": drawn.formatter}
    try:  # all of the text at once: a program that fails early does not read it
        image: bytes = graphviz.pipe(drawn.engine, ending, text, quiet=True, **settings)
    except graphviz.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip()
        raise DotError(f"save: 'dot' made no .{ending} file: {said}") from error
    return image
