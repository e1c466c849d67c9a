"""Trees: nested lists, tuples and dicts of arrays, as arguments and results."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any


def tree_map(f: Callable[[Any], Any], tree: Any) -> Any:
    """Return `tree` with `f` applied to each leaf."""
    if isinstance(tree, dict):
        return {key: tree_map(f, branch) for key, branch in tree.items()}
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return type(tree)(*(tree_map(f, branch) for branch in tree))
    if isinstance(tree, (list, tuple)):
        return type(tree)(tree_map(f, branch) for branch in tree)
    return f(tree)


def tree_leaves(tree: Any) -> list[Any]:
    """Return the leaves of `tree` in order."""
    found: list[Any] = []
    tree_map(found.append, tree)
    return found


def tree_unflatten(tree: Any, leaves: Iterator[Any]) -> Any:
    """Return `tree` with its leaves replaced by `leaves`, in order."""
    return tree_map(lambda _: next(leaves), tree)
