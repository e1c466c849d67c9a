"""A Tensor is a value: its construction, its representations, and writing to its array."""

import copy
import inspect
import pickle

import numpy as np
import pytest

import tinygrad_np as tg


def test_tensor_copies_and_asarray_shares():
    a = np.zeros(3)
    copied, shared = tg.tensor(a), tg.asarray(a)
    a[0] = 5.0
    assert copied.tolist() == [0.0, 0.0, 0.0]
    assert shared.tolist() == [5.0, 0.0, 0.0]
    assert shared.data is a
    assert tg.asarray(shared) is shared


def test_dtype_is_numpys_choice_unless_given():
    assert tg.tensor([1, 2]).dtype == np.int64
    assert tg.tensor([1.0]).dtype == np.float64
    assert tg.tensor(np.float32(1)).dtype == np.float32
    assert tg.tensor([1, 2], dtype="float32").dtype == np.float32


def test_data_is_always_an_array():
    for x in (tg.tensor(1.0), tg.tensor([1.0, 2.0]).sum(), tg.tanh(0.5), tg.tensor(2.0) * 3):
        assert type(x.data) is np.ndarray
        assert x.shape == ()


def test_attributes():
    x = tg.tensor(np.ones((2, 3), np.float32), name="x")
    assert (x.shape, x.ndim, x.size, x.dtype, x.nbytes) == ((2, 3), 2, 6, np.float32, 24)
    assert x.T.shape == (3, 2)
    assert x.is_leaf
    assert not x.requires_grad
    assert x.grad is None
    assert x.name == "x"


def test_item_needs_one_element():
    assert tg.tensor([[2.5]]).item() == 2.5
    with pytest.raises(tg.ShapeError, match=r"shape \(2,\) has no single element"):
        tg.tensor([1.0, 2.0]).item()


@pytest.mark.parametrize(
    ("made", "shown"),
    [
        (lambda: tg.tensor([1.0, 2.0]), "Tensor([1., 2.], dtype=float64)"),
        (lambda: tg.tensor(1, name="n"), "Tensor(1, dtype=int64, name='n')"),
        (
            lambda: tg.tensor([1.0], requires_grad=True),
            "Tensor([1.], dtype=float64, requires_grad=True)",
        ),
        (
            lambda: tg.tanh(tg.tensor([0.0], requires_grad=True)),
            "Tensor([0.], dtype=float64, op=tanh)",
        ),
        (lambda: tg.tensor(np.zeros((0, 2))), "Tensor([], shape=(0, 2), dtype=float64)"),
    ],
)
def test_repr_shows_values_dtype_and_op(made, shown):
    assert repr(made()) == shown


def test_format_and_numbers():
    loss = tg.tensor([[0.25]])
    assert f"{loss:.3f}" == "0.250"
    assert f"{loss}" == repr(loss)
    assert (float(loss), int(loss), complex(loss), bool(loss)) == (0.25, 0, 0.25 + 0j, True)
    assert [10, 20, 30][tg.tensor(1)] == 20


def test_a_tensor_from_tensors():
    assert tg.tensor([tg.tensor(1.0), tg.tensor(2.0)]).tolist() == [1.0, 2.0]
    assert tg.tensor(tg.tensor([3.0])).tolist() == [3.0]
    x = tg.tensor(1.0, requires_grad=True)
    tg.tensor([x, 2.0, x]).sum().backward()
    assert x.grad.item() == 2.0
    with pytest.raises(tg.DTypeError, match="this Tensor is computed"):
        tg.tensor([tg.tensor(1.0)], requires_grad=True)


def test_assignment_keeps_the_name():
    x = tg.tensor([1.0, 2.0], requires_grad=True) * 1.0
    x.name = "h"
    x[0] = 5.0
    assert x.name == "h"
    assert x.node.op.name == "setitem"


def test_requires_grad_is_settable_on_leaves():
    x = tg.tensor([1.0], name="x")
    x.requires_grad = True
    assert x.requires_grad
    assert x.name == "x"
    y = x * 2
    assert not y.is_leaf
    with pytest.raises(tg.GraphError, match=r"op=multiply.*detach"):
        y.requires_grad = False
    x.requires_grad = False
    assert x.name == "x"
    assert (x * 2).is_leaf


def test_detach_has_the_values_and_no_history():
    x = tg.tensor([1.0, 2.0], requires_grad=True)
    d = (x * 2).detach()
    assert d.tolist() == [2.0, 4.0]
    assert not d.requires_grad


def test_detached_values_are_their_own():
    x = tg.tensor([1.0, 2.0], requires_grad=True)
    d = x.detach()
    d.data[0] = 9.0
    assert x.tolist() == [1.0, 2.0]


def test_data_can_be_written_and_replaced():
    x = tg.tensor([1.0, 2.0], requires_grad=True)
    x.data[0] = 5.0
    x.data -= 1.0
    assert x.tolist() == [4.0, 1.0]
    x.data = np.array([7, 8])  # takes the dtype of the leaf
    assert x.tolist() == [7.0, 8.0]
    assert x.dtype == np.float64
    (x * x).sum().backward()
    assert x.grad.tolist() == [14.0, 16.0]


def test_data_keeps_its_identity_while_it_is_held():
    x = tg.tensor([1.0, 2.0], requires_grad=True)
    a = x.data
    assert x.data is a
    y = (x * x).sum()
    assert x.data is a
    a[0] = 10.0
    assert x.tolist() == [10.0, 2.0]
    y.backward()
    assert x.grad.tolist() == [2.0, 4.0]


def test_data_of_a_computed_tensor_cannot_be_replaced():
    y = tg.tensor([1.0], requires_grad=True) * 2
    with pytest.raises(tg.GraphError, match="computed Tensor"):
        y.data = np.zeros(1)


def test_writing_to_the_data_of_a_view_changes_the_original_tensor():
    x = tg.tensor([1.0, 2.0, 3.0])
    y = x[1:]
    y.data[0] = 99.0
    assert x.tolist() == [1.0, 99.0, 3.0]
    assert y.tolist() == [99.0, 3.0]


def test_grad_is_checked_when_set():
    x = tg.tensor([1.0, 2.0], requires_grad=True)
    x.grad = [3.0, 4.0]
    assert x.grad.tolist() == [3.0, 4.0]
    with pytest.raises(tg.ShapeError, match=r"shape \(3,\) for a Tensor of shape \(2,\)"):
        x.grad = np.zeros(3)
    x.grad = None
    assert x.grad is None


def test_pickle_and_deepcopy_of_leaves():
    x = tg.tensor([1.0, 2.0], requires_grad=True, name="w")
    (x * x).sum().backward()
    for y in (pickle.loads(pickle.dumps(x)), copy.deepcopy(x), copy.copy(x)):
        assert (y.tolist(), y.name, y.requires_grad) == ([1.0, 2.0], "w", True)
        assert y.grad.tolist() == [2.0, 4.0]
        y.data[0] = 7.0
        assert x.tolist() == [1.0, 2.0]
    with pytest.raises(tg.GraphError, match=r"op=multiply.*detach"):
        pickle.dumps(x * 2)
    state = {"y": x * 2}
    for duplicate in (copy.deepcopy(state)["y"], copy.copy(x * 2)):
        duplicate[0] = 5.0
        (g,) = duplicate.sum().gradient(x)  # of arrays too: a program goes on with its copy
        assert g.tolist() == [0.0, 2.0]


def test_a_tensor_is_itself_in_a_set():
    x, y = tg.tensor([1.0]), tg.tensor([1.0])
    assert len({x, y, x}) == 2


def test_constants_convert_to_arrays():
    x = tg.tensor([1.0, 2.0])
    assert np.asarray(x).tolist() == [1.0, 2.0]
    assert np.array(x, dtype="float32").dtype == np.float32
    assert x.numpy().tolist() == [1.0, 2.0]


def test_functions_can_be_pickled_and_show_their_signatures():
    for function in (tg.tanh, tg.sum, tg.matmul, tg.clip):
        assert pickle.loads(pickle.dumps(function)) is function
    assert str(inspect.signature(tg.softmax)).endswith("axis: 'Axis' = -1) -> 'Tensor'")
