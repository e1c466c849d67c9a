"""The backward pass: accumulation, freed and retained arrays, higher derivatives."""

import numpy as np
import pytest

import tinygrad_np as tg
from tinygrad_np.engine import passes
from tinygrad_np.engine.access import walk


def leaf(values, **options):
    return tg.tensor(values, requires_grad=True, **options)


def test_gradients_accumulate_over_paths_and_over_calls():
    x = leaf(3.0)
    (x * x + x).backward()
    assert x.grad.item() == 7.0
    (x * 2.0).backward()
    assert x.grad.item() == 9.0


def test_contributions_to_one_node_do_not_overwrite_shared_arrays():
    # The second contribution is added out of place, the third in place: none may write
    # into an array that another leaf also received.
    x, y = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    h = x + y
    (h + h + h + h * 2.0 + y).sum().backward()
    assert x.grad.tolist() == [5.0, 5.0]
    assert y.grad.tolist() == [6.0, 6.0]


def test_two_leaves_do_not_share_the_array_of_a_gradient():
    x, y = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    (x + y).sum().backward()
    x.grad.data[0] = 100.0
    assert y.grad.tolist() == [1.0, 1.0]
    (x + y).sum().backward()
    assert y.grad.tolist() == [2.0, 2.0]


def test_the_cotangent_given_is_not_kept():
    x, v = leaf([1.0, 2.0]), np.array([1.0, 10.0])
    (x + 0.0).backward(gradient=v)
    v[0] = 99.0
    assert x.grad.tolist() == [1.0, 10.0]


def test_broadcasting_is_undone():
    shapes = [((3,), (4, 3)), ((4, 1), (1, 3)), ((), (2, 3)), ((1, 1), (2, 3)), ((3, 1), (2, 3, 4))]
    for small, large in shapes:
        x, y = leaf(np.ones(small)), leaf(np.full(large, 2.0))
        z = x * y
        z.backward(gradient=np.ones(z.shape))
        assert x.grad.shape == small
        assert y.grad.shape == large
        assert x.grad.numpy().sum() == 2.0 * z.size


def test_unbroadcast_by_product_equals_the_sum(rng):
    g = rng.normal(size=(300, 5))
    for shape, axes in [((5,), (0,)), ((1, 5), (0,)), ((300, 1), (1,)), ((), (0, 1))]:
        expected = g.sum(axis=axes).reshape(shape)
        np.testing.assert_allclose(passes.unbroadcast(g, shape), expected, rtol=1e-12)


def test_gradient_keeps_the_dtype_of_its_leaf():
    x, y = leaf([1.0, 2.0], dtype="float32"), leaf([3.0, 4.0])
    (x * y).sum().backward()
    assert x.grad.dtype == np.float32
    assert y.grad.dtype == np.float64


def test_a_leaf_can_be_the_result():
    x = leaf(2.0)
    x.backward()
    assert x.grad.item() == 1.0
    assert leaf([3.0]).gradient()[:] == ()


def test_gradient_works_for_any_tensor_and_leaves_grad_alone():
    x, unrelated = leaf(2.0), leaf(1.0)
    h = x * x
    y = h * h
    dh, dx, none = y.gradient(h, x, unrelated)
    assert (dh.item(), dx.item(), none) == (8.0, 32.0, None)
    assert x.grad is None
    assert y.gradient(y)[0].item() == 1.0
    y.backward()  # gradient() does not free the graph
    assert x.grad.item() == 32.0  # type: ignore[attr-defined]


def test_a_second_pass_over_a_freed_graph_is_refused():
    x = leaf([1.0])
    h = x * 2.0
    h.name = "hidden"
    h.sum().backward()
    with pytest.raises(
        tg.GraphError, match=r"spent: multiply \(named 'hidden'\).*retain_graph=True"
    ):
        h.sum().backward()
    assert x.grad.tolist() == [2.0]  # the failed pass added nothing


def test_a_retained_graph_allows_a_second_pass():
    x = leaf([1.0])
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.tolist() == [4.0]


def test_saved_arrays_are_freed_but_the_structure_of_the_graph_stays():
    x = leaf(np.ones(4))
    y = tg.tanh(x).sum()
    y.backward()
    assert y.node is not None
    nodes = walk(y.node)
    assert [n.op.name if n.op else "leaf" for n in nodes] == ["sum", "tanh", "leaf"]
    assert all(n.edges is None for n in nodes[:2])


def test_higher_derivatives():
    x = leaf(0.5)
    y = tg.tanh(x)
    derivatives = []
    for _ in range(4):
        (y,) = y.gradient(x, create_graph=True)
        derivatives.append(y.item())
    t = np.tanh(0.5)
    s = 1 - t * t
    expected = [s, -2 * t * s, s * (4 * t * t - 2 * s), 8 * t * s * (2 * s - t * t)]
    np.testing.assert_allclose(derivatives, expected, rtol=1e-13)


def test_backward_with_create_graph_gives_gradients_with_a_graph():
    x = leaf([1.0, 2.0])
    (x**3).sum().backward(create_graph=True)
    assert x.grad.requires_grad
    (penalty,) = (x.grad**2).sum().gradient(x)
    np.testing.assert_allclose(penalty.numpy(), 36 * np.array([1.0, 8.0]))


def test_double_backward_through_broadcasting(rng):
    x, b = leaf(rng.normal(size=(5, 3))), leaf(rng.normal(size=3))
    (db,) = ((x * b) ** 2).sum().gradient(b, create_graph=True)
    (mixed,) = db.sum().gradient(x)
    np.testing.assert_allclose(mixed.numpy(), 4 * x.numpy() * b.numpy())


def test_complex_and_misshapen_cotangents_are_refused():
    x = leaf([1.0, 2.0])
    with pytest.raises(tg.ShapeError, match=r"gradient has shape \(3,\), but the result has \(2,"):
        (x * 2).backward(gradient=np.ones(3))
    with pytest.raises(tg.DTypeError, match="complex gradient"):
        (x * 2).backward(gradient=np.ones(2, complex))


def test_an_op_without_gradient_does_not_block_other_paths():
    x = leaf([1.5, -2.5])
    y = (x * tg.floor(x)).sum()
    y.backward()
    assert x.grad.tolist() == [1.0, -3.0]


def test_only_rules_on_paths_to_the_targets_are_applied():
    x, w = leaf(2.0), leaf(3.0)
    y = x * w
    applied = []
    rule = y.node.op.rules["y"]
    original = rule.apply
    rule.apply = lambda g, x: applied.append("y") or original(g, x)  # type: ignore[func-returns-value]
    try:
        y.gradient(x)
        assert applied == []
        y.gradient(w)
        assert applied == ["y"]
    finally:
        rule.apply = original


def test_a_tensor_that_stopped_being_a_leaf_receives_nothing():
    x = leaf([1.0, 2.0])
    y = (x * x).sum()
    x.requires_grad = False
    x.data = np.zeros(5)
    x.requires_grad = True
    y.backward()
    assert x.grad is None


def test_a_parameter_given_twice_is_refused():
    with pytest.raises(TypeError, match="softmax: 'axis' is given twice, by place and by name"):
        tg.softmax(np.ones((2, 2)), 0, axis=1)  # type: ignore[misc]
    with pytest.raises(TypeError, match="softmax: 'x' is given twice"):
        tg.softmax(np.ones(2), x=np.ones(2))  # type: ignore[misc]
    with pytest.raises(TypeError, match="softmax: the input 'x' is missing"):
        tg.softmax(axis=1)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="softmax: too many arguments"):
        tg.softmax(np.ones(2), 0, False)  # type: ignore[call-arg]
    assert tg.softmax(x=np.ones((2, 2)), axis=[0, 1]).tolist() == [[0.25, 0.25], [0.25, 0.25]]  # type: ignore[arg-type]
    with pytest.raises(tg.ShapeError, match="concatenate: no arrays were given"):
        tg.concatenate([])


def test_an_op_of_two_arrays_with_one_rule(scratch_elementwise):
    x, y = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    only_x = scratch_elementwise("only_x", x=lambda g, y: g * y)
    only_y = scratch_elementwise("only_y", y=lambda g, x: g * x)
    only_x(x, y).sum().backward()
    only_y(x, y).sum().backward()
    assert x.grad.tolist() == [3.0, 4.0]
    assert y.grad.tolist() == [1.0, 2.0]
    assert not only_x(1.0, y).requires_grad
