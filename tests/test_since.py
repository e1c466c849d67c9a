"""Functions that the oldest NumPy lacks are listed in one place, and work without NumPy's."""

import ast
import functools
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tinygrad_np as tg
from ops.late_numpy import FORMULAS, before, needs
from tinygrad_np.engine.op import NUMPY
from tinygrad_np.engine.since import SINCE, late

PACKAGE = Path(tg.__file__).parent
CUBE = (np.arange(12.0) - 4.0).reshape(2, 3, 2)
ARGUMENTS: dict[str, list[Any]] = {
    "cumulative_prod": [((CUBE,), {"axis": 1}), ((CUBE,), {"axis": -1, "include_initial": True})],
    "cumulative_sum": [((CUBE,), {"axis": 1}), ((CUBE[0, 0],), {"include_initial": True})],
    "matvec": [((CUBE, CUBE[0, 0]), {}), ((CUBE[0], CUBE + 1j), {})],
    "unstack": [((CUBE,), {}), ((CUBE,), {"axis": -1})],
    "vecmat": [((CUBE[0, :, 0], CUBE), {}), ((CUBE[0].T * (1 + 2j), CUBE[1]), {})],
}
over_calls = pytest.mark.parametrize(
    ("name", "arrays", "params"),
    [
        pytest.param(name, *call, id=f"{name}-{i}", marks=needs(name))
        for name, calls in ARGUMENTS.items()
        for i, call in enumerate(calls)
    ],
)

WITHOUT = """
import sys
import numpy as np
for name in sys.argv[1:]:
    if hasattr(np, name):
        delattr(np, name)
import tinygrad_np as tg
from tinygrad_np.engine.op import FUNCTIONS, NUMPY
assert tg.linalg and tg.fft
assert None not in NUMPY
assert not [f.__name__ for f in NUMPY if f.__name__ in sys.argv[1:]]
for name in sys.argv[1:]:
    assert getattr(tg, name) is FUNCTIONS[name]
    assert not hasattr(np, name)
x = tg.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
first, second = tg.unstack(x)
out = tg.matvec(x, first) + tg.vecmat(second, x) + tg.cumulative_sum(first)
(out * tg.cumulative_prod(second)).sum().backward()
print(x.grad.tolist())
"""


def run_without(*names):
    """Return what WITHOUT prints in a process whose NumPy lacks these functions."""
    command = [sys.executable, "-W", "error", "-c", WITHOUT, *names]
    run = subprocess.run(command, cwd=PACKAGE.parent, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_functions_work_with_a_numpy_that_lacks_them():
    x = np.array([[1.0, 2.0], [3.0, 4.0]])

    def total(x):
        first, second = x
        out = np.einsum("ij,j", x, first) + np.einsum("i,ij", second, x) + np.cumsum(first)
        return (out * np.cumprod(second)).sum()

    step = np.array([[1e-4, 0.0], [0.0, 0.0]])
    (row, _) = ast.literal_eval(run_without(*SINCE))
    assert abs(row[0] - (total(x + step) - total(x - step)) / 2e-4) < 1e-6


def test_the_table_is_right_for_this_numpy():
    for name, version in SINCE.items():
        assert hasattr(np, name) is not before(version), f"np.{name} did not come with {version}"
        if hasattr(np, name):
            assert NUMPY[late(name)] is getattr(tg, name)


def test_late_functions_are_taken_from_the_table_only():
    """Otherwise the package cannot be imported with the oldest NumPy, which few have at hand."""
    direct = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}: np.{node.attr}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in SINCE
        if isinstance(node.value, ast.Name) and node.value.id in ("np", "numpy")
    ]
    assert not direct, f"use late(name): {direct}"


@pytest.mark.parametrize("name", ["sin", "unstak"])
def test_a_name_that_is_not_in_the_table_is_refused(name):
    with pytest.raises(KeyError, match=f"np.{name} is not in the table"):
        late(name)


def test_every_late_function_has_a_formula():
    assert FORMULAS.keys() == ARGUMENTS.keys() == SINCE.keys()


@over_calls
def test_formulas_agree_with_numpy(name, arrays, params):
    theirs = getattr(np, name)(*arrays, **params)
    ours = FORMULAS[name](*arrays, **params)
    np.testing.assert_allclose(ours, theirs, rtol=1e-14)
    assert [a.dtype for a in ours] == [a.dtype for a in theirs]


def test_a_wrapped_ufunc_has_the_inputs_of_the_ufunc():
    """On every NumPy: ufuncs have had a signature only since 2.4."""

    @functools.wraps(np.hypot)
    def plain(*arrays):
        return np.hypot(*arrays)

    call = tg.op(plain, gradient="none")
    assert call.op.inputs == ("x", "y")
    assert call(3.0, 4.0).item() == 5.0
