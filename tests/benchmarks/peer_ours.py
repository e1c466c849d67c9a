"""The workloads as a user of tinygrad_np would write them."""

from __future__ import annotations

import tinygrad_np as tg

from .workloads import Chain, Network, Step, Workload

_LOSSES = {
    "BCE": tg.nn.functional.binary_cross_entropy,
    "cross entropy": tg.nn.functional.cross_entropy,
    "MSE": tg.nn.functional.mse_loss,
}


def make_step(workload: Workload) -> Step:
    """Return the training step of `workload`."""
    return _chain_step(workload) if isinstance(workload, Chain) else _network_step(workload)


def _network_step(network: Network) -> Step:
    output = "sigmoid" if network.loss == "BCE" else None
    model = tg.nn.MLP(
        list(network.sizes), activation=network.hidden, output=output, dtype=network.dtype
    )
    initial = [array for layer in network.weights() for array in layer]
    for parameter, array in zip(model.parameters(), initial, strict=True):
        parameter.data = array
    optimizer = tg.optim.SGD(model.parameters(), lr=network.lr)
    inputs, targets = network.data()
    x, y = tg.tensor(inputs), tg.tensor(targets)
    loss_function = _LOSSES[network.loss]

    def step() -> tg.Tensor:
        optimizer.zero_grad()
        loss = loss_function(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    return step


def _chain_step(chain: Chain) -> Step:
    x = tg.tensor(chain.data(), requires_grad=True)
    scale, shift, lr = chain.scale, chain.shift, chain.lr
    pairs = range(chain.nodes // 2)

    def step() -> tg.Tensor:
        x.grad = None
        y = x
        for _ in pairs:
            y = y * scale
            y = y + shift
        loss = y.sum()
        loss.backward()
        x.data -= lr * x.grad.data  # type: ignore[attr-defined]
        return loss

    return step
