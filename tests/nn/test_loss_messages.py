"""What the losses refuse, and with which messages."""

import numpy as np
import pytest

import tinygrad_np as tg
import tinygrad_np.nn.functional as F
from tinygrad_np import nn

ELEMENTWISE = {
    "mse_loss": F.mse_loss,
    "l1_loss": F.l1_loss,
    "huber_loss": F.huber_loss,
    "smooth_l1_loss": F.smooth_l1_loss,
    "binary_cross_entropy": F.binary_cross_entropy,
    "binary_cross_entropy_with_logits": F.binary_cross_entropy_with_logits,
}
BY_CLASS = {"cross_entropy": F.cross_entropy, "nll_loss": F.nll_loss}


@pytest.mark.parametrize("name", ELEMENTWISE)
@pytest.mark.parametrize(
    ("x", "y", "way_out"),
    [
        ((4, 1), (4,), "broadcast to (4, 4); reshape the target with .reshape(4, 1)"),
        ((4,), (4, 1), "broadcast to (4, 4); reshape the target with .reshape(4)"),
        ((4, 1), (1, 4), "broadcast to (4, 4); reshape the target with .reshape(4, 1)"),
        ((2, 3), (3, 2), "the target (3, 2); reshape the target with .reshape(2, 3)"),
        ((), (1,), "reshape the target with .reshape(())"),
        ((4, 1), (), "np.broadcast_to(target, (4, 1))"),
        ((4, 2), (4, 1), "np.broadcast_to(target, (4, 2))"),
        ((4, 2), (3, 2), "they must be the same"),
        ((4, 1), (4, 3), "they must be the same"),
    ],
)
def test_other_shapes_are_refused(name, x, y, way_out):
    with pytest.raises(tg.ShapeError) as error:
        ELEMENTWISE[name](np.full(x, 0.5), np.full(y, 0.5))
    text = str(error.value)
    assert text.startswith(f"{name}: the prediction has shape {x} and the target {y}")
    assert way_out in text


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_nan_targets_are_refused(name):
    x, y = np.full((3, 2), 0.5), np.full((3, 2), 0.5)
    y[2, 1] = np.nan
    with pytest.raises(nn.TargetError, match=rf"^{name}: target\[2, 1\] = nan is not") as error:
        ELEMENTWISE[name](x, y)
    assert isinstance(error.value, ValueError)
    assert isinstance(error.value, tg.TinygradError)
    with pytest.raises(nn.TargetError, match="target = nan"):
        ELEMENTWISE[name](0.5, np.nan)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_the_mean_of_nothing_is_refused(name):
    empty = np.zeros((0, 2))
    with pytest.raises(tg.ShapeError, match=r"shape \(0, 2\) has no elements"):
        ELEMENTWISE[name](empty, empty)
    assert ELEMENTWISE[name](empty, empty, reduction="sum").item() == 0.0
    assert ELEMENTWISE[name](empty, empty, reduction="none").shape == (0, 2)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_complex_numbers_and_objects_are_refused(name):
    with pytest.raises(tg.DTypeError, match="complex128"):
        ELEMENTWISE[name](np.array([0.5]), np.array([1j]))
    with pytest.raises(tg.DTypeError, match="complex128"):
        ELEMENTWISE[name](np.array([0.5j]), np.array([1.0]))
    with pytest.raises(tg.DTypeError):
        ELEMENTWISE[name](np.array([0.5]), np.array(["1"]))


@pytest.mark.parametrize("name", [*ELEMENTWISE, *BY_CLASS])
def test_an_unknown_reduction_is_refused(name):
    function = {**ELEMENTWISE, **BY_CLASS}[name]
    arguments = ([0.5], [0.5]) if name in ELEMENTWISE else ([[0.5]], [0])
    with pytest.raises(ValueError, match=rf"{name}: reduction is 'mean', 'sum' or 'none', not 'm'"):
        function(*arguments, reduction="m")  # type: ignore[arg-type, misc]


@pytest.mark.parametrize("name", ["binary_cross_entropy", "binary_cross_entropy_with_logits"])
@pytest.mark.parametrize("bad", [-0.01, 1.5, 2.0, np.inf, -np.inf])
def test_binary_targets_are_probabilities(name, bad):
    with pytest.raises(nn.TargetError, match=rf"{name}: target\[1\] = {bad} is not in \[0, 1\]"):
        ELEMENTWISE[name]([0.5, 0.5], [1.0, bad])


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("eps", [None, 1e-9])
@pytest.mark.parametrize("bad", [-0.01, 1.5, 2.0, np.inf])
def test_binary_predictions_are_probabilities(bad, eps, reduction):
    with pytest.raises(nn.TargetError, match=rf"prediction\[1\] = {bad} .*with_logits"):
        F.binary_cross_entropy([0.5, bad], [1.0, 0.0], reduction, eps=eps)


@pytest.mark.parametrize("eps", [-1e-9, 0.5, float("nan")])
def test_eps_has_limits(eps):
    with pytest.raises(ValueError, match="eps is from 0 to below"):
        F.binary_cross_entropy([0.5], [1.0], eps=eps)


@pytest.mark.parametrize("delta", [0.0, -1.0])
def test_delta_is_positive(delta):
    with pytest.raises(ValueError, match="huber_loss: the distance"):
        F.huber_loss([0.5], [1.0], delta=delta)


# ------------------------------------------------------------------------- classes


@pytest.mark.parametrize("name", BY_CLASS)
@pytest.mark.parametrize("dtype", [np.int8, np.int64, np.uint8, np.uint64])
def test_any_integers_are_class_indices(name, dtype):
    x = np.log([[0.25, 0.75], [0.5, 0.5]])
    loss = BY_CLASS[name](tg.tensor(x, requires_grad=True), np.array([1, 0], dtype))
    assert loss.item() == pytest.approx(-np.log([0.75, 0.5]).mean())
    loss.backward()


@pytest.mark.parametrize("name", BY_CLASS)
@pytest.mark.parametrize("bad", [-1, 3, 100, -100])
@pytest.mark.parametrize("dtype", [np.int8, np.int64])
def test_an_index_outside_the_classes_is_named(name, bad, dtype):
    labels = np.array([0, 2, bad, 1], dtype)
    with pytest.raises(
        nn.TargetError,
        match=rf"{name}: target\[2\] = {bad} is not a class: there are 3 classes, 0 to 2",
    ):
        BY_CLASS[name](np.zeros((4, 3)), labels)


@pytest.mark.parametrize("name", BY_CLASS)
@pytest.mark.parametrize("labels", [np.array([0.0, 1.0]), np.array([True, False])])
def test_class_indices_are_integers(name, labels):
    with pytest.raises(tg.DTypeError, match=rf"class indices are integers, not {labels.dtype}"):
        BY_CLASS[name](np.zeros((2, 3)), labels)


@pytest.mark.parametrize("name", BY_CLASS)
def test_probabilities_of_another_shape(name):
    with pytest.raises(tg.DTypeError, match=r"not \(2, 4\) for \(2,\) and 3 classes"):
        BY_CLASS[name](np.zeros((2, 3)), np.zeros((2, 4)))


@pytest.mark.parametrize("name", BY_CLASS)
@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        ((4, 3), (4, 1), [r"asks for (4,)", ".reshape(4)"]),
        ((3,), (1,), ["asks for ()", ".reshape(())"]),
        ((4, 3), (3,), ["class indices have shape (3,)", "the 3 classes", "must be the same"]),
        ((4, 3), (4, 3), ["one-hot", ".astype(float)"]),
        ((4, 3, 2), (4,), ["asks for (4, 2)"]),
    ],
)
def test_class_indices_have_one_shape(name, x, y, words):
    with pytest.raises(tg.ShapeError) as error:
        BY_CLASS[name](np.zeros(x), np.zeros(y, int))
    assert all(word in str(error.value) for word in words), str(error.value)


@pytest.mark.parametrize("bad", [-0.5, 1.5, np.nan])
def test_class_probabilities_are_probabilities(bad):
    with pytest.raises(nn.TargetError, match=rf"target\[0, 1\] = {bad} is not in"):
        F.cross_entropy(np.zeros((1, 3)), np.array([[0.0, bad, 0.0]]))


def test_class_losses_need_classes():
    with pytest.raises(tg.ShapeError, match=r"shape \(\) has no classes"):
        F.cross_entropy(1.0, 0)
    with pytest.raises(tg.ShapeError, match="has no elements"):
        F.cross_entropy(np.zeros((0, 3)), np.zeros(0, int))
    with pytest.raises(nn.TargetError, match="there are 0 classes"):
        F.cross_entropy(np.zeros((2, 0)), np.zeros(2, int))
    with pytest.raises(tg.DTypeError, match="complex128"):
        F.cross_entropy(np.zeros((2, 2)) * 1j, np.zeros(2, int))


def test_lists_of_tensors_are_stacked():
    t = tg.tensor(2.0, requires_grad=True)
    F.mse_loss([t, t], [0.0, 1.0]).backward()
    assert t.grad.item() == 3.0
