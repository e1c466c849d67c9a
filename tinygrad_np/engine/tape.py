"""The tape: every op call and every rule of a sweep, with its values, while somebody records.

Without a tape there is the graph alone, which holds what gradients need. The callers and the
sweep look at one list, `RECORDING`, which is empty then: that is all recording costs when it is
off. Imports graph, mapped, op, tensor and trees.
"""

from __future__ import annotations

import linecache
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from .graph import Node
from .mapped import Mapped
from .op import FUNCTIONS, Op, Rule
from .tensor import LENT, Array, Tensor, as_array
from .trees import leaves_of

RECORDING: list[Tape] = []
"""The tapes that run, in any thread."""

_tape: ContextVar[Tape | None] = ContextVar("tinygrad_np_tape", default=None)
_scope: ContextVar[tuple[str, ...]] = ContextVar("tinygrad_np_scope", default=())

# Whose lines are nobody's own: the frames of this package and of NumPy.
INSIDE = (
    os.path.dirname(os.path.dirname(__file__)) + os.sep,
    os.path.dirname(np.__file__) + os.sep,
)


class Line:
    """A line of a program.

    Attributes:
        file: The file, or what stands for one in a notebook or a shell.
        number: The line's number, from 1.
        function: The function it is in.
    """

    __slots__ = ("file", "function", "number")

    def __init__(self, file: str, number: int, function: str) -> None:
        self.file, self.number, self.function = file, number, function

    @property
    def text(self) -> str:
        """What stands there; empty where the source is not to be had."""
        return linecache.getline(self.file, self.number).strip()

    def __str__(self) -> str:
        where = f"{self.file}:{self.number}"
        return f"{where} in {self.function}" if self.function != "<module>" else where

    def __repr__(self) -> str:
        return f"<line {self}>"


def calling_line() -> Line:
    """Return the innermost line of the program that is not the package's or NumPy's own."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(INSIDE):
        frame = frame.f_back
    return Line(frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name)


class Call:
    """One op call.

    Attributes:
        number: Its place on the tape, from 0.
        op: The op.
        values: Its operands: arrays, and Python numbers as they are.
        nodes: The node of each operand; ``None`` for one that no gradient flows to.
        sources: For each operand the number of the call that made it, ``None`` if none did.
        params: The parameters that were given.
        out: The result; ``None`` if it failed.
        node: The node of the result; ``None`` if no gradient flows through.
        seconds: How long it took.
        line: The user's line it was called from.
        saved: The bytes of the arrays that the graph keeps for its rules.
        scope: The modules it was called in, the outermost first.
        error: What it raised.
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
    )

    def __init__(self, number: int, op: Op, params: dict[str, Any], line: Line) -> None:
        self.number, self.op, self.params, self.line = number, op, params, line
        self.values: tuple[Any, ...] = ()
        self.nodes: tuple[Node | None, ...] = ()
        self.sources: tuple[int | None, ...] = ()
        self.out: Array | None = None
        self.node: Node | None = None
        self.seconds = 0.0
        self.saved = 0
        self.scope: tuple[str, ...] = _scope.get()
        self.error: Exception | None = None

    def __repr__(self) -> str:
        shapes = ", ".join(str(np.shape(value)) for value in self.values)
        return f"<call {self.number}: {self.op.name}({shapes})>"


class Step:
    """One rule of a backward sweep: what flows from a node to one of its parents.

    Attributes:
        node: The node.
        parent: The parent.
        rule: The rule.
        cotangent: What arrived at the node, complete.
        contribution: What the rule made of it, in the parent's shape; ``None`` for no gradient.
        seconds: How long it took.
        sweep: Which sweep on the tape it belongs to, from 0.
        arguments: What the rule asked for.
    """

    __slots__ = (
        "arguments",
        "contribution",
        "cotangent",
        "node",
        "parent",
        "rule",
        "seconds",
        "sweep",
    )

    def __init__(
        self,
        node: Node,
        parent: Node,
        rule: Rule,
        cotangent: Array,
        contribution: Array | None,
        seconds: float,
        sweep: int,
        arguments: tuple[Any, ...],
    ) -> None:
        self.node, self.parent, self.rule = node, parent, rule
        self.cotangent, self.contribution = cotangent, contribution
        self.seconds, self.sweep = seconds, sweep
        self.arguments = arguments

    def __repr__(self) -> str:
        name = self.node.op.name if self.node.op else "leaf"
        return f"<step of {name}: {self.rule.input} {self.parent.shape}>"


class Tape:
    """What happened in a :func:`record` block.

    Attributes:
        calls: The op calls, in order.
        steps: The rules that backward sweeps applied, in order.
        sweeps: How many backward sweeps there were.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.steps: list[Step] = []
        self.sweeps = 0
        self._made: dict[int, int] = {}  # by the id of its result, which the tape keeps alive
        self._by_node: dict[Node, Call] = {}
        self._last = 0.0

    def __repr__(self) -> str:
        return f"<tape of {len(self.calls)} calls and {len(self.steps)} backward steps>"

    def call_of(self, node: Node) -> Call | None:
        """Return the call that made a node; ``None`` for a leaf and for what came before."""
        return self._by_node.get(node)

    def source(self, x: Tensor) -> Call | None:
        """Return the call that made a Tensor's values, also of a detached one."""
        number = self._made.get(id(x._data))
        return None if number is None else self.calls[number]

    def call(
        self, op: Op, function: Callable[..., Tensor], args: tuple[Any, ...], params: dict[str, Any]
    ) -> Tensor:
        """Call an op's public function and note it."""
        for x in args:
            if isinstance(x, Mapped):  # the op is called on the whole batch, which is noted
                return x.apply(op, args, params)  # type: ignore[no-any-return]
        args = tuple([stacked(x) for x in args])
        noted = Call(len(self.calls), op, params, calling_line())
        noted.nodes = tuple([x.node if isinstance(x, Tensor) else None for x in args])
        noted.values = tuple([self._value(x, op) for x in args])
        noted.sources = tuple([self._made.get(id(value)) for value in noted.values])
        self.calls.append(noted)
        token = _tape.set(None)
        start = time.perf_counter()
        try:
            out = function(*args, **params)
        except Exception as error:
            noted.error = error
            raise
        finally:
            noted.seconds = time.perf_counter() - start
            _tape.reset(token)
        noted.out, noted.node = out._data, out.node
        self._made[id(out._data)] = noted.number
        if out.node is not None:
            self._by_node[out.node] = noted
            noted.saved = saved_bytes(out.node)
        return out

    def _value(self, x: Any, op: Op) -> Any:
        """Return an operand's value, as it is now."""
        if isinstance(x, Tensor):
            array = x._settle() if x._share == LENT else x._data
            return array if id(array) in self._made else array.copy()
        return x if type(x) in (float, int, bool, complex) else as_array(x, op.name, copy=True)

    def sweep(self, order: Sequence[Node]) -> Callable[..., None]:
        """Begin a backward sweep over nodes; return what notes each of its steps."""
        number = self.sweeps
        self.sweeps += 1
        self._last = time.perf_counter()

        def note(
            node: Node, rule: Rule, parent: Node, g: Any, c: Any, arguments: tuple[Any, ...]
        ) -> None:
            now = time.perf_counter()
            given = None if c is None else copied(c)
            seconds = now - self._last
            step = Step(node, parent, rule, copied(g), given, seconds, number, arguments)
            self.steps.append(step)
            self._last = time.perf_counter()

        return note

    def swept(self, node: Node | None, error: Exception | None) -> None:
        """End a backward sweep: at its last node, or with what was raised at an earlier one."""


def copied(x: Array | Tensor) -> Array:
    """Return a cotangent as it is now: a sweep may go on adding to it in place."""
    return np.array(x._data if isinstance(x, Tensor) else x)


def saved_bytes(node: Node) -> int:
    """Return the bytes of the arrays that a node keeps for its rules."""
    kept: dict[int, int] = {}
    stack = [argument for _, _, arguments in node.edges or () for argument in arguments]
    while stack:
        x = stack.pop()
        if isinstance(x, tuple):
            stack += x
        elif isinstance(x, np.ndarray):
            kept[id(x)] = x.nbytes
    return sum(kept.values())


def stacked(x: Any) -> Any:
    """Return an operand with a list of Tensors made one Tensor, which is a call of its own."""
    if isinstance(x, (list, tuple)) and any(isinstance(leaf, Tensor) for leaf in leaves_of(x)):
        return FUNCTIONS["stack"](x)
    return x


@contextmanager
def recording(tape: Tape) -> Iterator[Tape]:
    """Record on a tape inside the block."""
    token = _tape.set(tape)
    RECORDING.append(tape)
    try:
        yield tape
    finally:
        RECORDING.remove(tape)
        _tape.reset(token)


def record() -> AbstractContextManager[Tape]:
    """Record every op call and every backward step of this thread inside the block.

    The tape keeps all values, so it costs memory and time; outside of such blocks nothing does.

    >>> import tinygrad_np as tg
    >>> x = tg.tensor([1.0, 2.0], requires_grad=True)
    >>> with tg.record() as tape:
    ...     (x * x).sum().backward()
    >>> [call.op.name for call in tape.calls]
    ['multiply', 'sum']
    >>> [(step.node.op.name, step.rule.input) for step in tape.steps]
    [('sum', 'x'), ('multiply', 'x'), ('multiply', 'y')]
    """
    return recording(Tape())


running = _tape.get
"""Return the tape of this thread or task, ``None`` if it records nothing."""


@contextmanager
def scope(name: str) -> Iterator[None]:
    """Note that the calls inside belong to a module."""
    token = _scope.set((*_scope.get(), name))
    try:
        yield
    finally:
        _scope.reset(token)
