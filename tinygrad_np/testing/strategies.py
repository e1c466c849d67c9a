"""Hypothesis strategies for tests of gradients: shapes, Tensors, op calls and programs.

Only this module needs Hypothesis. Shapes, choices and seeds are drawn and shrink; numbers are
generated from the drawn seed, so that they stay away from kinks during shrinking.

>>> import numpy as np, tinygrad_np as tg
>>> from hypothesis import given
>>> from tinygrad_np.testing import strategies as st
>>> @given(st.tensors(away_from=(0.0,)))
... def test_relu(x):
...     assert tg.testing.gradcheck(tg.relu, x, kinks="error")
>>> test_relu()
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import assume, strategies as st
from hypothesis.extra import numpy as hnp

from ..engine.public import claim
from ..engine.tensor import Tensor
from .programs import FORMS, Form, Program, write

__all__ = ["broadcastable_shapes", "calls", "programs", "seeds", "shapes", "tensors"]

Shape = tuple[int, ...]
Strategy = st.SearchStrategy[Any]

ATTEMPTS = 200
"""How often numbers that fall too close to a kink are drawn again."""


def seeds() -> st.SearchStrategy[int]:
    """Draw seeds for random numbers."""
    return st.integers(0, 2**32 - 1)


def shapes(
    min_dims: int = 0, max_dims: int = 3, min_side: int = 1, max_side: int = 3
) -> st.SearchStrategy[Shape]:
    """Draw shapes small enough to check every element: by default 0 to 3 axes, none of them empty.

    >>> shapes(min_dims=1).example()  # doctest: +SKIP
    (2, 1)
    """
    return hnp.array_shapes(
        min_dims=min_dims, max_dims=max_dims, min_side=min_side, max_side=max_side
    )


def broadcastable_shapes(
    n: int = 2, max_dims: int = 3, min_side: int = 1, max_side: int = 3
) -> st.SearchStrategy[tuple[Shape, ...]]:
    """Draw `n` shapes that broadcast against each other.

    >>> broadcastable_shapes(3).example()  # doctest: +SKIP
    ((2, 1), (3,), ())
    """
    found = hnp.mutually_broadcastable_shapes(
        num_shapes=n, max_dims=max_dims, min_side=min_side, max_side=max_side
    )
    return found.map(lambda drawn: drawn.input_shapes)


@st.composite
def tensors(
    draw: st.DrawFn,
    shape: Shape | st.SearchStrategy[Shape] | None = None,
    *,
    dtype: npt.DTypeLike | Strategy = float,
    scale: float | Strategy = 1.0,
    away_from: Sequence[float] = (),
    gap: float = 0.1,
    ties: bool = False,
    requires_grad: bool = True,
) -> Tensor:
    """Draw Tensors with elements of both signs.

    Args:
        draw: Supplied by Hypothesis.
        shape: The shape, or a strategy for it; :func:`shapes` by default.
        dtype: The dtype, floating-point or complex, or a strategy for it.
        scale: The elements lie between -2 and 2 times this number. It may be a strategy.
        away_from: The places of kinks, which the elements keep away from.
        gap: The least distance from these, in units of `scale`.
        ties: Whether some elements are equal, if there are several.
        requires_grad: Whether the Tensors require gradients.

    Raises:
        ValueError: If `away_from` and `gap` leave no room.

    >>> tensors((2,), scale=1e-6, away_from=(0.0,)).example()  # doctest: +SKIP
    Tensor([-1.2e-06,  4.5e-07], dtype=float64, requires_grad=True)
    """
    chosen: Shape = draw(shapes() if shape is None else asked(shape))
    kind = np.dtype(draw(asked(dtype)))
    size: float = draw(asked(scale))
    rng = np.random.default_rng(draw(seeds()))
    x = np.asarray(size * rng.uniform(-2.0, 2.0, chosen))
    for _ in range(ATTEMPTS):
        near = np.zeros(chosen, bool)
        for kink in away_from:
            near |= np.abs(x.astype(kind).real - kink) < gap * size
        if not near.any():
            break
        x = np.where(near, size * rng.uniform(-2.0, 2.0, chosen), x)
    else:
        raise ValueError(f"tensors: no number up to {2 * size} is {gap * size} from {away_from}")
    if ties and x.size > 1:
        places = rng.permutation(x.size)
        half = max(2, x.size // 2)
        x.flat[places[:half]] = x.flat[places[0]]
    if kind.kind == "c":
        x = x + 1j * size * rng.uniform(-2.0, 2.0, chosen)
    return Tensor(x.astype(kind), requires_grad)


def asked(x: Any) -> Strategy:
    """Return a strategy unchanged, and for any other `x` the strategy that draws `x`."""
    return x if isinstance(x, st.SearchStrategy) else st.just(x)


def calls(forms: Mapping[str, Form] = FORMS) -> st.SearchStrategy[Program]:
    """Draw programs of a single line: one op called on arrays that suit it.

    >>> calls().example()  # doctest: +SKIP
    x1 = np.array([[0.61, -1.2], [1.9, 0.35]])
    def program(x1):
        v1 = np.linalg.inv(x1)
        return v1
    """
    return programs(forms, max_lines=1)


@st.composite
def programs(draw: st.DrawFn, forms: Mapping[str, Form] = FORMS, max_lines: int = 30) -> Program:
    """Draw random programs: functions of a few arrays, made of up to `max_lines` ops.

    A program is called with arrays or Tensors and returns a tuple of every value that no other
    line uses. `leaves` holds a point to call it at. From there along `directions` it is smooth and
    tame: it has no kink, no large number and no steep slope. Its repr is Python.

    Args:
        draw: Supplied by Hypothesis.
        forms: The kinds of lines, by name.
        max_lines: The largest number of lines.

    >>> from hypothesis import given
    >>> from tinygrad_np.testing import gradcheck
    >>> @given(programs(max_lines=3))
    ... def test_any(program):
    ...     assert gradcheck(program, *program.leaves.values(), raise_=False)
    """
    choices = st.lists(st.integers(0, 839), min_size=10, max_size=10)  # 840: a multiple of 1 to 8
    step = st.tuples(st.sampled_from(sorted(forms)), choices)
    if max_lines > 6:  # in parts, each of which Hypothesis can drop as a whole when it shrinks
        parts = draw(st.lists(st.lists(step, min_size=1, max_size=6), min_size=1, max_size=5))
        steps = [step for part in parts for step in part][:max_lines]
    else:
        steps = draw(st.lists(step, min_size=1, max_size=max_lines))
    program = write(draw(seeds()), steps, forms)
    assume(program is not None)
    assert program is not None
    return program


claim(globals(), __all__)
