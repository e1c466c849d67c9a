"""Matrices of derivatives, and products with them that never form the matrix."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np

from .batching import at_levels, base_of, vmap
from .errors import ShapeError
from .forward import forward_pass
from .graph import Node
from .hooks import is_replaying
from .modes import enable_grad, no_grad
from .op import FUNCTIONS
from .passes import as_tensor
from .tensor import Array, Tensor, is_concrete, result
from .transforms import RecordedCall, as_numbers, grad, is_tracked, one_or_all
from .trees import tree_leaves, tree_unflatten

Mode = Literal["auto", "reverse", "forward"]


def jacobian(
    f: Callable[..., Any], argnums: int | Sequence[int] = 0, mode: Mode = "auto"
) -> Callable[..., Any]:
    r"""Return the function that computes every derivative of every result of `f`.

    Args:
        f: A function of arrays, or of nested lists, tuples and dicts of them, with a result of
            the same kind.
        argnums: The numbers of the positional arguments to differentiate for.
        mode: ``"reverse"`` runs a backward pass for each element of the result, ``"forward"`` a
            forward pass for each element of the arguments, ``"auto"`` whichever are fewer.

    Returns:
        A function of the same arguments. For a result of shape s and an argument of shape a
        the Jacobian has shape (\\*s, \\*a). The structure of the result is outside, that of the
        argument inside; for several `argnums` there is a tuple of arguments.

    >>> import numpy as np, tinygrad_np as tg
    >>> tg.jacobian(lambda x: x**2)(np.array([1.0, 2.0])).tolist()
    [[2.0, 0.0], [0.0, 4.0]]
    """
    if mode not in ("auto", "reverse", "forward"):
        raise ValueError(f"jacobian: mode is 'auto', 'reverse' or 'forward', not {mode!r}")

    @functools.wraps(f)
    def all_derivatives(*args: Any, **kwargs: Any) -> Any:
        run = RecordedCall(f, args, kwargs, as_numbers(argnums), "jacobian")
        results = run.results(run.answer)
        recorded = run.outer and run.goes_beyond(results)
        rows = sum(x.size for x in results)
        columns = sum(x.size for x in run.inputs)
        by_rows = mode == "reverse" or (mode == "auto" and rows <= columns)
        with enable_grad():
            parts = (rows_of if by_rows else columns_of)(run, results, recorded)
        answers = [one_or_all(run.by_argument(row), argnums) for row in parts]
        return tree_unflatten(run.answer, iter(answers))

    return all_derivatives


def rows_of(run: RecordedCall, results: list[Tensor], recorded: bool) -> list[list[Tensor]]:
    """Return the Jacobian for each result and input, by a backward pass from each element."""
    table = []
    for x in results:
        if x.node is not None and not recorded and not run.levels and x.size > 1:
            table.append(rows_at_once(run, x))
            continue
        found = []
        shape = run.wrapped(x).shape
        for v in basis_vectors(run, x):
            start = {} if x.node is None else {x.node: result(v, None) if recorded else v}
            found.append(run.pull(start, retain_graph=True, on_tensors=recorded))
        table.append(
            [
                stacked_as([row[i] for row in found], (*shape, *run.wrapped(y).shape), y.dtype)
                for i, y in enumerate(run.inputs)
            ]
        )
    return table


def rows_at_once(run: RecordedCall, x: Tensor) -> list[Tensor]:
    """Return the same for one result by one backward pass, with all rows as a batch."""
    assert x.node is not None  # it depends on an input
    node = x.node

    def pull(v: Tensor) -> list[Tensor]:
        return run.pull({node: v}, retain_graph=True, on_tensors=True)

    with no_grad():
        rows = vmap(pull)(np.eye(x.size, dtype=x.dtype).reshape((x.size, *x.shape)))
        return [row.reshape((*x.shape, *y.shape)) for row, y in zip(rows, run.inputs, strict=True)]


def columns_of(run: RecordedCall, results: list[Tensor], recorded: bool) -> list[list[Tensor]]:
    """Return the same by a forward pass from each element of each input."""
    roots = [x.node for x in results if x.node is not None]
    columns: list[list[Tensor]] = [[] for _ in results]
    table: list[list[Tensor]] = [[] for _ in results]
    for y, node in zip(run.inputs, run.nodes, strict=True):
        for column in columns:
            column.clear()
        for t in basis_vectors(run, y):
            start: dict[Node, Any] = {node: result(t, None) if recorded else t}
            found = forward_pass(roots, start, on_tensors=recorded)
            for x, column in zip(results, columns, strict=True):
                tangent = found.get(x.node) if x.node is not None else None
                zero = result(np.zeros(x.shape, x.dtype), None)
                column.append(run.wrapped(zero if tangent is None else as_tensor(tangent)))
        inner = run.wrapped(y).shape
        for x, column, row in zip(results, columns, table, strict=True):
            outer = run.wrapped(x).shape
            last_first = stacked_as(column, (*inner, *outer), x.dtype)
            n, m = len(inner), len(outer)
            row.append(last_first.transpose((*range(n, n + m), *range(n))))
    return table


def basis_vectors(run: RecordedCall, x: Tensor) -> list[Array]:
    """Return for each element of `x` an array of its shape with 1 there and 0 elsewhere.

    Under `vmap` there is one for each element of an example, with 1 in every example.
    """
    shape = run.wrapped(x).shape
    size = math.prod(shape)
    ones = np.eye(size, dtype=x.dtype).reshape((size, *(1,) * len(run.levels), *shape))
    return list(np.broadcast_to(ones, (size, *x.shape)))


def stacked_as(parts: list[Tensor], shape: tuple[int, ...], dtype: np.dtype[Any]) -> Tensor:
    """Return Tensors stacked, in `shape`."""
    if not parts:
        return result(np.zeros(shape, dtype), None)
    return FUNCTIONS["stack"](parts).reshape(shape)  # type: ignore[no-any-return]


def hessian(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    r"""Return the function that computes all second derivatives of `f`.

    Args:
        f: A function whose result is a single number.
        argnums: As in :func:`jacobian`.

    Returns:
        A function of the same arguments. For an array of shape a the Hessian has shape
        (\\*a, \\*a); for nested arguments it is nested twice.

    >>> import numpy as np, tinygrad_np as tg
    >>> tg.hessian(lambda x: x[0] ** 2 * x[1])(np.array([3.0, 5.0])).tolist()
    [[10.0, 6.0], [6.0, 0.0]]
    """
    return jacobian(grad(f, argnums), argnums, "reverse")


def hvp(f: Callable[..., Any], argnums: int = 0) -> Callable[..., Any]:
    """Return the function that multiplies the Hessian of `f` by a vector.

    The Hessian is never formed: the gradient is recorded, and a backward pass over that has the
    vector as its cotangent. It costs about two gradients. Pearlmutter, "Fast exact multiplication
    by the Hessian", Neural Computation 6 (1994).

    Args:
        f: A function whose result is a single number.
        argnums: The number of the positional argument to differentiate for.

    Returns:
        A function of the arguments of `f` and, last, a vector of the structure and shapes of
        the argument; its result has them too.

    >>> import numpy as np, tinygrad_np as tg
    >>> tg.hvp(lambda x: (x**3).sum())(np.array([1.0, 2.0]), np.array([1.0, 10.0])).tolist()
    [6.0, 120.0]
    """

    @functools.wraps(f)
    def product(*args: Any, **kwargs: Any) -> Any:
        if len(args) < 2:
            raise TypeError("hvp: pass the arguments of the function and then the vector")
        *primals, vector = args
        run = RecordedCall(f, primals, kwargs, (argnums,), "hvp")
        (value,) = run.results([run.answer])
        given = tree_leaves(vector)
        shapes = [run.wrapped(x).shape for x in run.inputs]
        if [np.shape(v) for v in given] != shapes:
            raise ShapeError(
                f"hvp: the vector has shapes {[np.shape(v) for v in given]}, the argument {shapes}"
            )
        if run.levels:
            given = [base_of(at_levels(v, run.levels)) for v in given]
        recorded = run.outer and (run.goes_beyond([value]) or any(map(is_tracked, given)))
        with enable_grad():
            gradients = run.gradients(value, retain_graph=True, on_tensors=True)
        starts: dict[Node, Any] = {}
        for g, v in zip(gradients, given, strict=True):
            g = base_of(g)
            if g.node is not None:
                start: Any = v if is_concrete(v) else Tensor(v, dtype=g.dtype)
                start = start if recorded or is_replaying() else start._captured()
                starts[g.node] = start + starts[g.node] if g.node in starts else start
        with enable_grad():
            found = run.pull(starts, retain_graph=True, on_tensors=recorded)
        return run.by_argument(found)[0]

    return product


def elementwise_grad(f: Callable[..., Any], argnums: int = 0) -> Callable[..., Any]:
    """Return the derivative of an elementwise function.

    It is the gradient of the sum of the results: the derivative of each element, provided that no
    element of the result depends on another element of the argument.

    >>> import numpy as np, tinygrad_np as tg
    >>> tg.elementwise_grad(np.sin)(np.array([0.0, np.pi])).tolist()
    [1.0, -1.0]
    """
    return grad(functools.wraps(f)(lambda *args, **kwargs: f(*args, **kwargs).sum()), argnums)
