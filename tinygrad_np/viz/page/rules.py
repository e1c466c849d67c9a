"""The formula of a gradient rule, as written in its source."""

from __future__ import annotations

import ast
import inspect
import linecache
import textwrap
from functools import lru_cache
from types import CodeType
from typing import Any

from ...engine.op import Rule

SourceSpan = tuple[int | None, int | None, int | None, int | None]
"""The first and the last line of an expression, and its first and last column."""

LONGEST = 30
"""The most lines of a rule that are shown."""


def formula(rule: Rule) -> str:
    """Return the source of a rule; if unavailable, its name and what it needs.

    >>> import tinygrad_np as tg
    >>> formula(tg.tanh.op.rules["x"])
    'g * (1.0 - out * out)'
    """
    code: Any = getattr(inspect.unwrap(rule.apply), "__code__", None)
    found = source(code) if isinstance(code, CodeType) else ""
    name = getattr(rule.apply, "__name__", "<lambda>").replace("<lambda>", "rule")
    return found or f"{name}({', '.join(('g', *rule.needs))})"


def source(code: CodeType) -> str:
    """Return the expression of a lambda or the lines of a function, empty if they are unknown."""
    if code.co_name != "<lambda>":
        return definition(code)
    bodies = lambdas(code.co_filename)
    # The whole expression is the last one that is evaluated; the names in it come before.
    for place in reversed(list(code.co_positions())):
        if place in bodies:
            return ast.unparse(bodies[place])
    return ""


def definition(code: CodeType) -> str:
    """Return the source of a function without comments and annotations."""
    try:
        (tree,) = ast.parse(textwrap.dedent(inspect.getsource(code))).body
    except (OSError, SyntaxError):  # no source, or only a part of a statement
        return ""
    if not isinstance(tree, ast.FunctionDef):
        return ""
    tree.returns, tree.decorator_list = None, []
    for argument in ast.walk(tree.args):
        if isinstance(argument, ast.arg):
            argument.annotation = None
    lines = ast.unparse(tree).splitlines()
    return "\n".join(lines if len(lines) <= LONGEST else [*lines[:LONGEST], "    ..."])


@lru_cache(maxsize=64)
def lambdas(file: str) -> dict[SourceSpan, ast.expr]:
    """Return the expression of every lambda in a file, by where it is."""
    try:
        tree = ast.parse("".join(linecache.getlines(file)))
    except SyntaxError:  # not plain Python: a notebook cell with a command in it
        return {}
    bodies = [node.body for node in ast.walk(tree) if isinstance(node, ast.Lambda)]
    return {(b.lineno, b.end_lineno, b.col_offset, b.end_col_offset): b for b in bodies}
