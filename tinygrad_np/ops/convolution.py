"""Convolution and correlation of sequences."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ..engine.declarations import declare, either
from ..engine.errors import ShapeError
from ..engine.op import composed
from ..engine.tensor import Array, Tensor
from .operands import as_tensor, conjugated
from .shaping import reshape


def _slide(g: Any, other: Any, shape: tuple[int, ...]) -> Any:
    """Return the sums of g[i + k] * other[k], the transpose of convolution with `other`."""
    start = other.shape[0] - 1
    return _convolve_full_op(g, other[::-1])[start : start + shape[0]]


@declare(
    kind="bilinear",
    x=lambda g, y, x_shape: _slide(g, y, x_shape),
    y=lambda g, x, y_shape: _slide(g, x, y_shape),
)
def _convolve_full(x: Any, y: Any) -> Array:
    """Return the full convolution of two vectors."""
    return np.convolve(x, y)


_convolve_full_op = either(_convolve_full)


def _vector(name: str, x: npt.ArrayLike) -> Tensor:
    """Return `x` as a nonempty vector."""
    t = as_tensor(x)
    if t.ndim > 1 or not t.size:
        raise ShapeError(f"{name}: shape {t.shape} is not a nonempty vector")
    if not t.ndim and name == "correlate":
        raise ShapeError("correlate: a number is not a vector")
    return t if t.ndim else reshape(t, 1)


def _cut(name: str, full: Tensor, n: int, m: int, mode: str, late: bool = False) -> Tensor:
    """Return the part that `mode` names of a full convolution of vectors of sizes `n` and `m`."""
    longer, shorter = max(n, m), min(n, m)
    if mode == "full":
        return full
    if mode == "valid":
        return full[shorter - 1 : longer]
    if mode == "same":
        start = shorter // 2 if late else (shorter - 1) // 2
        return full[start : start + longer]
    raise ValueError(f"{name}: mode={mode!r}; use 'full', 'same' or 'valid'")


@composed(np.convolve)
def convolve(a: npt.ArrayLike, v: npt.ArrayLike, mode: str = "full") -> Tensor:
    """The convolution of two vectors: out[k] = sum over i of a[i] * v[k - i].

    Args:
        a: A vector.
        v: Another vector.
        mode: ``"full"``, wherever they overlap; ``"same"``, the middle of that, as long as
            the longer vector; ``"valid"``, where they overlap completely.

    Raises:
        ShapeError: For an array with more than one axis, or an empty one.

    >>> import tinygrad_np as tg
    >>> tg.convolve([1.0, 2.0, 3.0], [1.0, 1.0], mode="valid")
    Tensor([3., 5.], dtype=float64)
    """
    x, y = _vector("convolve", a), _vector("convolve", v)
    return _cut("convolve", _convolve_full(x, y), x.size, y.size, mode)


@composed(np.correlate)
def correlate(a: npt.ArrayLike, v: npt.ArrayLike, mode: str = "valid") -> Tensor:
    """The correlation of two vectors: out[k] = sum over i of a[i + k] * conjugate(v[i]).

    Args:
        a: A vector.
        v: Another vector, which slides along `a`.
        mode: As for :func:`convolve`.

    Raises:
        ShapeError: For an array with more than one axis, or an empty one.

    >>> import tinygrad_np as tg
    >>> tg.correlate([1.0, 2.0, 3.0], [0.0, 1.0, 0.5])
    Tensor([3.5], dtype=float64)
    """
    x, y = _vector("correlate", a), _vector("correlate", v)
    full = _convolve_full(x, conjugated(y)[::-1])
    return _cut("correlate", full, x.size, y.size, mode, late=y.size > x.size)
