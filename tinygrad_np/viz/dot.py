"""A picture as DOT text for Graphviz.

The `graphviz` package is imported when something is drawn; only image files need the `dot`
program.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any, Unpack

from .dot_labels import INK, LINES, SIDES, attributes, frame, label
from .drawable import Drawable
from .lines import groups_of_one_op
from .model import Picture
from .options import Direction, DrawOptions, takes
from .picture import chosen_picture

if TYPE_CHECKING:
    import graphviz

FONT = "Helvetica,Arial,sans-serif"

INSTALL = "install Graphviz (apt install graphviz, or brew install graphviz)"
NEEDS_DOT = f"needs the 'dot' program: {INSTALL}"


@takes(DrawOptions)
def draw(x: Drawable, **options: Unpack[DrawOptions]) -> graphviz.Digraph:
    """Return a picture of the graph of one or several results.

    Leaves are blue with square corners, parameters of modules violet, ops white and rounded,
    constants grey without a frame, results green. Values flow along the arrows. Where the order
    of an op's inputs matters, they stand in that order with their names. A module is a frame
    around what it computed, or a single yellow box.

    Args:
        x: A Tensor, a list or tuple of Tensors, or a dict of Tensors by name. Or a tape, from
            :func:`tinygrad_np.record`: all that it recorded; or a block of
            :class:`tinygrad_np.debug`: what was recorded so far, and in red what failed.
        options: Which part of the graph to draw, and how; listed below. The `dot` program takes
            minutes for more than some thousands of boxes.

    Returns:
        A ``graphviz.Digraph``: it shows itself in notebooks, `.source` is its text and
        `.render()` writes it to a file, as does :func:`save`, also without the `dot` program.

    Raises:
        TypeError: For anything but Tensors, and for an option that does not exist.
        ValueError: For a direction, a number of nodes, a depth, a module or a focus that does
            not exist.

    >>> import tinygrad_np as tg
    >>> w = tg.tensor([1.0, 2.0], requires_grad=True, name="w")
    >>> print(tg.viz.draw(w.sum()).source)  # doctest: +ELLIPSIS
    digraph {
    ...
        n0 -> n1
    }
    <BLANKLINE>
    """
    options["values"] = options["values"] or options["thumbnails"]
    return digraph(chosen_picture(x, options), options["direction"], options["thumbnails"])


def digraph(
    shown: Picture, direction: Direction = "TB", thumbnails: bool = False
) -> graphviz.Digraph:
    """Return a picture as a ``graphviz.Digraph``."""
    kind = digraph_class()
    dot: graphviz.Digraph = kind(
        graph_attr={
            "rankdir": direction,
            "nodesep": "0.3",
            "ranksep": "0.4",
            "bgcolor": "white",
            "fontname": FONT,
        },
        node_attr={
            "shape": "box",
            "fontname": FONT,
            "fontsize": "12",
            "fontcolor": INK,
            "margin": "0.14,0.07",
            "height": "0.3",
            "width": "0.3",
        },
        edge_attr={"color": "#6b7280", "arrowsize": "0.6"},
    )
    lonely = groups_of_one_op(shown)
    frames = {
        group.key: kind(f"cluster_{group.key}", graph_attr=frame(group))
        for group in shown.groups
        if group.key not in lonely
    }
    for box in shown.boxes:
        alone = None if box.group is None else lonely.get(box.group)
        key = box.group if alone is None else alone.parent
        around = dot if key is None else frames[key]
        words = label(box, direction, thumbnails, alone)
        around.node(f"n{box.key}", words, **attributes(box))
    for group in reversed(shown.groups):  # inner ones are complete before they are added
        if group.key not in lonely:
            (dot if group.parent is None else frames[group.parent]).subgraph(frames[group.key])
    side = SIDES[direction]
    for arrow in shown.arrows:
        port = "" if arrow.port is None else f":i{arrow.port}:{side}"
        look = LINES.get(arrow.mark or "", {})
        dot.edge(f"n{arrow.tail}", f"n{arrow.head}{port}", **look)
    return dot


@cache
def digraph_class() -> type[graphviz.Digraph]:
    """Return the class of pictures, created when the first one is drawn."""
    import graphviz

    class Drawing(graphviz.Digraph):
        """A ``graphviz.Digraph`` that notebooks show as text where `dot` is not installed."""

        def _repr_mimebundle_(
            self,
            include: Iterable[str] | None = None,
            exclude: Iterable[str] | None = None,
            **options: Any,
        ) -> dict[str, bytes | str]:
            try:
                return super()._repr_mimebundle_(include, exclude, **options)
            except graphviz.ExecutableNotFound:
                return {"text/plain": self.source}

    kind: type[graphviz.Digraph] = Drawing
    return kind
