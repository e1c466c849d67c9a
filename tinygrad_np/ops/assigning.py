"""NumPy's functions that write to their first argument, here a Tensor."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ..engine.access import array_of, concrete
from ..engine.errors import ShapeError
from ..engine.op import composed
from ..engine.tensor import Tensor
from . import elementwise as e
from .operands import as_tensor, axis_from_front
from .ordering import sort
from .selection import _along_axis
from .shaping import broadcast_to
from .writing import cycled, index_of, setitem, target_of, update


@composed(np.copyto)
def copyto(dst: Tensor, src: Any, casting: Any = "same_kind", where: Any = True) -> None:
    """Write `src`, which broadcasts, to `dst`, where a mask holds.

    >>> import tinygrad_np as tg
    >>> x = tg.zeros(3)
    >>> tg.copyto(x, [1.0, 2.0, 3.0], where=[True, False, True])
    >>> x.tolist()
    [1.0, 0.0, 3.0]
    """
    x = target_of(dst, "copyto", where)
    value = broadcast_to(as_tensor(src), x.shape)
    if where is not True:
        value = e._where(where, value, x)
    update(x, value, "copyto", casting)


@composed(np.put)
def put(a: Tensor, ind: Any, v: Any, mode: str = "raise") -> None:
    """Write values, repeated if there are too few, to places of the flattened array.

    >>> import tinygrad_np as tg
    >>> x = tg.zeros((2, 2))
    >>> tg.put(x, [0, 3], [5.0, 6.0])
    >>> x.tolist()
    [[5.0, 0.0], [0.0, 6.0]]
    """
    x = target_of(a, "put", ind)
    places = np.asarray(array_of(ind)).ravel()
    if mode == "raise":
        places = np.arange(x.size)[places]
    elif mode == "wrap":
        places = places % x.size
    else:
        places = np.clip(places, 0, x.size - 1)
    setitem(x, index_of(places, x.shape), cycled(v, places.size))


@composed(np.put_along_axis)
def put_along_axis(
    arr: Tensor, indices: npt.ArrayLike, values: npt.ArrayLike, axis: int | None = -1
) -> None:
    """Write at separate places for each row along `axis`: ``arr[i, indices[i, j]] = values``.

    Raises:
        GraphError: If `arr` is an array, which records nothing, or a leaf that requires a
            gradient.

    >>> import tinygrad_np as tg
    >>> x = tg.zeros((2, 2))
    >>> tg.put_along_axis(x, [[1], [0]], 5.0, axis=1)
    >>> x.tolist()
    [[0.0, 5.0], [5.0, 0.0]]
    """
    x = target_of(arr, "put_along_axis", indices, values)
    if axis is None:
        (at,) = _along_axis((x.size,), indices, 0, "put_along_axis")
        places = []
        for n in reversed(x.shape):
            places.append(e.remainder(at, n))
            at = e.floor_divide(at, n)
        setitem(x, tuple(reversed(places)), values)
        return
    axis = axis_from_front(axis, x.ndim, "put_along_axis")
    setitem(x, _along_axis(x.shape, indices, axis, "put_along_axis"), values)


@composed(np.place)
def place(arr: Tensor, mask: Any, vals: Any) -> None:
    """Write values one after another, repeated if there are too few, where a mask holds.

    >>> import tinygrad_np as tg
    >>> x = tg.zeros(4)
    >>> tg.place(x, [True, False, True, True], [1.0, 2.0])
    >>> x.tolist()
    [1.0, 0.0, 2.0, 1.0]
    """
    x = target_of(arr, "place", mask)
    chosen = np.asarray(concrete(mask, "place"), bool).reshape(x.shape)
    count = int(chosen.sum())
    if count:
        setitem(x, chosen, cycled(vals, count))


@composed(np.putmask)
def putmask(a: Tensor, mask: Any, values: Any) -> None:
    """Write the values at the same places, repeated if there are too few, where a mask holds.

    >>> import tinygrad_np as tg
    >>> x = tg.zeros(4)
    >>> tg.putmask(x, [True, False, True, True], [1.0, 2.0])
    >>> x.tolist()
    [1.0, 0.0, 1.0, 2.0]
    """
    x = target_of(a, "putmask", mask)
    chosen = np.asarray(concrete(mask, "putmask"), bool).reshape(x.shape)
    flat = as_tensor(values).reshape(-1)
    setitem(x, chosen, flat[np.flatnonzero(chosen) % flat.size])


@composed(np.fill_diagonal)
def fill_diagonal(a: Tensor, val: Any, wrap: bool = False) -> None:
    """Write values, repeated if there are too few, to the main diagonal.

    >>> import tinygrad_np as tg
    >>> x = tg.zeros((2, 2))
    >>> tg.fill_diagonal(x, 5.0)
    >>> x.tolist()
    [[5.0, 0.0], [0.0, 5.0]]
    """
    x = target_of(a, "fill_diagonal")
    marked = np.zeros(x.shape, bool)
    try:
        np.fill_diagonal(marked, True, wrap)
    except ValueError as error:
        raise ShapeError(f"fill_diagonal: shape {x.shape}: {error}") from None
    places = np.flatnonzero(marked)
    setitem(x, index_of(places, x.shape), cycled(val, places.size))


def _sort_in_place(x: Tensor, axis: int = -1, kind: Any = None, order: Any = None) -> None:
    """Sort along an axis in place."""
    update(x, sort(x, axis=axis), "sort")
