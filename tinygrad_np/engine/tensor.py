"""Tensor: a NumPy array that remembers how it was made.

A Tensor is a handle on an array and the node that made it. A write gives it another value, which
its views see too; what was computed before keeps the old one. ``tinygrad_np.ops`` attaches
operators, methods and NumPy's protocols to the class; only what needs no op is here.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from sys import getrefcount
from typing import TYPE_CHECKING, Any, Self, TypeGuard

import numpy as np
import numpy.typing as npt

from .errors import DTypeError, GraphError, GraphWarning, ShapeError
from .graph import Leaf, Node
from .hooks import ACTIVE, Tracer, note_copy, refuse_replay

if TYPE_CHECKING:
    from .methods import TensorMethods
else:
    TensorMethods = object

Array = npt.NDArray[Any]

# The C library returns freed memory to the system, and allocating it again costs page faults: half
# the time of a small training step. It keeps blocks up to the size of the largest one it has seen
# freed, so free one of 16 MB, which is never touched.
np.empty(2**21)

NUMERIC = "fciub"
"""The kinds of dtype that a Tensor may have, in NumPy's letters."""

# Who may write to a Tensor's array while a graph holds it. The callers test for the first three.
PRIVATE = 0  # nobody: ops capture it without a copy, and a write copies it first if anyone holds it
SCALAR = 1  # nobody, ever: what NumPy gives as a number, which is immutable
SHARED = 2  # the caller of `asarray`, by request: ops capture it without a copy
LENT = 3  # holders of `.data`: ops capture a copy while there are any
OPEN = 4  # writes through Tensors, in place, because no graph holds it


class Tensor(TensorMethods):
    """An array whose operations are recorded, so that gradients can flow back.

    Args:
        data: Anything that ``numpy.array`` accepts; it is copied.
        requires_grad: Whether to compute gradients with respect to this Tensor. Its dtype
            must then be floating point or complex.
        dtype: The dtype; by default NumPy's choice.
        name: A name for pictures and messages.

    Raises:
        DTypeError: If the data is not numeric, or requires a gradient and is integer or boolean.

    >>> import tinygrad_np as tg
    >>> x = tg.Tensor([1.0, 2.0], requires_grad=True)
    >>> y = (x * x).sum()
    >>> y.backward()
    >>> x.grad
    Tensor([2., 4.], dtype=float64)
    """

    __slots__ = ("__weakref__", "_grad", "_name", "_raw", "_share", "_window", "node")

    _raw: Array
    node: Node | None
    _grad: Tensor | None
    _name: str | None
    _share: int
    _window: Any  # of a view: where it looks

    def __init__(
        self,
        data: npt.ArrayLike,
        requires_grad: bool = False,
        dtype: npt.DTypeLike | None = None,
        name: str | None = None,
    ) -> None:
        given = data._raw if is_concrete(data) else data
        self._raw = as_array(given, "Tensor", dtype, copy=True)
        if ACTIVE and is_concrete(data):
            if data.dtype != self.dtype:
                refuse_replay("Tensor", "casts an array")
            note_copy(data._raw, self._raw)
        self.node = None
        self._grad = None
        self._name = name
        self._share = PRIVATE
        if requires_grad:
            self.requires_grad = True

    # ------------------------------------------------------------------ values

    @property
    def data(self) -> Array:
        """The values: the Tensor's own array, which may be written to.

        A graph recorded earlier keeps the values it saw: if it captured this array, the Tensor
        continues with a copy. An assigned array becomes the Tensor's own without a copy, an
        assigned Tensor is copied.
        """
        if ACTIVE:
            refuse_replay("data")
        if self._share == SCALAR:
            return self._raw.copy()
        if self._share in (PRIVATE, OPEN):
            self._owned()
            self._share = LENT
        return self._raw

    @data.setter
    def data(self, value: npt.ArrayLike) -> None:
        if value is self._raw:  # by `t.data -= ...`
            return
        if self.node is not None and not self.is_leaf:
            raise GraphError(
                f"the data of a computed Tensor ({self._origin()}) cannot be replaced: its "
                f"graph would no longer describe it; use .detach() for a Tensor of its own"
            )
        array = value._raw.copy() if is_concrete(value) else as_array(value, "data")
        if self.node is not None:
            if array.shape != self.shape:
                raise ShapeError(
                    f"data: shape {array.shape} for a leaf of shape {self.shape}, whose graphs "
                    f"and gradient have that shape; make a new Tensor"
                )
            array = array.astype(self.dtype, copy=False)
        self._raw = array
        self._share = LENT

    def _owned(self) -> Array:
        """Return the array, copied if a graph or another Tensor holds it."""
        # Two references: this slot and the argument of getrefcount.
        held = getrefcount(self._raw) > 2 or self._raw.base is not None
        if self._share == SHARED or (held and self._share < LENT):
            self._raw = self._raw.copy(order="K")
            self._share = PRIVATE
        return self._raw

    def _opened(self) -> Array:
        """Return the array for a write in place: until an op captures it, no graph holds it."""
        array = self._owned()
        if self._share != LENT:
            self._share = OPEN
        return array

    def _captured(self) -> Array:
        """Return the array for a graph or another Tensor to hold."""
        if self._share == LENT:
            if getrefcount(self._raw) > 2 or self._raw.base is not None:
                copy = self._raw.copy(order="K")
                note_copy(self._raw, copy)
                return copy
            self._share = PRIVATE
        elif self._share == OPEN:
            self._share = PRIVATE
        return self._raw

    def _separate(self) -> None:
        """Make a view a Tensor of its own; any other Tensor is one."""

    def _concrete(self, op: str) -> Array:
        """Return the array on whose values `op` decides what it does."""
        refuse_replay(op, "decides by values")
        return self._raw

    def numpy(self) -> Array:
        """Return the values as an array; the same as :attr:`data`."""
        return self.data

    def detach(self) -> Tensor:
        """Return a Tensor with the same values and no history."""
        return result(self._captured(), None, SCALAR if self._share == SCALAR else PRIVATE)

    # -------------------------------------------------------------- the graph

    @property
    def requires_grad(self) -> bool:
        """Whether a gradient flows to or through this Tensor. Can be set on leaves."""
        return self.node is not None

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        if value == (self.node is not None):
            return
        if not value:
            if not self.is_leaf:
                raise GraphError(
                    f"requires_grad of a computed Tensor ({self._origin()}) cannot be switched "
                    f"off; use .detach()"
                )
            self._name, self.node = self.name, None
            return
        self._separate()
        if self.dtype.kind not in "fc":
            raise DTypeError(
                f"a Tensor of dtype {self.dtype} cannot require a gradient: only floating-point "
                f"and complex ones have derivatives; pass dtype=float"
            )
        leaf = Leaf(self, self.shape, self.dtype)
        leaf.name = self._name
        self.node = leaf
        if self._share == SHARED:
            self._share = LENT

    @property
    def is_leaf(self) -> bool:
        """Whether no recorded operation computed this Tensor."""
        return self.node is None or self.node.op is None

    @property
    def grad(self) -> Tensor | None:
        """The gradient that ``backward`` accumulated; only leaves have one, and `retain_grad`."""
        if self._grad is None and self.node is not None and self.node.op is not None:
            self._warn_of_no_grad()
        return self._grad

    @grad.setter
    def grad(self, value: Tensor | npt.ArrayLike | None) -> None:
        if value is not None:
            value = value if is_concrete(value) else Tensor(value, dtype=self.dtype)
            if value.shape != self.shape:
                raise ShapeError(f"grad: shape {value.shape} for a Tensor of shape {self.shape}")
        self._grad = value

    @property
    def name(self) -> str | None:
        """The name in pictures and messages."""
        return self._name if self.node is None else self.node.name

    @name.setter
    def name(self, value: str | None) -> None:
        if self.node is None:
            self._name = value
        else:
            self.node.name = value

    def _warn_of_no_grad(self) -> None:
        warnings.warn(
            f"the .grad of a computed Tensor ({self._origin()}) is None: backward() keeps the "
            f"gradients of leaves only. Call .retain_grad() before it; if this was an update such "
            f"as w = w - rate * w.grad, write w -= rate * w.grad inside no_grad(), which keeps w a "
            f"leaf",
            GraphWarning,
            stacklevel=3,
        )

    def _origin(self) -> str:
        """Return what made this Tensor, for messages and the repr."""
        if self.node is None:
            return "a constant"
        return f"op={self.node.op.label}" if self.node.op else "a leaf"

    # ------------------------------------------------------------- properties

    @property
    def shape(self) -> tuple[int, ...]:
        """The size along each axis."""
        return self._raw.shape

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self._raw.ndim

    @property
    def size(self) -> int:
        """The number of elements."""
        return self._raw.size

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the elements."""
        return self._raw.dtype

    @property
    def nbytes(self) -> int:
        """The size of the elements in bytes."""
        return self._raw.nbytes

    # ------------------------------------------------------- Python protocols

    def __repr__(self) -> str:
        values = np.array2string(self._raw, separator=", ", prefix="Tensor(")
        parts = [values, f"dtype={self.dtype}"]
        if self._raw.size == 0:
            parts.insert(1, f"shape={self.shape}")
        if self.name is not None:
            parts.append(f"name={self.name!r}")
        if self.node is not None:
            parts.append(self._origin() if self.node.op else "requires_grad=True")
        return f"Tensor({', '.join(parts)})"

    def __format__(self, spec: str) -> str:
        return format(self.detach().item(), spec) if spec else str(self)

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len: a Tensor of shape () has no length; other libraries take x.data")
        return self.shape[0]

    def __bool__(self) -> bool:
        if self._raw.size != 1:
            raise ShapeError(
                f"the truth of a Tensor of shape {self.shape} is ambiguous; use .any() or .all()"
            )
        if ACTIVE:
            refuse_replay("bool")
        return bool(self._raw.item())

    def __index__(self) -> int:
        if self.dtype.kind not in "iu" or self.shape:
            raise TypeError(
                f"only an integer Tensor of shape () is an index, not {self.dtype} of {self.shape}"
            )
        return int(self)

    def __contains__(self, value: object) -> bool:
        if ACTIVE:
            refuse_replay("in")
        return bool(np.any(self._raw == (value._raw if is_concrete(value) else value)))

    def __hash__(
        self,
    ) -> int:  # `==` is elementwise: an array is itself in a set, a number its value
        return hash(self._raw.item()) if self._share == SCALAR else object.__hash__(self)

    def __reduce__(self) -> tuple[Any, ...]:
        if not self.is_leaf:
            raise GraphError(
                f"a computed Tensor ({self._origin()}) cannot be copied or pickled with its "
                f"graph; use .detach()"
            )
        return rebuild, (self._raw.copy(), self.requires_grad, self.name, self._grad)

    def __copy__(self) -> Self:
        return self.__deepcopy__({})

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        if not self.is_leaf:
            return self.clone()  # type: ignore[return-value]
        function, (data, requires_grad, name, grad) = self.__reduce__()
        grad = None if grad is None else grad.detach()
        copied: Self = function(data, requires_grad, name, grad)
        memo[id(self)] = copied
        return copied


def rebuild(data: Array, requires_grad: bool, name: str | None, grad: Tensor | None) -> Tensor:
    """Rebuild a leaf from what pickle and copy store."""
    tensor = result(data, None)
    tensor._name = name
    tensor.requires_grad = requires_grad
    tensor._grad = grad
    return tensor


_new: Callable[[type[Tensor]], Tensor] = Tensor.__new__


def result(data: Array, node: Node | None, share: int = PRIVATE) -> Tensor:
    """Return a Tensor around `data` without checks: the last step of every op."""
    tensor = _new(Tensor)
    tensor._raw = data
    tensor.node = node
    tensor._grad = None
    tensor._name = None
    tensor._share = share
    return tensor


def is_concrete(x: Any) -> TypeGuard[Tensor]:
    """Return whether `x` is a Tensor with an array of its own or a view, and not a tracer."""
    return type(x) is Tensor or (isinstance(x, Tensor) and not isinstance(x, Tracer))


def asarray(
    data: npt.ArrayLike, requires_grad: bool = False, dtype: npt.DTypeLike | None = None
) -> Tensor:
    """Return `data` as a Tensor that shares its memory if possible.

    A Tensor is returned as it is. Writing to the array later changes the Tensor. It must not be
    written to between an operation and its ``backward``, unless the Tensor requires a gradient: a
    graph then keeps the values it saw. Assigning to the Tensor, ``t[i] = v``, never reaches the
    array: the Tensor continues with a copy.

    >>> import numpy as np, tinygrad_np as tg
    >>> a = np.zeros(2)
    >>> t = tg.asarray(a)
    >>> a[0] = 5.0
    >>> t
    Tensor([5., 0.], dtype=float64)
    """
    if isinstance(data, Tensor) and (dtype is None or data.dtype == dtype):
        if requires_grad and not data.requires_grad:
            data.requires_grad = True
        return data
    shared = result(as_array(data, "asarray", dtype), None)
    shared._share = SHARED
    if requires_grad:
        shared.requires_grad = True
    return shared


def as_array(
    x: Any, where: str, dtype: npt.DTypeLike | None = None, copy: bool | None = None
) -> Array:
    """Return `x` as an array of numbers, or raise an error in the name of `where`."""
    if x is None or isinstance(x, (str, bytes)):
        raise DTypeError(f"{where}: {x!r} is not an array")
    if isinstance(x, np.ndarray) and hasattr(x, "mask"):
        raise DTypeError(f"{where}: the mask of a masked array would be lost; use .filled(value)")
    if isinstance(x, np.matrix):
        raise DTypeError(f"{where}: the * of a matrix is a product; use np.asarray(m), and @")
    array = np.array(x, dtype=dtype, copy=copy)
    if array.dtype.kind not in NUMERIC:
        raise DTypeError(
            f"{where}: dtype {array.dtype} holds no numbers to differentiate; only floating-point, "
            f"complex, integer and boolean arrays are supported (a ragged list becomes an "
            f"object array: give every row the same length)"
        )
    return array
