"""The package has the structure in docs/design.md: one-way imports, few dependencies."""

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple, TypeGuard

import pytest

import tinygrad_np

ROOT = Path(__file__).parents[1]
PACKAGE = Path(tinygrad_np.__file__).parent  # in the checkout, or installed

DESIGN = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")


def reading_order() -> list[str]:
    """Return the engine's modules in the page's order: each imports only earlier ones."""
    house = re.search(r"^  engine/.*?(?=^  \S)", DESIGN, re.MULTILINE | re.DOTALL)
    assert house
    return re.findall(r"^    (\w+)\.py", house[0], re.MULTILINE)


def rooms() -> dict[str, set[str]]:
    """Return the rooms of the page's table, each with the rooms that it may import."""
    found = {}
    for here, below in re.findall(r"^\| (`\w.*?) \| .* \| (.*) ?\|$", DESIGN, re.MULTILINE):
        if here == "`engine`" or "`engine`" in below:
            for room in re.findall(r"`(\w+)`", here):
                found[room] = set(re.findall(r"`(\w+)`", below))
    return found


ENGINE = reading_order()
BELOW = rooms()

CORE = ENGINE[: ENGINE.index("backward") + 1]
MOST_LINES = 2300
"""The largest number of lines in the core, which newcomers are meant to read."""

# Packages imported besides NumPy and the standard library, and where. Users of the strategies and
# of the pytest plugin have Hypothesis and pytest. SciPy's special functions are used where SciPy is
# installed, because they are faster.
OPTIONAL = {
    "graphviz": {"viz"},
    "scipy": {"ops"},
    "hypothesis": {"testing"},
    "pytest": {"testing"},
    "_pytest": {"testing"},  # its function to rerun a test has no public name
}
# Slow to import, and needed only on demand.
HEAVY = {"asyncio", "email", "http", "multiprocessing", "sqlite3", "ssl", "unittest", "xml"}

TOP_LEVEL = {
    ".ci",
    ".gitattributes",
    ".github",
    ".gitignore",
    ".pre-commit-config.yaml",
    "CHANGELOG.md",
    "CITATION.cff",
    "CONTRIBUTING.md",
    "LICENSE",
    "README.md",
    "SECURITY.md",
    "docs",
    "examples",
    "pyproject.toml",
    "tests",
    "tinygrad_np",
}


def module_name(path: Path) -> str:
    """Return the name that a file is imported by."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


class Import(NamedTuple):
    """One import of a module: the absolute name, and the line."""

    importer: str
    imported: str
    line: int
    lazy: bool  # inside a function: runs when it is called

    def __str__(self) -> str:
        path = MODULES[self.importer].relative_to(PACKAGE.parent)
        return f"{path}:{self.line}: {self.importer} imports {self.imported}"


def is_type_checking(node: ast.AST) -> TypeGuard[ast.If]:
    """Return whether the node is `if TYPE_CHECKING:`, whose body never runs."""
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def read_imports(name: str) -> Iterator[Import]:
    """Yield the imports of a module, at any depth, except those for type checkers only."""
    path = MODULES[name]
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    stack: list[tuple[ast.AST, bool]] = [(ast.parse(path.read_text(encoding="utf-8")), False)]
    while stack:
        node, lazy = stack.pop()
        match node:
            case ast.Import():
                for alias in node.names:
                    yield Import(name, alias.name, node.lineno, lazy)
            case ast.ImportFrom():
                base = node.module or ""
                if node.level:
                    parents = package.split(".")[: len(package.split(".")) - node.level + 1]
                    base = ".".join(parents + [base] * bool(base))
                for alias in node.names:
                    submodule = f"{base}.{alias.name}"
                    target = submodule if submodule in MODULES else base
                    yield Import(name, target, node.lineno, lazy)
            case ast.Call(
                func=ast.Name(id="import_module" | "__import__")
                | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(target)), *_],
            ):
                yield Import(name, target, node.lineno, lazy)
        inside = lazy or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        if is_type_checking(node):
            stack += [(child, inside) for child in node.orelse]
        else:
            stack += [(child, inside) for child in ast.iter_child_nodes(node)]


def without_docstrings(tree: ast.Module) -> ast.Module:
    """Return a module without its docstrings."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(
            node
        ):
            node.body = node.body[1:] or [ast.Pass()]
    return tree


IMPORTS = sorted({found for name in MODULES for found in read_imports(name)})
INNER = [found for found in IMPORTS if found.imported.split(".")[0] == "tinygrad_np"]
OUTER = [found for found in IMPORTS if found.imported.split(".")[0] != "tinygrad_np"]


def may_import(importer: str, imported: str) -> bool:
    """Return whether one module of the package may import another."""
    _, *here = importer.split(".")
    _, *there = imported.split(".")
    if here in ([], ["__main__"]) or there == ["_version"]:  # the public face may import everything
        return True
    if not there:  # and nothing may import it
        return False
    if here[0] == there[0] == "engine" and len(here) > 1:
        earlier = takewhile(lambda name: name != here[1], ENGINE)
        return there[1:2] in ([name] for name in earlier)
    return there[0] == here[0] or there[0] in BELOW.get(here[0], ())


def test_every_module_has_its_place():
    def has_place(name: str) -> bool:
        match name.split(".")[1:]:
            case [] | ["_version"] | ["__main__"] | ["engine"]:
                return True
            case ["engine", module]:
                return module in ENGINE
            case [floor, *_]:
                return floor in BELOW and floor != "engine"
        return False

    astray = [name for name in MODULES if not has_place(name)]
    assert not astray, f"add them to the reading order or the table in docs/design.md: {astray}"


def test_the_page_lists_every_room():
    there = {path.stem for path in PACKAGE.iterdir() if not path.name.startswith(("_", "py."))}
    assert there <= set(BELOW)
    later = {"compiler", "data", "io", "numpy", "scipy", "math", "interop", "distributed"}
    assert later <= set(BELOW)  # rooms that are planned, without a folder yet
    assert set().union(*BELOW.values()) <= set(BELOW)


def test_the_core_is_short_and_complete():
    """The core that the README recommends to newcomers imports nothing outside itself."""
    paths = {f"tinygrad_np.engine.{name}" for name in CORE}
    beyond = [str(i) for i in INNER if i.importer in paths and i.imported not in paths]
    assert not beyond, "\n".join(beyond)
    lines = sum(
        len((PACKAGE / "engine" / f"{name}.py").read_text(encoding="utf-8").splitlines())
        for name in CORE
    )
    assert lines <= MOST_LINES
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    stated = re.search(r"core of ([\d,]+) lines", readme)
    assert stated
    assert int(stated[1].replace(",", "")) == round(lines, -2)


def test_core_does_not_depend_on_particular_tracers():
    """Calls and passes use tracers only through their interface, never a particular one."""
    for name in ENGINE[: ENGINE.index("access")]:
        text = (PACKAGE / "engine" / f"{name}.py").read_text(encoding="utf-8")
        code = ast.unparse(without_docstrings(ast.parse(text)))
        assert not re.search(r"BatchTracer|\b[Tt]ape\b", code), name


def test_folders_of_tests_mirror_the_package():
    tests = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir()}
    package = {path.name for path in PACKAGE.iterdir() if path.is_dir()}
    astray = {name for name in tests - package if not name.startswith(("_", "."))}
    assert astray == {"benchmarks", "examples"}


def test_imports_run_one_way():
    backward = [str(found) for found in INNER if not may_import(found.importer, found.imported)]
    assert not backward, "backward imports:\n" + "\n".join(backward)


@pytest.mark.parametrize(
    ("importer", "imported", "allowed"),
    [
        ("tinygrad_np", "tinygrad_np.viz", True),
        ("tinygrad_np.__main__", "tinygrad_np.viz.command", True),
        ("tinygrad_np.viz.dot", "tinygrad_np._version", True),
        ("tinygrad_np.nn.layers.linear", "tinygrad_np", False),
        ("tinygrad_np.engine", "tinygrad_np.engine.tape", True),
        ("tinygrad_np.engine", "tinygrad_np.ops", False),
        ("tinygrad_np.engine.op", "tinygrad_np.engine.graph", True),
        ("tinygrad_np.engine.graph", "tinygrad_np.engine.op", False),
        ("tinygrad_np.engine.op", "tinygrad_np.engine", False),
        ("tinygrad_np.engine.op", "tinygrad_np.ops.linalg", False),
        ("tinygrad_np.ops.linalg", "tinygrad_np.engine", True),
        ("tinygrad_np.ops.linalg", "tinygrad_np.ops.shaping", True),
        ("tinygrad_np.ops.linalg", "tinygrad_np.nn", False),
        ("tinygrad_np.viz.dot", "tinygrad_np.viz.picture", True),
        ("tinygrad_np.viz.dot", "tinygrad_np.ops", True),
        ("tinygrad_np.viz.page.data", "tinygrad_np.explain.findings", True),
        ("tinygrad_np.explain.nans", "tinygrad_np.viz", False),
        ("tinygrad_np.testing.blame", "tinygrad_np.viz", False),
        ("tinygrad_np.testing.check", "tinygrad_np.interop.torch", True),
        ("tinygrad_np.interop.torch", "tinygrad_np.testing", False),
        ("tinygrad_np.compiler.program", "tinygrad_np.engine.hooks", True),
        ("tinygrad_np.compiler.program", "tinygrad_np.nn", False),
        ("tinygrad_np.engine.hooks", "tinygrad_np.compiler", False),
        ("tinygrad_np.io.weights", "tinygrad_np.nn.module", True),
        ("tinygrad_np.math", "tinygrad_np.ops", True),
        ("tinygrad_np.optim.sgd", "tinygrad_np.nn", False),
        ("tinygrad_np.nn.layers.linear", "tinygrad_np.optim", False),
    ],
)
def test_may_import(importer, imported, allowed):
    assert may_import(importer, imported) is allowed


def test_nothing_beyond_numpy_and_graphviz_is_imported():
    def is_allowed(found: Import) -> bool:
        name = found.imported.split(".")[0]
        floor = [*found.importer.split("."), ""][1]
        return name in sys.stdlib_module_names | {"numpy"} or floor in OPTIONAL.get(name, ())

    foreign = [str(found) for found in OUTER if not is_allowed(found)]
    assert not foreign, "foreign imports:\n" + "\n".join(foreign)


def test_optional_dependencies_are_imported_lazily():
    eager = [
        str(found)
        for found in OUTER
        if found.imported.split(".")[0] in {"graphviz", "scipy"} and not found.lazy
    ]
    assert not eager, "move into the function that needs it:\n" + "\n".join(eager)


def test_import_stays_light():
    """`import tinygrad_np` loads NumPy, itself, and light modules of the standard library."""

    def loaded(statement: str) -> set[str]:
        code = f"import sys; {statement}; print(*sys.modules)"
        command = [sys.executable, "-c", code]
        return set(subprocess.check_output(command, cwd=ROOT, text=True).split())

    added = {name.split(".")[0] for name in loaded("import tinygrad_np") - loaded("import numpy")}
    assert added - sys.stdlib_module_names <= {"tinygrad_np", "numpy"}
    assert not added & HEAVY


@pytest.mark.parametrize("name", MODULES)
def test_module_has_a_docstring(name):
    if not any(part.startswith("_") for part in name.split(".")):
        assert ast.get_docstring(ast.parse(MODULES[name].read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", MODULES)
def test_no_docstring_lists_imports(name):
    """Such a sentence goes stale; imports are read from the code."""
    for node in ast.walk(ast.parse(MODULES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            assert "Imports " not in (ast.get_docstring(node) or "")


def test_top_level_has_only_expected_entries():
    git = shutil.which("git")
    listing = git and subprocess.run(
        [git, "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if not listing or listing.returncode:
        pytest.skip("not a git checkout")
    found = {line.split("/")[0] for line in listing.stdout.splitlines()}
    assert found <= TOP_LEVEL, f"unexpected: {sorted(found - TOP_LEVEL)}"
