"""The records of numpy.fft."""

import numpy as np

import tinygrad_np as tg
from ops.records import ANY, add


def fft(name, *shapes, **params):
    ours, theirs = getattr(tg.fft, name), getattr(np.fft, name)
    for shape in shapes:
        add(
            f"fft.{name}",
            theirs,
            ANY,
            call=ours,
            shapes=(shape,),
            params=params,
            label=str(shape),
        )


for name in ("fft", "ifft", "rfft", "ihfft", "irfft", "hfft"):
    fft(name, (5,), (4,), (2, 3))
    for norm in ("backward", "ortho", "forward"):
        fft(name, (4,), (5,), norm=norm)
    for n in (3, 4, 7):
        fft(name, (5,), (2, 4), n=n)
        fft(name, (4, 2), n=n, axis=0, norm="ortho")
for name in ("fftn", "ifftn", "rfftn", "irfftn", "fft2", "ifft2", "rfft2", "irfft2"):
    fft(name, (3, 4), (2, 3, 2))
    fft(name, (3, 4), norm="ortho")
    fft(name, (3, 4), s=(4, 3), axes=(-1, 0))
    fft(name, (2, 3, 4), s=(2, -1), axes=(0, 2), norm="forward")
for name in ("fftn", "rfftn"):
    fft(name, (2, 3, 2), axes=(1,))
for name in ("fftshift", "ifftshift"):
    fft(name, (5,), (2, 3))
    fft(name, (4, 3), axes=0)
    fft(name, (4, 3), axes=(0, -1))
for name in ("fftfreq", "rfftfreq"):
    theirs, ours = getattr(np.fft, name), getattr(tg.fft, name)
    for n in (4, 5):
        add(
            f"fft.{name}",
            lambda d, n, theirs=theirs: theirs(n, d),
            lambda rng, shape: rng.uniform(0.5, 1.5, shape),
            call=lambda d, n, ours=ours: ours(n, d),
            shapes=((),),
            params={"n": n},
            integers=False,
        )
