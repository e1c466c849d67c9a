"""Pictures of tapes, and of programs recorded until they failed."""

import json
from typing import Any

import numpy as np
import pytest

import tinygrad_np as tg
from tinygrad_np import nn
from tinygrad_np.viz.picture import picture


def leaf(value=(0.0, 2.0), name="w"):
    return tg.tensor(list(value), requires_grad=True, name=name)


def failing(error, f):
    """Return the debug() block in which a function raised."""
    with np.errstate(all="ignore"), tg.debug() as debugging, pytest.raises(error):
        f()
    return debugging


def failed(shown):
    (box,) = (box for box in shown.boxes if box.mark == "failed")
    return box


def test_a_tape_is_drawn_with_all_its_final_results():
    with tg.record() as tape:
        w = leaf()
        h = tg.sin(w)
        _ = tg.cos(h), tg.exp(h)
        _ = np.ones(3) * 2.0  # not recorded: no Tensor is involved
    shown = picture(tape)
    assert [(box.op, box.result) for box in shown.boxes] == [
        (None, False), ("sin", False), ("cos", True), ("exp", True),
    ]  # fmt: skip
    assert all(box.seconds is not None for box in shown.boxes if box.op)
    assert tg.viz.text(tape).count("\n") >= 3


def test_an_empty_tape():
    with tg.record() as tape:
        pass
    with pytest.raises(ValueError, match="draw: nothing on this tape requires a gradient"):
        tg.viz.svg(tape)


def test_a_call_that_raised():
    model = nn.Sequential(nn.Linear(2, 3, rng=0), nn.Tanh())
    debugging = failing(tg.ShapeError, lambda: tg.exp(model(np.ones((4, 2)))) @ np.ones((5, 1)))
    shown = picture(debugging)
    box = failed(shown)
    assert (box.op, box.shape, box.operands, box.result) == ("matmul", None, ("x", "y"), False)
    assert box.notes[0] == "ShapeError"
    assert " ".join(box.notes[1:]) == "matmul: (4, 3) @ (5, 1): the inner sizes 3 and 5 differ"
    assert [shown.boxes[a.tail].op for a in shown.arrows if a.head == box.key] == ["exp", None]
    assert "linear" in [box.op for box in shown.boxes]
    assert not any(box.result for box in shown.boxes)


def test_a_nan_in_a_call_without_gradient():
    def f():
        tg.sin(leaf())
        tg.log(tg.asarray(np.array([1.0, 2.0])) - 1.5)

    shown = picture(failing(tg.NonFiniteError, f))
    box = failed(shown)
    assert (box.op, box.shape, box.notes) == ("log", (2,), ("failed",))
    assert box.values.nans == 1
    assert [b.op for b in shown.boxes if b.op] == ["sin", "subtract", "log"]


def test_a_rule_that_made_a_bad_gradient():
    w = leaf()
    shown = picture(failing(tg.NonFiniteError, lambda: tg.sqrt(w * w).sum().backward()))
    box = failed(shown)
    assert (box.op, box.notes) == ("sqrt", ("bad gradient for x",))
    assert [b.op for b in shown.boxes] == [None, "multiply", "sqrt", "sum"]


def test_a_rule_that_raised():
    def rule(g):
        raise KeyError("no such rule")

    bad = tg.op(x=rule)(lambda x: x + 1.0)
    shown = picture(failing(KeyError, lambda: bad(tg.sin(leaf())).sum().backward()))
    assert failed(shown).notes == ("its gradient rule failed",)
    assert [b.op for b in shown.boxes][:2] == [None, "sin"]


@pytest.mark.parametrize("form", ["draw", "svg", "text", "mermaid", "to_json"])
def test_every_form_marks_the_failure(form):
    drawn = getattr(tg.viz, form)(failing(tg.ShapeError, lambda: tg.sin(leaf()) @ np.ones(3)))
    marks = {
        "draw": "✗ <b>matmul</b>",
        "svg": 'class="op failed"',
        "text": "✗ matmul(#2, #3)",
        "mermaid": ":::failed",
        "to_json": '"failed": true',
    }
    written: dict[str, Any] = {"draw": lambda x: x.source, "to_json": json.dumps}
    words = written[form](drawn) if form in written else str(drawn)
    assert words.count(marks[form]) == 1


def test_a_failed_call_is_not_folded():
    def f():
        x = tg.tensor([3.0], requires_grad=True)
        for _ in range(50):
            x = tg.exp(x)

    assert failed(picture(failing(tg.NonFiniteError, f), fold=True)).op == "exp"


def test_a_failed_step_is_not_folded():
    w = leaf()

    def f():
        y = w
        for _ in range(15):
            y = tg.sqrt(y)
        y.sum().backward()

    shown = picture(failing(tg.NonFiniteError, f), fold=True)
    assert (failed(shown).op, failed(shown).count) == ("sqrt", 1)
    assert [box.count for box in shown.boxes if box.op == "sqrt"] == [14, 1]


def test_detached_tensors_are_drawn_once():
    def f():
        tg.log((leaf() * 2.0).detach() - 4.5)

    shown = picture(failing(tg.NonFiniteError, f))
    assert [box.op for box in shown.boxes if box.op] == ["multiply", "subtract", "log"]
