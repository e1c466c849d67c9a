"""vmap: a function of one example, run once for a whole batch.

The function sees BatchTracers, which have the shape of one example. An op called on them is applied
to whole batches by its batching rule, which handles the leading axis. Elementwise ops need none;
any other op without one is applied to one example after another, so every op works.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any, NoReturn

import numpy as np

from .errors import GraphError, ShapeError, UnsupportedError
from .graph import Node
from .hooks import Tracer
from .op import FUNCTIONS, Op
from .tensor import PRIVATE, SCALAR, Tensor, asarray
from .trees import tree_leaves, tree_map

Operand = tuple[Any, bool]
"""An operand, and whether its first axis is that of the batch."""

Level = tuple[int, int]
"""The number of a running `vmap`, counted from the outermost, and the size of its batch."""

levels: ContextVar[tuple[Level, ...]] = ContextVar("tinygrad_np_vmap_levels", default=())


class BatchTracer(Tensor, Tracer):
    """A Tensor of one example in a batch.

    Attributes:
        value: The whole batch along the first axis: a Tensor, or a BatchTracer of an outer `vmap`.
        level: The `vmap` it belongs to.
    """

    __slots__ = ("level", "value")

    value: Tensor
    level: Level

    def __init__(self, value: Tensor, level: Level) -> None:
        self.value = value
        self.level = level
        self._share = PRIVATE

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one example."""
        return self.value.shape[1:]

    @property
    def ndim(self) -> int:
        """The number of axes of one example."""
        return self.value.ndim - 1

    @property
    def size(self) -> int:
        """The number of elements of one example."""
        return int(np.prod(self.shape))

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the elements."""
        return self.value.dtype

    @property
    def node(self) -> Node | None:  # type: ignore[override]  # an attribute of Tensor
        """The node of the whole batch."""
        return self.value.node

    def detach(self) -> Tensor:
        """Return the same values without history."""
        return BatchTracer(self.value.detach(), self.level)

    def _separate(self) -> None:
        self.value._separate()

    def __repr__(self) -> str:
        return f"BatchTracer(one of {self.level[1]} of shape {self.shape}, dtype={self.dtype})"

    def apply(self, op: Op, args: tuple[Any, ...], params: dict[str, Any]) -> Tensor:
        """Apply an op to batches and other operands; the innermost `vmap` comes first."""
        level = max(x.level for x in args if isinstance(x, BatchTracer))
        values = [
            (x.value, True) if isinstance(x, BatchTracer) and x.level == level else (x, False)
            for x in args
        ]
        rule = op.batching or (elementwise if op.kind == "elementwise" else one_by_one)
        out = BatchTracer(rule(op, level[1], values, params), level)
        if op.views and args[0]._share == SCALAR:
            out.value._separate()
        if not out.shape and not (op.views and Ellipsis in params.get("template", (Ellipsis,))):
            out._share = SCALAR  # as NumPy's result of one example is
            out.value._separate()
        return out

    def _concrete(self, op: str) -> NoReturn:
        raise UnsupportedError(
            f"{op}: what it does depends on values, which may differ between the examples of a "
            f"vmap; use tg.where, or loop over the examples"
        )

    def _refuse(self, *_: Any) -> NoReturn:
        raise GraphError(
            "inside vmap a Tensor stands for all examples at once and has no single value: use "
            "tg.where instead of if, and look at values outside"
        )

    item = tolist = numpy = __bool__ = __float__ = __int__ = __complex__ = __index__ = _refuse
    __array__ = __contains__ = __reduce__ = __deepcopy__ = _refuse  # type: ignore[assignment]

    __hash__ = object.__hash__
    data = property(_refuse, _refuse)


def elementwise(op: Op, size: int, values: Sequence[Operand], params: dict[str, Any]) -> Tensor:
    """Align examples of different ranks behind the batch axis."""
    ranks = [rank_of(v, mapped) for v, mapped in values]
    rank = max(ranks)
    aligned = [
        v.reshape((size, *(1,) * (rank - r), *v.shape[1:])) if mapped and r < rank else v
        for (v, mapped), r in zip(values, ranks, strict=True)
    ]
    return op.call(*aligned, **params)


def one_by_one(op: Op, size: int, values: Sequence[Operand], params: dict[str, Any]) -> Tensor:
    """Apply an op to each example by itself: correct for every op, and as slow as a loop."""
    if not size:
        raise ShapeError(f"vmap: {op.name} has no rule for a batch of no examples")
    return FUNCTIONS["stack"](  # type: ignore[no-any-return]  # an op
        [op.call(*(v[i] if mapped else v for v, mapped in values), **params) for i in range(size)]
    )


def rank_of(v: Any, mapped: bool) -> int:
    """Return the number of axes of an example."""
    return getattr(v, "ndim", 0) - mapped


def whole_batch(v: Any, mapped: bool, size: int) -> Any:
    """Return an operand with a batch axis, repeated along it if it has none."""
    if mapped:
        return v
    x = v if isinstance(v, Tensor) else asarray(v)
    return FUNCTIONS["broadcast_to"](x, (size, *x.shape))


def vmap(f: Callable[..., Any], in_axes: Any = 0, out_axes: int = 0) -> Callable[..., Any]:
    """Return a function of a batch of examples from `f`, a function of one example.

    `f` runs once; every op in it is applied to all examples together. Derivatives may be taken
    inside, for each example, or outside.

    Args:
        f: A function of arrays, or nested lists, tuples and dicts of them, made of the
            package's ops. It cannot look at values: no ``if`` on them, no ``.item()``.
        in_axes: The axis of the batch in each positional argument, or ``None`` for one that is
            the same for all examples; one for all arguments, or a tuple. Keyword arguments
            are the same for all.
        out_axes: The axis of the batch in the results.

    Raises:
        ShapeError: If the batches differ in size, or there is none.
        GraphError: If the function looks at values.

    >>> import numpy as np, tinygrad_np as tg
    >>> tg.vmap(lambda x, w: (x * w).sum(), in_axes=(0, None))(np.eye(2), [3.0, 4.0]).tolist()
    [3.0, 4.0]
    >>> per_example = tg.vmap(tg.grad(lambda w, x: (w * x) ** 2), in_axes=(None, 0))
    >>> per_example(2.0, np.array([1.0, 3.0])).tolist()
    [4.0, 36.0]
    """

    @functools.wraps(f)
    def batched(*args: Any, **kwargs: Any) -> Any:
        axes = in_axes if isinstance(in_axes, (tuple, list)) else (in_axes,) * len(args)
        if len(axes) != len(args):
            raise TypeError(f"vmap: in_axes has {len(axes)} entries for {len(args)} arguments")
        batches = [
            arg if axis is None else tree_map(functools.partial(batch_first, axis=axis), arg)
            for arg, axis in zip(args, axes, strict=True)
        ]
        sizes = {
            x.shape[0]
            for batch, axis in zip(batches, axes, strict=True)
            if axis is not None
            for x in tree_leaves(batch)
        }
        if len(sizes) != 1:
            found = " and ".join(map(str, sorted(sizes))) or "none"
            raise ShapeError(f"vmap: all batches must have the same size; found {found}")
        outer = levels.get()
        level = (len(outer) + 1, sizes.pop())
        inside = [
            batch if axis is None else tree_map(lambda x: BatchTracer(x, level), batch)
            for batch, axis in zip(batches, axes, strict=True)
        ]
        token = levels.set((*outer, level))
        try:
            answer = f(*inside, **kwargs)
        finally:
            levels.reset(token)
        return tree_map(lambda x: batch_last(x, level, out_axes), answer)

    return batched


def batch_first(x: Any, axis: int) -> Tensor:
    """Return an argument as a Tensor with the axis of the batch first."""
    t = x if isinstance(x, Tensor) else asarray(x)
    if not -t.ndim <= axis < t.ndim:
        raise ShapeError(f"vmap: there is no axis {axis} in an argument of shape {t.shape}")
    axis %= t.ndim
    if not axis:
        return t
    order = (axis, *(i for i in range(t.ndim) if i != axis))
    return FUNCTIONS["transpose"](t, order)  # type: ignore[no-any-return]  # an op


def batch_last(x: Any, level: Level, axis: int) -> Tensor:
    """Return a result as a whole batch, with its axis in the given place."""
    here = isinstance(x, BatchTracer) and x.level == level
    t = whole_batch(x.value if here else x, here, level[1])
    if not -t.ndim <= axis < t.ndim:
        raise ShapeError(f"vmap: out_axes is {axis}, but a result has shape {t.shape}")
    axis %= t.ndim
    if not axis:
        return t  # type: ignore[no-any-return]  # a Tensor
    order = (*range(1, axis + 1), 0, *range(axis + 1, t.ndim))
    return FUNCTIONS["transpose"](t, order)  # type: ignore[no-any-return]  # an op


def base_of(x: Tensor) -> Tensor:
    """Return the whole batch of all levels that a Tensor stands for."""
    while isinstance(x, BatchTracer):
        x = x.value
    return x


def batched_like(x: Tensor, whole: Tensor) -> Tensor:
    """Return a whole batch as one example, at the levels of `x`."""
    return (
        BatchTracer(batched_like(x.value, whole), x.level) if isinstance(x, BatchTracer) else whole
    )


def at_levels(x: Any, active: Sequence[Level]) -> Any:
    """Return `x` as one example at each of the given levels, the outermost first."""
    if not active:
        return x if isinstance(x, Tensor) else asarray(x)
    here = isinstance(x, BatchTracer) and x.level == active[-1]
    value = x.value if here else whole_batch(x, False, active[-1][1])
    return BatchTracer(at_levels(value, active[:-1]), active[-1])


def wrap(base: Tensor, active: Sequence[Level]) -> Tensor:
    """Return a whole batch of all levels as one example: the inverse of `base_of`."""
    for level in active:
        base = BatchTracer(base, level)
    return base
