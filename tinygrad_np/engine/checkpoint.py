"""Checkpoint: recompute values in the backward pass instead of saving them."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from .batching import base_of, batched_like, levels
from .errors import GraphError
from .forward import forward_pass
from .graph import NO_PARAMS, Argument, Node, as_tuple, new_node, next_number, walk_edges
from .modes import enable_grad, is_grad_enabled
from .op import Op, Rule
from .passes import backward_pass
from .tensor import Array, Tensor, result
from .transforms import _alias, is_tracked
from .trees import tree_leaves, tree_map


def checkpoint(f: Callable[..., Any]) -> Callable[..., Any]:
    """Return `f` wrapped so that it saves nothing of its inside for the backward pass.

    It runs once, and again when its gradient, or in forward mode its tangent, is computed: time for
    memory. It may return nested lists, tuples and dicts, may close over Tensors that require
    gradients, and works in both modes, to any order and under `vmap`. A pass that is itself
    recorded, for a second derivative, keeps what the second run computed: memory is not saved then.
    Chen et al., "Training deep nets with sublinear memory cost", arXiv:1604.06174.

    Raises:
        GraphError: In the pass, if the second run returns another result: if `f` draws random
            numbers, or something it closes over has changed.

    >>> import numpy as np, tinygrad_np as tg
    >>> x = tg.tensor([1.0, 2.0], requires_grad=True)
    >>> y = tg.checkpoint(lambda x: np.tanh(np.tanh(x)) * x)(x)
    >>> y
    Tensor([0.64201499, 1.492136  ], dtype=float64, op=checkpoint)
    >>> y.sum().backward()
    """

    @functools.wraps(f)
    def recomputed(*args: Any, **kwargs: Any) -> Any:
        if not is_grad_enabled():
            return f(*args, **kwargs)
        return Segment(f, args, kwargs).first_run()

    return recomputed


class Segment:
    """A part of a computation that runs again when its gradient is computed.

    Attributes:
        f: The function.
        arguments: The arguments it was called with.
        given: The tracked Tensors among them.
        levels: The `vmap` levels of the call: the second run may be outside.
        outside: The nodes of Tensors that it closes over.
        values: The arrays it returned, whole batches under `vmap`, to compare with the second run.
    """

    def __init__(self, f: Callable[..., Any], args: Any, kwargs: Any) -> None:
        self.f = f
        self.arguments = tree_map(present, (args, kwargs))
        self.given = [x for x in tree_leaves(self.arguments) if is_tracked(x)]
        self.levels = levels.get()
        self.outside: list[Node] = []
        self.values: list[Array] = []
        self.memo: tuple[Any, list[Any]] = (None, [])

    def run(self, stand_in: Callable[[Tensor], Tensor]) -> tuple[Any, list[Tensor], list[Node]]:
        """Run the function with stand-ins for its tracked arguments.

        Return its result, the Tensors in that as whole batches, and the nodes of the stand-ins.
        """
        fresh = [stand_in(base_of(x)) for x in self.given]
        own = [x.node for x in fresh if x.node is not None]
        rest = iter(fresh)
        args, kwargs = tree_map(
            lambda x: batched_like(x, next(rest)) if is_tracked(x) else x, self.arguments
        )
        token = levels.set(self.levels)
        try:
            with enable_grad():
                answer = self.f(*args, **kwargs)
        finally:
            levels.reset(token)
        tensors = [base_of(x) for x in tree_leaves(answer) if isinstance(x, Tensor)]
        return answer, tensors, own

    def first_run(self) -> Any:
        """Return the function's result, with nodes that lead to this segment."""
        start = next_number()
        answer, tensors, own = self.run(new_leaf)
        self.values = [x._captured() for x in tensors]
        roots = [x.node for x in tensors if x.node is not None]
        # The function closes over what was made before the call and is used in it.
        nodes = walk_edges(roots, frozenset(own))
        used = (p for n in nodes if n.number > start for p in as_tuple(n.ends))
        self.outside = [n for n in dict.fromkeys((*roots, *used)) if n.number < start]
        parents = [x.node for x in self.given if x.node is not None] + self.outside
        numbers = iter(range(len(tensors)))

        def output(x: Any) -> Any:
            if not isinstance(x, Tensor):
                return x
            k = next(numbers)
            if x.node is None or not parents:
                return x
            whole = base_of(x)
            places = list(range(len(parents)))
            saved = [(self, k, i) for i in places]
            node = new_node(OP, places, parents, saved, [], NO_PARAMS, whole)
            return batched_like(x, result(whole._captured(), node))

        return tree_map(output, answer)

    def cotangents(self, k: int, g: Any) -> list[Any]:
        """Return each parent's cotangent for that of one result, by a run and a backward pass."""
        if not same_items(self.memo[0], [k, g]):  # results that are added share one cotangent
            recorded = isinstance(g, Tensor) and is_grad_enabled()
            roots, targets = self.second_run(recorded)
            found = backward_pass(
                {roots[k]: g},
                frozenset(targets),
                retain_graph=recorded,
                on_tensors=isinstance(g, Tensor),
                stop=True,
            )
            self.memo = ([k, g], [found.get(n) for n in targets])
        return self.memo[1]

    def tangents(self, given: list[Any], recorded: bool) -> list[Any]:
        """Return each result's tangent for those of the parents, by a run and a forward pass."""
        if not same_items(self.memo[0], given):
            roots, targets = self.second_run(recorded)
            starts = {n: t for n, t in zip(targets, given, strict=True) if t is not None}
            found = forward_pass([n for n in roots if n is not None], starts, on_tensors=recorded)
            self.memo = (given, [None if n is None else found.get(n) for n in roots])
        return self.memo[1]

    def second_run(self, recorded: bool) -> tuple[list[Any], list[Node]]:
        """Run the function again; return the nodes of its results and of this segment's parents."""
        _, tensors, own = self.run(_alias if recorded else new_leaf)
        for x, value in zip(tensors, self.values, strict=True):
            if not np.array_equal(x._raw, value, equal_nan=value.dtype.kind in "fc"):
                raise GraphError(
                    "checkpoint: the function returned another result when it was computed "
                    "again: it draws random numbers, or something it closes over has changed"
                )
        return [x.node for x in tensors], [*own, *self.outside]


def same_items(x: Any, y: list[Any]) -> bool:
    """Return whether two lists hold the same objects."""
    return isinstance(x, list) and len(x) == len(y) and all(map(operator.is_, x, y))


def segment_jvp(
    node: Node, tangents: dict[Node, Any], on_tensors: bool, note: Callable[..., None] | None
) -> Any:
    """Return the tangent of a result of a segment: see ``Op.jvp``.

    The pass inside notes its own steps.
    """
    edges = node.edges or ()
    segment, k, _ = edges[0][2]
    return segment.tangents([tangents.get(parent) for parent, _, _ in edges], on_tensors)[k]


def present(x: Any) -> Any:
    """Return an argument as it is now; a Tensor may be written to before the second run."""
    if not isinstance(x, Tensor):
        return x
    whole = base_of(x)
    return batched_like(x, result(whole._captured(), whole.node))


def new_leaf(x: Tensor) -> Tensor:
    """Return a Tensor with the values of `x` and a node of its own."""
    leaf = result(x._captured(), None)
    leaf.node = Argument(leaf, leaf.shape, leaf.dtype)
    return leaf


RULE = Rule(lambda g, segment, k, i: segment.cotangents(k, g)[i], "x")
OP = Op("checkpoint", lambda x: x, "general", ("x",), {"x": RULE}, holomorphic=False)
OP.jvp = segment_jvp
OP.reruns = True
