"""Kinks and extreme inputs: documented subgradients, and results exact to rounding."""

import math
import sys
from fractions import Fraction

import numpy as np
import pytest

import tinygrad_np as tg
from tinygrad_np.engine.op import OPS

INF, NAN = math.inf, math.nan

# The function, its arguments, the gradient for each argument, and the function in PyTorch.
KINKS = {
    "relu at 0": (tg.relu, [0.0], [0.0], "torch.relu"),
    "relu at -0": (tg.relu, [-0.0], [0.0], "torch.relu"),
    "absolute at 0": (tg.absolute, [0.0], [0.0], "torch.abs"),
    "leaky_relu at 0": (
        lambda x: tg.leaky_relu(x, 0.1),
        [0.0],
        [0.1],
        "lambda x: torch.nn.functional.leaky_relu(x, 0.1)",
    ),
    "elu at 0": (
        lambda x: tg.elu(x, 2.0),
        [0.0],
        [2.0],
        "lambda x: torch.nn.functional.elu(x, 2.0)",
    ),
    "maximum of equals": (tg.maximum, [1.0, 1.0], [0.5, 0.5], "torch.maximum"),
    "minimum of equals": (tg.minimum, [1.0, 1.0], [0.5, 0.5], "torch.minimum"),
    "clip at the lower edge": (
        lambda x: tg.clip(x, 0.0, 1.0),
        [0.0],
        [1.0],
        "lambda x: torch.clip(x, 0.0, 1.0)",
    ),
    "clip at the upper edge": (
        lambda x: tg.clip(x, 0.0, 1.0),
        [1.0],
        [1.0],
        "lambda x: torch.clip(x, 0.0, 1.0)",
    ),
    "clip at one edge": (
        lambda x: tg.clip(x, None, 1.0),
        [1.0],
        [1.0],
        "lambda x: torch.clip(x, max=1.0)",
    ),
    "clip between moving edges, below": (tg.clip, [0.0, 1.0, 2.0], [0.0, 1.0, 0.0], "torch.clip"),
    "clip between moving edges, above": (tg.clip, [3.0, 1.0, 2.0], [0.0, 0.0, 1.0], "torch.clip"),
    "clip between equal edges": (tg.clip, [1.0, 1.0, 1.0], [1.0, 0.0, 0.0], "torch.clip"),
    # PyTorch loses this gradient: all three are 0.
    "clip to equal edges from below": (tg.clip, [0.0, 1.0, 1.0], [0.0, 1.0, 0.0], None),
    "clip to equal edges from above": (tg.clip, [3.0, 1.0, 1.0], [0.0, 0.0, 1.0], "torch.clip"),
    "clip between crossed edges": (tg.clip, [0.0, 2.0, 1.0], [0.0, 0.0, 1.0], "torch.clip"),
    "sqrt at 0": (tg.sqrt, [0.0], [INF], "torch.sqrt"),
    "sign": (lambda x: tg.sign(x) * x, [0.0], [0.0], "lambda x: torch.sign(x) * x"),
    "x ** 0 at 0": (lambda x: x**0, [0.0], [0.0], "lambda x: x**0"),
    "x ** 0.0 at 0": (lambda x: x**0.0, [0.0], [0.0], "lambda x: x**0.0"),
    "x ** 1 at 0": (lambda x: x**1, [0.0], [1.0], "lambda x: x**1"),
    "x ** 2 at 0": (lambda x: x**2, [0.0], [0.0], "lambda x: x**2"),
    "x ** 3 below 0": (lambda x: x**3, [-2.0], [12.0], "lambda x: x**3"),
    "0 ** y": (tg.power, [0.0, 0.0], [0.0, 0.0], "torch.pow"),
    "0 ** y, y above 0": (tg.power, [0.0, 2.0], [0.0, 0.0], "torch.pow"),
    "0 ** y, y of 1": (tg.power, [0.0, 1.0], [1.0, 0.0], "torch.pow"),
    "number ** y at 0": (lambda y: 0.0**y, [2.0], [0.0], "lambda y: 0.0**y"),
    "remainder at a jump": (tg.remainder, [4.0, 2.0], [1.0, -2.0], "torch.remainder"),
    "floor": (lambda x: tg.floor(x) + x, [1.0], [1.0], "lambda x: torch.floor(x) + x"),
    "maximum with NaN": (lambda x: tg.maximum(x, 0.0) + x, [1.0], [2.0], None),
}

VECTOR_KINKS = {
    "max with ties": (tg.max, [1.0, 3.0, 3.0], [0.0, 0.5, 0.5], "torch.amax"),
    "min with ties": (tg.min, [1.0, 1.0, 1.0, 1.0], [0.25] * 4, "torch.amin"),
    "max with NaN": (tg.max, [1.0, NAN, 3.0], [0.0, 1.0, 0.0], "torch.max"),
    "prod with one zero": (tg.prod, [2.0, 0.0, 3.0], [0.0, 6.0, 0.0], "torch.prod"),
    "prod with two zeros": (tg.prod, [2.0, 0.0, 0.0], [0.0, 0.0, 0.0], "torch.prod"),
    "logsumexp of nothing": (
        tg.logsumexp,
        [-INF, -INF],
        [0.0, 0.0],
        None,  # NaN
    ),
    "logsumexp of half": (
        tg.logsumexp,
        [0.0, -INF],
        [1.0, 0.0],
        "lambda x: torch.logsumexp(x, 0)",
    ),
    "std of equals": (tg.std, [2.0, 2.0], [0.0, 0.0], "lambda x: torch.std(x, correction=0)"),
    "nanstd of equals": (tg.nanstd, [2.0, 2.0, NAN], [0.0, 0.0, 0.0], None),
    "where, branch not taken": (
        lambda x: tg.where(x > 0, x, 5.0 * x).sum(),
        [1.0, -1.0],
        [1.0, 5.0],
        "lambda x: torch.where(x > 0, x, 5.0 * x).sum()",
    ),
    "where, safe argument": (
        lambda x: tg.where(x > 0, tg.log(tg.where(x > 0, x, 1.0)), 0.0).sum(),
        [2.0, 0.0],
        [0.5, 0.0],
        "lambda x: torch.where(x > 0, torch.log(torch.where(x > 0, x, 1.0)), 0.0).sum()",
    ),
}

ALL_KINKS = [pytest.param(*rest, id=name) for name, rest in KINKS.items()] + [
    pytest.param(f, [arg], [g], other, id=name) for name, (f, arg, g, other) in VECTOR_KINKS.items()
]
over_kinks = pytest.mark.parametrize(("f", "args", "expected", "in_torch"), ALL_KINKS)


@over_kinks
@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_subgradient(f, args, expected, in_torch, dtype):
    for create_graph in (False, True):
        tensors = [tg.tensor(a, dtype=dtype, requires_grad=True) for a in args]
        with np.errstate(divide="ignore"):  # sqrt at 0
            found = f(*tensors).gradient(*tensors, create_graph=create_graph)
        for g, wanted in zip(found, expected, strict=True):
            np.testing.assert_allclose(g.data, wanted, rtol=1e-7)
            assert g.dtype == dtype


@over_kinks
def test_subgradient_is_torchs(f, args, expected, in_torch):
    torch = pytest.importorskip("torch")
    if in_torch is None:
        return
    tensors = [torch.tensor(a, dtype=torch.float64, requires_grad=True) for a in args]
    eval(in_torch, {"torch": torch})(*tensors).backward()
    for tensor, wanted in zip(tensors, expected, strict=True):
        found = np.zeros(tensor.shape) if tensor.grad is None else tensor.grad.numpy()
        np.testing.assert_allclose(found, wanted, rtol=1e-12)


def test_mixed_derivatives_of_a_power_agree_at_exponent_0():
    x, y = (tg.tensor([v], requires_grad=True) for v in (2.0, 0.0))
    for first, then in ((x, y), (y, x)):
        (g,) = tg.power(x, y).gradient(first, create_graph=True)
        np.testing.assert_allclose(g.gradient(then)[0].data, [0.5], rtol=1e-15)  # 1 / x


def test_nan_propagates():
    x = tg.tensor([NAN, 1.0])
    for f in (
        tg.relu,
        tg.absolute,
        tg.sigmoid,
        tg.softplus,
        tg.silu,
        tg.elu,
        tg.leaky_relu,
        tg.gelu,
    ):
        np.testing.assert_array_equal(np.isnan(f(x).data), [True, False])
    for f in (tg.max, tg.min, tg.sum, tg.prod, tg.mean):
        assert np.isnan(f(x).item())
    for f in (tg.softmax, tg.log_softmax):
        assert np.isnan(f(x).data).all()
    assert np.isnan(tg.logsumexp(x).item())
    assert np.isnan(tg.maximum(x, 2.0).data[0])
    assert np.isnan(tg.clip(x, 0.0, 1.0).data[0])


def test_reductions_of_nothing_are_numpys():
    with pytest.raises(ValueError, match="no identity"):
        tg.max(tg.tensor([]))
    with np.errstate(all="ignore"), pytest.warns(RuntimeWarning, match="empty slice"):
        assert np.isnan(tg.mean(tg.tensor([])).item())
    assert tg.sum(tg.tensor([])).item() == 0.0
    assert tg.prod(tg.tensor([])).item() == 1.0
    assert tg.logsumexp(tg.tensor([])).item() == -INF


# ------------------------------------------------------------------ extreme inputs


def exp(v: Fraction) -> Fraction:
    """Return e ** v by its series, with far more digits than a float; |v| up to a few thousand."""
    n = 0 if abs(v) < 1 else int(abs(v)).bit_length()
    bits = 120 + 2 * int(abs(v)) + n
    small, total, term = v / 2**n, Fraction(1), Fraction(1)
    for k in range(1, 60):
        term *= small / k
        total += term
    for _ in range(n):
        total = Fraction(round(total * total * 2**bits), 2**bits)
    return total


def log1p(v: Fraction) -> float:
    """Return log(1 + v) for a positive v, including tiny ones."""
    return float(v) if v < Fraction(1, 2**60) else math.log1p(v)


EXTREMES = [0.0, 0.5, 1.0, 10.0, 20.0, 40.0, 88.0, 89.0, 104.0, 709.0, 745.0, 746.0, 1e4]
over_extremes = pytest.mark.parametrize("v", [s * v for v in EXTREMES for s in (1, -1)])
EPS = {dtype: float(np.finfo(dtype).eps) for dtype in ("f4", "f8")}
over_dtypes = pytest.mark.parametrize("dtype", ["f4", "f8"])


def small(v):
    """Return e ** -|v| to more digits than a float has, or 0 where no float is that small."""
    return exp(Fraction(-abs(v))) if abs(v) < 800 else Fraction(0)


def close(found, exact, dtype, ulps=4):
    """Assert that all but the last two bits are right, down to the smallest numbers."""
    tiny = float(np.finfo(dtype).smallest_subnormal)
    np.testing.assert_allclose(
        np.asarray(found, float), float(exact), rtol=ulps * EPS[dtype], atol=2 * tiny
    )


def at(f, v, dtype, *others):
    """Return the value and gradient of f at v."""
    x = tg.tensor(v, dtype=dtype, requires_grad=True)
    y = f(x, *others)
    y.backward()
    assert y.dtype == x.grad.dtype == dtype
    return y.item(), x.grad.item()


@over_dtypes
@over_extremes
def test_sigmoid_is_exact(v, dtype):
    m = small(v)
    exact = 1 / (1 + m) if v >= 0 else m / (1 + m)
    value, slope = at(tg.sigmoid, v, dtype)
    close(value, exact, dtype)
    assert slope == pytest.approx(float(m / (1 + m) ** 2), abs=EPS[dtype])
    many = tg.sigmoid(np.array([v, -1e3, 1e3], dtype))  # a different code path
    close(many.data[0], exact, dtype)


@over_dtypes
@over_extremes
def test_softplus_is_exact(v, dtype):
    m = small(v)
    exact = max(v, 0.0) + log1p(m)
    value, slope = at(tg.softplus, v, dtype)
    close(value, exact, dtype)
    close(slope, 1 / (1 + m) if v >= 0 else m / (1 + m), dtype)


@over_dtypes
@over_extremes
@pytest.mark.parametrize("y", [0.0, 1.0, 0.25])
def test_binary_cross_entropy_with_logits_is_exact(v, y, dtype):
    m = small(v)
    value, slope = at(tg.binary_cross_entropy_with_logits, v, dtype, np.array(y, dtype))
    close(value, max(v, 0.0) - v * y + log1p(m), dtype)
    sigmoid = 1 / (1 + m) if v >= 0 else m / (1 + m)
    assert slope == pytest.approx(float(sigmoid) - y, abs=EPS[dtype])


@over_dtypes
@over_extremes
def test_log_softmax_and_logsumexp_are_exact(v, dtype):
    eps = EPS[dtype]
    x = tg.tensor([v, 0.0], dtype=dtype, requires_grad=True)
    m = small(v)
    share = float(1 / (1 + m) if v >= 0 else m / (1 + m))
    first, total = min(v, 0.0) - log1p(m), max(v, 0.0) + log1p(m)
    for f, exact in [
        (lambda: tg.log_softmax(x)[0], first),
        (lambda: tg.logsumexp(x), total),
        (lambda: FUNCTION(x, np.array(0)), -first),
    ]:
        y = f()
        assert y.item() == pytest.approx(exact, rel=4 * eps, abs=eps)
        (g,) = y.gradient(x)
        assert np.isfinite(g.data).all()
    (g,) = tg.logsumexp(x).gradient(x)
    np.testing.assert_allclose(g.data, [share, 1 - share], rtol=0, atol=4 * eps)
    close(tg.softmax(x).data[0], share, dtype)


FUNCTION = OPS["class_cross_entropy"].call


@over_dtypes
@pytest.mark.parametrize("p", [0.0, 1e-45, 1e-30, 0.5, 1.0])
@pytest.mark.parametrize("y", [0.0, 1.0])
def test_binary_cross_entropy_is_finite(p, y, dtype):
    x, t = (tg.tensor(a, dtype=dtype, requires_grad=True) for a in (p, y))
    out = tg.binary_cross_entropy(x, t)
    for g in (out, *out.gradient(x, t), *out.gradient(x, t, create_graph=True)):
        assert np.isfinite(g.data)
    if (p, y) in ((0.0, 1.0), (1.0, 0.0)):
        exact = 100.0
    else:
        exact = -math.log(x.item()) if y else -math.log1p(-x.item())
    assert out.item() == pytest.approx(min(100.0, exact), rel=1e-6)


@over_dtypes
def test_other_functions_at_extremes_are_finite(dtype):
    x = tg.tensor([s * v for v in EXTREMES for s in (1, -1)], dtype=dtype, requires_grad=True)
    for f in (tg.tanh, tg.elu, tg.gelu, tg.silu, tg.softmax, tg.arctan, tg.erf, tg.arcsinh):
        for create_graph in (False, True):
            y = f(x)
            (g,) = y.sum().gradient(x, create_graph=create_graph)
            assert np.isfinite(y.data).all()
            assert np.isfinite(g.data).all()
    y = tg.logaddexp(x, -x)
    assert np.isfinite(y.data).all()
    assert np.isfinite(y.sum().gradient(x)[0].data).all()


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_a_confident_classifier_has_a_small_but_nonzero_loss(dtype):
    logits = np.array([[30.0, 0.0], [0.0, 30.0]], dtype)
    expected = math.exp(-30.0)
    losses = tg.nn.functional.cross_entropy(logits, [0, 1], reduction="none")
    np.testing.assert_allclose(losses.data, [expected, expected], rtol=1e-6)
    np.testing.assert_allclose(-tg.log_softmax(logits).data[0, 0], expected, rtol=1e-6)
    np.testing.assert_allclose(tg.logsumexp(logits - 30.0, axis=1).data, expected, rtol=1e-6)
    ties = tg.logsumexp(np.zeros((2, 3), dtype), axis=1)
    np.testing.assert_allclose(ties.data, math.log(3.0), rtol=1e-6)


def test_erf_without_scipy(monkeypatch):
    with_scipy = tg.erf(np.linspace(-3, 3, 7)).data
    monkeypatch.setitem(sys.modules, "scipy.special", None)
    without = tg.erf(np.linspace(-3, 3, 7)).data
    np.testing.assert_allclose(without, with_scipy, rtol=1e-15)
    assert tg.erf(0.5).dtype == np.float64
    assert tg.erf(np.float32(0.5)).dtype == np.float32
