"""The records of `tg.special`: SciPy computes the references as well as the functions.

What is tested of the values is that they arrive; gradients meet differences. Without SciPy there
is nothing to compare with, and no function either.
"""

import numpy as np

import tinygrad_np as tg
from ops.records import (
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
    real,
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
    **dict.fromkeys(["exp10", "cosm1", "j0", "j1", "i0", "i1", "exprel", "wrightomega"], ANY),
    **dict.fromkeys(["sindg", "cosdg", "ber", "bei", "berp", "beip", "itstruve0"], ANY),
    "itmodstruve0": ANY,
    **dict.fromkeys(["tandg", "cotdg", "it2struve0"], POSITIVE),
    **dict.fromkeys(["ker", "kei", "kerp", "keip", "spence"], POSITIVE),
    **dict.fromkeys(["ellipk", "ellipe"], floats(-2.0, 0.9)),
    "ellipkm1": floats(0.05, 0.95),
    "ndtri_exp": floats(-3.0, -0.2),
    **dict.fromkeys(["i0e", "i1e"], NONZERO),
    **dict.fromkeys(["y0", "y1", "k0", "k1", "k0e", "k1e", "expi", "exp1"], POSITIVE),
    **dict.fromkeys(["gamma", "gammaln", "loggamma", "digamma", "rgamma", "entr"], POSITIVE),
    **dict.fromkeys(["logit", "ndtri", "erfcinv"], PROBABILITY),
    "erfinv": SMALL,
}
OF_SEVERAL: dict[str, tuple[Draw, ...]] = {
    **dict.fromkeys(["beta", "betaln", "poch", "rel_entr", "kl_div"], (POSITIVE, POSITIVE)),
    "xlogy": (ANY, POSITIVE),
    "xlog1py": (ANY, POSITIVE),
    "owens_t": (ANY, ANY),
    "binom": (ABOVE_1, SMALL),
    **dict.fromkeys(["agm", "boxcox1p"], (POSITIVE, POSITIVE)),
    **dict.fromkeys(["boxcox", "powm1"], (POSITIVE, ANY)),
    **dict.fromkeys(["inv_boxcox", "inv_boxcox1p"], (floats(-0.3, 0.8), ABOVE_1)),
    "elliprc": (BETWEEN, ABOVE_1),
    **dict.fromkeys(["ellipkinc", "ellipeinc"], (floats(0.3, 5.0), floats(0.2, 0.8))),
    "elliprf": (floats(0.1, 0.4), BETWEEN, ABOVE_1),
    "elliprd": (floats(0.1, 0.4), BETWEEN, ABOVE_1),
    "voigt_profile": (ANY, POSITIVE, POSITIVE),
    "radian": (ANY, ANY, ANY),
    "nrdtrimn": (PROBABILITY, POSITIVE, ANY),
    "nrdtrisd": (ANY, BETWEEN, ABOVE_1),
    "huber": (floats(0.8, 1.2), ANY),
    "pseudo_huber": (floats(0.8, 1.2), ANY),
}
ORDER, ABOVE_0 = integers(1, 3), floats(0.1, 0.9)
OF_ORDER: dict[str, Draw] = {
    **dict.fromkeys(["jv", "iv", "jve"], ANY),
    "ive": NONZERO,
    **dict.fromkeys(["yv", "kv", "kve", "yve", "gammainc", "gammaincc"], POSITIVE),
    **dict.fromkeys(["gammaincinv", "gammainccinv"], PROBABILITY),
    **dict.fromkeys(["spherical_jn", "spherical_in"], ANY),
    **dict.fromkeys(["struve", "modstruve"], POSITIVE),
    **dict.fromkeys(["spherical_yn", "spherical_kn"], ABOVE_1),
    **dict.fromkeys(["eval_legendre", "eval_sh_legendre", "eval_laguerre"], ANY),
    **dict.fromkeys(["eval_chebyt", "eval_chebyu", "eval_chebyc", "eval_chebys"], SMALL),
    **dict.fromkeys(["eval_sh_chebyt", "eval_sh_chebyu"], ABOVE_0),
    **dict.fromkeys(["eval_hermite", "eval_hermitenorm", "hyp0f1"], ANY),
    **dict.fromkeys(["chdtr", "chdtrc", "pdtr", "pdtrc", "expn"], POSITIVE),
    **dict.fromkeys(["chdtri", "pdtri", "stdtrit"], PROBABILITY),
    "stdtr": ANY,
}
OF_ORDERS: dict[str, tuple[Draw, ...]] = {
    **dict.fromkeys(["betainc", "betaincc"], (ORDER, ORDER, PROBABILITY)),
    **dict.fromkeys(["betaincinv", "betainccinv"], (ORDER, ORDER, PROBABILITY)),
    **dict.fromkeys(["hyp1f1", "eval_gegenbauer", "eval_genlaguerre"], (ORDER, ORDER, SMALL)),
    **dict.fromkeys(["hyperu", "wright_bessel", "log_wright_bessel"], (ORDER, ORDER, POSITIVE)),
    **dict.fromkeys(["hyp2f1", "eval_jacobi"], (ORDER, ORDER, ORDER, SMALL)),
    "eval_sh_jacobi": (ORDER, integers(4, 6), ORDER, SMALL),
    **dict.fromkeys(["fdtr", "fdtrc"], (ORDER, ORDER, POSITIVE)),
    "fdtri": (ORDER, ORDER, PROBABILITY),
    **dict.fromkeys(["bdtr", "bdtrc", "bdtri"], (ORDER, integers(4, 6), PROBABILITY)),
    **dict.fromkeys(["nbdtr", "nbdtrc", "nbdtri"], (ORDER, ORDER, PROBABILITY)),
    **dict.fromkeys(["gdtr", "gdtrc"], (POSITIVE, ORDER, POSITIVE)),
    "gdtrix": (POSITIVE, ORDER, PROBABILITY),
    "gdtria": (PROBABILITY, ORDER, POSITIVE),
    "chndtr": (POSITIVE, ORDER, POSITIVE),
    "chndtrix": (BETWEEN, ORDER, ABOVE_1),
    "tklmbda": (floats(-0.3, 0.3), ORDER),
    "zeta": (integers(2, 4), POSITIVE),
}
"""The functions with arguments that have no gradient: those are drawn as integers."""

IN_PARTS: dict[str, tuple[Draw, ...]] = {
    **dict.fromkeys(["airy", "itairy", "fresnel"], (ANY,)),
    "airye": (POSITIVE,),
    **dict.fromkeys(["sici", "shichi", "itj0y0", "iti0k0"], (POSITIVE,)),
    "ellipj": (ANY, floats(0.2, 0.8)),
    **dict.fromkeys(["pbdv", "pbvv", "pbwa"], (ORDER, ANY)),
    **dict.fromkeys(["kelvin", "modfresnelp", "modfresnelm"], (POSITIVE,)),
}
"""The functions with several results."""


def total(results):
    """The real parts of several results, each with a weight of its own."""
    return sum((k + 1.0) * x.real for k, x in enumerate(results))


# What SciPy, which has polygamma of real numbers only, leaves of the derivatives; and what is not
# holomorphic, being scaled by an absolute value.
OF_COMPLEX = {
    **dict.fromkeys(["digamma", "ive", "jve", "yve", "airye"], 0),
    **dict.fromkeys(["gamma", "loggamma", "rgamma"], 1),
}


def in_parts(name, *domains):
    """Records of the whole function, and of each of its results."""
    ours, theirs = getattr(tg.special, name), getattr(sp, name)
    constants = ORDER in domains
    enter = add if constants else elementwise
    tolerance = 1e-4 if name == "itairy" else 1e-6  # SciPy has seven digits of it
    kind = np.result_type(*theirs(*[0.5] * len(domains))).kind
    enter(
        f"special.{name}",
        lambda *x: total(theirs(*x)),
        *domains,
        call=lambda *x: total(ours(*x)),
        label="all",
        tolerance=tolerance,
        complex=OF_COMPLEX.get(name),
    )
    for i, part in enumerate(ours.parts):
        enter(
            f"special.{name}_{part}",
            lambda *x, i=i: theirs(*x)[i].real if kind == "c" else theirs(*x)[i],
            *domains,
            call=lambda *x, i=i: tg.real(ours(*x)[i]) if kind == "c" else ours(*x)[i],
            tolerance=tolerance,
            complex=OF_COMPLEX.get(name),
        )


def record(name, *domains, **rest):
    enter = elementwise if rest.pop("elementwise", True) else add
    rest.setdefault("complex", OF_COMPLEX.get(name))
    enter(f"special.{name}", getattr(sp, name), *domains, call=getattr(tg.special, name), **rest)


if sp is not None:
    for name, domain in OF_ONE.items():
        record(name, domain)
    for name in ("gamma", "gammaln", "digamma", "rgamma"):
        record(name, floats(-0.8, -0.2), label="negative", integers=False)
    for name in ("log_ndtr", "log_expit"):
        record(name, floats(-9.0, -4.0), label="far below", integers=False)
    for name, domains in OF_SEVERAL.items():
        record(name, *domains)
    for name, domain in OF_ORDER.items():
        record(name, integers(1, 3), domain, elementwise=False)
        one = {"shapes": ((), (2, 3)), "label": "one order", "elementwise": False}
        record(name, fixed(1), domain, **one)
    for name, domains in OF_ORDERS.items():
        record(name, *domains, elementwise=False, integers=False)
    for name in ("eval_legendre", "eval_laguerre", "eval_hermite", "spherical_jn", "expn"):
        record(name, fixed(0), POSITIVE, label="order 0", elementwise=False, shapes=((), (2, 3)))
    for name, domains in IN_PARTS.items():
        in_parts(name, *domains)
    for name in ("hankel1", "hankel2", "hankel1e", "hankel2e"):
        add(
            f"special.{name}",
            lambda v, x, name: np.real(getattr(sp, name)(v, x)),
            ORDER,
            POSITIVE,
            call=lambda v, x, name: tg.real(getattr(tg.special, name)(v, x)),
            params={"name": name},
        )
    for op in ("special.lambertw", "special.branch_of_lambertw"):
        elementwise(
            op,
            lambda x: np.real(sp.lambertw(x)),
            POSITIVE,
            call=lambda x: tg.real(tg.special.lambertw(x)),
        )
    record("gammasgn", ANY, order=0)
    elementwise(
        "special.gap", np.subtract, ABOVE_1, SMALL, call=OPS["special.gap"].call, integers=False
    )
    elementwise(
        "special.diric",
        lambda x: (np.sin(1.5 * x) / (3.0 * np.sin(0.5 * x))).astype((x * 1.0).dtype),
        POSITIVE,
        call=lambda x: tg.special.diric(x, 3),
        integers=False,
    )
    elementwise(
        "real",
        lambda x: np.real(sp.wofz(x)),
        ANY,
        call=lambda x: tg.real(tg.special.wofz(x)),
        label="of wofz",
    )
    record("wofz", lambda rng, shape: ANY(rng, shape) + 0j, integers=False)
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
            real(floats(-0.8, -0.2)),
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
