"""Explanations: where a NaN comes from, why a gradient is missing, which line went wrong.

>>> import numpy as np, tinygrad_np as tg
>>> print(tg.explain_nan(np.exp, 1000.0).cause)
overflow of exp
"""

from ..engine.public import claim, renamed
from .causes import Cause
from .debugging import debug
from .findings import NonFiniteFinding
from .grads import explain_grad
from .nans import NanExplanation, explain_nan
from .reports import GradExplanation, Hop, Reason, Share

__all__ = [
    "Cause",
    "GradExplanation",
    "Hop",
    "NanExplanation",
    "NonFiniteFinding",
    "Reason",
    "Share",
    "debug",
    "explain_grad",
    "explain_nan",
]

claim(globals(), __all__)
__getattr__ = renamed(__name__, Finding=NonFiniteFinding)
