"""What `explain_grad` says about an existing gradient: path, parts, size; no false alarms."""

import numpy as np

import tinygrad_np as tg

X = np.array([0.5, 3.0, -1.3])


def weight():
    return tg.tensor([1.0, -2.0, 0.7], requires_grad=True, name="w")


def test_the_path_has_the_sizes_of_the_gradient():
    w = weight()
    explanation = tg.explain_grad(lambda: (np.exp(w) * X).sum() * 3.0, w)
    assert [(hop.op, hop.input) for hop in explanation.path] == [
        ("exp", "x"),
        ("multiply", "x"),
        ("sum", "x"),
        ("multiply", "x"),
    ]
    assert explanation.gradient is not None
    np.testing.assert_allclose(
        explanation.path[0].contribution, np.linalg.norm(explanation.gradient)
    )


def test_a_rule_that_returns_none():
    silent = tg.op(lambda x: x.sum(), x=lambda g, x_shape: np.zeros(x_shape), name="silent")
    none = tg.op(lambda x: x * 1.0, x=lambda g: None, name="none")
    w = weight()
    assert tg.explain_grad(lambda: silent(w), w).cause == "zero rule"
    explanation = tg.explain_grad(lambda: none(w).sum(), w)
    assert (explanation.verdict, explanation.cause) == ("none", "no rule")


def test_a_small_slope_is_not_saturation():
    w = weight()
    explanation = tg.explain_grad(lambda: (tg.sigmoid(w - 8.0) * 1e-5).sum(), w)
    assert explanation.verdict == "vanishing"
    assert [(r.op, r.cause.name) for r in explanation.reasons] == [
        ("multiply", "small slope"),
        ("sigmoid", "small slope"),
    ]


def test_parts_by_use_and_by_term_add_up():
    w = weight()
    explanation = tg.explain_grad(
        lambda: (np.exp(w) * X).sum() - 0.5 * (w * w).sum() + tg.tensor(1.0, requires_grad=True), w
    )
    assert [share.name for share in explanation.terms] == ["sum", "multiply", "a leaf"]
    data, penalty, constant = (share.gradient for share in explanation.terms)
    np.testing.assert_allclose(data, np.exp(w.data) * X)
    np.testing.assert_allclose(penalty, -w.data)
    np.testing.assert_array_equal(constant, 0.0)
    assert sorted(share.name for share in explanation.paths) == [
        "exp.x",
        "multiply.x",
        "multiply.y",
    ]
    assert explanation.gradient is not None
    np.testing.assert_allclose(sum(s.gradient for s in explanation.paths), explanation.gradient)
    assert "parts, by term of the loss" in str(explanation)


def test_a_cut_beside_a_flowing_gradient_is_reported_without_alarm():
    w = weight()
    whole = tg.explain_grad(lambda: np.where(w > 0, w, 0.1 * w).sum(), w)
    assert (whole.verdict, whole.reasons) == ("ok", ())
    partly = tg.explain_grad(lambda: (w * w.detach().sum()).sum(), w)
    assert (partly.verdict, partly.cause) == ("ok", "taken out of the graph")


def test_a_checkpoint_is_not_a_cut():
    w = weight()
    flowing = tg.explain_grad(lambda: tg.checkpoint(lambda w: np.exp(w) * X)(w).sum(), w)
    assert (flowing.verdict, flowing.reasons) == ("ok", ())
    dead = tg.explain_grad(lambda: tg.checkpoint(lambda w: tg.relu(w - 9.0))(w).sum(), w)
    assert (dead.verdict, dead.cause) == ("zero", "inside a checkpoint")
    assert len(dead.reasons) == 1


def test_random_numbers_are_not_mistaken_for_a_cut(rng):
    w = weight()
    explanation = tg.explain_grad(lambda: (w * rng.normal(size=3)).sum(), w)
    assert (explanation.verdict, explanation.reasons) == ("ok", ())
    unused = tg.tensor(1.0, requires_grad=True)
    assert tg.explain_grad(lambda: (w * rng.normal(size=3)).sum(), unused).reasons[0].op == ""


def test_a_dead_layer_is_named():
    model = tg.nn.Sequential(tg.nn.Linear(3, 4), tg.nn.ReLU(), tg.nn.Linear(4, 1))
    model[0].bias.data[...] = -100.0
    explanation = tg.explain_grad(lambda: model(X[None]).sum(), model[0].weight)
    assert (explanation.target, explanation.cause) == ("0.weight", "dead relu")
    assert explanation.reasons[0].scope == "1"
    assert "4 of 4 inputs are negative" in str(explanation)


def test_a_gradient_that_is_not_finite():
    w = tg.tensor([0.0, 1.0], requires_grad=True)
    with np.errstate(all="ignore"):
        explanation = tg.explain_grad(lambda: np.sqrt(w).sum(), w)
    assert (explanation.verdict, explanation.cause) == ("not finite", "not finite")
    assert "explain_nan" in str(explanation)


def test_an_operand_from_before_the_function():
    w = weight()
    h = np.exp(w)
    explanation = tg.explain_grad(lambda: (h * X).sum(), w)
    assert explanation.verdict == "ok"
    assert tg.explain_grad(lambda: (h > 1.0).sum(), w).cause == "comparison"


def test_a_deep_chain(rng):
    w = tg.tensor(1.0, requires_grad=True)

    def f():
        y = w
        for _ in range(3000):
            y = y * 1.0
        return y

    explanation = tg.explain_grad(f, w)
    assert len(explanation.path) == 3000
    assert "and 2976 more" in str(explanation)
