"""retain_grad: a computed Tensor keeps the gradient that a backward pass finds for it."""

from __future__ import annotations

from typing import Any
from weakref import ref

from .errors import GraphError
from .graph import NO_PARAMS, new_node
from .op import Op, Rule
from .tensor import Tensor, is_concrete, result


def retain_grad(x: Tensor) -> None:
    """Keep the gradient of a computed Tensor in ``.grad``, as that of a leaf is.

    >>> import tinygrad_np as tg
    >>> w = tg.tensor(3.0, requires_grad=True)
    >>> y = w * w
    >>> y.retain_grad()
    >>> (y * 2.0).backward()
    >>> y.grad, w.grad
    (Tensor(2., dtype=float64), Tensor(12., dtype=float64))
    """
    if not is_concrete(x) or x.node is None:
        raise GraphError("retain_grad: this Tensor does not require a gradient")
    if x.is_leaf:
        return
    x._separate()
    name = x.name
    x.node = new_node(OP, [0], [x.node], [ref(x)], [], NO_PARAMS, x._raw)
    x.name = name


def _keep(g: Any, tensor: Any) -> Any:
    """Add the cotangent to the gradient of the Tensor, and pass it on."""
    x = tensor()
    if x is not None:
        given = g if isinstance(g, Tensor) else result(g.copy(), None)
        x._grad = given if x._grad is None else x._grad + given
    return g


OP = Op("retain_grad", lambda x: x, "linear", ("x",), {"x": Rule(_keep, "x", ("tensor",))})
