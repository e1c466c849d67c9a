"""A place to declare an op that is gone after the test."""

import pytest

from tinygrad_np.engine.makers import declare
from tinygrad_np.engine.op import FUNCTIONS, NUMPY, OPS


@pytest.fixture
def scratch_op():
    """Declare an op that is the identity, with a given rule; undone after the test."""
    tables = [(table, dict(table)) for table in (OPS, FUNCTIONS, NUMPY)]

    def make(rule):
        def broken(x):
            return x

        return declare(public=False, x=rule)(broken)

    yield make
    for table, before in tables:
        table.clear()
        table.update(before)
