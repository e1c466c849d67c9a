"""The functions of `numpy.fft`, under its names.

>>> import tinygrad_np as tg
>>> signal = tg.tensor([1.0, 2.0, 3.0, 4.0], requires_grad=True)
>>> power = tg.absolute(tg.fft.rfft(signal)) ** 2
>>> power[0].backward()
>>> signal.grad
Tensor([20., 20., 20., 20.], dtype=float64)
"""

from .ops.fft import (
    fft,
    fft2,
    fftfreq,
    fftn,
    fftshift,
    hfft,
    ifft,
    ifft2,
    ifftn,
    ifftshift,
    ihfft,
    irfft,
    irfft2,
    irfftn,
    rfft,
    rfft2,
    rfftfreq,
    rfftn,
)

__all__ = [
    "fft",
    "fft2",
    "fftfreq",
    "fftn",
    "fftshift",
    "hfft",
    "ifft",
    "ifft2",
    "ifftn",
    "ifftshift",
    "ihfft",
    "irfft",
    "irfft2",
    "irfftn",
    "rfft",
    "rfft2",
    "rfftfreq",
    "rfftn",
]
