"""What can be drawn: Tensors, alone or several, tapes, and blocks of ``debug()``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..engine.tape import Tape
from ..engine.tensor import Tensor
from .recorded import Debugging

Outputs = Tensor | Sequence[Tensor] | Mapping[str, Tensor]
Drawable = Outputs | Tape | Debugging


def named_outputs(x: Outputs) -> list[tuple[str | None, Tensor]]:
    """Return what to draw as pairs of a name, if it was given one, and a Tensor."""
    if isinstance(x, Tensor):
        return [(None, x)]
    pairs: list[tuple[str | None, Any]]
    if isinstance(x, Mapping):
        pairs = [(str(name), t) for name, t in x.items()]
    elif isinstance(x, (list, tuple)):
        pairs = [(None, t) for t in x]
    else:
        is_comparison = hasattr(x, "picture") and hasattr(x, "html")
        way = "; it has .svg(), .draw() and .html() of its own" if is_comparison else ""
        raise TypeError(
            f"draw: a Tensor, or a list, tuple or dict of Tensors is needed, not "
            f"{type(x).__name__}{way}"
        )
    for i, (name, t) in enumerate(pairs):
        if not isinstance(t, Tensor):
            where = repr(name) if name is not None else f"number {i}"
            raise TypeError(f"draw: {where} is not a Tensor but {type(t).__name__}")
    if not pairs:
        raise ValueError(f"draw: an empty {type(x).__name__} has nothing to draw; pass a Tensor")
    return pairs


def named_tensors(params: Any) -> list[tuple[str, Tensor]]:
    """Return the names given to leaves as pairs."""
    if params is None:
        return []
    if hasattr(params, "named_parameters"):
        params = params.named_parameters()
    pairs = params.items() if isinstance(params, Mapping) else params
    return [(str(name), t) for name, t in pairs]
