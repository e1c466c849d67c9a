"""The examples' models are drawn as the pictures in golden/, to the letter.

If a change is meant, `python tests/viz/models.py` writes them anew.
"""

import importlib.util
from pathlib import Path

import pytest

import tinygrad_np as tg

SPEC = importlib.util.spec_from_file_location("viz_models", Path(__file__).parent / "models.py")
models = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(models)
models.load("_common")


@pytest.mark.parametrize("name", models.MODELS)
def test_the_picture_of_an_example(name):
    expected = (models.GOLDEN / f"{name}.dot").read_text(encoding="utf-8")
    assert tg.viz.draw(models.MODELS[name]()).source == expected


def test_every_golden_picture_is_tested():
    assert {path.stem for path in models.GOLDEN.glob("*.dot")} == set(models.MODELS)
