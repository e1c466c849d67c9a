"""The tape: every op call and every rule of a sweep, with its values, while somebody records.

Without a tape there is the graph alone, which holds what gradients need. The callers and the
sweep look at one list, `RECORDING`, which is empty then: that is all recording costs when it is
off. Imports graph, mapped, notes, op, tensor and trees.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from .graph import Node
from .mapped import Mapped
from .notes import Call as Call
from .notes import Line as Line
from .notes import Step as Step
from .notes import Sweep
from .notes import calling_line as calling_line
from .op import FUNCTIONS, Op, Rule
from .tensor import LENT, Array, Tensor, as_array
from .trees import leaves_of

RECORDING: list[Tape] = []
"""The tapes that run, in any thread."""

_tape: ContextVar[Tape | None] = ContextVar("tinygrad_np_tape", default=None)
_scope: ContextVar[tuple[str, ...]] = ContextVar("tinygrad_np_scope", default=())


class Tape:
    """What happened in a :func:`record` block.

    Attributes:
        calls: The op calls, in order.
        steps: The rules that backward sweeps applied, in order.
        pushes: The rules that forward-mode sweeps applied, in order.
        sweeps: How many sweeps there were.
        begun: For each of them, how many calls there were before it.
        under_way: Those that run now, one inside the other.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.steps: list[Step] = []
        self.pushes: list[Step] = []
        self.sweeps = 0
        self.begun: list[int] = []
        self.under_way: list[Sweep] = []
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
        if self.transposing:  # on a stand-in, of which nothing is left
            token = _tape.set(None)
            try:
                return function(*args, **params)
            finally:
                _tape.reset(token)
        args = tuple([stacked(x) for x in args])
        noted = Call(len(self.calls), op, params, *self._place())
        noted.scope = _scope.get()
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

    def line_of(self, node: Node) -> Line | None:
        """Return the line a node's op was called from; ``None`` if it is not known."""
        call = self._by_node.get(node)
        return None if call is None else call.line

    def _place(self) -> tuple[Line, Node | None]:
        """Return the line of a call that is made now, and the node whose rule makes it."""
        line = calling_line()
        node = self.under_way[-1].node if self.under_way else None
        if node is None or runs_again(node):
            return line, None
        asked = self.under_way[-1].line
        if (line.file, line.number) == (asked.file, asked.number):  # in a rule of the package
            line = self.line_of(node) or line
        return line, node

    # --------------------------------------------------------------------- sweeps

    @property
    def transposing(self) -> bool:
        """Whether a rule is applied to a stand-in, to transpose it."""
        if not self.under_way:
            return False
        sweep = self.under_way[-1]
        return sweep.forward and not sweep.recorded and not runs_again(sweep.node)

    def sweep(
        self,
        order: Sequence[Node],
        useful: Collection[Node],
        *,
        forward: bool = False,
        recorded: bool = False,
    ) -> tuple[Iterator[Node], Callable[..., None]]:
        """Begin a sweep; return the nodes to go through, and what notes each step.

        Args:
            order: The nodes.
            useful: Those whose rules it applies.
            forward: Whether it is one of forward mode.
            recorded: Whether its rules run on Tensors.
        """
        outer = self.under_way[-1] if self.under_way else None
        transposes = outer is not None and outer.forward and not runs_again(outer.node)
        sweep = Sweep(calling_line(), forward, recorded, transposes)
        self.under_way.append(sweep)
        if outer is not None and transposes:
            sweep.node = outer.node
            return iter(order), no_note
        number = self.sweeps
        self.sweeps += 1
        self.begun.append(len(self.calls))
        self._last = time.perf_counter()

        def visited() -> Iterator[Node]:
            for node in order:
                sweep.node = node
                yield node

        steps = self.pushes if forward else self.steps

        def note(
            node: Node, rule: Rule, parent: Node, g: Any, c: Any, arguments: tuple[Any, ...]
        ) -> None:
            now = time.perf_counter()
            given = None if c is None else copied(c)
            seconds = now - self._last
            steps.append(Step(node, parent, rule, copied(g), given, seconds, number, arguments))
            self._last = time.perf_counter()

        return visited(), note

    def swept(self, node: Node | None, error: BaseException | None) -> None:
        """End a sweep: at its last node, or with what was raised at an earlier one."""
        self.under_way.pop()


def no_note(*_: Any) -> None:
    """Note nothing of a step."""


def runs_again(node: Node | None) -> bool:
    """Return whether the rule of a node runs a function of the user's."""
    return node is not None and node.op is not None and node.op.name == "checkpoint"


def copied(x: Array | Tensor) -> Array:
    """Return a cotangent as it is now: a sweep may go on adding to it in place."""
    while isinstance(x, Mapped):
        x = x.value
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
    """Record every op call and every step of a sweep of this thread inside the block.

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
