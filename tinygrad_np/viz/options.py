"""The options of pictures: each is spelled here and nowhere else.

A typed dict lists what a form takes. Type checkers and editors read it off
``**options: Unpack[...]``; :func:`takes` checks the options of a call against it and shows it to
``help()``; the command line derives its flags from it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import wraps
from inspect import Parameter, cleandoc, signature
from typing import (
    Annotated,
    Any,
    Literal,
    TypedDict,
    TypeVar,
    Unpack,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

from ..engine.tape import Tape
from ..engine.tensor import Tensor

Direction = Literal["TB", "LR", "BT", "RL"]
Engine = Literal["own", "dot", "auto"]
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Option:
    """What is known about an option besides its type.

    Attributes:
        default: The default.
        about: What it does, in one or more sentences.
    """

    default: Any
    about: str


class DetailOptions(TypedDict, total=False):
    """How finely to draw."""

    depth: Annotated[
        int | None,
        Option(
            None,
            "Draw modules that are in so many others, or in more, as one box each: 0 draws a "
            "model as one box, 1 the modules directly in it.",
        ),
    ]
    collapse: Annotated[
        str | Iterable[str],
        Option(
            (),
            'Draw more modules as one box each, by their place (``"layers.0"``) or their class '
            '(``"Linear"``): a name or several.',
        ),
    ]
    constants: Annotated[
        bool, Option(True, "Draw what no gradient flows to: numbers, data, masks.")
    ]


class Options(DetailOptions, total=False):
    """Which part of a graph to draw, and how finely: what every form takes."""

    params: Annotated[
        Any,
        Option(
            None,
            "Names for leaves that have none of their own: a dict of Tensors by name, pairs of "
            "name and Tensor, or a module with ``named_parameters()``. They are then the "
            "parameters; without, leaves that are named as modules name theirs are.",
        ),
    ]
    max_nodes: Annotated[
        int | None,
        Option(
            None,
            "Draw so many of the newest results and leaves with their constants, and one box "
            "for the rest.",
        ),
    ]
    fold: Annotated[
        bool,
        Option(
            True,
            "Draw equal blocks that are chained one after another once, with their number: "
            "modules that repeat 3 times or more, plain ops that repeat 10 times or more. Of "
            "the blocks only the last is drawn. What goes on from one to the next is not.",
        ),
    ]
    focus: Annotated[Tensor | None, Option(None, "Draw only what this Tensor came from.")]
    values: Annotated[
        bool,
        Option(
            False,
            "Add least, largest and mean value and gradient, and how many are NaN: of leaves "
            "and results, which are still there, and with a tape of all.",
        ),
    ]
    tape: Annotated[
        Tape | None,
        Option(
            None,
            "Add the time and the bytes saved for backward, and the line of the program, from "
            "what recorded the graph: the tape of :func:`tinygrad_np.record`.",
        ),
    ]


class DirectionOptions(TypedDict, total=False):
    """Which way is up."""

    direction: Annotated[
        Direction,
        Option(
            "TB",
            'Where values flow: ``"TB"`` from top to bottom, ``"LR"`` from left to right, or '
            '``"BT"``, ``"RL"``.',
        ),
    ]


class LayoutOptions(DirectionOptions, total=False):
    """Where boxes stand."""

    engine: Annotated[
        Engine,
        Option(
            "auto",
            'Who says where boxes stand: ``"own"``, our layout, the same on every machine; '
            '``"dot"``, the program; or ``"auto"``, `dot` where it is installed, there are at '
            "most 100 boxes and 300 arrows and no frames, and it leads no line through a box.",
        ),
    ]


class FlowchartOptions(Options, DirectionOptions, total=False):
    """What :func:`tinygrad_np.viz.mermaid` takes."""


class DrawOptions(Options, DirectionOptions, total=False):
    """What :func:`tinygrad_np.viz.draw` takes."""

    thumbnails: Annotated[bool, Option(False, "Add values, and an image of at most 16 x 16 means.")]


class SVGOptions(DrawOptions, LayoutOptions, total=False):
    """What :func:`tinygrad_np.viz.svg` takes."""


class PageOptions(Options, total=False):
    """What :func:`tinygrad_np.viz.html` takes."""

    title: Annotated[
        str | None,
        Option(None, "What stands over the page; by default the names of the results."),
    ]


class FileOptions(SVGOptions, PageOptions, total=False):
    """What :func:`tinygrad_np.viz.save` takes, in the one form or the other."""


def spelled(kind: type) -> dict[str, tuple[Any, Option]]:
    """Return the options in a typed dict: the type of each, and what else is known.

    >>> hint, option = spelled(Options)["max_nodes"]
    >>> hint, option.default
    (int | None, None)
    """
    hints = get_type_hints(kind, include_extras=True)
    return {name: (hint.__origin__, hint.__metadata__[0]) for name, hint in hints.items()}


def completed(told: DetailOptions, **instead: Unpack[Options]) -> Options:
    """Return all options: those given, overridden by others, and defaults for the rest."""
    defaults = {name: option.default for name, (_, option) in spelled(Options).items()}
    return cast(Options, {**defaults, **told, **instead})


def takes(kind: type, *, fill: bool = True, **defaults: Any) -> Callable[[F], F]:
    """Return a decorator of a function with ``**options: Unpack[kind]``.

    An unknown option is an error, and so is a word that an option does not allow. The signature
    and the docstring list all options.

    Args:
        kind: The typed dict.
        fill: Whether to pass defaults for the options that are not given.
        defaults: The function's own defaults; ``...`` for one that depends on other things.

    >>> @takes(DirectionOptions)
    ... def flow(**options):
    ...     "Return where values flow."
    ...     return options
    >>> flow()
    {'direction': 'TB'}
    >>> flow(directoin="LR")
    Traceback (most recent call last):
    TypeError: flow: there is no option 'directoin'; did you mean 'direction'? There are: direction
    """
    options = spelled(kind)
    shown = {name: option.default for name, (_, option) in options.items()}
    assert defaults.keys() <= shown.keys()
    shown |= defaults

    def decorated(function: F) -> F:
        own = signature(function)
        listed = [p for p in own.parameters.values() if p.kind != p.VAR_KEYWORD]
        listed += [
            Parameter(name, Parameter.KEYWORD_ONLY, default=shown[name], annotation=hint)
            for name, (hint, _) in options.items()
        ]
        whole = own.replace(parameters=listed)
        caller = function.__name__

        @wraps(function)
        def checked(*arguments: Any, **told: Any) -> Any:
            if told.keys() - whole.parameters.keys():
                raise TypeError(f"{caller}: {unknown(told, whole.parameters)}")
            for name in told.keys() & options.keys():
                check_word(caller, name, told[name], options[name][0])
            return function(*arguments, **({**shown, **told} if fill else told))

        vars(checked)["__signature__"] = whole
        checked.__doc__ = f"{cleandoc(function.__doc__ or '')}\n\n{described(options)}"
        return cast(F, checked)

    return decorated


def unknown(told: Iterable[str], parameters: Mapping[str, Parameter]) -> str:
    """Return a message that an option does not exist, with the nearest one and all others."""
    from difflib import get_close_matches  # nobody else needs it

    name = next(name for name in told if name not in parameters)
    known = [p.name for p in parameters.values() if p.kind == p.KEYWORD_ONLY]
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]!r}? There are" if near else "there are"
    return f"there is no option {name!r}; {hint}: {', '.join(known)}"


def check_word(caller: str, name: str, value: Any, hint: Any) -> None:
    """Raise if an option must be one of several words and is not."""
    if get_origin(hint) is Literal and value not in get_args(hint):
        *words, last = map(repr, get_args(hint))
        raise ValueError(f"{caller}: {name} is {', '.join(words)} or {last}, not {value!r}")


def described(options: Mapping[str, tuple[Any, Option]]) -> str:
    """Return options as a section of a docstring."""
    lines = ["Keyword Args:"]
    for name, (_, option) in options.items():
        about = f"{name}: {option.about}"
        lines += textwrap.wrap(
            about, 92, initial_indent=" " * 4, subsequent_indent=" " * 8, break_on_hyphens=False
        )
    return "\n".join(lines) + "\n"
