"""The pytest plugin: a `gradcheck` fixture, and mutants of gradient rules.

It does nothing unless used. pytest finds it by the package's entry point. Hypothesis, if it is
installed, is told not to shrink or save failures that mutants cause.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from .mutation import KINDS, UNSUMMED, Mutant, RuleKey, Workshop
from .report import GradcheckError, Report

WORKSHOP = pytest.StashKey["Mutating"]()
SHOWN = 3
"""The number of tests listed that did not notice a mutant."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the plugin's options."""
    group = parser.getgroup("tinygrad_np", "gradient checks of tinygrad_np")
    group.addoption(
        "--gradcheck-seed",
        type=int,
        default=0,
        metavar="N",
        help="the seed of the gradcheck fixture's random weights and directions (default 0)",
    )
    group.addoption(
        "--gradcheck-mutate",
        action="store_true",
        help="run the selected tests again, each time with one of the gradient rules they use made "
        "wrong, and list the mutants that no test notices",
    )
    group.addoption(
        "--gradcheck-mutate-ops",
        default="",
        metavar="NAMES",
        help="mutate only the rules of these ops, as in tanh,matmul",
    )


@pytest.fixture
def gradcheck(
    request: pytest.FixtureRequest, record_property: Callable[[str, object], None]
) -> Callable[..., Report]:
    """Return tinygrad_np.testing.gradcheck with the session's seed; JUnit reports note findings."""
    from .check import gradcheck as check  # only when the fixture is used

    def fixture(f: Callable[..., Any], *inputs: Any, **options: Any) -> Report:
        __tracebackhide__ = True
        options.setdefault("seed", request.config.getoption("--gradcheck-seed"))
        try:
            report = check(f, *inputs, **options)
        except GradcheckError as error:
            note(error.report)
            raise
        note(report)
        return report

    def note(report: Report) -> None:
        counts: dict[str, int] = {}
        for finding in report.findings:
            counts[finding.verdict] = counts.get(finding.verdict, 0) + 1
        words = [f"{n} {verdict}" for verdict, n in counts.items()] + list(report.problems)
        record_property(f"gradcheck {report.function}", ", ".join(words))
        record_property(f"gradcheck {report.function} evaluations", report.evaluations)

    return fixture


# -------------------------------------------------------------------- mutants


class Mutating:
    """The state of a session whose rules are mutated.

    Attributes:
        workshop: The watcher of the rules.
        users: The tests that applied each rule, with the seconds each took.
        killed: The number of mutants that a test noticed.
        survivors: The mutants that no test noticed, with the tests that applied the rule.
        idle: The number of mutants that had no effect in any test.
    """

    def __init__(self) -> None:
        self.workshop = Workshop()
        self.users: dict[RuleKey, list[tuple[float, pytest.Item]]] = {}
        self.killed = 0
        self.survivors: list[tuple[Mutant, list[str]]] = []
        self.idle = 0


def pytest_configure(config: pytest.Config) -> None:
    """Start watching rules, before any of the user's modules declares its own."""
    if not config.getoption("--gradcheck-mutate"):
        return
    mutating = Mutating()
    mutating.workshop.open()
    config.stash[WORKSHOP] = mutating
    try:
        from hypothesis import Phase, settings
    except ImportError:
        return
    settings.register_profile(
        "gradcheck-mutate", database=None, phases=[Phase.explicit, Phase.generate]
    )
    settings.load_profile("gradcheck-mutate")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Restore the rules."""
    mutating = config.stash.get(WORKSHOP, None)
    if mutating is not None:
        mutating.workshop.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Clear the rules in use before a test, so that those it applies can be told."""
    mutating = item.config.stash.get(WORKSHOP, None)
    if mutating is not None:
        mutating.workshop.used.clear()
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Record the rules that a passing test applied, and how long it took."""
    report = yield
    mutating = item.config.stash.get(WORKSHOP, None)
    if mutating is None or mutating.workshop.mutant is not None:
        return report
    if report.when == "call" and report.passed:
        for key in mutating.workshop.used:
            mutating.users.setdefault(key, []).append((report.duration, item))
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """Run the tests once unchanged, then again for every mutant."""
    result = yield
    mutating = session.config.stash.get(WORKSHOP, None)
    if mutating is not None:
        chosen = {name for name in session.config.option.gradcheck_mutate_ops.split(",") if name}
        terminal = session.config.pluginmanager.get_plugin("terminalreporter")
        keys = sorted(key for key in mutating.users if not chosen or key[0] in chosen)
        for place, key in enumerate(keys):
            if terminal is not None and terminal.isatty:
                terminal.rewrite(f"mutating {place + 1}/{len(keys)}: {key[0]} {key[1]}", erase=True)
            for kind in KINDS:
                if kind != UNSUMMED or key in mutating.workshop.summed:
                    try_mutant(mutating, Mutant(key, kind))
        session.testsfailed += len(mutating.survivors)
    return result


def try_mutant(mutating: Mutating, mutant: Mutant) -> None:
    """Run the tests that apply a mutant's rule, the fastest first, until one fails."""
    items = [item for _, item in sorted(mutating.users[mutant.key], key=lambda pair: pair[0])]
    mutating.workshop.mutant = mutant
    try:
        for item in items:
            reports = runtestprotocol(item, nextitem=item, log=False)
            if any(report.failed for report in reports):
                mutating.killed += 1
                return
    finally:
        mutating.workshop.mutant = None
    if mutant.effective:
        mutating.survivors.append((mutant, [item.nodeid for item in items]))
    else:
        mutating.idle += 1


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """List the mutants that survived."""
    mutating = config.stash.get(WORKSHOP, None)
    if mutating is None:
        return
    total = mutating.killed + len(mutating.survivors)
    terminalreporter.section("mutants of gradient rules")
    for mutant, tests in mutating.survivors:
        more = f" and {len(tests) - SHOWN} more" if len(tests) > SHOWN else ""
        terminalreporter.line(f"SURVIVED {mutant}")
        terminalreporter.line(f"    not noticed by {', '.join(tests[:SHOWN])}{more}")
    terminalreporter.line(
        f"{total} mutants of {len(mutating.users)} rules: {mutating.killed} noticed, "
        f"{len(mutating.survivors)} survived; {mutating.idle} more had no effect"
    )
