"""Known patterns of wrong gradients: a sign, a factor, a transposition, a sum left out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from .analysis import Analysis
from .differences import Array
from .inputs import Problem
from .reference import Reference
from .report import ElementFinding

LARGEST = 400
"""The size of an input above which no pattern is looked for."""
CLOSE = 1e-4
"""The relative difference up to which a pattern counts as matching."""


def pattern_of(problem: Problem, failures: Sequence[ElementFinding], seed: int) -> str:
    """Return what the gradient of the worst input looks like, in words; empty if unknown."""
    if all(finding.mode == "forward" for finding in failures):
        return "the backward pass is right and the forward pass is not: is the op elementwise?"
    i = problem.labels.index(failures[0].input) if failures[0].input in problem.labels else -1
    if i < 0 or failures[0].order == 2 or problem.arrays[i].size > LARGEST:
        return ""
    reference = Reference(problem, np.random.default_rng(seed))
    analysis = Analysis(problem, reference.arrays, reference.cotangents)
    analytic = analysis.gradients[i]
    jacobian = jacobian_of(reference, i)
    numeric = (jacobian @ reference.cotangent).reshape(analytic.shape)
    shape = reference.outputs[0].shape
    return next(patterns(analytic, numeric, jacobian, reference.cotangent, shape), "")


def jacobian_of(reference: Reference, i: int) -> Array:
    """Return the derivatives of the results by each element of an input (central differences)."""
    x = reference.arrays[i]
    rows = []
    for j in range(x.size):
        line = reference.element(i, j)
        left, low, right, high = line.both_sides(1e-5 * line.scales[0])
        rows.append((high - low) / (right - left))
    return np.array(rows).reshape(x.size, -1)


def patterns(
    analytic: Array, numeric: Array, jacobian: Array, cotangent: Array, shape: tuple[int, ...]
) -> Iterator[str]:
    """Yield the patterns that match."""
    if not analytic.any():
        yield "it is zero everywhere"
        return
    if is_close(analytic, -numeric):
        yield "the sign is flipped: it is -1 times what it should be, everywhere"
    yield from sums_left_out(analytic, jacobian, cotangent, shape)
    if (
        analytic.ndim == 2
        and analytic.shape[0] == analytic.shape[1]
        and is_close(analytic.T, numeric)
    ):
        yield "it is transposed"
    ratio = ratio_of(analytic, numeric)
    if ratio is not None:
        yield f"it is {named_ratio(ratio, analytic, shape)} times what it should be, everywhere"
    off = np.abs(analytic - numeric) > 1e-3 * np.abs(numeric).max()
    if 0 < off.sum() < off.size:
        lost = "zero" if not analytic[off].any() else "wrong"
        yield f"it is {lost} at {off.sum()} of {off.size} elements and right at the others"


def sums_left_out(
    analytic: Array, jacobian: Array, cotangent: Array, shape: tuple[int, ...]
) -> Iterator[str]:
    """Yield the axis of the result over which the gradient lacks a sum, in words."""
    weighted = (jacobian * cotangent).reshape((-1, *shape))
    for axis, n in enumerate(shape):
        if n < 2:
            continue
        for words, k in (("first", 0), ("last", n - 1)):
            alone = np.take(weighted, k, axis=axis + 1).reshape(len(weighted), -1).sum(axis=1)
            if is_close(analytic.ravel(), alone) and not is_close(
                alone, weighted.reshape(len(weighted), -1).sum(axis=1)
            ):
                yield (
                    f"the sum over axis {axis} of the result is missing: only its {words} slice "
                    f"counts"
                )
                return


def is_close(x: Array, y: Array) -> bool:
    """Return whether two arrays agree, relative to the larger."""
    size = max(np.abs(x).max(initial=0.0), np.abs(y).max(initial=0.0))
    return bool(size > 0 and np.abs(x - y).max(initial=0.0) <= CLOSE * size)


def ratio_of(analytic: Array, numeric: Array) -> float | None:
    """Return the factor between two arrays, if it is the same everywhere."""
    largest = np.abs(numeric).max()
    if not largest:
        return None
    ratio = float(np.sum(analytic * numeric) / np.sum(numeric * numeric))
    off = np.abs(analytic - ratio * numeric).max()
    return ratio if ratio and off <= CLOSE * abs(ratio) * largest else None


def named_ratio(ratio: float, analytic: Array, shape: tuple[int, ...]) -> str:
    """Return a factor in words if it is a simple fraction of an array's sizes, else in digits."""
    sizes = sorted({*shape, *analytic.shape, analytic.size, math.prod(shape)} - {0, 1})
    names = {2.0: "2", 0.5: "1/2"}
    for n in sizes:
        names |= {float(n): f"{n} (a size)", 1.0 / n: f"1/{n} (a size)"}
        names |= {n / (n - 1): f"{n}/{n - 1}", (n - 1) / n: f"{n - 1}/{n}"}
    for value, name in names.items():
        for sign in ("", "-"):
            signed = -value if sign else value
            if math.isclose(ratio, signed, rel_tol=1e-4):
                return sign + name
    return f"{ratio:.6g}"
