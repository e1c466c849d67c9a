"""Many elements are checked along a few directions, and a single wrong one is found."""

from itertools import pairwise

import numpy as np
import pytest

import tinygrad_np as tg
from tinygrad_np.testing import gradcheck, gradcheck_module
from tinygrad_np.testing.directions import BLOCKS, EVEN, Block, blocks_of, direction_of, lengths


def normal(*shape, seed=0, dtype=float):
    return np.random.default_rng(seed).normal(size=shape).astype(dtype)


def square(bend):
    """Return x * x with a gradient that `bend` changes in place."""

    def rule(g, x):
        c = g * (x * 2.0)
        if isinstance(c, np.ndarray):
            bend(c)
        return c

    return tg.op(lambda x: x * x, x=rule, name="square")


@pytest.mark.slow
@pytest.mark.parametrize("place", [(0, 0), (17, 4), (99, 9)])
@pytest.mark.parametrize("scale", [1e-6, 1.0, 30.0])
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("what", ["lost", "doubled", "flipped"])
def test_one_element_in_a_thousand_is_found_and_named(place, scale, seed, what):
    factor = {"lost": 0.0, "doubled": 2.0, "flipped": -1.0}[what]

    def bend(c):
        c[place] *= factor

    report = gradcheck(
        square(bend), scale * normal(100, 10, seed=seed), seed=seed, mode="directions", raise_=False
    )
    assert [finding.index for finding in report.failures] == [place]
    assert report.evaluations < 1000


def test_right_gradients_pass_regardless_of_the_sizes_of_elements():
    sizes = np.logspace(-12, 12, 200)
    for f in (tg.log, lambda x: tg.log(x).sum(), lambda x: 1.0 / x, lambda x: (x * x).sum()):
        report = gradcheck(f, sizes)
        assert len(report.findings) == BLOCKS


def test_the_work_does_not_grow_with_the_elements():
    costs = [gradcheck(lambda x: tg.sin(x).sum(), normal(n)).evaluations for n in (100, 10_000)]
    assert costs[1] < 1.3 * costs[0]


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("seed", [0, 12, 38, 154])  # with nearby kinks and flat directions
def test_a_network_of_ten_thousand_parameters(dtype, seed):
    model = tg.nn.MLP([20, 100, 70, 10], activation="relu", dtype=dtype, rng=seed)
    x = normal(32, 20, dtype=dtype, seed=seed)
    report = gradcheck_module(model, x, loss=lambda y: (y * y).mean())
    assert sum(p.size for p in model.parameters()) > 9_000
    assert sum(finding.elements for finding in report.findings) > 10_000
    assert not report.weak


def test_kinks_that_cancel_each_other_are_kinks():
    weights = np.where(np.arange(200) % 2, 1.0, -1.0)
    report = gradcheck(lambda x: (tg.relu(x) * weights).sum(), np.zeros(200))
    assert "kink-ok" in {finding.verdict for finding in report.findings}
    assert sum(finding.elements for finding in report.findings) == 200


def test_a_slope_outside_the_range_at_a_kink_is_found_among_hundreds():
    f = tg.op(lambda x: np.maximum(x, 0), x=lambda g, x: g * np.where(x == 0, 1.5, x > 0), name="f")
    x = normal(300)
    x[123] = 0.0
    report = gradcheck(lambda x: f(x).sum(), x, raise_=False)
    assert [finding.index for finding in report.failures] == [(123,)]


def test_elements_of_one_block_contribute_evenly():
    rng = np.random.default_rng(0)
    x, g = 1.0 + normal(500) ** 2, np.logspace(-2, 0, 500)
    (direction,) = direction_of(Block(0, np.arange(500)), [x], [g], "own", rng)
    assert direction is not None
    parts = np.abs(g * direction)
    assert parts.max() / parts.min() < 8
    (direction,) = direction_of(Block(0, np.arange(500)), [x], [g**20], "own", rng)
    assert direction is not None
    assert np.all(np.abs(direction) >= lengths(x, "own") * 2.0**-EVEN)


def test_blocks_contain_every_element_once_sorted_by_influence():
    x, g = normal(100, 10), normal(100, 10, seed=1)
    blocks = list(blocks_of([x, np.zeros(0), normal(3)], [g, np.zeros(0), normal(3)]))
    places = np.concatenate([block.places for block in blocks if block.input == 0])
    np.testing.assert_array_equal(np.sort(places), np.arange(1000))
    assert len(blocks) == BLOCKS + 3
    influence = np.abs(g * lengths(x, "own")).ravel()
    ends = [(influence[b.places].min(), influence[b.places].max()) for b in blocks[:BLOCKS]]
    assert all(a[1] <= b[0] for a, b in pairwise(ends))


def test_steps_along_a_direction_are_exact():
    """Each element is changed by a number with few digits, none of which are lost."""
    rng = np.random.default_rng(0)
    x = normal(1000)
    (direction,) = direction_of(Block(0, np.arange(1000)), [x], [np.ones(1000)], "own", rng)
    assert direction is not None
    for exponent in range(3, 26):
        step = 2.0**-exponent
        np.testing.assert_array_equal((x + step * direction) - x, step * direction)
