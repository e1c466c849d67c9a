"""What PyTorch has for the records of reductions, scans, statistics and quantiles."""

import math

from ops.torch_equivalents import NotInTorchError, of, torch, without

masked = torch.masked


def axes_of(x, axis):
    """Return NumPy's `axis` as numbers counted from the front, in its order."""
    if axis is None:
        return tuple(range(x.ndim))
    return tuple(a % x.ndim for a in (axis if isinstance(axis, tuple) else (axis,)))


def over_axes(f):
    """Return a reduction over the last axis as one over NumPy's `axis`, with `keepdims`.

    In PyTorch many take one axis only, and to some an empty tuple means all axes.
    """

    def reduced(x, *others, axis=None, keepdims=False, **params):
        axes = axes_of(x, axis)
        kept = [n for i, n in enumerate(x.shape) if i not in axes]
        count = math.prod(x.shape[i] for i in axes)

        def flat(a):
            moved = a.broadcast_to(x.shape).movedim(axes, tuple(range(-len(axes), 0)))
            return moved.reshape(*kept, count)

        out = f(flat(x), *map(flat, others), **params)
        if not keepdims:
            return out
        ones = [1 if i in axes else n for i, n in enumerate(x.shape)]
        return out.reshape(*out.shape[: out.ndim - len(kept)], *ones)

    return reduced


def last(f):
    """Return PyTorch's reduction as one over the last axis, and from there over any."""
    return over_axes(lambda x, **params: f(x, dim=-1, **params))


def selected(f):
    """Return PyTorch's masked reduction as one that takes a mask after the array."""
    return over_axes(lambda x, mask, **params: f(x, dim=-1, mask=mask, **params))


def starting(reduction, combine):
    """Return a reduction with NumPy's `initial`."""

    def reduced(*args, initial, **params):
        return combine(reduction(*args, **params), torch.tensor(initial, dtype=args[0].dtype))

    return reduced


def filled(f, value):
    """Return a function as one that takes `value` for what is NaN."""
    return lambda x, **params: f(torch.where(torch.isnan(x), value, x), **params)


def of_present(f):
    """Return a masked reduction as one of what is not NaN."""

    def reduced(x, **params):
        missing = torch.isnan(x)
        return f(torch.where(missing, 0.0, x), ~missing, **params)  # NaN would spoil the slopes

    return reduced


def over_all(f):
    """Return a function along an axis, or for None along the flattened array."""

    def function(x, axis=None, **params):
        return f(x.flatten(), dim=0, **params) if axis is None else f(x, dim=axis, **params)

    return function


def after(start, scan):
    """Return a scan with NumPy's `include_initial`."""

    def scanned(x, axis=0, include_initial=False):
        out = scan(x, dim=axis)
        if not include_initial:
            return out
        return torch.cat([torch.full_like(out.narrow(axis, 0, 1), start), out], dim=axis)

    return scanned


def jointly(f):
    """Return a function along one axis as one along several at once."""

    def function(x, axis):
        if isinstance(axis, int):
            return f(x, dim=axis)
        return f(x.flatten(), dim=0).reshape(x.shape)  # the records have all of them

    return function


def variance(f):
    def function(x, ddof=0, correction=None):
        return f(x, dim=-1, correction=ddof if correction is None else correction)

    return over_axes(function)


def around(x, mean, axis):
    """The variance around a mean that is given."""
    return ((x - mean) * (x - mean).conj()).real.mean(axis)


def average(x, weights=None, axis=None, keepdims=False):
    axes = axes_of(x, axis)
    moved = x.movedim(axes, tuple(range(-len(axes), 0)))
    weights = torch.ones(moved.shape[-len(axes) :]) if weights is None else weights
    out = (moved * weights).flatten(-len(axes)).sum(-1) / weights.sum()
    return out.reshape([1 if i in axes else n for i, n in enumerate(x.shape)]) if keepdims else out


def covariance(x, rowvar=True, bias=False, ddof=None, **weights):
    correction = ddof if ddof is not None else 0 if bias else 1
    return torch.cov(x if rowvar else x.T, correction=correction, **weights)


def difference(x, prepend=None, append=None, axis=-1, **params):
    def end(value):
        if value is None:
            return None
        value = torch.as_tensor(value, dtype=x.dtype)
        return value.expand(*x.shape[:-1], 1 if value.ndim < 2 else -1)

    return torch.diff(x, dim=axis, prepend=end(prepend), append=end(append), **params)


def slopes(f, *spacing, edge_order, axis):
    """Derivatives along all axes as one tensor; for torch.gradient a distance is constant."""
    dim = axes_of(f, axis)
    if spacing and spacing[0].ndim:
        found = torch.gradient(f, spacing=spacing, dim=dim, edge_order=edge_order)
    else:
        step = spacing[0] if spacing else 1.0
        found = [g / step for g in torch.gradient(f, dim=dim, edge_order=edge_order)]
    return found[0] if isinstance(axis, int) else torch.stack(list(found))


def quantile(f, percent=1):
    methods = ("linear", "lower", "higher", "nearest", "midpoint")

    def function(x, q=0.5, method="linear"):
        if method not in methods:
            raise NotInTorchError(f"quantile: no {method!r} in PyTorch")
        q = torch.tensor(q, dtype=x.dtype) / percent
        out = f(x, q.flatten(), -1, interpolation=method)
        return out.reshape(q.shape + x.shape[:-1])

    return over_axes(function)


def population(f):
    """Return PyTorch's masked variance or deviation as one that divides by the count."""
    return selected(lambda x, **params: f(x, unbiased=False, **params))


ALONG_ONE = of(
    torch,
    *("all", "any", "argmax", "argmin", "count_nonzero", "logsumexp", "mean", "nanmean", "nansum"),
    *("prod", "sum"),
    max="amax",
    min="amin",
)
PLAIN = {name: last(f) for name, f in ALONG_ONE.items()}

FUNCTIONS = {
    **PLAIN,
    "add: sum": starting(PLAIN["sum"], torch.add),
    "add: sum where": starting(selected(masked.sum), torch.add),
    "all: where": over_axes(lambda x, mask: torch.all(x | ~mask, -1)),
    "any: where": over_axes(lambda x, mask: torch.any(x & mask, -1)),
    "average": average,
    "bincount": torch.bincount,
    "corrcoef": lambda x, rowvar=True: torch.corrcoef(x if rowvar else x.T),
    "corrcoef: and y": lambda x, y: torch.corrcoef(torch.vstack([x, y])),
    "cov": covariance,
    "cov: and y": lambda x, y: torch.cov(torch.vstack([x, y])),
    "cov: aweights": lambda x, w, **params: covariance(x, aweights=w, **params),
    "cov: fweights": lambda x, w, **params: covariance(x, fweights=w, **params),
    "cumprod": over_all(torch.cumprod),
    "cumsum": over_all(torch.cumsum),
    "cumulative_prod": after(1.0, torch.cumprod),
    "cumulative_sum": after(0.0, torch.cumsum),
    "diff": difference,
    "divide: mean where": selected(masked.mean),
    "divide: var mean": around,
    "divide: var where": population(masked.var),
    "ediff1d": lambda x: torch.diff(x.flatten()),
    "ediff1d: ends": lambda x, end, start: torch.cat(
        [start.flatten(), torch.diff(x.flatten()), end.flatten()]
    ),
    "gradient": slopes,
    "log_softmax": jointly(torch.log_softmax),
    "maximum: max": starting(PLAIN["max"], torch.maximum),
    "maximum: max where": starting(selected(masked.amax), torch.maximum),
    "maximum: nanmax": starting(filled(PLAIN["max"], -torch.inf), torch.maximum),
    "maximum: nanmax where": without("torch.masked.amax leaves out either NaN or a mask"),
    "median": quantile(torch.quantile),
    "minimum: min": starting(PLAIN["min"], torch.minimum),
    "minimum: min where": starting(selected(masked.amin), torch.minimum),
    "minimum: nanmin": starting(filled(PLAIN["min"], torch.inf), torch.minimum),
    "minimum: nanmin where": without("torch.masked.amin leaves out either NaN or a mask"),
    "multiply: prod": starting(PLAIN["prod"], torch.mul),
    "multiply: prod where": starting(selected(masked.prod), torch.mul),
    "nanargmax": filled(PLAIN["argmax"], -torch.inf),
    "nanargmin": filled(PLAIN["argmin"], torch.inf),
    "nancumprod": filled(over_all(torch.cumprod), 1.0),
    "nancumsum": filled(over_all(torch.cumsum), 0.0),
    "nanmax": filled(PLAIN["max"], -torch.inf),
    "nanmedian": quantile(torch.nanquantile),
    "nanmin": filled(PLAIN["min"], torch.inf),
    "nanpercentile": quantile(torch.nanquantile, 100),
    "nanprod": filled(PLAIN["prod"], 1.0),
    "nanquantile": quantile(torch.nanquantile),
    "nanstd": of_present(population(masked.std)),
    "nanvar": of_present(population(masked.var)),
    "percentile": quantile(torch.quantile, 100),
    "prod: prod where": selected(masked.prod),
    "ptp": over_axes(lambda x: torch.amax(x, -1) - torch.amin(x, -1)),
    "quantile": quantile(torch.quantile),
    "softmax": jointly(torch.softmax),
    "special.log_softmax": jointly(torch.special.log_softmax),
    "special.logsumexp": last(torch.special.logsumexp),
    "special.logsumexp: weighted": over_axes(
        lambda x, weights: torch.logsumexp(x + torch.log(weights), -1)
    ),
    "special.softmax": jointly(torch.special.softmax),
    "deviation": torch.sqrt,
    "deviation: std where": population(masked.std),
    "std": variance(torch.std),
    "sum: sum where": selected(masked.sum),
    "trapezoid": lambda y, x=None, dx=1.0, axis=-1: (
        torch.trapezoid(y, dx=dx, dim=axis) if x is None else torch.trapezoid(y, x, dim=axis)
    ),
    "var": variance(torch.var),
}
