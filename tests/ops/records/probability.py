"""The records of error functions, entropies, losses, angles in degrees and softmax."""

import numpy as np
import scipy.special as sp

import tinygrad_np as tg
from ops.in_torch import InTorch, NotInTorch, jointly, last, over_axes, torch
from ops.of_scipy import PROBABILITY, of_arrays, with_orders
from ops.opinfo import ANY, POSITIVE, SMALL, add, elementwise, floats

REAL = InTorch(complex=False)
FAR_BELOW = {"label": "far below", "integers": False}

# ------------------------------------------- the normal distribution, error functions

of_arrays("ndtr", ANY, torch=REAL)
of_arrays("log_ndtr", ANY, torch=REAL)
of_arrays("log_ndtr", floats(-9.0, -4.0), torch=REAL, **FAR_BELOW)
of_arrays("ndtri", PROBABILITY)
of_arrays("ndtri_exp", floats(-3.0, -0.2), torch=lambda x: torch.special.ndtri(torch.exp(x)))
of_arrays("erfcx", ANY, torch=REAL)
of_arrays("erfinv", SMALL)
of_arrays("erfcinv", PROBABILITY, torch=lambda x: torch.special.erfinv(1 - x))
NO_IMAGINARY = NotInTorch("no error functions of imaginary arguments, nor similar integrals")
of_arrays("erfi", ANY, torch=NO_IMAGINARY)
of_arrays("dawsn", ANY, torch=NO_IMAGINARY)
of_arrays("wofz", lambda rng, shape: ANY(rng, shape) + 0j, integers=False, torch=NO_IMAGINARY)
elementwise(
    "special.wofz",
    lambda x: np.real(sp.wofz(x)),
    ANY,
    call=lambda x: tg.real(tg.special.wofz(x)),
    label="real part",
    torch=NO_IMAGINARY,
)
of_arrays("voigt_profile", ANY, POSITIVE, POSITIVE, torch=NO_IMAGINARY)
of_arrays("owens_t", ANY, ANY, torch=NO_IMAGINARY)

# ---------------------------------------------------------- logits, entropies, losses

of_arrays("logit", PROBABILITY)
of_arrays("log_expit", ANY, torch="nn.functional.logsigmoid")
of_arrays("log_expit", floats(-9.0, -4.0), torch="nn.functional.logsigmoid", **FAR_BELOW)
of_arrays("entr", POSITIVE)


def relative_entropy(x, y):
    return torch.xlogy(x, x) - torch.xlogy(x, y)


def torch_huber(delta, x):
    return torch.where(abs(x) <= delta, x * x / 2, delta * (abs(x) - delta / 2))


of_arrays("rel_entr", POSITIVE, POSITIVE, torch=relative_entropy)
of_arrays("kl_div", POSITIVE, POSITIVE, torch=lambda x, y: relative_entropy(x, y) - x + y)
of_arrays("xlogy", ANY, POSITIVE, torch=REAL)
of_arrays("xlog1py", ANY, POSITIVE, torch=REAL)
of_arrays("huber", floats(0.8, 1.2), ANY, torch=torch_huber)
of_arrays("pseudo_huber", floats(0.8, 1.2), ANY,
          torch=lambda d, x: d**2 * (torch.sqrt(1 + (x / d) ** 2) - 1))  # fmt: skip

# ----------------------------------------------------------------- powers and angles

of_arrays("exp10", ANY, torch=lambda x: 10.0**x)
of_arrays("cosm1", ANY, torch=lambda x: -2 * torch.sin(x / 2) ** 2)
of_arrays("sindg", ANY, torch=lambda x: torch.sin(torch.deg2rad(x)))
of_arrays("cosdg", ANY, torch=lambda x: torch.cos(torch.deg2rad(x)))
of_arrays("tandg", POSITIVE, torch=lambda x: torch.tan(torch.deg2rad(x)))
of_arrays("cotdg", POSITIVE, torch=lambda x: 1 / torch.tan(torch.deg2rad(x)))
of_arrays("radian", ANY, ANY, ANY, torch=lambda d, m, s: torch.deg2rad(d + m / 60 + s / 3600))
elementwise(
    "special.diric",
    lambda x: (np.sin(1.5 * x) / (3.0 * np.sin(0.5 * x))).astype((x * 1.0).dtype),
    POSITIVE,
    call=lambda x: tg.special.diric(x, 3),
    integers=False,
    torch=lambda x: torch.sin(1.5 * x) / (3 * torch.sin(x / 2)),
)

# -------------------------------------------------------------- inverses of x exp(x)

NO_INVERSE = NotInTorch("no inverses of x exp(x)")
of_arrays("wrightomega", ANY, torch=NO_INVERSE)
for op in ("special.lambertw", "special.branch_of_lambertw"):
    elementwise(
        op,
        lambda x: np.real(sp.lambertw(x)),
        POSITIVE,
        call=lambda x: tg.real(tg.special.lambertw(x)),
        torch=NO_INVERSE,
    )

# ---------------------------------------------------------------------------- softmax

for axis in (None, 0, (0, 1)):
    for name in ("softmax", "log_softmax"):
        with_orders(name, ANY, params={"axis": axis},
                    torch=InTorch(jointly(f"special.{name}"), complex=False))  # fmt: skip
    for keepdims in (False, True):
        params = {"axis": axis, "keepdims": keepdims}
        with_orders("logsumexp", ANY, params=params, torch=last("special.logsumexp"))
        add(
            "special.logsumexp",
            lambda a, b, axis, keepdims: sp.logsumexp(a, axis, b=b, keepdims=keepdims),
            ANY,
            POSITIVE,
            call=lambda a, b, **params: tg.special.logsumexp(a, b=b, **params),
            params=params,
            label="weighted",
            integers=False,
            torch=over_axes(lambda x, weights: torch.logsumexp(x + torch.log(weights), -1)),
        )
