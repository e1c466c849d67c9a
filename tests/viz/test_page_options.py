"""The page's options and defaults: tapes, failures, closed modules, large graphs."""

import json
import random
import re

import numpy as np
import pytest

import tinygrad_np as tg
from tinygrad_np import nn
from viz.chromium import BOXES, COMPLETE, find_box, heading, until


def data_of(page):
    found = re.findall(r'<script id="data" type="application/json">(.*?)</script>', str(page), re.S)
    return json.loads(found[0])


def leaf(value=(0.0, 2.0)):
    return tg.tensor(list(value), requires_grad=True, name="w")


def failing(error, f):
    """Return the page of a debug() block in which a function raised."""
    with np.errstate(all="ignore"), tg.debug() as debugging, pytest.raises(error):
        f()
    return tg.viz.html(debugging)


def failed(data):
    (box,) = (box for box in data["boxes"] if box.get("mark") == "failed")
    return box


def model():
    return nn.Sequential(nn.Linear(2, 3, rng=0), nn.Tanh(), nn.Linear(3, 3, rng=0))


def wrong_shape():
    return failing(tg.ShapeError, lambda: tg.exp(model()(np.ones((4, 2)))) @ np.ones((5, 1)))


def test_a_tape():
    with tg.record() as tape, np.errstate(all="ignore"):
        w = leaf((1.0, 2.0))
        (w * w).sum().backward()
        tg.log(w - 1.0)
    data = data_of(tg.viz.html(tape))
    assert [box.get("op") for box in data["boxes"] if box.get("result")] == ["sum", "log"]
    assert len(data["steps"]) == 3
    assert data["trouble"][0]["words"].startswith("forward: the result of log first becomes Inf")


def test_an_op_that_failed():
    data = data_of(wrong_shape())
    box = failed(data)
    assert (box["op"], box["notes"][0]) == ("matmul", "ShapeError")
    assert " ".join(box["notes"][1:]) == "matmul: (4, 3) @ (5, 1): the inner sizes 3 and 5 differ"
    assert "shape" not in box
    assert "np.ones((5, 1))" in data["lines"][box["line"]][2]


def test_an_op_that_made_nan_is_explained():
    data = data_of(failing(tg.NonFiniteError, lambda: tg.log(leaf() - 1.0)))
    (found,) = data["trouble"]
    assert data["boxes"][found["box"]] == failed(data)
    assert "log is NaN where x is negative" in found["words"]


def test_a_rule_that_failed_is_explained():
    w = leaf()
    data = data_of(failing(tg.NonFiniteError, lambda: tg.sqrt(w * w).sum().backward()))
    (found,) = data["trouble"]
    assert data["boxes"][found["box"]] == failed(data)
    assert found["step"] == len(data["steps"]) - 1
    assert "the slope of sqrt at 0 is infinite" in found["words"]


@pytest.mark.browser
def test_the_page_opens_at_the_failure(visit):
    with visit(wrong_shape()) as page:
        assert heading(page) == "matmul"
        assert page.text_content("#notes").startswith("ShapeErrormatmul: (4, 3) @ (5, 1)")
        assert "failed" in page.text_content("#legend")
        thing = find_box(page, mark="failed")
        assert page.evaluate("graphPage.marks.selected") == thing
        x, y, scale, wide, high = page.evaluate(
            """(thing) => {
              const { scene, view } = graphPage, i = scene.index.get(thing);
              const { width, height } = document.getElementById("graph").getBoundingClientRect();
              return [(scene.x[i] - view.x) * view.scale, (scene.y[i] - view.y) * view.scale,
                view.scale, width, height];
            }""",
            thing,
        )
        assert 0 < x < wide
        assert 0 < y < high
        assert scale > 0.5
        until(page, COMPLETE)
        assert page.locator("#body th", has_text="matmul (failed)").count() == 1


@pytest.mark.browser
def test_a_rule_that_failed_and_its_step(visit):
    w = leaf()
    with visit(failing(tg.NonFiniteError, lambda: tg.sqrt(w * w).sum().backward())) as page:
        assert heading(page) == "sqrt"
        assert "Inf was first made here, backward" in page.inner_text("#panel")
        page.click("#origin")
        assert heading(page) == "Backward: sqrt"


class Pair(nn.Module):
    def __init__(self):
        self.first, self.second = nn.Linear(2, 2, rng=0), nn.Linear(2, 2, rng=1)

    def forward(self, x):
        return self.second(tg.tanh(self.first(x)))


def opened(**options):
    pairs = nn.Sequential(Pair(), Pair(), nn.Linear(2, 1, rng=0))
    data = data_of(tg.viz.html(pairs(np.ones((3, 2))).sum(), **options))
    return {data["containers"][n]["title"] for n in data["opened"][1:]}


def test_modules_that_are_initially_closed():
    everything = {"Sequential", "0: Pair", "1: Pair", "2: Linear"}
    layers = {f"{pair}.{layer}: Linear" for pair in (0, 1) for layer in ("first", "second")}
    assert opened() == everything | layers
    assert opened(depth=0) == set()
    assert opened(depth=1) == {"Sequential"}
    assert opened(depth=2) == everything
    assert opened(collapse="Pair") == (everything | layers) - {"0: Pair", "1: Pair"}
    assert opened(collapse=["0.first"]) == (everything | layers) - {"0.first: Linear"}
    with pytest.raises(ValueError, match="draw: collapse: there is no module 'Pear'"):
        opened(collapse="Pear")
    with pytest.raises(ValueError, match="draw: depth is -1"):
        opened(depth=-1)


def test_unknown_options_are_refused_by_the_page():
    with pytest.raises(TypeError, match="html: there is no option 'folds'"):
        tg.viz.html(leaf().sum(), folds=True)  # type: ignore[call-arg]


def chain(n, ops):
    y = leaf()
    for i in range(n):
        y = ops[i % len(ops)](y)
    return y


def test_small_graphs_are_not_folded():
    assert tg.viz.html(chain(100, [tg.sin])).boxes == 101
    assert tg.viz.html(chain(100, [tg.sin]), fold=True).boxes == 2


def test_large_graphs_are_folded_by_default():
    y = chain(3000, [tg.sin])
    assert tg.viz.html(y).boxes == 2
    assert tg.viz.html(y, fold=False).boxes == 3001


def test_names_of_large_graphs_may_come_from_an_iterator():
    y = leaf()
    for _ in range(3000):
        y = tg.sin(y)
    other = tg.tensor([1.0, 2.0], requires_grad=True)
    drawn = tg.viz.html(y * other, params=iter([("a name", other)]))
    assert drawn.boxes == 4
    assert "a name" in [box.get("name") for box in data_of(drawn)["boxes"]]


@pytest.mark.slow
def test_very_large_graphs_show_the_newest_boxes():
    chance = random.Random(0)
    y = chain(10_500, [chance.choice([tg.sin, tg.cos]) for _ in range(10_500)])
    drawn = tg.viz.html(y)
    assert drawn.boxes == 10_001
    assert data_of(drawn)["boxes"][0]["kind"] == "rest"
    assert tg.viz.html(y, max_nodes=50).boxes == 51


@pytest.mark.browser
def test_a_hundred_thousand_ops_and_sixtyfold_sharing(visit):
    def shared():
        y = leaf((1.0, 2.0))
        for _ in range(60):
            y = y + y
        return y

    for y, boxes in ((chain(100_000, [tg.sin, tg.tanh]), 3), (shared(), 61)):
        drawn = tg.viz.html(y)
        assert drawn.boxes == boxes
        with visit(drawn) as page:
            assert page.evaluate("graphPage.ready") < 5000
            assert len(page.evaluate(BOXES)["things"]) == boxes
