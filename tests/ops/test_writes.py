"""Writes in place: what they reach, what keeps its values, what is refused."""

import copy
import gc
import re
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import tinygrad_np as tg
from tinygrad_np.engine.access import array_of

X = np.arange(12.0).reshape(3, 4) + 1.0
PAGE = Path(__file__).parents[2] / "docs" / "writes.md"
ROWS = re.findall(
    r"^\| `(.*?)` \| ([\w-]+) \| ([\w-]+) \| ([\w-]+) \|$", PAGE.read_text("utf-8"), re.MULTILINE
)


# ------------------------------------------------------- the table of views, row by row


def answer(expression, x, module, read=lambda part: part):
    """Return what a write to the value of an expression does."""
    scope = {"x": x, "s": x[:, :3], "np": module}
    try:
        part = eval(expression, scope)
    except AttributeError:
        return "none"
    except ValueError:
        return "refused"
    if isinstance(part, np.generic):
        return "number"
    before = np.array(read(x))
    try:
        part[...] = 77.0
    except (TypeError, ValueError, RuntimeError) as error:
        return "number" if isinstance(error, TypeError) else "read-only"
    changed = not np.array_equal(before, read(x))
    x[...] = 55.0
    follows = bool((np.array(read(part)) == 55.0).all())
    assert changed == follows
    return "view" if changed else "copy"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_views_as_the_page_says(row):
    expression, in_numpy, _, ours = row
    assert answer(expression, X.copy(), np) == in_numpy
    assert answer(expression, tg.tensor(X), np, array_of) == ours
    computed = tg.tensor(X, requires_grad=True) * 1.0
    assert answer(expression, computed, np, array_of) == ours


def test_pytorchs_views_are_as_the_page_says():
    torch = pytest.importorskip("torch")
    functions = ("swapaxes", "squeeze", "diagonal", "einsum", "broadcast_to", "real")
    module = SimpleNamespace(copy=torch.clone, **{f: getattr(torch, f) for f in functions})
    found = {
        row[0]: answer(row[0], torch.tensor(X), module, lambda part: part.numpy().copy())
        for row in ROWS
    }
    assert found == {row[0]: row[2] for row in ROWS}


# ------------------------------------------------------------------ programs, each as NumPy


PROGRAMS = {
    "element of a row": """
        u = np.zeros_like(x)
        for i in range(3):
            for j in range(4): u[i][j] = x[i, j] ** 2
        return u.sum()""",
    "row": "u = x * 2; row = u[0]; row[0] = 0; return (u * x).sum()",
    "transposed": "u = x * 2; u.T[0] = x[:, 1] * x[:, 2]; return (u * x).sum()",
    "flat": """
        u = np.zeros_like(x); u.ravel()[0] = x[1, 1] ** 2; u.reshape(-1)[1] = x[0, 0] ** 3
        return (u * x).sum()""",
    "rows": """
        u = np.zeros_like(x)
        for row, y in zip(u, x): row[:] = y * y[::-1]
        for row in u: row *= x[0]
        return (u * u).sum()""",
    "aliases": "u = x * 1; v = u; v += x; w = v[1:]; w *= x[0]; return (u * u).sum()",
    "helper": """
        def add_to(buf, y): buf += y
        u = np.zeros_like(x); add_to(u[:, 1], x[:, 0] ** 2); add_to(u, x); return (u * u).sum()""",
    "exchanged": "u = x * 1; u[[0, 1]] = u[[1, 0]]; return (u * x).sum()",
    "of itself": "u = x * 1; u[1:] = u[:-1]; u[:, 1:] += u[:, :-1]; return (u * x).sum()",
    "numbers": """
        E = x[0, 0]; E0 = E
        for d in x[0]: E += d
        return E * E0""",
    "arrays without axes": """
        E = x[0, 0, ...]; E0 = E
        for d in x[1]: E += d
        return E * E0 + (x * x).sum()""",
    "read, then written": "u = x * 1; y = u * u; u[0] = 5.0; z = u * u; return (y * z).sum()",
    "masks": "u = x - 5.5; u[u < 0] = 0; u[u > 3] *= x[0, 0]; return (u * x).sum()",
    "places": """
        u = x * 1; u[[0, 2], [1, 1]] += x[1, :2]; u[0, [0, 0]] = x[1, :2]; return (u * u).sum()""",
    "complex parts": """
        z = np.sin(x) + 1j * x; z.real[0] = x[1]; z.imag = x * x; z.imag[1] *= 2
        return (z * z.conj()).real.sum()""",
    "shape": """
        u = x * 1; v = u[0]; u.shape = (4, 3); u[0, 0] = x[1, 1]
        return (u * u).sum() + (v * v).sum()""",
    "lower precision": "u = x.astype('f4') * 1; u[0] = x[1] * 2; return (u * u).sum()",
    "quotients": """
        y = x - x[0, 0]; q = np.zeros_like(x); np.divide(x, y, out=q, where=y != 0)
        r = np.zeros_like(x); np.sqrt(y, out=r, where=y > 0); return (q * q).sum() + r.sum()""",
    "histogram": """
        u = x[0] * 0; np.add.at(u, [0, 1, 1, 3, 0], (x * x).ravel()[:5]); return (u * u).sum()""",
}


def function_of(program):
    lines = re.sub(r"^ {8}", "", program.strip("\n"), flags=re.MULTILINE).splitlines()
    scope: dict[str, Any] = {"np": np}
    body = "".join(f"    {line}\n" for line in lines)
    exec(f"def f(x):\n{body}", scope)
    return scope["f"]


def slopes(f, x):
    found = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        sides = []
        for h in (1e-6, -1e-6):
            moved = x.copy()
            moved[place] += h
            sides.append(float(f(moved)))
        found[place] = (sides[0] - sides[1]) / 2e-6
    return found


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_that_writes(name):
    f = function_of(PROGRAMS[name])
    given = X.copy()
    value, gradient = tg.value_and_grad(f)(given)
    np.testing.assert_array_equal(given, X)
    rough = name == "lower precision"
    np.testing.assert_allclose(value.item(), f(X.copy()), rtol=1e-6 if rough else 1e-14)
    if not rough:
        np.testing.assert_allclose(gradient.data, slopes(f, X), rtol=1e-5, atol=1e-5)
    direction = np.cos(X)
    _, tangent = tg.jvp(f, (X,), (direction,))
    np.testing.assert_allclose(tangent.item(), (gradient.data * direction).sum(), rtol=1e-6)


def test_a_function_may_write_to_its_arguments():
    def f(x, y):
        x *= y
        x[0] = y[1] * 3.0
        y[...] = 2.0
        return (x * y).sum()

    x, y = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    gradients = tg.grad(f, (0, 1))(x, y)
    assert [g.tolist() for g in gradients] == [[0.0, 8.0], [0.0, 10.0]]
    assert (x.tolist(), y.tolist()) == ([1.0, 2.0], [3.0, 4.0])
    rows = tg.jacobian(lambda x: f(x, tg.tensor(y)).reshape(1))(x)
    assert rows.tolist() == [[0.0, 8.0]]
    _, pull = tg.vjp(f, x, y)
    assert [g.tolist() for g in pull(1.0)] == [[0.0, 8.0], [0.0, 10.0]]
    batch = tg.vmap(tg.grad(f, (0, 1)))(np.stack([x, y]), np.stack([y, x]))
    assert batch[0].tolist() == [[0.0, 8.0], [0.0, 4.0]]


def test_what_is_made_of_a_number_is_no_view_of_it():
    makers = {
        "[None]": lambda s: s[None],
        "[...]": lambda s: s[...],
        "reshape": lambda s: s.reshape(1),
        "expand_dims": lambda s: np.expand_dims(s, 0),
        "copy": lambda s: s.copy().reshape(1),
    }
    for name, maker in makers.items():

        def f(x, maker=maker):
            s = x.sum()
            alias, array = s, maker(s)
            array[...] = x[0] ** 2
            return alias * 3.0 + array.sum()

        assert f(X[0]) == 30.0 + 1.0, name
        value, gradient = tg.value_and_grad(f)(X[0])
        assert value.item() == 31.0, name
        assert gradient.tolist() == [5.0, 3.0, 3.0, 3.0], name
        rows = tg.vmap(tg.grad(f))(X)
        assert rows.data[0].tolist() == [5.0, 3.0, 3.0, 3.0], name


def test_a_place_written_twice_with_values_of_the_same_memory():
    x = tg.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    y = x * 1.0
    y[[0, 0]] = y
    assert y.tolist() == [[3.0, 4.0], [3.0, 4.0]]
    y.sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [[0.0, 0.0], [2.0, 2.0]]


# ----------------------------------------------------------------------- parameters


def test_a_parameter_is_written_to_without_gradients_only():
    w = tg.tensor([1.0, 2.0], requires_grad=True, name="w")
    row = w[1:]
    for write in (lambda: w.__iadd__(1.0), lambda: w.__setitem__(0, 1.0), lambda: row.fill(3.0)):
        with pytest.raises(tg.GraphError, match=r"no_grad\(\).*"):
            write()
    with tg.no_grad():
        w += 1.0
        row *= 2.0
    assert w.is_leaf
    assert w.requires_grad
    assert w.name == "w"
    assert w.tolist() == [2.0, 6.0]
    (w * w).sum().backward()
    assert w.grad.tolist() == [4.0, 12.0]


@pytest.mark.parametrize(
    "update",
    [
        "with tg.no_grad(): w -= 0.1 * w.grad",
        "with tg.no_grad(): w[...] -= 0.1 * w.grad",
        "with tg.no_grad(): np.subtract(w, 0.1 * w.grad, out=w)",
        "w.data -= 0.1 * w.grad",
        "w.data -= 0.1 * w.grad.data",
        "w.data = w.data - 0.1 * w.grad.data",
        "w.data[...] -= 0.1 * w.grad.data",
        "w.data = w.data - 0.1 * w.grad",
        "w = (w - 0.1 * w.grad).detach(); w.requires_grad = True",
    ],
)
def test_the_update_loops_of_tutorials_train(update):
    w = tg.tensor([1.0, 2.0], requires_grad=True)
    scope: dict[str, Any] = {"w": w, "tg": tg, "np": np}
    for _ in range(50):
        w = scope["w"]
        (w * w).sum().backward()
        exec(update, scope)
        w = scope["w"]
        assert w.is_leaf
        assert w.requires_grad
        w.grad = None
    assert abs(w.data).max() < 1e-3


def test_clone_and_detach():
    x = tg.tensor([1.0, 2.0], requires_grad=True)
    y = x.clone()
    y += x
    y.sum().backward()
    assert x.grad.tolist() == [2.0, 2.0]
    z = y * 2.0
    view = z[:1]
    assert z.detach_() is z
    assert not z.requires_grad
    assert not view.requires_grad
    plain = y.detach()
    y[0] = 9.0
    assert plain.tolist() == [2.0, 4.0]


# -------------------------------------------------------------------- sharing and copies


def test_asarray_goes_on_with_a_copy_when_it_is_written_to():
    a = X.copy()
    t = tg.asarray(a)
    a[0, 0] = -1.0
    assert t.tolist()[0][0] == -1.0
    row = t[1]
    row[...] = 0.0
    t += 1.0
    np.testing.assert_array_equal(a[1:], X[1:])
    a[2] = 7.0
    np.testing.assert_array_equal(t.data[2], X[2] + 1.0)


def test_data_shares_and_detach_does_not():
    x = tg.tensor([1.0, 2.0, 3.0])
    held, plain = x.data, x.detach()
    x[0] = 5.0
    assert held.tolist() == [5.0, 2.0, 3.0]
    held[1] = 6.0
    assert x.tolist() == [5.0, 6.0, 3.0]
    assert plain.tolist() == [1.0, 2.0, 3.0]
    again = copy.copy(x)
    x[2] = 0.0
    assert again.tolist() == [5.0, 6.0, 3.0]


def test_a_constant_written_in_no_grad_has_no_gradient():
    x = tg.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = x * 2.0
    with tg.no_grad():
        part = y[:1]
        y[1] = y[0] * 5.0
    (y * y).sum().backward()
    assert y.tolist() == [2.0, 10.0, 6.0]
    assert x.grad.tolist() == [8.0, 0.0, 24.0]
    assert not part.requires_grad


# ------------------------------------------------------------------------- refusals


def test_refusals():
    x = tg.tensor(X, requires_grad=True)
    counts, total = tg.zeros(3, dtype=int), x.sum()
    with pytest.raises(tg.DTypeError, match=r"dtype int64.*astype\(float\)"):
        counts[0] = total
    with pytest.raises(TypeError, match="a number"):
        total[...] = 1.0
    with pytest.raises(tg.OperandError, match="read-only"):
        np.broadcast_to(x * 1.0, (2, 3, 4))[0] = 1.0
    y, buffer = x[0] * 1.0, tg.zeros(4)
    with pytest.raises(tg.ShapeError, match="cannot be written"):
        y += x
    with pytest.raises(tg.GraphError, match="same for all"):
        tg.vmap(lambda row: buffer.__setitem__(0, row[0]))(X)
    with pytest.raises(tg.GraphError, match="keeps its shape"):
        x.shape = (4, 3)  # type: ignore[misc]
    with pytest.raises(tg.ShapeError, match="without a copy"):
        (x * 1.0).T.shape = (12,)  # type: ignore[misc]


@pytest.mark.parametrize("rng", [np.random.default_rng(0), np.random.RandomState(0)])
@pytest.mark.filterwarnings("ignore:you are shuffling")
def test_shuffling_rows_is_refused(rng):
    x = tg.tensor(X)
    with pytest.raises(tg.GraphError, match="permutation"):
        rng.shuffle(x)
    column = x[:, 0] * 1.0
    rng.shuffle(column)
    assert sorted(column.tolist()) == [1.0, 5.0, 9.0]
    x[0], x[1] = x[1], x[0]  # of arrays too, both are then what was row 1
    assert x.tolist()[0] == x.tolist()[1]


def test_a_buffer_that_is_kept_over_a_backward_pass():
    w, u = tg.tensor([1.0, 2.0], requires_grad=True), tg.zeros(2)
    u[0] = w[0] * 2.0
    (u * u).sum().backward()
    u[1] = w[1]
    with pytest.raises(tg.GraphError, match=r"spent: setitem.*u\[\.\.\.\] = 0"):
        (u * u).sum().backward()
    for _ in range(3):
        u[...] = 0.0
        u[0] = w[0] * 2.0
        (u * u).sum().backward()


def test_a_view_keeps_its_name():
    y = tg.tensor(X, requires_grad=True) * 1.0
    row = y[0]
    row.name = "row"
    y[0] = 5.0
    assert row.name == "row"
    assert y.name is None


# ------------------------------------------------------------------------------ scale


def test_threads_write_rows_of_one_buffer():
    x = tg.tensor(np.ones((8, 50)), requires_grad=True)
    u = tg.zeros((8, 50))

    def fill(i):
        with tg.enable_grad():
            for j in range(50):
                u[i, j] = x[i, j] * 2.0

    threads = [threading.Thread(target=fill, args=(i,)) for i in range(8)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    u.sum().backward()
    assert (x.grad.data == 2.0).all()


def test_many_writes_neither_recurse_nor_leave_anything_behind():
    def run(n):
        x = tg.tensor([0.5, 1.0], requires_grad=True)
        u = x * 1.0
        for _ in range(n):
            u[0] = np.sin(u[1])
            u[1] += u[0]
        u.sum().backward()
        return x.grad.tolist()

    run(100)
    gc.disable()
    try:
        before = len(gc.get_objects())
        run(20_000)
        assert len(gc.get_objects()) - before < 100
    finally:
        gc.enable()


def test_a_chain_of_views_of_any_length():
    x = tg.tensor(X, requires_grad=True)
    y = v = x * 1.0
    for _ in range(5_000):
        v = v.T
    v[0] = 0.0
    y.sum().backward()
    assert x.grad.tolist()[0] == [0.0, 0.0, 0.0, 0.0]
