"""What the project states about itself outside its code: versions, metadata, promises."""

import ast
import importlib.util
import json
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

import numpy as np
import pytest

import tinygrad_np as tg
from tinygrad_np import nn
from tinygrad_np.engine.since import SINCE

ROOT = Path(__file__).parents[1]
PACKAGE = Path(tg.__file__).parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
BOUND = {
    match[1]: match[2]
    for requirement in PROJECT["dependencies"]
    if (match := re.fullmatch(r"(\w+)>=([\d.]+)", requirement))
}


def version(text):
    return tuple(map(int, text.split(".")))


def read(name):
    """Return the text of a file of the checkout; an sdist does not have all of them."""
    path = ROOT / name
    if not path.exists():
        pytest.skip(f"there is no {name} here")
    return path.read_text(encoding="utf-8")


# ------------------------------------------------------------------------- versions


def pythons_of_classifiers():
    found = [re.fullmatch(r".*:: Python :: (3\.\d+)", c) for c in PROJECT["classifiers"]]
    return [match[1] for match in found if match]


def pythons_of_workflow():
    (listed,) = re.findall(r"^ +python: (\[.*\])$", read(".github/workflows/ci.yml"), re.MULTILINE)
    return json.loads(listed)


def test_the_workflow_runs_the_declared_python_versions():
    declared = pythons_of_classifiers()
    assert pythons_of_workflow() == declared
    assert PROJECT["requires-python"] == f">={declared[0]}"
    minors = [version(python)[1] for python in declared]
    assert minors == list(range(minors[0], minors[-1] + 1))


def test_the_workflow_runs_what_developers_run():
    workflow = read(".github/workflows/ci.yml")
    assert re.findall(r"run: (.*)", workflow) == ["bash .ci/run"]
    assert "timeout-minutes: 90" in workflow


def test_the_table_starts_after_the_oldest_numpy():
    """Functions that every admitted NumPy has need no entry in the table."""
    assert version(BOUND["numpy"]) == (2,)
    assert all(version(first) > (2, 0) for first in SINCE.values())


def load_script(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / ".ci" / f"{name}.py")
    assert spec
    assert spec.loader
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script


def test_the_oldest_numpy_is_found():
    read(".ci/oldest_numpy.py")
    script = load_script("oldest_numpy")
    versions = "2.10.0, 2.1.0, 2.0.2, 2.0.0, 1.26.4"
    listing = f"numpy (2.10.0)\nAvailable versions: {versions}\n  INSTALLED: 2.1.0\n"
    declared = script.bound('[project]\ndependencies = ["numpydoc>=9", "numpy>=2"]')
    assert script.admitted(listing, declared) == ["2.0.0", "2.0.2", "2.1.0", "2.10.0"]
    later = script.bound('[project]\ndependencies = ["numpy >= 2.0.1, < 2.10"]')
    assert script.admitted(listing, later) == ["2.0.2", "2.1.0"]
    assert str(script.bound(read("pyproject.toml"))) == f">={BOUND['numpy']}"


@pytest.mark.skipif("TEST_INSTALLED" not in os.environ, reason=".ci/wheel sets TEST_INSTALLED")
def test_the_installed_package_is_tested():
    site = Path(sysconfig.get_path("purelib"))
    code = "import tinygrad_np; print(tinygrad_np.__file__)"
    seen = subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, text=True).strip()
    for path in (Path(seen), PACKAGE):
        assert path.is_relative_to(site)


# ------------------------------------------------------------------------- citation


def field(name, text):
    (found,) = re.findall(rf'^{name}: "?(.*?)"?$', text, re.MULTILINE)
    return found


def test_the_citation_agrees_with_the_metadata():
    text = read("CITATION.cff")
    assert field("title", text) == PROJECT["name"]
    assert field("version", text) == tg.__version__
    assert field("license", text) == PROJECT["license"]
    assert field("abstract", text) == PROJECT["description"]
    assert re.findall(r"^  - name: (.*)$", text, re.MULTILINE) == [PROJECT["authors"][0]["name"]]
    assert re.findall(r"^  - ([\w ]+)$", text, re.MULTILINE) == PROJECT["keywords"]


# ------------------------------------------------- what SECURITY.md promises about files

READERS = {
    *("open", "read_text", "read_bytes", "load", "fromfile", "loadtxt", "genfromtxt"),
    *("memmap", "eval", "exec", "Popen", "pipe", "getline", "getlines", "getsource"),
    *("spec_from_file_location", "run_path", "run_module"),
}
"""Names of functions that read files or run what is in them."""

FOREIGN = {"http", "marshal", "mmap", "pickle", "runpy", "shelve", "socket", "subprocess", "urllib"}
"""Modules of the standard library that do so, or that access a network."""

NAMED = {
    "engine/tape_entries.py": {"getline"},  # the line of a call, as text
    "testing/plugin.py": {"open"},  # a method of its own
    "testing/programs/of_arrays.py": {"eval"},  # programs that it generated itself
    "testing/programs/program.py": {"exec"},
    "viz/by_dot.py": {"pipe"},  # the dot program
    "viz/command.py": {"spec_from_file_location"},  # the file that the user names
    "viz/files.py": {"pipe"},
    "viz/page/__init__.py": {"read_text"},  # the package's own scripts
    "viz/page/rules.py": {"getlines", "getsource"},  # the source of rules, as text
}


def readers(path):
    """Yield the names in a module that SECURITY.md must account for."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in READERS:
                yield name
            case ast.Import(names=names):
                yield from (n.name for n in names if n.name.split(".")[0] in FOREIGN)
            case ast.ImportFrom(module=str(name)) if name.split(".")[0] in FOREIGN:
                yield name


def test_security_page_names_every_file_access():
    found = {
        path.relative_to(PACKAGE).as_posix(): set(readers(path)) for path in PACKAGE.rglob("*.py")
    }
    assert {path: names for path, names in found.items() if names} == NAMED


def test_weights_are_exchanged_as_plain_arrays(tmp_path):
    ours, theirs = nn.MLP([2, 3, 1]), nn.MLP([2, 3, 1])
    path = tmp_path / "weights.npz"
    np.savez(path, **ours.state_dict())  # type: ignore[arg-type]  # no array is named allow_pickle
    with np.load(path) as state:
        theirs.load_state_dict(state)
    for name, array in ours.state_dict().items():
        np.testing.assert_array_equal(theirs.state_dict()[name], array)
    np.savez(path, weight=np.array([print], dtype=object), bias=np.zeros(1))
    with np.load(path) as state, pytest.raises(ValueError, match="allow_pickle"):
        nn.Linear(1, 1).load_state_dict(state)
