"""Every public NumPy function is supported, refused by name, or does not compute with values."""

import inspect
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

import tinygrad_np as tg
from tinygrad_np.engine.op import NUMPY

assert tg.linalg
assert tg.fft  # its functions are in the table once it is loaded

ROOT = Path(__file__).parents[1]

# Functions that do not compute with the values of arrays of numbers: text, files, dtypes, memory,
# settings, dates, indices made from sizes, windows made from a length.
NOT_OF_ARRAYS = {
    "apply_along_axis",
    "apply_over_axes",
    "array2string",
    "array_repr",
    "array_str",
    "bartlett",
    "base_repr",
    "binary_repr",
    "blackman",
    "bmat",
    "broadcast_shapes",
    "busday_count",
    "busday_offset",
    "can_cast",
    "common_type",
    "datetime_as_string",
    "datetime_data",
    "diag_indices",
    "einsum_path",
    "format_float_positional",
    "format_float_scientific",
    "from_dlpack",
    "frombuffer",
    "fromfile",
    "fromfunction",
    "fromiter",
    "frompyfunc",
    "fromregex",
    "fromstring",
    "genfromtxt",
    "get_include",
    "get_printoptions",
    "getbufsize",
    "geterr",
    "geterrcall",
    "hamming",
    "hanning",
    "indices",
    "info",
    "is_busday",
    "iscomplexobj",
    "isdtype",
    "isfortran",
    "isnat",
    "isrealobj",
    "isscalar",
    "issubdtype",
    "iterable",
    "kaiser",
    "load",
    "loadtxt",
    "mask_indices",
    "may_share_memory",
    "min_scalar_type",
    "mintypecode",
    "ndim",
    "nested_iters",
    "printoptions",
    "promote_types",
    "result_type",
    "save",
    "savetxt",
    "savez",
    "savez_compressed",
    "set_printoptions",
    "setbufsize",
    "seterr",
    "seterrcall",
    "shape",
    "shares_memory",
    "show_config",
    "show_runtime",
    "size",
    "test",
    "tril_indices",
    "triu_indices",
    "typename",
}
# Functions that convert their argument to an array: they refuse a tracked Tensor, as asarray does.
CONVERSIONS = {
    "array",
    "asanyarray",
    "asarray",
    "asarray_chkfinite",
    "ascontiguousarray",
    "asfortranarray",
}


def others():
    for space in (np, np.linalg, np.fft):
        for name in sorted(dir(space)):
            function = getattr(space, name)
            plain = callable(function) and not inspect.isclass(function)
            if name.startswith("_") or not plain or name in NOT_OF_ARRAYS or function in NUMPY:
                continue
            # Three outdated ones (trapz calls trapezoid), and asarray with a list of requirements.
            if name in ("asmatrix", "row_stack", "trapz", "require"):
                continue
            yield pytest.param(name, function, id=f"{space.__name__}.{name}")


@pytest.mark.parametrize(("name", "function"), list(others()))
def test_unsupported_functions_are_refused_by_name(name, function):
    """Each is called with tracked Tensors as all arguments, for several numbers of them."""
    t = tg.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    allowed = (tg.GraphError,) if name in CONVERSIONS else (tg.UnsupportedError, tg.GraphError)
    refusals = []
    for count in (1, 2, 3):
        try:
            answer = function(*[t] * count)
        except allowed as error:
            refusals.append(str(error))
        except TypeError as error:
            if isinstance(error, tg.TinygradError):
                refusals.append(str(error))  # or the wrong number of arguments
        else:
            raise AssertionError(f"np.{name} gave {type(answer).__name__}: {answer!r}")
    assert refusals, f"np.{name} refused nothing by name"
    by_protocol = [text for text in refusals if "np." in text]
    assert all(name in text or "asarray" in text for text in by_protocol)


@pytest.mark.skipif(
    find_spec("scipy") is None, reason="the records of special functions need SciPy"
)
def test_the_coverage_page_is_up_to_date():
    page = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")
    version = ".".join(np.__version__.split(".")[:2])
    if f"What of NumPy {version} works" not in page:
        pytest.skip(f"the page is about another NumPy than {version}")
    command = [sys.executable, "docs/coverage.py", "--check"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
