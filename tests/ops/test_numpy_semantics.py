"""Operators, methods and dtypes work as in NumPy."""

import math
import operator
from typing import Any

import numpy as np
import pytest

import tinygrad_np as tg
from ops.late_numpy import before

X = np.array([[1.5, -2.0, 0.5], [3.0, -0.25, 2.0]])
Y = np.array([[2.0, 0.5, -1.5], [-3.0, 4.0, 0.75]])

ARITHMETIC = [
    operator.add,
    operator.sub,
    operator.mul,
    operator.truediv,
    operator.floordiv,
    operator.mod,
]
COMPARISONS = [operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne]
BITWISE = [operator.and_, operator.or_, operator.xor]

over_shapes_of_operand = pytest.mark.parametrize(
    "other",
    [Y, Y[0], Y.tolist(), 2, -3, 0.75, True, np.float64(1.5), np.float32(0.5), np.int64(3)],
    ids=["array", "row", "list", "2", "-3", "0.75", "True", "float64", "float32", "int64"],
)


def equal(ours, theirs):
    """Assert that a Tensor equals an array in values, shape and dtype."""
    assert isinstance(ours, tg.Tensor)
    theirs = np.asarray(theirs)
    assert ours.dtype == theirs.dtype
    np.testing.assert_array_equal(ours.data, theirs, strict=True)


@pytest.mark.parametrize("op", [*ARITHMETIC, *COMPARISONS])
@over_shapes_of_operand
def test_operator_and_its_reflection(op, other):
    plain = np.array(other) if isinstance(other, list) else other
    for requires_grad in (False, True):
        t = tg.tensor(X, requires_grad=requires_grad)
        equal(op(t, other), op(X, plain))
        equal(op(other, t), op(plain, X))
        if not isinstance(other, int | float) or isinstance(other, np.generic):
            equal(op(t, tg.asarray(other)), op(X, plain))


@pytest.mark.parametrize("op", ARITHMETIC)
def test_gradient_with_the_array_on_either_side(op):
    v = np.arange(6.0).reshape(2, 3)
    both = [tg.tensor(a, requires_grad=True) for a in (X, Y)]
    out = op(*both)
    if op is operator.floordiv:
        assert not out.requires_grad
        return
    wanted = out.gradient(*both, gradient=v)
    for i in (0, 1):
        operands = [X, Y]
        operands[i] = tg.tensor(operands[i], requires_grad=True)  # type: ignore[call-overload]
        (g,) = op(*operands).gradient(operands[i], gradient=v)
        equal(g, wanted[i].data)


@pytest.mark.parametrize("op", BITWISE)
def test_bitwise_operators(op):
    a, b = np.array([1, 6, 3]), np.array([3, 2, 0])
    equal(op(tg.tensor(a), b), op(a, b))
    equal(op(a, tg.tensor(b)), op(a, b))
    equal(op(5, tg.tensor(b)), op(5, b))
    equal(op(tg.tensor(a > 2), b > 2), op(a > 2, b > 2))
    equal(~tg.tensor(a), ~a)
    with pytest.raises(tg.DTypeError, match=op.__name__.strip("_")):
        op(tg.tensor(X), 1)


@pytest.mark.parametrize("op", [operator.neg, operator.pos, abs])
def test_unary_operators(op):
    equal(op(tg.tensor(X)), op(X))


@pytest.mark.parametrize("exponent", [0, 1, 2, 3, -1, -2, 0.5, 2.0, -0.5, 0.0])
def test_power_of_any_exponent(exponent):
    x = abs(X)
    t = tg.tensor(x, requires_grad=True)
    for other in (exponent, np.float64(exponent), np.full(3, exponent), tg.tensor(exponent * 1.0)):
        plain = other.data if isinstance(other, tg.Tensor) else other
        out = t**other
        np.testing.assert_allclose(out.data, x**plain, rtol=1e-15)
        assert out.dtype == (x**plain).dtype
        (g,) = out.gradient(t, gradient=np.ones(x.shape))
        np.testing.assert_allclose(g.data, exponent * x ** (exponent - 1.0), rtol=1e-14)
    equal(2.0 ** tg.tensor(X), 2.0**X)
    equal([2.0, 3.0, 4.0] ** tg.tensor(X), np.array([2.0, 3.0, 4.0]) ** X)


def test_powers_of_integers_keep_numpys_dtypes():
    i = np.array([1, 2, 3])
    for exponent in (0, 2, 3, 2.0, 0.5, -1.0):
        equal(tg.tensor(i) ** exponent, i**exponent)
    equal(2 ** tg.tensor(i), 2**i)
    with pytest.raises(ValueError, match="negative integer powers"):
        tg.tensor(i) ** -1


def test_divmod():
    for ours, theirs in zip(divmod(tg.tensor(X), 0.7), divmod(X, 0.7), strict=True):
        equal(ours, theirs)
    for ours, theirs in zip(divmod(7.0, tg.tensor(X)), divmod(7.0, X), strict=True):
        equal(ours, theirs)


def test_in_place_operators_write_in_place():
    x = tg.tensor(X, requires_grad=True)
    y = alias = x * 1.0
    earlier, row = y * 1.0, y[0]
    y += 1.0
    y *= x
    assert y is alias
    equal(row, ((X + 1.0) * X)[0])
    equal(earlier, X)
    equal(y, (X + 1.0) * X)
    y.sum().backward()
    np.testing.assert_allclose(x.grad.data, 2 * X + 1)


IN_PLACE = [operator.iadd, operator.isub, operator.imul, operator.itruediv, operator.ifloordiv]
IN_PLACE += [operator.imod, operator.ipow]


@pytest.mark.parametrize("op", IN_PLACE)
def test_in_place_operators_equal_the_plain_ones(op):
    for other in (2, 2.5, np.float64(1.5), abs(Y), tg.tensor(Y[0])):
        x, plain = tg.tensor(abs(X)), other.data if isinstance(other, tg.Tensor) else other
        with np.errstate(invalid="ignore"):
            equal(op(x, other), op(abs(X), plain))
            equal(x, op(abs(X), plain))
    with pytest.raises(tg.DTypeError, match=r"of dtype float64 cannot be written to .* int64"):
        op(tg.tensor([4, 2]), 0.5)
    assert op(tg.tensor([4.0, 2.0], dtype="f4"), np.ones(2)).dtype == np.float32
    with pytest.raises(tg.ShapeError, match=r"shape \(2, 3\) cannot be written to .* \(3,\)"):
        op(tg.tensor(abs(X[0])), abs(X))


@pytest.mark.parametrize("op", [op for op in IN_PLACE if op is not operator.ifloordiv])
def test_in_place_operators_of_arrays_refuse_tensors_with_a_graph(op):
    a = abs(X)
    with pytest.raises(tg.GraphError, match="out=, or an operator such as"):
        op(a, tg.tensor(Y, requires_grad=True))
    np.testing.assert_array_equal(a, abs(X))
    b = op(a, tg.tensor(abs(Y)))
    assert b is a
    np.testing.assert_array_equal(a, op(abs(X), abs(Y)))
    scalar = np.float64(1.0)  # immutable: Python rebinds the name to a new value
    equal(op(scalar, tg.tensor(abs(Y))), op(np.ones((2, 3)), abs(Y)))


@pytest.mark.parametrize("index", [slice(None), (0, slice(None)), [0], ...])
def test_assignment_into_an_array_refuses_tracked_tensors(index):
    a, t = X.copy(), tg.tensor(1.0, requires_grad=True)
    for value in (t, tg.tensor(Y[0]) * t):
        with pytest.raises(tg.GraphError, match="would silently cut its graph"):
            a[index] = value
        with pytest.raises(tg.GraphError, match="would silently cut its graph"):
            np.array([value, value])
    np.testing.assert_array_equal(a, X)
    a[index] = tg.tensor(7.0)
    assert (a[index] == 7.0).all()


@pytest.mark.parametrize("op", [*ARITHMETIC, operator.pow, *COMPARISONS])
@pytest.mark.parametrize(
    "left",
    [np.float64(2.0), np.int64(3), np.array(2.0), np.array([1.0, 2.0, 3.0]), Y, (1, 2, 3), [[1.5]]],
    ids=["float64", "int64", "0-d", "row", "matrix", "tuple", "list"],
)
def test_any_left_operand_gives_a_tensor(op, left):
    right = np.round(abs(X)) + 1.0
    np.testing.assert_array_equal(op(left, tg.tensor(right)).data, op(left, right), strict=True)
    equal(op(left, tg.tensor(right)[0, 0]), op(np.asarray(left), right[0, 0]))


def test_products_and_shifts_with_an_array_on_the_left():
    equal(X.T @ tg.tensor(Y), X.T @ Y)
    equal(X[0].tolist() @ tg.tensor(Y.T), X[0] @ Y.T)
    with pytest.raises(tg.ShapeError, match=r"matmul: \(\) @ \(2, 3\)"):
        np.float64(2.0) @ tg.tensor(X)
    i = np.array([1, 2], "i1")
    equal(np.int8(1) << tg.tensor(i), np.int8(1) << i)
    equal(np.array([8, 9]) >> tg.tensor(i), np.array([8, 9]) >> i)
    equal(np.True_ & (tg.tensor(i) > 1), i > 1)
    for ours, theirs in zip(divmod(np.float64(7), tg.tensor(X)), divmod(7.0, X), strict=True):
        equal(ours, theirs)


METHODS: dict[str, list[Any]] = {
    "sum": [(), (0,), (-1,), ((0, 1),)],
    "mean": [(), (0,)],
    "prod": [(), (1,)],
    "max": [(), (0,), ((0, 1),)],
    "min": [(), (-1,)],
    "argmax": [(), (1,)],
    "argmin": [(), (0,)],
    "reshape": [(3, 2), ((3, 2),), ([3, 2],), (-1,), (2, -1), (6,)],
    "transpose": [(), (1, 0), ((1, 0),), (None,), (0, 1)],
    "swapaxes": [(0, 1), (-1, 0)],
    "squeeze": [()],
    "ravel": [()],
    "flatten": [()],
    "copy": [()],
    "astype": [("float32",), (int,), (np.float64,)],
    "dot": [(Y.T,), (Y[0],)],
    "clip": [(0.0, 1.0), (None, 1.0), (0.5,)],
    "tolist": [()],
}


@pytest.mark.parametrize(
    ("name", "args"),
    [pytest.param(n, a, id=f"{n}{a}") for n, many in METHODS.items() for a in many],
)
def test_method(name, args):
    ours, theirs = getattr(tg.tensor(X), name)(*args), getattr(X, name)(*args)
    if name == "tolist":
        assert ours == theirs
        return
    equal(ours, theirs)
    assert getattr(tg.tensor(X, requires_grad=True), name)(*args).shape == theirs.shape


@pytest.mark.parametrize("name", ["sum", "mean", "prod", "max", "min", "var", "std", "argmax"])
def test_method_with_keywords(name):
    for axis in (None, 0, -1):
        ours = getattr(tg.tensor(X), name)(axis=axis, keepdims=True)
        theirs = getattr(X, name)(axis=axis, keepdims=True)
        np.testing.assert_allclose(ours.data, theirs, rtol=1e-15)
        assert ours.shape == theirs.shape
    np.testing.assert_allclose(tg.tensor(X).var(0, ddof=1).data, X.var(0, ddof=1))


def test_transposes():
    t = tg.tensor(np.arange(24.0).reshape(2, 3, 4))
    assert (t.T.shape, t.mT.shape) == ((4, 3, 2), (2, 4, 3))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (lambda t: np.sum(t, axis=0, keepdims=True), X.sum(0, keepdims=True)),
        (lambda t: np.sum(a=t), X.sum()),
        (lambda t: np.add.reduce(t), X.sum(0)),
        (lambda t: np.maximum.reduce(t, axis=1), X.max(1)),
        (lambda t: np.logaddexp.reduce(t), np.logaddexp.reduce(X)),
        (lambda t: np.add.accumulate(t), X.cumsum(0)),
        (lambda t: np.multiply.accumulate(t, axis=1), X.cumprod(1)),
        (lambda t: np.subtract.outer(t, X[0]), np.subtract.outer(X, X[0])),
        (lambda t: np.multiply.outer(2.0, t), 2.0 * X),
        (lambda t: np.reshape(t, (3, 2), order="F"), X.reshape(3, 2, order="F")),
        (lambda t: t.reshape(3, -1, order="F"), X.reshape(3, 2, order="F")),
        (lambda t: np.amax(t, 1), X.max(1)),
        (lambda t: np.clip(t, a_min=0.0, a_max=1.0), X.clip(0.0, 1.0)),
        pytest.param(
            lambda t: np.reshape(t, shape=(3, 2)),
            X.reshape(3, 2),
            marks=pytest.mark.skipif(before("2.1"), reason="NumPy 2.1 introduced the name shape="),
        ),
        pytest.param(
            lambda t: np.reshape(t, newshape=(3, 2)),  # type: ignore[call-overload]  # an old name
            X.reshape(3, 2),
            marks=pytest.mark.skipif(not before("2.4"), reason="NumPy 2.4 removed newshape="),
        ),
        (lambda t: np.broadcast_to(array=t, shape=(2, 2, 3)), np.broadcast_to(X, (2, 2, 3))),
        (lambda t: np.stack(arrays=[t, X]), np.stack([X, X])),
        (lambda t: np.concatenate([X, t], axis=1), np.concatenate([X, X], axis=1)),
        (lambda t: np.where(t > 0, t, 0.0), np.where(X > 0, X, 0.0)),
        (lambda t: np.swapaxes(t, 0, 1), X.T),
        (lambda t: np.dot(t, X.T), X.dot(X.T)),
        (lambda t: np.copy(t), X),
        (lambda t: tg.swapaxes([t, t], 0, 1), np.swapaxes([X, X], 0, 1)),
        (lambda t: tg.dot([t[0], t[1]], X.T), X.dot(X.T)),
        (lambda t: tg.sum([t, [t[0], t[1]]], axis=[0, 1]), (X + X).sum(0)),  # type: ignore[arg-type]
    ],
)
def test_numpy_functions_with_their_keywords(ours, theirs):
    out = ours(tg.tensor(X, requires_grad=True))
    equal(out, theirs)
    assert out.requires_grad


def test_numpy_shape_functions():
    t = tg.tensor(X, requires_grad=True)
    assert (np.shape(t), np.ndim(t), np.size(t)) == ((2, 3), 2, 6)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda t: np.histogram(t), "np.histogram: not supported"),
        (lambda t: np.isnat(t), "np.isnat: not supported"),
        (lambda t: np.isnat(t), r"nearest supported function is tg\.isnan"),
        (lambda t: np.maximum.accumulate(t), "np.maximum.accumulate: not supported"),
        (lambda t: np.add.reduceat(t, [0, 1]), "np.add.reduceat: not supported"),
        (lambda t: np.subtract.reduce(t), "np.subtract.reduce: not supported"),
        (lambda t: np.sum(t, 0, True), "keepdims comes later"),  # type: ignore[call-overload]
        (lambda t: t + "a", "'a' is not an array"),
        (lambda t: t * None, "None is not an array"),
        (lambda t: t + np.array([1, None], object), "object"),
    ],
)
def test_unsupported_calls_are_refused(call, message):
    with pytest.raises(TypeError, match=message):
        call(tg.tensor(X, requires_grad=True))


@pytest.mark.parametrize(
    "call",
    [
        lambda t: np.add.at(np.zeros(2), 0, t[0, 0]),
        lambda t: np.put(np.zeros(2), 0, t[0, 0]),
        lambda t: np.add.reduce(t, out=np.zeros(3)),
        lambda t: np.sin(t, out=np.zeros((2, 3))),
        lambda t: np.sin(t, out=np.zeros((2, 3)), where=X > 0),
        lambda t: np.sum(t, 0, None, np.zeros(3)),
    ],
)
def test_arrays_refuse_results_with_a_graph(call):
    with pytest.raises(tg.GraphError, match="graph"):
        call(tg.tensor(X, requires_grad=True))
    call(tg.tensor(X))


def test_results_without_axes_are_tensors():
    t = tg.tensor(X, requires_grad=True)
    for out in (t.sum(), t[0, 0], t[0] @ t[1], t.max(), t.reshape(-1)[2] * 2, tg.sin(1.0)):
        assert isinstance(out, tg.Tensor)
        assert type(out.data) is np.ndarray
        assert out.shape == ()


def test_python_conversions():
    one = tg.tensor([[2.5]], requires_grad=True)
    assert (float(one), int(one), bool(one), one.item()) == (2.5, 2, True, 2.5)
    assert complex(one) == 2.5
    assert not tg.tensor(0.0)
    assert f"{one.sum():.3f} {tg.tensor(7):d}" == "2.500 7"
    assert f"{tg.tensor(1)}" == "Tensor(1, dtype=int64)"
    assert [10, 20, 30][tg.tensor(1)] == 20
    assert list(range(tg.tensor(2))) == [0, 1]
    with pytest.raises(TypeError, match="only an integer Tensor"):
        [1, 2][tg.tensor(1.0)]
    for convert in (float, int, lambda t: t.item()):
        with pytest.raises(ValueError, match="no single element"):
            convert(tg.tensor(X))
    with pytest.raises(ValueError, match="ambiguous"):
        bool(tg.tensor(X))
    with pytest.raises(ValueError, match="ambiguous"):
        bool(tg.tensor([]))
    with pytest.raises(ValueError, match="ambiguous"):
        bool(0.0 < tg.tensor(X) < 1.0)
    with pytest.raises(ValueError, match="no single element"):
        f"{tg.tensor(X):.2f}"
    with pytest.raises(ValueError, match="NaN"):
        int(tg.tensor(np.nan))
    with pytest.raises(TypeError, match="complex"):
        float(tg.tensor(1j))
    assert complex(tg.tensor(1 + 2j)) == 1 + 2j
    assert f"{tg.tensor(3.14159):>8.2f}|{tg.tensor(255):x}" == "    3.14|ff"
    assert (math.floor(tg.tensor(1.5)), math.ceil(tg.tensor(1.5))) == (1, 2)


def test_comparisons_with_non_numbers():
    t = tg.tensor(X)
    for other in (None, "a"):
        for op in (operator.eq, operator.ne, operator.lt):
            with pytest.raises(TypeError, match="is not an array"):
                op(t, other)  # type: ignore[arg-type]  # NumPy compares elementwise: False everywhere
    out = t == X
    assert not out.requires_grad
    assert out.dtype == bool


def test_python_sequence_functions():
    t = tg.tensor(X[0], requires_grad=True)
    first, *rest = t
    assert (first.shape, len(rest)) == ((), 2)
    for f in (sum, max, min):
        out = f(t)
        equal(out, f(X[0]))
        assert out.requires_grad
    assert [x.item() for x in sorted(t)] == sorted(X[0])
    assert [x.item() for x in reversed(t)] == [*reversed(X[0])]
    assert list(tg.tensor([])) == []
    assert [*zip(tg.tensor([1, 2]).tolist(), "ab", strict=True)] == [(1, "a"), (2, "b")]
    listed = [1.0]
    listed += t  # type: ignore[arg-type]  # adds elementwise, as with an array
    equal(listed, X[0] + 1.0)
    assert listed.requires_grad  # type: ignore[attr-defined]


def test_len_iteration_containment():
    t = tg.tensor(X, requires_grad=True)
    assert len(t) == 2
    rows = list(t)
    for ours, theirs in zip(rows, X, strict=True):
        equal(ours, theirs)
    a, b = t
    (g,) = (a * 2.0 + b).sum().gradient(t)
    np.testing.assert_array_equal(g.data, [[2.0] * 3, [1.0] * 3])
    assert 3.0 in t
    assert 99.0 not in t
    assert tg.tensor(3.0) in t
    assert X[0] in t
    assert np.nan not in tg.tensor([np.nan])
    with pytest.raises(TypeError, match="no length"):
        len(t.sum())
    with pytest.raises(TypeError, match="no length"):
        iter(t.sum())
    assert len({t, t, rows[0]}) == 2


@pytest.mark.parametrize(
    ("tensor", "shown"),
    [
        (lambda: tg.tensor([1.0, 2.0]), "Tensor([1., 2.], dtype=float64)"),
        (lambda: tg.tensor(np.zeros((0, 2))), "Tensor([], shape=(0, 2), dtype=float64)"),
        (
            lambda: tg.tensor([1], dtype="f4", requires_grad=True, name="w"),
            "Tensor([1.], dtype=float32, name='w', requires_grad=True)",
        ),
        (
            lambda: tg.tensor([1.0], requires_grad=True) * 2,
            "Tensor([2.], dtype=float64, op=multiply)",
        ),
        (lambda: tg.tensor([1.0]) > 0, "Tensor([ True], dtype=bool)"),
    ],
)
def test_repr(tensor, shown):
    assert repr(tensor()) == shown
