"""`explain_grad` says why a gradient is missing or zero: cause, op, input and line."""

import inspect

import numpy as np
import pytest

import tinygrad_np as tg

PLANTED = []
X = np.array([0.5, 3.0, -1.3])


def planted(cause, op, input="x", verdict="none"):
    """Register a function of a weight: the faulty line ends with a mark."""

    def enter(f):
        PLANTED.append(pytest.param(f, cause, op, input, verdict, id=f.__name__))
        return f

    return enter


@planted("detach", "multiply")
def detached(w):
    h = np.exp(w).detach()
    return (h * X).sum()  # cut


@planted("detach", "add", "y")
def stopped(w):
    h = tg.stop_gradient(w * 2.0)
    return (X + h).sum()  # cut


@planted("taken out of the graph", "multiply", "y")
def taken_by_data(w):
    h = np.exp(w).data * 2.0
    scale = tg.tensor(1.0, requires_grad=True)
    return (scale * h).sum()  # cut


@planted("taken out of the graph", "multiply", "y")
def taken_by_float(w):
    size = float((w * w).sum())
    return tg.tensor(2.0, requires_grad=True) * size  # cut


@planted("taken out of the graph", "sum")
def made_anew(w):
    h = tg.tensor(w.data * X, requires_grad=True)
    return h.sum()  # cut


@planted("taken out of the graph", "multiply")
def detached_leaf(w):
    h = w.detach()
    return (h * tg.tensor(X, requires_grad=True)).sum()  # cut


@planted("no_grad", "exp")
def inside_no_grad(w):
    with tg.no_grad():
        h = np.exp(w)  # cut
    return (h * X).sum()


@planted("integer cast", "astype")
def cast_to_integers(w):
    h = (w * 10.0).astype(int)  # cut
    return (h * X).sum()


@planted("argmax", "argmax")
def best_index(w):
    i = np.argmax(w * 2.0)  # cut
    return tg.tensor(X, requires_grad=True)[i]


@planted("comparison", "greater")
def accuracy(w):
    hits = w * X > 0.0  # cut
    return hits.astype(float).mean()


@planted("rounding", "floor")
def quantised(w):
    return np.floor(w * 4.0).sum()  # cut


@planted("constant op", "where", "condition")
def soft_mask_as_condition(w):
    return np.where(w, tg.tensor(X, requires_grad=True), 0.0).sum()  # cut


@planted("dead relu", "relu", verdict="zero")
def dead_relu(w):
    h = tg.relu(w * X - 100.0)  # cut
    return (h * h + h).sum()


@planted("saturated", "sigmoid", verdict="zero")
def saturated_sigmoid(w):
    p = tg.sigmoid(w * X + 1000.0)  # cut
    return p.sum()


@planted("saturated", "tanh", verdict="zero")
def saturated_tanh(w):
    return np.tanh(w + 50.0).sum()  # cut


@planted("saturated", "sigmoid", verdict="vanishing")
def nearly_saturated_sigmoid(w):
    p = tg.sigmoid(w - 20.0)  # cut
    return p.sum()


@planted("saturated", "softmax", verdict="vanishing")
def saturated_softmax(w):
    p = tg.softmax(w * 1000.0)  # cut
    return (p * X).sum()


@planted("sum of a softmax", "softmax", verdict="zero")
def sum_of_a_softmax(w):
    return tg.softmax(w * 0.0 + [1.0, 1.0, 1.0]).sum()  # cut


@planted("multiplied by 0", "multiply", verdict="zero")
def masked(w):
    mask = np.zeros(3)
    return (w * mask).sum()  # cut


@planted("dropout", "multiply", verdict="zero")
def all_dropped(w):
    h = tg.nn.functional.dropout(w, p=1.0)  # cut
    return h.sum()


@planted("clip", "clip_between", verdict="zero")
def clipped(w):
    return np.clip(w, 10.0, 11.0).sum()  # cut


@planted("branch not taken", "where", "y", verdict="zero")
def branch_not_taken(w):
    return np.where(X < 100.0, X, w * 2.0).sum()  # cut


@planted("other operand taken", "maximum", verdict="zero")
def below_the_maximum(w):
    return np.maximum(w, 100.0).sum()  # cut


@planted("flat point", "square", verdict="zero")
def at_the_minimum(w):
    distance = w - w.data
    return (distance**2).sum()  # cut


@planted("contributions cancel", "subtract", verdict="zero")
def cancelling(w):
    return (w - w).sum()  # cut


@planted("no elements", "sum", verdict="zero")
def empty_selection(w):
    return (w * 2.0)[X > 10.0].sum()  # cut


@planted("large slope", "multiply", verdict="huge")
def badly_scaled(w):
    return (w * 1e12).sum()  # cut


def weight():
    return tg.tensor([1.0, -2.0, 0.7], requires_grad=True, name="w")


@pytest.mark.parametrize(("f", "cause", "op", "input", "verdict"), PLANTED)
def test_planted_fault(f, cause, op, input, verdict):
    w = weight()
    explanation = tg.explain_grad(f, w)
    reason = explanation.reasons[0]
    assert (explanation.verdict, explanation.cause) == (verdict, cause)
    assert (reason.op, reason.input) == (op, input)
    assert reason.line.file == __file__
    assert reason.line.text.endswith("# cut")
    text = str(explanation)
    assert reason.cause.why in text
    assert reason.line.text in text
    assert repr(explanation) == text
    assert w.grad is None
    np.testing.assert_array_equal(w.data, [1.0, -2.0, 0.7])
    if verdict == "none":
        assert explanation.gradient is None
    else:
        np.testing.assert_array_equal(explanation.gradient, tg.grad(lambda w: f(w).sum())(w).data)


# ------------------------------------------------------------------ the target Tensor


def test_a_target_without_requires_grad():
    w = tg.tensor([1.0, 2.0])
    assert tg.explain_grad(lambda: (w * 2.0).sum(), w).cause == "requires_grad is False"
    assert tg.explain_grad((w * 2.0).sum(), w).cause == "requires_grad is False"


def test_an_integer_target():
    w = tg.tensor([1, 2])
    assert tg.explain_grad(lambda: (w * 2.0).sum(), w).cause == "integer target"


def test_an_update_inside_no_grad_makes_a_constant():
    w = weight()
    with tg.record() as tape:
        with tg.no_grad():
            w = w - 0.1 * w
        loss = (w * X).sum()
    explanation = tg.explain_grad(loss, w, tape=tape)
    assert explanation.cause == "requires_grad is False"
    assert "p.data -= lr * g" in explanation.reasons[0].cause.fix
    assert explanation.reasons[0].line.text == "w = w - 0.1 * w"


def test_a_recorded_update_makes_a_non_leaf():
    w = weight()
    old = w
    w = w - 0.1 * X
    explanation = tg.explain_grad(lambda: (w * X).sum(), w)
    assert (explanation.verdict, explanation.cause) == ("ok", "not a leaf")
    np.testing.assert_array_equal(explanation.gradient, X)
    assert tg.explain_grad((old * X).sum(), w).cause == "replaced"


def test_a_target_replaced_by_a_leaf_with_its_name():
    w = weight()
    loss = (w * X).sum()
    again = weight()
    explanation = tg.explain_grad(loss, again)
    assert explanation.cause == "replaced"
    assert "another leaf named 'w'" in str(explanation)


def test_a_target_that_is_never_used():
    w, v = weight(), tg.tensor(2.0, requires_grad=True)
    explanation = tg.explain_grad(lambda: v * 3.0, w)
    assert explanation.cause == "never used"
    assert "does not change with it" in str(explanation)
    assert tg.explain_grad(v * 3.0, w).cause == "never used"


def test_a_target_frozen_or_replaced_after_the_loss():
    w = weight()
    loss = (w * X).sum()
    w.requires_grad = False
    assert tg.explain_grad(loss, w).cause == "frozen after"
    w.requires_grad = True
    assert tg.explain_grad(loss, w).cause == "node replaced"


def test_an_if_on_a_value():
    w = weight()
    scale = tg.tensor(2.0, requires_grad=True)

    def f():
        values = [float(x) for x in w.data]
        return scale * 1.0 if values[0] == 1.0 else scale * 3.0

    assert tg.explain_grad(f, w).cause == "taken out of the graph"

    def by_shape():
        return scale.sum() if w.data[0] == 1.0 else np.exp(scale)

    explanation = tg.explain_grad(by_shape, w)
    assert explanation.cause == "outside of every op"


# --------------------------------------------------------------------------- the loss


def test_a_function_that_returns_a_number():
    w = weight()
    assert tg.explain_grad(lambda: float((w * X).sum()), w).cause == "not a Tensor"


def test_a_detached_or_newly_made_loss():
    w = weight()
    assert tg.explain_grad(lambda: (w * X).sum().detach(), w).cause == "detach"
    anew = tg.explain_grad(lambda: tg.tensor((w * X).sum().item()), w)
    assert anew.cause == "outside of every op"


def test_a_tape_of_another_loss():
    w = weight()
    loss = (w * X).sum()
    with tg.record() as tape:
        (w.detach() * X).sum()
    assert tg.explain_grad(loss, w, tape=tape).reasons == ()


def test_a_loss_without_a_graph_and_without_a_tape():
    w = weight()
    with tg.no_grad():
        loss = (w * X).sum()
    explanation = tg.explain_grad(loss, w)
    assert explanation.cause == "loss without a graph"
    assert "tg.explain_grad(lambda: ..., p)" in str(explanation)


def test_a_freed_graph():
    w = weight()
    loss = (w * X).sum()
    loss.backward()
    explanation = tg.explain_grad(loss, w)
    assert (explanation.verdict, explanation.cause) == ("spent", "graph spent")
    assert "the graph is spent" in str(explanation)


@pytest.mark.parametrize("f", [detached, inside_no_grad, taken_by_data, detached_leaf])
def test_a_loss_computed_on_a_tape(f):
    w = weight()
    with tg.record() as tape:
        loss = f(w)
        inside = tg.explain_grad(loss, w)
    outside = tg.explain_grad(loss, w, tape=tape)
    (expected,) = (p.values[1] for p in PLANTED if p.values[0] is f)
    if f is taken_by_data:  # what happened to the values between is not on the tape
        assert inside.cause == outside.cause == "never used"
    else:
        assert inside.cause == outside.cause == expected
        assert outside.reasons[0].line.text.endswith("# cut")


def test_values_equal_to_computed_ones_are_found_on_a_tape():
    w = weight()
    with tg.record() as tape:
        loss = tg.tensor(np.exp(w).data, requires_grad=True).sum()
    explanation = tg.explain_grad(loss, w, tape=tape)
    assert explanation.cause == "taken out of the graph"
    assert "with the values that exp computed" in str(explanation)


def test_explaining_a_loss_keeps_its_graph():
    w = weight()
    loss = (np.tanh(w) * X).sum()
    explanation = tg.explain_grad(loss, w)
    assert (explanation.verdict, explanation.cause) == ("ok", "")
    assert "before backward is called" in explanation.notes[0]
    loss.backward()
    np.testing.assert_array_equal(explanation.gradient, w.grad.data)


def test_an_array_and_further_arguments():
    explanation = tg.explain_grad(lambda w, k: (w * k).sum(), np.array([1.0, 2.0]), 3.0)
    np.testing.assert_array_equal(explanation.gradient, [3.0, 3.0])
    np.testing.assert_array_equal(tg.explain_grad(np.exp, 0.0).gradient, 1.0)


def test_a_ufunc_takes_arguments_regardless_of_its_signature(monkeypatch):
    """Python 3.13 makes up a signature where NumPy gives none: before 2.4."""
    made_up = inspect.signature(lambda *args, **kwargs: None)
    monkeypatch.setattr(inspect, "signature", lambda f: made_up)
    np.testing.assert_array_equal(tg.explain_grad(np.exp, 0.0).gradient, 1.0)


def test_refused_losses_and_targets():
    w = weight()
    with pytest.raises(TypeError, match="the loss is float"):
        tg.explain_grad(3.0, w)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="must be the Tensor itself"):
        tg.explain_grad(w.sum(), X)
    with pytest.raises(TypeError, match="takes no arguments"):
        tg.explain_grad(lambda: w.sum(), X)


def test_a_function_that_fails_with_other_values():
    w = weight()

    def f():
        if w.data[0] != 1.0:
            raise ValueError("not this")
        return (w * X).sum()

    explanation = tg.explain_grad(f, w)
    assert explanation.verdict == "ok"
    assert "ValueError: not this" in explanation.notes[0]
    assert w.data[0] == 1.0
