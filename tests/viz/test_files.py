"""Pictures as files: `save` and the command use the same table of endings.

Most tests iterate over the table, so an ending that is added to it is tested. The `dot` program is
replaced by one that echoes its arguments and input, except where its images are examined.
"""

import inspect
import json
import shutil
import sys
from typing import Any

import pytest

import tinygrad_np as tg
from tinygrad_np.viz.command import FLAGS, main
from tinygrad_np.viz.endings import FORMS, endings
from tinygrad_np.viz.files import FUNCTIONS
from tinygrad_np.viz.options import FileOptions, spelled
from viz import models
from viz.models import blocks  # it has frames, so `dot` does not lay it out

TARGET = f"{models.__file__}:blocks"
BY_DOT = [ending for ending, form in endings().items() if form == "draw"]
STARTS = {
    "svg": b"<svg xmlns=",
    "png": b"-Kdot\n-Tpng\ndigraph {",
    "pdf": b"-Kdot\n-Tpdf\ndigraph {",
    "dot": b"digraph {",
    "gv": b"digraph {",
    "html": b"<!doctype html>",
    "txt": b"#1   constant ",
    "mmd": b"flowchart TB\n",
    "json": b'{"version": 1, "nodes": [',
}
needs_dot = pytest.mark.skipif(shutil.which("dot") is None, reason="the dot program is missing")


def programs(folder, monkeypatch, script):
    """Make a script the only `dot` on the PATH."""
    program = folder / "dot"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


@pytest.fixture(autouse=True)
def stand_in(tmp_path_factory, monkeypatch, request):
    if needs_dot.mark not in request.node.iter_markers("skipif"):
        folder = tmp_path_factory.mktemp("programs")
        programs(folder, monkeypatch, "printf '%s\\n' \"$@\"\ncat")


@pytest.fixture
def draw(monkeypatch, capfd):
    """Run the command and return its error output, empty on success."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setitem(sys.modules, "__drawn__", None)

    def run(path, *flags, target=TARGET):
        status = main(["draw", target, "-o", str(path), *flags])
        out, said = capfd.readouterr()
        assert (out, bool(said)) == ("", status == 1)
        assert said.count("\n") <= 1
        return said

    return run


@pytest.mark.parametrize("ending", endings())
def test_the_command_and_save_write_the_same(ending, draw, tmp_path, capfd):
    saved, drawn = tmp_path / "new" / f"saved.{ending}", tmp_path / "newer" / f"drawn.{ending}"
    assert tg.viz.save(blocks(), saved) == saved
    assert draw(drawn) == ""
    assert saved.read_bytes() == drawn.read_bytes()
    assert len(saved.read_bytes()) > 500
    assert {path.name for path in tmp_path.glob("*/*")} == {saved.name, drawn.name}
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("ending", endings())
def test_a_file_has_the_output_of_its_endings_function(ending, tmp_path):
    made = getattr(tg.viz, endings()[ending])(blocks())
    words = made.source if ending in BY_DOT else json.dumps(made) if ending == "json" else str(made)
    if ending not in ("dot", "gv", *FORMS.keys() - BY_DOT):
        words = f"-Kdot\n-T{ending}\n{words}"
    path = tg.viz.save(blocks(), tmp_path / f"a.{ending}")
    assert path.read_text(encoding="utf-8") == words
    assert path.read_bytes().startswith(STARTS.get(ending, b"-Kdot\n-T" + ending.encode()))


def test_the_table_of_endings():
    assert STARTS.keys() == FORMS.keys()  # all other endings are written by dot
    assert {form for ending, form in endings().items() if ending not in FORMS} == {"draw"}
    assert {"jpg", "webp", "json0", "xdot1.4", "svgz"} <= endings().keys()
    assert not {"x11", "gtk", "xlib"} & endings().keys()  # these open a window


def test_json_files_round_trip(draw, tmp_path):
    x = blocks()
    assert json.loads(tg.viz.save(x, tmp_path / "a.json").read_text()) == tg.viz.to_json(x)
    assert draw(tmp_path / "b.json", "--fold") == ""
    assert json.loads((tmp_path / "b.json").read_text()) == tg.viz.to_json(x, fold=True)


@pytest.mark.parametrize("name", ["graph.SVG", "a.b.svg", "graph.xdot1.4", "graph.JSON"])
def test_an_ending_is_matched_at_the_end_of_the_name(name, draw, tmp_path):
    path = tmp_path / name
    assert tg.viz.save(blocks(), path) == path
    saved = path.read_bytes()
    assert draw(path) == ""
    assert path.read_bytes() == saved


@pytest.mark.parametrize("name", ["graph", "graph.docx", "graph.svg.bak", "svg", ".svg", "a.x11"])
def test_unknown_endings_are_refused_with_the_full_list(name, draw, tmp_path):
    listed = ", ".join(f".{ending}" for ending in endings())
    with pytest.raises(ValueError, match="must end in") as refused:
        tg.viz.save(blocks(), tmp_path / name)
    assert str(refused.value) == f"save: {name!r} must end in {listed}"
    said = draw(tmp_path / name, target="no such function")  # the target is not even imported
    assert said == f"draw: {name!r} must end in {listed}\n"
    assert list(tmp_path.iterdir()) == []


# ----------------------------------------------------------------- options

TOLD: dict[str, Any] = {
    "depth": 1,
    "collapse": "Linear",
    "constants": False,
    "params": {},
    "max_nodes": 2,
    "fold": False,
    "focus": None,
    "values": True,
    "tape": None,
    "direction": "LR",
    "thumbnails": True,
    "engine": "own",
    "title": "A title",
}
SAME = {"tape", "focus", "engine"}
"""The options that TOLD leaves at their defaults."""


@pytest.mark.parametrize("ending", FORMS)
def test_every_ending_takes_exactly_the_options_of_its_form(ending, draw, tmp_path):
    assert TOLD.keys() == spelled(FileOptions).keys()
    function = getattr(tg.viz, FORMS[ending])
    plain = tg.viz.save(blocks(), tmp_path / f"plain.{ending}").read_bytes()
    same = SAME | {"html": {"fold", "values"}, "json": {"fold"}}.get(ending, set())
    for name, value in TOLD.items():
        path = tmp_path / f"{name}.{ending}"
        if name in inspect.signature(function).parameters:
            told = tg.viz.save(blocks(), path, **{name: value}).read_bytes()
            assert (told == plain) == (name in same), name
            continue
        with pytest.raises(TypeError, match=f"^save: a .{ending} file does not take {name}$"):
            tg.viz.save(blocks(), path, **{name: value})
        flags = ["--thumbnails"] if value is True else [f"--{name}", value]
        said = draw(path, *flags, target="no such function")
        assert said == f"draw: a .{ending} file does not take {name}\n"
        assert not path.exists()


@pytest.mark.parametrize("name", spelled(FileOptions))
def test_options_are_flags_of_the_command(name, draw, tmp_path):
    ending = "html" if name == "title" else "svg"
    saved, drawn, value = tmp_path / f"a.{ending}", tmp_path / f"b.{ending}", TOLD[name]
    hint, _ = spelled(FileOptions)[name]
    if name in ("params", "tape", "focus"):
        assert (hint in FLAGS) == (name == "focus")  # the flag takes a name
        return
    if name in ("values", "thumbnails"):
        assert draw(drawn, f"--{name}") == ""
        assert b" saved, " in drawn.read_bytes()  # it has recorded a tape
        return
    tg.viz.save(blocks(), saved, **{name: value})
    flag = f"--{name}".replace("_", "-")
    assert (
        draw(drawn, *([flag.replace("--", "--no-")] if value is False else [flag, str(value)]))
        == ""
    )
    assert drawn.read_bytes() == saved.read_bytes()
    assert (drawn.read_bytes() == tg.viz.save(blocks(), saved).read_bytes()) == (name in SAME)


def test_a_page_takes_the_options_of_html(tmp_path):
    with tg.record() as tape:
        x = blocks()
        x["loss"].backward()
    path = tg.viz.save(x, tmp_path / "a.html", tape=tape, title="Blocks", depth=1)
    page = tg.viz.html(x, tape=tape, title="Blocks", depth=1)
    assert path.read_text(encoding="utf-8") == str(page)
    assert "<title>Blocks</title>" in str(page)


# --------------------------------------------------- finished pictures and comparisons


@pytest.mark.parametrize("ending", endings())
def test_a_finished_picture(ending, tmp_path):
    drawn, path = tg.viz.draw(blocks()), tmp_path / f"a.{ending}"
    if ending not in ("svg", *BY_DOT):
        message = f"save: this picture is drawn already; a .{ending} file is made of the Tensor"
        with pytest.raises(TypeError, match=message):
            tg.viz.save(drawn, path)
        assert not path.exists()
    else:
        head = "" if ending in ("dot", "gv") else f"-Kdot\n-T{ending}\n"
        assert tg.viz.save(drawn, path).read_text(encoding="utf-8") == head + drawn.source


def test_a_finished_picture_takes_no_options(tmp_path):
    with pytest.raises(TypeError, match="direction: this picture is drawn already"):
        tg.viz.save(tg.viz.draw(blocks()), tmp_path / "a.svg", direction="LR")


def test_a_finished_picture_keeps_its_engine(tmp_path):
    drawn = tg.viz.draw(blocks())
    drawn.engine, drawn.renderer = "neato", "cairo"
    path = tg.viz.save(drawn, tmp_path / "a.png")
    assert path.read_text(encoding="utf-8").startswith("-Kneato\n-Tpng:cairo\ndigraph {")


@pytest.mark.parametrize("ending", endings())
def test_a_comparison(ending, tmp_path):
    compared, path = tg.viz.compare(blocks(), blocks()), tmp_path / f"a.{ending}"
    form = getattr(compared, endings()[ending], None)
    if form is None:
        message = f"save: a comparison is not written as a .{ending} file"
        with pytest.raises(TypeError, match=message):
            tg.viz.save(compared, path)
        assert not path.exists()
    else:
        made = form()
        words = made.source if ending in BY_DOT else str(made)
        assert tg.viz.save(compared, path).read_text(encoding="utf-8").endswith(words)


def test_the_forms_of_a_comparison_and_their_options(tmp_path):
    compared = tg.viz.compare(blocks(), blocks())
    forms = {form for form in FORMS.values() if hasattr(compared, form)}
    assert forms == {"svg", "draw", "html"}
    path = tg.viz.save(compared, tmp_path / "a.html", title="Both")
    assert "<title>Both</title>" in path.read_text(encoding="utf-8")
    path = tg.viz.save(compared, tmp_path / "a.svg", direction="LR", engine="own")
    assert path.read_text(encoding="utf-8") == str(compared.svg(direction="LR", engine="own"))
    message = "save: a .svg file of a comparison does not take depth, values"
    with pytest.raises(TypeError, match=message):
        tg.viz.save(compared, tmp_path / "b.svg", depth=1, values=True)
    assert not (tmp_path / "b.svg").exists()


@pytest.mark.parametrize(("form", "ending"), [("svg", "svg"), ("html", "html")])
def test_forms_with_a_save_method_have_one_ending(form, ending, tmp_path):
    made, function = getattr(tg.viz, form)(blocks()), getattr(tg.viz, form)
    for save in (made.save, lambda path: function(blocks(), path)):
        path = tmp_path / "new" / f"a.{ending.upper()}"
        save(path)
        assert path.read_text(encoding="utf-8") == str(made)
        path.unlink()
        with pytest.raises(ValueError, match=rf"^{form}: 'a' must end in \.{ending}$"):
            save("a")
        for other in endings().keys() - {ending}:
            way = rf"must end in \.{ending}; viz.save writes \.{other} files$"
            with pytest.raises(ValueError, match=rf"^{form}: 'a\.{other}' {way}"):
                save(f"a.{other}")


# ------------------------------------------------------------------- `dot`


@needs_dot
@pytest.mark.parametrize(
    ("ending", "start"), [("svg", b"<svg xmlns"), ("png", b"\x89PNG"), ("pdf", b"%PDF")]
)
def test_images(ending, start, draw, tmp_path, capfd):
    path = tmp_path / f"a.{ending}"
    assert tg.viz.save(blocks(), path, direction="LR").read_bytes().startswith(start)
    assert draw(path) == ""
    assert path.read_bytes().startswith(start)
    assert capfd.readouterr() == ("", "")


@needs_dot
def test_a_format_that_dot_is_built_without(draw, tmp_path):
    with pytest.raises(RuntimeError, match=r"^save: 'dot' made no \.pic.?t? file: "):
        tg.viz.save(blocks(), tmp_path / "a.pict")


@pytest.mark.parametrize("ending", ["png", "exr"])
def test_a_failure_of_dot_is_reported(ending, draw, tmp_path, monkeypatch):
    programs(tmp_path, monkeypatch, "echo Format not recognized >&2\nexit 1")
    y = tg.tensor([1.0], requires_grad=True)
    for _ in range(2000):
        y = tg.sin(y)
    message = rf"^save: 'dot' made no \.{ending} file: Format not recognized$"
    both: list[tuple[tg.Tensor, Any]] = [(blocks(), {}), (y, {"fold": False})]
    for x, options in both:  # larger than a pipe's buffer
        with pytest.raises(RuntimeError, match=message):
            tg.viz.save(x, tmp_path / f"a.{ending}", **options)
    said = draw(tmp_path / f"a.{ending}")
    assert said == f"draw: {TARGET}: 'dot' made no .{ending} file: Format not recognized\n"
    assert [path.name for path in tmp_path.iterdir()] == ["dot"]


@pytest.mark.parametrize("ending", endings())
def test_without_dot(ending, draw, tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("PATH", "")
    path = tg.viz.save(blocks(), tmp_path / f"a.{ending}")
    said = capfd.readouterr().err
    if ending not in BY_DOT or ending in ("dot", "gv"):
        assert (path.name, said, draw(path)) == (f"a.{ending}", "", "")
        return
    assert path == tmp_path / "a.dot"
    assert path.read_text(encoding="utf-8") == tg.viz.draw(blocks()).source
    assert said.count("\n") == 1
    for hint in (str(path), "apt install graphviz", "brew install graphviz", "online viewer"):
        assert hint in said
    path.unlink()
    said = draw(tmp_path / f"a.{ending}")
    assert f"a .{ending} file needs the 'dot' program: install Graphviz (apt" in said
    assert list(tmp_path.iterdir()) == []  # readers of a command's output expect one file


def test_without_dot_the_same_picture_is_written_as_text(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PATH", "")
    w = tg.tensor([1.0], requires_grad=True)
    params = iter([("a name", w)])  # can be read only once
    path = tg.viz.save(w * 2.0, tmp_path / "a.png", params=params)
    assert "a name" in path.read_text(encoding="utf-8")


# ------------------------------------------------------------------ errors


def test_unexpected_errors_are_shown_in_full(draw, tmp_path, monkeypatch):
    def faulty(x):
        raise ValueError("numpy: no message of ours")

    monkeypatch.setitem(FUNCTIONS, "svg", faulty)
    with pytest.raises(ValueError, match="numpy: no message of ours"):
        draw(tmp_path / "a.svg")
