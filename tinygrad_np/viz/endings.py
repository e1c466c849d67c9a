"""What is in a file, by the ending of its name: one table for all that writes a picture."""

from __future__ import annotations

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
"""What the `dot` program opens, and writes no file of."""


def endings() -> dict[str, str]:
    """Return the table of forms, with all else that the `dot` program writes at its end."""
    import graphviz

    return FORMS | dict.fromkeys(sorted(graphviz.FORMATS - FORMS.keys() - WINDOWS), "draw")


def ending_of(path: str | PathLike[str]) -> str:
    """Return the ending of a file's name, or nothing if it is not in the table."""
    name = Path(path).name.lower()
    found = [ending for ending in endings() if name.endswith(f".{ending}")]
    return found[0] if found and name != f".{found[0]}" else ""


def known_ending(path: str | PathLike[str]) -> str:
    """Return the ending of a file's name; raise if it is not in the table."""
    if not (ending := ending_of(path)):
        known = ", ".join([f".{ending}" for ending in endings()])
        raise ValueError(f"save: {Path(path).name!r} must end in {known}")
    return ending


def write_text(caller: str, path: str | PathLike[str], ending: str, text: str) -> Path:
    """Write what one form made, and return the file's path; raise if its name says otherwise."""
    if (found := ending_of(path)) != ending:
        way = f"; viz.save writes .{found} files" if found else ""
        raise ValueError(f"{caller}: {Path(path).name!r} must end in .{ending}{way}")
    return write(Path(path), text.encode())


def write(path: Path, data: bytes) -> Path:
    """Write a file, whose folder is made if it is missing, and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path
