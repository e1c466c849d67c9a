"""The reference for gradients: a function's values around a point.

They are computed in float64, or in the dtype of an input if that is more precise.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..engine.access import array_of
from ..engine.modes import no_grad
from ..engine.tensor import Tensor
from .differences import Array, Restriction
from .inputs import Problem

Perturbation = Sequence[Array | None]
"""How far each element of each input moves; ``None`` for an input that does not."""


OUTSIDE = (ValueError, ArithmeticError)
"""The errors that count as leaving the function's domain, when raised near the point."""


class Reference:
    """A problem's values at and around its inputs, in float64 or better.

    Attributes:
        arrays: The inputs.
        outputs: The results that have derivatives.
        here: The elements of the results in one vector.
        cotangents: Random weights for the results; `cotangent` has them in one vector.
        evaluations: The number of times the function was called for this.
    """

    def __init__(self, problem: Problem, rng: np.random.Generator) -> None:
        self.problem = problem
        self.evaluations = 0
        self.dtype = np.result_type(np.float64, *problem.arrays)
        self.arrays = [array.astype(self.dtype) for array in problem.arrays]
        self.outputs = self.values(self.arrays)
        self.shapes = [y.shape for y in self.outputs]
        self.here = flat(self.outputs, self.dtype)
        # Sixteenths are exact in every dtype. A weight near 0 would hide an error.
        self.cotangents = [
            np.asarray(rng.integers(8, 24, y.shape) * rng.choice([-1.0, 1.0], y.shape) / 16.0)
            for y in self.outputs
        ]
        self.cotangent = flat(self.cotangents, self.dtype)
        roundoffs = [
            np.full(y.size, max(np.finfo(y.dtype).eps, np.finfo(self.dtype).eps) / 2.0)
            for y in self.outputs
        ]
        self.precision = flat(roundoffs, self.dtype)
        sizes = [np.abs(array[(array != 0) & np.isfinite(array)]) for array in self.arrays]
        self.sizes = [float(np.sqrt(np.mean(s * s))) if s.size else 1.0 for s in sizes]
        self._analytic: bool | None = None

    def values(self, arrays: Sequence[Array]) -> list[Array]:
        """Return the results for the given inputs."""
        self.evaluations += 1
        return self.problem.run(arrays)[1]

    def faults(self) -> list[str]:
        """Return the faults of the results themselves, in words."""
        again = flat(self.values(self.arrays), self.dtype)
        if not np.array_equal(self.here, again, equal_nan=True):
            return [
                "it gives different values for the same inputs; seed its randomness or switch it "
                "off (for a module, with .eval())"
            ]
        found = []
        for k, y in enumerate(self.outputs):
            for index in np.argwhere(~np.isfinite(y))[:1].tolist():
                which = f" {k}" if len(self.outputs) > 1 else ""
                place = f" at [{', '.join(map(str, index))}]" if index else ""
                found.append(f"its result{which} is {y[tuple(index)]}{place}")
        return found

    def element(self, i: int, j: int) -> Restriction:
        """Return the results as a function of element `j` of input `i`."""
        x = self.arrays[i].flat[j]
        scales: list[float] = []
        for scale in (abs(float(x)), self.sizes[i], 1.0):
            if scale and np.isfinite(scale) and all(not 0.1 < scale / s < 10.0 for s in scales):
                scales.append(scale)

        def moved(value: Any) -> list[Array]:
            array = self.arrays[i].astype(np.result_type(self.arrays[i], value))
            array.flat[j] = value
            return [*self.arrays[:i], array, *self.arrays[i + 1 :]]

        return self._line(moved, x, scales)

    def along(self, direction: Perturbation) -> Restriction:
        """Return the results as a function of the distance along a direction, at distance 0."""

        def moved(t: Any) -> list[Array]:
            return [
                a if d is None else a + t * d for a, d in zip(self.arrays, direction, strict=True)
            ]

        return self._line(moved, self.dtype.type(0), [1.0])

    def _line(
        self, moved: Callable[[Any], list[Array]], x: Any, scales: list[float]
    ) -> Restriction:
        def at(value: Any) -> Array:
            try:
                found = self.values(moved(value))
            except OUTSIDE:
                return np.full_like(self.here, np.nan)
            if [y.shape for y in found] != self.shapes:  # as with x[x > 0]: not comparable
                return np.full_like(self.here, np.nan)
            return flat(found, self.dtype)

        def imaginary(step: float) -> Array:
            arrays = moved(x + 1j * step)
            found = self.complex_values(arrays)
            return self.here * np.nan if found is None else found.imag / step

        return Restriction(at, x, self.here, self.cotangent, self.precision, scales, imaginary)

    def complex_values(self, arrays: Sequence[Array]) -> Array | None:
        """Return the results at complex inputs; ``None`` if the function doesn't take them."""
        analytic = self.problem.analytic
        if analytic is None or self._analytic is False:
            return None
        self.evaluations += 1
        try:
            with no_grad(), warnings.catch_warnings():
                warnings.simplefilter("error")  # such as one about a dropped imaginary part
                found = [array_of(y) for y in analytic([Tensor(array) for array in arrays])]
        except (TypeError, ValueError, Warning):  # it takes real numbers only
            self._analytic = False
            return None
        shapes = [y.shape for y in found if y.dtype.kind == "c"]
        self._analytic = shapes == [y.shape for y in self.outputs]
        return flat(found, np.dtype(complex)) if self._analytic else None


def flat(parts: Sequence[Array], dtype: np.dtype[Any]) -> Array:
    """Return the elements of arrays in one vector."""
    vector = np.empty(sum(part.size for part in parts), dtype)
    at = 0
    for part in parts:
        vector[at : at + part.size] = part.ravel()
        at += part.size
    return vector
