"""Runs the docstring examples that doctest does not find by itself.

A function made by a factory (an op, a method of Tensor) has its factory's globals, so doctest
attributes it to another module and skips it silently.
"""

import doctest

import pytest

import tinygrad_np as tg
from tinygrad_np.engine.op import FUNCTIONS

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
DOCUMENTED = FUNCTIONS | {f"Tensor.{name}": getattr(tg.Tensor, name) for name in dir(tg.Tensor)}
EXAMPLES = {
    name: thing.__doc__ for name, thing in DOCUMENTED.items() if ">>>" in (thing.__doc__ or "")
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_example_runs(name):
    test = doctest.DocTestParser().get_doctest(EXAMPLES[name], {}, name, None, None)
    runner = doctest.DebugRunner(optionflags=FLAGS)  # raises at the first failure
    runner.run(test)
