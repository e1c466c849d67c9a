"""Checks of gradients against differences, for tests.

>>> import tinygrad_np as tg
>>> bool(tg.testing.gradcheck(tg.tanh, 0.5))
True
"""

from .check import gradcheck, gradcheck_module, numeric_gradient
from .report import Finding, GradcheckError, Report

__all__ = [
    "Finding",
    "GradcheckError",
    "Report",
    "gradcheck",
    "gradcheck_module",
    "numeric_gradient",
]
