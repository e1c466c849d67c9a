"""The workloads in PyTorch, eager, written by hand for speed: no modules, no optimizer."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from .peer_torch import chain_step
from .workloads import Chain, Network, Step, Workload

_ACTIVATIONS = {"relu": torch.relu_, "tanh": torch.tanh_, "sigmoid": torch.sigmoid_}
_LOSSES = {
    "BCE": F.binary_cross_entropy,
    "cross entropy": F.cross_entropy,
    "MSE": F.mse_loss,
}


def make_step(workload: Workload) -> Step:
    """Return the training step of `workload`."""
    return chain_step(workload) if isinstance(workload, Chain) else _network_step(workload)


def _network_step(network: Network) -> Step:
    # With functions, in-place activations and a manual update, a step of a small network takes two
    # thirds of its time with `nn.Sequential` and `optim.SGD`.
    layers = [
        (torch.from_numpy(weight).requires_grad_(), torch.from_numpy(bias).requires_grad_())
        for weight, bias in network.weights()
    ]
    parameters = [parameter for layer in layers for parameter in layer]
    x, y = map(torch.from_numpy, network.data())
    activation, loss_function = _ACTIVATIONS[network.hidden], _LOSSES[network.loss]
    sigmoid_output = network.loss == "BCE"
    lr = network.lr

    def step() -> torch.Tensor:
        for parameter in parameters:
            parameter.grad = None
        h = x
        for weight, bias in layers[:-1]:
            h = activation(F.linear(h, weight, bias))
        z = F.linear(h, *layers[-1])
        loss = loss_function(torch.sigmoid(z) if sigmoid_output else z, y)
        loss.backward()
        with torch.no_grad():
            for parameter in parameters:
                parameter.sub_(parameter.grad, alpha=lr)
        return loss

    return step
