"""gradcheck: the gradients of a function against differences of its values.

The reference is taken in float64, whatever the inputs' dtype, and so is the gradient
that is held to it most strictly; the gradient in the inputs' own dtype must agree to
what that dtype can hold. Imports the engine and
the rest of this package.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from ..engine.errors import DTypeError, ShapeError
from ..engine.modes import enable_grad
from ..engine.tensor import Tensor
from .differences import SAFETY, Array, Line
from .inputs import Problem, name_of, pose
from .reference import Reference, analyse, gradients, own_rounding, rounding
from .report import Finding, GradcheckError, Report, Verdict

RTOL = 1e-6
"""The relative tolerance for gradients computed in float64."""


def gradcheck(
    f: Callable[..., Any],
    *inputs: Any,
    order: int = 1,
    rtol: float | None = None,
    seed: int = 0,
    raise_: bool = True,
) -> Report:
    """Compare every element of the gradients of `f` with differences of its values.

    `f` is called with Tensors and returns one, or several in a tuple, list or dict, of any
    shape. Its results are weighted with random numbers, so that errors can't cancel in a sum.
    An element is right if it is within `rtol` of the reference, relative to the larger of the
    two, or within three times the estimated error of the reference; there is no absolute
    tolerance, so a function may be as small as it likes. At a kink every slope between those
    of the two sides is right.

    Args:
        f: The function. It must give the same values whenever it is called.
        inputs: Its arguments. Floating-point Tensors, arrays and numbers, also in nested
            lists, tuples and dicts, are differentiated for; all else is passed on as it is.
        order: 2 to check the gradients of the gradients as well.
        rtol: The relative tolerance; 1e-6, or what a lower precision than float64 allows.
        seed: For the random weights.
        raise_: Whether to raise if something is wrong. If not, look at the report.

    Returns:
        A report with the verdict on every element. It is true if nothing is wrong.

    Raises:
        GradcheckError: If something is wrong: it names the input, the element, both values and
            their errors. It is an `AssertionError`.
        DTypeError: If there is nothing to check, or something is complex.

    >>> import numpy as np, tinygrad_np as tg
    >>> print(tg.testing.gradcheck(lambda x, w: tg.tanh(x @ w), np.eye(2), np.ones((2, 1))))
    gradcheck of <lambda>: 6 gradient elements are right
    >>> tg.testing.gradcheck(lambda x: x.detach() * x, np.array([2.0, 3.0]))
    Traceback (most recent call last):
    tinygrad_np.testing.report.GradcheckError: gradcheck of <lambda>: 2 of 2 gradient elements ...
      input 0 (x)[0]: analytic 2.625, numeric 5.25 ± ..., relative error 0.5, step ...
    """
    if order not in (1, 2):
        raise ValueError(f"gradcheck: order is 1 or 2, not {order!r}")
    return conclude(pose(f, inputs), order, rtol, seed, raise_)


def gradcheck_module(
    module: Any,
    *inputs: Any,
    loss: Callable[[Any], Any] | None = None,
    order: int = 1,
    rtol: float | None = None,
    seed: int = 0,
    raise_: bool = True,
) -> Report:
    """Compare the gradients of a module's parameters, and of its inputs, with differences.

    As :func:`gradcheck`, for a function that is called with `inputs` and has parameters.

    Args:
        module: Anything that is called with `inputs` and has a ``named_parameters()`` that
            yields names and Tensors. It is left as it was.
        inputs: Its arguments; floating-point ones are differentiated for too.
        loss: Applied to what the module returns.
        order: As for :func:`gradcheck`.
        rtol: As for :func:`gradcheck`.
        seed: As for :func:`gradcheck`.
        raise_: As for :func:`gradcheck`.

    >>> import numpy as np, tinygrad_np as tg
    >>> model = tg.nn.Linear(2, 1)
    >>> print(tg.testing.gradcheck_module(model, np.ones((3, 2)), loss=lambda y: (y**2).mean()))
    gradcheck of Linear: 9 gradient elements are right
    """
    parameters = {name: p for name, p in module.named_parameters() if p.requires_grad}

    def call(values: list[Tensor], *args: Any) -> Any:
        with standing_in(list(parameters.values()), values):
            y = module(*args)
            return y if loss is None else loss(y)

    problem = pose(call, (list(parameters.values()), *inputs), name_of(module))
    labels = [f"parameter {name}" for name in parameters]
    rest = pose(module, inputs).labels
    return conclude(problem._replace(labels=labels + rest), order, rtol, seed, raise_)


def numeric_gradient(f: Callable[..., Any], *inputs: Any) -> tuple[Array, ...]:
    """Return the gradients of a function whose result is one number, by differences alone.

    Args:
        f: The function, called as :func:`gradcheck` calls it.
        inputs: Its arguments, as for :func:`gradcheck`.

    Returns:
        An array of at least float64 for each floating-point array in `inputs`, in order.

    Raises:
        ShapeError: If the result is not a single number.

    >>> import numpy as np, tinygrad_np as tg
    >>> (dx,) = tg.testing.numeric_gradient(lambda x: (x**2).sum(), np.array([1.0, 3.0]))
    >>> dx.round(6)
    array([2., 6.])
    """
    problem = pose(f, inputs)
    with enable_grad(), np.errstate(all="ignore"):
        reference = Reference(problem, np.random.default_rng(0))
        if reference.here.size != 1:
            raise ShapeError(
                f"numeric_gradient: the result has {reference.here.size} elements, and only a "
                f"single number has a gradient"
            )
        reference.cotangent = np.ones_like(reference.cotangent)
        found = []
        for i, array in enumerate(reference.arrays):
            gradient = np.empty_like(array)
            for j in range(array.size):
                gradient.flat[j] = reference.line(i, j).slope(0.05 * RTOL).value
            found.append(gradient)
    return tuple(found)


# ---------------------------------------------------------------------- the parts


def conclude(problem: Problem, order: int, rtol: float | None, seed: int, raise_: bool) -> Report:
    """Return the report on a problem, or raise it."""
    if not problem.arrays:
        raise DTypeError(
            f"gradcheck of {problem.name}: there is nothing to check: no input is floating point; "
            f"write 2.0 rather than 2"
        )
    rng = np.random.default_rng(seed)
    with enable_grad(), np.errstate(all="ignore"):  # what is not finite, the report tells
        findings, faults = examine(problem, rtol, rng, 1)
        if order == 2 and not faults:
            more, faults = examine(gradient_of(problem, rng), rtol, rng, 2)
            findings += more
    report = Report(problem.name, tuple(findings), tuple(faults))
    if raise_ and not report:
        raise GradcheckError(report)
    return report


def gradient_of(problem: Problem, rng: np.random.Generator) -> Problem:
    """Return the problem whose results are the gradients of another's."""
    cotangents = Reference(problem, rng).cotangents

    def call(leaves: list[Tensor]) -> list[Tensor]:
        found = gradients(problem.call(leaves), leaves, cotangents, create_graph=True)
        return [g for g in found if g is not None]

    return problem._replace(call=call)


def examine(
    problem: Problem, rtol: float | None, rng: np.random.Generator, order: int
) -> tuple[list[Finding], list[str]]:
    """Return the verdict on every element, and what is wrong besides."""
    reference = Reference(problem, rng)
    faults = reference.faults()
    if faults:
        return [], faults
    precise, faults = analyse(problem, reference.arrays, reference.cotangents)
    own = precise
    if any(a.dtype != reference.dtype for a in problem.arrays):
        own, more = analyse(problem, problem.arrays, reference.cotangents)
        faults += more
    if faults:
        return [], list(dict.fromkeys(faults))
    noise = rounding(problem, reference.arrays, reference.cotangents, precise)
    own_noise = noise if own is precise else own_rounding(problem, reference, precise, own)

    findings = []
    for i, label in enumerate(problem.labels):
        for j, index in enumerate(np.ndindex(precise[i].shape)):
            line = reference.line(i, j)
            tolerance = RTOL if rtol is None else rtol
            finding = judge(
                line, precise[i], index, tolerance, float(noise[i][index]), label, order
            )
            if finding.passed and own[i].dtype != precise[i].dtype:
                holds = np.finfo(own[i].dtype)
                tolerance = 3.0 * float(holds.eps) ** 0.5 if rtol is None else rtol
                # The float64 run has no such excuse.
                slack = float(own_noise[i][index] + holds.tiny)
                slack += line.noise(np.abs(line.here), float(holds.eps)) / (
                    0.1 * min(line.scales[0], 1.0)
                )
                in_own = judge(line, own[i], index, tolerance, slack, label, order)
                finding = finding if in_own.passed else in_own
            findings.append(finding)
    return findings, []


def judge(
    line: Line,
    gradient: Array,
    index: tuple[int, ...],
    rtol: float,
    slack: float,
    label: str,
    order: int,
) -> Finding:
    """Return the verdict on one element of a gradient."""
    analytic = float(gradient[index])
    verdict: Verdict = "wrong"
    slopes = None
    for thorough in (False, True):  # nothing is called wrong on the strength of a few steps
        slope = line.slope(0.05 * min(rtol, RTOL), thorough)
        largest = max(abs(analytic), abs(slope.value))
        tolerance = rtol * largest + SAFETY * slope.error + slack
        if abs(analytic - slope.value) <= tolerance < math.inf:
            noisy = SAFETY * slope.error > 0.1 * largest and analytic != slope.value
            verdict = "weak" if noisy else "ok"
            break
    else:
        if not math.isfinite(analytic) or not math.isfinite(slope.value):
            verdict = "nan"
        beside = line.range_at_kink() if math.isfinite(analytic) else None
        if beside is not None:
            least, greatest, error = beside
            slopes = least, greatest
            reach = rtol * max(abs(least), abs(greatest)) + SAFETY * error + slack
            if least - reach <= analytic <= greatest + reach:
                verdict = "kink"
    return Finding(
        input=label,
        index=index,
        verdict=verdict,
        analytic=analytic,
        numeric=slope.value,
        error=slope.error,
        step=slope.step,
        dtype=str(gradient.dtype),
        tolerance=tolerance,
        slopes=slopes,
        order=order,
    )


@contextlib.contextmanager
def standing_in(places: Sequence[Tensor], values: Sequence[Tensor]) -> Iterator[None]:
    """Let Tensors have other values, and their nodes, for a while."""
    before = [(t._data, t.node, t._share) for t in places]
    try:
        for t, value in zip(places, values, strict=True):
            t._data, t.node, t._share = value._data, value.node, value._share
        yield
    finally:
        for t, (data, node, share) in zip(places, before, strict=True):
            t._data, t.node, t._share = data, node, share
