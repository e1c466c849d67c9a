"""The benchmarks compute the same things and report them correctly; no timing is tested."""

import shutil

import numpy as np
import pytest

import tinygrad_np as tg
from benchmarks import tangents
from benchmarks.derivatives import COMPARISONS, RTOL, Cost, all_steps, groups, section
from benchmarks.peers import OURS, TORCH
from benchmarks.pictures import Drawing, drawing, graph, section as picture_section
from benchmarks.timing import check_agreement
from tinygrad_np.engine.op import OPS

over_comparisons = pytest.mark.parametrize("comparison", COMPARISONS, ids=lambda c: c.key)


@over_comparisons
@pytest.mark.filterwarnings("ignore:.torch.jit:DeprecationWarning")  # inside torch.func
def test_all_candidates_time_the_same_computation(comparison):
    pytest.importorskip("torch")
    steps = all_steps(comparison, [TORCH.key])
    assert len(steps) == 4
    for group in groups(comparison, steps):
        assert len(group) == (4 if comparison.same_value else 2)
        check_agreement(group, next(iter(group)), RTOL)


@over_comparisons
def test_our_steps_give_numbers_without_torch(comparison):
    steps = all_steps(comparison, [])
    values = [float(step()) for step in steps.values()]
    assert np.isfinite(values).all()
    assert np.all(np.abs(values) > 1e-9)  # not zero: agreement on zeros would prove nothing
    assert (abs(values[0] - values[1]) < 1e-12) is comparison.same_value


def test_the_section_marks_a_missed_bound():
    hvp = [comparison.key for comparison in COMPARISONS].index("hvp") + 1
    cost = Cost(hvp, {OURS.key: [[9.0, 8.0, 10.0], [2.0, 2.0, 2.0]]})
    assert cost.ratio(OURS) == 4.5
    assert cost.ratio(TORCH) is None
    assert section([cost]).splitlines()[-1].endswith("| MISSED 4.50 | – | at most 2.2 |")
    within = Cost(hvp, {OURS.key: [[4.0], [2.0]], TORCH.key: [[5.0], [2.0]]})
    assert section([within]).splitlines()[-1].endswith("| 2.00 | 2.50 | at most 2.2 |")
    batch = [comparison.key for comparison in COMPARISONS].index("per_example") + 1
    slow = Cost(batch, {OURS.key: [[30.0], [2.0]]})
    assert "MISSED 15.00 | – | at least 20" in section([slow])


def test_every_linear_and_bilinear_op_is_timed():
    declared = {name for name, op in OPS.items() if op.kind in ("linear", "bilinear")}
    assert set(tangents.ARGUMENTS) == {*declared, "tanh"}
    for run, alone in tangents.runs().values():
        assert len(run()) == 1 + len(alone())  # the initial value, and one tangent per op


def test_a_picture_is_drawn_by_both_engines(monkeypatch):
    one = drawing(100)
    assert abs(one.nodes - 100) < 6
    assert one.nodes == len(tg.viz.to_json(graph(100))["nodes"])
    assert one.size == len(str(tg.viz.svg(graph(100), fold=False, engine="own")).encode())
    assert min(one.layout, one.seconds) > 0
    assert (one.dot is None) is (shutil.which("dot") is None)
    monkeypatch.setenv("PATH", "")
    assert (drawing(10).dot, drawing(10).limit) == (None, None)


@pytest.mark.skipif(shutil.which("dot") is None, reason="the dot program is missing")
def test_dot_is_stopped():
    assert drawing(10, limit=1e-4).limit == 1e-4


def test_the_section_of_pictures():
    found = [
        Drawing(100, 0.01, 0.005, 30_400, 0.5, None),
        Drawing(10_000, 1.5, 1.0, 3_000_000, None, 60.0),
        Drawing(10_000, 1.5, 1.0, 3_000_000, None, None),
    ]
    assert picture_section(found).splitlines()[2:] == [
        "| 100 | 0.010 | 0.005 | 30 | 0.500 |",
        "| 10,000 | 1.500 | 1.000 | 3,000 | more than 60 |",
        "| 10,000 | 1.500 | 1.000 | 3,000 | not installed |",
    ]
