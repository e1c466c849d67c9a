"""What to draw: boxes and arrows, read off a graph and independent of any way to show them.

Graphs are walked without recursion and every box and arrow is made once, so a picture takes
time in proportion to the graph, however deep or shared it is. A graph whose saved arrays are
gone draws as well. Imports the engine only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ..engine.graph import Constant, Node, Shape, walk
from ..engine.op import parameters
from ..engine.tensor import Tensor

Kind = Literal["op", "leaf", "constant", "rest"]
Outputs = Tensor | Sequence[Tensor] | Mapping[str, Tensor]
Parameters = Mapping[str, Tensor] | Iterable[tuple[str, Tensor]]

COMMUTATIVE = frozenset({"add", "multiply", "maximum", "minimum", "logaddexp"})
"""The ops of several inputs whose order does not matter."""


@dataclass(frozen=True, slots=True)
class Box:
    """One thing in a picture.

    Attributes:
        key: Its place in ``Picture.boxes``, counted from 0, oldest first.
        kind: ``"op"``, ``"leaf"`` (requires a gradient, was not computed), ``"constant"`` or
            ``"rest"`` (stands for all that `max_nodes` left out).
        op: The op's name.
        name: The name a user gave it.
        params: The op's parameters that differ from their defaults, name and value.
        shape: The shape of its value.
        dtype: The dtype of its value.
        value: A number that was written in the program, or how many nodes a rest stands for.
        result: Whether it was asked for.
        operands: The names of its inputs, where their order matters.
    """

    key: int
    kind: Kind
    op: str | None = None
    name: str | None = None
    params: tuple[tuple[str, str], ...] = ()
    shape: Shape | None = None
    dtype: str | None = None
    value: str | None = None
    result: bool = False
    operands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrow:
    """A value that goes into an op.

    Attributes:
        tail: The key of the box it comes from.
        head: The key of the op it goes to.
        port: Its place among the inputs of the op, where their order matters.
    """

    tail: int
    head: int
    port: int | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """Boxes, oldest first, and the arrows between them, in the order of each op's inputs."""

    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def picture(x: Outputs, *, params: Any = None, max_nodes: int | None = None) -> Picture:
    """Return what to draw for one or several results.

    Args:
        x: A Tensor, a list or tuple of Tensors, or a dict of Tensors by name.
        params: Names for leaves: a dict of Tensors by name, pairs of name and Tensor, or
            anything with a ``named_parameters()`` that yields such pairs.
        max_nodes: Draw so many of the newest ops and leaves, and one box for the rest.

    >>> import tinygrad_np as tg
    >>> w = tg.tensor([1.0, 2.0], requires_grad=True)
    >>> [(box.kind, box.op, box.shape) for box in picture(w.sum()).boxes]
    [('leaf', None, (2,)), ('op', 'sum', ())]
    """
    if max_nodes is not None and max_nodes < 1:
        raise ValueError(f"draw: max_nodes is {max_nodes}; a picture needs at least 1")
    outputs = named_outputs(x)
    names = {t.node: name for name, t in named_tensors(params) if t.node is not None}
    results: dict[Node, list[str]] = {}
    for name, t in outputs:
        if t.node is not None:
            results.setdefault(t.node, []).extend([name] if name else [])
    names.update({node: ", ".join(given) for node, given in results.items() if given})

    boxes: list[Box] = []
    arrows: list[Arrow] = []
    keys: dict[Node, int] = {}
    nodes = nodes_below(results)
    if max_nodes is not None and len(nodes) > max_nodes:
        left_out = nodes[max_nodes:]
        keys = dict.fromkeys(left_out, 0)
        boxes.append(Box(0, "rest", value=f"{len(left_out):,}"))
        nodes = nodes[:max_nodes]
    for node in reversed(nodes):
        operands = operand_names(node)
        tails = []
        for source in node.inputs:
            if isinstance(source, Node):
                tails.append(keys[source])
            else:
                tails.append(len(boxes))
                boxes.append(constant_box(len(boxes), source))
        keys[node] = len(boxes)
        ports: Iterable[int | None] = range(len(tails)) if operands else [None] * len(tails)
        arrows += [Arrow(tail, len(boxes), port) for tail, port in zip(tails, ports, strict=True)]
        boxes.append(
            Box(
                key=len(boxes),
                kind="op" if node.op else "leaf",
                op=node.op.label if node.op else None,
                name=names.get(node, node.name),
                params=shown_params(node),
                shape=node.shape,
                dtype=str(node.dtype),
                result=node in results,
                operands=operands,
            )
        )
    for name, t in outputs:
        if t.node is None:
            boxes.append(
                Box(
                    key=len(boxes),
                    kind="constant",
                    name=name or t.name,
                    shape=t.shape,
                    dtype=str(t.dtype),
                    result=True,
                )
            )
    return Picture(tuple(boxes), tuple(arrows))


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
        raise TypeError(
            f"draw: a Tensor, or a list, tuple or dict of Tensors is needed, not {type(x).__name__}"
        )
    for i, (name, t) in enumerate(pairs):
        if not isinstance(t, Tensor):
            where = repr(name) if name is not None else f"number {i}"
            raise TypeError(f"draw: {where} is not a Tensor but {type(t).__name__}")
    return pairs


def named_tensors(params: Any) -> list[tuple[str, Tensor]]:
    """Return the names given to leaves as pairs."""
    if params is None:
        return []
    if hasattr(params, "named_parameters"):
        params = params.named_parameters()
    pairs = params.items() if isinstance(params, Mapping) else params
    return [(str(name), t) for name, t in pairs]


def nodes_below(results: Iterable[Node]) -> list[Node]:
    """Return every node that leads to a result, newest first."""
    # A node above all results: one walk then passes what they share once.
    top = Node(None, tuple(results), (), {}, (), np.dtype(float))
    return walk(top)[1:]


def constant_box(key: int, source: Any) -> Box:
    """Return the box of an operand that is not tracked: an array, or a Python number."""
    if isinstance(source, Constant):
        dtype = str(source.dtype)
        return Box(key, "constant", name=source.name, shape=source.shape, dtype=dtype)
    return Box(key, "constant", value=repr(source))


def operand_names(node: Node) -> tuple[str, ...]:
    """Return the names of the inputs where telling them apart matters, and none elsewhere."""
    op, n = node.op, len(node.inputs)
    if op is None or n < 2 or op.name in COMMUTATIVE:
        return ()
    if op.star is None:
        return op.inputs
    fixed = op.inputs[:-1]
    return (*fixed, *map(str, range(n - len(fixed))))


def shown_params(node: Node) -> tuple[tuple[str, str], ...]:
    """Return the parameters that differ from their defaults, in words."""
    if not node.params or node.op is None:
        return ()
    _, _, usual = parameters(node.op.forward)
    return tuple(
        ("index" if key == "template" else key, in_words(key, value))
        for key, value in node.params.items()
        if key not in usual or (value is not usual[key] and value != usual[key])
    )


def in_words(key: str, value: Any) -> str:
    """Return a parameter's value as a user would write it."""
    if key == "template":  # of an index: array operands stand as words in it
        parts = ("..." if p is Ellipsis else p if isinstance(p, str) else repr(p) for p in value)
        return f"[{', '.join(parts)}]"
    if key == "dtype":
        return str(np.dtype(value))
    return repr(value)
