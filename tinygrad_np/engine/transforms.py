"""Functions of functions: gradients, pullbacks, pushforwards.

Arguments may be arrays, or nested lists, tuples and dicts of arrays.
"""

from __future__ import annotations

import functools
import math
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from .backward import initial_cotangent
from .batching import BatchTracer, at_levels, base_of, levels, wrap
from .calls import operand
from .declarations import declare
from .errors import GraphError, GraphWarning, ShapeError
from .forward import forward_pass
from .graph import Argument, Leaf, Node, walk_edges
from .modes import enable_grad, is_grad_enabled, no_grad, refused
from .passes import as_tensor, backward_pass
from .tensor import SHARED, Tensor, result
from .trees import tree_leaves, tree_map, tree_unflatten


@declare(kind="elementwise", x=lambda g: g)
def _alias(x: npt.ArrayLike) -> npt.ArrayLike:
    """Return the same values with a node of their own, to differentiate for."""
    return x


class RecordedCall:
    """One recorded run of a function on fresh inputs.

    Fresh nodes keep nested derivatives apart. If the graph goes beyond them, the function was
    called inside a recorded computation or closes over Tensors that require a gradient: the passes
    over it are then recorded too.

    Attributes:
        given: The Tensors that the function is given for the arrays in the arguments, in order.
        inputs: The same, or zeros with the node that they had, where the function wrote to them.
        copy: Whether arrays in the arguments are copied, for passes that run later.
        trees: The arguments that hold them.
        nodes: The nodes that they had.
        answer: The function's result.
    """

    def __init__(
        self,
        f: Callable[..., Any],
        args: Sequence[Any],
        kwargs: dict[str, Any],
        argnums: Iterable[int],
        caller: str,
        copy: bool = False,
    ) -> None:
        self.caller = caller
        self.copy = copy
        self.levels = levels.get()
        self.outer = is_grad_enabled()
        self.given: list[Tensor] = []
        places = [self.place(number, len(args)) for number in argnums]
        fresh = {i: tree_map(self.fresh, args[i]) for i in dict.fromkeys(places)}
        self.trees = [fresh[i] for i in places]
        self.nodes = [x.node for x in self.given if x.node is not None]
        noted: list[str] = []
        token = refused.set(noted)
        try:
            with enable_grad():
                self.answer = f(*(fresh.get(i, x) for i, x in enumerate(args)), **kwargs)
        finally:
            refused.reset(token)
        for message in dict.fromkeys(noted):
            warnings.warn(
                f"{caller}: the function swallowed an error, and what it did instead may have no "
                f"gradient: {message}",
                GraphWarning,
                stacklevel=4,
            )
        self.inputs = [
            x if x.node is n else result(np.zeros(n.shape, n.dtype), n)
            for x, n in zip(self.given, self.nodes, strict=True)
        ]

    def place(self, number: int, count: int) -> int:
        """Return the number of an argument, counted from the front."""
        if not -count <= number < count:
            raise TypeError(f"{self.caller}: argnums has {number}, but there are {count} arguments")
        return number % count

    def fresh(self, x: Any) -> Tensor:
        """Return a Tensor with the values of `x` and a node of its own."""
        if x is None:
            raise GraphError(f"{self.caller}: an argument to differentiate for holds None")
        base = x
        if self.levels:  # each example has an input, and a gradient, of its own
            base = base_of(at_levels(x, self.levels))
        if isinstance(base, Tensor) and base.requires_grad:
            with enable_grad():
                tensor = _alias(base)
        else:
            array = np.asarray(operand(base, self.caller)[0])
            shared = not isinstance(base, Tensor) or base._share == SHARED
            tensor = result(array.copy() if shared and self.copy else array, None)
            tensor.requires_grad = True  # or an error
            tensor.node = Argument(tensor, tensor.shape, tensor.dtype)
            if shared and not self.copy:
                tensor._share = SHARED
        self.given.append(tensor)
        return wrap(tensor, self.levels)

    def results(self, tree: Any) -> list[Tensor]:
        """Return the Tensors in a result of the function, as whole batches under `vmap`."""
        found = tree_leaves(tree)
        for x in found:
            if not isinstance(x, Tensor):
                raise TypeError(
                    f"{self.caller}: the function returned {type(x).__name__}, not a Tensor"
                )
        return [base_of(at_levels(x, self.levels)) for x in found] if self.levels else found

    def wrapped(self, x: Tensor) -> Tensor:
        """Return a whole batch as one example, as code around the function sees it."""
        return wrap(x, self.levels)

    def goes_beyond(self, results: Iterable[Tensor]) -> bool:
        """Return whether the graph of `results` has leaves other than the inputs."""
        own = set(self.nodes)
        roots = [x.node for x in results if x.node is not None]
        return any(isinstance(n, Leaf) and n not in own for n in walk_edges(roots))

    def pull(
        self, cotangents: dict[Node, Any], *, retain_graph: bool, on_tensors: bool
    ) -> list[Tensor]:
        """Return the gradient for each input, zeros where no path leads."""
        found = backward_pass(
            cotangents,
            frozenset(self.nodes),
            retain_graph=retain_graph,
            on_tensors=on_tensors,
        )
        return [
            self.wrapped(
                as_tensor(found[n]) if n in found else result(np.zeros(n.shape, n.dtype), None)
            )
            for n in self.nodes
        ]

    def gradients(self, value: Tensor, *, retain_graph: bool, on_tensors: bool) -> list[Tensor]:
        """Return the gradient of a single number for each input."""
        shape = self.wrapped(value).shape
        if math.prod(shape) != 1:
            raise ShapeError(
                f"{self.caller}: the function returned shape {shape}, and only a single number "
                f"has a gradient; reduce it, as with .sum(), or use jacobian"
            )
        if value.node is None:
            return self.pull({}, retain_graph=retain_graph, on_tensors=on_tensors)
        # Of a whole batch, one for each example.
        start = np.ones(value.shape, value.dtype) if self.levels else None
        cotangent = initial_cotangent(value, start, on_tensors, self.caller)
        return self.pull({value.node: cotangent}, retain_graph=retain_graph, on_tensors=on_tensors)

    def by_argument(self, gradients: Sequence[Tensor]) -> tuple[Any, ...]:
        """Return gradients in the structure of the arguments."""
        of_input = {id(x): g for x, g in zip(self.given, gradients, strict=True)}
        return tuple(tree_map(lambda x: of_input[id(base_of(x))], tree) for tree in self.trees)


def value_and_grad(
    f: Callable[..., Any], argnums: int | Sequence[int] = 0, has_aux: bool = False
) -> Callable[..., tuple[Any, Any]]:
    """Return a function that computes `f` and its gradient.

    Args:
        f: A function whose result is a single number; with `has_aux` a pair of that and
            anything else, which is passed through.
        argnums: The numbers of the positional arguments to differentiate for. Each argument is an
            array, or a nested list, tuple or dict of arrays, floating point or complex.
        has_aux: Whether `f` returns such a pair.

    Returns:
        A function that returns ``(value, gradient)``, or ``((value, aux), gradient)``. The
        gradient has the structure of the argument; for several `argnums` it is a tuple of them.
        It is zero for an array that `f` does not depend on.

    >>> import numpy as np, tinygrad_np as tg
    >>> value, gradient = tg.value_and_grad(lambda p: (p["w"] ** 2).sum() + p["b"])(
    ...     {"w": np.array([1.0, 2.0]), "b": 3.0}
    ... )
    >>> value.item(), gradient["w"].tolist(), gradient["b"].item()
    (8.0, [2.0, 4.0], 1.0)
    """

    @functools.wraps(f)
    def value_and_gradient(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        run = RecordedCall(f, args, kwargs, as_numbers(argnums), "grad")
        value, aux = run.answer if has_aux else (run.answer, None)
        (value,) = run.results([value])
        beyond = run.goes_beyond([value])
        recorded = run.outer and beyond
        with enable_grad():
            found = run.gradients(value, retain_graph=beyond, on_tensors=recorded)
        gradient = run.by_argument(found)
        value = run.wrapped(value if recorded else value.detach())
        return (value, aux) if has_aux else value, one_or_all(gradient, argnums)

    return value_and_gradient


def grad(
    f: Callable[..., Any], argnums: int | Sequence[int] = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """Return the function that computes the gradient of `f`.

    The arguments are those of :func:`value_and_grad`; with `has_aux` the result is ``(gradient,
    aux)``. Nested, it computes higher derivatives.

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


def vjp(f: Callable[..., Any], *primals: Any, has_aux: bool = False) -> tuple[Any, ...]:
    """Return the value of `f` and its pullback, which maps cotangents of results to arguments'.

    Args:
        f: A function of arrays, or of nested lists, tuples and dicts of them, with a result of
            the same kind; with `has_aux` a pair of that and anything else.
        primals: Its arguments.
        has_aux: Whether `f` returns such a pair.

    Returns:
        ``(value, pullback)``, or ``(value, pullback, aux)``. The pullback takes a cotangent of
        the structure and shapes of the value and returns a tuple, one for each argument:
        :math:`J^T v`. It may be called many times.

    >>> import numpy as np, tinygrad_np as tg
    >>> value, pullback = tg.vjp(lambda x, y: x * y, np.array([1.0, 2.0]), 3.0)
    >>> dx, dy = pullback(np.array([1.0, 10.0]))
    >>> dx.tolist(), dy.item()
    ([3.0, 30.0], 21.0)
    """
    # The pullback may be called after the caller has written to the arguments.
    run = RecordedCall(f, primals, {}, range(len(primals)), "vjp", copy=True)
    value, aux = run.answer if has_aux else (run.answer, None)
    results = run.results(value)
    recorded = run.outer and run.goes_beyond(results)

    def pullback(cotangent: Any) -> tuple[Any, ...]:
        given = tree_leaves(cotangent)
        if len(given) != len(results):
            raise ShapeError(
                f"vjp: {len(given)} cotangents for {len(results)} results; they must have the "
                f"structure of the value"
            )
        batched = any(isinstance(v, BatchTracer) for v in given)  # by a vmap over the pullback
        track = recorded or (is_grad_enabled() and any(map(is_tracked, given)))
        create = track or batched
        cotangents: dict[Node, Any] = {}
        for x, v in zip(results, given, strict=True):
            if x.node is not None:
                v = base_of(at_levels(v, run.levels)) if run.levels else v
                start = initial_cotangent(x, v, create, "vjp")
                before = cotangents.get(x.node)
                cotangents[x.node] = start if before is None else before + start
        with enable_grad() if track else no_grad():
            return run.by_argument(run.pull(cotangents, retain_graph=True, on_tensors=create))

    shown = value if recorded else tree_map(lambda t: t.detach(), value)
    return (shown, pullback, aux) if has_aux else (shown, pullback)


def jvp(
    f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any], has_aux: bool = False
) -> tuple[Any, ...]:
    """Return the value of `f` and its derivative along `tangents`, by one forward pass.

    Args:
        f: A function as in :func:`vjp`.
        primals: Its arguments.
        tangents: A direction for each argument, with its structure and shapes.
        has_aux: Whether `f` returns a pair of its value and anything else.

    Returns:
        ``(value, tangent)``, or ``(value, tangent, aux)``: :math:`J t`, of the structure of
        the value.

    >>> import tinygrad_np as tg
    >>> value, tangent = tg.jvp(lambda x, y: x * y, (2.0, 3.0), (1.0, 10.0))
    >>> value.item(), tangent.item()
    (6.0, 23.0)
    """
    if len(primals) != len(tangents):
        raise TypeError(f"jvp: {len(primals)} arguments, but {len(tangents)} tangents")
    run = RecordedCall(f, primals, {}, range(len(primals)), "jvp")
    value, aux = run.answer if has_aux else (run.answer, None)
    results = run.results(value)
    given = tree_leaves(list(tangents))
    if len(given) != len(run.inputs):
        raise ShapeError(
            f"jvp: {len(given)} tangents for {len(run.inputs)} arrays; they must have the "
            f"structure of the arguments"
        )
    recorded = run.outer and (run.goes_beyond(results) or any(map(is_tracked, given)))
    if run.levels:
        given = [base_of(at_levels(t, run.levels)) for t in given]
    starts = {
        node: initial_cotangent(x, t, recorded, "jvp")
        for node, x, t in zip(run.nodes, run.inputs, given, strict=True)
    }
    roots = [x.node for x in results if x.node is not None]
    with enable_grad():
        found = forward_pass(roots, starts, on_tensors=recorded)
    out_tangents = [
        result(np.zeros(x.shape, x.dtype), None)
        if x.node is None or x.node not in found
        else as_tensor(found[x.node])
        for x in results
    ]
    tangent = tree_unflatten(value, iter([run.wrapped(t) for t in out_tangents]))
    shown = value if recorded else tree_map(lambda t: t.detach(), value)
    return (shown, tangent, aux) if has_aux else (shown, tangent)


def stop_gradient(x: Any) -> Any:
    """Return the same values as constants, through which no gradient flows.

    >>> import tinygrad_np as tg
    >>> tg.grad(lambda x: x * tg.stop_gradient(x))(3.0).item()
    3.0
    """
    return tree_map(lambda t: t.detach() if isinstance(t, Tensor) else Tensor(t), x)


def is_tracked(x: Any) -> bool:
    """Return whether `x` is a Tensor that requires a gradient."""
    return isinstance(x, Tensor) and x.requires_grad


def as_numbers(argnums: int | Sequence[int]) -> tuple[int, ...]:
    """Return argument numbers as a tuple."""
    return (argnums,) if isinstance(argnums, int) else tuple(argnums)


def one_or_all(gradients: tuple[Any, ...], argnums: int | Sequence[int]) -> Any:
    """Return the only gradient if `argnums` is a number, otherwise all of them."""
    return gradients[0] if isinstance(argnums, int) else gradients
