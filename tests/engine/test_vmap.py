"""vmap: axes, structures, derivatives inside and outside, nesting, refusals."""

import numpy as np
import pytest

import tinygrad_np as tg
from tinygrad_np.engine.batching import levels


def loss(p, x, y):
    h = np.tanh(x @ p["w"] + p["b"])
    return ((h @ p["v"] - y) ** 2).mean()


@pytest.fixture
def problem(rng):
    p = {"w": rng.normal(size=(3, 4)), "b": rng.normal(size=4), "v": rng.normal(size=(4, 2))}
    return p, rng.normal(size=(5, 3)), rng.normal(size=(5, 2))


def test_per_example_gradients(problem):
    p, x, y = problem
    found = tg.vmap(tg.grad(loss), in_axes=(None, 0, 0))(p, x, y)
    for i in range(5):
        expected = tg.grad(loss)(p, x[i], y[i])
        for key, g in found.items():
            np.testing.assert_allclose(g.data[i], expected[key].data, rtol=1e-12)


def test_values_and_gradients_and_hessians_of_each_example(rng):
    f = lambda x: (x**3).sum() * x[0]  # noqa: E731  # a formula
    xs = rng.normal(size=(4, 3))
    values, gradients = tg.vmap(tg.value_and_grad(f))(xs)
    hessians = tg.vmap(tg.hessian(f))(xs)
    jacobians = tg.vmap(tg.jacobian(lambda x: x**2, mode="forward"))(xs)
    for i, x in enumerate(xs):
        np.testing.assert_allclose(values.data[i], f(tg.tensor(x)).item())
        np.testing.assert_allclose(gradients.data[i], tg.grad(f)(x).data)
        np.testing.assert_allclose(hessians.data[i], tg.hessian(f)(x).data)
        np.testing.assert_allclose(jacobians.data[i], np.diag(2 * x))


def test_forward_mode_inside(rng):
    xs, ts = rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
    jvp = lambda x, t: tg.jvp(lambda x: np.sin(x) @ x, (x,), (t,))  # noqa: E731  # a formula
    values, tangents = tg.vmap(jvp)(xs, ts)
    for i in range(4):
        value, tangent = jvp(xs[i], ts[i])
        np.testing.assert_allclose(values.data[i], value.data)
        np.testing.assert_allclose(tangents.data[i], tangent.data)


def test_pullback_over_a_batch_of_cotangents(rng):
    x = rng.normal(size=(2, 3))
    _, pullback = tg.vjp(lambda x: np.tanh(x @ x.T), x)
    vs = rng.normal(size=(7, 2, 2))
    (found,) = tg.vmap(pullback)(vs)
    np.testing.assert_allclose(found.data, [pullback(v)[0].data for v in vs], rtol=1e-12)
    assert not found.requires_grad


def test_gradients_through_vmap(rng):
    w, xs = rng.normal(size=3), rng.normal(size=(5, 3))
    f = lambda w: tg.vmap(lambda x: np.tanh(w @ x))(xs).sum()  # noqa: E731  # a formula
    plain = lambda w: np.tanh(xs @ w).sum()  # noqa: E731  # a formula
    np.testing.assert_allclose(tg.grad(f)(w).data, tg.grad(plain)(w).data)
    np.testing.assert_allclose(tg.hessian(f)(w).data, tg.hessian(plain)(w).data)
    leaf = tg.tensor(w, requires_grad=True)
    tg.vmap(tg.grad(lambda x: np.tanh(leaf @ x)))(xs).sum().backward()
    expected = tg.grad(lambda w: (tg.elementwise_grad(np.tanh)(xs @ w)[:, None] * w).sum())(w)
    np.testing.assert_allclose(leaf.grad.data, expected.data)


def test_nested(rng):
    xs, ys = rng.normal(size=(3, 2)), rng.normal(size=(4, 2))
    pairs = tg.vmap(lambda x: tg.vmap(lambda y: (x * y).sum())(ys))(xs)
    np.testing.assert_allclose(pairs.data, xs @ ys.T)
    inner = tg.vmap(lambda x: tg.vmap(tg.grad(lambda y: np.sin(x @ y)))(ys))(xs)
    np.testing.assert_allclose(inner.data, np.cos(xs @ ys.T)[..., None] * xs[:, None])


def test_axes_and_structures():
    a = np.arange(6.0).reshape(2, 3)
    assert tg.vmap(lambda x: x * 2, in_axes=1, out_axes=-1)(a).tolist() == (a * 2).tolist()
    found = tg.vmap(lambda t, s: {"sum": t["x"] + t["y"], "const": s}, in_axes=(0, None))(
        {"x": a, "y": a}, 5.0
    )
    assert found["sum"].tolist() == (2 * a).tolist()
    assert found["const"].tolist() == [5.0, 5.0]
    assert tg.vmap(lambda x, k: x * k, in_axes=(0, None))(a, 2.0).shape == (2, 3)
    assert tg.vmap(lambda x, scale=1.0: x * scale)(a, scale=3.0).tolist() == (3 * a).tolist()


INDICES = [
    0,
    (slice(None), 1),
    (..., -1),
    ([0, 2],),
    (0, [1, 3]),
    ([0, 1], slice(None)),
    (0, None, [1, 3]),
    ([0, 1], slice(1, 3), [0, 1]),
    (slice(None), [0, 1], [1, 1]),
]


@pytest.mark.parametrize("index", INDICES, ids=str)
def test_indexing_of_each_example(index):
    a = np.arange(120.0).reshape(2, 3, 4, 5)
    found = tg.vmap(lambda x: x[index])(a)
    np.testing.assert_array_equal(found.data, np.stack([x[index] for x in a]))


def test_indices_of_each_example():
    a, order = np.arange(24.0).reshape(2, 3, 4), np.array([[2, 0], [1, 1]])
    found = tg.vmap(lambda x, i: x[i])(a, order)
    expected = np.stack([x[i] for x, i in zip(a, order, strict=True)])
    np.testing.assert_array_equal(found.data, expected)


def test_refusals():
    a = np.ones((2, 3))
    with pytest.raises(tg.GraphError, match=r"inside vmap.*no single value.*tg\.where"):
        tg.vmap(lambda x: x if x.sum() > 0 else -x)(a)
    with pytest.raises(tg.GraphError, match="inside vmap"):
        tg.vmap(lambda x: tg.tensor(float(x[0])))(a)
    with pytest.raises(tg.ShapeError, match="same size; found 2 and 4"):
        tg.vmap(lambda x, y: x)(a, np.ones(4))
    with pytest.raises(tg.ShapeError, match="same size; found none"):
        tg.vmap(lambda x: x, in_axes=None)(a)
    with pytest.raises(tg.ShapeError, match=r"no axis 2 in an argument of shape \(2, 3\)"):
        tg.vmap(lambda x: x, in_axes=2)(a)
    with pytest.raises(tg.ShapeError, match="out_axes is 3"):
        tg.vmap(lambda x: x, out_axes=3)(a)
    with pytest.raises(TypeError, match="2 entries for 1 arguments"):
        tg.vmap(lambda x: x, in_axes=(0, 0))(a)
    assert levels.get() == ()  # after any exception
    assert tg.vmap(lambda x: repr(x) and x * 1)(a).shape == (2, 3)


def test_hvp_of_each_example(rng):
    x, v, a = rng.normal(size=(4, 3)), rng.normal(size=(4, 3)), rng.normal(size=(3, 3))
    f = lambda x: np.tanh(x @ a).sum() ** 2  # noqa: E731  # a formula
    expected = [tg.hvp(f)(*row).data for row in zip(x, v, strict=True)]
    np.testing.assert_allclose(tg.vmap(tg.hvp(f))(x, v).data, expected, rtol=1e-12)
    expected = [tg.hvp(f)(row, v[0]).data for row in x]
    found = tg.vmap(tg.hvp(f), in_axes=(0, None))(x, v[0])
    np.testing.assert_allclose(found.data, expected, rtol=1e-12)
    found = tg.vmap(lambda v: tg.hvp(f)(x[0], v))(v)  # one point, several vectors
    np.testing.assert_allclose(found.data, [tg.hvp(f)(x[0], row).data for row in v], rtol=1e-12)
    with pytest.raises(tg.ShapeError, match=r"the vector has shapes \[\(\)\], the argument \[\(3"):
        tg.vmap(tg.hvp(f))(x, v[:, 0])
