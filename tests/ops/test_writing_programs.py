"""Random programs that write in place have NumPy's values at every line, and exact gradients."""

import functools
from collections import Counter
from importlib import import_module
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, find, given, settings, strategies as st
from hypothesis.errors import NoSuchExample

import tinygrad_np as tg
from ops.writing_programs import WRITES, writing_programs
from tinygrad_np.engine import calls, passes, views
from tinygrad_np.engine.access import array_of
from tinygrad_np.engine.op import OPS
from tinygrad_np.engine.tensor import PRIVATE, Tensor
from tinygrad_np.ops import indexing

rng = np.random.default_rng(0)
X, W = rng.uniform(-1, 1, (3, 4)), rng.uniform(-1, 1, 4)
DX, DW = rng.normal(size=(3, 4)), rng.normal(size=4)
BOTH = (0, 1)


NP: Any = import_module("tinygrad_np.numpy")

drawn = given(writing_programs(X, W))
few = settings(max_examples=50, report_multiple_bugs=False, suppress_health_check=list(HealthCheck))
many = settings(few, max_examples=3500)


def check_values(program):
    """Compare all variables after every line."""
    scope: dict[str, Any] = {"np": np, "x": X.copy(), "w": W.copy()}
    with tg.enable_grad():
        ours: dict[str, Any] = {
            "np": NP,
            "x": tg.tensor(X, requires_grad=True) * 1.0,
            "w": tg.tensor(W, requires_grad=True) * 1.0,
        }
        for line in program.lines:
            exec(line, scope)
            exec(line, ours)
            for name in set(program.names) & scope.keys():
                expected, found = np.asarray(scope[name]), np.asarray(array_of(ours[name]))
                np.testing.assert_allclose(
                    found, expected, rtol=1e-12, atol=1e-13, strict=True, err_msg=f"{line}: {name}"
                )


def slope(f, x, w):
    """Return the gradient of f, and its product with the direction."""
    g = tg.grad(lambda x, w: f(x, w, NP), BOTH)(x, w)
    return g, sum((a * d).sum() for a, d in zip(g, (DX, DW), strict=True))


def differences(f, h):
    """Return the difference quotient of f for two steps, which differ at a kink."""
    for step in (h, h / 2):
        yield (f(X + step * DX, W + step * DW) - f(X - step * DX, W - step * DW)) / (2 * step)


def close(a, b, tolerance):
    return abs(a - b) <= tolerance * (1.0 + abs(b))


def check_first(program):
    """Compare both modes with differences; return whether there is no kink."""
    f = program.function()
    wide, narrow = differences(lambda x, w: float(f(x.copy(), w.copy(), np)), 2e-6)
    middle = [float(f(X + h * DX, W + h * DW, np)) for h in (-2e-6, 0.0, 2e-6)]
    if not close(wide, narrow, 1e-5) or not close(middle[0] + middle[2], 2 * middle[1], 1e-7):
        return False
    _, reverse = slope(f, X, W)
    assert close(reverse.item(), narrow, 1e-4)
    _, forward = tg.jvp(lambda x, w: f(x, w, NP), (X, W), (DX, DW))
    assert close(forward.item(), reverse.item(), 1e-9)
    return True


def check_second(program):
    """Compare derivatives of the gradient in both modes with differences."""
    f = program.function()
    wide, narrow = differences(lambda x, w: slope(f, x, w)[1].item(), 1e-5)
    _, forward = tg.jvp(lambda x, w: slope(f, x, w)[1], (X, W), (DX, DW))
    again = tg.grad(lambda x, w: slope(f, x, w)[1], BOTH)(X, W)
    reverse = sum((a.data * d).sum() for a, d in zip(again, (DX, DW), strict=True))
    assert close(reverse, forward.item(), 1e-8)
    if close(wide, narrow, 1e-4):
        assert close(reverse, narrow, 1e-3)


@drawn
@few
def test_values_and_gradients(program):
    check_values(program)
    if check_first(program):
        check_second(program)


@pytest.mark.slow
def test_every_kind_of_write_on_the_way_to_the_result():
    """A write counts if the gradient changes without it."""
    counts: Counter[str] = Counter()
    enough = 200

    @drawn
    @many
    def check(program):
        if min(counts[kind] for kind in WRITES) >= enough:
            return
        check_values(program)
        assume(check_first(program))
        whole, _ = slope(program.function(), X, W)
        for i, kind in enumerate(program.kinds):
            if kind and counts[kind] < enough:
                try:
                    struck, _ = slope(program.function(i), X, W)
                except Exception:  # what comes later needs the line
                    continue
                same = map(np.allclose, (g.data for g in whole), (g.data for g in struck))
                counts[kind] += not all(same)

    check()
    print({kind: counts[kind] for kind in WRITES})
    assert min(counts[kind] for kind in WRITES) >= enough


# Kinds that decide by values, or look at them, which may differ between the examples of a batch.
BY_VALUE = {"masked", "place", "putmask", "copyto", "where", "put_along_axis", "added_at", "put"}
BY_VALUE |= {"sort", "fill_diagonal", "shape", "flat"}


@given(writing_programs(X, W, without=BY_VALUE))
@few
def test_batches(program):
    f = program.function()
    xs, ws = np.stack([X, X + 0.1 * DX]), np.stack([W, W - 0.1 * DW])
    gradients = tg.vmap(tg.grad(lambda x, w: f(x, w, NP), BOTH))(xs, ws)
    for k in range(2):
        for batch, one in zip(gradients, slope(f, xs[k], ws[k])[0], strict=True):
            np.testing.assert_allclose(batch.data[k], one.data, rtol=1e-9, atol=1e-9)


@drawn
@few
def test_checkpoint_and_jacobian(program):
    f = program.function()
    plain, _ = slope(f, X, W)
    again = tg.grad(lambda x, w: tg.checkpoint(lambda x, w: f(x, w, NP))(x, w), BOTH)(X, W)
    jacobian = tg.jacobian(lambda x, w: f(x, w, NP).reshape(1), BOTH)(X, W)
    with tg.record():
        recorded, _ = slope(f, X, W)
    for g, h, row, r in zip(plain, again, jacobian, recorded, strict=True):
        np.testing.assert_allclose(h.data, g.data, rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(row.data[0], g.data, rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(r.data, g.data, rtol=1e-10, atol=1e-12)


@given(writing_programs(X, W), st.sets(st.integers(0, 29)))
@few
def test_lines_without_gradients_are_constants(program, silent):
    """A line in ``no_grad()`` does to values what it always does; its values are constants."""
    source = program.source().splitlines(keepends=True)
    for i in silent:
        if i < len(program.lines):
            source[i + 1] = f"    with tg.no_grad():\n    {source[i + 1]}"
    scope: dict[str, Any] = {"tg": tg}
    exec("".join(source), scope)
    x, w = tg.tensor(X, requires_grad=True) * 1.0, tg.tensor(W, requires_grad=True) * 1.0
    found = scope["f"](x, w, NP)
    assert close(found.item(), float(program.function()(X.copy(), W.copy(), np)), 1e-12)


class Torch:
    """PyTorch under NumPy's names, as far as it writes and views as NumPy does."""

    def __init__(self, torch: Any) -> None:
        self.torch = torch
        self.copy = torch.clone

    def __getattr__(self, name: str) -> Any:
        made = {"zeros", "ones", "full"}
        function = getattr(self.torch, name)
        return functools.partial(function, dtype=self.torch.float64) if name in made else function


# PyTorch has no such function, changes numbers in place, or returns copies where NumPy views.
NOT_IN_TORCH = {"added_at", "copyto", "put", "place", "putmask", "put_along_axis", "flat", "fill"}
NOT_IN_TORCH |= {"sort", "shape", "clip", "added_to_number", "where", "out", "out_of_part"}
NOT_IN_TORCH |= {"out_of_reduction", "diagonal_by_einsum", "exchanged", "scan"}


@pytest.mark.slow
def test_programs_against_torch():
    torch = pytest.importorskip("torch")
    compared = 0

    @given(writing_programs(X, W, lines=10, without=NOT_IN_TORCH))
    @settings(few, max_examples=1200)
    def check(program):
        nonlocal compared
        f = program.function()
        expected = float(f(X.copy(), W.copy(), np))
        leaves = [torch.tensor(a, requires_grad=True) for a in (X, W)]
        try:
            found = f(*(leaf * 1.0 for leaf in leaves), Torch(torch))
            gradients = torch.autograd.grad(found, leaves, allow_unused=True)
        except (RuntimeError, ValueError, AttributeError, TypeError, IndexError):
            return  # it refuses a reversed slice, or a write to what a graph has saved
        if not close(found.item(), expected, 1e-12):
            return  # it views, or changes in place, where NumPy does not
        compared += 1
        for theirs, ours in zip(gradients, slope(f, X, W)[0], strict=True):
            wanted = np.zeros(ours.shape) if theirs is None else theirs.numpy()
            np.testing.assert_allclose(ours.data, wanted, rtol=1e-9, atol=1e-10)

    check()
    print(f"{compared} programs compared with PyTorch")
    assert compared >= 150


# ---------------------------------------------------------------- planted bugs


def blanks_nothing(patch):
    patch.setattr(OPS["setitem"].rules["x"], "takes", lambda g, *_: g)


def blanks_what_others_hold(patch):
    original = passes._go_back_in_place

    def with_all_owned(node, g, owned, *rest):
        original(node, g, True, *rest)

    patch.setattr(passes, "_go_back_in_place", with_all_owned)


def adds_over(patch):
    def adds(into, g, x_shape, arrays, template):
        into[indexing.assemble(template, arrays)] = g

    patch.setattr(OPS["getitem"].rules["x"], "adds", adds)


def views_that_are_copies(patch):
    patch.setattr(calls, "shares", lambda part, whole: False)


def views_that_do_not_follow(patch):
    patch.setattr(views.View, "_raw", property(views._get_raw))


def views_with_old_nodes(patch):
    patch.setattr(views.View, "node", property(views._get_node))


def captured_while_open(patch):
    original = Tensor._captured

    def captured(x):
        share = x._share
        array = original(x)
        x._share = share
        return array

    patch.setattr(Tensor, "_captured", captured)


def parts_captured_while_open(patch):
    patch.setattr(views.View, "_captured", lambda view: view._raw)


def written_while_held(patch):
    patch.setattr(Tensor, "_owned", lambda x: x._raw)


def numbers_that_change(patch):
    patch.setattr(calls, "SCALAR", PRIVATE)


def value_keeps_no_gradient(patch):
    rule = OPS["setitem"].rules["value"]
    original = rule.apply
    patch.setattr(rule, "apply", lambda *args: original(*args) * 0.0)


BUGS = {
    blanks_nothing: {},
    blanks_what_others_hold: {"sums": 20, "element": 20},
    adds_over: {},
    views_that_are_copies: {},
    views_that_do_not_follow: {},
    views_with_old_nodes: {},
    captured_while_open: {},
    parts_captured_while_open: {},
    written_while_held: {},
    numbers_that_change: {"number": 10, "aliased": 10, "added_to_number": 40},
    value_keeps_no_gradient: {},
}
"""Each bug, and which lines are drawn more often to find it soon."""


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.__name__)
def test_a_bug_is_found(bug, monkeypatch):
    bug(monkeypatch)

    def wrong(program):
        try:
            check_values(program)
            check_first(program)
        except Exception:
            return True
        return False

    try:
        find(
            writing_programs(X, W, often=BUGS[bug]),
            wrong,
            settings=settings(
                many, max_examples=500, phases=[Phase.generate], derandomize=True, database=None
            ),
        )
    except NoSuchExample:
        pytest.fail("500 programs did not find it")
