"""The batching rules that families of ops share.

A rule is applied to whole batches, batch axis first. An op names its rule in its declaration.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ..engine.batching import Operand, one_by_one, rank_of, whole_batch
from ..engine.errors import ShapeError
from ..engine.op import Op
from ..engine.tensor import Tensor

Params = dict[str, Any]
Operands = Sequence[Operand]


def behind(axis: Any, rank: int, op: Op) -> Any:
    """Return an axis of an example of that rank, or several, as axes of the whole batch.

    An axis that the example does not have raises: it must not select the axis of the batch.
    """
    if isinstance(axis, tuple):
        return tuple(behind(a, rank, op) for a in axis)
    if not -rank <= axis < rank:
        raise ShapeError(f"{op.name}: an example under vmap has {rank} axes and no axis {axis}")
    return axis % rank + 1


def over_axes(op: Op, size: int, values: Operands, params: Params) -> Tensor:
    """Reduce each example over its own axes."""
    ((x, _),) = values
    axis = params["axis"]
    if axis is None:
        axis = tuple(range(x.ndim - 1))
    return op.call(x, **{**params, "axis": behind(axis, x.ndim - 1, op)})


def along_one_axis(op: Op, size: int, values: Operands, params: Params) -> Tensor:
    """Apply an op along one axis of each example, or along all of its elements."""
    ((x, _),) = values
    rank, axis = x.ndim - 1, params["axis"]
    if not rank or (axis is None and params.get("keepdims")):
        return one_by_one(op, size, values, params)
    if axis is None:
        x, rank, axis = x.reshape((size, math.prod(x.shape[1:]))), 1, 0
    return op.call(x, **{**params, "axis": behind(axis, rank, op)})


def of_rows(op: Op, size: int, values: Operands, params: Params) -> Tensor:
    """Apply an op that accepts stacks to whole batches."""
    return op.call(*(whole_batch(v, mapped, size) for v, mapped in values))


def of_matrices(op: Op, size: int, values: Operands, params: Params) -> Tensor:
    """Apply an op on stacks of matrices, with the batch as one more axis of the stack."""
    ((x, _),) = values
    if rank_of(x, True) < 2:  # matrix_rank accepts vectors too
        return one_by_one(op, size, values, params)
    return op.call(x, **params)
