"""Complex numbers and their parts.

The gradient of a real loss is the direction of steepest ascent, dL/da + i dL/db for
z = a + ib, as in PyTorch. The functions here are not holomorphic: each rule defines its
gradient explicitly.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ..engine.access import concrete
from ..engine.calls import operand
from ..engine.declarations import constant, declare, elementwise
from ..engine.op import composed
from ..engine.protocols import Unary
from ..engine.tensor import Array, Tensor
from .elementwise import multiply
from .operands import is_complex
from .shaping import broadcast_to

_numpy: Any = np  # NumPy is annotated for arrays only

conjugate: Unary = elementwise(
    np.conjugate,
    holomorphic=False,
    x=(lambda g: np.conjugate(g), lambda t: np.conjugate(t)),
    doc="a - ib for each x = a + ib; a real x is unchanged.",
)
conj = conjugate


@declare(
    np.real,
    kind="elementwise",
    holomorphic=False,
    views=True,
    val=(lambda g: g, lambda t: np.real(t)),
)
def real(val: npt.ArrayLike) -> Array:
    """The real part, a for each a + ib; real numbers are unchanged.

    >>> import tinygrad_np as tg
    >>> tg.real([1 + 2j, 3.0])
    Tensor([1., 3.], dtype=float64)
    """
    return _numpy.real(val)  # type: ignore[no-any-return]


@declare(
    kind="elementwise",
    holomorphic=False,
    views=True,
    x=(lambda g: g * 1j, lambda t: np.imag(t)),
)
def _imag(x: npt.ArrayLike) -> Array:
    """Return b for each a + ib."""
    return _numpy.imag(x)  # type: ignore[no-any-return]


@declare(kind="elementwise")
def _imag_of_real(x: npt.ArrayLike) -> Array:
    """Return zeros, the imaginary part of real numbers."""
    return _numpy.zeros_like(x)  # type: ignore[no-any-return]


@composed(np.imag)
def imag(val: npt.ArrayLike) -> Tensor:
    """The imaginary part, b for each a + ib; for real numbers zeros, which have no gradient.

    >>> import tinygrad_np as tg
    >>> tg.imag([1 + 2j, 3.0])
    Tensor([2., 0.], dtype=float64)
    """
    if is_complex(val):
        return _imag(val)
    zeros = _imag_of_real(val)
    return broadcast_to(zeros, zeros.shape) if zeros.ndim else zeros  # read-only


def _sign_rule(g: Any, x: Any, out: Any) -> Any:  # a rule: either world
    # x / |x| can only rotate: only the component of g perpendicular to x matters.
    r = np.absolute(x)
    across = g - out * np.real(np.conjugate(g) * out)
    return across * (r != 0) / np.where(r == 0, 1.0, r)


_sign: Unary = constant(np.sign, doc="-1, 0 or 1 for each real number.")


@declare(kind="elementwise", holomorphic=False, x=_sign_rule)
def _sign_of_complex(x: npt.ArrayLike) -> Array:
    """Return x / |x|, and 0 for 0."""
    return _numpy.sign(x)  # type: ignore[no-any-return]


@composed(np.sign)
def sign(x: npt.ArrayLike, /) -> Tensor:
    """-1, 0 or 1 for a real x; for a complex x, x / abs(x), or 0 at 0.

    For real numbers it is piecewise constant, and no gradient flows. For complex numbers it has
    a gradient, which is 0 at 0.

    >>> import tinygrad_np as tg
    >>> tg.sign([-2.0, 0.0, 0.5])
    Tensor([-1.,  0.,  1.], dtype=float64)
    >>> tg.sign(3 + 4j)
    Tensor(0.6+0.8j, dtype=complex128)
    """
    return _sign_of_complex(x) if is_complex(x) else _sign(x)


def _angle_rule(g: Any, x: Any) -> Any:  # a rule: either world
    r = np.absolute(x)
    return g * np.sign(x) * 1j / np.where(r == 0, 1.0, r)


@declare(kind="elementwise", holomorphic=False, x=_angle_rule)
def _angle(x: npt.ArrayLike) -> Array:
    """Return the angle in radians."""
    return _numpy.angle(x)  # type: ignore[no-any-return]


@declare(kind="elementwise")
def _angle_of_real(x: npt.ArrayLike) -> Array:
    """Return 0, or pi for a negative number."""
    return _numpy.angle(x)  # type: ignore[no-any-return]


@composed(np.angle)
def angle(z: npt.ArrayLike, deg: bool = False) -> Tensor:
    """The angle of each complex number, between -pi and pi; with `deg`, in degrees.

    Its gradient at 0 is 0. For real numbers it is piecewise constant, and no gradient flows.

    >>> import tinygrad_np as tg
    >>> tg.angle([1.0, 1j], deg=True)
    Tensor([ 0., 90.], dtype=float64)
    """
    radians = _angle(z) if is_complex(z) else _angle_of_real(z)
    return multiply(radians, 180.0 / np.pi) if deg else radians


@composed(np.real_if_close)
def real_if_close(a: npt.ArrayLike, tol: float = 100) -> Tensor:
    """The real part, if all imaginary parts are within `tol` machine epsilons of 0; else `a`.

    A `tol` of at most 1 is an absolute tolerance.

    >>> import tinygrad_np as tg
    >>> tg.real_if_close([1 + 1e-15j, 2.0])
    Tensor([1., 2.], dtype=float64)
    """
    if not is_complex(a):
        return real(a)
    array = np.asarray(operand(concrete(a, "real_if_close"), "real_if_close")[0])
    close = np.isrealobj(np.real_if_close(array, tol))
    return real(a) if close else multiply(a, 1.0)
