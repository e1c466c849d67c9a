"""The time and size of pictures of large graphs, compared with the `dot` program."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

SIZES = (100, 1_000, 10_000)
LIMIT = 60.0
"""The seconds after which `dot` is stopped."""


@dataclass(frozen=True)
class Drawing:
    """One graph, drawn by us and by `dot`.

    Attributes:
        nodes: The number of boxes.
        seconds: The time of our own SVG, from the result to the text.
        layout: The part of it that the layout took.
        size: The bytes of the text.
        dot: The time of `dot` to make SVG; ``None`` where it is not installed or was stopped.
        limit: The time at which `dot` was stopped, if it was.
    """

    nodes: int
    seconds: float
    layout: float
    size: int
    dot: float | None
    limit: float | None


def graph(nodes: int) -> Any:
    """Return a result with about `nodes` boxes: layers with parameters and skip connections."""
    import numpy as np

    import tinygrad_np as tg

    h = x = tg.tensor(np.ones(2), requires_grad=True, name="x")
    before, made = x, 1
    while made + 5 <= nodes:
        w = tg.tensor(np.ones(2), requires_grad=True, name=f"w{made}")
        before, h = h, tg.tanh(h * w) + before * 0.5
        made += 6  # w, multiply, tanh, 0.5, multiply, add
    return h


def drawing(nodes: int, limit: float = LIMIT) -> Drawing:
    """Draw a graph of about `nodes` boxes, once by us and once by `dot`."""
    from tinygrad_np.viz.collector import paused_collector
    from tinygrad_np.viz.dot import digraph
    from tinygrad_np.viz.labels import measured
    from tinygrad_np.viz.layout import arrange
    from tinygrad_np.viz.picture import picture
    from tinygrad_np.viz.svg import svg_of

    result = graph(nodes)
    start = time.perf_counter()
    shown = picture(result)
    text = str(svg_of(shown, engine="own"))
    seconds = time.perf_counter() - start
    labels = [measured(box) for box in shown.boxes]
    start = time.perf_counter()
    with paused_collector():  # as in svg_of
        arrange(
            [label.width for label in labels],
            [label.height for label in labels],
            [(arrow.tail, arrow.head) for arrow in shown.arrows],
        )
    layout = time.perf_counter() - start
    dot, stopped = dot_seconds(digraph(shown).source, limit)
    return Drawing(len(shown.boxes), seconds, layout, len(text.encode()), dot, stopped)


def dot_seconds(source: str, limit: float) -> tuple[float | None, float | None]:
    """Return the seconds `dot` takes to make SVG, or the limit at which it was stopped."""
    program = shutil.which("dot")
    if program is None:
        return None, None
    start = time.perf_counter()
    try:
        subprocess.run(
            [program, "-Tsvg"],
            input=source.encode(),
            capture_output=True,
            timeout=limit,
            check=True,
        )
    except subprocess.TimeoutExpired:
        return None, limit
    return time.perf_counter() - start, None


def drawings(limit: float = LIMIT) -> Iterable[Drawing]:
    """Yield a drawing of every size, each from a separate process."""
    for nodes in SIZES:
        done = subprocess.run(
            [sys.executable, "-m", __spec__.name, str(nodes), str(limit)],
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=True,
        )
        yield Drawing(**json.loads(done.stdout))


def section(found: Iterable[Drawing]) -> str:
    """Return the drawings as a table in Markdown."""
    lines = [
        "| boxes | svg, seconds | of these layout | file, kB | dot, seconds |",
        "| ---: | ---: | ---: | ---: | ---: |",
    ]
    for one in found:
        dot = "not installed" if one.limit is None else f"more than {one.limit:.0f}"
        cells = [
            f"{one.nodes:,}",
            f"{one.seconds:.3f}",
            f"{one.layout:.3f}",
            f"{one.size / 1000:,.0f}",
            dot if one.dot is None else f"{one.dot:.3f}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(json.dumps(asdict(drawing(int(sys.argv[1]), float(sys.argv[2])))))
