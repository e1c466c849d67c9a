"""The comparison of steps: their losses must agree; then blocks of them are timed in turn."""

from __future__ import annotations

import gc
import math
import random
import time
from collections.abc import Mapping
from itertools import repeat

from .workloads import Step

BLOCK_SECONDS = 0.015
"""The approximate duration of one block of steps."""


class Disagreement(Exception):
    """A peer's results differ from hand-written NumPy's, so timing it would be meaningless."""


def check_agreement(steps: Mapping[str, Step], reference: str, rtol: float) -> None:
    """Run every peer for three steps and compare the losses, including that after the last step.

    Raises:
        Disagreement: A peer's losses differ from those of `reference` by more than `rtol`.
    """
    losses = {name: [float(step()) for _ in range(4)] for name, step in steps.items()}
    for name, got in losses.items():
        for done, (loss, expected) in enumerate(zip(got, losses[reference], strict=True)):
            if not math.isclose(loss, expected, rel_tol=rtol):
                raise Disagreement(
                    f"{name}: the loss after {done} of 3 steps is {loss!r}, "
                    f"hand-written NumPy's is {expected!r}"
                )


def time_in_turn(
    steps: Mapping[str, Step], *, rounds: int, pause: float = 0.0
) -> dict[str, list[float]]:
    """Return the seconds per step of every peer in every round.

    In each round every peer runs one block of steps, in a random order: a slowdown of the machine
    affects all of them, so the ratio of two peers within a round is more reliable than their times.
    A step that is not counted precedes each block, to bring the peer's data back into the caches.
    The block ends with reading the last loss, which waits for work that a library has queued. The
    cyclic garbage collector is off within blocks, as in `timeit`, and runs between them.

    Args:
        steps: The step of each peer.
        rounds: The number of blocks of each.
        pause: Seconds of sleep before each block. Thread pools spin for some milliseconds after
            their last task and would occupy the processors during the next peer's block.

    Raises:
        Disagreement: The loss of a peer is no longer finite.
    """
    gc.collect()
    gc.freeze()  # exclude the modules of all peers from collections
    counts = {name: _steps_per_block(step) for name, step in steps.items()}
    seconds: dict[str, list[float]] = {name: [] for name in steps}
    order = list(steps)
    shuffle = random.Random(0).shuffle
    for _ in range(rounds):
        shuffle(order)
        for name in order:
            gc.collect()
            time.sleep(pause)
            seconds[name].append(_time_block(steps[name], counts[name]))
    for name, step in steps.items():
        if not math.isfinite(float(step())):
            raise Disagreement(f"{name}: the loss isn't finite after {rounds} rounds")
    return seconds


def _steps_per_block(step: Step) -> int:
    """Return how many steps last about `BLOCK_SECONDS`, at least one."""
    count = 1
    while (seconds := _time_block(step, count)) * count < BLOCK_SECONDS / 2:
        count *= 2
    return max(1, round(BLOCK_SECONDS / seconds))


def _time_block(step: Step, count: int) -> float:
    """Return the seconds per step of `count` steps in a row."""
    gc.disable()
    try:
        float(step())
        start = time.perf_counter()
        for _ in repeat(None, count):
            loss = step()
        float(loss)
        return (time.perf_counter() - start) / count
    finally:
        gc.enable()
