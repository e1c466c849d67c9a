"""Small graphs are drawn exactly as the pictures in golden/, in every form.

If a change is intended, `python tests/viz/models.py` rewrites them.
"""

import importlib.util
from pathlib import Path

import pytest

import tinygrad_np as tg

SPEC = importlib.util.spec_from_file_location("viz_models", Path(__file__).parent / "models.py")
assert SPEC is not None
models = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(models)
models.load("_common")


@pytest.mark.parametrize("name", models.MODELS)
def test_the_picture_of_an_example(name):
    expected = (models.GOLDEN / f"{name}.dot").read_text(encoding="utf-8")
    assert tg.viz.draw(models.MODELS[name]()).source == expected


@pytest.mark.parametrize("ending", models.FORMS)
@pytest.mark.parametrize("name", models.IN_EVERY_FORM)
def test_the_other_forms(name, ending):
    expected = (models.GOLDEN / f"{name}.{ending}").read_text(encoding="utf-8")
    assert str(models.FORMS[ending](models.IN_EVERY_FORM[name]())) == expected


def test_every_golden_picture_is_tested():
    tested = {f"{name}.dot" for name in models.MODELS}
    tested |= {f"{name}.{ending}" for name in models.IN_EVERY_FORM for ending in models.FORMS}
    assert {path.name for path in models.GOLDEN.iterdir()} == tested
