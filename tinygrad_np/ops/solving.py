"""Inverses, linear systems, determinants."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ..engine.access import number_or_array
from ..engine.batching import BatchTracer, rank_of
from ..engine.declarations import declare, either
from ..engine.errors import ShapeError
from ..engine.hooks import is_replaying
from ..engine.op import Op, composed
from ..engine.passes import unbroadcast
from ..engine.tensor import Array, Tensor
from . import elementwise as e
from .arguments import refuse_out
from .batching import Operands, Params, of_matrices
from .decompositions import _from_lower, svdvals
from .degeneracy import _unless, adjoint, real_part, transposed
from .operands import as_tensor
from .products import matmul
from .reductions import sum
from .shaping import reshape, transpose


def _inv_rule(g, out):  # type: ignore[no-untyped-def]  # either world
    return -(transposed(out) @ g @ transposed(out))


@declare(
    np.linalg.inv,
    name="linalg.inv",
    batching=of_matrices,
    a=_inv_rule,
)
def inv(a: Any) -> Array:
    """The inverses of square matrices (..., n, n).

    Raises:
        numpy.linalg.LinAlgError: If a matrix is singular, or not square.

    >>> import tinygrad_np as tg
    >>> tg.linalg.inv([[2.0, 0.0], [0.0, 4.0]])
    Tensor([[0.5 , 0.  ],
            [0.  , 0.25]], dtype=float64)
    """
    return np.linalg.inv(a)


@declare(name="linalg.inverse_or_inf", batching=of_matrices, a=_inv_rule)
def _inverse_or_inf(a: Any) -> Array:
    """Return inverses, filled with infinities for matrices that are singular."""
    try:
        return np.linalg.inv(a)
    except np.linalg.LinAlgError:
        if a.ndim < 3:
            return np.full(a.shape, np.inf, np.result_type(a.dtype, np.float32))
        return np.stack([_inverse_or_inf.op.forward(matrix) for matrix in a])  # type: ignore[attr-defined]  # set by declare


def _solve_b(g, a, b_shape):  # type: ignore[no-untyped-def]  # either world
    if len(b_shape) == 1:
        return unbroadcast(np.linalg.solve(transposed(a), g[..., None])[..., 0], b_shape)
    return unbroadcast(np.linalg.solve(transposed(a), g), b_shape)


def _solve_a(g, a, out, a_shape, b_shape):  # type: ignore[no-untyped-def]  # either world
    if len(b_shape) == 1:
        g, out = g[..., None], out[..., None]
    return unbroadcast(-(np.linalg.solve(transposed(a), g) @ transposed(out)), a_shape)


def _solve_batch(op: Op, size: int, values: Operands, params: Params) -> Tensor:
    (a, a_mapped), (b, b_mapped) = ((as_tensor(x), mapped) for x, mapped in values)
    vector = rank_of(b, b_mapped) == 1
    if vector:
        b = b[..., None]
    rank = max(rank_of(a, a_mapped), rank_of(b, b_mapped))
    aligned = [
        x.reshape((size, *(1,) * (rank - rank_of(x, True)), *x.shape[1:])) if mapped else x
        for x, mapped in ((a, a_mapped), (b, b_mapped))
    ]
    out = op.call(*aligned, **params)
    return out[..., 0] if vector else out


@declare(np.linalg.solve, name="linalg.solve", batching=_solve_batch, a=_solve_a, b=_solve_b)
def solve(a: Any, b: Any) -> Array:
    """The solution x of a @ x = b, for square matrices (..., n, n); stacks broadcast.

    A `b` of one axis is a vector, any other one a stack of matrices (..., n, k).

    Raises:
        numpy.linalg.LinAlgError: If a matrix is singular, or not square.

    >>> import tinygrad_np as tg
    >>> tg.linalg.solve([[2.0, 0.0], [0.0, 4.0]], [2.0, 2.0])
    Tensor([1. , 0.5], dtype=float64)
    """
    return np.linalg.solve(a, b)


# --------------------------------------------------------------------- determinants


def _cofactors_rule(g, a):  # type: ignore[no-untyped-def]  # either world
    # From det(a) inv(a)^T, for matrices that are not singular.
    left = transposed(np.linalg.inv(a))
    scale = (g * left).sum(axis=(-2, -1))[..., None, None]
    return np.linalg.det(a)[..., None, None] * (scale * left - left @ transposed(g) @ left)


@declare(name="linalg.cofactors", batching=of_matrices, a=_cofactors_rule)
def _cofactors(a: Any) -> Array:
    """Return the derivative of the determinant, finite for singular matrices too.

    Its own derivative needs an inverse, so it is refused where the matrix is singular.
    """
    u, s, vh = np.linalg.svd(a)
    others = np.ones_like(s)  # the product of all other singular values
    np.multiply.accumulate(s[..., :-1], -1, out=others[..., 1:])
    others[..., :-1] *= np.multiply.accumulate(s[..., :0:-1], -1)[..., ::-1]
    out: Array = np.conjugate((u * others[..., None, :]) @ vh)
    turn = np.linalg.det(u) * np.linalg.det(vh)
    out = (out * turn[..., None, None]).astype(u.dtype, copy=False)
    return out


_cofactors_op, _unless_op = either(_cofactors), either(_unless)


@declare(
    np.linalg.det,
    name="linalg.det",
    batching=of_matrices,
    a=lambda g, a: g[..., None, None] * _cofactors_op(a),
)
def det(a: Any) -> Array:
    """The determinants of square matrices (..., n, n).

    The gradient is right for singular matrices too; its own gradient is refused there.

    >>> import tinygrad_np as tg
    >>> round(tg.linalg.det([[1.0, 2.0], [3.0, 4.0]]).item(), 12)
    -2.0
    """
    return np.linalg.det(a)  # type: ignore[no-any-return]


class SlogdetResult(NamedTuple):
    """The sign of a determinant and the logarithm of its absolute value."""

    sign: Tensor
    logabsdet: Tensor


def _slogdet_rule(g, a, out):  # type: ignore[no-untyped-def]  # either world
    slope = real_part(g[..., 1])
    if out.dtype.kind == "c":  # the sign rotates with the imaginary part of the logarithm
        slope = slope + np.imag(g[..., 0] * np.conjugate(out[..., 0])) * 1j
    return slope[..., None, None] * adjoint(np.linalg.inv(a))


@declare(
    name="linalg.slogdet_packed",
    holomorphic=False,
    batching=of_matrices,
    a=_slogdet_rule,
)
def _slogdet_packed(a: Any) -> Array:
    """Return the sign of the determinant and the logarithm of its absolute value, in one array."""
    sign, log = np.linalg.slogdet(a)
    return np.stack([sign, log.astype(sign.dtype)], axis=-1)


@composed(np.linalg.slogdet, module="linalg")
def slogdet(a: npt.ArrayLike) -> SlogdetResult:
    """The sign of the determinant and log |det|, which over- and underflow less.

    The sign of a complex one is a number of size 1, with a gradient; of a real one it has none.

    >>> import tinygrad_np as tg
    >>> tg.linalg.slogdet([[0.0, 1.0], [1.0, 0.0]]).sign.item()
    -1.0
    """
    packed = _slogdet_packed(as_tensor(a))
    if packed.dtype.kind == "c":
        sign, log = packed[..., 0], np.real(packed[..., 1])
    else:
        sign, log = packed.detach()[..., 0], packed[..., 1]
    return SlogdetResult(number_or_array(sign), number_or_array(log))


# ----------------------------------------------------- pseudo-inverse, least squares


_LEFT_OUT = (
    "linalg.pinv, lstsq: rcond (rtol) leaves out singular values that are not 0; there is no "
    "gradient for that here: use a smaller one, or compose it of linalg.svd"
)


def _pinv_rule(g, a, out):  # type: ignore[no-untyped-def]  # either world
    # Golub and Pereyra, The differentiation of pseudo-inverses, 1973, for constant rank.
    rest = abs(a - a @ out @ a).max(axis=(-2, -1), initial=0.0)
    limit = abs(a).max(axis=(-2, -1), initial=0.0) * float(np.finfo(a.dtype).eps) ** 0.5
    g = _unless_op(g, (rest > limit)[..., None, None], why=_LEFT_OUT)
    p, back = adjoint(out), adjoint(g)
    c = -(p @ g @ p)
    c = c + (np.eye(a.shape[-2], dtype=a.dtype) - a @ out) @ back @ (out @ p)
    return c + (p @ out) @ back @ (np.eye(a.shape[-1], dtype=a.dtype) - out @ a)


@declare(
    name="linalg.pseudo_inverse",
    holomorphic=False,
    batching=of_matrices,
    a=_pinv_rule,
)
def _pseudo_inverse(a: Any, rcond: float = 1e-15) -> Array:
    """Return the pseudo-inverse without singular values below `rcond` times the largest."""
    return np.linalg.pinv(a, rcond)


@composed(np.linalg.pinv, module="linalg")
def pinv(
    a: npt.ArrayLike,
    rcond: float | None = None,
    hermitian: bool = False,
    *,
    rtol: Any = np._NoValue,
) -> Tensor:
    """The Moore-Penrose pseudo-inverses of matrices (..., m, n).

    The gradient describes changes that keep the rank; where the rank changes, the pseudo-inverse
    jumps. It is refused where `rcond` leaves out more than rounding.

    Args:
        a: The matrices.
        rcond: Singular values up to this times the largest count as 0; a number.
        hermitian: Whether the matrices are Hermitian: only the lower triangle is read, and the
            gradient describes changes that keep them Hermitian.
        rtol: Another name of `rcond`; ``None`` is the machine epsilon times the larger size.

    >>> import tinygrad_np as tg
    >>> tg.linalg.pinv([[2.0], [0.0]])
    Tensor([[0.5, 0. ]], dtype=float64)
    """
    t = _from_lower(as_tensor(a)) if hermitian else as_tensor(a)
    if rcond is None:
        rcond = 1e-15 if rtol is np._NoValue else rtol
    elif rtol is not np._NoValue:
        raise ValueError("linalg.pinv: rcond and rtol are one thing; give one of them")
    if rcond is None:
        rcond = max(t.shape[-2:]) * _epsilon(t)
    return _pseudo_inverse(t, rcond=float(rcond))


def _epsilon(t: Tensor) -> float:
    """Return the machine epsilon of the dtype that `numpy.linalg` computes in."""
    return float(np.finfo(t.dtype if t.dtype.kind in "fc" else np.dtype(float)).eps)


@composed(np.linalg.lstsq, module="linalg")
def lstsq(
    a: npt.ArrayLike, b: npt.ArrayLike, rcond: float | None = None
) -> tuple[Tensor, Tensor, Any, Tensor]:
    """The x with the least |a @ x - b|, and the shortest of these.

    The gradient of x describes changes of `a` that keep its rank.

    Args:
        a: A matrix (m, n).
        b: A vector (m,) or a matrix (m, k).
        rcond: Singular values up to this times the largest count as 0; the machine epsilon
            times the larger size when left out.

    Returns:
        The solution; the squared lengths of a @ x - b, if the rank is n and m > n, else
        nothing; the rank, an integer; the singular values of `a`. Inside :func:`vmap` and
        traces, where no shape can depend on values, what would be nothing is NaN if m > n.

    >>> import tinygrad_np as tg
    >>> x, _, rank, _ = tg.linalg.lstsq([[1.0], [1.0]], [1.0, 3.0])
    >>> x, rank
    (Tensor([2.], dtype=float64), 1)
    """
    t, y = as_tensor(a), as_tensor(b)
    if t.ndim != 2 or y.ndim not in (1, 2) or y.shape[0] != t.shape[0]:
        raise ShapeError(f"linalg.lstsq: {t.shape} and {y.shape} are not (m, n) and (m,) or (m, k)")
    m, n = t.shape
    cut = max(m, n) * _epsilon(t) if rcond is None else float(rcond)
    if cut < 0:
        cut = _epsilon(t)
    x = matmul(_pseudo_inverse(t, rcond=cut), y)
    values = svdvals(t)
    counted = sum(e.greater(values, cut * values[:1]))
    unknown = isinstance(counted, BatchTracer) or is_replaying()
    rank = counted if unknown else int(counted)
    if m > n and (unknown or rank == n):
        rest = e.absolute(e.subtract(y, matmul(t, x)))
        residuals = reshape(sum(e.square(rest), axis=0), -1)
        if unknown:
            residuals = e._where(e.equal(rank, n), residuals, math.nan)
    else:
        residuals = as_tensor(np.zeros(0, values.dtype))
    return x, residuals, rank, values


# ---------------------------------------------------------------- composed of these


@composed(np.linalg.matrix_power, module="linalg")
def matrix_power(a: npt.ArrayLike, n: int) -> Tensor:
    """Square matrices (..., k, k) to an integer power, by repeated squaring.

    >>> import tinygrad_np as tg
    >>> tg.linalg.matrix_power([[1.0, 1.0], [0.0, 1.0]], 5)
    Tensor([[1., 5.],
            [0., 1.]], dtype=float64)
    """
    t = as_tensor(a)
    if t.ndim < 2 or t.shape[-1] != t.shape[-2]:
        raise np.linalg.LinAlgError(f"linalg.matrix_power: shape {t.shape} has no square matrices")
    n = n.__index__()
    if n == 0:
        return as_tensor(np.broadcast_to(np.eye(t.shape[-1], dtype=t.dtype), t.shape).copy())
    if n < 0:
        t, n = inv(t), -n
    factors: list[Tensor] = []  # the binary digits of n
    while n:
        if n % 2:
            factors.append(t)
        n //= 2
        if n:
            t = matmul(t, t)
    out = factors[0]
    for factor in factors[1:]:
        out = matmul(out, factor)
    return e.positive(out) if out is a else out


@composed(np.linalg.tensorinv, module="linalg")
def tensorinv(a: npt.ArrayLike, ind: int = 2) -> Tensor:
    """The inverse for :func:`tensordot`; the first `ind` axes have as many elements as the rest.

    >>> import numpy as np, tinygrad_np as tg
    >>> tg.linalg.tensorinv(np.eye(6).reshape(2, 3, 6)).shape
    (6, 2, 3)
    """
    t = as_tensor(a)
    if ind <= 0:
        raise ValueError(f"linalg.tensorinv: ind={ind} must be positive")
    front, back = t.shape[:ind], t.shape[ind:]
    if math.prod(front) != math.prod(back):
        raise ShapeError(f"linalg.tensorinv: {front} and {back} are not equally many elements")
    return reshape(inv(reshape(t, (math.prod(front), -1))), back + front)


@composed(np.linalg.tensorsolve, module="linalg")
def tensorsolve(a: npt.ArrayLike, b: npt.ArrayLike, axes: Sequence[int] | None = None) -> Tensor:
    """The x of tensordot(a, x, x.ndim) = b.

    Args:
        a: An array of shape b.shape + x.shape.
        b: The right side.
        axes: Axes of `a` to move to its end first.

    >>> import numpy as np, tinygrad_np as tg
    >>> tg.linalg.tensorsolve(2.0 * np.eye(4).reshape(4, 2, 2), np.ones(4))
    Tensor([[0.5, 0.5],
            [0.5, 0.5]], dtype=float64)
    """
    t, y = as_tensor(a), as_tensor(b)
    if axes is not None:
        last = [i % t.ndim for i in axes]
        t = transpose(t, (*(i for i in range(t.ndim) if i not in last), *last))
    shape = t.shape[y.ndim :]
    n = math.prod(shape)
    if t.size != n * n or y.size != n:
        raise ShapeError(f"linalg.tensorsolve: {t.shape} is not {y.shape} and as many again")
    return reshape(solve(reshape(t, (n, n)), reshape(y, n)), shape)


@composed(np.linalg.multi_dot, module="linalg")
def multi_dot(arrays: Sequence[Any], *, out: None = None) -> Tensor:
    """The product of several matrices, in the order that costs least.

    The first and the last may be vectors: a row and a column.

    >>> import numpy as np, tinygrad_np as tg
    >>> tg.linalg.multi_dot([np.ones((2, 3)), np.ones((3, 4)), np.ones(4)])
    Tensor([12., 12.], dtype=float64)
    """
    refuse_out("linalg.multi_dot", out)
    chain = [as_tensor(a) for a in arrays]
    if len(chain) < 2:
        raise ShapeError("linalg.multi_dot: two arrays or more are needed")
    for i, t in enumerate(chain):
        if t.ndim != 2 and not (t.ndim == 1 and i in (0, len(chain) - 1)):
            raise ShapeError(f"linalg.multi_dot: the array {i} has shape {t.shape}")
    column = [t.shape[0] if t.ndim == 2 else 1 for t in chain[:1]]
    sizes = column + [t.shape[-1] for t in chain[:-1]]
    sizes.append(chain[-1].shape[1] if chain[-1].ndim == 2 else 1)
    n = len(chain)
    cost = {(i, i): 0 for i in range(n)}
    cuts: dict[tuple[int, int], int] = {}
    for length in range(1, n):
        for i in range(n - length):
            j = i + length
            prices = [
                (cost[i, k] + cost[k + 1, j] + sizes[i] * sizes[k + 1] * sizes[j + 1], k)
                for k in range(i, j)
            ]
            cost[i, j], cuts[i, j] = min(prices)

    def product(i: int, j: int) -> Tensor:
        return chain[i] if i == j else matmul(product(i, k := cuts[i, j]), product(k + 1, j))

    return product(0, n - 1)
