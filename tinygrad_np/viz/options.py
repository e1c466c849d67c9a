"""What every form of a picture can be told: which part of a graph to draw, and how finely.

Imports picture.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypedDict

from ..engine.tape import Tape
from ..engine.tensor import Tensor
from .model import Picture
from .picture import Drawable, picture


class Options(TypedDict, total=False):
    """What to draw; :func:`tinygrad_np.viz.draw` says what each of them does."""

    params: Any
    max_nodes: int | None
    depth: int | None
    collapse: str | Iterable[str]
    fold: bool
    constants: bool
    focus: Tensor | None
    values: bool
    tape: Tape | None


def chosen_picture(caller: str, x: Drawable, options: Options) -> Picture:
    """Return what to draw; blocks that repeat are drawn once unless told otherwise."""
    check_options(caller, options)
    given: Options = {"fold": True, **options}
    return picture(x, **given)


def check_options(caller: str, options: Options) -> None:
    """Raise if an option does not exist."""
    if unknown := options.keys() - Options.__annotations__.keys():
        raise TypeError(
            f"{caller}: there is no option {sorted(unknown)[0]!r}; "
            f"there are {', '.join(Options.__annotations__)}"
        )
