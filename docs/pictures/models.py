"""The models shown in the pictures of docs/pictures.md, which says how they were made."""

from typing import Any

import numpy as np

import tinygrad_np as tg
from tinygrad_np import nn


class Block(nn.Module):
    """x plus the output of a small network for x."""

    def __init__(self, size: int, rng: np.random.Generator) -> None:
        self.inner = nn.Linear(size, 2 * size, rng=rng)
        self.outer = nn.Linear(2 * size, size, rng=rng)

    def forward(self, x: Any) -> tg.Tensor:
        """Return the sum of `x` and the network's output."""
        return x + self.outer(tg.gelu(self.inner(x)))


class Residual(nn.Module):
    """Twelve blocks between two layers."""

    def __init__(self, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        self.enter = nn.Linear(2, 8, rng=rng)
        self.blocks = nn.ModuleList([Block(8, rng) for _ in range(12)])
        self.leave = nn.Linear(8, 1, rng=rng)

    def forward(self, x: Any) -> tg.Tensor:
        """Return a number for each row of `x`."""
        x = self.enter(x)
        for block in self.blocks:
            x = block(x)
        return self.leave(x)


def residual() -> tuple[tg.Tensor, nn.Module]:
    """Return the loss of a model of twelve blocks, and the model."""
    model = Residual()
    return (model(np.ones((16, 2))) ** 2).mean(), model


def recurrence() -> tg.Tensor:
    """Return the last of a thousand states of a recurrence."""
    w = tg.tensor(np.eye(3) / 2, requires_grad=True, name="w")
    h = tg.tensor(np.ones(3), requires_grad=True, name="start")
    for _ in range(1000):
        h = tg.tanh(w @ h)
    return h
