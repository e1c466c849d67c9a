"""The records of reductions, scans and statistics beyond those that cases.py makes."""

import itertools

import numpy as np

import tinygrad_np as tg
from late_numpy import reference
from records import (
    ANY,
    NONZERO,
    POSITIVE,
    add,
    booleans,
    elementwise,
    fixed,
    integers,
    real,
    spaced,
)
from tinygrad_np.engine.op import OPS

MASK = fixed([[True, False, True], [True, True, False]])


def holes(rng, shape):
    """Distinct numbers, some of them missing; two of each row of three are there."""
    x = spaced(rng, shape)
    x[..., 1] = np.nan
    return x


def some_missing(rng, shape):
    """Distinct numbers, one of them missing."""
    x = spaced(rng, shape) + 0.03
    x[0, 0] = np.nan
    return x


# ------------------------------------------------------- initial, where, dtype, mean

for name, op, start in (
    ("sum", "add", 2.5),
    ("prod", "multiply", 2.5),
    ("max", "maximum", 0.02),
    ("min", "minimum", 0.02),
    ("nanmax", "maximum", 0.02),
    ("nanmin", "minimum", 0.02),
):
    domain = holes if name.startswith("nan") else spaced if op.endswith("mum") else NONZERO
    for axis, keepdims in ((None, False), (1, True)):
        params = {"axis": axis, "keepdims": keepdims, "initial": start}
        add(
            op,
            getattr(np, name),
            domain,
            call=getattr(tg, name),
            params=params,
            label=name,
            integers=False,
        )
    for extra in ({}, {"initial": start}):
        if not extra and op not in ("add", "multiply"):
            continue
        add(
            op if extra else name,
            lambda x, where, name=name, **rest: getattr(np, name)(x, where=where, **rest),
            domain,
            MASK,
            call=lambda x, where, name=name, **rest: getattr(tg, name)(x, where=where, **rest),
            params={"axis": 1, **extra},
            label=f"{name} where",
            integers=False,
        )
for name, axis, keepdims in itertools.product(("mean", "var", "std"), (None, 1), (False, True)):
    add(
        "deviation" if name == "std" else "divide",
        lambda x, where, name=name, **rest: getattr(np, name)(x, where=where, **rest),
        ANY,
        MASK,
        call=lambda x, where, name=name, **rest: getattr(tg, name)(x, where=where, **rest),
        params={"axis": axis, "keepdims": keepdims},
        label=f"{name} where",
    )
for name, op in (("all", "all"), ("any", "any")):
    add(
        op,
        lambda x, where, name=name, **rest: getattr(np, name)(x, where=where, **rest),
        booleans,
        MASK,
        call=lambda x, where, name=name, **rest: getattr(tg, name)(x, where=where, **rest),
        params={"axis": -1},
        order=0,
        label="where",
    )
for axis, keepdims in ((None, False), (0, True)):
    params = {"axis": axis, "keepdims": keepdims}
    add("count_nonzero", np.count_nonzero, integers(0, 2), params=params, order=0)
for name, params in (
    ("var", {"correction": 1, "axis": 1}),
    ("std", {"correction": 1, "axis": 1}),
    ("var", {"ddof": 1.5, "axis": 1}),
):
    add(name, getattr(np, name), ANY, params=params)
add(
    "divide",
    lambda x, mean, **rest: np.var(x, mean=mean, **rest),
    ANY,
    ANY,
    call=lambda x, mean, **rest: tg.var(x, mean=mean, **rest),
    shapes=((2, 3), (2, 1)),
    params={"axis": 1},
    label="var mean",
)
elementwise("deviation", np.sqrt, POSITIVE, call=OPS["deviation"].call, integers=False)
add(
    "squared_modulus",
    lambda x: np.abs(x) ** 2,
    ANY,
    call=OPS["squared_modulus"].call,
    integers=False,
)

for name, axis, keepdims in itertools.product(("ptp",), (None, 0, (0, -1)), (False, True)):
    add(name, np.ptp, spaced, params={"axis": axis, "keepdims": keepdims})
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
        )
add("average", np.average, ANY, params={"axis": 1})

for name, rowvar, extra in itertools.product(
    ("cov", "corrcoef"), (True, False), ({}, {"bias": True}, {"ddof": 0})
):
    if name == "cov" or not extra:
        shapes = ((3, 4),) if rowvar else ((4, 3),)
        add(name, getattr(np, name), ANY, shapes=shapes, params={"rowvar": rowvar, **extra})
add("cov", np.cov, ANY, shapes=((4,),), label="one variable")
for name in ("cov", "corrcoef"):
    add(name, getattr(np, name), ANY, ANY, shapes=((2, 4), (4,)), label="and y")
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
    )

# ------------------------------------------------------------------------- scans

ZEROS = fixed([[2.0, 0.0, 3.0], [0.0, 0.0, 4.0]])
for name, axis in itertools.product(("cumsum", "cumprod"), (None, 0, -1)):
    add(name, getattr(np, name), NONZERO, params={"axis": axis})
for axis in (0, 1):
    add("cumprod", np.cumprod, ZEROS, params={"axis": axis}, label="zeros")
add("prod", np.prod, ZEROS, params={"axis": 1}, label="zeros")
for name in ("cumsum", "cumprod"):
    add(name, getattr(np, name), ANY, shapes=((0, 3),), params={"axis": 0}, label="empty")
    add(name, getattr(np, name), ANY, shapes=((3, 0),), params={"axis": 0}, label="empty")
    add(name, getattr(np, name), ANY, shapes=((),), label="0-d")
    add(name, getattr(np, name), NONZERO, shapes=((2, 5, 2),), params={"axis": 1})
for name, extra in itertools.product(
    ("cumulative_sum", "cumulative_prod"), ({}, {"include_initial": True})
):
    add(name, reference(name), NONZERO, params={"axis": 1, **extra})
    add(name, reference(name), NONZERO, shapes=((3,),), params=extra)


def recurrence(x, y):
    out = np.zeros_like(y)
    for i in range(y.shape[-1]):
        out[..., i] = y[..., i] + (x[..., i] * out[..., i - 1] if i else 0)
    return out


add("recur", recurrence, ANY, ANY, call=OPS["recur"].call, shapes=((2, 5),) * 2, integers=False)

# ------------------------------------------------------------------------- calculus

for params in ({}, {"n": 2}, {"n": 0}, {"axis": 0}, {"axis": -2, "n": 1}, {"n": 4}):
    add("diff", np.diff, ANY, shapes=((2, 4),), params=params, integers=params.get("n") != 4)
for before, behind in (((2, 1), ()), ((2, 2), (2, 1)), ((), (2, 3))):
    add(
        "diff",
        lambda a, prepend, append, **rest: np.diff(a, prepend=prepend, append=append, **rest),
        *[ANY] * 3,
        call=lambda a, prepend, append, **rest: tg.diff(a, prepend=prepend, append=append, **rest),
        shapes=((2, 3), before, behind),
        params={"n": 2},
        label=f"{before} before, {behind} behind",
        integers=False,
    )
add("diff", np.diff, ANY, params={"prepend": 0.5, "append": 1.5}, integers=False)
add("ediff1d", np.ediff1d, ANY)
add(
    "ediff1d",
    lambda ary, to_end, to_begin: np.ediff1d(ary, to_end, to_begin),
    *[ANY] * 3,
    call=tg.ediff1d,
    shapes=((2, 3), (2,), ()),
    label="ends",
)
for params in ({}, {"dx": 0.5}, {"axis": 0}):
    add("trapezoid", np.trapezoid, ANY, params=params)
for shapes, axis in ((((2, 3), (3,)), -1), (((2, 3), (2,)), 0), (((2, 3), (2, 3)), 1)):
    add("trapezoid", np.trapezoid, ANY, ANY, shapes=shapes, params={"axis": axis})


def all_of(gradient):
    """Return a function that gives the derivatives along all axes as one array."""

    def stacked(f, *varargs, **rest):
        found = gradient(f, *varargs, **rest)
        return np.stack(found) if isinstance(found, tuple) else found

    return stacked


def growing(rng, shape):
    """Numbers in ascending order, at distances of their own."""
    return np.cumsum(rng.uniform(0.3, 1.2, shape), axis=-1)


for edge_order, axis in itertools.product((1, 2), (None, 0, -1, (1, 0))):
    params = {"edge_order": edge_order, "axis": axis}
    for shapes, domains in (
        (((3, 4),), [ANY]),
        (((3, 4), ()), [ANY, real(POSITIVE)]),
        (
            ((3, 4), *[(3,), (4,)][: 2 if axis is None else 1]),
            [ANY, real(growing), real(growing)][: 3 if axis is None else 2],
        ),
    ):
        if len(shapes) == 2 and shapes[1] and axis in (-1, (1, 0)):
            continue
        add(
            "gradient",
            all_of(np.gradient),
            *domains,
            call=all_of(tg.gradient),
            shapes=shapes,
            params=params,
            label=f"{len(shapes)} arrays",
            integers=len(shapes) == 1,
        )

# ------------------------------------------------------------------------- quantiles

for axis, keepdims in itertools.product((None, 0, -1, (0, 2)), (False, True)):
    params = {"axis": axis, "keepdims": keepdims}
    add("median", np.median, spaced, shapes=((2, 3, 4),), params=params, complex=0)
    params = {"q": 0.3, **params}
    add("quantile", np.quantile, spaced, shapes=((2, 3, 4),), params=params)
for method in (
    *("linear", "lower", "higher", "nearest", "midpoint", "hazen", "weibull", "inverted_cdf"),
    *("averaged_inverted_cdf", "interpolated_inverted_cdf", "median_unbiased"),
    *("normal_unbiased", "closest_observation"),
):
    params = {"q": [0.0, 0.1, 0.5, 0.77, 1.0], "axis": 1, "method": method}
    domain = lambda rng, shape: spaced(rng, shape) * 2.0  # noqa: E731  # a formula
    add("quantile", np.quantile, domain, shapes=((2, 5),), params=params, integers=False)
add("percentile", np.percentile, spaced, params={"q": [[20.0, 50.0]], "axis": 1})
add("percentile", np.percentile, spaced, params={"q": 70})
for name in ("median", "nanmedian"):
    add(name, getattr(np, name), spaced, shapes=((),), label="0-d", complex=0)
    add(name, getattr(np, name), spaced, shapes=((5,),), complex=0)
for axis, keepdims in ((None, False), (1, True), (0, False), ((0, 1), True)):
    params = {"axis": axis, "keepdims": keepdims}
    for name, rest in (
        *((name, {}) for name in ("nansum", "nanprod", "nanmean", "nanvar", "nanstd")),
        *((name, {}) for name in ("nanmax", "nanmin", "nanmedian")),
        ("nanpercentile", {"q": 30.0}),
        ("nanquantile", {"q": (0.0, 0.6)}),
    ):
        domain, rows = (some_missing, 3) if axis == 0 else (holes, 2)
        shapes = ((rows, 3),)
        add(
            name,
            getattr(np, name),
            domain,
            shapes=shapes,
            params={**params, **rest},
            integers=False,
            complex=0 if name == "nanmedian" else None,
        )
for name, axis in itertools.product(("nancumsum", "nancumprod"), (None, 1)):
    add(name, getattr(np, name), holes, params={"axis": axis}, integers=False)
for name, axis in itertools.product(("nanargmax", "nanargmin"), (None, 1)):
    add(name, getattr(np, name), holes, params={"axis": axis}, integers=False, order=0)
for name in ("nansum", "nanmean", "nanvar", "nanmax", "nancumsum", "nanargmax"):
    order = 0 if name == "nanargmax" else 2
    add(name, getattr(np, name), spaced, label="nothing missing", order=order)

PLACES = fixed([1, 0, 4, 1])
add("bincount", np.bincount, PLACES, shapes=((),), order=0)
add("bincount", np.bincount, PLACES, shapes=((),), params={"minlength": 7}, order=0)
add(
    "scatter",
    lambda weights, x, minlength: np.bincount(x, weights, minlength),
    ANY,
    PLACES,
    call=lambda weights, x, minlength: tg.bincount(x, weights, minlength),
    shapes=((4,), ()),
    params={"minlength": 7},
    label="bincount",
)
add(
    "positions",
    lambda x, q: np.stack([np.quantile(np.arange(n), q) for n in x]),
    fixed([3, 1, 4, 3]),
    call=OPS["positions"].call,
    shapes=((),),
    params={"q": (0.0, 0.3)},
    order=0,
    integers=False,
)
