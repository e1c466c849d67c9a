"""Moving, repeating, joining and splitting: NumPy's spellings, and refusals."""

import numpy as np
import pytest

import tinygrad_np as tg
from ops.late_numpy import needs, trim_zeros
from tinygrad_np.engine.since import SINCE

X = np.array([[1.5, -2.0, 0.5], [3.0, -0.25, 2.0]])


def leaf(a=X):
    return tg.tensor(a, requires_grad=True)


SPELLED = {
    "moveaxis": lambda t: np.moveaxis(t, 0, -1),
    "rollaxis": lambda t: np.rollaxis(t, 1),
    "permute_dims": lambda t: np.permute_dims(t, (1, 0)),
    "matrix_transpose": lambda t: np.matrix_transpose(t),
    "flip": lambda t: np.flip(m=t, axis=0),
    "fliplr": lambda t: np.fliplr(t),
    "flipud": lambda t: np.flipud(t),
    "rot90": lambda t: np.rot90(t, 3),
    "roll": lambda t: np.roll(a=t, shift=2),
    "tile": lambda t: np.tile(A=t, reps=(2, 1)),
    "repeat": lambda t: np.repeat(t, 2, axis=1),
    "repeat method": lambda t: t.repeat([1, 2], axis=0),
    "resize": lambda t: np.resize(t, (2, 4)),
    "trim_zeros": lambda t: np.trim_zeros(filt=t[0]),
    "ravel": lambda t: np.ravel(t, order="F"),
    "flatten": lambda t: t.flatten("F"),
    "atleast_3d": lambda t: np.atleast_3d(t),
    "broadcast_arrays": lambda t: np.broadcast_arrays(t, [[1.0]])[0],
    "vstack": lambda t: np.vstack([t, X[0]]),
    "hstack": lambda t: np.hstack((X, t)),
    "dstack": lambda t: np.dstack([t, X]),
    "column_stack": lambda t: np.column_stack([t, X[:, 0]]),
    "block": lambda t: np.block([[t, X], [X, t]]),
    "append": lambda t: np.append(t, X, axis=1),
    "insert": lambda t: np.insert(t, [0, 2], 7.0, axis=1),
    "delete": lambda t: np.delete(t, 1, axis=1),
    "array_split": lambda t: np.array_split(t, 2, axis=1)[1],
    "hsplit": lambda t: np.hsplit(t, 3)[2],
    "vsplit": lambda t: np.vsplit(t, 2)[0],
    "dsplit": lambda t: np.dsplit(t[None], [1])[1],
    "unstack": lambda t: np.unstack(t, axis=1)[2],
    "meshgrid": lambda t: np.meshgrid(t[0], t[1], indexing="ij")[1],
    "pad": lambda t: np.pad(array=t, pad_width=1, mode="symmetric"),
}


@pytest.mark.parametrize(
    "f",
    [
        pytest.param(f, id=name, marks=needs(name) if name in SINCE else ())
        for name, f in SPELLED.items()
    ],
)
def test_numpy_spelling(f):
    t = leaf()
    out = f(t)
    expected = f(X)
    np.testing.assert_array_equal(out.data, expected)
    assert out.requires_grad
    assert out.dtype == expected.dtype
    (g,) = out.sum().gradient(t)
    assert g.shape == X.shape


def test_functions_that_change_nothing_return_a_new_tensor():
    for f in (
        lambda m, t: m.roll(t, 0, 0),
        lambda m, t: m.flip(t, ()),
        lambda m, t: m.rot90(t, 0),
        lambda m, t: m.tile(t, 1),
        lambda m, t: m.pad(t, 0, mode="edge"),
        lambda m, t: m.repeat(t, 1, axis=0),
    ):
        t, a = tg.tensor(X), X.copy()
        out, expected = f(tg, t), f(np, a)
        assert out is not t
        out[0, 0] = expected[0, 0] = 99.0
        np.testing.assert_array_equal(t.data, a)  # seen through a view, and only then


def test_functions_with_several_results():
    t = leaf()
    assert [isinstance(part, tg.Tensor) for part in tg.atleast_1d(t, 2.0)] == [True] * 2
    assert isinstance(tg.broadcast_arrays(t, 1.0), tuple)
    assert isinstance(tg.meshgrid(t[0], t[1]), tuple)
    assert isinstance(tg.unstack(t), tuple)
    assert isinstance(tg.array_split(t, 2), list)


@pytest.mark.parametrize(
    ("mask", "values"),
    [
        ([False, True, False], 7.0),
        ([False, True, False], [7.0, 8.0]),  # one place receives all values
        ([True, False, True], [7.0, 8.0]),
        ([False, False, False], 7.0),
        ([True], 7.0),
    ],
)
def test_insert_puts_values_where_a_mask_is_true(mask, values):
    expected = np.insert(X[0], np.flatnonzero(mask), values)
    np.testing.assert_array_equal(tg.insert(X[0], mask, values).data, expected)
    np.testing.assert_array_equal(np.insert(leaf()[0], np.array(mask), values).data, expected)


def test_insert_casts_to_the_dtype_of_the_array():
    assert tg.insert(np.array([1, 2]), 1, 9.7).tolist() == [1, 9, 2]
    out = tg.insert(leaf().astype("f4"), 0, 1.0, axis=0)
    assert out.dtype == np.float32


@pytest.mark.parametrize("dtype", ["i4", "u1"])
@pytest.mark.parametrize("mode", ["mean", "median", "linear_ramp", "reflect", "constant"])
def test_pad_rounds_integers_as_numpy(mode, dtype):
    x = np.array([[1, 2, 4], [3, 5, 9]], dtype)
    found = tg.pad(x, ((1, 2), (2, 1)), mode=mode)
    expected = np.pad(x, ((1, 2), (2, 1)), mode=mode)
    np.testing.assert_array_equal(found.data, expected)
    assert found.dtype == expected.dtype


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda t: tg.moveaxis(t, 5, 0), "moveaxis: there is no axis 5"),
        (lambda t: tg.moveaxis(t, (0, 1), 0), "same number of axes"),
        (lambda t: tg.moveaxis(t, (0, 0), (0, 1)), "each once"),
        (lambda t: tg.rollaxis(t, 0, 7), "start 7"),
        (lambda t: tg.matrix_transpose(t[0]), "two axes to exchange"),
        (lambda t: tg.flip(t, (0, 0)), "twice"),
        (lambda t: tg.fliplr(t[0]), "fliplr: there is no axis 1"),
        (lambda t: tg.rot90(t, axes=(0, 0)), "two different"),
        (lambda t: tg.roll(t, 1, 3), "roll: there is no axis 3"),
        (lambda t: tg.repeat(t, [1, 2, 3], axis=0), "3 repeats for 2 places"),
        (lambda t: tg.repeat(t, -1), "-1 times"),
        (lambda t: tg.resize(t, (-1, 2)), "negative size"),
        (lambda t: tg.trim_zeros(t, axis=2), "axis 2"),
        (lambda t: tg.insert(t, [[True]], 1.0), "booleans must have one axis"),
        (lambda t: tg.reshape(t, -1, order="A"), "'C' or 'F'"),
        (lambda t: tg.trim_zeros(t[0], "x"), "made of 'f' and 'b'"),
        (lambda t: tg.ravel(t, order="K"), "'C' or 'F'"),
        (lambda t: tg.broadcast_arrays(t, t[:, :2]), "do not broadcast"),
        (lambda t: tg.vstack([t, t[:, :2]]), r"\(2, 3\) and \(2, 2\)"),
        (lambda t: tg.block([[t, []]]), "empty"),
        (lambda t: tg.block([t, [t]]), "different depths"),
        (lambda t: tg.array_split(t, 0), "0 parts"),
        (lambda t: tg.hsplit(t[0, 0], 1), "hsplit: 1 or more axes"),
        (lambda t: tg.vsplit(t[0], 1), "vsplit: 2 or more axes"),
        (lambda t: tg.meshgrid(t[0], indexing="yx"), "'xy' or 'ij'"),
        (lambda t: np.concatenate([t, t], out=np.zeros((4, 3))), "out="),
        (lambda t: np.hstack([t, t], dtype="f4"), "dtype"),
    ],
)
def test_refusals_give_the_reason(call, message):
    with pytest.raises((tg.TinygradError, TypeError, ValueError), match=message):
        call(leaf())


@pytest.mark.parametrize("trim", ["fb", "f", "B"])
@pytest.mark.parametrize("axis", [None, 1, -2, (0, -1), ()])
@pytest.mark.parametrize("full", [False, True])
def test_trim_zeros_of_several_axes(trim, axis, full):
    box = np.zeros((4, 5))
    if full:
        box[1, 2], box[2, 1], box[2, 3] = 0.5, 2.0, -1.0
    t = tg.tensor(box, requires_grad=True)
    out = tg.trim_zeros(t, trim, axis)
    np.testing.assert_array_equal(out.data, trim_zeros(box, trim, axis))
    assert out.requires_grad
