"""The command ``python -m tinygrad_np draw``: a picture of what a function computes.

Imports the forms of pictures when it needs them.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from inspect import signature
from pathlib import Path
from types import FunctionType
from typing import Any

from ..engine.tape import record
from ..engine.tensor import Tensor
from .drawable import named_outputs

FORMS = {"html": "html", "svg": "svg", "txt": "text", "mmd": "mermaid", "json": "to_json"}
"""Which function of viz writes a form, by the ending of the file; `dot` writes the others."""

BY_DOT = ("dot", "gv", "png", "pdf")
NO_DOT = "a .{ending} file {needs}, or write an .svg, .html or .dot file"
REFUSED = ("draw: ", "svg: ")
"""How messages of refused arguments begin."""

MODULE = "__drawn__"
"""What the file is imported as: a name that shadows no other module."""

EPILOG = """\
FUNCTION is called without arguments and returns what to draw: a Tensor, a list, tuple or dict
of Tensors, or a pair of one of these and the module whose parameters it is made of.

  def loss():
      model = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))
      return (model(x) ** 2).mean(), model
"""


class CommandError(Exception):
    """What a user of the command did wrong, in one line."""


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
    """Return what reads the command line."""
    top = argparse.ArgumentParser("python -m tinygrad_np", description="Tools of tinygrad_np.")
    draw = top.add_subparsers(required=True, metavar="COMMAND").add_parser(
        "draw",
        help="draw the graph of what a function computes",
        description="Draw the graph of what a function computes.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    endings = ", ".join(f".{ending}" for ending in (*FORMS, *BY_DOT))
    add = draw.add_argument
    add("target", metavar="FILE.py:FUNCTION", help="the function to call")
    add("-o", "--output", required=True, metavar="PATH", help=f"the picture, ending in {endings}")
    add("--depth", type=int, metavar="N", help="draw modules inside so many others as a box each")
    add("--collapse", nargs="+", metavar="MODULE", help="modules to draw as a box each")
    add("--focus", metavar="NAME", help="the one of a dict's Tensors that the picture is about")
    add("--max-nodes", type=int, metavar="N", help="draw so many of the newest boxes")
    add("--direction", choices=("TB", "LR", "BT", "RL"), help="where values flow")
    add("--engine", choices=("auto", "own", "dot"), help="who says where boxes of an .svg stand")
    add("--no-fold", dest="fold", action="store_false", help="draw all of what repeats")
    add("--no-constants", dest="constants", action="store_false", help="draw no constants")
    add("--values", action="store_true", help="add values, gradients, times and saved bytes")
    draw.set_defaults(fold=None, constants=None, values=None)
    return top


def draw_file(target: str, output: Path, options: dict[str, Any]) -> None:
    """Call the function that a target names and write the picture of its result."""
    ending = output.suffix[1:].lower()
    if ending not in FORMS and ending not in BY_DOT:
        known = ", ".join(f".{known}" for known in (*FORMS, *BY_DOT))
        raise CommandError(f"{output.name!r} must end in {known}")
    function = find(target)
    given = {name: value for name, value in options.items() if value is not None}
    with record() if given.get("values") else nullcontext() as tape:
        returned = function()
    if tape is not None:
        given["tape"] = tape
    result, module = returned, None
    if is_pair(returned):
        result, module = returned
        given["params"] = module
    if (name := given.pop("focus", None)) is not None:
        if not isinstance(result, dict) or name not in result:
            raise CommandError(f"--focus: {target} returns no Tensor named {name!r}")
        given["focus"] = result[name]
    try:
        named_outputs(result)
        write(result, output, ending, given)
    except (TypeError, ValueError, RuntimeError) as error:
        if str(error).startswith(REFUSED):  # and is no fault of ours
            raise CommandError(f"{target}: {str(error).partition(': ')[2]}") from error
        raise


def is_pair(returned: Any) -> bool:
    """Return whether a function returned a result and a module."""
    return (
        isinstance(returned, tuple)
        and len(returned) == 2
        and not isinstance(returned[1], Tensor)
        and hasattr(returned[1], "named_parameters")
    )


def write(result: Any, output: Path, ending: str, options: dict[str, Any]) -> None:
    """Write a picture in the form that its ending names."""
    viz = import_module(__package__)
    form: Callable[..., Any] = getattr(viz, FORMS.get(ending, "draw"), viz.draw)
    if form is viz.draw and ending not in (*BY_DOT, "svg"):
        raise CommandError(f"this version can not write .{ending} files")
    known = signature(form).parameters
    unknown = [name for name in options if name not in known]
    if unknown:
        raise CommandError(f"a .{ending} file does not take {', '.join(unknown)}")
    output.parent.mkdir(parents=True, exist_ok=True)
    if form is viz.draw:
        import graphviz

        drawn = form(result, **options)
        try:
            data = drawn.source.encode() if ending in ("dot", "gv") else drawn.pipe(format=ending)
        except graphviz.ExecutableNotFound:
            from .dot import NEEDS_DOT

            raise CommandError(NO_DOT.format(ending=ending, needs=NEEDS_DOT)) from None
        output.write_bytes(data)
    elif ending == "html":
        form(result, output, **options)
    else:
        drawn = form(result, **options)
        words = json.dumps(drawn) if ending == "json" else str(drawn)
        output.write_text(words, encoding="utf-8")


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
