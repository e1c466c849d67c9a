"""How a batch goes through numpy.linalg, numpy.fft and einsum: rules for `vmap`."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_letters
from typing import Any

from ..engine.batching import Value, batching, one_by_one, rank_of
from ..engine.op import Op
from ..engine.tensor import Tensor
from .shaping import as_tensor


@batching(
    *(
        f"linalg.{name}"
        for name in ("inv", "inverse_or_inf", "det", "cofactors", "slogdet_packed", "matrix_rank")
    ),
    *(f"linalg.{name}" for name in ("pseudo_inverse", "cholesky_lower", "qr_packed")),
    *(f"linalg.{name}" for name in ("eigh_packed", "eigvalsh", "eig_packed", "eigvals")),
    *(f"linalg.{name}" for name in ("svd_packed", "square_svd_packed", "svdvals", "from_lower")),
)
def _matrices(op: Op, size: int, values: Sequence[Value], params: dict[str, Any]) -> Tensor:
    ((x, _),) = values
    if rank_of(x, True) < 2:  # matrix_rank takes vectors too
        return one_by_one(op, size, values, params)
    return op.call(x, **params)


@batching("linalg.solve")
def _solve(op: Op, size: int, values: Sequence[Value], params: dict[str, Any]) -> Tensor:
    (a, a_mapped), (b, b_mapped) = ((as_tensor(x), mapped) for x, mapped in values)
    vector = rank_of(b, b_mapped) == 1
    if vector:
        b = b[..., None]
    rank = max(rank_of(a, a_mapped), rank_of(b, b_mapped))
    aligned = [
        x.reshape((size, *(1,) * (rank - rank_of(x, True)), *x.shape[1:])) if mapped else x
        for x, mapped in ((a, a_mapped), (b, b_mapped))
    ]
    out = op.call(*aligned, **params)
    return out[..., 0] if vector else out


@batching("fft.fft", "fft.ifft", "fft.rfft", "fft.irfft")
def _transform(op: Op, size: int, values: Sequence[Value], params: dict[str, Any]) -> Tensor:
    ((x, _),) = values
    axis = params["axis"]
    if not -x.ndim < axis < x.ndim - 1:  # one example says what is wrong
        return one_by_one(op, size, values, params)
    return op.call(x, **{**params, "axis": axis + 1 if axis >= 0 else axis})


@batching("sum_of_products")
def _sum_of_products(op: Op, size: int, values: Sequence[Value], params: dict[str, Any]) -> Tensor:
    inputs, _, output = params["subscripts"].partition("->")
    spare = [label for label in ascii_letters if label not in params["subscripts"]]
    if not spare:
        return one_by_one(op, size, values, params)
    terms = [
        spare[0] + term if mapped else term
        for term, (_, mapped) in zip(inputs.split(","), values, strict=True)
    ]
    spelled = f"{','.join(terms)}->{spare[0]}{output}"
    return op.call(*(x for x, _ in values), **{**params, "subscripts": spelled})
