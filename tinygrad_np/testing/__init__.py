"""Checks of gradients against differences, for tests.

>>> import tinygrad_np as tg
>>> bool(tg.testing.gradcheck(tg.tanh, 0.5))
True
"""

from ..engine.public import claim
from .check import gradcheck, gradcheck_module, numeric_gradient
from .report import Blame, Finding, GradcheckError, Report, WeakGradcheckWarning

__all__ = [
    "Blame",
    "Finding",
    "GradcheckError",
    "Report",
    "WeakGradcheckWarning",
    "gradcheck",
    "gradcheck_module",
    "numeric_gradient",
]

claim(globals(), __all__)
