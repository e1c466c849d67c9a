"""Properties that hold for all shapes, dtypes, indices and programs, drawn by Hypothesis.

Shapes and programs are drawn, and shrink; numbers come from a drawn seed and stay away from
kinks.
"""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp

import tinygrad_np as tg
from ops.differences import difference
from tinygrad_np.testing import strategies
from tinygrad_np.testing.programs import FORMS, REFERENCES, STEP, write
from tinygrad_np.testing.strategies import broadcastable_shapes, programs

seeds = strategies.seeds()
shapes = strategies.shapes(max_dims=4, min_side=0)
dtypes = st.sampled_from(["?", "u1", "i2", "i4", "i8", "f2", "f4", "f8"])


def numbers(seed, shape, low=0.3, high=2.0):
    """Return numbers of both signs, away from 0."""
    rng = np.random.default_rng(seed)
    return rng.uniform(low, high, shape) * np.where(rng.random(shape) < 0.5, -1.0, 1.0)


def check(f, arrays, seed):
    """Compare f on Tensors with f on arrays, and gradients with differences."""
    tensors = [tg.tensor(a, requires_grad=True) for a in arrays]
    out, expected = f(*tensors), np.asarray(f(*arrays))
    np.testing.assert_allclose(out.data, expected, rtol=1e-13, atol=1e-13, strict=True)
    v = np.asarray(numbers(seed + 1, out.shape))
    plain = out.gradient(*tensors, gradient=v)
    recorded = out.gradient(*tensors, gradient=v, create_graph=True)
    for i, (g, h) in enumerate(zip(plain, recorded, strict=True)):
        wanted = difference(lambda *a: (f(*a) * v).sum(), arrays, i)
        np.testing.assert_allclose(g.data, wanted, rtol=1e-5, atol=1e-6, strict=True)
        np.testing.assert_allclose(g.data, h.data, rtol=1e-12, atol=1e-12)


BINARY = [np.add, np.subtract, np.multiply, np.divide, np.maximum, np.minimum, np.arctan2]


@given(broadcastable_shapes(2, max_dims=4, min_side=0), st.sampled_from(BINARY), seeds)
def test_any_shapes_that_broadcast(drawn, f, seed):
    check(f, [numbers(seed + k, shape) for k, shape in enumerate(drawn)], seed)


@given(broadcastable_shapes(3), seeds)
def test_where_of_any_shapes_that_broadcast(drawn, seed):
    condition, *branches = (numbers(seed + k, s) for k, s in enumerate(drawn))
    check(lambda x, y: np.where(condition > 0, x, y), branches, seed)


@given(hnp.mutually_broadcastable_shapes(signature=np.matmul.signature, max_dims=3), seeds)
@settings(max_examples=60)
def test_any_shapes_that_multiply(drawn, seed):
    check(np.matmul, [numbers(seed + k, s) for k, s in enumerate(drawn.input_shapes)], seed)


@given(dtypes, dtypes, st.sampled_from(BINARY[:5]), st.booleans())
def test_any_dtypes_promote_as_in_numpy(left, right, f, zero_d):
    a, b = np.ones(() if zero_d else 2, left), np.ones(2, right)
    try:
        expected = f(a, b)
    except TypeError:  # NumPy does not subtract booleans
        with pytest.raises(TypeError):
            f(tg.tensor(a), tg.tensor(b))
        return
    x = tg.tensor(a, requires_grad=a.dtype.kind == "f")
    out = f(x, tg.tensor(b))
    np.testing.assert_array_equal(out.data, expected, strict=True)
    if x.requires_grad:
        (g,) = out.gradient(x, gradient=np.ones(out.shape))
        assert (g.dtype, g.shape) == (a.dtype, a.shape)


@st.composite
def shapes_and_axes(draw):
    shape = draw(hnp.array_shapes(min_dims=1, max_dims=4, max_side=3))
    n = len(shape)
    several = st.lists(st.integers(-n, n - 1), unique_by=lambda a: a % n).map(tuple)
    return shape, draw(st.none() | st.integers(-n, n - 1) | several)


@given(
    shapes_and_axes(),
    st.booleans(),
    st.sampled_from([np.sum, np.mean, np.prod, np.max, np.min, np.var]),
    seeds,
)
def test_reductions_over_any_axes(drawn, keepdims, f, seed):
    shape, axis = drawn
    check(lambda x: f(x, axis=axis, keepdims=keepdims), [numbers(seed, shape)], seed)


@given(shapes_and_axes(), st.sampled_from([tg.softmax, tg.log_softmax, tg.logsumexp]), seeds)
def test_normalisation_over_any_axes(drawn, f, seed):
    shape, axis = drawn
    x = tg.tensor(numbers(seed, shape), requires_grad=True)
    out = f(x, axis=axis)
    v = np.asarray(numbers(seed + 1, out.shape))
    (g,) = out.gradient(x, gradient=v)
    wanted = difference(lambda a: (f(a, axis=axis).data * v).sum(), [x.data], 0)
    np.testing.assert_allclose(g.data, wanted, rtol=1e-5, atol=1e-6)


@given(st.data(), seeds)
def test_any_index(data, seed):
    a = numbers(seed, data.draw(hnp.array_shapes(max_dims=4, max_side=4)))
    arrays = hnp.integer_array_indices(a.shape, result_shape=hnp.array_shapes(max_dims=2))
    masks = hnp.arrays(bool, a.shape)
    basic = hnp.basic_indices(a.shape, allow_newaxis=True)
    index = data.draw(basic | arrays | masks)
    t = tg.tensor(a, requires_grad=True)
    out = t[index]
    np.testing.assert_array_equal(out.data, a[index], strict=True)
    v = np.asarray(numbers(seed + 1, out.shape))
    wanted = np.zeros(a.shape)
    np.add.at(wanted, index, v)
    (g,) = out.gradient(t, gradient=v)
    np.testing.assert_allclose(g.data, wanted, rtol=1e-14, atol=1e-14, strict=True)

    written = t * 1.0
    written[index] = 5.0
    a[index] = 5.0
    np.testing.assert_array_equal(written.data, a)


@given(st.data(), shapes, seeds)
def test_shape_changing_functions(data, shape, seed):
    order = tuple(data.draw(st.permutations(range(len(shape)))))
    larger = (2, *shape)
    check(lambda x: np.transpose(x, order), [numbers(seed, shape)], seed)
    check(
        lambda x: np.reshape(x, (1, -1) if 0 not in shape else shape[::-1]),
        [numbers(seed, shape)],
        seed,
    )
    check(lambda x: np.broadcast_to(x, larger), [numbers(seed, shape)], seed)


# ---------------------------------------------------------------- random programs


def pairing(xs, ys):
    """Return the real inner product of two lists of arrays, and the sum of |terms|."""
    terms = [np.real(np.conj(x) * y) for x, y in zip(xs, ys, strict=True)]
    return sum(t.sum() for t in terms), sum(abs(t).sum() for t in terms)


def weights(program, seed):
    """Return a cotangent for each result of a program."""
    return [
        numbers(seed + k, y.shape) * (1 if y.dtype.kind == "f" else 0.6 + 0.8j)
        for k, y in enumerate(program(*program.leaves.values()))
    ]


def ours(program, v):
    """Turn a program into a scalar function of Tensors: its results weighted by `v`."""

    def f(*xs):
        results = program(*xs, tg=tg)
        return sum((np.conj(w) * y).real.sum() for w, y in zip(v, results, strict=True))

    return f


def close(found, wanted, rtol, scale=None):
    """Assert that arrays agree up to rounding errors relative to the largest number."""
    for a, b in zip(found, wanted, strict=True):
        size = scale if scale is not None else abs(b).max(initial=1.0)
        np.testing.assert_allclose(a, b, rtol=rtol, atol=rtol * size)


def directional_differences(f, leaves, directions):
    """Return the derivative along the directions, by differences with two step sizes."""

    def along(h):
        sides = [
            f(*(x + s * h * d for x, d in zip(leaves, directions, strict=True))) for s in (1, -1)
        ]
        return [(a - b) / (2 * h) for a, b in zip(*sides, strict=True)]

    return [(4 * a - b) / 3 for a, b in zip(along(STEP / 2), along(STEP), strict=True)]


def test_programs_have_the_promised_properties():
    """Programs have all ranks from 0 to 4, up to 30 lines, and text that runs on its own."""
    names, rng = sorted(FORMS), np.random.default_rng(0)
    ranks, written = set(), set()
    for seed in range(60):
        steps = [(rng.choice(names), rng.integers(0, 840, 10).tolist()) for _ in range(30)]
        program = write(seed, steps, FORMS)
        assert 15 < len(program.lines) <= 30
        values = program.values(tuple(program.leaves.values()))
        ranks |= {np.ndim(y) for y in values.values()}
        written |= {form for _, _, form in program.lines}
        names_in_text = {"np": np, "tg": REFERENCES}
        exec(repr(program) + f"found = program({', '.join(program.leaves)})", names_in_text)
        found = names_in_text["found"]
        for y, name in zip(
            found if type(found) is tuple else [found], program.returned, strict=True
        ):
            np.testing.assert_array_equal(y, values[name])
    assert ranks == {0, 1, 2, 3, 4}
    assert written == set(names)


@pytest.mark.slow
@given(programs(FORMS))
@settings(max_examples=200, report_multiple_bugs=False)
def test_values_of_programs_are_numpys(program):
    leaves = program.leaves.values()
    tensors = [tg.tensor(x, requires_grad=True) for x in leaves]
    expected = program.values(leaves)
    for name, found in program.values(tensors, tg=tg).items():
        assert isinstance(found, tg.Tensor)
        wanted = np.asarray(expected[name])
        assert (found.shape, found.dtype) == (wanted.shape, wanted.dtype)
        np.testing.assert_allclose(found.data, wanted, rtol=1e-11, atol=1e-11)


def check_derivatives(program, seed):
    """Compare reverse and forward mode, forward mode and differences, plain and recorded passes."""
    leaves, t = tuple(program.leaves.values()), tuple(program.directions.values())
    v = weights(program, seed)
    f = ours(program, v)
    tensors = [tg.tensor(x, requires_grad=True) for x in leaves]
    gradients = f(*tensors).gradient(*tensors)
    g = [np.zeros(x.shape) if y is None else y.data for x, y in zip(leaves, gradients, strict=True)]
    along, size = pairing(g, t)

    _, tangents = tg.jvp(lambda *xs: program(*xs, tg=tg), leaves, t)
    forward, forward_size = pairing(v, [y.data for y in tangents])
    assert abs(forward - along) <= 1e-9 * (1.0 + size + forward_size)
    for found, wanted in zip(tangents, directional_differences(program, leaves, t), strict=True):
        assert (found.shape, found.dtype) == (wanted.shape, wanted.dtype)
        np.testing.assert_allclose(found.data, wanted, rtol=1e-5, atol=1e-5)

    loss = f(*tensors)
    recorded = loss.gradient(*tensors, create_graph=True)
    loss.backward()
    for x, y, again in zip(tensors, gradients, recorded, strict=True):
        assert (x.grad is None) == (y is None) == (again is None)
        if y is not None:
            np.testing.assert_array_equal(x.grad.data, y.data)
            close([again.data], [y.data], 1e-9)


def check_second_derivatives(program, seed):
    """Compare Hessian products: forward over reverse, reverse over forward, differences."""
    leaves, t = tuple(program.leaves.values()), tuple(program.directions.values())
    f = ours(program, weights(program, seed))
    every = tuple(range(len(leaves)))
    gradient = tg.grad(f, every)
    _, forward = tg.jvp(gradient, leaves, t)
    reverse = tg.grad(lambda *xs: tg.jvp(f, xs, t)[1], every)(*leaves)
    largest = max(abs(h.data).max() for h in reverse)
    close([h.data for h in forward], [h.data for h in reverse], 1e-9, 1.0 + largest)
    slopes = directional_differences(lambda *xs: [g.data for g in gradient(*xs)], leaves, t)
    close([h.data for h in reverse], slopes, 1e-4, 1.0 + largest)


@pytest.mark.parametrize("name", sorted(FORMS))
def test_derivatives_of_each_form(name):
    """A few lines of one form each, so that every form is tested regardless of draws."""
    rng = np.random.default_rng(0)
    for seed in range(8):
        steps = [(name, rng.integers(0, 840, 10).tolist()) for _ in range(4)]
        program = write(seed, steps, FORMS)
        assert program is not None
        check_derivatives(program, seed)
    check_second_derivatives(program, seed)


@pytest.mark.slow
@given(programs(FORMS), seeds)
@settings(max_examples=200, report_multiple_bugs=False)
def test_derivatives_of_programs(program, seed):
    check_derivatives(program, seed)


@pytest.mark.slow
@given(programs(FORMS), seeds)
@settings(max_examples=100, report_multiple_bugs=False)
def test_second_derivatives_of_programs(program, seed):
    check_second_derivatives(program, seed)


@pytest.mark.slow
@given(st.data(), seeds)
@settings(max_examples=150, report_multiple_bugs=False)
def test_programs_against_torch(data, seed):
    torch = pytest.importorskip("torch")
    from ops.torch_as_numpy import MISSING, NP, TG

    program = data.draw(programs({k: f for k, f in FORMS.items() if k not in MISSING}))
    leaves, t = tuple(program.leaves.values()), tuple(program.directions.values())
    v = weights(program, seed)
    f = ours(program, v)
    xs = tuple(torch.tensor(x, requires_grad=True) for x in leaves)
    ts = tuple(map(torch.tensor, t))
    ws = [torch.tensor(w).conj() for w in v]

    def theirs(*xs):
        results = program(*xs, np=NP, tg=TG)
        return sum(torch.real(w * y).sum() for w, y in zip(ws, results, strict=True))

    found = program(*map(tg.tensor, leaves), tg=tg)
    for y, wanted in zip(found, program(*xs, np=NP, tg=TG), strict=True):
        close([y.data], [wanted.numpy(force=True)], 1e-9)

    tensors = [tg.tensor(x, requires_grad=True) for x in leaves]
    gradients = f(*tensors).gradient(*tensors)
    g = [np.zeros(x.shape) if y is None else y.data for x, y in zip(leaves, gradients, strict=True)]
    wanted = torch.autograd.grad(theirs(*xs), xs, materialize_grads=True)
    close(g, [w.numpy(force=True) for w in wanted], 1e-9)

    _, slope = torch.autograd.functional.jvp(theirs, xs, ts)
    close([tg.jvp(f, leaves, t)[1].data], [slope.numpy(force=True)], 1e-9, 1.0 + pairing(g, t)[1])

    _, products = torch.autograd.functional.hvp(theirs, xs, ts)
    largest = max(p.abs().max().item() for p in products)
    found = tg.jvp(tg.grad(f, tuple(range(len(leaves)))), leaves, t)[1]
    close([p.data for p in found], [p.numpy(force=True) for p in products], 1e-9, 1.0 + largest)
