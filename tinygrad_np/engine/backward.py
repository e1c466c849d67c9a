"""The methods `backward`, which adds to `.grad`, and `gradient`, which returns gradients."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from .errors import DTypeError, GraphError, ShapeError
from .graph import Leaf, Node
from .hooks import ACTIVE, is_replaying
from .modes import enable_grad
from .passes import as_tensor, backward_pass, ones
from .tensor import Tensor, is_concrete, result


def initial_cotangent(
    output: Tensor, gradient: Tensor | npt.ArrayLike | None, on_tensors: bool, caller: str
) -> Any:
    """Return the cotangent that a pass from `output` starts with, or raise an error.

    It is a Tensor if the rules will run on Tensors.
    """
    if ACTIVE and is_replaying():
        on_tensors = True
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
        if output.dtype.kind == "c":
            raise DTypeError(
                f"{caller}: the result is complex, and only a real number has a direction of "
                f"steepest ascent; take .real, .imag or the absolute value, or pass gradient="
            )
        array = ones(1, output.dtype).reshape(output.shape)
        return result(array, None) if on_tensors else array
    given = gradient if isinstance(gradient, Tensor) else Tensor(gradient)
    if given.shape != output.shape:
        raise ShapeError(
            f"{caller}: gradient has shape {given.shape}, but the result has {output.shape}"
        )
    if given.dtype.kind == "c" and output.dtype.kind != "c":
        raise DTypeError(f"{caller}: a complex gradient for a result of dtype {output.dtype}")
    if on_tensors:
        return given if given.dtype == output.dtype else given.astype(output.dtype)
    return given._raw.astype(output.dtype)  # a copy: leaves may keep it


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
            Tensor has a single element; the default is then 1.
        retain_graph: Keep what the graph saved, for another backward pass.
        create_graph: Record the backward pass itself, so that gradients have gradients;
            implies `retain_graph`.

    Raises:
        ShapeError: If `gradient` is missing for more than one element, or has another shape.
        GraphError: If nothing was recorded, or the graph was freed by an earlier pass.

    >>> import tinygrad_np as tg
    >>> x = tg.tensor([1.0, 2.0], requires_grad=True)
    >>> (x**2).backward(gradient=[1.0, 10.0])
    >>> x.grad
    Tensor([ 2., 40.], dtype=float64)
    """
    start = initial_cotangent(output, gradient, create_graph, "backward")
    found = run_backward(output, start, frozenset(), retain_graph, create_graph)
    for node, g in found.items():
        tensor = node.tensor() if isinstance(node, Leaf) else None
        if tensor is None or tensor.node is not node:  # deleted, or no longer that leaf
            continue
        if tensor._grad is None:
            tensor._grad = as_tensor(g)
        else:
            have = tensor._grad if isinstance(g, Tensor) else tensor._grad._raw
            tensor._grad = as_tensor(have + g)


def gradients(
    output: Tensor,
    *targets: Tensor,
    gradient: Tensor | npt.ArrayLike | None = None,
    create_graph: bool = False,
) -> tuple[Tensor | None, ...]:
    """Return the gradient of this Tensor with respect to each target.

    No ``.grad`` is written, and the graph is kept. A target may be a leaf or any Tensor on the way.

    Args:
        output: The result to differentiate.
        targets: The Tensors to differentiate with respect to.
        gradient: As in :func:`backward`.
        create_graph: As in :func:`backward`.

    Returns:
        A tuple of Tensors, ``None`` for a target that no path leads to.

    >>> import tinygrad_np as tg
    >>> x = tg.tensor(3.0, requires_grad=True)
    >>> (dx,) = (x**3).gradient(x, create_graph=True)
    >>> (d2x,) = dx.gradient(x)
    >>> dx.item(), d2x.item()
    (27.0, 18.0)
    """
    nodes: list[Node] = []
    for i, target in enumerate(targets):
        if not is_concrete(target) or target.node is None:
            raise GraphError(f"gradient: target {i} is not a Tensor that requires a gradient")
        nodes.append(target.node)
    start = initial_cotangent(output, gradient, create_graph, "gradient")
    if not nodes:
        return ()
    found = run_backward(output, start, frozenset(nodes), True, create_graph)
    return tuple(as_tensor(found[n]) if n in found else None for n in nodes)


def run_backward(
    output: Tensor,
    start: Any,
    targets: frozenset[Node],
    retain_graph: bool,
    create_graph: bool,
) -> dict[Node, Any]:
    """Run a backward pass from `output`, recorded if `create_graph`."""
    assert output.node is not None  # initial_cotangent raises
    if not create_graph:
        return backward_pass({output.node: start}, targets, retain_graph=retain_graph)
    with enable_grad():
        return backward_pass({output.node: start}, targets, retain_graph=True, on_tensors=True)
