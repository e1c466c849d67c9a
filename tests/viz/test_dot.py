"""Pictures as DOT text: always valid, and in linear time."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import graphviz
import numpy as np
import pytest
from hypothesis import example, given, settings, strategies as st

import tinygrad_np as tg
from tinygrad_np.viz.dot import digraph
from tinygrad_np.viz.picture import Arrow, Box, Group, Picture, picture

needs_dot = pytest.mark.skipif(shutil.which("dot") is None, reason="the dot program is missing")

TOKEN = re.compile(
    r'\s*(?:(?P<quoted>"(?:[^"\\]|\\.)*")|(?P<name>[A-Za-z_]\w*|-?(?:\.\d+|\d+(?:\.\d*)?))'
    r"|(?P<mark>->|[{}\[\]=;,:])|(?P<html><))",
    re.DOTALL,
)


def tokens(source):
    """Split DOT text as its grammar does; raise on anything that is not a token."""
    at, found = 0, list[Any]()
    while source[at:].strip():
        match = TOKEN.match(source, at)
        assert match, f"no token at {source[at : at + 40]!r}"
        at = match.end()
        if match["html"] is None:
            found.append(match[0].strip())
            continue
        depth, start = 1, at
        while depth:
            assert at < len(source), "an HTML-like label does not end"
            depth += {"<": 1, ">": -1}.get(source[at], 0)
            at += 1
        found.append(ElementTree.fromstring(f"<label>{source[start : at - 1]}</label>"))
    return found


def statements(source):
    """Return the nodes and clusters by name, and the edges, of DOT text as `draw` writes it.

    A cluster has its attributes, and the nodes and clusters in it under "in".
    """
    stream = iter(tokens(source))
    assert [next(stream), next(stream)] == ["digraph", "{"]
    nodes, edges, inside = {}, [], []
    words = []

    def finish():
        if "->" in words:
            edges.append((words[0], words[words.index("->") + 1]))
        words.clear()

    for token in stream:
        if token == "[":
            given = {}
            while (key := next(stream)) != "]":
                assert next(stream) == "="
                given[key] = next(stream)
            if words == ["graph"] and inside:
                nodes[inside[-1]].update(given)
            else:
                nodes[words[0]] = given
                if inside:
                    nodes[inside[-1]]["in"].append(words[0])
            words.clear()
        elif token == "{":
            assert words[0] == "subgraph"
            nodes[words[1]] = {"in": []}
            if inside:
                nodes[inside[-1]]["in"].append(words[1])
            inside.append(words[1])
            words.clear()
        elif token == "}":
            finish()
            if not inside:
                break
            inside.pop()
        else:
            if words and token not in ("->", ":") and words[-1] not in ("->", ":", "subgraph"):
                finish()
            words.append(token)
    assert list(stream) == []
    return nodes, edges


def shown_text(label):
    return "\n".join(label.itertext()).replace("\xa0", " ")


def shown_lines(label):
    """Return the pieces of text of a label, stripped of spaces."""
    return [piece.strip() for piece in shown_text(label).split("\n") if piece.strip()]


# Arbitrary names, and names made of characters that DOT, HTML and XML treat specially.
NASTY = st.lists(
    st.sampled_from(['"', "\\", "<", ">", "<b>", "</td>", "&", "&lt;", "&#0;", "\n", "\r", "\0"])
    | st.sampled_from([":", ";", "[", "]", "{", "}", "->", "|", "\\N", "\\l", "]]>", "<!--", " "])
    | st.characters()
).map("".join)
ANY_NAME = st.text() | NASTY


@pytest.mark.slow
@given(leaf=ANY_NAME, result=ANY_NAME, output=ANY_NAME)
@example(leaf="\ud800", result=" ", output="\u2028")
@example(leaf="<b>x</b>", result='a\\"', output="\\")
def test_source_is_valid_for_any_names(leaf, result, output):
    x = tg.tensor([1.0], requires_grad=True, name=leaf)
    y = tg.subtract(x, 1.0)
    y.name = result
    nodes, edges = statements(tg.viz.draw({output: y * 2.0}).source)
    assert list(nodes) == ["graph", "node", "edge", "n0", "n1", "n2", "n3", "n4"]
    assert edges == [("n0", "n2"), ("n1", "n2"), ("n2", "n4"), ("n3", "n4")]
    if leaf.isprintable() and leaf.strip() and len(leaf) < 48:
        assert shown_text(nodes["n0"]["label"]).startswith(leaf + "\n")


@needs_dot
@settings(max_examples=25)
@given(names=st.lists(ANY_NAME, min_size=20, max_size=20), value=ANY_NAME)
@example(names=["]", "]]>", "--", " ", "<", "\\"], value="]")
def test_dot_accepts_every_name(names, value):
    boxes = [
        Box(i, "op", "op", name, (("key", value),), (2,), "float64", operands=("x", value),
            group=i)
        for i, name in enumerate(names)
    ]  # fmt: skip
    boxes.append(Box(len(names), "module", value, value, group=0, module=value, line=value))
    arrows = [Arrow(i, i + 1, 1) for i in range(len(names) - 1)]
    groups = [
        Group(i, name, value, i - 1 if i else None, (i,), 1 + i % 2) for i, name in enumerate(names)
    ]
    source = digraph(Picture(tuple(boxes), tuple(arrows), tuple(groups))).source
    done = subprocess.run(
        ["dot", "-Tsvg"], input=source.encode(), capture_output=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, b"")
    svg = ElementTree.fromstring(done.stdout)
    titles = [e.text for e in svg.iter("{http://www.w3.org/2000/svg}title")]
    assert {f"n{i}" for i in range(len(names) + 1)} <= set(titles)
    assert {f"cluster_{i}" for i in range(len(names) - 1)} <= set(titles)


@needs_dot
def test_dot_shows_the_exact_characters_of_a_name():
    name = 'a "b" <b>c</b> \\d &lt; e:f \\n é'
    x = tg.tensor([1.0], requires_grad=True, name=name)
    svg = ElementTree.fromstring(tg.viz.draw(x).pipe(format="svg"))
    words = [e.text.replace("\xa0", " ") for e in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert words == [name, "(1,)  float64"]
    hints = [e.get("{http://www.w3.org/1999/xlink}title") for e in svg.iter()]
    assert f"{name} leaf (1,) float64" in hints


def test_unprintable_characters_are_escaped():
    x = tg.tensor([1.0], requires_grad=True, name="a\nb\0c")
    nodes, _ = statements(tg.viz.draw(x).source)
    assert shown_text(nodes["n0"]["label"]).startswith("a\\nb\\x00c\n")


def test_long_names_are_shortened_only_in_the_label():
    name = "layer." * 30 + "weight"
    nodes, _ = statements(tg.viz.draw(tg.tensor(1.0, requires_grad=True, name=name)).source)
    assert len(shown_text(nodes["n0"]["label"]).split("\n")[0]) == 48
    assert name in nodes["n0"]["tooltip"]


def test_a_label_names_op_shape_dtype_and_parameters():
    x = tg.tensor(np.ones((2, 800)), requires_grad=True, name="x")
    y = tg.sum(x, axis=0, keepdims=True)
    y.name = "total"
    nodes, _ = statements(tg.viz.draw(y).source)
    assert shown_text(nodes["n0"]["label"]) == "x\n(2, 800)  float64"
    assert shown_lines(nodes["n1"]["label"]) == [
        "total =", "sum", "axis=0, keepdims=True", "(1, 800)  float64",
    ]  # fmt: skip


def test_omitted_nodes_are_counted():
    x = tg.tensor([1.0], requires_grad=True)
    nodes, edges = statements(tg.viz.draw(tg.exp(tg.sin(x)), max_nodes=1).source)
    assert shown_text(nodes["n0"]["label"]) == "2 earlier nodes"
    assert edges == [("n0", "n1")]


def test_kinds_look_different():
    x = tg.tensor([1.0], requires_grad=True)
    nodes, _ = statements(tg.viz.draw(tg.sin(x * 2.0)).source)
    looks = [(node["fillcolor"], node["style"]) for node in list(nodes.values())[3:]]
    assert len(set(looks)) == 4


@pytest.mark.parametrize("direction", ["TB", "LR", "BT", "RL"])
def test_arrows_end_at_the_named_inputs(direction):
    x = tg.tensor(np.ones((2, 2)), requires_grad=True)
    y = tg.tensor(np.ones((2, 2)), requires_grad=True)
    source = tg.viz.draw(y @ x, direction=direction).source
    side = {"TB": "n", "BT": "s", "LR": "w", "RL": "e"}[direction]
    assert f"n1 -> n2:i0:{side}" in source
    assert f"n0 -> n2:i1:{side}" in source
    nodes, _ = statements(source)
    assert nodes["graph"]["rankdir"] == direction
    ports = {td.get("port"): td[0].text for td in nodes["n2"]["label"].iter("td") if td.get("port")}
    assert ports == {"i0": "x", "i1": "y"}


@needs_dot
@pytest.mark.parametrize("direction", ["TB", "LR", "BT", "RL"])
def test_values_flow_in_the_given_direction(direction):
    x = tg.tensor(1.0, requires_grad=True)
    layout = tg.viz.draw(tg.sin(x) - 1.0, direction=direction).pipe(format="plain").decode()
    places = [line.split()[1:4] for line in layout.splitlines() if line.startswith("node")]
    found = {name: (float(a), float(b)) for name, a, b in places}
    axis, sign = {"TB": (1, -1), "BT": (1, 1), "LR": (0, 1), "RL": (0, -1)}[direction]
    assert sign * found["n0"][axis] < sign * found["n1"][axis] < sign * found["n3"][axis]


@pytest.mark.slow
def test_a_deep_graph():
    y = tg.tensor(1.0, requires_grad=True)
    for _ in range(100_000):
        y = tg.sin(y)
    assert tg.viz.draw(y, fold=False).source.count("->") == 100_000
    assert tg.viz.draw(y, fold=False, max_nodes=10).source.count("->") == 10
    folded = tg.viz.draw(y).source
    assert folded.count("->") == 1
    assert " × 100,000" in folded


def test_the_work_grows_with_the_graph():
    def calls(n):
        y = tg.tensor(1.0, requires_grad=True)
        for _ in range(n):
            y = y + y
        count = 0

        def on_event(frame, event, argument):
            nonlocal count
            count += event == "call"

        sys.setprofile(on_event)
        try:
            source = tg.viz.draw(y).source
        finally:
            sys.setprofile(None)
        return count, len(source)

    calls(1)  # imports
    (few, short), (many, long) = calls(50), calls(500)
    assert many < 11 * few
    assert long < 12 * short


def test_draw_is_deterministic():
    def source():
        x = tg.tensor(np.ones((3, 3)), requires_grad=True)
        return tg.viz.draw({"a": tg.softmax(x @ x), "b": x.sum()}).source

    assert source() == source()


def test_draw_gives_the_standard_object():
    drawn = tg.viz.draw(tg.tensor(1.0))
    assert isinstance(drawn, graphviz.Digraph)


def mlp():
    return tg.nn.Sequential(tg.nn.Linear(2, 3, rng=0), tg.nn.Tanh(), tg.nn.Linear(3, 1, rng=0))


def test_modules_are_nested_frames():
    nodes, edges = statements(tg.viz.draw(mlp()(np.ones((4, 2)))).source)
    frames = {name: node for name, node in nodes.items() if "in" in node}
    assert {name: shown_text(frame["label"]) for name, frame in frames.items()} == {
        "cluster_0": "Sequential",
        "cluster_1": "0: \nLinear",
        "cluster_2": "2: \nLinear",
    }
    assert set(frames["cluster_0"]["in"]) == {"n6", "cluster_1", "cluster_2"}
    assert frames["cluster_1"]["in"] == ["n0", "n1", "n5"]
    assert shown_lines(nodes["n6"]["label"])[:2] == ["tanh", "1: Tanh"]  # it needs no frame
    assert ("n4", "n5") in edges


@given(name=ANY_NAME, kind=ANY_NAME)
@example(name="cluster_0", kind="}")
@example(name='"', kind="\\")
def test_source_is_valid_for_any_module_names(name, kind):
    boxes = (Box(0, "leaf", group=0), Box(1, "module", kind, module=name, group=0, line=name))
    shown = Picture(boxes, (Arrow(0, 1),), (Group(0, name, kind, None, (0, 1), 3),))
    nodes, edges = statements(digraph(shown).source)
    assert list(nodes) == ["graph", "node", "edge", "cluster_0", "n0", "n1"]
    assert edges == [("n0", "n1")]
    if kind.isprintable() and kind.strip() and len(kind) < 48:
        assert shown_text(nodes["cluster_0"]["label"]).endswith(f"{kind}\n × 3")


def test_a_collapsed_module_is_described():
    nodes, _ = statements(tg.viz.draw(mlp()(np.ones((4, 2))), depth=1).source)
    labels = [shown_lines(nodes[name]["label"]) for name in ("n1", "n2", "n3")]
    assert labels == [
        ["0:", "Linear", "2→3", "1 op, 9 parameters", "(4, 3)  float64"],
        ["1:", "Tanh", "1 op, 0 parameters", "(4, 3)  float64"],
        ["2:", "Linear", "3→1", "1 op, 4 parameters", "(4, 1)  float64"],
    ]
    x = tg.tensor(np.ones((4, 2, 3)), requires_grad=True)
    nodes, _ = statements(tg.viz.draw(tg.nn.Flatten()(x), depth=0).source)
    assert shown_lines(nodes["n1"]["label"])[:2] == ["Flatten", "(4, 2, 3) → (4, 6)"]


def test_repetitions_are_counted():
    y = tg.tensor(1.0, requires_grad=True)
    for _ in range(12):
        y = tg.sin(y) * 2.0
    nodes, edges = statements(tg.viz.draw(y).source)
    assert shown_text(nodes["cluster_0"]["label"]) == " × 12"
    assert edges == [("n0", "n1"), ("n1", "n3"), ("n2", "n3")]
    nodes, _ = statements(tg.viz.draw(tg.sin(tg.sin(y)), fold=False).source)
    assert "cluster_0" not in nodes


def test_values_are_shown_on_request():
    x = tg.tensor([[1.0, 3.0]], requires_grad=True, name="x")
    with tg.record() as tape, np.errstate(all="ignore"):
        y = tg.log(x - 1.0) * 0.0
        y.sum().backward()
    assert "mean" not in tg.viz.draw(y).source
    nodes, _ = statements(tg.viz.draw(y, values=True, tape=tape).source)
    assert shown_lines(nodes["n0"]["label"])[2:] == [
        "1 … 3, mean 2", "gradient 0", "gradient 1 NaN",
    ]  # fmt: skip
    log = shown_lines(nodes["n3"]["label"])
    assert log[2:5] == ["-inf … 0.693, mean -inf", "1 inf", "gradient 0"]
    assert log[5].startswith("16 B saved, ")
    assert __file__ in nodes["n3"]["tooltip"]


def test_thumbnails_are_tables_of_colors():
    x = tg.tensor([[-2.0, 0.0, 1.0, np.nan]], requires_grad=True)
    nodes, _ = statements(tg.viz.draw(x, thumbnails=True).source)
    cells = [td.get("bgcolor") for td in nodes["n0"]["label"].iter("td") if td.get("bgcolor")]
    assert cells == ["#265d9e", "#ffffff", "#e4b08a", "#b42318"]
    nodes, _ = statements(tg.viz.draw(x, values=True).source)
    assert nodes["n0"]["label"].find("table") is None


def test_many_nested_modules():
    class Deep(tg.nn.Module):
        def __init__(self, inner):
            self.inner = inner

        def forward(self, x):
            return tg.sin(self.inner(x)) if self.inner else tg.sin(x)

    model = Deep(None)
    for _ in range(59):
        model = Deep(model)
    y = model(tg.tensor(1.0, requires_grad=True))
    nodes, _ = statements(tg.viz.draw(y).source)
    assert "cluster_58" in nodes["cluster_57"]["in"]
    assert len(picture(y, depth=30).boxes) == 32


# --------------------------------------------------------------- notebooks


@pytest.fixture
def without_dot(monkeypatch):
    monkeypatch.setenv("PATH", "")


def test_notebooks_show_text_where_dot_is_missing(without_dot):
    drawn = tg.viz.draw(tg.tensor([1.0]))
    assert drawn._repr_mimebundle_() == {"text/plain": drawn.source}


@needs_dot
def test_notebooks_show_an_image():
    assert "image/svg+xml" in tg.viz.draw(tg.tensor([1.0]))._repr_mimebundle_()


def test_graphviz_is_imported_on_first_use():
    code = "import sys, tinygrad_np as tg; tg.viz; assert 'graphviz' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(tg.__file__).parents[1])
