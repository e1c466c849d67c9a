"""What a write to a part of a buffer costs, forward and backward, beside PyTorch and MyGrad.

The time of one write is that of 2k writes less that of k, divided by k, so that making the buffer
and summing it up cancel.
"""

from __future__ import annotations

import gc
import time
from importlib.util import find_spec
from statistics import median
from typing import Any

import numpy as np

import tinygrad_np as tg


def slices(np_like: Any, buffer: Any, value: Any, k: int) -> Any:
    """Write a small slice k times, at different places."""
    n = buffer.shape[0]
    for i in range(k):
        j = (7 * i) % (n - 4)
        buffer[j : j + 4] = value
    return buffer


def recurrence(np_like: Any, buffer: Any, value: Any, k: int) -> Any:
    """Write each element from the one before, round and round."""
    n = buffer.shape[0]
    buffer[0] = value[0]
    for i in range(k):
        j = i % (n - 1)
        before = buffer[j]
        # PyTorch refuses the gradient of what is written over later, unless it was copied.
        buffer[j + 1] = np_like.sin(before.clone() if np_like.__name__ == "torch" else before)
    return buffer


def rows(np_like: Any, buffer: Any, value: Any, k: int) -> Any:
    """Add to one row after another."""
    done = 0
    while done < k:
        for row in buffer:
            row += value
            done += 1
            if done == k:
                break
    return buffer


PROGRAMS = {
    "u[j:j+4] = v": slices,
    "u[i+1] = sin(u[i])": recurrence,
    "for row in u: row += p": rows,
}


def shape_for(program: Any, n: int) -> tuple[int, ...]:
    """Return the shape of a buffer of about n elements."""
    return (max(n // 4, 2), 4) if program is rows else (n,)


def in_ours(program: Any, n: int, k: int) -> tuple[float, float]:
    """Return the seconds that a program takes here, forward and backward."""
    w = tg.tensor(np.full(4, 0.5), requires_grad=True)
    buffer = tg.zeros(shape_for(program, n)) + 0.1
    begin = time.perf_counter()
    out = program(np, buffer, w, k)
    middle = time.perf_counter()
    out.sum().backward()
    return middle - begin, time.perf_counter() - middle


def in_torch(program: Any, n: int, k: int) -> tuple[float, float]:
    """Return the seconds that it takes in PyTorch."""
    import torch

    torch.set_num_threads(1)
    w = torch.full((4,), 0.5, dtype=torch.float64, requires_grad=True)
    buffer = torch.zeros(shape_for(program, n), dtype=torch.float64) + 0.1
    begin = time.perf_counter()
    out = program(torch, buffer, w, k)
    middle = time.perf_counter()
    out.sum().backward()
    return middle - begin, time.perf_counter() - middle


def in_mygrad(program: Any, n: int, k: int) -> tuple[float, float]:
    """Return the seconds that it takes in MyGrad."""
    import mygrad

    w = mygrad.tensor(np.full(4, 0.5))
    buffer = mygrad.zeros(shape_for(program, n)) + 0.1
    begin = time.perf_counter()
    out = program(mygrad, buffer, w, k)
    middle = time.perf_counter()
    out.sum().backward()
    return middle - begin, time.perf_counter() - middle


PEERS = {"tinygrad_np": in_ours, "torch": in_torch, "mygrad": in_mygrad}


def cost(
    run: Any, program: Any, n: int, k: int, earlier: int = 0, rounds: int = 5
) -> tuple[float, float]:
    """Return the microseconds of one write after so many, forward and backward."""
    found = []
    for _ in range(rounds):
        gc.collect()
        gc.disable()  # it would count the nodes of all writes before
        one = run(program, n, earlier + k)
        two = run(program, n, earlier + 2 * k)
        gc.enable()
        found.append([(b - a) / k * 1e6 for a, b in zip(one, two, strict=True)])
    return tuple(median(times) for times in zip(*found, strict=True))  # type: ignore[return-value]


def table(sizes: tuple[int, ...] = (10, 10_000, 1_000_000), rounds: int = 5) -> str:
    """Return a table of the costs, forward / backward."""
    peers = [peer for peer in PEERS if peer == "tinygrad_np" or find_spec(peer)]
    lines = [
        f"| write, microseconds forward / backward | {' | '.join(peers)} |",
        "| --- |" + " ---: |" * len(peers),
    ]
    for name, program in PROGRAMS.items():
        for n in sizes:
            cells = []
            for peer in peers:
                k = 400 if peer != "mygrad" and n <= 10_000 else 40 if n <= 10_000 else 8
                k = 400 if peer == "tinygrad_np" else k
                try:
                    forward, backward = cost(PEERS[peer], program, n, k, rounds=rounds)
                except Exception as error:
                    cells.append(type(error).__name__)
                    continue
                cells.append(f"{forward:.1f} / {backward:.1f}")
            lines.append(f"| `{name}`, {n:,} elements | {' | '.join(cells)} |")
    forward, backward = cost(in_ours, slices, 10_000, 20_000, earlier=100_000, rounds=3)
    after = "`u[j:j+4] = v`, 10,000 elements, after 100,000 writes"
    lines.append(f"| {after} | {forward:.1f} / {backward:.1f} |{' |' * (len(peers) - 1)}")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
