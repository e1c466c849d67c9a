"""The door: how others than the engine read a program while it runs.

Every op call and every pass over a graph comes through here. Batching, the tape and traces are
tracers; the engine knows that there are tracers, and not which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from .errors import GraphError

if TYPE_CHECKING:
    from .op import Op
    from .tensor import Array, Tensor

ACTIVE: list[Tracer] = []
"""The active tracers of all threads: while it is empty, nobody needs to look any further."""

_active: ContextVar[tuple[Tracer, ...]] = ContextVar("tinygrad_np_tracers", default=())

active = _active.get
"""Return the active tracers of this thread or task, the innermost last."""


class Tracer:
    """One way to read a program.

    A tracer that is an operand, such as an example of a batch, is handed the calls of which it
    is one. A tracer that is active is handed every call of its thread or task, those on captured
    and constant operands too.

    Attributes:
        replays: Whether what it records is run again on other values. Gradient rules then run on
            Tensors, so that it sees what they compute, and nothing may look at values.
        watch: A context manager around a pass, for a tracer that follows them; see `Tape.watch`.
    """

    __slots__ = ()
    replays = False
    watch: Callable[..., Any] | None = None

    def apply(self, op: Op, args: tuple[Any, ...], params: dict[str, Any]) -> Tensor:
        """Return the result of an op: ``op.call(*args, **params)`` runs it, or hands it on.

        Args:
            op: The op.
            args: Its operands: Tensors, and Python numbers.
            params: Its parameters.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define apply()")

    def copied(self, array: Array, copy: Array) -> None:
        """Learn that an array was copied beside the door: both have the same values."""


@contextmanager
def only(tracers: tuple[Tracer, ...]) -> Iterator[None]:
    """Let some tracers alone be active inside the block, the innermost last."""
    token = _active.set(tracers)
    ACTIVE.extend(tracers)
    try:
        yield
    finally:
        for tracer in tracers:
            ACTIVE.remove(tracer)
        _active.reset(token)


def tracing(tracer: Tracer) -> AbstractContextManager[None]:
    """Make a tracer active inside a block, within those that are."""
    return only((*active(), tracer))


def watcher() -> Tracer | None:
    """Return the innermost active tracer that follows passes, if any."""
    return next((tracer for tracer in reversed(active()) if tracer.watch is not None), None)


def is_replaying() -> bool:
    """Return whether an active tracer records what is run again on other values."""
    return bool(ACTIVE) and any(tracer.replays for tracer in active())


def note_copy(array: Array, copy: Array) -> None:
    """Tell active tracers of a copy made beside the door."""
    for tracer in active():
        tracer.copied(array, copy)


def refuse_replay(who: str, does: str = "looks at values") -> None:
    """Refuse, under a trace that is run again, what it would not do again."""
    if is_replaying():
        raise GraphError(
            f"{who}: this {does}, which is not part of a trace: run again on other values it would "
            f"go on with those of now. Use operations on Tensors, such as tg.where, or do it "
            f"outside of what is traced"
        )
