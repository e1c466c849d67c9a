"""Two moons: a network with a hinge loss, the same neuron by neuron as in a well-known small demo.

The notebook this follows builds its network from single numbers, each an object. Here a layer is a
matrix, and the same losses come out, to the last digits, a thousand times faster.
"""

import random
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from _common import compare, make_figure, plot_boundary, plot_curves, save_figure
from numpy.typing import NDArray
from sklearn.datasets import make_moons
from tqdm import tqdm

import tinygrad_np as tg

STEPS = 100
SIZES = [2, 16, 16, 1]
SEED = 1337

# The losses that the notebook printed, by step.
NOTEBOOK = {0: 0.8958441028683222, 1: 1.7235905336972022, 99: 0.010978370135492717}

# %% The data
# A hundred points, one per column, each with a label -1 or 1.


def make_data() -> tuple[NDArray[Any], NDArray[Any]]:
    """Return points of shape (2, 100) and labels of shape (1, 100)."""
    points, labels = make_moons(n_samples=100, noise=0.1, random_state=SEED)
    return points.T, 2.0 * labels.reshape(1, -1) - 1.0


# %% The model
# The notebook draws the weights neuron by neuron, with Python's own random numbers. A neuron is a
# row of its layer's matrix, so drawing row by row gives the same network.


def make_parameters() -> list[tg.Tensor]:
    """Return W1, b1, W2, b2, W3, b3."""
    rng = random.Random(SEED)
    parameters = []
    for i, (inputs, outputs) in enumerate(pairwise(SIZES), start=1):
        weight = [[rng.uniform(-1, 1) for _ in range(inputs)] for _ in range(outputs)]
        parameters.append(tg.tensor(weight, requires_grad=True, name=f"W{i}"))
        parameters.append(tg.tensor(np.zeros((outputs, 1)), requires_grad=True, name=f"b{i}"))
    return parameters


def score(x: Any, parameters: list[tg.Tensor]) -> tg.Tensor:
    """Return the score of each point: positive for one moon, negative for the other."""
    w1, b1, w2, b2, w3, b3 = parameters
    return w3 @ tg.relu(w2 @ tg.relu(w1 @ x + b1) + b2) + b3


# %% The loss
# The loss of a support vector machine: a point costs nothing once its score has the right sign and
# a size of at least 1. A penalty on large parameters is added, so that the margin means something.


def cost(x: Any, y: Any, parameters: list[tg.Tensor]) -> tg.Tensor:
    """Return the mean hinge loss plus 1e-4 times the sum of all squared parameters."""
    hinge = tg.relu(1.0 - y * score(x, parameters)).mean()
    return hinge + 1e-4 * sum((p * p).sum() for p in parameters)


# %% Training
# A hundred steps of gradient descent; each is a little shorter than the one before.


@dataclass
class Result:
    """The results of a run."""

    parameters: list[tg.Tensor]
    losses: list[float]  # before each step
    accuracies: list[float]  # likewise


def train(steps: int = STEPS, progress: bool = True) -> Result:
    """Train the network on the moons."""
    x, y = make_data()
    parameters = make_parameters()
    optimizer = tg.optim.SGD(parameters, lr=1.0)
    losses, accuracies = [], []
    for k in tqdm(range(steps), desc="moons", disable=not progress):
        with tg.no_grad():
            accuracies.append(float(np.mean((score(x, parameters).data > 0) == (y > 0))))
        optimizer.zero_grad()
        loss = cost(x, y, parameters)
        loss.backward()
        optimizer.lr = 1.0 - 0.9 * k / 100
        optimizer.step()
        losses.append(loss.item())
    return Result(parameters, losses, accuracies)


# %% The whole program


def main() -> None:
    """Train, compare and draw."""
    x, y = make_data()
    result = train()
    print()
    compare(dict(enumerate(result.losses)), NOTEBOOK, what="step", digits=16)
    print(f"\npoints on the right side at step 99: {result.accuracies[-1]:.0%} | notebook 100%\n")

    figure, (left, right) = make_figure(2, 11, 4.2)
    steps = range(len(result.losses))
    plot_curves(
        left,
        {
            "loss": (steps, result.losses),
            "share of points on the wrong side": (steps, [1 - a for a in result.accuracies]),
        },
        "Training",
        xlabel="step",
    )
    plot_boundary(
        right,
        lambda grid: tg.sigmoid(3 * score(grid, result.parameters)),  # a shade for the score
        x,
        y,
        f"Network 2-16-16-1: {result.accuracies[-1]:.0%} right",
        margin=0.3,
    )
    save_figure(figure, "moons.png")


if __name__ == "__main__":
    main()
