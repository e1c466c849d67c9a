"""Forms of lines that compute element by element, reduce, scan or normalise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .forms import FORMS, apart, bounded, broadcasts, form, positive, spread
from .program import Draft, Variable

# ------------------------------------------------------------------------------- elementwise


def unary(code: str, operand: Callable[[Variable], str] = str, kinds: str = "f") -> None:
    """Register the form of a function of one value, under its own code."""
    name = code.format(x="x")

    def write(d: Draft) -> str:
        x = operand(d.pick(kinds=kinds))
        return code.format(x=x.removeprefix("(").removesuffix(")") if "({x})" in code else x)

    FORMS[name] = write


for code in ("sin", "cos", "tanh", "square", "negative", "positive", "exp", "sinh", "cosh"):
    unary(f"np.{code}({{x}})", kinds="fc")
for code in ("arctan", "arcsinh", "expm1", "exp2", "sinc", "i0", "deg2rad", "radians"):
    unary(f"np.{code}({{x}})")
for code in ("log", "log2", "log10", "log1p", "sqrt", "cbrt", "reciprocal"):
    unary(f"np.{code}({{x}})", positive)
for code in ("arcsin", "arccos", "arctanh", "tan"):
    unary(f"np.{code}({{x}})", bounded)
unary("np.arccosh({x} + 1.0)", positive)
for code in ("sigmoid", "softplus", "silu"):
    unary(f"tg.{code}({{x}})")
for code in ("{x} ** 2", "{x} ** 3", "0.5 - {x}", "{x} / 2", "np.float64(0.7) * {x}", "+{x} * 0.5"):
    unary(code, kinds="fc")
for code in ("2.0 ** {x}", "1.5 * {x} + 0.1"):
    unary(code)
for code in ("np.degrees(0.02 * {x})", "np.rad2deg({x} / 60)"):
    unary(code)
for code in ("{x} ** 0.5", "{x} ** -1", "1.0 / {x}"):
    unary(code, positive)


def away(code: str, *edges: float) -> None:
    """Register the form of a function of one value with kinks at `edges`."""

    def write(d: Draft) -> str:
        x = d.pick()
        clear = all(apart(x.data, edge) for edge in edges)
        return code.format(x=x if clear else positive(x) if edges == (0.0,) else f"({x} * {x} + 3)")

    FORMS[code.format(x="x")] = write


for code in ("abs({x})", "np.fabs({x})", "tg.relu({x})", "np.maximum({x}, 0.0)", "-abs({x}) + {x}"):
    away(code, 0.0)
away("np.clip({x}, -0.6, 1.1)", -0.6, 1.1)
away("np.nan_to_num({x})")


@form
def jumps(d: Draft) -> str | None:
    x = d.pick(lambda x: apart(x.data, np.round(x.data)) and apart(x.data * 2 % 1, 1))
    code = d.choose(("{x} - np.floor({x})", "np.modf({x})[0]", "{x} * np.sign({x})", "{x} % 1.0"))
    return code.format(x=x) if apart(x.data % 1) and apart(x.data % 1, 1) else None


def binary(code: str, kinds: str = "f", clear: Callable[[Any, Any], bool] | None = None) -> None:
    """Register the form of a function of two values; `clear` tells whether no kink is near."""

    def write(d: Draft) -> str | None:
        x = d.pick(kinds=kinds)
        ok = broadcasts(x)
        y = d.pick(
            lambda y: ok(y) and (clear is None or clear(x.data, y.data)),
            kinds,
            d.choose((x.shape, x.shape[1:], (1,) * x.ndim)),
        )
        if clear is not None and not clear(x.data, y.data):
            return None
        return code.format(x=x, y=y)

    FORMS[code.format(x="x", y="y")] = write


def far_from_0(x: Any, y: Any) -> bool:
    return bool((abs(y) > 0.2).all())


def no_jump(x: Any, y: Any) -> bool:
    return far_from_0(x, y) and apart(x / y, np.round(x / y)) and apart(x) and apart(y)


for code in ("{x} + {y}", "{x} - {y}", "{x} * {y}", "{x} + 2 * {y}"):
    binary(code, "fc")
binary("{x} / {y}", "fc", far_from_0)
for code in ("np.logaddexp({x}, {y})", "np.logaddexp2({x}, {y})"):
    binary(code)
for code in ("np.maximum({x}, {y})", "np.minimum({x}, {y})", "np.fmax({x}, {y})"):
    binary(code, clear=apart)
for code in ("np.where({x} > {y}, {x}, {y} * 2)", "np.fmin({x}, {y})"):
    binary(code, clear=apart)
for code in ("np.arctan2({x}, {y})", "np.hypot({x}, {y})"):
    binary(code, clear=lambda x, y: far_from_0(y, x) and far_from_0(x, y))
for code in ("{x} % {y}", "np.fmod({x}, {y})", "np.remainder({x}, {y})", "np.copysign({x}, {y})"):
    binary(code, clear=no_jump)
for code in ("({x} * {x} + 0.3) ** {y}", "np.float_power(abs({x}) + 0.3, {y})"):
    binary(code, clear=lambda x, y: apart(x))


# --------------------------------------------------------------------- reductions and scans


@form
def reduction(d: Draft) -> str:
    x = d.pick(kinds="fc")
    f = d.choose(("sum", "mean", "prod"))
    axis, keepdims = d.axes(x), d.choose((False, True))
    return f"np.{f}({x}, axis={axis}" + (", keepdims=True)" if keepdims else ")")


@form
def spread_of(d: Draft) -> str | None:
    x, f = d.pick(lambda x: x.data.size > 1), d.choose(("var", "std"))
    axis = d.axes(x)
    if (np.std(x.data, axis=axis) < 0.1).any():
        return None
    return f"np.{f}({x}, axis={axis}, keepdims={d.choose((False, True))})"


@form
def extremum(d: Draft) -> str | None:
    x = d.pick(lambda x: spread(x.data))
    f = d.choose(("max", "min", "ptp", "nanmax"))
    axis, keepdims = d.axes(x), d.choose((False, True))
    return f"np.{f}({x}, axis={axis}, keepdims={keepdims})" if spread(x.data) else None


@form
def ordered(d: Draft) -> str | None:
    x = d.pick(lambda x: x.ndim > 0 and spread(x.data), shape=(3,))
    axis = d.axis(x)
    codes = (
        f"np.sort({x}, axis={axis})",
        f"np.median({x}, axis={axis})",
        f"np.quantile({x}, 0.3, axis={axis})",
        f"np.take_along_axis({x}, np.argsort({x}, axis={axis}), axis={axis})",
    )
    return d.choose(codes) if spread(x.data) else None


@form
def scan(d: Draft) -> str:
    x = d.pick(lambda x: x.ndim > 0, shape=(3,))
    axis = d.axis(x)
    return f"np.{d.choose(('cumsum', 'cumprod'))}({x}, axis={axis})"


@form
def calculus(d: Draft) -> str:
    x = d.pick(lambda x: x.ndim > 0 and min(x.shape) > 1, shape=(3,))
    axis = d.axis(x)
    f = d.choose(("np.diff({x}, axis={a})", "np.gradient({x}, 0.5, axis={a})", "np.trapezoid({x})"))
    return f.format(x=x, a=axis)


@form
def weighted(d: Draft) -> str:
    x = d.pick(lambda x: x.ndim > 0, shape=(3,))
    return f"np.average({x}, axis=-1, weights={list(range(1, x.shape[-1] + 1))})"


# ----------------------------------------------------------------------------- normalisations


@form
def normalisation(d: Draft) -> str:
    x = d.pick(lambda x: x.ndim > 0, shape=(3,))
    f, axis = d.choose(("softmax", "log_softmax", "logsumexp")), d.axis(x)
    return f"tg.{f}({x}, axis={axis})"


@form
def layer_norm(d: Draft) -> str:
    x = d.pick(lambda x: x.ndim > 0, shape=(3,))
    a = d.axis(x)
    mean = f"np.mean({x}, axis={a}, keepdims=True)"
    return f"({x} - {mean}) / np.sqrt(np.var({x}, axis={a}, keepdims=True) + 0.1)"


@form
def unit_length(d: Draft) -> str:
    x = d.pick(lambda x: x.ndim > 0, shape=(3,))
    return f"{x} / np.sqrt(np.sum({x} * {x}, axis={d.axis(x)}, keepdims=True) + 0.1)"
