"""The door: how code outside the engine reads a program while it runs.

Every op call and every pass over a graph goes through it. Batching, the tape and traces are
tracers; the engine knows that there are tracers, but not which ones.
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
"""The active tracers of all threads. While it is empty, callers need not look any further."""

_active: ContextVar[tuple[Tracer, ...]] = ContextVar("tinygrad_np_tracers", default=())

active = _active.get
"""Return the active tracers of this thread or task, the innermost last."""


class Tracer:
    """One way to read a program.

    A tracer that is an operand, such as an example of a batch, receives the calls it takes part in.
    An active tracer receives every call of its thread or task, also those on captured and constant
    operands.

    Attributes:
        replays: Whether the recorded program will run again on other values. Gradient rules then
            run on Tensors, so that the tracer sees what they compute, and reading a value is an
            error.
        watch: A context manager entered around each pass, or ``None``; see `Tape.watch`.
    """

    __slots__ = ()
    replays = False
    watch: Callable[..., Any] | None = None

    def apply(self, op: Op, args: tuple[Any, ...], params: dict[str, Any]) -> Tensor:
        """Return the result of an op. ``op.call(*args, **params)`` runs it, or hands it on.

        Args:
            op: The op.
            args: Its operands: Tensors and Python numbers.
            params: Its parameters.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define apply()")

    def copied(self, array: Array, copy: Array) -> None:
        """Note that an array was copied without an op: both hold the same values."""


@contextmanager
def only(tracers: tuple[Tracer, ...]) -> Iterator[None]:
    """Make exactly these tracers active inside the block, the innermost last."""
    token = _active.set(tracers)
    ACTIVE.extend(tracers)
    try:
        yield
    finally:
        for tracer in tracers:
            ACTIVE.remove(tracer)
        _active.reset(token)


def tracing(tracer: Tracer) -> AbstractContextManager[None]:
    """Make a tracer active inside a block, as the innermost."""
    return only((*active(), tracer))


def watcher() -> Tracer | None:
    """Return the innermost active tracer that watches passes, if any."""
    return next((tracer for tracer in reversed(active()) if tracer.watch is not None), None)


def is_replaying() -> bool:
    """Return whether an active tracer records a program to run again on other values."""
    return bool(ACTIVE) and any(tracer.replays for tracer in active())


def note_copy(array: Array, copy: Array) -> None:
    """Tell the active tracers of a copy made without an op."""
    for tracer in active():
        tracer.copied(array, copy)


def refuse_replay(who: str, does: str = "looks at values") -> None:
    """Raise an error if a trace would not repeat what comes next."""
    if is_replaying():
        raise GraphError(
            f"{who}: this {does}, which a trace cannot repeat: run again on other values it would "
            f"go on with the present ones. Use operations on Tensors, such as tg.where, or do this "
            f"outside the traced function"
        )
