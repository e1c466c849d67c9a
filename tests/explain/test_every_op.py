"""For the records of all ops: finite programs raise no alarm, and `debug` changes no result."""

import numpy as np
import pytest

import tinygrad_np as tg
from ops.checks import Contract, items, unchanged_form
from ops.records import RECORDS
from tinygrad_np.engine.trees import tree_leaves

contract = Contract()


@pytest.mark.parametrize("record", items(record for record in RECORDS if record.order))
def test_op(record, subtests):
    contract.run(record, subtests)


def tensors(answer):
    return [x for x in tree_leaves(answer) if isinstance(x, tg.Tensor) and x.requires_grad]


def run(record, arrays):
    """Return the values and gradients of a record's function."""
    inputs = [tg.tensor(a, requires_grad=a.dtype.kind in "fc") for a in arrays]
    answer = record.call(*inputs, **record.params)
    found = tensors(answer)
    for x in found:
        x.backward(np.ones(x.shape, x.dtype), retain_graph=x is not found[-1])
    gradients = [x.grad.data for x in inputs if x.grad is not None]
    return [x.data for x in found], gradients


@contract.over()
def nothing_is_found_or_changed(record, rng):
    arrays = record.draw(rng)
    values, gradients = run(record, arrays)
    assert all(np.isfinite(a).all() for a in (*values, *gradients))
    explanation = tg.explain_nan(lambda *args: record.call(*args, **record.params), *arrays)
    assert explanation.ok, explanation
    explained = list(explanation.gradients.values())
    assert len(explained) == len(gradients)
    with tg.debug() as debugging:
        again = run(record, arrays)
    assert debugging.failed is None
    for a, b in zip([*values, *gradients], [*again[0], *again[1]], strict=True):
        np.testing.assert_array_equal(a, b)


def with_a_real_argument_first(record):
    return record.draw(np.random.default_rng(0))[0].dtype.kind == "f"


@contract.over(unchanged_form, with_a_real_argument_first)
def the_explained_gradient_is_the_gradient(record, rng):
    first, *rest = record.draw(rng)
    rest = [tg.tensor(a) for a in rest]
    w = tg.tensor(first, requires_grad=True)

    def loss(w):
        return sum(x.sum() for x in tensors(record.call(w, *rest, **record.params)))

    explanation = tg.explain_grad(loss, w)
    value = loss(w)
    if not isinstance(value, tg.Tensor):
        assert explanation.verdict == "none"
        return
    if value.dtype.kind == "c":
        value.backward(np.ones((), value.dtype))
    else:
        value.backward()
    if w.grad is None:
        assert explanation.gradient is None
        return
    assert explanation.gradient is not None
    np.testing.assert_array_equal(explanation.gradient, w.grad.data)
    assert explanation.verdict in ("ok", "zero", "vanishing")
    assert (explanation.verdict == "ok") or explanation.reasons
    if explanation.terms:
        parts = sum(share.gradient for share in explanation.terms)
        np.testing.assert_allclose(parts, explanation.gradient, atol=1e-9, rtol=1e-6)
