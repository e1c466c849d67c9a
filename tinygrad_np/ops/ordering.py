"""Elements in order: sorting, searching, distinct values, interpolation.

No gradient flows through the order itself; one flows to the elements it picks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ..engine.batching import one_by_one
from ..engine.declarations import declare
from ..engine.errors import DTypeError, ShapeError
from ..engine.hooks import refuse_replay
from ..engine.op import Op, composed
from ..engine.tensor import Array, Tensor
from . import elementwise as e
from .batching import Operands, Params, along_one_axis
from .operands import SHAPE_BY_VALUES, as_tensor, axis_from_front
from .selection import take, take_along_axis
from .shaping import astype, concatenate, ravel

_Kind = str | None
_Side = Literal["left", "right"]

# NumPy's annotations lack some arguments of its functions.
_argpartition_of: Callable[..., Array] = np.argpartition
_lexsort_of: Callable[..., Any] = np.lexsort
_digits_of: Callable[..., Any] = np.digitize


@declare(np.argsort, batching=along_one_axis)
def argsort(
    a: npt.ArrayLike, axis: int | None = -1, kind: _Kind = None, stable: bool | None = None
) -> Array:
    """The places of the elements along `axis` in ascending order: integers, no gradient.

    >>> import tinygrad_np as tg
    >>> tg.argsort([3.0, 1.0, 2.0]).tolist()
    [1, 2, 0]
    """
    options: dict[str, Any] = {"stable": stable} if kind is None else {"kind": kind}
    return np.argsort(a, axis, **options)


@composed(np.sort)
def sort(
    a: npt.ArrayLike, axis: int | None = -1, kind: _Kind = None, stable: bool | None = None
) -> Tensor:
    """The elements along `axis` in ascending order; of ``a.ravel()`` when it is ``None``.

    Each gradient goes back to where its element came from. Equal elements keep their order
    for every `kind`, so that each gradient has a definite place.

    >>> import tinygrad_np as tg
    >>> x = tg.tensor([3.0, 1.0, 2.0], requires_grad=True)
    >>> tg.sort(x)[0].backward()
    >>> x.grad.tolist()
    [0.0, 1.0, 0.0]
    """
    if kind not in (None, "quicksort", "mergesort", "heapsort", "stable"):
        raise ValueError(f"sort: kind must be one of NumPy's, not {kind!r}")
    t = as_tensor(a)
    if axis is None:
        t, axis = ravel(t), 0
    axis_from_front(axis, t.ndim, "sort")
    return take_along_axis(t, argsort(t, axis=axis, kind="stable"), axis)


@declare(np.argpartition, batching=along_one_axis)
def argpartition(
    a: npt.ArrayLike,
    kth: int | tuple[int, ...] = 0,
    axis: int | None = -1,
    kind: str = "introselect",
) -> Array:
    """The places of the elements along `axis`, with the `kth` in its sorted place: no gradient.

    >>> import tinygrad_np as tg
    >>> tg.argpartition([3.0, 1.0, 2.0], 0)[0].item()
    1
    """
    return _argpartition_of(a, kth, axis, kind)


@composed(np.partition)
def partition(
    a: npt.ArrayLike,
    kth: int | Sequence[int],
    axis: int | None = -1,
    kind: str = "introselect",
) -> Tensor:
    """The elements along `axis` with the `kth` in its sorted place: smaller ones before it.

    Args:
        a: The elements.
        kth: Which place, or places, are sorted.
        axis: Along which axis; of ``a.ravel()`` when it is ``None``.
        kind: ``"introselect"``, the only choice.

    >>> import tinygrad_np as tg
    >>> tg.partition([3.0, 1.0, 2.0], 1)[1].item()
    2.0
    """
    t = as_tensor(a)
    if axis is None:
        t, axis = ravel(t), 0
    axis_from_front(axis, t.ndim, "partition")
    where = kth if isinstance(kth, (int, np.integer)) else tuple(int(k) for k in kth)
    return take_along_axis(t, argpartition(t, where, axis, kind), axis)


@declare()
def _lexsort(*keys: npt.ArrayLike, axis: int = -1) -> Array:
    """Return the order by several keys."""
    return np.asarray(_lexsort_of(keys, axis))


@composed(np.lexsort)
def lexsort(keys: Sequence[Any], axis: int = -1) -> Tensor:
    """The order by several keys, the last of them first: integers, no gradient.

    >>> import tinygrad_np as tg
    >>> tg.lexsort([[2.0, 1.0, 0.0], [5.0, 5.0, 6.0]]).tolist()
    [1, 0, 2]
    """
    return _lexsort(*keys, axis=axis)


# ------------------------------------------------------------------------ searching


def _look_up_batch(op: Op, size: int, values: Operands, params: Params) -> Tensor:
    table = 0 if op.name == "searchsorted" else 1
    if values[table][1]:  # one table for each example
        return one_by_one(op, size, values, params)
    return op.call(*(v for v, _ in values), **params)


@declare(batching=_look_up_batch)
def _searchsorted(a: Any, v: npt.ArrayLike, side: _Side = "left") -> Array:
    """Return where elements belong among sorted ones."""
    return np.asarray(np.searchsorted(a, v, side))


@composed(np.searchsorted)
def searchsorted(
    a: npt.ArrayLike,
    v: npt.ArrayLike,
    side: _Side = "left",
    sorter: npt.ArrayLike | None = None,
) -> Tensor:
    """The places where `v` would be put into `a`, which is sorted: integers, no gradient.

    Args:
        a: Elements in ascending order, or in the order that `sorter` puts them in.
        v: What to look for, of any shape.
        side: ``"left"`` or ``"right"`` of elements equal to it.
        sorter: The result of ``argsort`` for `a`.

    >>> import tinygrad_np as tg
    >>> tg.searchsorted([1.0, 2.0, 3.0], [2.0, 2.5]).tolist()
    [1, 2]
    """
    return _searchsorted(a if sorter is None else take(a, sorter), v, side=side)


@declare(np.digitize, batching=_look_up_batch)
def digitize(x: npt.ArrayLike, bins: npt.ArrayLike, right: bool = False) -> Array:
    """The number of the bin each element falls into: integers, no gradient.

    >>> import tinygrad_np as tg
    >>> tg.digitize([0.5, 1.0, 9.0], [0.0, 1.0, 2.0]).tolist()
    [1, 2, 3]
    """
    return np.asarray(_digits_of(x, bins, right))


@declare(np.isin, batching=_look_up_batch)
def isin(
    element: npt.ArrayLike,
    test_elements: npt.ArrayLike,
    assume_unique: bool = False,
    invert: bool = False,
    kind: Any = None,
) -> Array:
    """Whether each element is one of `test_elements`: booleans, no gradient.

    >>> import tinygrad_np as tg
    >>> tg.isin([1.0, 2.0, 3.0], [2.0]).tolist()
    [False, True, False]
    """
    return np.isin(element, test_elements, assume_unique, invert, kind=kind)


@declare()
def _places_of_unique(
    a: Any, part: int = 0, axis: int | None = None, equal_nan: bool = True
) -> Array:
    """Return what ``numpy.unique`` returns besides the values: 1 index, 2 inverse, 3 counts."""
    return np.asarray(np.unique(a, True, True, True, axis, equal_nan=equal_nan)[part])


@composed(np.unique)
def unique(
    ar: npt.ArrayLike,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    *,
    equal_nan: bool = True,
) -> Any:
    """The distinct values, sorted; or the distinct slices along `axis`.

    The gradient of a value goes to the first element that has it. The indices, the
    inverse and the counts are integers without gradient.

    >>> import tinygrad_np as tg
    >>> tg.unique([3.0, 1.0, 3.0], return_counts=True)[1].tolist()
    [1, 2]
    """
    t = as_tensor(ar)
    refuse_replay("unique", SHAPE_BY_VALUES)
    first = _places_of_unique(t, part=1, axis=axis, equal_nan=equal_nan)
    values = take(t, first, axis=axis)
    asked = (return_index, return_inverse, return_counts)
    if not any(asked):
        return values
    more = [
        first if part == 1 else _places_of_unique(t, part=part, axis=axis, equal_nan=equal_nan)
        for part, wanted in enumerate(asked, 1)
        if wanted
    ]
    return (values, *more)


# -------------------------------------------------------------------- interpolation


@composed(np.interp)
def interp(
    x: npt.ArrayLike,
    xp: npt.ArrayLike,
    fp: npt.ArrayLike,
    left: npt.ArrayLike | None = None,
    right: npt.ArrayLike | None = None,
    period: float | None = None,
) -> Tensor:
    """Linear interpolation between the points ``(xp, fp)``, at `x`.

    Gradients flow to `x`, `xp`, `fp`, `left` and `right`. At a point of `xp`, where the slope
    changes, the gradient is that of the piece to the right, at the last point that to the left;
    beyond the ends it is 0.

    Args:
        x: Where to interpolate, of any shape.
        xp: The places of the points, ascending, of shape (n,); in any order with `period`.
        fp: Their values, real or complex, of shape (n,).
        left: The value before the first point; that of the first when left out.
        right: The value after the last point; that of the last when left out.
        period: The period of `x`, with the two ends joined; `left` and `right` are ignored.

    >>> import tinygrad_np as tg
    >>> x = tg.tensor([0.5, 1.5], requires_grad=True)
    >>> y = tg.interp(x, [0.0, 1.0, 2.0], [0.0, 10.0, 40.0])
    >>> y.tolist()
    [5.0, 25.0]
    >>> y.sum().gradient(x)[0].tolist()
    [10.0, 30.0]
    """
    x, xp, fp = (_as_floating(as_tensor(a)) for a in (x, xp, fp))
    if "c" in (x.dtype.kind, xp.dtype.kind):
        raise DTypeError(f"interp: x and xp must be real, not {x.dtype} and {xp.dtype}")
    if xp.ndim != 1 or xp.shape != fp.shape or not xp.size:
        raise ShapeError(
            f"interp: xp and fp must have one axis of the same size, not 0, but have shapes "
            f"{xp.shape} and {fp.shape}"
        )
    if period is not None:
        if period == 0:
            raise ValueError("interp: period must not be 0")
        period, left, right = abs(period), None, None
        x, xp = e.remainder(x, period), e.remainder(xp, period)
        order = argsort(xp)
        xp, fp = take(xp, order), take(fp, order)
        xp = concatenate([xp[-1:] - period, xp, xp[:1] + period])
        fp = concatenate([fp[-1:], fp, fp[:1]])
    last = xp.size - 1
    if last:
        i = e.clip(searchsorted(xp, x, side="right") - 1, 0, last - 1)
        x0, f0 = take(xp, i), take(fp, i)
        width = take(xp, i + 1) - x0
        slope = (take(fp, i + 1) - f0) / e._where(width == 0, 1.0, width)
        out = e._where(x == xp[last], fp[last] + slope * (x - xp[last]), slope * (x - x0) + f0)
    else:
        out = fp[0] + 0.0 * x
    out = e._where(x < xp[0], fp[0] if left is None else left, out)
    return e._where(x > xp[last], fp[last] if right is None else right, out)


def _as_floating(t: Tensor) -> Tensor:
    """Return a Tensor in double precision, as ``numpy.interp`` computes."""
    dtype = np.dtype(complex if t.dtype.kind == "c" else float)
    return t if t.dtype == dtype else astype(t, dtype)
