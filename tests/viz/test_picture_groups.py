"""Modules as groups: which boxes are in which module, and modules drawn as one box."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

import tinygrad_np as tg
from tinygrad_np import nn
from tinygrad_np.engine.access import walk
from tinygrad_np.engine.scopes import scope_of
from tinygrad_np.viz.groups import divide
from tinygrad_np.viz.picture import Arrow, Box, Group, picture


class Residual(nn.Module):
    """x + relu(fc(x)), in which the input is used twice."""

    def __init__(self, n):
        self.fc = nn.Linear(n, n, rng=0)

    def forward(self, x):
        return x + tg.relu(self.fc(x))


def mlp():
    return nn.Sequential(nn.Linear(2, 3, rng=0), nn.Tanh(), nn.Linear(3, 1, rng=0))


def paths(shown):
    """Return each box with its modules, the outermost first."""
    found = []
    for box in shown.boxes:
        path, key = [], box.group
        while key is not None:
            path.append(shown.groups[key].name)
            key = shown.groups[key].parent
        found.append((box.name or box.op or box.kind, path[::-1]))
    return found


def test_a_small_model_in_full():
    shown = picture(mlp()(np.ones((4, 2))).sum())
    assert shown.groups == (
        Group(0, "", "Sequential", None, ()),
        Group(1, "0", "Linear", 0, (0, 1, 5)),
        Group(2, "2", "Linear", 0, (2, 3, 7)),
        Group(3, "1", "Tanh", 0, (6,)),
    )
    assert paths(shown) == [
        ("0.weight", ["", "0"]),
        ("0.bias", ["", "0"]),
        ("2.weight", ["", "2"]),
        ("2.bias", ["", "2"]),
        ("constant", []),
        ("linear", ["", "0"]),
        ("tanh", ["", "1"]),
        ("linear", ["", "2"]),
        ("sum", []),
    ]
    assert [box.name for box in shown.boxes if box.parameter] == [
        "0.weight", "0.bias", "2.weight", "2.bias",
    ]  # fmt: skip


def test_inputs_are_outside_the_model_and_parameters_inside():
    x = tg.tensor(np.ones((4, 2)), requires_grad=True, name="x")
    shown = picture(mlp()(x))
    assert ("0.weight", ["", "0"]) in paths(shown)
    (box,) = (box for box in shown.boxes if box.name == "x")
    assert (box.kind, box.group, box.parameter, box.requires_grad) == ("leaf", None, False, True)


def test_params_name_the_parameters():
    w = tg.tensor(np.ones((2, 1)), requires_grad=True)
    x = tg.tensor(np.ones((4, 2)), requires_grad=True, name="x")
    shown = picture(x @ w, params={"w": w})
    assert [(box.name, box.parameter) for box in shown.boxes[:2]] == [("w", True), ("x", False)]
    layer = nn.Linear(2, 1)
    layer.weight.name = "a name of my own"
    shown = picture(layer(x), params=layer)
    assert [(b.name, b.group, b.parameter) for b in shown.boxes if b.kind == "leaf"] == [
        ("x", None, False),
        ("weight", 0, True),
        ("bias", 0, True),
    ]


def test_a_layer_used_twice_is_two_groups_and_its_parameters_are_between_them():
    class Twice(nn.Module):
        def __init__(self):
            self.fc = nn.Linear(2, 2, rng=0)

        def forward(self, x):
            return self.fc(tg.tanh(self.fc(x)))

    shown = picture(Twice()(np.ones((1, 2))))
    assert [(group.name, group.parent) for group in shown.groups] == [
        ("", None), ("fc", 0), ("fc", 0),
    ]  # fmt: skip
    assert paths(shown)[:2] == [("fc.weight", [""]), ("fc.bias", [""])]


def test_a_module_that_returns_a_tuple_is_one_group():
    class Pair(nn.Module):
        def forward(self, x):
            y = tg.sin(x)
            return y, tg.cos(y)

    class Outer(nn.Module):
        def __init__(self):
            self.pair = Pair()

        def forward(self, x):
            return self.pair(x)[0]

    x = tg.tensor(1.0, requires_grad=True)
    y, z = Pair()(x)
    assert len(picture([y, z]).groups) == 1
    kept = Outer()
    y = kept(x)
    assert [group.name for group in picture(y).groups] == ["", "pair"]


def test_results_kept_aside_belong_to_the_module():
    class Aside(nn.Module):
        def forward(self, x):
            self.hidden = [tg.sin(x)]
            return tg.exp(self.hidden[0])

    module, x = Aside(), tg.tensor(1.0, requires_grad=True)
    y = module(x)
    shown = picture(y + tg.cos(module.hidden[0]))
    assert paths(shown) == [
        ("leaf", []), ("sin", [""]), ("exp", [""]), ("cos", []), ("add", []),
    ]  # fmt: skip


def test_constants_are_where_their_op_is_and_data_is_outside():
    class Masked(nn.Module):
        def __init__(self):
            self.w = nn.Parameter(np.ones(3))

        def forward(self, x):
            return self.w * x * 2.0 * np.array([1.0, 0.0, 1.0])

    shown = picture(Masked()(np.ones(3)))
    constants = [(b.value or b.shape, b.group) for b in shown.boxes if b.kind == "constant"]
    assert constants == [((3,), None), ("2.0", 0), ((3,), 0)]


def test_depth_draws_each_inner_module_as_a_box():
    y = mlp()(np.ones((4, 2)))
    shown = picture(y.sum(), depth=1)
    assert shown.boxes == (
        Box(0, "constant", shape=(4, 2), dtype="float64"),
        Box(1, "module", "Linear", None, (), (4, 3), "float64", group=0, module="0", ops=1,
            parameters=9, input_shape=(4, 2)),
        Box(2, "module", "Tanh", None, (), (4, 3), "float64", group=0, module="1", ops=1,
            input_shape=(4, 3)),
        Box(3, "module", "Linear", None, (), (4, 1), "float64", group=0, module="2", ops=1,
            parameters=4, input_shape=(4, 3)),
        Box(4, "op", "sum", None, (), (), "float64", result=True),
    )  # fmt: skip
    assert shown.arrows == (Arrow(0, 1), Arrow(1, 2), Arrow(2, 3), Arrow(3, 4))
    assert shown.groups == (Group(0, "", "Sequential", None, (1, 2, 3)),)
    whole = picture({"out": y}, depth=0)
    assert [(b.kind, b.op, b.ops, b.parameters, b.name, b.result) for b in whole.boxes[1:]] == [
        ("module", "Sequential", 3, 13, "out", True)
    ]
    assert picture(y, depth=2) == picture(y)


@pytest.mark.parametrize("collapse", ["fc", "Linear", ["fc"], {"Linear", "fc"}])
def test_collapse_draws_named_modules_as_a_box(collapse):
    x = tg.tensor(np.ones((4, 2)), requires_grad=True)
    shown = picture(Residual(2)(x), collapse=collapse)
    assert [(box.kind, box.op) for box in shown.boxes] == [
        ("leaf", None), ("module", "Linear"), ("op", "relu"), ("op", "add"),
    ]  # fmt: skip
    assert shown.arrows == (Arrow(0, 1), Arrow(1, 2), Arrow(0, 3), Arrow(2, 3))


def test_a_shared_parameter_is_outside_the_box():
    class Tied(nn.Module):
        def __init__(self):
            self.a, self.b = nn.Linear(2, 2, rng=0), nn.Linear(2, 2, rng=0)

        def forward(self, x):
            return self.b(self.a(x)) @ self.a.weight

    shown = picture(Tied()(np.ones((1, 2))), depth=1)
    leaves = [box for box in shown.boxes if box.kind == "leaf"]
    assert [(b.name, b.parameter) for b in leaves] == [("a.weight", True)]
    group = leaves[0].group
    assert group is not None
    assert shown.groups[group].kind == "Tied"
    assert [box.parameters for box in shown.boxes if box.kind == "module"] == [2, 6]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"depth": -1}, "depth is -1"),
        (
            {"collapse": "Conv"},
            r"no module 'Conv' in this graph: 0, 1, 2, Linear, Sequential, Tanh",
        ),
        ({"focus": tg.tensor(1.0, requires_grad=True)}, "focus is not among"),
        ({"focus": tg.tensor(1.0)}, "focus is not among"),
    ],
)
def test_unknown_modules_and_focuses_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        picture(mlp()(np.ones((4, 2))), **options)


def test_focus_keeps_the_ancestors_of_a_node():
    x = tg.tensor([1.0], requires_grad=True, name="x")
    h = tg.sin(x)
    both = {"loss": tg.exp(h) * tg.cos(x), "h": h}
    shown = picture(both, focus=h)
    assert [(b.op or b.kind, b.name, b.result) for b in shown.boxes] == [
        ("leaf", "x", False), ("sin", "h", True),
    ]  # fmt: skip


def test_constants_can_be_left_out():
    x = tg.tensor(np.ones((2, 2)), requires_grad=True)
    shown = picture([np.ones((2, 2)) @ x * 2.0, tg.tensor(3.0)], constants=False)  # type: ignore[list-item]
    assert [box.op or box.kind for box in shown.boxes] == ["leaf", "matmul", "multiply", "constant"]
    assert shown.arrows == (Arrow(0, 1, 1), Arrow(1, 2))
    assert shown.boxes[-1].result


def test_names_do_not_depend_on_creation_numbers():
    model, x = mlp(), np.ones((4, 2))
    first = picture(model(x))
    for _ in range(7):
        tg.tensor(1.0, requires_grad=True)
    assert picture(model(x)) == first


def test_sharing_nests_the_later_module_in_the_earlier_one():
    class Inner(nn.Module):
        def forward(self, x):
            self.hidden = tg.sin(x)
            return tg.exp(self.hidden)

    class Outer(nn.Module):
        def __init__(self):
            self.inner = Inner()

        def forward(self, x):
            self.aside = self.inner(tg.cos(x))
            return tg.tanh(self.inner.hidden)  # it does not use the result of inner

    outer = Outer()
    y = outer(tg.tensor(1.0, requires_grad=True)) + outer.aside
    shown = picture(y)
    assert [(group.name, group.parent) for group in shown.groups] == [("", None), ("inner", 0)]
    assert picture(y, depth=0).arrows == (Arrow(0, 1), Arrow(1, 2), Arrow(1, 2))


class Hidden:
    """An object that a module holds without registering it."""

    def __init__(self, held):
        self.held = held


class Tree(nn.Module):
    """A module that follows a plan: ops on earlier results, or nested modules."""

    def __init__(self, plan, made):
        self.plan, self.made = plan, Hidden(made)
        self.below = nn.ModuleList([Tree(part, made) for part in plan if isinstance(part, list)])

    def forward(self, x):
        below = iter(self.below)
        for step in self.plan:
            x = next(below)(x) if isinstance(step, list) else tg.sin(x) + self.made.held[-step]
            self.made.held.append(x)
        return x


PLANS = st.recursive(
    st.lists(st.integers(1, 6), min_size=1, max_size=4),
    lambda inner: st.lists(inner | st.integers(1, 6), min_size=1, max_size=4),
    max_leaves=12,
)


@given(plan=PLANS)
def test_groups_contain_the_ancestors_of_results_since_their_start(plan):
    x = tg.tensor(1.0, requires_grad=True)
    y = Tree(plan, [x] * 6)(x)
    nodes = walk(y.node)
    _, home, _ = divide(nodes)
    for node in nodes:
        scope = scope_of(node)
        while scope is not None:
            for below in walk(node):
                part = home[below]
                while part.start > scope.start:
                    part = part.parent
                assert (part.start == scope.start) == (below.number > scope.start)
            scope = scope.inner
    for depth in range(3):
        shown = picture(y, depth=depth)
        assert all(arrow.tail < arrow.head for arrow in shown.arrows)
        ops = sum(box.ops if box.kind == "module" else box.kind == "op" for box in shown.boxes)
        assert ops == sum(node.op is not None for node in nodes)
