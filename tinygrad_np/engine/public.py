"""What is public: the public modules, and the names of their classes and functions."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from types import FunctionType, ModuleType
from typing import Any

from .op import FUNCTIONS

ROOT = __name__.partition(".")[0]
WITHIN = f"{ROOT}."
PUBLIC = (
    *(ROOT, f"{ROOT}.explain", f"{ROOT}.fft", f"{ROOT}.linalg", f"{ROOT}.math", f"{ROOT}.nn"),
    *(f"{ROOT}.nn.functional", f"{ROOT}.nn.init", f"{ROOT}.numpy", f"{ROOT}.optim"),
    *(f"{ROOT}.special", f"{ROOT}.testing", f"{ROOT}.testing.strategies", f"{ROOT}.viz"),
)
"""The modules whose ``__all__`` lists what is public."""


def expose(
    namespace: dict[str, Any], *families: ModuleType, later: Iterable[str] = ()
) -> list[str]:
    """Put the public functions of families of ops into a public module; return its ``__all__``.

    A name without a leading underscore is public, in a family and in the module itself. Second
    names, such as `abs`, refer to the same function. `later` lists what the module imports on first
    use.
    """
    module = namespace["__name__"].removeprefix(ROOT).removeprefix(".")
    for family in families:
        for name, value in vars(family).items():
            if name[0] != "_" and type(value) is FunctionType:
                full = value.__name__
                if full.rpartition(".")[0] == module and FUNCTIONS.get(full) is value:
                    namespace[name] = value
    names = [
        name
        for name, value in namespace.items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    ]
    claim(namespace, names)
    return sorted([*names, *later])


def claim(namespace: dict[str, Any], names: Iterable[str]) -> None:
    """Set ``__module__`` of the classes and functions that a public module exports to that module.

    Messages, tracebacks, pickles and help then show the public name. What another public module has
    claimed stays as it is.
    """
    here = namespace["__name__"]
    for name in names:
        thing = namespace[name]
        if isinstance(thing, (type, FunctionType)) and thing.__module__ != here:
            home = thing.__module__
            if home.startswith(WITHIN) and home not in PUBLIC:
                thing.__module__ = here


def renamed(module: str, **names: Any) -> Callable[[str], Any]:
    """Return a ``__getattr__`` for a module that also finds old names, with a warning.

    >>> getattr_of_module = renamed("tinygrad_np.testing", Old=int)
    >>> import warnings
    >>> with warnings.catch_warnings(record=True) as said:
    ...     warnings.simplefilter("always")
    ...     _ = getattr_of_module("Old")
    >>> str(said[0].message)
    'tinygrad_np.testing.Old is called int now; the old name will go with the next minor version'
    """

    def find(name: str) -> Any:
        if name not in names:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        found = names[name]
        warnings.warn(
            f"{module}.{name} is called {found.__name__} now; the old name will go with the next "
            f"minor version",
            DeprecationWarning,
            stacklevel=2,
        )
        return found

    return find
