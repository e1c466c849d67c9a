"""Slopes of functions by finite differences, each with an estimate of its error.

Difference quotients over a ladder of shrinking steps are extrapolated to step 0, and the table
entry that agrees best with its neighbours is taken. Nothing here depends on Tensors or gradients: a
function is a map from a number to a vector.

Source: C. J. F. Ridders, "Accurate computation of F'(x) and F'(x)F''(x)", Advances in Engineering
Software 4 (1982), 75-76.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

FIRST = 0.11
"""The first step, relative to the scale."""
RATIO = 1.9
"""The ratio of a step to the next. With 2, all longer ones could be near multiples of a period."""
LONGEST = 22
"""The most steps in a ladder."""
MOST = 42
"""The most pairs of points at which a function is evaluated along one line."""
DEPTH = 4
"""The number of orders of the step that extrapolation removes."""
PROBE = 5.3
"""A step, relative to the scale, that shows which elements depend on a coordinate at all."""
KNOWN = 1e-3
"""The relative error below which a slope counts as well known."""
SAFETY = 3.0
"""By how many times its estimated error a slope may be off."""


@dataclass(frozen=True, slots=True)
class Slope:
    """An estimate of a slope, an estimate of its error, and the smallest step used."""

    value: float
    error: float
    step: float

    @property
    def relative(self) -> float:
        """The error relative to the value; 0 for an exact slope."""
        if self.error == 0:
            return 0.0
        return self.error / abs(self.value) if self.value else math.inf


UNKNOWN = Slope(math.nan, math.inf, math.nan)


def choose(found: Sequence[Slope]) -> Slope:
    """Return the estimate with the least error.

    The relative error decides if any value is well known: over steps much longer than a function's
    period, quotients are small and so are their errors. Otherwise the value may be 0.
    """
    if not found:
        return UNKNOWN
    first = min(found, key=lambda slope: slope.relative)
    return first if first.relative <= KNOWN else min(found, key=lambda slope: slope.error)


def brief(step: float) -> float:
    """Return a step rounded to 12 binary digits, so that products with directions are exact."""
    mantissa, exponent = math.frexp(step)
    return math.ldexp(round(mantissa * 4096.0), exponent - 12)


class Ladder:
    """Difference quotients over shrinking steps, extrapolated to 0 by Neville's scheme.

    Args:
        order: The error is a series in powers of step**order: 2 for central differences, 1 for
            one-sided ones.
    """

    def __init__(self, order: int) -> None:
        self.order = order
        self.row: list[float] = []
        self.steps: list[float] = []  # those of the row, the newest first
        self.second: list[tuple[float, float]] = []
        self.found: list[Slope] = []

    def add(self, step: float, quotient: float, noise: float) -> None:
        """Add the quotient over the next step; `noise` is its rounding error.

        A quotient that is not finite, because the step leaves the function's domain, is skipped.
        """
        if not math.isfinite(quotient):
            self.row = []
            return
        row = [quotient]
        for m, above in enumerate(self.row[:DEPTH]):
            weight = (self.steps[m] / step) ** self.order
            row.append((weight * row[m] - above) / (weight - 1.0))
            if m + 1 < len(self.row):  # one neighbour may agree by chance, but hardly three
                neighbours = (row[m], above, self.row[m + 1])
                error = max(abs(row[m + 1] - one) for one in neighbours)
                self.found.append(Slope(row[m + 1], error + noise, step))
        if len(row) > 1:
            self.second.append((step, row[1]))
        self.row = row
        self.steps = [step, *self.steps[:DEPTH]]

    def allow_for_scatter(self) -> None:
        """Raise the errors by the function's noise, estimated from small steps.

        Rounding inside the function, which the size of its result does not show, scatters a
        quotient by a constant divided by its step. Two may agree by chance where others do not.
        """
        last = self.second
        while last and last[-1][1] == 0.0:  # so short that a coarse rounding hides any change
            last = last[:-1]
        last = last[-9:]
        scatter = [abs(one[1] - two[1]) * two[0] for one, two in pairwise(last)]
        if scatter:
            noise = 2.0 * max(scatter)
            self.found = [Slope(s.value, s.error + noise / s.step, s.step) for s in self.found]


class Restriction:
    """A function along one coordinate; its values are cached, so that none is computed twice.

    Args:
        at: The function: from the coordinate to a vector.
        x: The coordinate at which the slope is wanted.
        here: ``at(x)``.
        cotangent: The weights of the vector's elements.
        precision: The unit roundoff of each element.
        scales: The lengths over which `at` may vary, the likeliest first.
        imaginary: A second opinion, if available: a function from the length of a step in the
            imaginary direction to the slope of every element.
    """

    def __init__(
        self,
        at: Callable[[Any], Array],
        x: Any,
        here: Array,
        cotangent: Array,
        precision: Array,
        scales: Sequence[float],
        imaginary: Callable[[float], Array] | None = None,
    ) -> None:
        self.at, self.x, self.here = at, x, here
        self.cotangent, self.precision, self.scales = cotangent, precision, scales
        self.imaginary = imaginary
        self.values: dict[float, tuple[Any, Array, Any, Array]] = {}
        self.slopes: dict[tuple[float, bool], Slope] = {}
        self.moved = np.zeros(here.shape, bool)
        self.steepest = 0.0  # the largest quotient so far, with the terms' absolute values

    def steps(self, scale: float) -> Iterator[float]:
        """Yield the steps of a ladder, as long as the function may be evaluated."""
        step = brief(FIRST * scale)
        for _ in range(LONGEST):
            if step in self.values or len(self.values) < MOST:
                yield step
            step = brief(step / RATIO)

    def both_sides(self, step: float) -> tuple[Any, Array, Any, Array]:
        """Return the points one step to the left and to the right, with the function's values."""
        if step not in self.values:
            left, right = self.x - step, self.x + step
            self.values[step] = (left, self.at(left), right, self.at(right))
        return self.values[step]

    def quotient(self, step: float, scale: float, side: int) -> tuple[float, float]:
        """Return the difference quotient, central or one-sided, and its rounding error."""
        left, low, right, high = self.both_sides(step)
        if side > 0:
            left, low = self.x, self.here
        elif side < 0:
            right, high = self.x, self.here
        width = right - left
        changed = low != high
        self.moved |= changed
        size = np.maximum(np.abs(low), np.abs(high))
        if not changed.any():  # rounding of numbers as large as those far off may hide a change
            size = np.maximum(size, self.far_off(max(scale, abs(float(self.x)))))
        change = np.where(changed, high - low, 0.0)  # not inf - inf
        steepest = float(np.sum(np.abs(self.cotangent * change)) / abs(width))
        self.steepest = max(self.steepest, steepest if math.isfinite(steepest) else 0.0)
        return float(np.sum(self.cotangent * change) / width), self.noise(size) / float(width)

    def noise(self, size: Array, precision: Any = None) -> float:
        """Return the rounding error of the weighted sum of elements of the given sizes.

        Elements that do not depend on the coordinate cause none, however large. Rounding may hide
        a small step, but hardly a long one; if even that changes nothing, all elements count.
        """
        errors = np.abs(self.cotangent) * size
        errors = 2.0 * errors * (self.precision if precision is None else precision)
        if self.moved.all():
            return float(np.sum(errors))
        depends = self.moved | (self.far_off(max(self.scales)) != 0)
        return float(np.sum(errors[depends] if depends.any() else errors))

    def far_off(self, scale: float) -> Array:
        """Return the size of the elements a long way off; 0 for those unchanged there."""
        _, low, _, high = self.both_sides(PROBE * scale)
        size = np.maximum(np.abs(low), np.abs(high))
        size = np.where(np.isfinite(size), size, np.abs(self.here))
        same = (low == self.here) & (high == self.here)
        return np.where(same, 0.0, np.maximum(size, np.finfo(size.dtype).tiny))

    def slope(self, exact: float, thorough: bool = False) -> Slope:
        """Return the slope of the weighted sum.

        Args:
            exact: The relative error that is good enough.
            thorough: Whether to try every scale and step, even after a good enough one.
        """
        if (exact, thorough) not in self.slopes:
            self.slopes[exact, thorough] = self.search(exact, thorough)
        return self.slopes[exact, thorough]

    def search(self, exact: float, thorough: bool) -> Slope:
        """Compute the slope."""
        # If all steps leave the function's domain, try much shorter ones, then one side alone.
        for side, part in ((0, 1.0), (0, 1e-6), (1, 1.0), (-1, 1.0)):
            known = []
            for scale in self.scales:
                slope = self.climb(scale * part, exact, thorough, side)
                if slope.relative <= exact or (slope.relative <= KNOWN and not thorough):
                    return slope
                if slope.error < math.inf:
                    known.append(slope)
            if known:
                best = choose(known)
                closer = [s for s in known if s.step < best.step and s.error < best.error]
                return min(closer, key=lambda slope: slope.error, default=best)
        return UNKNOWN

    def second_opinion(self, slope: Slope) -> Slope | None:
        """Return the slope by a step in the imaginary direction, if it agrees with the given one.

        Nothing is subtracted, so the step can be so short that only the rounding of the function
        remains as error. For a function that is not analytic the result is meaningless.
        Squire and Trapp, "Using complex variables to estimate derivatives of real functions",
        SIAM Review 40 (1998), 110-112.
        """
        if self.imaginary is None:
            return None
        steps = [1e-20 * self.scales[0], 1e-24 * self.scales[0]]
        one, other = (float(np.sum(self.cotangent * self.imaginary(h))) for h in steps)
        eps = float(np.max(self.precision, initial=0.0))
        error = abs(one - other) + 16.0 * eps * abs(one)
        agree = abs(one - slope.value) <= SAFETY * slope.error and error < slope.error
        return Slope(one, error, steps[0]) if agree else None

    def climb(self, scale: float, exact: float, thorough: bool, side: int) -> Slope:
        """Return the slope from one ladder of steps."""
        ladder = Ladder(1 if side else 2)
        for step in self.steps(scale):
            if self.x + step != self.x:
                ladder.add(step, *self.quotient(step, scale, side))
            if not thorough and ladder.found:
                best = choose(ladder.found)
                if best.relative <= exact or not self.moved.any():
                    return best
        ladder.allow_for_scatter()
        return choose(ladder.found)

    def range_at_kink(self) -> tuple[float, float, float] | None:
        """Return the least and the greatest slope at a kink, and their error.

        Some elements of the vector may have a kink and others none, with equal slopes on both
        sides. Return ``None`` if no element has one.
        """
        right, left, error, kinks, _ = self.sides
        if not kinks.any():
            return None
        middle = self.cotangent * (right + left) / 2.0
        ends = np.stack([self.cotangent * right, self.cotangent * left])
        least = np.sum(np.where(kinks, ends.min(axis=0), middle))
        greatest = np.sum(np.where(kinks, ends.max(axis=0), middle))
        return float(least), float(greatest), float(np.sum(np.abs(self.cotangent) * error))

    def nearest(self) -> Slope:
        """Return the mean of the two one-sided slopes; `UNKNOWN` at a kink.

        A kink a short way off distorts all longer steps. Those agree with each other so well that
        only the few steps that do not reach the kink contradict them.
        """
        right, left, error, kinks, level = self.sides
        if kinks.any():
            return UNKNOWN
        middle = np.where(level, 0.0, (right + left) / 2.0)
        error = np.where(level, 0.0, error)
        return Slope(
            float(np.sum(self.cotangent * middle)),
            float(np.sum(np.abs(self.cotangent) * error)),
            min(self.values),
        )

    @cached_property
    def sides(self) -> tuple[Array, Array, Array, Array, Array]:
        """The elements' slopes on the right and on the left, their error, and two masks.

        The masks are of the elements with a kink, and of those without one that do not change at
        all along one side.
        """
        (right, right_error, right_level), (left, left_error, left_level) = (
            self.one_sided(1),
            self.one_sided(-1),
        )
        error = right_error + left_error
        with np.errstate(all="ignore"):
            apart = np.abs(right - left)
            clear = 10.0 * error + 1e-5 * np.maximum(np.abs(right), np.abs(left))
            kinks = (apart > clear) & np.isfinite(apart)
        return right, left, error, kinks, ~kinks & (right_level | left_level)

    def one_sided(self, side: int) -> tuple[Array, Array, Array]:
        """Return each element's slope on one side, its error, and whether it is constant there."""
        value = np.full(self.here.shape, np.nan)
        error = np.full(self.here.shape, np.inf)
        level = np.ones(self.here.shape, bool)
        for scale in self.scales:
            row: list[Array] = []
            longer: list[float] = []
            for step in self.steps(scale):
                left, low, right, high = self.both_sides(step)
                edge = right if side > 0 else left
                if edge == self.x:
                    break
                beyond = high if side > 0 else low
                level &= beyond == self.here
                size = np.maximum(np.abs(beyond), np.abs(self.here))
                noise = 2.0 * size * self.precision / abs(edge - self.x)
                new = [(beyond - self.here) / (edge - self.x)]
                for m, above in enumerate(row[:DEPTH]):
                    weight = longer[m] / step
                    new.append((weight * new[m] - above) / (weight - 1.0))
                    off = np.maximum(np.abs(new[-1] - new[m]), np.abs(new[-1] - above)) + noise
                    better = off < error
                    value = np.where(better, new[-1], value)
                    error = np.where(better, off, error)
                row = new
                longer = [step, *longer[:DEPTH]]
        return value, error, level
