"""The garbage collector, paused while a picture is made.

A picture of ten thousand boxes is made of half a million small tuples and lists, none of which
is part of a cycle. The collector would look through them, and through the user's graph, again and
again, for as long as all the rest takes.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused_collector() -> Iterator[None]:
    """Make objects without a look at them; as a ``with`` block or a decorator."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
