"""`debug`: source lines on errors, guards on captured arrays, checks of every value.

It is a tape that checks what it records. Outside its blocks nothing is checked.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from hashlib import blake2b
from types import TracebackType
from typing import Any, Self
from weakref import WeakKeyDictionary

import numpy as np

from ..engine.errors import GraphError, NonFiniteError
from ..engine.graph import Node
from ..engine.op import Op
from ..engine.tape import Call, Following, Line, Step, Tape, calling_line, recording
from ..engine.tape_entries import Pass
from ..engine.tensor import Tensor
from .findings import given_bad, made_bad
from .steps import bad_forward_step, bad_step
from .values import bad_in

Failure = Call | Step | Node | None

MOVING = {
    "alias",
    "astype",
    "broadcast_to",
    "copy",
    "expand_dims",
    "getitem",
    "positive",
    "reshape",
    "squeeze",
    "transpose",
}
"""Ops of one array that only move, copy or convert its elements."""

Saved = tuple[str, np.ndarray[Any, Any], bytes]
"""The name of an operand, the array that a node captured for it, and its digest."""


class debug:  # used like a function, as no_grad is
    """Watch every operation inside a ``with`` block, and say where things go wrong.

    - **Lines.** An error raised by an operation carries the line it was called from as a note;
      one raised by a gradient rule, in a pass of either mode and any order, carries that of the
      forward call. Types and messages stay the same.
    - **Guards.** A plain array among the operands is captured without a copy. Before each pass
      computes anything, every captured array is compared with its earlier values. If it was
      written to, also through another view, a :class:`GraphError` names the operand and the
      line.
    - **Values.** An operation that makes NaN from operands without NaN, or Inf from finite ones,
      raises a :class:`NonFiniteError` that explains the cause. So does a gradient rule that makes
      such a gradient or tangent, and an operation whose result has NaN because an operand was
      given with NaN. Functions that skip NaN, such as ``numpy.nanmean``, may be given NaN;
      every operation may be given infinities.

    It takes a few times as long as the computation itself. The tape keeps what was called since
    the last pass ended (of ``backward``, ``grad`` or ``jvp``), and is cleared by the next call.
    It watches only its own thread or task. An instance can be used once.

    Args:
        check_nan: Whether values are checked. Switch it off if an operation makes infinities
            that are intended, such as log(0) under a mask.

    Attributes:
        tape: What was recorded since the last pass of either mode ended.
        failed: What failed: a call; or, in a pass, the step, or the node if its rule raised;
            ``None`` if nothing did.

    >>> import numpy as np, tinygrad_np as tg
    >>> x = tg.tensor([1.0, 2.0], requires_grad=True)
    >>> a = np.array([3.0, 4.0])
    >>> with tg.debug():
    ...     loss = (x * a).sum()
    ...     a[0] = 0.0
    ...     loss.backward()
    Traceback (most recent call last):
    ...
    tinygrad_np.GraphError: backward: operand y of multiply, an array of shape (2,),
    was written to after multiply captured it; its gradient would be wrong. ...
    """

    def __init__(self, *, check_nan: bool = True) -> None:
        self._watched = Watched(check_nan)
        self._stack = ExitStack()
        self._is_used = False

    @property
    def tape(self) -> Tape:
        """What was recorded since the last pass ended."""
        return self._watched

    @property
    def failed(self) -> Failure:
        """What failed, ``None`` if nothing did."""
        return self._watched.failed

    def __enter__(self) -> Self:
        if self._is_used:
            raise RuntimeError("debug: this instance has been used; write with tg.debug(): again")
        self._is_used = True
        self._stack.enter_context(recording(self._watched))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()


class Watched(Tape):
    """A tape that checks what it records.

    Attributes:
        check_nan: Whether values are checked.
        failed: What failed.
        origins: For each live node, the op and the line of the call that made it; if a rule made
            it, followed by those of the rule's node, and so on.
        saved: For each live node, the arrays it captured.
    """

    def __init__(self, check_nan: bool) -> None:
        super().__init__()
        self.check_nan = check_nan
        self.failed: Failure = None
        self.origins: WeakKeyDictionary[Node, list[tuple[str, Line]]] = WeakKeyDictionary()
        self.saved: WeakKeyDictionary[Node, list[Saved]] = WeakKeyDictionary()
        self._done = False

    def apply(self, op: Op, args: tuple[Any, ...], params: dict[str, Any]) -> Tensor:
        """Call an op, record the call, and check its result."""
        if self._done and not self.under_way:
            self.clear()
        count = len(self.calls)
        try:
            out = super().apply(op, args, params)
        except Exception as error:
            if len(self.calls) > count and self.calls[-1].error is error:
                self.failed = self.calls[-1]
            add_line(error, f"{op.name} was called", calling_line())
            raise
        if len(self.calls) == count:
            return out  # on a stand-in, which is not recorded
        call = self.calls[-1]
        if call.node is not None:
            outer = [] if call.within is None else self.origins.get(call.within, [])
            self.origins[call.node] = [(op.name, call.line), *outer]
            self.saved[call.node] = captured(call.node)
        if self.check_nan and call.within is None:  # the result of a rule is checked as its step
            self.check(call)
        return out

    def check(self, call: Call) -> None:
        """Raise if a call made a bad value."""
        bad = bad_in(call.out)
        if not bad or any(bad_in(value) for value in call.params.values()):
            return
        given = [bad_in(value) for value in call.values]
        if bad == "NaN" and "NaN" in given:
            if call.op.name in MOVING:  # missing data may be on its way to a nan function
                return
            origin = self.origin(call, given.index("NaN"))
            if origin is None:
                return  # made by an op that has it in a parameter
            finding = given_bad(*origin, {}, ())
        elif bad == "Inf" and any(given):
            return
        else:
            finding = made_bad(self, call)
        self.failed = call
        error = NonFiniteError(str(finding), finding)
        add_line(error, f"{call.op.name} was called", call.line)
        raise error

    def origin(self, call: Call, i: int) -> tuple[Call, int] | None:
        """Return the operand where a value was first given; ``None`` if an op computed it."""
        while (number := call.sources[i]) is not None:
            call, i = self.calls[number], 0
            if call.op.name not in MOVING:
                return None
        return call, i

    # --------------------------------------------------------------------- passes

    @contextmanager
    def follow(
        self, now: Pass, order: Sequence[Node], needed: Collection[Node]
    ) -> Iterator[Following]:
        """Follow a pass, after checking that no captured array has changed.

        An error raised by a rule gets the line of the forward call.
        """
        for node in order:
            if node in needed:
                self.compare(node, now.forward)
        with super().follow(now, order, needed) as (visited, noting):
            try:
                yield visited, noting and self.checking(noting, now.forward)
            except BaseException as error:  # KeyboardInterrupt too
                if not now.transposes:
                    self.add_origins(error, now.node, now.forward)
                raise
            finally:
                self._done = len(self.under_way) == 1

    def checking(self, noting: Callable[..., None], forward: bool) -> Callable[..., None]:
        """Return a function that notes a step and raises if it made a bad value."""
        if not self.check_nan:
            return noting
        steps = self.forward_steps if forward else self.steps

        def note(*step_of: Any) -> None:
            noting(*step_of)
            step = steps[-1]
            if bad_in(step.contribution) and not bad_in(step.cotangent):
                self.failed = step
                find = bad_forward_step if forward else bad_step
                finding = find(self, len(steps) - 1)
                raise NonFiniteError(str(finding), finding)

        return note

    def add_origins(self, error: BaseException, node: Node | None, forward: bool) -> None:
        """Add to an error of a rule the line where the op of its node was called."""
        if node is None or node.op is None:
            return
        if self.failed is None:
            self.failed = node
        way = f"in the {'jvp' if forward else 'backward'} of"
        origins = self.origins.get(node, [])
        for i, (op, line) in enumerate(origins):
            way = f"{way} {op}"
            if str(line) in map(str, [line for _, line in origins[i + 1 : i + 2]]):
                way = f"{way}, in the rule of"  # in the package: the line is that of the outer op
            else:
                add_line(error, f"{way}, which was called", line)
                way = "in the rule of"

    def line_of(self, node: Node) -> Line | None:
        """Return the line a node's op was called from, also if the tape dropped the call."""
        origins = self.origins.get(node)
        return None if origins is None else origins[0][1]

    def compare(self, node: Node, forward: bool) -> None:
        """Raise if an array that a node captured has changed."""
        for name, array, before in self.saved.get(node, ()):
            if digest(array) == before:
                continue
            assert node.op is not None  # a leaf captures nothing
            self.failed = self.call_of(node) or node
            what = "the result" if name == "out" else f"operand {name}"
            mode, wrong = ("forward mode", "tangent") if forward else ("backward", "gradient")
            error = GraphError(
                f"{mode}: {what} of {node.op.name}, an array of shape {array.shape}, was "
                f"written to after {node.op.name} captured it; its {wrong} would be wrong. Pass "
                f"a copy, such as tg.tensor(array), or write after {mode}"
            )
            add_line(error, f"{node.op.name} was called", self.origins[node][0][1])
            raise error

    def clear(self) -> None:
        """Forget the calls and steps so far; lines and guards stay while their nodes live."""
        self.calls, self.steps, self.forward_steps = [], [], []
        self._made, self._by_node = {}, {}
        self.starts, self._done, self.failed = [], False, None


def captured(node: Node) -> list[Saved]:
    """Return the arrays that a node keeps for its rules, with the names they have there."""
    found: dict[int, Saved] = {}
    for _, rule, arguments in node.edges or ():
        for name, value in zip(rule.needs, arguments, strict=True):
            parts = value if isinstance(value, tuple) else (value,)
            for i, part in enumerate(parts):
                if isinstance(part, np.ndarray):
                    label = f"{name}[{i}]" if isinstance(value, tuple) else name
                    found[id(part)] = label, part, digest(part)
    return list(found.values())


def digest(array: np.ndarray[Any, Any]) -> bytes:
    """Return a hash of an array's values."""
    return blake2b(np.ascontiguousarray(array).tobytes(), digest_size=16).digest()


def add_line(error: BaseException, what: str, line: Line) -> None:
    """Add a note to an error, once, that says where something was called."""
    text = f": {line.text}" if line.text else ""
    note = f"{what} at {line}{text}"
    if note not in getattr(error, "__notes__", ()):
        error.add_note(note)
