"""Slopes by differences come with errors that can be believed."""

import math

import numpy as np
import pytest

from tinygrad_np.testing.differences import SAFETY, UNKNOWN, Line, Slope

EPS = np.finfo(float).eps / 2


def line(f, x, scales=(1.0,), cotangent=(1.0,)):
    def at(value):
        with np.errstate(all="ignore"):
            return np.atleast_1d(np.asarray(f(value), float))

    here = at(np.float64(x))
    weights = np.asarray(cotangent)
    return Line(at, np.float64(x), here, weights, np.full(here.shape, EPS), scales)


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
def test_errors_cover_the_truth(f, derivative):
    for x in np.random.default_rng(0).normal(size=200):
        slope = line(f, x).slope(5e-8)
        assert abs(slope.value - derivative(x)) <= SAFETY * slope.error + 1e-7 * abs(slope.value)
        assert slope.relative < 1e-5


def test_a_point_at_the_edge_of_the_domain_is_judged_from_inside():
    left = line(lambda x: np.where(x <= 1, x**2, np.nan), 1.0).slope(5e-8)
    right = line(lambda x: np.where(x >= 1, x**2, np.nan), 1.0).slope(5e-8)
    assert left.value == pytest.approx(2.0, rel=1e-7)
    assert right.value == pytest.approx(2.0, rel=1e-7)


def test_a_point_alone_in_the_domain_has_no_slope():
    alone = line(lambda x: np.where(x == 1, 1.0, np.nan), 1.0)
    assert alone.slope(5e-8) is UNKNOWN
    assert alone.range_at_kink() is None


def test_each_element_has_its_own_kink():
    both = line(lambda x: np.array([max(x, 0.0), max(-x, 0.0)]), 0.0, cotangent=(1.0, -1.0))
    least, greatest, _ = both.range_at_kink()
    assert (least, greatest) == pytest.approx((0.0, 2.0))
    assert line(np.sin, 0.3).range_at_kink() is None


def test_steps_that_vanish_beside_the_point_are_left_out():
    beside = line(lambda x: np.maximum(x, 1e20), 1e20, scales=(1e6, 1e20))
    assert beside.range_at_kink()[:2] == pytest.approx((0.0, 1.0))


def test_relative_errors():
    assert Slope(0.0, 0.0, 1.0).relative == 0.0
    assert Slope(0.0, 1.0, 1.0).relative == math.inf
    assert Slope(-2.0, 1.0, 1.0).relative == 0.5
