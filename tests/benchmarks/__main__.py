"""Time training steps of `tinygrad_np` against other libraries and print a table.

Each setting of threads gets a separate process: one thread on one processor, and the default of
the libraries.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from . import checks, tangents
from .derivatives import COMPARISONS, Cost, section
from .peers import NUMPY, PEERS, TORCH
from .pictures import drawings, section as picture_section
from .report import Measurement, environment, heading, mean_ratio, table, verdict
from .workloads import WORKLOADS

SETTINGS = {
    "one": "One thread on one processor",
    "default": "Default threads",
}
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
XLA_ONE_THREAD = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"


def main() -> None:
    """Run the command line."""
    options = _parser().parse_args()
    if options.rounds < 1:
        sys.exit("--rounds must be at least 1")
    settings = list(SETTINGS) if options.threads == "both" else [options.threads]
    if options.pictures == "only":
        settings = []
    facts = environment()
    report: dict[str, Any] = {"environment": facts, "rounds": options.rounds, "settings": {}}
    print(heading(facts))
    for setting in settings:
        left_out, measurements, costs = _measure(
            setting, options.peers, options.only, options.derivatives, options.rounds
        )
        peers = [PEERS[key] for key in options.peers if key not in left_out]
        if measurements:
            print(f"\n{SETTINGS[setting]}: microseconds, median over {options.rounds} round(s)\n")
            print(table(measurements, peers))
        notes = [f"{PEERS[key].label} is left out: {why}." for key, why in left_out.items()]
        notes += verdict(measurements)
        if notes:
            print("", *notes, sep="\n")
        if costs:
            print(f"\nDerivatives, {SETTINGS[setting].lower()}: ratios of times\n")
            print(section(costs))
        report["settings"][setting] = {
            "left_out": left_out,
            "ours_to_torch": mean_ratio(measurements, TORCH),
            "ours_to_numpy": mean_ratio(measurements, NUMPY),
            "workloads": [measurement.as_json() for measurement in measurements],
            "derivatives": [asdict(cost) for cost in costs],
        }
    print(f"\n{checks.calls()}\n{checks.line()}\n{tangents.line()}")
    if options.pictures != "not":
        found = list(drawings())
        print(f"\nPictures: a graph as SVG, and by the dot program\n\n{picture_section(found)}")
        report["pictures"] = [asdict(one) for one in found]
    if options.json:
        options.json.write_text(json.dumps(report, indent=1) + "\n")


def _parser() -> argparse.ArgumentParser:
    workloads = "\n".join(f"  {i}. {workload.name}" for i, workload in enumerate(WORKLOADS, 1))
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description=__doc__,
        epilog=f"workloads:\n{workloads}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--threads", choices=[*SETTINGS, "both"], default="both", help="default: both"
    )
    parser.add_argument(
        "--only",
        type=_workloads,
        metavar="N[,N]",
        default=list(range(1, len(WORKLOADS) + 1)),
        help="the workloads to run; default: all",
    )
    parser.add_argument(
        "--derivatives",
        choices=["too", "only", "not"],
        default="too",
        help="the ratios of Hessians, Jacobians and batches; default: too",
    )
    parser.add_argument(
        "--pictures",
        choices=["too", "only", "not"],
        default="too",
        help="drawing graphs of 100 to 10,000 boxes; default: too",
    )
    parser.add_argument(
        "--peers",
        type=_peers,
        metavar="PEER[,PEER]",
        default=list(PEERS),
        help=f"among {', '.join(PEERS)}; {NUMPY.key} always runs, as the reference",
    )
    parser.add_argument("--rounds", type=int, default=15, help="default: 15")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all numbers to this file")
    return parser


def _workloads(text: str) -> list[int]:
    allowed = {str(i): i for i in range(1, len(WORKLOADS) + 1)}
    if wrong := set(text.split(",")) - set(allowed):
        raise argparse.ArgumentTypeError(f"no workload {', '.join(sorted(wrong))}")
    return sorted({allowed[name] for name in text.split(",")})


def _peers(text: str) -> list[str]:
    wanted = {NUMPY.key, *text.split(",")}
    if wrong := wanted - set(PEERS):
        raise argparse.ArgumentTypeError(f"no peer {', '.join(sorted(wrong))}")
    return [key for key in PEERS if key in wanted]


def _measure(
    setting: str, peers: Sequence[str], workloads: Sequence[int], derivatives: str, rounds: int
) -> tuple[dict[str, str], list[Measurement], list[Cost]]:
    """Run a worker and return why each missing peer was left out, and the measurements."""
    if derivatives == "only":
        workloads = []
    comparisons = range(1, len(COMPARISONS) + 1) if derivatives != "not" else ()
    command = [sys.executable, "-m", f"{__package__}.worker", "--rounds", str(rounds)]
    command += ["--peers", *peers, "--workloads", *map(str, workloads)]
    command += ["--comparisons", *map(str, comparisons)]
    if setting == "one":
        command.append("--pinned")
    left_out: dict[str, str] = {}
    measurements: list[Measurement] = []
    costs: list[Cost] = []
    with (
        tempfile.TemporaryFile("w+", errors="replace") as complaints,
        subprocess.Popen(
            command,
            cwd=Path(__file__).parents[2],
            env=_environment(setting),
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
        ) as worker,
    ):
        assert worker.stdout is not None
        for line in worker.stdout:
            result = json.loads(line)
            if "left_out" in result:
                left_out[result["left_out"]] = result["why"]
                continue
            if "comparison" in result:
                costs.append(Cost(**result))
            else:
                measurements.append(Measurement(**result))
            done, all_of_them = len(measurements) + len(costs), len(workloads) + len(comparisons)
            _progress(f"{SETTINGS[setting]}: {done} of {all_of_them}")
        _progress("")
        if worker.wait():
            complaints.seek(0)
            sys.exit(f"{complaints.read()}\nthe benchmark failed: {SETTINGS[setting].lower()}")
    return left_out, measurements, costs


def _environment(setting: str) -> dict[str, str]:
    """Return the environment of a worker."""
    variables = dict(os.environ, PYTHONWARNINGS="ignore", JAX_PLATFORMS="cpu")
    if setting == "one":
        variables.update(dict.fromkeys(THREAD_VARIABLES, "1"))
        variables["XLA_FLAGS"] = f"{variables.get('XLA_FLAGS', '')} {XLA_ONE_THREAD}".strip()
    else:
        for name in THREAD_VARIABLES:
            variables.pop(name, None)
    return variables


def _progress(text: str) -> None:
    """Show `text` in place of the previous text, only on a terminal."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
