"""Products of matrices and vectors."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from ..engine.access import number_or_array
from ..engine.batching import elementwise, rank_of
from ..engine.declarations import bilinear, declare
from ..engine.errors import ShapeError
from ..engine.op import Op, composed
from ..engine.protocols import Binary
from ..engine.since import late
from ..engine.tensor import Array, Tensor
from .batching import Operands, Params
from .elementwise import add, multiply, subtract
from .operands import as_tensor, conjugated
from .shaping import reshape, stack, swapaxes, transpose


def _matmul_x(g, y):  # type: ignore[no-untyped-def]  # a rule: either world
    if y.ndim == 1:
        return g[..., None] * y if g.ndim else g * y
    if g.ndim == y.ndim - 1:  # x was a vector
        return y @ g if g.ndim == 1 else (y @ g[..., None])[..., 0]
    return g @ (y.T if y.ndim == 2 else y.swapaxes(-1, -2))


def _matmul_y(g, x):  # type: ignore[no-untyped-def]  # a rule: either world
    if x.ndim == 1:
        return x[:, None] * g[..., None, :] if g.ndim else g * x
    if g.ndim == x.ndim - 1:  # y was a vector
        return g @ x if g.ndim == 1 else (g[..., None, :] @ x)[..., 0, :]
    return (x.T if x.ndim == 2 else x.swapaxes(-1, -2)) @ g


def _inner_sizes(x: tuple[int, ...], y: tuple[int, ...]) -> str:
    """Return a message that says why two shapes cannot be multiplied."""
    if not x or not y:
        return f"{x} @ {y}: a number is not a matrix; use * to scale"
    n, m = x[-1], y[-2] if len(y) > 1 else y[0]
    if n != m:
        return f"{x} @ {y}: the inner sizes {n} and {m} differ"
    return f"{x} @ {y}: the batch axes {x[:-2]} and {y[:-2]} do not broadcast"


def _matmul_batch(op: Op, size: int, values: Operands, params: Params) -> Tensor:
    (x, x_mapped), (y, y_mapped) = values
    x_rank, y_rank = rank_of(x, x_mapped), rank_of(y, y_mapped)
    if x_mapped and not y_mapped and y_rank <= 2 and x_rank:
        return op.call(x, y)  # the batch is one more leading axis
    rows = _matrices(x, x_mapped, x_rank, x_rank == 1, False, max(x_rank, y_rank, 2))
    columns = _matrices(y, y_mapped, y_rank, False, y_rank == 1, max(x_rank, y_rank, 2))
    out = op.call(rows, columns)
    if x_rank == 1:
        out = out[..., 0, :]
    return out[..., 0] if y_rank == 1 else out


def _matrices(x: Any, mapped: bool, rank: int, row: bool, column: bool, full: int) -> Any:
    """Return vectors as matrices of one row or column, aligned behind the axis of the batch."""
    shape = (*(1,) * row, *x.shape[mapped:], *(1,) * column)
    if not mapped:
        return x.reshape(shape) if row or column else x
    return x.reshape((x.shape[0], *(1,) * (full - len(shape)), *shape))


matmul: Binary = bilinear(
    np.matmul,
    batching=_matmul_batch,
    x=_matmul_x,
    y=_matmul_y,
    mismatch=_inner_sizes,
    doc="""The matrix product x @ y; stacks of matrices broadcast, vectors are rows or columns.

    >>> import tinygrad_np as tg
    >>> tg.matmul([[1.0, 2.0], [3.0, 4.0]], [1.0, 1.0])
    Tensor([3., 7.], dtype=float64)
    """,
)


@composed(np.dot)
def dot(x: npt.ArrayLike, y: npt.ArrayLike, /) -> Tensor:
    """The sum over the last axis of `x` and the second to last axis of `y`, or its only one.

    It equals :func:`matmul` for up to two axes; beyond that it does not broadcast but pairs
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


@composed(np.vdot)
def vdot(a: npt.ArrayLike, b: npt.ArrayLike, /) -> Tensor:
    """The sum of conjugate(a) * b over all elements, flattened.

    >>> import tinygrad_np as tg
    >>> tg.vdot([[1.0, 2.0]], [[3.0], [4.0]]).item()
    11.0
    """
    return matmul(conjugated(reshape(a, -1)), reshape(b, -1))


def _vectors(name: str, x: Tensor, y: Tensor, n: int, m: int) -> None:
    """Raise if the sizes of vectors differ."""
    if n != m:
        raise ShapeError(f"{name}: {x.shape} and {y.shape}: the sizes {n} and {m} differ")


def _axes(name: str, x: Tensor, count: int) -> Tensor:
    """Return `x`, or raise if it has fewer than `count` axes."""
    if x.ndim < count:
        raise ShapeError(f"{name}: shape {x.shape} has fewer than {count} axes")
    return x


@composed(np.vecdot)
def vecdot(x1: npt.ArrayLike, x2: npt.ArrayLike, /, *, axis: int = -1) -> Tensor:
    """The products of vectors along an axis, sum(conjugate(x1) * x2), the others broadcast.

    >>> import tinygrad_np as tg
    >>> tg.vecdot([[1.0, 2.0], [3.0, 4.0]], [1.0, 1.0])
    Tensor([3., 7.], dtype=float64)
    """
    x, y = (_last(_axes("vecdot", as_tensor(a), 1), axis) for a in (x1, x2))
    _vectors("vecdot", x, y, x.shape[-1], y.shape[-1])
    return number_or_array(matmul(conjugated(x)[..., None, :], y[..., None])[..., 0, 0])


def _last(x: Tensor, axis: int) -> Tensor:
    """Return `x` with an axis moved to the end."""
    if not -x.ndim <= axis < x.ndim:
        raise ShapeError(f"vecdot: there is no axis {axis} in shape {x.shape}")
    axis %= x.ndim
    if axis == x.ndim - 1:
        return x
    return transpose(x, (*(i for i in range(x.ndim) if i != axis), axis))


@composed(late("matvec"))
def matvec(x1: npt.ArrayLike, x2: npt.ArrayLike, /) -> Tensor:
    """The product of matrices (..., m, n) with vectors (..., n); stacks broadcast.

    >>> import tinygrad_np as tg
    >>> tg.matvec([[1.0, 2.0], [3.0, 4.0]], [[1.0, 0.0], [0.0, 1.0]])
    Tensor([[1., 3.],
            [2., 4.]], dtype=float64)
    """
    x, y = _axes("matvec", as_tensor(x1), 2), _axes("matvec", as_tensor(x2), 1)
    _vectors("matvec", x, y, x.shape[-1], y.shape[-1])
    return matmul(x, y[..., None])[..., 0]


@composed(late("vecmat"))
def vecmat(x1: npt.ArrayLike, x2: npt.ArrayLike, /) -> Tensor:
    """The product of conjugated vectors (..., n) with matrices (..., n, m); stacks broadcast.

    >>> import tinygrad_np as tg
    >>> tg.vecmat([1.0, 1.0], [[1.0, 2.0], [3.0, 4.0]])
    Tensor([4., 6.], dtype=float64)
    """
    x, y = _axes("vecmat", as_tensor(x1), 1), _axes("vecmat", as_tensor(x2), 2)
    _vectors("vecmat", x, y, x.shape[-1], y.shape[-2])
    return matmul(conjugated(x)[..., None, :], y)[..., 0, :]


@composed(np.outer)
def outer(a: npt.ArrayLike, b: npt.ArrayLike) -> Tensor:
    """Every element of `a` times every element of `b`, both flattened.

    >>> import tinygrad_np as tg
    >>> tg.outer([1.0, 2.0], [3.0, 4.0])
    Tensor([[3., 4.],
            [6., 8.]], dtype=float64)
    """
    return multiply(reshape(a, (-1, 1)), reshape(b, (1, -1)))


def _tensordot_axes(axes: Any, x: Tensor, y: Tensor) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the axes of each operand to sum over, counted from the front."""
    pair: list[Any]
    if isinstance(axes, (int, np.integer)):
        n = int(axes)
        if not 0 <= n <= min(x.ndim, y.ndim):
            raise ShapeError(f"tensordot: shapes {x.shape} and {y.shape} have no {n} axes to sum")
        pair = [range(x.ndim - n, x.ndim), range(n)]
    else:
        first, second = axes
        pair = [[a] if isinstance(a, (int, np.integer)) else a for a in (first, second)]
    for t, chosen in zip((x, y), pair, strict=True):
        for a in chosen:
            if not -t.ndim <= a < t.ndim:
                raise ShapeError(f"tensordot: there is no axis {a} in shape {t.shape}")
    one, two = (tuple(int(a) % t.ndim for a in p) for t, p in zip((x, y), pair, strict=True))
    sizes = [tuple(t.shape[a] for a in p) for t, p in ((x, one), (y, two))]
    if sizes[0] != sizes[1]:
        raise ShapeError(
            f"tensordot: {x.shape} over axes {one} and {y.shape} over axes {two}: the sizes "
            f"{sizes[0]} and {sizes[1]} differ"
        )
    return one, two


@composed(np.tensordot)
def tensordot(a: npt.ArrayLike, b: npt.ArrayLike, axes: Any = 2) -> Tensor:
    """The sum of products over some axes of both arrays.

    Args:
        a: The first array; its other axes come first in the result.
        b: The second array.
        axes: How many axes to sum over, the last of `a` and the first of `b`; or two lists,
            the axes of each.

    Raises:
        ShapeError: If the sizes of the axes differ.

    >>> import tinygrad_np as tg
    >>> tg.tensordot([[1.0, 2.0], [3.0, 4.0]], [[1.0, 0.0], [0.0, 1.0]], axes=2).item()
    5.0
    """
    x, y = as_tensor(a), as_tensor(b)
    one, two = _tensordot_axes(axes, x, y)
    rows = tuple(i for i in range(x.ndim) if i not in one)
    columns = tuple(i for i in range(y.ndim) if i not in two)
    left, right = [x.shape[i] for i in rows], [y.shape[i] for i in columns]
    inner = math.prod(x.shape[i] for i in one)
    first = reshape(transpose(x, rows + one), (math.prod(left), inner))
    second = reshape(transpose(y, two + columns), (inner, math.prod(right)))
    return reshape(matmul(first, second), (*left, *right))


@composed(np.inner)
def inner(a: npt.ArrayLike, b: npt.ArrayLike, /) -> Tensor:
    """The sum of products over the last axes of both arrays; a number scales the other.

    >>> import tinygrad_np as tg
    >>> tg.inner([1.0, 2.0], [3.0, 4.0]).item()
    11.0
    """
    x, y = as_tensor(a), as_tensor(b)
    return number_or_array(tensordot(x, y, (-1, -1)) if x.ndim and y.ndim else multiply(x, y))


@composed(np.kron)
def kron(a: npt.ArrayLike, b: npt.ArrayLike) -> Tensor:
    """The Kronecker product: `b` scaled by every element of `a`, in blocks.

    >>> import tinygrad_np as tg
    >>> tg.kron([1.0, 10.0], [1.0, 2.0])
    Tensor([ 1.,  2., 10., 20.], dtype=float64)
    """
    x, y = as_tensor(a), as_tensor(b)
    n = max(x.ndim, y.ndim)
    first = (1,) * (n - x.ndim) + x.shape
    second = (1,) * (n - y.ndim) + y.shape
    blocks = multiply(
        reshape(x, tuple(k for size in first for k in (size, 1))),
        reshape(y, tuple(k for size in second for k in (1, size))),
    )
    return reshape(blocks, tuple(p * q for p, q in zip(first, second, strict=True)))


@composed(np.cross)
def cross(
    a: npt.ArrayLike,
    b: npt.ArrayLike,
    axisa: int = -1,
    axisb: int = -1,
    axisc: int = -1,
    axis: int | None = None,
) -> Tensor:
    """The cross product of vectors in three dimensions; stacks broadcast.

    Args:
        a: The first vectors.
        b: The second.
        axisa: The axis of `a` that has the three components.
        axisb: The same of `b`.
        axisc: The same of the result.
        axis: All three of them, if given.

    Raises:
        ShapeError: If a vector does not have three components (NumPy no longer allows two).

    >>> import tinygrad_np as tg
    >>> tg.cross([1.0, 0.0, 0.0], [0.0, 1.0, 0.0])
    Tensor([0., 0., 1.], dtype=float64)
    """
    if axis is not None:
        axisa = axisb = axisc = axis
    x, y = (_axes("cross", as_tensor(t), 1) for t in (a, b))
    parts = []
    for t, where in ((x, axisa), (y, axisb)):
        if not -t.ndim <= where < t.ndim or t.shape[where] != 3:
            raise ShapeError(
                f"cross: shape {t.shape} has no three components along axis {where}; give a "
                f"vector in the plane a third component of 0"
            )
        before = (slice(None),) * (where % t.ndim)
        parts.append([t[(*before, i)] for i in range(3)])
    (x0, x1, x2), (y0, y1, y2) = parts
    components = [
        subtract(multiply(x1, y2), multiply(x2, y1)),
        subtract(multiply(x2, y0), multiply(x0, y2)),
        subtract(multiply(x0, y1), multiply(x1, y0)),
    ]
    return stack(components, axisc)


_NARROW = 16


def _in_columns(rows: int, width: int) -> bool:
    """Return whether `_linear` lays out a matrix of this shape by columns.

    Adding a bias with a short last axis costs more than the product before it. In a column layout
    the inner loop of the addition is long, and NumPy keeps the layout through elementwise
    functions. Results and gradients of one shape get the same layout: mixing layouts is slow.
    """
    return width < _NARROW and rows > width


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
    if len(weight) == 1:  # numpy.matmul computes outer products by a slow loop
        return (weight.T * g.T).T if by_columns else g * weight
    return (weight.T @ g.T).T if by_columns else g @ weight


def _linear_batch(op: Op, size: int, values: Operands, params: Params) -> Tensor:
    (x, x_mapped), (weight, weight_mapped), (bias, bias_mapped) = values
    if not weight_mapped and not bias_mapped:
        return op.call(x, weight, bias)
    turned = (swapaxes(weight, -1, -2), weight_mapped)
    product = _matmul_batch(matmul.op, size, [(x, x_mapped), turned], {})  # type: ignore[attr-defined]
    terms = [(product, x_mapped or weight_mapped), (bias, bias_mapped)]
    return elementwise(add.op, size, terms, {})  # type: ignore[attr-defined]


@declare(
    kind="bilinear",
    mismatch=_bad_linear,
    batching=_linear_batch,
    x=(_linear_input, lambda t, weight: t @ weight.T),
    weight=(lambda g, x: _rows(g).T @ _rows(x), lambda t, x: x @ t.T),
    bias=(lambda g: g, lambda t: t),
)
def _linear(x: Array, weight: Array, bias: Array) -> Array:
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
