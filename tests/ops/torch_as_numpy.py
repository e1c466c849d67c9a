"""PyTorch under NumPy's names, as far as random programs need it: ``program(*xs, np=NP, tg=TG)``.

PyTorch has all other functions under NumPy's name and with its meaning. `MISSING` are the forms
without a counterpart, or without a second derivative ("np.sinc(x)" at 0).
"""

from types import SimpleNamespace

import torch

MISSING = ("padded", "reversed_slice", "condition", "np.sinc(x)")


def over(axis, x):
    """Return axes in the form that PyTorch accepts."""
    if axis is None:
        return tuple(range(x.ndim))
    return axis if isinstance(axis, tuple) else (axis,)


def amax(x, axis=None, keepdims=False):
    axis = over(axis, x)
    return torch.amax(x, axis, keepdims) if axis else x + 0


def ptp(x, axis=None, keepdims=False):
    return amax(x, axis, keepdims) + amax(-x, axis, keepdims)


def prod(x, axis=None, keepdims=False):
    for a in sorted(a % x.ndim for a in over(axis, x))[::-1]:
        x = torch.prod(x, a, keepdims)
    return x


def var(x, axis=None, keepdims=False):
    axis = over(axis, x)
    if not axis:  # of single numbers: real, for complex ones too
        return (x * x.conj()).real * 0
    return torch.var(x, axis, correction=0, keepdim=keepdims)


def take(x, places, axis):
    return torch.index_select(x, axis, torch.tensor(places))


def convolve(x, y):
    full = torch.nn.functional.conv1d(x[None, None], y.flip(0)[None, None], padding=len(y) - 1)
    return full[0, 0]


def matmul(x, y):
    dtype = torch.promote_types(x.dtype, y.dtype)
    return x.to(dtype) @ y.to(dtype)


class NumPy:
    """PyTorch's functions under NumPy's names."""

    amax = max = nanmax = staticmethod(amax)
    ptp = staticmethod(ptp)
    prod = staticmethod(prod)
    var = staticmethod(var)
    take = staticmethod(take)
    convolve = staticmethod(convolve)
    matmul = staticmethod(matmul)
    min = staticmethod(lambda x, *args, **kwargs: -amax(-x, *args, **kwargs))
    std = staticmethod(lambda *args, **kwargs: torch.sqrt(var(*args, **kwargs)))
    sort = staticmethod(lambda x, axis: torch.sort(x, axis).values)
    median = staticmethod(lambda x, axis: torch.quantile(x, 0.5, axis))
    quantile = staticmethod(lambda x, q, axis: torch.quantile(x, q, axis))
    gradient = staticmethod(lambda x, h, axis: torch.gradient(x, spacing=h, dim=axis)[0])
    average = staticmethod(
        lambda x, axis, weights: (x * torch.tensor(weights)).sum(axis) / sum(weights)
    )
    take_along_axis = staticmethod(lambda x, i, axis: torch.take_along_dim(x, i, axis))
    copy = staticmethod(torch.clone)
    expand_dims = staticmethod(torch.unsqueeze)
    transpose = staticmethod(torch.permute)
    repeat = staticmethod(lambda x, n, axis: torch.repeat_interleave(x, n, axis))
    tile = staticmethod(lambda x, n: torch.tile(x, (n,)))
    flip = staticmethod(lambda x, axis: torch.flip(x, (axis,)))
    split = staticmethod(torch.tensor_split)
    compress = staticmethod(lambda condition, x, axis: x.narrow(axis, 0, 1))
    maximum = staticmethod(lambda x, y: torch.maximum(x, torch.as_tensor(y)))
    cbrt = staticmethod(lambda x: torch.sign(x) * abs(x) ** (1 / 3))
    fabs = staticmethod(torch.abs)
    modf = staticmethod(lambda x: (torch.frac(x), torch.trunc(x)))
    degrees, radians = staticmethod(torch.rad2deg), staticmethod(torch.deg2rad)
    float64, array = float, staticmethod(torch.tensor)
    correlate = staticmethod(lambda x, y: (x * y).sum().reshape(1))
    vecdot = staticmethod(torch.linalg.vecdot)
    matvec = staticmethod(lambda x, y: x @ y)
    vecmat = staticmethod(lambda x, y: x @ y)
    cross = staticmethod(torch.linalg.cross)

    def __getattr__(self, name):
        return getattr(torch, name)


NP = NumPy()
TG = SimpleNamespace(
    relu=torch.relu,
    sigmoid=torch.sigmoid,
    softplus=torch.nn.functional.softplus,
    silu=torch.nn.functional.silu,
    softmax=torch.softmax,
    log_softmax=torch.log_softmax,
    logsumexp=torch.logsumexp,
)
