"""Mapped: one example of a batch, as a function under `vmap` sees it.

It has the shape of an example; its value has all of them, along a leading axis. Ops called
on it go to `apply`, which `batching` provides. Imports errors and tensor.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, NoReturn

import numpy as np

from .errors import GraphError
from .graph import Node
from .tensor import Tensor

Level = tuple[int, int]
"""The number of a running `vmap`, the outermost first, and the size of its batch."""

levels: ContextVar[tuple[Level, ...]] = ContextVar("tinygrad_np_vmap_levels", default=())


class Mapped(Tensor):
    """A Tensor of one example in a batch.

    Attributes:
        value: The whole batch, along the first axis: a Tensor, or one mapped by an outer
            `vmap`.
        level: The `vmap` it belongs to.
    """

    __slots__ = ("level", "value")

    value: Tensor
    level: Level
    apply: Callable[..., Any]

    def __init__(self, value: Tensor, level: Level) -> None:
        self.value = value
        self.level = level

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
        return Mapped(self.value.detach(), self.level)

    def __repr__(self) -> str:
        return f"Mapped(one of {self.level[1]} of shape {self.shape}, dtype={self.dtype})"

    def _refuse(self, *_: Any) -> NoReturn:
        raise GraphError(
            "inside vmap a Tensor stands for all examples at once and has no single value: use "
            "tg.where instead of if, and look at values outside"
        )

    item = tolist = numpy = __bool__ = __float__ = __int__ = __complex__ = __index__ = _refuse
    __array__ = __setitem__ = __contains__ = __reduce__ = __deepcopy__ = _refuse  # type: ignore[assignment]

    data = property(_refuse, _refuse)
