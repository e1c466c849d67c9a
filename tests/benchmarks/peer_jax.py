"""The workloads as a user of JAX would write them: whole steps compiled by `jax.jit`, on CPU."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from .workloads import Chain, Network, Step, Workload

jax.config.update("jax_enable_x64", True)

_ACTIVATIONS = {"relu": jax.nn.relu, "tanh": jnp.tanh, "sigmoid": jax.nn.sigmoid}


def make_step(workload: Workload) -> Step:
    """Return the training step of `workload`."""
    return _chain_step(workload) if isinstance(workload, Chain) else _network_step(workload)


def _binary_cross_entropy(z: jax.Array, y: jax.Array) -> jax.Array:
    p = jax.nn.sigmoid(z)
    return -jnp.mean(y * jnp.log(p) + (1 - y) * jnp.log(1 - p))


def _cross_entropy(z: jax.Array, labels: jax.Array) -> jax.Array:
    logp = jax.nn.log_softmax(z)
    return -jnp.mean(jnp.take_along_axis(logp, labels[:, None], axis=1))


def _mean_squared_error(z: jax.Array, y: jax.Array) -> jax.Array:
    return jnp.mean((z - y) ** 2)


_LOSSES = {
    "BCE": _binary_cross_entropy,
    "cross entropy": _cross_entropy,
    "MSE": _mean_squared_error,
}


def _network_step(network: Network) -> Step:
    activation, loss_function = _ACTIVATIONS[network.hidden], _LOSSES[network.loss]
    lr = network.lr

    def loss_of(layers: Any, x: jax.Array, y: jax.Array) -> jax.Array:
        h = x
        for weight, bias in layers[:-1]:
            h = activation(h @ weight + bias)
        weight, bias = layers[-1]
        return loss_function(h @ weight + bias, y)

    def update(layers: Any, x: jax.Array, y: jax.Array) -> tuple[Any, jax.Array]:
        loss, gradients = jax.value_and_grad(loss_of)(layers, x, y)
        return jax.tree.map(lambda p, g: p - lr * g, layers, gradients), loss

    compiled = jax.jit(update, donate_argnums=0)
    layers = jax.tree.map(jnp.asarray, network.weights_in_out())
    x, y = map(jnp.asarray, network.data())

    def step() -> jax.Array:
        nonlocal layers
        layers, loss = compiled(layers, x, y)
        return loss

    return step


def _chain_step(chain: Chain) -> Step:
    def loss_of(x: jax.Array) -> jax.Array:
        y = x
        for _ in range(chain.nodes // 2):
            y = y * chain.scale
            y = y + chain.shift
        return y.sum()

    def update(x: jax.Array) -> tuple[jax.Array, jax.Array]:
        loss, gradient = jax.value_and_grad(loss_of)(x)
        return x - chain.lr * gradient, loss

    compiled = jax.jit(update, donate_argnums=0)
    x = jnp.asarray(chain.data())

    def step() -> jax.Array:
        nonlocal x
        x, loss = compiled(x)
        return loss

    return step
