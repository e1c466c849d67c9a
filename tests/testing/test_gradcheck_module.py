"""gradcheck_module checks every parameter by its name and leaves the module as it was."""

import numpy as np
import pytest

import tinygrad_np as tg
from tinygrad_np.engine.declarations import elementwise
from tinygrad_np.testing import GradcheckError, gradcheck_module


def data():
    rng = np.random.default_rng(0)
    return rng.normal(size=(10, 2)), rng.integers(0, 2, size=(10, 1)).astype(float)


class Model:
    """Not one of our modules: only named parameters and a call are required."""

    def __init__(self, activation, dtype=float):
        rng = np.random.default_rng(0)
        self.activation = activation
        self.tensors = {
            name: tg.tensor(rng.normal(size=shape).astype(dtype), requires_grad=True)
            for name, shape in {"w1": (2, 4), "b1": (4,), "w2": (4, 1), "b2": (1,)}.items()
        }
        self.tensors["frozen"] = tg.tensor([2.0], dtype=dtype)

    def named_parameters(self):
        return iter(self.tensors.items())

    def __call__(self, x):
        t = self.tensors
        return tg.sigmoid(self.activation(x @ t["w1"] + t["b1"]) @ t["w2"] * t["frozen"] + t["b2"])


def inputs_of(report):
    return list(dict.fromkeys(finding.input for finding in report.findings))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("order", [1, 2])
def test_a_small_network(dtype, order):
    x, y = data()
    model = Model(tg.tanh, dtype)
    report = gradcheck_module(
        model,
        x.astype(dtype),
        loss=lambda p: tg.binary_cross_entropy(p, y.astype(dtype)).mean(),
        order=order,
    )
    assert inputs_of(report) == [
        *(f"parameter {name}" for name in ("w1", "b1", "w2", "b2")),
        "input 0 (x)",
        *["the cotangent"] * (order - 1),
    ]
    assert len(report.findings) == order * (17 + 20) + (order - 1)
    assert not report.weak


def test_nn_modules():
    x, y = data()
    model = tg.nn.MLP([2, 4, 1], activation="tanh", output="sigmoid")
    report = gradcheck_module(model, x, loss=lambda p: tg.nn.functional.mse_loss(p, y))
    names = [f"parameter {name}" for name, _ in model.named_parameters()]
    assert inputs_of(report)[: len(names)] == names
    assert len(report.findings) == 17 + 20


def test_without_a_loss_every_output_is_checked():
    report = gradcheck_module(Model(tg.tanh), data()[0])
    assert report.function == "Model"


def test_a_wrong_gradient_is_attributed_to_the_parameter():
    f = elementwise(np.tanh, name="wrong_tanh", x=lambda g, out: g * (1.0 - out))
    with pytest.raises(GradcheckError) as caught:
        gradcheck_module(Model(f), data()[0])
    wrong = {finding.input for finding in caught.value.report.failures}
    assert wrong == {"parameter w1", "parameter b1", "input 0 (x)"}


@pytest.mark.parametrize("loss", [None, lambda y: 1 / 0])
def test_the_module_is_unchanged(loss):
    model = Model(tg.tanh)
    model.tensors["w1"].grad = np.ones((2, 4))
    before = {name: (t.data, t.data.copy(), t.node, t.grad) for name, t in model.tensors.items()}
    if loss is None:
        gradcheck_module(model, data()[0])
    else:
        with pytest.raises(ZeroDivisionError):
            gradcheck_module(model, data()[0], loss=loss)
    for name, t in model.tensors.items():
        array, values, node, grad = before[name]
        assert t._raw is array
        np.testing.assert_array_equal(t.data, values)
        assert t.node is node
        assert t.grad is grad


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


LOSSES = {
    "MSELoss": (normal(4, 2), normal(4, 2, seed=1)),
    "L1Loss": (normal(4, 2), normal(4, 2, seed=1)),
    "BCELoss": (0.2 + 0.1 * abs(normal(4, 1)), np.array([[0.0], [1.0], [1.0], [0.0]])),
    "BCEWithLogitsLoss": (normal(4, 1), np.array([[0.0], [1.0], [1.0], [0.0]])),
    "CrossEntropyLoss": (normal(4, 3), np.array([0, 2, 1, 1])),
    "NLLLoss": (normal(4, 3), np.array([0, 2, 1, 1])),
}


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_losses_are_modules_too(name, reduction):
    loss = getattr(tg.nn, name)(reduction=reduction)
    prediction, target = LOSSES[name]
    report = gradcheck_module(loss, tg.tensor(prediction, name="prediction"), target)
    assert "prediction" in inputs_of(report)[0]
    assert not report.weak
