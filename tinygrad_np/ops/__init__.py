"""The vocabulary: one file per family of NumPy functions, each op declared once.

Importing this package declares the ops of NumPy's main namespace and attaches operators, methods
and NumPy's protocols to Tensor. Those of `numpy.linalg`, `numpy.fft` and `scipy.special` are
declared when one of them is first asked for.
"""

from importlib import import_module

__all__ = ["FAMILIES"]

_NAMES = (
    "arithmetic",
    "arranging",
    "assigning",
    "calculus",
    "complex",
    "convolution",
    "creation",
    "diagonals",
    "einsum",
    "elementwise",
    "extrema",
    "joining",
    "nanfunctions",
    "neural",
    "ordering",
    "padding",
    "products",
    "quantiles",
    "ranges",
    "reductions",
    "rounding",
    "scans",
    "selection",
    "shaping",
    "statistics",
)

FAMILIES = tuple(import_module(f"{__name__}.{name}") for name in _NAMES)
"""The families whose functions are in the package's own namespace."""

from .numpy_protocol import attach  # noqa: E402  (its tables hold what the families declare)

attach()
