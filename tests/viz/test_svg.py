"""Pictures as SVG: always valid, without clipped text, drawn without external programs."""

import gc
import re
import shutil
import sys
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import example, given, settings, strategies as st

import tinygrad_np as tg
from tinygrad_np import nn
from tinygrad_np.viz import by_dot
from tinygrad_np.viz.labels import SIZES, measured, width_of
from tinygrad_np.viz.lines import Words
from tinygrad_np.viz.model import Arrow, Box, Group, Picture
from tinygrad_np.viz.picture import Builder
from tinygrad_np.viz.placing import Parts, Placed
from tinygrad_np.viz.svg import STYLE, svg_of

SVG = "{http://www.w3.org/2000/svg}"
NASTY = st.lists(
    st.sampled_from(['"', "'", "\\", "<", ">", "</text>", "&", "&lt;", "&#0;", "]]>", "<!--"])
    | st.sampled_from(
        ["\n", "\0", " ", "  ", "\ud800", "\u202e", "\ufffe", "שלום", "🎉", "e\u0301"]
    )
    | st.characters()
).map("".join)
ANY_NAME = st.text() | NASTY
NEEDS_DOT = pytest.mark.skipif(shutil.which("dot") is None, reason="the dot program is missing")
ENGINES = pytest.mark.parametrize("engine", ["own", pytest.param("dot", marks=NEEDS_DOT)])
DIRECTIONS = pytest.mark.parametrize("direction", ["TB", "LR", "BT", "RL"])


def parsed(drawn):
    return ElementTree.fromstring(str(drawn))


def boxes_of(root):
    """Return the boxes of a picture: their class, rectangle and lines of text."""
    found = []
    for g in root.iter(f"{SVG}g"):
        rect = g.find(f"{SVG}rect")
        x, y, w, h = (float(rect.get(key)) for key in ("x", "y", "width", "height"))
        lines = ["".join(text.itertext()).replace("\xa0", " ") for text in g.iter(f"{SVG}text")]
        found.append((g.get("class"), (x, y, x + w, y + h), lines))
    return found


def model():
    x = tg.tensor(np.ones((4, 3)), name="x")
    w = tg.tensor(np.ones((3, 2)), requires_grad=True, name="w")
    b = tg.tensor(np.zeros(2), requires_grad=True, name="b")
    return {"loss": (tg.relu(x @ w + b) ** 2.0).mean(axis=0)}


@given(leaf=ANY_NAME, result=ANY_NAME, value=ANY_NAME)
@example(leaf="\ud800", result=" ", value="\u2028")
def test_svg_is_valid_for_any_names(leaf, result, value):
    boxes = (
        Box(0, "leaf", name=leaf, shape=(2,), dtype="float64"),
        Box(1, "op", value or "op", result, (("key", value),), result=True, operands=("x", value)),
    )
    root = parsed(svg_of(Picture(boxes, (Arrow(0, 1, 0), Arrow(0, 1, 1))), engine="own"))
    assert [look for look, _, _ in boxes_of(root)] == ["leaf", "op result"]
    if leaf.isprintable() and leaf.strip() and len(leaf) < 48:
        assert boxes_of(root)[0][2][0] == leaf.replace("\xa0", " ")
        assert root.find(f"{SVG}g/{SVG}title").text == f"{leaf} leaf (2,) float64"


@given(name=ANY_NAME, value=ANY_NAME, count=st.integers(0, 6))
@DIRECTIONS
def test_words_stay_in_their_box_and_apart(direction, name, value, count):
    box = Box(0, "op", "op", name, (("key", value),), (2, 3), "int8", operands=(value,) * count)
    label = measured(box, direction)
    places = []
    for line, x, y in label.lines:
        w, h = width_of(line) / 2, SIZES[line[-1].kind] / 2
        assert abs(x) + w <= label.width / 2
        assert abs(y) + h <= label.height / 2
        places.append((x - w, y - h, x + w, y + h))
    for i, a in enumerate(places):
        for b in places[:i]:
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
    along = label.width if direction in ("TB", "BT") else label.height
    assert all(abs(port) < along / 2 for port in label.ports)
    assert label.ports == sorted(label.ports)


def test_text_that_another_font_could_lengthen_has_a_fixed_width():
    x = tg.tensor(1.0, requires_grad=True, name="a name of many characters")
    y = tg.tensor(1.0, requires_grad=True, name="日本")
    texts = list(parsed(tg.viz.svg([x, y])).iter(f"{SVG}text"))
    assert [text.get("textLength") for text in texts] == ["155", None, "24", None]


def test_widths_are_those_of_helvetica():
    assert width_of([Words("(2, 25)  float64", "small")]) == pytest.approx(64.48)
    assert width_of([Words("MMMM")]) == pytest.approx(4 * 0.833 * 12)
    assert width_of([Words("MM", "name"), Words("ii")]) == pytest.approx(
        12 * (2 * 0.833 + 2 * 0.222)
    )


@ENGINES
@DIRECTIONS
def test_values_flow_in_the_given_direction(direction, engine):
    root = parsed(tg.viz.svg(model(), direction=direction, engine=engine))
    found = boxes_of(root)
    at = {lines[0]: rectangle for _, rectangle, lines in found}
    low, high, sign = {"TB": (1, 3, 1), "BT": (1, 3, -1), "LR": (0, 2, 1), "RL": (0, 2, -1)}[
        direction
    ]
    first, last = at["relu"], at["loss = mean"]
    assert first[high] < last[low] if sign > 0 else last[high] < first[low]
    width, height = float(root.get("width")), float(root.get("height"))
    slack = {"own": 0.11, "dot": 1.0}[engine]  # the program gets integers
    for _, (x0, y0, x1, y1), _ in found:
        assert x0 >= 12 - slack
        assert y0 >= 12 - slack
        assert x1 <= width - 12 + slack
        assert y1 <= height - 12 + slack
    # The tips of the arrows touch the boxes where values enter.
    heads = [p.get("d") for p in root.iter(f"{SVG}path") if p.get("class") == "head"]
    tips = [tuple(map(float, d[1:].split("L")[0].split(","))) for d in heads]
    side = {"TB": 1, "BT": 3, "LR": 0, "RL": 2}[direction]
    for x, y in tips:
        along, across = (x, y) if direction in ("TB", "BT") else (y, x)
        assert any(
            abs(across - r[side]) < slack and r[1 - low] <= along <= r[3 - low] for _, r, _ in found
        )


def test_kinds_look_different():
    looks = {look for look, _, _ in boxes_of(parsed(tg.viz.svg(model(), max_nodes=3)))}
    assert looks == {"rest", "op", "op result"}
    assert {look for look, _, _ in boxes_of(parsed(tg.viz.svg(model())))} >= {"leaf", "constant"}


def luminance(color):
    color = color if len(color) == 7 else "#" + "".join(2 * c for c in color[1:])
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    bright, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def test_words_and_lines_have_contrast_in_the_light_and_in_the_dark():
    light, dark = (dict(re.findall(r"--([\w-]+):(#\w+)", part)) for part in STYLE.split("@media"))
    assert light.keys() == dark.keys()
    for colors in (light, dark):
        papers = ["op", "leaf", "parameter", "module", "constant", "result", "wrong", "frame"]
        for paper in [*papers, "paper"]:
            assert contrast(colors["ink"], colors[paper]) >= 7
            assert contrast(colors["muted"], colors[paper]) >= 4.5
        for edge in [*(name for name in colors if name.endswith("-edge")), "line"]:
            assert contrast(colors[edge], colors["paper"]) >= 3
        for paper in papers:
            if paper != "constant":  # only other boxes contain text in this colour
                assert contrast(colors["wrong-edge"], colors[paper]) >= 4.5


def test_svg_has_texts_for_screen_readers():
    root = parsed(tg.viz.svg(model(), direction="LR"))
    assert root.get("role") == "img"
    assert root[0].tag == f"{SVG}title"
    assert root[0].text == "a graph of 8 boxes: 5 ops, 2 leaves, 1 constant"
    assert root[1].tag == f"{SVG}desc"
    assert root[1].text == (
        "Values flow from left to right. Results: loss mean axis=0 (2,) float64"
    )


def test_svg_is_shown_in_notebooks_and_saved_in_files(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    path = tmp_path / "new" / "graph.svg"
    drawn = tg.viz.svg(model(), path)
    assert drawn._repr_mimebundle_() == {"image/svg+xml": str(drawn), "text/plain": repr(drawn)}
    assert path.read_text(encoding="utf-8") == str(drawn)
    assert drawn.save(str(tmp_path / "a.svg")).read_text(encoding="utf-8") == str(drawn)


def test_every_line_ends_where_its_arrow_begins():
    root = parsed(tg.viz.svg(model(), engine="own"))
    paths = list(root.iter(f"{SVG}path"))
    for line, head in zip(paths[::2], paths[1::2], strict=True):
        end = re.split("[MLC ]", line.get("d"))[-1].split(",")
        tip = head.get("d")[1:].split("L")[0].split(",")
        assert end[0] == tip[0]
        assert float(tip[1]) - float(end[1]) == pytest.approx(6)


@pytest.mark.slow
def test_a_deep_graph_and_a_shared_one():
    x = y = tg.tensor(1.0, requires_grad=True)
    for _ in range(60):
        y = y + y
    root = parsed(tg.viz.svg(y, fold=False))
    assert len(boxes_of(root)) == 61
    tops = [rectangle[1] for _, rectangle, _ in boxes_of(root)]
    assert all(a < b for a, b in pairwise(tops))
    y = x
    for _ in range(20_000):
        y = tg.sin(y)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(300)
    try:
        drawn = tg.viz.svg(y, fold=False)
    finally:
        sys.setrecursionlimit(limit)
    assert str(drawn).count('class="edge"') == 20_000


@settings(max_examples=20)
@given(st.lists(st.sampled_from(["sin", "add", "matmul", "concatenate"]), max_size=12))
def test_svg_is_deterministic(ops):
    def drawn():
        h = x = tg.tensor(np.ones((2, 2)), requires_grad=True)
        for op in ops:
            h = {
                "sin": lambda h: tg.sin(h),
                "add": lambda h: h + x,
                "matmul": lambda h: x @ h,
                "concatenate": lambda h: tg.concatenate([h, x, h])[:2],
            }[op](h)
        return str(tg.viz.svg(h, engine="own"))

    assert drawn() == drawn()


class Block(nn.Module):
    """x plus the result of a network, so that the input is used twice."""

    def __init__(self):
        self.inner = nn.Linear(2, 2, rng=0)

    def forward(self, x):
        return x + tg.tanh(self.inner(x))


def network():
    ends = nn.Linear(2, 2, rng=0), nn.Linear(2, 1, rng=0)
    return nn.Sequential(ends[0], Block(), Block(), Block(), ends[1], nn.Tanh())


def frames_of(root):
    """Return the frames of a picture by title: the rectangles of the frame and the title."""
    found = {}
    elements = list(root)
    frames = [element for element in elements if element.get("class") == "frame"]
    titles = [element for element in elements if element.get("class") == "title"]
    for frame, title in zip(frames, titles, strict=True):
        x, y, w, h = (float(frame.get(key)) for key in ("x", "y", "width", "height"))
        left, base = float(title.get("x")), float(title.get("y"))
        width = width_of([Words(title.text, "title")])
        found[title.text] = (x, y, x + w, y + h), (left, base - 9, left + width, base + 2)
    return found


def holds(a, b):
    return a[0] < b[0] and a[1] < b[1] and b[2] < a[2] and b[3] < a[3]


def apart(a, b):
    return a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


@ENGINES
@DIRECTIONS
def test_modules_are_frames_with_titles_on_nothing_else(direction, engine):
    root = parsed(tg.viz.svg(network()(np.ones((4, 2))), direction=direction, engine=engine))
    frames = frames_of(root)
    titles = ["0: Linear", "1 … 3: Block × 3", "3.inner: Linear", "4: Linear", "Sequential"]
    assert sorted(frames) == titles
    outer, block = frames["Sequential"][0], frames["1 … 3: Block × 3"][0]
    assert holds(outer, block)
    assert holds(block, frames["3.inner: Linear"][0])
    assert apart(block, frames["4: Linear"][0])
    boxes = boxes_of(root)
    inside = [lines[0] for _, box, lines in boxes if holds(block, box)]
    assert sorted(inside) == sorted(["3.inner.weight", "3.inner.bias", "linear", "tanh", "add"])
    for frame, title in frames.values():
        assert holds(frame, title)
        assert title[1] - frame[1] < 12  # at the top edge
        assert all(apart(title, box) for _, box, _ in boxes)


def test_a_module_as_a_box_and_a_module_of_one_op():
    root = parsed(tg.viz.svg(network()(np.ones((4, 2))), depth=1))
    modules = [lines for look, _, lines in boxes_of(root) if look.startswith("module")]
    assert modules == [
        ["0: Linear", "1 op, 6 parameters", "(4, 2)  float64"],
        ["1 … 3: Block × 3", "3 ops, 6 parameters", "(4, 2)  float64"],
        ["4: Linear 2→1", "1 op, 3 parameters", "(4, 1)  float64"],
        ["5: Tanh", "1 op, 0 parameters", "(4, 1)  float64"],
    ]
    root = parsed(tg.viz.svg(network()(np.ones((4, 2)))))
    assert ["tanh", "5: Tanh", "(4, 1)  float64"] in [lines for _, _, lines in boxes_of(root)]


def test_values_and_thumbnails_stay_in_their_boxes():
    w = tg.tensor([[1.0, np.nan], [np.inf, -1.0]], requires_grad=True, name="w")
    root = parsed(tg.viz.svg(w * 2.0, thumbnails=True))
    for g in root.iter(f"{SVG}g"):
        box, *cells = g.iter(f"{SVG}rect")
        x, y, width, height = (float(box.get(key)) for key in ("x", "y", "width", "height"))
        if g.get("class") != "constant":
            assert len(cells) == 4
            assert "#b42318" in [cell.get("fill") for cell in cells]
        for cell in cells:
            left, top = float(cell.get("x")), float(cell.get("y"))
            assert holds((x, y, x + width, y + height), (left, top, left + 5, top + 5))
    _, _, lines = boxes_of(root)[0]
    assert lines == ["w", "(2, 2)  float64", "-1 … inf, mean inf", "1 NaN, 1 inf"]


@NEEDS_DOT
def test_dot_lays_out_small_graphs(monkeypatch):
    by_dot = str(tg.viz.svg(model(), engine="dot"))
    assert by_dot == str(tg.viz.svg(model())) != str(tg.viz.svg(model(), engine="own"))
    by_own = str(tg.viz.svg(model(), engine="own"))
    for a, b in zip(boxes_of(parsed(by_dot)), boxes_of(parsed(by_own)), strict=True):
        assert (a[0], a[2]) == (b[0], b[2])
    leaves = [tg.tensor(np.ones(1), requires_grad=True) for _ in range(101)]
    framed = network()(np.ones((4, 2)))
    for many in (leaves, tg.concatenate([leaves[0]] * 301), framed):
        assert str(tg.viz.svg(many)) == str(tg.viz.svg(many, engine="own"))
        assert str(tg.viz.svg(many)) != str(tg.viz.svg(many, engine="dot"))
    monkeypatch.setenv("PATH", "")
    assert str(tg.viz.svg(model())) == str(tg.viz.svg(model(), engine="own"))


@NEEDS_DOT
@DIRECTIONS
def test_arrows_by_dot_end_at_the_names_of_inputs(direction):
    x = [tg.tensor(np.ones((2, n)), requires_grad=True, name=f"x{n}") for n in (1, 2, 3)]
    root = parsed(tg.viz.svg(tg.concatenate(x, axis=1), direction=direction, engine="dot"))
    sources = {lines[0]: box for _, box, lines in boxes_of(root)}
    op = next(g for g in root.iter(f"{SVG}g") if "op" in g.get("class"))
    ports = [t for t in op.iter(f"{SVG}text") if t.get("class") == "port"]
    paths = list(root.iter(f"{SVG}path"))
    assert len(ports) == 3
    for i, (line, head) in enumerate(zip(paths[::2], paths[1::2], strict=True)):
        start = [float(c) for c in re.split("[MC ]", line.get("d"))[1].split(",")]
        tip = [float(c) for c in head.get("d")[1:].split("L")[0].split(",")]
        x0, y0, x1, y1 = sources[f"x{i + 1}"]
        assert x0 - 1 <= start[0] <= x1 + 1
        assert y0 - 1 <= start[1] <= y1 + 1
        along = 0 if direction in ("TB", "BT") else 1
        port = float(ports[i].get("xy"[along])) - (0, 0.35 * 9)[along]
        assert abs(tip[along] - port) < 1


def along(path):
    """Return points along an SVG path."""
    found, here = [], np.zeros(2)
    for command, numbers in re.findall("([MLC])([^MLC]*)", path):
        points = np.array([float(n) for n in re.split("[ ,]+", numbers.strip())]).reshape(-1, 2)
        t = np.linspace(0, 1, 50)[:, None]
        if command == "L":
            found += list(here + t * (points[0] - here))
        for a, b, c in points.reshape(-1, 3, 2) if command == "C" else ():
            curve = (1 - t) ** 3 * here + 3 * t * (1 - t) ** 2 * a + 3 * t**2 * (1 - t) * b
            found += list(curve + t**3 * c)
            here = c
        here = points[-1]
    return np.array(found)


@DIRECTIONS
@pytest.mark.parametrize("make", [model, lambda: network()(np.ones((4, 2))).sum()])
def test_no_line_passes_through_words(make, direction):
    root = parsed(tg.viz.svg(make(), direction=direction))
    words = [title for _, title in frames_of(root).values()]
    boxes = [box for _, box, _ in boxes_of(root)]
    for path in root.iter(f"{SVG}path"):
        if path.get("class") == "edge":
            x, y = along(path.get("d")).T
            met = [
                (x0 + 1 < x) & (x < x1 - 1) & (y0 + 1 < y) & (y < y1 - 1)
                for x0, y0, x1, y1 in words + boxes
            ]
            assert not np.any(met[: len(words)])
            # A line by dot starts at the edge of its box, and ends inside the other.
            assert sum(np.any(m) for m in met) <= 1


@pytest.mark.parametrize(
    ("x", "y", "is_through"), [(0, 50, True), (100, 50, False), (0, -180, False)]
)
def test_a_line_through_a_box_is_detected(x, y, is_through):
    boxes = [Box(i, "leaf", name="name") for i in range(3)]
    parts = Parts(Picture(tuple(boxes), (Arrow(0, 1, None),)), "TB", thumbnails=False)
    found = Placed(999, 999, [(x, y - 200.0), (x, y + 200.0), (0.0, 50.0)], [], [("", [])])
    line = [(x, y + step) for step in (-200.0, -100.0, 100.0, 200.0)]
    assert by_dot.passes_through(parts, found, [line]) == is_through


def test_dot_is_not_used_if_its_lines_cross_text(monkeypatch):
    monkeypatch.setattr(by_dot, "passes_through", lambda *_: True)
    assert str(tg.viz.svg(model())) == str(tg.viz.svg(model(), engine="own"))


@NEEDS_DOT
def test_dot_receives_no_names():
    boxes = (Box(0, "leaf", name='<a>"\\N'), Box(1, "op", "o&p", operands=("<x>", '"y"')))
    shown = Picture(
        boxes, (Arrow(0, 1, 0), Arrow(0, 1, 1)), (Group(0, "]]>", "<k>", members=(1,)),)
    )
    root = parsed(svg_of(shown, engine="dot"))
    assert boxes_of(root)[0][2] == ['<a>"\\N']


@pytest.mark.skipif(sys.platform == "win32", reason="a script is not a program on Windows")
def test_a_failure_of_dot_is_reported(tmp_path, monkeypatch):
    program = tmp_path / "dot"
    program.write_text("#!/bin/sh\necho no layout engine >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    with pytest.raises(RuntimeError, match="svg: the 'dot' program failed, use engine='own': no l"):
        tg.viz.svg(model(), engine="dot")
    with pytest.warns(RuntimeWarning, match="svg: the 'dot' program failed, .*no layout engine"):
        drawn = tg.viz.svg(model())  # dot is the default here, not requested
    assert str(drawn) == str(tg.viz.svg(model(), engine="own"))


@pytest.mark.parametrize("draw", [tg.viz.svg, tg.viz.html])
def test_the_garbage_collector_is_paused_and_resumed(draw, monkeypatch):
    seen, build = [], Builder.build

    def noted(*arguments, **options):
        seen.append(gc.isenabled())
        return build(*arguments, **options)

    monkeypatch.setattr(Builder, "build", noted)
    draw(model())
    assert seen == [False]
    assert gc.isenabled()
    with pytest.raises(TypeError):
        draw(3)
    assert gc.isenabled()
    gc.disable()
    try:
        draw(model())
        assert not gc.isenabled()
    finally:
        gc.enable()
