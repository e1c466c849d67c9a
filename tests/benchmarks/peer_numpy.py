"""The workloads written by hand in NumPy: no graph, all gradients derived on paper."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .workloads import Array, Chain, Network, Step, Workload


def make_step(workload: Workload) -> Step:
    """Return the training step of `workload`."""
    return _chain_step(workload) if isinstance(workload, Chain) else _network_step(workload)


def _relu(z: Array) -> Array:
    return np.maximum(z, 0, out=z)


def _tanh(z: Array) -> Array:
    return np.tanh(z, out=z)


def _sigmoid(z: Array) -> Array:
    np.negative(z, out=z)
    np.exp(z, out=z)
    z += 1
    return np.reciprocal(z, out=z)


_ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "relu": _relu,
    "tanh": _tanh,
    "sigmoid": _sigmoid,
}
_SLOPES: dict[str, Callable[[Array], Array]] = {
    "relu": lambda h: h > 0,
    "tanh": lambda h: 1 - h * h,
    "sigmoid": lambda h: h * (1 - h),
}


def _binary_cross_entropy(z: Array, y: Array) -> tuple[np.floating, Array]:
    p = _sigmoid(z)
    loss = -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()
    p -= y
    p /= p.size
    return loss, p


def _cross_entropy(z: Array, labels: Array) -> tuple[np.floating, Array]:
    rows = np.arange(len(z))
    z -= z.max(axis=1, keepdims=True)
    picked = z[rows, labels]
    p = np.exp(z, out=z)
    total = p.sum(axis=1, keepdims=True)
    loss = (np.log(total[:, 0]) - picked).mean()
    p /= total
    p[rows, labels] -= 1
    p /= len(p)
    return loss, p


def _mean_squared_error(z: Array, y: Array) -> tuple[np.floating, Array]:
    z -= y
    flat = z.ravel()
    loss = flat.dot(flat) / flat.size
    z *= 2 / z.size
    return loss, z


_LOSSES: dict[str, Callable[[Array, Array], tuple[np.floating, Array]]] = {
    "BCE": _binary_cross_entropy,
    "cross entropy": _cross_entropy,
    "MSE": _mean_squared_error,
}


def _network_step(network: Network) -> Step:
    x, y = network.data()
    layers = network.weights_in_out()
    activation, slope = _ACTIVATIONS[network.hidden], _SLOPES[network.hidden]
    loss_and_gradient = _LOSSES[network.loss]
    lr, last = network.lr, len(layers) - 1

    def step() -> np.floating:
        inputs = [x]
        for weight, bias in layers[:-1]:
            z = inputs[-1] @ weight
            z += bias
            inputs.append(activation(z))
        weight, bias = layers[-1]
        z = inputs[-1] @ weight
        z += bias
        loss, g = loss_and_gradient(z, y)
        for i in range(last, -1, -1):
            h = inputs[i]
            weight, bias = layers[i]
            weight_gradient = h.T @ g
            bias_gradient = g.sum(axis=0)
            if i > 0:
                g = g @ weight.T
                g *= slope(h)
            weight_gradient *= lr
            weight -= weight_gradient
            bias_gradient *= lr
            bias -= bias_gradient
        return loss

    return step


def _chain_step(chain: Chain) -> Step:
    x = chain.data()
    scale, shift, lr = chain.scale, chain.shift, chain.lr
    pairs = range(chain.nodes // 2)

    def step() -> np.floating:
        y = x
        for _ in pairs:
            y = y * scale
            y = y + shift
        loss = y.sum()
        g = np.ones_like(x)
        for _ in pairs:
            g = g * scale
        np.subtract(x, lr * g, out=x)
        return loss

    return step
