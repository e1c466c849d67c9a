"""The places of boxes, frames and lines of a graph: a layered layout of our own.

Rows of nodes (`ranks`), their order in a row (`crossings`), places along the rows (`coordinates`),
heights and lines (`routes`), all of it for one graph (`arrange`), and for one whose nodes are in
nested groups (`containers`, `frames`). It knows only sizes, no words and no pictures.
"""

from .arrange import arrange
from .frames import SIDE, Edgewise, Frame, arrange_groups
from .routes import Layout, Point

__all__ = ["SIDE", "Edgewise", "Frame", "Layout", "Point", "arrange", "arrange_groups"]
