"""Print the releases of NumPy that pyproject.toml allows and pip lists, the oldest first.

Whether a release has a wheel for this Python shows only when pip tries to install it.
"""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.version import Version

PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"


def bound(pyproject: str) -> SpecifierSet:
    """Return the versions of NumPy that the project declares."""
    (declared,) = (
        found[1]
        for requirement in tomllib.loads(pyproject)["project"]["dependencies"]
        if (found := re.fullmatch(r"numpy\b\s*(.*)", requirement))
    )
    return SpecifierSet(declared)


def admitted(listing: str, versions: SpecifierSet) -> list[str]:
    """Return the releases in the output of `pip index versions` that `versions` allows."""
    (line,) = re.findall(r"^Available versions: (.*)$", listing, re.MULTILINE)
    known = [Version(version) for version in line.split(", ")]
    return [str(version) for version in sorted(versions.filter(known))]


def main() -> None:
    """Print the releases."""
    command = [sys.executable, "-m", "pip", "index", "versions", "numpy"]
    listing = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    print(*admitted(listing, bound(PYPROJECT.read_text(encoding="utf-8"))))


if __name__ == "__main__":
    main()
