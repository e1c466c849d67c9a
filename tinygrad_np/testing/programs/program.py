"""Random programs: a few lines of NumPy that run on arrays, on Tensors and on other libraries.

A program is written line by line, each line by one of the forms in `forms`, while its values are
computed at one point and at a second one close to it. So every line can be chosen by the shapes and
numbers at hand: a logarithm of positive numbers, a maximum of different ones, a product of matching
shapes. A line that makes numbers large, steep or not finite is left out. The resulting program is
smooth on the way from the first point to the second, whatever its lines are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import SimpleNamespace
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from ...engine.op import FUNCTIONS
from ...engine.tensor import Tensor, asarray

Array = npt.NDArray[Any]
T = TypeVar("T")

STEP = 1e-4
"""The distance of the second point along the direction of a program."""
LARGEST, STEEPEST, MOST = 20.0, 50.0, 64
"""The limits of the numbers, of the slopes along the direction and of the size of a value."""
MARGIN = 0.02
"""The distance a line must keep from a kink: four times what STEP and STEEPEST allow."""


def _softmax(x: Array, axis: int) -> Array:
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return np.asarray(e / e.sum(axis=axis, keepdims=True))


def _sigmoid(x: Array) -> Array:
    return 1.0 / (1.0 + np.exp(-x))


# The functions on arrays that programs call and NumPy does not have.
REFERENCES = SimpleNamespace(
    softmax=_softmax,
    log_softmax=lambda x, axis: np.log(_softmax(x, axis)),
    logsumexp=lambda x, axis: np.log(np.exp(x).sum(axis=axis)),
    relu=lambda x: np.where(x > 0, x, 0.0),
    sigmoid=_sigmoid,
    softplus=lambda x: np.log1p(np.exp(x)),
    silu=lambda x: x * _sigmoid(x),
)


@dataclass(frozen=True)
class Variable:
    """A variable of a program, and its value at the first point."""

    name: str
    data: Array

    def __str__(self) -> str:
        return self.name

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of its value."""
        return self.data.shape

    @property
    def ndim(self) -> int:
        """The number of axes of its value."""
        return self.data.ndim

    @property
    def is_real(self) -> bool:
        """Whether it holds real numbers."""
        return self.data.dtype.kind == "f"


Form = Callable[["Draft"], str | None]
"""Writes one line: an expression, or statements that set `draft.out`; None if nothing fits."""


class Draft:
    """A program being written. Forms ask it for operands and choices."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.leaves: dict[str, Array] = {}
        self.directions: dict[str, Array] = {}
        self.values: dict[str, Variable] = {}
        self.lines: list[tuple[str, str, str]] = []
        self.choices: Iterator[int] = iter(())
        self.here: dict[str, Any] = {"np": np, "tg": REFERENCES}
        self.beside = dict(self.here)

    @property
    def out(self) -> str:
        """The name of the value that the line will compute."""
        return f"v{len(self.lines) + 1}"

    def choose(self, options: Sequence[T]) -> T:
        """Return one of several options; the first is the simplest."""
        return options[next(self.choices, 0) % len(options)]

    def leaf(self, shape: tuple[int, ...] | None = None) -> Variable:
        """Return a new parameter of the program, with numbers of both signs away from 0."""
        name = f"x{len(self.leaves) + 1}"
        if shape is None:
            shape = tuple(self.choose((1, 2, 3, 4)) for _ in range(self.choose((1, 0, 2, 2, 3, 4))))
            while np.prod(shape) > MOST // 2:
                shape = shape[1:]
        rng = np.random.default_rng((self.seed, len(self.leaves)))

        def numbers() -> Array:
            signs = np.where(rng.random(shape) < 0.5, -1.0, 1.0)
            return np.asarray(np.round(rng.uniform(0.3, 2.0, shape) * signs, 2))

        self.leaves[name], self.directions[name] = numbers(), numbers()
        self.here[name] = self.leaves[name]
        self.beside[name] = self.leaves[name] + STEP * self.directions[name]
        self.values[name] = Variable(name, self.leaves[name])
        return self.values[name]

    def pick(
        self, ok: Callable[[Variable], bool] = lambda v: True, kinds: str = "f", shape: Any = None
    ) -> Variable:
        """Return a variable that fits, or a new parameter of the given shape."""
        fitting = [v for v in self.values.values() if v.data.dtype.kind in kinds and ok(v)]
        chosen = self.choose([*fitting, None] if len(self.leaves) < 4 else fitting or [None])
        return self.leaf(shape) if chosen is None else chosen

    def axis(self, x: Variable) -> int:
        """Return an axis of `x`, counted from either end; `x` must have one."""
        axes: list[int] = [-1, *range(x.ndim), *range(-x.ndim, -1)]
        return self.choose(axes)

    def axes(self, x: Variable) -> int | tuple[int, ...] | None:
        """Return an `axis` argument as reductions take it."""
        if not x.ndim:
            return self.choose((None, ()))
        if x.ndim > 1 and self.choose((False, False, True)):
            first = self.axis(x)
            return (first, (first + self.choose(range(1, x.ndim))) % x.ndim)
        return self.choose((None, self.axis(x)))

    def write(self, form: str, forms: Mapping[str, Form], choices: Sequence[int]) -> None:
        """Add the line that a form writes, if its operands fit and its numbers stay tame."""
        self.choices = iter(choices)
        text = forms[form](self)
        if text is None:
            return
        code = text if text.startswith(self.out) else f"{self.out} = {text}"
        with np.errstate(all="ignore"):
            try:
                exec(code, self.here)
                exec(code, self.beside)
            except np.linalg.LinAlgError:
                return
        data, moved = np.asarray(self.here[self.out]), np.asarray(self.beside[self.out])
        if tame(data, moved):
            self.values[self.out] = Variable(self.out, data)
            self.lines.append((self.out, code, form))


def tame(data: Array, moved: Array) -> bool:
    """Return whether a value is within the limits `LARGEST`, `STEEPEST` and `MOST`."""
    if data.dtype not in (np.float64, np.complex128) or data.ndim > 4:
        return False
    if not 0 < data.size <= MOST:
        return False
    largest, steepest = np.abs(data).max(), np.abs(moved - data).max() / STEP
    return bool(largest <= LARGEST and steepest <= STEEPEST)


@dataclass(frozen=True, repr=False)
class Program:
    """A function of some arrays, as text.

    Attributes:
        leaves: The point: an array per parameter.
        directions: The direction along which the program is smooth: an array per parameter.
        lines: For each value its name, the code that computes it and the form that wrote the code.
    """

    leaves: dict[str, Array]
    directions: dict[str, Array]
    lines: tuple[tuple[str, str, str], ...]

    @cached_property
    def returned(self) -> tuple[str, ...]:
        """The names of the values that no other line uses."""
        words = [set(re.findall(r"\w+", code)) for _, code, _ in self.lines]
        return tuple(
            name
            for k, (name, _, _) in enumerate(self.lines)
            if not any(name in used for used in words[k + 1 :])
        )

    @cached_property
    def code(self) -> Any:
        """The lines, compiled."""
        return compile("\n".join(code for _, code, _ in self.lines), "<program>", "exec")

    def values(self, arrays: Sequence[Any], **namespace: Any) -> dict[str, Any]:
        """Return every value; `namespace` may put another library in place of `np` and `tg`."""
        recorded = any(isinstance(x, Tensor) for x in arrays)
        tg = SimpleNamespace(**FUNCTIONS) if recorded else REFERENCES
        if recorded:  # make all of them Tensors, so that any may be written to, as in `x += y`
            arrays = [asarray(x) for x in arrays]
        names = {"np": np, "tg": tg} | namespace
        names |= dict(zip(self.leaves, arrays, strict=True))
        exec(self.code, names)
        return {name: names[name] for name, _, _ in self.lines}

    def __call__(self, *arrays: Any, **namespace: Any) -> tuple[Any, ...]:
        """Return the values that no other line uses."""
        values = self.values(arrays, **namespace)
        return tuple(values[name] for name in self.returned)

    def __repr__(self) -> str:
        given = [f"{name} = np.array({a.tolist()})" for name, a in self.leaves.items()]
        body = "\n".join(code for _, code, _ in self.lines).splitlines()
        lines = [f"def program({', '.join(self.leaves)}):", *(f"    {line}" for line in body)]
        return "\n".join(["", *given, *lines, f"    return {', '.join(self.returned)}", ""])


def write(
    seed: int, steps: Sequence[tuple[str, Sequence[int]]], forms: Mapping[str, Form]
) -> Program | None:
    """Return the program that the forms write with the given choices; None if no line fits."""
    draft = Draft(seed)
    for form, choices in steps:
        draft.write(form, forms, choices)
    if not draft.lines:
        return None
    words = set(re.findall(r"\w+", " ".join(code for _, code, _ in draft.lines)))
    leaves = {name: a for name, a in draft.leaves.items() if name in words}
    directions = {name: draft.directions[name] for name in leaves}
    return Program(leaves, directions, tuple(draft.lines))
