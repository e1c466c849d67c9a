"""The seven timed workloads, with the same data and initial weights for every peer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, SupportsFloat, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, Any]
Loss = Literal["BCE", "cross entropy", "MSE"]
Step: TypeAlias = Callable[[], SupportsFloat]
"""One training step. It returns the loss before the update, as something `float` accepts."""


@dataclass(frozen=True)
class Network:
    """Full-batch training of a fully connected network: forward, loss, backward, plain SGD.

    Binary cross entropy (BCE) comes with a sigmoid output, cross entropy and the mean squared error
    (MSE) with a linear one. Cross entropy takes the classes as integers, shape (rows,); the other
    targets have shape (rows, sizes[-1]).
    """

    sizes: tuple[int, ...]
    rows: int
    dtype: Literal["float32", "float64"]
    hidden: Literal["relu", "tanh", "sigmoid"]
    loss: Loss
    lr: float

    unit = "step"
    units_per_step = 1

    @property
    def name(self) -> str:
        """All but the learning rate, in one line."""
        sizes = "-".join(map(str, self.sizes))
        return f"{sizes}, {self.rows} rows, {self.dtype}, {self.hidden}, {self.loss}"

    @property
    def rtol(self) -> float:
        """How closely every peer's loss must agree with hand-written NumPy's."""
        return 1e-6 if self.dtype == "float64" else 1e-3

    def data(self) -> tuple[Array, Array]:
        """Return new arrays of inputs, shape (rows, sizes[0]), and targets.

        Two classes are distinguished by the sign of x0 * x1, with one label in ten flipped. The
        other targets are random.
        """
        rng = np.random.default_rng(1)
        x = rng.standard_normal((self.rows, self.sizes[0])).astype(self.dtype)
        outputs = self.sizes[-1]
        if self.loss == "cross entropy":
            return x, rng.integers(0, outputs, self.rows)
        if self.loss == "MSE":
            return x, rng.standard_normal((self.rows, outputs)).astype(self.dtype)
        flipped = rng.random(self.rows) < 0.1
        y = (x[:, 0] * x[:, 1] > 0) ^ flipped
        return x, y.astype(self.dtype).reshape(-1, 1)

    def weights(self) -> list[tuple[Array, Array]]:
        """Return new arrays per layer: weight, shape (out, in), and bias, shape (out,)."""
        rng = np.random.default_rng(2)
        gain = 2.0 if self.hidden == "relu" else 1.0
        layers = []
        for n_in, n_out in pairwise(self.sizes):
            weight = rng.standard_normal((n_out, n_in)) * np.sqrt(gain / n_in)
            bias = rng.standard_normal(n_out) * 0.1
            layers.append((weight.astype(self.dtype), bias.astype(self.dtype)))
        return layers

    def weights_in_out(self) -> list[tuple[Array, Array]]:
        """Return `weights` for `x @ weight + bias`: each weight of shape (in, out)."""
        return [(np.ascontiguousarray(weight.T), bias) for weight, bias in self.weights()]


@dataclass(frozen=True)
class Chain:
    """Consecutive elementwise operations on a short vector: the cost of an engine per node.

    These are `y = y * scale` and `y = y + shift` in turn. The loss is the sum at the end. The
    backward pass leads to the vector, and SGD updates it, so a wrong gradient changes the losses.
    """

    nodes: int = 1000
    size: int = 10
    scale: float = 0.999
    shift: float = 0.001
    lr: float = 1e-3

    unit = "node"
    rtol = 1e-6

    @property
    def units_per_step(self) -> int:
        """The number of nodes: times are given per node."""
        return self.nodes

    @property
    def name(self) -> str:
        """A description of the chain in one line."""
        return f"chain of {self.nodes} operations on {self.size} numbers, float64, per node"

    def data(self) -> Array:
        """Return a new vector to start from."""
        return np.random.default_rng(1).random(self.size)


Workload: TypeAlias = Network | Chain

WORKLOADS: tuple[Workload, ...] = (
    Network((3, 4, 1), 10, "float64", "relu", "BCE", lr=0.1),
    Network((2, 4, 1), 800, "float64", "tanh", "BCE", lr=0.1),
    Network((2, 25, 50, 50, 25, 1), 1000, "float64", "relu", "BCE", lr=0.1),
    Network((2, 32, 32, 32, 1), 400, "float64", "sigmoid", "BCE", lr=0.1),
    Network((784, 256, 128, 10), 128, "float32", "relu", "cross entropy", lr=0.1),
    Network((1024, 1024, 1024, 1024), 256, "float32", "relu", "MSE", lr=1.0),
    Chain(),
)
