"""Further requirements on gradients: equal in both modes, linear, reproducible, any layout."""

import numpy as np
import pytest

import tinygrad_np as tg
from tinygrad_np.testing import GradcheckError, gradcheck


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


@pytest.mark.parametrize("n", [8, 10_000])
def test_a_forward_mode_that_is_not_the_transpose_of_reverse_mode_fails(n):
    """The op is declared elementwise, so its rule is also used as jvp, which is wrong."""
    f = tg.op(
        lambda x: x + 0.05 * np.roll(x, 1),
        x=lambda g: g + 0.05 * np.roll(g, -1),
        kind="elementwise",
        name="smear",
    )
    with pytest.raises(GradcheckError, match="forward mode") as caught:
        gradcheck(f, normal(n))
    assert {finding.mode for finding in caught.value.report.failures} == {"forward"}
    assert caught.value.report.blame.op == "smear"
    assert "the forward pass is not" in caught.value.report.blame.pattern


def test_a_rule_that_is_not_linear_fails():
    f = tg.op(lambda x: x * 2.0, x=lambda g: 2.0 * np.maximum(g, -1.0), name="f")
    with pytest.raises(GradcheckError, match=r"input 0 \(x\) is not linear in the cotangent"):
        gradcheck(f, np.array([1.0]), seed=3)


def test_a_rule_with_state_is_not_reproducible():
    calls = []

    def rule(g):
        calls.append(1)
        return 2.0 * g * (1.0 + 1e-15 * len(calls))

    with pytest.raises(GradcheckError, match="a second backward pass differs"):
        gradcheck(tg.op(lambda x: x * 2.0, x=rule, name="f"), normal(3))


def test_a_run_that_changes_the_next_gradient_is_not_reproducible():
    runs = []

    def f(x):
        runs.append(1)
        n = len(runs)
        double = tg.op(lambda x: x * 2.0, x=lambda g: 2.0 * g * (1.0 + 1e-15 * n), name="f")
        return double(x)

    with pytest.raises(GradcheckError, match="a second run differs"):
        gradcheck(f, normal(3))


def test_a_rule_that_depends_on_the_memory_layout_fails():
    def rule(g, x):
        return g * 2.0 if not isinstance(x, np.ndarray) or x.flags.c_contiguous else g

    f = tg.op(lambda x: x * 2.0, x=rule, name="f")
    with pytest.raises(GradcheckError, match="depends on the memory layout"):
        gradcheck(f, normal(3, 2))


def test_a_tensor_passed_twice_is_one_input():
    x = tg.tensor([1.0, 2.0])
    report = gradcheck(lambda x, y: x * y, x, x)
    assert [finding.input for finding in report.findings] == ["input 0 (x)"] * 2
    assert sum(finding.elements for finding in report.findings) == 2
    apart = gradcheck(lambda x, y: x * y, x.data, x.data)
    assert sum(finding.elements for finding in apart.findings) == 4


@pytest.mark.parametrize(
    "f",
    [
        lambda z: z * z,
        lambda z: tg.exp(z) * (2.0 + 1.0j),
        lambda z: abs(z),
        lambda z: (np.conj(z) * z).real,
        lambda z: np.fft.fft(z),
        lambda z: np.linalg.inv(z[:4].reshape(2, 2)),
    ],
)
def test_complex_inputs_and_results(f):
    report = gradcheck(f, normal(5) + 1j * normal(5, seed=1))
    assert [finding.input for finding in report.findings] == [
        *["the real part of input 0 (z)"] * 5,
        *["the imaginary part of input 0 (z)"] * 5,
    ]


def test_a_missing_conjugate_fails():
    f = tg.op(lambda z: z * z, z=lambda g, z: g * z * 2.0, holomorphic=False, name="square")
    with pytest.raises(GradcheckError) as caught:
        gradcheck(lambda z: f(z).real, normal(3) + 1j * normal(3, seed=1))
    wrong = {finding.input for finding in caught.value.report.failures}
    assert wrong == {"the imaginary part of input 0 (z)"}


@pytest.mark.parametrize(("kinks", "verdict"), [("error", "FAIL"), ("skip", "skipped")])
def test_kinks_can_be_errors_or_skipped(kinks, verdict):
    report = gradcheck(tg.relu, np.array([0.0, 1.0]), kinks=kinks, raise_=False)
    assert [finding.verdict for finding in report.findings] == [verdict, "ok"]
    assert bool(report) == (kinks == "skip")


def test_skipped_kinks_may_have_any_slope():
    f = tg.op(lambda x: np.maximum(x, 0), x=lambda g, x: g * np.where(x == 0, 1.5, x > 0), name="f")
    assert gradcheck(f, np.array([0.0, 1.0]), kinks="skip")
    with pytest.raises(GradcheckError):
        gradcheck(f, np.array([0.0, 1.0]))


def test_a_rule_that_drops_the_cotangents_graph_fails_the_second_order():
    """The rule is right, but it has no derivative with respect to the cotangent."""

    def rule(g, x):
        return (g.detach() if isinstance(g, tg.Tensor) else g) * np.cos(x)

    f = tg.op(lambda x: np.sin(x), x=rule, name="f", kind="elementwise")
    assert gradcheck(f, normal(3))
    with pytest.raises(GradcheckError, match="second order, the cotangent"):
        gradcheck(f, normal(3), order=2)
