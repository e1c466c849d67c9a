"""The tables of docs/gradient-checks.md, delimited by comments."""

from __future__ import annotations

from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "gradient-checks.md"


def section(name: str) -> str:
    """Return the text of a section of the page."""
    return split(name)[1]


def write_section(name: str, text: str) -> None:
    """Write a text into a section of the page."""
    before, _, after = split(name)
    PAGE.write_text(f"{before}{text}{after}", encoding="utf-8")


def split(name: str) -> tuple[str, str, str]:
    """Return the text before a section, in it, and after it."""
    before, mark, rest = PAGE.read_text(encoding="utf-8").partition(f"<!-- {name} -->\n\n")
    text, end, after = rest.partition(f"\n\n<!-- end of {name} -->")
    if not mark or not end:
        raise LookupError(f"{PAGE.name} has no section marked {name}")
    return before + mark, text, end + after
