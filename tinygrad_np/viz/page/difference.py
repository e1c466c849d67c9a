"""The data of a page of two graphs: what differs, and both values of a box."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ...engine.tensor import Array
from ..alignment import Position, Side
from ..compared import Compared, difference, largest
from ..model import Box
from .content import Content, badness


class Difference:
    """Collects what the page shows of two graphs in one picture.

    Attributes:
        compared: The two graphs.
        content: What the page shows of the picture.
    """

    def __init__(self, compared: Compared) -> None:
        self.compared, self.content = compared, Content(compared.picture)

    def collect(self, title: str) -> dict[str, Any]:
        """Return the data of the page."""
        couples = zip(self.compared.picture.boxes, self.compared.order, strict=True)
        boxes = [self._box(box, place) for box, place in couples]
        return self.content.data(title, boxes, rules=[], steps=[], trouble=[], compared=True)

    def _box(self, box: Box, place: Position) -> dict[str, Any]:
        """Return the data of a box that is in either graph, or in both."""
        side, key = self._last(place)
        value, gradient = side.value(key), side.gradient(key)
        return self.content.box(
            box,
            line=self.content.line(side.line(key)),
            value=self.content.arrays.add(value),
            gradient=self.content.arrays.add(gradient),
            bad=badness(value),
            badGradient=badness(gradient),
            **self._change("value", Side.value, place),
            **self._change("gradient", Side.gradient, place),
        )

    def _last(self, place: Position) -> tuple[Side, int]:
        """Return the graph of which a box is shown, the second if in both, and its key."""
        before, after = place
        if after is not None:
            return self.compared.after, after
        assert before is not None  # it is in one of them
        return self.compared.before, before

    def _change(
        self, what: str, array: Callable[[Side, int], Array | None], place: Position
    ) -> dict[str, Any]:
        """Return the first array of a pair and the difference, if they are not the same.

        The size of the difference is returned too: ``"Infinity"`` if it is not finite.
        """
        before, after = place
        if before is None or after is None:
            return {}
        first, second = array(self.compared.before, before), array(self.compared.after, after)
        change = difference(first, second)
        far = largest(change)
        told: dict[str, Any] = {}
        if far is not None:
            told[f"{what}Far"] = far if math.isfinite(far) else "Infinity"
        if first is not None and far != 0.0:
            told[f"{what}Before"] = self.content.arrays.add(first)
            told[f"{what}Change"] = self.content.arrays.add(change)
        return told
