"""Functions of NumPy that a graph cannot follow, such as writes in place, and alternatives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from ..engine.errors import UnsupportedError

IN_PLACE = "writes into an array in place, which no graph can follow"

REFUSED: dict[Any, str] = {}
if "row_stack" in vars(np):  # NumPy will remove it
    REFUSED[vars(np)["row_stack"]] = "is an old name of np.vstack; use that"
"""Why a NumPy function is refused, and what to use instead."""

REFUSED_METHODS: dict[str, str] = {
    "partition": f"{IN_PLACE}; use tg.partition(x, kth)",
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
