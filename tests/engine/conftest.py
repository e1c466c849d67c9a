"""Fixtures that declare ops for the duration of a test."""

import pytest

from tinygrad_np.engine.declarations import declare, elementwise
from tinygrad_np.engine.op import FUNCTIONS, NUMPY, OPS


@pytest.fixture
def tables():
    """Restore the tables of ops after the test."""
    before = [(table, dict(table)) for table in (OPS, FUNCTIONS, NUMPY)]
    yield
    for table, entries in before:
        table.clear()
        table.update(entries)


@pytest.fixture
def scratch_op(tables):
    """Return a function that declares an identity op with a given rule, for this test."""

    def make(rule):
        def _broken(x):
            return x

        return declare(x=rule)(_broken)

    return make


@pytest.fixture
def scratch_elementwise(tables):
    """Return a function that declares x * y as an op with given rules, for this test."""
    return lambda name, **rules: elementwise(lambda x, y: x * y, name=name, **rules)
