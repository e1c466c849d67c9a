"""Scopes: which module computed what, for pictures and for the tape."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

from .graph import Node

_names: ContextVar[tuple[str, ...]] = ContextVar("tinygrad_np_scope", default=())

current = _names.get
"""Return the names of the running modules, the outermost first; empty without a tracer."""


@contextmanager
def scope(name: str) -> Iterator[None]:
    """Mark the calls inside the block as those of a module."""
    token = _names.set((*_names.get(), name))
    try:
        yield
    finally:
        _names.reset(token)


class Scope(NamedTuple):
    """A module's call, noted on its result: the nodes made since `start` belong to it.

    Attributes:
        name: The module's place in the model, such as ``layers.0``; empty for the model itself.
        kind: The name of its class.
        start: A creation number just before those of the module's own nodes.
        inner: The module inside it with the same result, if any.
    """

    name: str
    kind: str
    start: int
    inner: Scope | None


def enclose(node: Node, place: str, module: type, start: int) -> None:
    """Note that all ancestors of `node` made since `start` belong to a module.

    Every module call pays for this, so the note is a plain tuple; `scope_of` reads it.
    """
    if node.number > start:  # computed there, not only passed on
        node.scope = (place, module, start, node.scope)


def scope_of(node: Node) -> Scope | None:
    """Return the outermost module whose result is the node."""
    noted = []
    inner = node.scope
    while inner is not None:
        noted.append(inner)
        inner = inner[3]
    found = None
    for place, module, start, _ in reversed(noted):
        found = Scope(place.removesuffix("."), module.__name__, start, found)
    return found
