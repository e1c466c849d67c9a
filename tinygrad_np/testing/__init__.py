"""Checks of gradients against finite differences, for use in tests.

>>> import tinygrad_np as tg
>>> bool(tg.testing.gradcheck(tg.tanh, 0.5))
True
"""

from ..engine.public import claim, renamed
from .check import gradcheck, gradcheck_module, numeric_gradient
from .report import Blame, ElementFinding, GradcheckError, Report, WeakGradcheckWarning

__all__ = [
    "Blame",
    "ElementFinding",
    "GradcheckError",
    "Report",
    "WeakGradcheckWarning",
    "gradcheck",
    "gradcheck_module",
    "numeric_gradient",
]

claim(globals(), __all__)
__getattr__ = renamed(__name__, Finding=ElementFinding)
