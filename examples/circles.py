"""Two circles: a network of sigmoids separates a ring from what lies inside it.

Columns are examples throughout, so a layer reads W @ x + b, as in a textbook.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from _common import make_figure, plot_boundary, plot_curves, print_table, save_figure
from numpy.typing import NDArray
from sklearn.datasets import make_circles
from sklearn.model_selection import train_test_split
from tqdm import tqdm

import tinygrad_np as tg

SIZES = [2, 32, 32, 32, 1]
STEPS = 3000
LEARNING_RATE = 0.5
EVERY = 10  # iterations between two entries of the learning curves

# %% The data
# 400 points for training, and 200 for testing whether what was learned holds for new points.


@dataclass
class Data:
    """Points of shape (2, m) and labels 0 or 1 of shape (1, m)."""

    x_train: NDArray[Any]
    y_train: NDArray[Any]
    x_test: NDArray[Any]
    y_test: NDArray[Any]


def make_data(seed: int = 0) -> Data:
    """Return the points of two noisy circles, split at random."""
    points, labels = make_circles(n_samples=600, noise=0.1, factor=0.5, random_state=seed)
    x_train, x_test, y_train, y_test = train_test_split(
        points, labels.astype(float), test_size=200, random_state=seed
    )
    return Data(x_train.T, y_train.reshape(1, -1), x_test.T, y_test.reshape(1, -1))


# %% The model
# Each layer has a matrix W with a row for each output and a column b. The last sigmoid, which
# would turn the score into a probability, is left to the loss: computed together with the
# logarithm it cannot lose digits, however sure the network is.


def make_parameters(seed: int = 0) -> list[tuple[tg.Tensor, tg.Tensor]]:
    """Return a pair W, b for each layer, of standard normal numbers."""
    rng = np.random.RandomState(seed)
    return [
        (
            tg.tensor(rng.randn(outputs, inputs), requires_grad=True, name=f"W{i}"),
            tg.tensor(rng.randn(outputs, 1), requires_grad=True, name=f"b{i}"),
        )
        for i, (inputs, outputs) in enumerate(pairwise(SIZES), start=1)
    ]


def score(x: Any, parameters: list[tuple[tg.Tensor, tg.Tensor]]) -> tg.Tensor:
    """Return the score of each point: positive for the inner circle."""
    *hidden, (w_last, b_last) = parameters
    for w, b in hidden:
        x = tg.sigmoid(w @ x + b)
    return w_last @ x + b_last


def log_loss(scores: tg.Tensor, y: Any) -> tg.Tensor:
    """Return -(y log p + (1 - y) log(1 - p)) for p = sigmoid(scores), averaged over examples."""
    return tg.nn.functional.binary_cross_entropy_with_logits(scores, y)


def accuracy(scores: tg.Tensor, y: NDArray[Any]) -> float:
    """Return the share of points on the right side: p is above 1/2 where the score is above 0."""
    return float(np.mean((scores.data > 0) == (y > 0.5)))


# %% Training


@dataclass
class Result:
    """The results of a run; the lists have an entry every `EVERY` iterations."""

    parameters: list[tuple[tg.Tensor, tg.Tensor]]
    iterations: list[int]
    train_loss: list[float]
    test_loss: list[float]
    train_accuracy: list[float]
    test_accuracy: list[float]


def train(steps: int = STEPS, progress: bool = True) -> Result:
    """Train the network on the circles by gradient descent on all points at once."""
    data = make_data()
    parameters = make_parameters()
    optimizer = tg.optim.SGD([p for layer in parameters for p in layer], lr=LEARNING_RATE)
    result = Result(parameters, [], [], [], [], [])
    for i in tqdm(range(steps + 1), desc="circles", disable=not progress):
        optimizer.zero_grad()
        scores = score(data.x_train, parameters)
        loss = log_loss(scores, data.y_train)
        if i % EVERY == 0:
            with tg.no_grad():
                test_scores = score(data.x_test, parameters)
                result.test_loss.append(log_loss(test_scores, data.y_test).item())
            result.iterations.append(i)
            result.train_loss.append(loss.item())
            result.train_accuracy.append(accuracy(scores, data.y_train))
            result.test_accuracy.append(accuracy(test_scores, data.y_test))
        loss.backward()
        optimizer.step()
    return result


# %% The whole program


def main() -> None:
    """Train, report and draw."""
    data = make_data()
    result = train()

    print()
    rows = [
        [i, f"{a:.4f}", f"{b:.4f}", f"{c:.1%}", f"{d:.1%}"]
        for i, a, b, c, d in zip(
            result.iterations,
            result.train_loss,
            result.test_loss,
            result.train_accuracy,
            result.test_accuracy,
            strict=True,
        )
        if i % (STEPS // 10) == 0
    ]
    print_table(["iteration", "loss", "test loss", "accuracy", "test accuracy"], rows)
    print(f"\ntest accuracy: {result.test_accuracy[-1]:.1%} (the notebook printed no figures)\n")

    figure, (loss_axes, accuracy_axes, points_axes) = make_figure(3, 14, 4.2)
    plot_curves(
        loss_axes,
        {
            "training points": (result.iterations, result.train_loss),
            "test points": (result.iterations, result.test_loss),
        },
        "Log loss",
        log=True,
    )
    plot_curves(
        accuracy_axes,
        {
            "training points": (result.iterations, result.train_accuracy),
            "test points": (result.iterations, result.test_accuracy),
        },
        "Share of points classified right",
    )
    plot_boundary(
        points_axes,
        lambda grid: tg.sigmoid(score(grid, result.parameters)),
        data.x_test,
        data.y_test,
        f"Test points: {result.test_accuracy[-1]:.1%} right",
    )
    save_figure(figure, "circles.png")


if __name__ == "__main__":
    main()
