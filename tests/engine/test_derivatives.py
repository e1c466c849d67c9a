"""vjp, jvp, jacobian, hessian, hvp: structures, both modes, nesting."""

import numpy as np
import pytest

import tinygrad_np as tg


def network(p, x):
    """A small network, of nested parameters."""
    h = np.tanh(x @ p["hidden"][0] + p["hidden"][1])
    return tg.sigmoid(h @ p["out"])


@pytest.fixture
def parameters(rng):
    return {
        "hidden": [rng.normal(size=(2, 3)), rng.normal(size=3)],
        "out": rng.normal(size=(3, 1)),
    }


def flat(tree):
    return np.concatenate([np.ravel(a.data) for a in (*tree["hidden"], tree["out"])])


def test_vjp_of_nested_arguments_and_results(parameters, rng):
    x = rng.normal(size=(5, 2))

    def f(p, x):
        y = network(p, x)
        return {"y": y, "sum": [y.sum(), p["out"] * 2.0]}

    value, pullback = tg.vjp(f, parameters, x)
    v = {"y": rng.normal(size=(5, 1)), "sum": [3.0, np.ones((3, 1))]}
    dp, dx = pullback(v)
    total = lambda p, x: (  # noqa: E731  # the pullback is the gradient of this pairing
        (f(p, x)["y"] * v["y"]).sum() + 3.0 * f(p, x)["sum"][0] + f(p, x)["sum"][1].sum()
    )
    expected_p, expected_x = tg.grad(total, (0, 1))(parameters, x)
    np.testing.assert_allclose(flat(dp), flat(expected_p), rtol=1e-12)
    np.testing.assert_allclose(dx.data, expected_x.data, rtol=1e-12)
    again, _ = pullback(v)  # a pullback can be called repeatedly
    assert flat(again).tolist() == flat(dp).tolist()
    assert not value["y"].requires_grad


def test_jvp_is_the_transpose_of_vjp(parameters, rng):
    x = rng.normal(size=(5, 2))
    direction = {
        "hidden": [rng.normal(size=(2, 3)), rng.normal(size=3)],
        "out": rng.normal(size=(3, 1)),
    }
    value, tangent = tg.jvp(network, (parameters, x), (direction, np.zeros_like(x)))
    v = rng.normal(size=value.shape)
    dp, _ = tg.vjp(network, parameters, x)[1](v)
    pairing = sum(
        (a.data * b).sum()
        for a, b in zip(
            (*dp["hidden"], dp["out"]), (*direction["hidden"], direction["out"]), strict=True
        )
    )
    np.testing.assert_allclose((v * tangent.data).sum(), pairing, rtol=1e-12)


def test_independent_results_have_zero_derivatives():
    value, tangent = tg.jvp(lambda x, y: y * 2.0, (np.ones(2), 3.0), (np.ones(2), 0.0))
    assert (value.item(), tangent.item()) == (6.0, 0.0)
    _, pullback = tg.vjp(lambda x, y: y * 2.0, np.ones(2), 3.0)
    dx, dy = pullback(1.0)
    assert (dx.tolist(), dy.item()) == ([0.0, 0.0], 2.0)
    _, tangent = tg.jvp(lambda x: tg.tensor([1.0, 2.0]), (1.0,), (1.0,))
    assert tangent.tolist() == [0.0, 0.0]


def test_aux_is_passed_through():
    f = lambda x: (x * x, "seen")  # noqa: E731  # a formula
    value, tangent, aux = tg.jvp(f, (3.0,), (1.0,), has_aux=True)
    assert (value.item(), tangent.item(), aux) == (9.0, 6.0, "seen")
    value, pullback, aux = tg.vjp(f, 3.0, has_aux=True)
    assert (value.item(), pullback(1.0)[0].item(), aux) == (9.0, 6.0, "seen")


@pytest.mark.parametrize("mode", ["reverse", "forward", "auto"])
def test_jacobian_of_a_matrix_function(mode, rng):
    a = rng.normal(size=(2, 3))
    found = tg.jacobian(lambda x: (x.T @ x)[:, :2], mode=mode)(a)
    assert found.shape == (3, 2, 2, 3)
    expected = np.zeros(found.shape)
    for place in np.ndindex(2, 3):
        step = np.zeros((2, 3))
        step[place] = 1.0
        expected[(..., *place)] = (step.T @ a + a.T @ step)[:, :2]
    np.testing.assert_allclose(found.data, expected, atol=1e-14)
    assert found.dtype == np.float64


@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_jacobian_of_nested_arguments_and_results(mode):
    def f(p, s):
        return [p["x"] * s, (p["x"].sum() * p["y"])]

    j = tg.jacobian(f, (0, 1), mode)({"x": np.array([1.0, 2.0]), "y": 5.0}, 3.0)
    (dp, ds), (dq, dt) = j
    assert dp["x"].tolist() == [[3.0, 0.0], [0.0, 3.0]]
    assert dp["y"].tolist() == [0.0, 0.0]
    assert ds.tolist() == [1.0, 2.0]
    assert (dq["x"].tolist(), dq["y"].item(), dt.item()) == ([5.0, 5.0], 3.0, 0.0)


def test_jacobian_of_an_independent_result_and_of_float32():
    assert tg.jacobian(lambda x: x[:0])(np.ones(3)).shape == (0, 3)
    assert tg.jacobian(lambda x: x * 2)(np.ones(3, "f4")).dtype == np.float32
    with pytest.raises(ValueError, match="mode is 'auto', 'reverse' or 'forward'"):
        tg.jacobian(lambda x: x, mode="backward")  # type: ignore[arg-type]


def test_hessian_of_a_network_loss(rng):
    """The Hessian for 101 parameters agrees with finite differences of the gradient."""
    sizes = [(4, 10), (10,), (10, 4), (4,), (4, 1), (3,)]
    splits = np.cumsum([int(np.prod(s)) for s in sizes])[:-1]
    x, y = rng.normal(size=(20, 4)), rng.integers(0, 2, (20, 1)).astype(float)

    def loss(p):
        parts = tg.split(p, splits)  # type: ignore[arg-type]
        w1, b1, w2, b2, w3, b3 = (q.reshape(s) for q, s in zip(parts, sizes, strict=True))
        h = np.tanh(np.tanh(x @ w1 + b1) @ w2 + b2)
        z = h @ w3 + b3[0] * b3[1] + b3[2]
        return tg.mean(tg.softplus(z) - z * y)

    p = rng.normal(size=101) * 0.5
    found = tg.hessian(loss)(p).data
    gradient, h = tg.grad(loss), 1e-5
    expected = np.stack(
        [(gradient(p + h * e).data - gradient(p - h * e).data) / (2 * h) for e in np.eye(101)]
    )
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(found, found.T, atol=1e-13)
    v = rng.normal(size=101)
    np.testing.assert_allclose(tg.hvp(loss)(p, v).data, found @ v, rtol=1e-10, atol=1e-12)


def test_hvp_never_forms_the_hessian():
    n = 100_000  # its Hessian would take 80 GB
    x = np.linspace(0.0, 1.0, n)
    found = tg.hvp(lambda x: (x**3).sum())(x, np.ones(n))
    np.testing.assert_allclose(found.data, 6 * x)


def test_hvp_of_nested_arguments():
    f = lambda p, s: s * (p["a"] ** 2).sum() * p["b"]  # noqa: E731  # a formula
    v = {"a": np.array([1.0, 0.0]), "b": 2.0}
    found = tg.hvp(f)({"a": np.array([3.0, 4.0]), "b": 5.0}, 2.0, v)
    assert found["a"].tolist() == [20.0 + 24.0, 32.0]
    assert found["b"].item() == 12.0
    with pytest.raises(tg.ShapeError, match=r"hvp: the vector has shapes \[\(3,\)\]"):
        tg.hvp(lambda x: (x**2).sum())(np.ones(2), np.ones(3))


def test_elementwise_grad_and_stop_gradient():
    x = np.linspace(-1.0, 1.0, 5)
    np.testing.assert_allclose(tg.elementwise_grad(tg.exp)(x).data, np.exp(x))
    third = tg.elementwise_grad(tg.elementwise_grad(tg.elementwise_grad(np.sin)))
    np.testing.assert_allclose(third(x).data, -np.cos(x))
    frozen = tg.stop_gradient({"w": tg.tensor([1.0], requires_grad=True), "c": 2.0})
    assert not frozen["w"].requires_grad
    assert frozen["c"].item() == 2.0


@pytest.mark.parametrize("outer", ["forward", "reverse"])
@pytest.mark.parametrize("inner", ["forward", "reverse"])
def test_no_perturbation_confusion(outer, inner):
    def derivative(f, mode):
        if mode == "reverse":
            return tg.grad(f)
        return lambda x: tg.jvp(f, (x,), (1.0,))[1]

    # d/dx [x d/dy (x + y)] = 1, and d/dx [x d/dy (x y) at y = x] = d/dx x^2.
    confused = derivative(lambda x: x * derivative(lambda y: x + y, inner)(2.0), outer)
    assert confused(1.0).item() == 1.0
    confused = derivative(lambda x: x * derivative(lambda y: x * y, inner)(x), outer)
    assert confused(3.0).item() == 6.0
    # Third derivatives, in either mode.
    f = derivative(derivative(derivative(lambda x: x**4, inner), outer), inner)
    assert f(2.0).item() == 48.0


def test_jvp_through_a_closure_that_is_tracked():
    w = tg.tensor(3.0, requires_grad=True)
    _, tangent = tg.jvp(lambda x: w * x * x, (2.0,), (1.0,))
    assert tangent.item() == 12.0
    tangent.backward()
    assert w.grad.item() == 4.0


def test_wrong_arguments_are_named():
    with pytest.raises(TypeError, match="2 arguments, but 1 tangents"):
        tg.jvp(lambda x, y: x, (1.0, 2.0), (1.0,))
    with pytest.raises(tg.ShapeError, match="jvp: 2 tangents for 1 arrays"):
        tg.jvp(lambda x: x, (1.0,), ([1.0, 2.0],))
    with pytest.raises(tg.ShapeError, match=r"jvp: gradient has shape \(3,\)"):
        tg.jvp(lambda x: x, (np.ones(2),), (np.ones(3),))
    with pytest.raises(tg.ShapeError, match="vjp: 2 cotangents for 1 results"):
        tg.vjp(lambda x: x, 1.0)[1]([1.0, 2.0])
    with pytest.raises(TypeError, match="jacobian: the function returned float"):
        tg.jacobian(lambda x: 1.0)(1.0)
    with pytest.raises(TypeError, match="pass the arguments of the function and then the vector"):
        tg.hvp(lambda x: x)(1.0)


def test_a_complex_result_needs_a_cotangent():
    z = tg.tensor(1.0 + 2.0j, requires_grad=True)
    with pytest.raises(tg.DTypeError, match="the result is complex"):
        (z * z).backward()
    (z * z).backward(gradient=1.0)
    assert z.grad.item() == 2.0 - 4.0j  # the conjugate of 2 z
