"""grad and value_and_grad: structures, argument numbers, nesting, closures."""

from collections import namedtuple

import numpy as np
import pytest

import tinygrad_np as tg


def test_grad_takes_arrays_and_gives_tensors():
    g = tg.grad(lambda x: (x**2).sum())(np.array([1.0, 2.0]))
    assert isinstance(g, tg.Tensor)
    assert g.tolist() == [2.0, 4.0]
    assert not g.requires_grad


def test_argnums():
    def f(x, y, scale=1.0):
        return (x * y * scale).sum()

    assert tg.grad(f, argnums=1)(2.0, 3.0).item() == 2.0
    dx, dy = tg.grad(f, argnums=(0, -1))(2.0, 3.0, scale=10.0)
    assert (dx.item(), dy.item()) == (30.0, 20.0)
    with pytest.raises(TypeError, match="argnums has 2, but there are 2 arguments"):
        tg.grad(f, argnums=2)(2.0, 3.0)


def test_structures():
    Point = namedtuple("Point", "x y")

    def f(p):
        return p["a"][0] * p["a"][1].sum() + p["b"].x * p["b"].y

    arguments = {"a": [2.0, np.ones(3)], "b": Point(5.0, 7.0)}
    value, g = tg.value_and_grad(f)(arguments)
    assert value.item() == 41.0
    assert g["a"][0].item() == 3.0
    assert g["a"][1].tolist() == [2.0, 2.0, 2.0]
    assert isinstance(g["b"], Point)
    assert (g["b"].x.item(), g["b"].y.item()) == (7.0, 5.0)


def test_has_aux():
    def f(x):
        return x * x, {"seen": x.detach().item()}

    (value, aux), g = tg.value_and_grad(f, has_aux=True)(3.0)
    assert (value.item(), aux, g.item()) == (9.0, {"seen": 3.0}, 6.0)
    g, aux = tg.grad(f, has_aux=True)(3.0)
    assert (g.item(), aux) == (6.0, {"seen": 3.0})


def test_no_path_gives_zero():
    dx, dy = tg.grad(lambda x, y: x * 1.0, argnums=(0, 1))(1.0, np.ones(2))
    assert dx.item() == 1.0
    assert dy.tolist() == [0.0, 0.0]
    assert tg.grad(lambda x: tg.tensor(3.0))(1.0).item() == 0.0


def test_nesting_and_perturbation_confusion():
    assert tg.grad(tg.grad(tg.grad(lambda x: x**4)))(2.0).item() == 48.0
    # d/dx [x * d/dy (x + y)] = 1: the inner derivative must not see the outer x.
    assert tg.grad(lambda x: x * tg.grad(lambda y: x + y)(2.0))(1.0).item() == 1.0
    assert tg.grad(lambda x: x * tg.grad(lambda y: x * y)(x))(3.0).item() == 6.0


def test_grad_inside_a_recorded_computation():
    w = tg.tensor(3.0, requires_grad=True)
    slope = tg.grad(lambda x: w * x * x)(2.0)  # 2 w x
    assert slope.item() == 12.0
    slope.backward()
    assert w.grad.item() == 4.0


def test_grad_leaves_tracked_arguments_and_their_graph_alone():
    w = tg.tensor([1.0, 2.0], requires_grad=True)
    h = w * 3.0
    assert tg.grad(lambda x: (x * x).sum())(h).tolist() == [6.0, 12.0]
    assert w.grad is None
    h.sum().backward()
    assert w.grad.tolist() == [3.0, 3.0]  # type: ignore[attr-defined]


def test_grad_works_inside_no_grad_and_records_nothing_outside():
    w = tg.tensor(3.0, requires_grad=True)
    with tg.no_grad():
        g = tg.grad(lambda x: w * x * x)(2.0)
    assert g.item() == 12.0
    assert not g.requires_grad


def test_wrong_results_and_arguments():
    with pytest.raises(tg.ShapeError, match=r"returned shape \(2,\)"):
        tg.grad(lambda x: x * 2)(np.ones(2))
    with pytest.raises(TypeError, match="returned float, not a Tensor"):
        tg.grad(lambda x: 1.0)(1.0)
    with pytest.raises(tg.DTypeError, match="int64"):
        tg.grad(lambda x: x * x)(3)
    with pytest.raises(tg.GraphError, match="holds None"):
        tg.grad(lambda x: x[0])([1.0, None])
