"""The records of medians, quantiles and percentiles."""

import itertools

import numpy as np

from ops.in_torch import NotInTorch, quantile
from ops.opinfo import add, fixed, holes, some_missing, spaced
from tinygrad_np.engine.op import OPS

IN_TORCH = {
    "median": quantile("quantile"),
    "quantile": quantile("quantile"),
    "percentile": quantile("quantile", 100),
    "nanmedian": quantile("nanquantile"),
    "nanquantile": quantile("nanquantile"),
    "nanpercentile": quantile("nanquantile", 100),
}

for axis, keepdims in itertools.product((None, 0, -1, (0, 2)), (False, True)):
    params = {"axis": axis, "keepdims": keepdims}
    add("median", np.median, spaced, shapes=((2, 3, 4),), params=params, complex=0,
        torch=IN_TORCH["median"])  # fmt: skip
    params = {"q": 0.3, **params}
    add("quantile", np.quantile, spaced, shapes=((2, 3, 4),), params=params,
        torch=IN_TORCH["quantile"])  # fmt: skip
for method in (
    *("linear", "lower", "higher", "nearest", "midpoint", "hazen", "weibull", "inverted_cdf"),
    *("averaged_inverted_cdf", "interpolated_inverted_cdf", "median_unbiased"),
    *("normal_unbiased", "closest_observation"),
):
    params = {"q": [0.0, 0.1, 0.5, 0.77, 1.0], "axis": 1, "method": method}
    domain = lambda rng, shape: spaced(rng, shape) * 2.0  # noqa: E731  # a formula
    add("quantile", np.quantile, domain, shapes=((2, 5),), params=params, integers=False,
        torch=IN_TORCH["quantile"])  # fmt: skip
for params in ({"q": [[20.0, 50.0]], "axis": 1}, {"q": 70}):
    add("percentile", np.percentile, spaced, params=params, torch=IN_TORCH["percentile"])
for name in ("median", "nanmedian"):
    in_torch = IN_TORCH[name]
    add(name, getattr(np, name), spaced, shapes=((),), label="0-d", complex=0, torch=in_torch)
    add(name, getattr(np, name), spaced, shapes=((5,),), complex=0, torch=in_torch)
for axis, keepdims in ((None, False), (1, True), (0, False), ((0, 1), True)):
    domain, rows = (some_missing, 3) if axis == 0 else (holes, 2)
    for name, rest in (
        ("nanmedian", {}),
        ("nanpercentile", {"q": 30.0}),
        ("nanquantile", {"q": (0.0, 0.6)}),
    ):
        add(
            name,
            getattr(np, name),
            domain,
            shapes=((rows, 3),),
            params={"axis": axis, "keepdims": keepdims, **rest},
            integers=False,
            complex=0 if name == "nanmedian" else None,
            torch=IN_TORCH[name],
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
    torch=NotInTorch("no such function"),
)
