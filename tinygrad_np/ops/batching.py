"""How the axis of a batch goes through ops: rules for `vmap` beyond the elementwise ones.

Each is applied to whole batches, first axis first; an op that is not here is applied to one
example after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..engine.batching import Value, batching, elementwise, one_by_one, rank_of, whole_batch
from ..engine.op import FUNCTIONS, Op
from ..engine.tensor import Tensor
from .indexing import ARRAY, Slice
from .products import linear, matmul

Params = dict[str, Any]
Values = Sequence[Value]


def behind(axis: Any) -> Any:
    """Return an axis of an example as one of the batch: the first is taken."""
    if isinstance(axis, tuple):
        return tuple(behind(a) for a in axis)
    return axis + 1 if axis >= 0 else axis


@batching("sum", "mean", "prod", "max", "min", "logsumexp", "softmax", "log_softmax", "all", "any")
def _over_axes(op: Op, size: int, values: Values, params: Params) -> Tensor:
    ((x, _),) = values
    axis = tuple(range(1, x.ndim)) if params["axis"] is None else behind(params["axis"])
    return op.call(x, **{**params, "axis": axis})


@batching("concatenate", "stack")
def _joined(op: Op, size: int, values: Values, params: Params) -> Tensor:
    whole = [whole_batch(v, mapped, size) for v, mapped in values]
    return op.call(*whole, axis=behind(params["axis"]))


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
    axis = params["axis"]
    if axis is None:
        axis = tuple(i for i in range(x.ndim - 1) if x.shape[i + 1] == 1)
    return op.call(x, axis=behind(axis))


@batching("getitem", "scatter")
def _indexed(op: Op, size: int, values: Values, params: Params) -> Tensor:
    (x, x_mapped), *rest = values
    template = params["template"]
    places = [i for i, part in enumerate(template) if part is ARRAY or type(part) is int]
    apart = bool(rest) and places != list(range(places[0], places[-1] + 1))
    if not x_mapped or any(mapped for _, mapped in rest) or apart:
        return one_by_one(op, size, values, params)
    inner = {**params, "template": (Slice(slice(None)), *template)}
    if op.name == "scatter":
        inner["shape"] = (size, *params["shape"])
    return op.call(x, *(v for v, _ in rest), **inner)


@batching("product_of_others")
def _last_axis(op: Op, size: int, values: Values, params: Params) -> Tensor:
    ((x, _),) = values
    return op.call(x)


@batching("class_cross_entropy")
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
