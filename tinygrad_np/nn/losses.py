"""Losses as modules: each calls the function of :mod:`tinygrad_np.nn.functional`."""

from __future__ import annotations

from typing import get_args

import numpy.typing as npt

from ..engine.tensor import Tensor
from . import functional as F
from .functional import Reduction
from .module import Module


class Loss(Module):
    """A loss: called with a prediction and a target, in this order.

    Args:
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.
    """

    def __init__(self, reduction: Reduction = "mean") -> None:
        if reduction not in get_args(Reduction):
            raise ValueError(
                f"{type(self).__name__}: reduction is 'mean', 'sum' or 'none', not {reduction!r}"
            )
        self.reduction: Reduction = reduction

    def extra_repr(self) -> str:
        """Return the settings."""
        return f"reduction={self.reduction!r}"


class MSELoss(Loss):
    """The mean squared error: see :func:`~tinygrad_np.nn.functional.mse_loss`.

    >>> from tinygrad_np import nn
    >>> nn.MSELoss()([1.0, 2.0], [0.0, 4.0]).item()
    2.5
    """

    def forward(self, input: npt.ArrayLike, target: npt.ArrayLike) -> Tensor:
        """Return the loss."""
        return F.mse_loss(input, target, self.reduction)


class L1Loss(Loss):
    """The mean absolute error: see :func:`~tinygrad_np.nn.functional.l1_loss`."""

    def forward(self, input: npt.ArrayLike, target: npt.ArrayLike) -> Tensor:
        """Return the loss."""
        return F.l1_loss(input, target, self.reduction)


class HuberLoss(Loss):
    """Huber's loss: see :func:`~tinygrad_np.nn.functional.huber_loss`."""

    def __init__(self, reduction: Reduction = "mean", delta: float = 1.0) -> None:
        super().__init__(reduction)
        self.delta = delta

    def forward(self, input: npt.ArrayLike, target: npt.ArrayLike) -> Tensor:
        """Return the loss."""
        return F.huber_loss(input, target, self.reduction, self.delta)

    def extra_repr(self) -> str:
        """Return the settings."""
        return f"{super().extra_repr()}, delta={self.delta!r}"


class SmoothL1Loss(Loss):
    """Huber's loss divided by beta: see :func:`~tinygrad_np.nn.functional.smooth_l1_loss`."""

    def __init__(self, reduction: Reduction = "mean", beta: float = 1.0) -> None:
        super().__init__(reduction)
        self.beta = beta

    def forward(self, input: npt.ArrayLike, target: npt.ArrayLike) -> Tensor:
        """Return the loss."""
        return F.smooth_l1_loss(input, target, self.reduction, self.beta)

    def extra_repr(self) -> str:
        """Return the settings."""
        return f"{super().extra_repr()}, beta={self.beta!r}"


class BCELoss(Loss):
    """The cross entropy of probabilities: ``functional.binary_cross_entropy``.

    Args:
        eps: Where to clip the probabilities, to [eps, 1 - eps]; ``None`` for no clipping.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    >>> from tinygrad_np import nn
    >>> nn.BCELoss(eps=1e-9)([0.2, 0.1, 0.8, 0.9], [1, 0, 1, 1]).item()
    0.5108256237659906
    """

    def __init__(self, reduction: Reduction = "mean", *, eps: float | None = None) -> None:
        super().__init__(reduction)
        self.eps = eps

    def forward(self, input: npt.ArrayLike, target: npt.ArrayLike) -> Tensor:
        """Return the loss."""
        return F.binary_cross_entropy(input, target, self.reduction, eps=self.eps)

    def extra_repr(self) -> str:
        """Return the settings."""
        return super().extra_repr() + ("" if self.eps is None else f", eps={self.eps!r}")


class BCEWithLogitsLoss(Loss):
    """The binary cross entropy of logits: ``functional.binary_cross_entropy_with_logits``."""

    def forward(self, input: npt.ArrayLike, target: npt.ArrayLike) -> Tensor:
        """Return the loss."""
        return F.binary_cross_entropy_with_logits(input, target, self.reduction)


class CrossEntropyLoss(Loss):
    """The cross entropy of softmax(logits): ``functional.cross_entropy``.

    >>> from tinygrad_np import nn
    >>> nn.CrossEntropyLoss()([[1.0, 1.0, 1.0]], [2]).item()
    1.0986122886...
    """

    def forward(self, input: npt.ArrayLike, target: npt.ArrayLike) -> Tensor:
        """Return the loss."""
        return F.cross_entropy(input, target, self.reduction)


class NLLLoss(Loss):
    """Minus the log-probability of the true class: ``functional.nll_loss``."""

    def forward(self, input: npt.ArrayLike, target: npt.ArrayLike) -> Tensor:
        """Return the loss."""
        return F.nll_loss(input, target, self.reduction)
