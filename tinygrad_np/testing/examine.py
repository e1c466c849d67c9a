"""The examination of a problem: both passes against the reference, along one line at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

import numpy as np

from ..engine.access import array_of
from ..engine.tensor import Tensor
from .analysis import Analysis, gradients, own_rounding, rounding
from .differences import KNOWN, Array, Restriction
from .directions import ALL, Block, blocks_of, direction_of, halves
from .inputs import Problem
from .judge import RTOL, Claim, Kinks, judge
from .reference import Perturbation, Reference, flat
from .report import SHOWN, ElementFinding
from .side_checks import side_faults, value_faults

CheckMode = Literal["auto", "full", "directions"]

SEARCHED = 200
"""The most directions tried to find the elements at fault."""


class CheckOptions(NamedTuple):
    """The options of a check; see :func:`gradcheck`."""

    mode: CheckMode = "auto"
    kinks: Kinks = "accept"
    rtol: float | None = None
    order: int = 1


class Examination:
    """The verdicts on a problem.

    Attributes:
        findings: The verdict on every element, or along every direction.
        faults: Faults that concern no single element, in words.
        reference: The reference the gradients are compared with.
    """

    def __init__(self, problem: Problem, options: CheckOptions, rng: np.random.Generator) -> None:
        self.problem, self.options, self.rng = problem, options, rng
        self.findings: list[ElementFinding] = []
        self.reference = Reference(problem, rng)
        self.faults = self.reference.faults()
        if self.faults:
            return
        cotangents = self.reference.cotangents
        self.precise = self.own = Analysis(problem, self.reference.arrays, cotangents)
        if any(a.dtype != self.reference.dtype for a in problem.arrays):
            self.own = Analysis(problem, problem.arrays, cotangents)
        self.faults = list(dict.fromkeys(self.precise.faults + self.own.faults))
        if self.faults:
            return
        self.noise = self.own_noise = rounding(self.precise)
        if self.own is not self.precise:
            self.own_noise = own_rounding(self.reference, self.precise, self.own)
            values = flat([array_of(y) for y in self.own.outputs], self.reference.dtype)
            self.departure = np.abs(values - self.reference.here)  # the results' rounding error
        self.faults = side_faults(self.precise, self.noise, rng) + value_faults(
            problem, self.own.outputs
        )
        full = options.mode == "full" or (
            options.mode == "auto" and sum(a.size for a in problem.arrays) <= ALL
        )
        self.findings = list(self.by_elements() if full else self.by_directions())

    def by_elements(self) -> Iterator[ElementFinding]:
        """Yield the verdict on every element."""
        for i, array in enumerate(self.problem.arrays):
            for j in range(array.size):
                yield self.element(i, j)

    def by_directions(self) -> Iterator[ElementFinding]:
        """Yield the verdicts on blocks of elements and, where one fails, on parts of it."""
        blocks = blocks_of(self.reference.arrays, self.precise.gradients)
        stack = [(block, self.verdict(block)) for block in blocks]
        searched = wrong = 0
        while stack:
            block, finding = stack.pop()
            if finding.passed or len(block.places) == 1 or wrong >= SHOWN or searched > SEARCHED:
                wrong += not finding.passed
                yield finding
                continue
            searched += 2
            parts = [(half, self.verdict(half)) for half in halves(block)]
            if all(part.verdict in ("ok", "weak") for _, part in parts):
                yield finding  # a fault that neither half shows by itself
            else:
                stack += parts

    def verdict(self, block: Block) -> ElementFinding:
        """Return the verdict on the elements of a block together.

        A direction scaled by the sizes of the elements may tell little: they may vary over other
        lengths, or the function may be level along it by chance. Then other scales are tried.
        """
        if len(block.places) == 1:
            return self.element(block.input, int(block.places[0]))
        arrays, gradients = self.reference.arrays, self.precise.gradients
        found = []
        for scale in ("own", "common", "one"):
            direction = direction_of(block, arrays, gradients, scale, self.rng)
            line = self.reference.along(direction)
            finding = self.judged(line, direction, self.problem.labels[block.input], block)
            weak = finding.verdict == "weak"
            found.append((weak, finding.error / abs(finding.numeric or np.inf), finding))
            if not weak and found[-1][1] <= KNOWN:
                break
        return min(found, key=lambda one: one[:2])[2]

    def element(self, i: int, j: int) -> ElementFinding:
        """Return the verdict on one element."""
        unit = np.zeros_like(self.reference.arrays[i])
        unit.flat[j] = 1.0
        direction = [unit if k == i else None for k in range(len(self.problem.arrays))]
        line = self.reference.element(i, j)
        return self.judged(line, direction, self.problem.labels[i], Block(i, np.array([j])))

    def judged(
        self, line: Restriction, direction: Perturbation, label: str, block: Block
    ) -> ElementFinding:
        """Return the verdict on the slope along a line."""
        shape, n = self.problem.arrays[block.input].shape, len(block.places)
        return judge(
            line,
            self.claims(line, direction),
            self.options.kinks,
            input=label,
            index=index_of(int(block.places[0]), shape) if n == 1 else None,
            elements=n,
            order=self.options.order,
        )

    def claims(self, line: Restriction, direction: Perturbation) -> list[Claim]:
        """Return the slopes along a direction that the two passes compute, as claims.

        They are in float64 and, if the inputs have a lower precision, in that dtype too.
        """
        rtol = self.options.rtol
        slack, doubt = weighted(self.noise, direction), 0.0
        dtype = str(self.reference.dtype)
        tolerance = RTOL if rtol is None else rtol
        tangents = self.precise.tangents(direction)
        line.moved |= flat(tangents, self.reference.dtype) != 0  # even where no change shows
        found = [
            Claim(self.precise.along(direction), slack, doubt, tolerance, "reverse", dtype),
            Claim(total(tangents), slack, doubt, tolerance, "forward", dtype),
        ]
        if self.own is self.precise:
            return found
        moving = [a for a, d in zip(self.problem.arrays, direction, strict=True) if d is not None]
        coarsest = max((np.finfo(a.dtype) for a in moving), key=lambda holds: holds.eps)
        if coarsest.eps > np.finfo(self.reference.dtype).eps:
            eps, own = float(coarsest.eps), str(coarsest.dtype)
            line.slope(0.05 * RTOL)  # finds which results depend on these elements at all
            slack = weighted(self.own_noise, direction) + float(coarsest.tiny)
            size = np.maximum(np.abs(line.here), self.departure / eps)
            doubt = line.noise(size, eps) / (0.1 * min(line.scales[0], 1.0))
            tolerance = 3.0 * eps**0.5 if rtol is None else rtol
            found += [
                Claim(self.own.along(direction), slack, doubt, tolerance, "reverse", own),
                Claim(total(self.own.tangents(direction)), slack, doubt, tolerance, "forward", own),
            ]
        return found


def index_of(j: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the index of the element at a flat index."""
    return tuple(int(k) for k in np.unravel_index(j, shape))


def total(parts: Sequence[Array]) -> float:
    """Return the sum of all elements of arrays."""
    return sum(float(np.sum(part)) for part in parts)


def weighted(noise: Sequence[Array], direction: Perturbation) -> float:
    """Return the error along a direction that results from the errors of the elements."""
    parts = zip(noise, direction, strict=True)
    return sum(float(np.sum(e * np.abs(d))) for e, d in parts if d is not None)


def gradient_of(problem: Problem, rng: np.random.Generator) -> Problem:
    """Return the problem whose results are the gradients of the given one.

    The cotangents are inputs too: a rule's derivative with respect to them can be wrong on its own.
    """
    cotangents = Reference(problem, rng).cotangents
    n = len(problem.arrays)

    def call(leaves: list[Tensor]) -> list[Tensor]:
        outputs = problem.call(leaves[:n])
        weights = [v.astype(y.dtype) for v, y in zip(leaves[n:], outputs, strict=True)]
        found = gradients(outputs, leaves[:n], weights, create_graph=True)
        return [g for g in found if g is not None]

    many = len(cotangents) > 1
    labels = [f"cotangent {k}" if many else "the cotangent" for k in range(len(cotangents))]
    return problem._replace(
        plain=None,
        call=call,
        arrays=[*problem.arrays, *cotangents],
        labels=[*problem.labels, *labels],
        analytic=None,
    )


def examine(
    problem: Problem, options: CheckOptions, rng: np.random.Generator
) -> tuple[list[ElementFinding], list[str], int]:
    """Return the verdicts on a problem, its other faults, and the number of evaluations."""
    first = Examination(problem, options._replace(order=1), rng)
    findings, faults, cost = first.findings, first.faults, first.reference.evaluations
    if options.order == 2 and not faults:
        second = Examination(gradient_of(problem, rng), options, rng)
        findings, faults = findings + second.findings, second.faults
        cost += second.reference.evaluations
    return findings, faults, cost
