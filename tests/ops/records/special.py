"""The records of the error function."""

import math

import tinygrad_np as tg
from ops.forms import of_numbers
from ops.in_torch import InTorch
from ops.opinfo import ANY, elementwise

try:
    import scipy.special as sp
except ModuleNotFoundError:
    sp = None


def erf(v):
    """erf, for a complex number by its series around 0."""
    if not isinstance(v, complex):
        return math.erf(v)
    terms = ((-1) ** k * v ** (2 * k + 1) / (math.factorial(k) * (2 * k + 1)) for k in range(50))
    return sum(terms) * 2 / math.sqrt(math.pi)


REAL = InTorch(complex=False)

elementwise("erf", of_numbers(erf), ANY, complex=2 if sp else 0, torch=REAL)
if sp is not None:
    elementwise("special.erfc", sp.erfc, ANY, call=tg.special.erfc, torch=REAL)
