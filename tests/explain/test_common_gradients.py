"""Gradients that are None, zero or of the wrong scale, in situations that users encounter."""

import numpy as np
import pytest

import tinygrad_np as tg
from tinygrad_np import nn

DATA = np.array([0.5, 3.0])


def leaf(values=(1.2, -2.7), name="w"):
    return tg.tensor(values, dtype=float, requires_grad=True, name=name)


def integer_cast(w):
    return (w.astype(int) * DATA).sum()


def index_of_the_largest(w):
    return tg.tensor([1.0, 2.0, 3.0])[np.argmax(w)] * 1.0


def through_data(w):
    return (tg.tensor(w.data) * leaf(name="v")).sum()


def through_a_list(w):
    return (tg.tensor(w.tolist()) * leaf(name="v")).sum()


def through_numbers(w):
    out = np.zeros(2)
    for i in range(2):
        out[i] = w[i].item() * 2.0
    return tg.tensor(out, requires_grad=True).sum()


def through_float(w):
    return leaf(name="v").sum() * float(w.sum())


def accuracy(w):
    return (np.sign(w) == np.array([1, 1])).mean()


def rounded(w):
    return ((np.round(w) - 1.0) ** 2).sum()


def thresholded(w):
    return ((w > 0.5) * DATA).sum()


def inside_no_grad(w):
    with tg.no_grad():
        h = w * 2.0
    return (h * leaf(name="v")).sum()


def a_number(w):
    return float((w**2).sum())


def never_used(w):
    return (leaf(name="v") ** 2).sum()


def only_an_if(w):
    return leaf(name="v").sum() * (2.0 if w.data.sum() > 0 else 3.0)


def clipped(w):
    return (np.clip(w, 5.0, 6.0) ** 2).sum()


def masked(w):
    return np.where(np.array([False, False]), w, 1.0).sum()


def factor_of_zero(w):
    return (leaf(name="v") ** 2).sum() + 0.0 * (w**2).sum()


def satisfied_hinge(w):
    return np.maximum(0.0, w * 0.1 - 5.0).sum()


def softmax_total(w):
    return tg.softmax(w).sum()


def deviations(w):
    return (w - w.mean()).sum()


def layer_norm_total(w):
    return ((w - w.mean()) / np.sqrt(np.var(w) + 1.0)).sum()


def zero_weights(w):
    return (np.tanh(np.ones((3, 1)) @ w.reshape(1, 2)) @ np.zeros((2, 1))).sum()


def overwritten(w):
    h = w * 2.0
    h[0] = 1.0
    h[1] = 2.0
    return h.sum()


def saturated(w):
    return tg.sigmoid(1000.0 * w).sum()


def flat(w):
    return ((w - w.detach()) ** 2).sum()


def tiny_scale(w):
    return (w**2).mean() / 1e9


def exploding(w):
    return np.exp(-20.0 * w).sum()


# The loss; the verdict, the cause, its op, and parts of the explanation's text.
SITUATIONS = [
    (integer_cast, "none", "integer cast", "astype", ["int64", "floating-point dtype"]),
    (index_of_the_largest, "none", "argmax", "argmax", ["tg.softmax as soft weights"]),
    (through_data, "none", "taken out of the graph", "multiply", [".data"]),
    (through_a_list, "none", "taken out of the graph", "multiply", ["tg.tensor()"]),
    (through_numbers, "none", "taken out of the graph", "sum", ["return tg.tensor(out"]),
    (through_float, "none", "taken out of the graph", "multiply", ["float()", "Python number"]),
    (accuracy, "none", "rounding", "sign", ["piecewise constant"]),
    (rounded, "none", "rounding", "round", ["tg.stop_gradient(np.round(x) - x)"]),
    (thresholded, "none", "comparison", "greater", ["tg.sigmoid((x - y) / width)"]),
    (inside_no_grad, "none", "no_grad", "multiply", ["h = w * 2.0"]),
    (a_number, "none", "not a Tensor", "", ["returned float"]),
    (never_used, "none", "never used", "", ["the loss does not change with it"]),
    (only_an_if, "none", "never used", "", ["An if on its values gives it no gradient"]),
    (clipped, "zero", "clip", "clip_between", ["input x of clip\n", "  clip.x: 0 <-"]),
    (masked, "zero", "branch not taken", "where", ["Look at the condition"]),
    (factor_of_zero, "zero", "multiplied by 0", "multiply", ["0.0 * (w**2).sum()"]),
    (satisfied_hinge, "zero", "other operand taken", "maximum", ["limit or margin"]),
    (softmax_total, "zero", "sum of a softmax", "softmax", ["is 1 whatever"]),
    (deviations, "zero", "contributions cancel", "subtract", ["subtract and mean are not 0"]),
    (layer_norm_total, "zero", "contributions cancel", "subtract", ["normalised values"]),
    (zero_weights, "zero", "multiplied by 0", "matmul", ["begin with random ones"]),
    (overwritten, "zero", "overwritten", "setitem", ["wrote over all elements"]),
    (saturated, "zero", "saturated", "sigmoid", ["saturated at 2 of 2 elements"]),
    (flat, "zero", "flat point", "square", []),
    (tiny_scale, "vanishing", "small slope", "divide", ["1e-09 times as large"]),
    (exploding, "huge", "large slope", "exp", ["times as large"]),
]


@pytest.mark.parametrize(("loss", "verdict", "cause", "op", "words"), SITUATIONS)
def test_a_situation_is_explained(loss, verdict, cause, op, words):
    explanation = tg.explain_grad(loss, leaf())
    found = explanation.reasons[0]
    assert (explanation.verdict, explanation.cause, found.op) == (verdict, cause, op)
    text = str(explanation)
    headline = text.split("\n")[0]
    assert cause in headline
    assert not op or __file__ in headline
    for part in [*words, found.cause.fix]:
        assert part in text


def test_contributions_that_cancel_up_to_rounding():
    explanation = tg.explain_grad(layer_norm_total, leaf([1.0, 2.0, 4.3]))
    assert (explanation.verdict, explanation.cause) == ("vanishing", "contributions cancel")
    assert str(explanation).count("subtract and mean are not 0") == 1


def test_contributions_to_a_broadcast_input_may_cancel():
    explanation = tg.explain_grad(lambda w: (w * np.array([1.0, -1.0])).sum(), leaf(2.0))
    assert explanation.cause == "contributions cancel"
    assert "the input is broadcast" in str(explanation)


def test_a_single_element_is_described_as_one():
    text = str(tg.explain_grad(lambda w: tg.relu(w - 5.0), leaf(1.0)))
    assert "its only input is negative (or 0)" in text
    assert "at its only element:" in str(tg.explain_grad(saturated, leaf(1.0)))


def test_the_hint_about_a_replaced_leaf_is_for_likely_leaves_only():
    class TwoLayers(nn.Module):
        def __init__(self):
            super().__init__()
            self.used, self.forgotten = nn.Linear(2, 2, rng=0), nn.Linear(2, 2, rng=1)

        def forward(self, x):
            return self.used(x)

    model = TwoLayers()
    text = str(tg.explain_grad(lambda: model(np.ones((1, 2))).sum(), model.forgotten.weight))
    assert text.startswith("explain_grad of forgotten.weight: there is no gradient (never used)")
    assert "replaced" not in text
    stale, w = tg.tensor([1.0, 2.0], requires_grad=True), leaf()
    assert "Or was it replaced?" in str(tg.explain_grad(lambda: (w**2).sum(), stale))


def test_a_gradient_accumulated_by_several_passes():
    w = leaf()
    for _ in range(3):
        (w**2).sum().backward()
    assert ".grad holds 3 times this gradient" in str(tg.explain_grad(lambda: (w**2).sum(), w))
    assert ".grad holds another gradient" in str(tg.explain_grad(lambda: w.sum(), w))
    w.grad = None
    (w**2).sum().backward()
    assert tg.explain_grad(lambda: (w**2).sum(), w).notes == ()


def test_a_freed_graph_with_its_gradient():
    w = leaf()
    loss = (w**2).sum()
    loss.backward()
    explanation = tg.explain_grad(loss, w)
    assert explanation.verdict == "spent"
    assert ".grad holds the gradient of an earlier backward" in str(explanation)
    w.grad = None
    assert tg.explain_grad(loss, w).notes == ()


def test_an_integer_parameter_is_explained_without_notes():
    explanation = tg.explain_grad(lambda w: (w * 2.0).sum(), tg.tensor([1, 2]))
    assert (explanation.cause, explanation.notes) == ("integer target", ())


@pytest.mark.parametrize("frozen", [True, False])
def test_requires_grad_that_was_forgotten_or_switched_off(frozen):
    layer = nn.Linear(2, 1, rng=0)
    if frozen:
        layer.weight.requires_grad = False
    w = layer.weight if frozen else tg.tensor(np.ones((1, 2)))
    explanation = tg.explain_grad(lambda: (np.ones((4, 2)) @ w.reshape(2, 1)).sum(), w)
    assert explanation.cause == "requires_grad is False"


def test_a_parameter_that_was_replaced_after_the_loss():
    layer = nn.Linear(2, 1, rng=0)
    loss = layer(np.ones((4, 2))).sum()
    layer.weight = tg.tensor(np.ones((1, 2)), requires_grad=True)
    assert tg.explain_grad(loss, layer.weight).cause == "replaced"


def test_an_update_that_makes_a_new_tensor():
    w = leaf()
    moved = w - 0.1 * DATA
    assert tg.explain_grad(lambda: (moved**2).sum(), moved).cause == "not a leaf"
    with tg.no_grad():
        moved = w - 0.1 * DATA
    assert tg.explain_grad(lambda: (moved**2).sum(), moved).cause == "requires_grad is False"


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_grad_that_is_not_finite():
    w = leaf([0.0, 4.0])
    masked = lambda: (np.sqrt(w) * np.array([0.0, 1.0])).sum()  # noqa: E731  # a formula
    masked().backward()
    explanation = tg.explain_grad(masked, w)
    assert (explanation.verdict, explanation.notes) == ("not finite", ())
    for wrong in (np.nan, np.inf):
        w.grad = tg.tensor([wrong, 1.0])
        assert ".grad holds another gradient" in str(tg.explain_grad(lambda: (w**2).sum(), w))


def test_a_function_that_returns_several_tensors():
    w = leaf()
    explanation = tg.explain_grad(lambda: ((w**2).sum(), w), w)
    assert (explanation.verdict, explanation.cause) == ("none", "not a Tensor")


def test_a_target_without_elements():
    x = tg.tensor(np.zeros((0, 3)), requires_grad=True, name="x")
    explanation = tg.explain_grad((x * 2.0).sum(), x)
    assert explanation.verdict == "zero"
    assert "the target has shape (0, 3): no elements" in str(explanation)
