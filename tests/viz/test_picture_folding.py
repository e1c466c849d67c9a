"""Repeated blocks drawn once: which blocks, their counts, and the arrows around them."""

import sys

import numpy as np
import pytest
from hypothesis import given, strategies as st

import tinygrad_np as tg
from tinygrad_np import nn
from tinygrad_np.viz.picture import Arrow, picture


def leaf(shape=(), name=None):
    return tg.tensor(np.ones(shape), requires_grad=True, name=name)


def words(shown):
    """Return a word for each box, with the number of boxes it represents."""
    return [
        f"{box.op or box.name or box.value or box.kind}{f' x{box.count}' * (box.count > 1)}"
        for box in shown.boxes
    ]


def counts(shown):
    """Return how many ops each box represents."""
    found = []
    for box in shown.boxes:
        n, key = box.count * {"op": 1, "module": box.ops}.get(box.kind, 0), box.group
        while key is not None:
            n *= shown.groups[key].count
            key = shown.groups[key].parent
        found.append(n)
    return found


class Block(nn.Module):
    def __init__(self, n):
        self.fc = nn.Linear(n, n, rng=0)

    def forward(self, x):
        return x + tg.tanh(self.fc(x))


class Stack(nn.Module):
    def __init__(self, count, sizes=(4,) * 99):
        self.inp = nn.Linear(2, 4, rng=0)
        self.blocks = nn.ModuleList([Block(sizes[i]) for i in range(count)])

    def forward(self, x):
        x = self.inp(x)
        for block in self.blocks:
            x = block(x)
        return x


def test_blocks_of_a_model_are_drawn_once():
    shown = picture(Stack(12)(np.ones((5, 2))), fold=True, depth=1)
    assert words(shown) == ["constant", "Linear", "Block x12"]
    assert shown.arrows == (Arrow(0, 1), Arrow(1, 2))
    block = shown.boxes[-1]
    assert (block.module, block.ops, block.parameters) == ("blocks.0 … blocks.11", 3, 20)
    assert block.result
    shown = picture(Stack(12)(np.ones((5, 2))), fold=True)
    assert [(g.name, g.kind, g.parent, g.count) for g in shown.groups] == [
        ("", "Stack", None, 1),
        ("inp", "Linear", 0, 1),
        ("blocks.0 … blocks.11", "Block", 0, 12),
        ("blocks.11.fc", "Linear", 2, 1),
    ]
    assert sum(counts(shown)) == 37
    into_block = [(shown.boxes[a.tail].op, shown.boxes[a.head].op) for a in shown.arrows[3:]]
    assert into_block == [
        ("linear", "linear"), (None, "linear"), (None, "linear"),
        ("linear", "tanh"), ("linear", "add"), ("tanh", "add"),
    ]  # fmt: skip


@pytest.mark.parametrize(("count", "seen"), [(2, 2), (3, 1)])
def test_modules_are_folded_from_three_on(count, seen):
    shown = picture(Stack(count)(np.ones((5, 2))), fold=True, collapse="Block")
    assert sum(box.op == "Block" for box in shown.boxes) == seen


@pytest.mark.parametrize(("count", "seen"), [(9, 9), (10, 1)])
def test_ops_are_folded_from_ten_on(count, seen):
    y = leaf()
    for _ in range(count):
        y = tg.sin(y)
    assert len(picture(y, fold=True).boxes) == 1 + seen
    assert len(picture(y).boxes) == 1 + count


def test_alternating_layers_and_activations():
    layers = [part for _ in range(5) for part in (nn.Linear(3, 3, rng=0), nn.ReLU())]
    model = nn.Sequential(nn.Linear(2, 3, rng=0), nn.Tanh(), *layers)
    shown = picture(model(np.ones((4, 2))), fold=True, depth=1)
    assert words(shown) == ["constant", "Linear", "Tanh", "Linear", "ReLU"]
    assert [(g.name, g.parent, g.count, g.members) for g in shown.groups] == [
        ("", None, 1, (1, 2)),
        (None, 0, 5, (3, 4)),
    ]
    assert [box.module for box in shown.boxes[3:]] == ["2 … 10", "3 … 11"]
    assert shown.arrows == (Arrow(0, 1), Arrow(1, 2), Arrow(2, 3), Arrow(3, 4))


def test_the_first_layer_may_have_any_input_of_the_same_shape():
    x = y = leaf((3, 3), "x")
    ws = [leaf((3, 3), f"w{i}") for i in range(12)]
    for w in ws:
        y = tg.tanh(y @ w)
    shown = picture(y, fold=True)
    assert words(shown) == ["x", "w11", "matmul", "tanh"]
    assert [group.count for group in shown.groups] == [12]
    assert shown.groups[0].members == (1, 2, 3)
    assert shown.arrows == (Arrow(0, 2, 0), Arrow(1, 2, 1), Arrow(2, 3))
    shown = picture(tg.tanh((x * 2.0) @ ws[0]) @ ws[1], fold=True)
    assert shown.groups == ()


def test_the_first_block_needs_an_input_of_the_same_shape():
    w, h = leaf((3,), "w"), leaf(name="h")
    for _ in range(12):
        h = tg.tanh(w + h)  # broadcasts only once
    shown = picture(h, fold=True)
    assert words(shown) == ["w", "h", "add", "tanh", "add", "tanh"]
    assert shown.groups[0].count == 11


def test_results_used_outside_their_module_are_drawn():
    class Aside(nn.Module):
        def forward(self, x):
            for i in range(40):
                x = tg.sin(x)
                if i == 19:
                    self.middle = x
            return x

    module = Aside()
    y = module(leaf())
    shown = picture(y + tg.cos(module.middle), fold=True)
    assert words(shown) == ["leaf", "sin x20", "sin x20", "cos", "add"]
    assert [box.group for box in shown.boxes] == [None, 0, 0, None, None]


@pytest.mark.slow
def test_a_long_chain():
    y = leaf(name="x")
    for _ in range(100_000):
        y = tg.sin(y)
    shown = picture({"y": y}, fold=True)
    assert words(shown) == ["x", "sin x100000"]
    assert shown.boxes[1].name == "y"
    assert shown.boxes[1].result
    assert shown.arrows == (Arrow(0, 1),)


@pytest.mark.slow
def test_a_long_chain_of_several_ops_with_ends_of_their_own():
    y = tg.exp(leaf(name="x"))
    for _ in range(20_000):
        y = tg.sin(y) * 2.0 + 1.0
    shown = picture(tg.log(y), fold=True)
    assert words(shown) == ["x", "exp", "sin", "2.0", "multiply", "1.0", "add", "log"]
    assert [(g.name, g.kind, g.count, g.members) for g in shown.groups] == [
        (None, "", 20_000, (2, 3, 4, 5, 6))
    ]
    assert sum(counts(shown)) == 60_002


def test_a_graph_with_sixty_shared_nodes():
    y = leaf()
    for _ in range(60):
        y = y + y
    shown = picture(y, fold=True)
    assert words(shown) == ["leaf", "add x60"]
    assert shown.arrows == (Arrow(0, 1), Arrow(0, 1))  # the two operands of the first op


def test_nodes_shared_by_all_blocks_are_outside():
    w, x = leaf((3, 3), "w"), leaf((3,), "x")
    h = tg.zeros(3)
    memory = tg.exp(x)
    for _ in range(15):
        h = tg.tanh(w @ (h + memory))
    shown = picture(h, fold=True)
    assert words(shown) == [
        "w", "x", "exp", "constant", "add", "matmul", "tanh", "add", "matmul", "tanh",
    ]  # fmt: skip
    assert shown.groups[0].count == 14  # the first adds to zeros, which are not a node
    assert shown.groups[0].members == (7, 8, 9)
    into = [(a.tail, a.head) for a in shown.arrows if a.head >= 7]
    assert into == [(6, 7), (2, 7), (0, 8), (7, 8), (8, 9)]


def test_a_sum_of_the_two_previous_results():
    a, b = leaf(name="a"), leaf(name="b")
    for _ in range(30):
        a, b = b, a + b
    shown = picture(b, fold=True)
    assert words(shown) == ["a", "b", "add", "add x29"]
    assert {(a.tail, a.head) for a in shown.arrows} == {(0, 2), (1, 2), (1, 3), (2, 3)}


def test_results_used_elsewhere_are_drawn():
    y = kept = leaf()
    for i in range(40):
        y = tg.sin(y)
        if i == 19:
            kept = y
    shown = picture(y + kept, fold=True)
    assert words(shown) == ["leaf", "sin x20", "sin x20", "add"]
    assert shown.arrows == (Arrow(0, 1), Arrow(1, 2), Arrow(2, 3), Arrow(1, 3))
    steps = [y]
    for _ in range(40):
        steps.append(tg.sin(steps[-1]))
    assert not any(box.count > 1 for box in picture(tg.stack(steps), fold=True).boxes[22:])


def test_results_and_named_ops_are_drawn():
    y, kept = leaf(), {}
    for i in range(60):
        y = tg.sin(y)
        if i == 19:
            y.name = "middle"
        if i == 39:
            kept["late"] = y
    shown = picture({**kept, "end": y}, fold=True)
    assert words(shown) == ["leaf", "sin x20", "sin x20", "sin x20"]
    assert [box.name for box in shown.boxes] == [None, "middle", "late", "end"]
    assert [box.result for box in shown.boxes] == [False, False, True, True]


@pytest.mark.parametrize(
    "change",
    [lambda y, i: y * (1.0 + i), lambda y, i: tg.sum(y, axis=i % 2, keepdims=True) + y * 0.0],
)
def test_blocks_that_differ_are_not_folded(change):
    y = leaf((2, 2))
    for i in range(20):
        y = change(y, i * i * i)
    assert all(box.count == 1 for box in picture(y, fold=True).boxes)


def test_blocks_of_other_shapes_are_not_folded():
    model = nn.Sequential(*[nn.Linear(n, n + 1, rng=0) for n in range(1, 8)])
    shown = picture(model(np.ones((1, 1))), fold=True, depth=1)
    assert words(shown).count("Linear") == 7


def test_inner_repetitions_are_folded_too():
    class Deep(nn.Module):
        def __init__(self):
            self.fc = nn.Linear(2, 2, rng=0)

        def forward(self, x):
            x = self.fc(x)
            for _ in range(10):
                x = tg.sin(x)
            return x

    model = nn.Sequential(*[Deep() for _ in range(4)])
    shown = picture(model(leaf((1, 2))), fold=True)
    assert [box.op for box in shown.boxes if box.op] == ["linear", "sin"]
    assert sum(counts(shown)) == 44


def test_times_and_bytes_are_totals_of_a_folded_box():
    with tg.record() as tape:
        y = leaf((3,))
        for _ in range(50):
            y = tg.tanh(y)
    box = picture(y, fold=True, tape=tape).boxes[1]
    assert box.count == 50
    assert box.saved == 50 * 24
    assert box.seconds == pytest.approx(sum(call.seconds for call in tape.calls))


def test_the_work_grows_with_the_graph():
    def calls(n):
        y, count = leaf(), 0
        for _ in range(n):
            y = tg.sin(y + y) * 2.0

        def on_event(frame, event, argument):
            nonlocal count
            count += event == "call"

        sys.setprofile(on_event)
        try:
            picture(y, fold=True)
        finally:
            sys.setprofile(None)
        return count

    assert calls(2000) < 11 * calls(200)


STEPS = st.lists(
    st.tuples(st.sampled_from(["sin", "tanh", "add", "minimum", "scale"]), st.integers(1, 5)),
    min_size=1,
    max_size=4,
)


@given(blocks=st.lists(st.tuples(STEPS, st.integers(1, 25)), min_size=1, max_size=4))
def test_folded_pictures_have_the_same_totals_and_links(blocks):
    made = [leaf(), leaf()]
    for steps, times in blocks:
        for _ in range(times):
            for op, back in steps:
                x, y = made[-1], made[-min(back, len(made))]
                made.append(
                    x * 2.0 if op == "scale"
                    else getattr(tg, op)(*((x,) if op in ("sin", "tanh") else (x, y)))
                )  # fmt: skip
    whole, folded = picture(made[-1]), picture(made[-1], fold=True)

    def totals(shown):
        found = {}
        for box, n in zip(shown.boxes, counts(shown), strict=True):
            if n:
                found[box.op] = found.get(box.op, 0) + n
        return found

    def links(shown):
        return {(shown.boxes[a.tail].op, shown.boxes[a.head].op) for a in shown.arrows}

    assert totals(folded) == totals(whole)
    assert links(folded) <= links(whole)
    assert all(arrow.tail < arrow.head for arrow in folded.arrows)
    used = {arrow.tail for arrow in folded.arrows}
    assert all(box.result or box.key in used for box in folded.boxes)
    assert len(folded.boxes) <= len(whole.boxes)
