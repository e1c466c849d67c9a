"""Own ops: a user's function with gradient rules, or with finite differences instead."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .declarations import either, make
from .errors import DTypeError
from .op import Rule, RuleFunction, callable_name, parameters
from .tensor import NUMERIC, Array, Tensor

Forward = Callable[..., Any]


def op(
    forward: Forward | None = None,
    *,
    gradient: str | None = None,
    kind: str = "general",
    name: str | None = None,
    holomorphic: bool = True,
    **rules: RuleFunction,
) -> Any:
    """Declare the decorated function of arrays as an op, with a gradient rule per input.

    Its parameters without a default are the array inputs, those with one are hashable
    parameters. A rule is named after the input it differentiates; it takes the cotangent `g`
    of the result and names what else it needs: inputs, ``x_shape``, ``out``, parameters. It uses
    NumPy functions that are supported here, so that it can be differentiated itself.

    The function may be any callable with a signature: a method, a partial, an object. The inputs of
    a ufunc are `x`, or `x` and `y`, and its kind is elementwise.

    Args:
        forward: The function, if `op` is used without parentheses.
        gradient: ``"finite-difference"`` for central differences instead of rules: they cost two
            calls for each element and have about six correct digits; ``"none"`` for a result
            without a gradient.
        kind: ``"elementwise"`` if each element of the result depends only on the elements of the
            inputs in the same place; the inputs may then broadcast. ``"linear"`` or ``"bilinear"``
            if the function is linear in its inputs together, or in each.
        name: The name in pictures and messages, by default that of the function.
        holomorphic: Whether the rules hold for complex numbers as they stand.
        rules: A rule for each differentiable input.

    Returns:
        A function that takes Tensors and anything that NumPy takes, and works in both modes, to
        any order, in pictures and in gradient checks like the ops of the package.

    Raises:
        TypeError: If a rule asks for something unknown, if there is no rule, or if the parameters
            of the function are unknown or one of them is named ``out``.

    >>> import numpy as np, tinygrad_np as tg
    >>> @tg.op(kind="elementwise", x=lambda g, out: g * (1.0 - out * out))
    ... def my_tanh(x):
    ...     return np.tanh(x)
    >>> tg.grad(my_tanh)(0.0).item()
    1.0
    >>> @tg.op(gradient="finite-difference")
    ... def black_box(x):
    ...     return np.array([np.prod(x), x.sum()])
    >>> tg.jacobian(black_box)(np.array([2.0, 3.0])).data.round(6).tolist()
    [[3.0, 2.0], [1.0, 1.0]]
    """

    def decorate(forward: Forward) -> Callable[..., Tensor]:
        if not callable(forward):
            raise TypeError(f"op: {type(forward).__name__} is not a function")
        label = name or callable_name(forward)
        of_elements = isinstance(forward, np.ufunc) and forward.signature is None
        if isinstance(forward, np.ufunc) and forward.nout > 1:
            names = ", ".join(parameters(forward)[0])
            raise TypeError(
                f"op: {label} has {forward.nout} results, and an op has one; take one of them, as "
                f"in lambda {names}: np.{label}({names})[0]"
            )
        plain, varargs, defaults = parameters(forward)
        if "out" in (*plain, varargs, *defaults):
            raise TypeError(
                f"op: {label} has a parameter named 'out', which in a rule is the result; wrap it "
                f"in a function without, such as lambda x: {label}(x)"
            )
        if gradient == "finite-difference" and not rules:
            return by_differences(forward, label)
        if gradient == "none" and not rules:
            kind_of = "elementwise" if of_elements else "general"
            return make(label, numeric(forward, label), kind_of, {}, like=forward)
        if gradient is not None or not rules:
            raise TypeError(
                f"op: {label} needs a rule for each input to differentiate, as in "
                f"@tg.op(x=lambda g, out: ...), or instead of rules gradient='finite-difference' "
                f"or gradient='none'"
            )
        kind_of = "elementwise" if of_elements and kind == "general" else kind
        function = numeric(forward, label)
        checked = {key: returns_array(rule, label, key) for key, rule in rules.items()}
        return make(label, function, kind_of, checked, holomorphic=holomorphic, like=forward)

    return decorate if forward is None else decorate(forward)


def returns_array(rule: RuleFunction, op: str, key: str) -> RuleFunction:
    """Wrap a rule so that a result that is not an array raises an error."""

    @functools.wraps(rule)
    def checked(*given: Any) -> Any:
        found = rule(*given)
        if found is not None and not hasattr(found, "shape"):
            raise TypeError(
                f"{op}: its rule for {key} returned {type(found).__name__}; return an array made "
                f"of g, or None where no gradient flows"
            )
        return found

    return checked


def numeric(forward: Forward, name: str) -> Forward:
    """Wrap a function so that a result that is not an array of numbers raises an error.

    It would silently be a constant without a gradient.
    """

    def checked(*arrays: Any, **params: Any) -> Array:
        out = np.asarray(forward(*arrays, **params))
        if out.dtype.kind not in NUMERIC:
            raise DTypeError(
                f"{name}: the function returned dtype {out.dtype}; return an array of numbers, as "
                f"with .astype(float)"
            )
        return out

    return checked


def by_differences(
    forward: Forward, name: str, like: Forward | None = None
) -> Callable[..., Tensor]:
    """Return an op whose rules multiply by a Jacobian computed by central differences.

    The Jacobian for an input is itself such an op, made on first use, so it can be differentiated
    to any order.
    """
    like = like or forward
    inputs, varargs, defaults = parameters(like)
    if varargs is not None:
        raise TypeError(f"op: {name} takes *{varargs}; finite differences need named inputs")

    def rule_for(i: int) -> Rule:
        derivative: list[Any] = []

        def contract(g: Any, *needed: Any) -> Any:
            if not derivative:
                jacobian = numeric_jacobian(forward, i)
                derivative.append(either(by_differences(jacobian, f"d_{name}", like)))
            arrays = needed[: len(inputs)]
            params = dict(zip(defaults, needed[len(inputs) :], strict=True))
            size = math.prod(g.shape)
            columns = derivative[0](*arrays, **params).reshape((size, -1))
            return (g.reshape((1, size)) @ columns).reshape(arrays[i].shape)

        return Rule(contract, inputs[i], (*inputs, *defaults))

    rules = {input_name: rule_for(i) for i, input_name in enumerate(inputs)}
    return make(name, numeric(forward, name), "general", rules, like=like)


def numeric_jacobian(forward: Forward, i: int) -> Forward:
    """Return the function that computes the Jacobian of `forward` for input `i`.

    It uses central differences. The step, the cube root of the rounding unit times the size of
    the element, balances truncation and rounding errors.
    """

    def jacobian(*arrays: Array, **params: Any) -> Array:
        x = np.asarray(arrays[i])
        if x.dtype.kind != "f":
            raise DTypeError(
                f"{callable_name(forward)}: finite differences are of real numbers, not of dtype "
                f"{x.dtype}; give the op a rule for each input, or take real and imaginary parts"
            )
        relative = np.cbrt(np.finfo(x.dtype).eps)
        columns = []
        for place in np.ndindex(x.shape):
            sides = []
            step = relative * max(1.0, abs(float(x[place])))
            for h in (step, -step):
                moved = np.array(x)
                moved[place] += h
                sides.append(np.asarray(forward(*arrays[:i], moved, *arrays[i + 1 :], **params)))
            columns.append((sides[0] - sides[1]) / (2.0 * step))
        shape = np.shape(forward(*arrays, **params))
        if not columns:
            return np.zeros((*shape, *x.shape), x.dtype)
        return np.stack(columns, axis=-1).reshape((*shape, *x.shape))

    return jacobian
