"""Compares choices with PyTorch's: at zeros, ties, edges, infinities and repeated places.

The choices are listed in the table of kinks in docs/design.md. Where they differ from PyTorch's,
both are given here. test_kinks.py and test_numbers.py have more cases with single numbers.
"""

import math
from typing import Any

import numpy as np
import pytest

import tinygrad_np as tg
from ops.torch_comparison import close, directions_for, our_derivatives, torch, torch_derivatives

INF, NAN = math.inf, math.nan
F, L = torch.nn.functional, torch.linalg

ZEROS = np.array([[2.0, 0.0, 3.0], [0.0, 0.0, 4.0], [1.0, -2.0, 5.0], [0.0, 0.0, 0.0]])
TIES = [[1.0, 3.0, 3.0], [0.0, 0.0, 0.0], [2.0, 1.0, 2.0]]
ORIGIN, SOME = [0.0, 0.0, 0.0], [0.0, 3.0, -3.0]  # two of them are equally large
PLACES = [[0, 0, 0], [2, 1, 2], [1, 1, 0]]
ORDERS = (None, 1, 2, 3, 0.5, 1.5, INF, -INF, -1, -2)


def bind(f, **params):
    """Return a function with its parameters fixed."""
    return lambda *x: f(*x, **params)


def masked(module, f):
    """Return `where` with the branch f(x) above 0 only, as f is infinite or NaN elsewhere."""
    return lambda x: module.where(x > 0, f(x), 2.0 * x)


def scattered(module, x, i):
    """Return the sums of the elements of x with the same index."""
    if module is tg:
        return tg.bincount(i, x, 4)
    return torch.zeros(4, dtype=x.dtype).index_add(0, i, x)


# Our function, PyTorch's, and the arguments. Second derivatives are compared where PyTorch's
# are finite.
SAME: dict[str, Any] = {
    **{
        f"{name} of {kind}, axis {axis}": (
            bind(getattr(tg, name), axis=axis),
            bind(getattr(torch, name), dim=axis),
            ZEROS * (1.0 if kind == "real" else 1 - 2j),
        )
        for name in ("prod", "cumprod")
        for kind in ("real", "complex")
        for axis in (0, 1)
    },
    "prod of all": (tg.prod, torch.prod, ZEROS),
    "max of all": (tg.max, torch.max, TIES),
    "max of rows": (bind(tg.max, axis=1), bind(torch.amax, dim=1), TIES),
    "max of two axes": (bind(tg.max, axis=(0, 1)), bind(torch.amax, dim=(0, 1)), TIES),
    "min of columns": (bind(tg.min, axis=0), bind(torch.amin, dim=0), TIES),
    "maximum": (tg.maximum, torch.maximum, [1.0, 2.0], [1.0, 3.0]),
    "minimum": (tg.minimum, torch.minimum, [1.0, 2.0], [1.0, 3.0]),
    "median of rows": (bind(tg.median, axis=1), lambda x: torch.quantile(x, 0.5, 1), TIES),
    "quantile": (bind(tg.quantile, q=0.3), bind(torch.quantile, q=0.3), TIES),
    "sort": (tg.sort, lambda x: torch.sort(x, stable=True).values, TIES),
    **{
        f"norm {ord} at {at}": (bind(tg.linalg.norm, ord=ord), bind(L.norm, ord=ord), at)
        for ord in ORDERS
        for at in (ORIGIN, SOME)
    },
    "norm of complex at 0": (tg.linalg.norm, L.norm, [0j, 0j]),
    **{
        f"matrix norm {ord} at 0": (
            bind(tg.linalg.matrix_norm, ord=ord),
            bind(L.matrix_norm, ord=ord),
            np.zeros((2, 3)),
        )
        for ord in ("fro", 1, -1, INF, -INF)
    },
    "absolute": (tg.absolute, torch.abs, [0.0, -0.0]),
    "absolute of complex": (tg.absolute, torch.abs, [0j, 1j]),
    "angle": (tg.angle, torch.angle, [0j, 1j]),
    "sign of complex": (tg.sign, torch.sgn, [0j, 1j]),
    "relu": (tg.relu, torch.relu, [0.0, -0.0]),
    "leaky_relu": (
        bind(tg.leaky_relu, negative_slope=0.1),
        bind(F.leaky_relu, negative_slope=0.1),
        [0.0],
    ),
    "clip": (bind(tg.clip, min=0, max=6), bind(torch.clip, min=0, max=6), [0.0, 6.0, 3.0]),
    "clip between arrays": (tg.clip, torch.clip, [0.0, 1.0, 2.0], ORIGIN, [1.0, 1.0, 1.0]),
    "where, no logarithm": (masked(tg, tg.log), masked(torch, torch.log), [-1.0, 0.0, 1.0]),
    "where, no root": (masked(tg, tg.sqrt), masked(torch, torch.sqrt), [-1.0, 0.0, 4.0]),
    "where, no inverse": (masked(tg, tg.reciprocal), masked(torch, torch.reciprocal), [0.0, 2.0]),
    "sqrt": (tg.sqrt, torch.sqrt, [0.0, 4.0]),
    **{
        f"x ** {n}": (lambda x, n=n: x**n, lambda x, n=n: x**n, [0.0, 4.0])
        for n in (0, 1, 2, 3, 0.5, 1.5, -1.0)
    },
    "x ** y": (tg.power, torch.pow, [0.0, 0.0, 0.0, 0.0], [0.0, 1.0, 2.0, 0.5]),
    "0 ** y": (lambda y: 0.0**y, lambda y: 0.0**y, [0.0, 2.0, 0.5]),
    "float_power": (tg.float_power, torch.float_power, [0.0, 0.0], [0.0, 2.0]),
    "std of a constant": (tg.std, bind(torch.std, correction=0), [2.0, 2.0]),
    "std of rows": (
        bind(tg.std, axis=1, ddof=1),
        bind(torch.std, dim=1),
        [[1.0, 1.0], [1.0, 3.0]],
    ),
    "var of a constant": (tg.var, bind(torch.var, correction=0), [2.0, 2.0]),
    "sinc": (tg.sinc, torch.sinc, [0.0, 1.0]),
    "arctan2": (tg.arctan2, torch.atan2, [0.0, 1.0], [-1.0, 0.0]),
    "xlogy": (tg.special.xlogy, torch.xlogy, [0.0, 1.0], [2.0, 2.0]),
    "entr": (tg.special.entr, torch.special.entr, [0.0, 1.0]),
    "log_softmax": (tg.log_softmax, bind(torch.log_softmax, dim=-1), [0.0, -INF, 1.0]),
    "softmax": (tg.softmax, bind(torch.softmax, dim=-1), [0.0, -INF, 1.0]),
    "logsumexp": (tg.logsumexp, bind(torch.logsumexp, dim=-1), [0.0, -INF, 1.0]),
    "logaddexp": (tg.logaddexp, torch.logaddexp, [0.0, INF, -INF], [-INF, 0.0, INF]),
    "logaddexp2": (tg.logaddexp2, torch.logaddexp2, [0.0, INF, -INF], [-INF, 0.0, INF]),
    "nan_to_num": (tg.nan_to_num, torch.nan_to_num, [NAN, INF, -INF, 1.0]),
    "nansum": (tg.nansum, torch.nansum, [NAN, 1.0]),
    "nanmean": (tg.nanmean, torch.nanmean, [NAN, 1.0]),
    "fmod": (tg.fmod, torch.fmod, [4.0, -4.0, 0.0], [2.0, 2.0, 2.0]),
    "remainder": (tg.remainder, torch.remainder, [4.0, -4.0, 0.0], [2.0, 2.0, 2.0]),
    "index": (lambda x: x[[0, 0, 2]], lambda x: x[[0, 0, 2]], TIES),
    "take": (
        bind(tg.take, indices=[0, 0, 8, 0]),
        bind(torch.take, index=torch.tensor([0, 0, 8, 0])),
        TIES,
    ),
    "gather": (
        bind(tg.take_along_axis, indices=np.array(PLACES), axis=1),
        bind(torch.gather, index=torch.tensor(PLACES), dim=1),
        TIES,
    ),
    "scatter": (
        lambda x, i: scattered(tg, x, i),
        lambda x, i: scattered(torch, x, i),
        SOME,
        [3, 0, 3],
    ),
}
# The same, for cotangents of ones, followed by the gradients of every array, ours and PyTorch's.
DIFFERENT: dict[str, Any] = {
    "max of one axis, to the first": (
        bind(tg.max, axis=0), lambda x: torch.max(x, 0).values, [[1.0, 3.0, 3.0]] * 2,
        [[0.5] * 3] * 2, [[1.0] * 3, [0.0] * 3],
    ),
    "median, shared": (tg.median, torch.median, [1.0, 1.0, 3.0], [0.0, 1.0, 0.0], [0.5, 0.5, 0.0]),
    "hypot": (tg.hypot, torch.hypot, [0.0], [0.0], [0.0], [0.0], [NAN], [NAN]),
    "logaddexp": (tg.logaddexp, torch.logaddexp, [-INF], [-INF], [0.0], [0.0], [NAN], [NAN]),
    "logsumexp": (
        tg.logsumexp, bind(torch.logsumexp, dim=-1), [-INF, -INF], [0.0, 0.0], [NAN, NAN]
    ),
    "xlogy": (
        tg.special.xlogy, torch.xlogy, [0.0], [0.0], [0.0], [0.0], [0.0], [NAN]
    ),
    "xlog1py": (
        tg.special.xlog1py, torch.special.xlog1py, [0.0], [-1.0], [0.0], [0.0], [0.0], [NAN]
    ),
    "clip to equal limits": (
        tg.clip, torch.clip, [0.0], [1.0], [1.0], [0.0], [1.0], [0.0], [0.0], [0.0], [0.0]
    ),
    "det of a singular matrix": (
        tg.linalg.det, L.det, [[1.0, 2.0], [2.0, 4.0]],
        [[4.0, -2.0], [-2.0, 1.0]], [[0.0, 0.0], [0.0, 0.0]],
    ),
}  # fmt: skip


@pytest.fixture(autouse=True)
def infinities():
    """Silence warnings: these tests compute with infinities."""
    with np.errstate(all="ignore"):
        yield


def needs_scipy(name):
    if name.startswith(("xlog", "entr")):
        pytest.importorskip("scipy")


@pytest.mark.parametrize("name", SAME)
def test_choices_that_agree_with_torch(name, rng):
    needs_scipy(name)
    f, theirs, *points = SAME[name]
    arrays = [np.array(a) for a in points]
    directions = directions_for(arrays, rng, f(*map(tg.tensor, arrays)).data)
    expected = torch_derivatives(theirs, arrays, *directions)
    found = our_derivatives(f, arrays, *directions)
    for what in ("value", "vjp", "jvp"):
        close(found[what], expected[what], what)
    known = np.isfinite(expected["second"].numpy(force=True))
    close(found["second"][known], expected["second"][known], "second")


@pytest.mark.parametrize("name", DIFFERENT)
def test_choices_that_differ_from_torch(name):
    needs_scipy(name)
    f, theirs, *lists = DIFFERENT[name]
    count = len(lists) // 3
    points, ours, others = lists[:count], lists[count : 2 * count], lists[2 * count :]
    tensors = [tg.tensor(a, requires_grad=True) for a in points]
    found = f(*tensors).sum().gradient(*tensors)
    copies = [torch.tensor(a, dtype=torch.float64, requires_grad=True) for a in points]
    known = torch.autograd.grad(theirs(*copies).sum(), copies)
    for g, expected in zip((*found, *known), (*ours, *others), strict=True):
        values = g.data if isinstance(g, tg.Tensor) else g.numpy()
        np.testing.assert_allclose(values, expected, atol=1e-14)


def test_only_the_last_value_written_to_a_place_has_a_gradient():
    value = tg.tensor([1.0, 2.0], requires_grad=True)
    x = tg.zeros(3)
    x[[1, 1]] = value
    np.testing.assert_array_equal(x.sum().gradient(value)[0].data, [0.0, 1.0])
    value = torch.tensor([1.0, 2.0], requires_grad=True)
    x = torch.zeros(3)
    x[[1, 1]] = value
    assert torch.autograd.grad(x.sum(), value)[0].tolist() == [1.0, 1.0]


def test_the_mixed_derivative_of_a_power_with_exponent_0():
    """d/dy of y x ** (y - 1) is 1 / x where y is 0; PyTorch takes it for a constant 0."""
    seconds = []
    for module, tensor in ((tg, tg.tensor), (torch, torch.tensor)):
        x, y = (tensor([v], requires_grad=True) for v in (2.0, 0.0))
        if module is tg:
            (g,) = tg.power(x, y).gradient(x, create_graph=True)
            seconds.append(g.gradient(y)[0].item())
            (g,) = tg.power(x, y).gradient(y, create_graph=True)
            seconds.append(g.gradient(x)[0].item())
        else:
            (g,) = torch.autograd.grad(torch.pow(x, y), x, create_graph=True)
            seconds.append(torch.autograd.grad(g, y)[0].item())
    np.testing.assert_allclose(seconds, [0.5, 0.5, 0.0], rtol=1e-15)


def test_second_derivative_of_elu_at_0_is_the_left_one():
    x = tg.tensor([0.0], requires_grad=True)
    (g,) = tg.elu(x, 2.0).gradient(x, create_graph=True)
    assert g.gradient(x)[0].item() == 2.0
    x = torch.tensor([0.0], requires_grad=True)
    (g,) = torch.autograd.grad(F.elu(x, 2.0), x, create_graph=True)
    assert torch.autograd.grad(g, x)[0].item() == 0.0
