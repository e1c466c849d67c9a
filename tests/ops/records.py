"""What a record of cases.py is, and the domains its arguments are drawn from."""

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field, replace
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


def real(domain: Draw) -> Draw:
    """The same domain, of arguments that are real numbers by nature: weights, places."""

    def draw(rng, shape):
        return domain(rng, shape)

    draw.is_real = True
    return draw


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
        complex: How many times it can be differentiated with complex numbers: 0 where it refuses
            them, or their gradient, although the reference takes them. When left out, as `order`,
            and refused where the reference does.
        rounding: The relative error of values.
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
    complex: int | None = None
    rounding: float = 1e-13

    def has_floats(self):
        """Return whether there are arguments that could as well be complex."""
        rng = np.random.default_rng(0)
        real, could_be = self.draw(rng), complexly(self).draw(rng)
        return any(a.dtype != b.dtype for a, b in zip(real, could_be, strict=True))

    def takes_complex(self):
        """Return whether the op must do with complex numbers what the reference does."""
        if self.complex is not None or not self.has_floats():
            return bool(self.complex)
        return self.reference_takes(complexly(self).draw(np.random.default_rng(0)))

    def reference_takes(self, arrays):
        """Return whether the reference takes arrays of these dtypes, and drops nothing of them."""
        with warnings.catch_warnings():
            warnings.simplefilter("error", np.exceptions.ComplexWarning)
            try:
                self.reference(*arrays, **self.params)
            except (TypeError, np.exceptions.ComplexWarning):
                return False
        return True

    def draw(self, rng, *shapes):
        """Return arguments, of other shapes than the record's own if given."""
        pairs = zip(self.domains, shapes or self.shapes, strict=True)
        return [np.asarray(domain(rng, shape)) for domain, shape in pairs]

    def __str__(self):
        params = ",".join(f"{k}={v}" for k, v in self.params.items())
        return self.op + "".join(f"[{part}]" for part in (self.label, params) if part)


CASES: list[Case] = []


def complexly(case):
    """Return a record with complex numbers for floats, off the axes: branch cuts lie there."""

    def with_imaginary_part(domain):
        def draw(rng, shape):
            x = np.asarray(domain(rng, shape))
            if x.dtype.kind != "f" or getattr(domain, "is_real", False):
                return x
            return x + 1j * floats(-0.8, 0.8, gap=0.2)(rng, shape)

        return draw

    return replace(
        case,
        domains=tuple(map(with_imaginary_part, case.domains)),
        label=", ".join(filter(None, (case.label, "complex"))),
        order=case.order if case.complex is None else case.complex,
        rounding=1e-12,
    )


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
