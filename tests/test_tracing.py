"""Nothing is frozen: every record, traced on one draw of its arguments, is right on another.

The value, its gradients, gradients of these, and tangents are one program, which is run again on
other values of the same shapes. An op that decides by values says so by name.
"""

import re

import numpy as np
import pytest

import tinygrad_np as tg
from cases import CASES
from program import trace
from records import complexly
from tinygrad_np.engine.access import array_of

COMPLEX = [complexly(case) for case in CASES if case.takes_complex()]

DECIDING = {
    *("allclose", "array_equal", "array_equiv", "piecewise", "real_if_close"),
    # The shape of the result depends on values.
    *("argwhere", "bincount", "compress", "extract", "flatnonzero", "nonzero", "trim_zeros"),
    *("unique", "unique_all", "unique_counts", "unique_inverse", "unique_values", "x[mask]"),
}
"""What decides by values."""
RANDOM = {"dropout_mask"}  # each record's call makes a generator of its own


def tracked(arrays):
    return [tg.tensor(a, requires_grad=a.dtype.kind in "fc") for a in arrays]


def random_like(x, seed):
    """Return a constant of the shape and dtype of a Tensor, the same at every call."""
    rng = np.random.default_rng(seed)
    v = rng.normal(size=x.shape)
    return tg.tensor(v + 1j * rng.normal(size=x.shape) if x.dtype.kind == "c" else v, dtype=x.dtype)


def derivatives(case):
    """Return a function that gives a record's value and all its derivatives."""

    def f(*tensors):
        out = case.call(*tensors, **case.params)
        if not isinstance(out, tg.Tensor) or out.node is None:
            return [out]
        targets = [t for t in tensors if t.requires_grad]
        first = out.gradient(*targets, gradient=random_like(out, 1), create_graph=case.order > 1)
        second = []
        for k, g in enumerate(first):
            if g is not None and g.node is not None:
                second += g.gradient(*targets, gradient=random_like(g, k))
        places = [i for i, t in enumerate(tensors) if t.requires_grad]

        def of_targets(*given):
            arguments = list(tensors)
            for i, t in zip(places, given, strict=True):
                arguments[i] = t
            return case.call(*arguments, **case.params)

        tangents = [random_like(t, k) for k, t in enumerate(targets)]
        _, tangent = tg.jvp(of_targets, targets, tangents)
        return [x for x in (out, *first, *second, tangent) if x is not None]

    return f


@pytest.mark.parametrize("case", [c for c in CASES + COMPLEX if c.op not in RANDOM], ids=str)
def test_a_record_is_right_on_other_values(case, rng):
    here, there = case.draw(rng), case.draw(rng)
    f = derivatives(case)
    try:
        program, answers = trace(f, tracked(here))
    except tg.GraphError as error:
        found = re.match(r"(.+): this .* values, which is not part of a trace", str(error))
        if found is None or found.group(1) not in DECIDING:
            raise
        return
    if not isinstance(answers[0], tg.Tensor):
        return
    with np.errstate(all="ignore"):  # dead lines go on with zeros that stood for a cotangent
        found = program.run(there, answers)
    for x, y in zip(found, f(*tracked(there)), strict=True):
        np.testing.assert_allclose(x, array_of(y), rtol=1e-10, atol=1e-11)
