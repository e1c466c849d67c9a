"""SciPy's special functions with gradients: ``tg.special``.

They are also what `scipy.special`'s own functions give when called on a Tensor. SciPy
computes them and need not be installed until one is called.

>>> import tinygrad_np as tg
>>> x = tg.tensor(0.5, requires_grad=True)
>>> tg.special.erfc(x).backward()
>>> x.grad
Tensor(-0.87878258, dtype=float64)
"""

from .ops.bessel import i0, i0e, i1, i1e, iv, ive, j0, j1, jv, k0, k0e, k1, k1e, kv, kve, y0, y1, yv
from .ops.gamma import (
    beta,
    betainc,
    betaln,
    digamma,
    gamma,
    gammainc,
    gammaincc,
    gammaln,
    loggamma,
    multigammaln,
    poch,
    polygamma,
    rgamma,
)
from .ops.neural import sigmoid as expit
from .ops.probability import (
    cosm1,
    dawsn,
    entr,
    erfc,
    erfcinv,
    erfcx,
    erfi,
    erfinv,
    exp1,
    exp10,
    expi,
    huber,
    kl_div,
    log_expit,
    log_ndtr,
    log_softmax,
    logit,
    logsumexp,
    ndtr,
    ndtri,
    pseudo_huber,
    rel_entr,
    softmax,
    wofz,
    xlog1py,
    xlogy,
)
from .ops.special import erf

psi = digamma

__all__ = [
    "beta",
    "betainc",
    "betaln",
    "cosm1",
    "dawsn",
    "digamma",
    "entr",
    "erf",
    "erfc",
    "erfcinv",
    "erfcx",
    "erfi",
    "erfinv",
    "exp1",
    "exp10",
    "expi",
    "expit",
    "gamma",
    "gammainc",
    "gammaincc",
    "gammaln",
    "huber",
    "i0",
    "i0e",
    "i1",
    "i1e",
    "iv",
    "ive",
    "j0",
    "j1",
    "jv",
    "k0",
    "k0e",
    "k1",
    "k1e",
    "kl_div",
    "kv",
    "kve",
    "log_expit",
    "log_ndtr",
    "log_softmax",
    "loggamma",
    "logit",
    "logsumexp",
    "multigammaln",
    "ndtr",
    "ndtri",
    "poch",
    "polygamma",
    "pseudo_huber",
    "psi",
    "rel_entr",
    "rgamma",
    "softmax",
    "wofz",
    "xlog1py",
    "xlogy",
    "y0",
    "y1",
    "yv",
]
