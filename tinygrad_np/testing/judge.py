"""The verdict on one element of a gradient, or on the slope along one direction."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from .differences import KNOWN, SAFETY, Restriction, Slope
from .report import ElementFinding, Verdict

RTOL = 1e-6
"""The relative tolerance for gradients computed in float64."""

ZERO = 1e-6
"""The fraction of the slopes nearby below which a slope counts as 0."""

Kinks = Literal["accept", "error", "skip"]


@dataclass(frozen=True, slots=True)
class Claim:
    """A slope as a pass computed it.

    Attributes:
        value: The slope.
        slack: Its error by rounding in the pass.
        doubt: The further error that rounding in the computation of the results may have caused.
        rtol: The error accepted, relative to the slope.
        mode: The mode it was computed in.
        dtype: The dtype it was computed in.
    """

    value: float
    slack: float
    doubt: float
    rtol: float
    mode: Literal["reverse", "forward"]
    dtype: str


def judge(line: Restriction, claims: Sequence[Claim], kinks: Kinks, **where: Any) -> ElementFinding:
    """Return the verdict on the worst of several claims about one slope."""
    findings = [judge_one(line, claim, kinks, where) for claim in claims]
    return max(findings, key=lambda finding: SEVERITY[finding.verdict])


SEVERITY: dict[Verdict, int] = {"ok": 0, "skipped": 1, "kink-ok": 2, "weak": 3, "nan": 4, "FAIL": 5}


def judge_one(
    line: Restriction, claim: Claim, kinks: Kinks, where: dict[str, Any]
) -> ElementFinding:
    """Return the verdict on one claim."""
    verdict: Verdict = "FAIL"
    slopes = None
    for thorough in (False, True):  # a few steps alone are not enough to call it wrong
        slope = line.slope(0.05 * min(claim.rtol, RTOL), thorough)
        largest = max(abs(claim.value), abs(slope.value))
        tolerance = claim.rtol * largest + SAFETY * slope.error + claim.slack
        off = abs(claim.value - slope.value)
        if off <= tolerance + claim.doubt < math.inf:
            sure = off <= tolerance and judgeable(line, claim, slope)
            verdict = "ok" if sure else "weak"
            break
    if not math.isfinite(claim.value) or not math.isfinite(slope.value):
        verdict = "nan"
    if verdict == "FAIL":
        slope, verdict = by_shortest(line, claim, slope)
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
    return ElementFinding(
        verdict=verdict,
        analytic=claim.value,
        numeric=slope.value,
        error=slope.error,
        step=slope.step,
        dtype=claim.dtype,
        tolerance=tolerance,
        slopes=slopes,
        mode=claim.mode,
        **where,
    )


def by_shortest(line: Restriction, claim: Claim, slope: Slope) -> tuple[Slope, Verdict]:
    """Return the verdict on a claim that `slope` contradicts, after the slope it is based on.

    The claim may still agree with the shortest steps, if those contradict the longer ones. If
    they show no change at all, the function may be level or only rounded coarsely.
    """
    near = line.nearest()
    tolerance = claim.rtol * max(abs(claim.value), abs(near.value)) + claim.slack
    bent = abs(slope.value - near.value) > SAFETY * (slope.error + near.error)
    if bent and abs(claim.value - near.value) <= tolerance + SAFETY * near.error:
        if near.relative <= KNOWN:
            return near, "ok"
        if SAFETY * near.error <= ZERO * line.steepest:
            return near, "weak"
    return slope, "FAIL"


def judgeable(line: Restriction, claim: Claim, slope: Slope) -> bool:
    """Return whether a reference that agrees with a claim is precise enough to confirm it.

    If it is not, a step in the imaginary direction may decide.
    """
    largest = max(abs(claim.value), abs(slope.value))
    uncertain = SAFETY * slope.error
    if claim.value == slope.value:
        return True
    if abs(claim.value - slope.value) > claim.rtol * largest + uncertain:  # only slack covers it
        underflow = 2.0 * float(np.finfo(claim.dtype).tiny)
        if claim.slack > max(0.1 * largest, ZERO * line.steepest, underflow):
            return False
    if uncertain <= claim.rtol * largest:
        return True
    opinion = line.second_opinion(slope)
    if opinion is not None:
        tolerance = claim.rtol * largest + SAFETY * opinion.error + claim.slack
        return abs(claim.value - opinion.value) <= tolerance
    # A slope of 0 has no relative error; compare with how steep the function is nearby.
    return uncertain <= 0.1 * largest or uncertain <= ZERO * line.steepest
