"""Initialisers: distributions, random streams, refusals."""

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import tinygrad_np as tg
from tinygrad_np import nn
from tinygrad_np.nn import init

SHAPE = (300, 200)  # 200 inputs, 300 outputs


@pytest.mark.parametrize(
    ("name", "deviation"),
    [
        (("normal", 0.3), 0.3),
        (("uniform", -0.5, 0.5), 1 / math.sqrt(12)),
        ("xavier_uniform", math.sqrt(2 / 500)),
        ("xavier_normal", math.sqrt(2 / 500)),
        ("he_uniform", math.sqrt(2 / 200)),
        ("he_normal", math.sqrt(2 / 200)),
        ("kaiming_normal", math.sqrt(2 / 200)),
        (("he_normal", 1.0), math.sqrt(1 / 200)),
        ("orthogonal", math.sqrt(1 / 300)),
    ],
)
def test_mean_and_deviation(name, deviation):
    drawn = init.draw(name, SHAPE, np.random.default_rng(0))
    assert abs(drawn.mean()) < 5 * deviation / math.sqrt(drawn.size)
    assert drawn.std() == pytest.approx(deviation, rel=0.02)


@pytest.mark.parametrize(
    ("name", "bound"),
    [
        ("xavier_uniform", math.sqrt(6 / 500)),
        ("he_uniform", math.sqrt(6 / 200)),
        (("uniform", -0.5, 0.5), 0.5),
    ],
)
def test_uniform_bounds(name, bound):
    drawn = init.draw(name, SHAPE, np.random.default_rng(0))
    assert 0.999 * bound < np.abs(drawn).max() <= bound


@pytest.mark.parametrize("shape", [(3, 5), (5, 3), (4, 4)])
def test_orthogonal(shape):
    q = init.orthogonal(2.0)(shape, np.random.default_rng(0))
    assert q.shape == shape
    small = q @ q.T if shape[0] < shape[1] else q.T @ q
    np.testing.assert_allclose(small, 4.0 * np.eye(min(shape)), atol=1e-12)


@pytest.mark.parametrize(
    ("shape", "expected"), [((), (1, 1)), ((7,), (7, 7)), ((3, 2), (2, 3)), ((3, 2, 5), (10, 15))]
)
def test_fans(shape, expected):
    assert init.fans(shape) == expected


def test_zeros_ones_and_mean():
    rng = np.random.default_rng(0)
    assert init.draw("zeros", (2,), rng).tolist() == [0.0, 0.0]
    assert init.draw("ones", (2,), rng).tolist() == [1.0, 1.0]
    assert init.draw(("constant", 3), (2,), rng).tolist() == [3.0, 3.0]
    assert init.draw(("normal", 0.0, 5.0), (2,), rng).tolist() == [5.0, 5.0]


def test_all_forms_of_an_initialiser_draw_the_same():
    ways: list[Any] = [
        "he_normal",
        ("he_normal",),
        init.he_normal,
        init.he_normal(),
        (init.he_normal,),
    ]
    drawn = [init.draw(way, (3, 2), np.random.default_rng(1)).tolist() for way in ways]
    assert all(each == drawn[0] for each in drawn)


def test_the_random_stream_is_that_of_randn():
    """As the notebooks draw: randn(out, in) * scale, then randn(out) * scale, per layer."""
    sizes = [2, 5, 4, 1]
    legacy = np.random.RandomState(7)
    expected = []
    for n_in, n_out in pairwise(sizes):
        expected.append(legacy.randn(n_out, n_in) * 0.1)
        expected.append(legacy.randn(n_out) * 0.1)
    rng = np.random.RandomState(7)
    model = nn.MLP(sizes, init=init.normal(0.1), bias_init=init.normal(0.1), rng=rng)
    for parameter, array in zip(model.parameters(), expected, strict=True):
        assert np.array_equal(parameter.data, array)


def test_nothing_is_drawn_from_global_state():
    np.random.seed(0)  # noqa: NPY002  # the global state is what this is about
    before = np.random.get_state()[1].copy()  # type: ignore[index]  # noqa: NPY002  # the global state
    nn.MLP([2, 3, 1])
    nn.Dropout()(np.ones(3))
    assert np.array_equal(before, np.random.get_state()[1])  # type: ignore[index]  # noqa: NPY002  # the global state


def test_seeds():
    def weight(rng):
        return nn.Linear(3, 2, rng=rng).weight.tolist()

    assert weight(5) == weight(np.random.default_rng(5)) == weight(np.int64(5))
    assert weight(5) != weight(6)
    assert weight(None) != weight(None)
    single = nn.Linear(3, 2, rng=5, dtype="float32").weight.data
    assert np.array_equal(single, np.float32(weight(5)))
    shared = np.random.default_rng(5)
    assert weight(shared) != weight(shared)


@pytest.mark.parametrize("rng", [np.random, "7", 1.5, True])
def test_other_seeds_are_refused(rng):
    with pytest.raises(TypeError, match=r"numpy\.random\.Generator"):
        nn.Linear(2, 2, rng=rng)


@pytest.mark.parametrize(
    ("bad", "error", "words"),
    [
        ("hee_normal", ValueError, "there is no 'hee_normal'; the names are normal"),
        (3, TypeError, "pass a name"),
        ((), TypeError, "pass a name"),
        (lambda shape, rng: np.zeros(3), tg.ShapeError, r"shape \(3,\) for a parameter"),
    ],
)
def test_bad_initialisers_are_refused(bad, error, words):
    with pytest.raises(error, match=words):
        nn.Linear(2, 2, init=bad)


def test_orthogonal_needs_a_matrix():
    with pytest.raises(tg.ShapeError, match="a matrix is needed"):
        init.orthogonal()((3,), np.random.default_rng(0))
