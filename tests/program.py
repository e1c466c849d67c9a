"""A tracer outside the engine: it records a program through the interface of `hooks`."""

import numpy as np

from tinygrad_np.engine.access import array_of
from tinygrad_np.engine.graph import NO_PARAMS
from tinygrad_np.engine.hooks import Tracer, tracing


class Program(Tracer):
    """The ops of a run, each with the places of its inputs and result among all values."""

    replays = True

    def __init__(self, inputs):
        self.lines, self.values, self.at, self.copies = [], [], {}, []
        for x in inputs:
            self.new(array_of(x))

    def apply(self, op, args, params):
        out = op.call(*args, **params)
        inputs = [self.place(array_of(x)) for x in args]
        self.lines.append((op, inputs, params or NO_PARAMS, out.shape, self.new(array_of(out))))
        return out

    def place(self, x):
        return self.at[id(x)] if id(x) in self.at else self.new(x)  # a constant is new

    def new(self, x):
        self.at[id(x)] = len(self.values)
        self.values.append(x)  # kept alive: another array would get its id
        return len(self.values) - 1

    def copied(self, array, copy):
        place = self.place(array)
        self.at[id(copy)] = place
        self.copies.append(copy)

    # -------------------------------------------------------------------- replay

    def run(self, inputs, results):
        """Replay the run on other inputs and return the values of some results."""
        wanted = [self.place(array_of(x)) for x in results]
        values = [*map(array_of, inputs), *self.values[len(inputs) :]]
        needed = set(wanted)
        for _, places, _, _, out in reversed(self.lines):
            if out in needed:
                needed.update(places)
        for op, places, params, _, out in self.lines:
            if out in needed or not places:  # ops that draw random numbers always run
                values[out] = np.asarray(op.forward(*(values[i] for i in places), **params))
        return [values[i] for i in wanted]


def trace(f, inputs):
    """Return the program of ``f(*inputs)`` and its result."""
    program = Program(inputs)
    with tracing(program):
        return program, f(*inputs)
