"""What a record of cases.py is, and the domains its arguments are drawn from."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import tinygrad_np as tg

Draw = Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]


def floats(low: float = -2.0, high: float = 2.0, gap: float = 0.0) -> Draw:
    """Numbers between `low` and `high`, none of them within `gap` of zero."""

    def draw(rng, shape):
        x = rng.uniform(low, high, shape)
        return np.where(abs(x) < gap, np.copysign(gap + abs(x), x), x)

    return draw


def spaced(rng, shape):
    """Numbers of both signs, no two of them closer than 0.1: for extrema."""
    return rng.permutation(math.prod(shape)).reshape(shape) * 0.1 - 0.35


def integers(low: int, high: int) -> Draw:
    """Integers from `low` to `high`, both included."""
    return lambda rng, shape: rng.integers(low, high, shape, endpoint=True)


def booleans(rng, shape):
    return rng.random(shape) < 0.5


def fixed(*values) -> Draw:
    """An array written out: for indices."""
    return lambda rng, shape: np.array(*values)


@dataclass(frozen=True, kw_only=True)
class Case:
    """How to test an op.

    Attributes:
        op: The name of the op, or of the public function if it is composed of several.
        call: The function under test, on Tensors.
        reference: What it must equal, on arrays.
        domains: Where each array is drawn from.
        shapes: The shape of each array.
        params: Keyword parameters, for both.
        order: How many times it can be differentiated: 0 for answers without gradient.
        elementwise: Whether arrays of any shapes that broadcast will do.
        integers: Whether it takes integers and booleans wherever the reference does.
        tolerance: The relative error of differences.
        mapped: Whether `vmap` can take it: not where values decide about shapes.
    """

    op: str
    call: Callable[..., Any]
    reference: Callable[..., Any]
    domains: tuple[Draw, ...]
    shapes: tuple[tuple[int, ...], ...]
    params: dict[str, Any] = field(default_factory=dict)
    order: int = 2
    elementwise: bool = False
    integers: bool = True
    tolerance: float = 1e-6
    label: str = ""
    mapped: bool = True

    def draw(self, rng, *shapes):
        """Return arguments, of other shapes than the record's own if given."""
        pairs = zip(self.domains, shapes or self.shapes, strict=True)
        return [np.asarray(domain(rng, shape)) for domain, shape in pairs]

    def __str__(self):
        params = ",".join(f"{k}={v}" for k, v in self.params.items())
        return self.op + "".join(f"[{part}]" for part in (self.label, params) if part)


CASES: list[Case] = []


def add(op, reference, *domains, call=None, shapes=None, **rest):
    """Enter a record; the op's public function is what is called unless told otherwise."""
    call = call or getattr(tg, op)
    shapes = shapes or ((2, 3),) * len(domains)
    CASES.append(
        Case(op=op, call=call, reference=reference, domains=domains, shapes=shapes, **rest)
    )


def elementwise(op, reference, *domains, **rest):
    add(op, reference, *domains, elementwise=True, **rest)


ANY, POSITIVE, NONZERO, SMALL = floats(), floats(0.3, 2.5), floats(gap=0.3), floats(-0.8, 0.8)
