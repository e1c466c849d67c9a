"""Activations as modules."""

import pickle
from typing import Any

import numpy as np
import pytest

import tinygrad_np as tg
from tinygrad_np import nn
from tinygrad_np.nn.layers import ACTIVATIONS, activation_module

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


def test_activation_module_accepts_names_functions_and_modules():
    custom = nn.ELU(0.3)
    assert activation_module(custom) is custom
    assert isinstance(activation_module(nn.Tanh), nn.Tanh)  # type: ignore[arg-type]
    assert isinstance(activation_module(None), nn.Identity)
    assert activation_module(np.sin)(tg.tensor(0.0)).item() == 0.0
    with pytest.raises(ValueError, match="there is no 'rleu'; the names are relu"):
        activation_module("rleu")
    with pytest.raises(TypeError, match="not 3"):
        activation_module(3)  # type: ignore[arg-type]
