"""The forms of the lines of random programs: every family of differentiable functions.

A form asks the draft for operands that suit it. What has kinks or a domain looks at the numbers
and stays away from its edge, or puts the operand into the domain first.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from programs import MARGIN, Array, Draft, Form, Value

FORMS: dict[str, Form] = {}


def form(function: Form) -> Form:
    """Enter a form under the name of its function."""
    FORMS[function.__name__] = function
    return function


def apart(a: Any, b: Any = 0.0) -> bool:
    """Return whether two arrays differ everywhere, by more than a step can change."""
    return bool((np.abs(a - b) > MARGIN).all())


def spread(a: Array, axis: int | None = None) -> bool:
    """Return whether the elements along an axis differ."""
    return apart(np.diff(np.sort(a, axis=axis), axis=-1 if axis is None else axis))


def broadcasts(x: Value) -> Callable[[Value], bool]:
    """Return whether a value broadcasts against `x`."""
    return lambda y: all(
        m == n or 1 in (m, n) for m, n in zip(x.shape[::-1], y.shape[::-1], strict=False)
    )


def positive(x: Value) -> str:
    """Return `x`, or something positive made of it."""
    return f"{x}" if (x.data > 0.2).all() else f"({x} * {x} + 0.3)"


def bounded(x: Value) -> str:
    """Return `x`, or something between -0.9 and 0.9 made of it."""
    return f"{x}" if (abs(x.data) < 0.9).all() else f"(0.9 * np.tanh({x}))"


# ------------------------------------------------------------------------------- elementwise


def unary(code: str, operand: Callable[[Value], str] = str, kinds: str = "f") -> None:
    """Enter a function of one value, named by its own code."""
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
    """Enter a function of one value with kinks."""

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
    """Enter a function of two values that broadcast; `clear` tells whether no kink is near."""

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


# ------------------------------------------------------------------------------------ shaping


@form
def reshape(d: Draft) -> str:
    x = d.pick(kinds="fc")
    n = x.data.size
    options = [(-1,), (n, 1), (1, n), *((k, n // k) for k in (2, 3, 4) if n % k == 0)]
    if n % 4 == 0:
        options.append((2, -1, 2))
    return f"np.reshape({x}, {d.choose(options)})"


@form
def transpose(d: Draft) -> str:
    x = d.pick(lambda x: x.ndim > 1, "fc", (2, 3))
    orders = list(itertools.permutations(range(x.ndim)))
    return f"np.transpose({x}, {d.choose(orders[::-1])})"


@form
def moved_axes(d: Draft) -> str:
    x = d.pick(lambda x: x.ndim > 1, "fc", (2, 3))
    return f"np.{d.choose(('swapaxes', 'moveaxis'))}({x}, {d.axis(x)}, {d.axis(x)})"


@form
def new_axis(d: Draft) -> str:
    x = d.pick(lambda x: x.ndim < 4, "fc")
    return f"np.expand_dims({x}, {d.choose((0, -1))})"


@form
def squeeze(d: Draft) -> str:
    x = d.pick(lambda x: 1 in x.shape, "fc", (2, 1))
    return f"np.squeeze({x}, axis={x.shape.index(1)})"


@form
def broadcast(d: Draft) -> str:
    x = d.pick(lambda x: x.ndim < 4 and x.data.size <= 16, "fc")
    return f"np.broadcast_to({x}, {(d.choose((2, 3)), *x.shape)})"


@form
def turned(d: Draft) -> str:
    x = d.pick(lambda x: x.ndim > 0, "fc", (3,))
    return d.choose((f"np.flip({x}, {d.axis(x)})", f"np.roll({x}, 1, {d.axis(x)})"))


@form
def repeated(d: Draft) -> str:
    x = d.pick(lambda x: x.ndim > 0 and x.data.size <= 16, "fc", (3,))
    return d.choose((f"np.tile({x}, 2)", f"np.repeat({x}, 2, axis={d.axis(x)})"))


@form
def padded(d: Draft) -> str:
    x = d.pick(lambda x: x.ndim == 1 and x.data.size > 1, shape=(3,))
    mode = d.choose(("constant", "edge", "reflect", "wrap", "symmetric", "mean", "linear_ramp"))
    return f"np.pad({x}, (1, {d.choose((0, 1))}), mode={mode!r})"


@form
def joined(d: Draft) -> str:
    x = d.pick(lambda x: x.ndim > 0, "fc", (2, 2))
    y = d.pick(lambda y: y.shape == x.shape, "fc", x.shape)
    return f"np.{d.choose(('concatenate', 'stack'))}([{x}, {y}], {d.axis(x)})"


@form
def joined_in_rows(d: Draft) -> str:
    x = d.pick(lambda x: x.ndim == 1, shape=(2,))
    y = d.pick(lambda y: y.shape == x.shape, shape=x.shape)
    return f"np.{d.choose(('hstack', 'vstack', 'column_stack'))}(({x}, {y}))"


@form
def part_of_split(d: Draft) -> str:
    x = d.pick(lambda x: x.ndim > 0 and x.shape[0] > 1, "fc", (3,))
    return f"np.split({x}, [1])[{d.choose((0, 1))}]"


# --------------------------------------------------------------------- indexing and selection


def index(d: Draft, x: Value) -> str:
    """Return a basic or an advanced index into `x`, which has an axis."""
    n = x.shape[0]
    last = x.shape[-1]
    return d.choose(
        (
            "0",
            "-1",
            "1:" if n > 1 else ":",
            "..., None",
            f"..., {last - 1}",
            "..., ::2",
            f"[0, {n - 1}, 0]",
            f"..., [0, {last - 1}, 0]",
            f"[[0, {n - 1}], [0, 0]]",
        )
    )


@form
def picked(d: Draft) -> str:
    x = d.pick(lambda x: x.ndim > 0, "fc", (3,))
    return f"{x}[{index(d, x)}]"


@form
def reversed_slice(d: Draft) -> str:
    x = d.pick(lambda x: x.ndim > 0, "fc", (3,))
    return f"{x}[..., ::-1]"


@form
def masked(d: Draft) -> str | None:
    x = d.pick(lambda x: apart(x.data, 0.1))
    codes = (f"{x}[{x} > 0.1]", f"np.where({x} > 0.1, {x}, 0.5)", f"{x} * ({x} > 0.1)")
    return d.choose(codes) if apart(x.data, 0.1) and (x.data > 0.1).any() else None


@form
def taken(d: Draft) -> str:
    x = d.pick(lambda x: x.ndim > 0, "fc", (3,))
    axis = d.axis(x)
    n = x.shape[axis]
    codes = (
        f"np.take({x}, [{n - 1}, 0, 0], axis={axis})",
        f"np.compress([True], {x}, axis={axis})",
    )
    return d.choose(codes)


@form
def diagonals(d: Draft) -> str:
    x = d.pick(lambda x: x.ndim == 2, "fc", (3, 3))
    return f"np.{d.choose(('diagonal', 'trace', 'tril', 'triu'))}({x})"


@form
def diagonal_matrix(d: Draft) -> str:
    return f"np.diag({d.pick(lambda x: x.ndim == 1, 'fc', (3,))})"


# --------------------------------------------------------------------------------- assignment


@form
def assignment(d: Draft) -> str:
    x = d.pick(lambda x: x.ndim > 0, shape=(3,))
    n = x.shape[0]
    place = d.choose(
        ("0", "...", "-1:", "..., ::2", "..., None", f"[{n - 1}]", f"{list(range(n))}")
    )
    shape = eval(f"x[{place}]", {"x": x.data}).shape
    v = d.pick(lambda v: v.shape == shape, shape=d.choose(((), shape)))
    sign = d.choose(("=", "+=", "*=", "-="))
    return f"{d.out} = np.copy({x})\n{d.out}[{place}] {sign} {v}"


@form
def in_place(d: Draft) -> str:
    x = d.pick()
    y = d.pick(lambda y: broadcasts(x)(y) and y.ndim <= x.ndim and y.data.size == 1, shape=())
    return f"{d.out} = np.copy({x})\n{d.out} {d.choose(('+=', '*=', '-='))} {y}"


@form
def computed_mask_assignment(d: Draft) -> str | None:
    x = d.pick(lambda x: x.ndim > 0 and apart(x.data), shape=(3,))
    if not apart(x.data):
        return None
    v = d.pick(lambda v: v.shape == (), shape=())
    return f"{d.out} = np.copy({x})\n{d.out}[{x} > 0] = {v}"


# ----------------------------------------------------------------------------------- products


@form
def matmul(d: Draft) -> str:
    x = d.pick(lambda x: x.ndim > 0, "fc", (2, 3))
    n = x.shape[-1]
    fits = lambda y: y.ndim in (1, 2) and y.shape[max(0, y.ndim - 2)] == n  # noqa: E731
    return f"{x} @ {d.pick(fits, 'fc', d.choose(((n, 2), (n,))))}"


@form
def with_itself(d: Draft) -> str:
    x = d.pick(lambda x: x.ndim > 1, shape=(2, 3))
    return d.choose((f"{x} @ {x}.mT", f"np.vecdot({x}, {x})", f"np.einsum('...i,...j', {x}, {x})"))


@form
def of_vectors(d: Draft) -> str:
    x = d.pick(lambda x: x.ndim == 1, "f", (3,))
    y = d.pick(lambda y: y.shape == x.shape, "f", x.shape)
    names = ["inner", "outer", "vdot", "dot", "convolve", "correlate", "kron", "vecdot"]
    return f"np.{d.choose(names + ['cross'] * (x.shape == (3,)))}({x}, {y})"


@form
def of_matrix_and_vector(d: Draft) -> str:
    x = d.pick(lambda x: x.ndim == 2, shape=(2, 3))
    m, n = x.shape
    which = d.choose(("matvec", "vecmat", "tensordot", "einsum", "diagonal"))
    if which in ("matvec", "tensordot", "einsum", "diagonal"):
        v = d.pick(lambda v: v.shape == (n,), shape=(n,))
        return {
            "matvec": f"np.matvec({x}, {v})",
            "tensordot": f"np.tensordot({x}, {v}, 1)",
            "einsum": f"np.einsum('ij,j->i', {x}, {v})",
            "diagonal": f"np.einsum('ij,j->ji', {x}, {v})",
        }[which]
    return f"np.vecmat({d.pick(lambda v: v.shape == (m,), shape=(m,))}, {x})"


@form
def einsum_of_matrices(d: Draft) -> str:
    x = d.pick(lambda x: x.ndim == 2, "fc", (2, 3))
    y = d.pick(lambda y: y.ndim == 2 and y.shape[0] == x.shape[1], "fc", (x.shape[1], 2))
    ways = ("ij,jk->ik", "ij,jk->ki", "ij,jk", "ij,jk->i", "ij,jk->j", "ij,jk->")
    return f"np.einsum({d.choose(ways)!r}, {x}, {y})"


# ------------------------------------------------------------------------------------- linalg


def square(x: Value) -> bool:
    return x.ndim >= 2 and x.shape[-1] == x.shape[-2]


def regular(x: Value) -> bool:
    return square(x) and bool((np.linalg.cond(x.data) < 30).all())


@form
def inverse(d: Draft) -> str | None:
    x = d.pick(regular, "fc", (2, 2))
    if not regular(x):
        return None
    codes = ["inv({x})", "det({x})", "matrix_power({x}, 2)", "solve({x}, {x}.mT)"]
    if x.is_real:
        codes += ["slogdet({x})[1]", "pinv({x})"]
    return f"np.linalg.{d.choose(codes).format(x=x)}"


@form
def condition(d: Draft) -> str | None:
    x = d.pick(regular, shape=(2, 2))
    return f"np.linalg.cond({x}, 'fro')" if regular(x) else None


@form
def solution(d: Draft) -> str | None:
    x = d.pick(regular, shape=(2, 2))
    y = d.pick(lambda y: y.ndim == 1 and y.shape[0] == x.shape[-1], shape=x.shape[-1:])
    return f"np.linalg.solve({x}, {y})" if regular(x) else None


@form
def of_positive_definite(d: Draft) -> str:
    x = d.pick(lambda x: x.ndim >= 2, shape=(2, 2))
    a = f"{x} @ {x}.mT + np.eye({x.shape[-2]})"
    return f"np.linalg.{d.choose(('cholesky', 'inv', 'det'))}({a})"


@form
def spectrum(d: Draft) -> str | None:
    x = d.pick(lambda x: x.ndim == 2, shape=(2, 2))
    values = np.linalg.svdvals(x.data)
    if (np.diff(-values) < 0.2).any() or values[-1] < 0.2:
        return None
    if len(values) < x.shape[0]:  # x x^T would have 0 several times
        return f"np.linalg.svdvals({x})"
    return f"np.linalg.{d.choose(('svdvals({x})', 'eigvalsh({x} @ {x}.mT)')).format(x=x)}"


@form
def triangular(d: Draft) -> str | None:
    x = d.pick(lambda x: x.ndim == 2 and x.shape[0] >= x.shape[1], shape=(3, 2))
    if np.linalg.cond(x.data) > 30 or x.shape[0] < x.shape[1]:
        return None
    return f"np.linalg.qr({x})[{d.choose((0, 1))}]"


@form
def norm(d: Draft) -> str | None:
    x = d.pick(lambda x: x.ndim > 0 and apart(x.data), "fc", (3,))
    if not apart(x.data):
        return None
    a = d.axis(x)
    code = d.choose(("norm({x})", "norm({x}, axis={a})", "vector_norm({x}, ord=3, axis={a})"))
    return f"np.linalg.{code.format(x=x, a=a)}"


# -------------------------------------------------------------------------- fft and complex


@form
def fft(d: Draft) -> str:
    x = d.pick(lambda x: x.ndim > 0, "fc", (3,))
    names = ("fft", "ifft", "irfft", "rfft")[: 4 if x.is_real else 3]
    axis, norm = d.axis(x), d.choose(("backward", "ortho", "forward"))
    if x.shape[axis] < 2:
        names = names[:2]
    return f"np.fft.{d.choose(names)}({x}, axis={axis}, norm={norm!r})"


@form
def fft_of_length(d: Draft) -> str:
    x = d.pick(lambda x: x.ndim > 0, "fc", (3,))
    n = d.choose((3, 4, 5))
    return f"np.fft.{d.choose(('fft', 'ifft', 'irfft'))}({x}, {n})"


@form
def ffts_of_matrices(d: Draft) -> str:
    x = d.pick(lambda x: x.ndim > 1, "fc", (2, 3))
    return f"np.fft.{d.choose(('fft2', 'ifftn', 'fftshift', 'ifftshift'))}({x})"


@form
def into_complex(d: Draft) -> str:
    x = d.pick()
    y = d.pick(lambda y: y.shape == x.shape, shape=x.shape)
    return d.choose((f"{x} + 1j * {y}", f"{x} * np.exp(1j * {y})"))


def complex_part(code: str) -> None:
    def write(d: Draft) -> str | None:
        z = d.pick(kinds="c") if any(not v.is_real for v in d.values.values()) else None
        if z is None:
            x = d.pick(lambda x: apart(x.data))
            return code.format(z=f"({x} * (1 + 2j))") if apart(x.data) else None
        return code.format(z=z) if apart(abs(z.data)) and z.data.dtype.kind == "c" else None

    FORMS[code.format(z="z")] = write


for code in ("{z}.real", "{z}.imag", "np.abs({z})", "np.conj({z}) * {z}", "np.abs({z}) ** 2"):
    complex_part(code)
