"""New Tensors: zeros, ones, one value, the identity.

They are constants, or leaves with ``requires_grad=True``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from ..engine.access import array_of
from ..engine.batching import BatchTracer, at_levels, base_of, batched_like, levels
from ..engine.calls import contains_tensor
from ..engine.errors import DTypeError
from ..engine.op import composed
from ..engine.tensor import Array, Tensor, as_array, result
from .operands import as_tensor
from .shaping import _copy, astype, broadcast_to, reshape
from .writing import setitem

_Sizes = int | tuple[int, ...]
_DType = npt.DTypeLike | None


def _fresh(array: Any, requires_grad: bool, name: str | None, op: str) -> Tensor:
    """Return a new array, to which there is no other reference, as a Tensor."""
    tensor = result(as_array(array, op), None)
    tensor._name = name
    if requires_grad:
        tensor.requires_grad = True
    return tensor


def _buffer(array: Any, requires_grad: bool, name: str | None, op: str) -> Tensor:
    """Return a new array as a Tensor to write to; under `vmap`, for each example."""
    tensor = _fresh(array, requires_grad, name, op)
    if not requires_grad and tensor.dtype.kind in "fc" and (active := levels.get()):
        return _copy(at_levels(tensor, active), order="C")
    return tensor


@composed(np.array)
def array(object: Any, dtype: _DType = None, *, copy: bool = True, ndmin: int = 0) -> Tensor:
    """A new Tensor of an array, a number, or nested lists, which may hold Tensors.

    Gradients flow to the Tensors in it, as they do through ``stack``.

    Args:
        object: The values.
        dtype: The dtype; by default that of all values together.
        copy: Accepted for compatibility with NumPy; Tensors never change one another.
        ndmin: The least number of axes; new ones of size 1 come first.

    Raises:
        ShapeError: If the Tensors in a list differ in shape.

    >>> import tinygrad_np as tg
    >>> x, y = tg.tensor(2.0, requires_grad=True), tg.tensor(3.0)
    >>> tg.array([[x * y, 0.0], [1.0, x]]).tolist()
    [[6.0, 0.0], [1.0, 2.0]]
    """
    tensor = as_tensor(object) if contains_tensor(object) else Tensor(object)
    if dtype is not None:
        tensor = astype(tensor, dtype)
    elif tensor is object:
        tensor = _copy(tensor)
    missing = ndmin - tensor.ndim
    return reshape(tensor, (1,) * missing + tensor.shape) if missing > 0 else tensor


@composed()
def tensor(
    data: Any,
    requires_grad: bool = False,
    dtype: _DType = None,
    name: str | None = None,
) -> Tensor:
    """A Tensor with a copy of `data`, like :class:`Tensor`; lists may hold Tensors.

    >>> import tinygrad_np as tg
    >>> tg.tensor([1, 2], dtype="float32", requires_grad=True, name="w")
    Tensor([1., 2.], dtype=float32, name='w', requires_grad=True)
    """
    if isinstance(data, (list, tuple)) and contains_tensor(data):
        return _of_ends(array(data, dtype), None, requires_grad, name, "tensor")
    return Tensor(data, requires_grad, dtype, name)


@composed(np.zeros)
def zeros(
    shape: _Sizes, dtype: _DType = float, *, requires_grad: bool = False, name: str | None = None
) -> Tensor:
    """Zeros of the given shape.

    >>> import tinygrad_np as tg
    >>> tg.zeros(2, requires_grad=True, name="b")
    Tensor([0., 0.], dtype=float64, name='b', requires_grad=True)
    """
    return _buffer(np.zeros(shape, dtype), requires_grad, name, "zeros")


@composed(np.ones)
def ones(
    shape: _Sizes, dtype: _DType = None, *, requires_grad: bool = False, name: str | None = None
) -> Tensor:
    """Ones of the given shape.

    >>> import tinygrad_np as tg
    >>> tg.ones((1, 2), dtype="float32").tolist()
    [[1.0, 1.0]]
    """
    return _buffer(np.ones(shape, dtype), requires_grad, name, "ones")


@composed(np.empty)
def empty(
    shape: _Sizes, dtype: _DType = float, *, requires_grad: bool = False, name: str | None = None
) -> Tensor:
    """A Tensor of the given shape to write to; until then its values are undefined.

    >>> import tinygrad_np as tg
    >>> tg.empty((2, 3)).shape
    (2, 3)
    """
    return _buffer(np.empty(shape, dtype), requires_grad, name, "empty")


@composed(np.full)
def full(
    shape: _Sizes,
    fill_value: npt.ArrayLike,
    dtype: _DType = None,
    *,
    requires_grad: bool = False,
    name: str | None = None,
) -> Tensor:
    """One value, or an array that broadcasts, repeated to the given shape.

    If `fill_value` is a Tensor that requires a gradient, gradients flow to it.

    >>> import tinygrad_np as tg
    >>> tg.full(2, 7.0).tolist()
    [7.0, 7.0]
    """
    if isinstance(fill_value, Tensor):
        whole = (shape,) if isinstance(shape, (int, np.integer)) else tuple(shape)
        return _of_ends(_copy(broadcast_to(fill_value, whole)), dtype, requires_grad, name, "full")
    return _buffer(np.full(shape, fill_value, dtype), requires_grad, name, "full")


@composed(np.eye)
def eye(
    N: int,
    M: int | None = None,
    k: int = 0,
    dtype: _DType = float,
    *,
    requires_grad: bool = False,
    name: str | None = None,
) -> Tensor:
    """A matrix with ones on its k-th diagonal and zeros elsewhere.

    >>> import tinygrad_np as tg
    >>> tg.eye(2).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    return _fresh(np.eye(N, M, k, dtype), requires_grad, name, "eye")


@composed(np.identity)
def identity(
    n: int, dtype: _DType = None, *, requires_grad: bool = False, name: str | None = None
) -> Tensor:
    """The identity matrix: ones on the main diagonal and zeros elsewhere.

    >>> import tinygrad_np as tg
    >>> tg.identity(2).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    return _fresh(np.identity(n, dtype), requires_grad, name, "identity")


def _of_ends(t: Tensor, dtype: _DType, requires_grad: bool, name: str | None, op: str) -> Tensor:
    """Return a computed Tensor with the requested dtype and name."""
    if requires_grad and not t.requires_grad:
        raise DTypeError(f"{op}: requires_grad=True makes a leaf, but this Tensor is computed")
    t = t if dtype is None or t.dtype == np.dtype(dtype) else astype(t, np.dtype(dtype))
    if name is not None:
        t.name = name
    return t


# -------------------------------------------------------------------- from others


def _like(
    make: Callable[..., Array],
    a: Any,
    dtype: _DType,
    shape: _Sizes | None,
    requires_grad: bool,
    name: str | None,
) -> Tensor:
    """Return a new array that `make` makes, in the order in memory of `a`; for each example."""
    t = as_tensor(a)
    array = make(array_of(base_of(t)), dtype, shape=shape)
    if shape is not None or not isinstance(t, BatchTracer):
        return _buffer(array, requires_grad, name, make.__name__)
    tensor = batched_like(t, _fresh(array, requires_grad, name, make.__name__))
    return tensor if requires_grad else _copy(at_levels(tensor, levels.get()))


@composed(np.zeros_like)
def zeros_like(
    a: npt.ArrayLike,
    dtype: _DType = None,
    *,
    shape: _Sizes | None = None,
    requires_grad: bool = False,
    name: str | None = None,
) -> Tensor:
    """Zeros of the shape and dtype of another array: a constant.

    >>> import numpy as np, tinygrad_np as tg
    >>> np.zeros_like(tg.tensor([1.0, 2.0])).tolist()
    [0.0, 0.0]
    """
    return _like(np.zeros_like, a, dtype, shape, requires_grad, name)


@composed(np.ones_like)
def ones_like(
    a: npt.ArrayLike,
    dtype: _DType = None,
    *,
    shape: _Sizes | None = None,
    requires_grad: bool = False,
    name: str | None = None,
) -> Tensor:
    """Ones of the shape and dtype of another array: a constant.

    >>> import tinygrad_np as tg
    >>> tg.ones_like([[1.0, 2.0]]).tolist()
    [[1.0, 1.0]]
    """
    return _like(np.ones_like, a, dtype, shape, requires_grad, name)


@composed(np.empty_like)
def empty_like(
    prototype: npt.ArrayLike,
    dtype: _DType = None,
    *,
    shape: _Sizes | None = None,
    requires_grad: bool = False,
    name: str | None = None,
) -> Tensor:
    """A Tensor like another array, to write to; until then its values are undefined.

    >>> import tinygrad_np as tg
    >>> tg.empty_like([[1.0, 2.0]]).shape
    (1, 2)
    """
    return _like(np.empty_like, prototype, dtype, shape, requires_grad, name)


@composed(np.full_like)
def full_like(
    a: npt.ArrayLike,
    fill_value: npt.ArrayLike,
    dtype: _DType = None,
    *,
    shape: _Sizes | None = None,
    requires_grad: bool = False,
    name: str | None = None,
) -> Tensor:
    """One value repeated to the shape, and in the dtype, of another array.

    >>> import tinygrad_np as tg
    >>> tg.full_like([[1.0, 2.0]], 7).tolist()
    [[7.0, 7.0]]
    """
    out = _like(np.empty_like, a, dtype, shape, False, name)
    setitem(out, ..., fill_value)
    if requires_grad:
        out.requires_grad = True
    return out
