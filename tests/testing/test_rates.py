"""Part of the count of false alarms and misses; `python -m tests.testing.rates` counts all."""

from collections import Counter

import numpy as np
import pytest

import tinygrad_np as tg
from testing.page import section
from testing.rates import DTYPES, FUNCTIONS, SCALES, SEEDS, Setting, bent, compare, count, settings

LESS = [name for i, name in enumerate(FUNCTIONS) if i % 3 == 0]


def total(counts):
    return sum(counts.values(), Counter())


@pytest.mark.slow
def test_no_false_alarms_or_misses_at_scale_1():
    few = settings(seeds=[100, 101], scales=[1.0])
    counts = total(count(few))
    assert counts["right"] > 900
    assert counts["wrong"] > 200
    assert not counts["false alarms"]
    assert not counts["missed"]
    assert counts["weak"] < 0.01 * (counts["right"] + counts["wrong"])


@pytest.mark.slow
@pytest.mark.parametrize("scale", [1e-6, 1e-4, 1e-2, 30.0])
def test_no_false_alarms_or_misses_at_other_scales(scale):
    few = settings(LESS, seeds=[100], scales=[scale])
    counts = total(count(few))
    assert counts["right"] + counts["wrong"] > 200
    assert not counts["false alarms"]
    assert not counts["missed"]


def test_no_false_alarms_or_misses_among_many_elements():
    many = [s for s in settings(["sin", "two layers"], [0], [1.0]) if s.many]
    counts = total(count(many))
    assert counts["wrong"] == 4
    assert not counts["false alarms"]
    assert not counts["missed"]


def test_false_alarms_and_misses_are_counted(monkeypatch):
    """A wrong gradient that passes is a miss; a right one that fails is a false alarm."""
    settings = [Setting("sin", 0, 1.0, "float64", wrong) for wrong in (False, True)]

    def turned(self):
        return [(self.wrong, "ok" if self.wrong else "FAIL"), (self.wrong, "weak")]

    monkeypatch.setattr(Setting, "checks", turned)
    (counts,) = count(settings).values()
    assert counts == {"right": 2, "wrong": 2, "false alarms": 1, "missed": 1, "weak": 2}


def test_planted_errors_are_known():
    factor = np.array([1.0, -1.0, 2.0])
    x = np.array([0.5, 1.0, 1e-30])
    bend, single = bent(factor, None), bent(factor, "float32")
    for g in (lambda x: tg.sin(bend(x) ** 2), lambda x: tg.sin(single(x) ** 2)):
        right, spoilt = compare(lambda x: tg.sin(x**2), g, x.astype("float32"), 0)
        assert right.tolist() == [True, False, False]
        assert spoilt.tolist() == [False, True, False]  # no values show the last error
    right, _ = compare(tg.sin, lambda x: tg.sin(single(x)), x, 0)
    assert right.all()


def test_the_page_lists_no_false_alarms_or_misses():
    _, _, *body = section("rates").split("\n")
    assert len(body) == len(SCALES) * len(DTYPES)
    at_one = 0
    for line in body:
        scale, _, right, alarms, wrong, missed, _ = (
            cell.strip().replace(",", "") for cell in line.split("|")[1:-1]
        )
        assert alarms == missed == "0", line
        at_one += (int(right) + int(wrong)) * (float(scale) == 1.0)
    assert at_one > 10_000
    assert len(FUNCTIONS) == len(SEEDS) == 20
