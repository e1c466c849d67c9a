"""Graphs as lines of text."""

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tinygrad_np as tg


def test_every_node_has_one_line():
    y = tg.tensor(1.0, requires_grad=True, name="x")
    for _ in range(60):
        y = y + y
    lines = tg.viz.text(y).split("\n")
    assert len(lines) == 61
    assert lines[0].split() == ["#1", "x", "=", "leaf", "()", "float64"]
    assert lines[60].split() == ["#61", "add(#60,", "#60)", "()", "float64", "result"]


def test_parameters_constants_and_names():
    x = tg.tensor(np.ones((2, 3)), requires_grad=True)
    y = tg.sum(x * np.ones(3), axis=0, keepdims=True) - 0.5
    assert tg.viz.text({"a": y}, params={"x": x}) == (
        "#1  x = leaf                        (2, 3)  float64\n"
        "#2  constant                        (3,)    float64\n"
        "#3  multiply(#1, #2)                (2, 3)  float64\n"
        "#4  sum(#3, axis=0, keepdims=True)  (1, 3)  float64\n"
        "#5  a = subtract(#4, 0.5)           (1, 3)  float64  result"
    )


def test_what_is_left_out_is_counted():
    y = tg.tensor(1.0, requires_grad=True)
    for _ in range(500):
        y = tg.sin(y)
    assert len(tg.viz.text(y).split("\n")) == 201
    first, second = tg.viz.text(y, max_nodes=1).split("\n")
    assert first == "#1  ... 500 earlier nodes are left out"
    assert second.split() == ["#2", "sin(#1)", "()", "float64", "result"]


@given(st.text())
def test_a_name_never_breaks_a_line(name):
    x = tg.tensor(1.0, requires_grad=True, name=name)
    assert len(tg.viz.text(x).splitlines()) == 1


def test_a_deep_graph():
    y = tg.tensor(1.0, requires_grad=True)
    for _ in range(100_000):
        y = tg.sin(y)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(300)
    try:
        assert tg.viz.text(y, max_nodes=None).count("\n") == 100_000
    finally:
        sys.setrecursionlimit(limit)


def test_anything_but_tensors_is_refused():
    with pytest.raises(TypeError, match="a Tensor"):
        tg.viz.text(3)
