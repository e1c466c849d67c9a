"""Views: Tensors that show a part of another Tensor's memory, as NumPy's views do.

A write through any of them, or to the Tensor itself, changes what all of them show. A view keeps
the array and the node that it showed last, and those of its root that they were made of. If the
root has others by now, it was written to, and the view follows its path from the root again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from .graph import Node
from .hooks import ACTIVE, note_copy, refuse_replay
from .modes import enable_grad, is_grad_enabled
from .tensor import LENT, OPEN, PRIVATE, Array, Tensor, result

if TYPE_CHECKING:
    from .op import Op

Path = tuple[tuple["Op", tuple[tuple[str, Any], ...]], ...]
"""The ops that lead from a root to a view, each with its parameters."""

Step = tuple[Any, "Op", tuple[tuple[str, Any], ...]]
"""The last op of a path and its parameters, after the step before it or ``None``."""

NEVER: Final = object()
"""In place of the root's node: the view was made without gradients and stays a constant."""

UNSEEN: Final = object()
"""In place of it: the view has not looked for its own node yet."""
AS_ONE: list[Callable[[Tensor, Path, Array], Node | None]] = []
"""The function that returns the node of several steps as one, which `ops` enters."""

SMALL = 4
"""A captured part is copied if it is at most one in so many of the root's elements."""


class Window:
    """Where a view looks.

    Attributes:
        root: The Tensor whose memory it shows, which is not a view itself.
        last: The last step of the path from there to the view.
        array: The root's array when the view followed the path last.
        node: The root's node then, or `NEVER`.
    """

    __slots__ = ("array", "last", "node", "root", "steps")

    def __init__(self, root: Tensor, last: Step) -> None:
        self.root = root
        self.last = last
        self.steps: Path | None = None
        self.array = root._raw
        self.node: Any = root.node

    @property
    def path(self) -> Path:
        """The ops that lead from the root to the view."""
        if self.steps is None:
            step: Step | None = self.last
            path = []
            while step is not None:
                path.append(step[1:])
                step = step[0]
            self.steps = tuple(reversed(path))
        return self.steps


class View(Tensor):
    """A Tensor that shows a part of another one's memory."""

    __slots__ = ()

    @property
    def _raw(self) -> Array:  # type: ignore[override]  # a slot of Tensor
        """The array it shows, a view of the root's."""
        window = self._window
        if window.root._raw is not window.array:
            root = self._root()
            window.array = root._raw
            _set_raw(self, follow(window.path, root._raw))
        return _get_raw(self)  # type: ignore[no-any-return]

    @property
    def node(self) -> Node | None:  # type: ignore[override]  # a slot of Tensor
        """The node it shows, which leads to the root's."""
        if self._stale():
            window, root, name = self._window, self._root(), getattr(_get_node(self), "name", None)
            window.node = root.node
            node = None
            if root.node is not None:
                if not ACTIVE and window.last[0] is not None:  # several steps
                    node = AS_ONE[0](root, window.path, self._raw)
                if node is None:
                    with enable_grad():
                        node = follow_recorded(window.path, root).node
            _set_node(self, node)
            if node is not None and name is not None:
                node.name = name
        return _get_node(self)  # type: ignore[no-any-return]

    def _stale(self) -> bool:
        """Return whether the root was written to since it looked for its node."""
        window = self._window
        return window.node is not NEVER and window.root.node is not window.node

    def _root(self) -> Tensor:
        """Return the root, also after it was given another shape in place and is a view itself."""
        window = self._window
        while type(window.root) is View:
            window.root = window.root._window.root
        return window.root  # type: ignore[no-any-return]

    def _captured(self) -> Array:
        root, array = self._root(), self._raw
        if root._share == OPEN and array.size * SMALL > root.size:
            root._share = PRIVATE
        elif root._share in (LENT, OPEN):
            copy = array.copy(order="C" if 0 in array.strides else "K")  # as ufuncs order them
            note_copy(array, copy)
            return copy
        return array

    def _owned(self) -> Array:
        self._root()._owned()
        return self._raw

    @property
    def data(self) -> Array:
        """The values: a view of the root's array, which may be written to."""
        if ACTIVE:
            refuse_replay("data")
        self._root().data  # noqa: B018  # lends it
        return self._raw

    @data.setter
    def data(self, value: Any) -> None:
        if value is not self._raw:  # `t.data -= ...`
            self._separate()
            self.data = value

    def _separate(self) -> None:
        """Make it a Tensor of its own: it no longer sees writes to the root."""
        raw, node = self._captured(), self.node
        self.__class__ = Tensor  # type: ignore[assignment]  # the same slots
        _set_raw(self, raw)
        _set_node(self, node)
        self._share = PRIVATE


_get_raw, _set_raw = Tensor._raw.__get__, Tensor._raw.__set__  # type: ignore[attr-defined]
_get_node, _set_node = Tensor.node.__get__, Tensor.node.__set__  # type: ignore[union-attr]
_new: Any = Tensor.__new__


def view_of(
    x: Tensor, op: Op, params: dict[str, Any], array: Array, node: Node | None, stale: bool
) -> Tensor:
    """Return the view that an op made of `x`: its result `array`, and the node of that.

    The node of a view of a `stale` one is made when somebody asks for it.
    """
    items = tuple(params.items())
    if type(x) is View:
        window = Window(x._root(), (x._window.last, op, items))
    else:
        window = Window(x, (None, op, items))
    if node is None and window.node is not None:
        window.node = UNSEEN if stale and is_grad_enabled() else NEVER
    view = _new(View)
    view._window = window
    _set_raw(view, array)
    _set_node(view, node)
    view._grad = view._name = None
    view._share = PRIVATE
    return view  # type: ignore[no-any-return]


def follow(path: Path, array: Array) -> Array:
    """Return what a path leads to from an array."""
    for op, params in path:
        array = op.forward(array, **dict(params))
    return array


def follow_recorded(path: Path, x: Any) -> Any:
    """Return what a path leads to from a Tensor's present value, by recorded operations."""
    if path and isinstance(x, Tensor):
        x = result(x._raw, x.node)
    for op, params in path:
        x = op(x, **dict(params))
    return x


def shares(part: Array, whole: Any) -> bool:
    """Return whether an array is another one or a view of its memory."""
    if part is whole:
        return True
    base = part.base
    return base is not None and type(whole) is np.ndarray and (base is whole or base is whole.base)
