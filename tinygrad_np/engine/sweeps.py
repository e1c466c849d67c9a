"""The reverse sweep: cotangents from a result back to everything it came from.

One small pure function, in two worlds: on arrays nothing is recorded; with
`create_graph` the same rules run on Tensors and record themselves. Imports errors,
graph, modes, tensor and op.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from .calls import lift
from .errors import DTypeError, GraphError, ShapeError
from .graph import Leaf, Node, spent, walk_edges
from .modes import enable_grad
from .op import Rule
from .tensor import Array, Tensor, result


def sweep(
    root: Node,
    cotangent: Any,
    targets: frozenset[Node] = frozenset(),
    *,
    retain_graph: bool = False,
    create_graph: bool = False,
) -> dict[Node, Any]:
    """Return the cotangents of the leaves below `root`, or of `targets` alone.

    Args:
        root: The node of the result.
        cotangent: Its cotangent, of its shape: an array, or a Tensor with `create_graph`.
        targets: Where to go; only paths that lead to one of them are followed.
        retain_graph: Keep what the nodes saved, for another sweep.
        create_graph: Run the rules on Tensors, so that what they compute is recorded.
    """
    order = walk_edges(root)
    useful = leading_to(targets, order) if targets else None
    cotangents = {root: cotangent}
    found: dict[Node, Any] = {}
    ours: set[Node] = set()  # whose cotangent is an array this sweep allocated
    for node in order:
        g = cotangents.pop(node, None)
        if g is None:  # every rule on the way here said: no gradient
            continue
        if node.op is None or node in targets:
            found[node] = g
        edges = node.edges
        if edges is None:  # spent by another thread since the walk
            raise spent(node)
        for parent, rule, arguments in edges:
            if useful is not None and parent not in useful:
                continue
            if create_graph:
                arguments = lift(node, rule, arguments)
            c = rule.apply(g, *arguments)
            if c is None:
                continue
            if c.shape != parent.shape or c.dtype is not parent.dtype:
                c = fit(c, parent, node, rule)
            if parent not in cotangents:
                cotangents[parent] = c
            elif parent in ours:
                cotangents[parent] += c
            else:
                cotangents[parent] = cotangents[parent] + c
                if not create_graph:
                    ours.add(parent)
        if not retain_graph and node.op is not None:
            node.edges = None
    return found


def leading_to(targets: frozenset[Node], order: list[Node]) -> set[Node]:
    """Return the nodes of `order` (newest first) from which a target can be reached."""
    useful: set[Node] = set()
    for node in reversed(order):
        if node in targets or any(parent in useful for parent, _, _ in node.edges or ()):
            useful.add(node)
    return useful


def fit(c: Any, parent: Node, node: Node, rule: Rule) -> Any:
    """Return a cotangent in its parent's shape and dtype.

    The transpose of broadcasting is a sum over the axes that were repeated, and the
    transpose of a promotion is the way back: this is the one place for both.
    """
    if c.shape != parent.shape:
        assert node.op is not None  # a leaf has no rules
        if node.op.kind not in ("elementwise", "bilinear"):
            raise ShapeError(
                f"{node.op.name}: its rule for {rule.input} returned shape {c.shape} for an "
                f"input of shape {parent.shape}"
            )
        c = unbroadcast(c, parent.shape)
    if c.dtype != parent.dtype:
        if c.dtype.kind == "c" and parent.dtype.kind != "c":
            c = c.real
        c = c.astype(parent.dtype)
    return c


def unbroadcast(g: Any, shape: tuple[int, ...]) -> Any:
    """Return `g` summed over the axes that broadcasting `shape` added or repeated."""
    if type(g) is np.ndarray and g.ndim == 2 and g.dtype.kind == "f":
        # A sum over one axis of a matrix: a product with ones is up to seven times
        # faster than numpy.add.reduce.
        rows, columns = g.shape
        if shape in ((columns,), (1, columns)):
            sums = ones(rows, g.dtype) @ g
            return sums if len(shape) == 1 else sums.reshape(shape)
        if shape == (rows, 1):
            return (g @ ones(columns, g.dtype)).reshape(shape)
    if g.shape == shape:
        return g
    added = g.ndim - len(shape)
    repeated = tuple(i + added for i, n in enumerate(shape) if n == 1 and g.shape[i + added] != 1)
    axes = (*range(added), *repeated)
    if type(g) is Tensor:
        return g.sum(axis=axes).reshape(shape)
    return np.add.reduce(g, axis=axes).reshape(shape)


@lru_cache(maxsize=32)
def ones(n: int, dtype: np.dtype[Any]) -> Array:
    """Return a read-only vector of ones, kept for the next sweep."""
    vector = np.ones(n, dtype)
    vector.flags.writeable = False
    return vector


def seed(
    output: Tensor, gradient: Tensor | npt.ArrayLike | None, create_graph: bool, caller: str
) -> Any:
    """Return the cotangent a sweep from `output` starts with, or say why there is none."""
    if output.node is None:
        raise GraphError(
            f"{caller}: nothing to differentiate: this Tensor of shape {output.shape} was not "
            f"computed from one with requires_grad=True, or was computed inside no_grad()"
        )
    if gradient is None:
        if output.size != 1:
            raise ShapeError(
                f"{caller}: the result has shape {output.shape}, and only a single number has a "
                f"gradient of its own; reduce it first, as in .sum().backward(), or pass "
                f"gradient= of shape {output.shape}"
            )
        array = ones(1, output.dtype).reshape(output.shape)
        return result(array, None) if create_graph else array
    given = gradient if type(gradient) is Tensor else Tensor(gradient)
    if given.shape != output.shape:
        raise ShapeError(
            f"{caller}: gradient has shape {given.shape}, but the result has {output.shape}"
        )
    if given.dtype.kind == "c" and output.dtype.kind != "c":
        raise DTypeError(f"{caller}: a complex gradient for a result of dtype {output.dtype}")
    if create_graph:
        return given if given.dtype == output.dtype else given.astype(output.dtype)
    return given._data.astype(output.dtype)  # a copy: leaves may keep it


def backward(
    output: Tensor,
    gradient: Tensor | npt.ArrayLike | None = None,
    retain_graph: bool = False,
    create_graph: bool = False,
) -> None:
    """Add the gradient of this Tensor to ``.grad`` of every leaf it was computed from.

    Args:
        output: The result to differentiate.
        gradient: The cotangent to start with: `v` in :math:`J^T v`. Required unless the
            Tensor has a single element, where it is one.
        retain_graph: Keep what the graph saved, so that it can be swept again.
        create_graph: Record the sweep itself, so that gradients have gradients;
            implies `retain_graph`.

    Raises:
        ShapeError: Without `gradient` for more than one element, or for one that does
            not fit.
        GraphError: If nothing was recorded, or the graph is spent.

    >>> import tinygrad_np as tg
    >>> x = tg.tensor([1.0, 2.0], requires_grad=True)
    >>> (x**2).backward(gradient=[1.0, 10.0])
    >>> x.grad
    Tensor([ 2., 40.], dtype=float64)
    """
    start = seed(output, gradient, create_graph, "backward")
    found = run(output, start, frozenset(), retain_graph, create_graph)
    for node, g in found.items():
        tensor = node.tensor() if isinstance(node, Leaf) else None
        if tensor is None or tensor.node is not node:  # it is gone, or no longer that leaf
            continue
        if tensor._grad is None:
            tensor._grad = as_tensor(g)
        else:
            have = tensor._grad if create_graph else tensor._grad._data
            tensor._grad = as_tensor(have + g)


def gradients(
    output: Tensor,
    *targets: Tensor,
    gradient: Tensor | npt.ArrayLike | None = None,
    create_graph: bool = False,
) -> tuple[Tensor | None, ...]:
    """Return the gradient of this Tensor with respect to each target.

    A question, not a training step: nothing is written to any ``.grad`` and the graph
    is not spent. A target may be a leaf or any Tensor on the way.

    Args:
        output: The result to differentiate.
        targets: The Tensors to differentiate with respect to.
        gradient: As in :func:`backward`.
        create_graph: As in :func:`backward`.

    Returns:
        A tuple of Tensors, ``None`` for a target no path leads to.

    >>> import tinygrad_np as tg
    >>> x = tg.tensor(3.0, requires_grad=True)
    >>> (dx,) = (x**3).gradient(x, create_graph=True)
    >>> (d2x,) = dx.gradient(x)
    >>> dx.item(), d2x.item()
    (27.0, 18.0)
    """
    nodes: list[Node] = []
    for i, target in enumerate(targets):
        if type(target) is not Tensor or target.node is None:
            raise GraphError(f"gradient: target {i} is not a Tensor that requires a gradient")
        nodes.append(target.node)
    start = seed(output, gradient, create_graph, "gradient")
    if not nodes:
        return ()
    found = run(output, start, frozenset(nodes), True, create_graph)
    return tuple(as_tensor(found[n]) if n in found else None for n in nodes)


def as_tensor(g: Any) -> Tensor:
    """Return a cotangent as a Tensor."""
    return g if type(g) is Tensor else result(np.asarray(g), None)


def run(
    output: Tensor,
    start: Any,
    targets: frozenset[Node],
    retain_graph: bool,
    create_graph: bool,
) -> dict[Node, Any]:
    """Sweep from `output`, in grad mode if the sweep itself is to be recorded."""
    assert output.node is not None  # seed raises
    if not create_graph:
        return sweep(output.node, start, targets, retain_graph=retain_graph)
    with enable_grad():
        return sweep(output.node, start, targets, retain_graph=True, create_graph=True)
