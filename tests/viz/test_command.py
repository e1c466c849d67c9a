"""The command `python -m tinygrad_np draw`, run as users run it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import tinygrad_np as tg

ROOT = Path(tg.__file__).parents[1]

PROGRAM = """
import numpy as np
from dataclasses import dataclass
from helper import DATA
import tinygrad_np as tg
from tinygrad_np import nn

@dataclass
class Data:
    x: object = None

def tensor():
    x = tg.tensor(DATA, requires_grad=True, name="x")
    return tg.sin(x).sum()

def named():
    x = tg.tensor(DATA, requires_grad=True)
    h = tg.exp(x)
    return {"loss": tg.cos(h), "hidden": h}

def pair():
    model = nn.Sequential(nn.Linear(2, 3), nn.Tanh())
    model[0].weight.name = "something else"
    loss = model(np.ones((4, 2))).sum()
    loss.backward()
    return loss, model

def listed():
    return [tensor(), tensor()]

def number():
    return 3

def needy(x):
    return x

def faulty():
    return 1 / 0

NOT_CALLABLE = 3
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "program.py").write_text(PROGRAM, encoding="utf-8")
    (tmp_path / "helper.py").write_text("DATA = [1.0, 2.0]\n", encoding="utf-8")
    return tmp_path


def draw(folder, *arguments, **variables):
    """Run the command in another folder than the program's."""
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir(exist_ok=True)
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "tinygrad_np", "draw", *arguments],
        cwd=elsewhere,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def source(folder, function, *options):
    """Return the DOT text of what a function of the program computes."""
    done = draw(folder, f"../program.py:{function}", "-o", "new/out.dot", *options)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return (folder / "elsewhere/new/out.dot").read_text(encoding="utf-8")


def test_a_tensor_is_drawn(folder):
    text = source(folder, "tensor")
    assert text.startswith("digraph {")
    assert "<b>sin</b>" in text
    assert "<b>x</b>" in text


@pytest.mark.slow
def test_options(folder):
    assert "rankdir=LR" in source(folder, "tensor", "--direction", "LR")
    assert "2 earlier nodes" in source(folder, "tensor", "--max-nodes", "1")
    assert "<b>cos</b>" not in source(folder, "named", "--focus", "hidden")
    assert "loss = <b>cos</b>" in source(folder, "named")
    text = source(folder, "pair", "--depth", "1", "--no-constants", "--values", "--no-fold")
    assert "<b>Linear</b> 2→3" in text
    assert "gradient" in text
    assert " saved, " in text
    assert "float64" in text
    assert "program.py:" in text  # the line, shown on hover
    assert "<b>Linear</b> 2→3" in source(folder, "pair", "--collapse", "Linear", "Tanh")


@pytest.mark.slow
def test_the_engine_is_an_option(folder):
    done = draw(folder, "../program.py:tensor", "-o", "own.svg", "--engine", "own", PATH="")
    assert (done.returncode, done.stderr) == (0, "")
    done = draw(folder, "../program.py:tensor", "-o", "dot.svg", "--engine", "dot", PATH="")
    assert done.returncode == 1
    assert done.stderr.startswith(
        "draw: ../program.py:tensor: engine='dot' needs the 'dot' program: install Graphviz"
    )
    assert done.stderr.count("\n") == 1
    done = draw(folder, "../program.py:tensor", "-o", "out.dot", "--engine", "own")
    assert done.stderr == "draw: a .dot file does not take engine\n"


def test_a_pair_names_the_parameters(folder):
    assert "<b>0.weight</b>" in source(folder, "pair")


def test_several_results(folder):
    assert source(folder, "listed").count("<b>sin</b>") == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["../none.py:f", "-o", "a.dot"], "there is no file ../none.py"),
        (["../program.py:nothing", "-o", "a.dot"],
         "../program.py has no function 'nothing'; it has tensor, named, pair, listed, number, "
         "needy, faulty"),
        (["../program.py:NOT_CALLABLE", "-o", "a.dot"], "has no function 'NOT_CALLABLE'"),
        (["../program.py", "-o", "a.dot"], "is not of the form FILE.py:FUNCTION"),
        (["../program.py:", "-o", "a.dot"], "is not of the form FILE.py:FUNCTION"),
        (["../program.py:number", "-o", "a.dot"],
         "../program.py:number: a Tensor, or a list, tuple or dict of Tensors is needed, not int"),
        (["../program.py:needy", "-o", "a.dot"], "must take no arguments, but it needs 'x'"),
        (["../program.py:tensor", "-o", "a.docx"], "'a.docx' must end in .svg, .png, .pdf, .dot"),
        (["../program.py:tensor", "-o", "a.dot", "--depth", "-1"], "depth is -1"),
        (["../program.py:pair", "-o", "a.dot", "--collapse", "X"], "there is no module 'X'"),
        (["../program.py:named", "-o", "a.dot", "--focus", "x"], "no Tensor named 'x'"),
        (["../program.py:tensor", "-o", "a.dot", "--focus", "x"], "no Tensor named 'x'"),
    ],
)  # fmt: skip
def test_mistakes_are_reported_in_one_line(folder, arguments, message):
    done = draw(folder, *arguments)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("draw: ")
    assert message in done.stderr
    assert not (folder / "elsewhere" / "a.dot").exists()


def test_errors_of_the_program_are_shown_in_full(folder):
    done = draw(folder, "../program.py:faulty", "-o", "a.dot")
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert "ZeroDivisionError" in done.stderr


@pytest.mark.slow
def test_without_dot_images_are_refused_with_instructions(folder):
    done = draw(folder, "../program.py:tensor", "-o", "a.png", PATH="")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "a .png file needs the 'dot' program" in done.stderr
    assert "apt install graphviz" in done.stderr
    assert draw(folder, "../program.py:tensor", "-o", "a.dot", PATH="").returncode == 0


def test_help_explains_what_the_function_returns(folder):
    done = draw(folder, "--help")
    assert done.returncode == 0
    assert "FUNCTION is called without arguments and returns what to draw" in done.stdout
    assert draw(folder).returncode == 2


@pytest.mark.slow
def test_the_commands_in_the_docs_run(tmp_path):
    page = (ROOT / "docs" / "pictures.md").read_text(encoding="utf-8")
    commands = re.findall(r"^python -m tinygrad_np draw (docs.*) -o (\S+)$", page, re.MULTILINE)
    assert len(commands) > 2
    for arguments, picture in commands:
        assert (ROOT / picture).is_file()
        target, *options = arguments.split()
        done = draw(tmp_path, str(ROOT / target), *options, "-o", "out.dot")
        assert (done.returncode, done.stderr) == (0, "")
