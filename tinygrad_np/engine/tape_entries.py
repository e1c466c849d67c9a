"""The entries of a tape: lines, op calls and steps of passes."""

from __future__ import annotations

import linecache
import os
import sys
from typing import Any

import numpy as np

from .graph import Node
from .op import Op, Rule
from .tensor import Array

# Frames of this package and of NumPy are not the user's.
INSIDE = (
    os.path.dirname(os.path.dirname(__file__)) + os.sep,
    os.path.dirname(np.__file__) + os.sep,
)


class Line:
    """A line of a program.

    Attributes:
        file: The file, or what a notebook or a shell calls it.
        number: The line's number, from 1.
        function: The function it is in.
    """

    __slots__ = ("file", "function", "number")

    def __init__(self, file: str, number: int, function: str) -> None:
        self.file, self.number, self.function = file, number, function

    @property
    def text(self) -> str:
        """The text of the line; empty if the source is not available."""
        return linecache.getline(self.file, self.number).strip()

    def __str__(self) -> str:
        where = f"{self.file}:{self.number}"
        return f"{where} in {self.function}" if self.function != "<module>" else where

    def __repr__(self) -> str:
        return f"<line {self}>"


def calling_line() -> Line:
    """Return the innermost line of the stack outside the package and NumPy."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(INSIDE):
        frame = frame.f_back
    return Line(frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name)


class Call:
    """One op call.

    Attributes:
        number: Its place on the tape, from 0.
        op: The op.
        values: Its operands: arrays and Python numbers.
        nodes: The node of each operand; ``None`` if no gradient flows to it.
        sources: The number of the call that made each operand; ``None`` if no call did.
        params: Its parameters.
        out: The result; ``None`` if the call failed.
        node: The node of the result; ``None`` if no gradient flows through it.
        seconds: Its duration.
        line: The user's line that called it. If a rule of the package called it, in a recorded
            pass, the line that called the op of that rule.
        within: The node whose rule called it; ``None`` if no rule did.
        saved: The size in bytes of the arrays that the graph keeps for its rules.
        scope: The modules it was called in, the outermost first.
        error: The exception it raised.
    """

    __slots__ = (
        "error",
        "line",
        "node",
        "nodes",
        "number",
        "op",
        "out",
        "params",
        "saved",
        "scope",
        "seconds",
        "sources",
        "values",
        "within",
    )

    def __init__(
        self, number: int, op: Op, params: dict[str, Any], line: Line, within: Node | None
    ) -> None:
        self.number, self.op, self.params, self.line = number, op, params, line
        self.within = within
        self.values: tuple[Any, ...] = ()
        self.nodes: tuple[Node | None, ...] = ()
        self.sources: tuple[int | None, ...] = ()
        self.out: Array | None = None
        self.node: Node | None = None
        self.seconds = 0.0
        self.saved = 0
        self.scope: tuple[str, ...] = ()
        self.error: Exception | None = None

    def __repr__(self) -> str:
        shapes = ", ".join(str(np.shape(value)) for value in self.values)
        return f"<call {self.number}: {self.op.name}({shapes})>"


class Step:
    """One rule of a backward pass: what flows from a node to one of its parents.

    In a forward pass it flows the other way: `cotangent` is the tangent of the parent and
    `contribution` its part of the tangent of the node. In a pass for all rows of a Jacobian, which
    form a batch, both have the axis of the batch first.

    Attributes:
        node: The node.
        parent: The parent.
        rule: The rule.
        cotangent: The complete cotangent of the node.
        contribution: The result of the rule, in the parent's shape; ``None`` for no gradient.
        seconds: Its duration.
        pass_number: The number of its pass on the tape, from 0.
        arguments: The values that the rule needed.
    """

    __slots__ = (
        "arguments",
        "contribution",
        "cotangent",
        "node",
        "parent",
        "pass_number",
        "rule",
        "seconds",
    )

    def __init__(
        self,
        node: Node,
        parent: Node,
        rule: Rule,
        cotangent: Array,
        contribution: Array | None,
        seconds: float,
        pass_number: int,
        arguments: tuple[Any, ...],
    ) -> None:
        self.node, self.parent, self.rule = node, parent, rule
        self.cotangent, self.contribution = cotangent, contribution
        self.seconds, self.pass_number = seconds, pass_number
        self.arguments = arguments

    def __repr__(self) -> str:
        name = self.node.op.name if self.node.op else "leaf"
        return f"<step of {name}: {self.rule.input} {self.parent.shape}>"


class Pass:
    """A running pass over a graph, as a tape follows it.

    Attributes:
        line: The line that started it.
        forward: Whether it is a forward pass.
        on_tensors: Whether its rules run on Tensors and record themselves.
        transposes: Whether it transposes a rule, as a part of a forward pass.
        node: The node whose rules run now.
    """

    __slots__ = ("forward", "line", "node", "on_tensors", "transposes")

    def __init__(self, line: Line, forward: bool, on_tensors: bool, transposes: bool) -> None:
        self.line, self.forward, self.on_tensors = line, forward, on_tensors
        self.transposes = transposes
        self.node: Node | None = None
