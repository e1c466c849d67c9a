"""The makers: one declaration makes an op, its public function and its table entries.

The maker names the algebra: elementwise, constant, bilinear, or what `declare` is told.
Imports op, calls and tensor.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ParamSpec, Protocol

import numpy as np
import numpy.typing as npt

from .calls import binary, general, unary
from .op import Op, Rule, RuleFunction, enter, parameters, register
from .tensor import Tensor

P = ParamSpec("P")


class Unary(Protocol):
    """A function of one array, element by element."""

    def __call__(self, x: npt.ArrayLike, /) -> Tensor:
        """Return the function of `x`."""
        ...


class Binary(Protocol):
    """A function of two arrays that broadcast against each other."""

    def __call__(self, x: npt.ArrayLike, y: npt.ArrayLike, /) -> Tensor:
        """Return the function of `x` and `y`."""
        ...


def elementwise(
    forward: Any,
    *,
    name: str | None = None,
    doc: str = "",
    holomorphic: bool = True,
    **rules: RuleFunction,
) -> Any:
    """Declare an op that works element by element, on one or two broadcasting arrays.

    Args:
        forward: A NumPy ufunc, or a function of arrays, with positional inputs.
        name: The op's name; the forward function's when left out.
        doc: The docstring of the public function.
        holomorphic: Whether the rules hold for complex numbers as they stand.
        rules: A rule per input; its name is the input's.

    Returns:
        The public function, which takes Tensors and anything NumPy takes.
    """
    kind = "elementwise" if rules else "constant"
    nin = forward.nin if isinstance(forward, np.ufunc) else len(parameters(forward)[0])
    op = Op(
        name or forward.__name__, forward, kind, ("x", "y")[:nin], rules, holomorphic=holomorphic
    )
    op.alike = True
    caller = unary if nin == 1 else general if len(rules) == 1 else binary
    return publish(op, caller(op), forward, doc)


def constant(forward: Any, *, name: str | None = None, doc: str = "") -> Any:
    """Declare an elementwise op that no gradient flows through: a comparison, a sign test."""
    return elementwise(forward, name=name, doc=doc)


def bilinear(
    forward: Any,
    *,
    x: RuleFunction,
    y: RuleFunction,
    name: str | None = None,
    doc: str = "",
    mismatch: Callable[..., str] | None = None,
) -> Any:
    """Declare an op of two arrays that is linear in each: a product."""
    op = Op(name or forward.__name__, forward, "bilinear", ("x", "y"), {"x": x, "y": y}, mismatch)
    return publish(op, binary(op), forward, doc)


def declare(
    numpy: Any = None,
    *,
    kind: str = "general",
    name: str | None = None,
    public: bool = True,
    mismatch: Callable[..., str] | None = None,
    holomorphic: bool = True,
    **rules: RuleFunction,
) -> Callable[[Callable[P, Any]], Callable[P, Tensor]]:
    """Declare the decorated function of arrays as an op.

    Its parameters without a default are the array inputs; the last may be ``*arrays``,
    any number of them, and a rule for those may ask for the ``index`` of the one it is
    for and for all their ``shapes``. Those with a default are the op's parameters, which
    must be hashable. The docstring becomes the public function's.

    Args:
        numpy: The NumPy function it answers, if any.
        kind: ``"linear"`` says that the op is its own jvp, ``"constant"`` that it has no gradient.
        name: The op's name; the function's when left out.
        public: Whether it belongs to the package's namespace.
        mismatch: Shapes to words, for the error when NumPy refuses them.
        holomorphic: Whether the rules hold for complex numbers as they stand.
        rules: A rule per differentiable input.
    """

    def decorate(forward: Callable[P, Any]) -> Callable[P, Tensor]:
        call = make(name or forward.__name__, forward, kind, rules, mismatch, holomorphic)
        forward.__annotations__["return"] = "Tensor"
        call.__module__ = __package__.partition(".")[0]  # where pickle finds what is public
        enter(call.op)  # type: ignore[attr-defined]  # set by make
        return register(call, numpy) if public else call

    return decorate


def make(
    name: str,
    forward: Callable[..., Any],
    kind: str,
    rules: Mapping[str, RuleFunction | Rule],
    mismatch: Callable[..., str] | None = None,
    holomorphic: bool = True,
    like: Callable[..., Any] | None = None,
) -> Callable[..., Tensor]:
    """Return the public function of a new op, which is in no table yet.

    The op takes what `forward` takes, or what the function `like` does.
    """
    plain, star, defaults = parameters(like or forward)
    inputs = plain if star is None else (*plain, star)
    op = Op(name, forward, kind, inputs, rules, mismatch, star, holomorphic, defaults)
    call = dress(op, general(op), (like or forward).__doc__ or "")
    call.__wrapped__ = like or forward  # type: ignore[attr-defined]  # where help() finds the signature
    return call


def dress(op: Op, call: Callable[..., Tensor], doc: str) -> Callable[..., Tensor]:
    """Tie an op and its public function to each other."""
    op.call = call
    call.__name__ = call.__qualname__ = op.name
    call.__doc__ = doc
    call.op = op  # type: ignore[attr-defined]  # functions take attributes
    return call


def publish(op: Op, call: Callable[..., Tensor], numpy: Any, doc: str) -> Callable[..., Tensor]:
    """Enter an op and its public function in the tables."""
    enter(op)
    dress(op, call, doc).__module__ = __package__.partition(".")[0]  # where pickle finds it
    return register(call, numpy)


def either(call: Callable[..., Any]) -> Callable[..., Any]:
    """Return an op as rules use it: its forward on arrays, the recorded op on Tensors.

    Rules call NumPy's functions, which find the right world by themselves; this is for
    the few ops NumPy has no name for.
    """
    op: Op = call.op  # type: ignore[attr-defined]  # set by publish

    def in_either_world(*arrays: Any, **params: Any) -> Any:
        world = call if any(isinstance(a, Tensor) for a in arrays) else op.forward
        return world(*arrays, **params)

    return in_either_world
