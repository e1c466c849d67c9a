"""Fourier transforms: four linear ops along one axis, of which all others are composed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ..engine.batching import one_by_one
from ..engine.declarations import declare
from ..engine.errors import ShapeError
from ..engine.op import Op, composed
from ..engine.tensor import Array, Tensor
from . import elementwise as e
from .batching import Operands, Params
from .operands import as_tensor, conjugated
from .shaping import concatenate

_Norm = Literal["backward", "ortho", "forward"] | None

_OTHER_WAY: dict[_Norm, _Norm] = {
    None: "forward",
    "backward": "forward",
    "ortho": "ortho",
    "forward": "backward",
}
"""For each norm, the one that gives the opposite transform the same factor."""


def _fitted(c: Any, n: int, axis: int) -> Any:
    """Return `c` cut or zero-padded to `n` elements along an axis."""
    have, axis = c.shape[axis], axis % c.ndim
    if have >= n:
        return c[(slice(None),) * axis + (slice(n),)]
    shape = (*c.shape[:axis], n - have, *c.shape[axis + 1 :])
    return np.concatenate([c, np.zeros(shape, c.dtype)], axis=axis)


def _fft_rule(g, a_shape, axis, norm):  # type: ignore[no-untyped-def]  # either world
    return _fitted(np.fft.fft(g, axis=axis, norm=norm), a_shape[axis], axis)


def _ifft_rule(g, a_shape, axis, norm):  # type: ignore[no-untyped-def]  # either world
    return _fitted(np.fft.ifft(g, axis=axis, norm=norm), a_shape[axis], axis)


def _rfft_rule(g, a_shape, n, axis, norm):  # type: ignore[no-untyped-def]  # either world
    # The engine drops the imaginary part, since the input is real.
    c = np.fft.fft(g, n=a_shape[axis] if n is None else n, axis=axis, norm=norm)
    return _fitted(c, a_shape[axis], axis)


def _irfft_rule(g, a_shape, axis, norm):  # type: ignore[no-untyped-def]  # either world
    # Each term counts twice, except the first and, for an even n, the last.
    n = g.shape[axis]
    c = np.fft.rfft(g, axis=axis, norm=_OTHER_WAY[norm])
    k = np.arange(n // 2 + 1)
    twice = (1.0 + ((k > 0) & (2 * k < n))).astype(g.dtype)
    c = c * twice.reshape((-1,) + (1,) * (g.ndim - 1 - axis % g.ndim))
    return _fitted(c, a_shape[axis], axis)


def _transform_batch(op: Op, size: int, values: Operands, params: Params) -> Tensor:
    ((x, _),) = values
    axis = params["axis"]
    if not -x.ndim < axis < x.ndim - 1:  # an example raises the error
        return one_by_one(op, size, values, params)
    return op.call(x, **{**params, "axis": axis + 1 if axis >= 0 else axis})


@declare(np.fft.fft, kind="linear", name="fft.fft", batching=_transform_batch, a=_fft_rule)
def fft(a: Any, n: int | None = None, axis: int = -1, norm: _Norm = None) -> Array:
    """The discrete Fourier transform along an axis.

    out[k] = sum over j of a[j] * exp(-2 pi i j k / n).

    Args:
        a: The array.
        n: The number of elements to transform; `a` is cut or zero-padded to it.
        axis: The axis.
        norm: Where the factor 1 / n is applied: ``"backward"``, the same as ``None``, in the
            inverse; ``"forward"`` here; ``"ortho"`` its square root in both.

    >>> import tinygrad_np as tg
    >>> tg.fft.fft([1.0, 0.0]).shape
    (2,)
    """
    return np.fft.fft(a, n, axis, norm)


@declare(np.fft.ifft, kind="linear", name="fft.ifft", batching=_transform_batch, a=_ifft_rule)
def ifft(a: Any, n: int | None = None, axis: int = -1, norm: _Norm = None) -> Array:
    """The inverse of :func:`fft`, with its arguments.

    >>> import tinygrad_np as tg
    >>> tg.fft.ifft([2.0, 0.0])
    Tensor([1.+0.j, 1.+0.j], dtype=complex128)
    """
    return np.fft.ifft(a, n, axis, norm)


@declare(np.fft.rfft, kind="linear", name="fft.rfft", batching=_transform_batch, a=_rfft_rule)
def rfft(a: Any, n: int | None = None, axis: int = -1, norm: _Norm = None) -> Array:
    """The first n // 2 + 1 terms of :func:`fft` of real numbers; the others mirror them.

    >>> import tinygrad_np as tg
    >>> tg.fft.rfft([1.0, 2.0, 3.0, 4.0]).shape
    (3,)
    """
    return np.fft.rfft(a, n, axis, norm)


@declare(
    np.fft.irfft,
    kind="linear",
    name="fft.irfft",
    holomorphic=False,
    batching=_transform_batch,
    a=_irfft_rule,
)
def irfft(a: Any, n: int | None = None, axis: int = -1, norm: _Norm = None) -> Array:
    """The inverse of :func:`rfft`: `n` real numbers, by default 2 * (terms - 1).

    The imaginary part of the first term, and of the last if n is even, has no effect.

    >>> import tinygrad_np as tg
    >>> tg.fft.irfft([1.0, 0.0])
    Tensor([0.5, 0.5], dtype=float64)
    """
    return np.fft.irfft(a, n, axis, norm)


@composed(np.fft.hfft, module="fft")
def hfft(a: npt.ArrayLike, n: int | None = None, axis: int = -1, norm: _Norm = None) -> Tensor:
    """The real transform of a sequence whose second half is the mirrored conjugate of the first.

    >>> import tinygrad_np as tg
    >>> tg.fft.hfft([1.0, 0.0])
    Tensor([1., 1.], dtype=float64)
    """
    return irfft(conjugated(as_tensor(a)), n=n, axis=axis, norm=_other_way(norm))


@composed(np.fft.ihfft, module="fft")
def ihfft(a: npt.ArrayLike, n: int | None = None, axis: int = -1, norm: _Norm = None) -> Tensor:
    """The inverse of :func:`hfft`.

    >>> import tinygrad_np as tg
    >>> tg.fft.ihfft([1.0, 1.0]).shape
    (2,)
    """
    return conjugated(rfft(as_tensor(a), n=n, axis=axis, norm=_other_way(norm)))


def _other_way(norm: _Norm) -> _Norm:
    if norm not in _OTHER_WAY:
        raise ValueError(f"fft: norm={norm!r}; use 'backward', 'ortho' or 'forward'")
    return _OTHER_WAY[norm]


# ------------------------------------------------------------------- several axes

_Sizes = Sequence[int | None] | None
_Axes = Sequence[int] | None


def _sizes(x: Tensor, s: _Sizes, axes: _Axes) -> tuple[list[int | None], list[int]]:
    """Return the sizes and the axes of a transform along several axes."""
    if axes is None:
        axes = range(-x.ndim if s is None else -len(s), 0)
    axes = [a.__index__() for a in axes]
    for axis in axes:
        if not -x.ndim <= axis < x.ndim:
            raise ShapeError(f"fft: there is no axis {axis} in shape {x.shape}")
    sizes: list[int | None] = [None] * len(axes) if s is None else list(s)
    if len(sizes) != len(axes):
        raise ShapeError(f"fft: s={s} and axes={tuple(axes)} differ in length")
    return [x.shape[a] if n == -1 else n for n, a in zip(sizes, axes, strict=True)], axes


def _along(transform: Callable[..., Tensor], x: Tensor, s: Any, axes: Any, norm: _Norm) -> Tensor:
    """Return a transform along several axes, starting with the last."""
    for n, axis in zip(reversed(s), reversed(axes), strict=True):
        x = transform(x, n=n, axis=axis, norm=norm)
    return x


@composed(np.fft.fftn, module="fft")
def fftn(a: npt.ArrayLike, s: _Sizes = None, axes: _Axes = None, norm: _Norm = None) -> Tensor:
    """The transform :func:`fft` along several axes, by default all.

    Args:
        a: The array.
        s: The size to cut or zero-pad to along each axis; -1 keeps it. If `axes` is left out,
            `s` is for the last axes.
        axes: The axes.
        norm: As for :func:`fft`.

    >>> import numpy as np, tinygrad_np as tg
    >>> tg.fft.fftn(np.ones((2, 3)), s=(4,), axes=(0,)).shape
    (4, 3)
    """
    x = as_tensor(a)
    return _along(fft, x, *_sizes(x, s, axes), norm)


@composed(np.fft.ifftn, module="fft")
def ifftn(a: npt.ArrayLike, s: _Sizes = None, axes: _Axes = None, norm: _Norm = None) -> Tensor:
    """The inverse of :func:`fftn`, with its arguments.

    >>> import numpy as np, tinygrad_np as tg
    >>> tg.fft.ifftn(np.ones((2, 3))).shape
    (2, 3)
    """
    x = as_tensor(a)
    return _along(ifft, x, *_sizes(x, s, axes), norm)


@composed(np.fft.rfftn, module="fft")
def rfftn(a: npt.ArrayLike, s: _Sizes = None, axes: _Axes = None, norm: _Norm = None) -> Tensor:
    """The transform :func:`rfft` along the last of several axes, :func:`fft` along the rest.

    >>> import numpy as np, tinygrad_np as tg
    >>> tg.fft.rfftn(np.ones((2, 4))).shape
    (2, 3)
    """
    x = as_tensor(a)
    sizes, places = _sizes(x, s, axes)
    if not places:
        raise ShapeError("fft.rfftn: at least one axis is needed")
    first = rfft(x, n=sizes[-1], axis=places[-1], norm=norm)
    return _along(fft, first, sizes[:-1], places[:-1], norm)


@composed(np.fft.irfftn, module="fft")
def irfftn(a: npt.ArrayLike, s: _Sizes = None, axes: _Axes = None, norm: _Norm = None) -> Tensor:
    """The inverse of :func:`rfftn`, if `s` is the shape of its input.

    >>> import numpy as np, tinygrad_np as tg
    >>> tg.fft.irfftn(np.ones((2, 3)), s=(2, 5)).shape
    (2, 5)
    """
    x = as_tensor(a)
    sizes, places = _sizes(x, s, axes)
    if not places:
        raise ShapeError("fft.irfftn: at least one axis is needed")
    for n, axis in zip(sizes[:-1], places[:-1], strict=True):
        x = ifft(x, n=n, axis=axis, norm=norm)
    return irfft(x, n=sizes[-1], axis=places[-1], norm=norm)


@composed(np.fft.fft2, module="fft")
def fft2(a: npt.ArrayLike, s: _Sizes = None, axes: _Axes = (-2, -1), norm: _Norm = None) -> Tensor:
    """The transform :func:`fftn` along the last two axes.

    >>> import numpy as np, tinygrad_np as tg
    >>> tg.fft.fft2(np.ones((2, 2))).shape
    (2, 2)
    """
    return fftn(a, s, axes, norm)


@composed(np.fft.ifft2, module="fft")
def ifft2(a: npt.ArrayLike, s: _Sizes = None, axes: _Axes = (-2, -1), norm: _Norm = None) -> Tensor:
    """The inverse of :func:`fft2`, with its arguments.

    >>> import numpy as np, tinygrad_np as tg
    >>> tg.fft.ifft2(np.ones((2, 2))).shape
    (2, 2)
    """
    return ifftn(a, s, axes, norm)


@composed(np.fft.rfft2, module="fft")
def rfft2(a: npt.ArrayLike, s: _Sizes = None, axes: _Axes = (-2, -1), norm: _Norm = None) -> Tensor:
    """The transform :func:`rfftn` along the last two axes.

    >>> import numpy as np, tinygrad_np as tg
    >>> tg.fft.rfft2(np.ones((2, 4))).shape
    (2, 3)
    """
    return rfftn(a, s, axes, norm)


@composed(np.fft.irfft2, module="fft")
def irfft2(
    a: npt.ArrayLike, s: _Sizes = None, axes: _Axes = (-2, -1), norm: _Norm = None
) -> Tensor:
    """The inverse of :func:`rfft2`, if `s` is the shape of its input.

    >>> import numpy as np, tinygrad_np as tg
    >>> tg.fft.irfft2(np.ones((2, 3))).shape
    (2, 4)
    """
    return irfftn(a, s, axes, norm)


# --------------------------------------------------------------------- frequencies


def _rolled(x: Tensor, axes: int | _Axes, back: bool) -> Tensor:
    """Return `x` with its halves exchanged along the given axes, or all."""
    chosen = range(x.ndim) if axes is None else [axes] if isinstance(axes, int) else axes
    out = x
    for axis in chosen:
        if not -x.ndim <= axis < x.ndim:
            raise ShapeError(f"fft: there is no axis {axis} in shape {x.shape}")
        n = x.shape[axis]
        cut = n // 2 if back else n - n // 2
        before = (slice(None),) * (axis % x.ndim)
        out = concatenate([out[(*before, slice(cut, None))], out[(*before, slice(cut))]], axis)
    return e.positive(out) if out is x else out


@composed(np.fft.fftshift, module="fft")
def fftshift(x: npt.ArrayLike, axes: int | _Axes = None) -> Tensor:
    """The terms with frequency 0 moved to the middle, along the given axes or all.

    >>> import tinygrad_np as tg
    >>> tg.fft.fftshift([0.0, 1.0, -1.0])
    Tensor([-1.,  0.,  1.], dtype=float64)
    """
    return _rolled(as_tensor(x), axes, back=False)


@composed(np.fft.ifftshift, module="fft")
def ifftshift(x: npt.ArrayLike, axes: int | _Axes = None) -> Tensor:
    """The inverse of :func:`fftshift`.

    >>> import tinygrad_np as tg
    >>> tg.fft.ifftshift([-1.0, 0.0, 1.0])
    Tensor([ 0.,  1., -1.], dtype=float64)
    """
    return _rolled(as_tensor(x), axes, back=True)


@composed(np.fft.fftfreq, module="fft")
def fftfreq(n: int, d: Any = 1.0) -> Tensor:
    """The frequencies of the terms of :func:`fft`, for `n` samples with spacing `d`.

    >>> import tinygrad_np as tg
    >>> tg.fft.fftfreq(4, 0.5)
    Tensor([ 0. ,  0.5, -1. , -0.5], dtype=float64)
    """
    return e.divide(np.fft.fftfreq(n), d)


@composed(np.fft.rfftfreq, module="fft")
def rfftfreq(n: int, d: Any = 1.0) -> Tensor:
    """The frequencies of the terms of :func:`rfft`, for `n` samples with spacing `d`.

    >>> import tinygrad_np as tg
    >>> tg.fft.rfftfreq(4, 0.5)
    Tensor([0. , 0.5, 1. ], dtype=float64)
    """
    return e.divide(np.fft.rfftfreq(n), d)
