"""Elements selected by place, by condition or by choice.

All of it is composed of indexing and ``where``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt

from ..engine.access import concrete
from ..engine.batching import one_by_one
from ..engine.declarations import declare
from ..engine.errors import DTypeError, OperandError, ShapeError
from ..engine.hooks import refuse_replay
from ..engine.op import composed
from ..engine.tensor import Array, Tensor
from . import elementwise as e
from .indexing import getitem
from .operands import SHAPE_BY_VALUES, as_tensor, axis_from_front
from .shaping import astype, broadcast_to, ravel
from .writing import setitem


@declare(batching=one_by_one)
def _argwhere(a: npt.ArrayLike) -> Array:
    """Return the indices of the elements that are not zero."""
    return np.argwhere(a)


@composed(np.argwhere)
def argwhere(a: npt.ArrayLike) -> Tensor:
    """The indices of the elements that are not zero, one row for each: integers, no gradient.

    >>> import tinygrad_np as tg
    >>> tg.argwhere([[0.0, 2.0], [3.0, 0.0]]).tolist()
    [[0, 1], [1, 0]]
    """
    refuse_replay("argwhere", SHAPE_BY_VALUES)
    return _argwhere(a)


@composed(np.nonzero)
def nonzero(a: npt.ArrayLike) -> tuple[Tensor, ...]:
    """The indices of the elements that are not zero, one Tensor per axis: no gradient.

    >>> import tinygrad_np as tg
    >>> [i.tolist() for i in tg.nonzero([[0.0, 2.0], [3.0, 0.0]])]
    [[0, 1], [1, 0]]
    """
    t = as_tensor(a)
    if not t.ndim:
        raise ShapeError("nonzero: an array without axes has no indices; use atleast_1d(a)")
    places = argwhere(t)
    return tuple(places[:, axis] for axis in range(t.ndim))


@composed(np.flatnonzero)
def flatnonzero(a: npt.ArrayLike) -> Tensor:
    """The places in ``a.ravel()`` of the elements that are not zero: integers, no gradient.

    >>> import tinygrad_np as tg
    >>> tg.flatnonzero([[0.0, 2.0], [3.0, 0.0]]).tolist()
    [1, 2]
    """
    return argwhere(ravel(as_tensor(a)))[:, 0]


@composed(np.where)
def where(
    condition: npt.ArrayLike, x: npt.ArrayLike | None = None, y: npt.ArrayLike | None = None
) -> Any:
    """Take from `x` where `condition` holds, and from `y` elsewhere.

    The branch that is not taken gets a gradient of exactly 0; but if its own derivative
    there is infinite or NaN, zero times that is NaN: make the argument safe before the
    function, not after.

    Without `x` and `y`, the indices where `condition` holds, as ``nonzero`` gives them.

    >>> import tinygrad_np as tg
    >>> tg.where([True, False], [1.0, 2.0], 0.0)
    Tensor([1., 0.], dtype=float64)
    """
    if x is None and y is None:
        return nonzero(condition)
    if x is None or y is None:
        raise TypeError("where: either both or neither of x and y should be given")
    return e._where(condition, x, y)


# ------------------------------------------------------------------------- by place


def _in_range(indices: Tensor, size: int, mode: str, op: str) -> Tensor:
    """Return `indices` unchanged, wrapped around or clipped, by `mode`."""
    if indices.dtype.kind not in "iu":
        raise DTypeError(f"{op}: the indices must be integers, not {indices.dtype}")
    if mode == "raise":
        return indices
    if mode == "wrap":
        return e.remainder(indices, size)
    if mode == "clip":
        return e.clip(indices, 0, size - 1)
    raise ValueError(f"{op}: mode must be 'raise', 'wrap' or 'clip', not {mode!r}")


def _index_tensor(indices: Any) -> Tensor:
    """Return indices as a Tensor of integers; an empty list has no dtype of its own."""
    t = as_tensor(indices)
    if t.dtype.kind == "b" or (t.size == 0 and isinstance(indices, (list, tuple))):
        return astype(t, np.intp)
    return t


@composed(np.take)
def take(
    a: npt.ArrayLike, indices: npt.ArrayLike, axis: int | None = None, mode: str = "raise"
) -> Tensor:
    """The elements at integer places along an axis; of ``a.ravel()`` when it is ``None``.

    The result has the axes of `indices` in the place of `axis`. The gradients of a place
    taken several times add up.

    Args:
        a: Where to take from.
        indices: Integers, of any shape.
        axis: The axis along which to count.
        mode: How to treat indices out of range: ``"raise"`` an error, ``"wrap"`` around, or
            ``"clip"`` to the ends, negative ones too.

    Raises:
        DTypeError: For indices that are not integers.
        IndexError: For one out of range.

    >>> import tinygrad_np as tg
    >>> tg.take([[1.0, 2.0, 3.0]], [2, 0, 0], axis=1).tolist()
    [[3.0, 1.0, 1.0]]
    """
    t, places = as_tensor(a), _index_tensor(indices)
    if axis is None:
        t, axis = ravel(t), 0
    axis = axis_from_front(axis, t.ndim, "take")
    places = _in_range(places, t.shape[axis], mode, "take")
    return getitem(t, ((slice(None),) * axis) + (places,))


def _along_axis(shape: tuple[int, ...], indices: Any, axis: int, op: str) -> tuple[Any, ...]:
    """Return the index that picks `indices` along `axis`, and everything along the others."""
    places = _index_tensor(indices)
    if places.dtype.kind not in "iu":
        raise DTypeError(f"{op}: the indices must be integers, not {places.dtype}")
    if places.ndim != len(shape):
        raise ShapeError(
            f"{op}: the indices, of shape {places.shape}, must have as many axes as the array, "
            f"of shape {shape}"
        )
    one = np.ones(len(shape), int)
    index: list[Any] = []
    for i, n in enumerate(shape):
        sizes = one.copy()
        sizes[i] = n
        index.append(places if i == axis else np.arange(n).reshape(sizes))
    return tuple(index)


@composed(np.take_along_axis)
def take_along_axis(arr: npt.ArrayLike, indices: npt.ArrayLike, axis: int | None = -1) -> Tensor:
    """The elements at separate places for each row along `axis`.

    ``out[i, j] = arr[i, indices[i, j]]`` for the last axis of a matrix; the results of
    ``argsort`` and ``argmax(keepdims=True)`` fit. With ``axis=None``, of ``arr.ravel()``.

    >>> import tinygrad_np as tg
    >>> tg.take_along_axis([[3.0, 1.0], [2.0, 5.0]], [[1], [1]], axis=1).tolist()
    [[1.0], [5.0]]
    """
    t = as_tensor(arr)
    if axis is None:
        t, axis = ravel(t), 0
    axis = axis_from_front(axis, t.ndim, "take_along_axis")
    return getitem(t, _along_axis(t.shape, indices, axis, "take_along_axis"))


# --------------------------------------------------------------------- by condition


@composed(np.compress)
def compress(condition: npt.ArrayLike, a: npt.ArrayLike, axis: int | None = None) -> Tensor:
    """The slices along `axis` for which `condition`, of one axis, holds.

    A condition shorter than the axis leaves out the rest; without an axis `a` is
    flattened first.

    >>> import tinygrad_np as tg
    >>> tg.compress([False, True], [[1.0, 2.0], [3.0, 4.0]], axis=0).tolist()
    [[3.0, 4.0]]
    """
    wanted = as_tensor(condition)
    if wanted.ndim != 1:
        raise ShapeError(f"compress: the condition must have one axis, not shape {wanted.shape}")
    return take(a, flatnonzero(wanted), axis=axis)


@composed(np.extract)
def extract(condition: npt.ArrayLike, arr: npt.ArrayLike) -> Tensor:
    """The elements of ``arr.ravel()`` where ``condition.ravel()`` holds.

    >>> import tinygrad_np as tg
    >>> tg.extract([[True, False], [True, True]], [[1.0, 2.0], [3.0, 4.0]]).tolist()
    [1.0, 3.0, 4.0]
    """
    return take(ravel(as_tensor(arr)), flatnonzero(condition))


@declare(kind="elementwise")
def _checked_choice(a: npt.ArrayLike, count: int = 0) -> Array:
    """Return integers, or raise if one is not the number of a choice."""
    if np.any((np.asarray(a) < 0) | (np.asarray(a) >= count)):
        raise OperandError(f"choose: an entry of a is not in the range of {count} choices")
    return np.array(a)


@composed(np.choose)
def choose(a: npt.ArrayLike, choices: Sequence[Any], mode: str = "raise") -> Tensor:
    """For each element of `a`, an integer k, the element of ``choices[k]`` in its place.

    `a` and all the choices broadcast.

    Args:
        a: Integers from 0 to ``len(choices) - 1``.
        choices: Arrays, or one array that is split along its first axis.
        mode: How to treat integers out of range, as in ``take``.

    >>> import tinygrad_np as tg
    >>> tg.choose([0, 1, 0], [[1.0, 2.0, 3.0], 9.0]).tolist()
    [1.0, 9.0, 3.0]
    """
    arrays = [as_tensor(choice) for choice in choices]
    which = _in_range(_index_tensor(a), len(arrays), mode, "choose")
    if not arrays:
        raise ShapeError("choose: there are no choices")
    if mode == "raise":
        which = _checked_choice(which, count=len(arrays))
    shape = np.broadcast_shapes(which.shape, *(array.shape for array in arrays))
    dtype = np.result_type(*(array.dtype for array in arrays))
    arrays = [array if array.dtype == dtype else astype(array, dtype) for array in arrays]
    out = arrays[0]
    for k, array in enumerate(arrays[1:], 1):
        out = e._where(which == k, array, out)
    return out if out.shape == shape else broadcast_to(out, shape)


@composed(np.select)
def select(
    condlist: Sequence[Any], choicelist: Sequence[Any], default: npt.ArrayLike = 0
) -> Tensor:
    """Take from the choice of the first condition that holds, or `default` if none does.

    >>> import numpy as np, tinygrad_np as tg
    >>> x = tg.tensor([-1.0, 0.5, 3.0])
    >>> tg.select([x < 0, x < 1], [-x, x * 10.0], default=7.0).tolist()
    [1.0, 5.0, 7.0]
    """
    if len(condlist) != len(choicelist) or not len(condlist):
        raise ShapeError(
            f"select: {len(condlist)} conditions for {len(choicelist)} choices; there must be "
            f"one for each, and at least one"
        )
    for condition in condlist:
        if as_tensor(condition).dtype.kind != "b":
            raise DTypeError("select: the conditions must be boolean")
    out: Any = default
    for condition, choice in zip(reversed(condlist), reversed(choicelist), strict=True):
        out = e._where(condition, choice, out)
    return out  # type: ignore[no-any-return]


@composed(np.piecewise)
def piecewise(
    x: npt.ArrayLike, condlist: Any, funclist: Sequence[Any], *args: Any, **kw: Any
) -> Tensor:
    """A function given by pieces: each is evaluated only where its condition holds.

    So, unlike with ``where``, nothing infinite in a branch that is not taken can reach a
    gradient. Of several conditions that hold, the last counts; one function more than
    there are conditions is for the places where none does, which are 0 otherwise. As in
    NumPy, the result has the dtype of `x`.

    Args:
        x: Where to evaluate.
        condlist: Boolean arrays of the shape of `x`.
        funclist: For each a function of an array of one axis, or a number.
        args: Further arguments for the functions.
        kw: Further keyword arguments for them.

    >>> import tinygrad_np as tg
    >>> x = tg.tensor([-1.0, 0.0, 4.0], requires_grad=True)
    >>> y = tg.piecewise(x, [x > 0], [tg.sqrt, 0.0])
    >>> y.sum().backward()
    >>> x.grad.tolist()
    [0.0, 0.0, 0.25]
    """
    t = as_tensor(x)
    single = isinstance(condlist, (bool, np.bool_, Tensor, np.ndarray)) and np.ndim(condlist) <= 1
    if isinstance(condlist, (list, tuple)) and condlist and t.ndim:
        single = np.ndim(condlist[0]) == 0
    conditions = [as_tensor(c) for c in ([condlist] if single else condlist)]
    pieces = len(conditions)
    if len(funclist) == pieces + 1:
        conditions.append(~reduce(e.logical_or, conditions))
    elif len(funclist) != pieces:
        raise ShapeError(
            f"piecewise: {pieces} conditions need {pieces} functions, or one more for all other "
            f"places, not {len(funclist)}"
        )
    for operand in (t, *conditions):
        concrete(operand, "piecewise")
    out = Tensor(np.zeros(t.shape, t.dtype))
    for condition, function in zip(conditions, funclist, strict=True):
        mask = astype(condition, bool)
        if not callable(function):
            setitem(out, mask, function)
        elif concrete(mask, "piecewise").any():
            chosen: Callable[..., Any] = function
            setitem(out, mask, chosen(getitem(t, mask), *args, **kw))
    return out
