"""Graphs for other tools: Mermaid and JSON."""

import html
import json
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tinygrad_np as tg

NODE = re.compile(r'    n(\d+)([(\[])"([^"]*)"([)\]]):::(op|leaf|constant|rest|result)')
EDGE = re.compile(r'    n(\d+) -->(?:\|"([^"|]*)"\|)? n(\d+)')


def read(text):
    """Take a flowchart apart; every line must be of one of the forms that are written."""
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
def test_a_flowchart_is_valid_whatever_the_names_hold(name):
    x = tg.tensor([1.0], requires_grad=True, name=name)
    nodes, edges = read(tg.viz.mermaid(tg.subtract(x, x)))
    assert (sorted(nodes), edges) == ([0, 1], [(0, "x", 1), (0, "y", 1)])
    if name.isprintable() and name.strip() and name.isascii() and len(name) < 48:
        assert nodes[0][0].split("\n")[0] == name


def test_a_prompt_shows_a_flowchart_line_by_line():
    drawn = tg.viz.mermaid(tg.tensor([1.0], requires_grad=True))
    assert isinstance(drawn, str)
    assert repr(drawn) == drawn


def test_a_direction_that_is_none_is_refused():
    with pytest.raises(ValueError, match="mermaid: direction is 'TB'"):
        tg.viz.mermaid(tg.tensor(1.0), direction="up")  # type: ignore[arg-type]


def test_json_in_full():
    x = tg.tensor(np.ones((2, 3)), requires_grad=True, name="x")
    found = tg.viz.to_json({"y": tg.sum(x, axis=0) - 1.0}, max_nodes=2)
    plain = {
        "op": None,
        "name": None,
        "params": {},
        "shape": None,
        "dtype": None,
        "value": None,
        "result": False,
        "operands": [],
        "group": None,
        "parameter": False,
        "count": 1,
        "module": None,
        "ops": 0,
        "parameters": 0,
        "input_shape": None,
        "values": None,
        "gradient": None,
        "saved": None,
        "seconds": None,
        "line": None,
        "failed": False,
        "notes": [],
    }
    array = {"shape": [3], "dtype": "float64"}
    last = {"op": "subtract", "name": "y", "result": True, "operands": ["x", "y"]}
    assert found == {
        "version": 1,
        "nodes": [
            plain | {"id": 0, "kind": "rest", "value": "1"},
            plain | array | {"id": 1, "kind": "op", "op": "sum", "params": {"axis": "0"}},
            plain | {"id": 2, "kind": "constant", "value": "1.0"},
            plain | array | {"id": 3, "kind": "op"} | last,
        ],
        "edges": [
            {"tail": 0, "head": 1, "port": None},
            {"tail": 1, "head": 3, "port": 0},
            {"tail": 2, "head": 3, "port": 1},
        ],
        "groups": [],
    }


def model():
    blocks = [tg.nn.Sequential(tg.nn.Linear(2, 2, rng=0), tg.nn.Tanh()) for _ in range(4)]
    return tg.nn.Sequential(tg.nn.Linear(2, 2, rng=0), *blocks)


def test_json_has_groups_counts_and_values():
    x = tg.tensor([[1.0, -2.0]], requires_grad=True, name="x")
    y = model()(x)
    found = tg.viz.to_json(y, fold=True, depth=1, values=True)
    assert found["groups"] == [
        {"id": 0, "name": "", "kind": "Sequential", "parent": None, "count": 1}
    ]
    modules = [node for node in found["nodes"] if node["kind"] == "module"]
    assert [
        (node["module"], node["count"], node["ops"], node["parameters"]) for node in modules
    ] == [
        ("0", 1, 1, 6),
        ("1 … 4", 4, 2, 6),
    ]
    assert found["nodes"][0]["values"] == {
        "minimum": -2.0,
        "mean": -0.5,
        "maximum": 1.0,
        "nans": 0,
        "infs": 0,
        "thumbnail": [[1.0, -2.0]],
    }
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert len(tg.viz.to_json(y)["nodes"]) == 1 + 5 * 3 + 4  # nothing is folded unless asked for


def test_json_has_strings_for_what_is_no_number_to_it():
    x = tg.tensor([1.0, np.inf, np.nan], requires_grad=True)
    found = tg.viz.to_json(x, values=True)
    assert found["nodes"][0]["values"] == {
        "minimum": 1.0,
        "mean": "inf",
        "maximum": "inf",
        "nans": 1,
        "infs": 1,
        "thumbnail": [[1.0, "inf", "nan"]],
    }
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_modules_are_subgraphs():
    lines = tg.viz.mermaid(model()(np.ones((1, 2)))).split("\n")
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


@given(st.text())
def test_json_comes_back_as_it_went(name):
    x = tg.tensor(np.ones((2, 3)), requires_grad=True, name=name)
    found = tg.viz.to_json(tg.where(x.data > 0, x[:, None, ..., 1:][:, 0, :1], 0.0))
    assert json.loads(json.dumps(found)) == found
    assert found["nodes"][0]["name"] == (name or None) or any(
        node["name"] == name for node in found["nodes"]
    )
