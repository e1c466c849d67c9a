"""What leaves a graph as a number or an array: what is free, what is an error, what to do instead.

A number that a function computes with after ``float(t)`` has no gradient. Inside a derivative that
is an error, as writing such a number to an array is anywhere. Tests of values, pictures and text
are free, and so are whole numbers, which are constant between jumps.
"""

from __future__ import annotations

import os
import sys
import warnings
from dis import opname
from types import FrameType
from typing import Any

import numpy as np
import numpy.typing as npt

from ..engine.errors import GraphError, GraphWarning, ShapeError, UnsupportedError
from ..engine.hooks import ACTIVE, Tracer, refuse_replay
from ..engine.modes import refused
from ..engine.tensor import Array, Tensor

ROOT = __name__.partition(".")[0]

SHOWING = {"matplotlib", "mpl_toolkits", "seaborn", "plotly", "bokeh", "IPython", "rich", "tqdm"}
"""Libraries that show what they are given: nothing is computed from it."""

ADVICE = {
    "scipy": "SciPy computes on arrays: use tg.linalg or tg.special where they have the function, "
    'or declare it with tg.op(..., gradient="finite-difference")',
    "pandas": "pandas computes on arrays: use .detach() for a table, and NumPy's functions for "
    "what needs a gradient",
    "sklearn": "scikit-learn computes on arrays: give it .detach(), outside what is differentiated",
    "numpy.ma": "masked arrays hide elements, which no graph can follow: use np.where, or x[mask]",
}
"""What to do instead of giving a Tensor to a library."""

ARRAYS = (
    "One Tensor is made of a list of Tensors by tg.array, and by np.array under import "
    "tinygrad_np.numpy as np; else call NumPy's functions on the Tensor itself"
)
"""What to do instead of giving a Tensor to a function of arrays."""


def calling_frame() -> FrameType:
    """Return the innermost frame of Python code outside this package."""
    frame = sys._getframe(2)
    while frame.f_back is not None and module_of(frame).partition(".")[0] == ROOT:
        frame = frame.f_back
    return frame


def module_of(frame: FrameType) -> str:
    """Return the name of the module whose code a frame runs."""
    return str(frame.f_globals.get("__name__", ""))


def instruction(frame: FrameType) -> str:
    """Return the name of the instruction that a frame is at."""
    return opname[frame.f_code.co_code[frame.f_lasti]]


def library(frame: FrameType) -> str:
    """Return the library whose code a frame runs; ``""`` for a user's own code."""
    folders = [os.path.dirname(os.__file__)]
    folders += [p for p in sys.path if p.endswith(("site-packages", "dist-packages"))]
    return module_of(frame) if frame.f_code.co_filename.startswith(tuple(folders)) else ""


def line_of(frame: FrameType) -> str:
    """Return the user's line that led to a frame, for messages."""
    own: FrameType | None = frame
    while own is not None and (library(own) or module_of(own).partition(".")[0] == ROOT):
        own = own.f_back
    frame = own or frame
    return f"{os.path.basename(frame.f_code.co_filename)}:{frame.f_lineno}"


def stores(frame: FrameType) -> bool:
    """Return whether a frame writes to an element: ``c[i] = t``."""
    return instruction(frame).startswith("STORE_S") and not library(frame)


def refuse(message: str) -> GraphError:
    """Return an error, and remember it: the function may swallow it."""
    noted = refused.get()
    if noted is not None:
        noted.append(message)
    return GraphError(message)


def unsupported(message: str) -> UnsupportedError:
    """Return the error for a function that no graph can follow, and remember it."""
    return UnsupportedError(str(refuse(message)))


def has_graph(x: Any) -> bool:
    """Return whether an argument is, or holds, a Tensor with a graph, or an example of many."""
    if isinstance(x, (list, tuple)):
        return any(map(has_graph, x))
    return isinstance(x, Tensor) and (isinstance(x, Tracer) or x.node is not None)


def plain(x: Any) -> Any:
    """Return an argument with arrays in place of Tensors."""
    if isinstance(x, (list, tuple)):
        return [plain(y) for y in x] if isinstance(x, list) else tuple(map(plain, x))
    return x.data if isinstance(x, Tensor) else x


def stored(frame: FrameType) -> GraphError:
    """Return the error for a Tensor that is written to a plain array."""
    return refuse(
        f"c[i] = t at {line_of(frame)}: c is a plain array, in which t would silently cut its "
        f"graph; make c a Tensor, with tg.zeros_like, or all of them with "
        f"import tinygrad_np.numpy as np; for a log, write t.detach()"
    )


def leave(t: Tensor, how: str, protocol: bool = False) -> None:
    """Raise or warn if a number leaves a graph that is being differentiated."""
    if t.node is None or not (protocol or refused.get() is not None):
        return
    frame = calling_frame()
    if protocol and stores(frame):
        raise stored(frame)
    if refused.get() is None or (protocol and instruction(frame).startswith("BINARY")):
        return  # "%.3f" % t
    name = library(frame)
    message = (
        f"{how} at {line_of(frame)}: inside what is differentiated, this number would silently "
        f"cut its graph; compute with the Tensor itself (tinygrad_np.math has the functions of "
        f"math), or write .detach().item() if it is a constant"
    )
    if not name:
        raise refuse(message)
    if name.partition(".")[0] not in SHOWING:
        warnings.warn(f"{message}. {advice(name)}", GraphWarning, stacklevel=4)


def advice(name: str) -> str:
    """Return what to do instead of giving a Tensor to a library."""
    for prefix in (name, name.rpartition(".")[0], name.partition(".")[0]):
        if prefix in ADVICE:
            return ADVICE[prefix]
    return ""


def item(self: Tensor) -> Any:
    """Return the only element as a Python number."""
    return _number(self, "t.item()", protocol=False)


def _number(t: Tensor, how: str, protocol: bool = True) -> Any:
    if ACTIVE:
        refuse_replay("item")
    if t._raw.size != 1:
        raise ShapeError(f"item: a Tensor of shape {t.shape} has no single element")
    leave(t, how, protocol)
    return t._raw.item()


def tolist(self: Tensor) -> Any:
    """Return the values as nested lists of Python numbers."""
    if ACTIVE:
        refuse_replay("tolist")
    leave(self, "t.tolist()")
    return self._raw.tolist()


def to_float(self: Tensor) -> float:
    """Return the only element as a float."""
    return float(_number(self, "float(t)"))


def to_complex(self: Tensor) -> complex:
    """Return the only element as a complex number."""
    return complex(_number(self, "complex(t)"))


def to_array(self: Tensor, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> Array:
    """Return the values as an array, for NumPy's functions that know nothing of Tensors."""
    if self.node is None:
        return np.array(self.data, dtype=dtype, copy=copy)
    frame = calling_frame()
    if stores(frame):
        raise stored(frame)
    names = [library(frame)]
    while names[-1].startswith("numpy") and frame.f_back is not None:  # on whose behalf
        frame = frame.f_back
        names.append(library(frame))
    if any(n.startswith("numpy.testing") or n.partition(".")[0] in SHOWING for n in names):
        return np.array(self._raw, dtype=dtype)
    what = next((a for n in names if (a := advice(n))), ARRAYS)
    raise refuse(
        f"numpy.asarray of a Tensor that requires a gradient, at {line_of(frame)}, would silently "
        f"cut its graph; use .data (or .detach()) if that is intended. {what}"
    )


def whole(rounded: Any) -> Any:
    """Return a method that gives a whole number, which is constant between jumps."""

    def number(self: Tensor) -> int:
        if ACTIVE:
            refuse_replay("int")
        if self._raw.size != 1:
            raise ShapeError(f"int: a Tensor of shape {self.shape} has no single element")
        return int(rounded(self._raw).item())

    return number


CONVERSIONS: dict[str, Any] = {
    "item": item,
    "tolist": tolist,
    "__float__": to_float,
    "__complex__": to_complex,
    "__array__": to_array,
    "__int__": whole(lambda x: x),
    "__floor__": whole(np.floor),
    "__ceil__": whole(np.ceil),
    "__trunc__": whole(np.trunc),
}
"""What makes numbers and arrays of a Tensor."""
