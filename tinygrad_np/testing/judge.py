"""The verdict on one number of a gradient, or on its slope along one direction.

Imports differences and report.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from .differences import SAFETY, Line, Slope
from .report import Finding, Verdict

RTOL = 1e-6
"""The relative tolerance for gradients computed in float64."""

ZERO = 1e-6
"""What part of the slopes nearby a slope of 0 may be."""

Kinks = Literal["accept", "error", "skip"]


@dataclass(frozen=True, slots=True)
class Claim:
    """What a sweep says a slope is.

    Attributes:
        value: The slope.
        slack: How far rounding in the sweep may have moved it.
        rtol: How far it may be off, relative to the slope.
        sweep: Which sweep says so.
        dtype: The dtype it computed in.
    """

    value: float
    slack: float
    rtol: float
    sweep: Literal["reverse", "forward"]
    dtype: str


def judge(line: Line, claims: Sequence[Claim], kinks: Kinks, **where: Any) -> Finding:
    """Return the verdict on the worst of several claims about one slope."""
    findings = [judge_one(line, claim, kinks, where) for claim in claims]
    return max(findings, key=lambda finding: SEVERITY[finding.verdict])


SEVERITY: dict[Verdict, int] = {"ok": 0, "skipped": 1, "kink-ok": 2, "weak": 3, "nan": 4, "FAIL": 5}


def judge_one(line: Line, claim: Claim, kinks: Kinks, where: dict[str, Any]) -> Finding:
    """Return the verdict on one claim."""
    verdict: Verdict = "FAIL"
    slopes = None
    for thorough in (False, True):  # nothing is called wrong on the strength of a few steps
        slope = line.slope(0.05 * min(claim.rtol, RTOL), thorough)
        largest = max(abs(claim.value), abs(slope.value))
        tolerance = claim.rtol * largest + SAFETY * slope.error + claim.slack
        if abs(claim.value - slope.value) <= tolerance < math.inf:
            verdict = "ok" if judgeable(line, claim, slope) else "weak"
            break
    if not math.isfinite(claim.value) or not math.isfinite(slope.value):
        verdict = "nan"
    beside = None
    if verdict != "ok" and math.isfinite(claim.value):
        beside = line.range_at_kink()
    if beside is not None:
        least, greatest, error = beside
        slopes = least, greatest
        reach = claim.rtol * max(abs(least), abs(greatest)) + SAFETY * error + claim.slack
        within = least - reach <= claim.value <= greatest + reach
        if kinks == "skip":
            verdict = "skipped"
        elif kinks == "error":
            verdict = "FAIL"
        elif within:
            verdict = "kink-ok"
    return Finding(
        verdict=verdict,
        analytic=claim.value,
        numeric=slope.value,
        error=slope.error,
        step=slope.step,
        dtype=claim.dtype,
        tolerance=tolerance,
        slopes=slopes,
        sweep=claim.sweep,
        **where,
    )


def judgeable(line: Line, claim: Claim, slope: Slope) -> bool:
    """Return whether a reference that agrees with a claim is precise enough to mean something.

    Where it is not, a step in the imaginary direction may tell.
    """
    largest = max(abs(claim.value), abs(slope.value))
    uncertain = SAFETY * slope.error
    if uncertain <= claim.rtol * largest or claim.value == slope.value:
        return True
    opinion = line.second_opinion(slope)
    if opinion is not None:
        tolerance = claim.rtol * largest + SAFETY * opinion.error + claim.slack
        return abs(claim.value - opinion.value) <= tolerance
    # A slope of 0, beside how steep the function is not far off, has no relative error.
    return uncertain <= 0.1 * largest or uncertain <= ZERO * line.steepest
