"""The declared ops, the public functions, the NumPy dispatch and the test records agree."""

import ast
import dis
import inspect
import pkgutil
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

import tinygrad_np as tg
import tinygrad_np.ops
from ops.records import RECORDS
from tinygrad_np.engine.op import FUNCTIONS, NUMPY, OPS
from tinygrad_np.ops.numpy_protocol import METHODS, REDUCTIONS

STUB = Path(tg.__file__).parent / "engine" / "methods.pyi"
# Functions that rules may use although they are not ops: their arrays depend on shapes alone.
FROM_SHAPES = {"arange", "empty", "eye", "ones", "tri", "zeros"}


@cache
def declaring_modules():
    """Return the modules of the package that declare ops, and the names that each imports."""
    modules = {
        name: import_module(f"tinygrad_np.ops.{name}")
        for _, name, _ in pkgutil.iter_modules(tinygrad_np.ops.__path__)
    }
    modules["transforms"] = import_module("tinygrad_np.engine.transforms")
    imported = {}
    for name, module in modules.items():
        tree = ast.parse(Path(module.__file__ or "").read_text(encoding="utf-8"))
        nodes = [n for n in ast.walk(tree) if isinstance(n, ast.Import | ast.ImportFrom)]
        imported[name] = {alias.asname or alias.name for n in nodes for alias in n.names}
    return modules, imported


def home(name):
    """Return the name of the module that declares an op or a public function.

    That is the module in which the function has a name that is not imported. If several modules
    name it, it is the one that uses the function's own name, or the one that defines it.
    """
    modules, imported = declaring_modules()
    function = FUNCTIONS.get(name) or FUNCTIONS.get(OPS[name].label) or OPS[name].call
    names = {
        (module, called)
        for module, contents in modules.items()
        for called, value in vars(contents).items()
        if value is function and called not in imported[module]
    }
    by_its_own = {module for module, called in names if called == name.rpartition(".")[2]}
    homes = by_its_own or {module for module, _ in names}
    if len(homes) > 1:
        homes &= {function.__globals__["__name__"].rpartition(".")[2]}
    assert len(homes) == 1, f"{name}: declared in {sorted(homes)}"
    return homes.pop()


def test_every_op_and_public_function_has_a_record():
    tested = {record.op for record in RECORDS}
    missing = [name for name in OPS | FUNCTIONS if name not in tested]
    if find_spec("scipy") is None:  # special functions have no records then
        missing = [name for name in missing if not name.startswith("special.")]
    assert not missing, "add a record of " + ", ".join(
        f"{name} to tests/ops/records/{home(name)}.py" for name in missing
    )


def test_every_record_belongs_to_an_op_or_public_function():
    unknown = {record.op for record in RECORDS} - OPS.keys() - FUNCTIONS.keys()
    assert not unknown, f"records of nothing: {sorted(unknown)}"


def test_every_record_is_in_the_file_of_its_ops_module():
    astray = {
        f"{record.op}: from {record.file or 'outside'} to {home(record.op)}"
        for record in RECORDS
        if record.op in OPS | FUNCTIONS and record.file != home(record.op)
    }
    assert not astray, "move in tests/ops/records/:\n" + "\n".join(sorted(astray))


def test_ops_have_docstrings_and_known_kinds():
    for name, op in OPS.items():
        assert op.call.__doc__, name


def test_public_functions_are_documented_and_exported():
    for name, function in FUNCTIONS.items():
        assert function.__doc__, name
        module, _, short = name.rpartition(".")  # "linalg.inv" belongs to tg.linalg
        namespace = getattr(tg, module) if module else tg
        assert short in namespace.__all__, name
        assert getattr(namespace, short) is function, name


def test_everything_exported_exists_and_is_listed_once():
    assert len(set(tg.__all__)) == len(tg.__all__)
    assert [name for name in tg.__all__ if not hasattr(tg, name)] == []


def test_names_shared_with_numpy_mean_numpys_functions():
    for name, function in FUNCTIONS.items():
        theirs = getattr(np, name, None)
        if theirs is not None:
            assert NUMPY.get(theirs) is function, name


def test_an_op_named_as_a_ufunc_computes_it():
    for name, op in OPS.items():
        theirs = getattr(np, name, None)
        assert theirs is None or theirs in NUMPY, name
        if isinstance(theirs, np.ufunc):
            assert op.forward is theirs, name


def numpy_names(function):
    """Yield the names `np.name` used by a function and by its helpers in the package."""
    function = inspect.unwrap(function)  # out of the wrapper of a mutated rule, for example
    stack, seen = [function.__code__], set()
    module = inspect.getmodule(function)
    while stack:
        code = stack.pop()
        stack += [c for c in code.co_consts if inspect.iscode(c)]
        steps = [i for i in dis.get_instructions(code) if i.opname != "PUSH_NULL"]
        for step, following in zip(steps, [*steps[1:], None], strict=True):
            if step.opname != "LOAD_GLOBAL":
                continue
            if step.argval == "np":
                yield following.argval
                continue
            helper = getattr(module, step.argval, None)
            if inspect.isfunction(helper) and helper not in seen:
                seen.add(helper)
                if helper.__module__.startswith("tinygrad_np.ops"):
                    yield from numpy_names(helper)


def test_numpy_names_finds_what_rules_use():
    def of(op, name):
        return set(numpy_names(OPS[op].rules[name].apply))

    assert of("sin", "x") == {"cos"}
    assert of("logsumexp", "x") >= {"where", "exp", "inf"}  # in a named rule function
    assert of("sum", "x") >= {"broadcast_to"}
    assert of("mean", "x") >= {"broadcast_to"}  # in a helper that a lambda calls


def test_rules_use_only_numpy_functions_that_are_ops():
    """Otherwise second derivatives would silently miss those computations."""
    for op in OPS.values():
        for rule in op.rules.values():
            for name in numpy_names(rule.apply):
                used = getattr(np, name)
                known = used in NUMPY or used in REDUCTIONS if callable(used) else True
                assert known or isinstance(used, type) or name in FROM_SHAPES, (
                    f"{op.name}: the rule for {rule.input} uses np.{name}, which is not an op"
                )


def stub_methods():
    """Return the parameters of each method in methods.pyi."""
    (stub,) = [n for n in ast.parse(STUB.read_text("utf-8")).body if isinstance(n, ast.ClassDef)]
    return {
        n.name: [a.arg for a in n.args.posonlyargs + n.args.args + n.args.kwonlyargs][1:]
        for n in stub.body
        if isinstance(n, ast.FunctionDef)
    }


def test_stub_names_what_is_attached():
    assert stub_methods().keys() == METHODS.keys()


@pytest.mark.parametrize(
    "name",
    sorted(name for name, function in METHODS.items() if FUNCTIONS.get(name) is function),
)
def test_stub_has_the_parameters_of_the_function(name):
    assert stub_methods()[name] == list(inspect.signature(FUNCTIONS[name]).parameters)[1:]


def test_forward_mode_uses_the_declared_algebra():
    """Rules of linear and bilinear ops have a jvp: transposing one would record it first."""
    for name, op in OPS.items():
        if op.kind in ("linear", "bilinear"):
            assert op.rules, name
            for rule in op.rules.values():
                assert rule.is_own_jvp or rule.jvp is not None, f"{name}, {rule.input}"
