"""`explain_nan` finds the origin of each planted NaN: cause, op, element, operands and line."""

from typing import Any

import numpy as np
import pytest

import tinygrad_np as tg

PLANTED = []


def planted(cause, phase, op, index, *args, tainted=None):
    """Register a function with a bad value: the faulty line ends with a mark."""

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
    return np.sqrt(np.var(x)) * 2.0  # bad


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


INLINE: dict[str, Any] = {
    "arctanh at 1": (np.arctanh, 1.0),
    "arctanh outside its domain": (np.arctanh, 2.0),
    "arccosh outside its domain": (np.arccosh, 0.5),
    "slope of arccosh at 1": (np.arccosh, 1.0),
    "slope of arcsin at -1": (np.arcsin, -1.0),
    "log of a negative number": (np.log1p, -3.0),
    "log of 0": (np.log1p, -1.0),
    "division by 0": (np.reciprocal, 0.0),
    "infinite slope of a power at 0": (lambda x: np.cbrt(x), 0.0),
    "0 x inf in a where": (lambda x: np.where(x > 0, x**0.5, 1.0), 0.0),
    "infinite slope": (lambda x: 1.0 / x, 1e-200),
    "log of a rounded probability": (lambda x: np.log(tg.softmax(x)[1:].reshape(1)), [800.0, 0.0]),
}
OVERFLOWS = {
    "add": (lambda x: x + 1e308, 1e308),
    "subtract": (lambda x: x - 1e308, -1e308),
    "multiply": (lambda x: x * 10.0, 1e308),
    "divide": (lambda x: x / 1e-300, 1e300),
    "power_of_number": (lambda x: x**3.0, 1e200),
    "sum": (lambda x: x.sum(), [1e308, 1e308]),
}


@pytest.mark.parametrize("cause", INLINE)
def test_further_causes(cause):
    f, x = INLINE[cause]
    explanation = tg.explain_nan(f, np.array(x))
    assert explanation.cause == cause
    assert explanation.cause in {"infinite slope"} or "instead: " in str(explanation)


@pytest.mark.parametrize("op", OVERFLOWS)
def test_overflow(op):
    f, x = OVERFLOWS[op]
    explanation = tg.explain_nan(f, np.array(x))
    assert (explanation.cause, explanation.forward.op) == ("overflow", op)
    assert "beyond the largest float64" in str(explanation)
