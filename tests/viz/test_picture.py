"""The boxes and arrows of a graph's picture."""

import numpy as np
import pytest

import tinygrad_np as tg
from tinygrad_np.viz.picture import Arrow, Box, picture


def leaf(shape=(), name=None, dtype=float):
    return tg.tensor(np.ones(shape), requires_grad=True, name=name, dtype=dtype)


def find(shown, op):
    (box,) = (box for box in shown.boxes if box.op == op)
    return box


def test_a_small_graph_in_full():
    x = leaf((2, 3), "x")
    shown = picture(tg.sum(1.0 - x, axis=0))
    assert shown.boxes == (
        Box(0, "leaf", name="x", shape=(2, 3), dtype="float64"),
        Box(1, "constant", value="1.0"),
        Box(2, "op", op="subtract", shape=(2, 3), dtype="float64", operands=("x", "y")),
        Box(3, "op", "sum", None, (("axis", "0"),), (3,), "float64", result=True),
    )
    assert shown.arrows == (Arrow(1, 2, 0), Arrow(0, 2, 1), Arrow(2, 3))


def test_a_tensor_without_a_graph_is_one_box():
    shown = picture(tg.tensor([1.0, 2.0], name="data"))
    assert shown.boxes == (
        Box(0, "constant", name="data", shape=(2,), dtype="float64", result=True),
    )
    assert shown.arrows == ()
    shown = picture(leaf((2,), "w"))
    assert shown.boxes == (Box(0, "leaf", name="w", shape=(2,), dtype="float64", result=True),)


def test_arrays_and_numbers_are_distinguished():
    x = leaf((3,))
    shown = picture(x * np.arange(3) * 2 + np.float32(0.5))
    constants = [(b.value, b.shape, b.dtype) for b in shown.boxes if b.kind == "constant"]
    assert constants == [(None, (3,), "int64"), ("2", None, None), (None, (), "float32")]


def test_a_constant_shows_its_name():
    shown = picture(leaf((3,)) * tg.tensor([1.0, 2.0, 3.0], name="data"))
    assert shown.boxes[1] == Box(1, "constant", name="data", shape=(3,), dtype="float64")


def test_every_op_has_its_own_constant():
    x, data = leaf((3,)), np.arange(3.0)
    shown = picture(x * data + data)
    tails = [arrow.tail for arrow in shown.arrows]
    constants = [b.key for b in shown.boxes if b.kind == "constant"]
    assert len(constants) == 2
    assert all(tails.count(key) == 1 for key in constants)


def test_parameters_are_shown_where_they_differ_from_their_defaults():
    x = leaf((3, 4))
    assert find(picture(tg.sum(x)), "sum").params == ()
    assert find(picture(tg.sum(x, axis=(0, 1), keepdims=True)), "sum").params == (
        ("axis", "(0, 1)"),
        ("keepdims", "True"),
    )
    assert find(picture(tg.leaky_relu(x)), "leaky_relu").params == ()
    assert find(picture(tg.leaky_relu(x, 0.2)), "leaky_relu").params == (("negative_slope", "0.2"),)
    assert find(picture(x.astype("float32")), "astype").params == (("dtype", "float32"),)
    assert find(picture(x.astype(np.float32)), "astype").params == (("dtype", "float32"),)


def test_an_index_reads_as_it_was_written():
    x = leaf((3, 4, 5))
    shown = picture(x[..., 1:, None, np.array([0, 1])])
    assert find(shown, "getitem").params == (("index", "[..., 1:, None, array]"),)


def test_operands_are_named_where_their_order_matters():
    x, y = leaf((2, 2)), leaf((2, 2))
    for commutative in (tg.add, tg.multiply, tg.maximum, tg.minimum):
        shown = picture(commutative(x, y))
        assert shown.boxes[-1].operands == ()
        assert [arrow.port for arrow in shown.arrows] == [None, None]
    shown = picture(y @ x)  # y is newer, but comes first
    assert shown.boxes[-1].operands == ("x", "y")
    assert shown.arrows == (Arrow(1, 2, 0), Arrow(0, 2, 1))
    shown = picture(tg.where(np.eye(2) > 0, x, y))
    assert shown.boxes[-1].operands == ("condition", "x", "y")
    assert picture(tg.stack([x, y, x])).boxes[-1].operands == ("0", "1", "2")


def test_an_operand_used_twice_has_two_arrows():
    x = leaf()
    assert picture(x + x).arrows == (Arrow(0, 1), Arrow(0, 1))


def test_several_results():
    x = leaf((2,), "x")
    h = tg.tanh(x)
    loss = h.sum()
    h.name = "hidden"
    shown = picture({"loss": loss, "h": h, "same": loss, "data": tg.tensor(1.0)})
    assert [(b.op or b.kind, b.name, b.result) for b in shown.boxes] == [
        ("leaf", "x", False),
        ("tanh", "h", True),
        ("sum", "loss, same", True),
        ("constant", "data", True),
    ]
    shown = picture([h, loss])
    assert [(b.op or b.kind, b.name, b.result) for b in shown.boxes] == [
        ("leaf", "x", False),
        ("tanh", "hidden", True),
        ("sum", None, True),
    ]


class Model:
    def __init__(self):
        self.w, self.b = leaf((2,)), leaf((2,))

    def named_parameters(self):
        yield from (("w", self.w), ("b", self.b))


@pytest.mark.parametrize("form", [lambda m: m, lambda m: m.named_parameters(), lambda m: vars(m)])
def test_leaves_take_names_from_params(form):
    model = Model()
    result = (model.w * 2 + model.b).sum()
    shown = picture(result, params=form(model))
    assert [b.name for b in shown.boxes if b.kind == "leaf"] == ["w", "b"]
    assert model.w.name is None
    with tg.no_grad():
        untracked = tg.tensor(1.0)
    assert picture(result, params={"data": untracked}).boxes[0].name is None


def test_a_freed_graph_is_drawn_the_same():
    x = leaf((2,), "x")
    y = tg.exp(x * 2).sum()
    before = picture(y)
    y.backward()
    assert picture(y) == before


def test_a_shared_graph_has_each_node_once():
    y = leaf()
    for _ in range(60):
        y = y + y
    shown = picture(y)
    assert len(shown.boxes) == 61
    assert len(shown.arrows) == 120


def test_max_nodes_keeps_the_newest():
    y = leaf()
    for _ in range(50):
        y = tg.sin(y) * 2.0
    whole = picture(y)
    assert picture(y, max_nodes=101) == whole
    shown = picture(y, max_nodes=4)
    assert [b.op or b.value for b in shown.boxes] == [
        "97", "sin", "2.0", "multiply", "sin", "2.0", "multiply",
    ]  # fmt: skip
    assert shown.boxes[0].kind == "rest"
    assert shown.arrows[0] == Arrow(0, 1)
    assert [box.key for box in shown.boxes] == list(range(7))
    with pytest.raises(ValueError, match="at least 1"):
        picture(y, max_nodes=0)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (np.ones(3), "not ndarray"),
        (3.0, "not float"),
        ([1.0], "number 0 is not a Tensor but float"),
        ({"loss": np.ones(2)}, "'loss' is not a Tensor but ndarray"),
    ],
)
def test_anything_but_tensors_is_refused(wrong, message):
    with pytest.raises(TypeError, match=message):
        picture(wrong)
