"""The findings and inputs of `explain_nan`; finite programs raise no alarm."""

import numpy as np
import pytest

import tinygrad_np as tg

A = np.array([4.0, 0.0, -1.0])


def where_after_the_root(x):
    return np.where(x > 0, np.sqrt(x) * 2.0, 0.0).sum()


def where_after_the_logarithm(x):
    return np.where(x == 0, 0.0, np.log(x)).sum()


def test_arguments_that_are_not_floats_are_passed_on():
    def f(t, n, s, data):
        assert type(n) is int
        assert type(s) is str
        assert type(data) is np.ndarray
        return np.log(t * n)

    t = tg.tensor([0.0, 1.0], name="t")
    explanation = tg.explain_nan(f, t, 2, "word", np.arange(3))
    assert list(explanation.gradients) == ["t"]
    assert not t.requires_grad


def test_results_without_gradients():
    explanation = tg.explain_nan(lambda: tg.log(0.0))
    assert "no gradient was requested" in str(explanation)
    assert str(explanation.forward.cause).endswith("np.log(np.maximum(x, 1e-12)).")


def test_leaves_with_the_same_name_are_distinguished():
    a, b = (tg.tensor(x, requires_grad=True, name="w") for x in (1.0, 0.0))
    explanation = tg.explain_nan(lambda: np.sqrt(a) + np.sqrt(b))
    assert sorted(explanation.gradients) == ["w", "w (2)"]
    assert len(explanation.bad_gradients) == 1


def test_a_freed_graph_is_refused():
    x = tg.tensor([1.0, 2.0], requires_grad=True)
    y = np.exp(x)
    y.sum().backward()
    with pytest.raises(tg.GraphError, match="the graph is spent"):
        tg.explain_nan(lambda: y.sum())


def test_operands_of_a_list_are_named():
    x = np.array([1.0, np.nan])
    explanation = tg.explain_nan(lambda x: np.concatenate([np.ones(1), x]), x)
    assert explanation.forward.input == "arrays[1]"


def test_findings_have_the_operands_and_counts():
    x = np.array([[1.0, 0.0, 2.0], [0.0, 0.0, 1.0]])
    found = tg.explain_nan(lambda x: (np.array([[3.0], [5.0]]) / x).sum(), x).forward
    assert found.indices == ((0, 1), (1, 0), (1, 1))
    assert (found.bad, found.count, found.size) == ("Inf", 3, 6)
    assert found.operands == {"x": (3.0, 5.0, 5.0), "y": (0.0, 0.0, 0.0)}


def test_backward_indices_are_those_of_an_operand_that_broadcast():
    found = tg.explain_nan(
        lambda s, x: np.where(x > 0, np.power(s, x), 1.0), np.zeros((2, 1)), np.full((2, 3), 0.5)
    ).backward
    assert (found.op, found.input) == ("power", "x")
    assert set(found.indices) == {(0, 0), (1, 0)}
    assert found.count == 2
    assert found.operands["y"][0] == 0.5


def test_the_advice_about_where_works():
    x = np.abs(A)
    explanation = tg.explain_nan(where_after_the_root, x)
    fix = explanation.backward.cause.fix
    assert "x_safe = np.where(mask, x, 1.0), then np.where(mask, np.sqrt(x_safe), other)" in fix
    scope = {"np": np, "x": tg.tensor(x, requires_grad=True), "mask": x > 0, "other": 0.0}
    exec("x_safe = np.where(mask, x, 1.0)", scope)
    out = eval("np.where(mask, np.sqrt(x_safe), other)", scope)
    out.sum().backward()
    np.testing.assert_array_equal(scope["x"].grad.data, [0.25, 0.0, 0.5])
    other = tg.explain_nan(where_after_the_logarithm, x).backward.cause.fix
    assert "np.where(mask, 1.0, x), then np.where(mask, other, np.log(x_safe))" in other


def test_parameters_and_modules_are_named():
    model = tg.nn.Sequential(tg.nn.Linear(2, 2), tg.nn.ReLU())
    model[0].weight.data[1, 0] = np.nan
    explanation = tg.explain_nan(lambda x: model(x).sum(), np.ones((3, 2)))
    assert explanation.cause == "NaN in the inputs"
    assert explanation.forward.indices == ((1, 0),)
    assert explanation.forward.scope == "0"
    assert "0.weight[1, 0] is NaN" in str(explanation)
    assert set(explanation.gradients) == {"x", "0.weight", "0.bias"}
    assert explanation.bad_gradients == ("x",)
    assert model[0].weight.grad is None


def test_inputs_in_trees_are_named():
    def f(p, scale):
        return (p["w"][1] * scale / p["b"]).sum()

    p = {"w": [np.ones(2), np.ones(2)], "b": np.array([0.0, 1.0])}
    explanation = tg.explain_nan(f, p, 2)
    assert set(explanation.bad_gradients) == {"p['w'][1]", "p['b']"}


def test_a_value_that_leaves_the_graph_is_followed():
    def f(x):
        y = np.log(x)
        return np.exp(tg.tensor(y.data)).sum() * 0.0 + tg.tensor(float(y.sum()))

    explanation = tg.explain_nan(f, np.array([0.0, 1.0]))
    assert (explanation.cause, explanation.forward.op) == ("log of 0", "log")


def test_a_function_that_calls_backward():
    x = tg.tensor([4.0, 0.0], requires_grad=True)

    def step():
        loss = np.sqrt(x).sum()
        loss.backward()
        return loss

    explanation = tg.explain_nan(step)
    assert (explanation.cause, explanation.backward.indices) == ("root of 0", ((1,),))


def test_a_bad_value_off_the_path_is_not_the_cause():
    def f(x):
        np.log(x * 0.0)
        return np.sqrt(-x)

    assert tg.explain_nan(f, np.ones(2)).forward.op == "sqrt"


def test_a_bad_slope_without_effect_is_not_the_cause():
    def f(x):
        angle = np.arccos(x)
        undone = np.sqrt(np.where(x > 10.0, x, 0.0))  # newer, so the backward pass reaches it first
        return undone.sum() + angle.sum()

    found = tg.explain_nan(f, np.array([0.5, 1.0])).backward
    assert (found.op, found.indices) == ("arccos", ((1,),))


def test_a_result_that_is_an_input():
    explanation = tg.explain_nan(lambda x: x, np.array([1.0, np.nan]))
    assert explanation.cause == "NaN in the inputs"
    assert "x is NaN" in str(explanation)


def test_a_ufunc_and_numbers():
    explanation = tg.explain_nan(np.log, -1.0)
    assert explanation.cause == "log of a negative number"
    assert explanation.forward.indices == ((),)
    assert explanation.forward.operands == {"x": (-1.0,)}


def test_a_gradient_inside_the_function():
    def f(x):
        slope = tg.grad(lambda x: np.where(x > 0, np.sqrt(x), 0.0).sum())(x)
        return (slope * x).sum()

    found = tg.explain_nan(f, np.abs(A))
    assert (found.backward.op, found.backward.cause.name) == ("sqrt", "0 x inf in a where")
    assert found.forward.bad == "NaN"
    assert tg.explain_nan(lambda x: (tg.grad(lambda x: (x**3).sum())(x) * x).sum(), A).ok


def test_a_sum_of_contributions_that_overflows():
    big = np.float32(3e38)
    found = tg.explain_nan(
        lambda x: (x * big).sum() * 0.5 + (x * big).sum() - 1e38, np.zeros(2, "f4")
    )
    assert (found.forward, found.backward) == (None, None)
    assert found.bad_gradients == ("x",)
    assert not found.ok
    assert "their sum overflows" in str(found)


def test_an_unknown_cause_is_described():
    broken = tg.op(lambda x: x * 1.0, x=lambda g: g * np.inf, name="broken")
    found = tg.explain_nan(broken, 1.0).backward
    assert (found.op, found.cause.name) == ("broken", "infinite slope")
    wrong = tg.op(lambda x: x * np.nan, x=lambda g: g, name="wrong")
    assert tg.explain_nan(wrong, 1.0).forward.cause.name == "outside its domain"


def test_complex_numbers():
    explanation = tg.explain_nan(lambda z: (1.0 / z).real, np.array([1.0 + 1.0j, 0.0j]))
    assert (explanation.forward.op, explanation.forward.indices) == ("divide", ((1,),))


FINITE = {
    "where with a safe argument": lambda x: np.where(
        x > 0, np.log(np.where(x > 0, x, 1.0)), 0.0
    ).sum(),
    "attention mask": lambda x: tg.softmax(np.where([True, False, True], x, -np.inf)).sum(),
    "largest with a start": lambda x: np.max(x, initial=-np.inf),
    "clip on one side": lambda x: np.clip(x, 0.0, None).sum(),
    "an infinite slope before a branch not taken": lambda x: np.sqrt(
        np.where(x > 10.0, x, 0.0)
    ).sum(),
    "nan functions": lambda x: np.nansum(np.where(x > 0, x, np.nan)),
    "linalg.norm at 0": lambda x: np.linalg.norm(x * 0.0),
    "integers": lambda x: np.argmax(x),
    "no tensor": lambda x: 3,
}


@pytest.mark.parametrize("name", FINITE)
def test_finite_programs_raise_no_alarm(name):
    explanation = tg.explain_nan(FINITE[name], A)
    assert explanation.ok, explanation
    assert (explanation.forward, explanation.backward, explanation.cause) == (None, None, "")
    assert "are finite" in str(explanation)


def test_a_model_raises_no_alarm(rng):
    model = tg.nn.Sequential(tg.nn.Linear(4, 8), tg.nn.GELU(), tg.nn.Linear(8, 3))
    loss = tg.nn.CrossEntropyLoss()
    labels = np.array([0, 1, 2, 0, 1])
    explanation = tg.explain_nan(lambda x: loss(model(x), labels), rng.normal(size=(5, 4)))
    assert explanation.ok
    assert len(explanation.gradients) == 5


def test_errors_propagate():
    with pytest.raises(ValueError, match="inner sizes"):
        tg.explain_nan(lambda x: x @ np.ones(5), A)


def test_a_masked_root_names_numpys_idiom():
    def masked(x):
        return np.where(x > 0, np.sqrt(x), 0.0).sum()

    with np.errstate(invalid="ignore", divide="ignore"):
        told = str(tg.explain_nan(masked, np.array([0.0, 1.0])))
        assert "np.sqrt(x, out=np.zeros_like(x), where=mask)" in told

        def mended(x):
            return np.sqrt(x, out=np.zeros_like(x), where=x > 0).sum()

        assert tg.grad(mended)(np.array([0.0, 1.0])).tolist() == [0.0, 0.5]
