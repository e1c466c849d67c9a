"""The records of Bessel functions and their relatives."""

import numpy as np
import scipy.special as sp

import tinygrad_np as tg
from ops.in_torch import InTorch, NotInTorch, named, torch
from ops.of_scipy import ABOVE_1, ORDER, of_arrays, of_order, of_order_0
from ops.opinfo import ANY, NONZERO, POSITIVE, add

NONE = NotInTorch("Bessel functions of order 0 and 1 alone, without their relatives")

of_arrays("j0", ANY, torch=InTorch("special.bessel_j0", derivative=False))
of_arrays("j1", ANY, torch=InTorch("special.bessel_j1", derivative=False))
of_arrays("y0", POSITIVE, torch=InTorch("special.bessel_y0", derivative=False))
of_arrays("y1", POSITIVE, torch=InTorch("special.bessel_y1", derivative=False))
of_arrays("i0", ANY)
of_arrays("i1", ANY)
of_arrays("i0e", NONZERO)
of_arrays("i1e", NONZERO)
of_arrays("k0", POSITIVE, torch=InTorch("special.modified_bessel_k0", derivative=False))
of_arrays("k1", POSITIVE, torch=InTorch("special.modified_bessel_k1", derivative=False))
of_arrays("k0e", POSITIVE, torch=InTorch("special.scaled_modified_bessel_k0", derivative=False))
of_arrays("k1e", POSITIVE, torch=InTorch("special.scaled_modified_bessel_k1", derivative=False))


def order_1(name, **lacks):
    """Turn PyTorch's function of order 1, for real numbers, into one of order and argument."""
    return InTorch(lambda _, x: named(f"special.{name}")(x), complex=False, **lacks)


J1 = order_1("bessel_j1", derivative=False)
Y1 = order_1("bessel_y1", derivative=False)
of_order("jv", ANY, torch=NONE, one=J1)
of_order("jve", ANY, torch=NONE, one=J1, complex=0)
of_order("yv", POSITIVE, torch=NONE, one=Y1)
of_order("yve", POSITIVE, torch=NONE, one=Y1, complex=0)
of_order("iv", ANY, torch=NONE, one=order_1("i1"))
of_order("ive", NONZERO, torch=NONE, one=order_1("i1e"), complex=0)
of_order("kv", POSITIVE, torch=NONE, one=order_1("modified_bessel_k1", derivative=False))
of_order("kve", POSITIVE, torch=NONE, one=order_1("scaled_modified_bessel_k1", derivative=False))
of_order("spherical_jn", ANY, torch=NONE, one=NONE)
# torch.special.spherical_bessel_j0 has no derivative.
of_order_0("spherical_jn", POSITIVE, torch=lambda _, x: torch.sinc(x / torch.pi))
of_order("spherical_in", ANY, torch=NONE, one=NONE)
of_order("spherical_yn", ABOVE_1, torch=NONE, one=NONE)
of_order("spherical_kn", ABOVE_1, torch=NONE, one=NONE)
of_order("struve", POSITIVE, torch=NONE, one=NONE)
of_order("modstruve", POSITIVE, torch=NONE, one=NONE)
for name in ("hankel1", "hankel2", "hankel1e", "hankel2e"):
    add(
        f"special.{name}",
        lambda v, x, name: np.real(getattr(sp, name)(v, x)),
        ORDER,
        POSITIVE,
        call=lambda v, x, name: tg.real(getattr(tg.special, name)(v, x)),
        params={"name": name},
        torch=NONE,
    )
