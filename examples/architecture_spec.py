"""An architecture as data: a network is built from a list of dicts, then trained."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from _common import make_figure, plot_boundary, plot_curves, print_table, save_figure
from numpy.typing import NDArray
from sklearn.datasets import make_moons
from tqdm import tqdm

import tinygrad_np as tg
from tinygrad_np import nn

STEPS = 400
LEARNING_RATE = 0.003
EVERY = 5  # steps between two entries of the learning curves

# %% The architecture

NN_ARCHITECTURE = [
    {"input_dim": 2, "output_dim": 25, "activation": "relu"},
    {"input_dim": 25, "output_dim": 50, "activation": "relu"},
    {"input_dim": 50, "output_dim": 50, "activation": "relu"},
    {"input_dim": 50, "output_dim": 25, "activation": "relu"},
    {"input_dim": 25, "output_dim": 1, "activation": "sigmoid"},
]


def make_model(seed: int = 101) -> nn.MLP:
    """Return the model with the notebook's weights: normal numbers with standard deviation 0.1."""
    return nn.from_spec(
        NN_ARCHITECTURE,
        init=nn.init.normal(0.1),
        bias_init=nn.init.normal(0.1),
        rng=np.random.RandomState(seed),
    )


# %% The notebook's numbers
# It printed its weights and every intermediate value for the input [1, 1]. Layer i computes Z(i)
# from A(i-1) with its weights, and A(i) from Z(i) with its activation.

# The first numbers of each, as printed there.
NOTEBOOK = {
    "W1": "2.70684984e-01 6.28132709e-02 9.07969446e-02 5.03825754e-02",
    "Z1": "0.25796572 0.10653767 0.04788267 -0.07215597",
    "A1": "0.25796572 0.10653767 0.04788267 0.",
    "Z2": "-0.04077838 -0.01644601 -0.01304237 -0.00952487",
}


def forward_values(model: nn.MLP, x: Any) -> dict[str, NDArray[Any]]:
    """Return the first weights and all intermediate values, under the notebook's names."""
    values = {"W1": model.layers[0].weight.data}
    with tg.no_grad():
        a = tg.asarray(x)
        for i, (layer, activation) in enumerate(
            zip(model.layers, model.activations, strict=True), start=1
        ):
            z = layer(a)
            a = activation(z)
            values[f"Z{i}"], values[f"A{i}"] = z.data, a.data
    return values


# %% The data
# The notebook stopped before training. Here the network learns two moons, with a row for each
# point; half of the points are for training.


@dataclass
class Data:
    """Points of shape (m, 2) and labels 0 or 1 of shape (m, 1)."""

    x_train: NDArray[Any]
    y_train: NDArray[Any]
    x_test: NDArray[Any]
    y_test: NDArray[Any]


def make_data(seed: int = 0) -> Data:
    """Return 500 points for training and 500 for testing."""
    points, labels = make_moons(n_samples=1000, noise=0.2, random_state=seed)
    labels = labels.astype(float).reshape(-1, 1)
    return Data(points[:500], labels[:500], points[500:], labels[500:])


# %% Training
# Such small weights make the signal fade on its way through five layers, and plain gradient
# descent would make no progress for long. Adam scales each gradient by its own usual size.
#
# After a hundred steps the test loss rises while the training loss goes on falling: the network
# begins to learn the noise of its 500 points.


@dataclass
class Result:
    """The results of a run; the lists have an entry every `EVERY` steps."""

    model: nn.MLP
    steps: list[int]
    train_loss: list[float]
    test_loss: list[float]
    test_accuracy: list[float]


def train(steps: int = STEPS, progress: bool = True) -> Result:
    """Train the model on the moons."""
    data = make_data()
    model = make_model()
    bce = nn.BCELoss()
    optimizer = tg.optim.Adam(model.parameters(), lr=LEARNING_RATE)
    result = Result(model, [], [], [], [])
    for i in tqdm(range(steps + 1), desc="architecture", disable=not progress):
        optimizer.zero_grad()
        loss = bce(model(data.x_train), data.y_train)
        if i % EVERY == 0:
            with tg.no_grad():
                p = model(data.x_test)
                result.test_loss.append(bce(p, data.y_test).item())
            right = (p.data > 0.5) == (data.y_test > 0.5)  # the output is a probability
            result.steps.append(i)
            result.train_loss.append(loss.item())
            result.test_accuracy.append(float(np.mean(right)))
        loss.backward()
        optimizer.step()
    return result


# %% The whole program


def main() -> None:
    """Compare with the notebook, train, report and draw."""
    model = make_model()
    print(f"{model}\n")
    values = forward_values(model, [1, 1])
    rows = []
    for name, printed in NOTEBOOK.items():
        for here, text in zip(values[name].flat, printed.split(), strict=False):
            mantissa, *exponent = text.split("e")
            digits = len(mantissa.partition(".")[2]) or 8
            shown = f"{here:.{digits}{'e' if exponent else 'f'}}"
            rows.append([name, shown, text, f"{here - float(text):+.0e}"])
    print_table(["", "here", "notebook", "difference"], rows)

    print()
    data = make_data()
    result = train()
    print()
    rows = [
        [i, f"{a:.4f}", f"{b:.4f}", f"{c:.1%}"]
        for i, a, b, c in zip(
            result.steps, result.train_loss, result.test_loss, result.test_accuracy, strict=True
        )
        if i % (STEPS // 8) == 0
    ]
    print_table(["step", "loss", "test loss", "test accuracy"], rows)
    print(f"\ntest accuracy: {result.test_accuracy[-1]:.1%} (the notebook did not train)\n")

    figure, (left, right) = make_figure(2, 11, 4.2)
    plot_curves(
        left,
        {
            "training points": (result.steps, result.train_loss),
            "test points": (result.steps, result.test_loss),
        },
        "Cross entropy",
        xlabel="step",
    )
    plot_boundary(
        right,
        lambda grid: result.model(grid.T),
        data.x_test.T,
        data.y_test,
        f"Test points: {result.test_accuracy[-1]:.1%} right",
        margin=0.3,
    )
    save_figure(figure, "architecture_spec.png")


if __name__ == "__main__":
    main()
