"""The cost of gradient checks: calls per element in full, seconds for 10,000 parameters."""

from __future__ import annotations

import time

import numpy as np

import tinygrad_np as tg

MOST_SECONDS = 2.0
"""The most seconds that it may take."""
SIZES = [20, 100, 73, 10]
MOST_CALLS = 100
"""The most calls of a function for each element."""
FULL = {
    "tanh": (tg.tanh, 0.5),
    "relu at 0": (tg.relu, 0.0),
    "1e10 + sin(x) - 1e10": (lambda x: (1e10 + tg.sin(x)) - 1e10, 1.0),
    "waves, kinks, an offset": (lambda x: abs(tg.sin(1e6 * x)) * x + 1e5, 1e-6),
}
"""Functions and the points to check them at, from the cheapest to the most expensive known."""


def calls() -> str:
    """Describe how often functions are called, for a single element and all checks."""
    counts = {}
    for name, (f, at) in FULL.items():
        made = []
        tg.testing.gradcheck(
            lambda x, f=f, made=made: made.append(1) or f(x),
            np.array([at], np.float32),
            raise_=False,
        )
        counts[name] = len(made)
    verdict = "within" if max(counts.values()) <= MOST_CALLS else "more than"
    listed = ", ".join(f"{name} {count}" for name, count in counts.items())
    return f"gradcheck of one element in full, calls: {listed}; {verdict} {MOST_CALLS}"


def line(rounds: int = 5) -> str:
    """Describe the shortest time of a check, and its result."""
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
