"""Functions of NumPy that call a Python function, or Python code, for each element."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..engine.calls import contains_tensor
from ..ops.arranging import moveaxis
from ..ops.operands import as_tensor
from ..ops.shaping import broadcast_to, concatenate, stack
from .functions import fresh

__all__ = ["apply_along_axis", "c_", "ndenumerate", "r_", "vectorize"]


def ndenumerate(arr: Any) -> Iterator[tuple[tuple[int, ...], Any]]:
    """Return an iterator over the indices and elements of an array.

    >>> import tinygrad_np.numpy as np
    >>> [(i, x.item()) for i, x in np.ndenumerate(np.array([5.0, 6.0]))]
    [((0,), 5.0), ((1,), 6.0)]
    """
    if not contains_tensor(arr):
        return np.ndenumerate(arr)
    t = as_tensor(arr)
    return ((index, t[index]) for index in np.ndindex(t.shape))


class vectorize:  # NumPy's name
    """A function of numbers as a function of arrays, which calls it for each element.

    >>> import tinygrad_np.numpy as np
    >>> np.vectorize(lambda x: x * 2.0)(np.array([1.0, 2.0])).tolist()
    [2.0, 4.0]
    """

    def __init__(self, pyfunc: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        self.pyfunc = pyfunc
        self._of_arrays = np.vectorize(pyfunc, *args, **kwargs)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return the results for all elements."""
        if not any(map(contains_tensor, (*args, *kwargs.values()))):
            return fresh(self._of_arrays(*args, **kwargs))
        if kwargs or self._of_arrays.signature is not None:
            raise TypeError("vectorize: of Tensors, only functions of numbers, given by place")
        tensors = [as_tensor(x) for x in args]
        shape = np.broadcast_shapes(*(t.shape for t in tensors))
        spread = [broadcast_to(t, shape) for t in tensors]
        found = [self.pyfunc(*(t[i] for t in spread)) for i in np.ndindex(shape)]
        return stack(found).reshape(shape) if shape else found[0]


def apply_along_axis(
    func1d: Callable[..., Any], axis: int, arr: Any, *args: Any, **kwargs: Any
) -> Any:
    """Return the results of a function of the vectors along an axis.

    >>> import tinygrad_np.numpy as np
    >>> np.apply_along_axis(lambda v: v * v.sum(), 1, np.array([[1.0, 2.0]])).tolist()
    [[3.0, 6.0]]
    """
    if not contains_tensor(arr):
        return fresh(np.apply_along_axis(func1d, axis, arr, *args, **kwargs))
    rows = moveaxis(as_tensor(arr), axis, -1)
    shape = rows.shape[:-1]
    found = [as_tensor(func1d(rows[i], *args, **kwargs)) for i in np.ndindex(shape)]
    out = stack(found).reshape((*shape, *found[0].shape))
    place = axis % out.ndim if found[0].ndim == 1 else None
    return out if place is None else moveaxis(out, -1, place)


class Joined:
    """``np.r_`` and ``np.c_``: arrays, numbers and ranges joined by indexing."""

    def __init__(self, of_arrays: Any, columns: bool) -> None:
        self._of_arrays = of_arrays
        self._columns = columns

    def __getitem__(self, key: Any) -> Any:
        parts = key if isinstance(key, tuple) else (key,)
        if not contains_tensor(list(parts)):
            return fresh(self._of_arrays[key])
        if isinstance(parts[0], str):
            raise TypeError("r_, c_: of Tensors without a string that says how; use concatenate")
        tensors = [
            as_tensor(self._of_arrays[p].ravel() if isinstance(p, slice) else p) for p in parts
        ]
        if self._columns:
            return concatenate([t if t.ndim > 1 else t.reshape(-1, 1) for t in tensors], axis=-1)
        return concatenate([t if t.ndim else t.reshape(1) for t in tensors], axis=0)

    def __len__(self) -> int:
        return 0


r_, c_ = Joined(np.r_, columns=False), Joined(np.c_, columns=True)
