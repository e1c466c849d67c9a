"""gradcheck: compares the gradients of a function with finite differences of its values.

The reference is computed in float64, whatever the inputs' dtype. The gradient in float64 must match
it closely; the gradient in the inputs' own dtype must agree within that dtype's precision.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..engine.access import replaced
from ..engine.errors import DTypeError, ShapeError
from ..engine.modes import enable_grad
from ..engine.tensor import Tensor
from .blame import blame, literal
from .differences import Array
from .examine import CheckMode, CheckOptions, examine
from .inputs import Problem, function_name, pose
from .judge import RTOL, Kinks
from .reference import Reference
from .report import GradcheckError, Report, WeakGradcheckWarning


def gradcheck(
    f: Callable[..., Any],
    *inputs: Any,
    order: int = 1,
    mode: CheckMode = "auto",
    kinks: Kinks = "accept",
    rtol: float | None = None,
    seed: int = 0,
    raise_: bool = True,
) -> Report:
    """Compare the gradients of `f`, in both modes, with finite differences of its values.

    `f` is called with Tensors and returns one, or several in a tuple, list or dict, of any
    shape. Its results are weighted with random numbers, so that errors cannot cancel in a sum.
    An element is right if it is within `rtol` of the reference, relative to the larger of the
    two, or within three times the estimated error of the reference. There is no absolute
    tolerance, so the values of a function may be arbitrarily small. At a kink every slope between
    those of the two sides is right. The backward and the forward pass are both compared with the
    reference; gradients must be linear, reproducible, and independent of memory layout.

    If something is wrong, every recorded op is checked on its own at the values it was given. The
    report names the op at fault, the line it was called from and what its gradient looks like.

    Args:
        f: The function. It must give the same values every time it is called.
        inputs: Its arguments. Gradients are checked for floating-point and complex Tensors, arrays
            and numbers, also in nested lists, tuples and dicts; everything else is passed on
            unchanged. A Tensor passed twice is one input.
        order: 2 to check the gradients of the gradients as well.
        mode: ``"full"`` to check every element; ``"directions"`` to check blocks of elements
            together, whose number does not grow with the number of elements; ``"auto"`` for
            ``"full"`` up to 64 elements.
        kinks: How to treat a slope at a kink: right if it lies between those of the two sides
            (``"accept"``), always wrong (``"error"``), or not judged (``"skip"``).
        rtol: The relative tolerance; 1e-6, or what a lower precision than float64 allows.
        seed: The seed of the random weights and directions.
        raise_: Whether to raise if something is wrong, or only to return the report.

    Returns:
        A report with the verdict on every element. It is true if nothing is wrong.

    Raises:
        GradcheckError: If something is wrong: it names the input, the element, both values,
            the error of the reference, and the op at fault. It is an `AssertionError`.
        DTypeError: If there is nothing to check.

    Warns:
        WeakGradcheckWarning: If it passed, but the reference is too noisy to judge some elements.

    >>> import numpy as np, tinygrad_np as tg
    >>> print(tg.testing.gradcheck(lambda x, w: tg.tanh(x @ w), np.eye(2), np.ones((2, 1))))
    gradcheck of <lambda>: 6 gradient elements are right
    >>> double = tg.op(lambda x: 2.0 * x, x=lambda g: g, name="double")
    >>> tg.testing.gradcheck(double, np.array([2.0, 3.0]))
    Traceback (most recent call last):
    tinygrad_np.testing.GradcheckError: gradcheck of double: 2 of 2 gradient elements ...
      input 0 (x)[0]: analytic 1.3125, numeric 2.625 ± ..., relative error 0.5, step ...
      ...
    at fault: double, called at ...
      by itself, x[0]: analytic ..., numeric ...
      pattern: it is 1/2 times what it should be, everywhere
      ...
    """
    __tracebackhide__ = True  # so that pytest shows the user's line, not ours
    options = chosen(order, mode, kinks, rtol)
    return conclude(pose(f, inputs), options, seed, raise_)


def gradcheck_module(
    module: Any,
    *inputs: Any,
    loss: Callable[[Any], Any] | None = None,
    order: int = 1,
    mode: CheckMode = "auto",
    kinks: Kinks = "accept",
    rtol: float | None = None,
    seed: int = 0,
    raise_: bool = True,
) -> Report:
    """Compare a module's gradients, for parameters and inputs, with finite differences.

    It works like :func:`gradcheck`, for a callable that has parameters.

    Args:
        module: Anything that is called with `inputs` and has a ``named_parameters()`` that
            yields names and Tensors. It is left unchanged.
        inputs: Its arguments; gradients for floating-point ones are checked too.
        loss: A function applied to what the module returns.
        order: As for :func:`gradcheck`.
        mode: As for :func:`gradcheck`.
        kinks: As for :func:`gradcheck`.
        rtol: As for :func:`gradcheck`.
        seed: As for :func:`gradcheck`.
        raise_: As for :func:`gradcheck`.

    >>> import numpy as np, tinygrad_np as tg
    >>> model = tg.nn.Linear(2, 1)
    >>> print(tg.testing.gradcheck_module(model, np.ones((3, 2)), loss=lambda y: (y**2).mean()))
    gradcheck of Linear: 9 gradient elements are right
    """
    __tracebackhide__ = True
    parameters = {name: p for name, p in module.named_parameters() if p.requires_grad}

    def call(values: list[Tensor], *args: Any) -> Any:
        with standing_in(list(parameters.values()), values):
            y = module(*args)
            return y if loss is None else loss(y)

    problem = pose(call, (list(parameters.values()), *inputs), function_name(module))
    labels = [f"parameter {name}" for name in parameters]
    rest = pose(module, inputs).labels
    options = chosen(order, mode, kinks, rtol)
    return conclude(problem._replace(labels=labels + rest), options, seed, raise_)


def numeric_gradient(f: Callable[..., Any], *inputs: Any) -> tuple[Array, ...]:
    """Return the gradients of a function with a single number as its result, by differences alone.

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
                gradient.flat[j] = reference.element(i, j).slope(0.05 * RTOL).value
            found.append(gradient)
    return tuple(found)


# ---------------------------------------------------------------------- the parts


def chosen(order: int, mode: CheckMode, kinks: Kinks, rtol: float | None) -> CheckOptions:
    """Return the options the user chose; raise an error for one that does not exist."""
    if order not in (1, 2):
        raise ValueError(f"gradcheck: order is 1 or 2, not {order!r}")
    if mode not in ("auto", "full", "directions"):
        raise ValueError(f"gradcheck: mode is 'auto', 'full' or 'directions', not {mode!r}")
    if kinks not in ("accept", "error", "skip"):
        raise ValueError(f"gradcheck: kinks is 'accept', 'error' or 'skip', not {kinks!r}")
    return CheckOptions(mode, kinks, rtol, order)


def conclude(problem: Problem, options: CheckOptions, seed: int, raise_: bool) -> Report:
    """Examine a problem and return the report; raise it if something is wrong."""
    __tracebackhide__ = True
    if not problem.arrays:
        raise DTypeError(
            f"gradcheck of {problem.name}: there is nothing to check: no input is floating point; "
            f"write 2.0 rather than 2"
        )
    with enable_grad(), np.errstate(all="ignore"):  # the report tells what is not finite
        findings, faults, cost = examine(problem, options, np.random.default_rng(seed))
    report = Report(problem.name, tuple(findings), tuple(faults), evaluations=cost)
    if not report:
        report = replace(
            report,
            blame=blame(problem, options, seed),
            reproduce=reproduction(problem, options, seed),
        )
        if raise_:
            raise GradcheckError(report)
    elif report.weak and raise_:
        warnings.warn(str(report), WeakGradcheckWarning, stacklevel=3)
    return report


def reproduction(problem: Problem, options: CheckOptions, seed: int) -> str:
    """Return a line of Python that repeats the check."""
    few = sum(a.size for a in problem.arrays) <= 16
    pairs = zip(problem.arrays, problem.labels, strict=True)
    written = [literal(a) if few else label for a, label in pairs]
    usual = CheckOptions()
    told = "".join(
        f", {name}={value!r}"
        for name, value in options._asdict().items()
        if value != getattr(usual, name)
    )
    return f"gradcheck({problem.name}, {', '.join(written)}{told}, seed={seed})"


@contextlib.contextmanager
def standing_in(places: Sequence[Tensor], values: Sequence[Tensor]) -> Iterator[None]:
    """Give Tensors the data and nodes of others while the context is active."""
    with contextlib.ExitStack() as stack:
        for t, value in zip(places, values, strict=True):
            stack.enter_context(replaced(t, value))
        yield
