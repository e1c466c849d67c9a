"""Stochastic gradient descent, with momentum and weight decay."""

from __future__ import annotations

import numpy as np

from ..engine.tensor import Array
from .optimizer import Optimizer, ParamGroup, Params, Slot


class SGD(Optimizer):
    r"""Gradient descent: :math:`p \leftarrow p - \text{lr}\, d`.

    With g the gradient plus `weight_decay` times p, and a velocity v that starts as 0:

    .. math::
        v \leftarrow \mu v + g, \qquad
        d = \begin{cases} g & \mu = 0 \\ v & \text{momentum} \\
        g + \mu v & \text{Nesterov} \end{cases}

    Sutskever, Martens, Dahl and Hinton, "On the importance of initialization and momentum in
    deep learning", ICML 2013; in PyTorch's form, in which `lr` scales the velocity when it is
    used rather than when it is accumulated.

    Args:
        params: Tensors that require gradients, or groups: see :class:`Optimizer`.
        lr: The learning rate.
        momentum: The decay factor of the velocity: :math:`\mu`.
        nesterov: Whether to look ahead along the velocity.
        weight_decay: The factor of an L2 penalty :math:`\lambda \|p\|^2 / 2`.

    >>> import tinygrad_np as tg
    >>> w = tg.tensor([1.0, -2.0], requires_grad=True)
    >>> optimizer = tg.optim.SGD([w], lr=0.25)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w.tolist()
    [0.5, -1.0]
    """

    def __init__(
        self,
        params: Params,
        lr: float,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(
            params, lr=lr, momentum=momentum, nesterov=nesterov, weight_decay=weight_decay
        )

    def check(self, group: ParamGroup) -> None:
        """Raise if an option is out of range."""
        super().check(group)
        if not group["momentum"] >= 0.0:
            raise ValueError(f"momentum must not be negative; got {group['momentum']!r}")
        if group["nesterov"] and not group["momentum"]:
            raise ValueError("nesterov=True needs a momentum")

    def state_names(self, group: ParamGroup) -> tuple[str, ...]:
        """Return the names of the state arrays kept for each parameter of a group."""
        return ("velocity",) if group["momentum"] else ()

    def update(self, ready: list[tuple[Slot, Array, Array]], group: ParamGroup) -> None:
        """Write new values into the array of each (slot, array, gradient)."""
        lr, momentum, decay = float(group["lr"]), float(group["momentum"]), group["weight_decay"]
        for slot, p, g in ready:
            scratch = slot.scratch
            if decay:
                g = g + np.multiply(p, decay, scratch)
            if momentum:
                v = slot.state["velocity"]
                v *= momentum
                v += g
                if group["nesterov"]:
                    np.multiply(v, momentum, scratch)
                    scratch += g
                    g = scratch
                else:
                    g = v
            np.multiply(g, lr, scratch)
            np.subtract(p, scratch, p)
            slot.steps += 1
