"""Sums of products in index notation, all reduced to one explicit form."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_letters
from typing import Any

import numpy as np
import numpy.typing as npt

from ..engine.batching import one_by_one
from ..engine.declarations import declare, either
from ..engine.errors import DTypeError, ShapeError, UnsupportedError
from ..engine.op import Op, composed
from ..engine.tensor import Array, Tensor
from .arguments import cast, refuse_out
from .batching import Operands, Params
from .operands import as_tensor


def _einsum_rule(g, operands, index, shapes, subscripts, optimize):  # type: ignore[no-untyped-def]
    """Return the cotangent of one operand, again as a sum of products.

    The factors are `g`, the other operands, an identity matrix for each repeated label of the
    operand (the cotangent is zero off the diagonal), and ones for each label that occurs nowhere
    else (the cotangent of a sum is constant along it).
    """
    inputs, _, output = subscripts.partition("->")
    terms = inputs.split(",")
    shape = shapes[index]
    others = [operand for i, operand in enumerate(operands) if i != index]
    labels = [output, *(term for i, term in enumerate(terms) if i != index)]
    known = set()
    for term, sizes in zip(labels, (g.shape, *(o.shape for o in others)), strict=True):
        known |= {label for label, n in zip(term, sizes, strict=True) if n != 1}
    spare = [label for label in ascii_letters if label not in subscripts]
    wanted = ""
    for label, n in zip(terms[index], shape, strict=True):
        if n == 1:  # of size 1: summed over here, restored by the reshape below
            continue
        if label in wanted:
            if not spare:
                raise UnsupportedError(f"einsum: too many labels in {subscripts!r}")
            others.append(np.eye(n, dtype=g.dtype))
            labels.append(label + spare[-1])
            label = spare.pop()
        elif label not in known:
            others.append(np.ones(n, g.dtype))
            labels.append(label)
        wanted += label
    spelled = f"{','.join(labels)}->{wanted}"
    return _sum_of_products_op(g, *others, subscripts=spelled, optimize=bool(optimize)).reshape(
        shape
    )


def _sum_products_of_batch(op: Op, size: int, values: Operands, params: Params) -> Tensor:
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


@declare(batching=_sum_products_of_batch, operands=_einsum_rule)
def _sum_of_products(
    *operands: Any, subscripts: str = "", optimize: bool | str | tuple[Any, ...] = False
) -> Array:
    """Return ``einsum`` of explicit subscripts: with an output, no ellipsis and no spaces."""
    path: Any = list(optimize) if isinstance(optimize, tuple) else optimize
    out = np.einsum(subscripts, *operands, optimize=path)
    return np.array(out) if out.ndim else out[()]


_sum_of_products_op = either(_sum_of_products)


def _part_of_batch(op: Op, size: int, values: Operands, params: Params) -> Tensor:
    term, _, output = params["subscripts"].partition("->")
    spare = next(label for label in ascii_letters if label not in term)
    params = {**params, "subscripts": f"{spare}{term}->{spare}{output}"}
    if "shape" in params:
        params["shape"] = (size, *params["shape"])
    return op.call(values[0][0], **params)


@declare(
    kind="linear",
    batching=_part_of_batch,
    x=lambda g, subscripts: _part_op(g, subscripts=subscripts),
)
def _spread(x: Any, subscripts: str = "", shape: tuple[int, ...] = ()) -> Array:
    """Return zeros of `shape` whose `_part` is `x`."""
    out = np.zeros(shape, x.dtype)
    np.einsum(subscripts, out)[...] = x
    return out


@declare(
    kind="linear",
    views=True,
    batching=_part_of_batch,
    x=lambda g, x_shape, subscripts: _spread_op(g, subscripts=subscripts, shape=x_shape),
)
def _part(x: Any, subscripts: str = "", writable: bool = True) -> Array:
    """Return ``einsum`` of one array without a sum: its axes in another order, or diagonals."""
    part: Array = np.einsum(subscripts, x)
    if not writable:
        part.flags.writeable = False
    return part


_part_op: Op = either(_part)
_spread_op: Op = either(_spread)


def _diagonal_of(x: Tensor) -> Tensor:
    """Return the diagonals of square matrices (..., n, n), as a read-only view."""
    labels = ascii_letters[: x.ndim - 1]
    return _part(x, subscripts=f"{labels}{labels[-1]}->{labels}", writable=False)


def _as_text(sublist: Any) -> str:
    """Return a list of integers and ``...``, NumPy's other notation, as a string of labels."""
    if not isinstance(sublist, (list, tuple)):
        raise TypeError("einsum: operands and lists of labels must alternate")
    order = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    text = ""
    for part in sublist:
        if part is Ellipsis:
            text += "..."
        elif 0 <= (i := int(part)) < len(order):
            text += order[i]
        else:
            raise ValueError(f"einsum: {part!r} is not a label; use 0 to {len(order) - 1}")
    return text


def _interleaved(args: Sequence[Any]) -> tuple[str, list[Any]]:
    """Return subscripts and operands of ``einsum(x, [0, 1], y, [1, 2], [0, 2])``."""
    pairs = len(args) // 2
    text = ",".join(_as_text(args[2 * i + 1]) for i in range(pairs))
    if len(args) % 2:
        text += "->" + _as_text(args[-1])
    return text, [args[2 * i] for i in range(pairs)]


def _written_out(subscripts: str, shapes: Sequence[tuple[int, ...]]) -> str:
    """Return subscripts with an explicit output and with labels in place of each ellipsis.

    Raises:
        ShapeError: If the subscripts are invalid or do not fit the shapes.
    """
    text = subscripts.replace(" ", "")
    inputs, arrow, output = text.partition("->")
    terms = inputs.split(",")

    def refuse(why: str) -> Exception:
        listed = ", ".join(map(str, shapes))
        return ShapeError(f"einsum: {subscripts!r} for shapes {listed}: {why}")

    if len(terms) != len(shapes):
        raise refuse(f"{len(terms)} terms for {len(shapes)} operands")
    for term in (*terms, output):
        bare = term.replace("...", "", 1)
        if not all(c in ascii_letters for c in bare):
            raise refuse(f"{term!r} is not made of letters and at most one '...'")
    broadcast = 0  # the largest number of axes an ellipsis stands for
    for term, shape in zip(terms, shapes, strict=True):
        named = len(term.replace("...", ""))
        rest = len(shape) - named
        if rest < 0 or (rest and "..." not in term):
            raise refuse(f"{term!r} names {named} of {len(shape)} axes")
        broadcast = max(broadcast, rest if "..." in term else 0)
    spare = [c for c in ascii_letters if c not in text][:broadcast]
    if len(spare) < broadcast:
        raise refuse("there are not enough letters for the axes of '...'")
    full = []
    for term, shape in zip(terms, shapes, strict=True):
        rest = len(shape) - len(term.replace("...", ""))
        full.append(term.replace("...", "".join(spare[broadcast - rest :])))
    if not arrow:
        letters = sorted({c for c in inputs if c in ascii_letters})
        output = "..." + "".join(c for c in letters if inputs.count(c) == 1)
    elif broadcast and "..." not in output:
        raise refuse("the output must say where the axes of '...' go")
    output = output.replace("...", "".join(spare))
    if len(set(output)) < len(output):
        raise refuse("the output repeats a label")
    if missing := sorted(set(output) - set("".join(full))):
        raise refuse(f"the output has {missing[0]!r}, which no operand has")
    sizes: dict[str, int] = {}
    for term, shape in zip(full, shapes, strict=True):
        within: dict[str, int] = {}
        for label, n in zip(term, shape, strict=True):
            if within.setdefault(label, n) != n:
                raise refuse(f"{label!r} has the sizes {within[label]} and {n} in {term!r}")
            known = sizes.setdefault(label, n)
            if known != n and 1 not in (known, n):
                raise refuse(f"{label!r} has the sizes {known} and {n}")
            sizes[label] = n if known == 1 else known
    return f"{','.join(full)}->{output}"


@composed(np.einsum)
def einsum(
    subscripts: Any,
    *operands: Any,
    out: None = None,
    dtype: npt.DTypeLike | None = None,
    order: str = "K",
    casting: Any = "safe",
    optimize: bool | str | Sequence[Any] = False,
) -> Tensor:
    """The sum of products that the subscripts describe, in any notation NumPy accepts.

    Each operand has a term of labels, one per axis. A label that is not in the output is summed
    over, a label repeated within a term takes the diagonal, and ``...`` stands for axes that
    broadcast. Without ``->`` the output has the labels that occur once, in alphabetical order.
    The gradient of each operand is a sum of products too.

    Args:
        subscripts: A string such as ``"ij,jk->ik"``; or the first operand, followed by its list
            of integer labels, and so on for each operand, and optionally the output's list.
        operands: The arrays.
        out: Not supported: a result is never written into an array.
        dtype: The dtype to compute in; `casting` says which operands may be cast to it.
        order: The memory layout of the result; only "K", NumPy's own choice, and "A" are
            supported. No value depends on it.
        casting: As in :func:`numpy.can_cast`.
        optimize: Whether, and how, to choose the order of the products, as in NumPy. A path
            applies to the value only; gradients then choose their own.

    Raises:
        ShapeError: If the subscripts do not fit the shapes.
        DTypeError: If an operand cannot be cast to `dtype`.

    >>> import tinygrad_np as tg
    >>> x = tg.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    >>> tg.einsum("ii", x).backward()
    >>> x.grad
    Tensor([[1., 0.],
            [0., 1.]], dtype=float64)
    """
    if isinstance(subscripts, str):
        arrays = list(operands)
    else:
        subscripts, arrays = _interleaved((subscripts, *operands))
    refuse_out("einsum", out)
    if order not in ("K", "A"):
        raise UnsupportedError(f"einsum: order={order!r} is not supported; leave it out")
    tensors = [as_tensor(a) for a in arrays]
    spelled = _written_out(subscripts, [t.shape for t in tensors])
    wanted = np.result_type(*(t.dtype for t in tensors)) if dtype is None else np.dtype(dtype)
    for t in tensors:
        if not np.can_cast(t.dtype, wanted, casting):
            raise DTypeError(f"einsum: {t.dtype} cannot be cast to {wanted} by casting={casting!r}")
    if dtype is not None:
        tensors = [cast("einsum", t, dtype) for t in tensors]
    if len(tensors) == 1 and set(spelled.partition("->")[2]) == set(spelled) - set("->") != set():
        return _part(tensors[0], subscripts=spelled)
    path = optimize if isinstance(optimize, (bool, str)) else tuple(optimize)
    return _sum_of_products(*tensors, subscripts=spelled, optimize=path)
