"""Adam, and AdamW: steps scaled by running averages of the gradient and its square."""

from __future__ import annotations

from math import sqrt
from typing import ClassVar

import numpy as np

from ..engine.errors import DTypeError
from ..engine.tensor import Array
from .optimizer import Optimizer, ParamGroup, Params, Slot


class Adam(Optimizer):
    r"""Adam: adaptive moment estimation.

    With g the gradient plus `weight_decay` times p, at step t:

    .. math::
        m \leftarrow \beta_1 m + (1 - \beta_1) g, \quad
        v \leftarrow \beta_2 v + (1 - \beta_2) g^2, \quad
        p \leftarrow p - \text{lr} \,
        \frac{m / (1 - \beta_1^t)}{\sqrt{v / (1 - \beta_2^t)} + \varepsilon}

    Kingma and Ba, "Adam: a method for stochastic optimization", arXiv:1412.6980, algorithm 1.

    Args:
        params: Tensors that require gradients, or groups: see :class:`Optimizer`.
        lr: The learning rate.
        betas: The decay factors of the two averages: :math:`(\beta_1, \beta_2)`.
        eps: A number that keeps the division finite: :math:`\varepsilon`.
        weight_decay: The factor of an L2 penalty, which the averages include.

    >>> import tinygrad_np as tg
    >>> w = tg.tensor([1.0, -2.0], requires_grad=True)
    >>> optimizer = tg.optim.Adam([w], lr=0.5)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    Tensor([ 0.5, -1.5], dtype=float64, requires_grad=True)
    """

    decoupled: ClassVar[bool] = False

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, lr=lr, betas=tuple(betas), eps=eps, weight_decay=weight_decay)

    def check(self, group: ParamGroup) -> None:
        """Raise if an option is out of range, or a parameter is complex."""
        super().check(group)
        if len(group["betas"]) != 2 or not all(0.0 <= beta < 1.0 for beta in group["betas"]):
            raise ValueError(f"betas must be two numbers from 0 to below 1; got {group['betas']!r}")
        if not group["eps"] >= 0.0:
            raise ValueError(f"eps must not be negative; got {group['eps']!r}")
        if any(p.dtype.kind == "c" for p in group["params"]):
            raise DTypeError(
                f"{type(self).__name__}: a complex parameter; keep its real and imaginary parts as "
                f"two real ones, or use SGD"
            )

    def state_names(self, group: ParamGroup) -> tuple[str, ...]:
        """Return the names of the state arrays kept for each parameter of a group."""
        return ("m", "v")

    def update(self, ready: list[tuple[Slot, Array, Array]], group: ParamGroup) -> None:
        """Write new values into the array of each (slot, array, gradient)."""
        lr, eps, decay = float(group["lr"]), float(group["eps"]), float(group["weight_decay"])
        beta1, beta2 = map(float, group["betas"])
        for slot, p, g in ready:
            scratch, m, v = slot.scratch, slot.state["m"], slot.state["v"]
            slot.steps += 1
            if decay and self.decoupled:
                p *= 1.0 - lr * decay
            elif decay:
                g = g + np.multiply(p, decay, scratch)
            m *= beta1
            m += np.multiply(g, 1.0 - beta1, scratch)
            v *= beta2
            np.multiply(g, g, scratch)
            scratch *= 1.0 - beta2
            v += scratch
            # The bias corrections of both averages, applied to two numbers instead of the arrays.
            root = sqrt(1.0 - beta2**slot.steps)
            np.sqrt(v, scratch)
            scratch += eps * root
            np.divide(m, scratch, scratch)
            scratch *= lr * root / (1.0 - beta1**slot.steps)
            np.subtract(p, scratch, p)


class AdamW(Adam):
    r"""Adam with decoupled weight decay: first :math:`p \leftarrow (1 - \text{lr}\,\lambda) p`.

    Unlike in :class:`Adam`, the averages do not include the decay. Loshchilov and Hutter,
    "Decoupled weight decay regularization", arXiv:1711.05101, algorithm 2.

    Args:
        params: Tensors that require gradients, or groups: see :class:`Optimizer`.
        lr: The learning rate.
        betas: As in :class:`Adam`.
        eps: As in :class:`Adam`.
        weight_decay: The decay :math:`\lambda`.
    """

    decoupled = True

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay)
