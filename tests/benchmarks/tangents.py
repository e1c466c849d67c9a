"""The cost of a forward pass per linear or bilinear op, relative to tanh."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np

import tinygrad_np as tg
import tinygrad_np.fft
from tinygrad_np.engine.forward import forward_pass
from tinygrad_np.engine.op import OPS

MOST = 2.0
"""The largest cost of a linear or bilinear op in multiples of tanh's."""
COUNT = 50
A, B, INDEX = np.ones((3, 3)), np.ones(3), np.array([2, 0, 1])
SHAPES = {"convolve_full": (3,), "squeeze": (1, 3)}
"""The shapes of arguments that are not 3 x 3 matrices."""
ARGUMENTS: dict[str, Callable[[Any], tuple[tuple[Any, ...], dict[str, Any]]]] = {
    "tanh": lambda x: ((x,), {}),
    "broadcast_to": lambda x: ((x,), {"shape": (2, 3, 3)}),
    "concatenate": lambda x: ((x, A), {}),
    "convolve_full": lambda x: ((x, B), {}),
    "cumsum": lambda x: ((x,), {"axis": 0}),
    "expand_dims": lambda x: ((x,), {"axis": 0}),
    "fft.fft": lambda x: ((x,), {}),
    "fft.ifft": lambda x: ((x,), {}),
    "fft.irfft": lambda x: ((x,), {}),
    "fft.rfft": lambda x: ((x,), {}),
    "getitem": lambda x: ((x, INDEX), {"template": ("array",)}),
    "line": lambda x: ((x, A), {"num": 5}),
    "linear": lambda x: ((x, A, B), {}),
    "matmul": lambda x: ((x, A), {}),
    "mean": lambda x: ((x,), {"axis": 0}),
    "part": lambda x: ((x,), {"subscripts": "ij->ji"}),
    "reshape": lambda x: ((x,), {"shape": (9,)}),
    "scatter": lambda x: ((x, INDEX), {"shape": (3, 3), "template": ("array",)}),
    "setitem": lambda x: ((0.0, x), {"template": (0,)}),
    "spread": lambda x: ((x,), {"subscripts": "ij->ji", "shape": (3, 3)}),
    "squeeze": lambda x: ((x,), {"axis": 0}),
    "stack": lambda x: ((x, A), {}),
    "sum": lambda x: ((x,), {"axis": 0}),
    "transpose": lambda x: ((x,), {}),
    "view": lambda x: ((x,), {"path": ((OPS["transpose"], (("axes", None),)),)}),
}
"""The arguments of each op, one of which depends on a variable."""


def runs() -> dict[str, tuple[Callable[[], Any], Callable[[], Any]]]:
    """Return a forward pass over 50 applications of each op, and its NumPy function 50 times."""
    found: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {}
    for name, arguments in ARGUMENTS.items():
        op = OPS[name]
        x = tg.tensor(np.ones(SHAPES.get(name, (3, 3))), requires_grad=True)
        args, params = arguments(x)
        roots: Any = [op.call(*args, **params).node for _ in range(COUNT)]
        start: Any = {x.node: np.ones(x.shape)}
        found[name] = (
            functools.partial(forward_pass, roots, start),
            functools.partial(applied, op.forward, *arguments(start[x.node])[0], **params),
        )
    return found


def applied(function: Callable[..., Any], *args: Any, **params: Any) -> list[Any]:
    """Return the results of 50 calls."""
    return [function(*args, **params) for _ in range(COUNT)]


def costs(rounds: int = 15) -> dict[str, tuple[float, float]]:
    """Return the costs of each op, and of NumPy alone, in multiples of a pass over tanh.

    These are ratios of medians, measured in turn.
    """
    seconds: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in ARGUMENTS}
    steps = runs()
    for _ in range(rounds):
        for name, pair in steps.items():
            for run, times in zip(pair, seconds[name], strict=True):
                run()
                start = time.perf_counter()
                for _ in range(20):
                    run()
                times.append(time.perf_counter() - start)
    unit = median(seconds.pop("tanh")[0])
    return {name: (median(a) / unit, median(b) / unit) for name, (a, b) in seconds.items()}


def line() -> str:
    """Describe the cheapest and the most expensive ops."""
    found = sorted((ratio, alone, name) for name, (ratio, alone) in costs().items())
    listed = ", ".join(
        f"{name} {ratio:.2f} (NumPy alone {alone:.2f})"
        for ratio, alone, name in (*found[:2], *found[-5:])
    )
    verdict = "at most" if found[-1][0] <= MOST else "MORE THAN"
    return (
        f"forward pass per op, {len(found)} linear and bilinear ones in terms of tanh: {listed}; "
        f"{verdict} {MOST:g}"
    )
