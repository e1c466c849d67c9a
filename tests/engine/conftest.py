"""A place to declare an op that is gone after the test."""

import pytest

from tinygrad_np.engine.declarations import declare, elementwise
from tinygrad_np.engine.op import FUNCTIONS, NUMPY, OPS


@pytest.fixture
def tables():
    """The tables of ops, put back as they were after the test."""
    before = [(table, dict(table)) for table in (OPS, FUNCTIONS, NUMPY)]
    yield
    for table, entries in before:
        table.clear()
        table.update(entries)


@pytest.fixture
def scratch_op(tables):
    """Declare an op that is the identity, with a given rule; undone after the test."""

    def make(rule):
        def _broken(x):
            return x

        return declare(x=rule)(_broken)

    return make


@pytest.fixture
def scratch_elementwise(tables):
    """Declare x * y as an op, with given rules; undone after the test."""
    return lambda name, **rules: elementwise(lambda x, y: x * y, name=name, **rules)
