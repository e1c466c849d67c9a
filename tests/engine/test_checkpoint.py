"""Checkpoint: the same values and gradients with less memory."""

import gc
import tracemalloc

import numpy as np
import pytest

import tinygrad_np as tg
from tinygrad_np.engine.access import walk
from tinygrad_np.engine.graph import Leaf, Node


def leaf(values):
    return tg.tensor(values, requires_grad=True)


def block(x, w):
    return np.tanh(x @ w) * x + np.exp(-(x**2))


def test_gradients_are_the_same_in_both_modes_and_to_second_order(rng):
    x, w = rng.normal(size=(4, 3)), rng.normal(size=(3, 3))
    plain = lambda x, w: (block(x, w) ** 2).sum()  # noqa: E731  # a formula
    checkpointed = lambda x, w: (tg.checkpoint(block)(x, w) ** 2).sum()  # noqa: E731  # a formula
    for a, b in zip(tg.grad(plain, (0, 1))(x, w), tg.grad(checkpointed, (0, 1))(x, w), strict=True):
        np.testing.assert_array_equal(a.data, b.data)
    directions = rng.normal(size=(4, 3)), rng.normal(size=(3, 3))
    expected = tg.jvp(plain, (x, w), directions)[1].item()
    assert tg.jvp(checkpointed, (x, w), directions)[1].item() == pytest.approx(expected, rel=1e-12)
    v = rng.normal(size=(4, 3))
    np.testing.assert_allclose(
        tg.hvp(checkpointed)(x, w, v).data, tg.hvp(plain)(x, w, v).data, rtol=1e-10, atol=1e-12
    )
    assert tg.testing.gradcheck(tg.checkpoint(block), x, w)


def test_nothing_inside_is_kept():
    x = leaf(np.ones(1000))
    y = tg.checkpoint(lambda x: np.exp(np.sin(np.tanh(x))))(x)
    assert [n.op.name if n.op else "leaf" for n in walk(y.node)] == ["checkpoint", "leaf"]


def test_closed_over_tensors_get_their_gradients():
    w, x = leaf(3.0), leaf(2.0)
    h = w * w  # computed earlier, from the same leaf
    y = tg.checkpoint(lambda x: x * h * w)(x)
    y.backward()
    assert x.grad.item() == 27.0
    assert w.grad.item() == 2.0 * 3 * 9.0
    z = tg.checkpoint(lambda: w * w)()
    (dw,) = z.gradient(w)
    assert dw.item() == 6.0


def test_an_argument_computed_from_another():
    x = leaf(2.0)
    h = x * x
    tg.checkpoint(lambda x, h: x * h)(x, h).backward()
    assert x.grad.item() == 12.0


def test_several_and_nested_results():
    x = leaf(2.0)
    found = tg.checkpoint(lambda x: {"a": x * x, "b": [x**3, "label", tg.tensor(1.0)]})(x)
    (found["a"] * found["b"][0]).backward()
    assert x.grad.item() == pytest.approx(5 * 2.0**4)
    assert found["b"][1] == "label"
    assert not found["b"][2].requires_grad
    inner = tg.checkpoint(lambda x: tg.checkpoint(lambda x: x * x)(x) * x)
    assert tg.grad(inner)(3.0).item() == 27.0


def test_results_that_are_added_keep_their_own_gradients():
    x = leaf([1.0, 2.0])
    doubled, tripled = tg.checkpoint(lambda x: (2.0 * x, 3.0 * x))(x)
    (doubled + tripled).sum().backward()  # the rule of add passes one array to both
    np.testing.assert_array_equal(x.grad.data, [5.0, 5.0])
    added = lambda x: np.add(*tg.checkpoint(lambda x: (2.0 * x, x**2))(x))  # noqa: E731  # a formula
    np.testing.assert_array_equal(tg.jacobian(added)(x).data, np.diag([4.0, 6.0]))
    hessian = tg.hessian(lambda x: added(x).sum())(x)
    np.testing.assert_array_equal(hessian.data, 2.0 * np.eye(2))


def test_a_function_with_changing_results_is_refused():
    rng = np.random.default_rng(0)
    x = leaf(np.ones(4))
    y = tg.checkpoint(lambda x: x * rng.random(4))(x).sum()
    with pytest.raises(tg.GraphError, match=r"another result.*random numbers"):
        y.backward()
    w = leaf(3.0)
    y = tg.checkpoint(lambda x: x * w)(x).sum()
    w.data = 5.0
    with pytest.raises(tg.GraphError, match="closes over has changed"):
        y.backward()


def test_in_no_grad_a_checkpoint_only_calls_the_function():
    with tg.no_grad():
        y = tg.checkpoint(lambda x: x * 2)(leaf(1.0))
    assert not y.requires_grad


def layers(x, *weights):
    for w in weights:
        x = np.tanh(x @ w)
    return x


def deep(weights, x, wrap):
    """Return the loss of a deep network, with each block of eight layers wrapped."""
    for k in range(0, len(weights), 8):
        x = wrap(layers)(x, *weights[k : k + 8])
    return (x**2).mean()


def peak(f):
    """Return the peak memory of f()."""
    tracemalloc.start()
    try:
        f()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_grows_with_blocks_not_layers(rng):
    weights = [rng.normal(size=(8, 8)) / 3 for _ in range(60)]
    x = rng.normal(size=(2000, 8))
    found = []

    def step(wrap):
        parameters = [leaf(w) for w in weights]
        deep(parameters, x, wrap).backward()
        found.append([w.grad.data for w in parameters])

    plain, saved = peak(lambda: step(lambda f: f)), peak(lambda: step(tg.checkpoint))
    for a, b in zip(*found, strict=True):
        np.testing.assert_array_equal(a, b)
    # One array per layer; against one per block, one per layer of the current block, and a few.
    assert plain > 60 * x.nbytes
    assert saved < (8 + 8 + 6) * x.nbytes


def test_jacobian_and_hessian_of_checkpointed_parts(rng):
    w, x = rng.normal(size=(3, 3)), rng.normal(size=3)
    for mode in ("reverse", "forward"):
        found, expected = (
            tg.jacobian(lambda x, wrap=wrap: wrap(lambda x: np.tanh(x @ w))(x) * 2.0, mode=mode)(x)
            for wrap in (tg.checkpoint, lambda f: f)
        )
        np.testing.assert_allclose(found.data, expected.data, rtol=1e-12)
    found, expected = (
        tg.hessian(lambda x, wrap=wrap: (wrap(lambda x: np.tanh(x @ w))(x) ** 2).sum())(x)
        for wrap in (tg.checkpoint, lambda f: f)
    )
    np.testing.assert_allclose(found.data, expected.data, rtol=1e-12)


UNDER_VMAP = {
    "value": lambda f: tg.vmap(f),
    "gradient of each": lambda f: tg.vmap(tg.grad(f)),
    "gradient of all": lambda f: tg.grad(lambda x: tg.vmap(f)(x).sum()),
    "jvp": lambda f: tg.vmap(lambda x: tg.jvp(f, (x,), (x * 0.5 + 1.0,))[1]),
    "hvp": lambda f: tg.vmap(lambda x: tg.hvp(f)(x, np.cos(x))),
    "twice": lambda f: tg.vmap(tg.vmap(tg.grad(lambda x: f(x[None]))), out_axes=1),
}


@pytest.mark.parametrize("name", UNDER_VMAP)
def test_under_vmap(name, rng):
    weights = [rng.normal(size=(3, 3)) for _ in range(16)]
    x = rng.normal(size=(4, 2, 3))
    found, expected = (
        UNDER_VMAP[name](lambda x, wrap=wrap: deep(weights, x, wrap))(x)
        for wrap in (tg.checkpoint, lambda f: f)
    )
    np.testing.assert_allclose(found.data, expected.data, rtol=1e-9, atol=1e-12)


def test_closures_and_nested_results_under_vmap(rng):
    w, x = leaf(rng.normal(size=(3, 3))), rng.normal(size=(5, 3))

    def f(x, wrap):
        h = x * 2.0  # batched too, and closed over
        parts = wrap(lambda y: {"a": np.tanh(h @ w) * y, "same for all": w.sum() * 2.0})(x)
        return parts["a"].sum() * parts["same for all"]

    both = [tg.vmap(lambda x, wrap=wrap: f(x, wrap))(x) for wrap in (tg.checkpoint, lambda f: f)]
    np.testing.assert_array_equal(both[0].data, both[1].data)
    found, expected = (y.sum().gradient(w)[0] for y in both)  # backward passes outside vmap
    np.testing.assert_allclose(found.data, expected.data, rtol=1e-12)


def test_derivatives_and_batches_inside_a_checkpoint(rng):
    x = rng.normal(size=(4, 3))
    for part in (
        lambda x: tg.vmap(lambda row: np.tanh(row).sum() ** 2)(x).sum(),
        lambda x: (tg.grad(lambda y: np.sin(y).sum())(x) ** 2).sum(),
        lambda x: tg.jvp(np.tanh, (x,), (x * x,))[1].sum(),
    ):
        found, expected = tg.grad(tg.checkpoint(part))(x), tg.grad(part)(x)
        np.testing.assert_allclose(found.data, expected.data, rtol=1e-12)


@pytest.mark.slow
def test_it_leaves_nothing_behind():
    gc.collect()
    gc.disable()
    try:
        x = leaf(np.ones(3))
        live = lambda: sum(type(o) in (tg.Tensor, Node, Leaf) for o in gc.get_objects())  # noqa: E731  # a formula
        before = live()
        tg.checkpoint(block)(x.reshape(1, 3), np.ones((3, 3))).sum().backward()
        x.grad = None
        assert live() == before
    finally:
        gc.enable()


MIXES = {
    "jvp": lambda f: lambda x: tg.jvp(f, (x,), (np.cos(x),))[1],
    "jvp of grad": lambda f: lambda x: tg.jvp(tg.grad(lambda x: f(x).sum()), (x,), (np.cos(x),))[1],
    "grad of jvp": lambda f: tg.grad(lambda x: tg.jvp(f, (x,), (x * x,))[1].sum()),
    "jvp of jvp": lambda f: (
        lambda x: tg.jvp(lambda x: tg.jvp(f, (x,), (np.sin(x),))[1], (x,), (np.cos(x),))[1]
    ),
    "jacobian forward": lambda f: tg.jacobian(f, mode="forward"),
    "hessian": lambda f: tg.hessian(lambda x: f(x).sum()),
    "hessian of the third order": lambda f: tg.jacobian(tg.hessian(lambda x: f(x).sum())),
    "vmap of jvp": lambda f: (
        lambda x: tg.vmap(lambda y: tg.jvp(f, (y,), (y,))[1])(np.stack([x, x + 1.0]))
    ),
    "jvp of vmap": lambda f: (
        lambda x: tg.jvp(tg.vmap(f), (np.stack([x, x + 1.0]),), (np.stack([x, x]),))[1]
    ),
    "vmap over the tangent": lambda f: (
        lambda x: tg.vmap(lambda t: tg.jvp(f, (x,), (t,))[1])(np.eye(3))
    ),
}


@pytest.mark.parametrize("mix", MIXES)
def test_both_modes_nest_through_it(mix, rng):
    w, b = leaf(rng.normal(size=(3, 3))), rng.normal(size=3)

    def f(x, wrap):
        h = x * 2.0  # closed over
        inner = wrap(lambda y: np.tanh(y @ w) * h)
        a, c = wrap(lambda x, y: (inner(x) * y, np.sin(y) * x))(x, x + b)
        return a * c + wrap(lambda x: x**3)(a)

    x = rng.normal(size=3)
    found, expected = (MIXES[mix](lambda x, wrap=wrap: f(x, wrap))(x)
                       for wrap in (tg.checkpoint, lambda f: f))  # fmt: skip
    np.testing.assert_allclose(found.data, expected.data, rtol=1e-9, atol=1e-12)


def test_forward_mode_runs_each_segment_twice(rng):
    runs = []

    def f(x, y):
        runs.append(1)
        return np.sin(x) * y, x + y

    value, tangent = tg.jvp(tg.checkpoint(f), (1.0, 2.0), (1.0, 1.0))
    assert len(runs) == 2
    assert tangent[0].item() == pytest.approx(2.0 * np.cos(1.0) + np.sin(1.0))
    assert tangent[1].item() == 2.0
    assert value[1].item() == 3.0


def test_forward_mode_refuses_a_function_with_changing_results():
    rng = np.random.default_rng(0)
    with pytest.raises(tg.GraphError, match="another result"):
        tg.jvp(tg.checkpoint(lambda x: x * rng.random(4)), (np.ones(4),), (np.ones(4),))


def test_forward_mode_needs_the_memory_of_one_segment(rng):
    weights = [rng.normal(size=(8, 8)) / 3 for _ in range(60)]
    x = rng.normal(size=(2000, 8))
    plain, saved = (
        peak(lambda wrap=wrap: tg.jvp(lambda x: deep(weights, x, wrap), (x,), (x,)))
        for wrap in (lambda f: f, tg.checkpoint)
    )
    # Values and tangents of all nodes; against those of the blocks, and of one block's nodes.
    assert plain > 2 * 60 * x.nbytes
    assert saved < (2 * 8 + 3 * 8 + 6) * x.nbytes
