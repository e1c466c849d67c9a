"""The namespaces that existing programs import instead of `numpy` and `math`."""

import collections
import functools
import inspect
import math as python_math
import operator
from importlib import import_module
from types import ModuleType
from typing import Any

import numpy
import pytest

import tinygrad_np as tg
from tinygrad_np.engine.op import NUMPY

np: Any = import_module("tinygrad_np.numpy")  # to type checkers it is NumPy
math: Any = import_module("tinygrad_np.math")
X = numpy.array([0.3, 0.8, 0.5])


@pytest.mark.parametrize("module", ["", "linalg", "fft", "random"])
def test_every_name_of_numpy_is_there(module):
    theirs = functools.reduce(getattr, filter(None, [module]), numpy)
    namespace = functools.reduce(getattr, filter(None, [module]), np)
    for name in dir(theirs):
        if name.startswith("_") or name == "test":
            continue
        one, other = getattr(namespace, name), getattr(theirs, name)
        if isinstance(other, (ModuleType, int, float, str, type(None))):
            assert one is other or isinstance(one, ModuleType)
        elif callable(other) and not isinstance(other, type):
            assert callable(one)
            assert getattr(one, "__name__", name) == getattr(other, "__name__", name)


def test_every_function_is_ours_or_numpys_or_refused():
    """A Tensor with a graph is never taken for an array."""
    t = tg.tensor(X, requires_grad=True) * 1.0
    told = []
    for name in sorted(dir(numpy)):
        function = getattr(np, name)
        if name.startswith("_") or not callable(function) or isinstance(function, type):
            continue
        original = getattr(numpy, name)
        if original in NUMPY or isinstance(original, numpy.ufunc):
            continue
        try:
            first = next(iter(inspect.signature(original).parameters.values()))
        except (ValueError, StopIteration):
            continue
        if first.name not in ("a", "x", "m", "arr", "ary", "array", "object", "obj", "z", "p"):
            continue
        try:
            found = function(t)
        except (TypeError, ValueError, RuntimeError, AttributeError, IndexError) as error:
            told.append((name, type(error)))
            continue
        assert not isinstance(found, numpy.ndarray) or found.dtype.kind not in "fc", name
    assert len(told) > 10


def test_new_arrays_can_be_written_to():
    def f(x):
        arrays = [
            *(np.zeros(3), np.ones(3), np.empty(3), np.full(3, 2.0), np.linspace(0, 1, 3)),
            *(np.arange(3.0), np.copy(X), np.zeros_like(X), np.array([1.0, 2.0, 3.0])),
            *(np.tile(1.0, 3), np.diag(np.eye(3)) * 1.0, np.sin(X), np.concatenate([X[:1], X[:2]])),
            *(np.asarray(X), np.random.randn(3), np.random.default_rng(0).normal(size=3)),
            *(np.random.RandomState(0).uniform(size=3), np.linalg.inv(np.eye(3))[0]),
            *(np.fft.ifft(np.ones(3)).real * 1.0, np.vectorize(lambda v: v * 1.0)(X)),
        ]
        for a in arrays:
            a[:2] = x[:2]
            a[2] = x[0] * x[1]
        return sum(np.sum(a) for a in arrays) / len(arrays)

    before = X.copy()
    value, gradient = tg.value_and_grad(f)(X)
    assert value.item() == pytest.approx(1.1 + 0.24)
    numpy.testing.assert_allclose(gradient.data, [1.8, 1.3, 0.0])
    numpy.testing.assert_array_equal(X, before)


def test_counting_and_indexing_stay_numpys():
    for a in (np.arange(3), np.zeros(2, int), np.random.randint(0, 5, 3), np.array([True])):
        assert type(a) is numpy.ndarray
    assert [i for i in np.arange(2)] == [0, 1]  # noqa: C416  # as programs write it
    assert {np.arange(3)[1]: "one"}[1] == "one"
    assert np.random.default_rng(0).integers(5) == numpy.random.default_rng(0).integers(5)
    assert np.float64 is numpy.float64
    assert np.pi == numpy.pi
    assert np.zeros(3, dtype=np.float32).dtype == np.float32


def test_random_numbers_are_numpys():
    for seed in range(3):
        ours, theirs = np.random.default_rng(seed), numpy.random.default_rng(seed)
        numpy.testing.assert_array_equal(ours.normal(size=3).data, theirs.normal(size=3))
        t, a = tg.tensor(numpy.arange(12.0).reshape(4, 3)), numpy.arange(12.0).reshape(4, 3)
        ours.shuffle(t)
        theirs.shuffle(a)
        numpy.testing.assert_array_equal(t.data, a)
        ours.shuffle(t, axis=1)
        theirs.shuffle(a, axis=1)
        numpy.testing.assert_array_equal(t.data, a)
        numpy.testing.assert_array_equal(ours.permutation(t).data, theirs.permutation(a))
        numpy.testing.assert_array_equal(ours.choice(t, 5).data, theirs.choice(a, 5))
        np.random.seed(seed)
        found = np.random.rand(2), np.random.standard_normal((2, 2)), np.random.permutation(5)
        numpy.random.seed(seed)  # noqa: NPY002
        expected = numpy.random.rand(2), numpy.random.standard_normal((2, 2))  # noqa: NPY002
        for one, other in zip(found, expected, strict=False):
            numpy.testing.assert_array_equal(one.data, other)
    assert isinstance(np.random.default_rng(0), numpy.random.Generator)
    assert isinstance(np.random.RandomState(0), numpy.random.RandomState)
    rng = np.random.default_rng(0)
    assert np.random.default_rng(rng) is rng


def test_lists_of_tensors():
    a, b = tg.tensor([1.0, 2.0], requires_grad=True)
    for namespace in (np, tg):
        assert namespace.sum([a, b]).item() == 3.0
        assert namespace.max([a, b]).item() == 2.0
        assert int(namespace.argmax([a, b])) == 1
        assert namespace.sum([[a, b], [b, a]], axis=0).tolist() == [3.0, 3.0]
        assert namespace.take([a, b], [1, 1]).tolist() == [2.0, 2.0]
        assert namespace.array([[a, b], [0.0, a]]).tolist() == [[1.0, 2.0], [0.0, 1.0]]
    assert np.exp([a, b]).requires_grad
    assert np.add([a, b], [b, a]).tolist() == [3.0, 3.0]
    assert np.linalg.norm([a, b]).requires_grad
    assert np.r_[a, [b, 0.0], 1:3].tolist() == [1.0, 2.0, 0.0, 1.0, 2.0]
    assert np.c_[np.array([a, b]), [5.0, 6.0]].tolist() == [[1.0, 5.0], [2.0, 6.0]]
    assert np.add.reduce([a, b]).item() == 3.0
    assert np.multiply.outer(np.array([a, b]), X).shape == (2, 3)


def test_what_is_an_array_and_what_a_number():
    x = tg.tensor(X, requires_grad=True) * 1.0
    assert isinstance(x, np.ndarray)
    assert isinstance(X, np.ndarray)
    assert not isinstance([1.0], np.ndarray)
    assert not isinstance(x[0], np.ndarray)
    assert isinstance(x[0], np.floating)
    assert isinstance(numpy.float32(1), np.floating)
    assert not isinstance(x, np.floating)
    assert np.isscalar(x[0])
    assert np.isscalar(1.0)
    assert not np.isscalar(x)
    assert np.issubdtype(x.dtype, np.floating)
    assert issubclass(tg.Tensor, np.ndarray)
    assert not isinstance(x, numpy.ndarray)


def test_numbers_are_keys_by_value_and_arrays_by_identity():
    x: Any = tg.tensor([1.0, 2.0, 1.0])
    seen = {x[0]: "one", x[1]: "two"}
    assert seen[x[2]] == seen[1.0] == "one"
    assert len({x[0], x[1], x[2]}) == 2
    assert collections.Counter(x)[1.0] == 2
    assert len({x, x.copy()}) == 2


def test_loops_over_elements():
    x = tg.tensor(X, requires_grad=True)
    assert [i for i, _ in np.ndenumerate(x)] == [(0,), (1,), (2,)]
    squared = np.vectorize(lambda v: v * v if v > 0.4 else 0.0 * v)(x)
    squared.sum().backward()
    numpy.testing.assert_allclose(x.grad.data, [0.0, 1.6, 1.0])
    rows = np.apply_along_axis(lambda row: row / row.sum(), 1, np.outer(x, x))
    numpy.testing.assert_allclose(rows.data, numpy.tile(X / X.sum(), (3, 1)))


def test_constants_go_where_arrays_go():
    t = tg.tensor(X)
    assert np.histogram(t, bins=2)[0].sum() == 3
    assert numpy.histogram(t, bins=2)[0].sum() == 3
    with pytest.raises(tg.UnsupportedError, match="histogram"):
        np.histogram(tg.tensor(X, requires_grad=True))


def test_batches_have_buffers_of_their_own():
    def f(x):
        u, v = np.zeros(3), np.ones_like(x)
        u[1] = x[0] ** 2
        v[0] = x[1]
        return np.sum(u * v + v)

    rows = numpy.stack([X, X + 1.0])
    together = tg.vmap(tg.grad(f))(rows)
    for row, g in zip(rows, together.data, strict=True):
        numpy.testing.assert_allclose(g, tg.grad(f)(row).data)


# ------------------------------------------------------------------------------ math


FUNCTIONS = [
    *("acos", "acosh", "asin", "asinh", "atan", "atanh", "cbrt", "cos", "cosh", "degrees", "erf"),
    *("erfc", "exp", "exp2", "expm1", "fabs", "gamma", "lgamma", "log", "log10", "log1p", "log2"),
    *("radians", "sin", "sinh", "sqrt", "tan", "tanh"),
]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_of_math(name):
    if name in ("erf", "erfc", "gamma", "lgamma"):
        pytest.importorskip("scipy")
    f, x, h = getattr(python_math, name), 1.2 if name == "acosh" else 0.3, 1e-6
    value, slope = tg.value_and_grad(getattr(math, name))(x)
    assert value.item() == pytest.approx(f(x), rel=1e-14)
    assert slope.item() == pytest.approx((f(x + h) - f(x - h)) / (2 * h), rel=1e-7)
    assert getattr(math, name)(x) == f(x)


def test_functions_of_several_numbers():
    for name, args in {
        "atan2": (0.3, 0.4),
        "hypot": (0.3, 0.4, 0.5),
        "pow": (0.3, 2.0),
        "fmod": (7.3, 2.0),
        "copysign": (0.3, -2.0),
        "remainder": (7.3, 2.0),
        "log": (0.3, 10),
    }.items():
        value = getattr(math, name)(tg.tensor(args[0], requires_grad=True), *args[1:])
        assert value.requires_grad
        assert value.item() == pytest.approx(getattr(python_math, name)(*args), rel=1e-14)
    xs = list(tg.tensor(X, requires_grad=True))
    assert math.fsum(xs).item() == pytest.approx(1.6)
    assert math.prod(xs).item() == pytest.approx(operator.mul(*X[:2]) * X[2])
    assert math.dist(xs, [0.0, 0.0, 0.0]).item() == pytest.approx(numpy.linalg.norm(X))
    assert math.floor(xs[1] * 10.0) == 8
    assert math.isclose(xs[0], 0.3)
    assert math.pi == python_math.pi
    with pytest.raises(tg.ShapeError, match=r"math.exp: a Tensor of shape \(3,\)"):
        math.exp(tg.tensor(X))
    with pytest.raises(tg.UnsupportedError, match="ulp"):
        math.ulp(xs[0])
