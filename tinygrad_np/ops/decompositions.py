"""Matrix decompositions: Cholesky, QR, eigenvalues and singular values, with their vectors.

An op has one result, so a decomposition packs its factors side by side into one array, and the
public functions slice it. So each needs one rule, and higher derivatives need no more.

Rules here follow PyTorch's convention for complex numbers (``holomorphic=False``); degeneracy.py
handles equal values.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..engine.declarations import declare, either
from ..engine.tensor import Array
from .batching import of_matrices
from .degeneracy import (
    adjoint,
    apart,
    first_columns,
    quotient_op,
    real_part,
    tied_op,
    transposed,
    turned_apart,
)

# ------------------------------------------------------------------------- Cholesky


def _lower_half(n: int, dtype: np.dtype[Any]) -> Array:
    """Return 1 below the diagonal, 1/2 on it and 0 above."""
    return (np.tri(n) - 0.5 * np.eye(n)).astype(dtype)


def _cholesky_rule(g, out):  # type: ignore[no-untyped-def]  # either world
    # Murray, Differentiation of the Cholesky decomposition, 2016, eq. 10.
    upper = adjoint(out)
    half = (upper @ g) * _lower_half(out.shape[-1], real_part(out).dtype)
    left = np.linalg.solve(upper, half)
    both = adjoint(np.linalg.solve(upper, adjoint(left)))
    return (both + adjoint(both)) * 0.5


@declare(
    name="linalg.cholesky_lower",
    holomorphic=False,
    batching=of_matrices,
    a=_cholesky_rule,
)
def _cholesky_lower(a: Any) -> Array:
    """Return the lower factor L of a = L L^H; only the lower triangle of `a` is read."""
    return np.linalg.cholesky(a)


# ------------------------------------------------------------------------------- QR


def _tall_qr_rule(q: Any, r: Any, gq: Any, gr: Any) -> Any:
    # Walter and Lehmann, Algorithmic differentiation of linear algebra functions, 2018.
    m = r @ adjoint(gr) - adjoint(gq) @ q
    half = m * _lower_half(m.shape[-1], real_part(m).dtype)
    total = gq + q @ (half + adjoint(half))
    return adjoint(np.linalg.solve(r, adjoint(total)))


def _qr_rule(g, out, a_shape):  # type: ignore[no-untyped-def]  # either world
    m, n = a_shape[-2:]
    q, r = transposed(out[..., :m]), out[..., m:]
    gq, gr = transposed(g[..., :m]), g[..., m:]
    if m >= n:
        q, gq = first_columns(q, gq, n, "linalg.qr")
        return _tall_qr_rule(q, r[..., :n, :], gq, gr[..., :n, :])
    # a = [x | y] with x square: x = q @ (the front of r), and y = q @ rest.
    rest, grest = r[..., m:], gr[..., m:]
    gq = gq + q @ (rest @ adjoint(grest))
    gx = _tall_qr_rule(q, r[..., :m], gq, gr[..., :m])
    return np.concatenate([gx, q @ grest], axis=-1)


@declare(name="linalg.qr_packed", holomorphic=False, batching=of_matrices, a=_qr_rule)
def _qr_packed(a: Any, mode: str = "reduced") -> Array:
    """Return the factors of a = q r, reduced or complete, as [transposed q | r]."""
    q, r = np.linalg.qr(a, mode)  # type: ignore[call-overload]  # these modes return two arrays
    return np.concatenate([q.swapaxes(-1, -2), r], axis=-1)


# ---------------------------------------------------------------- Hermitian matrices


def _eigh_rule(g, out):  # type: ignore[no-untyped-def]  # either world
    w, v = real_part(out[..., 0, :]), out[..., 1:, :]
    gw, gv = real_part(g[..., 0, :]), g[..., 1:, :]
    turned = turned_apart(
        adjoint(v) @ gv, apart(w[..., None, :] - w[..., :, None], w), "linalg.eigh"
    )
    gw = tied_op(gw, w, of="linalg.eigh")
    return v @ (turned + gw[..., None, :] * np.eye(w.shape[-1], dtype=bool)) @ adjoint(v)


@declare(name="linalg.eigh_packed", holomorphic=False, batching=of_matrices, a=_eigh_rule)
def _eigh_packed(a: Any, UPLO: str = "L") -> Array:
    """Return the eigenvalues of a Hermitian matrix in the first row, eigenvectors below."""
    w, v = np.linalg.eigh(a, UPLO)  # type: ignore[call-overload]  # a str, not a Literal
    return np.concatenate([w[..., None, :].astype(v.dtype), v], axis=-2)


_eigh_packed_op = either(_eigh_packed)


@declare(
    name="linalg.from_lower",
    holomorphic=False,
    batching=of_matrices,
    a=lambda g: (g + adjoint(g)) * 0.5,
)
def _from_lower(a: Any) -> Array:
    """Return the Hermitian matrices whose lower triangles are those of `a`."""
    lower = np.tril(a)
    return np.asarray(lower + np.conjugate(np.tril(a, -1)).swapaxes(-1, -2))


def _eigvalsh_rule(g, a, out, UPLO):  # type: ignore[no-untyped-def]  # either world
    v = _eigh_packed_op(a, UPLO=UPLO)[..., 1:, :]
    return (v * tied_op(g, out, of="linalg.eigvalsh")[..., None, :]) @ adjoint(v)


# ------------------------------------------------------------------ square matrices


def _eig_rule(g, out):  # type: ignore[no-untyped-def]  # either world
    # Boeddeker et al., On the computation of complex-valued gradients, 2019, with unit vectors.
    w, v = out[..., 0, :], out[..., 1:, :]
    gw, gv = g[..., 0, :], g[..., 1:, :]
    one = np.eye(w.shape[-1], dtype=bool)
    left = adjoint(v)
    m = left @ gv
    lengths = np.real((m * one).sum(axis=-2))[..., None, :]
    differences = apart(w[..., None, :] - w[..., :, None], w)
    asked = m - (left @ v) * lengths
    turned = quotient_op(asked, np.conjugate(differences), m, of="linalg.eig") * ~one
    gw = tied_op(gw, w, of="linalg.eig")
    return np.linalg.solve(left, (turned + gw[..., None, :] * one) @ left)


@declare(name="linalg.eig_packed", holomorphic=False, batching=of_matrices, a=_eig_rule)
def _eig_packed(a: Any) -> Array:
    """Return the eigenvalues of a square matrix in the first row, eigenvectors below."""
    w, v = np.linalg.eig(a)
    return np.concatenate([w[..., None, :], v], axis=-2).astype(_complex_of(a), copy=False)


_eig_packed_op = either(_eig_packed)


def _complex_of(a: Any) -> np.dtype[Any]:
    """Return the complex dtype in which `numpy.linalg` computes with an array."""
    return np.dtype("c8" if np.asarray(a).dtype.char in "fF" else "c16")


def _eigvals_rule(g, a, out):  # type: ignore[no-untyped-def]  # either world
    left = adjoint(_eig_packed_op(a)[..., 1:, :])
    return np.linalg.solve(left, tied_op(g, out, of="linalg.eigvals")[..., None] * left)


# ----------------------------------------------------------------- singular values

_ZERO = "the vectors of a singular value of 0 are arbitrary"


def _thin_svd_rule(u: Any, s: Any, vh: Any, gu: Any, gs: Any, gvh: Any) -> Any:
    m, n = u.shape[-2], vh.shape[-1]
    x, y = adjoint(u) @ gu, vh @ adjoint(gvh)
    row, column = s[..., None, :], s[..., :, None]
    # With X and Y the skew parts of x and y, (X s + s Y) / (s_j^2 - s_i^2) is split into two terms:
    # the first is singular only where values are equal, the second only where both are 0.
    skew = (x - adjoint(x)) - (y - adjoint(y))
    of = "linalg.svd"
    core = turned_apart(x + y, apart(row - column, s), of)
    both = abs(x) + abs(y)
    core = core + quotient_op(skew, apart(row + column, s), both, of=of, why=_ZERO) * 0.5
    core = core + tied_op(gs, s, of=of, zero=True)[..., None, :] * np.eye(s.shape[-1], dtype=bool)
    c = u @ core @ vh
    if m > n:
        c = c + quotient_op(gu - u @ x, apart(row, s), gu, of=of, why=_ZERO) @ vh
    if m < n:
        rest = gvh - (gvh @ adjoint(vh)) @ vh
        c = c + u @ quotient_op(rest, apart(column, s), gvh, of=of, why=_ZERO)
    return c


def _svd_rule(g, out, a_shape):  # type: ignore[no-untyped-def]  # either world
    m = a_shape[-2]
    u, s, vh = transposed(out[..., :m]), real_part(out[..., m]), out[..., m + 1 :]
    gu, gs, gvh = transposed(g[..., :m]), real_part(g[..., m]), g[..., m + 1 :]
    return _thin_svd_rule(u, s, vh, gu, gs, gvh)


@declare(name="linalg.svd_packed", holomorphic=False, batching=of_matrices, a=_svd_rule)
def _svd_packed(a: Any) -> Array:
    """Return the reduced factors of a = u s vh as [transposed u | s | vh]."""
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    return np.concatenate([u.swapaxes(-1, -2), s[..., None].astype(u.dtype), vh], axis=-1)


_svd_packed_op = either(_svd_packed)


def _unpacked(x: Any, m: int, n: int) -> tuple[Any, Any, Any]:
    """Return u (m, m), s and vh (n, n) from a row that `_square_svd_packed` made."""
    k, front = min(m, n), x.shape[:-1]
    u, s, vh = x[..., : m * m], x[..., m * m : m * m + k], x[..., m * m + k :]
    return u.reshape((*front, m, m)), real_part(s), vh.reshape((*front, n, n))


def _square_svd_rule(g, out, a_shape):  # type: ignore[no-untyped-def]  # either world
    m, n = a_shape[-2:]
    (u, s, vh), (gu, gs, gvh) = _unpacked(out, m, n), _unpacked(g, m, n)
    u, gu = first_columns(u, gu, min(m, n), "linalg.svd")
    v, gv = first_columns(adjoint(vh), adjoint(gvh), min(m, n), "linalg.svd")
    return _thin_svd_rule(u, s, adjoint(v), gu, gs, adjoint(gv))


@declare(
    name="linalg.square_svd_packed",
    holomorphic=False,
    batching=of_matrices,
    a=_square_svd_rule,
)
def _square_svd_packed(a: Any) -> Array:
    """Return the factors of a = u s vh, with square u and vh, as one row for each matrix."""
    u, s, vh = np.linalg.svd(a)
    front = a.shape[:-2]
    parts = u.reshape((*front, -1)), s.astype(u.dtype), vh.reshape((*front, -1))
    return np.concatenate(parts, axis=-1)


def _svdvals_rule(g, x, out):  # type: ignore[no-untyped-def]  # either world
    m = x.shape[-2]
    packed = _svd_packed_op(x)
    g = tied_op(g, out, of="linalg.svdvals", zero=True)
    return (transposed(packed[..., :m]) * g[..., None, :]) @ packed[..., m + 1 :]


@declare(
    np.linalg.eigvalsh,
    name="linalg.eigvalsh",
    holomorphic=False,
    batching=of_matrices,
    a=_eigvalsh_rule,
)
def eigvalsh(a: Any, UPLO: str = "L") -> Array:
    """The eigenvalues of Hermitian matrices (..., n, n), in ascending order.

    The gradient is Hermitian, as in PyTorch: it describes changes that keep the matrix Hermitian.
    It is finite at equal eigenvalues. One of those alone has a kink; its gradient is that of the
    computed eigenvector, with a :class:`DegenerateSpectrumWarning`.

    >>> import tinygrad_np as tg
    >>> tg.linalg.eigvalsh([[2.0, 1.0], [1.0, 2.0]])
    Tensor([1., 3.], dtype=float64)
    """
    return np.asarray(np.linalg.eigvalsh(a, UPLO))  # type: ignore[call-overload]  # a str


@declare(
    np.linalg.eigvals,
    name="linalg.eigvals",
    holomorphic=False,
    batching=of_matrices,
    a=_eigvals_rule,
)
def eigvals(a: Any) -> Array:
    """The eigenvalues of square matrices (..., n, n), always complex, in no particular order.

    >>> import tinygrad_np as tg
    >>> tg.linalg.eigvals([[0.0, 1.0], [-1.0, 0.0]])
    Tensor([0.+1.j, 0.-1.j], dtype=complex128)
    """
    return np.linalg.eigvals(a).astype(_complex_of(a), copy=False)


@declare(
    np.linalg.svdvals,
    name="linalg.svdvals",
    holomorphic=False,
    batching=of_matrices,
    x=_svdvals_rule,
)
def svdvals(x: Any) -> Array:
    """The singular values of matrices (..., m, n), in descending order.

    The gradient is finite at equal values. One of those alone, or one that is 0, has a kink; its
    gradient is that of the computed vectors, with a :class:`DegenerateSpectrumWarning`.

    >>> import tinygrad_np as tg
    >>> tg.linalg.svdvals([[3.0, 0.0], [0.0, -4.0]])
    Tensor([4., 3.], dtype=float64)
    """
    return np.linalg.svd(x, compute_uv=False)
