"""The records of the parts of complex numbers."""

import numpy as np

import tinygrad_np as tg
from ops.in_torch import NotInTorch, torch
from ops.opinfo import ANY, NONZERO, elementwise, real

elementwise("conjugate", np.conjugate, ANY, torch="conj")
elementwise("real", np.real, ANY)
elementwise(
    "real",
    lambda x: np.real(x + 2j * x),
    ANY,
    call=lambda x: tg.real(x + 2j * x),
    integers=False,
    label="of a complex number",
    torch=lambda x: torch.real(x + 2j * x),
)
elementwise(
    "imag",
    lambda x: np.imag(x + 2j * x),
    ANY,
    call=lambda x: tg.imag(x + 2j * x),
    integers=False,
    label="of a complex number",
    torch=lambda x: torch.imag(x + 2j * x),
)
elementwise(
    "imag",
    np.imag,
    ANY,
    order=0,
    complex=2,
    torch=lambda x: torch.imag(x) if x.is_complex() else torch.zeros_like(x),
)
elementwise("imag_of_real", np.imag, real(ANY), call=tg.imag, order=0,
            torch=NotInTorch("no such function of real numbers"))  # fmt: skip


def angle(x, y=None, deg=False):
    found = torch.angle(x if y is None else x + 1j * y)
    return torch.rad2deg(found) if deg else found


elementwise("angle", np.angle, NONZERO, order=0, complex=2, torch=angle)
elementwise("angle_of_real", np.angle, real(NONZERO), call=tg.angle, order=0, params={"deg": True},
            torch=angle)  # fmt: skip
for deg in (False, True):
    elementwise(
        "angle",
        lambda x, y, deg: np.angle(x + 1j * y, deg),
        NONZERO,
        NONZERO,
        call=lambda x, y, deg: tg.angle(x + 1j * y, deg),
        params={"deg": deg},
        label="of two",
        torch=angle,
    )
elementwise("sign", np.sign, NONZERO, order=0, complex=2, torch="sgn")
elementwise("sign_of_complex", np.sign, NONZERO, call=tg.sign, order=0, complex=2, torch="sgn")
elementwise(
    "sign_of_complex",
    lambda x, y: np.real(np.sign(x + 1j * y)),
    NONZERO,
    NONZERO,
    call=lambda x, y: tg.real(tg.sign(x + 1j * y)),
    label="real part",
    torch=lambda x, y: torch.real(torch.sgn(x + 1j * y)),
)
for domain, rest in ((real(ANY), {}), (ANY, {"batchable": False, "label": "values decide"})):
    elementwise("real_if_close", np.real_if_close, domain, **rest,
                torch=NotInTorch("no such function"))  # fmt: skip
