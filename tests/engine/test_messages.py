"""The messages of errors tell the user how to solve the problem."""

import numpy as np
import pytest

import tinygrad_np as tg


def leaf(values):
    return tg.tensor(values, requires_grad=True)


def test_matmul_names_the_inner_sizes():
    with pytest.raises(
        tg.ShapeError, match=r"^matmul: \(3, 4\) @ \(5,\): the inner sizes 4 and 5 differ$"
    ):
        leaf(np.ones((3, 4))) @ np.ones(5)
    with pytest.raises(tg.ShapeError, match=r"matmul: \(\) @ \(2,\): a number is not a matrix"):
        tg.matmul(2.0, np.ones(2))
    with pytest.raises(tg.ShapeError, match=r"batch axes \(2,\) and \(3,\) do not broadcast"):
        tg.matmul(np.ones((2, 4, 4)), np.ones((3, 4, 4)))


def test_broadcasting_names_the_axis():
    with pytest.raises(
        tg.ShapeError,
        match=r"^add: shapes \(2, 3\) and \(2, 4\) do not broadcast: along axis -1 the sizes 3 "
        r"and 4 differ and neither is 1$",
    ):
        leaf(np.ones((2, 3))) + np.ones((2, 4))


def test_reshape_and_axis_errors_name_op_and_shape():
    with pytest.raises(tg.ShapeError, match=r"^reshape: shape \(6,\): "):
        leaf(np.ones(6)).reshape(4, 2)
    with pytest.raises(ValueError, match=r"^sum: shape \(6,\): axis 3 is out of bounds"):
        leaf(np.ones(6)).sum(axis=3)


def test_integer_leaf():
    for data in (3, [1, 2], [True]):
        with pytest.raises(tg.DTypeError, match=r"cannot require a gradient.*dtype=float"):
            leaf(data)


def test_non_scalar_backward():
    with pytest.raises(tg.ShapeError, match=r"shape \(3,\).*\.sum\(\)\.backward\(\).*gradient="):
        (leaf([1.0, 2.0, 3.0]) * 2).backward()


def test_backward_without_a_graph():
    with pytest.raises(tg.GraphError, match=r"nothing to differentiate.*requires_grad=True"):
        tg.tensor(1.0).backward()
    x = leaf(1.0)
    with tg.no_grad():
        y = x * 2
    with pytest.raises(tg.GraphError, match=r"no_grad\(\)"):
        y.backward()


def test_asarray_of_a_tracked_tensor():
    for convert in (np.asarray, np.array, lambda t: np.array([t, t])):
        with pytest.raises(tg.GraphError, match=r"silently cut its graph; use \.data"):
            convert(leaf([1.0]))


def test_out_on_an_array():
    a, t = np.zeros(2), leaf([1.0, 2.0])
    with pytest.raises(tg.GraphError, match=r"np\.add: out=.*\+=.*zeros_like"):
        a += t
    with pytest.raises(tg.GraphError, match=r"np\.exp: out="):
        np.exp(t, out=a)
    with pytest.raises(tg.GraphError, match=r"np\.sum: out="):
        np.sum(t, out=np.zeros(()))
    assert a.tolist() == [0.0, 0.0]


def test_object_dtype():
    ragged = np.array([[1.0], [2.0, 3.0]], dtype=object)
    with pytest.raises(tg.DTypeError, match=r"Tensor: dtype object.*ragged"):
        tg.tensor(ragged)
    with pytest.raises(tg.DTypeError, match=r"multiply: dtype object"):
        leaf([1.0]) * ragged
    with pytest.raises(tg.DTypeError, match=r"add: 'a' is not an array"):
        leaf([1.0]) + "a"
    with pytest.raises(tg.DTypeError, match=r"add: None is not an array"):
        leaf([1.0]) + None


def test_masked_arrays():
    masked = np.ma.masked_array([1.0, 2.0], mask=[True, False])
    for make in (tg.tensor, tg.asarray, tg.exp, lambda m: leaf([1.0, 2.0]) * m):
        with pytest.raises(tg.DTypeError, match=r"mask of a masked array would be lost.*filled"):
            make(masked)


def test_data_of_another_shape():
    x = leaf([1.0, 2.0])
    with pytest.raises(tg.ShapeError, match=r"data: shape \(3,\) for a leaf of shape \(2,\)"):
        x.data = np.zeros(3)


def test_refusals_of_numpy_functions_suggest_a_way_out():
    t = leaf([1.0, 2.0])
    with pytest.raises(tg.UnsupportedError, match=r"np\.histogram: not supported.*\.data"):
        np.histogram(t)
    with pytest.raises(tg.UnsupportedError, match=r"np\.maximum\.accumulate"):
        np.maximum.accumulate(t)
    with pytest.raises(tg.UnsupportedError, match=r"np\.exp: dtype= is not supported"):
        np.exp(t, dtype="f4")
    with pytest.raises(TypeError, match=r"softmax: there is no parameter 'dtype'.*axis"):
        t.softmax(dtype="float32")


def test_truth_of_many():
    with pytest.raises(tg.ShapeError, match=r"truth of a Tensor of shape \(2,\).*\.any\(\)"):
        bool(leaf([1.0, 2.0]) > 0)


def test_float_index():
    with pytest.raises(tg.DTypeError, match=r"index must be integers.*float64"):
        leaf([1.0, 2.0])[tg.tensor([0.0])]


def test_assignment_to_a_recorded_leaf():
    x = leaf([1.0, 2.0])
    with pytest.raises(tg.GraphError, match=r"cannot be assigned to.*no_grad\(\)"):
        x[0] = 5.0
    assert x.tolist() == [1.0, 2.0]


def test_a_rule_that_returns_a_wrong_shape_is_named(scratch_op):
    broken = scratch_op(lambda g, x: g.sum())
    with pytest.raises(tg.ShapeError, match=r"broken: its rule for x returned shape \(\) for an"):
        broken(leaf([1.0, 2.0])).sum().backward()


def test_gradient_needs_tracked_targets():
    x = leaf(1.0)
    with pytest.raises(tg.GraphError, match="target 1 is not a Tensor that requires a gradient"):
        (x * 2).gradient(x, tg.tensor(1.0))


def test_ops_within_a_function_are_shown_under_its_name():
    x = tg.tensor([1.0, 2.0], requires_grad=True)
    assert repr(x**3.0).endswith("op=power)")
    assert repr(tg.clip(x, 0.0, 1.0)).endswith("op=clip)")
    assert repr((x**3.0).node) == "<power (2,) float64>"
    with pytest.raises(tg.ShapeError, match=r"^clip: "):
        tg.clip(x, [0.0, 0.0, 0.0], 1.0)
    out = (x**3.0).sum()
    out.backward()
    with pytest.raises(tg.GraphError, match="spent: sum "):
        out.backward()
