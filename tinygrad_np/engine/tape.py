"""The tape: every op call and every step of a pass with its values, recorded on request.

Without a tape there is only the graph, which holds what gradients need.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import numpy as np

from . import scopes
from .batching import base_of
from .graph import Node
from .hooks import Tracer, active, only
from .op import Op, Rule
from .tape_entries import (
    Call as Call,
    Line as Line,
    Pass,
    Step as Step,
    calling_line as calling_line,
)
from .tensor import Array, Tensor

Following = tuple[Iterator[Node], Callable[..., None] | None]
"""The nodes of a pass in order, and the function that records each step."""


class Tape(Tracer):
    """What happened in a :func:`record` block.

    Attributes:
        calls: The op calls, in order.
        steps: The rules that backward passes applied, in order.
        forward_steps: The rules that forward passes applied, in order.
        starts: For each pass, the number of calls recorded before it.
        under_way: The running passes, the innermost last.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.steps: list[Step] = []
        self.forward_steps: list[Step] = []
        self.starts: list[int] = []
        self.under_way: list[Pass] = []
        self._made: dict[int, int] = {}  # by the id of the result, which the tape keeps alive
        self._by_node: dict[Node, Call] = {}
        self._last = 0.0

    def __repr__(self) -> str:
        return f"<tape of {len(self.calls)} calls and {len(self.steps)} backward steps>"

    def call_of(self, node: Node) -> Call | None:
        """Return the call that made a node; ``None`` for a leaf or an older node."""
        return self._by_node.get(node)

    def source(self, x: Tensor) -> Call | None:
        """Return the call that made a Tensor's values, also of a detached one."""
        number = self._made.get(id(x._raw))
        return None if number is None else self.calls[number]

    def apply(self, op: Op, args: tuple[Any, ...], params: dict[str, Any]) -> Tensor:
        """Call an op and record the call."""
        if self.transposing:  # on a stand-in, which is dropped
            return op.call(*args, **params)
        noted = Call(len(self.calls), op, params, *self._place())
        noted.scope = scopes.current()
        noted.nodes = tuple([x.node if isinstance(x, Tensor) else None for x in args])
        noted.values = tuple([self._value(x) for x in args])
        noted.sources = tuple([self._made.get(id(value)) for value in noted.values])
        self.calls.append(noted)
        start = time.perf_counter()
        try:
            out = op.call(*args, **params)
        except Exception as error:
            noted.error = error
            raise
        finally:
            noted.seconds = time.perf_counter() - start
        noted.out, noted.node = out._raw, out.node
        self._made[id(out._raw)] = noted.number
        if out.node is not None:
            self._by_node[out.node] = noted
            noted.saved = saved_bytes(out.node)
        return out

    def _value(self, x: Any) -> Any:
        """Return the present value of an operand."""
        if not isinstance(x, Tensor):
            return x  # a Python number
        array = x._captured()
        return array if id(array) in self._made else array.copy(order="K")

    def line_of(self, node: Node) -> Line | None:
        """Return the line that called a node's op; ``None`` if it is unknown."""
        call = self._by_node.get(node)
        return None if call is None else call.line

    def _place(self) -> tuple[Line, Node | None]:
        """Return the line of the present call, and the node whose rule makes it."""
        line = calling_line()
        node = self.under_way[-1].node if self.under_way else None
        if node is None or reruns(node):
            return line, None
        asked = self.under_way[-1].line
        if (line.file, line.number) == (asked.file, asked.number):  # in a rule of the package
            line = self.line_of(node) or line
        return line, node

    # --------------------------------------------------------------------- passes

    @property
    def transposing(self) -> bool:
        """Whether a rule is applied to a stand-in, to transpose it."""
        if not self.under_way:
            return False
        now = self.under_way[-1]
        return now.forward and not now.on_tensors and not reruns(now.node)

    def watch(
        self, order: Sequence[Node], needed: Collection[Node], *, forward: bool, on_tensors: bool
    ) -> AbstractContextManager[Following]:
        """Return a context manager around a pass: it yields the nodes and what records a step.

        Args:
            order: The nodes.
            needed: Those whose rules are applied.
            forward: Whether it is a forward pass.
            on_tensors: Whether its rules run on Tensors.
        """
        outer = self.under_way[-1] if self.under_way else None
        transposes = outer is not None and outer.forward and not reruns(outer.node)
        now = Pass(calling_line(), forward, on_tensors, transposes)
        if outer is not None and transposes:
            now.node = outer.node
        return self.follow(now, order, needed)

    @contextmanager
    def follow(
        self, now: Pass, order: Sequence[Node], needed: Collection[Node]
    ) -> Iterator[Following]:
        """Follow a pass: see `watch`."""
        self.under_way.append(now)
        try:
            if now.transposes:
                yield iter(order), None
            else:
                self.starts.append(len(self.calls))
                self._last = time.perf_counter()
                yield visited(order, now), self.noting(now)
        finally:
            self.under_way.pop()

    def noting(self, now: Pass) -> Callable[..., None]:
        """Return the function that records the steps of a new pass."""
        steps = self.forward_steps if now.forward else self.steps
        number = len(self.starts) - 1

        def note(
            node: Node, rule: Rule, parent: Node, g: Any, c: Any, arguments: tuple[Any, ...]
        ) -> None:
            seconds = time.perf_counter() - self._last
            found = None if c is None else copied(c)
            steps.append(Step(node, parent, rule, copied(g), found, seconds, number, arguments))
            self._last = time.perf_counter()

        return note


def visited(order: Sequence[Node], now: Pass) -> Iterator[Node]:
    """Yield the nodes of a pass, each marked as the one whose rules run."""
    for node in order:
        now.node = node
        yield node


def reruns(node: Node | None) -> bool:
    """Return whether the rule of a node runs a function of the user."""
    return node is not None and node.op is not None and node.op.reruns


def copied(x: Array | Tensor) -> Array:
    """Return a copy of a cotangent: a pass may still add to it in place."""
    return np.array(base_of(x)._raw if isinstance(x, Tensor) else x)


def saved_bytes(node: Node) -> int:
    """Return the size in bytes of the arrays that a node keeps for its rules."""
    kept: dict[int, int] = {}
    stack = [argument for _, _, arguments in node.edges or () for argument in arguments]
    while stack:
        x = stack.pop()
        if isinstance(x, tuple):
            stack += x
        elif isinstance(x, np.ndarray):
            kept[id(x)] = x.nbytes
    return sum(kept.values())


@contextmanager
def recording(tape: Tape) -> Iterator[Tape]:
    """Record on this tape alone inside the block, not on an outer one."""
    with only((*(tracer for tracer in active() if not isinstance(tracer, Tape)), tape)):
        yield tape


def record() -> AbstractContextManager[Tape]:
    """Record every op call and every step of a pass of this thread inside the block.

    The tape keeps all values, which costs memory and time; outside such blocks nothing is kept.

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


def running() -> Tape | None:
    """Return the tape of this thread or task; ``None`` if nothing is recorded."""
    return next((tracer for tracer in active() if isinstance(tracer, Tape)), None)
