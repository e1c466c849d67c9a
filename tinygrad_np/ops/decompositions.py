"""Factors of matrices: Cholesky, QR, eigenvalues, singular values, with their vectors.

An op has one result, so a decomposition is one array with its factors side by side, and the
public functions are slices of it: one rule each, and gradients of gradients come of it.

Rules here are written for complex numbers as PyTorch has them (``holomorphic=False``). A
derivative of vectors divides by differences of values. Where two values are equal it exists
only if nothing asks for those vectors; :func:`quotient` decides, and otherwise refuses.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from ..engine.errors import DegenerateError, DegenerateSpectrumWarning
from ..engine.makers import declare, either
from ..engine.tensor import Array


def transposed(x: Any) -> Any:
    """Return matrices with rows and columns exchanged."""
    return x.swapaxes(-1, -2)


def adjoint(x: Any) -> Any:
    """Return matrices transposed and conjugated."""
    return np.conjugate(x).swapaxes(-1, -2) if x.dtype.kind == "c" else x.swapaxes(-1, -2)


def real_part(x: Any) -> Any:
    """Return the real part, which of real numbers are themselves."""
    return np.real(x) if x.dtype.kind == "c" else x


def _quotient_x(g, y, of, why):  # type: ignore[no-untyped-def]  # either world
    return _quotient(g, y, g, of=of, why=why)


def _quotient_y(g, y, out, of, why):  # type: ignore[no-untyped-def]  # either world
    return -_quotient(g * out, y, g, of=of, why=why)


@declare(
    kind="elementwise",
    public=False,
    name="linalg.quotient",
    x=_quotient_x,
    y=_quotient_y,
)
def quotient(x: Any, y: Any, size: Any, of: str = "linalg", why: str = "") -> Array:
    """Return x / y with 0 / 0 = 0; anything else over 0 is refused as degenerate.

    What is 0 but for rounding is measured by `size`: the numbers that `x` was made from. The
    message names the function, `of`, and the values that coincide, or another reason (`why`).
    """
    none = y == 0
    if none.any():
        limit = 100.0 * np.finfo(x.dtype).eps * abs(size).max(axis=(-2, -1), keepdims=True)
        if (refused := none & (abs(x) > limit)).any():
            *_, i, j = np.argwhere(refused)[0].tolist()
            if not why and i == j:
                why = f"the phase of the complex vector {i} is free"
            elif not why:
                why = f"the values {i} and {j} are equal, and their vectors turn into each other"
            raise DegenerateError(
                f"{of}: the derivative asks for vectors that the matrix does not determine: "
                f"{why}; use a function of the values alone (eigvalsh, svdvals), or a matrix with "
                f"values apart"
            )
    return np.where(none, 0.0, x / np.where(none, 1.0, y))


_quotient: Any = either(quotient)


@declare(kind="elementwise", public=False, name="linalg.tied", x=lambda g: g)
def tied(x: Any, values: Any, of: str = "linalg", zero: bool = False) -> Array:
    """Return `x`, the cotangent of eigenvalues or singular values; warn if it tells ties apart.

    A sum over equal values is smooth, one of them is not: the gradient then depends on which
    vectors were found. So it does for a singular value of 0 (`zero`).
    """
    eps = float(np.finfo(x.dtype).eps)
    size = abs(values)
    limit = eps * size.sum(axis=-1, keepdims=True)
    counts = eps**0.5 * abs(x).max(axis=-1, keepdims=True, initial=0.0)
    # Cotangents of equal values that were computed from them may differ by some rounding.
    apart = abs(x[..., None] - x[..., None, :]) > counts[..., None]
    close = abs(values[..., None] - values[..., None, :]) <= limit[..., None]
    if (close & apart).any():
        *_, i, j = np.argwhere(close & apart)[0].tolist()
        why = f"the values {i} and {j} are equal, and not used alike"
    elif zero and ((size <= limit) & (abs(x) > counts)).any():
        why = "a singular value is 0"
    else:
        return np.asarray(x)
    warnings.warn(
        f"{of}: the gradient is not unique: {why}; it is that of the vectors found. Use a function "
        f"that has a gradient there (a sum over equal values, of squares where one may be 0), or "
        f"a matrix with values apart",
        DegenerateSpectrumWarning,
        stacklevel=2,
    )
    return np.asarray(x)


_tied: Any = either(tied)


@declare(kind="elementwise", public=False, name="linalg.unless", x=lambda g: g)
def unless(x: Any, where: Any, why: str = "") -> Array:
    """Return `x`, a cotangent; raise `why` if anything holds in `where`."""
    if np.any(where):
        raise DegenerateError(why)
    return np.asarray(x)


def _apart(x: Any, values: Any) -> Any:
    """Return `x`, differences or sums of values, with 0 where rounding hides what it is."""
    limit = float(np.finfo(x.dtype).eps) * abs(values).sum(axis=-1)[..., None, None]
    return x * (abs(x) > limit)


def _turned(m: Any, differences: Any, of: str) -> Any:
    """Return the Hermitian part of m / differences, off the diagonal.

    The diagonal of `m` counts only for complex numbers: an imaginary part there asks for the
    phase of a vector.
    """
    one = np.eye(m.shape[-1], dtype=bool)
    asked = m * ~one
    if m.dtype.kind == "c":
        asked = asked + (m - adjoint(m)) * one
    parts = _quotient(asked, differences, m, of=of) * ~one
    return (parts + adjoint(parts)) * 0.5


def _first(q: Any, g: Any, k: int, of: str) -> tuple[Any, Any]:
    """Return the first k of orthonormal columns, and the cotangent of all of them for those.

    The columns beyond are some basis of what is orthogonal to the first, and follow them:
    dq2 = -q1 dq1^H q2. Nothing may depend on which basis.
    """
    if q.shape[-1] == k:
        return q, g
    q1, q2, g1, g2 = q[..., :k], q[..., k:], g[..., :k], g[..., k:]
    turn = adjoint(q2) @ g2
    why = f"the vectors from number {k} on are some orthonormal basis of what the others leave"
    none = np.zeros(turn.shape[-2:], real_part(turn).dtype)
    _quotient(turn - adjoint(turn), none, g2, of=of, why=why)  # which is 0, or refused
    return q1, g1 - q2 @ (adjoint(g2) @ q1)


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


@declare(public=False, name="linalg.cholesky_lower", holomorphic=False, a=_cholesky_rule)
def cholesky_lower(a: Any) -> Array:
    """Return the lower factor L of a = L L^H, which reads the lower triangle of `a`."""
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
        q, gq = _first(q, gq, n, "linalg.qr")
        return _tall_qr_rule(q, r[..., :n, :], gq, gr[..., :n, :])
    # a = [x | y] with x square: q and the front of r are its factors, and y = q @ rest.
    rest, grest = r[..., m:], gr[..., m:]
    gq = gq + q @ (rest @ adjoint(grest))
    gx = _tall_qr_rule(q, r[..., :m], gq, gr[..., :m])
    return np.concatenate([gx, q @ grest], axis=-1)


@declare(public=False, name="linalg.qr_packed", holomorphic=False, a=_qr_rule)
def qr_packed(a: Any, mode: str = "reduced") -> Array:
    """Return the factors of a = q r, reduced or complete, as [transposed q | r]."""
    q, r = np.linalg.qr(a, mode)  # type: ignore[call-overload]  # of two modes
    return np.concatenate([q.swapaxes(-1, -2), r], axis=-1)


# ---------------------------------------------------------------- Hermitian matrices


def _eigh_rule(g, out):  # type: ignore[no-untyped-def]  # either world
    w, v = real_part(out[..., 0, :]), out[..., 1:, :]
    gw, gv = real_part(g[..., 0, :]), g[..., 1:, :]
    turned = _turned(adjoint(v) @ gv, _apart(w[..., None, :] - w[..., :, None], w), "linalg.eigh")
    gw = _tied(gw, w, of="linalg.eigh")
    return v @ (turned + gw[..., None, :] * np.eye(w.shape[-1], dtype=bool)) @ adjoint(v)


@declare(public=False, name="linalg.eigh_packed", holomorphic=False, a=_eigh_rule)
def eigh_packed(a: Any, UPLO: str = "L") -> Array:
    """Return the eigenvalues of a Hermitian matrix in the first row, eigenvectors below."""
    w, v = np.linalg.eigh(a, UPLO)  # type: ignore[call-overload]  # one of its letters
    return np.concatenate([w[..., None, :].astype(v.dtype), v], axis=-2)


_eigh = either(eigh_packed)


@declare(
    public=False,
    name="linalg.from_lower",
    holomorphic=False,
    a=lambda g: (g + adjoint(g)) * 0.5,
)
def from_lower(a: Any) -> Array:
    """Return the Hermitian matrices that have the lower triangles of `a`."""
    lower = np.tril(a)
    return np.asarray(lower + np.conjugate(np.tril(a, -1)).swapaxes(-1, -2))


def _eigvalsh_rule(g, a, out, UPLO):  # type: ignore[no-untyped-def]  # either world
    v = _eigh(a, UPLO=UPLO)[..., 1:, :]
    return (v * _tied(g, out, of="linalg.eigvalsh")[..., None, :]) @ adjoint(v)


# ------------------------------------------------------------------ square matrices


def _eig_rule(g, out):  # type: ignore[no-untyped-def]  # either world
    # Boeddeker et al., On the computation of complex-valued gradients, 2019, with unit vectors.
    w, v = out[..., 0, :], out[..., 1:, :]
    gw, gv = g[..., 0, :], g[..., 1:, :]
    one = np.eye(w.shape[-1], dtype=bool)
    left = adjoint(v)
    m = left @ gv
    lengths = np.real((m * one).sum(axis=-2))[..., None, :]
    differences = _apart(w[..., None, :] - w[..., :, None], w)
    asked = m - (left @ v) * lengths
    turned = _quotient(asked, np.conjugate(differences), m, of="linalg.eig") * ~one
    gw = _tied(gw, w, of="linalg.eig")
    return np.linalg.solve(left, (turned + gw[..., None, :] * one) @ left)


@declare(public=False, name="linalg.eig_packed", holomorphic=False, a=_eig_rule)
def eig_packed(a: Any) -> Array:
    """Return the eigenvalues of a square matrix in the first row, eigenvectors below."""
    w, v = np.linalg.eig(a)
    return np.concatenate([w[..., None, :], v], axis=-2).astype(complex_of(a), copy=False)


_eig = either(eig_packed)


def complex_of(a: Any) -> np.dtype[Any]:
    """Return the complex dtype that `numpy.linalg` computes an array in."""
    return np.dtype("c8" if np.asarray(a).dtype.char in "fF" else "c16")


def _eigvals_rule(g, a, out):  # type: ignore[no-untyped-def]  # either world
    left = adjoint(_eig(a)[..., 1:, :])
    return np.linalg.solve(left, _tied(g, out, of="linalg.eigvals")[..., None] * left)


# ----------------------------------------------------------------- singular values

ZERO = "the vectors of a singular value of 0 are arbitrary"


def _thin_svd_rule(u: Any, s: Any, vh: Any, gu: Any, gs: Any, gvh: Any) -> Any:
    m, n = u.shape[-2], vh.shape[-1]
    x, y = adjoint(u) @ gu, vh @ adjoint(gvh)
    row, column = s[..., None, :], s[..., :, None]
    # With X and Y the skew parts of x and y, (X s + s Y) / (s_j^2 - s_i^2) in two terms: only
    # the first is in danger where values are equal, the second where they are 0.
    skew = (x - adjoint(x)) - (y - adjoint(y))
    of = "linalg.svd"
    core = _turned(x + y, _apart(row - column, s), of)
    both = abs(x) + abs(y)
    core = core + _quotient(skew, _apart(row + column, s), both, of=of, why=ZERO) * 0.5
    core = core + _tied(gs, s, of=of, zero=True)[..., None, :] * np.eye(s.shape[-1], dtype=bool)
    c = u @ core @ vh
    if m > n:
        c = c + _quotient(gu - u @ x, _apart(row, s), gu, of=of, why=ZERO) @ vh
    if m < n:
        rest = gvh - (gvh @ adjoint(vh)) @ vh
        c = c + u @ _quotient(rest, _apart(column, s), gvh, of=of, why=ZERO)
    return c


def _svd_rule(g, out, a_shape):  # type: ignore[no-untyped-def]  # either world
    m = a_shape[-2]
    u, s, vh = transposed(out[..., :m]), real_part(out[..., m]), out[..., m + 1 :]
    gu, gs, gvh = transposed(g[..., :m]), real_part(g[..., m]), g[..., m + 1 :]
    return _thin_svd_rule(u, s, vh, gu, gs, gvh)


@declare(public=False, name="linalg.svd_packed", holomorphic=False, a=_svd_rule)
def svd_packed(a: Any) -> Array:
    """Return the reduced factors of a = u s vh as [transposed u | s | vh]."""
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    return np.concatenate([u.swapaxes(-1, -2), s[..., None].astype(u.dtype), vh], axis=-1)


_svd = either(svd_packed)


def unpacked(x: Any, m: int, n: int) -> tuple[Any, Any, Any]:
    """Return u (m, m), s and vh (n, n), which `square_svd_packed` laid out in one row."""
    k, front = min(m, n), x.shape[:-1]
    u, s, vh = x[..., : m * m], x[..., m * m : m * m + k], x[..., m * m + k :]
    return u.reshape((*front, m, m)), real_part(s), vh.reshape((*front, n, n))


def _square_svd_rule(g, out, a_shape):  # type: ignore[no-untyped-def]  # either world
    m, n = a_shape[-2:]
    (u, s, vh), (gu, gs, gvh) = unpacked(out, m, n), unpacked(g, m, n)
    u, gu = _first(u, gu, min(m, n), "linalg.svd")
    v, gv = _first(adjoint(vh), adjoint(gvh), min(m, n), "linalg.svd")
    return _thin_svd_rule(u, s, adjoint(v), gu, gs, adjoint(gv))


@declare(public=False, name="linalg.square_svd_packed", holomorphic=False, a=_square_svd_rule)
def square_svd_packed(a: Any) -> Array:
    """Return the factors of a = u s vh, u and vh square, in one row for each matrix."""
    u, s, vh = np.linalg.svd(a)
    front = a.shape[:-2]
    parts = u.reshape((*front, -1)), s.astype(u.dtype), vh.reshape((*front, -1))
    return np.concatenate(parts, axis=-1)


def _svdvals_rule(g, x, out):  # type: ignore[no-untyped-def]  # either world
    m = x.shape[-2]
    packed = _svd(x)
    g = _tied(g, out, of="linalg.svdvals", zero=True)
    return (transposed(packed[..., :m]) * g[..., None, :]) @ packed[..., m + 1 :]


@declare(np.linalg.eigvalsh, name="linalg.eigvalsh", holomorphic=False, a=_eigvalsh_rule)
def eigvalsh(a: Any, UPLO: str = "L") -> Array:
    """The eigenvalues of Hermitian matrices (..., n, n), in ascending order.

    The gradient is Hermitian, as in PyTorch: that for changes which keep the matrix so. It is
    finite at equal eigenvalues; there one of them alone has a kink, and gets the gradient that
    belongs to the eigenvector found, with a :class:`DegenerateSpectrumWarning`.

    >>> import tinygrad_np as tg
    >>> tg.linalg.eigvalsh([[2.0, 1.0], [1.0, 2.0]])
    Tensor([1., 3.], dtype=float64)
    """
    return np.asarray(np.linalg.eigvalsh(a, UPLO))  # type: ignore[call-overload]  # its letters


@declare(np.linalg.eigvals, name="linalg.eigvals", holomorphic=False, a=_eigvals_rule)
def eigvals(a: Any) -> Array:
    """The eigenvalues of square matrices (..., n, n), always complex, in no certain order.

    >>> import tinygrad_np as tg
    >>> tg.linalg.eigvals([[0.0, 1.0], [-1.0, 0.0]])
    Tensor([0.+1.j, 0.-1.j], dtype=complex128)
    """
    return np.linalg.eigvals(a).astype(complex_of(a), copy=False)


@declare(
    getattr(np.linalg, "svdvals", None),
    name="linalg.svdvals",
    holomorphic=False,
    x=_svdvals_rule,
)
def svdvals(x: Any) -> Array:
    """The singular values of matrices (..., m, n), in descending order.

    The gradient is finite at equal values. That of one of them alone, or of one that is 0, where
    it has a kink, belongs to the vectors found: a :class:`DegenerateSpectrumWarning` says so.

    >>> import tinygrad_np as tg
    >>> tg.linalg.svdvals([[3.0, 0.0], [0.0, -4.0]])
    Tensor([4., 3.], dtype=float64)
    """
    return np.linalg.svd(x, compute_uv=False)
