"""gradcheck distinguishes right gradients from wrong ones, and names the wrong elements."""

import pickle
from collections import Counter
from typing import Any

import numpy as np
import pytest

import tinygrad_np as tg
from tinygrad_np.engine.declarations import declare, elementwise
from tinygrad_np.testing import (
    GradcheckError,
    WeakGradcheckWarning,
    gradcheck,
    numeric_gradient,
)


def normal(*shape, seed=0, dtype=float):
    return np.random.default_rng(seed).normal(size=shape).astype(dtype)


def verdicts(report):
    return Counter(finding.verdict for finding in report.findings)


# ------------------------------------------------------------ right gradients

RIGHT: dict[str, Any] = {
    "matmul": (lambda x, w: tg.tanh(x @ w), normal(3, 4), normal(4, 2)),
    "softmax": (tg.softmax, normal(3, 4)),
    "broadcast": (lambda x, b: x * b + b, normal(3, 4), normal(4)),
    "0-d": (lambda x: tg.exp(x) * x, 0.5),
    "large": (lambda x: tg.sin(x / 1e6) * 1e6, 1e6 * normal(5)),
    "small": (lambda x: 1e-6 * tg.sin(x), normal(5)),
    "tiny": (lambda x: 1e-200 * tg.sin(x), normal(5)),
    "small input": (lambda x: tg.log(x), np.abs(1e-9 * normal(5))),
    "small next to large": (lambda x: tg.log(x).sum(), np.array([1e-12, 1.0, 1e9])),
    "large input": (tg.sin, np.array([1e8])),
    "very large input": (tg.sin, np.array([1e11])),
    "noise inside": (lambda x: (1e6 + tg.sin(x)) - 1e6, normal(20)),
    "next to a large result": (
        lambda x: tg.concatenate([tg.exp(x[:1]) * 1e10, 1e-6 * tg.sin(x[1:])]),
        normal(3),
    ),
    "on an offset": (lambda x: 1e8 + tg.sin(x), normal(5)),
    "oscillating": (lambda x: tg.sin(1000.0 * x), normal(10)),
    "near the edge of the domain": (tg.arccos, np.array([1 - 1e-7, -1 + 1e-6, 0.3])),
    "of no effect": (lambda x, y: tg.exp(x) + 0.0 * y, normal(2), normal(2)),
    "constant": (lambda x: tg.floor(x) + tg.tensor([1.0]), normal(4)),
    "masked": (lambda x: tg.where(x > 0, tg.log(tg.maximum(x, 0.1)), 0.0), normal(8)),
}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", RIGHT)
def test_right_gradients_pass(name, dtype):
    f, *inputs = RIGHT[name]
    report = gradcheck(f, *(np.asarray(x).astype(dtype) for x in inputs))
    assert report
    assert len(report.findings) == sum(np.size(x) for x in inputs)
    assert verdicts(report)["ok"] == len(report.findings)


@pytest.mark.parametrize("dtype", ["float16", "longdouble"])
def test_other_precisions(dtype):
    assert verdicts(gradcheck(lambda x: tg.tanh(x) * x, normal(6, dtype=dtype))) == {"ok": 6}


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (tg.relu, [0.0, 0.0, 2.0, -3.0]),
        (tg.absolute, [0.0, 1e-9, -1e-12]),
        (tg.max, [1.0, 1.0, 1.0]),
        (tg.relu, [1e-3, 1e-5, 1e-7, 1e-9, 1e-12, -1e-8]),
        (lambda x: tg.clip(x, 0.0, 1.0), [0.0, 1.0, 0.5]),
        (lambda x: tg.concatenate([tg.relu(x), tg.relu(-x)]), [0.0, 1.0]),
        (lambda x: tg.maximum(x, -x) * tg.exp(x), [0.0]),
    ],
)
def test_gradients_at_and_near_kinks_pass(f, x):
    assert gradcheck(f, np.array(x))


def test_a_point_very_near_the_edge_of_the_domain():
    assert verdicts(gradcheck(tg.arccos, np.array([1 - 1e-9]))) == {"ok": 1}


def test_a_slope_that_vanishes_passes():
    assert gradcheck(lambda x: x**3, np.zeros(3))
    assert gradcheck(lambda x: tg.softmax(x).sum(), normal(5))


def test_a_value_dependent_shape_is_judged_where_it_is_constant():
    assert verdicts(gradcheck(lambda x: x[x > 0.1] ** 2, normal(6))) == {"ok": 6}
    with pytest.raises(GradcheckError):
        gradcheck(lambda x: x[x > 0.1].detach() * x[x > 0.1], normal(6))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_function_that_raises_outside_its_domain_is_judged_from_inside(dtype):
    def f(x):
        if x.data.max() > 1.0:
            raise ValueError("more than one")
        return x**2

    assert verdicts(gradcheck(f, np.array([1.0, 0.5], dtype))) == {"ok": 2}
    with pytest.raises(ValueError, match="more than one"):
        gradcheck(f, np.array([2.0], dtype))
    wrong_f = lambda x: f(x) * 0.5 + f(x).detach() * 0.5  # noqa: E731  # a formula
    with pytest.raises(GradcheckError):
        gradcheck(wrong_f, np.array([1.0, 0.5], dtype))


def test_a_kink_is_reported():
    report = gradcheck(tg.relu, np.array([0.0, 1.0]))
    assert [finding.verdict for finding in report.findings] == ["kink-ok", "ok"]
    slopes = report.findings[0].slopes
    assert slopes is not None
    assert min(map(abs, slopes)) == 0
    assert str(report) == "gradcheck of relu: 2 gradient elements are right, 1 at a kink"


def test_no_false_alarm_in_thousands():
    functions = [
        tg.tanh, tg.exp, tg.softmax, tg.log_softmax, tg.relu, tg.absolute, tg.gelu, tg.max,
        tg.logsumexp, tg.var, tg.prod, lambda x: 1 / x, lambda x: tg.sqrt((x * x).sum()),
        lambda x: tg.log(tg.absolute(x)), lambda x: tg.sin(300.0 * x),
    ]  # fmt: skip
    count = Counter()
    for f in functions:
        for seed in range(5):
            for dtype in ("float32", "float64"):
                x = normal(2, 4, seed=seed, dtype=dtype)
                count += verdicts(gradcheck(f, x, seed=seed, raise_=False))
    assert count == {"ok": 15 * 5 * 2 * 8}


def test_a_noisy_reference_is_not_reported_as_ok():
    noisy = lambda x: 1e17 + tg.sin(abs(x))  # noqa: E731  # not analytic
    with pytest.warns(WeakGradcheckWarning, match="3 too noisy to judge"):
        report = gradcheck(noisy, normal(3))
    assert report
    assert verdicts(report) == {"weak": 3}
    assert len(report.weak) == 3
    assert "3 too noisy to judge" in str(report)


# ------------------------------------------------------------ wrong gradients


def wrong(rule, forward=lambda x: x * x, **rules):
    """Declare an op with a gradient rule that may be wrong."""
    return elementwise(forward, name="wrong", x=rule, **rules)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(
    "rule",
    [
        lambda g, x: -g * (x * 2.0),
        lambda g, x: g * (x * 4.0),
        lambda g, x: g * (x * 2.0) * 1.00001,
        lambda g, x: g * x,
        lambda g, x: x * 2.0,
        lambda g, x: g * (x * 2.0 + 1e-4),
        lambda g, x: g * 0.0,
        lambda g: None,
        lambda g, x: np.where(g > 0, g, 0.0) * (x * 2.0),
    ],
    ids=["sign", "factor 2", "1e-5 off", "half", "no g", "offset", "zero", "none", "half the g"],
)
@pytest.mark.parametrize("scale", [1.0, 1e-6, 1e-150, 1e6])
def test_a_wrong_rule_fails(rule, dtype, scale):
    f = wrong(rule)
    with pytest.raises(GradcheckError, match=r"input 0 \(x\)\[\d"):
        gradcheck(lambda x: f(x) * scale, normal(2, 4, dtype=dtype))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_sign_flipped_at_a_small_scale_fails(dtype):
    f = wrong(lambda g, x: -g * (x * 2.0))
    report = gradcheck(f, 1e-6 * normal(5, dtype=dtype), raise_=False)
    assert verdicts(report) == {"FAIL": 5}


def test_a_gradient_right_in_float64_and_one_percent_off_in_float32_fails():
    f = wrong(lambda g, x: g * (x * 2.0) * (1.01 if x.dtype == np.float32 else 1.0))
    assert gradcheck(f, normal(5))
    report = gradcheck(f, normal(5, dtype="float32"), raise_=False)
    assert verdicts(report) == {"FAIL": 5}
    assert all(finding.dtype == "float32" for finding in report.failures)
    assert str(report).count(", float32") == 5


def test_one_lost_element_in_a_thousand_is_found_and_named():
    def drop(g, x):
        c = g * (x * 2.0)
        c[17, 4] = 0.0
        return c

    report = gradcheck(wrong(drop), normal(100, 10), raise_=False)
    assert [finding.index for finding in report.failures] == [(17, 4)]
    assert "1 of 1000 gradient elements are wrong" in str(report)
    assert "input 0 (x)[17, 4]: analytic 0, numeric" in str(report)


def test_a_missing_sum_fails():
    """The gradient of a bias is taken from one row only."""

    @declare(x=lambda g: g, bias=lambda g: g[0])
    def _add_bias(x, bias):
        return x + bias

    with pytest.raises(GradcheckError, match=r"3 of 15 .*\n  input 1 \(bias\)\[\d\]"):
        gradcheck(lambda x, bias: _add_bias(x, bias), normal(4, 3), normal(3))


@pytest.mark.slow
def test_a_doubled_mean_of_many_fails():
    @declare(x=lambda g, x: np.broadcast_to(g * (2.0 / x.size), x.shape))
    def _wrong_mean(x):
        return np.mean(x)

    report = gradcheck(_wrong_mean, normal(1000), raise_=False, mode="full")
    assert verdicts(report) == {"FAIL": 1000}
    assert all(f.analytic == pytest.approx(2.0 * f.numeric) for f in report.findings)
    report = gradcheck(_wrong_mean, normal(10_000), raise_=False)
    assert set(verdicts(report)) == {"FAIL"}


def test_the_smaller_of_two_paths_ten_percent_off_fails():
    f = wrong(lambda g, x: g * (x * 2.0) * 1.1)
    report = gradcheck(lambda x: tg.exp(x) + 1e-3 * f(x), normal(4), raise_=False)
    assert verdicts(report) == {"FAIL": 4}


def test_a_slope_outside_the_range_at_a_kink_fails():
    f = wrong(lambda g, x: g * np.where(x == 0, 1.5, x > 0), lambda x: np.maximum(x, 0))
    report = gradcheck(f, np.array([0.0, 1.0]), raise_=False)
    assert [finding.verdict for finding in report.findings] == ["FAIL", "ok"]
    assert "one-sided slopes" in str(report)


def test_a_path_cut_by_detach_fails():
    with pytest.raises(GradcheckError):
        gradcheck(lambda x: x * x.detach(), normal(3))
    with pytest.raises(GradcheckError, match="analytic 0,"):
        gradcheck(lambda x: (x * 2.0).detach(), normal(3))


def test_a_softmax_without_its_sum_fails():
    """The sum of the results would hide the error."""

    @declare(x=lambda g, out: g * out)
    def _wrong_softmax(x):
        e = np.exp(x)
        return e / e.sum(axis=-1, keepdims=True)

    with pytest.raises(GradcheckError, match="4 of 4") as caught:
        gradcheck(_wrong_softmax, normal(4))
    findings = caught.value.report.findings
    off = np.array([finding.analytic - finding.numeric for finding in findings])
    share = off / tg.softmax(normal(4)).data
    np.testing.assert_allclose(share, share[0], rtol=1e-6)  # the missing sum


def test_a_wrong_second_derivative_passes_the_first_order_and_fails_the_second():
    # Right on arrays; on Tensors the derivative is cut off from x.
    f = wrong(lambda g, x: g * (x.detach() if isinstance(x, tg.Tensor) else x) * 2.0)
    assert gradcheck(f, normal(3))
    with pytest.raises(GradcheckError, match=r"3 of 11 .*\n  second order, input 0"):
        gradcheck(lambda x, y: f(x) * y.sum(), normal(3), 1.0, order=2)


@pytest.mark.parametrize("f", [tg.tanh, tg.softmax, lambda x: (x**3).sum(), lambda x: 2.0 * x])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_right_second_derivatives_pass(f, dtype):
    report = gradcheck(f, normal(2, 3, dtype=dtype), order=2)
    assert [finding.order for finding in report.findings][:7] == [1] * 6 + [2]


# ------------------------------------------------------------- other failures


def test_nan_and_infinity_are_named():
    with pytest.raises(GradcheckError, match=r"\[1\]: analytic -?inf"):
        gradcheck(tg.sqrt, np.array([1.0, 0.0]))
    with pytest.raises(GradcheckError, match=r"\[2\]: analytic nan"):
        gradcheck(wrong(lambda g, x: g * np.where(x == 2, np.nan, x * 2)), np.arange(3.0))
    with pytest.raises(GradcheckError, match=r"its result is nan at \[0, 1\]"):
        gradcheck(tg.log, np.array([[1.0, -1.0]]))
    with pytest.raises(GradcheckError, match=r"its result 1 is inf\nat fault: divide, called at"):
        gradcheck(lambda x: (x, 1 / x), 0.0)


def test_a_random_function_is_refused():
    rng = np.random.default_rng(0)
    with pytest.raises(GradcheckError, match="different values for the same inputs"):
        gradcheck(lambda x: x * rng.normal(), normal(3))


def test_a_function_may_write_to_its_inputs():
    def f(x):
        y = x * 2.0
        x[0] = y[1] * y[2]
        x *= 3.0
        return y, x

    x = normal(3)
    before = x.copy()
    assert gradcheck(f, x, order=2)
    np.testing.assert_array_equal(x, before)


def test_values_that_differ_from_those_of_arrays_are_a_fault():
    def lost(x):
        buffer = np.zeros(2) if isinstance(x, np.ndarray) else tg.zeros(2)
        buffer[0] = x[0]
        if isinstance(x, np.ndarray):
            buffer[1] = 5.0
        return x * buffer.sum()

    with pytest.raises(GradcheckError, match=r"the value\[0\] differs from NumPy's: 1, and 6 when"):
        gradcheck(lost, np.array([1.0, 2.0]))
    report = gradcheck(
        lambda x: x.sum() * np.ones(3 - isinstance(x, np.ndarray)), normal(3), raise_=False
    )
    assert "differs from NumPy's: shape (3,), and (2,) for arrays" in str(report)
    assert gradcheck(lambda x: tg.sum(x * 2.0), normal(3))
    assert gradcheck(lambda x: (x * 2.0).clone().sum(), normal(3))  # takes Tensors only


def test_inputs_of_other_libraries():
    class Series:
        def __array__(self, dtype=None, copy=None):
            return np.array([1.0, 2.0])

    report = gradcheck(lambda x: np.sin(tg.asarray(x)), Series())
    assert len(report.findings) > 1
    with pytest.raises(tg.DTypeError, match=r"mask.*filled"):
        gradcheck(lambda x: x * 2.0, np.ma.masked_array([1.0, 2.0], [True, False]))


def test_a_gradient_of_another_shape_or_dtype_is_refused(monkeypatch):
    import tinygrad_np.testing.analysis as analysis

    right = analysis.gradients

    def bent(bend):
        def gradients(*args, **kwargs):
            return [tg.tensor(bend(g.data)) for g in right(*args, **kwargs)]

        monkeypatch.setattr(analysis, "gradients", gradients)

    bent(lambda g: g[:2])
    with pytest.raises(GradcheckError, match=r"input 0 \(x\) has shape \(2,\); the input has \(3,"):
        gradcheck(tg.exp, normal(3))
    bent(lambda g: g.astype("float32"))
    with pytest.raises(GradcheckError, match="has dtype float32; the input has float64"):
        gradcheck(tg.exp, normal(3))


# -------------------------------------------------------------------- inputs


def test_inputs_of_all_kinds():
    def f(x, params, scale, index, axis, nothing):
        assert nothing is None
        assert params["none"] is None
        assert isinstance(params["w"][0], tg.Tensor)
        y = (x @ params["w"][0] + params["w"][1]) * params["b"] * scale
        return {"y": y.sum(axis=axis), "n": (y[index], y > 0)}

    weights = {
        "w": [normal(3, 2), tg.tensor([1.0, 2.0], name="shift")],
        "none": None,
        "b": np.float32(2.0),
    }
    report = gradcheck(f, normal(2, 3), weights, 1.5, np.array([0, 0, 1]), 0, None)
    assert list(dict.fromkeys(finding.input for finding in report.findings)) == [
        "input 0 (x)",
        "input 1 (params['w'][0])",
        "input 1 (params['w'][1], named 'shift')",
        "input 1 (params['b'])",
        "input 2 (scale)",
    ]


def test_inputs_without_names_are_named_by_position():
    report = gradcheck(lambda *xs: xs[0] * xs[1], 1.0, 2.0)
    assert [finding.input for finding in report.findings] == ["input 0 (xs[0])", "input 1 (xs[1])"]
    report = gradcheck(max, [1.0, 2.0])  # a C function without named parameters
    assert [finding.input for finding in report.findings] == ["input 0 ([0])", "input 0 ([1])"]
    report = gradcheck(np.multiply, 1.0, 2.0)
    assert [finding.input.split()[:2] for finding in report.findings] == [
        ["input", "0"],
        ["input", "1"],
    ]


def test_inputs_are_unchanged():
    array, tensor = normal(3), tg.tensor([1.0, 2.0, 3.0], requires_grad=True)
    before, node = array.copy(), tensor.node
    with tg.no_grad():
        assert gradcheck(lambda x, y: x * y, array, tensor, order=2)
        assert not tg.is_grad_enabled()
    np.testing.assert_array_equal(array, before)
    np.testing.assert_array_equal(tensor.data, [1.0, 2.0, 3.0])
    assert tensor.node is node
    assert tensor.grad is None


def test_memory_layouts():
    x = normal(4, 6)
    assert gradcheck(lambda x, y: x @ y, x.T[::2], np.asfortranarray(x[:, :3]))
    assert gradcheck(lambda x: x * 2.0, np.broadcast_to(np.ones(3), (2, 3)))
    assert gradcheck(tg.sin, np.zeros((0, 3))).findings == ()


def test_the_global_random_state_is_left_alone():
    state = np.random.get_state()[1].copy()  # type: ignore[index]  # noqa: NPY002  # the state that other code uses
    gradcheck(tg.sin, normal(3))
    np.testing.assert_array_equal(np.random.get_state()[1], state)  # type: ignore[index]  # noqa: NPY002  # the global state


def test_results_depend_only_on_the_seed():
    reports = [gradcheck(tg.sin, normal(3), seed=seed) for seed in (1, 1, 2)]
    assert reports[0] == reports[1] != reports[2]


@pytest.mark.parametrize(
    ("f", "x", "message"),
    [
        (tg.sin, 2, "nothing to check"),
        (lambda x: x > 0, 1.0, "no floating-point Tensor"),
        (lambda x: x.data, 1.0, "returned ndarray, not a Tensor"),
        (lambda x: {"a": x, "b": [x, 3.0]}, 1.0, r"float at \['b'\]\[1\]"),
    ],
)
def test_unsuitable_functions_are_refused_with_a_reason(f, x, message):
    with pytest.raises(TypeError, match=message):
        gradcheck(f, x)


@pytest.mark.parametrize("wrong", [{"order": 3}, {"mode": "fast"}, {"kinks": "ignore"}])
def test_unknown_options_are_refused(wrong):
    ((name, value),) = wrong.items()
    with pytest.raises(ValueError, match=f"{name} is .* not {value!r}"):
        gradcheck(tg.sin, 1.0, **wrong)


# -------------------------------------------------------------------- reports


def test_the_message_lists_the_worst_few():
    f = wrong(lambda g, x: g * (x * 2.0) * (1.0 + x / 100.0))
    with pytest.raises(AssertionError) as caught:
        gradcheck(f, np.arange(1.0, 11.0))
    error = caught.value
    assert isinstance(error, GradcheckError)
    first, *rest, _, _, _, again = str(error).splitlines()
    assert first == (
        "gradcheck of wrong: 10 of 10 gradient elements are wrong, with results weighted at "
        "random; the worst 5:"
    )
    assert [line.split(":")[0] for line in rest] == [f"  input 0 (x)[{i}]" for i in (9, 8, 7, 6, 5)]
    for words in ("analytic", "numeric", "±", "relative error 0.091", "step"):
        assert words in rest[0]
    assert len(error.report.failures) == 10
    assert again.startswith("to reproduce: gradcheck(wrong, np.array([1.0, 2.0,")


def test_raise_can_be_switched_off():
    report = gradcheck(wrong(lambda g: g), normal(3), raise_=False)
    assert not report
    assert not report.ok


def test_an_error_can_be_pickled():
    error = GradcheckError(gradcheck(wrong(lambda g: g), normal(3), raise_=False))
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error)
    assert again.report == error.report


def test_rtol_is_the_tolerance():
    f = wrong(lambda g, x: g * (x * 2.0) * 1.001)
    assert not gradcheck(f, normal(3), rtol=0.9e-3, raise_=False)
    assert gradcheck(f, normal(3), rtol=1.1e-3)


def test_the_work_grows_with_the_elements():
    calls = 0

    def f(x):
        nonlocal calls
        calls += 1
        return tg.tanh(x).sum()

    counts = []
    for n in (10, 100):
        calls = 0
        gradcheck(f, normal(n))
        counts.append(calls)
    assert counts[1] < 11 * counts[0]
    assert counts[1] < 20 * 100


def test_numeric_gradient():
    found = numeric_gradient(lambda x, n, y: (x**n).sum() * y, np.array([1.0, 3.0]), 2, 5.0)
    assert len(found) == 2
    np.testing.assert_allclose(found[0], [10.0, 30.0], rtol=1e-9)
    np.testing.assert_allclose(found[1], 10.0, rtol=1e-9)
    with pytest.raises(ValueError, match="result has 3 elements"):
        numeric_gradient(tg.sin, normal(3))
