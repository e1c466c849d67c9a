"""The exceptions and warnings. Each error is also the built-in exception that NumPy would raise."""

from typing import Any


class TinygradError(Exception):
    """Base class of the errors of this package."""


class ShapeError(TinygradError, ValueError):
    """Shapes that do not fit an operation, a loss, a layer or a gradient."""


class DTypeError(TinygradError, TypeError):
    """A dtype that an operation does not support, or that has no derivative."""


class OperandError(TinygradError, ValueError):
    """Values that an operation does not accept, such as an index out of range."""


class GraphError(TinygradError, RuntimeError):
    """A graph that cannot be differentiated: freed, missing, or not what was asked for."""


class UnsupportedError(TinygradError, TypeError):
    """A NumPy call without a counterpart here; the message names the nearest supported one."""


class DegenerateError(TinygradError, ArithmeticError):
    """A derivative that does not exist: of equal or vanishing eigenvalues or singular values."""


class GraphWarning(RuntimeWarning):
    """A number left a graph that is being differentiated, or a gradient is missing."""


class DegenerateSpectrumWarning(RuntimeWarning):
    """The gradient of one of several equal eigenvalues or singular values, or of one that is 0.

    The function has a kink there. The returned gradient, that of the computed vectors, is one of
    many.
    """


class NonFiniteError(TinygradError, FloatingPointError):
    """A NaN or Inf made by an operation or a gradient rule, found by ``tinygrad_np.debug``.

    `finding` holds the op, the elements, the operands and the cause.
    """

    def __init__(self, message: str, finding: Any = None) -> None:
        super().__init__(message)
        self.finding = finding
