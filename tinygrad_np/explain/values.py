"""Bad values found in arrays, and arrays put into words."""

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
    """Return ``"NaN"`` if an array has one, else ``"Inf"`` if it has one, else nothing.

    Nothing also for ``None`` and for what holds no numbers, such as a parameter.
    """
    if isinstance(x, (tuple, list)):
        kinds = [bad_in(part) for part in x]
        return "NaN" if "NaN" in kinds else "Inf" if "Inf" in kinds else ""
    array = np.asarray(array_of(x))
    if array.dtype.kind not in "fc" or np.isfinite(array).all():
        return ""
    return "NaN" if np.isnan(array).any() else "Inf"


def places(mask: Array, limit: int | None = SHOWN) -> tuple[Index, ...]:
    """Return where a mask is true, the first few."""
    return tuple(tuple(map(int, index)) for index in np.argwhere(mask)[:limit])


def values_at(array: Any, shape: Index, indices: Iterable[Index]) -> tuple[Any, ...]:
    """Return the elements of an operand that belong to places of a result it broadcasts to."""
    spread = np.broadcast_to(array, shape)
    return tuple(spread[index].item() for index in indices)


def reduced(index: Index, shape: Index) -> Index:
    """Return which element of an operand a place of the result was broadcast from."""
    kept = index[len(index) - len(shape) :]
    return tuple(0 if n == 1 else i for i, n in zip(kept, shape, strict=True))


def operand_names(call: Call) -> list[str]:
    """Return a name for each operand of a call: those of the op's inputs."""
    names = list(call.op.inputs)
    if call.op.varargs is None:
        return names
    rest = len(call.values) - len(names) + 1
    return names[:-1] + [f"{names[-1]}[{i}]" for i in range(rest)]


def operands_at(call: Call, indices: Iterable[Index]) -> dict[str, tuple[Any, ...]]:
    """Return the operands of an elementwise call at places of its result, by name."""
    if call.op.kind != "elementwise" or call.out is None:
        return {}
    shape, indices = call.out.shape, tuple(indices)
    named = zip(operand_names(call), call.values, strict=True)
    return {name: values_at(value, shape, indices) for name, value in named}


def named(index: Index) -> str:
    """Return an index as it is written; nothing for a number."""
    return f"[{', '.join(map(str, index))}]" if index else ""


def number_in_words(value: Any) -> str:
    """Return a number in words: six digits, or all where those would show a round one."""
    if not isinstance(value, (float, complex)):
        return str(value)
    short = f"{value:.6g}"
    whole = isinstance(value, float) and abs(value) < 1e6 and float(short).is_integer()
    return repr(value) if whole and float(short) != value else short


def label_of(name: str) -> str:
    """Return what an op is called in words: clip, not clip_between."""
    return OPS[name].label if name in OPS else name


def located(line: Line | None) -> list[str]:
    """Return where a line is and what stands there, as lines of text."""
    if line is None:
        return []
    return [str(line), *([f"  {line.text}"] if line.text else [])]


def size_of(x: Any) -> float:
    """Return the largest absolute value of an array; NaN goes on."""
    array = np.abs(np.asarray(array_of(x)))
    return float(np.max(array)) if array.size else 0.0
