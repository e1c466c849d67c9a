"""The options of pictures are the same for every form."""

import inspect
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import tinygrad_np as tg
from tinygrad_np.viz import options

FORMS = ["draw", "svg", "text", "mermaid", "to_json"]
TAKES = {
    "draw": options.DrawOptions,
    "svg": options.SVGOptions,
    "text": options.Options,
    "mermaid": options.FlowchartOptions,
    "to_json": options.Options,
    "html": options.PageOptions,
    "save": options.FileOptions,
    "compare": options.DetailOptions,
    "Comparison.draw": options.DirectionOptions,
    "Comparison.svg": options.LayoutOptions,
}
x = tg.tensor([1.0, 2.0], requires_grad=True, name="x")


def called(name):
    """Return the public function with a name, and arguments to call it with."""
    if name == "save":
        return tg.viz.save, ("never.svg", x)
    if name.startswith("Comparison."):
        return getattr(tg.viz.compare(x, x), name.partition(".")[2]), ()
    return getattr(tg.viz, name), (x, x) if name == "compare" else (x,)


def keywords(function):
    parameters = inspect.signature(function).parameters.values()
    return {p.name: p for p in parameters if p.kind == p.KEYWORD_ONLY}


@pytest.mark.parametrize("name", TAKES)
def test_help_shows_and_describes_every_option(name):
    function, _ = called(name)
    shown, words = keywords(function), " ".join(inspect.getdoc(function).split())
    assert "**" not in str(inspect.signature(function))
    for option, (hint, known) in options.spelled(TAKES[name]).items():
        assert shown[option].annotation == hint
        assert f" {option}: {known.about}" in words


def test_defaults_specific_to_a_form():
    owns: dict[str, dict[str, object]] = {
        "text": {"max_nodes": 200},
        "to_json": {"fold": False},
        "html": {"fold": ...},
        "save": {"fold": ..., "max_nodes": ...},
    }
    for name, own in owns.items():
        shown = keywords(getattr(tg.viz, name))
        plain = {key: known.default for key, (_, known) in options.spelled(TAKES[name]).items()}
        assert {key: p.default for key, p in shown.items()} == plain | own


def test_every_function_that_takes_options_is_tested():
    found = {
        name
        for name, function in vars(tg.viz).items()
        if name in tg.viz.__all__ and inspect.isfunction(function)
    }
    assert found <= TAKES.keys()


@pytest.mark.parametrize("name", TAKES)
def test_unknown_options_are_refused_with_suggestions(name):
    function, arguments = called(name)
    listed = ", ".join(keywords(function))
    for option in options.spelled(TAKES[name]):
        wrong = option[:-1] + "_"
        said = f"{name.rpartition('.')[2]}: there is no option '{wrong}'; did you mean '{option}'?"
        with pytest.raises(TypeError, match=f"^{re.escape(said)} There are: {listed}$"):
            function(*arguments, **{wrong: 1})
    with pytest.raises(TypeError, match=f"no option 'xyz'; there are: {listed}$"):
        function(*arguments, xyz=1)


@pytest.mark.parametrize("name", TAKES)
def test_unknown_values_of_an_option_are_refused(name):
    function, arguments = called(name)
    for option, words in [
        ("direction", "'TB', 'LR', 'BT' or 'RL'"),
        ("engine", "'own', 'dot' or 'auto'"),
    ]:
        if option in keywords(function):
            caller = name.rpartition(".")[2]
            message = f"^{caller}: {option} is {words}, not 'up'$"
            with pytest.raises(ValueError, match=message):
                function(*arguments, **{option: "up"})


def test_all_options_are_passed_to_the_form():
    told = {}

    @options.takes(options.Options, fold=False)
    def form(x, **options):
        told.update(options)

    form(x, depth=3)
    plain = {name: known.default for name, (_, known) in options.spelled(options.Options).items()}
    assert told == plain | {"fold": False, "depth": 3}


WRONG = """\
import tinygrad_np as tg

x = tg.tensor(1.0)
tg.viz.svg(x, "a.svg", depth=1, engine="own")
tg.viz.save(x, "a.html", title="a", collapse="Linear")
"""


def test_type_checkers_know_the_options(tmp_path):
    pytest.importorskip("mypy")
    lines = WRONG.splitlines()
    for name in TAKES:
        first = {"compare": "x, x", "save": "x, 'a'"}.get(name, "x")
        call = name.replace("Comparison.", "compare(x, x).")
        first = "" if call != name else f"{first}, "
        lines += [f"tg.viz.{call}({first}dirextion='TB')"]
        hinted = [option for option in options.spelled(TAKES[name]) if option != "params"]
        lines += [f"tg.viz.{call}({first}{option}=b'')" for option in hinted]
    (tmp_path / "wrong.py").write_text("\n".join(lines), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", tmp_path, tmp_path / "wrong.py"],
        cwd=Path(tg.__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.findall(r"wrong.py:(\d+): error", done.stdout)
    assert found == [str(n) for n in range(WRONG.count("\n") + 1, len(lines) + 1)], done.stdout


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
def test_an_empty_collection_is_refused(form, nothing):
    with pytest.raises(ValueError, match=f"an empty {type(nothing).__name__} has nothing to draw"):
        getattr(tg.viz, form)(nothing)


@pytest.mark.parametrize("form", [tg.viz.draw, tg.viz.svg, tg.viz.text, tg.viz.html])
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"tape": 3}, "draw: tape is what tg.record.. gave, not int"),
        ({"focus": 3}, "draw: focus is a Tensor, not int"),
    ],
)
def test_wrong_types_of_tape_and_focus_are_refused(form, options, message):
    with pytest.raises(TypeError, match=message):
        form(tg.tensor([1.0], requires_grad=True).sum(), **options)
