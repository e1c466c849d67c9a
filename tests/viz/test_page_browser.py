"""The page in Chromium: pointer, keys, NaN, dark mode, ten thousand boxes."""

import numpy as np
import pytest

import tinygrad_np as tg
from viz.chromium import (
    BOXES,
    COMPLETE,
    click_on,
    container,
    find_box,
    heading,
    network,
    shared,
    until,
)

pytestmark = pytest.mark.browser

# Reading a pixel back forces the browser to finish drawing.
FRAMES = """() => {
  const pen = document.getElementById("graph").getContext("2d"), found = [];
  for (let done = false; !done;) {
    const start = performance.now();
    done = found.length ? graphPage.drawMore() : graphPage.draw();
    pen.getImageData(0, 0, 1, 1);
    found.push(performance.now() - start);
  }
  return found;
}"""
CORNER = """() => {
  const pen = document.getElementById("graph").getContext("2d");
  return [...pen.getImageData(1, 1, 1, 1).data];
}"""


def guarded_root():
    x = tg.tensor([4.0, 0.0, 9.0], requires_grad=True, name="x")
    with tg.record() as tape, np.errstate(all="ignore"):
        loss = np.where(x > 0, np.sqrt(x), 0.0).sum()
        loss.backward()
    return tg.viz.html({"loss": loss}, tape=tape)


def test_a_click_shows_the_details(visit):
    with visit(shared()) as page:
        assert page.is_hidden("#panel")
        click_on(page, find_box(page, name="w"))
        assert heading(page) == "w"
        text = page.inner_text("#panel")
        for expected in ("leaf", "(2,)", "float64", "[1., 2.]", "[2.41997, 4.07065]", "multiply"):
            assert expected in text
        assert page.locator("#panel canvas").count() == 4  # two images, two histograms
        assert page.text_content("#live").startswith("w, leaf, shape (2,), float64, used 3 times")
        page.click("#panel .link >> text=tanh")
        assert heading(page) == "tanh"
        assert "return" not in page.inner_text("#panel pre >> nth=0")
        assert "loss = (w * w + tg.tanh(w)).sum()" in page.inner_text("#panel")
        page.click("#panel .close")
        assert page.is_hidden("#panel")


def test_the_panel_does_not_cover_the_selected_box(visit):
    with visit(network()) as page:
        page.set_viewport_size({"width": 800, "height": 600})
        thing = find_box(page, name="1.inner.bias")
        page.evaluate(
            """(thing) => {
              const { scene, view } = graphPage, i = scene.index.get(thing);
              view.scale = 1;
              view.x = scene.x[i] + scene.w[i] / 2 - 790;
              view.y = scene.y[i] - 200;
            }""",
            thing,
        )
        click_on(page, thing)
        assert heading(page) == "1.inner.bias"
        right, left, width = page.evaluate(
            """(thing) => {
              const { scene, view } = graphPage, i = scene.index.get(thing), w = scene.w[i] / 2;
              const { width } = document.getElementById("graph").getBoundingClientRect();
              return [scene.x[i] + w - view.x, scene.x[i] - w - view.x, width];
            }""",
            thing,
        )
        assert 0 < left < right < width < 500


def test_search(visit):
    with visit(network()) as page:
        page.keyboard.press("/")
        page.keyboard.type("tanh")
        assert page.text_content("#found") == "3 found"
        page.keyboard.press("Enter")
        assert page.text_content("#found") == "1 of 3"
        assert heading(page) == "tanh"
        page.keyboard.press("Enter")
        assert page.text_content("#found") == "2 of 3"
        page.fill("#query", "no such thing")
        assert page.text_content("#found") == "0 found"


def test_search_opens_closed_modules(visit):
    with visit(network()) as page:
        page.click("#collapse")
        assert len(page.evaluate(BOXES)["frames"]) == 0
        page.fill("#query", "1.inner.weight")
        page.press("#query", "Enter")
        thing = find_box(page, name="1.inner.weight")
        assert thing in page.evaluate(BOXES)["things"]


def test_modules_close_and_open(visit):
    with visit(network()) as page:
        everything = page.evaluate(BOXES)
        number = container(page, "1: Block")
        page.evaluate("(n) => graphPage.select(graphPage.thingOf(n))", number)
        page.click("#toggle")
        closed = page.evaluate(BOXES)
        count = page.evaluate("(n) => graphPage.data.containers[n].nodes", number)
        assert len(closed["things"]) == len(everything["things"]) - count + 1
        assert page.text_content("#toggle") == "Open module"
        page.click("#toggle")
        assert page.evaluate(BOXES) == everything


def test_every_use_of_an_arrow_ends_where_the_next_begins(visit):
    with visit(network()) as page:
        gaps = page.evaluate(
            """() => {
              const { data, scene } = graphPage;
              return data.arrows.map((a) => {
                let gap = 0;
                for (let i = 4; i < a.length; i += 2) {
                  const line = (k) => scene.lines[data.containers[a[k]].first + a[k + 1]].points;
                  const p = line(i - 2), q = line(i);
                  gap = Math.max(gap, Math.abs(p.at(-2) - q[0]), Math.abs(p.at(-1) - q[1]));
                }
                return gap;
              });
            }"""
        )
        assert len(gaps) > 20
        assert max(gaps) < 0.5


def test_keys_walk_along_the_graph(visit):
    with visit(network()) as page:
        page.focus("#graph")
        page.keyboard.press("ArrowUp")  # the first key selects the result
        assert heading(page) == "loss = mean"
        page.keyboard.press("ArrowUp")
        assert heading(page) == "square"
        page.keyboard.press("ArrowDown")
        assert heading(page) == "loss = mean"
        page.keyboard.press("ArrowDown")
        assert page.text_content("#live") == "nothing further this way"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "panel"
        page.keyboard.press("Escape")
        assert page.is_hidden("#panel")
        assert page.evaluate("document.activeElement.id") == "graph"


def test_keys_walk_sideways_and_close_and_open(visit):
    with visit(network()) as page:
        page.evaluate("(b) => graphPage.select(b, true)", find_box(page, name="1.inner.bias"))
        page.focus("#graph")
        page.keyboard.press("ArrowLeft")
        assert heading(page) == "1.inner.weight"
        page.keyboard.press("ArrowRight")
        assert heading(page) == "1.inner.bias"
        page.keyboard.press("Backspace")
        assert heading(page) == "1.inner: Linear"
        assert "closed" in page.text_content("#live")
        page.keyboard.press("Enter")
        assert "opened" in page.text_content("#live")


def test_pointer_and_keys_move_and_zoom(visit):
    with visit(network()) as page:

        def view():
            return page.evaluate("({...graphPage.view})")

        first = view()
        page.mouse.move(300, 300)
        page.mouse.down()
        page.mouse.move(350, 320, steps=4)
        page.mouse.up()
        moved = view()
        assert first["x"] - moved["x"] == pytest.approx(50 / first["scale"])
        assert page.is_hidden("#panel")  # it was not a click
        page.mouse.wheel(0, -300)
        until(page, f"graphPage.view.scale > {first['scale']}")
        page.keyboard.press("-")
        page.keyboard.press("+")
        page.keyboard.press("0")
        scene = page.evaluate(BOXES)
        fitted = view()
        assert scene["height"] * fitted["scale"] < 800
        assert fitted["y"] < 0


def test_the_origin_of_a_nan(visit):
    with visit(guarded_root()) as page:
        assert page.input_value("#colour") == "nan"
        assert page.text_content("#origin") == "First NaN"
        page.click("#origin")
        assert heading(page) == "Backward: sqrt"
        assert "0 times that is NaN" in " ".join(page.inner_text("#panel").split())
        click_on(page, find_box(page, op="sqrt"))
        assert "NaN was first made here, backward" in page.inner_text("#panel")
        page.click("#panel .link >> text=x")
        assert "2 NaN" not in page.inner_text("#panel")
        assert "1 NaN of 3 elements" in page.inner_text("#panel")


def test_a_page_without_trouble_does_not_mention_any(visit):
    with visit(shared()) as page:
        assert page.is_hidden("#origin")
        assert page.input_value("#colour") == "kind"


@pytest.mark.parametrize("mode", ["gradient", "seconds", "saved", "nan", "kind"])
def test_colours(visit, mode):
    with visit(network()) as page:
        before = page.evaluate("graphPage.draw(), document.getElementById('graph').toDataURL()")
        page.select_option("#colour", mode)
        after = page.evaluate("graphPage.draw(), document.getElementById('graph').toDataURL()")
        assert (before == after) is (mode == "kind")
        assert page.locator("#legend li").count() >= 4


def test_dark_and_light(visit):
    with visit(shared(), color_scheme="dark") as page:
        assert page.evaluate(CORNER) == [17, 21, 28, 255]
        page.keyboard.press("d")
        page.wait_for_timeout(50)
        assert page.evaluate(CORNER) == [255, 255, 255, 255]
        assert page.text_content("#theme") == "Dark"
    with visit(shared(), color_scheme="light") as page:
        assert page.evaluate(CORNER) == [255, 255, 255, 255]


def test_a_table_has_the_same_content(visit):
    with visit(shared()) as page:
        until(page, COMPLETE)
        rows = [
            [cell.strip() for cell in row.locator("th, td").all_text_contents()]
            for row in page.locator("#body tr").all()
        ]
        assert rows[0] == [
            "w",
            "(2,) float64",
            "",
            "",
            "1 … 2, mean 1.5",
            "2.42 … 4.0707, mean 3.2453",
        ]
        assert [row[0] for row in rows] == ["w", "multiply", "tanh", "add", "loss = sum (result)"]
        assert rows[3][3] == "multiply, tanh"
        page.click("#listing")
        page.click("#body button >> text=tanh")
        assert heading(page) == "tanh"
        assert "unseen" in page.get_attribute("#rows", "class")


def test_texts_for_screen_readers(visit):
    with visit(network()) as page:
        assert page.get_attribute("#graph", "role") == "application"
        assert page.get_attribute("#graph", "aria-label").startswith("loss: a graph of ")
        unnamed = page.evaluate(
            """() => [...document.querySelectorAll("button, input, select")]
              .filter((e) => !(e.textContent.trim() || e.getAttribute("aria-label"))).length"""
        )
        assert unnamed == 0
        reached = []
        for _ in range(14):
            page.keyboard.press("Tab")
            reached.append(page.evaluate("document.activeElement.id"))
        assert reached.index("query") < reached.index("colour") < reached.index("graph")


ALL_IN_SIGHT = """(() => {
  const { scene, view } = graphPage, canvas = document.getElementById("graph");
  const right = view.x + canvas.clientWidth / view.scale;
  const bottom = view.y + canvas.clientHeight / view.scale;
  return view.x <= 0 && view.y <= 0 && right >= scene.width && bottom >= scene.height;
})()"""


def test_a_notebook_shows_the_page_in_a_frame(browser):
    page = browser.new_page()
    page.set_content(shared()._repr_html_())
    _, frame = page.frames
    until(frame, "window.graphPage !== undefined")
    assert frame.text_content("#title") == "loss"
    page.close()


def test_a_frame_that_is_resized_later_shows_the_graph(browser):
    page = browser.new_page()
    page.set_content(f"<div style='display:none'>{shared()._repr_html_()}</div>")
    _, frame = page.frames
    until(frame, "window.graphPage !== undefined")
    page.evaluate("document.querySelector('div').style.display = 'block'")
    until(frame, "document.getElementById('graph').height > 300")
    until(frame, ALL_IN_SIGHT)
    frame.click("#zoomin")
    page.set_viewport_size({"width": 500, "height": 400})
    until(frame, "document.getElementById('graph').width < 500")
    assert not frame.evaluate(ALL_IN_SIGHT)  # the view was chosen by the reader
    page.close()


def test_names_are_shown_as_plain_text(visit):
    name = "</script><img src=x onerror=\"window.broken=1\"><b id='planted'>&amp;\u2028"
    x = tg.tensor([1.0], requires_grad=True, name=name)
    with visit(tg.viz.html(x.sum(), title=name)) as page:
        click_on(page, 0)
        assert heading(page) == name
        assert page.evaluate("window.broken") is None
        assert page.locator("#planted").count() == 0


def ten_thousand(rng):
    nodes = [tg.tensor(1.0, requires_grad=True, name=f"w{i}") for i in range(20)]
    while len(nodes) < 9970:
        near = nodes[-30:]
        a, b = (near[int(i)] for i in rng.integers(0, len(near), 2))
        nodes.append(tg.maximum(a, b))
    # Unused nodes are added to the result.
    return tg.stack(nodes).sum()


def test_ten_thousand_boxes(visit, rng):
    """The limits are generous: they catch quadratic growth on any machine."""
    drawn = tg.viz.html(ten_thousand(rng), constants=False)
    assert drawn.boxes > 9900
    with visit(drawn) as page:
        ready = page.evaluate("graphPage.ready")
        until(page, COMPLETE)
        page.keyboard.press("0")
        fitted = page.evaluate("graphPage.view.scale")
        frames = {}
        scale = fitted
        while scale < 2:
            page.evaluate(
                """(scale) => Object.assign(graphPage.view, {
                  scale,
                  x: graphPage.scene.width / 2 - 400 / scale,
                  y: graphPage.scene.height / 2 - 300 / scale,
                })""",
                scale,
            )
            frames[scale] = min((page.evaluate(FRAMES) for _ in range(3)), key=max)
            scale *= 2
        print(f"\n{drawn.boxes:,} boxes, {len(str(drawn)) / 1e6:.1f} MB: opens in {ready:.0f} ms")
        for scale, found in frames.items():
            print(f"  at {scale:.4f}: frames of {', '.join(f'{ms:.0f}' for ms in found)} ms")
        assert ready < 5000
        assert max(map(max, frames.values())) < 250
