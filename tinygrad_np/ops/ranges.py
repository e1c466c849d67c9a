"""Sequences of numbers: steps, even spacing, equal ratios.

`linspace` and the like are functions of their ends when these are Tensors.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from ..engine.access import concrete
from ..engine.batching import elementwise
from ..engine.declarations import declare
from ..engine.errors import DTypeError
from ..engine.op import Op, composed
from ..engine.passes import unbroadcast
from ..engine.tensor import Array, Tensor, asarray
from . import elementwise as e
from .arranging import moveaxis
from .batching import Operands, Params
from .creation import _DType, _fresh, _of_ends
from .operands import as_tensor
from .shaping import swapaxes

# NumPy's annotations lack some kinds of ends that its functions take.
_Between = Callable[..., Any]
_Shape = tuple[int, ...]
_evenly_between: _Between = np.linspace
_powers_between: _Between = np.logspace
_ratios_between: _Between = np.geomspace


@composed(np.arange)
def arange(
    start: Any,
    stop: Any = None,
    step: Any = None,
    dtype: _DType = None,
    *,
    requires_grad: bool = False,
    name: str | None = None,
) -> Tensor:
    """Numbers from `start` up to `stop`, not included, in steps; from 0 if there is one number.

    Their number depends on the ends, so no gradient flows to them.

    Raises:
        DTypeError: If an end is a Tensor that requires a gradient.

    >>> import tinygrad_np as tg
    >>> tg.arange(3).tolist()
    [0, 1, 2]
    """
    for end in (start, stop, step):
        if isinstance(end, Tensor) and end.requires_grad:
            raise DTypeError(
                "arange: no gradient can flow to its ends; use linspace, or start + step * "
                "arange(n), or end.item()"
            )
    ends = [concrete(x, "arange") for x in (start, stop, step)]
    array = np.arange(ends[0], dtype=dtype) if stop is None and step is None else None
    if array is None:
        first, last = (ends[0], ends[1]) if stop is not None else (0, ends[0])
        array = np.arange(first, last, 1 if step is None else ends[2], dtype=dtype)
    return _fresh(array, requires_grad, name, "arange")


def _weights(g: Any, num: int, endpoint: bool, *ends: _Shape) -> Any:
    """Return the weight of `stop` in each result, from 0 to 1, for ends of some shapes."""
    steps = np.arange(num, dtype=g.dtype) * (1.0 / (max(num - 1, 1) if endpoint else max(num, 1)))
    return steps.reshape(num, *(1,) * max(map(len, ends)))


def _steps_first(op: Op, size: int, values: Operands, params: Params) -> Tensor:
    return swapaxes(elementwise(op, size, values, params), 0, 1)


def _part_of_start(
    t: Any, start_shape: _Shape, stop_shape: _Shape, num: int, endpoint: bool
) -> Any:  # a rule: either world
    return t * (1.0 - _weights(t, num, endpoint, start_shape, stop_shape))


def _part_of_stop(
    t: Any, start_shape: _Shape, stop_shape: _Shape, num: int, endpoint: bool
) -> Any:  # a rule: either world
    return t * _weights(t, num, endpoint, start_shape, stop_shape)


@declare(
    kind="linear",
    batching=_steps_first,
    start=(
        lambda g, start_shape, stop_shape, num, endpoint: unbroadcast(
            _part_of_start(g, start_shape, stop_shape, num, endpoint), start_shape
        ),
        _part_of_start,
    ),
    stop=(
        lambda g, start_shape, stop_shape, num, endpoint: unbroadcast(
            _part_of_stop(g, start_shape, stop_shape, num, endpoint), stop_shape
        ),
        _part_of_stop,
    ),
)
def _line(start: npt.ArrayLike, stop: npt.ArrayLike, num: int = 50, endpoint: bool = True) -> Array:
    """Return numbers evenly spaced, along the first axis."""
    return np.asarray(_evenly_between(start, stop, num, endpoint))


@declare(
    batching=_steps_first,
    start=lambda g, start, out, start_shape, stop_shape, num, endpoint: unbroadcast(
        _part_of_start(g, start_shape, stop_shape, num, endpoint) * out / start, start_shape
    ),
    stop=lambda g, stop, out, start_shape, stop_shape, num, endpoint: unbroadcast(
        _part_of_stop(g, start_shape, stop_shape, num, endpoint) * out / stop, stop_shape
    ),
)
def _geometric_line(
    start: npt.ArrayLike, stop: npt.ArrayLike, num: int = 50, endpoint: bool = True
) -> Array:
    """Return numbers each of which is the same multiple of the one before."""
    return np.asarray(_ratios_between(start, stop, num, endpoint))


@composed(np.linspace)
def linspace(
    start: npt.ArrayLike,
    stop: npt.ArrayLike,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: _DType = None,
    axis: int = 0,
    *,
    requires_grad: bool = False,
    name: str | None = None,
) -> Any:
    """Evenly spaced numbers from `start` to `stop`; gradients flow to ends that are Tensors.

    Args:
        start: The first, of any shape.
        stop: The last, or with ``endpoint=False`` the one that would follow it.
        num: How many.
        endpoint: Whether `stop` is among them.
        retstep: Whether to return the distance between them too.
        dtype: Their dtype.
        axis: Where in the result the new axis lies.
        requires_grad: Make the result a leaf; for ends that are constants.
        name: A name for pictures and messages.

    >>> import tinygrad_np as tg
    >>> stop = tg.tensor(4.0, requires_grad=True)
    >>> x = tg.linspace(0.0, stop, 3)
    >>> x.tolist(), x.sum().gradient(stop)[0].item()
    ([0.0, 2.0, 4.0], 1.5)
    """
    if not (isinstance(start, Tensor) or isinstance(stop, Tensor)):
        found = _evenly_between(start, stop, num, endpoint, retstep, dtype, axis)
        if retstep:
            array, step = found
            return _fresh(array, requires_grad, name, "linspace"), asarray(step)
        return _fresh(found, requires_grad, name, "linspace")
    out = moveaxis(_line(start, stop, num=operator.index(num), endpoint=endpoint), 0, axis)
    out = _of_ends(out, dtype, requires_grad, name, "linspace")
    if not retstep:
        return out
    count = num - 1 if endpoint else num
    distance = e.subtract(e.multiply(stop, 1.0), start)  # booleans cannot be subtracted
    return out, distance * (1.0 / count if count else math.nan)


@composed(np.logspace)
def logspace(
    start: npt.ArrayLike,
    stop: npt.ArrayLike,
    num: int = 50,
    endpoint: bool = True,
    base: npt.ArrayLike = 10.0,
    dtype: _DType = None,
    axis: int = 0,
    *,
    requires_grad: bool = False,
    name: str | None = None,
) -> Tensor:
    """``base ** linspace(start, stop, num)``; gradients flow to ends and base that are Tensors.

    >>> import tinygrad_np as tg
    >>> tg.logspace(0, 2, 3).tolist()
    [1.0, 10.0, 100.0]
    """
    if not any(isinstance(x, Tensor) for x in (start, stop, base)):
        found = _powers_between(start, stop, num, endpoint, base, dtype, axis)
        return _fresh(found, requires_grad, name, "logspace")
    exponents = linspace(as_tensor(start), as_tensor(stop), num, endpoint)
    out = moveaxis(e.power(base, exponents), 0, axis)
    return _of_ends(out, dtype, requires_grad, name, "logspace")


@composed(np.geomspace)
def geomspace(
    start: npt.ArrayLike,
    stop: npt.ArrayLike,
    num: int = 50,
    endpoint: bool = True,
    dtype: _DType = None,
    axis: int = 0,
    *,
    requires_grad: bool = False,
    name: str | None = None,
) -> Tensor:
    """Numbers from `start` to `stop`, each the same multiple of the one before.

    Gradients flow to ends that are Tensors.

    >>> import tinygrad_np as tg
    >>> tg.geomspace(1.0, 100.0, 3).tolist()
    [1.0, 10.0, 100.0]
    """
    if not (isinstance(start, Tensor) or isinstance(stop, Tensor)):
        found = _ratios_between(start, stop, num, endpoint, dtype, axis)
        return _fresh(found, requires_grad, name, "geomspace")
    out = moveaxis(
        _geometric_line(start, stop, num=operator.index(num), endpoint=endpoint), 0, axis
    )
    return _of_ends(out, dtype, requires_grad, name, "geomspace")
