"""Checks that gradients are linear, reproducible and independent of the memory layout."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np

from ..engine.access import array_of
from ..engine.tensor import Tensor
from .analysis import Analysis, rounding
from .differences import Array
from .inputs import Problem, parts_of

CLOSE = 1e-6
"""The largest relative difference that rounding alone may cause."""


def side_faults(analysis: Analysis, noise: Sequence[Array], rng: np.random.Generator) -> list[str]:
    """Return the faults of gradients apart from their values, in words."""
    again = analysis.reverse(analysis.cotangents)
    fresh = Analysis(analysis.problem, analysis.arrays, analysis.cotangents)
    relaid = Analysis(analysis.problem, analysis.arrays, analysis.cotangents, strided)
    others = [np.asarray(rng.choice([-1.5, -0.5, 0.75], v.shape)) for v in analysis.cotangents]
    parts = [0.5 * v - 1.5 * w for v, w in zip(analysis.cotangents, others, strict=True)]
    of_others, of_parts = analysis.reverse(others), analysis.reverse(parts)
    errors = zip(rounding(analysis, others), rounding(analysis, parts), strict=True)
    summed = [error + other + part for error, (other, part) in zip(noise, errors, strict=True)]
    found = list(relaid.faults)
    for i, (label, g) in enumerate(zip(analysis.problem.labels, analysis.gradients, strict=True)):
        same = [np.array_equal(g, x[i], equal_nan=True) for x in (again, fresh.gradients)]
        if not all(same):
            when = "a second backward pass" if not same[0] else "a second run"
            found.append(f"the gradient of {label} is not reproducible: {when} differs")
        terms = [0.5 * g, -1.5 * of_others[i]]
        size = np.abs(terms[0]) + np.abs(terms[1])
        if not close(of_parts[i], terms[0] + terms[1], size, summed[i]):
            found.append(
                f"the gradient of {label} is not linear in the cotangent: a rule must be a "
                f"linear function of g"
            )
        if not close(relaid.gradients[i], g, np.abs(g), noise[i]):
            found.append(
                f"the gradient of {label} depends on the memory layout of the inputs: with "
                f"strided arrays of the same values it is different"
            )
    return found


def value_faults(problem: Problem, outputs: Sequence[Tensor]) -> list[str]:
    """Return where the values of Tensors differ from those of arrays, if `f` takes arrays too."""
    if problem.plain is None:
        return []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expected = [np.asarray(y) for _, y in parts_of(problem.plain())]
    except Exception:  # it takes Tensors only
        return []
    found = [array_of(y) for y in outputs]
    expected = [y for y in expected if y.dtype.kind in "fc"]
    if not any(np.iscomplexobj(y) for y in found):
        halves = [(y.real, y.imag) if np.iscomplexobj(y) else (y,) for y in expected]
        expected = [part for parts in halves for part in parts]
    if len(found) != len(expected):
        return []  # it does something else with arrays
    faults = []
    for k, (ours, theirs) in enumerate(zip(found, expected, strict=True)):
        which = f"result {k}" if len(found) > 1 else "the value"
        if ours.shape != theirs.shape:
            faults.append(
                f"{which} differs from NumPy's: shape {ours.shape}, and {theirs.shape} for arrays"
            )
            continue
        eps = float(np.finfo(ours.dtype).eps)
        size = np.max(np.abs(theirs), initial=0.0, where=np.isfinite(theirs))
        with np.errstate(invalid="ignore"):
            off = np.abs(ours - theirs) > 1e6 * eps * size
        off |= np.isnan(ours) != np.isnan(theirs)
        if off.any():
            place = tuple(map(int, np.argwhere(off)[0]))
            at = f"[{', '.join(map(str, place))}]" if place else ""
            faults.append(
                f"{which}{at} differs from NumPy's: {ours[place]:.9g}, and {theirs[place]:.9g} "
                f"when the same function is given arrays"
            )
    return faults


def close(x: Array, y: Array, size: Array, noise: Array) -> bool:
    """Return whether the finite elements of two arrays differ by rounding alone.

    Elements far smaller than the largest may be what cancellation of larger numbers has left.
    """
    finite = np.isfinite(x) & np.isfinite(y)
    off = np.abs(np.where(finite, x - y, 0.0))
    size = np.where(finite, size, 0.0)
    left = 100.0 * np.finfo(float).eps * size.max(initial=0.0)
    return bool(np.all(off <= CLOSE * size + 10.0 * noise + left))


def strided(data: Array, requires_grad: bool) -> Tensor:
    """Return a Tensor with the given values, a view of a larger one with negative strides."""
    larger = np.empty(tuple(2 * n for n in data.shape), data.dtype)
    backward = (slice(None, None, -2),) * data.ndim
    larger[...] = 1.0
    larger[backward] = data
    return Tensor(larger, requires_grad)[backward]
