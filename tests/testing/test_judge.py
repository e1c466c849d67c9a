"""The verdict on one claim, at the borders between verdicts."""

import math

import numpy as np
import pytest

from tinygrad_np.testing.differences import UNKNOWN, Restriction, Slope
from tinygrad_np.testing.judge import (
    RTOL,
    SEVERITY,
    ZERO,
    Claim,
    by_shortest,
    judge,
    judge_one,
    judgeable,
)

EPS = np.finfo(float).eps / 2


def line(f, x=0.5):
    here = np.atleast_1d(f(np.float64(x)))
    return Restriction(
        lambda value: np.atleast_1d(f(value)),
        np.float64(x),
        here,
        np.ones(1),
        np.array([EPS]),
        [1.0],
    )


def claim(value, slack=0.0, doubt=0.0, rtol=1e-6, mode="reverse", dtype="float64"):
    return Claim(value, slack, doubt, rtol, mode, dtype)


def verdict(f, one, kinks="accept", x=0.5):
    where = {"input": "x", "index": ()}
    return judge_one(line(f, x), one, kinks, where).verdict


COS = math.cos(0.5)


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (claim(COS), "ok"),
        (claim(COS * (1 + 0.9e-6)), "ok"),
        (claim(COS * (1 + 1.2e-6)), "FAIL"),
        (claim(COS * 1.01, slack=0.02), "ok"),
        (claim(COS * 1.01, slack=0.005), "FAIL"),
        (claim(COS * 1.2, slack=0.3), "weak"),  # rounding may explain the whole difference
        (claim(COS * 1.01, doubt=0.02), "weak"),
        (claim(COS * 1.01, doubt=0.005), "FAIL"),
        (claim(COS, slack=10.0, doubt=10.0), "ok"),  # neither is needed
        (claim(COS * 1.01, rtol=0.02), "ok"),
        (claim(math.nan), "nan"),
        (claim(math.inf), "nan"),
    ],
)
def test_tolerances_of_a_claim(one, expected):
    assert verdict(np.sin, one) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(-1.0, "kink-ok"), (0.3, "kink-ok"), (1.0, "kink-ok"), (1.00001, "FAIL"), (-1.00001, "FAIL")],
)
def test_claims_at_a_kink(value, expected):
    assert verdict(np.abs, claim(value), x=0.0) == expected
    assert verdict(np.abs, claim(value), "skip", x=0.0) == "skipped"
    assert verdict(np.abs, claim(value), "error", x=0.0) == "FAIL"


def test_a_slope_of_zero_is_judged_relative_to_slopes_nearby():
    assert verdict(lambda x: x * x, claim(0.0), x=0.0) == "ok"
    assert verdict(lambda x: x * x, claim(1e-3), x=0.0) == "FAIL"
    assert verdict(lambda x: np.sin(x) + 1e17, claim(0.3)) == "weak"


BENT = Slope(2.0, 1e-6, 1e-3)


@pytest.mark.parametrize(
    ("one", "near", "slope", "expected"),
    [
        (claim(1.0), Slope(1.0 + 1e-7, 1e-9, 1e-7), BENT, "ok"),
        (claim(1.0), Slope(1.0002, 1e-4, 1e-7), BENT, "ok"),
        (claim(1.0), Slope(1.0005, 1e-4, 1e-7), BENT, "FAIL"),
        (claim(1.0), Slope(1.0, 1.1e-3, 1e-7), BENT, "FAIL"),
        (claim(0.0), Slope(0.0, 0.0, 1e-7), BENT, "ok"),
        (claim(0.0), Slope(0.0, 0.3e-6, 1e-7), BENT, "weak"),  # relative to a steepest slope of 1
        (claim(0.0), Slope(0.0, 0.4e-6, 1e-7), BENT, "FAIL"),
        (claim(1e-6), Slope(0.0, 0.3e-6, 1e-7), BENT, "FAIL"),
        (claim(1.0, slack=0.1), Slope(1.09, 1e-9, 1e-7), BENT, "ok"),
        (claim(1.0, doubt=0.1), Slope(1.09, 1e-9, 1e-7), BENT, "FAIL"),
        (claim(1.0), UNKNOWN, BENT, "FAIL"),
        # No kink nearby: the longer steps are more precise.
        (claim(1.0), Slope(1.0002, 1e-4, 1e-7), Slope(1.0003, 1e-9, 1e-3), "FAIL"),
        (claim(1.0), Slope(1.0, 1e-9, 1e-7), Slope(1.0003, 1.1e-4, 1e-3), "FAIL"),
        (claim(1.0), Slope(1.0, 1e-9, 1e-7), Slope(1.0003, 0.9e-4, 1e-3), "ok"),
    ],
)
def test_the_shortest_steps_count_if_they_are_precise(monkeypatch, one, near, slope, expected):
    monkeypatch.setattr(Restriction, "nearest", lambda self: near)
    held, found = by_shortest(steep(1.0), one, slope)
    assert found == expected
    assert held is (slope if expected == "FAIL" else near)


def test_a_function_that_only_looks_constant_is_weak():
    def stairs(x):
        return np.floor(x / 1e-4) * 1e-4 + 5.0

    assert verdict(stairs, claim(0.0), x=0.50005) == "weak"
    assert verdict(stairs, claim(-1.0), x=0.50005) == "FAIL"


@pytest.mark.parametrize("value", [COS, 3.0 + COS, 1.6 + COS])
def test_near_a_kink_only_the_slope_on_the_same_side_is_right(value):
    f = lambda x: np.maximum(x - 0.5 + 1e-6, 0.0) * 3.0 + np.sin(x)  # noqa: E731  # a kink beside
    assert verdict(f, claim(value)) == ("ok" if value > 3.0 else "FAIL")


def test_the_worst_of_several_claims_decides():
    where = {"input": "x", "index": ()}
    claims = [claim(COS), claim(COS * 2, mode="forward"), claim(COS)]
    finding = judge(line(np.sin), claims, "accept", **where)
    assert (finding.verdict, finding.mode) == ("FAIL", "forward")
    order = [claim(COS), claim(COS * 1.01, doubt=1.0), claim(math.nan), claim(2.0)]
    for n, expected in enumerate(["ok", "weak", "nan", "FAIL"], 1):
        assert judge(line(np.sin), order[:n], "accept", **where).verdict == expected


# -------------------------------------------------------- precision of the reference


def steep(steepest, opinion=None):
    known = line(np.sin)
    known.steepest = steepest
    if opinion is not None:
        known.imaginary = lambda step: np.array([opinion])
    return known


@pytest.mark.parametrize(
    ("one", "slope", "steepest", "expected"),
    [
        (claim(1.0), Slope(1.0, 0.3e-6, 0.1), 0.0, True),
        (claim(1.001), Slope(1.0, 0.03, 0.1), 0.0, True),  # to a tenth
        (claim(1.001), Slope(1.0, 0.035, 0.1), 0.0, False),
        (claim(-1.001), Slope(0.1, 0.03, 0.1), 0.0, True),  # relative to the larger
        (claim(1e-9), Slope(2e-9, 0.3e-6, 0.1), 1.0, True),  # to a millionth of slopes nearby
        (claim(1e-9), Slope(2e-9, 0.4e-6, 0.1), 1.0, False),
        (claim(2e-9), Slope(2e-9, 0.4e-6, 0.1), 1.0, True),  # claim and slope are equal
        (claim(1.0, slack=0.09), Slope(1.08, 1e-9, 0.1), 0.0, True),
        (claim(1.0, slack=0.2), Slope(1.18, 1e-9, 0.1), 0.0, False),  # agrees by the slack only
        (claim(1.0, slack=0.2), Slope(1.18, 1e-9, 0.1), 1e6, True),
        (claim(1.0, slack=0.2), Slope(1.18, 0.07, 0.1), 1e6, True),
        (claim(1.0, slack=0.2), Slope(1.0 + 1e-7, 1e-9, 0.1), 0.0, True),
        (claim(1.0, slack=0.2), Slope(1.02, 0.01, 0.1), 0.0, True),
        (claim(0.0, slack=1.9e-38, dtype="float32"), Slope(1e-38, 0.0, 0.1), 0.0, True),
        (claim(0.0, slack=2.9e-38, dtype="float32"), Slope(1e-38, 0.0, 0.1), 0.0, False),
    ],
)
def test_a_reference_that_agrees_must_be_precise(one, slope, steepest, expected):
    assert judgeable(steep(steepest), one, slope) is expected


def test_a_second_opinion_decides_where_it_counts():
    rough = Slope(1.0, 0.1, 0.1)
    assert judgeable(steep(0.0, 1.1), claim(1.1), rough)
    assert judgeable(steep(0.0, 1.1), claim(1.1 * (1 + 0.9e-6)), rough)
    assert not judgeable(steep(1e9, 1.1), claim(1.1 * (1 + 1.1e-6)), rough)
    assert judgeable(steep(0.0, 1.1), claim(1.12, slack=0.03), rough)
    assert not judgeable(steep(0.0, 1.1), claim(1.12, slack=0.01), rough)


def test_rounding_counts_at_a_kink_too():
    assert verdict(np.abs, claim(1.05, slack=0.06), x=0.0) == "kink-ok"
    assert verdict(np.abs, claim(1.05, slack=0.04), x=0.0) == "FAIL"
    assert verdict(np.abs, claim(1.05, rtol=0.06), x=0.0) == "kink-ok"
    assert verdict(np.abs, claim(-1.05, rtol=0.06), x=0.0) == "kink-ok"
    assert verdict(lambda x: 2.0 * np.minimum(x, 0.0), claim(2.05, rtol=0.03), x=0.0) == "kink-ok"
    assert verdict(np.abs, claim(math.nan), x=0.0) == "nan"


def test_the_documented_tolerances():
    assert (RTOL, ZERO) == (1e-6, 1e-6)
    assert list(SEVERITY) == sorted(SEVERITY, key=SEVERITY.__getitem__)
    assert list(SEVERITY) == ["ok", "skipped", "kink-ok", "weak", "nan", "FAIL"]
    assert verdict(np.sin, claim(COS * 1.5, rtol=0.45)) == "ok"  # relative to the larger
