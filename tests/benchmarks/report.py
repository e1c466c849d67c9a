"""The report on the measurements: ratios, their means, the table."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import geometric_mean, median
from typing import Any

from .peers import NUMPY, OURS, PEERS, TORCH, TORCH_TUNED, Peer
from .workloads import WORKLOADS

BUSY = 0.5
"""The load average from which the report has a warning."""


@dataclass(frozen=True)
class Measurement:
    """The microseconds of every peer in every round of one workload."""

    workload: int
    microseconds: dict[str, list[float]]

    def absolute(self, peer: Peer) -> float | None:
        """Return the median over the rounds, or `None` for a peer that was left out."""
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
            "ours_to_torch_by_hand": self.ratio(OURS, TORCH_TUNED),
            "ours_to_numpy": self.ratio(OURS, NUMPY),
            "rounds": self.microseconds,
        }


def mean_ratio(measurements: Iterable[Measurement], other: Peer) -> float | None:
    """Return the geometric mean over the workloads of our ratio to `other`."""
    ratios = [r for m in measurements if (r := m.ratio(OURS, other)) is not None]
    return geometric_mean(ratios) if ratios else None


def environment() -> dict[str, Any]:
    """Return the facts that the numbers depend on besides the code."""
    versions = {}
    for package in {peer.package: None for peer in PEERS.values()}:
        try:
            versions[package] = version(package)
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
    """Return `environment` as readable lines."""
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


OTHERS = (TORCH, TORCH_TUNED, NUMPY)
"""The peers in the ratios: the same program in PyTorch, and both versions by hand."""


def table(measurements: Sequence[Measurement], peers: Sequence[Peer]) -> str:
    """Return the medians and ratios as a table in Markdown; ratios above 1 to torch are marked."""
    others = [p for p in OTHERS if p in peers]
    rows = [["workload", *(p.label for p in peers), *(f"ours/{p.label}" for p in others)]]
    for m in measurements:
        row = [f"{m.workload}. {WORKLOADS[m.workload - 1].name}"]
        row += [_number(m.absolute(p)) for p in peers]
        for other in others:
            ratio = m.ratio(OURS, other)
            lost = other is not NUMPY and ratio is not None and ratio > 1
            row.append(("LOST " if lost else "") + _number(ratio))
        rows.append(row)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    lines = []
    for row in (rows[0], rule, *rows[1:]):
        cells = [row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def verdict(measurements: Sequence[Measurement]) -> list[str]:
    """Return sentences that say how we compare to PyTorch and to hand-written NumPy."""
    lines = []
    for other in OTHERS:
        mean = mean_ratio(measurements, other)
        if mean is None:
            continue
        lost = [str(m.workload) for m in measurements if (m.ratio(OURS, other) or 0) > 1]
        line = f"Geometric mean of ours/{other.label}: {mean:.3f}."
        if other is not NUMPY:
            line += f" Lost: {', '.join(lost)}." if lost else " None is lost."
        lines.append(line)
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
