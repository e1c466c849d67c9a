"""Layers: a custom module, a chain of such modules, and ten thousand single steps."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from _common import BLUE, ORANGE, make_figure, print_table, save_figure
from numpy.typing import NDArray
from tqdm import tqdm

import tinygrad_np as tg
from tinygrad_np import nn

STEPS = 10_000

# %% A layer
# A module finds its parameters by itself: they are the tensors assigned to it that require a
# gradient. Everything else is plain Python. `in_features` and `out_features` tell how many numbers
# go in and come out, so that a chain can check that its layers fit.


class Layer(nn.Module):
    """The leaky relu of W @ x + b, from columns of `ins` numbers to columns of `outs` numbers."""

    def __init__(self, ins: int, outs: int, rng: np.random.Generator) -> None:
        self.in_features, self.out_features = ins, outs
        self.W = nn.Parameter(rng.normal(scale=1 / (outs * ins), size=(outs, ins)))
        self.b = nn.Parameter(rng.normal(scale=1 / outs, size=(outs, 1)))

    def forward(self, x: Any) -> tg.Tensor:
        """Return the outputs for a column of inputs, or for several side by side."""
        return tg.leaky_relu(self.W @ x + self.b, 0.1)

    def extra_repr(self) -> str:
        """Return the text in the parentheses when the layer is printed."""
        return f"{self.in_features}, {self.out_features}"


# %% A network
# A chain of layers. There is no backward pass to write, either here or in the layer.


def make_network(seed: int = 0) -> nn.Sequential:
    """Return a network of three layers: 2-4-4-3."""
    rng = np.random.default_rng(seed)
    return nn.Sequential(Layer(2, 4, rng), Layer(4, 4, rng), Layer(4, 3, rng))


# %% A chain that does not fit
# It is refused when it is made, not when it is first used.


def mismatch_message() -> str:
    """Return the error of a chain whose first layer gives 4 numbers and whose second takes 5."""
    rng = np.random.default_rng(0)
    try:
        nn.Sequential(Layer(2, 4, rng), Layer(5, 1, rng))
    except ValueError as error:
        return str(error)
    raise AssertionError("the chain should have been refused")


# %% What to learn
# The notebook this follows asks for zero for every input. Its weights happened to be zero from
# the start, so it printed a loss of 0 before and after training. Here they are not, and a second
# task is harder: the positive parts of two numbers and of their sum.


def zero(x: NDArray[Any]) -> NDArray[Any]:
    """Return three zeros for each column."""
    return np.zeros((3, x.shape[1]))


def positive_parts(x: NDArray[Any]) -> NDArray[Any]:
    """Return max(a, 0), max(b, 0) and max(a + b, 0) for each column a, b."""
    a, b = x
    return np.maximum(np.stack([a, b, a + b]), 0)


# %% Training
# Stochastic gradient descent at its plainest: each step sees a single example.


@dataclass
class Result:
    """The results of a run: mean losses over the same 1,000 examples, and the loss of each step."""

    before: float
    after: float
    losses: NDArray[Any]  # on the single example of each step

    @property
    def factor(self) -> float:
        """How many times smaller the loss became."""
        return self.before / self.after


def train(
    target: Callable[[NDArray[Any]], NDArray[Any]],
    lr: float,
    steps: int = STEPS,
    progress: bool = True,
) -> Result:
    """Train a fresh network on random inputs, one at a time."""
    network = make_network()
    mse = nn.MSELoss()
    optimizer = tg.optim.SGD(network.parameters(), lr=lr)
    rng = np.random.default_rng(1)
    x_test = rng.normal(size=(2, 1000))

    def test_loss() -> float:
        with tg.no_grad():
            return mse(network(x_test), target(x_test)).item()

    before = test_loss()
    losses = np.empty(steps)
    for i in tqdm(range(steps), desc=f"layers, {target.__name__}", disable=not progress):
        x = rng.normal(size=(2, 1))
        optimizer.zero_grad()
        loss = mse(network(x), target(x))
        loss.backward()
        optimizer.step()
        losses[i] = loss.item()
    return Result(before, test_loss(), losses)


# %% The whole program

TASKS = {"zero": (zero, 0.001), "positive parts": (positive_parts, 0.1)}


def main() -> None:
    """Print the network and the refusal, train on both tasks, report and draw."""
    print(make_network())
    print(f"\nA chain that does not fit:\n{mismatch_message()}\n")

    results = {name: train(target, lr) for name, (target, lr) in TASKS.items()}
    print(f"\nMean squared error before and after {STEPS:,} steps of one example each")
    rows = [
        [name, f"{r.before:.3g}", f"{r.after:.3g}", f"{r.factor:,.0f} times smaller"]
        for name, r in results.items()
    ]
    print_table(
        ["task", "before", "after", "here"],
        [*rows, ["zero, in the notebook", "0.0", "0.0", "nothing to learn"]],
    )
    print()

    figure, all_axes = make_figure(2, 11, 4)
    for axes, (name, r), color in zip(all_axes, results.items(), [BLUE, ORANGE], strict=True):
        window = 100
        smooth = np.convolve(r.losses, np.ones(window) / window, mode="valid")
        axes.plot(r.losses, ".", markersize=1.5, color=color, alpha=0.25)
        axes.plot(np.arange(smooth.size) + window / 2, smooth, color=color)
        axes.set(
            title=f"{name}: loss {r.factor:,.0f} times smaller".capitalize(),
            xlabel="step",
            ylabel="loss of each example, running mean",
            yscale="log",
        )
    save_figure(figure, "layers.png")


if __name__ == "__main__":
    main()
