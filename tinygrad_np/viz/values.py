"""The values of the boxes of a picture, in a few numbers and a small image.

Values come from a tape; without one, from the Tensors that still exist: leaves and results.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np

from ..engine.access import array_of
from ..engine.graph import Leaf, Node, Shape
from ..engine.tape import Call, Tape
from ..engine.tensor import Array, Tensor

Heatmap = tuple[tuple[float, ...], ...]
"""A thumbnail: a small matrix."""

THUMBNAIL = 16
"""The most rows and columns of a thumbnail."""


@dataclass(frozen=True, slots=True)
class Values:
    """An array in a few numbers. Complex numbers count by their absolute value.

    Attributes:
        shape: Its shape.
        minimum: The smallest element that is a number; ``None`` if there is none.
        mean: The mean of the elements that are numbers; ``None`` if there is none.
        maximum: The largest element that is a number; ``None`` if there is none.
        nans: How many elements are not a number.
        infs: How many elements are infinite.
        thumbnail: The array as a matrix of at most 16 rows and columns, whose elements are
            means; NaN where an element is. Axes before the last one are joined.
    """

    shape: Shape
    minimum: float | None
    mean: float | None
    maximum: float | None
    nans: int
    infs: int
    thumbnail: Heatmap


def summarize(array: Array) -> Values:
    """Return an array in a few numbers.

    >>> summarize(np.array([1.0, 2.0, np.nan])).mean
    1.5
    """
    x = np.abs(array) if array.dtype.kind == "c" else array
    x = x.astype(float)
    numbers = x[~np.isnan(x)]
    low = mean = high = None
    if numbers.size:
        with np.errstate(all="ignore"):  # the mean of infinities of both signs is NaN
            low, mean, high = map(float, (numbers.min(), numbers.mean(), numbers.max()))
    infs = int(np.isinf(numbers).sum())
    return Values(array.shape, low, mean, high, x.size - numbers.size, infs, thumbnail(x))


def thumbnail(x: Array) -> Heatmap:
    """Return an array as a small matrix of means."""
    if not x.size:
        return ()
    matrix = x.reshape(-1, x.shape[-1]) if x.ndim else x.reshape(1, 1)
    with np.errstate(all="ignore"):
        for axis in (0, 1):
            n = matrix.shape[axis]
            if n > THUMBNAIL:
                ends = np.arange(THUMBNAIL + 1) * n // THUMBNAIL
                sums = np.add.reduceat(matrix, ends[:-1], axis)
                matrix = sums / np.diff(ends).reshape((-1, 1) if axis == 0 else (1, -1))
    return tuple(map(tuple, matrix.tolist()))


class Known:
    """The known values and gradients of the nodes of a graph."""

    def __init__(
        self, nodes: Collection[Node], outputs: Iterable[Tensor], tape: Tape | None
    ) -> None:
        """Gather them.

        Args:
            nodes: The nodes.
            outputs: Tensors that still exist, besides the leaves.
            tape: What recorded the graph, or ``None``.
        """
        self.tape = tape
        self.values: dict[Node, Array] = {}
        self.gradients: dict[Node, Array] = {}
        for t in outputs:
            if t.node is not None:
                self.values[t.node] = array_of(t)
        for node in nodes:
            call = self.call(node)
            tensor = node.tensor() if isinstance(node, Leaf) else None
            if tensor is not None:
                self.values[node] = array_of(tensor)
                if tensor.grad is not None:
                    self.gradients[node] = array_of(tensor.grad)
            elif call is not None and call.out is not None:
                self.values[node] = call.out
        if tape is not None:
            self._read(tape, set(nodes))

    def _read(self, tape: Tape, drawn: set[Node]) -> None:
        """Take the leaves' values from the run, and gradients from the last pass that reached them.

        A leaf may have been changed since: by an optimizer, or for another run on the same tape.
        """
        for call in tape.calls:
            for node, value in zip(call.nodes, call.values, strict=True):
                if isinstance(node, Leaf) and call.node in drawn:
                    self.values[node] = value
        number: dict[Node, int] = {}
        for step in tape.steps:
            self.gradients[step.node] = step.cotangent
            if step.parent.op is None and step.contribution is not None:
                if number.get(step.parent) == step.pass_number:
                    self.gradients[step.parent] = self.gradients[step.parent] + step.contribution
                else:
                    self.gradients[step.parent] = step.contribution
                number[step.parent] = step.pass_number

    def call(self, node: Node) -> Call | None:
        """Return the call that made a node, if it is on the tape."""
        return None if self.tape is None else self.tape.call_of(node)

    def value(self, node: Node) -> Values | None:
        """Return the values of a node, if they are known."""
        return summarize(self.values[node]) if node in self.values else None

    def gradient(self, node: Node) -> Values | None:
        """Return the gradient of a node, if it is known."""
        return summarize(self.gradients[node]) if node in self.gradients else None

    def operand(self, node: Node, i: int) -> Values | None:
        """Return the values of an operand that is not tracked, if they are known."""
        value = self.operand_array(node, i)
        return None if value is None else summarize(value)

    def operand_array(self, node: Node, i: int) -> Array | None:
        """Return an operand that is not tracked, if it is known."""
        call = self.call(node)
        value = None if call is None else call.values[i]
        return value if isinstance(value, np.ndarray) else None
