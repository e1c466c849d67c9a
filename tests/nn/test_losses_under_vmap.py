"""Losses inside `vmap`: gradients of each example; targets are still checked."""

import numpy as np
import pytest

import tinygrad_np as tg
import tinygrad_np.nn.functional as F

PREDICTION = np.random.default_rng(3).normal(size=(4, 5, 3))
NUMBERS = np.random.default_rng(4).normal(size=(4, 5, 3))
PROBABILITIES = np.exp(PREDICTION) / np.exp(PREDICTION).sum(-1, keepdims=True)
LABELS = np.random.default_rng(5).integers(0, 3, (4, 5))
LOSSES = {
    "mse_loss": (F.mse_loss, PREDICTION, NUMBERS),
    "l1_loss": (F.l1_loss, PREDICTION, NUMBERS),
    "huber_loss": (F.huber_loss, PREDICTION, NUMBERS),
    "smooth_l1_loss": (F.smooth_l1_loss, PREDICTION, NUMBERS),
    "binary_cross_entropy": (F.binary_cross_entropy, PROBABILITIES, PROBABILITIES[::-1]),
    "binary_cross_entropy clipped": (
        lambda x, y, reduction: F.binary_cross_entropy(x, y, reduction, eps=0.1),
        PROBABILITIES,
        PROBABILITIES[::-1],
    ),
    "binary_cross_entropy_with_logits": (
        F.binary_cross_entropy_with_logits,
        PREDICTION,
        PROBABILITIES,
    ),
    "cross_entropy": (F.cross_entropy, PREDICTION, LABELS),
    "cross_entropy of probabilities": (F.cross_entropy, PREDICTION, PROBABILITIES),
    "cross_entropy of one": (F.cross_entropy, PREDICTION[:, 0], LABELS[:, 0]),
    "nll_loss": (F.nll_loss, PREDICTION, LABELS),
    "nll_loss of one": (F.nll_loss, PREDICTION[:, 0], LABELS[:, 0]),
    "one_hot": (
        lambda x, y, reduction: F.mse_loss(x, F.one_hot(y, 3), reduction),
        PREDICTION,
        LABELS,
    ),
    "integers": (F.mse_loss, PREDICTION, LABELS[..., None] + np.arange(3)),
}


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("name", LOSSES)
def test_gradients_of_each_example(name, reduction):
    loss, x, y = LOSSES[name]
    total = lambda w, x, y: loss(x * w, y, reduction=reduction).sum()  # noqa: E731  # a formula
    w = 0.9
    found = tg.vmap(tg.grad(total), in_axes=(None, 0, 0))(w, x, y)
    expected = [tg.grad(total)(w, x[i], y[i]).item() for i in range(4)]
    np.testing.assert_allclose(found.data, expected, rtol=1e-12)
    by_x = tg.vmap(tg.grad(total, 1), in_axes=(None, 0, 0))(w, x, y)
    one_target = tg.vmap(tg.grad(total, 1), in_axes=(None, 0, None))(w, x, y[0])
    for i in range(4):
        np.testing.assert_allclose(by_x.data[i], tg.grad(total, 1)(w, x[i], y[i]).data, rtol=1e-12)
        expected = tg.grad(total, 1)(w, x[i], y[0]).data
        np.testing.assert_allclose(one_target.data[i], expected, rtol=1e-12)


def test_a_wrong_target_of_one_example_is_still_refused():
    labels = LABELS.copy()
    labels[2, 4] = 3
    with pytest.raises(ValueError, match=r"cross_entropy: target\[2, 4\] = 3 is not a class"):
        tg.vmap(F.cross_entropy)(PREDICTION, labels)
    with pytest.raises(ValueError, match=r"nll_loss: target\[2, 4\] = 3 is not a class"):
        tg.vmap(F.nll_loss)(PREDICTION, labels)
    numbers = NUMBERS.copy()
    numbers[1, 0, 0] = np.nan
    with pytest.raises(ValueError, match=r"mse_loss: target\[1, 0, 0\] = nan"):
        tg.vmap(F.mse_loss)(PREDICTION, numbers)
    with pytest.raises(ValueError, match=r"binary_cross_entropy: prediction\[0, 0, 0\] = 1\.5"):
        tg.vmap(F.binary_cross_entropy)(np.full((4, 5, 3), 1.5), PROBABILITIES)
    with pytest.raises(ValueError, match=r"prediction has shape \(5, 3\) and the target \(5,\)"):
        tg.vmap(F.mse_loss)(PREDICTION, NUMBERS[..., 0])


def test_functions_of_one_example():
    flat = tg.vmap(lambda x: F.flatten(x, 0))(PREDICTION)
    assert flat.shape == (4, 15)
    assert tg.vmap(F.one_hot)(LABELS).data.shape == (4, 5, 3)
    dropped = tg.vmap(lambda x: F.dropout(x, 0.5, rng=0))(np.ones((2, 6))).data
    np.testing.assert_array_equal(dropped[0], dropped[1])  # one mask, drawn once
    unit = tg.vmap(F.normalize)(PREDICTION).data
    np.testing.assert_allclose((unit * unit).sum(-1), 1.0)
