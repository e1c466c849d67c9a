"""The words of a picture for an op: its parameters, and the names of its inputs."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..engine.graph import Node
from ..engine.op import Op

COMMUTATIVE = frozenset({"add", "multiply", "maximum", "minimum", "logaddexp"})
"""The ops of several inputs whose order does not matter."""


def input_labels(node: Node) -> tuple[str, ...]:
    """Return the names of the inputs where their order matters, otherwise none."""
    op, n = node.op, len(node.inputs)
    if op is None or n < 2 or op.name in COMMUTATIVE:
        return ()
    if op.varargs is None:  # a call that failed may have had too many
        return (*op.inputs, *map(str, range(len(op.inputs), n)))
    fixed = op.inputs[:-1]
    return (*fixed, *map(str, range(n - len(fixed))))


SHOWN_AS = {"template": "index", "path": "view"}
"""The parameters that have another name in pictures."""


def shown_params(node: Node) -> tuple[tuple[str, str], ...]:
    """Return the parameters that differ from their defaults, in words."""
    if not node.params or node.op is None:
        return ()
    usual = node.op.defaults
    return tuple(
        (SHOWN_AS.get(key, key), in_words(key, value))
        for key, value in node.params.items()
        if key not in usual or (value is not usual[key] and value != usual[key])
        if key != "order"  # of axes in memory
    )


def step_in_words(op: Op, params: dict[str, Any]) -> str:
    """Return how a user would write one step to a view."""
    if op.name == "getitem":
        return in_words("template", params["template"])
    if op.name == "transpose" and params["axes"] is None:
        return ".T"
    given = ", ".join(repr(value) for value in params.values())
    return f".{op.label}({given})"


def in_words(key: str, value: Any) -> str:
    """Return a parameter's value as a user would write it."""
    if key == "template":  # of an index: array operands stand as words in it
        parts = ("..." if p is Ellipsis else p if isinstance(p, str) else repr(p) for p in value)
        return f"[{', '.join(parts)}]"
    if key == "path":  # of a write, or a read, through views
        return f"x{''.join(step_in_words(op, dict(params)) for op, params in value)}"
    if key == "dtype":
        return str(np.dtype(value))
    return repr(value)
