"""The records of `tg.special`: SciPy computes the references as well as the functions.

What is tested of the values is that they arrive; gradients meet differences. Without SciPy there
is nothing to compare with, and no function either.
"""

import numpy as np

import tinygrad_np as tg
from records import (
    ANY,
    CASES,
    NONZERO,
    POSITIVE,
    SMALL,
    Draw,
    add,
    elementwise,
    fixed,
    floats,
    integers,
)
from tinygrad_np.engine.op import OPS

__all__ = ["CASES", "WITHOUT_SCIPY"]

try:
    import scipy.special as sp
except ModuleNotFoundError:
    sp = None

WITHOUT_SCIPY = {name for name in tg.engine.op.FUNCTIONS if name.startswith("special.")} | {
    name for name in OPS if name.startswith("special.")
}
"""The functions that have no record where SciPy is missing."""

PROBABILITY, ABOVE_1 = floats(0.1, 0.9), floats(1.2, 3.0)
BETWEEN = floats(0.6, 0.9)

OF_ONE: dict[str, Draw] = {
    **dict.fromkeys(["erfc", "erfcx", "erfi", "dawsn", "ndtr", "log_ndtr", "log_expit"], ANY),
    **dict.fromkeys(["exp10", "cosm1", "j0", "j1", "i0", "i1"], ANY),
    **dict.fromkeys(["i0e", "i1e"], NONZERO),
    **dict.fromkeys(["y0", "y1", "k0", "k1", "k0e", "k1e", "expi", "exp1"], POSITIVE),
    **dict.fromkeys(["gamma", "gammaln", "loggamma", "digamma", "rgamma", "entr"], POSITIVE),
    **dict.fromkeys(["logit", "ndtri", "erfcinv"], PROBABILITY),
    "erfinv": SMALL,
}
OF_TWO: dict[str, tuple[Draw, Draw]] = {
    **dict.fromkeys(["beta", "betaln", "poch", "rel_entr", "kl_div"], (POSITIVE, POSITIVE)),
    "xlogy": (ANY, POSITIVE),
    "xlog1py": (ANY, POSITIVE),
    "huber": (floats(0.8, 1.2), ANY),
    "pseudo_huber": (floats(0.8, 1.2), ANY),
}
OF_ORDER: dict[str, Draw] = {
    **dict.fromkeys(["jv", "iv"], ANY),
    "ive": NONZERO,
    **dict.fromkeys(["yv", "kv", "kve", "gammainc", "gammaincc"], POSITIVE),
}


def record(name, *domains, **rest):
    enter = elementwise if rest.pop("elementwise", True) else add
    enter(f"special.{name}", getattr(sp, name), *domains, call=getattr(tg.special, name), **rest)


if sp is not None:
    for name, domain in OF_ONE.items():
        record(name, domain)
    for name in ("gamma", "gammaln", "digamma", "rgamma"):
        record(name, floats(-0.8, -0.2), label="negative", integers=False)
    for name in ("log_ndtr", "log_expit"):
        record(name, floats(-9.0, -4.0), label="far below", integers=False)
    for name, domains in OF_TWO.items():
        record(name, *domains)
    for name, domain in OF_ORDER.items():
        record(name, integers(1, 3), domain, elementwise=False)
        one = {"shapes": ((), (2, 3)), "label": "one order", "elementwise": False}
        record(name, fixed(1), domain, **one)
    domains = (integers(1, 3), integers(1, 3), PROBABILITY)
    record("betainc", *domains, elementwise=False, integers=False)
    elementwise(
        "real",
        lambda x: np.real(sp.wofz(x)),
        ANY,
        call=lambda x: tg.real(tg.special.wofz(x)),
        label="of wofz",
    )
    record("wofz", lambda rng, shape: ANY(rng, shape) + 0j, order=0)
    for n in (1, 2, 3):
        elementwise(
            "special.polygamma_of_order",
            lambda x, n: sp.polygamma(n, x).astype(x.dtype if x.dtype.kind == "f" else float),
            POSITIVE,
            call=OPS["special.polygamma_of_order"].call,
            params={"n": n},
        )
    for n in (0, 1):
        elementwise(
            "special.polygamma",
            lambda x, n=n: sp.polygamma(n, x).astype(x.dtype if x.dtype.kind == "f" else float),
            floats(-0.8, -0.2),
            call=lambda x, n=n: tg.special.polygamma(n, x),
            label=f"{n}",
            integers=False,
        )
    elementwise(
        "special.multigammaln",
        lambda x: sp.multigammaln(x, 3).astype(x.dtype),
        floats(2.0, 4.0),
        call=lambda x: tg.special.multigammaln(x, 3),
        integers=False,
    )
    for axis in (None, 0, (0, 1)):
        for name in ("softmax", "log_softmax"):
            record(name, ANY, params={"axis": axis}, elementwise=False, integers=False)
        for keepdims in (False, True):
            params = {"axis": axis, "keepdims": keepdims}
            record("logsumexp", ANY, params=params, elementwise=False, integers=False)
            add(
                "special.logsumexp",
                lambda a, b, axis, keepdims: sp.logsumexp(a, axis, b=b, keepdims=keepdims),
                ANY,
                POSITIVE,
                call=lambda a, b, **params: tg.special.logsumexp(a, b=b, **params),
                params=params,
                label="weighted",
                integers=False,
            )
