"""Access: how code outside the engine reads graphs and Tensors, and writes to Tensors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from operator import attrgetter
from typing import Any

from .graph import Node
from .hooks import ACTIVE, refuse_replay
from .tensor import PRIVATE, SCALAR, Array, Tensor
from .views import View, _set_node, _set_raw


def walk(*roots: Node) -> list[Node]:
    """Return every node reachable from `roots`, newest first.

    Parents are made before children, so this is a reverse topological order. There is no recursion,
    so any depth works, and a shared node is visited once.
    """
    seen = set(roots)
    stack = list(seen)
    while stack:
        for x in stack.pop().inputs:
            if isinstance(x, Node) and x not in seen:
                seen.add(x)
                stack.append(x)
    return sorted(seen, key=attrgetter("number"), reverse=True)


def array_of(x: Any) -> Any:
    """Return a Tensor's array, only to be read now; anything else as it is."""
    return x._raw if isinstance(x, Tensor) else x


def concrete(x: Any, op: str) -> Any:
    """Return the array of an operand whose values decide what `op` does.

    Raises an error under a trace, and under `vmap`, where examples may differ.
    """
    return x._concrete(op) if isinstance(x, Tensor) else x


def writable(x: Tensor, who: str) -> Array:
    """Return a Tensor's array for writing: no graph and no other Tensor holds it."""
    if ACTIVE:
        refuse_replay(who, "writes to an array")
    return x._owned()


def with_gradient(x: Tensor, who: str) -> tuple[Array, Array] | None:
    """Return a leaf's array for writing and its gradient; ``None`` without one, or if frozen."""
    if ACTIVE:
        refuse_replay(who, "writes to an array")
    gradient = x._grad
    return None if gradient is None or x.node is None else (x._owned(), gradient._raw)


def number_or_array(x: Tensor) -> Tensor:
    """Return a new result as NumPy does: of shape (), as a number, which is immutable."""
    if not x.shape:
        x._separate()
        x._share = SCALAR
    return x


def rebind(x: Tensor, to: Tensor) -> None:
    """Make a Tensor another value but keep its name: the last step of ``x[i] = v``."""
    name = x.name
    x._raw, x.node, x._share = to._raw, to.node, PRIVATE
    x.name = name


@contextmanager
def replaced(x: Tensor, by: Tensor) -> Iterator[None]:
    """Give a Tensor the values and the node of another one inside the block."""
    before = x._raw, x.node, x._share
    x._raw, x.node, x._share = by._captured(), by.node, PRIVATE
    try:
        yield
    finally:
        x._raw, x.node, x._share = before


def become(x: Tensor, view: View) -> None:
    """Make a Tensor the given view; its own views go on from there."""
    raw, node = view._raw, view.node
    x.__class__ = View  # the same slots
    x._window = view._window
    _set_raw(x, raw)
    _set_node(x, node)
