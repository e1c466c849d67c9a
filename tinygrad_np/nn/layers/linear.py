"""The linear layer."""

from __future__ import annotations

import numpy.typing as npt

from ...engine.errors import ShapeError
from ...engine.tensor import Tensor
from ...ops.products import _linear as affine
from .. import functional as F
from ..init import Init, Seed, draw, generator
from ..module import Module


class Linear(Module):
    r"""A linear layer with a bias: :math:`y = x W^\top + b`.

    Args:
        in_features: The size of the last axis of the input.
        out_features: The size of the last axis of the result.
        bias: Whether there is a bias.
        init: How `weight` is drawn: see :mod:`tinygrad_np.nn.init`.
        bias_init: How `bias` is drawn, after `weight`.
        rng: A Generator, a RandomState or a seed; ``None`` for a fresh Generator.
        dtype: The dtype of the parameters.

    Attributes:
        weight: The parameter of shape (out_features, in_features).
        bias: The parameter of shape (out_features,), or ``None``.

    Shapes: (..., in_features) to (..., out_features).

    >>> import numpy as np
    >>> from tinygrad_np import nn
    >>> layer = nn.Linear(2, 3, rng=0)
    >>> layer
    Linear(2, 3): weight (3, 2), bias (3,) = 9
    9 parameters, float64
    >>> layer(np.ones((5, 2))).shape
    (5, 3)
    """

    in_features: int
    out_features: int
    weight: Tensor
    bias: Tensor | None

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        *,
        init: Init = "xavier_uniform",
        bias_init: Init = "zeros",
        rng: Seed = None,
        dtype: npt.DTypeLike = float,
    ) -> None:
        for size in (in_features, out_features):
            if isinstance(size, bool) or not hasattr(size, "__index__") or size < 1:
                raise ShapeError(
                    f"Linear({in_features!r}, {out_features!r}): sizes are positive integers"
                )
        self.in_features = int(in_features)
        self.out_features = int(out_features)
        rng = generator(rng)
        shape = (self.out_features, self.in_features)
        self.weight = Tensor(draw(init, shape, rng), True, dtype)
        self.bias = Tensor(draw(bias_init, shape[:1], rng), True, dtype) if bias else None

    def forward(self, x: npt.ArrayLike) -> Tensor:
        """Return ``x @ weight.T + bias``."""
        bias = self.bias
        if bias is None:
            return F.linear(x, self.weight)
        return affine(x, self.weight, bias)  # type: ignore[arg-type]  # an op takes array-likes

    def extra_repr(self) -> str:
        """Return the sizes."""
        sizes = f"{self.in_features}, {self.out_features}"
        return sizes if self.bias is not None else f"{sizes}, bias=False"
