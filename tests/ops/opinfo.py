"""Test records of ops, and the domains from which their arguments are drawn.

PyTorch calls such a record an OpInfo. It says how to call the op, what NumPy (or a formula) gives
for the same arguments, from which domains to draw these, away from kinks and poles, and what the
counterpart in PyTorch is. The records are in records/; every check in test_ops.py and
test_against_torch.py runs over all of them.
"""

import math
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

import tinygrad_np as tg
from ops.in_torch import InTorch, NotInTorch

Draw = Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]


def floats(low: float = -2.0, high: float = 2.0, gap: float = 0.0) -> Draw:
    """Return a domain of numbers from `low` to `high`, none of them within `gap` of zero."""

    def draw(rng, shape):
        x = rng.uniform(low, high, shape)
        return np.where(abs(x) < gap, np.copysign(gap + abs(x), x), x)

    return draw


def spaced(rng, shape):
    """Draw numbers of both signs, no two of them closer than 0.1: for extrema."""
    return rng.permutation(math.prod(shape)).reshape(shape) * 0.1 - 0.35


def integers(low: int, high: int) -> Draw:
    """Return a domain of integers from `low` to `high`, both included."""
    return lambda rng, shape: rng.integers(low, high, shape, endpoint=True)


def booleans(rng, shape):
    return rng.random(shape) < 0.5


def fixed(*values) -> Draw:
    """Return a domain that consists of one given array: for indices."""
    return lambda rng, shape: np.array(*values)


def holes(rng, shape):
    """Draw distinct numbers with NaNs: in each row of three, two numbers are present."""
    x = spaced(rng, shape)
    x[..., 1] = np.nan
    return x


def some_missing(rng, shape):
    """Draw distinct numbers, one of them replaced by NaN."""
    x = spaced(rng, shape) + 0.03
    x[0, 0] = np.nan
    return x


@dataclass(frozen=True)
class Real:
    """A domain of numbers that stay real in the complex form of a record."""

    domain: Draw

    def __call__(self, rng, shape):
        return self.domain(rng, shape)


def real(domain: Draw) -> Draw:
    """Return the same domain for arguments that are always real: weights, positions."""
    return Real(domain)


ANY, POSITIVE, NONZERO, SMALL = floats(), floats(0.3, 2.5), floats(gap=0.3), floats(-0.8, 0.8)
MASK = fixed([[True, False, True], [True, True, False]])
ZEROS = fixed([[2.0, 0.0, 3.0], [0.0, 0.0, 4.0]])


@dataclass(frozen=True, kw_only=True)
class OpInfo:
    """How to test an op.

    Attributes:
        op: The name of the op, or of the public function if it is composed of several.
        call: The function under test, on Tensors.
        reference: The function of arrays that it must equal.
        domains: The domain from which each array is drawn.
        shapes: The shape of each array.
        file: The file of records/ that contains it.
        params: Keyword parameters, for both.
        order: How many times it can be differentiated: 0 for results without gradient.
        elementwise: Whether arrays of any shapes that broadcast are accepted.
        integers: Whether it accepts integers and booleans wherever the reference does.
        tolerance: The relative error of differences.
        label: What distinguishes it from other records of the op, besides the parameters.
        batchable: Whether it works under `vmap`: not where shapes depend on values.
        complex: How many times it can be differentiated with complex numbers: 0 where it refuses
            them, or their gradient, although the reference accepts them. By default the same as
            `order`, or refused where the reference refuses.
        rounding: The relative error of values.
        torch: PyTorch's counterpart: a function of tensors and `params`, or its name below
            `torch`, or `InTorch` with its limitations, or `NotInTorch` with the reason. By
            default PyTorch's function with the same name.
        reaches: The op that is recorded, if it is a different one.
    """

    op: str
    call: Callable[..., Any]
    reference: Callable[..., Any]
    domains: tuple[Draw, ...]
    shapes: tuple[tuple[int, ...], ...]
    file: str
    params: dict[str, Any] = field(default_factory=dict)
    order: int = 2
    elementwise: bool = False
    integers: bool = True
    tolerance: float = 1e-6
    label: str = ""
    batchable: bool = True
    complex: int | None = None
    rounding: float = 1e-13
    torch: str | Callable[..., Any] | InTorch | NotInTorch | None = None
    reaches: str = ""

    @cached_property
    def has_floats(self) -> bool:
        """Whether there are arguments that may also be complex."""
        rng = np.random.default_rng(0)
        real, could_be = self.draw(rng), complex_form(self).draw(rng)
        return any(a.dtype != b.dtype for a, b in zip(real, could_be, strict=True))

    @cached_property
    def takes_complex(self) -> bool:
        """Whether the op must agree with the reference on complex numbers."""
        if self.complex is not None or not self.has_floats:
            return bool(self.complex)
        return self.reference_takes(complex_form(self).draw(np.random.default_rng(0)))

    def reference_takes(self, arrays):
        """Return whether the reference accepts these dtypes without dropping imaginary parts."""
        with warnings.catch_warnings():
            warnings.simplefilter("error", np.exceptions.ComplexWarning)
            try:
                self.reference(*arrays, **self.params)
            except (TypeError, np.exceptions.ComplexWarning):
                return False
        return True

    def draw(self, rng, *shapes):
        """Return arguments, of the record's own shapes unless others are given."""
        pairs = zip(self.domains, shapes or self.shapes, strict=True)
        return [np.asarray(domain(rng, shape)) for domain, shape in pairs]

    def __str__(self):
        params = ",".join(f"{k}={v}" for k, v in self.params.items())
        return self.op + "".join(f"[{part}]" for part in (self.label, params) if part)


def complex_form(record):
    """Return a record with complex numbers for floats, away from branch cuts on the axes."""

    def with_imaginary_part(domain):
        def draw(rng, shape):
            x = np.asarray(domain(rng, shape))
            if x.dtype.kind != "f" or isinstance(domain, Real):
                return x
            return x + 1j * floats(-0.8, 0.8, gap=0.2)(rng, shape)

        return draw

    return replace(
        record,
        domains=tuple(map(with_imaginary_part, record.domains)),
        label=", ".join(filter(None, (record.label, "complex"))),
        order=record.order if record.complex is None else record.complex,
        rounding=1e-12,
    )


RECORDS: list[OpInfo] = []
"""All records added so far; `ops.records` loads all files and so has every record."""


def file_of_records():
    """Return the name of the file of records/ that is being loaded, or ""."""
    frame = sys._getframe()
    while frame is not None:
        package, _, name = frame.f_globals.get("__name__", "").rpartition(".")
        if package == "ops.records":
            return name
        frame = frame.f_back
    return ""


def add(op, reference, *domains, call=None, shapes=None, **rest):
    """Add a record; `call` is the op's public function by default."""
    call = call or getattr(tg, op)
    shapes = shapes or ((2, 3),) * len(domains)
    record = OpInfo(
        op=op,
        call=call,
        reference=reference,
        domains=domains,
        shapes=shapes,
        file=file_of_records(),
        **rest,
    )
    RECORDS.append(record)


def elementwise(op, reference, *domains, **rest):
    add(op, reference, *domains, elementwise=True, **rest)
