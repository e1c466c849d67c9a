"""The page without a browser: its data, its layout, and one safe file."""

import html
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings, strategies as st

import tinygrad_np as tg
from tinygrad_np.engine.op import OPS
from tinygrad_np.viz.page import arrays, embedded
from tinygrad_np.viz.page.rules import formula

ROOT = Path(tg.__file__).parents[1]
NASTY = st.lists(
    st.sampled_from(["</script>", "<!--", "<script", "]]>", "&quot;", '"', "'", "\\", "\u2028"])
    | st.sampled_from(["{{data}}", "{{|}}", "{{script}}", "\0", "\ud800", "\u202e", "🎉", "`${x}"])
    | st.characters()
).map("".join)


def data_of(page):
    """Return the data that a browser reads from a page."""
    found = re.findall(r'<script id="data" type="application/json">(.*?)</script>', str(page), re.S)
    assert len(found) == 1
    return json.loads(found[0])


def recorded(f):
    with tg.record() as tape, np.errstate(all="ignore"):
        loss = f()
        loss.backward()
    return data_of(tg.viz.html({"loss": loss}, tape=tape)), tape


def shared():
    w = tg.tensor([1.0, 2.0], requires_grad=True, name="w")
    return (w * w + tg.tanh(w)).sum()


def guarded_root():
    x = tg.tensor([4.0, 0.0, 9.0], requires_grad=True, name="x")
    return np.where(x > 0, np.sqrt(x), 0.0).sum()


def overflow():
    x = tg.tensor([1.0, 1000.0], requires_grad=True, name="x")
    return (np.exp(x) * 2.0).sum()


class Block(tg.nn.Module):
    def __init__(self):
        self.inner = tg.nn.Linear(3, 3, rng=np.random.default_rng(0))

    def forward(self, x):
        return x + tg.tanh(self.inner(x))


def network():
    model = tg.nn.Sequential(Block(), Block(), tg.nn.Linear(3, 1))
    return (model(np.ones((4, 3))) ** 2.0).mean()


def joined(text):
    """Return the text with adjacent surrogate halves joined to one character, as in JSON."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


@given(leaf=NASTY, title=NASTY)
@example(leaf="\ud83d\udd3c", title="")
@example(leaf="</script><script>alert(1)</script>", title="</title><img src=x onerror=alert(1)>")
@settings(max_examples=60)
def test_names_cannot_break_out_of_the_page(leaf, title):
    w = tg.tensor([1.0], requires_grad=True, name=leaf or None)
    plain = tg.viz.html(tg.tensor([1.0], requires_grad=True, name="w").sum(), title="title")
    page = tg.viz.html(w.sum(), title=title)
    for tag in ("<script", "</script", "<!--", "<img", "</title", "</style"):
        assert str(page).count(tag) == str(plain).count(tag)
    assert str(page).encode()  # no lone surrogate is left
    if leaf:
        assert data_of(page)["boxes"][0]["name"] == joined(leaf)


@pytest.mark.slow
@given(st.dictionaries(NASTY.map(joined), st.lists(NASTY.map(joined))))
def test_embedded_data_round_trips(given_data):
    text = embedded(given_data)
    assert text.isascii()
    assert not set(text) & set("<>&")
    assert json.loads(text) == given_data


def test_data_that_is_not_json_is_refused():
    with pytest.raises(ValueError, match="JSON"):
        embedded({"norm": float("nan")})


def test_the_page_makes_no_network_requests():
    text = str(tg.viz.html(shared()))
    assert "default-src 'none'" in text
    assert not re.search(r"(src|href)=|@import|url\(|fetch\(|https?://", text)


def test_the_page_is_saved_and_shown_in_a_notebook(tmp_path):
    page = tg.viz.html(shared(), tmp_path / "new" / "page.html")
    assert (tmp_path / "new" / "page.html").read_text(encoding="utf-8") == str(page)
    assert repr(page) == "<Page of 5 boxes>"
    frame = re.fullmatch(r'<iframe srcdoc="(.*?)" .*></iframe>', page._repr_html_(), re.S)
    assert frame is not None
    assert html.unescape(frame[1]) == str(page)


def test_titles():
    assert data_of(tg.viz.html(shared()))["title"] == "Graph"
    assert data_of(tg.viz.html({"a": shared(), "b": shared()}))["title"] == "a, b"
    assert data_of(tg.viz.html(shared(), title="My model"))["title"] == "My model"
    named = [tg.tensor(1.0, requires_grad=True, name=name) for name in ("a", None, "b")]
    assert data_of(tg.viz.html(named))["title"] == "a, b"


def test_boxes_have_the_known_details():
    data, _ = recorded(shared)
    w = data["boxes"][0]
    assert (w["name"], w["kind"], w["shape"], w["dtype"]) == ("w", "leaf", "(2,)", "float64")
    value, gradient = data["arrays"][w["value"]], data["arrays"][w["gradient"]]
    assert value["elements"] == "[1., 2.]"
    expected = 2 * np.array([1.0, 2.0]) + 1 - np.tanh([1.0, 2.0]) ** 2
    assert gradient["norm"] == pytest.approx(np.linalg.norm(expected))
    loss = data["boxes"][-1]
    assert loss["result"]
    assert loss["seconds"] > 0
    file, _, text = data["lines"][loss["line"]]
    assert Path(file).name == "test_page.py"
    assert text == "return (w * w + tg.tanh(w)).sum()"


def test_without_a_tape_leaves_and_results_have_values():
    w = tg.tensor([1.0, 2.0], requires_grad=True, name="w")
    boxes = data_of(tg.viz.html((w * w + tg.tanh(w)).sum()))["boxes"]
    assert ["value" in box for box in boxes] == [True, False, False, False, True]


def test_steps_are_those_of_the_backward_pass():
    data, tape = recorded(shared)
    boxes = data["boxes"]
    words = [(boxes[s[0]]["op"], data["rules"][s[2]][1]) for s in data["steps"]]
    assert words == [(step.node.op.name, step.rule.input) for step in tape.steps]
    sums = {}
    for (_, parent, _, g, c, before, after, _, _), step in zip(
        data["steps"], tape.steps, strict=True
    ):
        norms = [data["arrays"][i]["norm"] if i >= 0 else None for i in (g, c, before, after)]
        total = step.contribution + sums[parent] if parent in sums else step.contribution
        expected = [step.cotangent, step.contribution, sums.get(parent), total]
        for norm, array in zip(norms, expected, strict=True):
            assert norm == (None if array is None else pytest.approx(np.linalg.norm(array)))
        sums[parent] = total
    assert sum(s[5] >= 0 for s in data["steps"]) == 2  # w is used three times


def test_a_pass_over_another_graph_is_left_out():
    with tg.record() as tape:
        other, loss = shared(), shared()
        other.backward()
        loss.backward()
    steps = data_of(tg.viz.html(loss, tape=tape))["steps"]
    assert len(steps) == len(tape.steps) / 2
    assert {step[8] for step in steps} == {1}


def test_each_pass_accumulates_separately():
    with tg.record() as tape:
        loss = shared()
        loss.backward(retain_graph=True)
        loss.backward()
    data = data_of(tg.viz.html(loss, tape=tape))
    first, second = (
        [[data["arrays"][i]["norm"] if i >= 0 else None for i in s[3:7]] for s in half]
        for half in (data["steps"][:6], data["steps"][6:])
    )
    assert first == second


def test_folded_blocks_have_the_steps_of_all_blocks():
    with tg.record() as tape:
        x = tg.tensor(1.0, requires_grad=True)
        y = x
        for _ in range(30):
            y = tg.sin(y)
        y.backward()
    data = data_of(tg.viz.html(y, tape=tape, fold=True))
    assert len(data["boxes"]) == 2
    assert len(data["steps"]) == 30
    assert {step[0] for step in data["steps"]} == {1}


@pytest.mark.parametrize(
    ("op", "name", "expected"),
    [
        (tg.tanh, "x", "g * (1.0 - out * out)"),
        (tg.multiply, "x", "g * y"),
        (tg.multiply, "y", "g * x"),
        (tg.subtract, "x", "g"),
        (tg.subtract, "y", "-g"),
    ],
)
def test_formulas_of_rules(op, name, expected):
    assert formula(op.op.rules[name]) == expected


def test_a_rule_of_several_lines_is_shown_without_its_comments():
    found = formula(OPS["linear"].rules["x"])
    assert found.startswith("def _linear_input(g, weight):\n    by_columns = ")
    assert "#" not in found


def test_formulas_of_all_rules_are_found():
    for op in OPS.values():
        for rule in op.rules.values():
            assert not formula(rule).startswith("rule("), op.name


def test_a_rule_without_source_is_named():
    namespace = {}
    exec("rule = lambda g, x: g * x\ndef slope(g, x): return g", namespace)
    rules = OPS["tanh"].rules["x"].__class__
    assert formula(rules(namespace["rule"], "x")) == "rule(g, x)"
    assert formula(rules(namespace["slope"], "x")) == "slope(g, x)"


def test_the_origin_of_a_backward_nan():
    data, tape = recorded(guarded_root)
    (found,) = data["trouble"]
    assert (found["phase"], found["bad"]) == ("backward", "NaN")
    assert data["boxes"][found["box"]]["op"] == "sqrt"
    assert tape.steps[found["step"]].node.op.name == "sqrt"
    assert "x_safe" in found["words"]
    bad = {b.get("name") or b.get("op"): (b["bad"], b["badGradient"]) for b in data["boxes"][:2]}
    assert bad == {"x": (0, 2), "sqrt": (0, 0)}


def test_the_origin_of_a_forward_inf_and_what_it_tainted():
    data, _ = recorded(overflow)
    forward = data["trouble"][0]
    assert (forward["phase"], forward["bad"]) == ("forward", "Inf")
    assert data["boxes"][forward["box"]]["op"] == "exp"
    assert [data["boxes"][b]["op"] for b in forward["tainted"]] == ["multiply", "sum"]


def test_bad_inputs_are_their_own_origin():
    def f():
        x = tg.tensor([1.0, np.nan], requires_grad=True, name="x")
        return (x * 2.0).sum()

    data, _ = recorded(f)
    assert data["boxes"][data["trouble"][0]["box"]]["name"] == "x"


def test_modules_are_laid_out_closed():
    data, _ = recorded(network)
    titles = [c["title"] for c in data["containers"]]
    assert titles[0] == ""
    assert "0: Block" in titles
    for number, container in enumerate(data["containers"]):
        rectangles = []
        for kind, key, x, y in container["items"]:
            if kind in (0, 1):
                w, h = (
                    data["boxes"][key]["label"] if kind == 0 else data["containers"][key]["closed"]
                )[:2]
                assert x - w / 2 >= -0.2
                assert x + w / 2 <= container["width"] + 0.2
                rectangles.append((x - w / 2, y - h / 2, x + w / 2, y + h / 2))
            if kind == 1:
                assert data["containers"][key]["parent"] == number
        for i, a in enumerate(rectangles):
            for b in rectangles[:i]:
                assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def test_every_arrow_is_a_chain_of_links():
    data, _ = recorded(network)
    for tail, head, *way in data["arrows"]:
        pieces = [
            (data["containers"][c], data["containers"][c]["links"][k])
            for c, k in zip(way[::2], way[1::2], strict=True)
        ]
        first, last = pieces[0], pieces[-1]
        assert first[0]["items"][first[1][0]][:2] == [0, tail]
        assert last[0]["items"][last[1][1]][:2] == [0, head]


def test_a_large_graph_opens_with_its_modules_closed():
    model = tg.nn.Sequential(*[tg.nn.Sequential(*[Block() for _ in range(20)]) for _ in range(5)])
    data = data_of(tg.viz.html(model(np.ones((2, 3))).sum()))
    shown = {c["title"] for n, c in enumerate(data["containers"]) if n in data["opened"]}
    assert shown == {"", "Sequential", *(f"{i}: Sequential" for i in range(5))}
    assert len(data_of(tg.viz.html(network()))["opened"]) > 4


@given(st.lists(st.floats(), max_size=40), st.sampled_from([(-1,), (2, -1)]))
def test_descriptions_of_arrays(elements, shape):
    x = np.array(elements)
    if x.size % 2 and len(shape) == 2:
        x = x[:-1]
    with np.errstate(all="ignore"):
        found = arrays.described(x.reshape(shape if x.size else (0,)), 4, 6, 0)
    json.dumps(found, allow_nan=False)
    finite = x[np.isfinite(x)]
    assert found.get("nans", 0) + found.get("infs", 0) + finite.size == x.size
    if finite.size:
        assert (found["min"], found["max"]) == (finite.min(), finite.max())
    if "bars" in found:
        assert sum(found["bars"]) == finite.size
        assert found["bars"][-1] > 0
    if "image" in found:
        assert max(found["rows"], found["columns"]) <= 4


def test_many_arrays_are_described_in_less_detail(monkeypatch):
    monkeypatch.setattr(arrays, "DETAILS", ((1, 16, 24, 16), (np.inf, 4, 12, 1)))
    few, many = arrays.Arrays(), arrays.Arrays()
    few.add(np.eye(3))
    many.add(np.eye(3))
    many.add(np.eye(16))
    assert "elements" in few.data()[0]
    assert "elements" not in many.data()[0]
    assert (many.data()[1]["rows"], len(many.data()[1]["bars"])) == (4, 12)


def test_a_graph_without_boxes_to_lay_out():
    page = tg.viz.html(tg.tensor(2.0))
    assert len(data_of(page)["boxes"]) == 1


@pytest.mark.slow
@pytest.mark.parametrize(("option", "steps"), [((), 0), (("--values",), 1), (("--depth", "0"), 0)])
def test_the_command_writes_a_page(tmp_path, option, steps):
    (tmp_path / "program.py").write_text(
        "import tinygrad_np as tg\n"
        "def f():\n"
        "    loss = tg.tensor([1.0], requires_grad=True).sum()\n"
        "    loss.backward()\n"
        "    return loss\n"
    )
    command = [sys.executable, "-m", "tinygrad_np", "draw", "program.py:f", "-o", "page.html"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    subprocess.run([*command, *option], cwd=tmp_path, check=True, env=environment)
    data = data_of((tmp_path / "page.html").read_text(encoding="utf-8"))
    assert (len(data["boxes"]), len(data["steps"])) == (2, steps)
