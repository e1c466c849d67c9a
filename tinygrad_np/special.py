"""SciPy's special functions with gradients: ``tg.special``.

SciPy's own functions, called on a Tensor, give the same results. SciPy computes the values; it
need not be installed until one of these functions is called.

>>> import tinygrad_np as tg
>>> x = tg.tensor(0.5, requires_grad=True)
>>> tg.special.erfc(x).backward()
>>> x.grad
Tensor(-0.87878258, dtype=float64)
"""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING as _TYPE_CHECKING

from .engine.public import expose as _expose
from .ops import special as _special
from .ops.arithmetic import cbrt as cbrt, sinc as sinc
from .ops.elementwise import exp2 as exp2, expm1 as expm1, log1p as log1p
from .ops.neural import sigmoid as _sigmoid, softplus as softplus
from .ops.scipy_functions import FAMILIES as _FAMILIES
from .ops.special import erf as erf

expit = _sigmoid

if _TYPE_CHECKING:
    from .ops.bessel import *
    from .ops.differential import *
    from .ops.distributions import *
    from .ops.elliptic import *
    from .ops.gamma import *
    from .ops.hypergeometric import *
    from .ops.integrals import *
    from .ops.polynomials import *
    from .ops.probability import *
    from .ops.special import *
else:
    _families = [_import_module(f"{__package__}.ops.{name}") for name in _FAMILIES]
    __all__ = _expose(globals(), _special, *_families)
