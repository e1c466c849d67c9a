"""A place to declare ops that are gone after the test."""

import pytest

# Families that are imported on demand declare their ops once, so not during a test.
import tinygrad_np.fft
import tinygrad_np.linalg
import tinygrad_np.special  # noqa: F401  # enters its ops
from tinygrad_np.engine.op import FUNCTIONS, NUMPY, OPS


@pytest.fixture(autouse=True)
def scratch_ops():
    """Undo what a test declares: other tests walk the tables."""
    tables = [(table, dict(table)) for table in (OPS, FUNCTIONS, NUMPY)]
    yield
    for table, before in tables:
        table.clear()
        table.update(before)
