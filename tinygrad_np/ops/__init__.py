"""The vocabulary: one file per family of NumPy functions, each op declared once.

Importing this package declares every op and attaches operators, methods and NumPy's
protocols to Tensor. Imports the engine.
"""

from . import (
    batching,
    elementwise,
    indexing,
    linalg,
    neural,
    numpy_protocol,
    reductions,
    shaping,
    special,
)

__all__ = [
    "batching",
    "elementwise",
    "indexing",
    "linalg",
    "neural",
    "numpy_protocol",
    "reductions",
    "shaping",
    "special",
]
