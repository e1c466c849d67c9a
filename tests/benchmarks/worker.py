"""The process that measures. Its environment sets the number of threads before any import.

It writes one JSON object per line to standard output: `{"left_out": peer, "why": text}` or
`{"workload": number, "microseconds": {peer: [one per round]}}`, per step or, for the chain, per
node, or `{"comparison": number, "microseconds": {peer: [[one per round], [of the unit]]}}`.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import warnings
from collections.abc import Iterator
from itertools import chain

from .derivatives import COMPARISONS, RTOL, all_steps, groups
from .peers import NUMPY, PEERS, LeftOut, MakeStep
from .timing import Disagreement, check_agreement, time_in_turn
from .workloads import WORKLOADS

PAUSE = 0.03
"""The seconds after which an idle thread pool sleeps."""


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.worker")
    parser.add_argument("--pinned", action="store_true", help="stay on one processor")
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--peers", nargs="+", required=True)
    parser.add_argument("--workloads", nargs="*", type=int, required=True)
    parser.add_argument("--comparisons", nargs="*", type=int, default=[])
    options = parser.parse_args()

    # Output that libraries print goes to standard error, not between our lines.
    results = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    warnings.simplefilter("ignore")
    if options.pinned and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

    pause = 0.0 if options.pinned else PAUSE
    found = chain(
        _results(options.peers, options.workloads, options.rounds, pause),
        _costs(options.peers, options.comparisons, options.rounds, pause),
    )
    for result in found:
        print(json.dumps(result), file=results, flush=True)


def _results(
    keys: list[str], numbers: list[int], rounds: int, pause: float
) -> Iterator[dict[str, object]]:
    makers: dict[str, MakeStep] = {}
    for key in keys:
        try:
            makers[key] = PEERS[key].load()
        except LeftOut as reason:
            yield {"left_out": key, "why": str(reason)}
    for number in numbers:
        workload = WORKLOADS[number - 1]
        steps = {key: make_step(workload) for key, make_step in makers.items()}
        try:
            check_agreement(steps, NUMPY.key, workload.rtol)
            seconds = time_in_turn(steps, rounds=rounds, pause=pause)
        except Disagreement as error:
            sys.exit(f"workload {number} ({workload.name}): {error}")
        scale = 1e6 / workload.units_per_step
        yield {
            "workload": number,
            "microseconds": {key: [s * scale for s in row] for key, row in seconds.items()},
        }


def _costs(
    keys: list[str], numbers: list[int], rounds: int, pause: float
) -> Iterator[dict[str, object]]:
    for number in numbers:
        comparison = COMPARISONS[number - 1]
        steps = all_steps(comparison, keys)
        try:
            for group in groups(comparison, steps):
                check_agreement(group, next(iter(group)), RTOL)
            seconds = time_in_turn(steps, rounds=rounds, pause=pause)
        except Disagreement as error:
            sys.exit(f"{comparison.name}: {error}")
        peers = [key for key in seconds if not key.endswith("/unit")]
        yield {
            "comparison": number,
            "microseconds": {
                key: [[s * 1e6 for s in seconds[k]] for k in (key, f"{key}/unit")] for key in peers
            },
        }


if __name__ == "__main__":
    main()
