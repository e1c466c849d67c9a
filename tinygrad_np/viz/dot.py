"""A picture as DOT text for Graphviz.

The `graphviz` package is imported when something is drawn; the `dot` program is needed for
image files alone. Imports picture and dot_labels.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

from ..engine.tape import Tape
from ..engine.tensor import Tensor
from .dot_labels import INK, LINES, SIDES, attributes, frame, label
from .dot_labels import Direction as Direction
from .lines import groups_of_one_op
from .picture import Drawable, Picture, picture

if TYPE_CHECKING:
    import graphviz

FONT = "Helvetica,Arial,sans-serif"

NEEDS_DOT = (
    "needs the 'dot' program: install Graphviz (apt install graphviz, or brew install graphviz)"
)


def draw(
    x: Drawable,
    *,
    direction: Direction = "TB",
    params: Any = None,
    max_nodes: int | None = None,
    depth: int | None = None,
    collapse: str | Iterable[str] = (),
    fold: bool = True,
    constants: bool = True,
    focus: Tensor | None = None,
    values: bool = False,
    thumbnails: bool = False,
    tape: Tape | None = None,
) -> graphviz.Digraph:
    """Return a picture of the graph that one or several results came from.

    Leaves are blue with square corners, parameters of modules violet, ops white and rounded,
    constants grey without a frame, results green. Values flow in the direction of the arrows;
    where the order of an op's inputs matters they stand in that order, named. A module is a
    frame around what it computed, or, drawn as one box, yellow.

    Args:
        x: A Tensor, a list or tuple of Tensors, or a dict of Tensors by name. Or a tape, from
            :func:`tinygrad_np.record`: all that it recorded; or a block of
            :class:`tinygrad_np.debug`: what was recorded so far, and in red what failed.
        direction: Where values flow: ``"TB"`` from top to bottom, ``"LR"`` from left to right,
            or ``"BT"``, ``"RL"``.
        params: Names for leaves that have none of their own: a dict of Tensors by name, pairs
            of name and Tensor, or a module with ``named_parameters()``. They are then the
            parameters; without, leaves that are named as modules name theirs are.
        max_nodes: Draw so many of the newest results and leaves with their constants, and one
            box for the rest. The `dot` program takes minutes beyond some thousands.
        depth: Draw modules that are in so many others, or in more, as one box each: 0 draws
            a model as one box, 1 the modules directly in it.
        collapse: More modules to draw as one box each, by their place (``"layers.0"``) or
            their class (``"Linear"``): a name or several.
        fold: Draw equal blocks that are chained one after another once, with their number:
            modules that repeat 3 times or more, plain ops that repeat 10 times or more. Of
            the blocks only the last is drawn. What goes on from one to the next is not.
        constants: Whether to draw what no gradient flows to: numbers, data, masks.
        focus: Draw only what this Tensor came from.
        values: Add least, largest and mean value and gradient, and how many are NaN: of leaves
            and results, which are still there, and with a tape of all.
        thumbnails: With `values`, add an image of at most 16 x 16 means.
        tape: What recorded the graph, from :func:`tinygrad_np.record`: adds the time and the
            bytes saved for backward, and the line it was computed by when hovering.

    Returns:
        A ``graphviz.Digraph``: it shows itself in notebooks, `.source` is its text and
        `.render()` makes a file of it; :func:`save` does too, also without the `dot` program.

    Raises:
        TypeError: For anything but Tensors.
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
    if direction not in ("TB", "LR", "BT", "RL"):
        raise ValueError(f"draw: direction is 'TB', 'LR', 'BT' or 'RL', not {direction!r}")
    shown = picture(
        x,
        params=params,
        max_nodes=max_nodes,
        depth=depth,
        collapse=collapse,
        fold=fold,
        constants=constants,
        focus=focus,
        values=values or thumbnails,
        tape=tape,
    )
    return digraph(shown, direction, thumbnails)


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
    for group in reversed(shown.groups):  # inner ones are complete before they are put in
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
    """Return the class of the pictures, made when the first is drawn."""
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
