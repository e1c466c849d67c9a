"""The page of two graphs: its content, and navigation through the differences."""

import json
import re

import numpy as np
import pytest

import tinygrad_np as tg
from tinygrad_np import nn
from viz.chromium import BOXES, COMPLETE, click_on, container, find_box, heading, until

SINES = tg.sin, tg.cos


def data_of(page):
    found = re.findall(r'<script id="data" type="application/json">(.*?)</script>', str(page), re.S)
    return json.loads(found[0])


def leaf(value=(1.0, 2.0)):
    return tg.tensor(np.array(value, float), requires_grad=True, name="x")


def compared(before, after, first=(1.0, 2.0), second=(1.0, 2.0), **options):
    """Compare two functions of a leaf, with all values and gradients."""
    losses, tapes = [], []
    for f, value in ((before, first), (after, second)):
        with tg.record() as tape, np.errstate(all="ignore"):
            loss = f(leaf(value))
            loss.backward()
        losses.append(loss)
        tapes.append(tape)
    return tg.viz.compare(*losses, tapes=(tapes[0], tapes[1]), **options)


def reworked():
    """Return graphs with an added op and constant, a replaced op, a changed sum and gradient."""
    return compared(lambda x: tg.sin(x).sum(), lambda x: tg.cos(x * 2.0).sum(axis=0))


class Block(nn.Module):
    def __init__(self, activation, extra=False):
        self.layer = nn.Linear(3, 3, rng=0)
        self.activation, self.extra = activation, extra

    def forward(self, x):
        h = self.activation(self.layer(x))
        return h * tg.exp(h) if self.extra else h


def networks():
    def loss(*blocks):
        return nn.Sequential(*blocks)(np.ones((2, 3))).sum()

    before = loss(Block(tg.tanh), Block(tg.tanh), Block(tg.tanh))
    after = loss(Block(tg.tanh), Block(tg.tanh, extra=True), Block(tg.sin))
    return tg.viz.compare({"loss": before}, {"loss": after})


def marks(data):
    return {box["op"]: box.get("mark") for box in data["boxes"] if "op" in box}


def test_boxes_are_marked_and_list_their_changes():
    data = data_of(reworked().html())
    assert marks(data) == {"sin": "removed", "multiply": "added", "cos": "added", "sum": "changed"}
    total = data["boxes"][-1]
    assert total["notes"][0] == "axis: default → 0"
    assert data["compared"]
    assert data["title"] == "Difference"
    assert data["steps"] == data["trouble"] == []
    assert data["signs"]["removed"] == "−"


def test_lines_belong_to_one_graph_or_both():
    data = data_of(reworked().html())
    found = {}
    for tail, head, number, link in data["arrows"]:
        words = [data["boxes"][key].get("op", "") for key in (tail, head)]
        found[tuple(words)] = data["containers"][number]["links"][link][3]
    added, removed = 1, 2
    assert found == {
        ("", "sin"): removed, ("sin", "sum"): removed, ("", "multiply"): added,
        ("multiply", "cos"): added, ("cos", "sum"): added,
    }  # fmt: skip


class Waves(nn.Module):
    def __init__(self, extra):
        self.extra = extra

    def forward(self, x):
        return tg.sin(x) + tg.cos(x) * tg.tanh(x) if self.extra else tg.sin(x) + x


def test_a_line_that_both_graphs_share_is_not_marked():
    x = leaf()
    before, after = (nn.Sequential(Waves(extra))(x).sum() for extra in (False, True))
    data = data_of(tg.viz.compare(before, after).html())
    # From x to the module, one line represents all arrows; inside, each has its own line.
    *outer, inner = (container["links"] for container in data["containers"])
    assert {link[3] for links in outer for link in links} == {0}
    assert {link[3] for link in inner} == {0, 1, 2}


def test_both_values_and_gradients_and_their_difference():
    data = data_of(
        compared(lambda x: (x * x).sum(), lambda x: (x * x).sum(), (1, 2), (1, 5)).html()
    )
    x = data["boxes"][0]

    def elements(key):
        return data["arrays"][x[key]]["elements"]

    assert [elements(f"value{part}") for part in ("Before", "", "Change")] == [
        "[1., 2.]", "[1., 5.]", "[0., 3.]",
    ]  # fmt: skip
    assert [elements(f"gradient{part}") for part in ("Before", "", "Change")] == [
        "[2., 4.]", "[ 2., 10.]", "[0., 6.]",
    ]  # fmt: skip
    assert (x["valueFar"], x["gradientFar"]) == (3.0, 6.0)


def test_equal_arrays_are_stored_once():
    data = data_of(compared(lambda x: (x * x).sum(), lambda x: (x * x).sum()).html())
    assert not any("mark" in box or "valueBefore" in box for box in data["boxes"])
    assert [box["valueFar"] for box in data["boxes"]] == [0.0] * 3
    assert len(data["arrays"]) == 6


def test_values_of_other_shapes_have_no_difference():
    data = data_of(tg.viz.compare(leaf((1.0,)), leaf()).html())
    (x,) = data["boxes"]
    assert "valueBefore" in x
    assert not {"valueChange", "valueFar"} & set(x)


def test_infinite_differences_are_reported():
    data = data_of(tg.viz.compare(leaf((1.0, np.inf)), leaf((np.inf, np.inf))).html())
    (x,) = data["boxes"]
    assert x["valueFar"] == "Infinity"
    assert data["arrays"][x["valueChange"]]["infs"] == 1
    data = data_of(tg.viz.compare(leaf((np.nan, np.inf)), leaf((np.nan, np.inf))).html())
    assert data["boxes"][0]["valueFar"] == 0.0


def test_closed_modules_count_their_differences():
    data = data_of(networks().html(title="Blocks"))
    counts = {c["title"]: c["marks"] for c in data["containers"]}
    assert counts["0: Block"] == {}
    assert counts["1: Block"] == {"added": 2}
    assert counts["2: Block"] == {"added": 1, "removed": 1, "changed": 1}
    closed = next(c["closed"] for c in data["containers"] if c["title"] == "2: Block")
    assert closed[-1][4] == "+ 1  − 1  ~ 1"
    assert data["title"] == "Blocks"


def test_a_comparison_refuses_the_options_of_a_graph(tmp_path):
    with pytest.raises(TypeError, match="html: a comparison takes no 'fold'"):
        tg.viz.html(reworked(), fold=True)
    path = tmp_path / "page.html"
    assert str(tg.viz.html(reworked(), path, title="a")) == path.read_text(encoding="utf-8")


# ---------------------------------------------------------------------- in Chromium


@pytest.mark.browser
def test_stepping_through_differences(visit):
    with visit(reworked().html()) as page:
        assert page.input_value("#colour") == "difference"
        assert "+ added− removed~ changed" in page.text_content("#legend")
        assert page.text_content("#difference") == "6 differences"
        names = []
        for _ in range(7):
            page.keyboard.press("n")
            names.append(heading(page))
        assert sorted(names[:6]) == ["2.0", "cos", "multiply", "sin", "sum", "x"]
        assert names[6] == names[0]
        assert page.text_content("#difference") == "1 of 6"
        page.keyboard.press("N")
        assert heading(page) == names[5]
        page.click("#next")
        assert heading(page) == names[0]
        page.click("#previous")
        assert page.text_content("#difference") == "6 of 6"
        click_on(page, find_box(page, op="cos"))
        page.click("#next")  # continues from the selection
        assert heading(page) == names[names.index("cos") + 1]


@pytest.mark.browser
def test_the_panel_of_a_changed_box(visit):
    with visit(compared(lambda x: x.sum(), lambda x: x.sum(), (1, 2), (1, 5)).html()) as page:
        click_on(page, 0)
        text = page.inner_text("#panel")
        assert "~ changed" in text
        assert "values differ by up to 3" in page.text_content("#notes")
        for part in ("before", "after", "after − before"):
            assert page.locator("#panel h4", has_text=re.compile(f"^{part}$")).count() == 1
        for elements in ("[1., 2.]", "[1., 5.]", "[0., 3.]"):
            assert elements in text
        assert page.locator("#panel canvas").count() == 2 * 3 + 2  # the gradient has not changed
        assert "the same in both" in text
        assert page.text_content("#live").startswith("x, leaf, shape (2,), float64, used 1 time")
        assert "changed, values differ by up to 3" in page.text_content("#live")


@pytest.mark.browser
def test_search_and_table_show_differences(visit):
    with visit(reworked().html()) as page:
        for words, count in (
            ("added", 3),
            ("removed", 1),
            ("changed", 2),
            ("axis: default → 0", 1),
        ):
            page.fill("#query", words)
            assert page.text_content("#found") == f"{count} found"
        until(page, COMPLETE)
        assert page.locator("#rows th >> nth=1").text_content() == "difference"
        found = {
            row.locator("th").text_content(): row.locator("td").first.text_content()
            for row in page.locator("#body tr").all()
        }
        assert found["sin"] == "− removed"
        assert found["sum (result)"].startswith("~ changed: axis: default → 0; ")
        assert found["x"].startswith("~ changed: gradient differs by up to ")


@pytest.mark.browser
def test_modules_that_differ_open_and_close(visit):
    with visit(networks().html()) as page:
        page.click("#collapse")
        page.evaluate("(n) => graphPage.setOpen([0, n])", container(page, "Sequential"))
        thing = container(page, "2: Block") + page.evaluate("graphPage.data.boxes.length")
        page.evaluate("(thing) => graphPage.select(thing)", thing)
        assert "1 added, 1 removed, 1 changed" in page.inner_text("#panel")
        page.keyboard.press("n")
        assert find_box(page, op="exp") in page.evaluate(BOXES)["things"]


@pytest.mark.browser
@pytest.mark.parametrize("mode", ["kind", "valueFar", "gradientFar", "seconds"])
def test_colours_of_a_comparison(visit, mode):
    with visit(compared(tg.sum, lambda x: (2.0 * x).sum(), (1, 2), (1, 5)).html()) as page:
        before = page.evaluate("graphPage.draw(), document.getElementById('graph').toDataURL()")
        page.select_option("#colour", mode)
        after = page.evaluate("graphPage.draw(), document.getElementById('graph').toDataURL()")
        assert before != after


@pytest.mark.browser
def test_marks_are_drawn_in_their_colours(visit):
    """The pixels of removed, added and changed boxes have the colours of the legend."""
    with visit(reworked().html()) as page:
        found = page.evaluate(
            """() => {
              graphPage.draw();
              const { scene, view, data } = graphPage, ratio = window.devicePixelRatio;
              const pen = document.getElementById("graph").getContext("2d");
              const at = (x, y) => [...pen.getImageData(
                Math.round((x - view.x) * view.scale * ratio),
                Math.round((y - view.y) * view.scale * ratio), 1, 1).data].slice(0, 3);
              const inside = (op) => {
                const i = scene.index.get(data.boxes.findIndex((b) => b.op === op));
                return at(scene.x[i] - scene.w[i] / 2 + 5, scene.y[i]);
              };
              const fill = (name) => {
                const sample = document.createElement("canvas").getContext("2d");
                const style = getComputedStyle(document.documentElement);
                sample.fillStyle = style.getPropertyValue(name);
                sample.fillRect(0, 0, 1, 1);
                return [...sample.getImageData(0, 0, 1, 1).data].slice(0, 3);
              };
              return [["sin", "--removed"], ["cos", "--added"], ["sum", "--changed"]]
                .map(([op, name]) => [inside(op), fill(name)]);
            }"""
        )
        for drawn, expected in found:
            assert drawn == expected


@pytest.mark.browser
def test_graphs_without_a_difference(visit):
    with visit(compared(tg.sum, tg.sum).html()) as page:
        assert page.text_content("#difference") == "no difference"
        assert page.is_disabled("#next")
        page.keyboard.press("n")
        assert page.is_hidden("#panel")


@pytest.mark.browser
def test_a_page_of_one_graph_has_no_differences(visit):
    with visit(tg.viz.html(tg.sin(leaf()).sum())) as page:
        assert page.is_hidden("#differences")
        assert page.locator("#colour option[value=difference]").count() == 0
        assert page.locator("#rows th", has_text="difference").count() == 0


@pytest.mark.browser
def test_ten_thousand_boxes_compared(visit):
    """The limit is generous: it catches quadratic growth on any machine."""

    def chain(other):
        y = leaf()
        for i in range(9_990):
            y = SINES[i % other == 0](y)
        return y

    drawn = tg.viz.compare(chain(50), chain(51)).html()
    assert drawn.boxes > 9_990
    with visit(drawn) as page:
        assert page.evaluate("graphPage.ready") < 5000
        page.keyboard.press("n")
        assert page.is_visible("#panel")
