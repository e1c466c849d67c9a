"""Random numbers as NumPy draws them, those with a fraction as Tensors."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from ..engine.tensor import Tensor
from .functions import fresh

__all__ = ["Generator", "RandomState", "choice", "default_rng", "permutation", "shuffle"]


def drawing(draw: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that draws numbers: arrays of those with a fraction as Tensors."""

    @functools.wraps(draw)
    def drawn(*args: Any, **kwargs: Any) -> Any:
        return fresh(draw(*args, **kwargs), args)

    return drawn


def _in_order(source: Any, x: Tensor) -> Any:
    """Return an order of rows as drawn by the shuffle of a generator."""
    order = np.arange(len(x))
    source.shuffle(order)
    return order


def _shuffle(source: Any, x: Any, axis: int = 0) -> None:
    """Shuffle in place along an axis."""
    if isinstance(x, Tensor):
        rows = x.swapaxes(0, axis)
        rows[...] = rows[_in_order(source, rows)]
    elif axis:
        source.shuffle(x, axis)
    else:
        source.shuffle(x)


def _permutation(source: Any, x: Any, axis: int = 0) -> Any:
    """Return a copy that is shuffled along an axis, or a shuffled range."""
    if isinstance(x, Tensor) and x.ndim:
        rows = x.swapaxes(0, axis)
        return rows[_in_order(source, rows)].swapaxes(0, axis)
    return fresh(source.permutation(x, axis) if axis else source.permutation(x))


def _choice(source: Any, a: Any, *args: Any, **kwargs: Any) -> Any:
    """Return elements drawn by chance."""
    if isinstance(a, Tensor) and a.ndim:
        return a[source.choice(len(a), *args, **kwargs)]
    return fresh(source.choice(a, *args, **kwargs))


_OF_TENSORS = {"shuffle": _shuffle, "permutation": _permutation, "choice": _choice}


def _with_tensors(base: Any) -> Any:
    """Return a class of generators like one of NumPy, with Tensors as arguments and results."""

    def method(name: str) -> Callable[..., Any]:
        original = getattr(base, name)
        ours: Any = _OF_TENSORS.get(name)

        @functools.wraps(original)
        def call(self: Any, *args: Any, **kwargs: Any) -> Any:
            if ours is not None:
                return ours(super(cls, self), *args, **kwargs)
            return fresh(original(self, *args, **kwargs), args)

        return call

    names = [n for n in vars(base) if not n.startswith("_") and callable(getattr(base, n))]
    methods = {name: method(name) for name in names}
    cls = type(base.__name__, (base,), {**methods, "__module__": __name__})
    return cls


Generator = _with_tensors(np.random.Generator)
RandomState = _with_tensors(np.random.RandomState)


def default_rng(seed: Any = None) -> Any:
    """Return a generator, as NumPy's function of this name does."""
    if isinstance(seed, Generator):
        return seed
    return Generator(np.random.default_rng(seed).bit_generator)


def shuffle(x: Any) -> None:
    """Shuffle in place along the first axis."""
    _shuffle(np.random, x)


def permutation(x: Any) -> Any:
    """Return a copy that is shuffled along the first axis, or a shuffled range."""
    return _permutation(np.random, x)


def choice(a: Any, size: Any = None, replace: bool = True, p: Any = None) -> Any:
    """Return elements drawn by chance."""
    return _choice(np.random, a, size, replace, p)
