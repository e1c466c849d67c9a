"""Selecting elements: NumPy's spellings, PyTorch's gradients, complex numbers, refusals."""

import numpy as np
import pytest

import tinygrad_np as tg

X = np.array([[1.5, -2.0, 0.5], [3.0, -0.25, 2.0]])
ROWS = np.array([[2, 0, 0], [1, 1, -1]])


def leaf(a=X):
    return tg.tensor(a, requires_grad=True)


SPELLED = {
    "take": lambda t: np.take(t, [2, 0, 2], axis=1),
    "take by keyword": lambda t: np.take(a=t, indices=[2, 0], axis=1),
    "take method": lambda t: t.take([[1, 5]]),
    "take_along_axis": lambda t: np.take_along_axis(t, ROWS, axis=1),
    "compress": lambda t: np.compress([0, 1], t, axis=0),  # type: ignore[arg-type]
    "compress by keyword": lambda t: np.compress(condition=[1, 0, 1], a=t, axis=1),  # type: ignore[arg-type]
    "compress method": lambda t: t.compress([0, 1], axis=0),
    "extract": lambda t: np.extract(X > 0, t),
    "choose": lambda t: np.choose([0, 1, 0], [t[0], t[1]]),
    "select": lambda t: np.select([t > 1, t < 0], [t * 2, -t], 7.0),
    "piecewise": lambda t: np.piecewise(t, [t > 1, t < 0], [lambda v: v * v, lambda v: -v, 0.5]),
    "where": lambda t: np.where(t > 0, t, 0.0),
    "sort": lambda t: np.sort(t, axis=0),
    "partition": lambda t: np.partition(t, 1),
    "unique": lambda t: np.unique(t, return_index=True)[0],
    "interp": lambda t: np.interp(t, [-1.0, 0.0, 2.0], [3.0, 1.0, 7.0]),
    "diagonal": lambda t: t.diagonal(1),
    "trace": lambda t: t.trace(offset=1),
    "diag": lambda t: np.diag(t[0], -1),
    "diagflat": lambda t: np.diagflat(t),
    "tril": lambda t: np.tril(t, k=-1),
    "triu": lambda t: np.triu(m=t, k=1),
    "zeros_like": lambda t: np.zeros_like(t) + t,
    "ones_like": lambda t: np.ones_like(t, dtype=int) * t,
    "full_like": lambda t: np.full_like(t, 2.0) * t,
    "linspace": lambda t: np.linspace(0.0, t, 3),
}
over_spelled = pytest.mark.parametrize("f", SPELLED.values(), ids=SPELLED)


@over_spelled
def test_numpy_spelling(f):
    t = leaf()
    out = f(t)
    np.testing.assert_allclose(out.data, f(X), rtol=1e-14)
    assert out.requires_grad
    assert out.dtype == f(X).dtype


CONSTANT = {
    "argsort": lambda t: np.argsort(t, axis=0),
    "argsort method": lambda t: t.argsort(),
    "argpartition": lambda t: np.argpartition(t, 1),
    "argwhere": lambda t: np.argwhere(t > 0),
    "flatnonzero": lambda t: np.flatnonzero(t > 0),
    "nonzero": lambda t: np.nonzero(t > 0)[1],
    "nonzero method": lambda t: (t > 0).nonzero()[0],
    "where": lambda t: np.where(t > 0)[0],
    "lexsort": lambda t: np.lexsort((t[0], t[1])),
    "searchsorted": lambda t: np.searchsorted([-1.0, 0.0, 1.0], t),
    "digitize": lambda t: np.digitize(t, [-1.0, 0.0, 1.0]),
    "isin": lambda t: np.isin(t, [0.5, 3.0]),
    "unique": lambda t: np.unique(t, return_inverse=True, return_counts=True)[2],
}


@pytest.mark.parametrize("f", CONSTANT.values(), ids=CONSTANT)
def test_results_without_gradient(f):
    out = f(leaf())
    assert isinstance(out, tg.Tensor)
    assert not out.requires_grad
    np.testing.assert_array_equal(out.data, f(X))
    assert out.dtype == f(X).dtype


# Functions that are linear or holomorphic in a complex argument; none depends on an order.
COMPLEX = {
    "take": lambda m, t: m.take(t, [2, 0, 2], axis=1),
    "take_along_axis": lambda m, t: m.take_along_axis(t, ROWS, 1),
    "compress": lambda m, t: m.compress([0, 1], t, axis=0),
    "choose": lambda m, t: m.choose([0, 1, 0], [t[0], t[1]]),
    "sort": lambda m, t: m.sort(t, axis=1),
    "unique": lambda m, t: m.unique(t),
    "diag": lambda m, t: m.diag(t[0], 1),
    "trace": lambda m, t: m.trace(t),
    "tril": lambda m, t: m.tril(t),
    "pad": lambda m, t: m.pad(t, 2, mode="reflect", reflect_type="odd"),
    "ramp": lambda m, t: m.pad(t, 2, mode="linear_ramp", end_values=1j),
    "mean": lambda m, t: m.pad(t, 1, mode="mean"),
    "roll": lambda m, t: m.roll(t, 2),
    "repeat": lambda m, t: m.repeat(t, [1, 2, 0], axis=1),
    "tile": lambda m, t: m.tile(t, (2, 1)),
    "interp": lambda m, t: m.interp([0.5, 1.5], [0.0, 1.0, 2.0], t[0]),
    "linspace": lambda m, t: m.linspace(t, 2j, 4),
    "insert": lambda m, t: m.insert(t, 1, t[:, 0], axis=1),
    "full": lambda m, t: m.full((2, 2, 3), t),
    "geomspace": lambda m, t: m.geomspace(t[0], t[1], 4),
}


@pytest.mark.parametrize("f", COMPLEX.values(), ids=COMPLEX)
def test_complex(f):
    """The gradient of a real loss of a complex array is dL/da + i dL/db, by differences."""
    z = X + 1j * np.cos(X * 3)
    t = leaf(z)
    out = f(tg, t)
    np.testing.assert_allclose(out.data, f(np, z), rtol=1e-13, atol=1e-14)
    weights = np.exp(1j * np.arange(out.size).reshape(out.shape))

    def loss(a):
        return (f(np, a) * weights.conj()).real.sum()

    (found,) = out.gradient(t, gradient=weights)
    for place in np.ndindex(z.shape):
        for direction, part in ((1.0, found.data.real), (1j, found.data.imag)):
            step = np.zeros_like(z)
            step[place] = direction * 1e-6
            slope = (loss(z + step) - loss(z - step)) / 2e-6
            np.testing.assert_allclose(part[place], slope, rtol=1e-6, atol=1e-8)


# ------------------------------------------------------------------------ semantics


def test_ties_keep_their_order():
    t = leaf([2.0, 1.0, 2.0, 1.0])
    for kind in (None, "quicksort", "heapsort", "stable"):
        (g,) = (tg.sort(t, kind=kind) * np.arange(4.0)).sum().gradient(t)
        np.testing.assert_array_equal(g.data, [2.0, 0.0, 3.0, 1.0])
    (g,) = tg.unique(t).sum().gradient(t)
    np.testing.assert_array_equal(g.data, [1.0, 1.0, 0.0, 0.0])  # the first of each value


def test_interp_at_and_beyond_its_points():
    t = leaf([-5.0, 0.0, 1.0, 2.0, 9.0])
    y = tg.interp(t, [0.0, 1.0, 2.0], [0.0, 10.0, 40.0])
    np.testing.assert_array_equal(y.data, [0.0, 0.0, 10.0, 40.0, 40.0])
    np.testing.assert_array_equal(y.sum().gradient(t)[0].data, [0.0, 10.0, 30.0, 30.0, 0.0])


def test_piecewise_never_evaluates_elsewhere():
    t = leaf([-1.0, 0.0, 4.0])
    y = tg.piecewise(t, [t > 0], [tg.log])
    np.testing.assert_array_equal(y.sum().gradient(t)[0].data, [0.0, 0.0, 0.25])


def test_piecewise_accepts_a_single_condition_and_further_arguments():
    for condition in ([True, False, True], [[True, False, True]], X[0] > 0):
        found = tg.piecewise(leaf(X[0]), condition, [lambda v, a, b: v * a + b, 5.0], 2.0, b=1.0)
        np.testing.assert_array_equal(found.data, [4.0, 5.0, 2.0])
    assert tg.piecewise(leaf(3.0), leaf(3.0) > 0, [lambda v: v * 2]).item() == 6.0


def test_put_along_axis_leaves_earlier_tensors_alone():
    t, v = leaf(), leaf([[7.0], [8.0]])
    y = t * 2.0
    z = y * 1.0
    np.put_along_axis(y, np.array([[1], [0]]), v, axis=1)
    np.testing.assert_array_equal(y.data, [[3.0, 7.0, 1.0], [8.0, -0.5, 4.0]])
    np.testing.assert_array_equal(z.data, X * 2.0)
    g, h = y.sum().gradient(t, v)
    np.testing.assert_array_equal(g.data, [[2.0, 0.0, 2.0], [0.0, 2.0, 2.0]])
    np.testing.assert_array_equal(h.data, [[1.0], [1.0]])


def rows_of_a_table(rows, columns, count):
    table = tg.zeros((rows, columns), requires_grad=True)
    places = np.arange(count) * 7919 % rows
    places[: count // 2] = places[0]  # the same place many times
    return table, places


@pytest.mark.parametrize("dtype", ["f4", "f8", "c16", "f2"])
@pytest.mark.parametrize(("rows", "count"), [(500, 9), (5, 300), (40, 20)])
def test_gradients_of_repeated_rows_add_up(rows, count, dtype, rng):
    table = tg.zeros((rows, 3), dtype, requires_grad=True)
    _, places = rows_of_a_table(rows, 3, count)
    g = rng.integers(-8, 8, (count, 3)).astype(dtype)
    expected = np.zeros((rows, 3), dtype)
    np.add.at(expected, places, g)
    for picked in (table[places], table[places, :], tg.take(table, places, axis=0)):
        np.testing.assert_array_equal(picked.gradient(table, gradient=g)[0].data, expected)
    (found,) = table[places, 1].gradient(table, gradient=g[:, 1])
    np.testing.assert_array_equal(found.data[:, 1], expected[:, 1])
    assert not found.data[:, [0, 2]].any()


def test_gradient_of_rows_indexed_by_small_integers():
    table = tg.zeros((300, 2), requires_grad=True)
    places = np.array([100, -100, 127, 127], "i1")
    expected = np.zeros((300, 2))
    np.add.at(expected, places, 1.0)
    (found,) = table[places].sum().gradient(table)
    np.testing.assert_array_equal(found.data, expected)


# ------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda t: t.partition(1), r"tg\.partition"),
        (lambda t: t.resize((3, 2)), r"tg\.resize"),
        (lambda t: t.view(int), r"astype"),
        (lambda t: np.take(t, [0], out=np.zeros(1)), "out="),
        (lambda t: tg.pad(t, 1, mode="empty"), "'empty' has no derivative"),
        (lambda t: tg.pad(t, 1, mode="edge", constant_values=1), "takes no constant_values"),
        (lambda t: tg.pad(t, 1, mode="sideways"), "mode must be one of"),
        (lambda t: tg.pad(t, -1), "cannot be negative"),
        (lambda t: tg.pad(t, 1.5), "must be integers"),
        (lambda t: tg.pad(t, (1, 2, 3)), "a pair for each of 2 axes"),
        (lambda t: tg.pad(t[:0], 1, mode="edge"), "axis 0 is empty"),
        (lambda t: tg.pad(t, 1, mode="mean", stat_length=0), "must be positive"),
        (lambda t: tg.pad(t, 1, mode="reflect", reflect_type="x"), "'even' or 'odd'"),
        (lambda t: tg.take(t, [0.5]), "must be integers, not float64"),
        (lambda t: tg.take(t, [0], axis=2), "take: there is no axis 2"),
        (lambda t: tg.take(t, [0], mode="x"), "'raise', 'wrap' or 'clip'"),
        (lambda t: tg.take_along_axis(t, [0], 0), "as many axes"),
        (lambda t: tg.take_along_axis(t, [[0.5]], 0), "must be integers"),
        (lambda t: tg.put_along_axis(X, [[0]], t, 1), "would lose their graph"),  # type: ignore[arg-type]
        (lambda t: tg.compress(X > 0, t), "one axis"),
        (lambda t: tg.choose([3], [t, t]), "not in the range of 2"),
        (lambda t: tg.choose([0], []), "no choices"),
        (lambda t: tg.select([], []), "at least one"),
        (lambda t: tg.select([t], [t]), "must be boolean"),
        (lambda t: tg.where(t > 0, t), "both or neither"),
        (lambda t: tg.nonzero(t[0, 0]), "atleast_1d"),
        (lambda t: tg.piecewise(t, [t > 0], [1, 2, 3]), "1 conditions need 1"),
        (lambda t: tg.sort(t, kind="bogo"), "kind must be"),
        (lambda t: tg.interp(t, [1.0], [1.0, 2.0]), r"\(1,\) and \(2,\)"),
        (lambda t: tg.interp(t, [1.0], [1.0], period=0), "not be 0"),
        (lambda t: tg.trace(t, dtype=float), r"a\.astype"),
        (lambda t: tg.diag(t[None]), "vector or a matrix"),
        (lambda t: tg.diagonal(t[0]), "two axes"),
        (lambda t: tg.diagonal(t, 0, 1, -1), "same axis"),
        (lambda t: tg.triu(t[0, 0]), "at least one axis"),
        (lambda t: tg.arange(t[0, 0]), "use linspace"),
    ],
)
def test_refusals_suggest_a_way_out(call, message):
    with pytest.raises((tg.TinygradError, TypeError, ValueError), match=message):
        call(leaf())
