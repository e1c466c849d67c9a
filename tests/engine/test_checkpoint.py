"""Checkpoint: the same values and gradients, without the memory."""

import gc

import numpy as np
import pytest

import tinygrad_np as tg
from tinygrad_np.engine.graph import Leaf, Node, walk


def leaf(values):
    return tg.tensor(values, requires_grad=True)


def block(x, w):
    return np.tanh(x @ w) * x + np.exp(-(x**2))


def test_gradients_are_the_same_in_both_modes_and_to_second_order(rng):
    x, w = rng.normal(size=(4, 3)), rng.normal(size=(3, 3))
    plain = lambda x, w: (block(x, w) ** 2).sum()  # noqa: E731
    again = lambda x, w: (tg.checkpoint(block)(x, w) ** 2).sum()  # noqa: E731
    for a, b in zip(tg.grad(plain, (0, 1))(x, w), tg.grad(again, (0, 1))(x, w), strict=True):
        np.testing.assert_array_equal(a.data, b.data)
    directions = rng.normal(size=(4, 3)), rng.normal(size=(3, 3))
    expected = tg.jvp(plain, (x, w), directions)[1].item()
    assert tg.jvp(again, (x, w), directions)[1].item() == pytest.approx(expected, rel=1e-12)
    v = rng.normal(size=(4, 3))
    np.testing.assert_allclose(
        tg.hvp(again)(x, w, v).data, tg.hvp(plain)(x, w, v).data, rtol=1e-10, atol=1e-12
    )
    assert tg.testing.gradcheck(tg.checkpoint(block), x, w)


def test_nothing_inside_is_kept():
    x = leaf(np.ones(1000))
    y = tg.checkpoint(lambda x: np.exp(np.sin(np.tanh(x))))(x)
    assert [n.op.name if n.op else "leaf" for n in walk(y.node)] == ["checkpoint", "leaf"]


def test_what_the_function_closes_over_gets_its_gradient():
    w, x = leaf(3.0), leaf(2.0)
    h = w * w  # computed before, from the same leaf
    y = tg.checkpoint(lambda x: x * h * w)(x)
    y.backward()
    assert x.grad.item() == 27.0
    assert w.grad.item() == 2.0 * 3 * 9.0
    z = tg.checkpoint(lambda: w * w)()
    (dw,) = z.gradient(w)
    assert dw.item() == 6.0


def test_an_argument_computed_from_another():
    x = leaf(2.0)
    h = x * x
    tg.checkpoint(lambda x, h: x * h)(x, h).backward()
    assert x.grad.item() == 12.0


def test_several_and_nested_results():
    x = leaf(2.0)
    found = tg.checkpoint(lambda x: {"a": x * x, "b": [x**3, "label", tg.tensor(1.0)]})(x)
    (found["a"] * found["b"][0]).backward()
    assert x.grad.item() == pytest.approx(5 * 2.0**4)
    assert found["b"][1] == "label"
    assert not found["b"][2].requires_grad
    inner = tg.checkpoint(lambda x: tg.checkpoint(lambda x: x * x)(x) * x)
    assert tg.grad(inner)(3.0).item() == 27.0


def test_a_function_that_changes_its_mind_is_refused():
    rng = np.random.default_rng(0)
    x = leaf(np.ones(4))
    y = tg.checkpoint(lambda x: x * rng.random(4))(x).sum()
    with pytest.raises(tg.GraphError, match=r"another result.*random numbers"):
        y.backward()
    w = leaf(3.0)
    y = tg.checkpoint(lambda x: x * w)(x).sum()
    w.data = 5.0
    with pytest.raises(tg.GraphError, match="closes over was changed"):
        y.backward()


def test_in_no_grad_it_is_the_function_itself():
    with tg.no_grad():
        y = tg.checkpoint(lambda x: x * 2)(leaf(1.0))
    assert not y.requires_grad


def test_it_leaves_nothing_behind():
    gc.collect()
    gc.disable()
    try:
        x = leaf(np.ones(3))
        live = lambda: sum(type(o) in (tg.Tensor, Node, Leaf) for o in gc.get_objects())  # noqa: E731
        before = live()
        tg.checkpoint(block)(x.reshape(1, 3), np.ones((3, 3))).sum().backward()
        x.grad = None
        assert live() == before
    finally:
        gc.enable()
