"""Helpers for tests of the page: two graphs, and functions that wait, query and click."""

import numpy as np

import tinygrad_np as tg

BOXES = """() => {
  const { scene } = graphPage, { x, y, w, h } = scene;
  const boxes = x.map((cx, i) => [cx - w[i] / 2, y[i] - h[i] / 2, cx + w[i] / 2, y[i] + h[i] / 2]);
  const frames = scene.frames.map((f) => [f.container, f.x, f.y, f.x + f.w, f.y + f.h]);
  const lines = scene.lines.map((l) => [...l.points]);
  return { things: scene.things, boxes, frames, lines, height: scene.height };
}"""
COMPLETE = "document.getElementById('body').dataset.complete === 'true'"


def until(page, expression):
    """Wait until an expression holds; the page blocks `eval`, which Playwright's own wait uses."""
    for _ in range(600):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"this never became true: {expression}")


def click_on(page, thing):
    """Click on a box."""
    at = page.evaluate(
        """(thing) => {
          const { scene, view } = graphPage, i = scene.index.get(thing);
          const [x, y] = [scene.x[i] - view.x, scene.y[i] - view.y];
          return { x: x * view.scale, y: y * view.scale };
        }""",
        thing,
    )
    page.click("#graph", position=at)


def heading(page):
    return page.text_content("#panel h2")


def container(page, title):
    titles = page.evaluate("graphPage.data.containers.map((c) => c.title)")
    return titles.index(title)


def find_box(page, **wanted):
    boxes = page.evaluate("graphPage.data.boxes")
    return next(i for i, b in enumerate(boxes) if wanted.items() <= b.items())


class Block(tg.nn.Module):
    def __init__(self):
        self.inner = tg.nn.Linear(3, 4, rng=np.random.default_rng(0))
        self.outer = tg.nn.Linear(4, 3, rng=np.random.default_rng(1))

    def forward(self, x):
        return x + self.outer(tg.tanh(self.inner(x)))


def network(blocks=3):
    model = tg.nn.Sequential(*[Block() for _ in range(blocks)], tg.nn.Linear(3, 1))
    with tg.record() as tape:
        loss = (model(np.ones((4, 3))) ** 2.0).mean()
        loss.backward()
    return tg.viz.html({"loss": loss}, params=model, tape=tape)


def shared():
    w = tg.tensor([1.0, 2.0], requires_grad=True, name="w")
    with tg.record() as tape:
        loss = (w * w + tg.tanh(w)).sum()
        loss.backward()
    return tg.viz.html({"loss": loss}, tape=tape)
