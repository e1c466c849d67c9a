"""Write docs/coverage.md: the NumPy functions that work here, according to the tests' records.

    python docs/coverage.py           write the page
    python docs/coverage.py --check   fail if the page is not what would be written

Every line rests on the records in tests/ops/records/: whether a function is differentiable, to what
order, and in complex numbers too. tests/ops/test_ops_derivatives.py checks these records.
"""

from __future__ import annotations

import argparse
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import tinygrad_np as tg  # noqa: E402  # after the path to it
from ops.opinfo import complex_form  # noqa: E402  # after the path to them
from ops.records import RECORDS  # noqa: E402  # after the path to them
from tinygrad_np.engine.op import NUMPY  # noqa: E402  # after the path to them
from tinygrad_np.engine.since import SINCE  # noqa: E402  # after the path to them
from tinygrad_np.ops.refusals import REFUSED  # noqa: E402  # after the path to them

PAGE = ROOT / "docs" / "coverage.md"
SPACES = {"np": np, "np.linalg": np.linalg, "np.fft": np.fft}

HEAD = """# Coverage

The functions of NumPy {numpy} that work on Tensors, under NumPy's name and as `tg.name`; those that
create arrays, `array` among them, give Tensors as `tg.name` only. This page is written by
`python docs/coverage.py` from the table of ops and the records that the tests check.

- **Differentiable** functions work in reverse and forward mode and to second order, in float32 and
  float64, on any shape NumPy takes. *complex* means that gradients in complex numbers are tested
  too; *real* that NumPy's function takes real numbers only or has no complex gradient here.
  (The gradient of `linalg.cholesky`, `eigh` and `eigvalsh` is that with respect to changes that
  keep a matrix Hermitian.)
- **Constant** functions give Tensors (or what NumPy gives) that no gradient flows to: integers,
  booleans, new arrays.
- Any other function of arrays is **refused** with a `TypeError` that names it: no call falls
  back to object arrays.
- Functions that NumPy added after 2.0 work as `tg.name` on every NumPy from 2.0 on: {late}.

[Design](design.md) lists the subgradients at kinks.

"""


def spelled() -> Iterator[tuple[str, Any]]:
    """Yield the public functions of NumPy that work on Tensors, with their names."""
    for prefix, space in SPACES.items():
        for name in sorted(dir(space)):
            function = getattr(space, name)
            if name.startswith("_") or not callable(function) or inspect.isclass(function):
                continue
            if function in NUMPY:
                yield f"{prefix}.{name}", function


def records(ours: Any) -> list[Any]:
    """Return the records of a public function."""
    name = ours.__name__
    return [record for record in RECORDS if record.op == name or record.call is ours]


def of_scipy() -> Iterator[str]:
    """Yield a line per function of scipy.special: its name and the inputs with a gradient."""
    for name in tg.special.__all__:
        ours = getattr(tg.special, name)
        parts = list(getattr(ours, "parts", {}).values())
        op = getattr(parts[0] if parts else ours, "op", None)
        if op is None or not op.name.startswith("special."):
            continue  # a function of the table above, or one composed of such functions
        answered = [x for x, rule in op.rules.items() if "no_gradient" not in str(rule.apply)]
        if answered:
            yield f"| `{name}({', '.join(op.inputs)})` | {', '.join(answered)} |"


def page() -> str:
    """Return the text of the page."""
    differentiable, constant = [], []
    for name, function in spelled():
        ours = NUMPY[function]
        found = records(ours)
        if any(record.order for record in found):
            with np.errstate(all="ignore"):
                of_complex = any(
                    complex_form(record).order for record in found if record.takes_complex
                )
            field = "complex" if of_complex else "real"
            order = max(record.order for record in found)
            differentiable.append(
                f"| `{name}` | yes | yes | {'yes' if order > 1 else '–'} | {field} |"
            )
        else:
            constant.append(f"`{name}`")
    refused = [f"| `np.{f.__name__}` | {why} |" for f, why in REFUSED.items()]
    version = ".".join(np.__version__.split(".")[:2])
    late = ", ".join(f"`{name}` ({first})" for name, first in SINCE.items())
    return "\n".join(
        [
            HEAD.format(numpy=version, late=late)
            + f"## Differentiable: {len(differentiable)} functions\n",
            "| function | reverse | forward | second order | numbers |",
            "|---|---|---|---|---|",
            *differentiable,
            "\n## Differentiable: functions of scipy.special\n",
            "Under their own names and as `tg.special.name`. The gradient for any argument other",
            "than those listed is refused when it is computed.\n",
            "| function | has a gradient for |",
            "|---|---|",
            *of_scipy(),
            f"\n## Constant: {len(constant)} functions\n",
            ", ".join(constant) + ".",
            "\n## Refused\n",
            "| function | reason and alternative |",
            "|---|---|",
            *refused,
            "",
        ]
    )


def main() -> None:
    """Write the page, or check it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="fail if the page is out of date")
    text = page()
    if not parser.parse_args().check:
        PAGE.write_text(text, encoding="utf-8")
    elif PAGE.read_text(encoding="utf-8") != text:
        sys.exit("docs/coverage.md is out of date: run python docs/coverage.py")


if __name__ == "__main__":
    main()
