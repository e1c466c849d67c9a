"""Layers that only change the shape."""

from __future__ import annotations

import numpy.typing as npt

from ...engine.tensor import Tensor
from .. import functional as F
from ..module import Module


class Flatten(Module):
    """A layer that joins the axes from `start_axis` on into one; by default all but the first.

    >>> import numpy as np
    >>> from tinygrad_np import nn
    >>> nn.Flatten()(np.zeros((5, 2, 3))).shape
    (5, 6)
    """

    def __init__(self, start_axis: int = 1) -> None:
        self.start_axis = start_axis

    def forward(self, x: npt.ArrayLike) -> Tensor:
        """Return `x` with its last axes joined."""
        return F.flatten(x, self.start_axis)
