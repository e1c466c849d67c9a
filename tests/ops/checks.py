"""Checks that run over records: one test per record runs every check, even after failures.

A check is a function of a record, a random generator and optional further arguments. A failure is
reported as a subtest named after the check; the test is named after the record.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pytest

import tinygrad_np as tg
from ops.opinfo import OpInfo, complex_form
from ops.records import RECORDS

Forms = Callable[[OpInfo], Iterable[OpInfo]]


def unchanged_form(record: OpInfo) -> Iterator[OpInfo]:
    """Yield a record."""
    yield record


def of_complex_numbers(record: OpInfo) -> Iterator[OpInfo]:
    """Yield the complex form of a record, if its reference accepts complex numbers."""
    if record.takes_complex:
        yield complex_form(record)


def in_both_fields(record: OpInfo) -> Iterator[OpInfo]:
    """Yield a record, and its complex form if its reference accepts complex numbers."""
    yield record
    yield from of_complex_numbers(record)


@dataclass(frozen=True)
class Check:
    """A check, with the forms of records and the arguments that it is run with.

    Attributes:
        function: The function that runs the check and fails.
        forms: The forms of a record to run over.
        select: Which of these forms the check applies to.
        each: Further arguments by name; for each, all values by their labels.
    """

    function: Callable[..., None]
    forms: Forms
    select: Callable[[OpInfo], Any]
    each: dict[str, dict[str, Any]]

    def runs(self, record: OpInfo) -> Iterator[tuple[str, Callable[[], None]]]:
        """Yield a name and a function of no arguments for each run over a record."""
        for form in filter(self.select, self.forms(record)):
            for chosen in itertools.product(*(values.items() for values in self.each.values())):
                given = dict(zip(self.each, (value for _, value in chosen), strict=True))
                words = [self.function.__name__, *(name for name, _ in chosen)]
                if form is not record:
                    words.append("complex")
                rng = np.random.default_rng(0)
                yield ", ".join(words), partial(self.function, form, rng, **given)


class Contract:
    """All checks of a file, in the order of their definitions."""

    def __init__(self) -> None:
        self.checks: list[Check] = []

    def over(
        self,
        forms: Forms = unchanged_form,
        select: Callable[[OpInfo], Any] = lambda record: True,
        **each: dict[str, Any],
    ) -> Callable[[Callable[..., None]], Callable[..., None]]:
        """Register the decorated function as a check."""

        def enter(function: Callable[..., None]) -> Callable[..., None]:
            self.checks.append(Check(function, forms, select, each))
            return function

        return enter

    def runs(self, record: OpInfo) -> Iterator[tuple[str, Callable[[], None]]]:
        """Yield a name and a function of no arguments for each run of a check over a record."""
        for check in self.checks:
            yield from check.runs(record)

    def run(self, record: OpInfo, subtests: pytest.Subtests) -> None:
        """Run every check over a record."""
        for name, run in self.runs(record):
            try:
                run()
            except (
                Exception,
                pytest.skip.Exception,
            ) as outcome:  # only on failure: subtests are slow
                with subtests.test(name):
                    raise outcome


def items(records: Iterable[OpInfo] = RECORDS) -> list[Any]:
    """Return records as test parameters: all but the first of each op are marked slow."""
    seen: set[str] = set()
    parameters = []
    for record in records:
        marks = [pytest.mark.slow] if record.op in seen else []
        seen.add(record.op)
        parameters.append(pytest.param(record, marks=marks, id=str(record)))
    return parameters


# -------------------------------------------------------------------- shared helpers


def floating(arrays):
    """Return the places of the arrays that a gradient flows to."""
    return [i for i, a in enumerate(arrays) if a.dtype.kind in "fc"]


def tracked(arrays):
    return [tg.Tensor(a, requires_grad=a.dtype.kind in "fc") for a in arrays]


def in_single_precision(arrays):
    """Return the arrays in single precision."""
    single = {"f": "f4", "c": "c8"}
    return [a.astype(single.get(a.dtype.kind, a.dtype)) for a in arrays]


def random_like(rng, a):
    """Return random numbers of the shape of `a`, complex if `a` is."""
    x = np.asarray(rng.normal(size=np.shape(a)))
    return x + 1j * rng.normal(size=x.shape) if np.iscomplexobj(a) else x


def dot(x, y):
    """Return <x, y>, the sum of the real part of conjugate(x) * y, for arrays or Tensors."""
    if "c" in (x.dtype.kind, y.dtype.kind):
        return np.real(np.conjugate(x) * y).sum()
    return (x * y).sum()


def gradients(record, arrays, cotangent, create_graph=False):
    """Return the gradients of all float arrays, and these arrays as Tensors."""
    tensors = tracked(arrays)
    targets = [tensors[i] for i in floating(arrays)]
    out = record.call(*tensors, **record.params)
    return out.gradient(*targets, gradient=cotangent, create_graph=create_graph), targets


def cotangent_of(record, arrays, rng):
    return random_like(rng, record.reference(*arrays, **record.params))
