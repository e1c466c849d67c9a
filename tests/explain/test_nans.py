"""`explain_nan` finds what made each planted NaN: cause, op, element, operands and line."""

import numpy as np
import pytest

import tinygrad_np as tg

PLANTED = []


def planted(cause, phase, op, index, *args, tainted=None):
    """Enter a function with a bad value: its line ends with a mark, the others are innocent."""

    def enter(f):
        PLANTED.append(pytest.param(f, args, cause, phase, op, index, tainted, id=f.__name__))
        return f

    return enter


A = np.array([4.0, 0.0, -1.0])


@planted("log of 0", "forward", "log", (1,), np.abs(A), tainted=["multiply", "sum"])
def log_of_0(x):
    y = x * 2.0
    z = np.log(y)  # bad
    return (z * 3.0).sum()


@planted("log of a negative number", "forward", "log2", (2,), A + 0.5)
def log_of_a_negative_number(x):
    return np.log2(x).mean()  # bad


@planted("division by 0", "forward", "divide", (0, 1), np.ones((2, 3)), A)
def division_by_0(x, y):
    return x / y  # bad


@planted("0 / 0", "forward", "divide", (1,), A)
def normalised(x):
    norm = np.abs(x)
    return x / norm  # bad


@planted("overflow of exp", "forward", "exp", (0,), A, tainted=["absolute", "sum", "divide", "sum"])
def softmax_by_hand(x):
    e = np.exp(x * 1000.0)  # bad
    return (e / np.abs(e).sum()).sum()


@planted("inf - inf", "forward", "subtract", (0,), np.array([1.0, 2.0]))
def difference_of_infinities(x):
    far = x * np.array([np.inf, 1.0])
    return far - np.array([np.inf, 1.0])  # bad


@planted("0 x inf", "forward", "multiply", (1,), np.array([1.0, 0.0]))
def mask_of_an_infinity(x):
    return (x * np.inf).sum()  # bad


@planted("0 to a negative power", "forward", "power_of_number", (1,), A)
def inverse_square(x):
    return x**-2.0  # bad


@planted("a negative number to a fractional power", "forward", "power_of_number", (2,), A)
def fractional_power(x):
    return x**1.5  # bad


@planted("root of a negative number", "forward", "sqrt", (2,), A)
def root_of_a_negative_number(x):
    return np.sqrt(x).sum()  # bad


@planted("arccos outside its domain", "forward", "arccos", (0,), A)
def angle_of_a_long_vector(x):
    return np.arccos(x)  # bad


@planted("log of a rounded probability", "forward", "log", (0,), np.array([-800.0, 0.0]))
def cross_entropy_by_hand(x):
    p = tg.sigmoid(x)
    return -np.log(p).mean()  # bad


@planted("log of a rounded probability", "forward", "log", (1,), np.array([0.0, 800.0]))
def cross_entropy_of_the_other_class(x):
    p = tg.sigmoid(x)
    return -np.log(1 - p).mean()  # bad


@planted("overflow", "forward", "square", (0,), np.array([1e30, 1.0], np.float32))
def square_in_float32(x):
    return (x**2).sum()  # bad


@planted("softmax of -inf alone", "forward", "softmax", (1, 0), np.ones((2, 2)))
def attention_with_an_empty_row(x):
    masked = np.where([[True, False], [False, False]], x, -np.inf)
    return tg.softmax(masked).sum()  # bad


@planted("nothing to reduce", "forward", "mean", (), A)
def mean_of_nothing(x):
    return x[x > 10.0].mean()  # bad


@planted("NaN in the inputs", "forward", "multiply", (2,), np.array([1.0, 2.0, np.nan]))
def missing_data(x):
    return (x * 2.0).sum()  # bad


@planted("NaN in a constant", "forward", "add", (1,), A)
def constant_nan(x):
    y = x * 2.0
    return y + np.array([0.0, np.nan, 0.0])  # bad


@planted("Inf in a constant", "forward", "add", (), A)
def constant_infinity(x):
    return x + np.inf  # bad


@planted("root of 0", "backward", "sqrt", (1,), np.abs(A))
def root_of_0(x):
    return np.sqrt(x).sum()  # bad


@planted("norm at 0", "backward", "sqrt", (), np.zeros(3), tainted=["sum", "square"])
def norm_by_hand(x):
    return np.sqrt((x**2).sum())  # bad


@planted("std of constants", "backward", "sqrt", (), np.ones(3))
def spread_of_constants(x):
    return np.std(x) * 2.0  # bad


@planted("slope of arccos at 1", "backward", "arccos", (0,), np.array([1.0, 0.5]))
def angle_of_parallel_vectors(x):
    return np.arccos(x).sum()  # bad


@planted("infinite slope of a power at 0", "backward", "power_of_number", (1,), np.abs(A))
def root_as_a_power(x):
    return (x**0.5).sum()  # bad


@planted("0 x inf in a where", "backward", "sqrt", (1,), np.abs(A))
def where_after_the_root(x):
    root = np.sqrt(x)  # bad
    return np.where(x > 0, root * 2.0, 0.0).sum()


@planted("0 x inf in a where", "backward", "log", (1,), np.abs(A))
def where_after_the_logarithm(x):
    y = np.log(x)  # bad
    return np.where(x == 0, 0.0, y).sum()


@planted("0 x inf in a where", "backward", "divide", (1,), A)
def where_after_the_quotient(x):
    y = 1.0 / x  # bad
    return np.where(x != 0, y, 0.0).sum()


@planted("0 x inf", "backward", "sqrt", (1,), np.abs(A))
def mask_after_the_root(x):
    root = np.sqrt(x)  # bad
    return (root * np.array([1.0, 0.0, 1.0])).sum()


@pytest.mark.filterwarnings("ignore:Mean of empty slice")
@pytest.mark.parametrize(("f", "args", "cause", "phase", "op", "index", "tainted"), PLANTED)
def test_planted_nan(f, args, cause, phase, op, index, tainted):
    explanation = tg.explain_nan(f, *args)
    finding = getattr(explanation, phase)
    assert (explanation.forward is None) is (phase == "backward")
    assert not explanation.ok
    assert explanation.cause == finding.cause.name == cause
    assert (finding.op, finding.indices[0]) == (op, index)
    assert finding.line.file == __file__
    assert finding.line.text.endswith("# bad")
    if tainted is not None:
        assert [call.op.name for call in finding.tainted] == tainted
    text = str(explanation)
    assert finding.line.text in text
    assert finding.cause.why in text
    assert repr(explanation) == text


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


def test_the_advice_of_where_works():
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


def test_a_value_that_left_the_graph_is_followed():
    def f(x):
        y = np.log(x)
        return np.exp(tg.tensor(y.data)).sum() * 0.0 + tg.tensor(float(y.sum()))

    explanation = tg.explain_nan(f, np.array([0.0, 1.0]))
    assert (explanation.cause, explanation.forward.op) == ("log of 0", "log")


def test_a_function_that_calls_backward_itself():
    x = tg.tensor([4.0, 0.0], requires_grad=True)

    def step():
        loss = np.sqrt(x).sum()
        loss.backward()
        return loss

    explanation = tg.explain_nan(step)
    assert (explanation.cause, explanation.backward.indices) == ("root of 0", ((1,),))


def test_a_bad_value_beside_the_way_is_not_the_cause():
    def f(x):
        np.log(x * 0.0)
        return np.sqrt(-x)

    assert tg.explain_nan(f, np.ones(2)).forward.op == "sqrt"


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


def test_errors_go_through():
    with pytest.raises(ValueError, match="inner sizes"):
        tg.explain_nan(lambda x: x @ np.ones(5), A)
