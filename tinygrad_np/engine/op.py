"""Op: a forward function on arrays with one gradient rule per input, and the tables of ops.

A rule is named after the input it differentiates. It takes the cotangent `g` and names what else
it needs: inputs by their names, their shapes as `x_shape`, the result as `out`, parameters by
their names. This signature declares what a node saves; nothing else is kept alive.

Rules are plain NumPy and run in two worlds: on arrays nothing is recorded, on Tensors a rule
records itself.
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
from .graph import Pattern
from .tensor import Tensor

F = TypeVar("F", bound=Callable[..., Any])
RuleFunction = Callable[..., Any]
RulePair = tuple[RuleFunction, RuleFunction]

KINDS = ("elementwise", "linear", "bilinear", "general")
"""The algebra that an op may declare: see :class:`Op`."""

OPS: dict[str, Op] = {}
"""Every op of the package by name; not the ops of users."""

NUMPY: dict[Any, Callable[..., Any]] = {}
"""Our function for each NumPy function."""

FUNCTIONS: dict[str, Callable[..., Any]] = {}
"""Every public function by name: ops and functions composed of ops."""

Parameters = tuple[tuple[str, ...], str | None, dict[str, Any]]
"""Names without a default, the name of ``*args``, and the defaults by name."""


def parameters(function: Callable[..., Any]) -> Parameters:
    """Return the parameters of a function, or raise `TypeError` if an input has no position.

    For a plain function this is `inspect.signature`, a hundred times faster: every import pays for
    it. The inputs of a ufunc are called `x`; `x` and `y`; or `x1`, `x2`, `x3` and so on.
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
            raise TypeError(f"{callable_name(function)}: the parameter {name!r} needs a default")
        defaults[name] = by_name[name]
    varargs = None
    if code.co_flags & inspect.CO_VARARGS:
        varargs = code.co_varnames[len(positional) + len(keyword)]
    return plain, varargs, defaults


def from_signature(function: Callable[..., Any]) -> Parameters:
    """Return the parameters of a callable that is not a plain function."""
    name = callable_name(function)
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"{name}: its parameters are unknown ({error}); wrap it in a function that names "
            f"them, such as lambda x: {name}(x)"
        ) from error
    plain, varargs, defaults = [], None, {}
    for p in signature.parameters.values():
        if p.kind is p.VAR_POSITIONAL:
            varargs = p.name
        elif p.default is not p.empty:
            defaults[p.name] = p.default
        elif p.kind is p.KEYWORD_ONLY:
            raise TypeError(f"{name}: the parameter {p.name!r} needs a default")
        elif p.kind is not p.VAR_KEYWORD:
            plain.append(p.name)
    return tuple(plain), varargs, defaults


def callable_name(function: Callable[..., Any]) -> str:
    """Return the name of a callable, of the function inside a partial, or else of its class."""
    if isinstance(function, functools.partial):
        return callable_name(function.func)
    return getattr(function, "__name__", type(function).__name__)


class Rule:
    """A gradient rule and the values it needs.

    Attributes:
        apply: The vjp: maps the cotangent of the result to that of the input.
        jvp: Maps a tangent of the input to its part of the result's, with the same arguments;
            ``None`` if not declared.
        adds: Adds what the vjp returns to an array in place: ``adds(into, g, ...)``.
        takes: Turns the cotangent itself into what the vjp returns, in place: ``takes(g, ...)``.
        is_own_jvp: Whether the op itself computes the jvp: it is linear in this input, and the rule
            saves the other operands.
        input: The name of the input it differentiates.
        needs: The names it lists after the cotangent.
        count: The number of these.
        at: Their positions among all values known when the op is applied.
        pick: Selects them: a single one as it is, or a tuple.
    """

    __slots__ = (
        *("adds", "apply", "at", "count", "input", "is_own_jvp", "jvp", "needs", "pick", "takes"),
    )

    def __init__(
        self,
        apply: RuleFunction,
        input_name: str,
        needs: tuple[str, ...] | None = None,
        jvp: RuleFunction | None = None,
    ) -> None:
        self.apply = apply
        self.jvp = jvp
        self.adds: RuleFunction | None = None
        self.takes: RuleFunction | None = None
        self.is_own_jvp = False
        self.input = input_name
        self.needs = parameters(apply)[0][1:] if needs is None else needs
        self.count = len(self.needs)
        self.at: tuple[int, ...] = ()
        self.pick: Callable[[Sequence[Any]], Any]

    def prepare(self, known: Sequence[str], op: str) -> None:
        """Locate what it needs among `known`, the names in the order of a call."""
        for need in self.needs:
            if need not in known:
                raise TypeError(
                    f"{op}: the rule for {self.input} asks for {need!r}; there is "
                    f"{', '.join(known)}"
                )
        self.at = tuple(known.index(need) for need in self.needs)
        self.pick = itemgetter(*self.at) if self.at else lambda values: ()


def as_rule(name: str, key: str, given: RuleFunction | Rule | RulePair) -> Rule:
    """Return the rule for an input, declared as a vjp or as a pair of a vjp and a jvp."""
    if isinstance(given, Rule):
        return given
    vjp, jvp = given if isinstance(given, tuple) else (given, None)
    rule = Rule(vjp, key, jvp=jvp)
    if jvp is not None and parameters(jvp)[0][1:] != rule.needs:
        raise TypeError(f"{name}: vjp and jvp for {key} must ask for the same: {rule.needs}")
    return rule


class Op:
    """One operation: what it computes and how a gradient flows back through it.

    Attributes:
        name: NumPy's name if NumPy has one.
        forward: The function on arrays.
        kind: ``"elementwise"`` (the Jacobian is diagonal, so a rule is also the jvp), ``"linear"``
            (the op is its own jvp), ``"bilinear"`` (it is, in each input) or ``"general"``. The
            inputs of elementwise and bilinear ops may broadcast.
        inputs: The names of the array inputs.
        holomorphic: Whether it is complex-differentiable where it is differentiable: its rules are
            then written as for real numbers. Functions like abs, real and conjugate are not.
        varargs: The name of the last input if it stands for any number of arrays.
        defaults: The parameters and their default values.
        rules: The rule of each differentiable input; no gradient flows to the others.
        batching: The batching rule: see ``batching``.
        views: Whether its result may be a view of its first input, as NumPy's is.
        jvp: Computes the tangent of a node instead of the rules: see ``forward``.
        reruns: Whether its rules run a function of the user.
        call: The public function.
        label: The name in pictures and messages: its own, or that of the function it is part of.
    """

    def __init__(
        self,
        name: str,
        forward: Callable[..., Any],
        kind: str,
        inputs: tuple[str, ...],
        rules: Mapping[str, RuleFunction | Rule | RulePair],
        mismatch: Callable[..., str] | None = None,
        varargs: str | None = None,
        holomorphic: bool = True,
        defaults: dict[str, Any] | None = None,
        batching: Callable[..., Any] | None = None,
        views: bool = False,
    ) -> None:
        if kind not in KINDS:
            raise TypeError(f"{name}: the kind is one of {', '.join(KINDS)}, not {kind!r}")
        for key in rules:
            if key not in inputs:
                raise TypeError(f"{name}: a rule for {key!r}, but the inputs are {inputs}")
        self.name = self.label = name
        self.forward = forward
        self.kind = kind
        self.inputs = inputs
        self.rules = {key: as_rule(name, key, rule) for key, rule in rules.items()}
        self.mismatch = mismatch
        self.varargs = varargs
        self.holomorphic = holomorphic
        self.defaults = defaults or {}
        self.batching = batching
        self.views = views
        self.jvp: Callable[..., Any] | None = None
        self.reruns = False
        self.call: Callable[..., Tensor]
        self.patterns: dict[tuple[int, ...], Pattern] = {}
        if kind in ("linear", "bilinear"):
            for key, rule in self.rules.items():
                kept = {key} if kind == "bilinear" else set(rules)
                rule.is_own_jvp = rule.jvp is None and set(inputs) - kept <= set(rule.needs)

    def pattern(self, places: tuple[int, ...]) -> Pattern:
        """Return the pattern of nodes whose edges lead to the inputs of these numbers."""
        if places not in self.patterns:
            last = len(self.inputs) - 1
            rules = tuple(self.rules[self.inputs[min(i, last)]] for i in places)
            maps_tangent = last == 0 and not self.varargs and any(r.is_own_jvp for r in rules)
            self.patterns[places] = Pattern(places, rules, maps_tangent)
        return self.patterns[places]

    def __call__(self, *arrays: Any, **params: Any) -> Any:
        """Run in the world of the arguments: recorded on Tensors, the forward function on arrays.

        Rules call the few ops this way that have no name in NumPy.
        """
        world = self.call if any(isinstance(a, Tensor) for a in arrays) else self.forward
        return world(*arrays, **params)

    def __repr__(self) -> str:
        return f"<op {self.name}({', '.join(self.inputs)})>"

    def explain(self, arrays: Sequence[Any], error: Exception) -> Exception:
        """Return the error to show the user after NumPy rejected `arrays`."""
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
        if self.kind == "elementwise" and len(shapes) > 1:
            return ShapeError(f"{self.label}: shapes {listed} do not broadcast: {clash(shapes)}")
        return ShapeError(f"{self.label}: shape {listed}: {error}")


def clash(shapes: Sequence[tuple[int, ...]]) -> str:
    """Return in words where shapes fail to broadcast."""
    for axis in range(-1, -1 - max(map(len, shapes)), -1):
        sizes = {s[axis] for s in shapes if len(s) >= -axis} - {1}
        if len(sizes) > 1:
            found = " and ".join(map(str, sorted(sizes)))
            return f"along axis {axis} the sizes {found} differ and neither is 1"
    return "their sizes agree"


def enter(op: Op) -> Op:
    """Enter an op in the table of the package."""
    if op.name in OPS:
        raise ValueError(f"an op named {op.name!r} is already declared")
    OPS[op.name] = op
    return op


def register(function: F, *numpy: Any) -> F:
    """Enter a public function in the tables, with the NumPy functions it stands for.

    A function called ``"linalg.norm"`` belongs to the package's module ``linalg``.
    """
    module, _, function.__qualname__ = function.__name__.rpartition(".")
    root = __name__.partition(".")[0]
    function.__module__ = f"{root}.{module}" if module else root
    for answered in numpy:
        home = "numpy" if isinstance(answered, np.ufunc) else getattr(answered, "__module__", "")
        if home.startswith("numpy"):
            NUMPY[answered] = function
    FUNCTIONS[function.__name__] = function
    return function


def composed(*numpy: Any, module: str = "") -> Callable[[F], F]:
    """Enter the decorated function, which is composed of ops, for NumPy's functions.

    For a submodule of NumPy, `module` is its name: the function is then called ``"linalg.norm"``.
    """

    def decorate(function: F) -> F:
        if module:
            function.__name__ = f"{module}.{function.__name__}"
        return register(function, *numpy)

    return decorate
