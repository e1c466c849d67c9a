"""Module: a part of a model that owns parameters, buffers and other modules.

Assigning an attribute registers the value by what it is; reading an attribute is plain Python.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import copy
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from ..engine.access import array_of, writable
from ..engine.errors import ShapeError
from ..engine.graph import next_number
from ..engine.hooks import ACTIVE
from ..engine.scopes import enclose, scope
from ..engine.tensor import Array, Tensor, is_concrete

PARAMETER = "parameter"
BUFFER = "buffer"
MODULE = "module"


def Parameter(data: npt.ArrayLike, name: str | None = None) -> Tensor:  # as in PyTorch
    """Return a Tensor that requires a gradient: ``tg.tensor(data, requires_grad=True)``.

    Integers become float64.

    >>> from tinygrad_np import nn
    >>> nn.Parameter([1, 2])
    Tensor([1., 2.], dtype=float64, requires_grad=True)
    """
    array = np.asarray(array_of(data))
    dtype = float if array.dtype.kind in "iub" else None
    return Tensor(array, requires_grad=True, dtype=dtype, name=name)


class Module:
    """A part of a model. Subclasses assign their parts and define :meth:`forward`.

    A Tensor that requires a gradient becomes a parameter, and stays one when it is frozen
    later (``requires_grad = False``); any other Tensor becomes a buffer, which is saved but
    not trained; a Module becomes a child. A Tensor that was computed is none of these.
    Parameters without a name are named after their place in the outermost module. There
    is no need to call ``super().__init__()``.

    Attributes:
        training: Whether the module is being trained; see :meth:`train` and :meth:`eval`.
        in_features: The size of the last axis of the input, if it is fixed.
        out_features: The size of the last axis of the result, if it is fixed.
        keeps_shape: Whether its result has the shape of its input.

    >>> import tinygrad_np as tg
    >>> class Scale(tg.nn.Module):
    ...     def __init__(self):
    ...         self.factor = tg.nn.Parameter(2.0)
    ...
    ...     def forward(self, x):
    ...         return x * self.factor
    >>> scale = Scale()
    >>> scale(tg.tensor([1.0, 2.0])).tolist()
    [2.0, 4.0]
    >>> dict(scale.named_parameters())
    {'factor': Tensor(2., dtype=float64, name='factor', requires_grad=True)}
    """

    training: bool
    in_features: int | None = None
    out_features: int | None = None
    keeps_shape: bool = False

    _kinds: dict[str, str]  # what each registered attribute is
    _named: set[str]  # the parameters that were named after their place
    _prefix: str  # the place of this module in the outermost one

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Return a module that attributes can be assigned to."""
        self = super().__new__(cls)
        self.__dict__.update(training=True, _kinds={}, _named=set(), _prefix="")
        return self

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take the state of another module, for copy and pickle."""
        registry = ("_kinds", "_named", "_items")
        own = {key: copy(state[key]) for key in registry if key in state}
        self.__dict__.update({**state, **own})

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the result. Subclasses define this; users call the module itself."""
        raise NotImplementedError(f"{type(self).__name__} does not define forward()")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return what :meth:`forward` computes, and note for pictures that this module did it."""
        start = next_number()
        if ACTIVE:
            with scope(self._prefix[:-1] or type(self).__name__):
                out = self.forward(*args, **kwargs)
        else:
            out = self.forward(*args, **kwargs)
        if type(out) is Tensor or is_concrete(out):
            if out.node is not None:
                enclose(out.node, self._prefix, type(self), start)
        elif type(out) in (tuple, list):
            for y in out:
                if is_concrete(y) and y.node is not None:
                    enclose(y.node, self._prefix, type(self), start)
        return out

    # ----------------------------------------------------------- registration

    def __setattr__(self, name: str, value: Any) -> None:
        had = self._kinds.get(name)
        before = self.__dict__.get(name)
        if had is not None and value is before:
            return
        kind = self._kind_of(name, value)
        if had in (PARAMETER, BUFFER) and value is not None and kind not in (had, PARAMETER):
            raise TypeError(
                f"{type(self).__name__}.{name} is a {had}; a {describe_value(value)} in its place "
                f"would silently drop it. {self._way_out(name, had)}"
            )
        if kind != had:
            self._forget(name)
            if kind is not None:
                self._kinds[name] = kind
        self.__dict__[name] = value
        if kind == PARAMETER:
            self._named.discard(name)
            if value.name is None:
                value.name = self._prefix + name
                self._named.add(name)
        if isinstance(before, Module) and had == MODULE:
            before._move("")
        if kind == MODULE or had == MODULE:
            self._move(self._prefix)

    def __delattr__(self, name: str) -> None:
        value = self.__dict__.get(name)
        super().__delattr__(name)
        had = self._kinds.get(name)
        self._forget(name)
        if isinstance(value, Module) and had == MODULE:
            value._move("")
            self._move(self._prefix)

    def _forget(self, name: str) -> None:
        self._kinds.pop(name, None)
        self._named.discard(name)

    def _kind_of(self, name: str, value: Any) -> str | None:
        """Return what an attribute is registered as."""
        if isinstance(value, Module):
            if any(part is self for part in value.modules()):
                raise ValueError(f"{type(self).__name__}.{name}: a module cannot contain itself")
            return MODULE
        if is_concrete(value):
            if not value.is_leaf:
                return None
            return PARAMETER if value.requires_grad else BUFFER
        if isinstance(value, (list, tuple, dict)) and holds_parts(value):
            raise TypeError(
                f"{type(self).__name__}.{name}: the parameters inside a {type(value).__name__} "
                f"would not be found, and so not trained; use nn.ModuleList(...) or "
                f"nn.Sequential(...) for modules, and one attribute for each parameter"
            )
        return None

    def _way_out(self, name: str, had: str) -> str:
        if had == BUFFER:
            return f"Assign a constant Tensor (a computed one's .detach()), or del .{name} first"
        return (
            f"Set its values with .{name}.data = ..., freeze it with .{name}.requires_grad = "
            f"False, assign a Tensor with requires_grad=True, or del .{name} first"
        )

    def _move(self, prefix: str) -> None:
        """Rename the parameters named after their place; this module is now at `prefix`."""
        for path, module in self.named_modules():
            place = f"{prefix}{path}." if path else prefix
            if place == module._prefix:
                continue
            for name in module._named:
                parameter = module.__dict__[name]
                if parameter.name == module._prefix + name:  # otherwise a user renamed it
                    parameter.name = place + name
            module.__dict__["_prefix"] = place

    # ------------------------------------------------------------------ parts

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """Yield the modules assigned to this one, with their attribute names."""
        for name, kind in list(self._kinds.items()):  # the caller may change it meanwhile
            if kind == MODULE:
                yield name, self.__dict__[name]

    def children(self) -> Iterator[Module]:
        """Yield the modules assigned to this one."""
        return (child for _, child in self.named_children())

    def named_modules(self) -> Iterator[tuple[str, Module]]:
        """Yield this module and all below it, parents first, each once, with their paths."""
        seen: set[int] = set()
        stack: list[tuple[str, Module]] = [("", self)]
        while stack:
            path, module = stack.pop()
            if id(module) in seen:
                continue
            seen.add(id(module))
            yield path, module
            below = [(join_path(path, name), child) for name, child in module.named_children()]
            stack.extend(reversed(below))

    def modules(self) -> Iterator[Module]:
        """Yield this module and all below it, parents first, each once."""
        return (module for _, module in self.named_modules())

    def _named_tensors(self, wanted: str) -> Iterator[tuple[str, Tensor]]:
        seen: set[int] = set()
        for path, module in self.named_modules():
            for name, kind in list(module._kinds.items()):
                tensor = module.__dict__[name]
                if kind == wanted and id(tensor) not in seen:
                    seen.add(id(tensor))
                    yield join_path(path, name), tensor

    def named_parameters(self) -> Iterator[tuple[str, Tensor]]:
        """Yield every parameter with its path; a shared one once, under its first path.

        >>> from tinygrad_np import nn
        >>> [name for name, _ in nn.Sequential(nn.Linear(2, 3), nn.Tanh()).named_parameters()]
        ['0.weight', '0.bias']
        """
        return self._named_tensors(PARAMETER)

    def parameters(self) -> Iterator[Tensor]:
        """Yield every parameter once, frozen ones included: what an optimizer takes."""
        return (tensor for _, tensor in self._named_tensors(PARAMETER))

    def named_buffers(self) -> Iterator[tuple[str, Tensor]]:
        """Yield every buffer once, with its path."""
        return self._named_tensors(BUFFER)

    def buffers(self) -> Iterator[Tensor]:
        """Yield every buffer once."""
        return (tensor for _, tensor in self._named_tensors(BUFFER))

    # ------------------------------------------------------------------ state

    def state_dict(self) -> dict[str, Array]:
        """Return a copy of the values of all parameters and buffers, by path.

        >>> import numpy as np
        >>> from tinygrad_np import nn
        >>> {name: a.shape for name, a in nn.Linear(2, 3).state_dict().items()}
        {'weight': (3, 2), 'bias': (3,)}
        """
        return {name: array_of(tensor).copy() for name, tensor in self._state()}

    def _state(self) -> Iterator[tuple[str, Tensor]]:
        yield from self.named_parameters()
        yield from self.named_buffers()

    def load_state_dict(self, state: Mapping[str, npt.ArrayLike]) -> None:
        """Copy values that :meth:`state_dict` returned into the parameters and buffers.

        Args:
            state: Arrays by path. They are converted to the dtypes of this module.

        Raises:
            ShapeError: If entries are missing, unknown, of another shape or of a dtype that
                cannot be converted. All are named, and nothing is changed.

        >>> from tinygrad_np import nn
        >>> a, b = nn.Linear(2, 3), nn.Linear(2, 3)
        >>> a.load_state_dict(b.state_dict())
        >>> bool((a.weight == b.weight).all())
        True
        """
        own = dict(self._state())
        problems = [f"missing: {name} {own[name].shape}" for name in own if name not in state]
        arrays: dict[str, Array] = {}
        for name, value in state.items():
            array = np.asarray(array_of(value))
            if name not in own:
                problems.append(f"unknown: {name} {array.shape}")
            elif array.shape != own[name].shape:
                problems.append(f"shape: {name} is {own[name].shape}, the state has {array.shape}")
            elif not np.can_cast(array.dtype, own[name].dtype, "same_kind"):
                problems.append(f"dtype: {name} is {own[name].dtype}, the state has {array.dtype}")
            else:
                arrays[name] = array
        if problems:
            raise ShapeError(
                f"load_state_dict: the state does not fit this {type(self).__name__}, and nothing "
                f"was changed:\n  " + "\n  ".join(problems)
            )
        for name, array in arrays.items():
            writable(own[name], "load_state_dict")[...] = array

    def train(self, mode: bool = True) -> Self:
        """Set `training` of this module and all below it to `mode`; return the module."""
        for module in self.modules():
            module.training = bool(mode)
        return self

    def eval(self) -> Self:
        """Set `training` of this module and all below it to false; return the module.

        >>> from tinygrad_np import nn
        >>> nn.Dropout(0.5).eval()(nn.Parameter([1.0, 2.0])).tolist()
        [1.0, 2.0]
        """
        return self.train(False)

    def zero_grad(self) -> None:
        """Set the gradients of all parameters to ``None``."""
        for parameter in self.parameters():
            parameter.grad = None

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Freeze all parameters, or make them trainable again; return the module."""
        for parameter in self.parameters():
            parameter.requires_grad = requires_grad
        return self

    def apply(self, function: Callable[[Module], Any]) -> Self:
        """Call `function` on every module below this one, then on this one; return it."""
        for module in reversed(list(self.modules())):
            function(module)
        return self

    def astype(self, dtype: npt.DTypeLike) -> Self:
        """Convert all floating-point parameters and buffers in place; return the module.

        Gradients are set to ``None``.

        >>> from tinygrad_np import nn
        >>> nn.Linear(2, 3).astype("float32").weight.dtype
        dtype('float32')
        """
        wanted = np.dtype(dtype)
        if wanted.kind != "f":
            raise TypeError(f"astype: parameters are floating point, not {wanted}")
        for _, tensor in self._state():
            if tensor.dtype.kind == "f" and tensor.dtype != wanted:
                tracked = tensor.requires_grad
                tensor.requires_grad = False
                tensor.data = array_of(tensor).astype(wanted)
                tensor.requires_grad = tracked
                tensor.grad = None
        return self

    # ------------------------------------------------------------------- repr

    def extra_repr(self) -> str:
        """Return the text between the parentheses of the repr. Subclasses define this."""
        return ""

    def shown_children(self) -> Iterator[tuple[str, Module]]:
        """Yield the children that the repr lists."""
        return self.named_children()

    def describe(self) -> str:
        """Return a short description for messages: the name and settings of the module."""
        return f"{type(self).__name__}({self.extra_repr()})"

    def _lines(self) -> list[str]:
        own = [(n, self.__dict__[n]) for n, kind in self._kinds.items() if kind == PARAMETER]
        line = self.describe()
        if own:
            shapes = ", ".join(f"{name} {parameter.shape}" for name, parameter in own)
            line += f": {shapes} = {count_elements(parameter for _, parameter in own)}"
        children = list(self.shown_children())
        if not children:
            return [line]
        lines = [line + " {"]
        for name, child in children:
            first, *rest = child._lines()
            lines += [f"  {name}: {first}", *(f"  {line}" for line in rest)]
        return [*lines, "}"]

    def __repr__(self) -> str:
        lines = self._lines()
        parameters = list(self.parameters())
        if not parameters:
            return "\n".join(lines)
        dtypes = ", ".join(sorted({str(p.dtype) for p in parameters}))
        total = f"{count_elements(parameters):,} parameters, {dtypes}"
        frozen = count_elements(p for p in parameters if not p.requires_grad)
        return "\n".join([*lines, total + (f", {frozen:,} of them frozen" if frozen else "")])


def join_path(path: str, name: str) -> str:
    """Return the path of the part `name` of the module at `path`."""
    return f"{path}.{name}" if path else name


def count_elements(tensors: Any) -> int:
    """Return the number of elements in all of `tensors`."""
    return sum(tensor.size for tensor in tensors)


def holds_parts(values: Any) -> bool:
    """Return whether a list, tuple or dict holds modules or parameters."""
    return any(
        isinstance(v, Module) or (is_concrete(v) and v.requires_grad and v.is_leaf)
        for v in (values.values() if isinstance(values, dict) else values)
    )


def describe_value(value: Any) -> str:
    """Return what a message calls `value`."""
    if not is_concrete(value):
        return type(value).__name__
    return "constant Tensor" if value.is_leaf else "computed Tensor"
