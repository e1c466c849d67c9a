"""PyTorch's counterparts of records, with its functions adapted to NumPy's conventions.

The records work without PyTorch: `torch` here is imported at the first use of an attribute. A
record specifies its counterpart by a function of tensors, by a name, or by the reason why there is
none. If PyTorch has the function but not with these parameters, the function raises
`NotInTorchError`.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from operator import attrgetter
from typing import Any


class Lazy:
    """A module that is imported on first use."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(self.name), name)


torch: Any = Lazy("torch")


class NotInTorchError(Exception):
    """PyTorch has the function, but not with these parameters."""


@dataclass(frozen=True)
class NotInTorch:
    """The reason why PyTorch has no counterpart of a record."""

    reason: str


@dataclass(frozen=True)
class InTorch:
    """PyTorch's counterpart of a record, and its limitations.

    Attributes:
        function: A function of tensors, its name, or None for the function with the op's name.
        derivative: Whether it has a derivative.
        forward: Whether it has a derivative in forward mode.
        complex: Whether it accepts complex numbers and has their derivatives.
        second: The relative error of its second derivative.
    """

    function: str | Callable[..., Any] | None = None
    derivative: bool = True
    forward: bool = True
    complex: bool = True
    second: float = 1e-9


def named(name):
    """Return the function of PyTorch with the given name below `torch`."""
    return attrgetter(name)(import_module("torch"))


def of_same_name(op):
    """Return PyTorch's function with the name of an op, or None."""
    place, _, name = op.rpartition(".")
    for space in (place,) if place else ("", "nn.functional"):
        found = getattr(named(space) if space else import_module("torch"), name, None)
        if found is not None:
            return found
    return None


def counterpart(record):
    """Return the counterpart of a record: `InTorch` with a function, `NotInTorch`, or None."""
    told = record.torch
    if isinstance(told, NotInTorch):
        return told
    told = told if isinstance(told, InTorch) else InTorch(told)
    f = told.function
    f = named(f) if isinstance(f, str) else f or of_same_name(record.op)
    if f is None:
        return None
    function = lambda *x: f(*x, **record.params)  # noqa: E731  # a formula
    return InTorch(function, told.derivative, told.forward, told.complex, told.second)


def refuse_repeated(places):
    """Refuse an assignment that writes a place twice.

    PyTorch leaves the gradient undefined then; here the last value receives it.
    """
    if len(places.unique()) < places.numel():
        raise NotInTorchError("the gradient of values that are overwritten")


# ---------------------------------------------------------------- reductions and scans


def axes_of(x, axis):
    """Return NumPy's `axis` as a tuple of non-negative axes, in the same order."""
    if axis is None:
        return tuple(range(x.ndim))
    return tuple(a % x.ndim for a in (axis if isinstance(axis, tuple) else (axis,)))


def over_axes(f):
    """Turn a reduction over the last axis into one over NumPy's `axis`, with `keepdims`.

    In PyTorch many accept only one axis, and for some an empty tuple means all axes.
    """

    def reduced(x, *others, axis=None, keepdims=False, **params):
        axes = axes_of(x, axis)
        kept = [n for i, n in enumerate(x.shape) if i not in axes]
        count = math.prod(x.shape[i] for i in axes)

        def flat(a):
            moved = a.broadcast_to(x.shape).movedim(axes, tuple(range(-len(axes), 0)))
            return moved.reshape(*kept, count)

        out = f(flat(x), *map(flat, others), **params)
        if not keepdims:
            return out
        ones = [1 if i in axes else n for i, n in enumerate(x.shape)]
        return out.reshape(*out.shape[: out.ndim - len(kept)], *ones)

    return reduced


def last(name):
    """Return PyTorch's reduction over the last axis, extended to any axes."""
    return over_axes(lambda x, **params: named(name)(x, dim=-1, **params))


def selected(name):
    """Return PyTorch's masked reduction, with the mask as second argument."""
    return over_axes(lambda x, mask, **params: named(name)(x, dim=-1, mask=mask, **params))


def population(name):
    """Return PyTorch's masked variance or standard deviation, divided by the count."""
    return over_axes(lambda x, mask: named(name)(x, dim=-1, mask=mask, unbiased=False))


def starting(reduction, combine):
    """Extend a reduction by NumPy's `initial`, which is combined with its result."""

    def reduced(*args, initial, **params):
        start = torch.tensor(initial, dtype=args[0].dtype)
        return named(combine)(reduction(*args, **params), start)

    return reduced


def filled(f, value):
    """Return the function with NaN in its argument replaced by `value`."""
    return lambda x, **params: f(torch.where(torch.isnan(x), value, x), **params)


def jointly(name):
    """Turn a function along one axis into one over several axes jointly."""

    def function(x, axis):
        f = named(name)
        if isinstance(axis, int):
            return f(x, dim=axis)
        return f(x.flatten(), dim=0).reshape(x.shape)  # in the records, several axes are all axes

    return function


def over_all(name):
    """Return PyTorch's function along an axis, or over the flattened array for None."""

    def function(x, axis=None, **params):
        f = named(name)
        return f(x.flatten(), dim=0, **params) if axis is None else f(x, dim=axis, **params)

    return function


def quantile(name, percent=1):
    """Adapt PyTorch's quantile to NumPy's conventions; `percent=100` gives percentiles."""
    methods = ("linear", "lower", "higher", "nearest", "midpoint")

    def function(x, q=0.5, method="linear"):
        if method not in methods:
            raise NotInTorchError(f"quantile: no {method!r} in PyTorch")
        q = torch.tensor(q, dtype=x.dtype) / percent
        out = named(name)(x, q.flatten(), -1, interpolation=method)
        return out.reshape(q.shape + x.shape[:-1])

    return over_axes(function)
