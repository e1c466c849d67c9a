"""The comparisons of `derivatives` as a user of tinygrad_np would write them."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

import numpy as np

import tinygrad_np as tg

from .derivatives import SIZES, Pair, example_data, hessian_data, hvp_data, jacobian_data


def hvp() -> Pair:
    a, w, v = hvp_data()

    def f(w: Any) -> tg.Tensor:
        return tg.mean(tg.softplus(np.tanh(a @ w) * 2.0))

    product, gradient = tg.hvp(f), tg.grad(f)
    return lambda: product(w, v)[0], lambda: gradient(w)[0]


def per_example() -> Pair:
    weights, inputs, targets = example_data()

    def loss(weights: Any, x: Any, y: Any) -> tg.Tensor:
        a, b, c = weights
        return ((np.tanh(x @ a + b) @ c - y) ** 2).mean()

    gradient = tg.grad(loss)
    batched = tg.vmap(gradient, in_axes=(None, 0, 0))

    def loop() -> tg.Tensor:
        found = [gradient(weights, x, y) for x, y in zip(inputs, targets, strict=True)]
        return found[-1][0][0, 0]

    return loop, lambda: batched(weights, inputs, targets)[0][-1, 0, 0]


def jacobian() -> Pair:
    a, x = jacobian_data()

    def f(x: Any) -> tg.Tensor:
        return np.tanh(a @ x)

    at_once = tg.jacobian(f, mode="reverse")
    rows = np.eye(len(a))

    def loop() -> tg.Tensor:
        _, pullback = tg.vjp(f, x)
        return np.stack([pullback(row)[0] for row in rows])[-1, 0]

    return loop, lambda: at_once(x)[-1, 0]


def hessian() -> Pair:
    p, x, y = hessian_data()
    ends = list(accumulate(int(np.prod(size)) for size in SIZES))

    def loss(p: tg.Tensor) -> tg.Tensor:
        parts = np.split(p, ends[:-1])
        a, b, c, d, e, f = (q.reshape(size) for q, size in zip(parts, SIZES, strict=True))
        return ((np.tanh(np.tanh(x @ a + b) @ c + d) @ e + f - y) ** 2).mean()

    second, first = tg.hessian(loss), tg.grad(loss)
    return lambda: second(p)[0, -1], lambda: first(p)[0]
