"""vmap: a function of one example, run once for a whole batch.

An op called on mapped Tensors is applied to whole batches by its batching rule, which says
how a leading axis goes through it. Elementwise ops need none of their own; an op without a
rule is applied to one example after the other, so every op works. Imports calls, errors,
mapped, op, tensor and trees.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from .errors import ShapeError
from .mapped import Level, Mapped, levels
from .op import FUNCTIONS, Op
from .tensor import Tensor, asarray
from .trees import leaves_of, map_tree

Value = tuple[Any, bool]
"""An operand, and whether its first axis is the batch."""

BATCHING: dict[str, Callable[..., Tensor]] = {}
"""The batching rules by the name of the op: ``rule(op, size, values, params)``."""


def batching(*names: str) -> Callable[[Callable[..., Tensor]], Callable[..., Tensor]]:
    """Enter the decorated function as the batching rule of some ops."""

    def decorate(rule: Callable[..., Tensor]) -> Callable[..., Tensor]:
        BATCHING.update(dict.fromkeys(names, rule))
        return rule

    return decorate


def apply(op: Op, args: Sequence[Any], params: dict[str, Any]) -> Mapped:
    """Apply an op to operands some of which are mapped: by the innermost `vmap` first."""
    level = max(x.level for x in args if isinstance(x, Mapped))
    values = [
        (x.value, True) if isinstance(x, Mapped) and x.level == level else (x, False) for x in args
    ]
    rule = BATCHING.get(op.name)
    if rule is None:
        rule = elementwise if op.alike else one_by_one
    return Mapped(rule(op, level[1], values, params), level)


Mapped.apply = staticmethod(apply)


def elementwise(op: Op, size: int, values: Sequence[Value], params: dict[str, Any]) -> Tensor:
    """Align examples of different ranks behind the batch axis."""
    ranks = [rank_of(v, mapped) for v, mapped in values]
    rank = max(ranks)
    aligned = [
        v.reshape((size, *(1,) * (rank - r), *v.shape[1:])) if mapped and r < rank else v
        for (v, mapped), r in zip(values, ranks, strict=True)
    ]
    return op.call(*aligned, **params)


def one_by_one(op: Op, size: int, values: Sequence[Value], params: dict[str, Any]) -> Tensor:
    """Apply an op to each example by itself: right for every op, and as slow as a loop."""
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
    """Return `f`, a function of one example, as a function of a batch of them.

    The function runs once; every op in it is applied to all examples together. Derivatives
    may be taken inside, for each example, or outside.

    Args:
        f: A function of arrays, or nested lists, tuples and dicts of them, made of the
            package's ops. It can not look at values: no ``if`` on them, no ``.item()``.
        in_axes: The axis of the batch in each positional argument, or ``None`` for one that is
            the same for all examples; one for all arguments, or a tuple. Keyword arguments
            are the same for all.
        out_axes: Where the axis of the batch goes in the results.

    Raises:
        ShapeError: If the batches differ in size, or there is none.
        GraphError: For a function that looks at values.

    >>> import numpy as np, tinygrad_np as tg
    >>> tg.vmap(lambda x, w: (x * w).sum(), in_axes=(0, None))(np.eye(2), [3.0, 4.0]).tolist()
    [3.0, 4.0]
    >>> per_example = tg.vmap(tg.grad(lambda w, x: (w * x) ** 2), in_axes=(None, 0))
    >>> per_example(2.0, np.array([1.0, 3.0])).tolist()
    [4.0, 36.0]
    """

    @functools.wraps(f)
    def mapped(*args: Any, **kwargs: Any) -> Any:
        axes = in_axes if isinstance(in_axes, (tuple, list)) else (in_axes,) * len(args)
        if len(axes) != len(args):
            raise TypeError(f"vmap: in_axes has {len(axes)} entries for {len(args)} arguments")
        batches = [
            arg if axis is None else map_tree(functools.partial(batch_first, axis=axis), arg)
            for arg, axis in zip(args, axes, strict=True)
        ]
        sizes = {
            x.shape[0]
            for batch, axis in zip(batches, axes, strict=True)
            if axis is not None
            for x in leaves_of(batch)
        }
        if len(sizes) != 1:
            found = " and ".join(map(str, sorted(sizes))) or "none"
            raise ShapeError(f"vmap: the sizes of the batches must be one, and are {found}")
        outer = levels.get()
        level = (len(outer) + 1, sizes.pop())
        inside = [
            batch if axis is None else map_tree(lambda x: Mapped(x, level), batch)
            for batch, axis in zip(batches, axes, strict=True)
        ]
        token = levels.set((*outer, level))
        try:
            answer = f(*inside, **kwargs)
        finally:
            levels.reset(token)
        return map_tree(lambda x: batch_last(x, level, out_axes), answer)

    return mapped


def batch_first(x: Any, axis: int) -> Tensor:
    """Return an argument as a Tensor with the axis of the batch in front."""
    t = x if isinstance(x, Tensor) else asarray(x)
    if not -t.ndim <= axis < t.ndim:
        raise ShapeError(f"vmap: there is no axis {axis} in an argument of shape {t.shape}")
    axis %= t.ndim
    if not axis:
        return t
    order = (axis, *(i for i in range(t.ndim) if i != axis))
    return FUNCTIONS["transpose"](t, order)  # type: ignore[no-any-return]  # an op


def batch_last(x: Any, level: Level, axis: int) -> Tensor:
    """Return a result as a whole batch, with its axis where it is wanted."""
    here = isinstance(x, Mapped) and x.level == level
    t = whole_batch(x.value if here else x, here, level[1])
    if not -t.ndim <= axis < t.ndim:
        raise ShapeError(f"vmap: out_axes is {axis}, but a result has shape {t.shape}")
    axis %= t.ndim
    if not axis:
        return t  # type: ignore[no-any-return]  # a Tensor
    order = (*range(1, axis + 1), 0, *range(axis + 1, t.ndim))
    return FUNCTIONS["transpose"](t, order)  # type: ignore[no-any-return]  # an op


def base_of(x: Tensor) -> Tensor:
    """Return the whole batch of all levels below a Tensor."""
    while isinstance(x, Mapped):
        x = x.value
    return x


def at_levels(x: Any, active: Sequence[Level]) -> Any:
    """Return `x` mapped at each of the given levels, the outermost first."""
    if not active:
        return x if isinstance(x, Tensor) else asarray(x)
    here = isinstance(x, Mapped) and x.level == active[-1]
    value = x.value if here else whole_batch(x, False, active[-1][1])
    return Mapped(at_levels(value, active[:-1]), active[-1])


def wrap(base: Tensor, active: Sequence[Level]) -> Tensor:
    """Return a whole batch of all levels as one example: the inverse of `base_of`."""
    for level in active:
        base = Mapped(base, level)
    return base
