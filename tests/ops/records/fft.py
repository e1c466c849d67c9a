"""The records of numpy.fft."""

import numpy as np

import tinygrad_np as tg
from ops.in_torch import NotInTorchError, named, torch
from ops.opinfo import ANY, add


def in_torch(name):
    """Return PyTorch's transform with NumPy's keywords."""
    names = {"axis": "dim", "axes": "dim"}

    def function(x, **params):
        if -1 in params.get("s", ()) and name in ("irfft2", "irfftn"):
            raise NotInTorchError("s=-1 gives a real result of another length in PyTorch")
        renamed = {names.get(key, key): value for key, value in params.items()}
        return named(f"fft.{name}")(x, **renamed)

    return function


def fft(name, *shapes, **params):
    """Add a record for each of several shapes."""
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
            torch=in_torch(name),
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


def torch_frequencies(name):
    """Return PyTorch's frequencies as a function of a spacing that may be a tensor."""
    return lambda d, n: named(f"fft.{name}")(n, dtype=torch.float64) / d


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
            torch=torch_frequencies(name),
        )
