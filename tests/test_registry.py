"""What is declared, what is public, what NumPy reaches and what is tested: the same."""

import ast
import dis
import inspect
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

import tinygrad_np as tg
from ops.cases import CASES
from ops.cases_of_special import WITHOUT_SCIPY
from tinygrad_np.engine.graph import walk
from tinygrad_np.engine.op import FUNCTIONS, NUMPY, OPS
from tinygrad_np.ops.numpy_protocol import METHODS, REDUCTIONS

STUB = Path(tg.__file__).parent / "engine" / "methods.pyi"
KINDS = {"elementwise", "linear", "bilinear", "constant", "general"}
# What rules may ask of NumPy although it is no op: arrays that depend on shapes alone.
FROM_SHAPES = {"arange", "empty", "eye", "ones", "tri", "zeros"}

over_ops = pytest.mark.parametrize("op", list(OPS.values()), ids=lambda op: op.name)
over_functions = pytest.mark.parametrize("name", list(FUNCTIONS))


def test_every_op_and_public_function_has_a_record():
    missing = (OPS.keys() | FUNCTIONS.keys()) - {case.op for case in CASES}
    if find_spec("scipy") is None:
        missing -= WITHOUT_SCIPY
    assert not missing, f"add a record to cases.py for {sorted(missing)}"


@pytest.mark.parametrize("case", [c for c in CASES if c.order], ids=str)
def test_a_record_reaches_its_op_with_hashable_params(case, rng):
    tensors = [tg.Tensor(a, requires_grad=a.dtype.kind in "fc") for a in case.draw(rng)]
    node = case.call(*tensors, **case.params).node
    if case.op in OPS:
        assert case.op in {found.op.name for found in walk(node) if found.op}
    for found in walk(node):
        hash(tuple(found.params.items()))


@over_ops
def test_op_is_documented_and_of_a_known_kind(op):
    assert op.call.__doc__
    assert op.kind in KINDS
    assert (op.kind == "constant") == (not op.rules)


@over_functions
def test_public_function_is_documented_and_exported(name):
    assert FUNCTIONS[name].__doc__
    module, _, short = name.rpartition(".")  # "linalg.inv" belongs to tg.linalg
    namespace = getattr(tg, module) if module else tg
    assert short in namespace.__all__
    assert getattr(namespace, short) is FUNCTIONS[name]


def test_everything_exported_exists_and_is_listed_once():
    assert len(set(tg.__all__)) == len(tg.__all__)
    assert [name for name in tg.__all__ if not hasattr(tg, name)] == []


@over_functions
def test_a_name_numpy_has_means_numpys_function(name):
    theirs = getattr(np, name, None)
    if theirs is not None:
        assert NUMPY.get(theirs) is FUNCTIONS[name]


@over_ops
def test_an_op_named_as_a_ufunc_computes_it(op, rng):
    theirs = getattr(np, op.name, None)
    assert theirs is None or theirs in NUMPY
    if isinstance(theirs, np.ufunc):
        assert op.forward is theirs


def numpy_names(function):
    """Yield what a function, and the helpers of its package, take from NumPy by name."""
    function = inspect.unwrap(function)  # out of what mutates rules, say
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


def test_numpy_names_sees_what_rules_use():
    def of(op, name):
        return set(numpy_names(OPS[op].rules[name].apply))

    assert of("sin", "x") == {"cos"}
    assert of("logsumexp", "x") >= {"where", "exp", "inf"}  # in a function of its own
    assert of("sum", "x") >= {"broadcast_to"}
    assert of("mean", "x") >= {"broadcast_to"}  # in a helper that a lambda calls


@over_ops
def test_rules_use_only_numpy_functions_that_are_ops(op):
    """Otherwise a gradient of a gradient would lose what they compute."""
    for rule in op.rules.values():
        for name in numpy_names(rule.apply):
            used = getattr(np, name)
            known = used in NUMPY or used in REDUCTIONS if callable(used) else True
            assert known or isinstance(used, type) or name in FROM_SHAPES, (
                f"{op.name}: the rule for {rule.input} uses np.{name}, which is not an op"
            )


def stub_methods():
    """Return the methods of methods.pyi: their parameters, by name."""
    (stub,) = [n for n in ast.parse(STUB.read_text()).body if isinstance(n, ast.ClassDef)]
    return {
        n.name: [a.arg for a in n.args.posonlyargs + n.args.args + n.args.kwonlyargs][1:]
        for n in stub.body
        if isinstance(n, ast.FunctionDef)
    }


def test_stub_names_what_is_attached():
    assert stub_methods().keys() == METHODS.keys()


@pytest.mark.parametrize(
    "name",
    sorted(METHODS.keys() & FUNCTIONS.keys() - {"compress", "gradient", "reshape", "transpose"}),
)
def test_stub_has_the_parameters_of_the_function(name):
    assert stub_methods()[name] == list(inspect.signature(FUNCTIONS[name]).parameters)[1:]
