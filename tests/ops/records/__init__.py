"""The records of all ops and public functions: one per op, or several for several code paths.

A record is in the file named after the module of `tinygrad_np` that declares its op. To test a
new op, add a record there; test_registry.py says which file that is.
"""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from ops.opinfo import RECORDS
from tinygrad_np.ops.scipy_functions import FAMILIES

__all__ = ["RECORDS"]

for path in sorted(Path(__file__).parent.glob("[!_]*.py")):
    if path.stem not in FAMILIES or find_spec("scipy"):  # their references need SciPy
        import_module(f"{__name__}.{path.stem}")
