"""How often gradcheck is wrong: false alarms and misses, counted.

    python -m tests.testing.rates           print the table
    python -m tests.testing.rates --write   write it into docs/gradient-checks.md

Twenty functions, with right gradients and with planted wrong ones, at numbers of several sizes, in
both precisions. A planted error multiplies the gradients of some elements by a number drawn from a
list, so for every element it is known whether its gradient is right. A check is one verdict: on an
element, or on all of them where elements are checked along directions.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

import tinygrad_np as tg
from tinygrad_np.testing.analysis import Analysis
from tinygrad_np.testing.differences import Array
from tinygrad_np.testing.examine import CheckOptions, examine
from tinygrad_np.testing.inputs import pose
from tinygrad_np.testing.judge import SEVERITY
from tinygrad_np.testing.reference import Reference
from tinygrad_np.testing.report import Verdict

from .page import write_section

SCALES = (1e-6, 1e-4, 1e-2, 1.0, 30.0)
DTYPES = ("float32", "float64")
SEEDS = range(20)
SEEDS_OF_MANY = range(2)
"""The seeds for which arrays of many elements are checked as well."""

WEIGHTS = np.array([[0.7, -1.2, 0.4], [1.1, 0.3, -0.6], [-0.2, 0.9, 1.3], [0.5, -0.8, 0.1]])

FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "absolute": tg.absolute,
    "cumsum of squares": lambda x: tg.cumsum(x * x),
    "exp": tg.exp,
    "gelu": tg.gelu,
    "layer norm": lambda x: (x - x.mean(axis=-1, keepdims=True)) / tg.std(x, -1, keepdims=True),
    "log |x|": lambda x: tg.log(tg.absolute(x)),
    "log_softmax": tg.log_softmax,
    "logsumexp": tg.logsumexp,
    "max": lambda x: tg.max(x, axis=-1),
    "norm": lambda x: tg.sqrt((x * x).sum()),
    "prod": lambda x: tg.prod(x, axis=-1),
    "reciprocal": lambda x: 1.0 / x,
    "relu": tg.relu,
    "sigmoid": tg.sigmoid,
    "sin": tg.sin,
    "softmax": tg.softmax,
    "softplus": tg.softplus,
    "tanh of a product": lambda x: tg.tanh(x @ WEIGHTS.astype(x.dtype)),
    "two layers": lambda x: (tg.relu(x @ WEIGHTS.astype(x.dtype)) ** 2).mean(),
    "var": lambda x: tg.var(x, axis=-1),
}

FACTORS = (-1.0, 0.0, 0.5, 2.0, 1.1, 0.99, 1.001, 1.0 + 1e-4, 1.0 - 1e-5)
"""The factors of wrong gradients."""
COARSE = (-1.0, 0.0, 0.5, 2.0, 1.1, 0.99)
"""The factors of gradients that are wrong only in float32, which has seven digits."""


@dataclass(frozen=True)
class Setting:
    """One problem: a function at random numbers, with right or partly wrong gradients."""

    function: str
    seed: int
    scale: float
    dtype: str
    wrong: bool
    many: bool = False

    def checks(self) -> list[tuple[bool, Verdict]]:
        """Return for each check whether the gradient was wrong, and the verdict."""
        rng = np.random.default_rng([self.seed, *self.function.encode()])
        shape = (50, 4) if self.many else (2, 4)
        x = (self.scale * rng.normal(size=shape)).astype(self.dtype)
        f, factor, where = FUNCTIONS[self.function], np.ones(shape), None
        if self.wrong:
            if self.dtype == "float32" and rng.random() < 0.5:
                where = "float32"
            some = rng.random(shape) < rng.choice([0.2, 1.0])
            factor[some] = rng.choice(FACTORS if where is None and not self.many else COARSE)
        bend = bent(factor, where)

        def bent_f(x: Any) -> Any:
            return f(bend(x))

        findings, faults, _ = examine(
            pose(bent_f, (x,)), CheckOptions(), np.random.default_rng(self.seed)
        )
        if faults:
            raise AssertionError(f"{self}: {faults}")
        right, spoilt = compare(f, bent_f, x, self.seed)
        if self.many and spoilt.any():
            return [(True, max((f.verdict for f in findings), key=SEVERITY.__getitem__))]
        if self.many and not right.all():
            return []
        told = [(f.index, f.verdict) for f in findings]
        return [(bool(i and spoilt[i]), v) for i, v in told if not i or spoilt[i] or right[i]]


def bent(factor: Array, dtype: str | None) -> Callable[[Any], Any]:
    """Return the identity with its gradient multiplied by a factor, in one dtype or in all."""

    def rule(g: Any) -> Any:
        return g * factor.astype(g.dtype) if dtype in (None, str(g.dtype)) else g

    return tg.op(lambda x: +x, x=rule, kind="elementwise", name="bent")


def compare(
    f: Callable[[Any], Any], g: Callable[[Any], Any], x: Array, seed: int
) -> tuple[Array, Array]:
    """Return where the gradients of `g` equal those of `f`, and where they clearly differ.

    Both in float64 and in the own dtype, for the weights that a check with this seed draws. Some do
    neither: errors below ten roundings of the result over the input's size show in no values.
    """
    reference = Reference(pose(f, (x,)), np.random.default_rng(seed))
    result, size = np.abs(reference.here).max(), np.abs(reference.arrays[0])
    off = np.zeros(x.shape)
    for arrays in (reference.arrays, [x]):
        of_f, of_g = (
            Analysis(pose(h, (x,)), arrays, reference.cotangents).gradients[0] for h in (f, g)
        )
        off = np.maximum(off, np.abs(of_f - of_g))
    return off == 0.0, off * size > 10.0 * np.finfo(float).eps * result


def settings(
    functions: Iterable[str] = FUNCTIONS,
    seeds: Iterable[int] = SEEDS,
    scales: Iterable[float] = SCALES,
) -> Iterator[Setting]:
    """Yield the problems."""
    for function, seed, scale, dtype in product(functions, seeds, scales, DTYPES):
        yield Setting(function, seed, scale, dtype, wrong=False)
        yield Setting(function, seed, scale, dtype, wrong=True)
        if seed in SEEDS_OF_MANY:
            yield Setting(function, seed, scale, dtype, wrong=False, many=True)
            yield Setting(function, seed, scale, dtype, wrong=True, many=True)


def count(problems: Iterable[Setting]) -> dict[tuple[float, str], Counter[str]]:
    """Return the counts of each outcome at each scale, in each precision."""
    counts: dict[tuple[float, str], Counter[str]] = {}
    for setting in problems:
        found = counts.setdefault((setting.scale, setting.dtype), Counter())
        for wrong, verdict in setting.checks():
            found["wrong" if wrong else "right"] += 1
            if verdict == "weak":
                found["weak"] += 1
            elif wrong != (verdict in ("FAIL", "nan")):
                found["missed" if wrong else "false alarms"] += 1
    return counts


def table(counts: dict[tuple[float, str], Counter[str]]) -> str:
    """Return the table for the docs."""
    lines = ["| size of the numbers | dtype | right | false alarms | wrong | missed | weak |"]
    lines.append("|---|---|---|---|---|---|---|")
    for (scale, dtype), found in sorted(counts.items()):
        cells = (found[k] for k in ("right", "false alarms", "wrong", "missed", "weak"))
        lines.append(f"| {scale:g} | {dtype} | " + " | ".join(f"{n:,}" for n in cells) + " |")
    return "\n".join(lines)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.testing.rates", description=__doc__)
    parser.add_argument("--write", action="store_true", help="into docs/gradient-checks.md")
    options = parser.parse_args()
    with np.errstate(all="ignore"):
        text = table(count(settings()))
    write_section("rates", text) if options.write else print(text)


if __name__ == "__main__":
    main()
