"""Arrays in a few numbers, for the page: statistics, a histogram, a small image."""

from __future__ import annotations

import base64
import math
from typing import Any

import numpy as np

from ...engine.tensor import Array
from ..values import thumbnail

INFINITE, MISSING = 254, 255
"""The grey levels that stand for Inf and NaN; numbers have those from 0 to 253."""
DETAILS = ((2000, 16, 24, 16), (12000, 8, 16, 4), (math.inf, 4, 12, 1))
"""Up to this many arrays: image rows, histogram bars, and elements that are written out."""


class Arrays:
    """The arrays that the page shows, each with a number."""

    def __init__(self) -> None:
        self.arrays: list[Array] = []

    def add(self, array: Array | None) -> int:
        """Return the number of an array, -1 for none."""
        if array is None:
            return -1
        self.arrays.append(array)
        return len(self.arrays) - 1

    def data(self) -> list[dict[str, Any]]:
        """Return what the page shows of each array: the more there are, the less of each."""
        _, rows, bars, listed = next(d for d in DETAILS if len(self.arrays) <= d[0])
        with np.errstate(all="ignore"):  # sums that overflow
            return [described(array, rows, bars, listed) for array in self.arrays]


def described(array: Array, rows: int, bars: int, listed: int) -> dict[str, Any]:
    """Return an array in a few numbers. Complex numbers count by their absolute value.

    >>> found = described(np.array([3.0, -4.0, np.nan]), 16, 2, 4)
    >>> found["norm"], found["nans"], found["bars"], found["elements"]
    (5.0, 1, [1, 1], '[ 3., -4., nan]')
    """
    x = (np.abs(array) if array.dtype.kind == "c" else array).astype(float)
    finite = x[np.isfinite(x)]
    nans = int(np.isnan(x).sum())
    found: dict[str, Any] = {"shape": str(array.shape), "size": array.size}
    if nans:
        found["nans"] = nans
    if infs := x.size - finite.size - nans:
        found["infs"] = infs
    if finite.size:
        low, high = float(finite.min()), float(finite.max())
        found |= {"min": low, "max": high}
        found |= {"mean": plain(finite.mean()), "norm": plain(np.linalg.norm(finite))}
        if x.size > 1 and math.isfinite(high - low):
            found["bars"] = histogram(finite, low, high, bars)
    if array.size <= listed:
        found["elements"] = np.array2string(array, precision=5, separator=", ", max_line_width=36)
    if x.size > 1:
        found |= image(x, rows)
    return found


def plain(value: Any) -> float | None:
    """Return a number that JSON can hold; `None` if it overflowed."""
    return float(value) if np.isfinite(value) else None


def histogram(finite: Array, low: float, high: float, bars: int) -> list[int]:
    """Return the number of elements in each of some bins of equal width from `low` to `high`."""
    if low == high:
        return [finite.size]
    # Halved, so that the difference of numbers of either sign does not overflow.
    places = (finite / 2 - low / 2) / (high / 2 - low / 2) * bars
    counts = np.bincount(np.minimum(places.astype(int), bars - 1), minlength=bars)
    return [int(count) for count in counts]


def image(x: Array, rows: int) -> dict[str, Any]:
    """Return an array as a small image: its rows and columns, its range and its grey levels."""
    means = np.array(thumbnail(x))
    while max(means.shape) > rows:
        means = halved(means)
    finite = means[np.isfinite(means)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    levels = np.full(means.shape, INFINITE)
    levels[np.isnan(means)] = MISSING
    span = high / 2 - low / 2
    part = (finite / 2 - low / 2) / span if span else np.full(finite.shape, 0.5)
    levels[np.isfinite(means)] = np.rint(253 * part)
    return {
        "rows": means.shape[0],
        "columns": means.shape[1],
        "low": low,
        "high": high,
        "image": base64.b64encode(levels.astype(np.uint8).tobytes()).decode(),
    }


def halved(x: Array) -> Array:
    """Return means of neighbours along each axis that has more than one element."""
    for axis in (0, 1):
        if (n := x.shape[axis]) > 1:
            starts = np.arange(0, n, 2)
            counts = np.minimum(2, n - starts).reshape((-1, 1) if axis == 0 else (1, -1))
            x = np.add.reduceat(x, starts, axis) / counts
    return x
