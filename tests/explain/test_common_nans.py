"""Common causes of NaN and Inf: each is explained by its first line and in words."""

import numpy as np
import pytest

import tinygrad_np as tg
from tinygrad_np.engine.op import OPS

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


def x_log_x(x):
    return np.where(x > 0, x * np.log(x), 0.0).sum()


def sinc(x):
    return np.where(x != 0, np.sin(x) / x, 1.0).sum()


def cosine(x):
    return x.sum() / (np.sqrt((x * x).sum()) * 3.0)


def normalised(x):
    deviation = x - x.mean()
    return (deviation / np.sqrt((deviation**2).mean())).sum()


def softmax_by_hand(x):
    e = np.exp(x)
    return (e / e.sum())[0]


def cross_entropy_by_hand(x):
    p = 1.0 / (1.0 + np.exp(-x))
    return -np.log(p).sum()


def softplus_by_hand(x):
    return np.log(1.0 + np.exp(x)).sum()


def entropy(x):
    return -(x * np.log(x)).sum()


def masked_log(x):
    return (np.array([1.0, 0.0]) * np.log(x)).sum()


def log_determinant(x):
    return np.log(np.linalg.det(x))


def half_precision(x):
    return x.astype(np.float16).sum()


def attention_without_keys(x):
    scores = np.where([[True, False], [False, False]], x, -np.inf)
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return (e / e.sum(axis=1, keepdims=True)).sum()


def nothing_left(x):
    return tg.logsumexp(np.where([False, False], x, -np.inf))


def power_series(x):
    for _ in range(12):
        x = x * x
    return x.sum()


def second_derivative(x):
    return tg.grad(lambda x: (np.abs(x) ** 1.5).sum())(x).sum()


my_root = tg.op(np.sqrt, x=lambda g, out: g / (2.0 * out), name="my_root", kind="general")


class Normalise(tg.nn.Module):
    def forward(self, x):
        return (x - x.mean()) / np.sqrt(np.var(x))


def in_a_module(x):
    return tg.nn.Sequential(tg.nn.Identity(), Normalise())(x).sum()


weights = tg.tensor([1.0, 2.0], requires_grad=True, name="weights")


def too_fast():
    weights.data = np.array([1.0, 2.0])
    optimizer = tg.optim.SGD([weights], lr=1e200)
    for _ in range(3):
        loss = (weights**4).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return (weights * 2.0).sum()


def square_root(x):
    return np.sqrt(x).sum()


# The function, its argument; the cause, its op, the element; parts of the explanation's text.
FAULTS = [
    (x_log_x, [0.5, 0.0], "0 x inf in a where", "multiply", (1,),
     ["log gave Inf at", "x_safe = np.where(mask, x, 1.0)", "np.log(x_safe)", "y = -inf"]),
    (sinc, [0.0, 2.0], "0 x inf in a where", "divide", (0,), ["divide gave NaN", "y / x_safe"]),
    (cosine, [0.0, 0.0], "0 / 0", "divide", (), ["x = 0, y = 0", "np.where(y == 0, 1.0, y)"]),
    (normalised, [3.0, 3.0], "0 / 0", "divide", (0,), ["or by y + eps"]),
    (softmax_by_hand, [1.0, 1000.0], "overflow of exp", "divide", (),
     ["uses what exp gave at", "exp(1000) is beyond the largest float64", "tg.softmax"]),
    (cross_entropy_by_hand, [-800.0, 1.0], "overflow of exp", "exp", (0,),
     ["tg.sigmoid(x) for 1 / (1 + exp(-x))", "binary_cross_entropy_with_logits", "x = 800"]),
    (softplus_by_hand, [800.0, 1.0], "overflow of exp", "exp", (0,), ["tg.softplus(x)"]),
    (lambda x: np.log1p(np.exp(x)).sum(), [800.0], "overflow of exp", "exp", (0,),
     ["tg.softplus(x) for log1p(exp(x))"]),
    (entropy, [0.5, 0.0], "log of 0", "log", (1,), ["tg.special.xlogy(x, x)"]),
    (masked_log, [1.0, 0.0], "log of 0", "log", (1,), ["A factor of 0 does not remove it"]),
    (log_determinant, [[1.0, 2.0], [2.0, 4.0]], "log of 0", "log", (), ["np.linalg.slogdet"]),
    (lambda x: np.log1p(x).sum(), [-1.0], "log of 0", "log1p", (0,),
     ["1 + x is 0", "np.log1p(np.maximum(x, -1 + 1e-12))"]),
    (lambda x: np.log1p(x).sum(), [-2.5], "log of a negative number", "log1p", (0,),
     ["here -1.5", "np.log1p(np.where(x > -1, x, 1.0))"]),
    (lambda x: (x**0.5).sum(), [4.0, 0.0], "infinite slope of a power at 0", "power_of_number",
     (1,), ["input x of power first", "the slope of x ** 0.5 at 0", "(x + eps) ** 0.5"]),
    (lambda x: (x ** (1 / 3)).sum(), [-8.0], "a negative number to a fractional power",
     "power_of_number", (0,), ["-8 ** 0.333333 is NaN", "np.cbrt(x)"]),
    (lambda x: np.arccos(x).sum(), [1.0 + 1e-9], "arccos outside its domain", "arccos", (0,),
     ["arccos(1.000000001) is NaN", "np.clip(x, -1.0, 1.0)"]),
    (lambda x: np.arctanh(x).sum(), [1.0], "arctanh at 1", "arctanh", (0,), ["1 - 1e-7"]),
    (lambda x: x.std(ddof=1), [3.0], "variance of one element", "divide", (), ["ddof=0"]),
    (half_precision, [70000.0], "overflow", "astype", (0,), ["beyond the largest float16"]),
    (lambda x: (x * x).sum(), np.array([1e20], np.float32), "overflow", "multiply", (0,),
     ["beyond the largest float32"]),
    (power_series, [0.5, 2.0], "overflow", "multiply", (1,), ["wider dtype"]),
    (attention_without_keys, [1.0, 2.0], "inf - inf", "subtract", (1, 0), ["-inf - -inf is NaN"]),
    (nothing_left, [1.0, 2.0], "logsumexp of -inf alone", "logsumexp", (), ["after a mask"]),
    (lambda x: tg.special.gammaln(x).sum(), [0.0], "infinite special.gammaln", "special.gammaln",
     (0,), ["special.gammaln(0) is infinite"]),
    (second_derivative, [0.0, 2.0], "0 x inf", "power_of_number", (0,),
     ["in the gradient rule of power"]),
    (lambda x: my_root(x).sum(), [4.0, 0.0], "infinite slope", "my_root", (1,),
     ["out = 0, g = 1", "a rule of your own"]),
    (in_a_module, [2.0, 2.0], "0 / 0", "divide", (0,), ["in module 1"]),
    (lambda x: ((x - x.mean()) ** 2).sum(), [1.0, np.nan], "NaN in the inputs", "mean", (1,),
     ["input x of mean is NaN", "x[1] is NaN before anything is computed"]),
    (lambda x: (x * np.array([1.0, np.inf])).sum(), [1.0, 1.0], "Inf in a constant", "multiply",
     (1,), ["a mask of infinities"]),
    (lambda x: x[np.array([False, False])].mean(), [1.0, 2.0], "nothing to reduce", "mean", (),
     ["a mask or a slice may have selected nothing"]),
]  # fmt: skip


@pytest.mark.parametrize(("f", "x", "cause", "op", "index", "words"), FAULTS)
def test_a_fault_is_explained(f, x, cause, op, index, words):
    explanation = tg.explain_nan(f, np.asarray(x))
    first = explanation.forward or explanation.backward
    assert (explanation.cause, first.op, first.indices[0]) == (cause, op, index)
    text = str(explanation)
    headline = text.split("\n")[0]
    for part in (cause, OPS[op].label if op != "my_root" else op, first.line.file):
        assert part in headline
    for part in words:
        assert part in text


def test_a_diverging_update_is_traced_to_the_loss_before_it():
    explanation = tg.explain_nan(too_fast)
    assert (explanation.cause, explanation.forward.op) == ("overflow", "power_of_number")
    assert explanation.forward.line.text == "loss = (weights**4).sum()"
    assert "the gradient that came from it made weights NaN" in str(explanation)
    assert "lower the learning rate" in str(explanation)


def test_a_bad_gradient_is_found_before_the_update_it_spoils():
    w = tg.tensor([4.0, 0.0], requires_grad=True, name="w")

    def train():
        square = square_root(w)
        square.backward()
        w.data -= 0.1 * w.grad.data
        w.grad = None
        return (w * 2.0).sum()

    explanation = tg.explain_nan(train)
    assert (explanation.cause, explanation.forward.op) == ("root of 0", "sqrt")


def test_a_constant_is_not_mistaken_for_a_gradient():
    def f(x):
        y = (x * np.array([1.0, np.inf])).sum()
        y.backward(retain_graph=True)
        return y

    explanation = tg.explain_nan(f, np.ones(2))
    assert explanation.cause == "Inf in a constant"


def test_many_gradients_are_not_all_listed():
    leaves = [tg.tensor(0.0, requires_grad=True, name=f"w{i}") for i in range(9)]
    text = str(tg.explain_nan(lambda: sum((np.sqrt(w) for w in leaves), 0.0)))
    assert "4 more" in text.split("\n")[1]


@pytest.mark.parametrize("f", [f for f, *_ in FAULTS if f not in (nothing_left, half_precision)])
def test_debug_raises_where_the_explanation_begins(f):
    """It stops at the first bad value: the explained one, or one that led to it."""
    x = next(x for g, x, *_ in FAULTS if g is f)
    x = tg.tensor(np.asarray(x), requires_grad=True)
    with tg.debug(), pytest.raises(tg.NonFiniteError) as caught:
        f(x).backward()
    assert caught.value.finding.cause.why
    assert str(caught.value).split("\n")[1].strip().startswith((__file__, "in "))


def test_a_masked_column():
    keep = np.array([[False, True], [False, True]])
    explanation = tg.explain_nan(
        lambda x: tg.logsumexp(np.where(keep, x, -np.inf), axis=0), np.ones((2, 2))
    )
    assert explanation.cause == "logsumexp of -inf alone"


def test_a_softmax_of_infinity_is_not_fully_masked():
    explanation = tg.explain_nan(tg.softmax, np.array([np.inf, 0.0]))
    assert explanation.cause == "outside its domain"
