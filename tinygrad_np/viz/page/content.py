"""What every page contains: the boxes of a picture, and the arrays and lines they refer to."""

from __future__ import annotations

import os
from typing import Any

from ...engine.tape import Line
from ...explain.values import bad_in
from ..lines import SIGNS, group_title as words_of, hint, visible
from ..model import Box, Picture
from .arrays import Arrays
from .scene import Scene, label_data

BAD = {"": 0, "Inf": 1, "NaN": 2}
ABSENT: tuple[Any, ...] = ("", [], -1)
"""The values, besides None and False, that a box omits: -1 stands for no array and no line."""


class Content:
    """Collects what a page shows of a picture.

    Attributes:
        shown: The picture.
        scene: Where everything stands.
        arrays: The arrays that are shown.
    """

    def __init__(self, shown: Picture) -> None:
        self.shown, self.scene, self.arrays = shown, Scene(shown), Arrays()
        self._lines: dict[tuple[str, int, str], int] = {}

    def line(self, line: Line | None) -> int:
        """Return the number of a line of the program, -1 for none."""
        if line is None:
            return -1
        return self._lines.setdefault((line.file, line.number, line.text), len(self._lines))

    def box(self, box: Box, **measured: Any) -> dict[str, Any]:
        """Return the data of a box, without what does not apply.

        Args:
            box: The box.
            measured: The numbers of its line and its arrays, which the box does not have.
        """
        alone = self.scene.alone[box.key]
        found = {
            "kind": box.kind,
            "hint": hint(box),
            "op": box.op,
            "name": box.name,
            "params": [list(pair) for pair in box.params],
            "shape": None if box.shape is None else str(box.shape),
            "dtype": box.dtype,
            "literal": box.value,
            "result": box.result,
            "parameter": box.parameter,
            "operands": list(box.operands),
            "count": box.count if box.count > 1 else None,
            "seconds": box.seconds,
            "saved": box.saved,
            "mark": box.mark,
            "notes": list(box.notes),
            "module": "" if alone is None else visible(words_of(alone)),
            **measured,
        }
        told = {
            key: x
            for key, x in found.items()
            if x is not None and x is not False and x not in ABSENT
        }
        container = self.scene.home[box.key]
        return told | {"label": label_data(self.scene.labels[box.key]), "container": container}

    def data(
        self, title: str, boxes: list[dict[str, Any]], closed: set[int] | None = None, **more: Any
    ) -> dict[str, Any]:
        """Return the data of the page.

        Args:
            title: The title of the page.
            boxes: The data of each box.
            closed: The groups that are closed at first, if that is known.
            more: Further data of the page.
        """
        return {
            "title": title,
            "signs": SIGNS,
            "boxes": boxes,
            **self.scene.data(closed),
            **more,
            "arrays": self.arrays.data(),
            "lines": [[shortened(file), number, text] for file, number, text in self._lines],
        }


def badness(value: Any) -> int:
    """Return whether an array has NaN, or else Inf, as a number: 2, 1, or 0 for neither."""
    return BAD[bad_in(value)]


def shortened(file: str) -> str:
    """Return the path of a file from the current folder, if it is in it."""
    folder = os.getcwd() + os.sep
    return file.removeprefix(folder)
