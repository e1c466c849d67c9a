"""Module: registration, names, state, copies and repr."""

import copy
import pickle

import numpy as np
import pytest

import tinygrad_np as tg
from tinygrad_np import nn


class Block(nn.Module):
    """A module with a parameter, a buffer, a child and plain attributes."""

    def __init__(self):
        self.scale = nn.Parameter(np.ones(3))
        self.offset = tg.tensor(np.zeros(3))
        self.linear = nn.Linear(3, 2, rng=0)
        self.label = "block"

    def forward(self, x):
        self.seen = x * self.scale
        return self.linear(self.seen + self.offset)


def names(pairs):
    return [name for name, _ in pairs]


def named(module):
    return {name: p.name for name, p in module.named_parameters()}


# ------------------------------------------------------------------- registration


def test_parts_are_registered_by_type():
    block = Block()
    assert names(block.named_parameters()) == ["scale", "linear.weight", "linear.bias"]
    assert names(block.named_buffers()) == ["offset"]
    assert next(block.buffers()) is block.offset
    assert names(block.named_children()) == ["linear"]
    assert names(block.named_modules()) == ["", "linear"]
    assert list(block.children()) == [block.linear]
    expected = [block.scale, block.linear.weight, block.linear.bias]
    assert list(map(id, block.parameters())) == list(map(id, expected))


def test_attributes_are_plain_instance_attributes():
    block = Block()
    assert block.__dict__["scale"] is block.scale
    assert not hasattr(nn.Module, "__getattr__")
    assert not hasattr(nn.Module, "__getattribute__") or (
        nn.Module.__getattribute__ is object.__getattribute__
    )


def test_a_computed_tensor_is_not_registered():
    block = Block()
    block(np.ones((4, 3)))
    assert not block.seen.is_leaf
    assert names(block.named_parameters()) == ["scale", "linear.weight", "linear.bias"]
    assert names(block.named_buffers()) == ["offset"]
    assert "seen" not in block.state_dict()


def test_a_frozen_parameter_stays_one():
    block = Block()
    block.scale.requires_grad = False
    assert "scale" in names(block.named_parameters())
    assert "scale" not in names(block.named_buffers())
    block.scale = block.scale  # as at the end of an in-place assignment that changed nothing
    assert "scale" in names(block.named_parameters())


def test_assignment_of_another_parameter_replaces_it():
    block = Block()
    new = nn.Parameter(np.full(3, 2.0))
    block.scale = new
    assert next(block.parameters()) is new
    assert new.name == "scale"
    assert len(list(block.parameters())) == 3


def test_deletion_and_none_unregister():
    block = Block()
    del block.scale
    assert names(block.named_parameters()) == ["linear.weight", "linear.bias"]
    assert not hasattr(block, "scale")
    block.linear.bias = None
    assert names(block.named_parameters()) == ["linear.weight"]
    assert block.linear(np.ones((1, 3))).shape == (1, 2)
    del block.linear
    assert list(block.parameters()) == []
    block.label = "a plain attribute can change"
    del block.label
    assert not hasattr(block, "label")


@pytest.mark.parametrize(
    ("attribute", "value", "words"),
    [
        ("scale", np.ones(3), ["scale is a parameter", "ndarray", ".data"]),
        ("scale", 1.0, ["scale is a parameter", "float"]),
        ("scale", tg.tensor(np.ones(3)), ["constant Tensor", "requires_grad=True"]),
        ("scale", nn.Parameter(np.ones(3)) * 2, ["computed Tensor", "del .scale"]),
        ("offset", np.ones(3), ["offset is a buffer", "ndarray"]),
        ("offset", nn.Parameter(np.ones(3)) * 2, ["computed Tensor", ".detach()"]),
    ],
)
def test_assignments_that_would_drop_a_part_are_refused(attribute, value, words):
    block = Block()
    before = getattr(block, attribute)
    with pytest.raises(TypeError) as error:
        setattr(block, attribute, value)
    assert all(word in str(error.value) for word in words), str(error.value)
    assert getattr(block, attribute) is before
    assert attribute in {*names(block.named_parameters()), *names(block.named_buffers())}


def test_a_buffer_can_be_replaced_by_a_buffer_or_become_a_parameter():
    block = Block()
    block.offset = tg.tensor(np.ones(3))
    assert block.state_dict()["offset"].tolist() == [1.0, 1.0, 1.0]
    block.offset = nn.Parameter(np.ones(3))
    assert names(block.named_buffers()) == []
    assert "offset" in names(block.named_parameters())


@pytest.mark.parametrize(
    "value",
    [[nn.Linear(1, 1)], (nn.Linear(1, 1),), {"a": nn.Linear(1, 1)}, [nn.Parameter(1.0)]],
    ids=["list", "tuple", "dict", "parameters"],
)
def test_parts_hidden_in_python_containers_are_refused(value):
    block = Block()
    with pytest.raises(TypeError, match=r"nn\.ModuleList"):
        block.blocks = value


def test_other_lists_are_fine():
    block = Block()
    block.sizes = [1, 2]
    block.history = [tg.tensor([1.0])]
    assert len(block.state_dict()) == 4


def test_a_module_cannot_contain_itself():
    block = Block()
    with pytest.raises(ValueError, match="contain itself"):
        block.linear.parent = block
    stack = nn.ModuleList()
    with pytest.raises(ValueError, match="contains the list itself"):
        stack.append(nn.Sequential(stack))


def test_a_shared_part_is_listed_once():
    tied = nn.Linear(3, 3)
    model = nn.Sequential(tied, nn.Tanh(), tied)
    assert names(model.named_parameters()) == ["0.weight", "0.bias"]
    assert len(list(model.modules())) == 3
    other = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    other[1].weight = other[0].weight
    assert names(other.named_parameters()) == ["0.weight", "0.bias", "1.bias"]
    assert repr(other).splitlines()[-1] == "15 parameters, float64"


# --------------------------------------------------------------------------- names


def test_names_follow_the_place_in_the_outermost_module():
    inner = nn.Sequential(nn.Linear(2, 2))
    assert named(inner) == {"0.weight": "0.weight", "0.bias": "0.bias"}
    outer = nn.Module()
    outer.body = inner
    assert named(outer) == {"body.0.weight": "body.0.weight", "body.0.bias": "body.0.bias"}
    whole = nn.ModuleList([outer])
    assert named(whole) == {n: n for n in ("0.body.0.weight", "0.body.0.bias")}
    inner.append(nn.Linear(2, 1))  # deep inside, after nesting
    assert named(whole) == {n: n for n in named(whole)}
    assert inner[1].weight.name == "0.body.1.weight"
    outer.gain = nn.Parameter(1.0)
    assert outer.gain.name == "0.gain"  # type: ignore[attr-defined]


def test_names_follow_when_a_module_moves():
    old = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    new = nn.Sequential(nn.Tanh(), old[1])
    assert new[1].weight.name == "1.weight"
    layer = old[0]
    old[0] = nn.Linear(2, 2)
    assert layer.weight.name == "weight"
    assert old[0].weight.name == "0.weight"
    del old[0]
    assert old[0].weight.name == "0.weight"


def test_replaced_and_deleted_children_get_their_own_names_back():
    model = nn.Module()
    model.head = first = nn.Linear(2, 2)
    model.head = second = nn.Linear(2, 2)
    assert (first.weight.name, second.weight.name) == ("weight", "head.weight")
    del model.head  # type: ignore[attr-defined]
    assert second.weight.name == "weight"


def test_slicing_a_container_leaves_the_names_alone():
    model = nn.Sequential(nn.Linear(2, 2), nn.Tanh(), nn.Linear(2, 1))
    part = model[1:]
    assert part[1].weight.name == "2.weight"
    assert part(np.ones((4, 2))).shape == (4, 1)
    assert isinstance(part, nn.Sequential)


def test_a_users_name_is_kept():
    model = nn.Module()
    model.weight = nn.Parameter(1.0, name="weight")
    model.alpha = nn.Parameter(1.0, name="temperature")
    model.beta = nn.Parameter(1.0)
    model.beta.name = "renamed"  # type: ignore[attr-defined]
    nn.ModuleList([model])
    assert [p.name for p in model.parameters()] == ["weight", "temperature", "renamed"]


def test_a_frozen_parameter_is_renamed_too():
    layer = nn.Linear(2, 2).requires_grad_(False)
    nn.Sequential(layer)
    assert layer.weight.name == "0.weight"
    layer.requires_grad_()
    assert layer.weight.name == "0.weight"


def test_the_graph_shows_the_names():
    layer = nn.Sequential(nn.Linear(2, 2))
    out = layer(np.ones((1, 2)))
    assert {parent.name for parent in out.node.parents} == {"0.weight", "0.bias"}


# --------------------------------------------------------------------------- state


def test_state_dict_copies_and_loads_back():
    a, b = Block(), Block()
    a.scale.data = np.array([5.0, 6.0, 7.0])
    state = a.state_dict()
    assert list(state) == ["scale", "linear.weight", "linear.bias", "offset"]
    state["scale"][0] = -1.0
    assert a.scale.tolist() == [5.0, 6.0, 7.0]
    b.load_state_dict(state)
    assert b.scale.tolist() == [-1.0, 6.0, 7.0]
    state["scale"][0] = -2.0
    assert b.scale.tolist() == [-1.0, 6.0, 7.0]


def test_load_state_dict_names_everything_and_changes_nothing():
    block = Block()
    before = block.state_dict()
    state = {
        "scale": np.full(3, 9.0),
        "linear.weight": np.ones((3, 2)),
        "offset": np.ones(3) * 1j,
        "surplus": np.ones(7),
    }
    with pytest.raises(tg.ShapeError) as error:
        block.load_state_dict(state)
    text = str(error.value)
    assert "missing: linear.bias (2,)" in text
    assert "unknown: surplus (7,)" in text
    assert "linear.weight is (2, 3), the state has (3, 2)" in text
    assert "offset is float64, the state has complex128" in text
    after = block.state_dict()
    assert all(np.array_equal(before[name], after[name]) for name in before)


def test_load_state_dict_leaves_a_recorded_graph_alone():
    layer = nn.Linear(1, 1, init="ones")
    x = tg.tensor([[1.0]], requires_grad=True)
    out = layer(x)
    layer.load_state_dict({"weight": [[5.0]], "bias": [0.0]})
    out.backward()
    assert x.grad.item() == 1.0
    assert layer(np.ones((1, 1))).item() == 5.0


def test_load_state_dict_converts_and_takes_tensors():
    layer = nn.Linear(2, 1, dtype="float32")
    layer.load_state_dict({"weight": tg.tensor([[1.0, 2.0]]), "bias": [3]})
    assert layer.weight.dtype == np.float32
    assert layer(np.ones((1, 2), np.float32)).item() == 6.0


def test_train_and_eval_reach_everything():
    model = nn.Sequential(nn.Dropout(), nn.Sequential(nn.Dropout()))
    assert model.training
    assert model.eval() is model
    assert not any(module.training for module in model.modules())
    assert model.train() is model
    assert all(module.training for module in model.modules())


def test_zero_grad_and_requires_grad_():
    layer = nn.Linear(2, 1)
    layer(np.ones((1, 2))).backward()
    assert all(p.grad is not None for p in layer.parameters())
    layer.zero_grad()
    assert all(p.grad is None for p in layer.parameters())
    layer.requires_grad_(False)
    assert not layer(np.ones((1, 2))).requires_grad


def test_apply_visits_children_first():
    seen = []
    model = nn.Sequential(nn.Linear(1, 1), nn.Sequential(nn.Tanh()))
    assert model.apply(lambda m: seen.append(type(m).__name__)) is model
    assert seen == ["Tanh", "Sequential", "Linear", "Sequential"]


def test_astype_converts_parameters_and_buffers():
    block = Block().astype(np.float32)
    assert {str(a.dtype) for a in block.state_dict().values()} == {"float32"}
    out = block(np.ones((2, 3), np.float32))
    assert out.dtype == np.float32
    out.sum().backward()
    assert all(p.grad.dtype == np.float32 for p in block.parameters())
    assert block.linear.weight.name == "linear.weight"
    assert not block.offset.requires_grad
    block.scale.requires_grad = False
    block.astype(np.float64)
    assert [p.requires_grad for p in block.parameters()] == [False, True, True]
    with pytest.raises(TypeError, match="int64"):
        block.astype(int)


# -------------------------------------------------------------------------- copies


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_deep_copies_are_independent(duplicate):
    model = nn.Sequential(nn.Linear(2, 3, rng=0), nn.LeakyReLU(0.2), nn.MLP([3, 2, 1], rng=0))
    model[0].weight.requires_grad = False
    x = np.ones((4, 2))
    other = duplicate(model)
    assert np.array_equal(model(x).data, other(x).data)
    assert named(other) == named(model)
    assert repr(other) == repr(model)
    assert not set(map(id, model.parameters())) & set(map(id, other.parameters()))
    model[2].layers[0].weight.data += 1.0
    assert not np.array_equal(model(x).data, other(x).data)


def test_deep_copies_keep_sharing():
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    model[1].weight = model[0].weight
    other = copy.deepcopy(model)
    assert other[1].weight is other[0].weight
    assert other[1].weight is not model[0].weight


def test_a_shallow_copy_has_a_registry_of_its_own():
    model = nn.Sequential(nn.Linear(2, 2))
    other = copy.copy(model)
    other.append(nn.Linear(2, 2))
    assert (len(model), len(other)) == (1, 2)
    assert other[0] is model[0]
    assert len(list(model.parameters())) == 2


# ---------------------------------------------------------------------------- repr


def test_repr_is_nested_with_shapes_and_counts():
    model = nn.Module()
    model.body = nn.Sequential(nn.Linear(2, 3), nn.Tanh())
    model.gain = nn.Parameter(np.ones(4, np.float32))
    assert repr(model).splitlines() == [
        "Module(): gain (4,) = 4 {",
        "  body: Sequential() {",
        "    0: Linear(2, 3): weight (3, 2), bias (3,) = 9",
        "    1: Tanh()",
        "  }",
        "}",
        "13 parameters, float32, float64",
    ]
    model.gain.requires_grad = False  # type: ignore[attr-defined]
    assert repr(model).endswith("13 parameters, float32, float64, 4 of them frozen")


def test_forward_must_be_defined():
    with pytest.raises(NotImplementedError, match=r"Module does not define forward\(\)"):
        nn.Module()(1)


def test_parameter_takes_integers_and_tensors():
    assert nn.Parameter(3).dtype == float
    assert nn.Parameter(tg.tensor([1.0], dtype="float32")).dtype == np.float32
    assert nn.Parameter(3, name="x").name == "x"
