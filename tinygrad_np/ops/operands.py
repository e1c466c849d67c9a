"""The operands of composed functions: as Tensors, their dtypes, and their axes."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ..engine.calls import contains_tensor, operand
from ..engine.errors import ShapeError
from ..engine.op import FUNCTIONS
from ..engine.tensor import Array, Tensor, asarray

Shape = int | tuple[int, ...]

SHAPE_BY_VALUES = "has a result whose shape depends on values"
"""Why an op is refused under a trace, whose shapes are fixed."""


def as_tensor(x: Any) -> Tensor:
    """Return `x`, which may be a list of Tensors, as one Tensor."""
    return FUNCTIONS["stack"](x) if contains_tensor(x) and not isinstance(x, Tensor) else asarray(x)


def as_float(x: npt.ArrayLike) -> Array:
    """Return an array of floating-point numbers, integers as float64."""
    array = np.asarray(x)
    return array if array.dtype.kind in "fc" else array.astype(float)


def is_complex(x: Any) -> bool:
    """Return whether an operand, of any type an op takes, is complex."""
    if isinstance(x, Tensor):
        return x.dtype.kind == "c"
    return np.iscomplexobj(operand(x, "iscomplexobj")[0])


def conjugated(x: Tensor) -> Tensor:
    """Return the complex conjugate; of real numbers, themselves."""
    return FUNCTIONS["conjugate"](x) if x.dtype.kind == "c" else x


def axis_from_front(axis: int, ndim: int, op: str) -> int:
    """Return an axis counted from the front, or refuse it in the name of `op`."""
    if not -ndim <= axis < ndim:
        raise ShapeError(f"{op}: there is no axis {axis} among {ndim}")
    return int(axis) % ndim


def axes_from_front(axis: int | tuple[int, ...] | None, ndim: int, op: str) -> tuple[int, ...]:
    """Return axes counted from the front; all of them for ``None``."""
    if axis is None:
        return tuple(range(ndim))
    axes = tuple(axis) if isinstance(axis, (tuple, list)) else (axis,)
    return tuple(axis_from_front(a, ndim, op) for a in axes)


def along(axis: int, *parts: Any) -> tuple[Any, ...]:
    """Return the index that has `parts` at `axis` and everything before it."""
    return (*(slice(None),) * axis, *parts)
