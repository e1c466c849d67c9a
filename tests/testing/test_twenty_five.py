"""The twenty-five gradients are judged correctly, and the page lists other checkers' verdicts."""

import pytest

import tinygrad_np as tg
from testing.compare import CHECKERS, RIGHT, WRONG, Ours, ours, parsed, rows, table, versions
from testing.page import section
from testing.twenty_five import CASES

NAMES = [case.name for case in CASES]
PEERS = [name for name, (library, _) in CHECKERS.items() if library is not None]


def test_there_are_fourteen_right_and_eleven_wrong_ones():
    assert [case.right for case in CASES] == [True] * 14 + [False] * 11
    assert len(set(NAMES)) == 25


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_each_case_is_judged_correctly(case, seed):
    x = case.at(seed)
    report = tg.testing.gradcheck(case.function(Ours), x, seed=seed, raise_=False)
    assert report.ok == case.right, report
    assert not report.weak
    if not case.right:
        assert {finding.verdict for finding in report.failures} == {"FAIL"}


def test_wrong_elements_are_named():
    def failures(name):
        case = CASES[NAMES.index(name)]
        return tg.testing.gradcheck(case.function(Ours), case.at(0), raise_=False).failures  # type: ignore[arg-type]

    assert [f.index for f in failures("one element lost of 1,000")] == [(417,)]
    assert [f.index for f in failures("a slope of 1.5 at the kink of relu")] == [(0,)]
    forward = failures("a forward mode 5 % off on 10,000 elements")
    assert {finding.mode for finding in forward} == {"forward"}
    single = failures("1 % off, in float32 alone")
    assert {finding.dtype for finding in single} == {"float32"}


def documented():
    text, told = section("comparison").split("\n\n")
    assert parsed(text).keys() == CHECKERS.keys()
    assert table(parsed(text)) == text
    return parsed(text), told


def test_the_page_has_our_column():
    columns, _ = documented()
    assert columns["`tg.testing.gradcheck`"] == [RIGHT] * 25 + ["14 of 14", "11 of 11"]


def test_the_counts_on_the_page_match_its_marks():
    columns, _ = documented()
    for marks in columns.values():
        assert len(marks) == len(rows())
        assert marks[25:] == [
            f"{marks[:14].count(RIGHT)} of 14",
            f"{marks[14:25].count(RIGHT)} of 11",
        ]


@pytest.mark.parametrize("name", PEERS)
def test_the_page_has_the_verdicts_of_other_checkers(name):
    """Except for the cases of 10,000 elements, which take other checkers long."""
    library, check = CHECKERS[name]
    assert library is not None
    pytest.importorskip(library)
    columns, told = documented()
    if told != versions():
        pytest.skip(f"the page compares {told}")
    few = [(i, case) for i, case in enumerate(CASES) if case.at(0).size <= 1000]
    assert len(few) == 23
    judged = [RIGHT if check(case, 0) == case.right else WRONG for _, case in few]
    assert judged == [columns[name][i] for i, _ in few]


def test_weak_verdicts_do_not_count_as_judged(monkeypatch):
    case = CASES[0]
    assert ours(case)
    right = tg.testing.gradcheck

    def doubtful(*args, **kwargs):
        report = right(*args, **kwargs)
        monkeypatch.setattr(type(report), "weak", (report.findings[0],))
        return report

    monkeypatch.setattr(tg.testing, "gradcheck", doubtful)
    assert not ours(case)
