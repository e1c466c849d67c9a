"""numpy.fft beyond its records: ignored imaginary parts, inverses, messages."""

import numpy as np
import pytest

import tinygrad_np as tg


def test_ignored_imaginary_parts_have_no_gradient():
    x = tg.tensor([1 + 1j, 2 + 2j, 3 + 3j], requires_grad=True)
    tg.fft.irfft(x).backward(np.array([1.0, 2.0, 3.0, 5.0]))
    assert x.grad.data[0].imag == 0  # ignored in the first term, and in the last of an even length
    assert x.grad.data[2].imag == 0
    assert x.grad.data[1].imag != 0


def test_a_transform_and_its_inverse_give_the_identity(rng):
    x = tg.tensor(rng.normal(size=(3, 5)), requires_grad=True)
    v = rng.normal(size=(3, 5))
    for f in (
        lambda x: tg.fft.irfft2(tg.fft.rfft2(x), s=(3, 5)),
        lambda x: tg.fft.hfft(tg.fft.ihfft(x), n=5),
        lambda x: tg.fft.ifftshift(tg.fft.fftshift(x)),
        lambda x: np.real(tg.fft.ifftn(tg.fft.fftn(x))),
    ):
        out = f(x)
        np.testing.assert_allclose(out.data, x.data, atol=1e-14)
        np.testing.assert_allclose(out.gradient(x, gradient=v)[0].data, v, atol=1e-14)


def test_messages():
    x = tg.tensor(np.ones((2, 3)), requires_grad=True)
    with pytest.raises(tg.ShapeError, match="no axis 2"):
        tg.fft.fftn(x, axes=(2,))
    with pytest.raises(tg.ShapeError, match="differ in length"):
        tg.fft.fftn(x, s=(2, 2), axes=(0,))
    with pytest.raises(ValueError, match="norm='other'"):
        tg.fft.hfft(x, norm="other")  # type: ignore[arg-type]
    with pytest.raises(tg.GraphError, match="out="):
        np.fft.fft(x, out=np.zeros((2, 3), complex))
