"""The decompositions of `numpy.linalg`, and its own versions of other functions."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ..engine.declarations import declare
from ..engine.errors import ShapeError, UnsupportedError
from ..engine.op import NUMPY, composed
from ..engine.tensor import Array, Tensor
from . import diagonals, products
from .arranging import flip
from .batching import of_matrices
from .complex import sign
from .decompositions import (
    _cholesky_lower,
    _eig_packed,
    _eigh_packed,
    _qr_packed,
    _square_svd_packed,
    _svd_packed,
    _unpacked,
    svdvals,
)
from .degeneracy import adjoint, real_part, transposed
from .elementwise import absolute, multiply
from .operands import as_tensor
from .ordering import argsort
from .products import matmul
from .reductions import sum
from .selection import take_along_axis
from .shaping import astype, swapaxes


class EighResult(NamedTuple):
    """Eigenvalues in ascending order, and the eigenvectors as columns."""

    eigenvalues: Tensor
    eigenvectors: Tensor


class EigResult(NamedTuple):
    """Eigenvalues, and the eigenvectors as columns, both complex."""

    eigenvalues: Tensor
    eigenvectors: Tensor


class QRResult(NamedTuple):
    """Orthonormal columns and a triangular matrix."""

    Q: Tensor
    R: Tensor


class SVDResult(NamedTuple):
    """Left vectors as columns, singular values, right vectors as rows."""

    U: Tensor
    S: Tensor
    Vh: Tensor


@composed(np.linalg.cholesky, module="linalg")
def cholesky(a: npt.ArrayLike, /, *, upper: bool = False) -> Tensor:
    """The triangular factors of positive definite matrices (..., n, n): a = L L^H.

    Only one triangle of `a` is read. The gradient is Hermitian, as in PyTorch: it describes
    changes that keep the matrix Hermitian.

    Args:
        a: Hermitian matrices.
        upper: Whether to return U with a = U^H U, from the upper triangle.

    Raises:
        numpy.linalg.LinAlgError: If a matrix is not positive definite.

    >>> import tinygrad_np as tg
    >>> tg.linalg.cholesky([[4.0, 2.0], [2.0, 2.0]])
    Tensor([[2., 0.],
            [1., 1.]], dtype=float64)
    """
    t = as_tensor(a)
    if t.ndim < 2:
        raise np.linalg.LinAlgError(f"linalg.cholesky: shape {t.shape} has fewer than two axes")
    return adjoint(_cholesky_lower(adjoint(t))) if upper else _cholesky_lower(t)


@composed(np.linalg.qr, module="linalg")
def qr(a: npt.ArrayLike, mode: str = "reduced") -> Any:
    """The factors of matrices (..., m, n): a = Q R, with k = min(m, n) columns in Q.

    The gradient exists where the first k columns of `a` are linearly independent.

    Args:
        a: The matrices.
        mode: ``"reduced"`` for both factors, ``"r"`` for R alone, ``"complete"`` for m columns
            in Q. Those from k on are an arbitrary basis of the orthogonal complement; a gradient
            that depends on its choice raises.

    Raises:
        UnsupportedError: For ``mode="raw"``, LAPACK's internal format, and NumPy's old names.
        DegenerateError: From a derivative that depends on the choice of the further columns.

    >>> import tinygrad_np as tg
    >>> q, r = tg.linalg.qr([[3.0, 1.0], [4.0, 2.0]])
    >>> tg.absolute(r[0])
    Tensor([5. , 2.2], dtype=float64)
    """
    t = as_tensor(a)
    if t.ndim < 2:
        raise np.linalg.LinAlgError(f"linalg.qr: shape {t.shape} has fewer than two axes")
    if mode not in ("reduced", "r", "complete"):
        raise UnsupportedError(
            f"linalg.qr: mode={mode!r} is not supported; use 'reduced', 'complete' or 'r'"
        )
    m, n = t.shape[-2:]
    packed = _qr_packed(t, mode="complete" if mode == "complete" and m > n else "reduced")
    r = packed[..., m:]
    return r if mode == "r" else QRResult(swapaxes(packed[..., :m], -1, -2), r)


@composed(np.linalg.eigh, module="linalg")
def eigh(a: npt.ArrayLike, UPLO: str = "L") -> EighResult:
    """The eigenvalues and eigenvectors of Hermitian matrices (..., n, n).

    Only one triangle of `a` is read. The gradient is Hermitian, as in PyTorch: it describes
    changes that keep the matrix Hermitian. For eigenvalues alone use :func:`eigvalsh`.

    Args:
        a: Hermitian matrices.
        UPLO: Which triangle to read, ``"L"`` or ``"U"``.

    Raises:
        DegenerateError: From a derivative that depends on eigenvectors of equal eigenvalues, or
            on the phase of complex ones, which the matrix does not determine.

    >>> import tinygrad_np as tg
    >>> tg.linalg.eigh([[2.0, 1.0], [1.0, 2.0]]).eigenvalues
    Tensor([1., 3.], dtype=float64)
    """
    packed = _eigh_packed(as_tensor(a), UPLO=UPLO)
    return EighResult(real_part(packed[..., 0, :]), packed[..., 1:, :])


@composed(np.linalg.eig, module="linalg")
def eig(a: npt.ArrayLike) -> EigResult:
    """The eigenvalues and eigenvectors of square matrices (..., n, n), always complex.

    Raises:
        DegenerateError: From a derivative that depends on eigenvectors of equal eigenvalues, or
            on their phase, which the matrix does not determine.

    >>> import tinygrad_np as tg
    >>> tg.linalg.eig([[0.0, 1.0], [-1.0, 0.0]]).eigenvalues
    Tensor([0.+1.j, 0.-1.j], dtype=complex128)
    """
    packed = _eig_packed(as_tensor(a))
    return EigResult(packed[..., 0, :], packed[..., 1:, :])


@composed(np.linalg.svd, module="linalg")
def svd(
    a: npt.ArrayLike, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False
) -> Any:
    """The singular values and vectors of matrices (..., m, n): a = U diag(S) Vh.

    Args:
        a: The matrices.
        full_matrices: Whether U is (m, m) and Vh (n, n), instead of (m, k) and (k, n) with
            k = min(m, n). The further vectors are an arbitrary basis of the orthogonal complement.
        compute_uv: Whether to return the vectors too, instead of the values alone.
        hermitian: Whether the matrices are Hermitian: then only the lower triangle is read, by
            :func:`eigh`, and the gradient is for changes that keep them Hermitian.

    Raises:
        DegenerateError: From a derivative that depends on what the matrix does not determine:
            vectors of singular values that are equal or 0, the phase of complex vectors, or the
            choice of the further vectors.

    >>> import tinygrad_np as tg
    >>> tg.linalg.svd([[3.0, 0.0], [0.0, -4.0]], full_matrices=False).S
    Tensor([4., 3.], dtype=float64)
    """
    t = as_tensor(a)
    if t.ndim < 2:
        raise np.linalg.LinAlgError(f"linalg.svd: shape {t.shape} has fewer than two axes")
    if hermitian:
        return _svd_of_hermitian(t, compute_uv)
    if not compute_uv:
        return svdvals(t)
    m, n = t.shape[-2:]
    if full_matrices and m != n:
        return SVDResult(*_unpacked(_square_svd_packed(t), m, n))
    packed = _svd_packed(t)
    s = real_part(packed[..., m])
    return SVDResult(transposed(packed[..., :m]), s, packed[..., m + 1 :])


def _svd_of_hermitian(t: Tensor, compute_uv: bool) -> Any:
    """Return singular values, the absolute eigenvalues, and with `compute_uv` the vectors."""
    w, v = eigh(t)
    order = flip(argsort(absolute(w)), axis=-1)
    w = take_along_axis(w, order, axis=-1)
    if not compute_uv:
        return absolute(w)
    u = take_along_axis(v, order[..., None, :], axis=-1)
    return SVDResult(u, absolute(w), adjoint(multiply(u, sign(w)[..., None, :])))


@declare(np.linalg.matrix_rank, name="linalg.matrix_rank", batching=of_matrices)
def matrix_rank(
    A: Any, tol: float | None = None, hermitian: bool = False, *, rtol: float | None = None
) -> Array:
    """The number of nonzero singular values: an integer, so no gradient flows.

    >>> import tinygrad_np as tg
    >>> tg.linalg.matrix_rank([[1.0, 2.0], [2.0, 4.0]]).item()
    1
    """
    return np.linalg.matrix_rank(A, tol, hermitian, rtol=rtol)  # type: ignore[no-any-return]


# --------------------------------------------- numpy.linalg's versions of other functions


def _stacks(name: str, x: Any) -> Tensor:
    t = as_tensor(x)
    if t.ndim < 2:
        raise ShapeError(f"linalg.{name}: shape {t.shape} has fewer than two axes")
    return t


@composed(np.linalg.diagonal, module="linalg")
def diagonal(x: npt.ArrayLike, /, *, offset: int = 0) -> Tensor:
    """The diagonals of matrices (..., m, n), `offset` places to the right of the main one.

    >>> import tinygrad_np as tg
    >>> tg.linalg.diagonal([[1.0, 2.0], [3.0, 4.0]])
    Tensor([1., 4.], dtype=float64)
    """
    return diagonals.diagonal(_stacks("diagonal", x), offset, -2, -1)


@composed(np.linalg.trace, module="linalg")
def trace(x: npt.ArrayLike, /, *, offset: int = 0, dtype: npt.DTypeLike | None = None) -> Tensor:
    """The sums of the diagonals of matrices (..., m, n).

    >>> import tinygrad_np as tg
    >>> tg.linalg.trace([[1.0, 2.0], [3.0, 4.0]]).item()
    5.0
    """
    parts = diagonal(x, offset=offset)
    return sum(parts if dtype is None else astype(parts, dtype), axis=-1)


@composed(np.linalg.matrix_transpose, module="linalg")
def matrix_transpose(x: npt.ArrayLike, /) -> Tensor:
    """Matrices (..., m, n) with rows and columns exchanged.

    >>> import tinygrad_np as tg
    >>> tg.linalg.matrix_transpose([[1.0, 2.0]]).shape
    (2, 1)
    """
    return swapaxes(_stacks("matrix_transpose", x), -1, -2)


@composed(np.linalg.outer, module="linalg")
def outer(x1: npt.ArrayLike, x2: npt.ArrayLike, /) -> Tensor:
    """The product of every element of one vector with every element of another.

    >>> import tinygrad_np as tg
    >>> tg.linalg.outer([1.0, 2.0], [3.0]).shape
    (2, 1)
    """
    x, y = as_tensor(x1), as_tensor(x2)
    if x.ndim != 1 or y.ndim != 1:
        raise ShapeError(f"linalg.outer: two vectors are needed, not {x.shape} and {y.shape}")
    return products.outer(x, y)


@composed(np.linalg.cross, module="linalg")
def cross(x1: npt.ArrayLike, x2: npt.ArrayLike, /, *, axis: int = -1) -> Tensor:
    """The cross product of three-dimensional vectors along an axis; stacks broadcast.

    >>> import tinygrad_np as tg
    >>> tg.linalg.cross([1.0, 0.0, 0.0], [0.0, 1.0, 0.0])
    Tensor([0., 0., 1.], dtype=float64)
    """
    return products.cross(x1, x2, axis=axis)


vecdot, tensordot = products.vecdot, products.tensordot
for _name in ("matmul", "vecdot", "tensordot"):
    NUMPY[getattr(np.linalg, _name)] = getattr(products, _name)

__all__ = [
    "EigResult",
    "EighResult",
    "QRResult",
    "SVDResult",
    "cholesky",
    "cross",
    "diagonal",
    "eig",
    "eigh",
    "matmul",
    "matrix_rank",
    "matrix_transpose",
    "outer",
    "qr",
    "svd",
    "tensordot",
    "trace",
    "vecdot",
]
