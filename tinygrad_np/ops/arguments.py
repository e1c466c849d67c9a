"""The arguments of NumPy's signatures beyond arrays and axes: out=, dtype=, initial=, where=.

Each is either supported, by composing ops, or raises an error that names it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from ..engine.access import array_of
from ..engine.errors import DTypeError, ShapeError, UnsupportedError
from ..engine.tensor import NUMERIC, Array, Tensor, is_concrete
from . import elementwise as e
from .operands import as_tensor
from .shaping import astype, broadcast_to

Axis = int | tuple[int, ...] | None


def reduced_axes(axis: Axis, ndim: int) -> tuple[int, ...]:
    """Return the axes that a reduction of `ndim` axes removes, counted from the front."""
    if axis is None or not ndim:
        return tuple(range(ndim))
    return tuple(a % ndim for a in (axis if isinstance(axis, (tuple, list)) else (axis,)))


def count(shape: tuple[int, ...], axis: Axis) -> int:
    """Return how many elements of an array of `shape` are reduced to one."""
    return math.prod(shape if axis is None else [shape[a] for a in reduced_axes(axis, len(shape))])


def refuse_out(op: str, out: Any) -> None:
    """Raise an error if out= is given."""
    if out is not None:
        raise UnsupportedError(
            f"{op}: out= would write the result of a Tensor operation into an array and lose "
            f"its graph; use the result, or .data (give keepdims, and other arguments that follow "
            f"out in NumPy, by name)"
        )


def cast(op: str, x: Any, dtype: npt.DTypeLike | None) -> Any:
    """Return `x` in the dtype to compute in, or unchanged if `dtype` is ``None``."""
    if dtype is None:
        return x
    if isinstance(dtype, (bool, np.bool)):
        raise DTypeError(f"{op}: dtype={dtype}; keepdims comes later, as in NumPy: give it by name")
    wanted, t = np.dtype(dtype), as_tensor(x)
    if wanted.kind not in NUMERIC:
        raise DTypeError(f"{op}: dtype={wanted} is not numeric")
    if wanted.kind in "iub" and wanted.itemsize < 8:
        raise DTypeError(f"{op}: dtype={wanted} would overflow early; use astype on the result")
    if t.dtype.kind == "c" and wanted.kind != "c":
        raise DTypeError(
            f"{op}: dtype={wanted} would drop the imaginary part of {t.dtype}; use .real"
        )
    return t if t.dtype == wanted else astype(t, wanted)


def cast_to_float(op: str, x: Any, dtype: npt.DTypeLike | None) -> Any:
    """Return `x` in the dtype to compute a mean in, which cannot be an integer dtype."""
    out = cast(op, x, dtype)
    if dtype is not None and out.dtype.kind not in "fc":
        raise DTypeError(f"{op}: dtype={out.dtype} would round the result; use astype on it")
    return out


def start_of(op: str, initial: Any, dtype: np.dtype[Any]) -> Tensor:
    """Return the number that a reduction starts with, in the dtype of the reduction."""
    start = as_tensor(initial)
    if start.ndim:
        raise ShapeError(f"{op}: initial= must be one number, not shape {start.shape}")
    if type(initial) in (bool, int, float, complex):
        fits = np.result_type(dtype, initial) == dtype
    else:
        fits = np.can_cast(start.dtype, dtype, "same_kind")
    if not fits:
        raise DTypeError(f"{op}: initial={initial} does not fit dtype {dtype}")
    return start if start.dtype == dtype else astype(start, dtype)


def mask_of(op: str, where: Any, shape: tuple[int, ...]) -> Tensor:
    """Return where=, which selects the elements that take part, as booleans of a shape."""
    mask = as_tensor(where)
    if mask.dtype.kind != "b":
        raise DTypeError(f"{op}: where= must hold booleans, not {mask.dtype}")
    try:
        return mask if mask.shape == shape else broadcast_to(mask, shape)
    except ShapeError:
        raise ShapeError(
            f"{op}: where= of shape {mask.shape} does not broadcast to {shape}"
        ) from None


def masked(op: str, x: Any, where: Any, fill: Any) -> Any:
    """Return `x` with `fill` in place of the elements that where= excludes."""
    if where is True:
        return x
    t = as_tensor(x)
    return e._where(mask_of(op, where, t.shape), t, fill)


def check(x: Tensor, holds: Callable[[Array], Any]) -> bool:
    """Return whether a condition holds for the values of a Tensor, or the values are not known.

    They are not known under `vmap`, where a batch tracer stands for many examples.
    """
    return not is_concrete(x) or bool(holds(array_of(x)))
