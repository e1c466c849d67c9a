"""The difference of two graphs."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import tinygrad_np as tg
from tinygrad_np import nn
from tinygrad_np.viz.svg import svg_of


def names(boxes):
    return [box.name or box.op or box.value for box in boxes]


def changes(compared):
    return {pair.after.name or pair.after.op: pair.changes for pair in compared.changed}


def leaf(name="x", value=(1.0, 2.0)):
    return tg.tensor(list(value), requires_grad=True, name=name)


def test_a_graph_is_the_same_as_itself_and_as_a_copy():
    def made():
        x = leaf()
        return tg.sin(x * 2.0 + x).sum()

    y = made()
    assert tg.viz.compare(y, y).is_same
    compared = tg.viz.compare(made(), made())
    assert compared.is_same
    assert len(compared.pairs) == len(tg.viz.to_json(y)["nodes"])
    assert str(compared) == "0 added, 0 removed, 0 changed, 6 the same"


def test_an_op_in_between_leaves_all_others_aligned():
    x = leaf()
    chain = [tg.sin, tg.exp, tg.sin, tg.tanh, tg.sin]
    y = z = x
    for i, f in enumerate(chain):
        y, z = f(y), f(z)
        if i in (1, 3):
            z = tg.cos(z)
    compared = tg.viz.compare(y, z)
    assert names(compared.added) == ["cos", "cos"]
    assert compared.removed == ()
    # The middle has no common ancestors or descendants: it is aligned by its order.
    assert compared.changed[0].changes == ("other inputs",)
    back = tg.viz.compare(z, y)
    assert (names(back.removed), back.added) == (["cos", "cos"], ())


def test_constants_between_two_added_ops_are_aligned():
    x = leaf()
    y = tg.sin(tg.tanh(x) * 2.0)
    z = tg.exp(tg.sin(tg.exp(tg.tanh(tg.exp(x)) * 2.0)))
    compared = tg.viz.compare(y, z)
    assert (names(compared.added), compared.removed) == (["exp"] * 3, ())


def test_a_replaced_op_counts_as_added_and_removed():
    x = leaf()
    compared = tg.viz.compare(tg.sin(x).sum(), tg.cos(x).sum())
    assert (names(compared.added), names(compared.removed)) == (["cos"], ["sin"])
    assert "sum" in changes(compared)  # its value


def test_shape_dtype_parameters_and_names():
    x = leaf()
    a, b = tg.sum(x, axis=0), tg.sum(x, axis=0, keepdims=True)
    assert changes(tg.viz.compare(a, b)) == {
        "sum": ("shape: () → (1,)", "keepdims: default → True")
    }
    low = tg.tensor(np.ones(2, np.float32), requires_grad=True, name="x")
    high = tg.tensor(np.ones(2), requires_grad=True, name="x")
    assert changes(tg.viz.compare(low, high)) == {"x": ("dtype: float32 → float64",)}
    assert changes(tg.viz.compare(tg.sin(leaf("a")), tg.sin(leaf("b")))) == {"b": ("name: a → b",)}
    assert "value: 2.0 → 3.0" in str(tg.viz.compare(x * 2.0, x * 3.0))


def test_inputs_that_change_places():
    x, y = leaf("x"), leaf("y")
    assert changes(tg.viz.compare(x - y, y - x)) == {"subtract": ("other inputs",)}
    assert tg.viz.compare(x + y, y + x).is_same


def test_values_and_gradients_with_the_largest_difference():
    x, z = leaf(value=(1.0, np.nan, np.inf)), leaf(value=(1.5, np.nan, np.inf))
    (pair,) = tg.viz.compare(x, z).pairs
    assert pair.difference == 0.5
    assert pair.changes == ("values differ by up to 0.5",)
    assert tg.viz.compare(x, z, atol=0.6).is_same
    assert not tg.viz.compare(x, leaf(value=(1.0, np.nan, -np.inf))).is_same
    (pair,) = tg.viz.compare(leaf(value=(1.0,)), leaf(value=(1.0, 2.0))).pairs
    assert pair.difference is None
    a, b = leaf(), leaf()
    (a * 2.0).sum().backward()
    (b * 5.0).sum().backward()
    (pair,) = tg.viz.compare(a, b).pairs
    assert (pair.difference, pair.gradient_difference) == (0.0, 3.0)


def test_tapes_have_the_intermediate_values():
    with tg.record() as before:
        y = tg.sin(leaf()).sum()
    with tg.record() as after:
        z = tg.sin(leaf(value=(1.0, 5.0))).sum()
    compared = tg.viz.compare(y, z, tapes=(before, after))
    sin = next(pair for pair in compared.pairs if pair.after.op == "sin")
    assert sin.difference == pytest.approx(abs(np.sin(2) - np.sin(5)))
    assert [pair.difference for pair in tg.viz.compare(before, after).pairs] == [
        pair.difference for pair in compared.pairs
    ]


def test_models_by_the_names_of_their_parameters():
    def model(last):
        return nn.Sequential(nn.Linear(2, 4, rng=0), nn.Tanh(), nn.Linear(4, last, rng=0))

    x = np.ones((3, 2))
    compared = tg.viz.compare(model(1)(x).sum(), model(2)(x).sum())
    assert (compared.added, compared.removed) == ((), ())
    assert changes(compared)["2.weight"] == ("shape: (1, 4) → (2, 4)",)
    assert "0.weight" not in changes(compared)
    shown = compared.picture
    assert [group.name for group in shown.groups] == ["", "0", "2", "1"]
    compared = tg.viz.compare(model(1)(x).sum(), model(2)(x).sum(), depth=0)
    assert changes(compared)["Sequential"][1:] == ("parameters: 17 → 22",)


def test_the_picture_marks_what_differs():
    x = leaf()
    compared = tg.viz.compare(tg.sin(x).sum(), tg.cos(x * 2.0).sum(axis=0))
    marks = {box.op: box.mark for box in compared.picture.boxes if box.op}
    assert marks == {"sin": "removed", "multiply": "added", "cos": "added", "sum": "changed"}
    arrows = {(compared.picture.boxes[a.tail].op, a.mark) for a in compared.picture.arrows}
    assert arrows == {
        *[(None, "removed"), (None, "added"), ("sin", "removed")],
        *[("multiply", "added"), ("cos", "added")],
    }
    text = str(compared.svg())
    for look in ("op added", "op removed", "op result changed", "edge removed", "head added"):
        assert f'class="{look}"' in text
    assert "− " in text
    source = compared.draw().source
    assert "style=dashed" in source
    assert "+ <b>cos</b>" in source
    assert compared._repr_mimebundle_() == {"image/svg+xml": text, "text/plain": str(compared)}
    assert repr(compared) == "<comparison: 3 added, 1 removed, 1 changed, 1 the same>"


def test_swapped_ops_do_not_form_a_cycle():
    x = leaf()
    compared = tg.viz.compare(tg.sin(tg.cos(x)), tg.cos(tg.sin(x)))
    assert len(compared.added) == len(compared.removed) == 1
    compared.svg()


OPS = [tg.sin, tg.cos, tg.tanh, lambda x: x + x, lambda x: x * 2.0]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(OPS), st.integers(0, 9)), max_size=9),
       st.lists(st.tuples(st.sampled_from(OPS), st.integers(0, 9)), max_size=9))  # fmt: skip
def test_every_box_is_drawn_once_and_after_its_ancestors(first, second):
    def made(steps):
        values = [leaf()]
        for f, i in steps:
            values.append(f(values[i % len(values)]))
        return values

    compared = tg.viz.compare(made(first), made(second))
    shown = compared.picture
    n, m = (len(tg.viz.to_json(made(steps))["nodes"]) for steps in (first, second))
    assert len(compared.pairs) + len(compared.removed) == n
    assert len(compared.pairs) + len(compared.added) == m
    assert len(shown.boxes) == len(compared.pairs) + len(compared.added) + len(compared.removed)
    assert all(arrow.tail < arrow.head for arrow in shown.arrows)
    assert tg.viz.compare(made(first), made(first)).is_same


@pytest.mark.slow
def test_long_chains():
    def chain(n, at):
        y = leaf()
        for i in range(n):
            y = tg.cos(y) if i == at else tg.sin(y)
        return y

    compared = tg.viz.compare(chain(20_000, 100), chain(20_000, 19_000))
    assert len(compared.pairs) > 19_000


def test_anything_but_a_pair_of_tapes_is_refused():
    x = tg.tensor([1.0, 2.0], requires_grad=True)
    with tg.record() as tape:
        y = x.sum()
    for wrong in (tape, (tape,), None):
        with pytest.raises(TypeError, match="compare: tapes is a pair"):
            tg.viz.compare(y, y, tapes=wrong)  # type: ignore[arg-type]


def test_a_comparison_in_another_form_is_refused_with_a_way_out():
    x = tg.tensor([1.0, 2.0], requires_grad=True)
    compared = tg.viz.compare(x, x)
    with pytest.raises(TypeError, match=r"not Comparison; it has \.svg\(\)"):
        tg.viz.svg(compared)  # type: ignore[arg-type]


def test_results_without_a_graph_have_values_too():
    compared = tg.viz.compare({"p": tg.tensor([1.0])}, {"p": tg.tensor([3.0])})
    assert not compared.is_same
    assert compared.changed[0].changes == ("values differ by up to 2",)
    assert "1.5 … 2.5, mean 2" in tg.viz.text(tg.tensor([1.5, 2.5]), values=True)


def test_a_nan_on_one_side_is_reported():
    one, other = (tg.tensor([1.0, x], requires_grad=True, name="x") for x in (2.0, np.nan))
    said = str(tg.viz.compare(one, other))
    assert said.endswith(": values differ where one is NaN")


def test_the_engine_of_its_picture_can_be_chosen():
    x = tg.tensor([1.0, 2.0], requires_grad=True, name="x")
    compared = tg.viz.compare(tg.sin(x), tg.exp(x))
    assert str(compared.svg(engine="own")) == str(svg_of(compared.picture, engine="own"))
    with pytest.raises(ValueError, match="engine is 'own', 'dot' or 'auto'"):
        compared.svg(engine="neato")  # type: ignore[arg-type]
