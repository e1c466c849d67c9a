"""Rounding, tests and integer arithmetic: constants, because they are piecewise constant.

No gradient flows through any of them; for a straight-through estimate write
``x + tg.stop_gradient(tg.round(x) - x)``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ..engine.access import concrete
from ..engine.calls import operand
from ..engine.declarations import constant, declare
from ..engine.op import composed
from ..engine.protocols import Binary, Unary
from ..engine.tensor import Array

_numpy: Any = np  # its annotations know only arrays

trunc: Unary = constant(np.trunc, doc="x without its fraction; no gradient flows.")
rint: Unary = constant(np.rint, doc="The nearest integer, halves to even; no gradient flows.")
spacing: Unary = constant(np.spacing, doc="The distance to the next larger number.")
signbit: Unary = constant(np.signbit, doc="Whether the sign is minus, also of -0.0.")


@declare(np.fix, kind="elementwise")
def fix(x: npt.ArrayLike) -> Array:
    """x without its fraction; no gradient flows.

    >>> import tinygrad_np as tg
    >>> tg.fix([-1.7, 1.7])
    Tensor([-1.,  1.], dtype=float64)
    """
    return np.trunc(x)  # np.fix itself warns since NumPy 2.5


@declare(np.round, kind="elementwise")
def round(a: npt.ArrayLike, decimals: int = 0) -> Array:
    """`a` rounded to a number of decimals, halves to even; no gradient flows.

    >>> import tinygrad_np as tg
    >>> tg.round([0.5, 1.5, -2.7])
    Tensor([ 0.,  2., -3.], dtype=float64)
    """
    return _numpy.round(a, decimals)  # type: ignore[no-any-return]


around = composed(np.around)(round)

# ------------------------------------------------------------------ tests of numbers


@declare(np.isreal, kind="elementwise")
def isreal(x: npt.ArrayLike) -> Array:
    """Whether an element has no imaginary part.

    >>> import tinygrad_np as tg
    >>> tg.isreal([1j, 2.0])
    Tensor([False,  True], dtype=bool)
    """
    return _numpy.isreal(x)  # type: ignore[no-any-return]


@declare(np.iscomplex, kind="elementwise")
def iscomplex(x: npt.ArrayLike) -> Array:
    """Whether an element has an imaginary part.

    >>> import tinygrad_np as tg
    >>> tg.iscomplex([1j, 2.0])
    Tensor([ True, False], dtype=bool)
    """
    return _numpy.iscomplex(x)  # type: ignore[no-any-return]


@declare(np.isposinf, kind="elementwise")
def isposinf(x: npt.ArrayLike) -> Array:
    """Whether an element is plus infinity.

    >>> import tinygrad_np as tg
    >>> tg.isposinf([float("inf"), 2.0])
    Tensor([ True, False], dtype=bool)
    """
    return _numpy.isposinf(x)  # type: ignore[no-any-return]


@declare(np.isneginf, kind="elementwise")
def isneginf(x: npt.ArrayLike) -> Array:
    """Whether an element is minus infinity.

    >>> import tinygrad_np as tg
    >>> tg.isneginf([-float("inf"), 2.0])
    Tensor([ True, False], dtype=bool)
    """
    return _numpy.isneginf(x)  # type: ignore[no-any-return]


@declare(np.isclose, kind="elementwise")
def isclose(
    a: npt.ArrayLike,
    b: npt.ArrayLike,
    rtol: float = 1e-5,
    atol: float = 1e-8,
    equal_nan: bool = False,
) -> Array:
    """Whether ``|a - b| <= atol + rtol * |b|``, element by element.

    >>> import tinygrad_np as tg
    >>> tg.isclose([1.0, 2.0], [1.0 + 1e-9, 3.0])
    Tensor([ True, False], dtype=bool)
    """
    return np.asarray(_numpy.isclose(a, b, rtol, atol, equal_nan))


def _values(op: str, *operands: npt.ArrayLike) -> list[Array]:
    return [operand(concrete(x, op), op)[0] for x in operands]


@composed(np.allclose)
def allclose(
    a: npt.ArrayLike,
    b: npt.ArrayLike,
    rtol: float = 1e-5,
    atol: float = 1e-8,
    equal_nan: bool = False,
) -> bool:
    """Whether :func:`isclose` holds everywhere: a Python bool.

    >>> import tinygrad_np as tg
    >>> tg.allclose(tg.tensor([1.0]), [1.0 + 1e-9])
    True
    """
    return _numpy.allclose(*_values("allclose", a, b), rtol, atol, equal_nan)  # type: ignore[no-any-return]


@composed(np.array_equal)
def array_equal(a1: npt.ArrayLike, a2: npt.ArrayLike, equal_nan: bool = False) -> bool:
    """Whether two arrays have the same shape and elements: a Python bool.

    >>> import tinygrad_np as tg
    >>> tg.array_equal(tg.tensor([1.0, 2.0]), [1, 2])
    True
    """
    return _numpy.array_equal(*_values("array_equal", a1, a2), equal_nan)  # type: ignore[no-any-return]


@composed(np.array_equiv)
def array_equiv(a1: npt.ArrayLike, a2: npt.ArrayLike) -> bool:
    """Whether two arrays broadcast to the same elements: a Python bool.

    >>> import tinygrad_np as tg
    >>> tg.array_equiv(tg.tensor([1.0, 1.0]), 1)
    True
    """
    return _numpy.array_equiv(*_values("array_equiv", a1, a2))  # type: ignore[no-any-return]


# ---------------------------------------------------------------------- integers

gcd: Binary = constant(np.gcd, doc="The greatest common divisor of integers.")
lcm: Binary = constant(np.lcm, doc="The least common multiple of integers.")
left_shift: Binary = constant(np.left_shift, doc="x << y, of integers.")
right_shift: Binary = constant(np.right_shift, doc="x >> y, of integers.")
bitwise_count: Unary = constant(np.bitwise_count, doc="How many bits of abs(x) are set.")
bitwise_left_shift, bitwise_right_shift = left_shift, right_shift
