"""How SciPy's special functions become ops.

SciPy is optional: it is imported when one of its functions is called, and the error then
says what to install. Their gradients are written in terms of each other.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import numpy as np

from ..engine.calls import general
from ..engine.declarations import constant, dress, either, elementwise, publish
from ..engine.errors import DTypeError, UnsupportedError
from ..engine.op import FUNCTIONS, Op, RuleFunction, enter, register
from ..engine.protocols import Binary, Unary
from ..engine.tensor import Array, Tensor

SECOND_NAMES = {
    "expit": "sigmoid",
    "psi": "special.digamma",
    "round": "rint",
    "jn": "special.jv",
    "yn": "special.yv",
    "kn": "special.kv",
    # What SciPy's functions in Python call:
    "_lambertw": "special.lambertw",
    "_zeta": "special.zeta",
}
"""SciPy's functions that have another name here."""
SHARED_NAMES = {"cbrt", "erf", "exp2", "expm1", "log1p"}
"""SciPy's functions that are the package's own."""
FAMILIES = (
    *("bessel", "differential", "distributions", "elliptic", "gamma", "hypergeometric"),
    *("integrals", "polynomials", "probability"),
)
"""The modules that declare functions of SciPy; imported on demand."""


def scipy_function(name: str) -> Any:
    """Return a function of `scipy.special`, or raise if SciPy is missing."""
    try:
        import scipy.special
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"special.{name} is computed by SciPy, which is not installed: pip install scipy",
            name="scipy",
        ) from error
    return getattr(scipy.special, name)


def of_one(name: str, doc: str, x: RuleFunction) -> Unary:
    """Declare a function of one array that SciPy computes."""

    def forward(x: Array) -> Array:
        return scipy_function(name)(x)  # type: ignore[no-any-return]

    op: Unary = elementwise(forward, name=f"special.{name}", doc=doc, x=x)
    return op


def constant_of(name: str, doc: str) -> Unary:
    """Declare a function of one array that SciPy computes, without a gradient."""
    op: Unary = constant(lambda x: scipy_function(name)(x), name=f"special.{name}", doc=doc)
    return op


def with_one_precision(*numbers: Any) -> tuple[Array, ...]:
    """Return all as arrays; Python numbers get the precision of the others."""
    if all(type(x) is np.ndarray for x in numbers):
        return numbers
    dtype = np.result_type(*numbers)
    real = np.empty(0, dtype).real.dtype  # an order stays real beside a complex argument
    return tuple(
        x if type(x) is np.ndarray else np.asarray(x, dtype if isinstance(x, complex) else real)
        for x in numbers
    )


def of_two(name: str, doc: str, x: RuleFunction, y: RuleFunction) -> Binary:
    """Declare a function of two broadcasting arrays that SciPy computes."""

    def forward(x: Array, y: Array) -> Array:
        return scipy_function(name)(*with_one_precision(x, y))  # type: ignore[no-any-return]

    op: Binary = elementwise(forward, name=f"special.{name}", doc=doc, x=x, y=y)
    return op


def no_gradient(name: str, what: str) -> RuleFunction:
    """Return the rule of an argument for which no derivative is known."""

    def rule(g: Any) -> Any:
        raise UnsupportedError(
            f"special.{name}: there is no gradient for {what}; pass it as a number or an array, "
            f"or .detach() it; or take differences: declare a function that calls SciPy's with "
            f'tg.op(..., gradient="finite-difference")'
        )

    return rule


def of_order(name: str, doc: str, y: RuleFunction, what: str = "the order") -> Binary:
    """Declare a function of a constant (an order, a parameter) and an argument."""
    doc += f"\n\n    There is no gradient for {what}, the first argument: asking for it raises."
    return of_two(name, doc, no_gradient(name, what), y)


def of_many(
    name: str, inputs: str, doc: str, forward: Callable[..., Any] | None = None, **rules: Any
) -> Callable[..., Tensor]:
    """Declare a function of broadcasting arrays that SciPy computes, of any number of them.

    Args:
        name: SciPy's name.
        inputs: The names of the arrays, in order.
        doc: The docstring; a sentence on inputs without a gradient is added.
        forward: What to compute; SciPy's function when left out.
        rules: A rule for each input that has one; a gradient of the others is an error.
    """
    op = refusing_op(
        name,
        inputs,
        forward or (lambda *arrays: scipy_function(name)(*with_one_precision(*arrays))),
        rules,
    )
    missing = [x for x in op.inputs if x not in rules]
    if missing:
        doc += f"\n\n    There is no gradient for {', '.join(missing)}: asking for it raises."
    return publish(op, general(op), op.forward, doc)


def with_integers(name: str) -> Callable[..., Any]:
    """Return SciPy's function, called with Python integers unchanged, as it refuses floats."""
    return lambda *arrays: scipy_function(name)(*arrays)


def refusing_op(name: str, inputs: str, forward: Callable[..., Any], rules: dict[str, Any]) -> Op:
    """Return an elementwise op whose inputs without a rule refuse to be differentiated."""
    names = tuple(inputs.split())
    refused = {x: no_gradient(name, f"the argument {x}") for x in names if x not in rules}
    return Op(f"special.{name}", forward, "elementwise", names, {**refused, **rules})


Rules = dict[str, RuleFunction]


def of_several(
    name: str, inputs: str, doc: str, **parts: Rules | RuleFunction
) -> Callable[..., tuple[Tensor, ...]]:
    """Declare a function of arrays that SciPy computes and that has several results.

    Each result is an op of its own, named after the function and the part, and calls SciPy's
    function for it. So a gradient needs only those it flows through.

    Args:
        name: SciPy's name.
        inputs: The names of the arrays, in order.
        doc: The docstring.
        parts: The rules of each result, or the only one, which is for the last input.
    """
    ops = []
    for place, (part, rules) in enumerate(parts.items()):
        if callable(rules):
            rules = {inputs.split()[-1]: rules}
        op = refusing_op(name, inputs, taking(name, place), rules)
        op.name += f"_{part}"
        call = dress(enter(op), general(op), f"Result {place}, {part}, of `special.{name}`.")
        ops.append(call)
        missing = [x for x in op.inputs if x not in rules]

    def function(*arrays: Any) -> tuple[Tensor, ...]:
        return tuple(op(*arrays) for op in ops)

    if missing:
        doc += f"\n\n    There is no gradient for {', '.join(missing)}: asking for it raises."
    function.__doc__ = f"{doc}\n\n    Returns {', '.join(parts)}."
    function.__name__ = function.__qualname__ = f"special.{name}"
    function.parts = dict(zip(parts, ops, strict=True))  # type: ignore[attr-defined]  # for rules
    return register(function)


def taking(name: str, place: int) -> Callable[..., Any]:
    """Return the function that computes one of the results of SciPy's."""
    return lambda *arrays: scipy_function(name)(*with_one_precision(*arrays))[place]


def results_of(function: Callable[..., Any]) -> SimpleNamespace:
    """Return the results of a function declared by `of_several`, by name, as rules use them."""
    parts: dict[str, Any] = function.parts  # type: ignore[attr-defined]  # set there
    return SimpleNamespace(**{name: either(part) for name, part in parts.items()})


def real_only(x: Any, name: str, instead: str) -> Any:
    """Return `x`, or raise if it is complex: for rules that hold only for real numbers."""
    if x.dtype.kind == "c":
        raise DTypeError(
            f"special.{name}: no gradient for complex numbers: compose it of {instead}"
        )
    return x


def answer_to(ufunc: np.ufunc) -> Callable[..., Tensor] | None:
    """Return our function for a ufunc called on Tensors, if it is one of SciPy's."""
    name = ufunc.__name__
    module = "scipy.special._ufuncs" if name.startswith("_") else "scipy.special"
    if getattr(sys.modules.get(module), name, None) is not ufunc:
        return None
    if name not in SHARED_NAMES:
        name = SECOND_NAMES.get(name, f"special.{name}")
    for family in FAMILIES:
        import_module(f"{__package__}.{family}")
    return FUNCTIONS.get(name)
