"""How long a gradient check takes that goes along directions: one of 10,000 parameters."""

from __future__ import annotations

import time

import numpy as np

import tinygrad_np as tg

MOST_SECONDS = 2.0
"""How long it may take."""
SIZES = [20, 100, 73, 10]


def line(rounds: int = 5) -> str:
    """Return the shortest time of a check and what it did, in words."""
    model = tg.nn.MLP(SIZES, activation="relu", rng=0)
    parameters = sum(p.size for p in model.parameters())
    x = np.random.default_rng(1).normal(size=(32, SIZES[0]))
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        report = tg.testing.gradcheck_module(
            model, x, loss=lambda y: (y * y).mean(), mode="directions"
        )
        seconds.append(time.perf_counter() - start)
    verdict = "within" if min(seconds) <= MOST_SECONDS else "more than"
    return (
        f"gradcheck_module of {parameters:,} parameters along {len(report.findings)} directions: "
        f"{min(seconds):.2f} s, {report.evaluations} evaluations; {verdict} {MOST_SECONDS:g} s"
    )
