"""How each library's checker, with its defaults, judges the twenty-five gradients.

    python -m tests.testing.compare           print the table
    python -m tests.testing.compare --write   write it into docs/gradient-checks.md

A checker judges correctly if it passes a right gradient, without our warning that something was too
noisy to judge, and fails a wrong one. JAX gets 64 bits where a case has them, and checks first
derivatives: it has no default order.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.metadata
import importlib.util
import warnings
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

import tinygrad_np as tg

from .page import write_section
from .twenty_five import CASES, Case, Function, Library

Checker = Callable[[Case, int], bool]
"""Whether a library passes a case, at the point of a seed."""

RIGHT, WRONG = "✓", "✗"


# ------------------------------------------------------------------------ ours


def our_op(forward: Function, rule: Any, tangent: Any = None) -> Function:
    """Return one of our ops: elementwise if one rule serves gradient and tangent."""
    kind = "elementwise" if tangent in (None, rule) else "general"
    found: Function = tg.op(lambda x: forward(x), x=lambda g, x: rule(g, x), kind=kind, name="f")
    return found


class Ours:
    """The vocabulary of the cases in this package."""

    np = np
    relu = staticmethod(tg.relu)
    constant = staticmethod(lambda array: array)
    op = staticmethod(our_op)


def ours(case: Case, seed: int = 0) -> bool:
    """Return whether our checker passes a case, with no weak verdict."""
    report = tg.testing.gradcheck(case.function(Ours), case.at(seed), seed=seed, raise_=False)  # type: ignore[arg-type]
    return report.ok and not report.weak


# --------------------------------------------------------------------- PyTorch


def torch_checker(**options: bool) -> Checker:
    """Return PyTorch's checker, with options."""

    def check(case: Case, seed: int = 0) -> bool:
        import torch

        f, x = case.function(torch_library()), torch.tensor(case.at(seed), requires_grad=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that the input is float32, not float64
            return bool(
                torch.autograd.gradcheck(f, x, raise_exception=False, **options)  # type: ignore[arg-type]
            )

    return check


def torch_library() -> Library:
    """Return the vocabulary of the cases in PyTorch."""
    import torch

    def op(forward: Function, rule: Any, tangent: Any = None) -> Function:
        class Op(torch.autograd.Function):  # type: ignore[misc]
            @staticmethod
            def forward(ctx: Any, x: Any) -> Any:
                ctx.save_for_backward(x)
                ctx.save_for_forward(x)
                return forward(x)

            @staticmethod
            def backward(ctx: Any, g: Any) -> Any:
                return rule(g, *ctx.saved_tensors)

            @staticmethod
            def jvp(ctx: Any, t: Any) -> Any:
                return (tangent or rule)(t, *ctx.saved_tensors)

        return Op.apply  # type: ignore[no-any-return]

    return SimpleNamespace(np=torch, relu=torch.relu, constant=torch.tensor, op=op)


# ------------------------------------------------------------------------- JAX


def jax_checker(case: Case, seed: int = 0) -> bool:
    """Return whether JAX passes a case."""
    import jax
    from jax.test_util import check_grads

    def op(forward: Function, rule: Any, tangent: Any = None) -> Function:
        f = jax.custom_jvp(forward)
        f.defjvp(lambda xs, ts: (forward(*xs), (tangent or rule)(*ts, *xs)))
        return f

    x = case.at(seed)
    with jax.enable_x64(x.dtype == np.float64):
        library = SimpleNamespace(np=jax.numpy, relu=jax.nn.relu, constant=jax.numpy.asarray, op=op)
        return passes(lambda: check_grads(case.function(library), (jax.numpy.asarray(x),), order=1))


# -------------------------------------------------------------------- autograd


def autograd_checker(case: Case, seed: int = 0) -> bool:
    """Return whether autograd passes a case."""
    import autograd.numpy as anp
    from autograd.extend import defjvp, defvjp, primitive
    from autograd.test_util import check_grads

    def op(forward: Function, rule: Any, tangent: Any = None) -> Function:
        f = primitive(lambda x: forward(x))
        defvjp(f, lambda out, x: lambda g: rule(g, x))
        defjvp(f, lambda t, out, x: (tangent or rule)(t, x))
        return f  # type: ignore[no-any-return]

    library = SimpleNamespace(
        np=anp, relu=lambda x: anp.maximum(x, 0.0), constant=lambda array: array, op=op
    )
    state = np.random.get_state()  # noqa: NPY002  # autograd draws from it
    np.random.seed(seed)  # noqa: NPY002  # the global state
    try:
        return passes(lambda: check_grads(case.function(library))(case.at(seed)))
    finally:
        np.random.set_state(state)  # noqa: NPY002  # the global state


def passes(check: Callable[[], Any]) -> bool:
    """Return whether a check raises no error."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            check()
        except AssertionError:
            return False
    return True


# ----------------------------------------------------------------------- table

CHECKERS: Mapping[str, tuple[str | None, Checker]] = {
    "`tg.testing.gradcheck`": (None, ours),
    "torch `gradcheck`": ("torch", torch_checker()),
    "torch `fast_mode`": ("torch", torch_checker(fast_mode=True)),
    "torch `check_forward_ad`": ("torch", torch_checker(check_forward_ad=True)),
    "JAX `check_grads`": ("jax", jax_checker),
    "autograd `check_grads`": ("autograd", autograd_checker),
}
"""For each checker, the library it needs and the check."""


def versions() -> str:
    """Return the names and versions of the compared libraries."""
    needed = dict.fromkeys(library for library, _ in CHECKERS.values() if library)
    found = []
    for name in needed:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found.append(f"{name} {importlib.metadata.version(name).partition('+')[0]}")
    return f"Compared: {', '.join(found)}."


def column(name: str) -> list[str]:
    """Return a checker's column of the table: a mark for each case, and two counts."""
    _, check = CHECKERS[name]
    judged = [(case.right, check(case, 0) == case.right) for case in CASES]
    counts = [
        f"{sum(ok for right, ok in judged if right == kind)} of "
        f"{sum(right == kind for right, _ in judged)}"
        for kind in (True, False)
    ]
    return [RIGHT if ok else WRONG for _, ok in judged] + counts


def rows() -> list[str]:
    """Return the left column of the table."""
    names = [f"{case.name} | {'right' if case.right else 'wrong'}" for case in CASES]
    return [*names, "**right ones judged rightly** | ", "**wrong ones judged rightly** | "]


def table(columns: Mapping[str, list[str]]) -> str:
    """Return the table for the docs."""
    lines = [f"| | gradient | {' | '.join(columns)} |", "|---" * (len(columns) + 2) + "|"]
    for name, *marks in zip(rows(), *columns.values(), strict=True):
        lines.append(f"| {name} | {' | '.join(marks)} |")
    return "\n".join(lines)


def parsed(text: str) -> dict[str, list[str]]:
    """Return the columns of a table."""
    head, _, *body = ([cell.strip() for cell in line.split("|")[1:-1]] for line in text.split("\n"))
    return {name: [row[i] for row in body] for i, name in enumerate(head) if i > 1}


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.testing.compare", description=__doc__)
    parser.add_argument("--write", action="store_true", help="into docs/gradient-checks.md")
    options = parser.parse_args()
    text = f"{table({name: column(name) for name in CHECKERS})}\n\n{versions()}"
    write_section("comparison", text) if options.write else print(text)


if __name__ == "__main__":
    main()
