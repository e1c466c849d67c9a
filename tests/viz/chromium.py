"""What tests of the page share: how they wait, look and click."""

BOXES = """() => {
  const { scene } = graphPage, { x, y, w, h } = scene;
  const boxes = x.map((cx, i) => [cx - w[i] / 2, y[i] - h[i] / 2, cx + w[i] / 2, y[i] + h[i] / 2]);
  const frames = scene.frames.map((f) => [f.container, f.x, f.y, f.x + f.w, f.y + f.h]);
  const lines = scene.lines.map((l) => [...l.points]);
  return { things: scene.things, boxes, frames, lines, height: scene.height };
}"""
COMPLETE = "document.getElementById('body').dataset.complete === 'true'"


def until(page, expression):
    """Wait; the page lets Playwright's own way of waiting, which is `eval`, not run."""
    for _ in range(600):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"it never came: {expression}")


def click_on(page, thing):
    """Click where a box is."""
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
