"""The cost of a check in calls of the function: counted by the report, and bounded."""

import numpy as np
import pytest

import tinygrad_np as tg
from tinygrad_np.testing import gradcheck, gradcheck_module

wrong_sine = tg.op(
    lambda x: np.sin(x), x=lambda g, x: g * np.cos(x) * 1.0001, kind="elementwise", name="wrong"
)
SIZES = np.array([1e-6, 1e3, 1.0, -1e-3])

NASTY = {
    "kinks": (tg.relu, np.array([0.0, 1e-8, 1e-3, -1e-5])),
    "a kink near to a large number": (lambda x: tg.relu(x - 1.0 + 1e-7), np.ones(4)),
    "noise inside": (lambda x: (1e10 + tg.sin(x)) - 1e10, SIZES),
    "noise above all": (lambda x: 1e17 + tg.sin(abs(x)), SIZES),
    "noise and wrong": (lambda x: (1e10 + wrong_sine(x)) - 1e10, SIZES),
    "waves": (lambda x: tg.sin(1e4 * x), SIZES),
    "waves, kinks, an offset": (lambda x: abs(tg.sin(1e6 * x)) * x + 1e5, SIZES),
    "the edge of a domain": (lambda x: x + x**1.5, np.array([0.0, 1e-9, 1.0, 1e9])),
    "two edges": (tg.arccos, np.array([1 - 1e-9, 1e-12 - 1, 0.999, 0.0])),
    "an infinite slope": (tg.sqrt, np.array([0.0, 1e-9, 1.0, 1e9])),
    "a point alone": (lambda x: tg.where(x == 1.0, x, np.nan), np.ones(4)),
    "steps": (lambda x: tg.floor(1e5 * x) * 1e-5, SIZES),
    "wrong": (wrong_sine, SIZES),
}


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("n", [1, 12])
@pytest.mark.parametrize("name", NASTY)
def test_at_most_a_hundred_calls_per_element(name, n, dtype):
    """Including calls for gradients, side checks and rounding errors, but not for blame.

    One more compares the values with those of arrays.
    """
    f, x = NASTY[name]
    calls = 0

    def counted(x):
        nonlocal calls
        calls += 1
        return f(x)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tinygrad_np.testing.check.blame", lambda *args: None)
        report = gradcheck(counted, np.resize(x, n).astype(dtype), mode="full", raise_=False)
    assert calls <= 100 * n + 1
    assert report.evaluations < calls <= report.evaluations + 20


def test_a_report_counts_the_calls_for_the_reference():
    calls = 0

    def counted(x):
        nonlocal calls
        calls += 1
        return tg.sin(x)

    report = gradcheck(counted, SIZES)
    assert 4 * 6 < report.evaluations < calls < report.evaluations + 20


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_ten_thousand_parameters_cost_hundreds_of_calls(dtype):
    model = tg.nn.MLP([20, 100, 73, 10], activation="tanh", dtype=dtype, rng=0)
    assert sum(p.size for p in model.parameters()) > 10_000
    x = np.random.default_rng(0).normal(size=(32, 20)).astype(dtype)
    report = gradcheck_module(model, x, loss=lambda y: (y * y).mean(), mode="directions")
    assert report.evaluations < 1000
