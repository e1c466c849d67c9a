"""Declarations: each one makes an op, its public function and its table entries.

It names the algebra: elementwise, constant, bilinear, or the `kind` passed to `declare`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ParamSpec

import numpy as np

from .calls import binary, general, unary
from .op import Op, Rule, RuleFunction, RulePair, enter, parameters, register
from .tensor import Tensor

P = ParamSpec("P")


def elementwise(
    forward: Any,
    *,
    name: str | None = None,
    doc: str = "",
    kind: str = "elementwise",
    mismatch: Callable[..., str] | None = None,
    holomorphic: bool = True,
    batching: Callable[..., Tensor] | None = None,
    **rules: RuleFunction | RulePair,
) -> Any:
    """Declare an elementwise op of one or two arrays, which broadcast; return its public function.

    `forward` is a NumPy ufunc, or a function of arrays with positional inputs. It gives the op's
    name by default. `doc` is the docstring of the public function; see :func:`declare` for the
    rest.
    """
    nin = forward.nin if isinstance(forward, np.ufunc) else len(parameters(forward)[0])
    name = name or forward.__name__
    inputs = ("x", "y")[:nin]
    op = Op(name, forward, kind, inputs, rules, mismatch, None, holomorphic, None, batching)
    caller = unary if nin == 1 else general if len(rules) == 1 else binary
    return publish(op, caller(op), forward, doc)


def constant(forward: Any, *, name: str | None = None, doc: str = "") -> Any:
    """Declare an elementwise op that passes no gradient: a comparison, a sign test."""
    return elementwise(forward, name=name, doc=doc)


def bilinear(forward: Any, **declared: Any) -> Any:
    """Declare an op of two arrays that is linear in each, as with :func:`elementwise`."""
    return elementwise(forward, kind="bilinear", **declared)


def declare(
    numpy: Any = None,
    *,
    kind: str = "general",
    name: str | None = None,
    mismatch: Callable[..., str] | None = None,
    holomorphic: bool = True,
    batching: Callable[..., Tensor] | None = None,
    views: bool = False,
    **rules: RuleFunction | RulePair,
) -> Callable[[Callable[P, Any]], Callable[P, Tensor]]:
    """Declare the decorated function of arrays as an op.

    Its parameters without a default are the array inputs. The last may be ``*arrays``, any number
    of them; their rule may ask for the ``index`` of the one it differentiates and for all
    ``shapes``. Those with a default are the op's parameters and must be hashable. The docstring
    becomes that of the public function.

    Args:
        numpy: The NumPy function it stands for, if any.
        kind: The algebra: ``"elementwise"``, ``"linear"`` in all inputs that have a rule,
            ``"bilinear"`` or ``"general"``; see :class:`Op`.
        name: The op's name, by default that of the function without its leading underscore, which
            keeps a function out of the package's namespace.
        mismatch: Describes shapes that NumPy rejected, for the error.
        holomorphic: Whether rules are written as for real numbers, or return complex gradients.
        batching: The batching rule; see ``engine.batching``. An elementwise op needs none. Any
            other op without one is applied to one example after another.
        views: Whether the result may be a view of the first input, as NumPy's is.
        rules: For each differentiable input a vjp, or a pair of a vjp and a jvp. Both take a
            cotangent or a tangent first and need the same values. Forward mode uses the jvp, or
            the kind, or else the transpose of the vjp. No gradient flows to other inputs.
    """

    def decorate(forward: Callable[P, Any]) -> Callable[P, Tensor]:
        own = name or forward.__name__.lstrip("_")
        call = make(own, forward, kind, rules, mismatch, holomorphic, None, batching, views)
        forward.__annotations__["return"] = "Tensor"
        enter(call.op)  # type: ignore[attr-defined]  # set by make
        return call if forward.__name__.startswith("_") else register(call, numpy)

    return decorate


def make(
    name: str,
    forward: Callable[..., Any],
    kind: str,
    rules: Mapping[str, RuleFunction | Rule | RulePair],
    mismatch: Callable[..., str] | None = None,
    holomorphic: bool = True,
    like: Callable[..., Any] | None = None,
    batching: Callable[..., Tensor] | None = None,
    views: bool = False,
) -> Callable[..., Tensor]:
    """Return the public function of a new op that is in no table.

    Its inputs and parameters are those of `forward`, or of the function `like`.
    """
    plain, varargs, defaults = parameters(like or forward)
    inputs = plain if varargs is None else (*plain, varargs)
    op = Op(
        *(name, forward, kind, inputs, rules, mismatch, varargs, holomorphic, defaults),
        *(batching, views),
    )
    call = dress(op, general(op), (like or forward).__doc__ or "")
    call.__wrapped__ = like or forward  # type: ignore[attr-defined]  # for help()
    return call


def dress(op: Op, call: Callable[..., Tensor], doc: str) -> Callable[..., Tensor]:
    """Link an op and its public function."""
    op.call = call
    call.__name__ = call.__qualname__ = op.name
    call.__doc__ = doc
    call.op = op  # type: ignore[attr-defined]  # functions take attributes
    return call


def publish(op: Op, call: Callable[..., Tensor], numpy: Any, doc: str) -> Callable[..., Tensor]:
    """Enter an op and its public function in the tables."""
    enter(op)
    dress(op, call, doc)
    return register(call, numpy)


def either(call: Callable[..., Any]) -> Op:
    """Return the op of a public function, which rules call on arrays and on Tensors."""
    return call.op  # type: ignore[attr-defined,no-any-return]  # set by dress
