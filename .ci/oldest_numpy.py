"""Prints the releases of NumPy that pyproject.toml admits and pip knows, the oldest first.

Whether there is a wheel of one for this Python is known only when pip is asked to install it.
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
    """Return the releases in what `pip index versions` prints that are among some versions."""
    (line,) = re.findall(r"^Available versions: (.*)$", listing, re.MULTILINE)
    known = [Version(version) for version in line.split(", ")]
    return [str(version) for version in sorted(versions.filter(known))]


def main() -> None:
    """Print them."""
    command = [sys.executable, "-m", "pip", "index", "versions", "numpy"]
    listing = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    print(*admitted(listing, bound(PYPROJECT.read_text(encoding="utf-8"))))


if __name__ == "__main__":
    main()
