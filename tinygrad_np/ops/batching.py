"""How the axis of a batch goes through ops: rules for `vmap` beyond the elementwise ones.

Each is applied to whole batches, first axis first; an op that is not here is applied to one
example after the other.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..engine.batching import Value, batching, elementwise, one_by_one, rank_of, whole_batch
from ..engine.errors import ShapeError
from ..engine.op import FUNCTIONS, Op
from ..engine.tensor import Tensor
from .indexing import ARRAY, Slice
from .products import linear, matmul

Params = dict[str, Any]
Values = Sequence[Value]


def behind(axis: Any, rank: int, op: Op) -> Any:
    """Return an axis, or some, of an example of that rank as axes of the batch: the first is taken.

    An axis that an example does not have must not find that of the batch.
    """
    if isinstance(axis, tuple):
        return tuple(behind(a, rank, op) for a in axis)
    if not -rank <= axis < rank:
        raise ShapeError(f"{op.name}: an example under vmap has {rank} axes and no axis {axis}")
    return axis % rank + 1


batching(
    *("angle_of_real", "astype", "binary_exponent", "copy", "fix", "imag_of_real"),
    *("integral_part", "isclose", "iscomplex", "isneginf", "isposinf", "isreal", "round"),
)(elementwise)  # each element of the result comes from those at its own place


@batching(
    *("sum", "mean", "prod", "max", "min", "logsumexp", "softmax", "log_softmax", "all", "any"),
    *("nanmax", "nanmin", "linalg.power_norm"),
)
def _over_axes(op: Op, size: int, values: Values, params: Params) -> Tensor:
    ((x, _),) = values
    axis = params["axis"]
    if axis is None:
        axis = tuple(range(x.ndim - 1))
    return op.call(x, **{**params, "axis": behind(axis, x.ndim - 1, op)})


@batching(
    *("argmax", "argmin", "nanargmax", "nanargmin", "argsort", "argpartition"),
    *("cumsum", "cumprod"),
)
def _along_one_axis(op: Op, size: int, values: Values, params: Params) -> Tensor:
    ((x, _),) = values
    rank, axis = x.ndim - 1, params["axis"]
    if not rank or (axis is None and params.get("keepdims")):
        return one_by_one(op, size, values, params)
    if axis is None:
        x, rank, axis = x.reshape((size, math.prod(x.shape[1:]))), 1, 0
    return op.call(x, **{**params, "axis": behind(axis, rank, op)})


@batching("concatenate", "stack")
def _joined(op: Op, size: int, values: Values, params: Params) -> Tensor:
    whole = [whole_batch(v, mapped, size) for v, mapped in values]
    rank = whole[0].ndim - (op.name == "concatenate")
    return op.call(*whole, axis=behind(params["axis"], rank, op))


@batching("reshape", "broadcast_to")
def _to_shape(op: Op, size: int, values: Values, params: Params) -> Tensor:
    ((x, _),) = values
    shape = params["shape"]
    shape = shape if isinstance(shape, tuple) else (shape,)
    if op.name == "broadcast_to":
        x = x.reshape((size, *(1,) * (len(shape) - x.ndim + 1), *x.shape[1:]))
    return op.call(x, shape=(size, *shape))


@batching("transpose")
def _transposed(op: Op, size: int, values: Values, params: Params) -> Tensor:
    ((x, _),) = values
    n = x.ndim - 1
    axes = params["axes"]
    order = range(n - 1, -1, -1) if axes is None else [a % n for a in axes]
    return op.call(x, axes=(0, *(a + 1 for a in order)))


@batching("expand_dims", "squeeze")
def _unit_axes(op: Op, size: int, values: Values, params: Params) -> Tensor:
    ((x, _),) = values
    axis, rank = params["axis"], x.ndim - 1
    if axis is None:
        axis = tuple(i for i in range(rank) if x.shape[i + 1] == 1)
    if op.name == "expand_dims":
        rank += len(axis) if isinstance(axis, tuple) else 1
    return op.call(x, axis=behind(axis, rank, op))


@batching("getitem", "scatter", "setitem")
def _indexed(op: Op, size: int, values: Values, params: Params) -> Tensor:
    """Index all examples at once: by one more slice, or by one more array where indices differ."""
    template = params["template"]
    operands, arrays = values[: 1 + (op.name == "setitem")], values[1 + (op.name == "setitem") :]
    places = [i for i, part in enumerate(template) if part is ARRAY or type(part) is int]
    ranks = [rank_of(v, mapped) for v, mapped in arrays]
    masks = [v.dtype.kind == "b" for v, _ in arrays]
    block = max((1 if mask else rank for rank, mask in zip(ranks, masks, strict=True)), default=0)
    together = not arrays or places == list(range(places[0], places[-1] + 1))
    differ = any(mapped for _, mapped in arrays)
    if not together or (differ and (places[0] or any(masks))):
        return one_by_one(op, size, values, params)
    indices = [v for v, _ in arrays]
    if differ:
        here = np.arange(size).reshape((size, *(1,) * block))
        indices = [here, *(aligned(v, mapped, block) for v, mapped in arrays)]
    inner = {**params, "template": (ARRAY if differ else Slice(slice(None)), *template)}
    if op.name == "scatter":
        inner["shape"] = (size, *params["shape"])
    x = whole_batch(*operands[0], size)
    if op.name != "setitem":
        return op.call(x, *indices, **inner)
    taken = sum(rank if mask else 1 for rank, mask in zip(ranks, masks, strict=True))
    taken += sum(type(part) is int for part in template)
    place_rank = x.ndim - 1 - taken + template.count(None) + block
    return op.call(x, aligned(*operands[1], place_rank), *indices, **inner)


def aligned(v: Any, mapped: bool, rank: int) -> Any:
    """Return a batch with examples of a rank: axes of size 1 are added, or left out, in front."""
    extra = rank - rank_of(v, mapped)
    if not mapped or not extra:
        return v
    return v.reshape((v.shape[0], *(1,) * extra, *v.shape[1 + max(0, -extra) :]))


@batching("isin", "digitize", "searchsorted")
def _looked_up(op: Op, size: int, values: Values, params: Params) -> Tensor:
    table = 0 if op.name == "searchsorted" else 1
    if values[table][1]:  # one table for each example
        return one_by_one(op, size, values, params)
    return op.call(*(v for v, _ in values), **params)


@batching("positions")
def _of_counts(op: Op, size: int, values: Values, params: Params) -> Tensor:
    ((x, _),) = values
    rows = math.prod(x.shape)
    return op.call(x.reshape((rows,)), **params).reshape((*x.shape, len(params["q"])))


@batching("line", "geometric_line")
def _steps_first(op: Op, size: int, values: Values, params: Params) -> Tensor:
    return FUNCTIONS["swapaxes"](elementwise(op, size, values, params), 0, 1)  # type: ignore[no-any-return]


@batching("product_of_others")
def _last_axis(op: Op, size: int, values: Values, params: Params) -> Tensor:
    ((x, _),) = values
    return op.call(x)


@batching("class_cross_entropy", "recur")
def _of_rows(op: Op, size: int, values: Values, params: Params) -> Tensor:
    return op.call(*(whole_batch(v, mapped, size) for v, mapped in values))


@batching("matmul")
def _product(op: Op, size: int, values: Values, params: Params) -> Tensor:
    (x, x_mapped), (y, y_mapped) = values
    x_rank, y_rank = rank_of(x, x_mapped), rank_of(y, y_mapped)
    if x_mapped and not y_mapped and y_rank <= 2 and x_rank:
        return matmul(x, y)  # the batch is one more leading axis
    rows = matrices(x, x_mapped, x_rank, x_rank == 1, False, max(x_rank, y_rank, 2))
    columns = matrices(y, y_mapped, y_rank, False, y_rank == 1, max(x_rank, y_rank, 2))
    out = matmul(rows, columns)
    if x_rank == 1:
        out = out[..., 0, :]
    return out[..., 0] if y_rank == 1 else out


def matrices(x: Any, mapped: bool, rank: int, row: bool, column: bool, full: int) -> Any:
    """Return vectors as matrices of one row or column, aligned behind the axis of the batch."""
    shape = (*(1,) * row, *x.shape[mapped:], *(1,) * column)
    if not mapped:
        return x.reshape(shape) if row or column else x
    return x.reshape((x.shape[0], *(1,) * (full - len(shape)), *shape))


@batching("linear")
def _layer(op: Op, size: int, values: Values, params: Params) -> Tensor:
    (x, x_mapped), (weight, weight_mapped), (bias, bias_mapped) = values
    if not weight_mapped and not bias_mapped:
        return linear(x, weight, bias)
    turned = (FUNCTIONS["swapaxes"](weight, -1, -2), weight_mapped)
    product = _product(matmul.op, size, [(x, x_mapped), turned], {})  # type: ignore[attr-defined]
    terms = [(product, x_mapped or weight_mapped), (bias, bias_mapped)]
    return elementwise(FUNCTIONS["add"].op, size, terms, {})  # type: ignore[attr-defined]
