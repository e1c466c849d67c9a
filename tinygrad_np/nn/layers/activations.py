"""Activations: functions of one array as modules, with their settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy.typing as npt

from ...engine.tensor import Tensor
from .. import functional as F
from ..module import Module


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
        """Return the function applied to `x`."""
        return self.function(x, **self.options)

    def extra_repr(self) -> str:
        """Return the settings."""
        return ", ".join(f"{name}={value!r}" for name, value in self.options.items())


class Plain(Activation):
    """An activation without settings."""

    def __init__(self) -> None:
        self.options = {}

    def forward(self, x: npt.ArrayLike) -> Tensor:
        """Return the function applied to `x`."""
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
"""The activations by name, for `activation=`."""


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
        """Return the function applied to `x`."""
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
                f"activation: there is no {activation!r}; the names are {', '.join(ACTIVATIONS)}"
            )
        return ACTIVATIONS[activation]()
    if isinstance(activation, Module):
        return activation
    if isinstance(activation, type) and issubclass(activation, Module):
        return activation()
    if callable(activation):
        return Function(activation)
    raise TypeError(f"activation: pass a name, a module or a function, not {activation!r}")
