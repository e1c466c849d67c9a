"""Positions on the page, in Chromium: nothing overlaps and titles are readable."""

import random
from itertools import pairwise

import numpy as np
import pytest

import tinygrad_np as tg
from tinygrad_np import nn
from viz.chromium import BOXES, container, find_box

pytestmark = pytest.mark.browser

SLACK = 0.2
TITLES = """() => graphPage.scene.frames.map((f) => {
  const left = f.x + f.title, { titleWidth } = graphPage.data.containers[f.container];
  return [left, f.y + 2, left + titleWidth, f.y + 18];
})"""
ACTIVATIONS = tg.tanh, tg.sin, tg.relu


class TangleWithALongName(nn.Module):
    """Nested modules that use earlier results at random."""

    def __init__(self, chance, depth, name):
        self.chance, self.gate = chance, nn.Linear(3, 3, rng=0)
        self.parts = nn.ModuleList(
            [
                TangleWithALongName(chance, depth - 1, f"{name}{i}")
                if depth and chance.random() < 0.6
                else chance.choice([nn.Linear(3, 3, rng=i), nn.Tanh()])
                for i in range(chance.randint(1, 4))
            ]
        )

    def forward(self, *given):
        chance, values = self.chance, list(given)
        for part in self.parts:
            some = chance.sample(values, chance.randint(1, min(3, len(values))))
            values.append(part(*some) if isinstance(part, TangleWithALongName) else part(sum(some)))
            if chance.random() < 0.3:
                values.append(chance.choice(ACTIVATIONS)(values[-1]))
        return sum(values[len(given) :]) * self.gate(given[0])


def tangle(seed):
    chance = random.Random(seed)
    x = [tg.tensor(np.ones((2, 3)), requires_grad=True, name=f"x{i}") for i in range(3)]
    return tg.viz.html(TangleWithALongName(chance, 3, "")(*x).sum()), chance


@pytest.mark.parametrize("seed", range(8))
def test_open_modules_keep_clear_of_the_rest(visit, seed):
    """With any modules open, boxes are apart, frames enclose their boxes, lines avoid titles."""
    drawn, chance = tangle(seed)
    with visit(drawn) as page:
        parents = page.evaluate("graphPage.data.containers.map((c) => c.parent)")
        homes = page.evaluate("graphPage.data.boxes.map((b) => b.container)")
        everything = list(range(len(parents)))
        states = [[n for n in everything if n == 0 or chance.random() < 0.8] for _ in range(6)]
        for opened in (everything, *states):
            page.evaluate("(list) => graphPage.setOpen(list)", opened)
            found = page.evaluate(BOXES)
            frames = {n: rectangle for n, *rectangle in found["frames"]}
            assert set(frames) <= set(opened)
            check_nesting(found, frames, parents, homes)
            titles = page.evaluate(TITLES)
            within_boxes = [(x + 1, y + 1, x1 - 1, y1 - 1) for x, y, x1, y1 in found["boxes"]]
            for points in found["lines"]:
                assert all(a <= b + 0.5 for a, b in pairwise(points[1::2]))
                curve = drawn_as(points)
                for a, b in pairwise(curve):
                    assert not any(crosses(a, b, words) for words in titles)
                    assert not any(crosses(a, b, box) for box in within_boxes)
            for title, frame in zip(titles, found["frames"], strict=True):
                assert within(title, frame[1:])
                assert not any(overlap(title, box) for box in found["boxes"])


def check_nesting(found, frames, parents, homes):
    """Check that boxes and frames are apart, and inside the frames of their modules."""
    inside = {}
    for thing, box in zip(found["things"], found["boxes"], strict=True):
        home = homes[thing] if thing < len(homes) else parents[thing - len(homes)]
        inside.setdefault(home, []).append(box)
        if home > 0:
            assert within(box, frames[home])
    for n, frame in frames.items():
        inside.setdefault(parents[n], []).append(frame)
        if parents[n] > 0:
            assert within(frame, frames[parents[n]])
    for rectangles in inside.values():
        for i, a in enumerate(rectangles):
            assert not any(overlap(a, b) for b in rectangles[:i])


def within(a, b):
    return a[0] >= b[0] and a[1] >= b[1] and a[2] <= b[2] and a[3] <= b[3]


def overlap(a, b):
    return (
        a[0] < b[2] - SLACK and b[0] < a[2] - SLACK and a[1] < b[3] - SLACK and b[1] < a[3] - SLACK
    )


def drawn_as(points):
    """Return points along a line as it is drawn, with curves where it goes sideways."""
    curve = [(points[0], points[1])]
    for x, y in zip(points[2::2], points[3::2], strict=True):
        x0, y0 = curve[-1]
        for t in [i / 12 for i in range(1, 13)] if x != x0 else [1.0]:
            s = 1 - t
            middle = (y0 + y) / 2
            across = (s**3 + 3 * s * s * t) * x0 + (3 * s * t * t + t**3) * x
            down = s**3 * y0 + 3 * (s * s * t + s * t * t) * middle + t**3 * y
            curve.append((across, down))
    return curve


def crosses(a, b, rectangle):
    """Return whether the rectangle around two neighbouring points meets another."""
    left, top, right, bottom = rectangle
    return (
        min(a[0], b[0]) < right
        and max(a[0], b[0]) > left
        and min(a[1], b[1]) < bottom
        and max(a[1], b[1]) > top
    )


def test_a_module_of_one_op_is_named_in_its_box(visit):
    model = nn.Sequential(nn.Linear(3, 3, rng=0), nn.Tanh(), nn.Linear(3, 1, rng=0))
    with visit(tg.viz.html(model(np.ones((2, 3))).sum())) as page:
        titles = page.evaluate("graphPage.data.containers.map((c) => c.title)")
        assert titles == ["", "Sequential", "0: Linear", "2: Linear"]
        thing = find_box(page, op="tanh", module="1: Tanh")
        words = page.evaluate("(b) => graphPage.data.boxes[b].label.slice(2).flat()", thing)
        assert "1: Tanh" in words
        page.fill("#query", "1: tanh")
        page.press("#query", "Enter")
        assert "1: Tanh" in page.inner_text("#panel dl")
        assert container(page, "Sequential") == page.evaluate(
            "(b) => graphPage.data.boxes[b].container", thing
        )
