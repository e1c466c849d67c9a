"""Explanations: where a NaN comes from, why a gradient is missing, which line went wrong.

>>> import numpy as np, tinygrad_np as tg
>>> print(tg.explain_nan(np.exp, 1000.0).cause)
overflow of exp
"""

from ..engine.public import claim
from .causes import Cause
from .debugging import debug
from .findings import Finding
from .grads import explain_grad
from .nans import NanExplanation, explain_nan
from .reports import GradExplanation, Hop, Reason, Share

__all__ = [
    "Cause",
    "Finding",
    "GradExplanation",
    "Hop",
    "NanExplanation",
    "Reason",
    "Share",
    "debug",
    "explain_grad",
    "explain_nan",
]

claim(globals(), __all__)
