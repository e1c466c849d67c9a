"""The records of distribution functions and their inverses."""

from ops.in_torch import InTorch, NotInTorch, torch
from ops.of_scipy import ABOVE_1, BETWEEN, ORDER, PROBABILITY, of_arrays, of_order, with_orders
from ops.opinfo import ANY, POSITIVE, floats, integers

NO_INVERSE = NotInTorch("no inverse but the normal distribution's")
NO_BETA = NotInTorch("no incomplete beta function, which it would need")
NO_SUCH = NotInTorch("no noncentral distribution, nor Tukey's")


def lower(a, x):
    return torch.special.gammainc(a.double(), x)  # for integers its gradient would be float32


def upper(a, x):
    return torch.special.gammaincc(a.double(), x)


CHI_SQUARE = InTorch(lambda v, x: lower(v / 2, x / 2), forward=False)
ABOVE_CHI_SQUARE = InTorch(lambda v, x: upper(v / 2, x / 2), forward=False)
POISSON = InTorch(lambda k, m: upper(k + 1, m), forward=False)
ABOVE_POISSON = InTorch(lambda k, m: lower(k + 1, m), forward=False)
of_order("chdtr", POSITIVE, torch=CHI_SQUARE, one=CHI_SQUARE)
of_order("chdtrc", POSITIVE, torch=ABOVE_CHI_SQUARE, one=ABOVE_CHI_SQUARE)
of_order("chdtri", PROBABILITY, torch=NO_INVERSE, one=NO_INVERSE)
of_order("pdtr", POSITIVE, torch=POISSON, one=POISSON)
of_order("pdtrc", POSITIVE, torch=ABOVE_POISSON, one=ABOVE_POISSON)
of_order("pdtri", PROBABILITY, torch=NO_INVERSE, one=NO_INVERSE)
of_order("stdtr", ANY, torch=NO_BETA, one=NO_BETA)
of_order("stdtrit", PROBABILITY, torch=NO_INVERSE, one=NO_INVERSE)
with_orders("fdtr", ORDER, ORDER, POSITIVE, torch=NO_BETA)
with_orders("fdtrc", ORDER, ORDER, POSITIVE, torch=NO_BETA)
with_orders("fdtri", ORDER, ORDER, PROBABILITY, torch=NO_INVERSE)
with_orders("bdtr", ORDER, integers(4, 6), PROBABILITY, torch=NO_BETA)
with_orders("bdtrc", ORDER, integers(4, 6), PROBABILITY, torch=NO_BETA)
with_orders("bdtri", ORDER, integers(4, 6), PROBABILITY, torch=NO_INVERSE)
with_orders("nbdtr", ORDER, ORDER, PROBABILITY, torch=NO_BETA)
with_orders("nbdtrc", ORDER, ORDER, PROBABILITY, torch=NO_BETA)
with_orders("nbdtri", ORDER, ORDER, PROBABILITY, torch=NO_INVERSE)
with_orders("gdtr", POSITIVE, ORDER, POSITIVE,
            torch=InTorch(lambda a, b, x: lower(b, a * x), forward=False))  # fmt: skip
with_orders("gdtrc", POSITIVE, ORDER, POSITIVE,
            torch=InTorch(lambda a, b, x: upper(b, a * x), forward=False))  # fmt: skip
with_orders("gdtrix", POSITIVE, ORDER, PROBABILITY, torch=NO_INVERSE)
with_orders("gdtria", PROBABILITY, ORDER, POSITIVE, torch=NO_INVERSE)
with_orders("chndtr", POSITIVE, ORDER, POSITIVE, torch=NO_SUCH)
with_orders("chndtrix", BETWEEN, ORDER, ABOVE_1, torch=NO_INVERSE)
with_orders("tklmbda", floats(-0.3, 0.3), ORDER, torch=NO_SUCH)
of_arrays("nrdtrimn", PROBABILITY, POSITIVE, ANY,
          torch=lambda p, std, x: x - std * torch.special.ndtri(p))  # fmt: skip
of_arrays("nrdtrisd", ANY, BETWEEN, ABOVE_1,
          torch=lambda mn, p, x: (x - mn) / torch.special.ndtri(p))  # fmt: skip
