"""Complex numbers: gradients of real losses are directions of steepest ascent, as in PyTorch."""

import numpy as np
import pytest

import tinygrad_np as tg

# What is computed, from where, and the same in PyTorch if it has it.
UNARY = {
    "negative": "torch.negative",
    "square": "torch.square",
    "reciprocal": "torch.reciprocal",
    "sqrt": "torch.sqrt",
    "exp": "torch.exp",
    "exp2": None,
    "expm1": None,
    "log": "torch.log",
    "log2": "torch.log2",
    "log10": "torch.log10",
    "log1p": None,
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
    "nan_to_num": None,
    "real_if_close": None,
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
    "2j ** x": (lambda x: 2j**x, None),
    "norm": (lambda x: (x * x.conj()).real.sum() ** 0.5, "lambda x: torch.linalg.norm(x)"),
    "angle in degrees": (lambda x: tg.angle(x, deg=True), None),
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
over_functions = pytest.mark.parametrize("name", FUNCTIONS)


def numbers(rng, complexly=True):
    x = rng.uniform(0.3, 1.2, 4) * rng.choice([-1, 1], 4)
    return x + 1j * rng.uniform(0.3, 1.2, 4) * rng.choice([-1, 1], 4) if complexly else abs(x)


def operands(rng, count):
    """Complex ones; and, of two operands, one or the other real."""
    if count == 1:
        return [(numbers(rng),)]
    return [
        (numbers(rng, first), numbers(rng, second))
        for first, second in ((True, True), (True, False), (False, True))
    ]


def loss(f, weights, *tensors):
    """A real number that depends on both parts of the result."""
    out = f(*tensors)
    if out.dtype.kind == "c":
        return tg.real(weights * out).sum()
    return (weights.real * out).sum()


def steepest(f, weights, arrays, place, step=1e-6):
    """dL/da + i dL/db of the array at `place`, by differences."""
    found = np.zeros(arrays[place].shape, arrays[place].dtype)
    for at in np.ndindex(found.shape):
        for unit in (1, 1j) if found.dtype.kind == "c" else (1,):
            sides = []
            for h in (step, -step):
                moved = [np.array(a) for a in arrays]
                moved[place][at] += h * unit
                sides.append(loss(f, weights, *map(tg.tensor, moved)).item())
            found[at] += unit * (sides[0] - sides[1]) / (2 * step)
    return found


@over_functions
@pytest.mark.parametrize("create_graph", [False, True])
def test_gradient_equals_differences_in_both_directions(name, create_graph, rng):
    f, _, count = FUNCTIONS[name]
    for arrays in operands(rng, count):
        tensors = [tg.tensor(a, requires_grad=True) for a in arrays]
        weights = numbers(rng)
        found = loss(f, weights, *tensors).gradient(*tensors, create_graph=create_graph)
        for place, g in enumerate(found):
            assert g.dtype == arrays[place].dtype
            expected = steepest(f, weights, arrays, place)
            np.testing.assert_allclose(g.data, expected, rtol=1e-6, atol=1e-8)


@over_functions
def test_gradient_of_gradient_equals_differences(name, rng):
    f, _, count = FUNCTIONS[name]
    for arrays in operands(rng, count):
        weights, directions = numbers(rng), [numbers(rng) for _ in arrays]

        def slope(*tensors, weights=weights, directions=directions):
            tensors = [x if x.requires_grad else tg.tensor(x, requires_grad=True) for x in tensors]
            found = loss(f, weights, *tensors).gradient(*tensors, create_graph=True)
            return sum(tg.real(g * d).sum() for g, d in zip(found, directions, strict=True))

        tensors = [tg.tensor(a, requires_grad=True) for a in arrays]
        total = slope(*tensors)
        found = total.gradient(*tensors) if total.requires_grad else [None] * count
        for place, g in enumerate(found):
            expected = steepest(slope, np.ones(()) + 0j, arrays, place)
            got = np.zeros(4) if g is None else g.data
            np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-7)


@over_functions
def test_forward_mode_is_the_transpose(name, rng):
    f, _, count = FUNCTIONS[name]
    for arrays in operands(rng, count):
        tangents = [numbers(rng, a.dtype.kind == "c") for a in arrays]
        out, moved = tg.jvp(f, arrays, tangents)
        assert moved.dtype == out.dtype
        v = numbers(rng, out.dtype.kind == "c").reshape(-1)[: out.size].reshape(out.shape)
        tensors = [tg.tensor(a, requires_grad=True) for a in arrays]
        found = f(*tensors).gradient(*tensors, gradient=v)
        back = sum((g.data.conj() * t).real.sum() for g, t in zip(found, tangents, strict=True))
        np.testing.assert_allclose((v.conj() * moved.data).real.sum(), back, rtol=1e-12)


@over_functions
def test_values_and_gradients_are_torchs(name, rng):
    torch = pytest.importorskip("torch")
    f, other, count = FUNCTIONS[name]
    if other is None:
        pytest.skip("PyTorch has no such function of complex numbers")
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


def test_complex64_is_kept(rng):
    for name, (f, _, count) in FUNCTIONS.items():
        if name == "float_power":  # complex128 by definition
            continue
        arrays = operands(rng, count)[0]
        tensors = [tg.tensor(a, dtype="c8", requires_grad=True) for a in arrays]
        out = f(*tensors)
        assert out.dtype in (np.complex64, np.float32), name
        found = out.gradient(*tensors, gradient=np.ones(out.shape))
        assert all(g.dtype == np.complex64 for g in found), name


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


def test_steepest_ascent_climbs():
    """The convention in one line: a step along the gradient makes the loss larger."""
    z = tg.tensor(1 + 2j, requires_grad=True)
    (abs(z) ** 2).backward()
    assert z.grad.item() == pytest.approx(2 + 4j)


def test_a_complex_loss_is_refused():
    z = tg.tensor(1 + 2j, requires_grad=True)
    with pytest.raises(TypeError, match=r"complex.*steepest ascent.*\.real"):
        (z * z).backward()
    (z * z).backward(gradient=1.0)
    assert z.grad.item() == pytest.approx(2 - 4j)


def test_real_if_close_looks_at_the_numbers():
    x = tg.tensor([1 + 1e-15j, 2.0], requires_grad=True)
    out = tg.real_if_close(x)
    assert out.dtype == np.float64
    (g,) = out.sum().gradient(x)
    np.testing.assert_array_equal(g.data, [1, 1])
    assert tg.real_if_close(tg.tensor([1 + 1j])).dtype == np.complex128


def test_nan_to_num_takes_each_part_for_itself():
    x = tg.tensor([complex(np.nan, 2.0), complex(1.0, np.inf)], requires_grad=True)
    out = tg.nan_to_num(x, posinf=9.0)
    np.testing.assert_array_equal(out.data, [2j, 1 + 9j])
    (g,) = out.gradient(x, gradient=np.array([1 + 1j, 1 + 1j]))
    np.testing.assert_array_equal(g.data, [1j, 1])
    with pytest.raises(TypeError, match="copy=False"):
        tg.nan_to_num(x, copy=False)
