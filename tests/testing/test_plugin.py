"""The pytest plugin, in separate sessions: a fixture, and mutants that tests must detect."""

import importlib.metadata
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

import tinygrad_np as tg
from tinygrad_np.engine.op import OPS
from tinygrad_np.testing.mutation import MUTATIONS, UNSUMMED, Mutant, Workshop, first_slice

pytestmark = pytest.mark.slow  # each runs a separate session


def run(folder, text, *arguments):
    """Run pytest on a file with this text, in the given folder."""
    (folder / "test_it.py").write_text("import numpy as np, tinygrad_np as tg\n\n" + text)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)


def test_pytest_finds_the_plugin():
    points = importlib.metadata.entry_points(group="pytest11")
    assert points["tinygrad_np"].value == "tinygrad_np.testing.plugin"


RIGHT = """
def test_right(gradcheck):
    assert gradcheck(lambda x: np.tanh(x) * x, np.ones(3))
"""
WRONG = """
double = tg.op(lambda x: 2.0 * x, x=lambda g: g, name="double")

def test_wrong(gradcheck):
    gradcheck(double, np.ones(3))
"""


def test_the_fixture_checks(tmp_path):
    done = run(tmp_path, RIGHT + WRONG)
    assert "1 failed, 1 passed" in done.stdout
    assert "3 of 3 gradient elements are wrong" in done.stdout
    assert "at fault: double, called at" in done.stdout
    assert "def conclude" not in done.stdout  # the failure shows the user's code, not ours
    assert "mutants" not in done.stdout


def test_results_are_in_the_junit_report(tmp_path):
    run(tmp_path, RIGHT + WRONG, "--junitxml=report.xml", "--gradcheck-seed=7")
    tree = ElementTree.parse(tmp_path / "report.xml")
    properties = {p.get("name"): p.get("value") for p in tree.iter("property")}
    assert properties["gradcheck <lambda>"] == "3 ok"
    assert properties["gradcheck double"] == "3 FAIL"
    assert int(properties["gradcheck double evaluations"] or 0) > 3


def test_the_seed_is_an_option(tmp_path):
    text = """
def test_seed(gradcheck):
    found = gradcheck(np.sin, np.ones(2)).findings[0].analytic
    assert found == tg.testing.gradcheck(np.sin, np.ones(2), seed=SEED).findings[0].analytic
"""
    assert "1 passed" in run(tmp_path, text.replace("SEED", "0")).stdout
    text = text.replace("SEED", "5")
    assert "1 failed" in run(tmp_path, text).stdout
    assert "1 passed" in run(tmp_path, text, "--gradcheck-seed=5").stdout


OWN = """
softsign = tg.op(
    lambda x: x / (1.0 + abs(x)), x=lambda g, x: g / (1.0 + abs(x)) ** 2, name="softsign"
)
"""
WEAK_TEST = """
def test_that_tests_the_sign_alone():
    x = tg.tensor([1.0, -2.0, 3.0], requires_grad=True)
    softsign(x).sum().backward()
    assert (x.grad.data > 0).all()
"""
STRONG_TEST = """
def test_that_tests_values(gradcheck):
    gradcheck(softsign, np.array([[1.0, -2.0], [3.0, 0.5]]))
"""


def test_mutants_that_no_test_detects_are_listed(tmp_path):
    done = run(tmp_path, OWN + WEAK_TEST, "--gradcheck-mutate", "--gradcheck-mutate-ops=softsign")
    assert "SURVIVED softsign, the rule for x: scaled by 1.001" in done.stdout
    assert "not noticed by test_it.py::test_that_tests_the_sign_alone" in done.stdout
    assert "SURVIVED softsign, the rule for x: sign flipped" not in done.stdout
    assert "3 mutants of" in done.stdout
    assert "2 noticed, 1 survived; 1 more had no effect" in done.stdout  # 1-d: no transposition
    assert done.returncode == 1


def test_a_test_of_values_detects_all_mutants(tmp_path):
    text = OWN + WEAK_TEST + STRONG_TEST
    done = run(tmp_path, text, "--gradcheck-mutate", "--gradcheck-mutate-ops=softsign")
    assert "4 mutants of" in done.stdout
    assert "4 noticed, 0 survived" in done.stdout
    assert done.returncode == 0


def test_rules_of_the_package_are_mutated_too(tmp_path):
    text = """
def test_shape_alone():
    b = tg.tensor([1.0, 2.0], requires_grad=True)
    (np.ones((3, 2)) * b).sum().backward()
    assert b.grad.shape == (2,)
"""
    done = run(tmp_path, text, "--gradcheck-mutate")
    assert "SURVIVED multiply, the rule for y: broadcast sum left out" in done.stdout
    assert "SURVIVED sum, the rule for x: sign flipped" in done.stdout


def test_ops_declared_inside_a_test_are_mutated(tmp_path):
    text = "def test_it():\n" + "".join(f"    {line}\n" for line in OWN.strip().splitlines())
    text += "    assert tg.grad(softsign)(1.0).item() == 0.25\n"
    done = run(tmp_path, text, "--gradcheck-mutate", "--gradcheck-mutate-ops=softsign")
    assert "noticed, 0 survived" in done.stdout


def test_failing_examples_of_mutants_are_not_kept(tmp_path):
    text = """
from hypothesis import given, strategies as st

@given(st.floats(-2.0, 2.0))
def test_any(x):
    assert abs(tg.grad(np.sin)(x).item() - np.cos(x)) < 1e-9
"""
    done = run(tmp_path, text, "--gradcheck-mutate", "--gradcheck-mutate-ops=sin")
    assert "0 survived" in done.stdout
    assert not (tmp_path / ".hypothesis" / "examples").exists()


# ------------------------------------------------------------------- the parts


def test_mutations_change_the_gradient_as_named():
    c = np.arange(1.0, 7.0).reshape(2, 3)
    changed = {kind: mutation(c) for kind, mutation in MUTATIONS.items()}
    np.testing.assert_array_equal(changed["sign flipped"], -c)
    np.testing.assert_allclose(changed["scaled by 1.001"], c * 1.001)
    assert (changed["one element dropped"] == 0).sum() == 1
    assert sorted(changed["transposed"].ravel()) == sorted(c.ravel())
    assert not np.array_equal(changed["transposed"], c)
    assert all(x.shape == c.shape for x in changed.values())
    np.testing.assert_array_equal(first_slice(c, (3,)), [1.0, 2.0, 3.0])
    np.testing.assert_array_equal(first_slice(c, (2, 1)), [[1.0], [4.0]])


@pytest.mark.parametrize("kind", [*MUTATIONS, UNSUMMED])
def test_mutation_is_undone_completely(kind):
    workshop = Workshop()
    rule = OPS["multiply"].rules["y"]
    before = rule.apply
    b = tg.tensor([[1.0, 2.0]], requires_grad=True)

    def gradient():
        (g,) = (np.arange(6.0).reshape(3, 2) * b).gradient(b, gradient=np.ones((3, 2)))  # type: ignore[attr-defined]
        return g.data

    right = gradient()
    workshop.open()
    try:
        np.testing.assert_array_equal(gradient(), right)
        assert ("multiply", "y") in workshop.used
        assert ("multiply", "y") in workshop.summed
        workshop.mutant = Mutant(("multiply", "y"), kind)
        assert not np.array_equal(gradient(), right)
        assert workshop.mutant.effective
    finally:
        workshop.close()
    np.testing.assert_array_equal(gradient(), right)
    assert rule.apply is before
