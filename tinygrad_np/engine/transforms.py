"""Functions to functions: the gradient of a function, with or without its value.

Arguments may be arrays, or nested lists, tuples and dicts of arrays. Imports errors,
graph, modes, tensor, op and sweeps.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from .backward import as_tensor, seed
from .errors import GraphError, ShapeError
from .graph import Leaf, Node, walk_edges
from .makers import declare
from .modes import enable_grad, is_grad_enabled
from .sweeps import sweep
from .tensor import SHARED, Tensor, as_array, result


@declare(kind="elementwise", public=False, x=lambda g: g)
def alias(x: npt.ArrayLike) -> npt.ArrayLike:
    """Return `x` as a value with a node of its own, so that it can be differentiated for."""
    return x


def value_and_grad(
    f: Callable[..., Any], argnums: int | Sequence[int] = 0, has_aux: bool = False
) -> Callable[..., tuple[Any, Any]]:
    """Return a function that computes `f` and its gradient.

    Args:
        f: A function whose result is a single number; with `has_aux` a pair of that and
            anything else, which is passed through.
        argnums: Which positional arguments to differentiate for, by number. Each is an
            array, or a nested list, tuple or dict of arrays, floating point or complex.
        has_aux: Whether `f` returns such a pair.

    Returns:
        A function that returns ``(value, gradient)``, or ``((value, aux), gradient)``. The
        gradient has the structure of the argument; for several `argnums` it is a tuple.
        Where `f` does not depend on an array its gradient is zero.

    >>> import numpy as np, tinygrad_np as tg
    >>> value, gradient = tg.value_and_grad(lambda p: (p["w"] ** 2).sum() + p["b"])(
    ...     {"w": np.array([1.0, 2.0]), "b": 3.0}
    ... )
    >>> value.item(), gradient["w"].tolist(), gradient["b"].item()
    (8.0, [2.0, 4.0], 1.0)
    """
    numbers = (argnums,) if isinstance(argnums, int) else tuple(argnums)

    @functools.wraps(f)
    def value_and_gradient(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        for number in numbers:
            if not -len(args) <= number < len(args):
                raise TypeError(f"grad: argnums has {number}, but there are {len(args)} arguments")
        inputs: list[Tensor] = []

        def fresh(x: Any) -> Tensor:
            inputs.append(fresh_input(x))
            return inputs[-1]

        outer = is_grad_enabled()
        with enable_grad():
            positions = [number % len(args) for number in numbers]
            trees = {i: map_tree(fresh, args[i]) for i in positions}
            answer = f(*(trees.get(i, x) for i, x in enumerate(args)), **kwargs)
            value, aux = answer if has_aux else (answer, None)
            value, found = differentiate(value, inputs, outer)
        cotangents = iter(found)
        gradients = {i: map_tree(lambda _: next(cotangents), trees[i]) for i in trees}
        gradient = tuple(gradients[i] for i in positions)
        return (value, aux) if has_aux else value, (
            gradient[0] if isinstance(argnums, int) else gradient
        )

    return value_and_gradient


def grad(
    f: Callable[..., Any], argnums: int | Sequence[int] = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """Return the function that computes the gradient of `f`.

    Arguments as in :func:`value_and_grad`; with `has_aux` the result is ``(gradient, aux)``.
    May be nested for higher derivatives.

    >>> import numpy as np, tinygrad_np as tg
    >>> tg.grad(np.tanh)(0.0).item()
    1.0
    >>> tg.grad(tg.grad(lambda x: x**3))(2.0).item()
    12.0
    """
    both = value_and_grad(f, argnums, has_aux)

    @functools.wraps(f)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        value, found = both(*args, **kwargs)
        return (found, value[1]) if has_aux else found

    return gradient


def differentiate(value: Any, inputs: list[Tensor], outer: bool) -> tuple[Tensor, list[Tensor]]:
    """Return the value of a function and its gradient for each input.

    Where the graph goes on beyond `inputs`, the function was called, or closes over
    something, inside a computation that is itself recorded: then so is the sweep.
    """
    if type(value) is not Tensor:
        raise TypeError(f"grad: the function returned {type(value).__name__}, not a Tensor")
    if value.size != 1:
        raise ShapeError(
            f"grad: the function returned shape {value.shape}, and only a single number has a "
            f"gradient; reduce it, as with .sum()"
        )
    nodes = [x.node for x in inputs if x.node is not None]
    found: dict[Node, Any] = {}
    recorded = False
    if value.node is not None:
        own = frozenset(nodes)
        beyond = any(isinstance(n, Leaf) and n not in own for n in walk_edges((value.node,)))
        recorded = outer and beyond
        start = seed(value, None, recorded, "grad")
        found = sweep({value.node: start}, own, retain_graph=beyond, create_graph=recorded)
    gradients = [
        as_tensor(found[n]) if n in found else result(np.zeros(n.shape, n.dtype), None)
        for n in nodes
    ]
    return (value if recorded else value.detach()), gradients


def fresh_input(x: Any) -> Tensor:
    """Return a Tensor with the values of `x` and a node that nothing else has."""
    if type(x) is Tensor and x.requires_grad:
        return alias(x)
    array = x._data if type(x) is Tensor else as_array(x, "grad")
    leaf = result(array, None)
    leaf.requires_grad = True
    if type(x) is not Tensor:
        leaf._share = SHARED
    return leaf


def map_tree(f: Callable[[Any], Any], tree: Any) -> Any:
    """Return nested lists, tuples and dicts with `f` applied to everything in them."""
    if isinstance(tree, dict):
        return {key: map_tree(f, branch) for key, branch in tree.items()}
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return type(tree)(*(map_tree(f, branch) for branch in tree))
    if isinstance(tree, (list, tuple)):
        return type(tree)(map_tree(f, branch) for branch in tree)
    if tree is None:
        raise GraphError("grad: an argument to differentiate for holds None")
    return f(tree)
