"""The cost of derivatives beyond a training step, each as a ratio of two times in one library."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from statistics import median
from typing import TypeAlias

import numpy as np

from .peers import OURS, TORCH, LeftOut, Peer
from .workloads import Array, Step

Pair: TypeAlias = tuple[Step, Step]
"""The timed step, and the step whose time it is divided by."""

RTOL = 1e-8


@dataclass(frozen=True)
class Comparison:
    """A ratio of two times, and its bounds.

    Attributes:
        key: The function in the modules of derivatives that returns the pair.
        name: The dividend and the divisor, in words.
        same_value: Whether the two compute the same number.
        at_most: The upper bound, if any.
        at_least: The lower bound, if any.
    """

    key: str
    name: str
    same_value: bool = False
    at_most: float = float("inf")
    at_least: float = 0.0

    @property
    def bound(self) -> str:
        """The bound in words."""
        if self.at_least:
            return f"at least {self.at_least:g}"
        return f"at most {self.at_most:g}" if self.at_most < float("inf") else "–"

    def holds(self, ratio: float) -> bool:
        """Return whether a ratio is within the bounds."""
        return self.at_least <= ratio <= self.at_most

    def steps(self, peer: Peer) -> Pair:
        """Return the steps of a peer; raise `LeftOut` if its library cannot be imported."""
        peer.load()
        module = import_module(f"{__package__}.{peer.module}_derivatives")
        make: Callable[[], Pair] = getattr(module, self.key)
        return make()


COMPARISONS = (
    Comparison("hvp", "hvp / gradient, 1000 parameters", at_most=2.2),
    Comparison(
        "per_example",
        "256 gradients of one example, by a loop / by vmap(grad)",
        same_value=True,
        at_least=20.0,
    ),
    Comparison(
        "jacobian", "Jacobian of 100 x 50, by a loop of rows / by one pass", same_value=True
    ),
    Comparison("hessian", "Hessian / gradient, network of 111 parameters"),
)


@dataclass(frozen=True)
class Cost:
    """The microseconds of a comparison in every round: a list for each of the pair, by peer."""

    comparison: int
    microseconds: dict[str, list[list[float]]]

    def ratio(self, peer: Peer) -> float | None:
        """Return the median over rounds of the ratio, or `None` for a peer that was left out."""
        pair = self.microseconds.get(peer.key)
        return median(a / b for a, b in zip(*pair, strict=True)) if pair else None


def all_steps(comparison: Comparison, wanted: list[str]) -> dict[str, Step]:
    """Return the steps of the available peers, two for each: `key` and `key/unit`."""
    found: dict[str, Step] = {}
    for peer in (OURS, TORCH):
        if peer is OURS or peer.key in wanted:
            try:
                found[peer.key], found[f"{peer.key}/unit"] = comparison.steps(peer)
            except LeftOut:
                continue
    return found


def groups(comparison: Comparison, steps: Mapping[str, Step]) -> list[dict[str, Step]]:
    """Return the steps in groups that must compute the same number."""
    if comparison.same_value:
        return [dict(steps)]
    units = {key: step for key, step in steps.items() if key.endswith("/unit")}
    return [{key: step for key, step in steps.items() if key not in units}, units]


def section(costs: list[Cost]) -> str:
    """Return the ratios as a table in Markdown, with missed bounds marked."""
    lines = [
        f"| ratio | {OURS.label} | {TORCH.label} | bound |",
        "| --- | ---: | ---: | ---: |",
    ]
    for cost in costs:
        comparison = COMPARISONS[cost.comparison - 1]
        ours, torch = cost.ratio(OURS), cost.ratio(TORCH)
        missed = "" if ours is None or comparison.holds(ours) else "MISSED "
        cells = [
            comparison.name,
            "–" if ours is None else f"{missed}{ours:.2f}",
            "–" if torch is None else f"{torch:.2f}",
            comparison.bound,
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


# ------------------------------------------------------------------------------- data


def hvp_data() -> tuple[Array, Array, Array]:
    """Return a matrix, a point and a direction, for the mean of softplus(2 tanh(a @ w))."""
    rng = np.random.default_rng(1)
    return rng.normal(size=(500, 1000)) / 30, rng.normal(size=1000), rng.normal(size=1000)


def example_data() -> tuple[tuple[Array, Array, Array], Array, Array]:
    """Return the weights of a network 8-16-1, and 256 inputs and targets."""
    rng = np.random.default_rng(2)
    weights = rng.normal(size=(8, 16)), rng.normal(size=16), rng.normal(size=(16, 1))
    return weights, rng.normal(size=(256, 8)), rng.normal(size=(256, 1))


def jacobian_data() -> tuple[Array, Array]:
    """Return a matrix and a point, for tanh(a @ x)."""
    rng = np.random.default_rng(3)
    return rng.normal(size=(100, 50)) / 7, rng.normal(size=50)


SIZES = ((4, 10), (10,), (10, 5), (5,), (5, 1), (1,))
"""The shapes of the parameters of the network for the Hessian."""


def hessian_data() -> tuple[Array, Array, Array]:
    """Return parameters in one vector, and 20 inputs and targets."""
    rng = np.random.default_rng(4)
    count = sum(int(np.prod(size)) for size in SIZES)
    return rng.normal(size=count) / 2, rng.normal(size=(20, 4)), rng.normal(size=(20, 1))
