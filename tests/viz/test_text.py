"""Graphs as lines of text."""

import sys

import numpy as np
import pytest
from hypothesis import given, strategies as st

import tinygrad_np as tg
from tinygrad_np import nn


def test_every_node_has_one_line():
    y = tg.tensor(1.0, requires_grad=True, name="x")
    for _ in range(60):
        y = y + y
    lines = tg.viz.text(y, fold=False).split("\n")
    assert len(lines) == 61
    assert lines[0].split() == ["#1", "x", "=", "leaf", "()", "float64"]
    assert lines[60].split() == ["#61", "add(#60,", "#60)", "()", "float64", "result"]


def test_a_prompt_shows_it_line_by_line():
    drawn = tg.viz.text(tg.tensor([1.0], requires_grad=True).sum())
    assert isinstance(drawn, str)
    assert repr(drawn) == drawn
    assert drawn.count("\n") == 1


def test_parameters_constants_and_names():
    x = tg.tensor(np.ones((2, 3)), requires_grad=True)
    y = tg.sum(x * np.ones(3), axis=0, keepdims=True) - 0.5
    assert tg.viz.text({"a": y}, params={"x": x}) == (
        "#1  x = parameter                   (2, 3)  float64\n"
        "#2  constant                        (3,)    float64\n"
        "#3  multiply(#1, #2)                (2, 3)  float64\n"
        "#4  sum(#3, axis=0, keepdims=True)  (1, 3)  float64\n"
        "#5  a = subtract(#4, 0.5)           (1, 3)  float64  result"
    )


def test_omitted_nodes_are_counted():
    y = tg.tensor(1.0, requires_grad=True)
    for _ in range(500):
        y = tg.sin(y)
    assert len(tg.viz.text(y, fold=False).split("\n")) == 201
    first, second = tg.viz.text(y, fold=False, max_nodes=1).split("\n")
    assert first == "#1  ... 500 earlier nodes are left out"
    assert second.split() == ["#2", "sin(#1)", "()", "float64", "result"]


@given(st.text())
def test_a_name_never_breaks_a_line(name):
    x = tg.tensor(1.0, requires_grad=True, name=name)
    assert len(tg.viz.text(x).splitlines()) == 1


@pytest.mark.slow
def test_a_deep_graph():
    y = tg.tensor(1.0, requires_grad=True)
    for _ in range(100_000):
        y = tg.sin(y)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(300)
    try:
        assert tg.viz.text(y, fold=False, max_nodes=None).count("\n") == 100_000
    finally:
        sys.setrecursionlimit(limit)


class Block(nn.Module):
    """x plus the result of a network, so that the input is used twice."""

    def __init__(self):
        self.inner = nn.Linear(2, 2, rng=0)

    def forward(self, x):
        return x + tg.tanh(self.inner(x))


def test_modules_are_headings_and_repetitions_are_shown_once():
    model = nn.Sequential(nn.Linear(2, 2, rng=0), Block(), Block(), Block(), nn.Tanh())
    listed = tg.viz.text(model(np.ones((4, 2))))
    assert [line.split("  (")[0].rstrip() for line in listed.split("\n")] == [
        "#1   constant",
        "     Sequential",
        "       0: Linear",
        "#2       0.weight = parameter",
        "#3       0.bias = parameter",
        "#4       linear(#1, #2, #3)",
        "       1 … 3: Block × 3",
        "         3.inner: Linear",
        "#5         3.inner.weight = parameter",
        "#6         3.inner.bias = parameter",
        "#7         linear(#4, #5, #6)",
        "#8       tanh(#7)",
        "#9       add(#4, #8)",
        "#10    tanh(#9)",
    ]
    assert listed.endswith("result, 4: Tanh")


def test_a_module_as_one_line():
    loss = nn.Sequential(Block(), nn.Tanh())(np.ones((4, 2))).sum()
    assert tg.viz.text(loss, depth=1) == (
        "#1  constant     (4, 2)  float64\n"
        "    Sequential\n"
        "#2    Block(#1)  (4, 2)  float64  0, 3 ops, 6 parameters\n"
        "#3    Tanh(#2)   (4, 2)  float64  1, 1 op, 0 parameters\n"
        "#4  sum(#3)      ()      float64  result"
    )


def test_values_are_shown_below():
    w = tg.tensor([1.0, np.nan, 3.0], requires_grad=True, name="w")
    w.sum().backward()
    lines = tg.viz.text(w * 2.0, values=True).split("\n")
    assert [line.strip() for line in lines[1:4]] == ["1 … 3, mean 2", "1 NaN", "gradient 1"]


def test_anything_but_tensors_is_refused():
    with pytest.raises(TypeError, match="a Tensor"):
        tg.viz.text(3)  # type: ignore[arg-type]


def test_a_write_is_shown_as_what_it_is():
    x = tg.tensor([1.0, 2.0, 3.0], requires_grad=True, name="x")
    u = x * 2.0
    u[1:][::-1][0] = x[0]
    u.reshape(3, 1).T[0, 0] = x[2]
    shown = tg.viz.text(u.sum())
    assert "setitem(#3, #2, index=[0], view=x[1:][::-1])" in shown
    assert "index=[0, 0], view=x.reshape((3, 1)).T)" in shown
    assert "order" not in shown
