"""NumPy's elementwise functions at their edges, compared with PyTorch's."""

import math
from typing import Any

import numpy as np
import pytest

import tinygrad_np as tg

INF, NAN = math.inf, math.nan

# The function, its arguments, the gradient for each argument, and the function in PyTorch.
EDGES = {
    "copysign at 0": (tg.copysign, [0.0, -1.0], [0.0, 0.0], "torch.copysign"),
    "copysign": (tg.copysign, [2.0, -1.0], [-1.0, 0.0], "torch.copysign"),
    "fabs at 0": (tg.fabs, [0.0], [0.0], "torch.abs"),
    "fmax of equals": (tg.fmax, [1.0, 1.0], [1.0, 0.0], "torch.fmax"),
    "fmin of equals": (tg.fmin, [1.0, 1.0], [1.0, 0.0], "torch.fmin"),
    "fmax, x is NaN": (tg.fmax, [NAN, 1.0], [0.0, 1.0], "torch.fmax"),
    "fmin, y is NaN": (tg.fmin, [1.0, NAN], [1.0, 0.0], "torch.fmin"),
    "fmod at a jump": (tg.fmod, [-4.0, 2.0], [1.0, 2.0], "torch.fmod"),
    "heaviside at 0": (tg.heaviside, [0.0, 0.5], [0.0, 1.0], None),
    "hypot at 0": (tg.hypot, [0.0, 0.0], [0.0, 0.0], None),  # NaN
    "hypot of huge": (tg.hypot, [3e200, 4e200], [0.6, 0.8], "torch.hypot"),
    "arctan2 at 0": (tg.arctan2, [0.0, 0.0], [0.0, 0.0], "torch.atan2"),
    "cbrt at 0": (tg.cbrt, [0.0], [INF], None),
    "sinc at 0": (tg.sinc, [0.0], [0.0], "torch.sinc"),
    "i0 at 0": (tg.i0, [0.0], [0.0], "torch.special.i0"),
    "nan_to_num of NaN": (tg.nan_to_num, [NAN], [0.0], "torch.nan_to_num"),
    "nan_to_num of inf": (tg.nan_to_num, [-INF], [0.0], "torch.nan_to_num"),
    "logaddexp of nothing": (tg.logaddexp, [-INF, -INF], [0.0, 0.0], None),  # NaN
    "logaddexp of half": (tg.logaddexp, [-INF, 1.0], [0.0, 1.0], "torch.logaddexp"),
    "logaddexp2 of nothing": (tg.logaddexp2, [-INF, -INF], [0.0, 0.0], None),
    "logaddexp of infinity": (tg.logaddexp, [INF, 1.0], [1.0, 0.0], "torch.logaddexp"),
    "logaddexp2 of infinity": (tg.logaddexp2, [1.0, INF], [0.0, 1.0], "torch.logaddexp2"),
    "nextafter": (tg.nextafter, [1.0, 2.0], [1.0, 0.0], None),
    "spacing": (lambda x: tg.spacing(x) + x, [1.0], [1.0], None),
    "round": (lambda x: tg.round(x) + x, [0.5], [1.0], "lambda x: torch.round(x) + x"),
    "rint": (lambda x: tg.rint(x) + x, [0.5], [1.0], "lambda x: torch.round(x) + x"),
    "trunc": (lambda x: tg.trunc(x) + x, [1.0], [1.0], "lambda x: torch.trunc(x) + x"),
    "fractional part": (lambda x: tg.modf(x)[0], [2.0], [1.0], "torch.frac"),
    "mantissa": (lambda x: tg.frexp(x)[0], [6.0], [0.125], "lambda x: torch.frexp(x)[0]"),
    "ldexp": (lambda x: tg.ldexp(x, 3), [1.5], [8.0], "lambda x: torch.ldexp(x, torch.tensor(3))"),
}
over_edges = pytest.mark.parametrize(
    ("f", "args", "expected", "in_torch"), EDGES.values(), ids=EDGES.keys()
)


@over_edges
def test_subgradient(f, args, expected, in_torch):
    for create_graph in (False, True):
        tensors = [tg.tensor(a, requires_grad=True) for a in args]
        with np.errstate(divide="ignore"):  # cbrt at 0
            found = f(*tensors).gradient(*tensors, create_graph=create_graph)
        for g, wanted in zip(found, expected, strict=True):
            np.testing.assert_allclose(g.data, wanted, rtol=1e-14)


@over_edges
def test_subgradient_is_torchs(f, args, expected, in_torch):
    torch = pytest.importorskip("torch")
    if in_torch is None:
        pytest.skip("PyTorch has no such function, or NaN there")
    tensors = [torch.tensor(a, dtype=torch.float64, requires_grad=True) for a in args]
    eval(in_torch, {"torch": torch})(*tensors).backward()
    for tensor, wanted in zip(tensors, expected, strict=True):
        found = 0.0 if tensor.grad is None else tensor.grad.numpy()
        np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("at", [0.0, 1e-12, 1e-4, 0.3, 1.0, 40.0])
def test_sinc_is_smooth_to_any_order(at):
    """Near 0 the series is used: sinc(x) = 1 - (pi x)^2 / 6 + (pi x)^4 / 120 - ..."""
    x = tg.tensor(at, requires_grad=True)
    derivatives, y = [], tg.sinc(x)
    for _ in range(4):
        (y,) = y.gradient(x, create_graph=True)
        derivatives.append(y.item())
    assert np.isfinite(derivatives).all()
    if at < 1e-3:
        p = math.pi
        exact = [-(p**2) * at / 3, -(p**2) / 3, p**4 * at / 5, p**4 / 5]
        np.testing.assert_allclose(derivatives, exact, rtol=1e-6)
    else:
        u = math.pi * at
        first = (u * math.cos(u) - math.sin(u)) / u**2 * math.pi
        assert derivatives[0] == pytest.approx(first, rel=1e-12)


@pytest.mark.parametrize("at", [0.0, 1e-3, 2.0, -9.0, 60.0, 500.0])
def test_slope_of_i0_is_scipys(at):
    special = pytest.importorskip("scipy.special")
    x = tg.tensor(at, requires_grad=True)
    (g,) = tg.i0(x).gradient(x)
    assert g.item() == pytest.approx(special.i1(at), rel=1e-12)


def test_aliases_are_the_same_functions():
    for second, first in {
        "abs": tg.absolute,
        "pow": tg.power,
        "mod": tg.remainder,
        "true_divide": tg.divide,
        "acos": tg.arccos,
        "acosh": tg.arccosh,
        "asin": tg.arcsin,
        "asinh": tg.arcsinh,
        "atan": tg.arctan,
        "atan2": tg.arctan2,
        "atanh": tg.arctanh,
        "conj": tg.conjugate,
        "around": tg.round,
        "bitwise_invert": tg.invert,
        "bitwise_not": tg.invert,
        "bitwise_left_shift": tg.left_shift,
        "bitwise_right_shift": tg.right_shift,
    }.items():
        assert getattr(tg, second) is first


def test_several_results_are_tuples():
    x = tg.tensor([7.5, -7.5], requires_grad=True)
    pairs: list[tuple[Any, Any]] = [
        (np.divmod(x, 2.0), np.divmod(x.data, 2.0)),
        (divmod(x, 2.0), np.divmod(x.data, 2.0)),
        (np.modf(x), np.modf(x.data)),
        (np.frexp(x), np.frexp(x.data)),
    ]
    for found, expected in pairs:
        assert [y.requires_grad for y in found] in ([False, True], [True, False])
        for y, wanted in zip(found, expected, strict=True):
            np.testing.assert_array_equal(y.data, wanted)
            assert y.dtype == wanted.dtype
    extremes = np.array([5e-324, 1e308, -0.0, INF, -INF, NAN])
    for y, wanted in zip(tg.frexp(extremes), np.frexp(extremes), strict=True):
        np.testing.assert_array_equal(y.data, wanted)


def test_comparisons_of_whole_arrays_are_python_booleans():
    x = tg.tensor([1.0, 2.0], requires_grad=True)
    assert np.allclose(x, [1.0, 2.0 + 1e-9]) is True
    assert np.array_equal(x, [1.0, 3.0]) is False
    assert np.array_equiv([[1.0, 2.0], [1.0, 2.0]], x) is True
    np.testing.assert_array_equal(np.isclose(x, 1.0).data, [True, False])
    with pytest.raises(tg.UnsupportedError, match=r"allclose: .* vmap"):  # one bool for several
        tg.vmap(lambda row: tg.where(tg.allclose(row, 1.0), row, 0.0))(np.ones((2, 3)))


def test_shifts():
    n = tg.tensor([1, 2])
    np.testing.assert_array_equal((n << 2).data, [4, 8])
    np.testing.assert_array_equal((8 >> n).data, [4, 2])


def test_other_ufunc_keywords_are_refused():
    x = tg.tensor([1.0, 2.0], requires_grad=True)
    for call in (
        lambda: np.hypot(x, x, dtype="f4"),
        lambda: np.modf(x, out=(np.zeros(2), np.zeros(2))),
    ):
        with pytest.raises((TypeError, tg.GraphError), match=r"dtype=|out="):
            call()
