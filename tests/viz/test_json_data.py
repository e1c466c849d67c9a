"""Graphs as data for other tools."""

import json

import numpy as np
from hypothesis import given, strategies as st

import tinygrad_np as tg
from viz.models import layered


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


def test_json_has_groups_counts_and_values():
    x = tg.tensor([[1.0, -2.0]], requires_grad=True, name="x")
    y = layered()(x)
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
    assert len(tg.viz.to_json(y)["nodes"]) == 1 + 5 * 3 + 4  # nothing is folded by default


def test_json_has_strings_for_non_finite_numbers():
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


@given(st.text())
def test_json_round_trips(name):
    x = tg.tensor(np.ones((2, 3)), requires_grad=True, name=name)
    found = tg.viz.to_json(tg.where(x.data > 0, x[:, None, ..., 1:][:, 0, :1], 0.0))
    assert json.loads(json.dumps(found)) == found
    assert found["nodes"][0]["name"] == (name or None) or any(
        node["name"] == name for node in found["nodes"]
    )
