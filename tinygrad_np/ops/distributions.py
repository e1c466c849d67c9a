"""SciPy's distribution functions: probabilities and their inverses.

The derivative of a distribution function is the density, and that of its inverse the reciprocal of
the density there. Shape parameters, such as degrees of freedom and counts, have no derivative.
A name that ends in c means the probability of the upper tail.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .gamma import _beta_density, _betaln, _gamma_density
from .hypergeometric import _hyp0f1
from .probability import _ndtri, _xlogy
from .scipy_functions import of_many, with_integers

# ------------------------------------------------------------------------ densities


def _student(df: Any, t: Any) -> Any:
    log = np.log1p(t * t / df) * (df + 1.0) * 0.5 + _betaln(df * 0.5, 0.5)
    return np.exp(-log) / np.sqrt(df)


def _fisher(n: Any, d: Any, x: Any) -> Any:
    ratio = n / d
    log = np.log(ratio) * n * 0.5 + _xlogy(n * 0.5 - 1.0, x) - np.log1p(ratio * x) * (n + d) * 0.5
    return np.exp(log - _betaln(n * 0.5, d * 0.5))


def _chi_square(v: Any, x: Any) -> Any:
    return _gamma_density(v * 0.5, x * 0.5) * 0.5


def _noncentral(df: Any, nc: Any, x: Any) -> Any:
    return _chi_square(df, x) * np.exp(nc * -0.5) * _hyp0f1(df * 0.5, nc * x * 0.25)


# ------------------------------------------------------------------------ continuous

chdtr = of_many(
    "chdtr",
    "v x",
    "The chi-square distribution with v degrees of freedom: the probability below x.",
    x=lambda g, v, x: g * _chi_square(v, x),
)
chdtrc = of_many(
    "chdtrc",
    "v x",
    "The chi-square distribution with v degrees of freedom: the probability above x.",
    x=lambda g, v, x: -g * _chi_square(v, x),
)
chdtri = of_many(
    "chdtri",
    "v p",
    "The inverse of chdtrc.",
    p=lambda g, v, out: -g / _chi_square(v, out),
)
chndtr = of_many(
    "chndtr",
    "x df nc",
    "The noncentral chi-square distribution: the probability below x.",
    x=lambda g, x, df, nc: g * _noncentral(df, nc, x),
    nc=lambda g, x, df, nc: -g * _noncentral(df + 2.0, nc, x),
)
chndtrix = of_many(
    "chndtrix",
    "p df nc",
    "The inverse of chndtr for x.",
    p=lambda g, df, nc, out: g / _noncentral(df, nc, out),
    nc=lambda g, df, nc, out: g * (_noncentral(df + 2.0, nc, out) / _noncentral(df, nc, out)),
)
fdtr = of_many(
    "fdtr",
    "dfn dfd x",
    "Fisher's F distribution: the probability below x.",
    x=lambda g, dfn, dfd, x: g * _fisher(dfn, dfd, x),
)
fdtrc = of_many(
    "fdtrc",
    "dfn dfd x",
    "Fisher's F distribution: the probability above x.",
    x=lambda g, dfn, dfd, x: -g * _fisher(dfn, dfd, x),
)
fdtri = of_many(
    "fdtri",
    "dfn dfd p",
    "The inverse of fdtr.",
    p=lambda g, dfn, dfd, out: g / _fisher(dfn, dfd, out),
)
gdtr = of_many(
    "gdtr",
    "a b x",
    "The gamma distribution with rate a and shape b: the probability below x.",
    a=lambda g, a, b, x: g * (x * _gamma_density(b, a * x)),
    x=lambda g, a, b, x: g * (a * _gamma_density(b, a * x)),
)
gdtrc = of_many(
    "gdtrc",
    "a b x",
    "The gamma distribution with rate a and shape b: the probability above x.",
    a=lambda g, a, b, x: -g * (x * _gamma_density(b, a * x)),
    x=lambda g, a, b, x: -g * (a * _gamma_density(b, a * x)),
)
gdtrix = of_many(
    "gdtrix",
    "a b p",
    "The inverse of gdtr for x.",
    a=lambda g, a, out: -g * (out / a),
    p=lambda g, a, b, out: g / (a * _gamma_density(b, a * out)),
)
gdtria = of_many(
    "gdtria",
    "p b x",
    "The inverse of gdtr for the rate a.",
    p=lambda g, b, x, out: g / (x * _gamma_density(b, out * x)),
    x=lambda g, x, out: -g * (out / x),
)
stdtr = of_many(
    "stdtr",
    "df t",
    "Student's t distribution: the probability below t.",
    t=lambda g, df, t: g * _student(df, t),
)
stdtrit = of_many(
    "stdtrit",
    "df p",
    "The inverse of stdtr for t.",
    p=lambda g, df, out: g / _student(df, out),
)
nrdtrimn = of_many(
    "nrdtrimn",
    "p std x",
    "The mean of the normal distribution with probability p below x.",
    p=lambda g, p, std: -g * (std * math.sqrt(2.0 * math.pi) * np.exp(_ndtri(p) ** 2 * 0.5)),
    std=lambda g, p: -g * _ndtri(p),
    x=lambda g: g,
)
nrdtrisd = of_many(
    "nrdtrisd",
    "mn p x",
    "The standard deviation of the normal distribution with probability p below x.",
    mn=lambda g, p: -g / _ndtri(p),
    p=lambda g, p, out: (
        -g * (out * math.sqrt(2.0 * math.pi) * np.exp(_ndtri(p) ** 2 * 0.5) / _ndtri(p))
    ),
    x=lambda g, p: g / _ndtri(p),
)


def _tukey_rule(g: Any, x: Any, lmbda: Any, out: Any) -> Any:  # a rule: either world
    # Outside the support, the density is 0.
    inside = (out > 0) & (out < 1)
    p = np.where(inside, out, 0.5)
    return g * np.where(inside, 1.0 / (p ** (lmbda - 1.0) + (1.0 - p) ** (lmbda - 1.0)), 0.0)


tklmbda = of_many(
    "tklmbda",
    "x lmbda",
    "Tukey's lambda distribution: the probability below x.",
    x=_tukey_rule,
)

# -------------------------------------------------------------------------- discrete

bdtr = of_many(
    "bdtr",
    "k n p",
    "The binomial distribution: the probability of at most floor(k) successes in n trials.",
    with_integers("bdtr"),
    p=lambda g, k, n, p: -g * _beta_density(np.floor(k) + 1.0, n - np.floor(k), p),
)
bdtrc = of_many(
    "bdtrc",
    "k n p",
    "The binomial distribution: the probability of more than floor(k) successes in n trials.",
    with_integers("bdtrc"),
    p=lambda g, k, n, p: g * _beta_density(np.floor(k) + 1.0, n - np.floor(k), p),
)
bdtri = of_many(
    "bdtri",
    "k n y",
    "The inverse of bdtr for the probability p of a success.",
    with_integers("bdtri"),
    y=lambda g, k, n, out: -g / _beta_density(np.floor(k) + 1.0, n - np.floor(k), out),
)
nbdtr = of_many(
    "nbdtr",
    "k n p",
    "The negative binomial distribution: the probability of at most k failures before success n.",
    p=lambda g, k, n, p: g * _beta_density(n, k + 1.0, p),
)
nbdtrc = of_many(
    "nbdtrc",
    "k n p",
    "The negative binomial distribution: the probability of more than k failures before success n.",
    p=lambda g, k, n, p: -g * _beta_density(n, k + 1.0, p),
)
nbdtri = of_many(
    "nbdtri",
    "k n y",
    "The inverse of nbdtr for the probability p of a success.",
    y=lambda g, k, n, out: g / _beta_density(n, k + 1.0, out),
)
pdtr = of_many(
    "pdtr",
    "k m",
    "The Poisson distribution with mean m: the probability of at most floor(k) events.",
    m=lambda g, k, m: -g * _gamma_density(np.floor(k) + 1.0, m),
)
pdtrc = of_many(
    "pdtrc",
    "k m",
    "The Poisson distribution with mean m: the probability of more than floor(k) events.",
    m=lambda g, k, m: g * _gamma_density(np.floor(k) + 1.0, m),
)
pdtri = of_many(
    "pdtri",
    "k y",
    "The inverse of pdtr for the mean m.",
    y=lambda g, k, out: -g / _gamma_density(np.floor(k) + 1.0, out),
)
