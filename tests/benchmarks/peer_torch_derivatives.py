"""The comparisons of `derivatives` as a user of PyTorch would write them."""

from __future__ import annotations

from typing import Any

import torch
from torch.func import grad, hessian as hessian_of, jacrev, vmap

from .derivatives import SIZES, Pair, example_data, hessian_data, hvp_data, jacobian_data


def hvp() -> Pair:
    a, w, v = map(torch.tensor, hvp_data())
    w.requires_grad_()

    def loss() -> torch.Tensor:
        return torch.nn.functional.softplus(torch.tanh(a @ w) * 2.0).mean()

    def product() -> torch.Tensor:
        (g,) = torch.autograd.grad(loss(), w, create_graph=True)
        return torch.autograd.grad(g, w, v)[0][0]

    return product, lambda: torch.autograd.grad(loss(), w)[0][0]


def per_example() -> Pair:
    arrays, *data = example_data()
    weights = tuple(map(torch.tensor, arrays))
    inputs, targets = map(torch.tensor, data)

    def loss(weights: Any, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        a, b, c = weights
        return ((torch.tanh(x @ a + b) @ c - y) ** 2).mean()

    gradient = grad(loss)
    batched = vmap(gradient, in_dims=(None, 0, 0))

    def loop() -> torch.Tensor:
        return [gradient(weights, x, y) for x, y in zip(inputs, targets, strict=True)][-1][0][0, 0]

    return loop, lambda: batched(weights, inputs, targets)[0][-1, 0, 0]


def jacobian() -> Pair:
    a, x = map(torch.tensor, jacobian_data())
    tracked = x.clone().requires_grad_()
    at_once = jacrev(lambda x: torch.tanh(a @ x))
    rows = torch.eye(len(a), dtype=a.dtype)

    def loop() -> torch.Tensor:
        y = torch.tanh(a @ tracked)
        found = [torch.autograd.grad(y, tracked, row, retain_graph=True)[0] for row in rows]
        return torch.stack(found)[-1, 0]

    return loop, lambda: at_once(x)[-1, 0]


def hessian() -> Pair:
    p, x, y = map(torch.tensor, hessian_data())
    counts = [torch.Size(size).numel() for size in SIZES]

    def loss(p: torch.Tensor) -> torch.Tensor:
        parts = torch.split(p, counts)
        a, b, c, d, e, f = (q.reshape(size) for q, size in zip(parts, SIZES, strict=True))
        return ((torch.tanh(torch.tanh(x @ a + b) @ c + d) @ e + f - y) ** 2).mean()

    second, first = hessian_of(loss), grad(loss)
    return lambda: second(p)[0, -1], lambda: first(p)[0]
