"""The conversion of a gradient check's arguments to one form, a problem.

A problem is a function from a list of real Tensors to a list of real Tensors. A complex input
becomes two of them, its real and imaginary parts, and so does a complex result.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..engine.access import array_of
from ..engine.errors import DTypeError
from ..engine.graph import Argument
from ..engine.tensor import Tensor, result
from ..engine.trees import tree_map
from .differences import Array

Evaluate = Callable[[list[Tensor]], list[Tensor]]


class Problem(NamedTuple):
    """A function to check.

    Attributes:
        name: The name of the function.
        call: The function: floating-point Tensors to floating-point Tensors.
        arrays: The values to check it at.
        labels: A description of each of them.
        analytic: The same function without complex results split in two, for complex arguments.
        plain: The function of the arrays themselves, if it takes arrays.
    """

    name: str
    call: Evaluate
    arrays: list[Array]
    labels: list[str]
    analytic: Evaluate | None = None
    plain: Callable[[], Any] | None = None

    def run(self, arrays: Sequence[Array]) -> tuple[list[Tensor], list[Array]]:
        """Return fresh leaves with the given values, and the values of the results."""
        leaves = [new_leaf(array) for array in arrays]
        return leaves, [array_of(y) for y in self.call(leaves)]


def pose(f: Callable[..., Any], inputs: Sequence[Any], name: str | None = None) -> Problem:
    """Return the problem of checking `f` at `inputs`.

    A Tensor passed several times is one input.
    """
    arrays: list[Array] = []
    labels: list[str] = []
    makers: list[Callable[[Sequence[Tensor]], Any]] = []  # one per value in the inputs, in order
    known: dict[int, int] = {}  # from the id of an input to the place of its maker
    is_complex = False
    names = parameter_labels(f, len(inputs))
    for i, argument in enumerate(inputs):
        for path, x in parts_of(argument):
            array = differentiable_values(x)
            if array is None:
                makers.append(lambda leaves, x=x: x)  # type: ignore[misc]
                continue
            if isinstance(x, Tensor) and id(x) in known:
                makers.append(makers[known[id(x)]])
                continue
            known[id(x)] = len(makers)
            label = label_of(i, f"{names[i]}{path}" if names[i] else path, x)
            n = len(arrays)
            if array.dtype.kind == "c":
                is_complex = True
                makers.append(lambda leaves, n=n: leaves[n] + leaves[n + 1] * 1j)  # type: ignore[misc]
                arrays += [array.real.copy(), array.imag.copy()]
                labels += [f"the real part of {label}", f"the imaginary part of {label}"]
            else:
                makers.append(lambda leaves, n=n: leaves[n])  # type: ignore[misc]
                arrays.append(array)
                labels.append(label)

    def results(leaves: list[Tensor]) -> list[Tensor]:
        given = [result(x._captured(), x.node) for x in leaves]  # which `f` may write to
        made = iter([make(given) for make in makers])
        return outputs_of(f(*(tree_map(lambda x: None if x is None else next(made), inputs))))

    def call(leaves: list[Tensor]) -> list[Tensor]:
        return [part for y in results(leaves) for part in real_parts(y)]

    def plain() -> Any:
        return f(*tree_map(plain_values, list(inputs)))

    analytic = None if is_complex else results
    return Problem(name or function_name(f), call, arrays, labels, analytic, plain)


def new_leaf(array: Array, requires_grad: bool = True) -> Tensor:
    """Return a Tensor to differentiate for, which the function may write to."""
    tensor = Tensor(array)
    tensor.node = Argument(tensor, tensor.shape, tensor.dtype)
    return tensor


def plain_values(x: Any) -> Any:
    """Return an input as a program on arrays has it: a copy, as it may be written to."""
    if isinstance(x, (Tensor, np.ndarray)):
        array = np.array(array_of(x))
        return array if array.ndim else array[()]
    return x


def label_of(i: int, path: str, x: Any) -> str:
    """Return the description of an input."""
    words = [path]
    if isinstance(x, Tensor) and x.name is not None:
        words.append(f"named {x.name!r}")
    said = ", ".join(filter(None, words))
    return f"input {i} ({said})" if said else f"input {i}"


def real_parts(y: Tensor) -> list[Tensor]:
    """Return a real result alone, or the real and imaginary parts of a complex one."""
    return [y.real, y.imag] if y.dtype.kind == "c" else [y]


def differentiable_values(x: Any) -> Array | None:
    """Return the values of an input that can be differentiated; ``None`` for any other."""
    if isinstance(x, Tensor):
        array = array_of(x)
    elif hasattr(x, "mask"):
        raise DTypeError("gradcheck: the mask of a masked array would be lost; use .filled(value)")
    elif hasattr(x, "__array__") or isinstance(x, (float, complex)):
        array = np.asarray(x)
    else:
        return None
    return array if array.dtype.kind in "fc" else None


def parts_of(tree: Any) -> Iterator[tuple[str, Any]]:
    """Yield every value in nested lists, tuples and dicts with its path, in order."""
    stack = [("", tree)]
    while stack:
        path, x = stack.pop()
        if isinstance(x, dict):
            stack += [(f"{path}[{key!r}]", branch) for key, branch in reversed(x.items())]
        elif isinstance(x, (list, tuple)):
            branches = [(f"{path}[{i}]", branch) for i, branch in enumerate(x)]
            stack += reversed(branches)
        elif x is not None:
            yield path, x


def outputs_of(y: Any) -> list[Tensor]:
    """Return the floating-point and complex Tensors among a function's results, in order."""
    found = []
    for path, t in parts_of(y):
        if not isinstance(t, Tensor):
            raise TypeError(
                f"gradcheck: the function returned {type(t).__name__}{path and f' at {path}'}, "
                f"not a Tensor: compute with the Tensors it is given, not with their values"
            )
        if t.dtype.kind in "fc":
            found.append(t)
    if not found:
        raise DTypeError("gradcheck: the function returned no floating-point Tensor to check")
    return found


def parameter_labels(f: Callable[..., Any], n: int) -> list[str]:
    """Return the names of the first `n` arguments of `f`, empty for those without one."""
    try:
        parameters = list(inspect.signature(f).parameters.values())
    except ValueError:  # a C function without a signature
        return [""] * n
    names: list[str] = []
    for p in parameters:
        if p.kind is p.VAR_POSITIONAL:
            names += [f"{p.name}[{i}]" for i in range(n - len(names))]
        elif p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD):
            names.append(p.name)
    return (names + [""] * n)[:n]


def function_name(f: Any) -> str:
    """Return the name of a function, or of its type if it has none."""
    return getattr(f, "__name__", None) or type(f).__name__
