"""Functions of NumPy that a graph cannot follow, such as writes in place, and alternatives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from ..engine.errors import UnsupportedError

IN_PLACE = "writes into an array in place, which no graph can follow"

REFUSED: dict[Any, str] = {
    np.put: f"{IN_PLACE}; assign with x[np.unravel_index(ind, x.shape)] = v",
    np.place: f"{IN_PLACE}; assign with x[mask] = values, or use tg.where",
    np.putmask: f"{IN_PLACE}; assign with x[mask] = values[mask], or use tg.where",
    np.copyto: f"{IN_PLACE}; assign with dst[...] = src, or use tg.where(where, src, dst)",
    np.fill_diagonal: f"{IN_PLACE}; assign with x[i, i] = value for i = np.arange(n), or use "
    f"tg.where(tg.eye(n, dtype=bool), value, x)",
}
if "row_stack" in vars(np):  # NumPy will remove it
    REFUSED[vars(np)["row_stack"]] = "is an old name of np.vstack; use that"
"""Why a NumPy function is refused, and what to use instead."""

REFUSED_METHODS: dict[str, str] = {
    "sort": f"{IN_PLACE}; use tg.sort(x)",
    "partition": f"{IN_PLACE}; use tg.partition(x, kth)",
    "fill": f"{IN_PLACE}; use x[...] = value, or tg.full_like(x, value)",
    "put": f"{IN_PLACE}; assign with x[np.unravel_index(indices, x.shape)] = values",
    "resize": f"{IN_PLACE}; use tg.resize(x, shape)",
    "view": "sees the memory of an array as something else; use x.astype(dtype), or x.data.view",
}
"""The same for the methods of an array."""


def refusing(name: str) -> Callable[..., NoReturn]:
    """Return a method that raises instead of doing what NumPy's does."""

    def refused(*args: Any, **kwargs: Any) -> NoReturn:
        raise UnsupportedError(f"ndarray.{name} {REFUSED_METHODS[name]}")

    refused.__name__ = refused.__qualname__ = name
    refused.__doc__ = f"Refused: it {REFUSED_METHODS[name]}."
    return refused
