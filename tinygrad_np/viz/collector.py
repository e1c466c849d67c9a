"""The garbage collector, paused while a picture is made.

A picture of ten thousand boxes consists of half a million small tuples and lists without cycles.
The collector would walk over them and the user's graph again and again, which takes as long as all
the rest.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused_collector() -> Iterator[None]:
    """Pause the collector in a ``with`` block or a decorated function."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
