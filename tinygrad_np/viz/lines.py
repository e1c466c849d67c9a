"""The text of a box or a frame, line by line, for every form of a picture.

Every character of a name appears in the picture, spelled out if it cannot be printed.
"""

from __future__ import annotations

from typing import NamedTuple

from .model import Box, Group, Picture
from .values import Values

LONGEST = 48
"""How many characters of a name or a parameter a label shows; hovering shows them all."""

SIGNS = {"failed": "✗", "added": "+", "removed": "−", "changed": "~"}
"""The sign before the first line of a marked box, for readers who do not see the colour."""


class Words(NamedTuple):
    """Words of one look in a line: plain, or ``"name"``, ``"small"``, ``"wrong"`` or ``"port"``."""

    text: str
    kind: str = ""


TextLine = list[Words]


def lines_of(box: Box, group: Group | None = None) -> list[TextLine]:
    """Return the words in a box, line by line.

    Args:
        box: The box.
        group: A group that contains nothing else, to be named in the box.
    """
    lines: list[TextLine] = []
    given = [Words(f"{visible(box.name)} = ")] if box.name else []
    times = [Words(multiplicity(box.count))] if box.count > 1 else []
    if box.kind == "rest":
        lines.append([Words(f"{box.value} earlier nodes", "small")])
    elif box.kind == "module":
        place = [Words(f"{visible(box.module)}: ")] if box.module else []
        change = [Words(shape_change(box))] if shape_change(box) else []
        lines.append([*given, *place, Words(visible(box.op or ""), "name"), *change, *times])
        lines.append(
            [Words(f"{counted(box.ops, 'op')}, {counted(box.parameters, 'parameter')}", "small")]
        )
    elif box.op is not None:
        lines.append([*given, Words(visible(box.op), "name"), *times])
        if box.params:
            words = ", ".join(f"{key}={value}" for key, value in box.params)
            lines.append([Words(visible(words), "small")])
    elif box.kind == "leaf" or box.name or box.result:
        lines.append([Words(visible(box.name or box.kind), "name"), *times])
    elif box.value is not None:
        lines.append([Words(visible(box.value))])
    if box.mark is not None and lines:
        lines[0].insert(0, Words(f"{SIGNS[box.mark]} "))
    if group is not None:
        lines.append([Words(visible(group_title(group)), "small")])
    if box.shape is not None:
        lines.append([Words(f"{box.shape}  {box.dtype}", "small")])
    lines += measures(box)
    look = "wrong" if box.mark == "failed" else "small"
    lines += [[Words(visible(note), look)] for note in box.notes]
    return lines


def group_title(group: Group) -> str:
    """Return the title of a group: the module's place, its class, and its number of repetitions."""
    return (": ".join(filter(None, (group.name, group.kind))) + multiplicity(group.count)).strip()


def multiplicity(count: int) -> str:
    """Return how many units something stands for, if more than one."""
    return f" × {count:,}" if count > 1 else ""


def shape_change(box: Box) -> str:
    """Return what a module does to the shape of its input: ``2→3`` if to the last axis only."""
    before, after = box.input_shape, box.shape
    if before is None or after is None or before == after:
        return ""
    if before[:-1] == after[:-1] and before and after:
        return f" {before[-1]}→{after[-1]}"
    return visible(f" {before} → {after}")


def measures(box: Box) -> list[TextLine]:
    """Return lines with the numbers of a box: values, gradient, saved bytes and time."""
    lines = []
    for what, found in (("", box.values), ("gradient ", box.gradient)):
        if found is not None:
            lines.append([Words(f"{what}{in_numbers(found)}", "small")])
            if words := what_is_wrong(found):
                lines.append([Words(f"{what}{words}", "wrong")])
    if box.seconds is not None:
        kept = f"{in_bytes(box.saved)} saved, " if box.saved else ""
        lines.append([Words(f"{kept}{in_seconds(box.seconds)}", "small")])
    return lines


def what_is_wrong(values: Values) -> str:
    """Return how many elements are NaN and how many infinite, in words; empty for none."""
    found = [(values.nans, "NaN"), (values.infs, "inf")]
    return ", ".join(f"{n:,} {kind}" for n, kind in found if n)


def in_numbers(values: Values) -> str:
    """Return an array in a few numbers, in words."""
    if values.minimum is None or values.mean is None or values.maximum is None:
        return "no numbers"
    if values.minimum == values.maximum:
        return f"{values.minimum:.4g}"
    return f"{values.minimum:.3g} … {values.maximum:.3g}, mean {values.mean:.3g}"


def in_bytes(n: int) -> str:
    """Return a number of bytes in words.

    >>> in_bytes(800), in_bytes(1_500_000)
    ('800 B', '1.5 MB')
    """
    size, unit = float(n), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    return f"{size:.3g} {unit}"


def in_seconds(seconds: float) -> str:
    """Return a time in words.

    >>> in_seconds(0.0000021)
    '2.1 µs'
    """
    for unit, scale in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds / 1e-6:.3g} µs"


def counted(n: int, what: str) -> str:
    """Return a number of things in words."""
    return f"{n:,} {what}{'' if n == 1 else 's'}"


def hint(box: Box) -> str:
    """Return the complete description of a box in one line."""
    what = box.op or ("parameter" if box.parameter else box.kind)
    words = [box.mark or "", box.name or "", box.module or "", what]
    words += [f"{k}={v}" for k, v in box.params]
    if box.value is not None:
        words.append(box.value)
    if box.shape is not None:
        words.append(f"{box.shape} {box.dtype}")
    words += [f"at {box.line}" if box.line else "", *box.notes]
    return printable(" ".join(filter(None, words))) + multiplicity(box.count)


def visible(words: str) -> str:
    """Return words as a label shows them: printable, not empty and not too long."""
    words = printable(words) if words.strip() else repr(words)
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"


def printable(words: str) -> str:
    """Return words with everything that is not printed, such as a newline, spelled out."""
    if words.isprintable():
        return words
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in words
    )


def groups_of_one_op(shown: Picture) -> dict[int, Group]:
    """Return the modules that consist of a single op, whose box names them without a frame."""
    outer = {group.parent for group in shown.groups}
    return {
        group.key: group
        for group in shown.groups
        if group.key not in outer
        and group.count == 1
        and len(group.members) == 1
        and shown.boxes[group.members[0]].kind == "op"
    }
