"""The value and three derivatives of a function, ours and PyTorch's, and their comparison."""

import warnings

import numpy as np
import pytest

import tinygrad_np as tg

torch = pytest.importorskip("torch")
forward_ad = torch.autograd.forward_ad
# The first use loads code of PyTorch that uses deprecated functions of PyTorch.
with warnings.catch_warnings(action="ignore", category=DeprecationWarning), forward_ad.dual_level():
    forward_ad.make_dual(torch.ones(()), torch.ones(())).exp()


def close(found, expected, what, rtol=1e-9):
    """Compare to 1e-9 of each number, or to 1e-12 of the largest (at least 1) where terms cancel.

    The records consist of numbers around 1, so sums whose terms cancel have rounding errors of a
    few 1e-16, however small the result is.
    """
    expected = expected.numpy(force=True)
    assert found.shape == expected.shape, what
    finite = expected[np.isfinite(expected)]
    floor = 1e-12 * np.max(np.abs(finite), initial=1.0)
    np.testing.assert_allclose(found, expected, rtol=rtol, atol=floor, err_msg=what)


def moving(arrays):
    """Return the places of the arrays that a gradient flows to."""
    return [i for i, a in enumerate(arrays) if a.dtype.kind in "fc"]


def random_like(a, rng):
    v = rng.normal(size=a.shape)
    return np.asarray(v + 1j * rng.normal(size=a.shape) if a.dtype.kind == "c" else v)


def directions_for(arrays, rng, out):
    """Return a cotangent for the result, and a direction for each float array."""
    return random_like(out, rng), [random_like(arrays[i], rng) for i in moving(arrays)]


def our_derivatives(f, arrays, v, directions):
    """Return the value, the vjp with `v`, the jvp along `directions`, and the second derivative.

    The last is the gradient of the real number <vjp, directions>.
    """
    places = moving(arrays)
    tensors = [tg.Tensor(a, requires_grad=i in places) for i, a in enumerate(arrays)]
    targets = [tensors[i] for i in places]
    out = f(*tensors)
    found = out.gradient(*targets, gradient=v, create_graph=True)
    pairs = zip(found, directions, strict=True)
    along = sum(tg.real(g * np.conj(d)).sum() for g, d in pairs)
    second = along.gradient(*targets) if along.requires_grad else [None] * len(targets)

    def of_float_arrays(*xs):
        everything = list(arrays)
        for i, x in zip(places, xs, strict=True):
            everything[i] = x
        return f(*everything)

    starts = [arrays[i] for i in places]
    return {
        "value": out.data,
        "vjp": together([g.data for g in found]),
        "jvp": tg.jvp(of_float_arrays, starts, directions)[1].data,
        "second": together(
            [
                np.zeros(x.shape) if g is None else g.data
                for g, x in zip(second, starts, strict=True)
            ]
        ),
    }


def torch_derivatives(f, arrays, v, directions, forward=True):
    """Return the same as `our_derivatives`, by PyTorch; without the jvp if not `forward`."""
    places = moving(arrays)
    tensors = [torch.tensor(a, requires_grad=i in places) for i, a in enumerate(arrays)]
    targets = [tensors[i] for i in places]
    directions = [torch.tensor(d) for d in directions]
    out = f(*tensors)
    kept = {"create_graph": True, "materialize_grads": True}
    found = torch.autograd.grad(out, targets, torch.tensor(v, dtype=out.dtype), **kept)
    pairs = zip(found, directions, strict=True)
    along = sum((g * d.conj()).real.sum() for g, d in pairs)
    second = [torch.zeros_like(x) for x in targets]
    if along.requires_grad:
        second = torch.autograd.grad(along, targets, materialize_grads=True)
    answers = {
        "value": out,
        "vjp": torch.cat([g.flatten() for g in found]),
        "second": torch.cat([g.flatten() for g in second]),
    }
    return answers | {"jvp": tangent_of(f, arrays, directions)} if forward else answers


def together(arrays):
    return np.concatenate([a.ravel() for a in arrays])


def tangent_of(f, arrays, directions):
    """Return the jvp by PyTorch's forward mode."""
    with forward_ad.dual_level():
        tensors = [torch.tensor(a) for a in arrays]
        for i, d in zip(moving(arrays), directions, strict=True):
            tensors[i] = forward_ad.make_dual(tensors[i], d)
        value, tangent = forward_ad.unpack_dual(f(*tensors))
        return torch.zeros_like(value) if tangent is None else tangent.clone()
