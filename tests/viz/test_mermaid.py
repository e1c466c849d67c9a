"""Graphs as Mermaid flowcharts."""

import html
import re

import numpy as np
from hypothesis import given, strategies as st

import tinygrad_np as tg
from viz.models import layered

NODE = re.compile(r'    n(\d+)([(\[])"([^"]*)"([)\]]):::(op|leaf|constant|rest|result)')
EDGE = re.compile(r'    n(\d+) -->(?:\|"([^"|]*)"\|)? n(\d+)')


def read(text):
    """Parse a flowchart; every line must have one of the forms that `mermaid` writes."""
    first, *lines = text.rstrip("\n").split("\n")
    assert first in ("flowchart TB", "flowchart LR")
    nodes, edges = {}, []
    for line in lines:
        if match := NODE.fullmatch(line):
            assert match[2] + match[4] in ("()", "[]")
            label = re.sub(r"#(\d+);", r"&#\1;", match[3]).replace("<br/>", "\n")
            nodes[int(match[1])] = (html.unescape(label).replace("\xa0", " "), match[5])
        elif match := EDGE.fullmatch(line):
            edges.append((int(match[1]), match[2], int(match[3])))
        else:
            assert line.startswith("    classDef ")
    return nodes, edges


def test_a_flowchart():
    x = tg.tensor(np.ones((2, 2)), requires_grad=True, name="x")
    nodes, edges = read(tg.viz.mermaid({"y": x @ x - 1.0}, direction="LR"))
    assert nodes == {
        0: ("x\n(2, 2)  float64", "leaf"),
        1: ("matmul\n(2, 2)  float64", "op"),
        2: ("1.0", "constant"),
        3: ("y = subtract\n(2, 2)  float64", "result"),
    }
    assert edges == [(0, "x", 1), (0, "y", 1), (1, "x", 3), (2, "y", 3)]


@given(st.text())
def test_a_flowchart_is_valid_for_any_names(name):
    x = tg.tensor([1.0], requires_grad=True, name=name)
    nodes, edges = read(tg.viz.mermaid(tg.subtract(x, x)))
    assert (sorted(nodes), edges) == ([0, 1], [(0, "x", 1), (0, "y", 1)])
    if name.isprintable() and name.strip() and name.isascii() and len(name) < 48:
        assert nodes[0][0].split("\n")[0] == name


def test_a_prompt_shows_a_flowchart_line_by_line():
    drawn = tg.viz.mermaid(tg.tensor([1.0], requires_grad=True))
    assert isinstance(drawn, str)
    assert repr(drawn) == drawn


def test_modules_are_subgraphs():
    lines = tg.viz.mermaid(layered()(np.ones((1, 2)))).split("\n")
    opened = [line.strip() for line in lines if line.strip().startswith("subgraph")]
    assert opened == [
        'subgraph g0["Sequential"]',
        'subgraph g3["0#58; Linear"]',
        'subgraph g1["1 #8230; 4#58; Sequential #215; 4"]',
        'subgraph g2["4#46;0#58; Linear"]',
    ]
    assert sum(line.strip() == "end" for line in lines) == len(opened)
    assert "    class g0,g1,g2,g3 group" in lines
    tanh = next(line for line in lines if "tanh" in line)
    assert tanh.startswith(" " * 12 + "n")  # in g1, in g0
    assert "4#46;1#58; Tanh" in tanh
