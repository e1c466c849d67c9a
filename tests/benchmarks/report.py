"""What the measurements say: ratios, their means, the table."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import geometric_mean, median
from typing import Any

from .peers import NUMPY, OURS, PEERS, TORCH, Peer
from .workloads import WORKLOADS

BUSY = 0.5
"""From this load average on, the reader is warned."""


@dataclass(frozen=True)
class Measurement:
    """The microseconds of every peer in every round of one workload."""

    workload: int
    microseconds: dict[str, list[float]]

    def absolute(self, peer: Peer) -> float | None:
        """Return the median over the rounds, `None` for a peer that was left out."""
        times = self.microseconds.get(peer.key)
        return median(times) if times else None

    def ratio(self, peer: Peer, other: Peer) -> float | None:
        """Return the median over the rounds of the ratio within each; under 1, `peer` is faster."""
        times, others = self.microseconds.get(peer.key), self.microseconds.get(other.key)
        if not times or not others:
            return None
        return median(a / b for a, b in zip(times, others, strict=True))

    def as_json(self) -> dict[str, Any]:
        """Return the medians, the ratios and every number they come from."""
        workload = WORKLOADS[self.workload - 1]
        return {
            "workload": self.workload,
            "name": workload.name,
            "unit": f"microseconds per {workload.unit}",
            "median": {key: median(times) for key, times in self.microseconds.items()},
            "ours_to_torch": self.ratio(OURS, TORCH),
            "ours_to_numpy": self.ratio(OURS, NUMPY),
            "rounds": self.microseconds,
        }


def mean_ratio(measurements: Iterable[Measurement], other: Peer) -> float | None:
    """Return the geometric mean over the workloads of our ratio to `other`."""
    ratios = [r for m in measurements if (r := m.ratio(OURS, other)) is not None]
    return geometric_mean(ratios) if ratios else None


def environment() -> dict[str, Any]:
    """Return what the numbers depend on besides the code."""
    versions = {}
    for key in PEERS:
        try:
            versions[key] = version(key)
        except PackageNotFoundError:
            continue
    return {
        "cpu": _cpu_model(),
        "processors": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": versions,
        "load_average": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
    }


def heading(facts: dict[str, Any]) -> str:
    """Return `environment` as lines to read."""
    versions = ", ".join(f"{key} {number}" for key, number in facts["versions"].items())
    lines = [
        f"{facts['cpu']}, {facts['processors']} processors, {facts['system']}",
        f"Python {facts['python']}, {versions}",
    ]
    if (load := facts["load_average"] or 0.0) > BUSY:
        lines.append(
            f"The load average is {load:.2f}: with other programs running, what follows is rough, "
            "and the times with several threads can be far off."
        )
    return "\n".join(lines)


def table(measurements: Sequence[Measurement], peers: Sequence[Peer]) -> str:
    """Return the medians and ratios as a table in Markdown; the losses to torch are marked."""
    rows = [["workload", *(p.label for p in peers), "ours/torch", "ours/NumPy"]]
    for m in measurements:
        to_torch, to_numpy = m.ratio(OURS, TORCH), m.ratio(OURS, NUMPY)
        lost = to_torch is not None and to_torch > 1
        rows.append(
            [
                f"{m.workload}. {WORKLOADS[m.workload - 1].name}",
                *(_number(m.absolute(p)) for p in peers),
                ("LOST " if lost else "") + _number(to_torch),
                _number(to_numpy),
            ]
        )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    lines = []
    for row in (rows[0], rule, *rows[1:]):
        cells = [row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def verdict(measurements: Sequence[Measurement]) -> list[str]:
    """Return sentences that say how we compare to torch and to hand-written NumPy."""
    lines = []
    ratios = {m.workload: r for m in measurements if (r := m.ratio(OURS, TORCH)) is not None}
    mean = mean_ratio(measurements, TORCH)
    if mean is not None:
        lost = [str(number) for number, ratio in ratios.items() if ratio > 1]
        lines.append(
            f"Geometric mean of ours/torch over {len(ratios)} workloads: {mean:.3f}. "
            + (f"Lost to torch: {', '.join(lost)}." if lost else "None is lost to torch.")
        )
    mean = mean_ratio(measurements, NUMPY)
    if mean is not None:
        lines.append(f"Geometric mean of ours/NumPy: {mean:.3f}.")
    return lines


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _cpu_model() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
