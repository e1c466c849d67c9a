"""Write NumPy, get gradients.

A :class:`Tensor` records the NumPy operations applied to it; one backward pass over the
record computes gradients. Functions are available here under NumPy's own names.

>>> import tinygrad_np as tg
>>> w = tg.tensor([1.0, -2.0], requires_grad=True, name="w")
>>> loss = (tg.tanh(w) ** 2).sum()
>>> loss.backward()
>>> w.grad
Tensor([ 0.63970001, -0.13621869], dtype=float64)
"""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING as _TYPE_CHECKING

from . import ops as _ops
from ._version import __version__ as __version__
from .engine.batching import vmap as vmap
from .engine.checkpoint import checkpoint as checkpoint
from .engine.custom import op as op
from .engine.errors import (
    DegenerateError as DegenerateError,
    DegenerateSpectrumWarning as DegenerateSpectrumWarning,
    DTypeError as DTypeError,
    GraphError as GraphError,
    GraphWarning as GraphWarning,
    NonFiniteError as NonFiniteError,
    OperandError as OperandError,
    ShapeError as ShapeError,
    TinygradError as TinygradError,
    UnsupportedError as UnsupportedError,
)
from .engine.jacobians import (
    elementwise_grad as elementwise_grad,
    hessian as hessian,
    hvp as hvp,
    jacobian as jacobian,
)
from .engine.modes import (
    enable_grad as enable_grad,
    is_grad_enabled as is_grad_enabled,
    no_grad as no_grad,
)
from .engine.public import claim as _claim, expose as _expose
from .engine.tape import Tape as Tape, record as record
from .engine.tensor import Tensor as Tensor, asarray as asarray
from .engine.transforms import (
    grad as grad,
    jvp as jvp,
    stop_gradient as stop_gradient,
    value_and_grad as value_and_grad,
    vjp as vjp,
)
from .ops.special import erf as erf

if _TYPE_CHECKING:  # names of a family of ops without a leading underscore are public
    from . import (
        explain as explain,
        fft as fft,
        linalg as linalg,
        nn as nn,
        optim as optim,
        special as special,
        testing as testing,
        viz as viz,
    )
    from .explain import debug as debug, explain_grad as explain_grad, explain_nan as explain_nan
    from .ops.arithmetic import *
    from .ops.arranging import *
    from .ops.assigning import *
    from .ops.calculus import *
    from .ops.complex import *
    from .ops.convolution import *
    from .ops.creation import *
    from .ops.diagonals import *
    from .ops.einsum import *
    from .ops.elementwise import *
    from .ops.extrema import *
    from .ops.joining import *
    from .ops.nanfunctions import *
    from .ops.neural import *
    from .ops.ordering import *
    from .ops.padding import *
    from .ops.products import *
    from .ops.quantiles import *
    from .ops.ranges import *
    from .ops.reductions import *
    from .ops.rounding import *
    from .ops.scans import *
    from .ops.selection import *
    from .ops.shaping import *
    from .ops.statistics import *
    from .viz.summary import summary as summary
else:
    _LAZY = {
        **dict.fromkeys(("explain", "fft", "linalg", "nn", "optim", "special", "testing", "viz")),
        **dict.fromkeys(("debug", "explain_grad", "explain_nan"), "explain"),
        "summary": "viz.summary",
    }
    """Names imported on first use, with the module each is in; ``None`` for a module itself."""

    __all__ = _expose(globals(), *_ops.FAMILIES, later=["__version__", *_LAZY])


def __getattr__(name: str) -> object:
    """Import a lazy name when it is first used."""
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = _LAZY[name]
    module = _import_module(f"{__name__}.{home or name}")
    if not home:
        return module
    globals()[name] = getattr(module, name)
    _claim(globals(), [name])
    return globals()[name]


def __dir__() -> list[str]:
    """Return all names, including lazy ones not imported yet."""
    return sorted({*globals(), *_LAZY})
