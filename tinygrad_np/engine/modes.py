"""Grad mode: whether operations are recorded.

The mode is a context variable: every thread and every async task has its own. Leaving a block
restores it, whatever was raised inside.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

_enabled: ContextVar[bool] = ContextVar("tinygrad_np_grad_enabled", default=True)
_outer: ContextVar[tuple[bool, ...]] = ContextVar("tinygrad_np_grad_outer", default=())

refused: ContextVar[list[str] | None] = ContextVar("tinygrad_np_refused", default=None)
"""Inside a function that is being differentiated, the refusals that it may swallow."""

is_grad_enabled = _enabled.get
"""Return whether operations are recorded in the current thread or task."""


class GradMode:
    """A grad mode to hold for a ``with`` block or for every call of a function."""

    __slots__ = ()
    _mode: bool

    def __enter__(self) -> None:
        # Outer modes are kept per context too, so several threads may be inside one instance.
        _outer.set((*_outer.get(), _enabled.get()))
        _enabled.set(self._mode)

    def __exit__(self, *_: object) -> None:
        *rest, previous = _outer.get()
        _outer.set(tuple(rest))
        _enabled.set(previous)

    def __call__(self, function: F) -> F:
        """Return `function` wrapped so that it runs in this mode."""
        if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
            raise TypeError(
                f"{type(self).__name__} cannot decorate the generator {function.__name__}: its "
                f"caller would run in the same mode between two values; use "
                f"'with {type(self).__name__}():' inside it"
            )
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def in_task(*args: Any, **kwargs: Any) -> Any:
                with self:
                    return await function(*args, **kwargs)

            return in_task  # type: ignore[return-value]  # the same signature, by wraps

        @functools.wraps(function)
        def in_mode(*args: Any, **kwargs: Any) -> Any:
            with self:
                return function(*args, **kwargs)

        return in_mode  # type: ignore[return-value]  # the same signature, by wraps


class no_grad(GradMode):  # a function to its users, as in PyTorch
    """Record nothing inside: a context manager and a decorator.

    >>> import tinygrad_np as tg
    >>> w = tg.tensor([1.0, 2.0], requires_grad=True)
    >>> with tg.no_grad():
    ...     y = w * 2
    >>> y.requires_grad
    False
    """

    __slots__ = ()
    _mode = False


class enable_grad(GradMode):  # a function to its users, as in PyTorch
    """Record inside, also within an outer :class:`no_grad`.

    >>> import tinygrad_np as tg
    >>> w = tg.tensor([1.0, 2.0], requires_grad=True)
    >>> with tg.no_grad(), tg.enable_grad():
    ...     y = w * 2
    >>> y.requires_grad
    True
    """

    __slots__ = ()
    _mode = True
