"""User-defined ops: with rules or finite differences, to any order, in both modes."""

import functools
import math
from typing import Any

import numpy as np
import pytest

import tinygrad_np as tg
from tinygrad_np.engine.op import FUNCTIONS, OPS


def make_softsign():
    @tg.op(kind="elementwise", x=lambda g, x: g / (1.0 + np.absolute(x)) ** 2)
    def softsign(x):
        """Return x / (1 + |x|)."""
        return x / (1.0 + np.abs(x))

    return softsign


def test_a_custom_op_with_a_rule_works_like_a_built_in_op(rng):
    softsign, x = make_softsign(), rng.normal(size=(2, 3))
    assert tg.testing.gradcheck(softsign, x)
    assert tg.testing.gradcheck(softsign, x, order=2)
    _, tangent = tg.jvp(softsign, (x,), (np.ones((2, 3)),))
    np.testing.assert_allclose(tangent.data, 1.0 / (1.0 + np.abs(x)) ** 2)
    y = softsign(tg.tensor(x, requires_grad=True))
    assert y.node.op.name == "softsign"
    assert "softsign" in tg.viz.draw(y).source
    assert softsign.__doc__ == "Return x / (1 + |x|)."
    assert softsign([1.0, 3.0]).tolist() == [0.5, 0.75]


def test_custom_ops_stay_out_of_the_tables_and_can_be_redeclared():
    before = dict(OPS), dict(FUNCTIONS)
    make_softsign()
    make_softsign()
    assert before == (OPS, FUNCTIONS)


def test_parameters_shapes_and_several_inputs(rng):
    @tg.op(
        x=lambda g, y, power: g * y**power,
        y=lambda g, x, y, power: g * x * power * y ** (power - 1),
    )
    def scaled(x, y, power=2):
        return x * y**power

    x, y = rng.normal(size=4), rng.normal(size=4)
    assert tg.testing.gradcheck(lambda x, y: scaled(x, y, power=3), x, y, order=2)
    with pytest.raises(TypeError, match="scaled: there is no parameter 'order'"):
        scaled(x, y, order=1)


def test_finite_differences_are_an_explicit_choice(rng):
    @tg.op(gradient="finite-difference")
    def black_box(x, y, scale=1.0):
        return scale * np.array([np.prod(x) * y, np.sum(x**2), y**3])

    x, y = np.array([1.0, 2.0, 3.0]), 0.5
    found_x, found_y = tg.jacobian(black_box, (0, 1))(x, y, scale=2.0)
    np.testing.assert_allclose(
        found_x.data, [[6.0, 3.0, 2.0], [4.0, 8.0, 12.0], [0.0, 0.0, 0.0]], atol=1e-8
    )
    np.testing.assert_allclose(found_y.data, [12.0, 0.0, 1.5], atol=1e-8)
    forward = tg.jacobian(black_box, (0, 1), mode="forward")(x, y, scale=2.0)
    np.testing.assert_allclose(forward[0].data, found_x.data, atol=1e-12)
    second = tg.hessian(lambda x: black_box(x, 0.5)[0])(x)
    expected = 0.5 * np.array([[0, 3, 2], [3, 0, 1], [2, 1, 0]])
    np.testing.assert_allclose(second.data, expected, atol=1e-4)


def test_a_constant_op():
    @tg.op(gradient="none")
    def bucket(x):
        return np.floor(x)

    x = tg.tensor([1.5, 2.5], requires_grad=True)
    assert not bucket(x).requires_grad


def test_missing_and_wrong_rules_are_refused():
    with pytest.raises(TypeError, match=r"op: f needs a rule.*gradient='finite-difference'"):

        @tg.op
        def f(x):
            return x

    with pytest.raises(TypeError, match="a rule for 'z', but the inputs are"):

        @tg.op(z=lambda g: g)
        def h(x):
            return x

    with pytest.raises(TypeError, match="the rule for x asks for 'w'"):

        @tg.op(x=lambda g, w: g)
        def k(x):
            return x

    with pytest.raises(TypeError, match=r"takes \*xs; finite differences need named inputs"):

        @tg.op(gradient="finite-difference")
        def m(*xs):
            return xs[0]


class Scale:
    """Multiply by a number."""

    def __init__(self, factor):
        self.factor = factor

    def __call__(self, x):
        return self.factor * x

    def halved(self, x):
        return self.factor * x / 2.0


def traced(f):
    @functools.wraps(f)
    def inner(*args, **kwargs):
        return f(*args, **kwargs)

    return inner


three: dict[str, Any] = {"x": lambda g: 3.0 * g}
CALLABLES: dict[str, Any] = {
    "ufunc": (np.sin, {"x": lambda g, x: g * np.cos(x)}, "sin"),
    "ufunc by differences": (np.sin, {"gradient": "finite-difference"}, "sin"),
    "generalized ufunc": (np.matmul, {"y": lambda g, x: np.swapaxes(x, -1, -2) @ g}, "matmul"),
    "built-in function": (math.sin, {"gradient": "finite-difference"}, "sin"),
    "function of NumPy": (np.nan_to_num, {"gradient": "finite-difference"}, "nan_to_num"),
    "partial, by place": (functools.partial(lambda k, x: k * x, 3.0), three, "<lambda>"),
    "partial, by name": (
        functools.partial(lambda x, k: k * x, k=3.0), {"x": lambda g, k: k * g}, "<lambda>"
    ),
    "object": (Scale(3.0), three, "Scale"),
    "method": (Scale(6.0).halved, three, "halved"),
    "decorated": (traced(lambda x, k=3.0: k * x), {"x": lambda g, k: k * g}, "<lambda>"),
    "np.vectorize": (np.vectorize(lambda x: math.sin(x)), {"x": lambda g, x: g * np.cos(x)},
                     "<lambda>"),
}  # fmt: skip


@pytest.mark.parametrize("name", CALLABLES)
def test_anything_with_a_signature_can_be_an_op(name):
    function, rules, label = CALLABLES[name]
    call = tg.op(function, **rules)
    assert call.op.name == label
    x = np.array([0.3, 0.8])
    if name == "generalized ufunc":
        w, call = np.array([[1.0, 2.0], [3.0, 4.0]]), functools.partial(call, np.eye(2) * 2.0)
        assert tg.testing.gradcheck(call, w)
    elif name == "built-in function":
        assert tg.testing.gradcheck(call, 0.3)
    else:
        np.testing.assert_array_equal(call(x).data, function(x))
        assert tg.testing.gradcheck(call, x)
    shown = tg.viz.text(tg.op(Scale(3.0), **three)(tg.tensor(x, requires_grad=True)))
    assert "Scale(#1)" in shown


def test_a_ufunc_broadcasts(rng):
    hypot = tg.op(np.hypot, x=lambda g, x, out: g * x / out, y=lambda g, y, out: g * y / out)
    assert tg.testing.gradcheck(hypot, rng.uniform(1.0, 2.0, (3, 1)), rng.uniform(1.0, 2.0, 4))
    assert tg.vmap(hypot)(np.ones((5, 2)), np.ones(5)).shape == (5, 2)


def test_any_number_of_inputs():
    total = tg.op(traced(lambda *xs: sum(xs)), xs=lambda g, index: g * (index + 1.0))
    found = tg.grad(lambda x, y: total(x, y, 1.0), (0, 1))(2.0, 3.0)
    assert [g.item() for g in found] == [1.0, 2.0]
    three = tg.op(np.frompyfunc(lambda a, b, c: a, 3, 1), gradient="none")
    assert three.op.inputs == ("x1", "x2", "x3")


def test_a_rule_may_be_any_callable():
    call = tg.op(lambda x: 3.0 * x, x=functools.partial(lambda k, g: k * g, 3.0))
    assert tg.grad(call)(2.0).item() == 3.0
    assert tg.grad(tg.op(lambda x: -x, x=np.negative))(2.0).item() == -1.0


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (np.modf, r"modf has 2 results.*lambda x: np.modf\(x\)\[0\]"),
        (np.cumsum, "cumsum has a parameter named 'out'"),
        (min, r"min: its parameters are unknown.*such as lambda x: min\(x\)"),
        (lambda x, *, k: x * k, "the parameter 'k' needs a default"),
        (traced(lambda x, *, k: x * k), "the parameter 'k' needs a default"),
        (3, "op: int is not a function"),
    ],
)
def test_unsuitable_functions_are_refused(function, message):
    with pytest.raises(TypeError, match=message):
        tg.op(function, x=lambda g: g)


def test_a_non_numeric_result_is_refused():
    call = tg.op(np.frompyfunc(math.sin, 1, 1), x=lambda g, x: g * np.cos(x))
    with pytest.raises(tg.DTypeError, match=r"returned dtype object.*\.astype\(float\)"):
        call([1.0, 2.0])


def test_finite_differences_of_complex_numbers_are_refused():
    size = tg.op(lambda z: np.abs(z) ** 2, gradient="finite-difference", name="size")
    with pytest.raises(tg.DTypeError, match=r"finite differences are of real numbers.*complex128"):
        tg.grad(lambda z: size(z).sum())(np.array([1.0 + 2.0j]))


def test_the_advice_for_two_results_names_all_inputs():
    with pytest.raises(TypeError, match=r"lambda x, y: np\.divmod\(x, y\)\[0\]"):
        tg.op(np.divmod, x=lambda g: g)


@pytest.mark.parametrize("returned", [3.0, [1.0, 2.0], "g"])
def test_a_rule_that_returns_a_non_array_is_named(returned):
    double = tg.op(lambda x: x * 2.0, name="double", x=lambda g: returned)
    x = tg.tensor([1.0, 2.0], requires_grad=True)
    message = f"double: its rule for x returned {type(returned).__name__}; return an array"
    with pytest.raises(TypeError, match=message):
        double(x).sum().backward()
    with pytest.raises(TypeError, match=message):
        tg.jvp(double, (np.ones(2),), (np.ones(2),))
