"""Two spirals: a small network separates what no straight line can.

A model written as a tensor expression is trained, its gradient checked and its graph drawn.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from _common import (
    GREY,
    ORANGE,
    compare,
    make_figure,
    plot_boundary,
    plot_curves,
    save_figure,
    save_graph,
)
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from tqdm import tqdm

import tinygrad_np as tg

STEPS = 10_000
LEARNING_RATE = 1.2

# The costs that the notebook this follows printed, by iteration.
NOTEBOOK = {
    0: 0.693141,
    1000: 0.052671,
    2000: 0.040765,
    3000: 0.032499,
    4000: 0.027457,
    5000: 0.023722,
    6000: 0.020082,
    7000: 0.016282,
    8000: 0.013001,
    9000: 0.010872,
}

# %% The data
# Two arms of 400 points: the radius grows along the arm while the angle turns, with some noise
# on the angle. Each column of x is a point, and the column of y below it is its label, 0 or 1.


def make_spirals(points: int = 400, seed: int = 42) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return points of shape (2, 2 * points) and labels of shape (1, 2 * points)."""
    rng = np.random.RandomState(seed)
    arms = []
    for label in (0, 1):
        radius = np.linspace(0, 1, points)
        angle = np.linspace(label * 4.2, (label + 1) * 4.2, points)
        angle += rng.randn(points) * 0.2
        arms.append(radius * np.stack([np.sin(angle), np.cos(angle)]))
    x = np.concatenate(arms, axis=1)
    y = np.repeat([[0.0, 1.0]], points, axis=1)
    return x, y


# %% The model
# Weights have a row for each output and a column for each input, so a layer reads W @ x + b, as
# in a textbook; b is a column, and broadcasting adds it to every point. The functions may be
# NumPy's own: np.tanh of a tensor is a tensor that remembers where it came from.


def make_parameters(hidden: int = 4, seed: int = 42) -> list[tg.Tensor]:
    """Return W1, b1, W2, b2: small random weights and zero biases."""
    rng = np.random.RandomState(seed)
    return [
        tg.tensor(rng.randn(hidden, 2) * 0.01, requires_grad=True, name="W1"),
        tg.tensor(np.zeros((hidden, 1)), requires_grad=True, name="b1"),
        tg.tensor(rng.randn(1, hidden) * 0.01, requires_grad=True, name="W2"),
        tg.tensor(np.zeros((1, 1)), requires_grad=True, name="b2"),
    ]


def probability(x: Any, w1: Any, b1: Any, w2: Any, b2: Any) -> tg.Tensor:
    """Return the probability of class 1 for each point."""
    return tg.sigmoid(w2 @ np.tanh(w1 @ x + b1) + b2)


# The cost is the mean of -(y log p + (1 - y) log(1 - p)): the cross entropy.


def cost(x: Any, y: Any, *parameters: Any) -> tg.Tensor:
    """Return the mean cross entropy of all points."""
    return tg.nn.functional.binary_cross_entropy(probability(x, *parameters), y)


def accuracy(x: Any, y: NDArray[Any], parameters: list[tg.Tensor]) -> float:
    """Return the share of points on the right side."""
    with tg.no_grad():
        return float(np.mean((probability(x, *parameters).data > 0.5) == (y > 0.5)))


# %% Training
# Gradient descent on all points at once. `backward` runs backward through the recorded graph once
# and leaves a gradient in each parameter; the optimizer takes a step against it.
#
# A step of 1.2 is long. Around iteration 250 it is too long for the curvature of the cost: the
# iterates oscillate more and more, until the cost jumps up and settles in a flatter place. The
# oscillation grows out of the last bits of the numbers, so another processor, which rounds
# differently, may print costs that differ from the notebook's by up to 0.001 afterwards.


@dataclass
class Result:
    """The results of a run."""

    parameters: list[tg.Tensor]
    costs: list[float]  # one for each iteration
    accuracy: float


def train(x: NDArray[Any], y: NDArray[Any], steps: int = STEPS, progress: bool = True) -> Result:
    """Train a fresh network on points x with labels y."""
    parameters = make_parameters()
    optimizer = tg.optim.SGD(parameters, lr=LEARNING_RATE)
    costs = []
    for _ in tqdm(range(steps), desc="spirals", disable=not progress):
        optimizer.zero_grad()
        loss = cost(x, y, *parameters)
        loss.backward()
        optimizer.step()
        costs.append(loss.item())
    return Result(parameters, costs, accuracy(x, y, parameters))


# %% Logistic regression, for comparison
# A network without a hidden layer: it can only draw a straight line.


def fit_line(x: NDArray[Any], y: NDArray[Any]) -> tuple[LogisticRegression, float]:
    """Return scikit-learn's logistic regression and its accuracy."""
    line = LogisticRegression().fit(x.T, y.ravel())
    return line, float(line.score(x.T, y.ravel()))


# %% Is the gradient right?
# Each parameter is moved a little to both sides; the change of the cost must match the gradient. A
# mismatch raises an error.


def check_gradient(x: Any, y: Any, parameters: list[tg.Tensor]) -> tg.testing.Report:
    """Compare the gradient of the cost with central differences."""

    def cost_of_parameters(*parameters: tg.Tensor) -> tg.Tensor:
        return cost(x, y, *parameters)

    return tg.testing.gradcheck(cost_of_parameters, *parameters)


# %% The whole program


def main() -> None:
    """Train, compare, check and draw."""
    x, y = make_spirals()
    line, line_accuracy = fit_line(x, y)
    result = train(x, y)

    print("\nCost while training")
    compare(dict(enumerate(result.costs)), NOTEBOOK)
    print("\nPoints classified right   here | notebook")
    print(f"  logistic regression    {line_accuracy:.1%} | 66%")
    print(f"  network 2-4-1          {result.accuracy:.1%} | 99%")

    print(f"\n{check_gradient(x, y, result.parameters)}\n")

    figure, (left, right) = make_figure(2, 11, 4.8)
    plot_boundary(
        left,
        lambda grid: line.predict_proba(grid.T)[:, 1],
        x,
        y,
        f"Logistic regression: {line_accuracy:.1%} right",
    )
    plot_boundary(
        right,
        lambda grid: probability(grid, *result.parameters),
        x,
        y,
        f"Network 2-4-1: {result.accuracy:.1%} right",
    )
    save_figure(figure, "spirals_boundary.png")

    figure, (axes,) = make_figure(1, 7, 4)
    plot_curves(axes, {"here": (range(STEPS), result.costs)}, "Cost of the network", log=True)
    axes.plot(*zip(*NOTEBOOK.items(), strict=True), "o", color=ORANGE, label="notebook")
    top = 100 + int(np.argmax(result.costs[100:]))
    axes.annotate(
        f"iteration {top}: the step overshoots",
        (top, result.costs[top]),
        (800, 0.6),
        arrowprops={"arrowstyle": "->", "color": GREY},
    )
    axes.legend()
    save_figure(figure, "spirals_cost.png")

    save_graph(cost(x, y, *result.parameters), "spirals_graph")


if __name__ == "__main__":
    main()
