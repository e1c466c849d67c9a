"""Products of matrices and vectors."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ..engine.makers import Binary, bilinear, declare
from ..engine.op import composed
from ..engine.tensor import Array, Tensor
from .elementwise import multiply
from .shaping import as_tensor, reshape, swapaxes, transpose


def _matmul_x(g, y):  # type: ignore[no-untyped-def]  # a rule: either world
    if y.ndim == 1:
        return g[..., None] * y if g.ndim else g * y
    if g.ndim == y.ndim - 1:  # x was a vector
        return (y @ g[..., None])[..., 0]
    return g @ (y.T if y.ndim == 2 else y.swapaxes(-1, -2))


def _matmul_y(g, x):  # type: ignore[no-untyped-def]  # a rule: either world
    if x.ndim == 1:
        return x[:, None] * g[..., None, :] if g.ndim else g * x
    if g.ndim == x.ndim - 1:  # y was a vector
        return (g[..., None, :] @ x)[..., 0, :]
    return (x.T if x.ndim == 2 else x.swapaxes(-1, -2)) @ g


def inner_sizes(x: tuple[int, ...], y: tuple[int, ...]) -> str:
    """Return why two shapes can not be multiplied, in words."""
    if not x or not y:
        return f"{x} @ {y}: a number is not a matrix; use * to scale"
    n, m = x[-1], y[-2] if len(y) > 1 else y[0]
    if n != m:
        return f"{x} @ {y}: the inner sizes {n} and {m} differ"
    return f"{x} @ {y}: the batch axes {x[:-2]} and {y[:-2]} do not broadcast"


matmul: Binary = bilinear(
    np.matmul,
    x=_matmul_x,
    y=_matmul_y,
    mismatch=inner_sizes,
    doc="""The matrix product x @ y; stacks of matrices broadcast, vectors are rows or columns.

    >>> import tinygrad_np as tg
    >>> tg.matmul([[1.0, 2.0], [3.0, 4.0]], [1.0, 1.0])
    Tensor([3., 7.], dtype=float64)
    """,
)


@composed(np.dot)
def dot(x: npt.ArrayLike, y: npt.ArrayLike, /) -> Tensor:
    """The sum over the last axis of `x` and the last but one of `y`, or its only one.

    The same as :func:`matmul` up to two axes; beyond that it does not broadcast but pairs
    every vector of `x` with every one of `y`.

    >>> import tinygrad_np as tg
    >>> tg.dot([1.0, 2.0], [3.0, 4.0]).item()
    11.0
    """
    x, y = as_tensor(x), as_tensor(y)
    if not x.ndim or not y.ndim:
        return multiply(x, y)
    if y.ndim <= 2:
        return matmul(x, y)
    rows = swapaxes(y, 0, -2)  # the summed axis first
    product = matmul(x, reshape(rows, (rows.shape[0], -1)))
    # Its axes now stand in the order 1, 2, ..., 0, last: put the first one back in front.
    paired = reshape(product, (*product.shape[:-1], *rows.shape[1:]))
    order = list(range(paired.ndim))
    order.insert(product.ndim - 1, order.pop(-2))
    return transpose(paired, tuple(order))


NARROW = 16


def _in_columns(rows: int, width: int) -> bool:
    """Return whether `linear` lays out a matrix of this shape by columns.

    Adding a bias with a short last axis costs more than the product before it. Laid out in
    columns the inner loop of the addition is long, and NumPy carries the layout on through
    elementwise functions. Results and gradients of one shape get one layout: mixing them is
    slow.
    """
    return width < NARROW and rows > width


def _rows(a: Any) -> Any:
    """Return an array as a matrix whose rows are its vectors along the last axis."""
    return a if a.ndim == 2 else a.reshape((-1, a.shape[-1]))


def _bad_linear(*shapes: tuple[int, ...]) -> str:
    x, weight, *bias = shapes
    if len(weight) != 2:
        return f"the weight has shape {weight}; it must be (outputs, inputs)"
    if bias and bias[0] != weight[:1]:
        return f"the bias has shape {bias[0]}, but the weight {weight} has {weight[0]} outputs"
    return f"an input of shape {x} for a weight of shape {weight}: it must end in {weight[1]}"


def _linear_input(g, weight):  # type: ignore[no-untyped-def]  # a rule: either world
    by_columns = g.ndim == 2 and _in_columns(len(g), weight.shape[1])
    if len(weight) == 1:  # numpy.matmul leaves outer products to a slow loop
        return (weight.T * g.T).T if by_columns else g * weight
    return (weight.T @ g.T).T if by_columns else g @ weight


@declare(
    kind="bilinear",
    public=False,
    mismatch=_bad_linear,
    x=_linear_input,
    weight=lambda g, x: _rows(g).T @ _rows(x),
    bias=lambda g: g,
)
def linear(x: Array, weight: Array, bias: Array) -> Array:
    """Return ``x @ weight.T + bias``."""
    if bias.shape != weight.shape[:1]:
        raise ValueError("bias")
    if not x.dtype == weight.dtype == bias.dtype:
        return x @ weight.T + bias
    if x.ndim == 2 and _in_columns(len(x), len(weight)):
        columns = weight @ x.T
        columns += bias[:, None]
        return columns.T
    out = x @ weight.T
    out += bias
    return out
