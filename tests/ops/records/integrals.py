"""The records of integrals: exponential, sine, cosine, Fresnel, of Bessel functions."""

from ops.in_torch import NotInTorch, torch
from ops.of_scipy import in_parts, of_arrays, of_order, of_order_0
from ops.opinfo import ANY, POSITIVE

NONE = NotInTorch("no such integrals")

of_arrays("expi", POSITIVE, torch=NONE)
of_arrays("exp1", POSITIVE, torch=NONE)
of_order("expn", POSITIVE, torch=NONE, one=NONE)
of_order_0("expn", POSITIVE, torch=lambda _, x: torch.exp(-x) / x)
of_arrays("spence", POSITIVE, torch=NONE)
of_arrays("itstruve0", ANY, torch=NONE)
of_arrays("it2struve0", POSITIVE, torch=NONE)
of_arrays("itmodstruve0", ANY, torch=NONE)
in_parts("fresnel", ANY, torch=NONE)
for name in ("sici", "shichi", "itj0y0", "iti0k0", "modfresnelp", "modfresnelm"):
    in_parts(name, POSITIVE, torch=NONE)
