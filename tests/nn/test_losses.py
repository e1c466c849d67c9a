"""Losses: values, gradients, extremes, dtypes; compared with PyTorch where it is installed."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

import tinygrad_np as tg
import tinygrad_np.nn.functional as F
from tinygrad_np import nn

DTYPES = [np.float32, np.float64]
REDUCTIONS = ["mean", "sum", "none"]


def probabilities(rng, shape):
    p = rng.uniform(0.05, 1.0, shape)
    return p / p.sum(1, keepdims=True)


def binary(rng):
    return rng.uniform(0.05, 0.95, (6, 2)), rng.uniform(0, 1, (6, 2))


def logits(rng):
    return 3 * rng.standard_normal((6, 2)), rng.uniform(0, 1, (6, 2))


def numbers(rng):
    return 2 * rng.standard_normal((6, 2)), rng.standard_normal((6, 2))


def classes(*shape):
    def draw(rng):
        x = 3 * rng.standard_normal(shape)
        labels = (*shape[:1], *shape[2:]) if len(shape) > 1 else ()
        return x, rng.integers(0, shape[1] if len(shape) > 1 else shape[0], labels)

    return draw


def soft(*shape):
    def draw(rng):
        return 3 * rng.standard_normal(shape), probabilities(rng, shape)

    return draw


def log_probabilities(rng):
    return np.log(probabilities(rng, (6, 4))), rng.integers(0, 4, 6)


def naive_cross_entropy(x, y):
    x = np.moveaxis(x, 1, -1) if x.ndim > 1 else x
    log_p = x - np.log(np.exp(x).sum(-1, keepdims=True))
    if y.dtype.kind == "f":
        return -((np.moveaxis(y, 1, -1) if y.ndim > 1 else y) * log_p).sum(-1)
    return -np.take_along_axis(log_p, y[..., None], -1)[..., 0]


def huber(d, delta):
    return np.where(abs(d) < delta, d * d / 2, delta * (abs(d) - delta / 2))


# name: function, options, data, the loss of each element by the textbook formula
CASES: dict[str, Any] = {
    "mse": (F.mse_loss, {}, numbers, lambda x, y: (x - y) ** 2),
    "l1": (F.l1_loss, {}, numbers, lambda x, y: abs(x - y)),
    "huber": (F.huber_loss, {"delta": 0.7}, numbers, lambda x, y: huber(x - y, 0.7)),
    "smooth l1": (F.smooth_l1_loss, {"beta": 0.7}, numbers, lambda x, y: huber(x - y, 0.7) / 0.7),
    "smooth l1, 0": (F.smooth_l1_loss, {"beta": 0.0}, numbers, lambda x, y: abs(x - y)),
    "bce": (
        F.binary_cross_entropy,
        {},
        binary,
        lambda x, y: -(y * np.log(x) + (1 - y) * np.log(1 - x)),
    ),
    "bce with logits": (
        F.binary_cross_entropy_with_logits,
        {},
        logits,
        lambda x, y: np.log(1 + np.exp(x)) - x * y,
    ),
    "cross entropy": (F.cross_entropy, {}, classes(6, 4), naive_cross_entropy),
    "cross entropy of one": (F.cross_entropy, {}, classes(4), naive_cross_entropy),
    "cross entropy of pixels": (F.cross_entropy, {}, classes(3, 4, 2, 5), naive_cross_entropy),
    "soft cross entropy": (F.cross_entropy, {}, soft(6, 4), naive_cross_entropy),
    "soft cross entropy of pixels": (F.cross_entropy, {}, soft(3, 4, 2), naive_cross_entropy),
    "nll": (F.nll_loss, {}, log_probabilities, lambda x, y: -x[np.arange(6), y]),
}


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("case", CASES)
def test_value_and_gradient(case, reduction, rng):
    function, options, draw, textbook = CASES[case]
    x, y = draw(rng)
    each = textbook(x, y)
    expected = {"mean": each.mean(), "sum": each.sum(), "none": each}[reduction]
    t = tg.tensor(x, requires_grad=True)
    loss = function(t, y, reduction=reduction, **options)
    np.testing.assert_allclose(loss.data, expected, rtol=1e-12, atol=1e-14)
    assert loss.shape == np.shape(expected)
    loss.sum().backward()
    numeric = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        h = np.zeros_like(x)
        h[i] = 1e-6
        numeric[i] = (textbook(x + h, y) - textbook(x - h, y)).sum() / 2e-6
    if reduction == "mean":
        numeric /= each.size
    np.testing.assert_allclose(t.grad.data, numeric, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("case", CASES)
def test_float32_stays_for_any_dtype_of_the_target(case, rng):
    function, options, draw, _ = CASES[case]
    x, y = draw(rng)
    t = tg.tensor(x, dtype="float32", requires_grad=True)
    loss = function(t, y, **options)
    loss.backward()
    assert (loss.dtype, t.grad.dtype) == (np.float32, np.float32)
    exact = function(x, y, **options).item()
    assert loss.item() == pytest.approx(exact, rel=1e-5)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_like_pytorch(case, reduction, rng):
    torch = pytest.importorskip("torch")
    function, options, draw, _ = CASES[case]
    x, y = draw(rng)
    ours = tg.tensor(x, requires_grad=True)
    theirs = torch.tensor(x, requires_grad=True)
    loss = function(ours, y, reduction=reduction, **options)
    reference = getattr(torch.nn.functional, function.__name__)(
        theirs, torch.tensor(y), reduction=reduction, **options
    )
    np.testing.assert_allclose(loss.data, reference.detach().numpy(), rtol=1e-12, atol=1e-14)
    loss.sum().backward()
    reference.sum().backward()
    np.testing.assert_allclose(ours.grad.data, theirs.grad.numpy(), rtol=1e-10, atol=1e-14)


def test_second_order(rng):
    """The second derivatives agree with finite differences of the gradient."""
    for case, (function, options, draw, _) in CASES.items():
        x, y = draw(rng)

        def gradient(x, function=function, y=y, options=options):
            t = tg.tensor(x, requires_grad=True)
            return t, function(t, y, reduction="sum", **options).gradient(t, create_graph=True)[0]

        t, g = gradient(x)
        v = rng.standard_normal(x.shape)
        numeric = (gradient(x + 1e-5 * v)[1].data - gradient(x - 1e-5 * v)[1].data) / 2e-5
        if g.requires_grad:
            (hv,) = (g * v).sum().gradient(t)
            found = np.zeros_like(x) if hv is None else hv.data
        else:
            found = np.zeros_like(x)
        np.testing.assert_allclose(found, numeric, rtol=1e-5, atol=1e-7, err_msg=case)


# -------------------------------------------------------------- the notebooks' figures


def test_bce_of_notebook_003():
    a = tg.tensor([0.2, 0.1, 0.8, 0.9], requires_grad=True)
    loss = nn.BCELoss(eps=1e-9)(a, np.array([1, 0, 1, 1]))
    assert loss.item() == 0.5108256237659906
    loss.backward()
    np.testing.assert_allclose(
        a.grad.data, [-1.25, 0.27777778, -0.3125, -0.27777778], rtol=0, atol=5e-9
    )


# ------------------------------------------------------------------------- extremes


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("size", [50.0, 1e4, 1e30])
def test_bce_with_logits_at_any_logit(dtype, size):
    x = tg.tensor([size, size, -size, -size], dtype=dtype, requires_grad=True)
    loss = F.binary_cross_entropy_with_logits(x, [1, 0, 1, 0], reduction="none")
    loss.sum().backward()
    small = math.exp(-size)
    np.testing.assert_allclose(loss.data, np.array([small, size, size, small], dtype), rtol=1e-6)
    np.testing.assert_allclose(x.grad.data, np.array([-small, 1, -1, small], dtype), atol=1e-20)


def test_bce_with_logits_is_exact_where_sigmoid_rounds_to_one():
    loss = F.binary_cross_entropy_with_logits([40.0, -40.0], [1, 0], reduction="none")
    np.testing.assert_allclose(loss.data, math.exp(-40.0), rtol=1e-15)


@given(st.floats(-1e300, 1e300), st.floats(0, 1))
def test_bce_with_logits_is_finite_at_any_finite_input(x, y):
    t = tg.tensor(x, requires_grad=True)
    loss = F.binary_cross_entropy_with_logits(t, tg.tensor(y))
    loss.backward()
    assert 0 <= loss.item() <= abs(x) + math.log(2)
    assert -1 <= t.grad.item() <= 1


@pytest.mark.parametrize("dtype", DTYPES)
def test_bce_at_probabilities_0_and_1(dtype):
    p = tg.tensor([0.0, 1.0, 0.0, 1.0], dtype=dtype, requires_grad=True)
    loss = F.binary_cross_entropy(p, [0, 1, 1, 0], reduction="none")
    assert loss.tolist() == [0.0, 0.0, 100.0, 100.0]
    loss.sum().backward()
    assert np.isfinite(p.grad.data).all()
    assert (np.sign(p.grad.data) == [0, 0, -1, 1]).all()


@pytest.mark.parametrize("dtype", DTYPES)
def test_bce_with_eps_at_probabilities_0_and_1(dtype):
    p = tg.tensor([0.0, 1.0, 0.0, 1.0], dtype=dtype, requires_grad=True)
    loss = F.binary_cross_entropy(p, [0, 1, 1, 0], reduction="none", eps=1e-3)
    near, far = -math.log1p(-1e-3), -math.log(1e-3)
    np.testing.assert_allclose(loss.data, [near, near, far, far], rtol=1e-4)
    loss.sum().backward()
    assert p.grad.tolist() == [0.0] * 4  # beyond the edge the loss is flat
    assert loss.dtype == dtype


@given(st.floats(0, 1), st.floats(0, 1))
def test_bce_against_exact_arithmetic(p, y):
    def log(value):
        return math.log(value) if value else -100.0

    value = F.binary_cross_entropy(tg.tensor(p), tg.tensor(y)).item()
    first = max(log(p), -100.0)
    second = -100.0 if p == 1 else max(math.log1p(-p), -100.0)
    assert value == pytest.approx(-(y * first + (1 - y) * second), rel=1e-12, abs=1e-300)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("size", [1e4, 1e30])
@pytest.mark.parametrize("target", [[0, 1], [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]])
def test_cross_entropy_at_any_logit(dtype, size, target):
    x = tg.tensor([[size, 0.0, -size], [size, 0.0, -size]], dtype=dtype, requires_grad=True)
    loss = F.cross_entropy(x, target, reduction="none")
    np.testing.assert_allclose(loss.data, np.array([0.0, size], dtype), rtol=1e-6)
    loss.sum().backward()
    assert x.grad.tolist() == [[0.0, 0.0, 0.0], [1.0, -1.0, 0.0]]
    assert loss.dtype == dtype


@pytest.mark.parametrize("dtype", DTYPES)
def test_huber_of_a_large_distance(dtype):
    x = tg.tensor([1e30, -1e30], dtype=dtype, requires_grad=True)
    loss = F.huber_loss(x, [0, 0], reduction="none", delta=2.0)
    np.testing.assert_allclose(loss.data, 2e30, rtol=1e-6)
    loss.sum().backward()
    assert x.grad.tolist() == [2.0, -2.0]


@pytest.mark.parametrize("case", CASES)
def test_a_nan_prediction_gives_nan(case, rng):
    function, options, draw, _ = CASES[case]
    x, y = draw(rng)
    x.flat[0] = np.nan
    for reduction in ("mean", "sum"):
        if case == "nll":
            y[0] = 0
        assert np.isnan(function(x, y, reduction=reduction, **options).item())
    if case == "bce":
        assert np.isnan(function(x, y, eps=1e-9).item())  # type: ignore[call-arg]


# ------------------------------------------------------------------------- modules

MODULES = {
    "mse": nn.MSELoss,
    "l1": nn.L1Loss,
    "huber": nn.HuberLoss,
    "smooth l1": nn.SmoothL1Loss,
    "bce": nn.BCELoss,
    "bce with logits": nn.BCEWithLogitsLoss,
    "cross entropy": nn.CrossEntropyLoss,
    "nll": nn.NLLLoss,
}


@pytest.mark.parametrize("case", MODULES)
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_modules_call_their_functions(case, reduction, rng):
    function, options, draw, _ = CASES[case]
    module = MODULES[case](reduction=reduction, **options)
    x, y = draw(rng)
    assert module(x, y).tolist() == function(x, y, reduction=reduction, **options).tolist()
    assert f"reduction={reduction!r}" in repr(module)
    with pytest.raises(ValueError, match="'mean', 'sum' or 'none', not 'avg'"):
        MODULES[case](reduction="avg")  # type: ignore[arg-type]


def test_settings_of_loss_modules_are_shown():
    assert repr(nn.HuberLoss(delta=2.0)) == "HuberLoss(reduction='mean', delta=2.0)"
    assert repr(nn.SmoothL1Loss(beta=2.0)) == "SmoothL1Loss(reduction='mean', beta=2.0)"
    assert repr(nn.BCELoss(eps=1e-9)) == "BCELoss(reduction='mean', eps=1e-09)"
    assert repr(nn.BCELoss()) == "BCELoss(reduction='mean')"


@pytest.mark.parametrize(
    ("function", "nodes"),
    [
        (F.mse_loss, 3),
        (F.binary_cross_entropy, 2),
        (F.binary_cross_entropy_with_logits, 2),
    ],
)
def test_losses_add_few_nodes(function, nodes):
    x = tg.tensor([0.5, 0.25], requires_grad=True)
    node, found = function(x, tg.tensor([0.0, 1.0])).node, 0
    while node.op is not None:
        found += 1
        (node,) = node.parents
    assert found == nodes


def test_a_target_may_require_a_gradient():
    p, y = tg.tensor([0.3], requires_grad=True), tg.tensor([0.6], requires_grad=True)
    for function in (F.mse_loss, F.binary_cross_entropy, F.binary_cross_entropy_with_logits):
        y.grad = None
        function(p, y).backward()
        h = 1e-6
        up, down = function(p.data, y.data + h), function(p.data, y.data - h)
        assert y.grad.item() == pytest.approx((up.item() - down.item()) / (2 * h), rel=1e-6)  # type: ignore[attr-defined]
    x = tg.tensor([0.3], dtype="float32", requires_grad=True)
    F.mse_loss(x, y).backward()
    assert y.grad.dtype == np.float64
