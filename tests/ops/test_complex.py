"""Complex numbers: gradients of real losses are directions of steepest ascent, as in PyTorch.

test_ops_derivatives.py compares them with differences.
"""

import numpy as np
import pytest

import tinygrad_np as tg

# Functions here and their equivalents in PyTorch.
UNARY = {
    "negative": "torch.negative",
    "square": "torch.square",
    "reciprocal": "torch.reciprocal",
    "sqrt": "torch.sqrt",
    "exp": "torch.exp",
    "log": "torch.log",
    "log2": "torch.log2",
    "log10": "torch.log10",
    "sin": "torch.sin",
    "cos": "torch.cos",
    "tan": "torch.tan",
    "arcsin": "torch.asin",
    "arccos": "torch.acos",
    "arctan": "torch.atan",
    "sinh": "torch.sinh",
    "cosh": "torch.cosh",
    "tanh": "torch.tanh",
    "arcsinh": "torch.asinh",
    "arccosh": "torch.acosh",
    "arctanh": "torch.atanh",
    "absolute": "torch.abs",
    "sign": "torch.sgn",
    "angle": "torch.angle",
    "conjugate": "torch.conj",
    "real": "torch.real",
    "imag": "torch.imag",
    "sinc": "torch.sinc",
}
BINARY = {
    "add": "torch.add",
    "subtract": "torch.subtract",
    "multiply": "torch.multiply",
    "divide": "torch.divide",
    "power": "torch.pow",
    "float_power": "torch.float_power",
}
MORE = {
    "x ** 3": (lambda x: x**3, "lambda x: x**3"),
    "x ** 0.5": (lambda x: x**0.5, "lambda x: x**0.5"),
    "x ** 2j": (lambda x: x**2j, "lambda x: x**2j"),
    "norm": (lambda x: (x * x.conj()).real.sum() ** 0.5, "lambda x: torch.linalg.norm(x)"),
    "where": (
        lambda x: tg.where(tg.real(x) > 0, x, x * x),
        "lambda x: torch.where(x.real > 0, x, x * x)",
    ),
}
FUNCTIONS = {
    **{name: (getattr(tg, name), other, 1) for name, other in UNARY.items()},
    **{name: (getattr(tg, name), other, 2) for name, other in BINARY.items()},
    **{name: (f, other, 1) for name, (f, other) in MORE.items()},
}


def numbers(rng, is_complex=True):
    x = rng.uniform(0.3, 1.2, 4) * rng.choice([-1, 1], 4)
    return x + 1j * rng.uniform(0.3, 1.2, 4) * rng.choice([-1, 1], 4) if is_complex else abs(x)


def operands(rng, count):
    """Return complex operands; for two operands, also with either of them real."""
    if count == 1:
        return [(numbers(rng),)]
    return [
        (numbers(rng, first), numbers(rng, second))
        for first, second in ((True, True), (True, False), (False, True))
    ]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_values_and_gradients_are_torchs(name, rng):
    torch = pytest.importorskip("torch")
    f, other, count = FUNCTIONS[name]
    for arrays in operands(rng, count):
        tensors = [tg.tensor(a, requires_grad=True) for a in arrays]
        theirs = [torch.tensor(a, requires_grad=True) for a in arrays]
        out = f(*tensors)
        expected = eval(other, {"torch": torch})(*theirs)
        values = expected.resolve_conj().detach().numpy()
        np.testing.assert_allclose(out.data, values, rtol=1e-9)
        v = numbers(rng, out.dtype.kind == "c").reshape(-1)[: out.size].reshape(out.shape)
        found = out.gradient(*tensors, gradient=v)
        expected.backward(torch.tensor(v))
        for g, x in zip(found, theirs, strict=True):
            np.testing.assert_allclose(g.data, x.grad.resolve_conj().numpy(), rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("f", [tg.absolute, tg.sign, tg.angle])
def test_gradient_at_zero_is_zero(f):
    x = tg.tensor([0j, 0j], requires_grad=True)
    for create_graph in (False, True):
        (g,) = f(x).gradient(x, gradient=np.ones(2), create_graph=create_graph)
        np.testing.assert_array_equal(g.data, 0j)


def test_positions_and_weights_must_be_real():
    for call in (
        lambda: tg.interp([1j], [0.0, 1.0], [2.0, 3.0]),
        lambda: tg.interp([1.0], [0j, 1.0], [2.0, 3.0]),
        lambda: tg.cov([1.0, 2.0], aweights=[1j, 1.0]),
    ):
        with pytest.raises(tg.DTypeError, match="must be real"):
            call()


def test_functions_that_need_an_order_refuse_complex_numbers():
    """Also for Python numbers."""
    for name in ("relu", "leaky_relu", "elu", "softplus", "gelu"):
        f = getattr(tg, name)
        for x in (1 + 2j, np.array([1 + 2j])):
            with pytest.raises(tg.DTypeError, match=f"^{name}: complex numbers have no order"):
                f(x)


def test_parts_of_real_numbers():
    x = tg.tensor([1.0, -2.0], requires_grad=True)
    assert tg.real(x).requires_grad
    assert not tg.imag(x).requires_grad
    assert not tg.angle(x).requires_grad
    assert not tg.sign(x).requires_grad
    np.testing.assert_array_equal(x.imag.data, [0.0, 0.0])
    np.testing.assert_allclose(tg.angle(x).data, [0.0, np.pi])


def test_methods():
    x = tg.tensor([1 + 2j], requires_grad=True)
    np.testing.assert_array_equal(x.conj().data, [1 - 2j])
    np.testing.assert_array_equal(x.conjugate().data, [1 - 2j])
    np.testing.assert_array_equal(x.real.data, [1.0])
    np.testing.assert_array_equal(x.imag.data, [2.0])
    np.testing.assert_array_equal(tg.tensor([1.26]).round(1).data, [1.3])


def test_the_gradient_is_the_direction_of_steepest_ascent():
    """The gradient of |z|**2 is 2 z, so a step along it increases the loss."""
    z = tg.tensor(1 + 2j, requires_grad=True)
    (abs(z) ** 2).backward()
    assert z.grad.item() == pytest.approx(2 + 4j)


def test_a_complex_loss_is_refused():
    z = tg.tensor(1 + 2j, requires_grad=True)
    with pytest.raises(TypeError, match=r"complex.*steepest ascent.*\.real"):
        (z * z).backward()
    (z * z).backward(gradient=1.0)
    assert z.grad.item() == pytest.approx(2 - 4j)


def test_real_if_close_depends_on_the_values():
    x = tg.tensor([1 + 1e-15j, 2.0], requires_grad=True)
    out = tg.real_if_close(x)
    assert out.dtype == np.float64
    (g,) = out.sum().gradient(x)
    np.testing.assert_array_equal(g.data, [1, 1])
    assert tg.real_if_close(tg.tensor([1 + 1j])).dtype == np.complex128


def test_nan_to_num_treats_real_and_imaginary_parts_separately():
    x = tg.tensor([complex(np.nan, 2.0), complex(1.0, np.inf)], requires_grad=True)
    out = tg.nan_to_num(x, posinf=9.0)
    np.testing.assert_array_equal(out.data, [2j, 1 + 9j])
    (g,) = out.gradient(x, gradient=np.array([1 + 1j, 1 + 1j]))
    np.testing.assert_array_equal(g.data, [1j, 1])
    y = +x
    assert np.nan_to_num(y, copy=False, posinf=9.0) is y
    np.testing.assert_array_equal(y.data, [2j, 1 + 9j])
    with pytest.raises(tg.GraphError, match="leaf"):
        tg.nan_to_num(x, copy=False)
