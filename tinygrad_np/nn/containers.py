"""Containers: ModuleList, Sequential, and MLP, built from sizes or from a list of dicts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Self

import numpy.typing as npt

from ..engine.errors import ShapeError
from ..engine.tensor import Tensor
from .init import Init, Seed, generator
from .layers import (
    ACTIVATIONS,
    ELU,
    GELU,
    Function,
    Identity,
    LeakyReLU,
    Linear,
    ReLU,
    SiLU,
    activation_module,
)
from .module import MODULE, Module, join_path

ActivationLike = str | Module | Callable[[Any], Any] | None


class ModuleList(Module):
    """A list of modules whose parameters are registered. It computes nothing itself.

    >>> from tinygrad_np import nn
    >>> blocks = nn.ModuleList([nn.Linear(2, 2), nn.Linear(2, 1)])
    >>> [block.out_features for block in blocks]
    [2, 1]
    >>> blocks[1].weight.name
    '1.weight'
    """

    _items: list[Any]  # the modules in order: the attributes "0", "1", ...

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Return an empty list."""
        self = super().__new__(cls)
        self.__dict__["_items"] = []
        return self

    def __init__(self, modules: Iterable[Module] = ()) -> None:
        self.extend(modules)

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if name.isdecimal():
            self._list()

    def __delattr__(self, name: str) -> None:
        super().__delattr__(name)
        if name.isdecimal():
            self._list()

    def _list(self) -> None:
        """Bring the list up to date with the attributes."""
        self._items[:] = [self.__dict__[name] for name in self._kinds if name.isdecimal()]

    def extend(self, modules: Iterable[Module]) -> Self:
        """Add modules at the end; return the list."""
        return self._hold([*self, *modules])

    def append(self, module: Module) -> Self:
        """Add a module at the end; return the list."""
        return self._hold([*self, module])

    def _hold(self, modules: list[Module]) -> Self:
        """Replace all modules of the list with `modules`."""
        for i, module in enumerate(modules):
            if not isinstance(module, Module):
                raise TypeError(f"{type(self).__name__}: number {i} is {module!r}, not a module")
            if any(part is self for part in module.modules()):
                raise ValueError(f"{type(self).__name__}: number {i} contains the list itself")
        self.check(modules)
        before = list(self)
        for i in range(len(before)):
            self._forget(str(i))
            del self.__dict__[str(i)]
        for module in before:
            module._move("")
        for i, module in enumerate(modules):
            self.__dict__[str(i)] = module
            self._kinds[str(i)] = MODULE
        self._list()
        self._move(self._prefix)
        return self

    def check(self, modules: list[Module]) -> None:
        """Raise if modules do not fit together. Subclasses define this."""

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._items)

    def __getitem__(self, item: int | slice) -> Any:
        if not isinstance(item, slice):
            return self._items[item]
        # A slice shares the modules; their parameters keep the names of their place here.
        part = type(self).__new__(type(self))
        for i, module in enumerate(self._items[item]):
            part.__dict__[str(i)] = module
            part._kinds[str(i)] = MODULE
        part._list()
        return part

    def __setitem__(self, item: int, module: Module) -> None:
        modules = list(self)
        modules[item] = module
        self._hold(modules)

    def __delitem__(self, item: int | slice) -> None:
        modules = list(self)
        del modules[item]
        self._hold(modules)


class Sequential(ModuleList):
    """Modules applied one after the other.

    Args:
        modules: Modules; a function of one array, such as ``np.sin``, is wrapped in
            :class:`Function`. Lists of them are unpacked.

    Raises:
        ShapeError: If a layer gives a different number of features than the next one takes,
            also with activations in between and across nested containers.

    >>> from tinygrad_np import nn
    >>> nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))
    Sequential() {
      0: Linear(2, 3): weight (3, 2), bias (3,) = 9
      1: Tanh()
      2: Linear(3, 1): weight (1, 3), bias (1,) = 4
    }
    13 parameters, float64
    >>> nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(5, 1))
    Traceback (most recent call last):
    tinygrad_np.ShapeError: Sequential: layer 0, Linear(2, 4), gives 4 features,
    but layer 2, Linear(5, 1), takes 5
    """

    def __init__(self, *modules: Module | Callable[[Any], Any] | Sequence[Any]) -> None:
        flat: list[Any] = []
        for each in modules:
            flat.extend(each) if isinstance(each, (list, tuple)) else flat.append(each)
        self._hold([as_module(module) for module in flat])

    def append(self, module: Module | Callable[[Any], Any]) -> Self:
        """Add a module, or a function of one array, at the end; return the container."""
        return super().append(as_module(module))

    def check(self, modules: list[Module]) -> None:
        """Raise if the sizes of a chain do not fit."""
        check_chain(type(self).__name__, modules)

    def forward(self, x: Any) -> Any:
        """Return the modules applied to `x`, one after the other."""
        for module in self._items:
            x = module(x)
        return x


def as_module(module: Any) -> Any:
    """Return a function as a module, and anything else as it is."""
    return Function(module) if callable(module) and not isinstance(module, Module) else module


def parts(path: str, module: Module) -> Iterator[tuple[str, Module]]:
    """Yield the layers of nested containers in the order they are applied, with their paths."""
    if isinstance(module, Sequential):
        for i, part in enumerate(module):
            yield from parts(join_path(path, str(i)), part)
    elif isinstance(module, MLP):
        for i, layer in enumerate(module.layers):
            yield join_path(path, f"layers.{i}"), layer
    else:
        yield path, module


def check_chain(container: str, modules: Sequence[Module]) -> None:
    """Raise if a layer does not take the number of features that the one before it gives."""
    last: tuple[str, Module] | None = None  # whose features reach the next layer
    for i, module in enumerate(modules):
        for path, part in parts(str(i), module):
            if last and part.in_features not in (None, last[1].out_features):
                raise ShapeError(
                    f"{container}: layer {last[0]}, {last[1].describe()}, gives "
                    f"{last[1].out_features} features, but layer {path}, {part.describe()}, "
                    f"takes {part.in_features}"
                )
            if part.out_features is not None:
                last = path, part
            elif not part.keeps_shape:
                last = None


# ------------------------------------------------------------------------- MLP

# The weights of a layer followed by one of these are drawn with he_normal.
HE = (ReLU, LeakyReLU, ELU, GELU, SiLU)
NAMES: dict[type[Module], str] = {module: name for name, module in reversed(ACTIVATIONS.items())}
SPEC_KEYS = ("input_dim", "output_dim", "activation")


class MLP(Module):
    """A multilayer perceptron: linear layers with an activation after each.

    Args:
        sizes: The number of inputs, of units in each hidden layer, and of outputs.
        activation: What follows each hidden layer: a name such as ``"relu"``, a module or a
            function; ``None`` for nothing.
        output: What follows the last layer.
        init: How weights are drawn: see :mod:`tinygrad_np.nn.init`. ``None`` for ``"he_normal"``
            before relu and its relatives, ``"xavier_uniform"`` elsewhere.
        bias: Whether the layers have biases.
        bias_init: How biases are drawn, each after its weight.
        rng: A Generator, a RandomState or a seed; ``None`` for a fresh Generator.
        dtype: The dtype of the parameters.

    Attributes:
        layers: The linear layers: ``model.layers[0].weight`` has shape (units, inputs).
        activations: What follows each of them.

    Shapes: (..., sizes[0]) to (..., sizes[-1]).

    >>> import numpy as np
    >>> from tinygrad_np import nn
    >>> model = nn.MLP([2, 4, 1], activation="tanh", output="sigmoid", rng=0)
    >>> model
    MLP(2 -> 4 tanh -> 1 sigmoid) {
      layers: ModuleList() {
        0: Linear(2, 4): weight (4, 2), bias (4,) = 12
        1: Linear(4, 1): weight (1, 4), bias (1,) = 5
      }
    }
    17 parameters, float64
    >>> model(np.zeros((5, 2))).shape
    (5, 1)
    >>> model.layers[1].bias.name
    'layers.1.bias'
    """

    layers: ModuleList
    activations: ModuleList

    def __init__(
        self,
        sizes: Sequence[int],
        activation: ActivationLike = "relu",
        output: ActivationLike = None,
        *,
        init: Init | None = None,
        bias: bool = True,
        bias_init: Init = "zeros",
        rng: Seed = None,
        dtype: npt.DTypeLike = float,
    ) -> None:
        sizes = list(sizes)
        if len(sizes) < 2:
            raise ShapeError(
                f"MLP: {sizes} names no layer; give the number of inputs, then outputs"
            )
        after = [activation] * (len(sizes) - 2) + [output]
        steps = [(n, m, each) for (n, m), each in zip(pairwise(sizes), after, strict=True)]
        self._build(steps, init, bias, bias_init, rng, dtype)

    def _build(
        self,
        steps: Sequence[tuple[int, int, ActivationLike]],
        init: Init | None,
        bias: bool,
        bias_init: Init,
        rng: Seed,
        dtype: npt.DTypeLike,
    ) -> Self:
        """Make a layer and an activation for each (inputs, outputs, activation)."""
        rng = generator(rng)
        activations = [activation_module(each) for _, _, each in steps]
        layers = []
        for (n_in, n_out, _), following in zip(steps, activations, strict=True):
            chosen = init
            if chosen is None:
                chosen = "he_normal" if isinstance(following, HE) else "xavier_uniform"
            layers.append(
                Linear(n_in, n_out, bias, init=chosen, bias_init=bias_init, rng=rng, dtype=dtype)
            )
        check_chain(type(self).__name__, layers)
        self.layers = ModuleList(layers)
        self.activations = ModuleList(activations)
        self.in_features = layers[0].in_features
        self.out_features = layers[-1].out_features
        return self

    def forward(self, x: npt.ArrayLike) -> Tensor:
        """Return the outputs for the inputs `x`."""
        out: Any = x
        for layer, activation in zip(self.layers._items, self.activations._items, strict=True):
            out = activation(layer(out))
        return out  # type: ignore[no-any-return]

    def extra_repr(self) -> str:
        """Return the sizes and activations."""
        steps = [str(self.in_features)]
        for layer, activation in zip(self.layers, self.activations, strict=True):
            name = "" if isinstance(activation, Identity) else f" {activation_name(activation)}"
            steps.append(f"{layer.out_features}{name}")
        return " -> ".join(steps)

    def shown_children(self) -> Iterator[tuple[str, Module]]:
        """Yield the layers, and the activations if they have parameters."""
        for name, child in self.named_children():
            if name != "activations" or any(True for _ in child.parameters()):
                yield name, child


def activation_name(activation: Module) -> str:
    """Return the name of an activation, with its settings."""
    if isinstance(activation, Function):
        return activation.extra_repr()
    name = NAMES.get(type(activation), type(activation).__name__)
    settings = activation.extra_repr()
    return f"{name}({settings})" if settings else name


def from_spec(
    spec: Sequence[Mapping[str, Any]],
    *,
    init: Init | None = None,
    bias: bool = True,
    bias_init: Init = "zeros",
    rng: Seed = None,
    dtype: npt.DTypeLike = float,
) -> MLP:
    """Return the MLP that a list of dicts describes, one per layer.

    Args:
        spec: Dicts with ``"input_dim"``, ``"output_dim"`` and, if anything follows the layer,
            ``"activation"``.
        init: As in :class:`MLP`, like all other arguments.
        bias: Whether the layers have biases.
        bias_init: How biases are drawn, each after its weight.
        rng: A Generator, a RandomState or a seed.
        dtype: The dtype of the parameters.

    Raises:
        ShapeError: If a layer takes a different number of features than the one before it gives.
        ValueError: For a key that is missing or unknown.

    >>> from tinygrad_np import nn
    >>> nn.from_spec(
    ...     [
    ...         {"input_dim": 2, "output_dim": 25, "activation": "relu"},
    ...         {"input_dim": 25, "output_dim": 1, "activation": "sigmoid"},
    ...     ],
    ...     init=("normal", 0.1),
    ...     rng=101,
    ... ).describe()
    'MLP(2 -> 25 relu -> 1 sigmoid)'
    """
    if isinstance(spec, Mapping) or not spec:
        raise ValueError("from_spec: a list of dicts is needed, one per layer")
    steps = []
    for i, layer in enumerate(spec):
        missing = [repr(key) for key in SPEC_KEYS[:2] if key not in layer]
        unknown = [repr(key) for key in layer if key not in SPEC_KEYS]
        for problem, keys in (("lacks", missing), ("has the unknown key", unknown)):
            if keys:
                raise ValueError(
                    f"from_spec: layer {i} {problem} {' and '.join(keys)}; the keys are "
                    f"{', '.join(SPEC_KEYS)}"
                )
        steps.append((layer["input_dim"], layer["output_dim"], layer.get("activation")))
    model = MLP.__new__(MLP)
    return model._build(steps, init, bias, bias_init, rng, dtype)
