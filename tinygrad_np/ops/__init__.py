"""The vocabulary: one file per family of NumPy functions, each op declared once.

Importing this package declares the ops of NumPy's main namespace and attaches operators, methods
and NumPy's protocols to Tensor. Those of `numpy.linalg`, `numpy.fft` and `scipy.special` are
declared when one of them is first asked for.
"""

from . import (
    arithmetic,
    arranging,
    calculus,
    complex,
    convolution,
    creation,
    diagonals,
    einsum,
    elementwise,
    extrema,
    joining,
    nanfunctions,
    neural,
    ordering,
    padding,
    products,
    quantiles,
    ranges,
    reductions,
    rounding,
    scans,
    selection,
    shaping,
    statistics,
)
from .numpy_protocol import attach

__all__ = ["FAMILIES"]

FAMILIES = (
    arithmetic,
    arranging,
    calculus,
    complex,
    convolution,
    creation,
    diagonals,
    einsum,
    elementwise,
    extrema,
    joining,
    nanfunctions,
    neural,
    ordering,
    padding,
    products,
    quantiles,
    ranges,
    reductions,
    rounding,
    scans,
    selection,
    shaping,
    statistics,
)
"""The families whose functions are in the package's own namespace."""

attach()
