"""Dropout."""

from __future__ import annotations

import numpy.typing as npt

from ...engine.tensor import Tensor
from .. import functional as F
from ..init import Seed, generator
from ..module import Module


class Dropout(Module):
    r"""A layer that sets each element to 0 with probability `p`, and divides the others by 1 - p.

    Only while training; after :meth:`eval` it changes nothing. Dividing keeps the expected value.
    Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting",
    JMLR 15 (2014), section 10.

    Args:
        p: The probability of an element to be dropped, from 0 to 1.
        rng: A Generator, a RandomState or a seed; ``None`` for a fresh Generator.

    >>> import numpy as np
    >>> from tinygrad_np import nn
    >>> nn.Dropout(0.5, rng=0)(np.ones(4)).tolist()
    [2.0, 0.0, 0.0, 0.0]
    """

    keeps_shape = True

    def __init__(self, p: float = 0.5, rng: Seed = None) -> None:
        self.p = F.probability(p)
        self.rng = generator(rng)

    def forward(self, x: npt.ArrayLike) -> Tensor:
        """Return `x` with elements dropped if the module is being trained."""
        return F.dropout(x, self.p, self.training, self.rng)

    def extra_repr(self) -> str:
        """Return the probability."""
        return f"p={self.p}"
