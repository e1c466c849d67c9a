"""A model in a table: each module's output, parameters, saved bytes and multiply-adds.

The model is called once, under a tape, and the results of its modules are observed. A module is
anything with `named_modules` and `parameters`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from typing import Any

import numpy as np

from ..engine.access import array_of
from ..engine.graph import Shape
from ..engine.modes import enable_grad
from ..engine.tape import Call, Tape, record
from ..engine.tensor import Array, Tensor
from ..engine.trees import tree_leaves


def of_einsum(call: Call) -> int:
    """Return the multiply-adds of a sum of products: one for each choice of all indices."""
    terms = call.params["subscripts"].partition("->")[0].split(",")
    sizes: dict[str, int] = {}
    for term, value in zip(terms, call.values, strict=True):
        for label, n in zip(term, np.shape(value), strict=True):
            sizes[label] = max(n, sizes.get(label, 0))
    return math.prod(sizes.values()) * (len(terms) - 1)


def of_rows(call: Call) -> int:
    """Return the multiply-adds of a matrix product: for each element, the length of a row."""
    assert call.out is not None  # the model ran through
    return call.out.size * int(np.shape(call.values[0])[-1])


MULTIPLY_ADDS: dict[str, Callable[[Call], int]] = {
    "matmul": of_rows,
    "linear": of_rows,
    "convolve_full": lambda call: math.prod(int(np.size(value)) for value in call.values),
    "sum_of_products": of_einsum,
}
"""How to count the multiply-adds of a call, by its op."""


@dataclass(slots=True)
class Row:
    """One module in a summary.

    Attributes:
        name: Its place in the model; empty for the model.
        kind: The name of its class.
        depth: How many modules it is in.
        shapes: The shapes of the results of its last call; empty if it was not called.
        calls: How often it was called.
        trainable: The number of elements of its parameters that require a gradient.
        parameters: The number of elements of its parameters.
        saved: The bytes kept for the backward pass while it ran.
        multiply_adds: The number of products that were added up while it ran.
    """

    name: str
    kind: str
    depth: int
    trainable: int
    parameters: int
    shapes: tuple[Shape, ...] = ()
    calls: int = 0
    saved: int = 0
    multiply_adds: int = 0


HEADER = ("module", "output", "trainable", "parameters", "saved bytes", "multiply-adds")
NOTES = """\
A module's figures include those of the modules in it. Saved bytes are of arrays kept for
backward, each counted once, parameters not. Multiply-adds are those of matrix products, linear
layers, convolutions and einsum; elementwise functions and reductions are not counted."""


@dataclass(slots=True)
class Summary:
    """A table of the modules of a model: text when printed, a table in notebooks.

    Attributes:
        rows: A row for each module, the model first.
    """

    rows: list[Row] = field(default_factory=list)

    def cells(self) -> list[tuple[str, ...]]:
        """Return the table without its header, in words."""
        return [
            (
                f"{row.name.rpartition('.')[2]}: {row.kind}" if row.name else row.kind,
                ", ".join(map(str, row.shapes)) + (f" x {row.calls}" if row.calls > 1 else "")
                if row.calls
                else "not called",
                f"{row.trainable:,}",
                f"{row.parameters:,}",
                f"{row.saved:,}",
                f"{row.multiply_adds:,}",
            )
            for row in self.rows
        ]

    @property
    def totals(self) -> tuple[str, ...]:
        """The last line: the totals of the model."""
        return ("total", "", *self.cells()[0][2:])

    def __str__(self) -> str:
        indents = ["", *("  " * row.depth for row in self.rows), ""]
        lines = [
            (indent + cells[0], *cells[1:])
            for indent, cells in zip(indents, [HEADER, *self.cells(), self.totals], strict=True)
        ]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        text = [
            "  ".join(
                cell.ljust(width) if i < 2 else cell.rjust(width)
                for i, (cell, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in lines
        ]
        rule = "-" * (sum(widths) + 2 * len(widths) - 2)
        return "\n".join([text[0], rule, *text[1:-1], rule, text[-1], "", NOTES])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """Return the table for a notebook."""
        indents = ["", *(f"padding-left:{1.5 * row.depth + 0.5}em" for row in self.rows), ""]
        rows = []
        for indent, cells in zip(indents, [HEADER, *self.cells(), self.totals], strict=True):
            tag = "td" if indent else "th"
            row = "".join(
                f'<{tag} style="text-align:{"left" if i < 2 else "right"};'
                f'{indent if i == 0 else ""}">{escape(cell)}</{tag}>'
                for i, cell in enumerate(cells)
            )
            rows.append(f"<tr>{row}</tr>")
        head, *body, foot = rows
        return (
            f"<table><thead>{head}</thead><tbody>{''.join(body)}</tbody>"
            f"<tfoot>{foot}</tfoot></table><p>{escape(NOTES)}</p>"
        )


def summary(model: Any, *inputs: Any) -> Summary:
    """Return a table of a model's modules, with what they do when called on `inputs`.

    The model is called once as it is, training or not: random numbers are drawn, and gradients
    are recorded also under ``no_grad``.

    A matrix product of shapes (m, k) and (k, n) has m k n multiply-adds; an einsum has, for
    every choice of its indices, one fewer than operands. These and the saved bytes are read
    off the calls that were made, so that they hold for any module that is made of ops.

    Args:
        model: A module: see :class:`tinygrad_np.nn.Module`.
        inputs: What to call it on.

    Returns:
        An object that prints itself as a table, whose figures are in `.rows`.

    Raises:
        TypeError: For anything but a module.

    >>> import numpy as np
    >>> import tinygrad_np as tg
    >>> model = tg.nn.Sequential(tg.nn.Linear(2, 3), tg.nn.Tanh(), tg.nn.Linear(3, 1))
    >>> table = tg.summary(model, np.ones((5, 2)))
    >>> print(table)  # doctest: +ELLIPSIS
    module       output  trainable  parameters  saved bytes  multiply-adds
    ----------------------------------------------------------------------
    Sequential   (5, 1)         13          13          200             45
      0: Linear  (5, 3)          9           9           80             30
      1: Tanh    (5, 3)          0           0          120              0
      2: Linear  (5, 1)          4           4          120             15
    ----------------------------------------------------------------------
    total                       13          13          200             45
    ...
    """
    if not (callable(model) and hasattr(model, "named_modules") and hasattr(model, "parameters")):
        raise TypeError(
            f"summary: a module is needed, such as nn.Sequential(...), not "
            f"{type(model).__name__}; nn.Function(f) makes a module of a function"
        )
    rows: dict[int, Row] = {}
    for name, module in model.named_modules():
        sizes = [(p.size, p.requires_grad) for p in module.parameters()]
        trainable = sum(size for size, is_free in sizes if is_free)
        depth = name.count(".") + 1 if name else 0
        total = sum(size for size, _ in sizes)
        rows[id(module)] = Row(name, type(module).__name__, depth, trainable, total)
    owned = {id(owner(array_of(p))) for p in model.parameters()}
    with enable_grad(), record() as tape, watched(model, tape) as watches:
        model(*inputs)
    for module_id, row in rows.items():
        watch = watches[module_id]
        calls = [call for start, stop in outermost(watch.spans) for call in tape.calls[start:stop]]
        row.shapes, row.calls = watch.shapes, len(watch.spans)
        row.saved = kept_bytes(calls, owned)
        row.multiply_adds = sum(
            MULTIPLY_ADDS[call.op.name](call) for call in calls if call.op.name in MULTIPLY_ADDS
        )
    return Summary(list(rows.values()))


@dataclass(slots=True)
class Watch:
    """The activity of a module: its calls on the tape, and its last result."""

    spans: list[tuple[int, int]] = field(default_factory=list)
    shapes: tuple[Shape, ...] = ()


@contextmanager
def watched(model: Any, tape: Tape) -> Iterator[dict[int, Watch]]:
    """Observe every module of a model in the block; yield the activities by the module's id."""
    watches: dict[int, Watch] = {}
    modules = [module for _, module in model.named_modules()]
    shadowed = [vars(module).get("forward") for module in modules]

    def watch(module: Any) -> None:
        forward, noted = module.forward, watches.setdefault(id(module), Watch())

        def noting(*args: Any, **kwargs: Any) -> Any:
            start = len(tape.calls)
            out = forward(*args, **kwargs)
            noted.spans.append((start, len(tape.calls)))
            noted.shapes = tuple(np.shape(y) for y in tree_leaves(out) if isinstance(y, Tensor))
            return out

        vars(module)["forward"] = noting  # bypasses registration: it is not part of the module

    try:
        for module in modules:
            watch(module)
        yield watches
    finally:
        for module, before in zip(modules, shadowed, strict=True):
            if before is None:
                vars(module).pop("forward", None)
            else:
                vars(module)["forward"] = before


def outermost(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return spans without those inside others, which a module that calls itself has."""
    found: list[tuple[int, int]] = []
    for start, stop in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not found or start >= found[-1][1]:
            found.append((start, stop))
    return found


def kept_bytes(calls: Iterable[Call], owned: set[int]) -> int:
    """Return the bytes of the arrays that the graph keeps for the rules of some calls.

    Args:
        calls: The calls.
        owned: The ids of arrays that exist anyway.
    """
    kept: dict[int, int] = {}
    stack: list[Any] = []
    for call in calls:
        if call.node is not None:
            stack += [arguments for _, _, arguments in call.node.edges or ()]
    while stack:
        x = stack.pop()
        if isinstance(x, tuple):
            stack += x
        elif isinstance(x, np.ndarray) and id(owner(x)) not in owned:
            kept[id(owner(x))] = owner(x).nbytes
    return sum(kept.values())


def owner(array: Array) -> Array:
    """Return the array that owns the memory of an array."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array
