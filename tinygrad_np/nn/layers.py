"""Layers: Linear, activations, Dropout, Flatten."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy.typing as npt

from ..engine.errors import ShapeError
from ..engine.tensor import Tensor
from ..ops.products import _linear as affine
from . import functional as F
from .init import Init, Seed, draw, generator
from .module import Module


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


# ------------------------------------------------------------------ activations


class Activation(Module):
    """An activation: a function of one array, and its settings.

    A subclass names its function, ``class Tanh(Activation, function=F.tanh)``, and lists the
    settings it passes on in its ``__init__``.
    """

    keeps_shape = True
    function: ClassVar[Callable[..., Tensor]]
    options: dict[str, Any]

    def __init_subclass__(cls, function: Callable[..., Tensor] | None = None) -> None:
        if function is not None:
            cls.function = staticmethod(function)

    def __init__(self, **options: Any) -> None:
        self.options = options

    def forward(self, x: npt.ArrayLike) -> Tensor:
        """Return the function of `x`."""
        return self.function(x, **self.options)

    def extra_repr(self) -> str:
        """Return the settings."""
        return ", ".join(f"{name}={value!r}" for name, value in self.options.items())


class Plain(Activation):
    """An activation without settings."""

    def __init__(self) -> None:
        self.options = {}

    def forward(self, x: npt.ArrayLike) -> Tensor:
        """Return the function of `x`."""
        return self.function(x)


class ReLU(Plain, function=F.relu):
    """max(x, 0): see :func:`tinygrad_np.relu`.

    >>> from tinygrad_np import nn
    >>> nn.ReLU()([-1.0, 2.0]).tolist()
    [0.0, 2.0]
    """


class Sigmoid(Plain, function=F.sigmoid):
    """1 / (1 + exp(-x)): see :func:`tinygrad_np.sigmoid`."""


class Tanh(Plain, function=F.tanh):
    """The hyperbolic tangent: see :func:`tinygrad_np.tanh`."""


class SiLU(Plain, function=F.silu):
    """x * sigmoid(x): see :func:`tinygrad_np.silu`."""


class Identity(Plain, function=F.identity):
    """x itself."""


class Softplus(Activation, function=F.softplus):
    """log(1 + exp(beta x)) / beta: see :func:`tinygrad_np.softplus`."""

    def __init__(self, beta: float = 1.0) -> None:
        super().__init__(beta=beta)


class LeakyReLU(Activation, function=F.leaky_relu):
    """x where it is positive, `negative_slope` times x elsewhere.

    >>> from tinygrad_np import nn
    >>> nn.LeakyReLU(0.1)([-1.0, 2.0]).tolist()
    [-0.1, 2.0]
    """

    def __init__(self, negative_slope: float = 0.01) -> None:
        super().__init__(negative_slope=negative_slope)


class ELU(Activation, function=F.elu):
    """x where it is positive, ``alpha * (exp(x) - 1)`` elsewhere."""

    def __init__(self, alpha: float = 1.0) -> None:
        super().__init__(alpha=alpha)


class GELU(Activation, function=F.gelu):
    """x times the normal distribution function of x: see :func:`tinygrad_np.gelu`."""

    def __init__(self, approximate: str = "none") -> None:
        super().__init__(approximate=approximate)


class Softmax(Activation, function=F.softmax):
    """exp(x) / sum(exp(x)) over `axis`, which may also be given as `dim`.

    >>> from tinygrad_np import nn
    >>> nn.Softmax(dim=-1)([[0.0, 0.0]]).tolist()
    [[0.5, 0.5]]
    """

    def __init__(self, axis: int = -1, *, dim: int | None = None) -> None:
        super().__init__(axis=axis if dim is None else dim)


class LogSoftmax(Activation, function=F.log_softmax):
    """The logarithm of the softmax over `axis`, which may also be given as `dim`."""

    def __init__(self, axis: int = -1, *, dim: int | None = None) -> None:
        super().__init__(axis=axis if dim is None else dim)


ACTIVATIONS: dict[str, type[Activation]] = {
    "relu": ReLU,
    "leaky_relu": LeakyReLU,
    "elu": ELU,
    "gelu": GELU,
    "silu": SiLU,
    "swish": SiLU,
    "sigmoid": Sigmoid,
    "tanh": Tanh,
    "softmax": Softmax,
    "log_softmax": LogSoftmax,
    "softplus": Softplus,
    "identity": Identity,
    "linear": Identity,
}
"""What `activation=` looks a name up in."""


class Function(Module):
    """A module that calls a function of one array, such as ``np.sin``.

    >>> import numpy as np
    >>> from tinygrad_np import nn
    >>> nn.Function(np.sin)(nn.Parameter(0.0)).item()
    0.0
    """

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.function = function

    def forward(self, x: Any) -> Any:
        """Return the function of `x`."""
        return self.function(x)

    def extra_repr(self) -> str:
        """Return the function's name."""
        return getattr(self.function, "__name__", repr(self.function))


def activation_module(activation: str | Callable[[Any], Any] | None) -> Module:
    """Return the module that an `activation=` stands for: a name, a module or a function.

    Raises:
        ValueError: For a name that does not exist.

    >>> activation_module("leaky_relu")
    LeakyReLU(negative_slope=0.01)
    """
    if activation is None:
        return Identity()
    if isinstance(activation, str):
        if activation not in ACTIVATIONS:
            raise ValueError(
                f"activation: there is no {activation!r}; there is {', '.join(ACTIVATIONS)}"
            )
        return ACTIVATIONS[activation]()
    if isinstance(activation, Module):
        return activation
    if isinstance(activation, type) and issubclass(activation, Module):
        return activation()
    if callable(activation):
        return Function(activation)
    raise TypeError(f"activation: pass a name, a module or a function, not {activation!r}")


# ------------------------------------------------------------------ other layers


class Dropout(Module):
    r"""Sets each element to 0 with probability `p` and divides the others by 1 - p.

    While training; in :meth:`eval` it changes nothing. Dividing keeps the expected value.
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


class Flatten(Module):
    """Joins the axes from `start_axis` on into one; the first, of examples, stays.

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
