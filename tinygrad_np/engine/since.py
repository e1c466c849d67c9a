"""What NumPy has added since the oldest version that the package supports.

Our functions of these names are composed of ops and work with every NumPy. Nothing else in the
package depends on the version of NumPy.
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
"""Later functions of NumPy's main namespace, each with its first version."""


def late(name: str) -> Any:
    """Return NumPy's function of a name in :data:`SINCE`, or ``None`` if this NumPy lacks it."""
    if name not in SINCE:
        raise KeyError(f"np.{name} is not in the table of later functions; use it as it is")
    return getattr(np, name, None)
