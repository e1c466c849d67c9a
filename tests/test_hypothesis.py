"""What holds for all shapes, dtypes, indices and expressions, as Hypothesis draws them.

Shapes and programs are drawn, and shrink; numbers come from a drawn seed, so that they stay
away from kinks.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import tinygrad_np as tg
from differences import difference

seeds = st.integers(0, 2**32 - 1)
shapes = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3)
dtypes = st.sampled_from(["?", "u1", "i2", "i4", "i8", "f2", "f4", "f8"])


def numbers(seed, shape, low=0.3, high=2.0):
    """Numbers of both signs, away from 0."""
    rng = np.random.default_rng(seed)
    return rng.uniform(low, high, shape) * np.where(rng.random(shape) < 0.5, -1.0, 1.0)


def check(f, arrays, seed):
    """Compare the value of f on Tensors with that on arrays, and gradients with differences."""
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


@given(
    hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=4, min_side=0, max_side=3),
    st.sampled_from(BINARY),
    seeds,
)
def test_any_shapes_that_broadcast(drawn, f, seed):
    check(f, [numbers(seed + k, shape) for k, shape in enumerate(drawn.input_shapes)], seed)


@given(hnp.mutually_broadcastable_shapes(num_shapes=3, max_dims=3, max_side=3), seeds)
def test_where_of_any_shapes_that_broadcast(drawn, seed):
    condition, *branches = (numbers(seed + k, s) for k, s in enumerate(drawn.input_shapes))
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
    except TypeError:  # NumPy subtracts no booleans
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
def test_shapes_and_back(data, shape, seed):
    order = tuple(data.draw(st.permutations(range(len(shape)))))
    larger = (2, *shape)
    check(lambda x: np.transpose(x, order), [numbers(seed, shape)], seed)
    check(
        lambda x: np.reshape(x, (1, -1) if 0 not in shape else shape[::-1]),
        [numbers(seed, shape)],
        seed,
    )
    check(lambda x: np.broadcast_to(x, larger), [numbers(seed, shape)], seed)


# ---------------------------------------------------------------- expression graphs
#
# A program is a list of steps; each takes one or two of the values before it, so values are
# shared. A step is written once for every library, in what their arrays have in common. Every
# value broadcasts to SHAPE and grows slowly.

SHAPE = (2, 3)

ONE = {
    "tanh": lambda lib, x: x.tanh(),
    "sin": lambda lib, x: x.sin() + x.cos(),
    "square": lambda lib, x: x.tanh() ** 2,
    "root": lambda lib, x: (x * x + 0.5).sqrt(),
    "exp": lambda lib, x: x.tanh().exp(),
    "log": lambda lib, x: (x**2 + 1.0).log(),
    "inverse": lambda lib, x: 1.0 / (x * x + 1.0),
    "relu": lambda lib, x: x.relu() - 0.1 * abs(x),
    "sigmoid": lambda lib, x: x.sigmoid(),
    "negative": lambda lib, x: 0.5 - x,
    "total": lambda lib, x: x.mean(),
    "rows": lambda lib, x: whole(lib, x).sum(0, keepdims=True) * 0.3,
    "columns": lambda lib, x: whole(lib, x).mean(-1, keepdims=True),
    "softmax": lambda lib, x: whole(lib, x).softmax(-1),
    "logsumexp": lambda lib, x: whole(lib, x).logsumexp(0, keepdims=True),
    "prod": lambda lib, x: whole(lib, x).tanh().prod(1, keepdims=True),
    "clip": lambda lib, x: x.clip(-0.9, 1.1),
    "pick": lambda lib, x: whole(lib, x)[:, [2, 0, 0]],
    "slice": lambda lib, x: whole(lib, x)[..., 1:2],
    "mask": lambda lib, x: whole(lib, x)[whole(lib, x) > 0.1].sum(),
    "turn": lambda lib, x: whole(lib, x).T.reshape(2, 3),
}
TWO = {
    "add": lambda lib, x, y: (x + y) * 0.7,
    "subtract": lambda lib, x, y: x - y * 0.5,
    "multiply": lambda lib, x, y: x * y.tanh(),
    "divide": lambda lib, x, y: x / (y * y + 1.0),
    "power": lambda lib, x, y: (x.tanh() + 1.5) ** y.tanh(),
    "remainder": lambda lib, x, y: x % (y.tanh() + 2.0),
    "maximum": lambda lib, x, y: lib.maximum(x, y),
    "where": lambda lib, x, y: lib.where(x > y, x * 0.5, y),
    "matmul": lambda lib, x, y: (whole(lib, x) @ whole(lib, y).T)[:, :1] * 0.3,
    "concatenate": lambda lib, x, y: lib.concatenate([whole(lib, x)[:1], whole(lib, y)[1:]]),
    "stack": lambda lib, x, y: lib.stack([whole(lib, x)[0], whole(lib, y)[1]]),
}


def whole(lib, x):
    """Return x broadcast to SHAPE."""
    return lib.broadcast_to(x, SHAPE)


@st.composite
def programs(draw):
    """Return the shapes of the leaves, and steps: a name and which values it is applied to."""
    leaves = draw(
        st.lists(st.sampled_from([(), (3,), (2, 1), (1, 3), SHAPE]), min_size=1, max_size=3)
    )
    steps = []
    for n in range(len(leaves), len(leaves) + draw(st.integers(1, 15))):
        name = draw(st.sampled_from([*ONE, *TWO]))
        steps.append((name, *(draw(st.integers(0, n - 1)) for _ in range(1 + (name in TWO)))))
    return leaves, steps


def run(lib, steps, leaves, weights):
    """Return the number that a program computes."""
    values = list(leaves)
    for name, *at in steps:
        values.append((ONE | TWO)[name](lib, *(values[i] for i in at)))
    return (whole(lib, values[-1]) * weights).sum()


@given(programs(), seeds)
@settings(max_examples=150)
def test_expressions_against_differences(program, seed):
    leaf_shapes, steps = program
    arrays = [np.asarray(numbers(seed + k, s)) for k, s in enumerate(leaf_shapes)]
    weights = numbers(seed + 9, SHAPE)
    leaves = [tg.tensor(a, requires_grad=True) for a in arrays]
    out = run(tg, steps, leaves, weights)
    plain = out.gradient(*leaves)
    recorded = out.gradient(*leaves, create_graph=True)
    directions = [np.asarray(numbers(seed + 5 + k, a.shape)) for k, a in enumerate(arrays)]
    _, tangent = tg.jvp(lambda *xs: run(tg, steps, xs, weights), arrays, directions)
    along = sum((g.data * d).sum() for g, d in zip(plain, directions, strict=True) if g is not None)
    np.testing.assert_allclose(tangent.item(), along, rtol=1e-9, atol=1e-9)
    out.backward()
    for i, (leaf, g, h) in enumerate(zip(leaves, plain, recorded, strict=True)):
        if g is None:
            assert leaf.grad is None
            continue
        np.testing.assert_array_equal(leaf.grad.data, g.data)
        np.testing.assert_allclose(h.data, g.data, rtol=1e-11, atol=1e-11)
        wanted = difference(
            lambda *a: run(tg, steps, map(tg.asarray, a), weights).item(), arrays, i, 1e-5
        )
        np.testing.assert_allclose(g.data, wanted, rtol=1e-4, atol=1e-5)


@given(programs(), seeds)
@settings(max_examples=150)
def test_expressions_against_torch(program, seed):
    torch = pytest.importorskip("torch")
    leaf_shapes, steps = program
    arrays = [np.asarray(numbers(seed + k, s)) for k, s in enumerate(leaf_shapes)]
    weights = numbers(seed + 9, SHAPE)
    ours = [tg.tensor(a, requires_grad=True) for a in arrays]
    theirs = [torch.tensor(a, requires_grad=True) for a in arrays]
    ours_out = run(tg, steps, ours, weights)
    theirs_out = run(torch, steps, theirs, torch.tensor(weights))
    assert ours_out.item() == pytest.approx(theirs_out.item(), rel=1e-10, abs=1e-10)
    ours_out.backward()
    theirs_out.backward()
    for a, b in zip(ours, theirs, strict=True):
        assert (a.grad is None) == (b.grad is None)
        if a.grad is not None:
            np.testing.assert_allclose(a.grad.data, b.grad.numpy(), rtol=1e-9, atol=1e-9)
