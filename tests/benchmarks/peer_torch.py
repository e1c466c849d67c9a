"""The workloads as a user of PyTorch would write them: modules, an optimizer, eager, on CPU."""

from __future__ import annotations

import os
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import nn

from .workloads import Chain, Network, Step, Workload

if os.environ.get("OMP_NUM_THREADS") == "1":
    torch.set_num_threads(1)

_ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}
_LOSSES = {
    "BCE": F.binary_cross_entropy,
    "cross entropy": F.cross_entropy,
    "MSE": F.mse_loss,
}


def make_step(workload: Workload) -> Step:
    """Return the training step of `workload`."""
    return chain_step(workload) if isinstance(workload, Chain) else _network_step(workload)


def _network_step(network: Network) -> Step:
    x, y = map(torch.from_numpy, network.data())
    modules: list[nn.Module] = []
    for n_in, n_out in pairwise(network.sizes):
        modules += [nn.Linear(n_in, n_out, dtype=x.dtype), _ACTIVATIONS[network.hidden]()]
    modules.pop()
    if network.loss == "BCE":
        modules.append(nn.Sigmoid())
    model = nn.Sequential(*modules)
    initial = [array for layer in network.weights() for array in layer]
    with torch.no_grad():
        for parameter, array in zip(model.parameters(), initial, strict=True):
            parameter.copy_(torch.from_numpy(array))
    optimizer = torch.optim.SGD(model.parameters(), lr=network.lr)
    loss_function = _LOSSES[network.loss]

    def step() -> torch.Tensor:
        optimizer.zero_grad()
        loss = loss_function(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    return step


def chain_step(chain: Chain) -> Step:
    """Return the forward and backward pass of the chain, which cannot be written faster."""
    x = torch.from_numpy(chain.data()).requires_grad_()
    scale, shift, lr = chain.scale, chain.shift, chain.lr
    pairs = range(chain.nodes // 2)

    def step() -> torch.Tensor:
        x.grad = None
        y = x
        for _ in pairs:
            y = y * scale
            y = y + shift
        loss = y.sum()
        loss.backward()
        with torch.no_grad():
            x.sub_(x.grad, alpha=lr)
        return loss

    return step
