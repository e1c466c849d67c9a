"""What a gradient check found, and how it says so. Imports the engine only."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ..engine.errors import TinygradError

Verdict = Literal["ok", "kink", "weak", "wrong", "nan"]

SHOWN = 5
"""How many of the wrong elements a message lists."""


class GradcheckError(TinygradError, AssertionError):
    """A gradient that is wrong. Its `report` holds everything that was found."""

    def __init__(self, report: Report) -> None:
        super().__init__(str(report))
        self.report = report

    def __reduce__(self) -> tuple[type[GradcheckError], tuple[Report]]:
        return GradcheckError, (self.report,)


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict on one element of one gradient.

    Attributes:
        input: Which input, in words.
        index: Which of its elements.
        verdict: ``"ok"``; ``"kink"``: between the slopes of the two sides of a kink;
            ``"weak"``: within the error of a reference too noisy to judge; ``"wrong"``; or
            ``"nan"``: it, or the reference, is not finite.
        analytic: The element of the gradient.
        numeric: The reference.
        error: The estimated error of the reference.
        step: The smallest step the reference was taken with.
        dtype: The dtype the gradient was computed in.
        tolerance: How far the two may be apart.
        slopes: At a kink, the least and the greatest slope.
        order: 1, or 2 for the gradient of the gradient.
    """

    input: str
    index: tuple[int, ...]
    verdict: Verdict
    analytic: float
    numeric: float
    error: float
    step: float
    dtype: str
    tolerance: float
    slopes: tuple[float, float] | None = None
    order: int = 1

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong."""
        return self.verdict not in ("wrong", "nan")

    @property
    def relative_error(self) -> float:
        """The difference of the two, relative to the larger."""
        largest = max(abs(self.analytic), abs(self.numeric))
        if not math.isfinite(largest):
            return math.inf
        return abs(self.analytic - self.numeric) / largest if largest else 0.0

    def __str__(self) -> str:
        where = f"[{', '.join(map(str, self.index))}]" if self.index else ""
        line = (
            f"{self.input}{where}: analytic {self.analytic:.9g}, "
            f"numeric {self.numeric:.9g} ± {self.error:.1g}, "
            f"relative error {self.relative_error:.2g}, step {self.step:.1g}"
        )
        if self.slopes is not None:
            line += f", slopes beside it {self.slopes[0]:.6g} and {self.slopes[1]:.6g}"
        if self.dtype != "float64":
            line += f", {self.dtype}"
        return line


@dataclass(frozen=True, slots=True)
class Report:
    """The findings of a gradient check; true if nothing is wrong.

    Attributes:
        function: What was checked.
        findings: One per element of every gradient.
        problems: What is wrong apart from elements, such as a gradient's shape.
    """

    function: str
    findings: tuple[Finding, ...]
    problems: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems and all(finding.passed for finding in self.findings)

    @property
    def failures(self) -> tuple[Finding, ...]:
        """The elements that are wrong, the worst first."""
        wrong = [finding for finding in self.findings if not finding.passed]
        return tuple(sorted(wrong, key=lambda finding: -finding.relative_error))

    @property
    def weak(self) -> tuple[Finding, ...]:
        """The elements that could not be judged well, because differences are too noisy there."""
        return tuple(finding for finding in self.findings if finding.verdict == "weak")

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        n, failures = len(self.findings), self.failures
        lines = [f"gradcheck of {self.function}: {problem}" for problem in self.problems]
        if failures:
            lines.append(
                f"gradcheck of {self.function}: {len(failures)} of {n} gradient elements are "
                f"wrong, its results weighted at random{worst_of(failures)}:"
            )
            lines += [f"  {order_of(finding)}{finding}" for finding in failures[:SHOWN]]
        if not lines:
            notes = [
                f"{sum(f.verdict == verdict for f in self.findings)} {words}"
                for verdict, words in (("kink", "at a kink"), ("weak", "too noisy to judge"))
                if any(f.verdict == verdict for f in self.findings)
            ]
            passed = f"{n} gradient elements are right"
            lines = [f"gradcheck of {self.function}: {', '.join([passed, *notes])}"]
        return "\n".join(lines)


def worst_of(failures: Sequence[Finding]) -> str:
    """Return what a list of failures leaves out, in words."""
    return f"; the worst {SHOWN}" if len(failures) > SHOWN else ""


def order_of(finding: Finding) -> str:
    """Return the words for a gradient that is not the first."""
    return "second order, " if finding.order == 2 else ""
