"""Reductions, scans and statistics: compared with PyTorch, complex numbers, edge cases."""

import math
from functools import partial

import numpy as np
import pytest

import tinygrad_np as tg

NAN, INF = math.nan, math.inf
X = np.array([[0.5, -1.5, 2.0, 3.0], [1.25, 0.75, -0.5, 2.5]])
Z = X + 1j * X[::-1, ::-1]
W = np.array([0.5, 1.0, 2.0, 0.25])

# Functions here and their equivalents in PyTorch.
TWINS = {
    "sum": (lambda x: tg.sum(x, 0), "lambda x: x.sum(0)"),
    "mean": (lambda x: tg.mean(x, 1, keepdims=True), "lambda x: x.mean(1, keepdim=True)"),
    "prod": (lambda x: tg.prod(x, 1), "lambda x: x.prod(1)"),
    "cumsum": (lambda x: tg.cumsum(x, 1), "lambda x: x.cumsum(1)"),
    "cumprod": (lambda x: tg.cumprod(x, 1), "lambda x: x.cumprod(1)"),
    "diff": (lambda x: tg.diff(x, 2), "lambda x: torch.diff(x, 2)"),
    "trapezoid": (
        lambda x: tg.trapezoid(x, W, axis=1),
        "lambda x: torch.trapezoid(x, torch.tensor(W), dim=1)",
    ),
    "gradient": (
        lambda x: tg.gradient(x, 0.5, W, edge_order=1)[1],
        "lambda x: torch.gradient(x, spacing=(torch.tensor([0.0, 0.5]), torch.tensor(W)))[1]",
    ),
    "gradient, second order edges": (
        lambda x: tg.gradient(x, W, axis=1, edge_order=2),
        "lambda x: torch.gradient(x, spacing=(torch.tensor(W),), dim=1, edge_order=2)[0]",
    ),
    "var": (lambda x: tg.var(x, 1, ddof=1), "lambda x: x.var(1)"),
    "var, correction": (
        lambda x: tg.var(x, 0, correction=0),
        "lambda x: x.var(0, correction=0)",
    ),
    "std": (lambda x: tg.std(x, 1, ddof=1), "lambda x: x.std(1)"),
    "cov": (lambda x: tg.cov(x), "lambda x: torch.cov(x)"),
    "cov, weights": (
        lambda x: tg.cov(x, fweights=[1, 2, 1, 3], aweights=W),
        "lambda x: torch.cov(x, fweights=torch.tensor([1, 2, 1, 3]), aweights=torch.tensor(W))",
    ),
    "corrcoef": (lambda x: tg.corrcoef(x), "lambda x: torch.corrcoef(x)"),
    "average": (
        lambda x: tg.average(x, 1, W),
        "lambda x: (x * torch.tensor(W)).sum(1) / torch.tensor(W).sum()",
    ),
}
REAL_TWINS = {
    "max": (lambda x: tg.max(x, 1), "lambda x: x.amax(1)"),
    "min": (lambda x: tg.min(x), "lambda x: x.amin()"),
    "ptp": (lambda x: tg.ptp(x, 0), "lambda x: x.amax(0) - x.amin(0)"),
    "median of an odd count": (
        lambda x: tg.median(x[:, :3], 1),
        "lambda x: x[:, :3].median(1).values",
    ),
    "median of an even count": (lambda x: tg.median(x, 1), "lambda x: x.quantile(0.5, 1)"),
    "quantile": (
        lambda x: tg.quantile(x, [0.1, 0.6], 1),
        "lambda x: x.quantile(torch.tensor([0.1, 0.6], dtype=x.dtype), 1)",
    ),
    **{
        f"quantile, {method}": (
            partial(tg.quantile, q=0.35, axis=1, method=method),
            f"lambda x: x.quantile(0.35, 1, interpolation='{method}')",
        )
        for method in ("lower", "higher", "nearest", "midpoint")
    },
    "nanquantile": (lambda x: tg.nanquantile(x, 0.3, 1), "lambda x: x.nanquantile(0.3, 1)"),
    "nansum": (lambda x: tg.nansum(x, 1), "lambda x: x.nansum(1)"),
    "nanmean": (lambda x: tg.nanmean(x, 0), "lambda x: x.nanmean(0)"),
    "logsumexp": (lambda x: tg.logsumexp(x, 1), "lambda x: x.logsumexp(1)"),
}
TIES = np.array([[1.0, 3.0, 3.0, 0.0], [0.0, 0.0, 2.0, 2.0]])
MISSING = np.where(X == 2.0, NAN, X)


def pairs():
    for name, (ours, theirs) in (TWINS | REAL_TWINS).items():
        yield pytest.param(ours, theirs, X, id=name)
        if name not in ("median of an odd count",):  # which of two equal elements is unspecified
            yield pytest.param(ours, theirs, TIES, id=f"{name}, ties and zeros")
        if name.startswith("nan"):
            yield pytest.param(ours, theirs, MISSING, id=f"{name}, something missing")
    for name, (ours, theirs) in TWINS.items():
        yield pytest.param(ours, theirs, Z, id=f"{name}, complex")


@pytest.mark.parametrize(("ours", "theirs", "x"), list(pairs()))
def test_value_and_gradient_are_torchs(ours, theirs, x, rng):
    torch = pytest.importorskip("torch")
    a, b = tg.tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
    out = ours(a)
    expected = eval(theirs, {"torch": torch, "W": W})(b)
    np.testing.assert_allclose(out.data, expected.detach().numpy(), rtol=1e-9, atol=1e-12)
    v = rng.normal(size=out.shape).astype(expected.detach().numpy().dtype)
    if v.dtype.kind == "c":
        v = v + 1j * rng.normal(size=v.shape)
    expected.backward(torch.tensor(v))
    (g,) = out.gradient(a, gradient=v)
    np.testing.assert_allclose(g.data, b.grad.resolve_conj().numpy(), rtol=1e-9, atol=1e-12)


COMPLEX = {name: ours for name, (ours, _) in TWINS.items()} | {
    "sum where": lambda x: tg.sum(x, where=X > 0, initial=2j),
    "mean where": lambda x: tg.mean(x, 1, where=X > -1),
    "var where": lambda x: tg.var(x, 1, where=X > -1),
    "nansum": tg.nansum,
    "cumulative_prod": lambda x: tg.cumulative_prod(x, axis=0, include_initial=True),
    "ediff1d": tg.ediff1d,
}


@pytest.mark.parametrize("f", COMPLEX.values(), ids=COMPLEX)
def test_gradients_of_complex_numbers_equal_differences(f, rng):
    """The gradient of a real loss is dL/da + i dL/db, on arrays and on Tensors, and twice."""

    def loss(z):
        out = f(z)
        return tg.sum(tg.square(tg.real(out)) + 0.3 * tg.imag(out))

    z, step = tg.tensor(Z, requires_grad=True), 1e-6
    (g,) = loss(z).gradient(z)
    (recorded,) = loss(z).gradient(z, create_graph=True)
    np.testing.assert_allclose(recorded.data, g.data, rtol=1e-12)
    direction = rng.normal(size=Z.shape) + 1j * rng.normal(size=Z.shape)

    def slope(h):
        with tg.no_grad():
            return (loss(Z + h * direction).item() - loss(Z - h * direction).item()) / (2 * h)

    along = np.sum(g.data.real * direction.real + g.data.imag * direction.imag)
    assert along == pytest.approx(slope(step), rel=1e-6, abs=1e-8)

    def gradient_at(point):
        t = tg.tensor(point, requires_grad=True)
        return loss(t).gradient(t)[0].data

    (second,) = tg.sum(
        tg.real(recorded) * direction.real + tg.imag(recorded) * direction.imag
    ).gradient(z)
    if second is None:
        second = tg.tensor(np.zeros_like(Z))
    expected = (gradient_at(Z + step * direction) - gradient_at(Z - step * direction)) / (2 * step)
    np.testing.assert_allclose(second.data, expected, rtol=1e-5, atol=1e-7)


FORWARD = (TWINS | REAL_TWINS).items()


@pytest.mark.parametrize(("ours"), [pytest.param(f, id=name) for name, (f, _) in FORWARD])
def test_forward_mode_agrees_with_reverse(ours, rng):
    tangent = rng.normal(size=X.shape)
    out, out_tangent = tg.jvp(ours, (X,), (tangent,))
    x = tg.tensor(X, requires_grad=True)
    v = rng.normal(size=out.shape)
    (g,) = ours(x).gradient(x, gradient=v)
    assert np.sum(out_tangent.data * v) == pytest.approx(np.sum(g.data * tangent), rel=1e-10)


# ------------------------------------------------------------- products with zeros


@pytest.mark.parametrize("zeros", [0, 1, 2, 3])
def test_second_derivatives_of_products_are_right_at_zeros(zeros):
    """By the formula, d2 prod / dx_i dx_j is the product of the other elements."""
    x = np.array([2.0, -1.0, 3.0, 0.5])
    x[:zeros] = 0.0
    without = [[np.prod(np.delete(x, [i, j])) * (i != j) for j in range(4)] for i in range(4)]
    np.testing.assert_allclose(tg.hessian(tg.prod)(x).data, without, rtol=1e-12)
    last = tg.hessian(lambda t: tg.cumprod(t)[-1])(x)
    np.testing.assert_allclose(last.data, without, rtol=1e-12)


def test_gradients_of_long_products_take_little_memory():
    import tracemalloc

    n = 20_000
    x = tg.tensor(np.linspace(0.99, 1.01, n), requires_grad=True)
    for f in (tg.prod, lambda t: tg.cumprod(t).sum()):
        tracemalloc.start()
        (g,) = f(x).gradient(x, create_graph=True)
        g.sum().gradient(x)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 200 * 8 * n  # n * n numbers would be 100 times as much


# --------------------------------------------------------------- NumPy's signatures


def test_positional_arguments_are_numpys():
    t = tg.tensor(X)
    np.testing.assert_array_equal(np.sum(t, 0, None, None, True).data, X.sum(0, keepdims=True))
    np.testing.assert_array_equal(t.sum(1, "f4").data, X.sum(1, "f4"))
    np.testing.assert_array_equal(np.var(t, 0, None, None, 1).data, X.var(0, ddof=1))
    np.testing.assert_array_equal(np.mean(t, 0, None, None, True).data, X.mean(0, keepdims=True))
    np.testing.assert_array_equal(np.max(t, 0, None, True, 2.0).data, X.max(0, initial=2.0)[None])
    np.testing.assert_array_equal(
        np.quantile(t, 0.3, 0, None, False, "lower").data, np.quantile(X, 0.3, 0, method="lower")
    )
    np.testing.assert_array_equal(np.average(t, 1, W).data, np.average(X, 1, W))
    np.testing.assert_array_equal(np.cov(t, None, False).data, np.cov(X, None, False))


def test_dtype_applies_to_the_result_but_not_the_gradient():
    x = tg.tensor(X, dtype="f4", requires_grad=True)
    for f in (tg.sum, tg.mean, tg.prod, tg.var, tg.std, tg.cumsum, tg.cumprod, tg.nansum):
        out = f(x, dtype="f8")
        assert out.dtype == np.float64
        (g,) = out.sum().gradient(x)
        assert g.dtype == np.float32
    assert tg.sum(tg.tensor([True, True]), dtype=float).dtype == np.float64


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: tg.sum(X, 0, True), TypeError, "keepdims comes later"),  # type: ignore[arg-type]
        (lambda: tg.mean(X, 0, True), TypeError, "keepdims comes later"),  # type: ignore[arg-type]
        (lambda: tg.max(X, 0, True), TypeError, "max: out="),  # type: ignore[arg-type]
        (lambda: tg.sum(X, dtype="i1"), TypeError, "int8 would overflow"),
        (lambda: tg.sum(Z, dtype=float), TypeError, "imaginary part"),
        (lambda: tg.mean(X, dtype=int), TypeError, "mean: dtype=int64 would round"),
        (lambda: tg.sum(X, dtype="U3"), TypeError, "not numeric"),
        (lambda: tg.sum(X, where=[1, 0, 1, 1]), TypeError, "where= must hold booleans"),
        (lambda: tg.sum(X, where=[True, False]), ValueError, "does not broadcast"),
        (lambda: tg.sum(X, initial=[1.0, 2.0]), ValueError, "one number"),
        (lambda: tg.max([1, 2], initial=0.5), TypeError, "initial=0.5 does not fit"),
        (lambda: tg.max(X, where=X > 0), ValueError, "where= needs initial="),
        (lambda: tg.var(X, ddof=1, correction=1), ValueError, "two names"),
        (lambda: tg.cumsum(X, 2), ValueError, "no axis 2"),
        (lambda: tg.cumsum(1.0, 2), ValueError, "no axis 2"),
        (lambda: tg.cumulative_sum(X), ValueError, "axis= must be given"),
        (lambda: tg.cumulative_sum(1.0), ValueError, "without axes"),
        (lambda: tg.average(X, weights=W), TypeError, "axis="),
        (lambda: tg.average(X, 0, weights=W), ValueError, "weights of shape"),
        (lambda: tg.average(X, 1, weights=W * 0), ZeroDivisionError, "sum to zero"),
        (lambda: tg.cov(X[None]), ValueError, "more than 2 axes"),
        (lambda: tg.cov(X, ddof=0.5), ValueError, "integer"),
        (lambda: tg.cov(X, aweights=[1.0]), ValueError, "4 observations"),
        (lambda: tg.cov(X, aweights=-W), ValueError, "negative"),
        (lambda: tg.cov(X, fweights=W), TypeError, "whole numbers"),
        (lambda: tg.quantile(X, 1.5), ValueError, "between 0 and all"),
        (lambda: tg.quantile(X, 0.5, weights=X), TypeError, "weights= is not supported"),  # type: ignore[arg-type]
        (lambda: tg.median(X, overwrite_input=True), TypeError, "overwrite_input="),
        (lambda: tg.quantile(Z, 0.5), TypeError, "no order"),
        (lambda: tg.quantile(X > 0, 0.5), TypeError, "between booleans"),
        (lambda: tg.quantile(X[:, :0], 0.5, 1), IndexError, "no elements"),
        (lambda: tg.quantile(X, tg.tensor(0.5, requires_grad=True)), TypeError, "no gradient"),
        (lambda: tg.diff(X, -1), ValueError, "negative"),
        (lambda: tg.diff(1.0), ValueError, "no neighbours"),
        (lambda: tg.diff(X, prepend=[1.0]), ValueError, "prepend of shape"),
        (lambda: tg.ediff1d([1, 2], to_end=0.5), TypeError, "to_end"),
        (lambda: tg.gradient(X, 1.0, 2.0, 3.0), TypeError, "3 spacings for 2 axes"),
        (lambda: tg.gradient(X, axis=(0, 0)), ValueError, "twice"),
        (lambda: tg.gradient(X, edge_order=3), ValueError, "1 or 2"),
        (lambda: tg.gradient(X, edge_order=2), ValueError, "too few"),
        (lambda: tg.gradient(X, W, axis=0), ValueError, "positions of shape"),
        (lambda: tg.gradient(X > 0), TypeError, "booleans"),
        (lambda: tg.bincount([0, 1], [1.0]), ValueError, "weights of shape"),
        (lambda: tg.bincount([0, 1], [1.0, 1j]), TypeError, "must be real"),
        (lambda: tg.nanargmax([NAN, NAN]), ValueError, "All-NaN"),
    ],
)
def test_refusals_have_helpful_messages(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_where_is_differentiated_and_keeps_nan_out():
    x = tg.tensor(MISSING, requires_grad=True)
    for f in (tg.sum, tg.mean, tg.prod, tg.var, tg.std):
        out = f(x, where=~tg.isnan(x))
        np.testing.assert_allclose(
            out.data, getattr(np, f.__name__)(MISSING, where=~np.isnan(MISSING)), rtol=1e-13
        )
        (g,) = out.gradient(x)
        assert np.isfinite(g.data).all()
        assert g.data[0, 2] == 0.0


def test_empty_and_all_nan_reductions():
    for name, start in (("max", -1.0), ("min", 2.0)):
        ours, theirs = getattr(tg, name), getattr(np, name)
        for axis, keepdims in ((1, False), (1, True), (None, False)):
            found = ours(X[:, :0], axis, keepdims=keepdims, initial=start)
            expected = theirs(X[:, :0], axis, keepdims=keepdims, initial=start)
            np.testing.assert_array_equal(found.data, expected)
    nothing = tg.tensor([NAN, NAN])
    for f in (tg.nanmax, tg.nanmin, tg.nanmedian, tg.nanmean, tg.nanvar):
        with np.errstate(invalid="ignore"):
            if f in (tg.nanmax, tg.nanmin, tg.nanmedian):
                with pytest.warns(RuntimeWarning, match="All-NaN"):
                    assert np.isnan(f(nothing).item())
            else:
                assert np.isnan(f(nothing).item())


def test_quantiles_with_infinities():
    for x in ([1.0, INF, 2.0], [-INF, 1.0, INF], [INF, INF, 0.0, INF]):
        assert tg.median(x).item() == np.median(x)
    np.testing.assert_array_equal(tg.quantile([1.0, 2.0, INF], [0.25, 1.0]).data, [1.5, INF])
    assert np.isnan(tg.median([1.0, NAN, 2.0]).item())
    np.testing.assert_array_equal(tg.quantile([[1.0, NAN], [1.0, 2.0]], 0.5, 1).data, [NAN, 1.5])


def test_average_can_return_the_weights():
    for weights in (None, W):
        found = tg.average(X, 1, weights, True)
        expected = np.average(X, 1, weights, True)  # type: ignore[call-overload]
        for a, b in zip(found, expected, strict=True):
            np.testing.assert_allclose(a.data, b)
