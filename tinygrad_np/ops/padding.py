"""Padding, in each of NumPy's modes that has a derivative.

As in NumPy, it goes axis by axis, so corners come from earlier padding.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from ..engine.access import concrete
from ..engine.errors import ShapeError, UnsupportedError
from ..engine.op import composed
from ..engine.tensor import Array, Tensor, result
from .extrema import max as _largest, min as _smallest
from .indexing import _setitem, getitem, take_apart
from .operands import along, as_tensor
from .ordering import sort
from .reductions import mean
from .selection import take
from .shaping import _copy, astype, broadcast_to, concatenate

_Width = tuple[int, int]
_Pair = tuple[Any, Any]
_pad_array: Callable[..., Array] = np.pad  # its annotations require a literal mode


@composed(np.pad)
def pad(array: npt.ArrayLike, pad_width: Any, mode: str = "constant", **kwargs: Any) -> Tensor:
    """The array with edges of given widths added to it.

    Args:
        array: The array.
        pad_width: How much before and after along each axis: ``((before, after), ...)``, one
            pair or one number for all, or a dict from axes to pairs or numbers.
        mode: How the edges are made: ``"constant"`` (with ``constant_values=0``),
            ``"edge"``, ``"linear_ramp"`` (with ``end_values=0``), ``"maximum"``, ``"mean"``,
            ``"median"``, ``"minimum"`` (with ``stat_length=None``), ``"reflect"``,
            ``"symmetric"`` (with ``reflect_type="even"`` or ``"odd"``), or ``"wrap"``.
        kwargs: The parameters of the mode. Gradients flow to ``constant_values`` and ``end_values``
            given as Tensors, too.

    Raises:
        ShapeError: For widths that do not fit the array.
        UnsupportedError: For ``"empty"``, whose values are not determined, and for a function.

    >>> import tinygrad_np as tg
    >>> tg.pad([1.0, 2.0, 3.0], (2, 1), mode="reflect").tolist()
    [3.0, 2.0, 1.0, 2.0, 3.0, 2.0]
    """
    t = as_tensor(array)
    if mode == "empty" or callable(mode):
        raise UnsupportedError(
            f"pad: mode {mode!r} has no derivative; use mode='constant' and assign to the edges "
            f"by x[i] = v"
        )
    if mode not in _ALLOWED:
        raise ValueError(f"pad: mode must be one of {', '.join(sorted(_ALLOWED))}, not {mode!r}")
    unknown = kwargs.keys() - _ALLOWED[mode]
    if unknown:
        raise ValueError(f"pad: mode {mode!r} takes no {', '.join(sorted(unknown))}")
    widths = _widths_of(pad_width, t.ndim)
    if mode == "constant":
        values = kwargs.get("constant_values", 0)
        is_zero = type(values) in (int, float) and not values
        return _surrounded(t, widths, [] if is_zero else _pairs_of(values, t.ndim))
    if t.dtype.kind not in "fc" and mode in _ROUNDED:  # NumPy's rounding; no gradient flows
        return result(_pad_array(concrete(t, "pad"), widths, mode, **kwargs), None)
    for axis, width in enumerate(widths):
        if any(width):
            if not t.shape[axis]:
                raise ShapeError(
                    f"pad: axis {axis} is empty; only mode 'constant' can extend an empty axis"
                )
            t = _MODES[mode](t, axis, width, kwargs)
    return _copy(t) if t is array else t


def _widths_of(pad_width: Any, ndim: int) -> list[_Width]:
    """Return a pair of widths for each axis."""
    if isinstance(pad_width, dict):
        pairs = [(0, 0)] * ndim
        for axis, width in pad_width.items():
            pairs[axis] = (width, width) if np.ndim(width) == 0 else tuple(width)
        pad_width = pairs
    numbers = np.asarray(pad_width)
    if numbers.dtype.kind not in "iu":
        raise TypeError(f"pad: pad_width must be integers, not {pad_width!r}")
    try:
        pairs = np.broadcast_to(numbers, (ndim, 2)).tolist()
    except ValueError as error:
        raise ShapeError(
            f"pad: pad_width {pad_width!r} does not give a pair for each of {ndim} axes"
        ) from error
    if any(n < 0 for pair in pairs for n in pair):
        raise ShapeError(f"pad: widths cannot be negative, but pad_width is {pad_width!r}")
    return [(before, after) for before, after in pairs]


def _pairs_of(values: Any, ndim: int) -> list[_Pair]:
    """Return a pair of 0-d Tensors for each axis."""
    spread = broadcast_to(as_tensor(values), (ndim, 2))
    return [(spread[axis, 0], spread[axis, 1]) for axis in range(ndim)]


def _surrounded(t: Tensor, widths: list[_Width], values: list[_Pair]) -> Tensor:
    """Return `t` inside an array of constants."""
    shape = tuple(b + n + a for n, (b, a) in zip(t.shape, widths, strict=True))
    outside = Tensor(np.zeros(shape, t.dtype))
    for axis, (first, last) in enumerate(values):  # none, if they are 0 as it is
        before, after = widths[axis]
        for value, part in ((first, slice(before)), (last, slice(shape[axis] - after, None))):
            template, _ = take_apart(along(axis, part))
            outside = _setitem(value, outside, template=template)
    inside = tuple(slice(b, b + n) for n, (b, _) in zip(t.shape, widths, strict=True))
    template, _ = take_apart(inside)
    return _setitem(t, outside, template=template)


# ----------------------------------------------------- one axis at a time, by mode


def _joined(t: Tensor, axis: int, width: _Width, before: Tensor, after: Tensor) -> Tensor:
    """Return `t` between two edges, each repeated to its width unless it has it."""
    parts = []
    for part, n in ((before, width[0]), (after, width[1])):
        shape = (*t.shape[:axis], n, *t.shape[axis + 1 :])
        parts.append(part if part.shape == shape else broadcast_to(part, shape))
    return concatenate([parts[0], t, parts[1]], axis)


def _ends(t: Tensor, axis: int) -> tuple[Tensor, Tensor]:
    """Return the first and the last slice along an axis, as axes of size 1."""
    return getitem(t, along(axis, slice(1))), getitem(t, along(axis, slice(-1, None)))


def _edge(t: Tensor, axis: int, width: _Width, options: dict[str, Any]) -> Tensor:
    """Return `t` with its first and last slices repeated."""
    return _joined(t, axis, width, *_ends(t, axis))


def _folded(mode: Any) -> Callable[..., Tensor]:
    """Return the padding of a mode that only copies other places of the array."""

    def padding(t: Tensor, axis: int, width: _Width, options: dict[str, Any]) -> Tensor:
        kind = options.get("reflect_type", "even")
        if kind not in ("even", "odd"):
            raise ValueError(f"pad: reflect_type must be 'even' or 'odd', not {kind!r}")
        n = t.shape[axis]
        places = np.pad(np.arange(n), width, mode)
        picked = take(t, places, axis=axis)
        if kind == "even":
            return picked
        # A reflection in a point: multiples of the first and the last slice, and the inside with a
        # sign. Padding arrays that are 1 in one of these and 0 elsewhere gives the factors.
        number = np.zeros((3, n))
        number[0, 0], number[1, 1 : n - 1] = 1, 1
        number[2, -1] = n > 1
        shape = (-1, *(1,) * (t.ndim - axis - 1))
        low, inside, high = (
            np.pad(row, width, mode, reflect_type="odd").astype(t.dtype).reshape(shape)
            for row in number
        )
        first, last = _ends(t, axis)
        return picked * inside + first * low + last * high

    return padding


def _ramp(t: Tensor, axis: int, width: _Width, options: dict[str, Any]) -> Tensor:
    """Return `t` with straight lines from the end values to its edges."""
    values = _pairs_of(options.get("end_values", 0), t.ndim)[axis]
    lines = []
    for n, end, start, reverse in zip(width, values, _ends(t, axis), (False, True), strict=True):
        steps: Array = (np.arange(n) / max(n, 1)).astype(t.dtype)
        steps = (steps[::-1] if reverse else steps).reshape(-1, *(1,) * (t.ndim - axis - 1))
        end = end if end.dtype == t.dtype else astype(end, t.dtype)
        lines.append(end + (start - end) * steps)
    return _joined(t, axis, width, lines[0], lines[1])


def _median(t: Tensor, axis: int) -> Tensor:
    """Return the median along an axis, which stays as an axis of size 1."""
    ordered, n = sort(t, axis), t.shape[axis]
    return mean(getitem(ordered, along(axis, slice((n - 1) // 2, n // 2 + 1))), axis, keepdims=True)


def _statistic(summary: Callable[[Tensor, int], Tensor]) -> Callable[..., Tensor]:
    """Return the padding of a mode that repeats a summary of the slices near each end."""

    def padding(t: Tensor, axis: int, width: _Width, options: dict[str, Any]) -> Tensor:
        n = t.shape[axis]
        length = options.get("stat_length")
        pairs = np.broadcast_to(n if length is None else np.asarray(length), (t.ndim, 2))
        first, last = (min(int(k), n) for k in pairs[axis])
        if first <= 0 or last <= 0:
            raise ShapeError(f"pad: stat_length must be positive, not {length!r}")
        before = summary(getitem(t, along(axis, slice(first))), axis)
        after = summary(getitem(t, along(axis, slice(n - last, None))), axis)
        return _joined(t, axis, width, before, after)

    return padding


_MODES: dict[str, Callable[..., Tensor]] = {
    "edge": _edge,
    "linear_ramp": _ramp,
    "maximum": _statistic(lambda t, axis: _largest(t, axis, keepdims=True)),
    "mean": _statistic(lambda t, axis: mean(t, axis, keepdims=True)),
    "median": _statistic(_median),
    "minimum": _statistic(lambda t, axis: _smallest(t, axis, keepdims=True)),
    "reflect": _folded("reflect"),
    "symmetric": _folded("symmetric"),
    "wrap": _folded("wrap"),
}
_ROUNDED = {"linear_ramp", "mean", "median"}
_ALLOWED: dict[str, set[str]] = {
    "constant": {"constant_values"},
    "edge": set(),
    "linear_ramp": {"end_values"},
    "maximum": {"stat_length"},
    "mean": {"stat_length"},
    "median": {"stat_length"},
    "minimum": {"stat_length"},
    "reflect": {"reflect_type"},
    "symmetric": {"reflect_type"},
    "wrap": set(),
}
"""The keywords of each mode."""
