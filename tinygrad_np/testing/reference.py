"""Both sides of the comparison: a function's values around a point, and its gradients there.

The values are taken in float64, or better where an input is. Imports the engine,
differences and inputs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..engine.tensor import Tensor
from .differences import Array, Line
from .inputs import Problem


class Reference:
    """A problem in float64 or better: its values at and around the inputs.

    Attributes:
        arrays: The inputs.
        outputs: The results that have derivatives.
        here: Their elements in one vector.
        cotangents: Random weights for them, and `cotangent`, in one vector.
    """

    def __init__(self, problem: Problem, rng: np.random.Generator) -> None:
        self.problem = problem
        self.dtype = np.result_type(np.float64, *problem.arrays)
        self.arrays = [array.astype(self.dtype) for array in problem.arrays]
        self.outputs = problem.run(self.arrays)[1]
        self.here = flat(self.outputs, self.dtype)
        # Sixteenths: exact in every dtype. None near 0, which would hide an error.
        self.cotangents = [
            rng.integers(8, 24, y.shape) * rng.choice([-1.0, 1.0], y.shape) / 16.0
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

    def faults(self) -> list[str]:
        """Return what is wrong with the results themselves."""
        again = flat(self.problem.run(self.arrays)[1], self.dtype)
        if not np.array_equal(self.here, again, equal_nan=True):
            return [
                "it gives different values for the same inputs; seed what is random in it, or "
                "switch it off (for a module, with .eval())"
            ]
        found = []
        for k, y in enumerate(self.outputs):
            for index in np.argwhere(~np.isfinite(y))[:1].tolist():
                which = f" {k}" if len(self.outputs) > 1 else ""
                place = f" at [{', '.join(map(str, index))}]" if index else ""
                found.append(f"its result{which} is {y[tuple(index)]}{place}")
        return found

    def line(self, i: int, j: int) -> Line:
        """Return the results as a function of element `j` of input `i`."""
        x = self.arrays[i].flat[j]
        scales: list[float] = []
        for scale in (abs(float(x)), self.sizes[i], 1.0):
            if scale and np.isfinite(scale) and all(not 0.1 < scale / s < 10.0 for s in scales):
                scales.append(scale)

        def at(value: Any) -> Array:
            moved = self.arrays[i].copy()
            moved.flat[j] = value
            arrays = [*self.arrays[:i], moved, *self.arrays[i + 1 :]]
            return flat(self.problem.run(arrays)[1], self.dtype)

        return Line(at, x, self.here, self.cotangent, self.precision, scales)


def analyse(
    problem: Problem, arrays: Sequence[Array], cotangents: Sequence[Array]
) -> tuple[list[Array], list[str]]:
    """Return the gradients by the reverse sweep, and what is wrong with them as a whole."""
    leaves = [Tensor(array, requires_grad=True) for array in arrays]
    outputs = problem.call(leaves)
    found = gradients(outputs, leaves, cotangents, create_graph=False)
    result, faults = [], []
    for label, array, leaf, g in zip(problem.labels, arrays, leaves, found, strict=True):
        if not np.array_equal(leaf.data, array, equal_nan=True):
            faults.append(f"it changed {label}")
        gradient = np.zeros_like(array) if g is None else g.data
        if gradient.shape != array.shape:
            faults.append(
                f"the gradient of {label} has shape {gradient.shape}; the input has {array.shape}"
            )
        if gradient.dtype != array.dtype:
            faults.append(
                f"the gradient of {label} has dtype {gradient.dtype}; the input has {array.dtype}"
            )
        result.append(gradient)
    return result, faults


def gradients(
    outputs: Sequence[Tensor],
    leaves: Sequence[Tensor],
    cotangents: Sequence[Array],
    create_graph: bool,
) -> list[Tensor | None]:
    """Return the gradients of results, weighted with cotangents, for leaves."""
    total: list[Tensor | None] = [None] * len(leaves)
    for y, v in zip(outputs, cotangents, strict=True):
        if not y.requires_grad:
            continue
        found = y.gradient(*leaves, gradient=v, create_graph=create_graph)
        for i, g in enumerate(found):
            if g is not None:
                have = total[i]
                total[i] = g if have is None else have + g
    return total


def flat(parts: Sequence[Array], dtype: np.dtype[Any]) -> Array:
    """Return the elements of arrays in one vector."""
    vector = np.empty(sum(part.size for part in parts), dtype)
    at = 0
    for part in parts:
        vector[at : at + part.size] = part.ravel()
        at += part.size
    return vector


def rounding(
    problem: Problem,
    arrays: Sequence[Array],
    cotangents: Sequence[Array],
    gradients: Sequence[Array],
) -> list[Array]:
    """Return the rounding errors of gradients: a sweep is linear but for them."""
    spread = [np.zeros(g.shape) for g in gradients]
    eps = max(float(np.finfo(g.dtype).eps) for g in gradients)
    for ulps in (10, 30, 70):  # so few that a wrong rule, which is not linear, hides nothing
        factor = 1.0 + ulps * eps
        found, _ = analyse(problem, arrays, [factor * v for v in cotangents])
        for most, g, scaled in zip(spread, gradients, found, strict=True):
            np.fmax(most, np.abs(scaled / factor - g), out=most)
    return [4.0 * most for most in spread]


def own_rounding(
    problem: Problem, reference: Reference, precise: Sequence[Array], own: Sequence[Array]
) -> list[Array]:
    """Return the rounding errors of gradients in the inputs' own dtypes.

    Those of the sweep, and those that rounding the inputs alone would make.
    """
    errors = rounding(problem, problem.arrays, reference.cotangents, own)
    for sign in (-1.0, 1.0):
        nearby = [
            wide * (1.0 + sign * np.finfo(array.dtype).eps)
            for wide, array in zip(reference.arrays, problem.arrays, strict=True)
        ]
        found, _ = analyse(problem, nearby, reference.cotangents)
        for error, g, moved in zip(errors, precise, found, strict=True):
            error += 4.0 * np.nan_to_num(np.abs(moved - g), posinf=0.0)
    return errors
