"""The records of variances, averages, covariances and counts."""

import itertools
from typing import Any

import numpy as np

import tinygrad_np as tg
from ops.in_torch import axes_of, named, over_axes, population, torch
from ops.opinfo import ANY, MASK, NONZERO, POSITIVE, add, elementwise, fixed, real
from tinygrad_np.engine.op import OPS


def variance(name):
    """Return PyTorch's variance or deviation, with NumPy's names for the correction."""

    def function(x, ddof=0, correction=None):
        return named(name)(x, dim=-1, correction=ddof if correction is None else correction)

    return over_axes(function)


for name in ("var", "std"):
    in_torch = variance(name)
    axes = (None, 0, -2, (0, 2), (-1, 0, 1), ())
    for axis, keepdims in itertools.product(axes, (False, True)):
        if name == "std" and axis == ():  # the standard deviation of one number is 0, a kink
            continue
        params = {"axis": axis, "keepdims": keepdims}
        add(name, getattr(np, name), NONZERO, shapes=((2, 3, 2),), params=params, torch=in_torch)
    for params in (
        {"axis": 1, "ddof": 1, "keepdims": False},
        {"correction": 1, "axis": 1},
    ):
        add(name, getattr(np, name), ANY, params=params, torch=in_torch)
    for axis, keepdims in itertools.product((None, 1), (False, True)):
        add(
            name,
            lambda x, where, name=name, **rest: getattr(np, name)(x, where=where, **rest),
            ANY,
            MASK,
            call=lambda x, where, name=name, **rest: getattr(tg, name)(x, where=where, **rest),
            params={"axis": axis, "keepdims": keepdims},
            label="where",
            torch=population(f"masked.{name}"),
            reaches="deviation" if name == "std" else "divide",
        )
add("var", np.var, ANY, params={"ddof": 1.5, "axis": 1}, torch=variance("var"))
add("var", np.var, NONZERO, shapes=((),), params={"axis": None, "keepdims": False}, label="0-d",
    torch=variance("var"))  # fmt: skip
for shape, axis in (((0, 3), 1), ((3, 0), 0)):
    add("var", np.var, ANY, shapes=(shape,), params={"axis": axis, "keepdims": False},
        label=f"empty {shape}", torch=variance("var"))  # fmt: skip
add(
    "var",
    lambda x, mean, **rest: np.var(x, mean=mean, **rest),
    ANY,
    ANY,
    call=lambda x, mean, **rest: tg.var(x, mean=mean, **rest),
    shapes=((2, 3), (2, 1)),
    params={"axis": 1},
    label="mean",
    torch=lambda x, mean, axis: ((x - mean) * (x - mean).conj()).real.mean(axis),
    reaches="divide",
)
elementwise("deviation", np.sqrt, POSITIVE, call=OPS["deviation"].call, integers=False,
            torch="sqrt")  # fmt: skip
add(
    "squared_modulus",
    lambda x: np.abs(x) ** 2,
    ANY,
    call=OPS["squared_modulus"].call,
    integers=False,
    torch=lambda x: (x * x.conj()).real,
)

# ------------------------------------------------------------------------- averages


def torch_average(x, weights=None, axis=None, keepdims=False):
    axes = axes_of(x, axis)
    moved = x.movedim(axes, tuple(range(-len(axes), 0)))
    weights = torch.ones(moved.shape[-len(axes) :]) if weights is None else weights
    out = (moved * weights).flatten(-len(axes)).sum(-1) / weights.sum()
    return out.reshape([1 if i in axes else n for i, n in enumerate(x.shape)]) if keepdims else out


for axis, shapes in (
    (None, ((2, 3), (2, 3))),
    (1, ((2, 3), (3,))),
    (-2, ((2, 3), (2,))),
    ((1, 0), ((2, 3), (3, 2))),
):
    for keepdims in (False, True):
        add(
            "average",
            lambda x, weights, **rest: np.average(x, weights=weights, **rest),
            ANY,
            POSITIVE,
            call=lambda x, weights, **rest: tg.average(x, weights=weights, **rest),
            shapes=shapes,
            params={"axis": axis, "keepdims": keepdims},
            integers=False,
            torch=torch_average,
        )
add("average", np.average, ANY, params={"axis": 1}, torch=torch_average)

# ---------------------------------------------------------------------- covariances


def torch_cov(x, rowvar=True, bias=False, ddof=None, **weights):
    correction = ddof if ddof is not None else 0 if bias else 1
    return torch.cov(x if rowvar else x.T, correction=correction, **weights)


def torch_corrcoef(x, rowvar=True):
    return torch.corrcoef(x if rowvar else x.T)


for name, in_torch in (("cov", torch_cov), ("corrcoef", torch_corrcoef)):
    options: list[dict[str, Any]] = [{}, {"bias": True}, {"ddof": 0}]
    for rowvar, extra in itertools.product((True, False), options):
        if name == "cov" or not extra:
            shapes = ((3, 4),) if rowvar else ((4, 3),)
            add(name, getattr(np, name), ANY, shapes=shapes, params={"rowvar": rowvar, **extra},
                torch=in_torch)  # fmt: skip
    add(
        name,
        getattr(np, name),
        ANY,
        ANY,
        shapes=((2, 4), (4,)),
        label="and y",
        torch=lambda x, y, name=name: named(name)(torch.vstack([x, y])),
    )
add("cov", np.cov, ANY, shapes=((4,),), label="one variable", torch=torch_cov)
for extra in ({}, {"ddof": 0}):
    add(
        "cov",
        lambda m, aweights, **rest: np.cov(m, aweights=aweights, **rest),
        ANY,
        real(POSITIVE),
        call=lambda m, aweights, **rest: tg.cov(m, aweights=aweights, **rest),
        shapes=((2, 4), (4,)),
        params=extra,
        label="aweights",
        integers=False,
        torch=lambda x, w, **params: torch_cov(x, aweights=w, **params),
    )
    add(
        "cov",
        lambda m, fweights, **rest: np.cov(m, fweights=fweights, **rest),
        ANY,
        fixed([1, 2, 1, 3]),
        call=lambda m, fweights, **rest: tg.cov(m, fweights=fweights, **rest),
        shapes=((2, 4), (4,)),
        params=extra,
        label="fweights",
        torch=lambda x, w, **params: torch_cov(x, fweights=w, **params),
    )

# --------------------------------------------------------------------------- counts

PLACES = fixed([1, 0, 4, 1])
add("bincount", np.bincount, PLACES, shapes=((),), order=0)
add("bincount", np.bincount, PLACES, shapes=((),), params={"minlength": 7}, order=0)
add(
    "bincount",
    lambda weights, x, minlength: np.bincount(x, weights, minlength),
    ANY,
    PLACES,
    call=lambda weights, x, minlength: tg.bincount(x, weights, minlength),
    shapes=((4,), ()),
    params={"minlength": 7},
    label="weights",
    torch=lambda x, i, minlength: torch.zeros(minlength, dtype=x.dtype).index_add(0, i, x),
    reaches="scatter",
)
