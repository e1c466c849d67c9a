"""What two graphs have in common and in what they differ, in words and as one picture."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ..engine.tensor import Array
from .alignment import Side, aligned, merged_arrows, merged_groups, merged_order
from .lines import SIGNS, visible
from .model import Box, Mark, Picture


@dataclass(frozen=True)
class Pair:
    """Two boxes that belong together.

    Attributes:
        before: The box in the first graph.
        after: The box in the second graph.
        changes: What differs, in words: of shape, dtype, parameters, inputs, values, gradient.
        difference: The largest difference of two values; ``None`` if they are not known, or
            have different shapes.
        gradient_difference: Likewise of the gradients.
    """

    before: Box
    after: Box
    changes: tuple[str, ...] = ()
    difference: float | None = None
    gradient_difference: float | None = None


class Compared:
    """What two graphs have in common and in what they differ.

    Attributes:
        pairs: The boxes that belong together, in the order of the second graph.
        added: Boxes of the second graph alone.
        removed: Boxes of the first graph alone.
        before: The first graph, with what is known of its boxes.
        after: The second graph.
        order: The place of each box of the picture in the first graph and in the second.
    """

    def __init__(self, before: Side, after: Side, rtol: float, atol: float) -> None:
        self.before, self.after = before, after
        self._rtol, self._atol = rtol, atol
        self.order = merged_order(before, after, aligned(before, after))
        self._at = (
            {a: n for n, (a, _) in enumerate(self.order) if a is not None},
            {b: n for n, (_, b) in enumerate(self.order) if b is not None},
        )
        first, second = before.shown.boxes, after.shown.boxes
        self._arrows = merged_arrows(before, after, self._at)
        couples = {b: a for a, b in self.order if a is not None and b is not None}
        self._rewired = {
            arrow.head
            for arrow in self._arrows
            if arrow.mark is not None
            and all(None not in self.order[key] for key in (arrow.tail, arrow.head))
        }
        self.pairs = tuple(self._pair(couples[b], b) for b in sorted(couples))
        self.removed = tuple(first[a] for a, b in self.order if a is not None and b is None)
        self.added = tuple(second[b] for a, b in self.order if a is None and b is not None)

    @property
    def changed(self) -> tuple[Pair, ...]:
        """The pairs that differ."""
        return tuple(pair for pair in self.pairs if pair.changes)

    @property
    def is_same(self) -> bool:
        """Whether the graphs are the same, as far as their values are known."""
        return not (self.added or self.removed or self.changed)

    def _pair(self, a: int, b: int) -> Pair:
        """Compare two boxes that belong together."""
        x, y = self.before.shown.boxes[a], self.after.shown.boxes[b]
        changes = [
            f"{what}: {before} → {after}"
            for what, before, after in (
                ("name", x.name, y.name),
                ("shape", x.shape, y.shape),
                ("dtype", x.dtype, y.dtype),
                ("value", x.value, y.value),
                ("parameters", x.parameters, y.parameters),
                ("ops", x.ops, y.ops),
            )
            if before != after
        ]
        old, new = dict(x.params), dict(y.params)
        changes += [
            f"{key}: {old.get(key, 'default')} → {new.get(key, 'default')}"
            for key in {**old, **new}
            if old.get(key) != new.get(key)
        ]
        if self._at[1][b] in self._rewired:
            changes.append("other inputs")
        found: list[float | None] = []
        for what, array in (("values differ", Side.value), ("gradient differs", Side.gradient)):
            one, other = array(self.before, a), array(self.after, b)
            found.append(largest(difference(one, other)))
            if found[-1] is not None and not close(one, other, self._rtol, self._atol):
                far = "where one is NaN" if np.isnan(found[-1]) else f"by up to {found[-1]:.3g}"
                changes.append(f"{what} {far}")
        return Pair(x, y, tuple(changes), *found)

    @cached_property
    def picture(self) -> Picture:
        """Both graphs in one picture: what differs is marked."""
        groups, places = merged_groups(self.before.shown.groups, self.after.shown.groups)
        said = {pair.after.key: pair.changes for pair in self.pairs}
        boxes = []
        for key, (a, b) in enumerate(self.order):
            mark: Mark | None = None
            if b is None:
                assert a is not None  # it is in one of them
                box, mark = self.before.shown.boxes[a], "removed"
                box = replace(box, group=None if box.group is None else places[box.group])
            else:
                box = self.after.shown.boxes[b]
                mark = "added" if a is None else "changed" if said[b] else None
            notes = () if b is None else said.get(b, ())
            boxes.append(replace(box, key=key, mark=mark, notes=(*box.notes, *notes)))
        members: list[list[int]] = [[] for _ in groups]
        for box in boxes:
            if box.group is not None:
                members[box.group].append(box.key)
        groups = [replace(g, members=tuple(members[g.key])) for g in groups]
        return Picture(tuple(boxes), tuple(self._arrows), tuple(groups))

    def __str__(self) -> str:
        same = len(self.pairs) - len(self.changed)
        counts = [(len(self.added), "added"), (len(self.removed), "removed")]
        counts += [(len(self.changed), "changed"), (same, "the same")]
        lines = [", ".join(f"{n:,} {what}" for n, what in counts)]
        lines += [f"{SIGNS['added']} {described(box)}" for box in self.added]
        lines += [f"{SIGNS['removed']} {described(box)}" for box in self.removed]
        lines += [
            f"{SIGNS['changed']} {described(pair.after)}: {'; '.join(pair.changes)}"
            for pair in self.changed
        ]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<comparison: {str(self).partition(chr(10))[0]}>"


def described(box: Box) -> str:
    """Return a box in a few words."""
    words = [f"{visible(box.name)} =" if box.name and box.op else visible(box.name or "")]
    words.append(visible(box.op or "") if box.op else "" if box.name else box.kind)
    words.append(visible(box.value) if box.value is not None else "")
    words.append("" if box.shape is None else f"{box.shape} {box.dtype}")
    return " ".join(word for word in words if word and word != "''")


def difference(a: Array | None, b: Array | None) -> Array | None:
    """Return the second array minus the first; equal infinities and NaN do not differ.

    ``None`` if one is not known, or if the shapes differ.
    """
    if a is None or b is None or a.shape != b.shape:
        return None
    x, y = (z.astype(complex if z.dtype.kind == "c" else float) for z in (a, b))
    same = (x == y) | (np.isnan(x) & np.isnan(y))
    with np.errstate(invalid="ignore", over="ignore"):
        return np.where(same, 0.0, y - x)


def largest(differences: Array | None) -> float | None:
    """Return the largest of some differences in absolute value."""
    return None if differences is None else float(np.abs(differences).max(initial=0.0))


def close(a: Array | None, b: Array | None, rtol: float, atol: float) -> bool:
    """Return whether two arrays are equal within tolerances."""
    assert a is not None
    assert b is not None
    return bool(np.allclose(a, b, rtol, atol, equal_nan=True))
