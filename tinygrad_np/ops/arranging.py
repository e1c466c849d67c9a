"""Rearranged elements: axes, order and repetition, all composed of shaping and indexing."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from ..engine.access import concrete
from ..engine.errors import ShapeError
from ..engine.op import composed
from ..engine.tensor import Tensor
from .indexing import getitem
from .operands import Shape, along, as_tensor, axes_from_front, axis_from_front
from .selection import take
from .shaping import _copy, _new, broadcast_to, concatenate, ravel, reshape, swapaxes, transpose

# ----------------------------------------------------------------------------- axes


@composed(np.moveaxis)
def moveaxis(
    a: npt.ArrayLike, source: int | tuple[int, ...], destination: int | tuple[int, ...]
) -> Tensor:
    """Axes moved to other places; the remaining axes keep their order.

    >>> import numpy as np, tinygrad_np as tg
    >>> tg.moveaxis(np.zeros((2, 3, 4)), 0, -1).shape
    (3, 4, 2)
    """
    t = as_tensor(a)
    here = axes_from_front(source, t.ndim, "moveaxis")
    there = axes_from_front(destination, t.ndim, "moveaxis")
    if len(here) != len(there) or len(set(here)) < len(here) or len(set(there)) < len(there):
        raise ShapeError(
            f"moveaxis: source {source} and destination {destination} must name the same "
            f"number of axes, each once"
        )
    order = [axis for axis in range(t.ndim) if axis not in here]
    for to, axis in sorted(zip(there, here, strict=True)):
        order.insert(to, axis)
    return transpose(t, tuple(order))


@composed(np.rollaxis)
def rollaxis(a: npt.ArrayLike, axis: int, start: int = 0) -> Tensor:
    """One axis moved back until it lies before `start`; ``moveaxis`` is easier to read.

    >>> import numpy as np, tinygrad_np as tg
    >>> tg.rollaxis(np.zeros((2, 3, 4)), 2).shape
    (4, 2, 3)
    """
    t = as_tensor(a)
    axis = axis_from_front(axis, t.ndim, "rollaxis")
    if not -t.ndim <= start <= t.ndim:
        raise ShapeError(f"rollaxis: start {start} is not a position among {t.ndim} axes")
    start = start + t.ndim if start < 0 else start
    return moveaxis(t, axis, start - (axis < start))


@composed(np.matrix_transpose)
def matrix_transpose(x: npt.ArrayLike) -> Tensor:
    """Matrices transposed: the last two axes exchanged.

    >>> import numpy as np, tinygrad_np as tg
    >>> tg.matrix_transpose(np.zeros((5, 2, 3))).shape
    (5, 3, 2)
    """
    t = as_tensor(x)
    if t.ndim < 2:
        raise ShapeError(f"matrix_transpose: shape {t.shape} does not have two axes to exchange")
    return swapaxes(t, -1, -2)


# ---------------------------------------------------------------------------- order


@composed(np.flip)
def flip(m: npt.ArrayLike, axis: int | tuple[int, ...] | None = None) -> Tensor:
    """The elements in reverse order along axes, or along all of them.

    >>> import tinygrad_np as tg
    >>> tg.flip([[1.0, 2.0], [3.0, 4.0]], axis=1).tolist()
    [[2.0, 1.0], [4.0, 3.0]]
    """
    t = as_tensor(m)
    axes = axes_from_front(axis, t.ndim, "flip")
    if len(set(axes)) < len(axes):
        raise ShapeError(f"flip: axis {axis} names an axis twice")
    return getitem(t, tuple(slice(None, None, -1 if i in axes else 1) for i in range(t.ndim)))


@composed(np.fliplr)
def fliplr(m: npt.ArrayLike) -> Tensor:
    """The elements in reverse order along the second axis.

    >>> import tinygrad_np as tg
    >>> tg.fliplr([[1.0, 2.0], [3.0, 4.0]]).tolist()
    [[2.0, 1.0], [4.0, 3.0]]
    """
    t = as_tensor(m)
    axis_from_front(1, t.ndim, "fliplr")
    return flip(t, 1)


@composed(np.flipud)
def flipud(m: npt.ArrayLike) -> Tensor:
    """The elements in reverse order along the first axis.

    >>> import tinygrad_np as tg
    >>> tg.flipud([[1.0, 2.0], [3.0, 4.0]]).tolist()
    [[3.0, 4.0], [1.0, 2.0]]
    """
    t = as_tensor(m)
    axis_from_front(0, t.ndim, "flipud")
    return flip(t, 0)


@composed(np.rot90)
def rot90(m: npt.ArrayLike, k: int = 1, axes: tuple[int, int] = (0, 1)) -> Tensor:
    """The plane of two axes turned by 90 degrees, `k` times, from the first towards the second.

    >>> import tinygrad_np as tg
    >>> tg.rot90([[1.0, 2.0], [3.0, 4.0]]).tolist()
    [[2.0, 4.0], [1.0, 3.0]]
    """
    t = as_tensor(m)
    plane = axes_from_front(tuple(axes), t.ndim, "rot90")
    if len(plane) != 2 or plane[0] == plane[1]:
        raise ShapeError(f"rot90: axes must be two different axes, not {tuple(axes)}")
    turns = k % 4
    if turns == 0:
        return flip(t, ())
    if turns == 2:
        return flip(t, plane)
    if turns == 1:
        return swapaxes(flip(t, plane[1]), *plane)
    return flip(swapaxes(t, *plane), plane[1])


@composed(np.roll)
def roll(
    a: npt.ArrayLike,
    shift: int | tuple[int, ...],
    axis: int | tuple[int, ...] | None = None,
) -> Tensor:
    """The elements shifted along axes; those shifted out at one end re-enter at the other.

    Args:
        a: The elements.
        shift: The number of places: one for each axis, or one for all.
        axis: The axis or axes; for ``None``, ``a.ravel()`` is rolled and reshaped back.

    >>> import tinygrad_np as tg
    >>> tg.roll([1.0, 2.0, 3.0], 1).tolist()
    [3.0, 1.0, 2.0]
    """
    t = as_tensor(a)
    if axis is None:
        flat = roll(ravel(t), shift, 0)
        return reshape(flat, t.shape)
    axes = axes_from_front(axis, t.ndim, "roll")
    by_axis = dict.fromkeys(axes, 0)
    for step, place in np.broadcast(shift, axes):
        by_axis[int(place)] += int(step)
    for place, step in by_axis.items():
        cut = -step % (t.shape[place] or 1)
        if cut:
            parts = [
                getitem(t, along(place, slice(cut, None))),
                getitem(t, along(place, slice(cut))),
            ]
            t = concatenate(parts, place)
    return _copy(t) if t is a else _new(t)


# ----------------------------------------------------------------------- repetition


@composed(np.tile)
def tile(A: npt.ArrayLike, reps: Shape) -> Tensor:
    """The whole array repeated `reps` times along each axis.

    >>> import tinygrad_np as tg
    >>> tg.tile([1.0, 2.0], (2, 2)).tolist()
    [[1.0, 2.0, 1.0, 2.0], [1.0, 2.0, 1.0, 2.0]]
    """
    t = as_tensor(A)
    times = tuple(int(n) for n in np.atleast_1d(reps))
    ndim = max(t.ndim, len(times))
    times = (1,) * (ndim - len(times)) + times
    shape = (1,) * (ndim - t.ndim) + t.shape
    if ndim == 0:
        return _copy(t)
    apart = reshape(t, tuple(n for size in shape for n in (1, size)))
    spread = tuple(n for pair in zip(times, shape, strict=True) for n in pair)
    whole = tuple(n * size for n, size in zip(times, shape, strict=True))
    return _new(reshape(broadcast_to(apart, spread), whole))


@composed(np.repeat)
def repeat(a: npt.ArrayLike, repeats: Any, axis: int | None = None) -> Tensor:
    """Each element repeated, along an axis or in ``a.ravel()``.

    Args:
        a: The elements.
        repeats: How often: one integer for all, or one for each place along the axis.
        axis: The axis to repeat along.

    >>> import tinygrad_np as tg
    >>> tg.repeat([1.0, 2.0], [1, 3]).tolist()
    [1.0, 2.0, 2.0, 2.0]
    """
    t = as_tensor(a)
    if axis is None:
        t, axis = ravel(t), 0
    axis = axis_from_front(axis, t.ndim, "repeat")
    times = np.asarray(repeats)
    size = t.shape[axis]
    if times.size != 1:
        if times.shape != (size,):
            raise ShapeError(
                f"repeat: {times.size} repeats for {size} places along axis {axis}; give one "
                f"for each place, or one for all"
            )
        return take(t, np.repeat(np.arange(size), times), axis=axis)
    n = int(times.reshape(()))
    if n < 0:
        raise ShapeError(f"repeat: an element cannot be repeated {n} times")
    before, after = t.shape[:axis], t.shape[axis + 1 :]
    apart = broadcast_to(reshape(t, (*before, size, 1, *after)), (*before, size, n, *after))
    return _new(reshape(apart, (*before, size * n, *after)))


@composed(np.resize)
def resize(a: npt.ArrayLike, new_shape: Shape) -> Tensor:
    """The elements in another shape, repeated from the start as often as needed to fill it.

    >>> import tinygrad_np as tg
    >>> tg.resize([1.0, 2.0, 3.0], (2, 2)).tolist()
    [[1.0, 2.0], [3.0, 1.0]]
    """
    flat = ravel(as_tensor(a))
    shape = tuple(int(n) for n in np.atleast_1d(new_shape))
    if min(shape, default=0) < 0:
        raise ShapeError(f"resize: shape {shape} has a negative size")
    size = math.prod(shape)
    if flat.size == 0:
        return reshape(take(concatenate([flat, np.zeros(1, flat.dtype)]), [0] * size), shape)
    times = -(-size // flat.size)
    return _new(reshape(getitem(tile(flat, times), slice(size)), shape))


@composed(np.trim_zeros)
def trim_zeros(filt: npt.ArrayLike, trim: str = "fb", axis: Shape | None = None) -> Tensor:
    """The array without the zeros at the front (``"f"``) and back (``"b"``) of the given axes.

    For several axes, that is the smallest box that contains all nonzero elements. All axes are
    trimmed when `axis` is left out.

    >>> import tinygrad_np as tg
    >>> tg.trim_zeros([0.0, 1.0, 0.0, 2.0, 0.0]).tolist()
    [1.0, 0.0, 2.0]
    >>> tg.trim_zeros([[0.0, 0.0], [3.0, 0.0]]).tolist()
    [[3.0]]
    """
    t = as_tensor(filt)
    trim = trim.lower()
    if trim not in ("f", "b", "fb", "bf"):
        raise ValueError(f"trim_zeros: trim must be made of 'f' and 'b', not {trim!r}")
    axes = range(t.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    index = [slice(None)] * t.ndim
    for a in (axis_from_front(a, t.ndim, "trim_zeros") for a in axes):
        places = np.nonzero(concrete(t, "trim_zeros"))[a]
        if not places.size:
            index[a] = slice(0, 0)
            continue
        start = int(places.min()) if "f" in trim else None
        index[a] = slice(start, int(places.max()) + 1 if "b" in trim else None)
    return getitem(t, tuple(index))
