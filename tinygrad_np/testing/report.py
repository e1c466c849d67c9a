"""The findings of a gradient check and their presentation as text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from ..engine.errors import TinygradError
from ..engine.public import renamed

Verdict = Literal["ok", "kink-ok", "skipped", "weak", "FAIL", "nan"]

SHOWN = 5
"""The number of wrong elements that a message lists."""


class GradcheckError(TinygradError, AssertionError):
    """A wrong gradient was found. `report` holds all the findings."""

    def __init__(self, report: Report) -> None:
        super().__init__(str(report))
        self.report = report

    def __reduce__(self) -> tuple[type[GradcheckError], tuple[Report]]:
        return GradcheckError, (self.report,)


class WeakGradcheckWarning(UserWarning):
    """A gradient check passed, but could not judge everything."""


@dataclass(frozen=True, slots=True)
class ElementFinding:
    """The verdict on one element of one gradient, or on several along one direction.

    Attributes:
        input: A description of the input.
        index: The index of the element; ``None`` for a direction.
        elements: The number of elements it covers.
        verdict: ``"ok"``; ``"kink-ok"``: between the slopes of the two sides of a kink;
            ``"skipped"``: at a kink, with kinks not to be judged; ``"weak"``: within the error of
            a reference too noisy to judge; ``"FAIL"``: wrong; or ``"nan"``: the gradient or the
            reference is not finite.
        analytic: The element of the gradient, or the slope along the direction.
        numeric: The reference.
        error: The estimated error of the reference.
        step: The smallest step used for the reference.
        dtype: The dtype the gradient was computed in.
        tolerance: The largest difference between the two that is accepted.
        slopes: At a kink, the least and the greatest slope.
        mode: The mode the analytic value was computed in, ``"reverse"`` or ``"forward"``.
        order: 1, or 2 for the gradient of the gradient.
    """

    input: str
    index: tuple[int, ...] | None
    verdict: Verdict
    analytic: float
    numeric: float
    error: float
    step: float
    dtype: str
    tolerance: float
    slopes: tuple[float, float] | None = None
    mode: Literal["reverse", "forward"] = "reverse"
    order: int = 1
    elements: int = 1

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong."""
        return self.verdict not in ("FAIL", "nan")

    @property
    def relative_error(self) -> float:
        """The difference of the two values, relative to the larger."""
        largest = max(abs(self.analytic), abs(self.numeric))
        if not math.isfinite(largest):
            return math.inf
        return abs(self.analytic - self.numeric) / largest if largest else 0.0

    def __str__(self) -> str:
        where = f"[{', '.join(map(str, self.index))}]" if self.index else ""
        if self.index is None:
            where = f", {self.elements} elements along one direction"
        line = (
            f"{self.input}{where}: analytic {self.analytic:.9g}, "
            f"numeric {self.numeric:.9g} ± {self.error:.1g}, "
            f"relative error {self.relative_error:.2g}, step {self.step:.1g}"
        )
        if self.slopes is not None:
            line += f", one-sided slopes {self.slopes[0]:.6g} and {self.slopes[1]:.6g}"
        if self.mode == "forward":
            line += ", forward mode"
        if self.dtype != "float64":
            line += f", {self.dtype}"
        return line


@dataclass(frozen=True, slots=True)
class Blame:
    """The cause of a wrong gradient.

    Attributes:
        op: The name of the op at fault; ``None`` if every op is right by itself.
        line: The user's line it was called from, with its text.
        findings: The wrong elements of the op checked by itself.
        pattern: What the wrong gradient looks like, in words; empty for no known pattern.
        reproduce: A line of Python that shows the fault of the op alone.
        text: All of this in words.
    """

    op: str | None
    line: str
    findings: tuple[ElementFinding, ...]
    pattern: str
    reproduce: str
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True, repr=False)
class Report:
    """The findings of a gradient check; true if nothing is wrong.

    Attributes:
        function: The name of the function that was checked.
        findings: One finding per element of every gradient, or per direction.
        problems: Faults that concern no single element, such as a gradient's shape.
        blame: The cause, if something is wrong.
        reproduce: A line of Python that repeats the check.
        evaluations: The number of times the function was called for the reference.
    """

    function: str
    findings: tuple[ElementFinding, ...]
    problems: tuple[str, ...] = ()
    blame: Blame | None = None
    reproduce: str = ""
    evaluations: int = field(default=0, compare=False)

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems and all(finding.passed for finding in self.findings)

    @property
    def failures(self) -> tuple[ElementFinding, ...]:
        """The wrong findings: single elements before directions, each with the worst first."""
        return tuple(worst_first(self.findings))

    @property
    def weak(self) -> tuple[ElementFinding, ...]:
        """The findings that could not be judged because the differences are too noisy."""
        return tuple(finding for finding in self.findings if finding.verdict == "weak")

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        lines = [f"gradcheck of {self.function}: {problem}" for problem in self.problems]
        failures = self.failures
        if failures:
            lines.append(
                f"gradcheck of {self.function}: {self._wrong(failures)} wrong, with results "
                f"weighted at random{worst_of(failures)}:"
            )
            lines += [f"  {order_of(finding)}{finding}" for finding in failures[:SHOWN]]
        if lines:
            lines += str(self.blame).splitlines() if self.blame else []
            lines += [f"to reproduce: {self.reproduce}"] if self.reproduce else []
            return "\n".join(lines)
        notes = [
            f"{sum(f.verdict == verdict for f in self.findings)} {words}"
            for verdict, words in (
                ("kink-ok", "at a kink"),
                ("skipped", "at a kink and skipped"),
                ("weak", "too noisy to judge"),
            )
            if any(f.verdict == verdict for f in self.findings)
        ]
        return f"gradcheck of {self.function}: {', '.join([self._passed(), *notes])}"

    def __repr__(self) -> str:
        return str(self)

    def _passed(self) -> str:
        judged = [f for f in self.findings if f.verdict not in ("weak", "skipped")]
        total, lines = sum(f.elements for f in judged), len(judged)
        along = f", checked along {lines} directions" if lines < total else ""
        return f"{total} gradient elements are right{along}"

    def _wrong(self, failures: Sequence[ElementFinding]) -> str:
        total = sum(f.elements for f in self.findings)
        elements = sum(f.index is not None for f in failures)
        more = len(failures) - elements
        along = f", and some along {more} more directions," if more else ""
        return f"{elements} of {total} gradient elements{along} are"


def worst_first(findings: Sequence[ElementFinding]) -> list[ElementFinding]:
    """Return the wrong findings: single elements before directions, each with the worst first."""
    wrong = [finding for finding in findings if not finding.passed]
    return sorted(wrong, key=lambda f: (f.index is None, -f.relative_error))


def worst_of(failures: Sequence[ElementFinding]) -> str:
    """Return a note that only the worst failures are listed, if there are more."""
    return f"; the worst {SHOWN}" if len(failures) > SHOWN else ""


def order_of(finding: ElementFinding) -> str:
    """Return the words for a second-order gradient; empty for the first."""
    return "second order, " if finding.order == 2 else ""


__getattr__ = renamed(__name__, Finding=ElementFinding)  # for pickles
