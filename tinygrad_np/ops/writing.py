"""Writes in place: ``x[i] = v``, ``x += y``, ``out=``, and the functions of NumPy that write.

A write gives a Tensor another value, in the same memory, which its views show too. What was
computed before keeps the value it saw.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dis import opname
from typing import Any

import numpy as np

from ..engine.access import array_of, become, concrete, rebind, writable
from ..engine.batching import BatchTracer
from ..engine.calls import contains_tensor, operand, remember
from ..engine.errors import DTypeError, GraphError, OperandError, ShapeError
from ..engine.graph import Constant, Leaf, Node
from ..engine.hooks import ACTIVE, Tracer, active
from ..engine.modes import enable_grad, is_grad_enabled
from ..engine.tensor import OPEN, PRIVATE, SCALAR, Array, Tensor, result
from ..engine.views import Path, View, follow
from .indexing import (
    Template,
    _setitem,
    _setitem_op,
    assemble,
    getitem,
    is_whole,
    memory_order,
    put_values,
    take_apart,
)
from .operands import as_tensor
from .shaping import astype, broadcast_to, reshape

WRITING = threading.Lock()
"""Held while a write changes an array and the node of it: several threads may write to one."""


def setitem(x: Tensor, index: Any, value: Any) -> None:
    """Assign ``x[index] = value``: `x` and all its views show the new values."""
    if x._share == SCALAR:
        raise TypeError(
            "x[i] = v: a number, such as the result of x.sum() or x[0], cannot be assigned to; "
            "make it an array of shape () with tg.array(x)"
        )
    template, arrays = take_apart(index)
    if not isinstance(value, Tensor) and contains_tensor(value):
        value = as_tensor(value)
    recording = is_grad_enabled()
    if isinstance(value, Tensor) and not recording:
        value = value.detach()
    root, path = place_of(x)
    if path and not x._raw.flags.writeable:
        raise OperandError(
            "x[i] = v: x is a read-only view, such as that of broadcast_to or diagonal; "
            "write to the array itself, or to a copy"
        )
    parameter = is_parameter(root)
    if parameter and recording:
        raise GraphError(
            "a leaf that requires a gradient cannot be assigned to while recording: it would "
            "no longer be a leaf; write inside no_grad(), which keeps it one, or to x.clone()"
        )
    if root.dtype.kind not in "fc" and isinstance(value, Tensor) and value.requires_grad:
        raise DTypeError(
            f"x[i] = v: a value that requires a gradient would lose it in an array of dtype "
            f"{x.dtype}; make x floating-point with .astype(float), or write v.detach()"
        )
    if parameter:
        index = assemble(template, tuple(map(array_of, arrays)))
        target = follow(path, writable(root, "x[i] = v"))
        write_to(target, index, array_of(value))
    elif isinstance(x, Tracer):
        whole: Any = x
        setitem(whole.value, ..., _setitem(value, x, *arrays, template=template).value)  # type: ignore[attr-defined]
    elif isinstance(value, Tracer) or (arrays and any(isinstance(a, Tracer) for a in arrays)):
        raise GraphError(
            "x[i] = v inside vmap: the values of many examples do not fit into a Tensor that is "
            "the same for all of them; make x inside the function, with zeros_like or zeros"
        )
    elif ACTIVE and active():
        with enable_grad():
            order = memory_order(root._raw)
            new = _setitem(value, root, *arrays, template=template, path=path, order=order)
        rebind(root, new)
    else:
        write(root, path, template, arrays, value)


def place_of(x: Tensor) -> tuple[Tensor, Path]:
    """Return the Tensor whose memory `x` shows, and the path from there."""
    return (x._root(), x._window.path) if isinstance(x, View) else (x, ())


def assign(x: Tensor, index: Any, value: Any) -> None:
    """Assign ``x[index] = value`` in the user's code.

    The shuffles of NumPy's generators read two rows of what is not an array and then write both.
    """
    if type(value) is View and value._root() is place_of(x)[0]:
        frame = sys._getframe(1)
        if not opname[frame.f_code.co_code[frame.f_lasti]].startswith("STORE"):
            raise GraphError(
                "compiled code, such as the shuffle of a NumPy generator, exchanges parts of a "
                "Tensor in place, which would repeat some and lose others; use "
                "x[rng.permutation(len(x))]"
            )
    setitem(x, index, value)


def write(root: Tensor, path: Path, template: Template, given: list[Any], value: Any) -> None:
    """Write in place to the memory of a Tensor, and give it the node of its new value."""
    arrays = tuple([operand(a, "setitem")[0] for a in given])
    index = assemble(template, arrays)
    if isinstance(value, Tensor):
        written, value_node = value._raw, value.node
    else:
        written, value_node = value, None
    with WRITING:
        old = present = root.node
        buffer = root._opened()
        write_to(follow(path, buffer) if path else buffer, index, written)
        if old is not None and not path and is_whole(template):
            old = None
        if value_node is None and old is None:
            node = None
        else:
            node = node_of_write((value_node, written, value), old, root, arrays, template, path)
        name = root._name if present is None else present.name
        root.node = node
        if name is not None:
            root.name = name


def node_of_write(
    of_value: tuple[Node | None, Any, Any],
    old: Node | None,
    root: Tensor,
    arrays: tuple[Array, ...],
    template: Template,
    path: Path,
) -> Node:
    """Return the node of a write, which keeps no array of the buffer's size."""
    value_node, written, value = of_value
    buffer = root._raw
    shape, dtype, order = buffer.shape, buffer.dtype, memory_order(buffer)
    of_x = (arrays, template, path, order)
    others: Any
    ends: Any
    saved: Any
    if value_node is None:
        pattern, ends, saved = OF_X, old, of_x
        others = (remember(np.asarray(written), value),)
    else:
        size = written.shape if type(written) is np.ndarray else np.shape(written)
        saved = (size, shape, arrays, template, path)
        if old is None:
            pattern, ends, others = OF_VALUE, value_node, (remember(buffer, root),)
        else:
            pattern, ends, saved, others = OF_BOTH, (value_node, old), (saved, of_x), ()
    if arrays:
        others += tuple([Constant(a.shape, a.dtype, None) for a in arrays])
    other = None if not others else others[0] if len(others) == 1 else others
    params = {"template": template, "path": path, "order": order}
    return Node(_setitem_op, pattern, ends, saved, other, params, shape, dtype)


OF_VALUE, OF_X, OF_BOTH = map(_setitem_op.pattern, ((0,), (1,), (0, 1)))
"""Which edges the node of a write may have."""


def write_to(target: Array, index: Any, value: Any) -> None:
    """Write to an array, or raise an error in the name of the assignment."""
    try:
        put_values(target, index, value)
    except Exception as error:
        raise _setitem_op.explain((value, target), error) from error


def is_parameter(x: Tensor) -> bool:
    """Return whether a Tensor is a leaf that requires a gradient."""
    return type(x.node) is Leaf  # not an Argument


def update(x: Tensor, value: Tensor, name: str, casting: Any = "same_kind") -> Tensor:
    """Give `x` the values and the node of `value`, as ``x += y`` and ``out=x`` do; return `x`."""
    if value.shape != x.shape:
        raise ShapeError(
            f"{name}: a result of shape {value.shape} cannot be written to a Tensor of shape "
            f"{x.shape}"
        )
    if value.dtype != x.dtype:
        if not np.can_cast(value.dtype, x.dtype, casting):
            raise DTypeError(
                f"{name}: a result of dtype {value.dtype} cannot be written to a Tensor of dtype "
                f"{x.dtype}"
            )
        if x.dtype.kind in "fc":
            value = astype(value, x.dtype)
    if (
        type(x) is Tensor
        and type(value) is Tensor
        and x._share in (PRIVATE, OPEN)
        and value._share in (PRIVATE, SCALAR)
        and x.dtype is value.dtype
        and x._raw.strides == value._raw.strides
        and not is_parameter(x)
    ):
        name_of_x = x.name
        x._raw, x.node, x._share = value._raw, value.node, PRIVATE
        if name_of_x is not None:
            x.name = name_of_x
    else:
        setitem(x, ..., value)
    return x


def in_place(name: str, binary: Callable[..., Any]) -> Callable[..., Tensor]:
    """Return a binary function that writes its result to its first operand: ``x += y``."""

    def written(x: Tensor, y: Any) -> Tensor:
        value = binary(x, y)
        return value if x._share == SCALAR else update(x, value, name)

    return written


def deliver(out: Any, value: Any, name: str, casting: Any = "same_kind") -> Any:
    """Write a result to what was given as ``out=``, which may be a plain array; return that."""
    value = as_tensor(value)
    if isinstance(out, Tensor):
        if value.shape != out.shape:
            value = broadcast_to(value, out.shape)
        return update(out, value, name, casting)
    if value.requires_grad:
        raise GraphError(
            f"{name}: out=, or an operator such as +=, writes to a plain array here, which would "
            f"silently cut the graph of the result; make it a Tensor, with tg.zeros_like or "
            f"tg.array, or compute from .detach() what needs no gradient"
        )
    np.copyto(out, value.data, casting=casting)
    return out


def is_plain(args: Sequence[Any]) -> bool:
    """Return whether constants are to be written to an array: NumPy's own business."""
    return isinstance(args[0], np.ndarray) and not any(
        isinstance(x, Tensor) and (isinstance(x, Tracer) or x.requires_grad) for x in args
    )


def target_of(x: Any, name: str, *values: Any) -> Tensor:
    """Return a Tensor to write to; an array cannot hold Tensors, and under `vmap` none is known."""
    for v in (x, *values):
        if isinstance(v, BatchTracer):
            concrete(v, name)
    if not isinstance(x, Tensor):
        raise GraphError(
            f"{name}: writing Tensors into an array would lose their graph; make it a "
            f"Tensor first, with tg.array(x)"
        )
    return x


def index_of(places: Any, shape: tuple[int, ...]) -> tuple[Array, ...]:
    """Return the index of places in the flattened array."""
    return np.unravel_index(np.asarray(array_of(places)), shape)


def cycled(values: Any, count: int) -> Tensor:
    """Return `count` values, repeated from the start as often as needed; a single one as it is."""
    flat = as_tensor(values).reshape(-1)
    if flat.size == 1:
        return flat.reshape(())
    return flat if flat.size == count else flat[np.arange(count) % flat.size]


def at(function: Callable[..., Any], name: str, a: Any, indices: Any, *values: Any) -> None:
    """Write ``function(a[indices], *values)`` to `a`, once for each time an element is named."""
    x = target_of(a, name, indices, *values)
    template, arrays = take_apart(indices)
    places = np.arange(x.size).reshape(x.shape)[assemble(template, tuple(map(array_of, arrays)))]
    flat = places.ravel()
    spread = [broadcast_to(as_tensor(v), places.shape).reshape(-1) for v in values]
    order = np.argsort(flat, kind="stable")
    first = np.r_[True, np.diff(flat[order]) > 0] if flat.size else np.zeros(0, bool)
    starts = np.flatnonzero(first)
    turn = np.empty(flat.size, int)
    turn[order] = np.arange(flat.size) - np.repeat(starts, np.diff(np.r_[starts, flat.size]))
    rounds = []
    for k in range(turn.max(initial=-1) + 1):
        now = np.flatnonzero(turn == k)
        rounds.append((index_of(flat[now], x.shape), [v[now] for v in spread]))
    for index, operands in rounds:
        result = function(getitem(x, index), *operands)
        setitem(x, index, astype(result, x.dtype) if result.dtype != x.dtype else result)


def only_where(
    function: Callable[..., Any], name: str, inputs: Any, where: Any, out: Any, casting: Any
) -> Any:
    """Apply a function to the elements for which a mask holds, and leave `out` elsewhere.

    The others take no part: a logarithm of 0 among them has no gradient to spoil.
    """
    chosen = np.asarray(concrete(where, name))
    tensors = [as_tensor(x) for x in inputs]
    shape = np.broadcast_shapes(chosen.shape, *(t.shape for t in tensors))
    if out is None:
        dtype = function(*(np.ones(1, t.dtype) for t in tensors)).dtype
        out = Tensor(np.zeros(shape, dtype))
    chosen = np.broadcast_to(chosen, out.shape)
    value = function(*(broadcast_to(t, out.shape)[chosen] for t in tensors))
    if isinstance(out, Tensor):
        if not np.can_cast(value.dtype, out.dtype, casting):
            raise DTypeError(
                f"{name}: a result of dtype {value.dtype} cannot be written to a Tensor of dtype "
                f"{out.dtype}"
            )
        setitem(out, chosen, value)
    else:
        filled = Tensor(out)
        setitem(filled, chosen, value)
        deliver(out, filled, name, casting)
    return out


# -------------------------------------------------------------------------- methods


def fill(x: Tensor, value: Any) -> None:
    """Write one value everywhere."""
    setitem(x, ..., value)


def detach_in_place(x: Tensor) -> Tensor:
    """Make a Tensor, and its views, a constant with the same values; return it."""
    name = x.name
    x._separate()
    x.node, x._name = None, name
    return x


class Flat:
    """The elements of a Tensor in one axis, row by row, to read and to write: ``x.flat``."""

    __slots__ = ("_of",)

    def __init__(self, x: Tensor) -> None:
        self._of = x

    def _index(self, index: Any) -> tuple[Array, ...]:
        return index_of(np.arange(self._of.size)[array_of(index)], self._of.shape)

    def __len__(self) -> int:
        return self._of.size

    def __getitem__(self, index: Any) -> Tensor:
        return getitem(self._of, self._index(index))

    def __setitem__(self, index: Any, value: Any) -> None:
        at = self._index(index)
        setitem(self._of, at, cycled(value, np.size(at[0]) if at else 1))

    def __iter__(self) -> Iterator[Tensor]:
        return (self[i] for i in range(len(self)))

    def __array__(self, dtype: Any = None, copy: Any = None) -> Array:
        return np.asarray(self._of.reshape(-1), dtype)

    def copy(self) -> Tensor:
        """Return the elements as a Tensor of one axis."""
        return self[:]


def set_flat(x: Tensor, value: Any) -> None:
    """Assign ``x.flat = value``."""
    Flat(x)[:] = value


def set_shape(x: Tensor, shape: Any) -> None:
    """Assign ``x.shape = shape``: the same elements in the same memory, seen in another shape."""
    if is_parameter(x) or x._share == SCALAR:
        raise GraphError(
            "x.shape = ...: a number, or a leaf that requires a gradient, keeps its shape; use "
            "x.reshape(shape)"
        )
    # What x and its views show from now on:
    base = result(x._raw, x.node, x._share) if type(x) is Tensor else x
    view = reshape(base, shape)
    if type(view) is not View:
        raise ShapeError(
            f"x.shape = {shape}: not possible without a copy, because of the order in memory; use "
            f"x = x.reshape(shape)"
        )
    become(x, view)
