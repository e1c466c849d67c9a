"""Linear, activations, Dropout, Flatten."""

import pickle
from typing import Any

import numpy as np
import pytest

import tinygrad_np as tg
import tinygrad_np.nn.functional as F
from tinygrad_np import nn
from tinygrad_np.nn.layers import ACTIVATIONS, activation_module


def count_nodes(tensor):
    seen, stack = set(), [tensor.node]
    while stack:
        node = stack.pop()
        if node not in seen and node.op is not None:
            seen.add(node)
            stack.extend(node.parents)
    return len(seen)


# -------------------------------------------------------------------------- Linear


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("shape", [(3,), (5, 3), (2, 5, 3), (0, 3)])
def test_linear_forward_and_gradient(shape, bias, rng):
    layer = nn.Linear(3, 4, bias, bias_init="ones", rng=0)
    x = rng.standard_normal(shape)
    out = layer(x)
    expected = x @ layer.weight.data.T + (1.0 if bias else 0.0)
    np.testing.assert_allclose(out.data, expected, rtol=1e-13, atol=1e-13)
    g = rng.standard_normal(out.shape)
    out.backward(g)
    rows, cotangents = x.reshape(-1, 3), g.reshape(-1, 4)
    np.testing.assert_allclose(layer.weight.grad.data, cotangents.T @ rows, atol=1e-13)
    if bias:
        np.testing.assert_allclose(layer.bias.grad.data, cotangents.sum(0), atol=1e-13)
    else:
        assert layer.bias is None


def test_linear_is_one_node():
    assert count_nodes(nn.Linear(3, 4)(np.ones((2, 3)))) == 1


def test_linear_keeps_float32():
    layer = nn.Linear(3, 2, dtype=np.float32)
    assert layer(np.ones((5, 3), np.float32)).dtype == np.float32
    assert {p.dtype for p in layer.parameters()} == {np.dtype("float32")}


def test_linear_says_what_does_not_fit():
    with pytest.raises(tg.ShapeError, match=r"\(5, 2\).*\(4, 3\).*3"):
        nn.Linear(3, 4)(np.ones((5, 2)))


@pytest.mark.parametrize("sizes", [(0, 1), (1, -1), (2.0, 1), (True, 1), ("2", 1)])
def test_linear_sizes_are_positive_integers(sizes):
    with pytest.raises(tg.ShapeError, match="positive integers"):
        nn.Linear(*sizes)


def test_linear_takes_numpy_sizes():
    assert nn.Linear(np.int64(2), np.int32(3)).weight.shape == (3, 2)  # type: ignore[arg-type]


# --------------------------------------------------------------------- activations

REFERENCE: dict[str, Any] = {
    "relu": lambda x: np.maximum(x, 0),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.01 * x),
    "elu": lambda x: np.where(x > 0, x, np.expm1(x)),
    "gelu": None,
    "silu": lambda x: x / (1 + np.exp(-x)),
    "swish": lambda x: x / (1 + np.exp(-x)),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "tanh": np.tanh,
    "softmax": lambda x: np.exp(x) / np.exp(x).sum(-1, keepdims=True),
    "log_softmax": lambda x: x - np.log(np.exp(x).sum(-1, keepdims=True)),
    "softplus": lambda x: np.log1p(np.exp(x)),
    "identity": lambda x: x,
    "linear": lambda x: x,
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_modules(name, rng):
    module = activation_module(name)
    x = rng.standard_normal((5, 3))
    if REFERENCE[name] is not None:
        np.testing.assert_allclose(module(x).data, REFERENCE[name](x), rtol=1e-13, atol=1e-14)
    assert module(x.astype(np.float32)).dtype == np.float32
    assert module.keeps_shape
    copied = pickle.loads(pickle.dumps(module))
    assert np.array_equal(copied(x).data, module(x).data)


def test_gelu_against_its_definition():
    from math import erf

    x = np.linspace(-3, 3, 7)
    exact = [0.5 * v * (1 + erf(v / 2**0.5)) for v in x]
    np.testing.assert_allclose(nn.GELU()(x).data, exact, rtol=1e-12, atol=1e-15)
    assert np.abs(nn.GELU("tanh")(x).data - exact).max() < 1e-3


def test_settings_are_used_and_shown():
    x = np.array([[-1.0, 2.0]])
    assert nn.LeakyReLU(0.5)(x).tolist() == [[-0.5, 2.0]]
    assert nn.ELU(2.0)(x).data[0, 0] == pytest.approx(2 * np.expm1(-1))
    assert nn.Softmax(dim=0)(x).tolist() == nn.Softmax(axis=0)(x).tolist() == [[1.0, 1.0]]
    assert nn.LogSoftmax(dim=0)(x).tolist() == [[0.0, 0.0]]
    np.testing.assert_allclose(nn.Softplus(2.0)(x).data, np.log1p(np.exp(2 * x)) / 2)
    assert repr(nn.LeakyReLU(0.5)) == "LeakyReLU(negative_slope=0.5)"
    assert repr(nn.Softmax(dim=1)) == "Softmax(axis=1)"
    assert repr(nn.ReLU()) == "ReLU()"


def test_activation_from_what_a_user_has():
    custom = nn.ELU(0.3)
    assert activation_module(custom) is custom
    assert isinstance(activation_module(nn.Tanh), nn.Tanh)  # type: ignore[arg-type]
    assert isinstance(activation_module(None), nn.Identity)
    assert activation_module(np.sin)(tg.tensor(0.0)).item() == 0.0
    with pytest.raises(ValueError, match="there is no 'rleu'; there is relu"):
        activation_module("rleu")
    with pytest.raises(TypeError, match="not 3"):
        activation_module(3)  # type: ignore[arg-type]


def test_functional_takes_axis_and_dim():
    x = np.arange(6.0).reshape(2, 3)
    for function in (F.softmax, F.log_softmax, F.normalize):
        assert (
            function(x, dim=0).tolist() == function(x, axis=0).tolist() == function(x, 0).tolist()
        )
        assert function(x, 0).tolist() != function(x).tolist()


def test_functional_has_pytorchs_names():
    listed = set(F.__all__)
    expected = (
        "relu leaky_relu elu gelu silu sigmoid tanh softmax log_softmax softplus linear dropout "
        "mse_loss l1_loss huber_loss smooth_l1_loss binary_cross_entropy "
        "binary_cross_entropy_with_logits cross_entropy nll_loss normalize one_hot"
    )
    assert listed >= set(expected.split())
    assert all(callable(getattr(F, name)) for name in listed - {"Reduction"})
    assert F is tg.nn.functional


def test_normalize_and_its_gradient_at_zero():
    x = tg.tensor([[3.0, 4.0], [0.0, 0.0]], requires_grad=True)
    out = F.normalize(x)
    assert out.tolist() == [[0.6, 0.8], [0.0, 0.0]]
    out.sum().backward()
    assert np.isfinite(x.grad.data).all()


def test_one_hot():
    assert F.one_hot(np.array([[1], [0]]), 3).tolist() == [[[0, 1, 0]], [[1, 0, 0]]]
    assert F.one_hot(np.zeros(0, int)).shape == (0, 0)
    with pytest.raises(nn.TargetError, match=r"target\[1\] = 3 is not a class: there are 3"):
        F.one_hot([0, 3], 3)


# ------------------------------------------------------------------- other layers


def test_dropout_drops_and_scales():
    x = tg.tensor(np.ones((100, 100)), requires_grad=True)
    out = nn.Dropout(0.3, rng=0)(x)
    kept = out.data != 0
    assert kept.mean() == pytest.approx(0.7, abs=0.02)
    np.testing.assert_allclose(out.data[kept], 1 / 0.7)
    out.sum().backward()
    assert np.array_equal(x.grad.data, out.data)  # the same mask


def test_dropout_comes_from_its_generator():
    x = np.ones(50)
    first, second = nn.Dropout(rng=1), nn.Dropout(rng=1)
    assert first(x).tolist() == second(x).tolist()
    assert first(x).tolist() != nn.Dropout(rng=1)(x).tolist()  # the stream goes on
    legacy = nn.Dropout(rng=np.random.RandomState(1))(x)
    assert set(legacy.tolist()) == {0.0, 2.0}


def test_dropout_is_the_identity_when_not_training():
    x = tg.tensor(np.ones(50), requires_grad=True)
    assert nn.Dropout(0.9).eval()(x) is x
    assert nn.Dropout(0.0)(x) is x
    assert nn.Dropout(1.0)(x).tolist() == [0.0] * 50


def test_dropout_keeps_the_dtype_and_refuses_other_probabilities():
    assert nn.Dropout()(np.ones(5, np.float32)).dtype == np.float32
    assert F.dropout([1, 1], 0.0).tolist() == [1, 1]
    assert repr(nn.Dropout(0.25)) == "Dropout(p=0.25)"
    for p in (-0.1, 1.1, float("nan")):
        with pytest.raises(ValueError, match="p is a probability"):
            nn.Dropout(p)


def test_flatten():
    assert nn.Flatten()(np.zeros((5, 2, 3))).shape == (5, 6)
    assert nn.Flatten()(np.zeros((0, 2, 3))).shape == (0, 6)
    assert nn.Flatten()(np.zeros((5, 2))).shape == (5, 2)
    assert nn.Flatten(0)(np.zeros((5, 2))).shape == (10,)
    assert nn.Flatten(-2)(np.zeros((4, 5, 2))).shape == (4, 10)
    with pytest.raises(tg.ShapeError, match="no axis 1"):
        nn.Flatten()(np.zeros(5))
