"""The command ``python -m tinygrad_np draw``: a picture of what a function computes."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from importlib.util import module_from_spec, spec_from_file_location
from inspect import signature
from pathlib import Path
from types import FunctionType
from typing import Any, get_args

from ..engine.tape import record
from ..engine.tensor import Tensor
from .dot import NEEDS_DOT
from .drawable import named_outputs
from .endings import FORMS, endings, known_ending, write
from .files import FUNCTIONS, check_options, content, drawn_for
from .options import Direction, Engine, FileOptions, spelled

FLAGS: dict[Any, dict[str, Any]] = {
    bool: {"action": argparse.BooleanOptionalAction},
    int | None: {"type": int, "metavar": "N"},
    str | None: {"metavar": "WORDS"},
    str | Iterable[str]: {"nargs": "+", "metavar": "MODULE"},
    Tensor | None: {"metavar": "NAME"},
    **{words: {"choices": get_args(words)} for words in (Direction, Engine)},
}
"""How a command line gives an option, by its type; options of other types have no flag."""

HELP = {
    "focus": "draw only what this one of a dict's Tensors came from",
    "values": "record the run, and add values, gradients, times and saved bytes",
}
"""Descriptions of options that do more on a command line."""

CALLERS = {"save", *FUNCTIONS}
"""The beginning of messages about invalid arguments."""

MODULE = "__drawn__"
"""The module name of the imported file, which shadows no other module."""

EPILOG = """\
FUNCTION is called without arguments and returns what to draw: a Tensor, a list, tuple or dict
of Tensors, or a pair of one of these and the module whose parameters it is made of.

  def loss():
      model = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))
      return (model(x) ** 2).mean(), model
"""


class CommandError(Exception):
    """An error of the user of the command, in one line."""


def main(arguments: Sequence[str]) -> int:
    """Run the command; return its exit status."""
    options = vars(parser().parse_args(arguments))
    try:
        draw_file(options.pop("target"), Path(options.pop("output")), options)
    except CommandError as error:
        sys.stderr.write(f"draw: {error}\n")
        return 1
    return 0


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = argparse.ArgumentParser("python -m tinygrad_np", description="Tools of tinygrad_np.")
    draw = top.add_subparsers(required=True, metavar="COMMAND").add_parser(
        "draw",
        help="draw the graph of what a function computes",
        description="Draw the graph of what a function computes.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = draw.add_argument
    add("target", metavar="FILE.py:FUNCTION", help="the function to call")
    ways = ", ".join([f".{ending}" for ending in FORMS])
    path = f"the picture, ending in {ways}, or what else the dot program writes"
    add("-o", "--output", required=True, metavar="PATH", help=path)
    for name, (hint, option) in spelled(FileOptions).items():
        if hint in FLAGS:
            about = HELP.get(name, re.split(r"[:;.](?!\S)", option.about)[0])
            flag = f"--{name.replace('_', '-')}"
            words = about[0].lower() + about[1:].replace("`", "")
            add(flag, help=words, default=argparse.SUPPRESS, **FLAGS[hint])
    return top


@contextmanager
def refusals(place: str = "") -> Iterator[None]:
    """Exit with the error in one line."""
    try:
        yield
    except (TypeError, ValueError, RuntimeError) as error:
        caller, _, words = str(error).partition(": ")
        if caller in CALLERS:  # and is no fault of ours
            raise CommandError(place + words) from error
        raise


def draw_file(target: str, output: Path, options: dict[str, Any]) -> None:
    """Call the function that a target names and write the picture of its result."""
    import graphviz

    with refusals():
        ending = known_ending(output)
        check_options(f"a .{ending} file", FUNCTIONS[endings()[ending]], options)
    function = find(target)
    is_recorded = options.get("values") or options.get("thumbnails")
    with record() if is_recorded else nullcontext() as tape:
        returned = function()
    if tape is not None:
        options["tape"] = tape
    result = returned
    if is_pair(returned):
        result, options["params"] = returned
    if (name := options.pop("focus", None)) is not None:
        if not isinstance(result, dict) or name not in result:
            raise CommandError(f"--focus: {target} returns no Tensor named {name!r}")
        options["focus"] = result[name]
    with refusals(f"{target}: "):
        named_outputs(result)
        try:
            data = content(ending, drawn_for(ending, result, options))
        except graphviz.ExecutableNotFound:
            way = "or write an .svg, .html or .dot file"
            raise CommandError(f"a .{ending} file {NEEDS_DOT}, {way}") from None
        write(output, data)


def is_pair(returned: Any) -> bool:
    """Return whether a function returned a result and a module."""
    return (
        isinstance(returned, tuple)
        and len(returned) == 2
        and not isinstance(returned[1], Tensor)
        and hasattr(returned[1], "named_parameters")
    )


def find(target: str) -> Callable[[], Any]:
    """Return the function that ``FILE.py:FUNCTION`` names."""
    file, _, name = target.rpartition(":")
    path = Path(file)
    if not file.endswith(".py") or not name.isidentifier():
        raise CommandError(f"{target!r} is not of the form FILE.py:FUNCTION")
    if not path.is_file():
        raise CommandError(f"there is no file {file}")
    sys.path.insert(0, str(path.parent.resolve()))  # as when it is run
    spec = spec_from_file_location(MODULE, path)
    assert spec is not None  # the name ends in .py
    assert spec.loader is not None
    module = sys.modules[MODULE] = module_from_spec(spec)
    spec.loader.exec_module(module)
    function = getattr(module, name, None)
    if not callable(function):
        defined = [key for key, value in vars(module).items() if is_own(value)]
        raise CommandError(
            f"{file} has no function {name!r}; it has {', '.join(defined) or 'none'}"
        )
    needed = [
        parameter.name
        for parameter in signature(function).parameters.values()
        if parameter.default is parameter.empty
        and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    ]
    if needed:
        raise CommandError(f"{target}: it must take no arguments, but it needs {needed[0]!r}")
    result: Callable[[], Any] = function
    return result


def is_own(value: Any) -> bool:
    """Return whether a value is a function defined in the file."""
    return isinstance(value, FunctionType) and value.__module__ == MODULE
