"""A leaf changed after it was recorded never silently gives a wrong gradient.

The graph keeps the recorded values, no matter how the leaf is changed.
"""

import copy

import numpy as np
import pytest

import tinygrad_np as tg


def optimizer_step(w):
    w.grad = np.ones(w.shape)
    tg.optim.SGD([w], lr=0.5).step()


def write_elements(w):
    w.data[...] = -7.0


def write_in_place(w):
    w.data -= 3.0


def replace(w):
    w.data = np.full(w.shape, 100.0)


def assign_in_no_grad(w):
    with tg.no_grad():
        w[0] = 50.0


CHANGES = [optimizer_step, write_elements, write_in_place, replace, assign_in_no_grad]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("op", [lambda w: w * w, lambda w: w.reshape(1, -1).T * w, tg.exp])
def test_the_gradient_is_that_of_the_recorded_values(change, op):
    w = tg.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = op(w).sum()
    (expected,) = y.gradient(w)
    before = w.tolist()
    change(w)
    assert w.tolist() != before
    (found,) = y.gradient(w)
    assert found.tolist() == expected.tolist()


@pytest.mark.parametrize("change", CHANGES)
def test_a_held_array_written_after_recording(change):
    w = tg.tensor([1.0, 2.0, 3.0], requires_grad=True)
    held = w.data
    y = (w * w).sum()
    held[1] = 77.0
    change(w)
    y.backward()
    grad = w.grad.tolist()
    expected = [2.0, 4.0, 6.0]
    if change is optimizer_step:  # it sets the gradient to ones first
        expected = [3.0, 5.0, 7.0]
    assert grad == expected


@pytest.mark.parametrize("op", [np.sin, lambda w: w * w, lambda w: tg.logsumexp(w)])
def test_every_call_path_copies_a_held_array(op):
    """For ops of one array, of two, and with parameters."""
    w = tg.tensor([1.0, 2.0, 3.0], requires_grad=True)
    (expected,) = op(w).sum().gradient(w)
    held = w.data
    y = op(w).sum()
    held[...] = 50.0
    y.backward()
    assert w.grad.tolist() == expected.tolist()


def test_a_cotangent_that_shares_memory_is_copied():
    x, v = tg.tensor([1.0, 2.0], requires_grad=True), np.array([1.0, 10.0])
    (x + 0.0).backward(gradient=tg.asarray(v))
    v[0] = 99.0
    assert x.grad.tolist() == [1.0, 10.0]


def test_a_held_view_of_the_data():
    w = tg.tensor([1.0, 2.0, 3.0], requires_grad=True)
    row = w.data[1:]
    y = (w * w).sum()
    row[0] = 77.0
    y.backward()
    assert w.grad.tolist() == [2.0, 4.0, 6.0]
    assert w.tolist() == [1.0, 77.0, 3.0]


def test_a_leaf_that_shares_memory():
    a = np.array([1.0, 2.0])
    w = tg.asarray(a, requires_grad=True)
    y = (w * w).sum()
    a[0] = 50.0
    y.backward()
    assert w.grad.tolist() == [2.0, 4.0]
    assert w.tolist() == [50.0, 2.0]


def test_writing_to_the_data_of_a_result():
    x = tg.tensor([0.5], requires_grad=True)
    y = tg.exp(x)
    y.data[0] = 1000.0
    y.backward()
    assert x.grad.item() == np.exp(0.5)


def test_an_unshared_leaf_is_updated_in_place():
    w = tg.tensor([1.0, 2.0], requires_grad=True)
    address = w.data.__array_interface__["data"][0]
    for _ in range(3):
        (w * w).sum().backward()
        tg.optim.SGD([w], lr=0.1).step()
        w.grad = None
    assert w.data.__array_interface__["data"][0] == address
    np.testing.assert_allclose(w.numpy(), np.array([1.0, 2.0]) * 0.8**3)


def test_a_held_array_sees_the_updates():
    w = tg.tensor([1.0, 2.0], requires_grad=True)
    held = w.data
    (w * w).sum().backward()
    tg.optim.SGD([w], lr=0.5).step()
    assert held.tolist() == [0.0, 0.0]


@pytest.mark.parametrize("change", [optimizer_step, write_elements, write_in_place])
def test_a_tensor_assigned_as_data_is_copied(change):
    source = tg.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = (source * source).sum()
    w = tg.tensor(np.zeros(3), requires_grad=True)
    w.data = source
    change(w)
    y.backward()
    np.testing.assert_array_equal(source.data, [1.0, 2.0, 3.0])
    np.testing.assert_array_equal(source.grad.data, [2.0, 4.0, 6.0])


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_a_copy_does_not_see_writes_to_a_held_array(copied):
    w = tg.tensor([1.0, 2.0], requires_grad=True)
    held = w.data
    twin = copied(w)
    y = (twin * twin).sum()
    held[:] = 9.0
    y.backward()
    np.testing.assert_array_equal(twin.data, [1.0, 2.0])
    np.testing.assert_array_equal(twin.grad.data, [2.0, 4.0])


@pytest.mark.parametrize("make", [np.asarray, tg.asarray], ids=["array", "Tensor"])
def test_a_pullback_keeps_the_arguments_it_saw(make):
    a = np.array([1.0, 2.0])
    _, pullback = tg.vjp(lambda x: x * x, make(a))
    a[:] = 100.0
    (g,) = pullback(np.ones(2))
    np.testing.assert_array_equal(g.data, [2.0, 4.0])


def test_assigning_to_a_tensor_that_shares_an_array_spoils_nothing():
    a, x = np.array([1.0, 2.0]), tg.tensor([1.0, 1.0], requires_grad=True)
    t = tg.asarray(a)
    y = (x * t).sum()
    t[0] = 7.0
    y.backward()
    np.testing.assert_array_equal(x.grad.data, [1.0, 2.0])
    np.testing.assert_array_equal(a, [1.0, 2.0])
