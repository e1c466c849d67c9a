"""The operators, methods and NumPy protocols of Tensors, all attached to the class here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from operator import attrgetter
from typing import Any

import numpy as np

from ..engine.access import array_of
from ..engine.backward import backward, gradients
from ..engine.errors import UnsupportedError
from ..engine.op import FUNCTIONS, NUMPY
from ..engine.retain import retain_grad
from ..engine.tensor import Tensor
from . import (
    arranging,
    assigning,
    complex,
    diagonals,
    elementwise as e,
    extrema,
    indexing,
    leaving,
    ordering,
    products,
    reductions,
    refusals,
    rounding,
    scans,
    scipy_functions,
    selection,
    shaping,
    statistics,
    writing,
)
from .operands import as_tensor


def swapped(binary: Callable[..., Any]) -> Callable[..., Tensor]:
    """Return a binary function with its operands exchanged: a reflected operator."""

    def reflected(x: Any, y: Any) -> Tensor:
        return binary(y, x)  # type: ignore[no-any-return]

    return reflected


def from_sequence(function: Callable[..., Any]) -> Callable[..., Tensor]:
    """Return a method that takes a shape or an order as one tuple or as several integers."""

    def method(x: Tensor, *sizes: Any) -> Tensor:
        whole = sizes[0] if len(sizes) == 1 else sizes
        if isinstance(whole, list):
            whole = tuple(whole)
        return function(x, whole)  # type: ignore[no-any-return]

    return method


def _reshape(x: Tensor, *sizes: Any, order: str = "C") -> Tensor:
    return shaping.reshape(x, sizes[0] if len(sizes) == 1 else sizes, order)


def _transpose(x: Tensor, *axes: Any) -> Tensor:
    if not axes or axes == (None,):
        return shaping.transpose(x)
    return from_sequence(shaping.transpose)(x, *axes)


def _divmod(x: Any, y: Any) -> tuple[Tensor, Tensor]:
    return e.floor_divide(x, y), e.remainder(x, y)


def _iterate(x: Tensor) -> Iterator[Tensor]:
    return (indexing.getitem(x, i) for i in range(len(x)))


OPERATORS: dict[str, Callable[..., Any]] = {
    "add": e.add,
    "sub": e.subtract,
    "mul": e.multiply,
    "truediv": e.divide,
    "floordiv": e.floor_divide,
    "mod": e.remainder,
    "pow": e.power,
    "matmul": products.matmul,
    "and": e.bitwise_and,
    "or": e.bitwise_or,
    "xor": e.bitwise_xor,
    "lshift": rounding.left_shift,
    "rshift": rounding.right_shift,
}

SYMBOLS = ("+=", "-=", "*=", "/=", "//=", "%=", "**=", "@=", "&=", "|=", "^=", "<<=", ">>=")
"""The in-place forms of the operators, in the same order."""

METHODS: dict[str, Any] = {
    "__neg__": e.negative,
    "__pos__": e.positive,
    "__abs__": e.absolute,
    "__invert__": e.invert,
    "__lt__": e.less,
    "__le__": e.less_equal,
    "__gt__": e.greater,
    "__ge__": e.greater_equal,
    "__eq__": e.equal,
    "__ne__": e.not_equal,
    "__getitem__": indexing.getitem,
    "__setitem__": writing.assign,
    "__iter__": _iterate,
    "__divmod__": _divmod,
    "__rdivmod__": lambda x, y: _divmod(y, x),
    "backward": backward,
    "gradient": gradients,
    "transpose": _transpose,
    "reshape": _reshape,
    "T": property(lambda x: shaping.transpose(x)),
    "mT": property(lambda x: shaping.swapaxes(x, -1, -2)),
    "real": property(lambda x: complex.real(x), lambda x, v: writing.setitem(x.real, ..., v)),
    "imag": property(lambda x: complex.imag(x), lambda x, v: writing.setitem(x.imag, ..., v)),
    "flat": property(writing.Flat, writing.set_flat),
    "fill": writing.fill,
    "put": assigning.put,
    "sort": assigning._sort_in_place,
    "conj": complex.conjugate,
}

# Methods that are a function of the same name.
for _name in (
    *("sum", "mean", "prod", "all", "any", "max", "min", "argmax", "argmin"),
    *("clip", "conjugate", "dot", "round", "squeeze", "swapaxes", "astype", "ravel"),
    *("exp", "log", "sqrt", "square"),
    *("sin", "cos", "tan", "tanh", "sigmoid", "relu", "softmax", "log_softmax", "logsumexp"),
):
    METHODS[_name] = FUNCTIONS[_name]
METHODS["abs"] = e.absolute
METHODS["var"], METHODS["std"] = statistics.var, statistics.std
METHODS["cumsum"], METHODS["cumprod"] = scans.cumsum, scans.cumprod
for _function in (
    *(selection.take, selection.choose, selection.nonzero, arranging.repeat),
    *(diagonals.diagonal, diagonals.trace),
    *(ordering.argsort, ordering.argpartition, ordering.searchsorted),
):
    METHODS[_function.__name__] = _function
for (_name, _function), _symbol in zip(OPERATORS.items(), SYMBOLS, strict=True):
    METHODS[f"__i{_name}__"] = writing.in_place(f"x {_symbol} y", _function)
METHODS |= leaving.CONVERSIONS
METHODS["compress"] = lambda x, condition, axis=None: selection.compress(condition, x, axis)
METHODS["clone"] = shaping._copy
METHODS["retain_grad"] = retain_grad
METHODS["detach_"] = writing.detach_in_place
METHODS["copy"] = lambda x, order="C": shaping._copy(x, order=order)
METHODS["flatten"] = lambda x, order="C": shaping._new(shaping.ravel(x, order))
METHODS |= {name: refusals.refusing(name) for name in refusals.REFUSED_METHODS}
for _name, _function in OPERATORS.items():
    METHODS[f"__{_name}__"] = _function
    METHODS[f"__r{_name}__"] = swapped(_function)

# Functions of NumPy that ask for a property of an array: the answers are plain numbers.
QUESTIONS: dict[Any, Callable[[Any], Any]] = {
    np.shape: attrgetter("shape"),
    np.ndim: attrgetter("ndim"),
    np.size: attrgetter("size"),
}

# A function that is only a method here.
NUMPY[np.copy] = shaping._copy

WRITERS = {np.copyto, np.put, np.put_along_axis, np.place, np.putmask, np.fill_diagonal}
"""The functions that write to their first argument."""

# NumPy's names for the first array, and other keywords that have another name here.
FIRST = ("a", "x", "arr", "m", "ary", "array", "arrays")
RENAMED = {"a_min": "min", "a_max": "max", "newshape": "shape"}  # the last up to NumPy 2.3

# The reductions of ufuncs, which rules and users may spell np.add.reduce.
REDUCTIONS: dict[Any, Callable[..., Tensor]] = {
    np.add: reductions.sum,
    np.multiply: reductions.prod,
    np.maximum: extrema.max,
    np.minimum: extrema.min,
    np.logical_and: reductions.all,
    np.logical_or: reductions.any,
    np.logaddexp: reductions.logsumexp,
}
SCANS: dict[Any, Callable[..., Tensor]] = {np.add: scans.cumsum, np.multiply: scans.cumprod}
"""The functions that are the `accumulate` of a ufunc."""


FAMILIES = {
    "numpy.linalg": ("linalg", "norms", "solving", "decompositions"),
    "numpy.fft": ("fft",),
}
"""The modules here that declare what a submodule of NumPy has; imported on demand."""


def answer_to(function: Any) -> Callable[..., Any] | None:
    """Return our function for one of NumPy's or SciPy's, if there is one."""
    if isinstance(function, np.ufunc):
        return NUMPY.get(function) or scipy_functions.answer_to(function)
    for family in FAMILIES.get(getattr(function, "__module__", ""), ()):
        import_module(f"{__package__}.{family}")
    return NUMPY.get(function)


def spelled(function: Any) -> str:
    """Return how a user writes a NumPy function."""
    name = function.__name__
    if isinstance(function, np.ufunc):
        return f"np.{name}" if getattr(np, name, None) is function else f"scipy.special.{name}"
    module = (getattr(function, "__module__", None) or "numpy").replace("numpy", "np", 1)
    return f"{module}.{name}"


def nearest(name: str) -> str:
    """Return what to do instead of an unsupported function, as the end of a message."""
    import difflib  # only an error needs it

    close = difflib.get_close_matches(name, FUNCTIONS, n=1, cutoff=0.75)
    hint = f"the nearest supported function is tg.{close[0]}; " if close else ""
    return (
        f"{hint}compose it from supported functions, or use .data where no gradient needs to "
        f"flow through it"
    )


def array_ufunc(self: Tensor, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
    """Answer a NumPy ufunc called on Tensors: NumPy's protocol, NEP 13."""
    name = spelled(ufunc)
    out, where = kwargs.pop("out", None), kwargs.pop("where", True)
    casting = kwargs.pop("casting", "same_kind")
    function = answer_to(ufunc)
    if method != "__call__":
        if out is not None:
            kwargs["out"] = out[0]
        return ufunc_method(function, ufunc, method, f"{name}.{method}", inputs, kwargs)
    if function is None:
        hint = nearest(ufunc.__name__)
        if name.startswith("scipy"):
            hint += "; or declare a function that calls it with "
            hint += 'tg.op(..., gradient="finite-difference")'
        raise UnsupportedError(f"{name}: not supported on a Tensor; {hint}")
    if unknown := [key for key in kwargs if key not in keywords(function)]:
        raise UnsupportedError(f"{name}: {', '.join(unknown)}= is not supported on a Tensor")
    if where is not True:
        target = out[0] if out else None
        return writing.only_where(function, name, inputs, where, target, casting)
    value = function(*inputs, **kwargs)
    if out is None:
        return value
    values = value if isinstance(value, tuple) else (value,)
    delivered = tuple(
        v if o is None else writing.deliver(o, v, name, casting)
        for o, v in zip(out, values, strict=True)
    )
    return delivered if isinstance(value, tuple) else delivered[0]


def ufunc_method(
    function: Any, ufunc: np.ufunc, method: str, name: str, inputs: Any, kwargs: dict[str, Any]
) -> Any:
    """Answer a method of a ufunc called on Tensors: those that are functions here."""
    along = {"reduce": REDUCTIONS, "accumulate": SCANS}.get(method, {})
    if ufunc in along:
        return numpy_call(along[ufunc], name, inputs, {"axis": 0, **kwargs})
    if method == "outer" and function is not None and not kwargs:
        x, y = map(as_tensor, inputs)
        return function(shaping.reshape(x, (*x.shape, *(1,) * y.ndim)), y)
    if method == "at" and function is not None:
        if writing.is_plain(inputs):
            return ufunc.at(*map(array_of, inputs))
        return writing.at(function, name, *inputs)
    raise UnsupportedError(f"{name}: not supported on a Tensor; {nearest(method)}")


def array_function(
    self: Any,
    function: Callable[..., Any],
    types: Sequence[type],
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
) -> Any:
    """Answer any other NumPy function called on Tensors: NumPy's protocol, NEP 18."""
    if function in QUESTIONS and len(args) == 1 and not kwargs:
        return QUESTIONS[function](args[0])
    name = spelled(function)
    ours = answer_to(function)
    if function in refusals.REFUSED:
        raise UnsupportedError(f"{name}: {refusals.REFUSED[function]}")
    if ours is None:
        if not any(map(leaving.has_graph, (*args, *kwargs.values()))):
            given = {key: leaving.plain(value) for key, value in kwargs.items()}
            return function(*map(leaving.plain, args), **given)
        hint = nearest(function.__name__)
        raise leaving.unsupported(f"{name}: not supported on a Tensor; {hint}")
    if function in WRITERS and writing.is_plain(args):
        return function(*map(array_of, args), **kwargs)
    return numpy_call(ours, name, args, dict(kwargs))


def numpy_call(
    ours: Callable[..., Any], name: str, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """Call our function with the arguments given to NumPy's."""
    names = parameter_names(ours)
    if "out" in names and len(args) > (place := names.index("out")):
        args, kwargs["out"] = (*args[:place], None, *args[place + 1 :]), args[place]
    if (out := kwargs.pop("out", None)) is not None:
        return writing.deliver(out, numpy_call(ours, name, args, kwargs), name)
    for key in [k for k, value in kwargs.items() if value is np._NoValue]:
        del kwargs[key]
    for key in FIRST:
        if key in kwargs and not args and key not in parameter_names(ours):
            args = (kwargs.pop(key),)
    kwargs = {RENAMED.get(key, key): value for key, value in kwargs.items()}
    return ours(*args, **kwargs)


def parameter_names(function: Callable[..., Any]) -> tuple[str, ...]:
    """Return the parameters of a public function that can be given by name."""
    code = getattr(function, "__wrapped__", function).__code__
    return code.co_varnames[code.co_posonlyargcount : code.co_argcount]


def keywords(function: Callable[..., Any]) -> tuple[str, ...]:
    """Return the keyword-only parameters of a public function."""
    code = getattr(function, "__wrapped__", function).__code__
    return code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]


METHODS["__array_ufunc__"] = array_ufunc
METHODS["__array_function__"] = array_function


def attach() -> None:
    """Give Tensor its operators, methods and protocols."""
    for name, function in METHODS.items():
        setattr(Tensor, name, function)
    Tensor.__pandas_priority__ = 5000  # pandas leaves operators to Tensors
    Tensor.shape = Tensor.shape.setter(writing.set_shape)  # type: ignore[attr-defined,method-assign]
