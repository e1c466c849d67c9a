"""Every record, traced on one draw of its arguments, replays correctly on another draw.

The value, its gradients, second derivatives and tangents are one program, which is replayed on
other values of the same shapes. An op that depends on values beyond that is refused by name.
"""

import re

import numpy as np
import pytest

import tinygrad_np as tg
from ops.checks import Contract, in_both_fields, items, random_like, tracked
from program import trace
from tinygrad_np.engine.access import array_of

contract = Contract()
DECIDING = {
    *("allclose", "array_equal", "array_equiv", "piecewise", "real_if_close"),
    # The shape of the result depends on values.
    *("argwhere", "bincount", "compress", "extract", "flatnonzero", "nonzero", "trim_zeros"),
    *("unique", "unique_all", "unique_counts", "unique_inverse", "unique_values", "x[mask]"),
}
"""The functions whose course depends on values."""
RANDOM = {"dropout_mask"}  # each call of the record creates a new generator


@pytest.mark.parametrize("record", items())
def test_op(record, subtests):
    contract.run(record, subtests)


def constant_like(x, seed):
    """Return a random Tensor of the shape and dtype of another, equal at every call."""
    return tg.tensor(random_like(np.random.default_rng(seed), array_of(x)), dtype=x.dtype)


def derivatives(record):
    """Return a function that computes a record's value and all its derivatives."""

    def f(*tensors):
        out = record.call(*tensors, **record.params)
        if not isinstance(out, tg.Tensor) or out.node is None:
            return [out]
        targets = [t for t in tensors if t.requires_grad]
        v = constant_like(out, 1)
        first = out.gradient(*targets, gradient=v, create_graph=record.order > 1)
        second = []
        for k, g in enumerate(first):
            if g is not None and g.node is not None:
                second += g.gradient(*targets, gradient=constant_like(g, k))
        places = [i for i, t in enumerate(tensors) if t.requires_grad]

        def of_targets(*given):
            arguments = list(tensors)
            for i, t in zip(places, given, strict=True):
                arguments[i] = t
            return record.call(*arguments, **record.params)

        tangents = [constant_like(t, k) for k, t in enumerate(targets)]
        _, tangent = tg.jvp(of_targets, targets, tangents)
        return [x for x in (out, *first, *second, tangent) if x is not None]

    return f


@contract.over(in_both_fields, lambda record: record.op not in RANDOM)
def replay_is_right_on_other_values(record, rng):
    here, there = record.draw(rng), record.draw(rng)
    f = derivatives(record)
    try:
        program, answers = trace(f, tracked(here))
    except tg.GraphError as error:
        found = re.match(r"(.+): this .* values, which a trace cannot repeat", str(error))
        if found is None or found.group(1) not in DECIDING:
            raise
        return
    if not isinstance(answers[0], tg.Tensor):
        return
    with np.errstate(all="ignore"):  # unused lines compute with zeros for cotangents
        found = program.run(there, answers)
    for x, y in zip(found, f(*tracked(there)), strict=True):
        np.testing.assert_allclose(x, array_of(y), rtol=1e-10, atol=1e-11)
