"""Derivatives of decompositions at equal values: checks whether they exist.

A derivative of vectors divides by differences of values. Where two values are equal, it exists only
if the result does not depend on the choice of their vectors; otherwise :func:`_quotient` raises.
One of several equal values alone has a kink, of which :func:`_tied` warns.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from ..engine.declarations import declare, either
from ..engine.errors import DegenerateError, DegenerateSpectrumWarning
from ..engine.tensor import Array


def transposed(x: Any) -> Any:
    """Return matrices with rows and columns exchanged."""
    return x.swapaxes(-1, -2)


def adjoint(x: Any) -> Any:
    """Return the conjugate transposes of matrices."""
    return np.conjugate(x).swapaxes(-1, -2) if x.dtype.kind == "c" else x.swapaxes(-1, -2)


def real_part(x: Any) -> Any:
    """Return the real part; real numbers are returned unchanged."""
    return np.real(x) if x.dtype.kind == "c" else x


def _quotient_x(g, y, of, why):  # type: ignore[no-untyped-def]  # either world
    return quotient_op(g, y, g, of=of, why=why)


def _quotient_y(g, y, out, of, why):  # type: ignore[no-untyped-def]  # either world
    return -quotient_op(g * out, y, g, of=of, why=why)


@declare(
    kind="elementwise",
    name="linalg.quotient",
    x=_quotient_x,
    y=_quotient_y,
)
def _quotient(x: Any, y: Any, size: Any, of: str = "linalg", why: str = "") -> Array:
    """Return x / y with 0 / 0 = 0; raise DegenerateError for any other division by 0.

    `size`, the numbers that `x` was computed from, sets the tolerance within which `x` counts as 0.
    The message names the function, `of`, and the values that coincide, or another reason, `why`.
    """
    none = y == 0
    if none.any():
        limit = 100.0 * np.finfo(x.dtype).eps * abs(size).max(axis=(-2, -1), keepdims=True)
        if (refused := none & (abs(x) > limit)).any():
            *_, i, j = np.argwhere(refused)[0].tolist()
            if not why and i == j:
                why = f"the phase of the complex vector {i} is arbitrary"
            elif not why:
                why = f"the values {i} and {j} are equal, so their vectors are not unique"
            raise DegenerateError(
                f"{of}: the derivative depends on vectors that the matrix does not determine: "
                f"{why}; use a function of the values alone (eigvalsh, svdvals), or a matrix with "
                f"distinct values"
            )
    return np.where(none, 0.0, x / np.where(none, 1.0, y))


quotient_op: Any = either(_quotient)


@declare(kind="elementwise", name="linalg.tied", x=lambda g: g)
def _tied(x: Any, values: Any, of: str = "linalg", zero: bool = False) -> Array:
    """Return `x`, the cotangent of eigenvalues or singular values; warn if it differs at ties.

    A sum over equal values is smooth, but one of them alone is not: its gradient depends on which
    vectors were computed. The same holds for a singular value of 0, which `zero` checks.
    """
    eps = float(np.finfo(x.dtype).eps)
    size = abs(values)
    limit = eps * size.sum(axis=-1, keepdims=True)
    counts = eps**0.5 * abs(x).max(axis=-1, keepdims=True, initial=0.0)
    # Cotangents computed from equal values may differ by rounding.
    told = abs(x[..., None] - x[..., None, :]) > counts[..., None]
    close = abs(values[..., None] - values[..., None, :]) <= limit[..., None]
    if (close & told).any():
        *_, i, j = np.argwhere(close & told)[0].tolist()
        why = f"the values {i} and {j} are equal, but not used alike"
    elif zero and ((size <= limit) & (abs(x) > counts)).any():
        why = "a singular value is 0"
    else:
        return np.asarray(x)
    warnings.warn(
        f"{of}: the gradient is not unique: {why}; it is that of the computed vectors. Use a "
        f"function that is smooth there (a sum over equal values, of squares where one may be 0), "
        f"or a matrix with distinct values",
        DegenerateSpectrumWarning,
        stacklevel=2,
    )
    return np.asarray(x)


tied_op: Any = either(_tied)


@declare(kind="elementwise", name="linalg.unless", x=lambda g: g)
def _unless(x: Any, where: Any, why: str = "") -> Array:
    """Return the cotangent `x`; raise DegenerateError(why) if `where` holds anywhere."""
    if np.any(where):
        raise DegenerateError(why)
    return np.asarray(x)


def apart(x: Any, values: Any) -> Any:
    """Return `x`, differences or sums of values, with 0 where it is within rounding of 0."""
    limit = float(np.finfo(x.dtype).eps) * abs(values).sum(axis=-1)[..., None, None]
    return x * (abs(x) > limit)


def turned_apart(m: Any, differences: Any, of: str) -> Any:
    """Return the Hermitian part of m / differences, off the diagonal.

    The diagonal of `m` matters only for complex numbers: an imaginary part there means that the
    result depends on the phase of a vector.
    """
    one = np.eye(m.shape[-1], dtype=bool)
    asked = m * ~one
    if m.dtype.kind == "c":
        asked = asked + (m - adjoint(m)) * one
    parts = quotient_op(asked, differences, m, of=of) * ~one
    return (parts + adjoint(parts)) * 0.5


def first_columns(q: Any, g: Any, k: int, of: str) -> tuple[Any, Any]:
    """Return the first k orthonormal columns, and their cotangent including that of the others.

    The other columns are an arbitrary basis of the orthogonal complement, and change with the
    first: dq2 = -q1 dq1^H q2. Raises an error if the result depends on the choice of that basis.
    """
    if q.shape[-1] == k:
        return q, g
    q1, q2, g1, g2 = q[..., :k], q[..., k:], g[..., :k], g[..., k:]
    turn = adjoint(q2) @ g2
    why = f"the vectors from number {k} on are an arbitrary orthonormal basis of their span"
    none = np.zeros(turn.shape[-2:], real_part(turn).dtype)
    quotient_op(turn - adjoint(turn), none, g2, of=of, why=why)  # 0, or raises
    return q1, g1 - q2 @ (adjoint(g2) @ q1)
