"""The contract of an op: values, dtypes, shapes, NumPy spellings and batches of every record.

Complex numbers have no records of their own: each record whose reference accepts complex input is
also drawn with imaginary parts. The gradients are tested in test_ops_derivatives.py.
"""

import re

import numpy as np
import pytest

import tinygrad_np as tg
from ops.checks import (
    Contract,
    cotangent_of,
    dot,
    floating,
    gradients,
    in_both_fields,
    in_single_precision,
    items,
    tracked,
    unchanged_form,
)
from ops.late_numpy import before
from ops.opinfo import complex_form
from tinygrad_np.engine.access import array_of, walk
from tinygrad_np.engine.op import NUMPY, OPS
from tinygrad_np.engine.views import View

contract = Contract()
SINGLE = (np.float32, np.complex64)
SPELLINGS = {}
for numpy_function, ours in NUMPY.items():
    SPELLINGS.setdefault(ours, []).append(numpy_function)
# Their parameters are positional-only, or named differently than here.
POSITIONAL = {np.astype, np.clip, np.reshape} if before("2.1") else {np.astype}


@pytest.mark.parametrize("record", items())
def test_op(record, subtests):
    contract.run(record, subtests)


def refusing(record):
    """Yield a record if it has float arguments but refuses complex numbers."""
    if record.has_floats and not record.takes_complex:
        yield record


def differentiable(record):
    return record.order


def several_arrays(record):
    return record.elementwise and len(record.domains) > 1


@contract.over(in_both_fields)
def forward_equals_numpy(record, rng):
    arrays = record.draw(rng)
    expected = np.asarray(record.reference(*arrays, **record.params))
    for inputs in (arrays, tracked(arrays)):
        out = record.call(*inputs, **record.params)
        assert isinstance(out, tg.Tensor)
        assert out.dtype == expected.dtype
        np.testing.assert_allclose(out.data, expected, rtol=record.rounding, atol=1e-14)
    assert out.requires_grad == (record.order > 0)


@contract.over(unchanged_form, differentiable)
def the_op_is_recorded_with_hashable_params(record, rng):
    node = record.call(*tracked(record.draw(rng)), **record.params).node
    op = record.reaches or record.op
    if op in OPS:
        assert op in {found.op.name for found in walk(node) if found.op}
    for found in walk(node):
        hash(tuple(found.params.items()))


@contract.over(refusing)
def complex_numbers_are_refused_by_name(record, rng):
    """Or imaginary parts are dropped with NumPy's warning, an error here; never silently."""
    tensors = tracked(complex_form(record).draw(rng))
    with pytest.raises((TypeError, np.exceptions.ComplexWarning)) as refused:
        record.call(*tensors, **record.params).sum().real.backward()
    if refused.type is not np.exceptions.ComplexWarning:
        assert isinstance(refused.value, tg.TinygradError)
        assert re.match(r"[a-z_0-9.]+: ", str(refused.value))


@contract.over(in_both_fields, differentiable)
def single_precision_is_kept(record, rng):
    arrays = in_single_precision(record.draw(rng))
    expected = np.asarray(record.reference(*arrays, **record.params))
    tensors = tracked(arrays)
    out = record.call(*tensors, **record.params)
    assert out.dtype == expected.dtype
    np.testing.assert_allclose(out.data, expected, rtol=1e-5, atol=1e-5)
    v = np.ones(out.shape, out.dtype)
    for parent, rule, saved in out.node.edges:  # not even a temporary result is float64
        found = rule.apply(v, *saved).dtype
        # Or complex of the same precision, from which match_input takes the real part.
        assert found in (parent.dtype, out.dtype, np.result_type(parent.dtype, np.complex64))
    for i in floating(arrays):
        (g,) = out.gradient(tensors[i], gradient=v, create_graph=True)
        assert g.dtype == arrays[i].dtype
        if out.dtype in SINGLE and g.node is not None:
            assert not [n for n in walk(g.node) if n.dtype.kind in "fc" and n.dtype not in SINGLE]


@contract.over(in_both_fields, several_arrays)
def python_numbers_are_weak(record, rng):
    arrays = in_single_precision(record.draw(rng))
    for i, a in enumerate(arrays):
        number = a.flat[0].item()
        mixed = [*arrays[:i], np.full(a.shape, number, a.dtype), *arrays[i + 1 :]]
        expected = np.asarray(record.reference(*mixed, **record.params))
        tensors = tracked(arrays)
        tensors[i] = number
        out = record.call(*tensors, **record.params)
        assert out.dtype == expected.dtype
        np.testing.assert_allclose(out.data, expected, rtol=1e-5, atol=1e-6)
        targets = [t for t in tensors if isinstance(t, tg.Tensor) and t.requires_grad]
        if record.order:
            found = out.gradient(*targets, gradient=np.ones(out.shape))
            assert all(g.dtype == t.dtype for g, t in zip(found, targets, strict=True))


@contract.over(in_both_fields, lambda record: record.elementwise)
def python_numbers_only(record, rng):
    arrays = record.draw(rng, *[()] * len(record.domains))
    out = record.call(*(a.item() for a in arrays), **record.params)
    expected = np.asarray(record.reference(*arrays, **record.params))
    assert (out.dtype, out.shape) == (expected.dtype, ())
    np.testing.assert_allclose(out.data, expected, rtol=record.rounding, atol=1e-14)


def strided(a):
    """Return an array equal to `a` with negative strides into a larger one."""
    larger = np.empty(tuple(2 * n for n in a.shape), a.dtype)
    view = larger[(..., *(slice(None, None, -2),) * a.ndim)]
    view[...] = a
    return view


@contract.over(relaid={"strided": strided, "F": lambda a: np.array(a, order="F")})
def memory_layout_does_not_matter(record, rng, relaid):
    arrays = record.draw(rng)
    others = [relaid(a) for a in arrays]
    out = record.call(*others, **record.params)
    np.testing.assert_allclose(
        out.data, record.call(*arrays, **record.params).data, rtol=1e-13, atol=1e-14
    )
    if record.order:
        v = cotangent_of(record, arrays, rng)
        plain, _ = gradients(record, arrays, v)
        leaves = [tg.asarray(a, requires_grad=a.dtype.kind in "fc") for a in others]
        targets = [leaves[i] for i in floating(others)]
        found = record.call(*leaves, **record.params).gradient(*targets, gradient=relaid(v))
        for a, b in zip(plain, found, strict=True):
            np.testing.assert_allclose(a.data, b.data, rtol=1e-13, atol=1e-14)


@contract.over()
def inputs_are_not_modified(record, rng):
    arrays = record.draw(rng)
    before = [a.copy() for a in arrays]
    leaves = [tg.asarray(a, requires_grad=a.dtype.kind in "fc") for a in arrays]
    out = record.call(*leaves, **record.params)
    result = out.data.copy()
    if record.order:
        v = cotangent_of(record, arrays, rng)
        v_before = v.copy()
        out.backward(tg.asarray(v))
        np.testing.assert_array_equal(v, v_before)
        found = [leaves[i].grad for i in floating(arrays)]
        kept = [np.array(g.tolist()).reshape(g.shape) for g in found]
        v[...] = 77.0  # gradients do not share memory with this or with each other
        for g, was in zip(found, kept, strict=True):
            np.testing.assert_array_equal(g.data, was)
            g.data[...] = 99.0
    if not isinstance(out, View):  # a view shows its input's memory, as NumPy's does
        out.data[...] = 1
    for a, was in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(a, was)
    for leaf, was in zip(leaves, before, strict=True):
        np.testing.assert_array_equal(leaf.data, was)
    # Operands that are captured without a copy: not referenced elsewhere, or without a gradient.
    for inputs in (tracked([a.copy() for a in arrays]), arrays):
        np.testing.assert_array_equal(record.call(*inputs, **record.params).data, result)
        for x, was in zip(inputs, before, strict=True):
            np.testing.assert_array_equal(x.data if isinstance(x, tg.Tensor) else x, was)


SHARES_OTHERWISE = {
    "diff": "NumPy returns the array itself for n=0",
    "linalg.matrix_power": "NumPy returns the array itself for n=1",
    "linalg.condition": "internal: the reference returns its argument",
    "linalg.tied": "internal: the reference returns its argument",
    "linalg.unless": "internal: the reference returns its argument",
    "checked_choice": "internal: the reference returns its argument",
    "alias": "internal: the reference returns its argument",
    "part": "the reference is always writable",
}


@contract.over(unchanged_form, lambda record: record.op not in SHARES_OTHERWISE)
def views_and_numbers_are_those_of_numpy(record, rng):
    """What NumPy returns as a view shows later writes, and a number cannot be written to."""
    arrays = [a.copy() for a in record.draw(rng)]
    tensors = [tg.tensor(a) for a in arrays]
    expected, found = (
        record.reference(*arrays, **record.params),
        record.call(*tensors, **record.params),
    )
    if not isinstance(expected, (list, tuple)):
        expected, found = [expected], [found]
    for theirs, ours in zip(expected, found, strict=True):
        if isinstance(theirs, bool):
            continue
        shared = [np.shares_memory(theirs, a) for a in arrays]
        assert shared == [np.shares_memory(array_of(ours), array_of(t)) for t in tensors]
        if not isinstance(theirs, np.ndarray):
            with pytest.raises(TypeError, match="a number"):
                ours[()] = 0
        elif not theirs.flags.writeable:
            with pytest.raises(tg.OperandError, match="read-only"):
                ours[...] = 0
        else:
            theirs[...] = 0
            ours[...] = 0
            for a, t in zip(arrays, tensors, strict=True):
                np.testing.assert_array_equal(t.data, a)


@contract.over(unchanged_form, lambda record: record.integers, dtype={"int": int, "bool": bool})
def integers_where_numpy_takes_them(record, rng, dtype):
    arrays = [a.astype(dtype) if a.dtype.kind == "f" else a for a in record.draw(rng)]
    with np.errstate(all="ignore"):
        try:
            expected = np.asarray(record.reference(*arrays, **record.params))
        except (TypeError, ValueError):
            with pytest.raises((TypeError, ValueError)):
                record.call(*arrays, **record.params)
            return
        out = record.call(*tracked(arrays), **record.params)
    assert out.dtype == expected.dtype
    assert not out.requires_grad
    np.testing.assert_allclose(out.data, expected, rtol=1e-13, atol=1e-14)


@contract.over(unchanged_form, lambda record: record.call in SPELLINGS)
def numpy_spelling_is_the_same_op(record, rng):
    arrays = record.draw(rng)
    ours = record.call(*tracked(arrays), **record.params)
    for spelling in SPELLINGS[record.call]:
        if spelling in POSITIONAL:
            theirs = spelling(*tracked(arrays), *record.params.values())
        else:
            theirs = spelling(*tracked(arrays), **record.params)
        assert isinstance(theirs, tg.Tensor)
        np.testing.assert_array_equal(theirs.data, ours.data)
        assert (theirs.node and theirs.node.op) is (ours.node and ours.node.op)


@contract.over(unchanged_form, lambda record: record.call in SPELLINGS and len(record.domains) > 1)
def numpy_spelling_accepts_a_tensor_at_any_place(record, rng):
    arrays = record.draw(rng)
    for i in range(len(arrays)):
        mixed = [*arrays[:i], tg.Tensor(arrays[i]), *arrays[i + 1 :]]
        for spelling in SPELLINGS[record.call]:
            assert isinstance(spelling(*mixed, **record.params), tg.Tensor)


@contract.over(in_both_fields, lambda record: record.domains and record.batchable)
def vmap_equals_a_loop(record, rng):
    """With each argument batched alone, and all together; and the gradient of each example."""
    batch = [record.draw(rng) for _ in range(3)]
    looped = [record.call(*arrays, **record.params) for arrays in batch]
    n = len(batch[0])
    whole = [np.stack(arrays) for arrays in zip(*batch, strict=True)]
    f = lambda *x: record.call(*x, **record.params)  # noqa: E731  # a formula
    found = tg.vmap(f)(*whole)
    np.testing.assert_allclose(found.data, [x.data for x in looped], rtol=1e-12, atol=1e-13)
    for i in range(n if n > 1 else 0):
        axes = [0 if j == i else None for j in range(n)]
        mixed = [whole[j] if j == i else batch[0][j] for j in range(n)]
        expected = [
            f(*(batch[k][j] if j == i else batch[0][j] for j in range(n))).data for k in range(3)
        ]
        np.testing.assert_allclose(
            tg.vmap(f, in_axes=axes)(*mixed).data, expected, rtol=1e-12, atol=1e-13
        )
    if record.order and floating(batch[0]):
        places = floating(batch[0])
        v = cotangent_of(record, batch[0], rng)
        total = lambda *x: dot(v, f(*x))  # noqa: E731  # a formula
        per_example = tg.vmap(tg.grad(total, places))(*whole)
        for i, g in zip(places, per_example, strict=True):
            expected = [tg.grad(total, i)(*arrays).data for arrays in batch]
            np.testing.assert_allclose(g.data, expected, rtol=1e-11, atol=1e-12)
