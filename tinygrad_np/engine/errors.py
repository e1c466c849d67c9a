"""The exceptions and warnings users meet. Each is also the built-in exception NumPy would raise."""

from typing import Any


class TinygradError(Exception):
    """Base of every error this package raises on purpose."""


class ShapeError(TinygradError, ValueError):
    """Shapes that do not fit an operation, a loss, a layer or a gradient."""


class DTypeError(TinygradError, TypeError):
    """A dtype that an operation, or differentiation, can not work with."""


class OperandError(TinygradError, ValueError):
    """Values that an operation cannot take, such as an index out of range."""


class GraphError(TinygradError, RuntimeError):
    """A graph that can not be swept: spent, missing, or asked for the wrong thing."""


class UnsupportedError(TinygradError, TypeError):
    """A NumPy call that has no counterpart here, with the nearest supported way."""


class DegenerateError(TinygradError, ArithmeticError):
    """A derivative that can not be found: for equal or vanishing eigen- or singular values."""


class DegenerateSpectrumWarning(RuntimeWarning):
    """A gradient of one of several equal eigenvalues or singular values, or of one that is 0.

    The function has a kink there. What is returned is the gradient for the vectors that were
    found, one of many.
    """


class NonFiniteError(TinygradError, FloatingPointError):
    """A NaN or Inf that an operation or a gradient rule made, found by ``tinygrad_np.debug``.

    Its `finding` tells the op, the elements, the operands and the cause.
    """

    def __init__(self, message: str, finding: Any = None) -> None:
        super().__init__(message)
        self.finding = finding
