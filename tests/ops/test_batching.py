"""Batching rules: which ops `vmap` still applies one example at a time; edge cases."""

import sys

import numpy as np
import pytest

import tinygrad_np as tg
from ops.records import RECORDS
from tinygrad_np.engine import batching

LOOPING = {
    "bincount",  # counts of each example's own length
    "convolve_full",  # NumPy's loop in C, for one pair of rows
    "lexsort",
    "places_of_unique",  # the number of results depends on the values
    "view",  # reached by none: what is looked at is a whole batch
}
"""The ops that have no batching rule for the records' batches."""
SOMETIMES = {
    *("argmax", "argmin"),  # with keepdims over all axes
    *("digitize", "isin", "searchsorted"),  # if each example has its own table
    *("getitem", "scatter", "setitem"),  # separated arrays, or batched ones after a slice
}
"""The ops whose batching rule has exceptions."""


@pytest.fixture
def looped(monkeypatch):
    """Collect the names of the ops that loop over the examples."""
    names = []
    plain = batching.one_by_one

    def seen(op, size, values, params):
        names.append(op.name)
        return plain(op, size, values, params)

    for name, module in list(sys.modules.items()):
        if name.startswith("tinygrad_np.") and getattr(module, "one_by_one", None) is plain:
            monkeypatch.setattr(module, "one_by_one", seen)
    return names


def test_only_these_ops_loop(looped, rng):
    for record in (r for r in RECORDS if r.domains and r.batchable):
        batch = [record.draw(rng) for _ in range(2)]
        whole = [np.stack(arrays) for arrays in zip(*batch, strict=True)]
        for alone in range(-1, len(whole) if len(whole) > 1 else 0):
            mixed = [x if alone in (-1, i) else batch[0][i] for i, x in enumerate(whole)]
            axes = [0 if alone in (-1, i) else None for i in range(len(whole))]
            tg.vmap(lambda *x, r=record: r.call(*x, **r.params), in_axes=axes)(*mixed)
    assert set(looped) >= LOOPING
    assert set(looped) - LOOPING - SOMETIMES == set()


AXES = {
    "sum": lambda x: x.sum(axis=-2),
    "cumsum": lambda x: tg.cumsum(x, axis=1),
    "argsort": lambda x: tg.argsort(x, axis=-2),
    "concatenate": lambda x: tg.concatenate([x, x], axis=1),
    "stack": lambda x: tg.stack([x, x], axis=-3),
    "expand_dims": lambda x: tg.expand_dims(x, -3),
}


@pytest.mark.parametrize("name", AXES)
def test_an_axis_outside_the_example_does_not_reach_the_batch_axis(name):
    with pytest.raises((ValueError, IndexError), match=r"axis|axes"):
        AXES[name](tg.tensor(np.arange(3.0)))
    with pytest.raises((ValueError, IndexError), match=r"axis|axes"):
        tg.vmap(AXES[name])(np.ones((2, 3)))


INDEXED = {
    "row": (lambda x, i: x[i], (2, 4, 3), (2,)),
    "rows": (lambda x, i: x[i], (2, 4, 3), (2, 5)),
    "pairs": (lambda x, i: x[i, np.arange(2)[:, None]], (2, 4, 3), (2, 2, 2)),
    "with a number": (lambda x, i: x[i, 1], (2, 4, 3), (2, 2)),
    "behind a slice": (lambda x, i: x[:, i], (2, 4, 3), (2, 2)),
}


@pytest.mark.parametrize("name", INDEXED)
def test_indices_of_each_example_with_gradients(name, rng, looped):
    f, x_shape, i_shape = INDEXED[name]
    x, i = rng.normal(size=x_shape), rng.integers(0, 3, i_shape)
    v = rng.normal(size=f(x[0], i[0]).shape)
    total = lambda x, i: (f(x, i) * v).sum()  # noqa: E731  # a formula
    found = tg.vmap(tg.grad(total), in_axes=(0, 0))(x, i)
    shared = tg.vmap(tg.grad(total), in_axes=(None, 0))(x[0], i)
    for k in range(2):
        np.testing.assert_allclose(found.data[k], tg.grad(total)(x[k], i[k]).data)
        np.testing.assert_allclose(shared.data[k], tg.grad(total)(x[0], i[k]).data)
    assert bool(looped) == (name == "behind a slice")


@pytest.mark.parametrize("shape", [(), (3,), (1, 3), (1, 1, 3)], ids=str)
def test_values_of_each_example_are_assigned(shape, rng, looped):
    x, i, value = (
        rng.normal(size=(2, 4, 3)),
        np.array([[0, 2], [3, 1]]),
        rng.normal(size=(2, *shape)),
    )

    def assigned(x, i, value):
        x = x * 1.0
        x[i] = value
        return x

    expected = [assigned(*map(tg.tensor, arrays)).data for arrays in zip(x, i, value, strict=True)]
    np.testing.assert_array_equal(tg.vmap(assigned)(x, i, value).data, expected)
    assert not looped
