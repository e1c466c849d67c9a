"""Slopes by finite differences have reliable error estimates."""

import math

import numpy as np
import pytest

from tinygrad_np.testing.differences import (
    DEPTH,
    KNOWN,
    MOST,
    RATIO,
    SAFETY,
    UNKNOWN,
    Ladder,
    Restriction,
    Slope,
    choose,
)

EPS = np.finfo(float).eps / 2


def line(f, x, scales=(1.0,), cotangent=(1.0,)):
    def at(value):
        with np.errstate(all="ignore"):
            return np.atleast_1d(np.asarray(f(value), float))

    here = at(np.float64(x))
    weights = np.asarray(cotangent)
    return Restriction(at, np.float64(x), here, weights, np.full(here.shape, EPS), scales)


@pytest.mark.parametrize(
    ("f", "derivative"),
    [
        (np.sin, np.cos),
        (np.exp, np.exp),
        (np.tanh, lambda x: 1 - np.tanh(x) ** 2),
        (lambda x: np.sin(200 * x), lambda x: 200 * np.cos(200 * x)),
        (lambda x: x**5, lambda x: 5 * x**4),
        (lambda x: 1e3 + np.cos(x), lambda x: -np.sin(x)),
    ],
)
def test_error_estimates_cover_the_true_error(f, derivative):
    for x in np.random.default_rng(0).normal(size=200):
        slope = line(f, x).slope(5e-8)
        assert abs(slope.value - derivative(x)) <= SAFETY * slope.error + 1e-7 * abs(slope.value)
        assert slope.relative < 1e-5


def test_a_point_at_the_edge_of_the_domain_has_a_one_sided_slope():
    left = line(lambda x: np.where(x <= 1, x**2, np.nan), 1.0).slope(5e-8)
    right = line(lambda x: np.where(x >= 1, x**2, np.nan), 1.0).slope(5e-8)
    assert left.value == pytest.approx(2.0, rel=1e-7)
    assert right.value == pytest.approx(2.0, rel=1e-7)


def test_an_isolated_point_has_no_slope():
    alone = line(lambda x: np.where(x == 1, 1.0, np.nan), 1.0)
    assert alone.slope(5e-8) is UNKNOWN
    assert alone.range_at_kink() is None


def test_each_element_has_its_own_kink():
    both = line(lambda x: np.array([max(x, 0.0), max(-x, 0.0)]), 0.0, cotangent=(1.0, -1.0))
    least, greatest, _ = both.range_at_kink()
    assert (least, greatest) == pytest.approx((0.0, 2.0))
    assert line(np.sin, 0.3).range_at_kink() is None


def test_steps_lost_to_rounding_are_skipped():
    beside = line(lambda x: np.maximum(x, 1e20), 1e20, scales=(1e6, 1e20))
    assert beside.range_at_kink()[:2] == pytest.approx((0.0, 1.0))


def test_relative_errors():
    assert Slope(0.0, 0.0, 1.0).relative == 0.0
    assert Slope(0.0, 1.0, 1.0).relative == math.inf
    assert Slope(-2.0, 1.0, 1.0).relative == 0.5


# ------------------------------------------------------------ the choice of a step


def test_the_least_relative_error_is_chosen_if_one_is_small():
    """For steps longer than a wave, quotients are small, and so are their errors."""
    small, known = Slope(1e-9, 1e-6, 1.0), Slope(100.0, 1e-4, 0.01)
    assert choose([small, known]) is known
    assert choose([known, small]) is known


def test_otherwise_the_least_absolute_error_is_chosen():
    near_zero, rough = Slope(1e-9, 1e-6, 1.0), Slope(1.0, 0.1, 0.01)
    assert choose([near_zero, rough]) is near_zero
    assert choose([]) is UNKNOWN


def test_the_bound_for_a_small_relative_error():
    zero = Slope(1e-9, 1e-8, 1.0)
    assert choose([zero, Slope(1.0, 0.9 * KNOWN, 0.1)]).value == 1.0
    assert choose([zero, Slope(1.0, 1.1 * KNOWN, 0.1)]) is zero


def test_scatter_counts_as_error():
    """Quotients are 1 up to noise of 1e-6 in the values; the last ones agree by chance on 1.5."""
    ladder = Ladder(2)
    rng = np.random.default_rng(0)
    for k in range(12):
        step = 0.1 * RATIO**-k
        ladder.add(step, 1.0 + 1e-6 * rng.choice([-1, 1]) / step, 0.0)
    step = 0.1 * RATIO**-12
    for _ in range(5):
        step /= RATIO
        ladder.add(step, 1.5, 0.0)
    assert choose(ladder.found).value == pytest.approx(1.5)
    ladder.allow_for_scatter()
    chosen = choose(ladder.found)
    assert abs(chosen.value - 1.0) <= SAFETY * chosen.error
    assert abs(chosen.value - 1.0) < 1e-3


def test_noise_inside_a_function_is_covered_by_the_error():
    for quantum in (1e-9, 1e-6, 1e-4):
        for x in np.random.default_rng(0).normal(size=50):
            slope = line(lambda x, q=quantum: np.round(np.sin(x) / q) * q, x).slope(5e-8, True)
            assert abs(slope.value - np.cos(x)) <= SAFETY * slope.error


def test_extrapolation_is_exact_for_polynomials_with_any_steps():
    for order in (1, 2):
        ladder = Ladder(order)
        for step in (0.7, 0.3, 0.2, 0.05):
            ladder.add(step, 3.0 + 2.0 * step**order - 5.0 * step ** (2 * order), 0.0)
        assert ladder.row[2] == pytest.approx(3.0, rel=1e-13)
        assert ladder.row[1] != pytest.approx(3.0, rel=1e-9)


def test_steps_outside_the_domain_restart_the_table():
    ladder = Ladder(2)
    for step, quotient in ((0.4, 7.0), (0.2, math.nan), (0.1, 3.0), (0.05, 3.0)):
        ladder.add(step, quotient, 0.0)
    assert ladder.row == [3.0, 3.0]
    assert not ladder.found  # a single row has no neighbours


def test_the_noise_of_an_estimate_is_part_of_its_error():
    ladder = Ladder(2)
    for step in (0.4, 0.2, 0.1):
        ladder.add(step, 1.0, 1e-5)
    assert ladder.found == [Slope(1.0, 1e-5, 0.1)]


@pytest.mark.parametrize("distance", [1e-3, 1e-5, 6e-7, 2e-7])
@pytest.mark.parametrize("side", [1.0, -1.0])
def test_a_nearby_kink_does_not_distort_the_slope(distance, side):
    def f(x):
        return np.maximum(x - 1.0 + side * distance, 0.0) * 3.0 + np.sin(x)

    beside = line(f, 1.0)
    near = beside.nearest()
    if near is UNKNOWN:  # closer than the shortest steps: at a kink
        least, greatest, _ = beside.range_at_kink()
        assert (least, greatest) == pytest.approx((np.cos(1.0), 3.0 + np.cos(1.0)), rel=1e-3)
        assert distance < 3e-7
    else:
        assert near.relative < KNOWN
        assert near.value == pytest.approx(np.cos(1.0) + 3.0 * (side > 0), rel=1e-6)
        assert beside.range_at_kink() is None


def test_a_function_constant_on_one_side_has_slope_zero_without_error():
    assert line(lambda x: np.maximum(x - 1e-3, 0.0) + 5.0, 0.0).nearest().relative == 0.0
    steps = line(lambda x: np.floor(x / 0.01) * 0.01 + 5.0, 0.005).nearest()
    assert steps.value == 0.0
    assert steps.relative == math.inf  # it only looks level


def test_the_number_of_points_is_bounded():
    calls = 0

    def f(x):
        nonlocal calls
        calls += 1
        return np.sin(1e7 * x)

    nasty = line(f, 0.3, scales=(1e-3, 1.0, 1e3))
    nasty.slope(0.0, True)
    nasty.range_at_kink()
    assert 2 * MOST <= calls <= 2 * MOST + 1 + 2 * len(nasty.scales)


def test_a_second_opinion_counts_if_it_agrees_and_is_more_precise():
    def with_opinion(value):
        noisy = line(np.sin, 0.5)
        noisy.imaginary = lambda step: np.array([value])
        return noisy

    rough = Slope(1.0, 0.01, 0.1)
    assert with_opinion(1.02).second_opinion(rough).value == 1.02
    assert with_opinion(1.04).second_opinion(rough) is None
    assert with_opinion(1.0).second_opinion(Slope(1.0, 1e-17, 0.1)) is None
    assert line(np.sin, 0.5).second_opinion(rough) is None
    waving = with_opinion(1.0)
    waving.imaginary = lambda step: np.array([1.0 + 1e10 * step**0.5])
    assert waving.second_opinion(rough) is None


def test_independent_elements_add_no_noise():
    both = line(lambda x: np.array([np.sin(x), 1e16]), 0.5, cotangent=(1.0, 1.0))
    slope = both.slope(5e-8)
    assert slope.value == pytest.approx(np.cos(0.5), rel=1e-7)
    assert slope.relative < 1e-6
    told = line(lambda x: np.array([np.sin(x), 1e16]), 0.5, cotangent=(1.0, 1.0))
    told.moved |= True  # as if the element were known to depend on it
    assert told.slope(5e-8).error > 1.0


def test_an_element_without_a_kink_beside_one_with_it():
    both = line(lambda x: np.array([max(x, 0.0), 3.0 * x]), 0.0, cotangent=(1.0, 1.0))
    least, greatest, error = both.range_at_kink()
    assert (least, greatest) == pytest.approx((3.0, 4.0))
    assert error < 1e-9
    smooth = line(lambda x: np.array([np.sin(x), 3.0 * x]), 0.0, cotangent=(1.0, 2.0))
    assert smooth.nearest().value == pytest.approx(7.0, rel=1e-6)


def test_the_ladder_of_steps_is_finite():
    smooth = line(np.sin, 0.3)
    steps = list(smooth.steps(1.0))
    assert len(steps) == 22
    assert 1e-8 < steps[-1] < 1e-6
    assert 0.1 < steps[0] < 0.12
    ladder = Ladder(2)
    for step in steps:
        ladder.add(step, 1.0, 0.0)
    assert len(ladder.row) == DEPTH + 1 == 5


def test_the_steepest_slope_is_recorded():
    wave = line(np.cos, 0.0)
    wave.slope(0.0, True)
    assert wave.steepest < 1e-6  # both sides are equally high
    turned = line(lambda x: np.array([np.sin(x), -np.sin(x)]), 0.0, cotangent=(1.0, 1.0))
    assert turned.slope(5e-8).value == 0.0
    assert turned.steepest == pytest.approx(2.0, rel=0.02)


def test_rounding_is_estimated_from_the_larger_value():
    falling = line(lambda x: np.where(x < 0.5, 1e6, 0.0) + 0.0 * x, 0.5)
    _, noise = falling.quotient(0.1, 1.0, 0)
    assert noise == pytest.approx(2.0 * 1e6 * EPS / 0.2)
    assert falling.far_off(1.0) == [1e6]


def test_the_error_of_an_estimate_is_the_largest_difference_to_a_neighbour():
    ladder = Ladder(2)
    for step, quotient in ((0.4, 1.0), (0.2, 2.0), (0.1, 1.5)):
        ladder.add(step, quotient, 0.0)
    (found,) = ladder.found
    assert (found.value, found.error) == pytest.approx((4 / 3, 1.0))


@pytest.mark.parametrize(("gap", "kink"), [(2e-5, True), (0.5e-5, False)])
def test_the_smallest_kink_that_counts(gap, kink):
    bent = line(lambda x: x + gap * np.maximum(x, 0.0), 0.0)
    assert (bent.range_at_kink() is not None) == kink


@pytest.mark.parametrize(("error", "kink"), [(0.04, True), (0.06, False)])
def test_sides_must_be_known_to_differ(monkeypatch, error, kink):
    def one_sided(self, side):
        return np.array([float(side > 0)]), np.array([error]), np.array([False])

    monkeypatch.setattr(Restriction, "one_sided", one_sided)
    assert (line(np.sin, 0.0).range_at_kink() is not None) == kink


def test_the_step_of_the_nearest_slope_is_the_shortest():
    smooth = line(np.sin, 0.3)
    assert smooth.nearest().step == min(smooth.values) < 1e-6


def test_the_error_of_a_second_opinion_is_the_rounding_of_the_function():
    noisy = line(np.sin, 0.5)
    noisy.imaginary = lambda step: np.array([2.0])
    assert noisy.second_opinion(Slope(2.0, 0.1, 0.1)).error == pytest.approx(32.0 * EPS)
