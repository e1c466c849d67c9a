"""The contract of an op: every check, over every record of cases.py, of real and complex numbers.

Complex numbers are a dimension of the records, not records of their own: each whose reference
takes complex input is drawn once more, with imaginary parts. The gradient is dL/da + i dL/db of a
real L for z = a + ib, so <x, y> is here the real part of conjugate(x) * y, summed.
"""

import re

import numpy as np
import pytest

import tinygrad_np as tg
from cases import CASES
from differences import difference
from late_numpy import before
from records import complexly
from tinygrad_np.engine.graph import walk
from tinygrad_np.engine.op import NUMPY

COMPLEX = [complexly(case) for case in CASES if case.takes_complex()]
REFUSING = [case for case in CASES if case.has_floats() and not case.takes_complex()]


def over(select=lambda case: True, cases=CASES):
    """Run a test over the records that `select` takes."""
    return pytest.mark.parametrize("case", [c for c in cases if select(c)], ids=str)


everything = over(cases=CASES + COMPLEX)
differentiable = over(lambda case: case.order, CASES + COMPLEX)
twice_differentiable = over(lambda case: case.order > 1, CASES + COMPLEX)
SINGLE = (np.float32, np.complex64)
SPELLINGS = {}
for numpy_function, ours in NUMPY.items():
    SPELLINGS.setdefault(ours, []).append(numpy_function)
# Whose parameters have no names, or other names than here.
POSITIONAL = {np.astype, np.clip, np.reshape} if before("2.1") else {np.astype}


def floating(arrays):
    """The places of the arrays a gradient flows to."""
    return [i for i, a in enumerate(arrays) if a.dtype.kind in "fc"]


def tracked(arrays):
    return [tg.Tensor(a, requires_grad=a.dtype.kind in "fc") for a in arrays]


def singly(arrays):
    """Return the arrays in single precision."""
    single = {"f": "f4", "c": "c8"}
    return [a.astype(single.get(a.dtype.kind, a.dtype)) for a in arrays]


def random_like(rng, a):
    """Return random numbers of the shape and kind of `a`."""
    x = np.asarray(rng.normal(size=np.shape(a)))
    return x + 1j * rng.normal(size=x.shape) if np.iscomplexobj(a) else x


def dot(x, y):
    """Return <x, y>, the real part of conjugate(x) * y summed: of arrays, or of Tensors."""
    if "c" in (x.dtype.kind, y.dtype.kind):
        return np.real(np.conjugate(x) * y).sum()
    return (x * y).sum()


def values(f, arrays, **params):
    """Call `f` outside the record and return an array."""
    with tg.no_grad():
        return f(*arrays, **params).data


def gradients(case, arrays, cotangent, create_graph=False):
    """Return the cotangents of all float arrays, and those arrays as Tensors."""
    tensors = tracked(arrays)
    targets = [tensors[i] for i in floating(arrays)]
    out = case.call(*tensors, **case.params)
    return out.gradient(*targets, gradient=cotangent, create_graph=create_graph), targets


def cotangent_of(case, arrays, rng):
    return random_like(rng, case.reference(*arrays, **case.params))


def check_gradients(case, arrays, rng):
    """Compare the reverse sweep, with a random cotangent, with central differences."""
    v = cotangent_of(case, arrays, rng)
    found, _ = gradients(case, arrays, v)
    for place, g in zip(floating(arrays), found, strict=True):
        expected = difference(lambda *a: dot(v, values(case.call, a, **case.params)), arrays, place)
        assert (g.shape, g.dtype) == (arrays[place].shape, arrays[place].dtype)
        np.testing.assert_allclose(g.data, expected, rtol=case.tolerance, atol=1e-8)


@everything
def test_forward_equals_numpy(case, rng):
    arrays = case.draw(rng)
    expected = np.asarray(case.reference(*arrays, **case.params))
    for inputs in (arrays, tracked(arrays)):
        out = case.call(*inputs, **case.params)
        assert type(out) is tg.Tensor
        assert out.dtype == expected.dtype
        np.testing.assert_allclose(out.data, expected, rtol=case.rounding, atol=1e-14)
    assert out.requires_grad == (case.order > 0)


@differentiable
def test_gradient_equals_differences(case, rng):
    check_gradients(case, case.draw(rng), rng)


@over(lambda case: case.order and len(case.domains) > 1, COMPLEX)
def test_gradient_of_a_real_operand_beside_complex_ones_is_real(case, rng):
    for real in floating(arrays := case.draw(rng)):
        mixed = [a.real.copy() if i == real else a for i, a in enumerate(arrays)]
        if case.reference_takes(mixed):
            check_gradients(case, mixed, rng)
        else:  # into a real array, say
            with pytest.raises((TypeError, np.exceptions.ComplexWarning)):
                case.call(*tracked(mixed), **case.params)


@over(cases=REFUSING)
def test_complex_numbers_are_refused_by_name(case, rng):
    """Or dropped with NumPy's warning, which is an error here; never in silence."""
    tensors = tracked(complexly(case).draw(rng))
    with pytest.raises((TypeError, np.exceptions.ComplexWarning)) as refused:
        case.call(*tensors, **case.params).sum().real.backward()
    if refused.type is not np.exceptions.ComplexWarning:
        assert isinstance(refused.value, tg.TinygradError)
        assert re.match(r"[a-z_0-9.]+: ", str(refused.value))


@twice_differentiable
def test_gradient_of_gradient_equals_differences(case, rng):
    """The gradient as a function of the arrays and of the cotangent, in a random direction."""
    arrays = case.draw(rng)
    v = cotangent_of(case, arrays, rng)
    places = floating(arrays)
    directions = [random_like(rng, arrays[i]) for i in places]

    def directed(*everything):
        found, _ = gradients(case, everything[:-1], everything[-1])
        return sum(dot(g.data, d) for g, d in zip(found, directions, strict=True))

    cotangent = tg.Tensor(v, requires_grad=True)
    found, targets = gradients(case, arrays, cotangent, create_graph=True)
    total = sum(dot(g, d) for g, d in zip(found, directions, strict=True))
    second = total.gradient(*targets, cotangent)
    for place, g in zip([*places, len(arrays)], second, strict=True):
        expected = difference(directed, [*arrays, v], place)
        got = np.zeros(expected.shape, expected.dtype) if g is None else g.data
        np.testing.assert_allclose(got, expected, rtol=10 * case.tolerance, atol=1e-7)


def pushed(case, arrays, directions):
    """Return the value and its derivative along `directions`, by a sweep forwards."""
    places = floating(arrays)

    def f(*moving):
        everything = list(arrays)
        for i, x in zip(places, moving, strict=True):
            everything[i] = x
        return case.call(*everything, **case.params)

    return tg.jvp(f, [arrays[i] for i in places], directions)


@differentiable
def test_forward_mode_equals_differences_and_is_the_transpose(case, rng):
    """The derivative along a direction, and <v, J t> = <J^T v, t>."""
    arrays = case.draw(rng)
    places = floating(arrays)
    directions = [random_like(rng, arrays[i]) for i in places]
    value, tangent = pushed(case, arrays, directions)
    assert (tangent.shape, tangent.dtype) == (value.shape, value.dtype)
    assert not tangent.requires_grad
    step, sides = 1e-6, []
    for h in (step, -step):
        moved = list(arrays)
        for i, d in zip(places, directions, strict=True):
            moved[i] = arrays[i] + h * d
        sides.append(values(case.call, moved, **case.params))
    expected = (sides[0] - sides[1]) / (2 * step)
    np.testing.assert_allclose(tangent.data, expected, rtol=case.tolerance, atol=1e-8)
    v = cotangent_of(case, arrays, rng)
    found, _ = gradients(case, arrays, v)
    back = sum(dot(g.data, d) for g, d in zip(found, directions, strict=True))
    np.testing.assert_allclose(dot(v, tangent.data), back, rtol=1e-10, atol=1e-12)


@twice_differentiable
def test_forward_mode_of_the_gradient_equals_the_gradient_of_forward_mode(case, rng):
    """Both modes nested both ways give the same second derivative."""
    arrays = case.draw(rng)
    places = floating(arrays)
    starts = [arrays[i] for i in places]
    directions = [random_like(rng, a) for a in starts]
    v = cotangent_of(case, arrays, rng)

    def total(*moving):
        everything = list(arrays)
        for i, x in zip(places, moving, strict=True):
            everything[i] = x
        return dot(v, case.call(*everything, **case.params))

    every = range(len(places))
    _, forward_over_reverse = tg.jvp(tg.grad(total, every), starts, directions)
    reverse_over_forward = tg.grad(lambda *x: tg.jvp(total, x, directions)[1], every)(*starts)
    for a, b in zip(forward_over_reverse, reverse_over_forward, strict=True):
        np.testing.assert_allclose(a.data, b.data, rtol=1e-9, atol=1e-10)


@differentiable
def test_rules_give_the_same_in_both_worlds(case, rng):
    arrays = case.draw(rng)
    v = cotangent_of(case, arrays, rng)
    plain, _ = gradients(case, arrays, v)
    recorded, _ = gradients(case, arrays, v, create_graph=True)
    for a, b in zip(plain, recorded, strict=True):
        assert a.node is None
        np.testing.assert_allclose(a.data, b.data, rtol=case.rounding, atol=1e-14)


@differentiable
def test_single_precision_is_kept(case, rng):
    arrays = singly(case.draw(rng))
    expected = np.asarray(case.reference(*arrays, **case.params))
    tensors = tracked(arrays)
    out = case.call(*tensors, **case.params)
    assert out.dtype == expected.dtype
    np.testing.assert_allclose(out.data, expected, rtol=1e-5, atol=1e-5)
    v = np.ones(out.shape, out.dtype)
    for parent, rule, saved in out.node.edges:  # not even a temporary result is float64
        found = rule.apply(v, *saved).dtype
        # Or complex of the same precision, which becomes real where the input is.
        assert found in (parent.dtype, out.dtype, np.result_type(parent.dtype, np.complex64))
    for i in floating(arrays):
        (g,) = out.gradient(tensors[i], gradient=v, create_graph=True)
        assert g.dtype == arrays[i].dtype
        if out.dtype in SINGLE and g.node is not None:
            assert not [n for n in walk(g.node) if n.dtype.kind in "fc" and n.dtype not in SINGLE]


@over(lambda case: case.elementwise and len(case.domains) > 1, CASES + COMPLEX)
def test_python_numbers_are_weak(case, rng):
    arrays = singly(case.draw(rng))
    for i, a in enumerate(arrays):
        number = a.flat[0].item()
        mixed = [*arrays[:i], np.full(a.shape, number, a.dtype), *arrays[i + 1 :]]
        expected = np.asarray(case.reference(*mixed, **case.params))
        tensors = tracked(arrays)
        tensors[i] = number
        out = case.call(*tensors, **case.params)
        assert out.dtype == expected.dtype
        np.testing.assert_allclose(out.data, expected, rtol=1e-5, atol=1e-6)
        targets = [t for t in tensors if type(t) is tg.Tensor and t.requires_grad]
        if case.order:
            found = out.gradient(*targets, gradient=np.ones(out.shape))
            assert all(g.dtype == t.dtype for g, t in zip(found, targets, strict=True))


@over(lambda case: case.elementwise, CASES + COMPLEX)
def test_python_numbers_alone(case, rng):
    arrays = case.draw(rng, *[()] * len(case.domains))
    out = case.call(*(a.item() for a in arrays), **case.params)
    expected = np.asarray(case.reference(*arrays, **case.params))
    assert (out.dtype, out.shape) == (expected.dtype, ())
    np.testing.assert_allclose(out.data, expected, rtol=case.rounding, atol=1e-14)


@over(lambda case: case.elementwise)
@pytest.mark.parametrize("shape", [(), (1,), (0,), (0, 3), (3, 0, 2)], ids=str)
def test_any_shape_will_do(case, shape, rng):
    arrays = case.draw(rng, *[shape] * len(case.domains))
    out = case.call(*tracked(arrays), **case.params)
    expected = np.asarray(case.reference(*arrays, **case.params))
    assert type(out.data) is np.ndarray
    assert out.shape == shape
    assert out.dtype == expected.dtype
    np.testing.assert_allclose(out.data, expected, rtol=1e-13, atol=1e-14)
    if case.order:
        check_gradients(case, arrays, rng)


@over(lambda case: case.elementwise and case.order and len(case.domains) > 1, CASES + COMPLEX)
@pytest.mark.parametrize("smaller", [(), (1,), (3,), (1, 3), (2, 1), (1, 1)], ids=str)
def test_broadcasting_is_undone(case, smaller, rng):
    for i in range(len(case.domains)):
        shapes = [(2, 3)] * len(case.domains)
        shapes[i] = smaller
        check_gradients(case, case.draw(rng, *shapes), rng)
    shapes = [smaller, *[(2, 1)] * (len(case.domains) - 1)]  # neither has the result's shape
    check_gradients(case, case.draw(rng, *shapes), rng)


def strided(a):
    """Return an array equal to `a` that jumps, backward, through a larger one."""
    larger = np.empty(tuple(2 * n for n in a.shape), a.dtype)
    view = larger[(..., *(slice(None, None, -2),) * a.ndim)]
    view[...] = a
    return view


@over()
@pytest.mark.parametrize(
    "relaid", [strided, lambda a: np.array(a, order="F")], ids=["strided", "F"]
)
def test_memory_layout_does_not_matter(case, relaid, rng):
    arrays = case.draw(rng)
    others = [relaid(a) for a in arrays]
    out = case.call(*others, **case.params)
    np.testing.assert_allclose(
        out.data, case.call(*arrays, **case.params).data, rtol=1e-13, atol=1e-14
    )
    if case.order:
        v = cotangent_of(case, arrays, rng)
        plain, _ = gradients(case, arrays, v)
        leaves = [tg.asarray(a, requires_grad=a.dtype.kind in "fc") for a in others]
        targets = [leaves[i] for i in floating(others)]
        found = case.call(*leaves, **case.params).gradient(*targets, gradient=relaid(v))
        for a, b in zip(plain, found, strict=True):
            np.testing.assert_allclose(a.data, b.data, rtol=1e-13, atol=1e-14)


@over()
def test_nothing_given_is_written_to(case, rng):
    arrays = case.draw(rng)
    before = [a.copy() for a in arrays]
    leaves = [tg.asarray(a, requires_grad=a.dtype.kind in "fc") for a in arrays]
    out = case.call(*leaves, **case.params)
    result = out.data.copy()
    if case.order:
        v = cotangent_of(case, arrays, rng)
        v_before = v.copy()
        out.backward(tg.asarray(v))
        np.testing.assert_array_equal(v, v_before)
        found = [leaves[i].grad for i in floating(arrays)]
        kept = [np.array(g.tolist()).reshape(g.shape) for g in found]
        v[...] = 77.0  # nor do gradients share memory, with this or each other
        for g, was in zip(found, kept, strict=True):
            np.testing.assert_array_equal(g.data, was)
            g.data[...] = 99.0
    out.data[...] = 1
    for a, was in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(a, was)
    for leaf, was in zip(leaves, before, strict=True):
        np.testing.assert_array_equal(leaf.data, was)
    np.testing.assert_array_equal(case.call(*arrays, **case.params).data, result)


@over(lambda case: case.integers)
@pytest.mark.parametrize("dtype", [int, bool])
def test_integers_where_numpy_takes_them(case, dtype, rng):
    arrays = [a.astype(dtype) if a.dtype.kind == "f" else a for a in case.draw(rng)]
    with np.errstate(all="ignore"):
        try:
            expected = np.asarray(case.reference(*arrays, **case.params))
        except (TypeError, ValueError):
            with pytest.raises((TypeError, ValueError)):
                case.call(*arrays, **case.params)
            return
        out = case.call(*tracked(arrays), **case.params)
    assert out.dtype == expected.dtype
    assert not out.requires_grad
    np.testing.assert_allclose(out.data, expected, rtol=1e-13, atol=1e-14)


@over(lambda case: case.call in SPELLINGS)
def test_numpy_spelling_is_the_same_op(case, rng):
    arrays = case.draw(rng)
    ours = case.call(*tracked(arrays), **case.params)
    for spelling in SPELLINGS[case.call]:
        if spelling in POSITIONAL:
            theirs = spelling(*tracked(arrays), *case.params.values())
        else:
            theirs = spelling(*tracked(arrays), **case.params)
        assert type(theirs) is tg.Tensor
        np.testing.assert_array_equal(theirs.data, ours.data)
        assert (theirs.node and theirs.node.op) is (ours.node and ours.node.op)


@over(lambda case: case.call in SPELLINGS and len(case.domains) > 1)
def test_numpy_spelling_finds_the_tensor_at_any_place(case, rng):
    arrays = case.draw(rng)
    for i in range(len(arrays)):
        mixed = [*arrays[:i], tg.Tensor(arrays[i]), *arrays[i + 1 :]]
        for spelling in SPELLINGS[case.call]:
            assert type(spelling(*mixed, **case.params)) is tg.Tensor


@over(lambda case: case.domains and case.mapped, CASES + COMPLEX)
def test_vmap_equals_a_loop(case, rng):
    """Each argument mapped alone and all together; and the gradient of each example."""
    batch = [case.draw(rng) for _ in range(3)]
    try:
        looped = [case.call(*arrays, **case.params) for arrays in batch]
    except (TypeError, ValueError):
        pytest.skip("not a function of Tensors alone")
    n = len(batch[0])
    whole = [np.stack(arrays) for arrays in zip(*batch, strict=True)]
    f = lambda *x: case.call(*x, **case.params)  # noqa: E731  # a formula
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
    if case.order and floating(batch[0]):
        places = floating(batch[0])
        v = cotangent_of(case, batch[0], rng)
        total = lambda *x: dot(v, f(*x))  # noqa: E731  # a formula
        per_example = tg.vmap(tg.grad(total, places))(*whole)
        for i, g in zip(places, per_example, strict=True):
            expected = [tg.grad(total, i)(*arrays).data for arrays in batch]
            np.testing.assert_allclose(g.data, expected, rtol=1e-11, atol=1e-12)
