"""Twenty-five gradients that checkers misjudge: fourteen right ones and eleven wrong ones.

Each is written once for any library, in terms of its namespace, its relu, a constant array, and an
op declared by its forward function, the rule of its gradient and, unless the op is elementwise and
the same rule serves both, a rule for the tangent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Function = Callable[[Any], Any]


class Library(Protocol):
    """The functions of a library that the cases use."""

    np: Any
    relu: Function

    def constant(self, array: Array) -> Any:
        """Return an array as a constant of the library."""

    def op(self, forward: Function, rule: Any, tangent: Any = None) -> Function:
        """Return a function with a gradient: ``rule(g, x)`` and ``tangent(t, x)``."""


@dataclass(frozen=True)
class Case:
    """A function, the point to check it at, and whether its gradient is right."""

    name: str
    right: bool
    function: Callable[[Library], Function]
    point: Callable[[np.random.Generator], Array]

    def at(self, seed: int) -> Array:
        """Return a point to check it at."""
        return self.point(np.random.default_rng(seed))


CASES: list[Case] = []


def case(right: bool, name: str, point: Callable[[np.random.Generator], Array]) -> Any:
    """Register the decorated function of a library, which returns the function to check."""

    def enter(function: Callable[[Library], Function]) -> Callable[[Library], Function]:
        CASES.append(Case(name, right, function, point))
        return function

    return enter


def normal(*shape: int, scale: float = 1.0, dtype: str = "float64") -> Any:
    """Return a function that draws normal numbers."""
    return lambda rng: (scale * rng.normal(size=shape)).astype(dtype)


def around(*special: float) -> Any:
    """Return a function that draws normal numbers and inserts special ones."""
    return lambda rng: np.concatenate([special, rng.normal(size=3)])


# ------------------------------------------------------------------ right ones

case(True, "relu at 0", around(0.0, 0.0))(lambda lib: lib.relu)
case(True, "abs at 0", around(0.0, 0.0))(lambda lib: lib.np.abs)
case(True, "max of a tie", lambda rng: np.full(3, rng.normal()))(lambda lib: lib.np.max)
case(True, "clip at its edges", around(0.0, 1.0))(lambda lib: lambda x: lib.np.clip(x, 0.0, 1.0))
case(True, "relu 1e-8 beside its kink", around(1e-8, -3e-8))(lambda lib: lib.relu)
case(True, "sqrt of 1e-9", lambda rng: rng.uniform(0.5, 2.0, 4) * 1e-9)(lambda lib: lib.np.sqrt)
case(True, "log of 1e-8", lambda rng: rng.uniform(0.5, 2.0, 4) * 1e-8)(lambda lib: lib.np.log)
case(True, "arccos 1e-9 before its end", lambda rng: 1.0 - rng.uniform(1e-9, 1e-8, 4))(
    lambda lib: lib.np.arccos
)
case(True, "x + x ** 1.5 at 0, where its domain ends", lambda rng: np.array([0.0, rng.random()]))(
    lambda lib: lambda x: x + x**1.5
)
case(True, "1e8 + sin x", normal(4))(lambda lib: lambda x: 1e8 + lib.np.sin(x))
case(True, "numbers around 1e6", normal(4, scale=1e6))(
    lambda lib: lambda x: 1e6 * lib.np.sin(x * 1e-6)
)
case(True, "numbers around 1e-6", normal(4, scale=1e-6))(
    lambda lib: lambda x: 1e-6 * lib.np.sin(x * 1e6)
)
case(True, "sin 1000x", normal(4))(lambda lib: lambda x: lib.np.sin(1000.0 * x))
case(True, "tanh in float32", normal(4, dtype="float32"))(lambda lib: lib.np.tanh)


# ------------------------------------------------------------------ wrong ones


def scaled_sine(lib: Library, factor: float) -> Function:
    """Return the sine, with a gradient times a factor."""
    return lib.op(lib.np.sin, lambda g, x: g * lib.np.cos(x) * factor)


case(False, "1e-5 off, relative", normal(4))(lambda lib: scaled_sine(lib, 1.00001))
case(False, "0.1 % off everywhere", normal(4))(lambda lib: scaled_sine(lib, 1.001))


@case(False, "one element lost of 1,000", normal(1000))
def lost_element(lib: Library) -> Function:
    kept = lib.constant(np.where(np.arange(1000) == 417, 0.0, 1.0))
    square = lib.op(lambda x: x * x, lambda g, x: g * x * 2.0 * kept)
    return lambda x: square(x).sum()


@case(False, "the sign flipped, at size 1e-6", normal(4))
def small_flip(lib: Library) -> Function:
    flipped = scaled_sine(lib, -1.0)
    return lambda x: 1e-6 * flipped(x)


@case(False, "a mean of 10,000, doubled", normal(10_000))
def doubled_mean(lib: Library) -> Function:
    return lib.op(
        lambda x: x.mean(), lambda g, x: (x * 0.0 + g) * 2e-4, lambda t, x: t.mean() * 2.0
    )


@case(False, "1 % off, in float32 alone", normal(4, dtype="float32"))
def off_in_float32(lib: Library) -> Function:
    def rule(g: Any, x: Any) -> Any:
        return g * lib.np.cos(x) * (1.01 if "float32" in str(x.dtype) else 1.0)

    return lib.op(lib.np.sin, rule)


@case(False, "a slope of 1.5 at the kink of relu", around(0.0))
def steep_relu(lib: Library) -> Function:
    return lib.op(lib.relu, lambda g, x: g * ((x > 0) * 1.0 + (x == 0) * 1.5))


@case(False, "10 % off in the smaller of two paths", normal(4))
def smaller_path(lib: Library) -> Function:
    path = scaled_sine(lib, 1.1)
    return lambda x: lib.np.exp(x) + 1e-3 * path(x)


@case(False, "a forward mode 5 % off on 10,000 elements", normal(10_000))
def forward_off(lib: Library) -> Function:
    weights = lib.constant(np.linspace(1.0, 2.0, 10_000) * (-1.0) ** (np.arange(10_000) // 2))

    def back(g: Any, x: Any) -> Any:
        return g + 0.05 * lib.np.roll(g, -1)

    echo = lib.op(lambda x: x + 0.05 * lib.np.roll(x, 1), back, back)
    return lambda x: (echo(x) * weights).sum()


@case(False, "softmax without its sum", normal(4))
def softmax_alone(lib: Library) -> Function:
    def softmax(x: Any) -> Any:
        e = lib.np.exp(x)
        return e / e.sum()

    return lib.op(softmax, lambda g, x: g * softmax(x))


@case(False, "a bias, its gradient short of one row in 100", normal(3))
def short_bias(lib: Library) -> Function:
    rows = lib.constant(np.linspace(-1.0, 1.0, 300).reshape(100, 3))
    kept = lib.constant(np.where(np.arange(100) == 99, 0.0, 1.0)[:, None])
    add = lib.op(lambda x: rows + x, lambda g, x: (g * kept).sum(0), lambda t, x: t * kept)
    return lambda x: lib.np.tanh(add(x)).sum()
