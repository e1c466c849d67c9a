"""Op: a forward function on arrays with one gradient rule per input, and the tables of them.

A rule is named after the input it differentiates. It takes the cotangent `g` and
names what else it needs: inputs by their own names, their shapes as `x_shape`, the
result as `out`, parameters by their names. That signature is the declaration of what
a node saves; nothing else is kept alive.

Rules are plain NumPy and run in two worlds: on arrays, where nothing is recorded, and
on Tensors, where they record themselves.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from types import FunctionType
from typing import Any, TypeVar

import numpy as np

from .errors import DTypeError, ShapeError, TinygradError
from .since import late
from .tensor import Tensor

F = TypeVar("F", bound=Callable[..., Any])
RuleFunction = Callable[..., Any]
CO_VARARGS = 0x04  # inspect.CO_VARARGS

OPS: dict[str, Op] = {}
"""Every op of the package by name; not those that users declare."""

NUMPY: dict[Any, Callable[..., Any]] = {}
"""The function here that answers each NumPy function."""

FUNCTIONS: dict[str, Callable[..., Any]] = {}
"""Every public function by name: ops, and functions composed of ops."""


Parameters = tuple[tuple[str, ...], str | None, dict[str, Any]]
"""The names of those without a default, of the starred one, and those with a default."""


def parameters(function: Callable[..., Any]) -> Parameters:
    """Return the parameters of a function.

    Of a plain one what `inspect.signature` tells, a hundred times faster: every import pays for
    it. The inputs of a ufunc are `x`, `x` and `y`, or `x1`, `x2`, `x3` and so on.

    Raises:
        TypeError: If they are not known, or an input can be given by name alone.
    """
    if isinstance(function, np.ufunc):
        if function.nin > 2:
            return tuple(f"x{i + 1}" for i in range(function.nin)), None, {}
        return ("x", "y")[: function.nin], None, {}
    if isinstance(function, np.vectorize):
        return parameters(function.pyfunc)
    if type(function) is not FunctionType or hasattr(function, "__wrapped__"):
        inner = inspect.unwrap(function)  # a ufunc has no signature before NumPy 2.4
        return parameters(inner) if isinstance(inner, np.ufunc) else from_signature(function)
    code = function.__code__
    positional = code.co_varnames[: code.co_argcount]
    keyword = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    values = function.__defaults__ or ()
    plain = positional[: len(positional) - len(values)]
    defaults = dict(zip(positional[len(plain) :], values, strict=True))
    by_name = function.__kwdefaults__ or {}
    for name in keyword:
        if name not in by_name:
            raise TypeError(f"{name_of(function)}: the parameter {name!r} needs a default")
        defaults[name] = by_name[name]
    star = None
    if code.co_flags & CO_VARARGS:
        star = code.co_varnames[len(positional) + len(keyword)]
    return plain, star, defaults


def from_signature(function: Callable[..., Any]) -> Parameters:
    """Return the parameters of a callable that is no plain function."""
    name = name_of(function)
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"{name}: its parameters are not known ({error}); wrap it in a function that names "
            f"them, such as lambda x: {name}(x)"
        ) from error
    plain, star, defaults = [], None, {}
    for p in signature.parameters.values():
        if p.kind is p.VAR_POSITIONAL:
            star = p.name
        elif p.default is not p.empty:
            defaults[p.name] = p.default
        elif p.kind is p.KEYWORD_ONLY:
            raise TypeError(f"{name}: the parameter {p.name!r} needs a default")
        elif p.kind is not p.VAR_KEYWORD:
            plain.append(p.name)
    return tuple(plain), star, defaults


def name_of(function: Callable[..., Any]) -> str:
    """Return the name of a callable: of a partial that of its function, else of its class."""
    if isinstance(function, functools.partial):
        return name_of(function.func)
    return getattr(function, "__name__", type(function).__name__)


class Rule:
    """A gradient rule and what it asks for.

    Attributes:
        apply: The rule itself.
        input: The name of the input it differentiates.
        needs: What it names after the cotangent.
        pick: Takes those out of all that the op knows when it is applied, as a tuple.
    """

    __slots__ = ("apply", "input", "needs", "pick")

    def __init__(
        self, apply: RuleFunction, input_name: str, needs: tuple[str, ...] | None = None
    ) -> None:
        self.apply = apply
        self.input = input_name
        self.needs = parameters(apply)[0][1:] if needs is None else needs
        self.pick: Callable[[Sequence[Any]], tuple[Any, ...]]

    def prepare(self, known: Sequence[str], op: str) -> None:
        """Make `pick` for values in the order of `known`."""
        for need in self.needs:
            if need not in known:
                raise TypeError(
                    f"{op}: the rule for {self.input} asks for {need!r}; there is "
                    f"{', '.join(known)}"
                )
        at = [known.index(need) for need in self.needs]
        if not at:
            self.pick = lambda values: ()
        elif len(at) == 1:
            (only,) = at
            self.pick = lambda values: (values[only],)
        else:
            self.pick = itemgetter(*at)


class Op:
    """One operation: what it computes and how a gradient flows back through it.

    Attributes:
        name: NumPy's name where NumPy has one.
        forward: The function on arrays.
        kind: ``"elementwise"`` (the rules are the jvp too), ``"linear"`` (the op is its
            own jvp), ``"bilinear"`` (it is, in each input), ``"constant"`` (no gradient)
            or ``"general"``. The inputs of elementwise and bilinear ops may broadcast.
        alike: Whether each element of the result comes from the elements at its own place.
        inputs: The names of the array inputs.
        holomorphic: Whether it is complex-differentiable where it is differentiable: its rules
            are then written as for real numbers. Functions like abs, real and conjugate are not.
        star: The last of them, if it stands for any number of arrays.
        defaults: The parameters and their values when left out.
        rules: The rule of each differentiable input.
        push: What gives the tangent of a node of it, instead of the rules; see ``sweeps.push``.
        call: The public function.
        label: What pictures and messages call it: the name, or that of the function it is part of.
    """

    __slots__ = (
        "alike",
        "call",
        "defaults",
        "forward",
        "holomorphic",
        "inputs",
        "kind",
        "label",
        "mismatch",
        "name",
        "push",
        "rules",
        "star",
    )

    def __init__(
        self,
        name: str,
        forward: Callable[..., Any],
        kind: str,
        inputs: tuple[str, ...],
        rules: Mapping[str, RuleFunction | Rule],
        mismatch: Callable[..., str] | None = None,
        star: str | None = None,
        holomorphic: bool = True,
        defaults: dict[str, Any] | None = None,
    ) -> None:
        for key in rules:
            if key not in inputs:
                raise TypeError(f"{name}: a rule for {key!r}, but the inputs are {inputs}")
        self.name = self.label = name
        self.forward = forward
        self.kind = kind
        self.alike = kind == "elementwise"
        self.inputs = inputs
        self.rules = {
            key: rule if isinstance(rule, Rule) else Rule(rule, key) for key, rule in rules.items()
        }
        self.mismatch = mismatch
        self.star = star
        self.holomorphic = holomorphic
        self.defaults = defaults or {}
        self.push: Callable[..., Any] | None = None
        self.call: Callable[..., Tensor]

    def __repr__(self) -> str:
        return f"<op {self.name}({', '.join(self.inputs)})>"

    def explain(self, arrays: Sequence[Any], error: Exception) -> Exception:
        """Return the error a user should see when NumPy refused `arrays`."""
        if isinstance(error, TinygradError) or not isinstance(error, (ValueError, TypeError)):
            return error
        shapes = [np.shape(a) for a in arrays]
        if isinstance(error, np.linalg.LinAlgError):  # of the values: a singular matrix
            return np.linalg.LinAlgError(f"{self.label}: shape {shapes[0]}: {error}")
        if isinstance(error, TypeError):
            dtypes = ", ".join(str(np.asarray(a).dtype) for a in arrays)
            return DTypeError(f"{self.label}: dtypes {dtypes}: {error}")
        if self.mismatch is not None:
            return ShapeError(f"{self.label}: {self.mismatch(*shapes)}")
        if not shapes:
            return ShapeError(f"{self.label}: no arrays were given")
        listed = " and ".join(map(str, shapes))
        if self.kind in ("elementwise", "constant") and len(shapes) > 1:
            return ShapeError(f"{self.label}: shapes {listed} do not broadcast: {clash(shapes)}")
        return ShapeError(f"{self.label}: shape {listed}: {error}")


def clash(shapes: Sequence[tuple[int, ...]]) -> str:
    """Return where shapes fail to broadcast, in words."""
    for axis in range(-1, -1 - max(map(len, shapes)), -1):
        sizes = {s[axis] for s in shapes if len(s) >= -axis} - {1}
        if len(sizes) > 1:
            found = " and ".join(map(str, sorted(sizes)))
            return f"along axis {axis} the sizes {found} differ and neither is 1"
    return "their sizes agree"


def enter(op: Op) -> Op:
    """Enter an op in the table of all ops of the package."""
    if op.name in OPS:
        raise ValueError(f"an op named {op.name!r} is already declared")
    OPS[op.name] = op
    return op


def register(function: F, *numpy: Any) -> F:
    """Enter a public function in the tables, with the NumPy functions it answers.

    One that the oldest NumPy lacks is given by its name in :data:`since.SINCE`.
    """
    for given in numpy:
        answered = late(given) if isinstance(given, str) else given
        if getattr(answered, "__module__", "").startswith("numpy") or isinstance(
            answered, np.ufunc
        ):
            NUMPY[answered] = function
    FUNCTIONS[function.__name__] = function
    return function


def composed(*numpy: Any) -> Callable[[F], F]:
    """Enter the decorated function, made of ops, as the answer to NumPy's."""
    return lambda function: register(function, *numpy)
