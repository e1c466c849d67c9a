"""The gradients under test, from the backward and forward pass, and their rounding errors."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ..engine.forward import forward_pass
from ..engine.tensor import Tensor
from .differences import Array
from .inputs import Problem, new_leaf
from .reference import OUTSIDE, Perturbation, Reference


class Analysis:
    """One run of a problem with its gradients.

    Attributes:
        arrays: The inputs.
        gradients: The gradient for each input, from the backward pass of the weighted results.
        faults: Faults of the run, such as a gradient of the wrong shape, in words.
    """

    def __init__(
        self,
        problem: Problem,
        arrays: Sequence[Array],
        cotangents: Sequence[Array],
        leaf: Callable[..., Tensor] = new_leaf,
    ) -> None:
        self.problem, self.arrays, self.cotangents = problem, arrays, cotangents
        self.leaves = [leaf(array, requires_grad=True) for array in arrays]
        self.outputs = problem.call(self.leaves)
        self.faults: list[str] = []
        self.gradients = self.reverse(cotangents)

    def reverse(self, cotangents: Sequence[Array]) -> list[Array]:
        """Return the gradients of the results, weighted with cotangents."""
        found = gradients(self.outputs, self.leaves, cotangents, create_graph=False)
        result = []
        for label, array, leaf, g in zip(
            self.problem.labels, self.arrays, self.leaves, found, strict=True
        ):
            if not np.array_equal(leaf.data, array, equal_nan=True):
                self.faults.append(f"it changed {label}")
            gradient = np.zeros_like(array) if g is None else g.data
            for what, got, wanted in (
                ("shape", gradient.shape, array.shape),
                ("dtype", gradient.dtype, array.dtype),
            ):
                if got != wanted:
                    self.faults.append(
                        f"the gradient of {label} has {what} {got}; the input has {wanted}"
                    )
            result.append(gradient)
        return result

    def along(self, direction: Perturbation) -> float:
        """Return the slope of the weighted results in a direction, from the backward pass."""
        return sum(
            float(np.sum(g.astype(d.dtype) * d))
            for g, d in zip(self.gradients, direction, strict=True)
            if d is not None
        )

    def tangents(self, direction: Perturbation) -> list[Array]:
        """Return the same slope from the forward pass, for each element of each result."""
        tangents = {
            leaf.node: d.astype(leaf.dtype)
            for leaf, d in zip(self.leaves, direction, strict=True)
            if d is not None and leaf.node is not None
        }
        roots = [y.node for y in self.outputs if y.node is not None]
        found = forward_pass(roots, tangents)
        return [
            v * found[y.node].astype(v.dtype) if y.node in found else np.zeros(y.shape)
            for y, v in zip(self.outputs, self.cotangents, strict=True)
        ]


def gradients(
    outputs: Sequence[Tensor],
    leaves: Sequence[Tensor],
    cotangents: Sequence[Array | Tensor],
    create_graph: bool,
) -> list[Tensor | None]:
    """Return the gradients of results, weighted with cotangents, with respect to leaves."""
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


def rounding(analysis: Analysis, cotangents: Sequence[Array] | None = None) -> list[Array]:
    """Estimate the rounding errors of gradients by how far the backward pass is from linear."""
    cotangents = analysis.cotangents if cotangents is None else cotangents
    gradients = analysis.reverse(cotangents)
    spread = [np.zeros(g.shape) for g in gradients]
    eps = max(float(np.finfo(g.dtype).eps) for g in gradients)
    for change in (1.0, -0.7, 0.3, -2.1, 3.2):  # enough digits change to round everything anew,
        factor = 1.0 + 0.1 * change * eps**0.5  # but too few to hide a wrong rule
        found = analysis.reverse([factor * v for v in cotangents])
        for most, g, scaled in zip(spread, gradients, found, strict=True):
            np.fmax(most, np.abs(scaled / factor - g), out=most)
    return [4.0 * most for most in spread]


def own_rounding(reference: Reference, precise: Analysis, own: Analysis) -> list[Array]:
    """Estimate the rounding errors of gradients in the inputs' own dtypes.

    They are those of the backward pass plus those caused by rounding the inputs.
    """
    errors = rounding(own)
    for sign in (-1.0, 1.0):
        nearby = [
            wide * (1.0 + sign * np.finfo(array.dtype).eps)
            for wide, array in zip(reference.arrays, own.arrays, strict=True)
        ]
        try:
            moved = Analysis(own.problem, nearby, reference.cotangents)
        except OUTSIDE:  # rounding leads out of the domain
            continue
        for error, g, other in zip(errors, precise.gradients, moved.gradients, strict=True):
            error += 4.0 * np.nan_to_num(np.abs(other - g), posinf=0.0)
    return errors
