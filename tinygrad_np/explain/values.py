"""How NaN and Inf are found in arrays, and how arrays are described in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ..engine.access import array_of
from ..engine.op import OPS
from ..engine.tape import Call, Line
from ..engine.tensor import Array

SHOWN = 5
"""How many elements an explanation lists."""

Index = tuple[int, ...]


def bad_in(x: Any) -> str:
    """Return ``"NaN"`` if an array holds one, else ``"Inf"`` if it holds one, else ``""``.

    Also ``""`` for ``None`` and other values without numbers, such as a parameter of an op.
    """
    if isinstance(x, (tuple, list)):
        kinds = [bad_in(part) for part in x]
        return "NaN" if "NaN" in kinds else "Inf" if "Inf" in kinds else ""
    array = np.asarray(array_of(x))
    if array.dtype.kind not in "fc" or np.isfinite(array).all():
        return ""
    return "NaN" if np.isnan(array).any() else "Inf"


def places(mask: Array, limit: int | None = SHOWN) -> tuple[Index, ...]:
    """Return the first few indices where a mask is true."""
    return tuple(tuple(map(int, index)) for index in np.argwhere(mask)[:limit])


def values_at(array: Any, shape: Index, indices: Iterable[Index]) -> tuple[Any, ...]:
    """Return the elements of an operand at indices of a result that it broadcasts to."""
    spread = np.broadcast_to(array, shape)
    return tuple(spread[index].item() for index in indices)


def reduced(index: Index, shape: Index) -> Index:
    """Return the index in an operand from which an element of the result was broadcast."""
    kept = index[len(index) - len(shape) :]
    return tuple(0 if n == 1 else i for i, n in zip(kept, shape, strict=True))


def operand_names(call: Call) -> list[str]:
    """Return a name for each operand of a call: that of the op's input."""
    names = list(call.op.inputs)
    if call.op.varargs is None:
        return names
    rest = len(call.values) - len(names) + 1
    return names[:-1] + [f"{names[-1]}[{i}]" for i in range(rest)]


def operands_at(call: Call, indices: Iterable[Index]) -> dict[str, tuple[Any, ...]]:
    """Return the operands of an elementwise call at indices of its result, by name."""
    if call.op.kind != "elementwise" or call.out is None:
        return {}
    shape, indices = call.out.shape, tuple(indices)
    named = zip(operand_names(call), call.values, strict=True)
    return {name: values_at(value, shape, indices) for name, value in named}


def named(index: Index) -> str:
    """Return an index as text; empty for a scalar."""
    return f"[{', '.join(map(str, index))}]" if index else ""


def number_in_words(value: Any) -> str:
    """Return a number as text: six digits, or all if six would show a whole number."""
    if not isinstance(value, (float, complex)):
        return str(value)
    short = f"{value:.6g}"
    whole = isinstance(value, float) and abs(value) < 1e6 and float(short).is_integer()
    return repr(value) if whole and float(short) != value else short


def label_of(name: str) -> str:
    """Return the label of an op by its name: clip for clip_between."""
    return OPS[name].label if name in OPS else name


def located(line: Line | None) -> list[str]:
    """Return the place of a line and its source, as lines of text."""
    if line is None:
        return []
    return [str(line), *([f"  {line.text}"] if line.text else [])]


def size_of(x: Any) -> float:
    """Return the largest absolute value of an array; NaN if it holds one."""
    array = np.abs(np.asarray(array_of(x)))
    return float(np.max(array)) if array.size else 0.0
