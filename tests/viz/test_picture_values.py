"""The details of boxes: summaries of values and gradients, bytes, times and lines."""

import math

import numpy as np
import pytest

import tinygrad_np as tg
from tinygrad_np.viz.picture import picture
from tinygrad_np.viz.values import summarize


def recorded():
    x = tg.tensor([1.0, 2.0], requires_grad=True, name="x")
    with tg.record() as tape:
        y = (x * np.array([3.0, 4.0])).sum() * 2.0
        y.backward()
    return x, y, tape


def by_op(shown):
    return {box.op or box.name or box.value or box.kind: box for box in shown.boxes}


def test_numbers_of_an_array():
    found = summarize(np.array([[1.0, np.nan, -2.0], [np.inf, 4.0, np.nan]]))
    assert (found.shape, found.minimum, found.maximum) == ((2, 3), -2.0, np.inf)
    assert (found.nans, found.infs) == (2, 1)
    assert found.mean == np.inf
    assert found.thumbnail[0][::2] == (1.0, -2.0)
    assert math.isnan(found.thumbnail[0][1])
    assert summarize(np.array([3 + 4j, 0j])).maximum == 5.0
    assert summarize(np.array([True, False])).mean == 0.5
    mean = summarize(np.array([np.inf, -np.inf])).mean
    assert mean is not None
    assert math.isnan(mean)


@pytest.mark.parametrize("array", [np.zeros((0, 3)), np.array([np.nan])])
def test_an_array_without_numbers(array):
    found = summarize(array)
    assert (found.minimum, found.mean, found.maximum) == (None, None, None)
    assert found.nans == array.size


def test_a_thumbnail_consists_of_means():
    x = np.arange(40 * 33, dtype=float).reshape(40, 33)
    rows = np.array(summarize(x).thumbnail)
    assert rows.shape == (16, 16)
    assert rows[0, 0] == x[:2, :2].mean()
    assert rows[-1, -1] == x[37:, 30:].mean()
    assert summarize(np.arange(6.0).reshape(1, 2, 3)).thumbnail == ((0, 1, 2), (3, 4, 5))
    assert summarize(np.float64(7.0) * np.ones(())).thumbnail == ((7.0,),)
    x[5, 5] = np.nan
    assert np.isnan(np.array(summarize(x).thumbnail)).sum() == 1


def test_without_a_tape_leaves_and_results_have_values():
    kept = recorded()
    y = kept[1]
    boxes = by_op(picture({"y": y}, values=True))
    assert (boxes["x"].values.minimum, boxes["x"].gradient.maximum) == (1.0, 8.0)
    assert boxes["multiply"].values.mean == 22.0
    assert boxes["sum"].values is None
    assert boxes["sum"].gradient is None
    assert boxes["sum"].line is None
    assert all(box.values is None for box in picture(y).boxes)


def test_a_tape_has_all_values_and_gradients():
    _, y, tape = recorded()
    shown = picture(y, values=True, tape=tape)
    product, total, _ = (box for box in shown.boxes if box.op)
    assert (product.values.minimum, product.values.maximum) == (3.0, 8.0)
    assert product.gradient.mean == 2.0
    assert (total.values.mean, total.gradient.mean) == (11.0, 2.0)
    (array,) = (box for box in shown.boxes if box.kind == "constant" and box.shape)
    assert array.values.maximum == 4.0
    (leaf,) = (box for box in shown.boxes if box.kind == "leaf")
    assert (leaf.gradient.minimum, leaf.gradient.maximum) == (6.0, 8.0)


def test_gradients_of_the_last_pass_are_shown():
    x = tg.tensor([1.0], requires_grad=True, name="x")
    with tg.record() as tape:
        y = (x * 2.0 + x).sum()
        y.backward(retain_graph=True)
        y.backward()
    (leaf,) = (box for box in picture(y, values=True, tape=tape).boxes if box.kind == "leaf")
    assert x.grad.item() == 6.0
    assert leaf.gradient.mean == 3.0


def test_a_tape_has_bytes_times_and_lines():
    _, y, tape = recorded()
    shown = picture(y, tape=tape)
    product = next(box for box in shown.boxes if box.op == "multiply")
    assert product.saved == 16
    assert product.seconds is not None
    assert product.seconds > 0
    assert product.line is not None
    assert __file__ in product.line
    assert product.line.endswith(" in recorded")
    assert shown.boxes[0].line is None
    assert product.values is None


def test_a_collapsed_module_has_its_ops_bytes_and_its_results_values():
    layer = tg.nn.Sequential(tg.nn.Linear(2, 3, rng=0), tg.nn.Tanh())
    with tg.record() as tape:
        y = layer(np.ones((4, 2)))
    box = picture(y.sum(), depth=0, values=True, tape=tape).boxes[1]
    assert box.saved == sum(call.saved for call in tape.calls)
    assert box.values == summarize(y.data)


def test_values_of_deleted_tensors_are_not_shown():
    y = tg.tensor([1.0], requires_grad=True) * 2.0
    assert picture(y, values=True).boxes[0].values is None


def test_a_leaf_has_the_values_used_in_the_computation():
    w = tg.tensor([1.0, 2.0], requires_grad=True, name="w")
    optimizer, runs = tg.optim.SGD([w], lr=0.1), []
    for _ in range(2):
        optimizer.zero_grad()
        with tg.record() as tape:
            loss = (w * w).sum()
            loss.backward()
        optimizer.step()
        runs.append((loss, tape))
    (before, first), (after, second) = runs
    leaf = picture(before, values=True, tape=first).boxes[0]
    assert (leaf.values.minimum, leaf.values.maximum) == (1.0, 2.0)  # not the current values
    changed = tg.viz.compare(before, after, tapes=(first, second)).changed
    assert changed[0].after.name == "w"
    assert changed[0].difference == pytest.approx(0.4)
