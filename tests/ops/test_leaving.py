"""What leaves a graph: refused inside derivatives, told if swallowed, else free."""

import contextlib
import math
import re
import sys
import types
from typing import Any

import numpy as np
import pytest

import tinygrad_np as tg

X = np.array([0.3, 0.8, 0.5])


def line_here():
    return sys._getframe(1).f_lineno


@contextlib.contextmanager
def refused(words):
    """Expect a GraphError, which NumPy may wrap in an error of its own."""
    with pytest.raises((tg.GraphError, ValueError)) as caught:
        yield
    error = caught.value if isinstance(caught.value, tg.GraphError) else caught.value.__cause__
    assert isinstance(error, tg.GraphError)
    assert re.search(words, str(error)), error


WRITES = [
    "c[0] = t[0]",
    "c[0] = t[0] * 2.0",
    "c[0] += t[0]",
    "c[1:] = t[1:]",
    "c[c == 0.0] = t",
    "c.reshape(3, 1)[0] = t[:1]",
]


@pytest.mark.parametrize("write", WRITES)
def test_a_tensor_with_a_graph_is_not_written_to_an_array(write):
    c, t = np.zeros(3), tg.tensor(X, requires_grad=True)
    with refused(r"c\[i\] = t at .*zeros_like.*tinygrad_np.numpy.*detach"):
        exec(write, {"c": c, "t": t})
    c[0] = t[0].detach()
    c[1:] = t[1:].detach()
    assert c.tolist() == X.tolist()


CUTS = {
    "float": lambda x: float(x[0]) * x[1],
    "complex": lambda x: complex(x[0]).real * x[1],
    "item": lambda x: np.dot(x, x).item() * x[1],
    "tolist": lambda x: sum(x.tolist()) * x[1],
    "math": lambda x: math.exp(x[0]) * x[1],
    "float64": lambda x: np.float64(x[0]) * x[1],
    "fill": lambda x: filled(x[0]) @ x,
    "fromiter": lambda x: np.fromiter((x[0], x[1], x[2]), float) @ x,
    "of a list": lambda x: np.array([x[0], x[1], x[2]]) @ x,
}


def filled(value):
    a = np.empty(3)
    a.fill(value)
    return a


@pytest.mark.parametrize("name", CUTS)
def test_numbers_do_not_leave_what_is_differentiated(name):
    f: Any = CUTS[name]
    words = r"silently cut its graph"
    with refused(words):
        tg.grad(f)(X)
    with refused(words):
        tg.vjp(f, X)
    with refused(words):
        tg.jacobian(f)(X)
    w = tg.tensor(X, requires_grad=True)
    with refused(words):  # of a captured parameter too
        tg.grad(lambda s: s * f(w))(2.0)


def test_the_message_names_the_line():
    def f(x):
        return x * float(x)

    with pytest.raises(
        tg.GraphError, match=rf"test_leaving.py:{line_here() - 3}: .*detach\(\).item"
    ):
        tg.grad(f)(2.0)


FREE = {
    "int": lambda x: x[int(x[1] * 2.0)],
    "round": lambda x: x[0] * round(float(x.detach()[1])),
    "floor": lambda x: x[0] * math.floor(x[1]) + math.ceil(x[1]) * x[0] + math.trunc(x[1]),
    "if": lambda x: x[0] if x[0] > 0.1 else x[1],
    "isfinite": lambda x: x[0] if np.isfinite(x).all() and np.allclose(x, x) else x[1],
    "assert": lambda x: [np.testing.assert_allclose(x, X), x[0]][1],
    "format": lambda x: [f"{x[0]:.3f} {x[0]}", "%.2f" % x[0], str(x), repr(x), x[0]][-1],  # noqa: UP031
    "detached": lambda x: x[0] * x[1].detach().item() * tg.stop_gradient(x[2]).item(),
    "counted": lambda x: x[0] * len(x) * x.size,
}


@pytest.mark.parametrize("name", FREE)
def test_what_stays_free(name):
    gradient = tg.grad(FREE[name])(X)
    assert gradient.data.any()


def test_logging_in_a_training_loop_is_free():
    w, log = tg.tensor(X, requires_grad=True), []
    loss = (w * w).sum()
    log += [float(loss), loss.item(), f"{loss:.3f}", loss.tolist(), int(loss), str(loss)]
    loss.backward()
    assert log[0] == log[1] == log[3]


def in_library(name, source):
    """Return a function of a module that seems to be an installed library."""
    module = types.ModuleType(name)
    folder = next(p for p in sys.path if p.endswith("site-packages"))
    exec(compile(source, f"{folder}/{name}.py", "exec"), module.__dict__)
    return module.f


def test_in_a_library_it_is_a_warning():
    f: Any = in_library("quadrature", "def f(g, x): return float(g(x))")
    with pytest.warns(tg.GraphWarning, match=rf"float\(t\) at test_leaving.py:{line_here() + 1}:"):
        tg.grad(lambda x: x * f(lambda y: y * y, x))(2.0)
    assert f(lambda y: y * y, tg.tensor(2.0, requires_grad=True)) == 4.0


def test_plots_take_tensors():
    plot: Any = in_library("matplotlib", "import numpy as np\ndef f(x): return np.asarray(x)")
    w = tg.tensor(X, requires_grad=True)
    assert plot(w).tolist() == X.tolist()
    compute: Any = in_library("scipy", "import numpy as np\ndef f(x): return np.asarray(x)")
    with pytest.raises(tg.GraphError, match=r"SciPy computes on arrays.*tg.linalg"):
        compute(w)


def test_a_swallowed_refusal_is_told_with_the_derivative():
    def inverse(x):
        try:
            return np.array([[x, 0.0], [0.0, x]])[0, 0] * x
        except tg.GraphError:
            return 1.0 / x

    with pytest.warns(tg.GraphWarning, match="grad: the function swallowed an error"):
        assert tg.grad(inverse)(2.0).item() == -0.25


@pytest.mark.filterwarnings("ignore:the matrix subclass")
def test_masked_arrays_and_matrices_are_refused():
    t = tg.tensor(X, requires_grad=True)
    masked, matrix = np.ma.masked_array(X, [True, False, False]), np.asmatrix(X)
    for call in (
        lambda: t * masked,
        lambda: np.add(t, masked),
        lambda: masked * t,
        lambda: masked + t,
    ):
        with pytest.raises((tg.DTypeError, tg.GraphError), match="mask"):
            call()
    for call in (lambda: t * matrix, lambda: matrix * t, lambda: t + matrix, lambda: matrix @ t):
        with pytest.raises(tg.DTypeError, match="matrix is a product"):
            call()


def test_lists_of_tensors_become_one():
    a, b = tg.tensor([1.0, 2.0], requires_grad=True)
    x = tg.tensor([[a, b], [b, 0.0]], name="x")
    assert x.requires_grad
    assert x.name == "x"
    assert x.tolist() == [[1.0, 2.0], [2.0, 0.0]]
    with pytest.raises(tg.GraphError, match=r"tg\.array"):
        np.array([[a, b]])


def test_the_gradient_of_a_computed_tensor():
    w = tg.tensor([1.0, 2.0], requires_grad=True)
    y = w * 2.0
    z = y * y
    y.retain_grad()
    (y.sum() * 3.0 + z.sum()).backward()
    assert y.grad is not None
    assert y.grad.tolist() == [3.0, 3.0]
    assert w.grad is not None
    with pytest.warns(tg.GraphWarning, match=r"op=multiply.*retain_grad.*no_grad\(\)"):
        assert z.grad is None
    w = w - 0.1 * w.grad
    with pytest.warns(tg.GraphWarning, match="keeps w a leaf"):
        assert w.grad is None
    with pytest.raises(tg.GraphError, match="does not require"):
        tg.tensor(1.0).retain_grad()
