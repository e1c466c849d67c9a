"""The contract of an op: derivatives of every record, in both modes and of second order.

Each is compared with central differences, or with the same number computed another way. The
gradient is dL/da + i dL/db of a real L for z = a + ib, so <x, y> here is the sum of the real part
of conjugate(x) * y.
"""

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
    items,
    of_complex_numbers,
    random_like,
    tracked,
    unchanged_form,
)
from ops.differences import difference

contract = Contract()


@pytest.mark.parametrize("record", items())
def test_op(record, subtests):
    contract.run(record, subtests)


def differentiable(record):
    return record.order


def twice_differentiable(record):
    return record.order > 1


def differentiable_in_several(record):
    return record.order and len(record.domains) > 1


def numbered(values):
    """Return values by their names in messages."""
    return {str(value): value for value in values}


def values(f, arrays, **params):
    """Call `f` without recording and return an array."""
    with tg.no_grad():
        return f(*arrays, **params).data


def check_gradients(record, arrays, rng):
    """Compare the backward pass, with a random cotangent, with central differences."""
    v = cotangent_of(record, arrays, rng)
    found, _ = gradients(record, arrays, v)
    for place, g in zip(floating(arrays), found, strict=True):
        expected = difference(
            lambda *a: dot(v, values(record.call, a, **record.params)), arrays, place
        )
        assert (g.shape, g.dtype) == (arrays[place].shape, arrays[place].dtype)
        np.testing.assert_allclose(g.data, expected, rtol=record.tolerance, atol=1e-8)


@contract.over(in_both_fields, differentiable)
def gradient_equals_differences(record, rng):
    check_gradients(record, record.draw(rng), rng)


@contract.over(of_complex_numbers, differentiable_in_several)
def gradient_of_a_real_operand_beside_complex_ones_is_real(record, rng):
    for real in floating(arrays := record.draw(rng)):
        mixed = [a.real.copy() if i == real else a for i, a in enumerate(arrays)]
        if record.reference_takes(mixed):
            check_gradients(record, mixed, rng)
        else:  # when written into a real array, for example
            with pytest.raises((TypeError, np.exceptions.ComplexWarning)):
                record.call(*tracked(mixed), **record.params)


@contract.over(in_both_fields, twice_differentiable)
def gradient_of_gradient_equals_differences(record, rng):
    """The derivatives of <gradient, random direction> by the arrays and by the cotangent."""
    arrays = record.draw(rng)
    v = cotangent_of(record, arrays, rng)
    places = floating(arrays)
    directions = [random_like(rng, arrays[i]) for i in places]

    def directed(*everything):
        found, _ = gradients(record, everything[:-1], everything[-1])
        return sum(dot(g.data, d) for g, d in zip(found, directions, strict=True))

    cotangent = tg.Tensor(v, requires_grad=True)
    found, targets = gradients(record, arrays, cotangent, create_graph=True)
    total = sum(dot(g, d) for g, d in zip(found, directions, strict=True))
    second = total.gradient(*targets, cotangent)
    for place, g in zip([*places, len(arrays)], second, strict=True):
        expected = difference(directed, [*arrays, v], place)
        got = np.zeros(expected.shape, expected.dtype) if g is None else g.data
        np.testing.assert_allclose(got, expected, rtol=10 * record.tolerance, atol=1e-7)


def jvp_of(record, arrays, directions):
    """Return the value and its derivative along `directions`, by a forward pass."""
    places = floating(arrays)

    def f(*moving):
        everything = list(arrays)
        for i, x in zip(places, moving, strict=True):
            everything[i] = x
        return record.call(*everything, **record.params)

    return tg.jvp(f, [arrays[i] for i in places], directions)


@contract.over(in_both_fields, differentiable)
def forward_mode_equals_differences_and_is_the_transpose(record, rng):
    """The jvp equals differences along the direction, and <v, J t> = <J^T v, t>."""
    arrays = record.draw(rng)
    places = floating(arrays)
    directions = [random_like(rng, arrays[i]) for i in places]
    value, tangent = jvp_of(record, arrays, directions)
    assert (tangent.shape, tangent.dtype) == (value.shape, value.dtype)
    assert not tangent.requires_grad
    step, sides = 1e-6, []
    for h in (step, -step):
        moved = list(arrays)
        for i, d in zip(places, directions, strict=True):
            moved[i] = arrays[i] + h * d
        sides.append(values(record.call, moved, **record.params))
    expected = (sides[0] - sides[1]) / (2 * step)
    np.testing.assert_allclose(tangent.data, expected, rtol=record.tolerance, atol=1e-8)
    v = cotangent_of(record, arrays, rng)
    found, _ = gradients(record, arrays, v)
    back = sum(dot(g.data, d) for g, d in zip(found, directions, strict=True))
    np.testing.assert_allclose(dot(v, tangent.data), back, rtol=1e-10, atol=1e-12)


@contract.over(in_both_fields, twice_differentiable)
def forward_mode_of_the_gradient_equals_the_gradient_of_forward_mode(record, rng):
    """Both nestings of the two modes give the same second derivative."""
    arrays = record.draw(rng)
    places = floating(arrays)
    starts = [arrays[i] for i in places]
    directions = [random_like(rng, a) for a in starts]
    v = cotangent_of(record, arrays, rng)

    def total(*moving):
        everything = list(arrays)
        for i, x in zip(places, moving, strict=True):
            everything[i] = x
        return dot(v, record.call(*everything, **record.params))

    every = range(len(places))
    _, forward_over_reverse = tg.jvp(tg.grad(total, every), starts, directions)
    reverse_over_forward = tg.grad(lambda *x: tg.jvp(total, x, directions)[1], every)(*starts)
    for a, b in zip(forward_over_reverse, reverse_over_forward, strict=True):
        np.testing.assert_allclose(a.data, b.data, rtol=1e-9, atol=1e-10)


@contract.over(in_both_fields, differentiable)
def rules_agree_on_arrays_and_tensors(record, rng):
    arrays = record.draw(rng)
    v = cotangent_of(record, arrays, rng)
    plain, _ = gradients(record, arrays, v)
    recorded, _ = gradients(record, arrays, v, create_graph=True)
    for a, b in zip(plain, recorded, strict=True):
        assert a.node is None
        np.testing.assert_allclose(a.data, b.data, rtol=record.rounding, atol=1e-14)


@contract.over(
    unchanged_form,
    lambda record: record.elementwise,
    shape=numbered([(), (1,), (0,), (0, 3), (3, 0, 2)]),
)
def any_shape_works(record, rng, shape):
    arrays = record.draw(rng, *[shape] * len(record.domains))
    out = record.call(*tracked(arrays), **record.params)
    expected = np.asarray(record.reference(*arrays, **record.params))
    assert type(out.data) is np.ndarray
    assert out.shape == shape
    assert out.dtype == expected.dtype
    np.testing.assert_allclose(out.data, expected, rtol=1e-13, atol=1e-14)
    if record.order:
        check_gradients(record, arrays, rng)


@contract.over(
    in_both_fields,
    lambda record: record.elementwise and differentiable_in_several(record),
    smaller=numbered([(), (1,), (3,), (1, 3), (2, 1), (1, 1)]),
)
def broadcasting_is_undone(record, rng, smaller):
    for i in range(len(record.domains)):
        shapes = [(2, 3)] * len(record.domains)
        shapes[i] = smaller
        check_gradients(record, record.draw(rng, *shapes), rng)
    shapes = [smaller, *[(2, 1)] * (len(record.domains) - 1)]  # neither has the result's shape
    check_gradients(record, record.draw(rng, *shapes), rng)
