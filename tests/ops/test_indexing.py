"""Reading and writing by index: every form NumPy has, with gradients."""

from typing import Any

import numpy as np
import pytest

import tinygrad_np as tg

A = np.arange(24.0).reshape(2, 3, 4)
MASK = A % 5 == 0

INDICES = [
    0,
    -1,
    (1, 2, -3),
    slice(None),
    slice(None, None, -1),
    slice(5, 1),
    (slice(None), 1),
    (slice(0, 2), slice(None, None, 2), slice(-1, None, -2)),
    ...,
    (..., 0),
    (0, ..., 1),
    None,
    (None, 0, None, ..., None),
    (),
    [0, 1, 0],
    [[0, 1], [1, 0]],
    [],
    ([0, 1], [2, 0]),
    ([[0], [1]], [0, 2]),
    (0, [1, 1, 2]),
    (slice(None), [0, 0, 2]),
    ([0, 1], slice(None), [1, 3]),  # separated arrays: their axis comes first
    (slice(None), [0, 1], [1, 3]),
    (1, [0, 1], slice(1, 3)),
    (None, [0, 1]),
    MASK,
    MASK[..., 0],
    MASK[:, 0, 0],
    (slice(None), [True, False, True]),
    ([True, False], [0, 2]),
    (0, MASK[0]),
    np.zeros((2, 3, 4), bool),
    True,
    False,
    np.array(1),
    np.int64(1),
    np.array([1, -1], "i1"),
    (np.uint8(1), slice(np.int64(0), np.int64(2))),
]


def identify(index):
    return repr(index)[:40].replace("\n", "")


over_indices = pytest.mark.parametrize("index", INDICES, ids=identify)


@over_indices
def test_reading_and_its_gradient(index):
    t = tg.tensor(A, requires_grad=True)
    out = t[index]
    expected = A[index]
    np.testing.assert_array_equal(out.data, expected, strict=True)
    v = np.arange(1.0, out.size + 1).reshape(out.shape)
    accumulated = np.zeros(A.shape)
    np.add.at(accumulated, index, v)
    for create_graph in (False, True):
        (g,) = out.gradient(t, gradient=v, create_graph=create_graph)
        np.testing.assert_array_equal(g.data, accumulated)


@over_indices
def test_writing_and_its_gradients(index):
    base, value = tg.tensor(A, requires_grad=True), np.full(A[index].shape, 7.0)
    v = tg.tensor(value, requires_grad=True)
    t = base * 1.0
    t[index] = v
    expected = A.copy()
    expected[index] = value
    np.testing.assert_array_equal(t.data, expected)
    weights = np.arange(1.0, 25.0).reshape(A.shape)
    for_base, for_value = (t * weights).sum().gradient(base, v)
    kept = np.ones(A.shape)
    kept[index] = 0.0
    found = np.zeros(A.shape) if for_base is None else for_base.data  # no path leads there
    np.testing.assert_array_equal(found, weights * kept)
    winners = np.full(A.shape, -1)  # the index of the value that each place holds
    winners[index] = np.arange(value.size).reshape(value.shape)
    expected = np.zeros(value.size)
    np.add.at(expected, winners[winners >= 0], weights[winners >= 0])
    np.testing.assert_array_equal(for_value.data.ravel(), expected)


def test_tensors_as_indices_and_masks():
    t = tg.tensor(A, requires_grad=True)
    places, mask = tg.tensor([1, 0, 1]), t > 12.0
    pairs: list[tuple[Any, Any]] = [
        (places, places.data),
        ((0, places), (0, places.data)),
        (mask, A > 12.0),
        ((0, mask[0]), (0, A[0] > 12.0)),
        ((slice(tg.tensor(0), tg.tensor(1)), ...), slice(0, 1)),
        ([places[0], places[1]], [1, 0]),
        (tg.tensor(1), 1),
    ]
    for index, plain in pairs:
        np.testing.assert_array_equal(t[index].data, A[plain], strict=True)
    y = t * 1.0
    y[mask] = 0.0
    y[:, places] = tg.tensor(-1.0)
    assert (y.data[A > 12.0] <= 0).all()
    (g,) = y.sum().gradient(t)
    assert g.data.sum() == ((A <= 12.0) & (np.arange(3) == 2)[:, None]).sum()


def test_indexing_with_floats_or_out_of_bounds():
    t = tg.tensor(A)
    with pytest.raises(TypeError, match="not float64"):
        t[1.0]
    with pytest.raises(TypeError, match="not float64"):
        t[tg.tensor([0.0])]
    with pytest.raises(TypeError, match="index"):
        t["a"]
    with pytest.raises(IndexError):
        t[2]
    with pytest.raises(IndexError):
        t[0, 0, 0, 0]


def test_gradient_of_gradient_through_an_index():
    t = tg.tensor([1.0, 2.0, 3.0], requires_grad=True)
    (g,) = (t[[0, 0, 2]] ** 3).sum().gradient(t, create_graph=True)
    np.testing.assert_array_equal(g.data, [6.0, 0.0, 27.0])
    (g2,) = g.sum().gradient(t)
    np.testing.assert_array_equal(g2.data, [12.0, 0.0, 18.0])


def test_assignment_leaves_earlier_tensors_alone():
    x = tg.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = x * 2.0
    squares = y * y
    view = y[1:]
    y[1] = 10.0
    np.testing.assert_array_equal(y.data, [2.0, 10.0, 6.0])
    np.testing.assert_array_equal(view.data, [10.0, 6.0])
    np.testing.assert_array_equal(squares.data, [4.0, 16.0, 36.0])
    (g,) = squares.sum().gradient(x)
    np.testing.assert_array_equal(g.data, [8.0, 16.0, 24.0])
    (g,) = (y * y).sum().gradient(x)
    np.testing.assert_array_equal(g.data, [8.0, 0.0, 24.0])


def test_the_last_of_several_values_wins():
    x = tg.tensor(np.zeros(3), requires_grad=True)
    v = tg.tensor([1.0, 2.0, 3.0, 4.0], requires_grad=True)
    y = x * 1.0
    y[[1, 0, 1, 0]] = v
    np.testing.assert_array_equal(y.data, [4.0, 3.0, 0.0])
    for_x, for_v = y.gradient(x, v, gradient=[10.0, 20.0, 30.0])
    np.testing.assert_array_equal(for_x.data, [0.0, 0.0, 30.0])
    np.testing.assert_array_equal(for_v.data, [0.0, 0.0, 20.0, 10.0])


def test_in_place_operators_on_an_index():
    x = tg.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = x * 1.0
    y[1:] *= 3.0
    y[0] += y[2]
    np.testing.assert_array_equal(y.data, [10.0, 6.0, 9.0])
    (g,) = y.sum().gradient(x)
    np.testing.assert_array_equal(g.data, [1.0, 3.0, 6.0])


@pytest.mark.parametrize("value", [2.0, [1.0, 2.0], np.ones((1, 1, 2)), tg.tensor(3.0), True])
def test_values_broadcast(value):
    plain = value.data if isinstance(value, tg.Tensor) else value
    expected = np.zeros((3, 2))
    expected[1:] = plain
    for requires_grad in (False, True):
        x = tg.tensor(np.zeros((3, 2)), requires_grad=requires_grad)
        y = x * 1.0
        y[1:] = value
        np.testing.assert_array_equal(y.data, expected)


def test_a_list_of_tensors_as_value():
    x = tg.tensor([1.0, 2.0], requires_grad=True)
    y = tg.tensor(np.zeros(3))
    y[:2] = [x[1], x[0] * 5.0]
    np.testing.assert_array_equal(y.data, [2.0, 5.0, 0.0])
    (g,) = y.sum().gradient(x)
    np.testing.assert_array_equal(g.data, [5.0, 1.0])


def test_dtype_and_name_stay():
    y = tg.tensor([1.0, 2.0], dtype="f4", requires_grad=True) * 2.0
    y.name = "y"
    y[0] = tg.tensor(5.0, requires_grad=True)
    assert (y.dtype, y.name) == (np.float32, "y")


def test_values_of_wrong_shape_are_refused():
    y = tg.tensor(np.zeros(3), requires_grad=True) * 1.0
    for value in (np.ones(2), tg.tensor(np.ones(2), requires_grad=True)):
        with pytest.raises(ValueError, match=r"broadcast|shape"):
            y[:] = value
    with pytest.raises(TypeError, match="int64"):
        tg.tensor([1, 2])[0] = tg.tensor(1.0, requires_grad=True)


def test_tracked_leaf_is_refused():
    x = tg.tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(tg.GraphError, match="no_grad"):
        x[0] = 5.0
    np.testing.assert_array_equal(x.data, [1.0, 2.0])


def test_tracked_leaf_in_no_grad_is_written_to():
    x = tg.tensor([1.0, 2.0], requires_grad=True)
    before = (x * x).sum()
    copy = x.detach()
    with tg.no_grad():
        x[0] = 5.0
        x[tg.tensor([False, True])] = tg.tensor(7.0)
    assert x.is_leaf
    assert x.requires_grad
    np.testing.assert_array_equal(x.data, [5.0, 7.0])
    np.testing.assert_array_equal(copy.data, [1.0, 2.0])
    (g,) = before.gradient(x)  # at the values it was computed from
    np.testing.assert_array_equal(g.data, [2.0, 4.0])
    (g,) = (x * x).sum().gradient(x)
    np.testing.assert_array_equal(g.data, [10.0, 14.0])


def test_untracked_tensors_are_written_to_and_arrays_are_not():
    a = np.zeros(3)
    shared, own = tg.asarray(a), tg.tensor(a)
    shared[0] = 1.0
    own[1] = 2.0
    np.testing.assert_array_equal(a, [0.0, 0.0, 0.0])
    np.testing.assert_array_equal(shared.data, [1.0, 0.0, 0.0])
    np.testing.assert_array_equal(own.data, [0.0, 2.0, 0.0])
    i = tg.tensor([1, 2, 3])
    i[0] = 9
    assert i.tolist() == [9, 2, 3]


def test_a_constant_becomes_part_of_the_graph():
    w = tg.tensor(2.0, requires_grad=True)
    rows = tg.tensor(np.zeros((3, 2)))
    for i in range(3):
        rows[i] = w * i
    assert rows.requires_grad
    (g,) = rows.sum().gradient(w)
    assert g.item() == 6.0


@pytest.mark.parametrize("dtype", ["f4", "f8", "g", "c8", "c16"])
@pytest.mark.parametrize(
    ("rows", "width", "count"),
    [(10, (), 20_000), (10, (8,), 3000), (300, (4,), 5000), (5000, (2, 2), 100), (3, (1,), 0)],
)
def test_repeated_indices_add_up_exactly_as_add_at_does(rng, dtype, rows, width, count):
    places = rng.integers(-rows, rows, count)
    g = rng.normal(size=(count, *width)) * 10.0 ** rng.integers(-8, 8, (count, *width))
    g = (g * (1 - 2j) if dtype[0] == "c" else g).astype(dtype)
    t = tg.tensor(np.ones((rows, *width), dtype), requires_grad=True)
    expected = np.zeros(t.shape, dtype)
    np.add.at(expected, places, g)
    (found,) = t[places].gradient(t, gradient=g)
    np.testing.assert_array_equal(found.data, expected, strict=True)
    (found,) = t[..., None][places, ..., 0].gradient(t, gradient=g)  # not whole rows
    np.testing.assert_array_equal(found.data, expected, strict=True)


def test_many_small_numbers_add_up_in_half_precision():
    t = tg.tensor(np.zeros(2, "f2"), requires_grad=True)
    t[np.zeros(5000, int)].sum().backward()
    assert t.grad.tolist() == [5000.0, 0.0]  # numpy.add.at stays at 2048
