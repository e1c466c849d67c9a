"""The options of pictures are the same for every form."""

import inspect
import sys

import numpy as np
import pytest

import tinygrad_np as tg
from tinygrad_np.viz.options import Options
from tinygrad_np.viz.picture import Builder, picture

FORMS = ["draw", "svg", "text", "mermaid", "to_json"]


def test_they_are_those_of_draw_and_of_the_picture():
    options = set(Options.__annotations__)
    assert set(inspect.signature(picture).parameters) == {"x"} | options
    drawn = set(inspect.signature(tg.viz.draw).parameters)
    assert drawn == {"x", "direction", "thumbnails"} | options
    assert set(inspect.signature(Builder.of).parameters) == {"x"} | options - {"max_nodes"}


@pytest.mark.parametrize("form", FORMS)
def test_one_that_does_not_exist_is_refused(form):
    with pytest.raises(TypeError, match="depht"):
        getattr(tg.viz, form)(tg.tensor(1.0), depht=1)


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_a_chain_of_a_hundred_thousand_is_drawn_once_without_recursion(form):
    y = tg.tensor(np.ones(2), requires_grad=True)
    for _ in range(100_000):
        y = tg.sin(y)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(300)
    try:
        drawn = getattr(tg.viz, form)(y, fold=True)
    finally:
        sys.setrecursionlimit(limit)
    words = drawn.source if form == "draw" else str(drawn)
    assert "100,000" in words or "'count': 100000" in words
    assert len(words) < 10_000


@pytest.mark.parametrize("form", [*FORMS, "html"])
@pytest.mark.parametrize("nothing", [[], (), {}])
def test_nothing_is_refused_by_name(form, nothing):
    with pytest.raises(ValueError, match=f"an empty {type(nothing).__name__} has nothing to draw"):
        getattr(tg.viz, form)(nothing)


@pytest.mark.parametrize(("form", "name"), [("svg", "a.png"), ("svg", "a"), ("html", "a.svg")])
def test_a_file_has_in_it_what_its_name_says(form, name, tmp_path):
    with pytest.raises(ValueError, match=rf"{form}: '{name}' must end in \.{form}"):
        getattr(tg.viz, form)(tg.tensor(1.0), tmp_path / name)
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("form", [tg.viz.draw, tg.viz.svg, tg.viz.text, tg.viz.html])
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"tape": 3}, "draw: tape is what tg.record.. gave, not int"),
        ({"focus": 3}, "draw: focus is a Tensor, not int"),
    ],
)
def test_what_is_no_tape_and_no_tensor_is_refused(form, options, message):
    with pytest.raises(TypeError, match=message):
        form(tg.tensor([1.0], requires_grad=True).sum(), **options)
