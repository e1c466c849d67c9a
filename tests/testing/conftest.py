"""Fixtures that declare ops for the duration of a test."""

import pytest

# Families imported on demand declare their ops once, which must not happen during a test.
import tinygrad_np.fft
import tinygrad_np.linalg
import tinygrad_np.special  # noqa: F401  # declares its ops
from tinygrad_np.engine.op import FUNCTIONS, NUMPY, OPS


@pytest.fixture(autouse=True)
def scratch_ops():
    """Undo the declarations of a test: other tests iterate over the tables."""
    tables = [(table, dict(table)) for table in (OPS, FUNCTIONS, NUMPY)]
    yield
    for table, before in tables:
        table.clear()
        table.update(before)
