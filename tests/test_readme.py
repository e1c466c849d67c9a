"""The README's Python runs as printed: its blocks, in order, form one program."""

import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"


def python_program(markdown: str) -> str:
    """Join the ```python blocks at their original line numbers, so that tracebacks point there.

    Blocks of `>>>` prompts are left out: they run as doctests.
    """
    program = ""
    for block in re.finditer(r"^```python\n(.*?)^```$", markdown, re.MULTILINE | re.DOTALL):
        if not block[1].startswith(">>>"):
            line = markdown.count("\n", 0, block.start(1))
            program += "\n" * (line - program.count("\n")) + block[1]
    return program


def test_python_program_keeps_line_numbers():
    markdown = (
        "A\n```python\nx = 1\n```\n```sh\nls\n```\n```python\n>>> x\n1\n```\n```python\ny\n```\n"
    )
    assert python_program(markdown).splitlines() == ["", "", "x = 1", *[""] * 9, "y"]


def test_readme_python_runs_as_printed(tmp_path):
    program = python_program(README.read_text(encoding="utf-8"))
    assert program, "README.md has no ```python block"
    script = tmp_path / "README.py"
    script.write_text(program, encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-W", "error", script], cwd=tmp_path, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
