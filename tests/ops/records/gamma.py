"""The records of gamma and beta functions, whole and incomplete."""

import scipy.special as sp

import tinygrad_np as tg
from ops.in_torch import InTorch, NotInTorch, torch
from ops.of_scipy import ABOVE_1, ORDER, PROBABILITY, of_arrays, of_order, with_orders
from ops.opinfo import ANY, POSITIVE, SMALL, elementwise, floats, integers, real
from tinygrad_np.engine.op import OPS


# The derivative of digamma, used in second derivatives, has errors of 5e-10 in PyTorch.
def less_exactly(function=None, *, complex=True):
    """Return PyTorch's function, by default of the same name, with fewer digits of second order."""
    return InTorch(function, complex=complex, second=1e-8)


NEGATIVE = {"label": "negative", "integers": False}


def torch_gamma(x):  # above -1
    return torch.sign(x) * torch.exp(torch.lgamma(x))


def log_beta(x, y):
    return torch.lgamma(x) + torch.lgamma(y) - torch.lgamma(x + y)


def log_binomial(n, k):
    return torch.lgamma(n + 1) - torch.lgamma(k + 1) - torch.lgamma(n - k + 1)


for name, in_torch, rest in (
    ("gamma", less_exactly(torch_gamma, complex=False), {"complex": 1}),
    ("gammaln", less_exactly(), {}),
    ("digamma", less_exactly(), {"complex": 0}),
    ("rgamma", less_exactly(lambda x: 1 / torch_gamma(x), complex=False), {"complex": 1}),
):
    of_arrays(name, POSITIVE, torch=in_torch, **rest)
    of_arrays(name, floats(-0.8, -0.2), torch=in_torch, **rest, **NEGATIVE)
of_arrays("loggamma", POSITIVE, complex=1,
          torch=less_exactly("special.gammaln", complex=False))  # fmt: skip
of_arrays(
    "gammasgn",
    ANY,
    order=0,
    torch=lambda x: torch.where(x < 0, 1.0 - 2.0 * torch.remainder(torch.floor(x), 2), 1.0),
)
of_arrays("beta", POSITIVE, POSITIVE,
          torch=less_exactly(lambda x, y: torch.exp(log_beta(x, y))))  # fmt: skip
of_arrays("betaln", POSITIVE, POSITIVE, torch=less_exactly(log_beta))
of_arrays("binom", ABOVE_1, SMALL,
          torch=less_exactly(lambda n, k: torch.exp(log_binomial(n, k))))  # fmt: skip
of_arrays(
    "poch",
    POSITIVE,
    POSITIVE,
    torch=less_exactly(lambda x, m: torch.exp(torch.lgamma(x + m) - torch.lgamma(x))),
)
elementwise(
    "special.multigammaln",
    lambda x: sp.multigammaln(x, 3).astype(x.dtype),
    floats(2.0, 4.0),
    call=lambda x: tg.special.multigammaln(x, 3),
    integers=False,
    torch=less_exactly(lambda x: torch.special.multigammaln(x, 3)),
)


def polygamma(x, n):
    return sp.polygamma(n, x).astype(x.dtype if x.dtype.kind == "f" else float)


def torch_polygamma(x, n):
    return torch.special.polygamma(n, x)


for n in (1, 2, 3):
    elementwise(
        "special.polygamma_of_order",
        polygamma,
        POSITIVE,
        call=OPS["special.polygamma_of_order"].call,
        params={"n": n},
        torch=less_exactly(torch_polygamma),
    )
for n in (0, 1):
    elementwise(
        "special.polygamma",
        lambda x, n=n: polygamma(x, n),
        real(floats(-0.8, -0.2)),
        call=lambda x, n=n: tg.special.polygamma(n, x),
        label=f"{n}",
        integers=False,
        torch=less_exactly(lambda x, n=n: torch_polygamma(x, n)),
    )
with_orders("zeta", integers(2, 4), POSITIVE, torch=InTorch(forward=False))

# ------------------------------------------------------------------------ incomplete


def lower(a, x):
    return torch.special.gammainc(a.double(), x)  # for integers its gradient would be float32


def upper(a, x):
    return torch.special.gammaincc(a.double(), x)


LOWER, UPPER = InTorch(lower, forward=False), InTorch(upper, forward=False)
NO_INVERSE = NotInTorch("no inverse but the normal distribution's")
NO_BETA = NotInTorch("no incomplete beta function")
of_order("gammainc", POSITIVE, torch=LOWER, one=LOWER)
of_order("gammaincc", POSITIVE, torch=UPPER, one=UPPER)
of_order("gammaincinv", PROBABILITY, torch=NO_INVERSE, one=NO_INVERSE)
of_order("gammainccinv", PROBABILITY, torch=NO_INVERSE, one=NO_INVERSE)
with_orders("betainc", ORDER, ORDER, PROBABILITY, torch=NO_BETA)
with_orders("betaincc", ORDER, ORDER, PROBABILITY, torch=NO_BETA)
with_orders("betaincinv", ORDER, ORDER, PROBABILITY, torch=NO_INVERSE)
with_orders("betainccinv", ORDER, ORDER, PROBABILITY, torch=NO_INVERSE)
