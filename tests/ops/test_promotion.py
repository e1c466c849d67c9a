"""Dtypes promote as in NumPy 2: Python's numbers are weak, NumPy's scalars are not."""

import itertools
import operator

import numpy as np
import pytest

import tinygrad_np as tg

X = np.array([[1.5, -2.0, 0.5], [3.0, -0.25, 2.0]])
Y = np.array([[2.0, 0.5, -1.5], [-3.0, 4.0, 0.75]])


def equal(ours, theirs):
    """Assert that a Tensor equals an array in values, shape and dtype."""
    assert isinstance(ours, tg.Tensor)
    theirs = np.asarray(theirs)
    assert ours.dtype == theirs.dtype
    np.testing.assert_array_equal(ours.data, theirs, strict=True)


DTYPES = ["?", "i1", "i4", "i8", "u1", "f2", "f4", "f8"]


@pytest.mark.parametrize(("left", "right"), list(itertools.product(DTYPES, DTYPES)))
def test_promotion_is_numpys(left, right):
    a, b = np.array([1, 0, 1], left), np.array([1, 1, 1], right)
    for op in (operator.add, operator.mul, operator.truediv, operator.lt, operator.matmul):
        equal(op(tg.tensor(a), tg.tensor(b)), op(a, b))
        equal(op(tg.tensor(a), b), op(a, b))
        equal(op(a, tg.tensor(b)), op(a, b))
    equal(tg.maximum(tg.tensor(a), b), np.maximum(a, b))
    equal(tg.where(tg.tensor(a) > 0, a, tg.tensor(b)), np.where(a > 0, a, b))
    equal(tg.concatenate([tg.tensor(a), b]), np.concatenate([a, b]))
    if a.dtype.kind == "f":
        t = tg.tensor(a, requires_grad=True)
        (g,) = (t * b).gradient(t, gradient=np.ones(3))
        assert g.dtype == a.dtype


@pytest.mark.parametrize("dtype", DTYPES)
def test_python_numbers_promote_as_in_numpy(dtype):
    a = np.array([1, 1, 1], dtype)
    for number in (True, 2, 2.5):
        for op in (operator.add, operator.mul, operator.truediv):
            equal(op(tg.tensor(a), number), op(a, number))
            equal(op(number, tg.tensor(a)), op(number, a))
    for name in ("sum", "mean", "prod", "max", "argmax", "any", "var"):
        equal(getattr(tg.tensor(a), name)(), getattr(a, name)())


SCALARS = [
    np.bool_(True),
    np.int8(3),
    np.int64(2),
    np.float32(0.5),
    np.float64(2.0),
    np.complex64(1j),
]


@pytest.mark.parametrize("scalar", SCALARS, ids=lambda s: type(s).__name__)
@pytest.mark.parametrize("dtype", ["?", "i1", "f2", "f4", "f8", "c8", "c16"])
def test_numpys_scalars_are_not_weak(scalar, dtype):
    for a in (np.array([1, 2, 3], dtype), np.array(2, dtype)):
        for op in (operator.add, operator.mul, operator.truediv, operator.eq, operator.ne):
            equal(op(scalar, tg.tensor(a)), op(scalar, a))
            equal(op(tg.tensor(a), scalar), op(a, scalar))
    t = tg.tensor(2.0, requires_grad=True)
    assert (scalar * t).requires_grad


def test_python_numbers_out_of_bounds():
    for dtype, number in [("i1", 300), ("u1", -1)]:
        a = np.array([1, 2], dtype)
        with pytest.raises(OverflowError, match="out of bounds"):
            tg.tensor(a) + number
        equal(tg.tensor(a) > number, a > number)  # NumPy compares any two integers
    equal(tg.tensor(X) + 10**30, X + 10**30)
    equal(tg.tensor(X) * 1j, X * 1j)
    equal(tg.tensor(X.astype("f4")) + 1j, X.astype("f4") + 1j)


@pytest.mark.parametrize("name", ["neg", "sub"])
def test_booleans_cannot_be_subtracted(name):
    t = tg.tensor([True])
    with pytest.raises(tg.DTypeError, match=f"{name}.*numpy boolean"):
        getattr(operator, name)(*[t, t][: 1 + (name == "sub")])
    equal(~t, ~t.data)
