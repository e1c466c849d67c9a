"""The form of a file by the ending of its name: one table for everything that writes pictures."""

from __future__ import annotations

from collections.abc import Iterable
from os import PathLike
from pathlib import Path

FORMS = {
    "svg": "svg",
    "png": "draw",
    "pdf": "draw",
    "dot": "draw",
    "gv": "draw",
    "html": "html",
    "txt": "text",
    "mmd": "mermaid",
    "json": "to_json",
}
"""The function of :mod:`tinygrad_np.viz` that makes what is in a file, by the file's ending."""

WINDOWS = {"gtk", "x11", "xlib"}
"""Formats that `dot` shows in a window instead of writing a file."""


def endings() -> dict[str, str]:
    """Return the table of forms, followed by the other formats that `dot` writes."""
    import graphviz

    return FORMS | dict.fromkeys(sorted(graphviz.FORMATS - FORMS.keys() - WINDOWS), "draw")


def ending_of(path: Path, known: Iterable[str]) -> str | None:
    """Return the one of several endings that a file's name has."""
    name = path.name.lower()
    return next((end for end in known if name.endswith(f".{end}") and name != f".{end}"), None)


def known_ending(path: str | PathLike[str]) -> str:
    """Return the ending of a file's name; raise if it is not in the table."""
    known, path = endings(), Path(path)
    if (ending := ending_of(path, known)) is None:
        listed = ", ".join([f".{ending}" for ending in known])
        raise ValueError(f"save: {path.name!r} must end in {listed}")
    return ending


def write_text(caller: str, path: str | PathLike[str], ending: str, text: str) -> Path:
    """Write a picture in one form and return the path; raise if its ending is another form's."""
    path = Path(path)
    if ending_of(path, [ending]) is None:
        other = ending_of(path, endings())
        way = "" if other is None else f"; viz.save writes .{other} files"
        raise ValueError(f"{caller}: {path.name!r} must end in .{ending}{way}")
    return write(path, text.encode())


def write(path: Path, data: bytes) -> Path:
    """Write a file, create its folder if missing, and return the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path
