"""Trees: nested lists, tuples and dicts of arrays, as arguments and as results.

Imports nothing of the package.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any


def map_tree(f: Callable[[Any], Any], tree: Any) -> Any:
    """Return `tree` with `f` applied to everything in it."""
    if isinstance(tree, dict):
        return {key: map_tree(f, branch) for key, branch in tree.items()}
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return type(tree)(*(map_tree(f, branch) for branch in tree))
    if isinstance(tree, (list, tuple)):
        return type(tree)(map_tree(f, branch) for branch in tree)
    return f(tree)


def leaves_of(tree: Any) -> list[Any]:
    """Return everything in `tree`, in order."""
    found: list[Any] = []
    map_tree(found.append, tree)
    return found


def fill(tree: Any, leaves: Iterator[Any]) -> Any:
    """Return `tree` with everything in it replaced by the next of `leaves`."""
    return map_tree(lambda _: next(leaves), tree)
