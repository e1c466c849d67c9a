"""Forms of lines with linear algebra, Fourier transforms and complex numbers."""

from __future__ import annotations

import numpy as np

from ...engine.since import SINCE, late
from .forms import FORMS, apart, form
from .program import Draft, Variable

# ----------------------------------------------------------------------------------- products


@form
def matmul(d: Draft) -> str:
    x = d.pick(lambda x: x.ndim > 0, "fc", (2, 3))
    n = x.shape[-1]

    def fits(y: Variable) -> bool:
        return y.ndim in (1, 2) and y.shape[max(0, y.ndim - 2)] == n

    y = d.pick(fits, "fc", d.choose(((n, 2), (n,))))
    return f"{x} @ {y}" if x.is_real == y.is_real else f"np.matmul({x}, {y})"


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
    ways = ("matvec", "vecmat", "tensordot", "einsum", "diagonal")
    which = d.choose([way for way in ways if way not in SINCE or late(way)])
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


def square(x: Variable) -> bool:
    return x.ndim >= 2 and x.shape[-1] == x.shape[-2]


def regular(x: Variable) -> bool:
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
    if len(values) < x.shape[0]:  # x x^T may have the eigenvalue 0 several times
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


for code in (
    "{z}.real",
    "{z}.imag",
    "np.abs({z})",
    "np.conj({z}) * {z}",
    "np.abs({z}) ** 2",
    "np.var({z})",
):
    complex_part(code)
