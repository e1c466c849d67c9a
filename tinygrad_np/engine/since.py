"""What NumPy has got since the oldest version that the package runs on.

The functions here of those names are made of ops and work on every NumPy. Nothing else in the
package asks which NumPy it runs on.
"""

from __future__ import annotations

from typing import Any

import numpy as np

SINCE = {
    "cumulative_prod": "2.1",
    "cumulative_sum": "2.1",
    "matvec": "2.2",
    "unstack": "2.1",
    "vecmat": "2.2",
}
"""The functions of NumPy's main namespace that came late, each with its first version."""


def late(name: str) -> Any:
    """Return NumPy's function of a name in :data:`SINCE`, or ``None`` where this NumPy lacks it."""
    if name not in SINCE:
        raise KeyError(f"np.{name} is not in the table of what came late; use it as it is")
    return getattr(np, name, None)
