"""What PyTorch has for the records of `tg.special`.

Many functions that PyTorch has not are one line of those it has. Of Bessel functions it has orders
0 and 1, so it is the records of one order that stand here.
"""

from ops.torch_equivalents import of, torch

F, special = torch.nn.functional, torch.special


def gamma(x):  # above -1
    return torch.sign(x) * torch.exp(torch.lgamma(x))


def log_beta(x, y):
    return torch.lgamma(x) + torch.lgamma(y) - torch.lgamma(x + y)


def log_binomial(n, k):
    return torch.lgamma(n + 1) - torch.lgamma(k + 1) - torch.lgamma(n - k + 1)


GAMMA = {
    **of(special, "digamma", "gammaln", "zeta", loggamma="gammaln"),
    "beta": lambda x, y: torch.exp(log_beta(x, y)),
    "betaln": log_beta,
    "binom": lambda n, k: torch.exp(log_binomial(n, k)),
    "gamma": gamma,
    "gammasgn": lambda x: torch.where(x < 0, 1.0 - 2.0 * torch.remainder(torch.floor(x), 2), 1.0),
    "multigammaln": lambda x: special.multigammaln(x, 3),
    "poch": lambda x, m: torch.exp(torch.lgamma(x + m) - torch.lgamma(x)),
    "polygamma: 0": special.digamma,
    "polygamma: 1": lambda x: special.polygamma(1, x),
    "polygamma_of_order": lambda x, n: special.polygamma(n, x),
    "rgamma": lambda x: 1 / gamma(x),
}

# -------------------------------------------------------------- Bessel, Airy, integrals


def of_argument(f):
    """Return a function of an argument as one of a constant, the order, and the argument."""
    return lambda _, x: f(x)


ORDER_1 = {
    **dict.fromkeys(["jv", "jve"], special.bessel_j1),
    **dict.fromkeys(["yv", "yve"], special.bessel_y1),
    "iv": special.i1,
    "ive": special.i1e,
    "kv": special.modified_bessel_k1,
    "kve": special.scaled_modified_bessel_k1,
}
BESSEL = {
    **of(
        special,
        *("airy_ai", "i0", "i0e", "i1", "i1e"),
        j0="bessel_j0",
        j1="bessel_j1",
        k0="modified_bessel_k0",
        k0e="scaled_modified_bessel_k0",
        k1="modified_bessel_k1",
        k1e="scaled_modified_bessel_k1",
        y0="bessel_y0",
        y1="bessel_y1",
    ),
    **{f"{name}: one order": of_argument(f) for name, f in ORDER_1.items()},
    "expn: order 0": lambda _, x: torch.exp(-x) / x,
    # torch.special.spherical_bessel_j0 has no derivative.
    "spherical_jn: order 0": lambda _, x: torch.sinc(x / torch.pi),
}

# ------------------------------------------------------------------ orthogonal polynomials


def of_degree(f, inner=lambda x: x):
    """Return a polynomial of PyTorch, at `inner(x)`, with SciPy's order of arguments."""
    return lambda n, x: f(inner(x), n)


def shifted(x):
    return 2 * x - 1


def chebyshev_c(n, x):
    return 2 * torch.cos(n * torch.arccos(x / 2))


def chebyshev_s(n, x):
    angle = torch.arccos(x / 2)
    return torch.sin((n + 1) * angle) / torch.sin(angle)


POLYNOMIALS = {
    "chebyc": chebyshev_c,
    "chebys": chebyshev_s,
    "chebyt": of_degree(special.chebyshev_polynomial_t),
    "chebyu": of_degree(special.chebyshev_polynomial_u),
    "hermite": of_degree(special.hermite_polynomial_h),
    "hermitenorm": of_degree(special.hermite_polynomial_he),
    "laguerre": of_degree(special.laguerre_polynomial_l),
    "legendre": of_degree(special.legendre_polynomial_p),
    "sh_chebyt": of_degree(special.shifted_chebyshev_polynomial_t),
    "sh_chebyu": of_degree(special.shifted_chebyshev_polynomial_u),
    "sh_legendre": of_degree(special.legendre_polynomial_p, shifted),
}

# --------------------------------------------------- distributions, entropies and losses


def lower(a, x):
    return special.gammainc(a.double(), x)  # of integers its gradient has float32's precision


def upper(a, x):
    return special.gammaincc(a.double(), x)


def relative_entropy(x, y):
    return torch.xlogy(x, x) - torch.xlogy(x, y)


def huber(delta, x):
    return torch.where(abs(x) <= delta, x * x / 2, delta * (abs(x) - delta / 2))


PROBABILITY = {
    **of(special, "entr", "erfc", "erfcx", "erfinv", "log_ndtr", "logit", "ndtr", "ndtri"),
    **of(special, "xlog1py", "xlogy"),
    "chdtr": lambda v, x: lower(v / 2, x / 2),
    "chdtrc": lambda v, x: upper(v / 2, x / 2),
    "erfcinv": lambda x: special.erfinv(1 - x),
    "gammainc": lower,
    "gammaincc": upper,
    "gdtr": lambda a, b, x: lower(b, a * x),
    "gdtrc": lambda a, b, x: upper(b, a * x),
    "huber": huber,
    "kl_div": lambda x, y: relative_entropy(x, y) - x + y,
    "log_expit": F.logsigmoid,
    "ndtri_exp": lambda x: special.ndtri(torch.exp(x)),
    "nrdtrimn": lambda p, std, x: x - std * special.ndtri(p),
    "nrdtrisd": lambda mn, p, x: (x - mn) / special.ndtri(p),
    "pdtr": lambda k, m: upper(k + 1, m),
    "pdtrc": lambda k, m: lower(k + 1, m),
    "pseudo_huber": lambda delta, x: delta**2 * (torch.sqrt(1 + (x / delta) ** 2) - 1),
    "rel_entr": relative_entropy,
}

# ------------------------------------------------------------------------- elementary

ELEMENTARY = {
    "boxcox": lambda x, y: torch.expm1(y * torch.log(x)) / y,
    "boxcox1p": lambda x, y: torch.expm1(y * torch.log1p(x)) / y,
    "cosdg": lambda x: torch.cos(torch.deg2rad(x)),
    "cosm1": lambda x: -2 * torch.sin(x / 2) ** 2,
    "cotdg": lambda x: 1 / torch.tan(torch.deg2rad(x)),
    "diric": lambda x: torch.sin(1.5 * x) / (3 * torch.sin(x / 2)),
    "elliprc": lambda x, y: torch.arccos(torch.sqrt(x / y)) / torch.sqrt(y - x),  # for x < y
    "exp10": lambda x: 10.0**x,
    "exprel": lambda x: torch.expm1(x) / x,
    "gap": torch.subtract,
    "inv_boxcox": lambda x, y: torch.exp(torch.log1p(x * y) / y),
    "inv_boxcox1p": lambda x, y: torch.expm1(torch.log1p(x * y) / y),
    "powm1": lambda x, y: torch.expm1(y * torch.log(x)),
    "radian": lambda d, m, s: torch.deg2rad(d + m / 60 + s / 3600),
    "sindg": lambda x: torch.sin(torch.deg2rad(x)),
    "tandg": lambda x: torch.tan(torch.deg2rad(x)),
}

NAMED = {
    **GAMMA,
    **BESSEL,
    **{f"eval_{name}": f for name, f in POLYNOMIALS.items()},
    **PROBABILITY,
    **ELEMENTARY,
}
FUNCTIONS = {f"special.{name}": f for name, f in NAMED.items()}
