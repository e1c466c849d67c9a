"""Pictures of graphs: what was computed from what.

>>> import tinygrad_np as tg
>>> w = tg.tensor([1.0, 2.0], requires_grad=True, name="w")
>>> picture = tg.viz.draw((w * w).sum())
>>> "multiply" in picture.source and "sum" in picture.source
True
"""

from ..engine.public import claim
from .compare import Comparison, compare
from .compared import Pair
from .dot import draw
from .files import save
from .json_data import to_json
from .mermaid import mermaid
from .page import Page, html
from .svg import SVG, svg
from .text import text

__all__ = [
    "SVG",
    "Comparison",
    "Page",
    "Pair",
    "compare",
    "draw",
    "html",
    "mermaid",
    "save",
    "svg",
    "text",
    "to_json",
]

claim(globals(), __all__)
