"""The difference of two graphs, in every form."""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING, Any, Unpack

from ..engine.tape import Tape
from .alignment import Side
from .compared import Compared
from .drawable import Drawable
from .options import DetailOptions, DirectionOptions, LayoutOptions, completed, takes
from .picture import Builder

if TYPE_CHECKING:
    import graphviz

    from .page import Page
    from .svg import SVG


class Comparison(Compared):
    """What two graphs have in common and in what they differ.

    Attributes:
        pairs: The boxes that belong together, in the order of the second graph.
        added: Boxes of the second graph alone.
        removed: Boxes of the first graph alone.
    """

    @takes(DirectionOptions)
    def draw(self, **options: Unpack[DirectionOptions]) -> graphviz.Digraph:
        """Return the picture as :func:`tinygrad_np.viz.draw` does: what differs is marked."""
        from .dot import digraph

        return digraph(self.picture, **options)

    @takes(LayoutOptions)
    def svg(self, **options: Unpack[LayoutOptions]) -> SVG:
        """Return the picture as :func:`tinygrad_np.viz.svg` does: what differs is marked."""
        from .svg import svg_of

        return svg_of(self.picture, **options)

    def html(self, path: str | PathLike[str] | None = None, *, title: str | None = None) -> Page:
        """Return both graphs as one page, as :func:`tinygrad_np.viz.html` does.

        What differs is marked; its panel shows what has changed and, for values and gradients,
        both sides and their difference, as far as they are known.

        Args:
            path: A file to write the page to, ending in ``.html``.
            title: The title of the page.
        """
        from .page import html

        return html(self, path, title=title)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"image/svg+xml": str(self.svg()), "text/plain": str(self)}


@takes(DetailOptions)
def compare(
    a: Drawable,
    b: Drawable,
    *,
    tapes: tuple[Tape | None, Tape | None] = (None, None),
    rtol: float = 0.0,
    atol: float = 0.0,
    **options: Unpack[DetailOptions],
) -> Comparison:
    """Return how two graphs differ: what was added, removed or changed.

    Boxes of the same op belong together if they have the same name, or feed or use boxes that
    belong together in the same place, or else in the order in which they were computed. They
    are changed if shape, dtype, parameters or inputs differ, or values by more than `atol` plus
    `rtol` times the second value.

    Args:
        a: The first graph: a Tensor, a list or tuple of Tensors, or a dict of Tensors by name; a
            tape or a block of ``debug()``.
        b: The second graph, likewise.
        tapes: The tapes of both. Without them, only the values of leaves and results are known.
        rtol: The largest relative difference of values that counts as equal.
        atol: The largest absolute one.
        options: How finely to draw; listed below.

    Returns:
        An object that prints itself as a list of differences; `.added`, `.removed` and `.changed`
        are the boxes, `.draw()`, `.svg()` and `.html()` one picture of both graphs.

    >>> import tinygrad_np as tg
    >>> x = tg.tensor([1.0, 2.0], requires_grad=True, name="x")
    >>> print(tg.viz.compare(tg.sin(x).sum(), tg.sin(tg.exp(x)).sum(keepdims=True)))
    1 added, 0 removed, 2 changed, 1 the same
    + exp (2,) float64
    ~ sin (2,) float64: other inputs
    ~ sum (1,) float64: shape: () → (1,); keepdims: default → True
    """
    if not (isinstance(tapes, (tuple, list)) and len(tapes) == 2):
        raise TypeError(
            "compare: tapes is a pair, of the first graph and the second; None for none"
        )
    before, after = [
        Side(Builder.of(x, completed(options, tape=tape, fold=False)))
        for x, tape in zip((a, b), tapes, strict=True)
    ]
    return Comparison(before, after, rtol, atol)
