"""Differences, numerical derivatives and trapezoid integrals, all composed of slices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..engine.errors import DTypeError, ShapeError
from ..engine.op import composed
from ..engine.tensor import Tensor, is_concrete
from . import elementwise as e
from .arguments import check
from .operands import as_tensor, axis_from_front
from .reductions import sum
from .shaping import astype, broadcast_to, concatenate, ravel, reshape


def _part(t: Tensor, axis: int, start: int | None, stop: int | None) -> Tensor:
    """Return the elements from `start` to `stop` along an axis counted from the front."""
    return t[(slice(None),) * axis + (slice(start, stop),)]


def _edge(name: str, label: str, value: Any, t: Tensor, axis: int) -> Tensor:
    """Return what to put before or after an array along an axis; a number is one element."""
    edge = as_tensor(value)
    if edge.ndim == 0:
        return broadcast_to(edge, (*t.shape[:axis], 1, *t.shape[axis + 1 :]))
    if edge.ndim != t.ndim:
        raise ShapeError(f"{name}: {label} of shape {edge.shape} for an array of shape {t.shape}")
    return edge


@composed(np.diff)
def diff(
    a: npt.ArrayLike,
    n: int = 1,
    axis: int = -1,
    prepend: npt.ArrayLike | None = None,
    append: npt.ArrayLike | None = None,
) -> Tensor:
    """The `n`-th differences of neighbours along `axis`: for n = 1, out[i] = a[i+1] - a[i].

    Args:
        a: The array.
        n: How often to take differences; each time makes the axis one shorter.
        axis: The axis along which to take differences.
        prepend: A number or an array to put before `a` first. Gradients flow to it.
        append: A number or an array to put after `a` first. Gradients flow to it.

    >>> import tinygrad_np as tg
    >>> tg.diff([1.0, 4.0, 9.0, 16.0], n=2)
    Tensor([2., 2.], dtype=float64)
    """
    if n < 0:
        raise ValueError(f"diff: n must not be negative, but it is {n}")
    t = as_tensor(a)
    if not t.ndim:
        raise ShapeError("diff: an array without axes has no neighbours")
    axis = axis_from_front(axis, t.ndim, "diff")
    if n == 0:
        return e.positive(t) if t.dtype.kind != "b" else t.copy()
    parts = [] if prepend is None else [_edge("diff", "prepend", prepend, t, axis)]
    parts += [t] if append is None else [t, _edge("diff", "append", append, t, axis)]
    if len(parts) > 1:
        t = concatenate(parts, axis=axis)
    subtract = e.not_equal if t.dtype.kind == "b" else e.subtract
    for _ in range(n):
        t = subtract(_part(t, axis, 1, None), _part(t, axis, None, -1))
    return t


@composed(np.ediff1d)
def ediff1d(
    ary: npt.ArrayLike,
    to_end: npt.ArrayLike | None = None,
    to_begin: npt.ArrayLike | None = None,
) -> Tensor:
    """The differences of neighbours in ``ary.ravel()``, with values put before and after them.

    >>> import tinygrad_np as tg
    >>> tg.ediff1d([1.0, 4.0, 9.0], to_begin=0.0)
    Tensor([0., 3., 5.], dtype=float64)
    """
    t = ravel(as_tensor(ary))
    parts = [_part(t, 0, 1, None) - _part(t, 0, None, -1)]
    for place, label, value in ((0, "to_begin", to_begin), (len(parts) + 1, "to_end", to_end)):
        if value is None:
            continue
        edge = ravel(as_tensor(value))
        if not np.can_cast(edge.dtype, t.dtype, "same_kind"):
            raise DTypeError(f"ediff1d: {label} of dtype {edge.dtype} for an array of {t.dtype}")
        parts.insert(place, edge if edge.dtype == t.dtype else astype(edge, t.dtype))
    return concatenate(parts)


@composed(np.trapezoid)
def trapezoid(
    y: npt.ArrayLike, x: npt.ArrayLike | None = None, dx: npt.ArrayLike = 1.0, axis: int = -1
) -> Tensor:
    """The integral of `y` along `axis` by the trapezoid rule.

    Args:
        y: The values.
        x: Their positions: one axis, or an array that broadcasts to `y`. Gradients flow to it too.
        dx: The distance between positions if `x` is left out.
        axis: The axis to integrate along.

    >>> import tinygrad_np as tg
    >>> tg.trapezoid([0.0, 1.0, 4.0], x=[0.0, 1.0, 2.0]).item()
    3.0
    """
    t = as_tensor(y)
    along = axis_from_front(axis, t.ndim, "trapezoid")
    width: Any = dx
    if x is not None:
        places = as_tensor(x)
        if places.ndim == 1:
            sizes = [1] * t.ndim
            sizes[along] = -1
            width = reshape(diff(places), tuple(sizes))
        else:
            width = diff(places, axis=axis)
    return sum(width * (_part(t, along, 1, None) + _part(t, along, None, -1)) / 2.0, axis)


def _spacings(args: tuple[Any, ...], t: Tensor, axes: tuple[int, ...]) -> list[Any]:
    """Return the spacing along each axis: a number, or the distances between neighbours."""
    if not args:
        return [1.0] * len(axes)
    if len(args) == 1 and np.ndim(args[0]) == 0:
        return [args[0]] * len(axes)
    if len(args) != len(axes):
        raise TypeError(f"gradient: {len(args)} spacings for {len(axes)} axes")
    spacings: list[Any] = []
    for spacing, axis in zip(args, axes, strict=True):
        if np.ndim(spacing) == 0:
            spacings.append(spacing)
            continue
        places = as_tensor(spacing)
        if places.shape != (t.shape[axis],):
            raise ShapeError(
                f"gradient: positions of shape {places.shape} along axis {axis} of shape {t.shape}"
            )
        if places.dtype.kind in "iub":
            places = places.astype(float)
        d = diff(places)
        even = is_concrete(d) and check(d, lambda w: np.all(w == w[:1]))
        spacings.append(d[0] if even and not d.requires_grad else d)
    return spacings


def _along(t: Tensor, h: Any, axis: int, edge_order: int) -> Tensor:
    """Return the derivative along one axis, accurate to second order in the interior."""

    def at(start: int, stop: int | None) -> Tensor:
        return _part(t, axis, start, stop)

    def shaped(values: Any) -> Any:
        return reshape(values, (-1,) + (1,) * (t.ndim - 1 - axis))

    n = t.shape[axis]
    if isinstance(h, Tensor) and h.ndim:
        before, behind = shaped(h[:-1]), shaped(h[1:])
        both = before + behind
        inside = (
            at(0, -2) * (-behind / (before * both))
            + at(1, -1) * ((behind - before) / (before * behind))
            + at(2, None) * (before / (behind * both))
        )
        first, second, last, last_but_one = h[0], h[1:2], h[-1], h[-2:-1]
        second, last_but_one = (second[0], last_but_one[0]) if n > 2 else (first, first)
    else:
        inside = (at(2, None) - at(0, -2)) / (2.0 * h)
        first = second = last = last_but_one = h
    if edge_order == 1:
        left = (at(1, 2) - at(0, 1)) / first
        right = (at(n - 1, n) - at(n - 2, n - 1)) / last
    else:
        both = first + second
        left = (
            at(0, 1) * (-(2.0 * first + second) / (first * both))
            + at(1, 2) * (both / (first * second))
            - at(2, 3) * (first / (second * both))
        )
        both = last + last_but_one
        right = (
            at(n - 3, n - 2) * (last / (last_but_one * both))
            - at(n - 2, n - 1) * (both / (last * last_but_one))
            + at(n - 1, n) * ((2.0 * last + last_but_one) / (last * both))
        )
    return concatenate([left, inside, right], axis=axis)


@composed(np.gradient)
def gradient(
    f: npt.ArrayLike,
    *varargs: npt.ArrayLike,
    axis: int | Sequence[int] | None = None,
    edge_order: int = 1,
) -> Any:
    """The derivative of sampled values by central differences: NumPy's `gradient`.

    (For the gradient of a function see :func:`grad`; for that of a Tensor, its method `gradient`.)

    Args:
        f: The values.
        varargs: One spacing for all axes, or one for each: a number, or the positions of the
            values along the axis. Gradients flow to them too.
        axis: The axis or axes to differentiate along; all of them for ``None``.
        edge_order: The order of accuracy at the two ends, 1 or 2.

    Returns:
        One Tensor of the shape of `f` per axis; a tuple of them for several axes.

    >>> import tinygrad_np as tg
    >>> tg.gradient([1.0, 4.0, 9.0, 16.0])
    Tensor([3., 4., 6., 7.], dtype=float64)
    """
    t = as_tensor(f)
    if axis is None:
        axes = tuple(range(t.ndim))
    else:
        each = axis if isinstance(axis, (tuple, list)) else (axis,)
        axes = tuple(axis_from_front(a, t.ndim, "gradient") for a in each)
        if len(set(axes)) != len(axes):
            raise ValueError(f"gradient: axis {axis} names one axis twice")
    if edge_order not in (1, 2):
        raise ValueError(f"gradient: edge_order must be 1 or 2, not {edge_order}")
    spacings = _spacings(varargs, t, axes)
    if t.dtype.kind == "b":
        raise DTypeError("gradient: booleans have no differences; use astype(float)")
    if t.dtype.kind in "iu":
        t = t.astype(float)
    for a in axes:
        if t.shape[a] < edge_order + 1:
            raise ShapeError(
                f"gradient: {t.shape[a]} elements along axis {a} are too few: edge_order "
                f"{edge_order} needs {edge_order + 1}"
            )
    found = tuple(_along(t, h, a, edge_order) for h, a in zip(spacings, axes, strict=True))
    return found[0] if len(found) == 1 else found
