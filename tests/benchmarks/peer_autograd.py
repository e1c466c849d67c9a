"""The workloads as a user of autograd (HIPS) would write them."""

from __future__ import annotations

from typing import Any

import autograd.numpy as np
from autograd import value_and_grad
from autograd.tracer import getval

from .workloads import Array, Chain, Network, Step, Workload


def make_step(workload: Workload) -> Step:
    """Return the training step of `workload`."""
    return _chain_step(workload) if isinstance(workload, Chain) else _network_step(workload)


def _sigmoid(z: Any) -> Any:
    return 0.5 * (np.tanh(0.5 * z) + 1)


_ACTIVATIONS = {"relu": lambda z: z * (z > 0), "tanh": np.tanh, "sigmoid": _sigmoid}


def _binary_cross_entropy(z: Any, y: Array) -> Any:
    p = _sigmoid(z)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def _cross_entropy(z: Any, labels: Array) -> Any:
    z = z - getval(z).max(axis=1, keepdims=True)
    picked = z[np.arange(len(labels)), labels]
    return np.mean(np.log(np.sum(np.exp(z), axis=1)) - picked)


def _mean_squared_error(z: Any, y: Array) -> Any:
    return np.mean((z - y) ** 2)


_LOSSES = {
    "BCE": _binary_cross_entropy,
    "cross entropy": _cross_entropy,
    "MSE": _mean_squared_error,
}


def _network_step(network: Network) -> Step:
    x, y = network.data()
    layers = network.weights_in_out()
    activation, loss_function = _ACTIVATIONS[network.hidden], _LOSSES[network.loss]
    lr = network.lr

    def loss_of(layers: Any) -> Any:
        h = x
        for weight, bias in layers[:-1]:
            h = activation(np.dot(h, weight) + bias)
        weight, bias = layers[-1]
        return loss_function(np.dot(h, weight) + bias, y)

    loss_and_gradients = value_and_grad(loss_of)

    def step() -> Any:
        loss, gradients = loss_and_gradients(layers)
        for layer, layer_gradients in zip(layers, gradients, strict=True):
            for array, gradient in zip(layer, layer_gradients, strict=True):
                array -= lr * gradient
        return loss

    return step


def _chain_step(chain: Chain) -> Step:
    x = chain.data()
    scale, shift, lr = chain.scale, chain.shift, chain.lr
    pairs = range(chain.nodes // 2)

    def loss_of(x: Any) -> Any:
        y = x
        for _ in pairs:
            y = y * scale
            y = y + shift
        return np.sum(y)

    loss_and_gradient = value_and_grad(loss_of)

    def step() -> Any:
        loss, gradient = loss_and_gradient(x)
        np.subtract(x, lr * gradient, out=x)
        return loss

    return step
