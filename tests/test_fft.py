"""numpy.fft against PyTorch, with complex inputs, which the records of cases.py have not."""

import numpy as np
import pytest

import tinygrad_np as tg

ONE_AXIS = ["fft", "ifft", "rfft", "irfft", "hfft", "ihfft"]
SEVERAL = ["fft2", "ifft2", "rfft2", "irfft2", "fftn", "ifftn", "rfftn", "irfftn"]
OF_REAL = {"rfft", "ihfft", "rfft2", "rfftn"}


def draw(rng, name, dtype, shape):
    x = rng.normal(size=shape)
    return x if dtype == "f8" or name in OF_REAL else x + 1j * rng.normal(size=shape)


def compare(name, a, **params):
    """Compare the value and the gradient of a sum of squares, and the gradient's own."""
    torch = pytest.importorskip("torch")
    theirs_params = {{"axis": "dim", "axes": "dim"}.get(k, k): v for k, v in params.items()}
    t = torch.tensor(a, requires_grad=True)
    out = getattr(torch.fft, name)(t, **theirs_params)
    weights = np.linspace(0.5, 2.0, out.numel()).reshape(out.shape)
    (out.abs() ** 4 * torch.tensor(weights)).sum().backward(create_graph=True)
    first = t.grad
    t.grad = None
    second = torch.autograd.grad((first.abs() ** 2).sum(), t)[0].resolve_conj().numpy()
    x = tg.tensor(a, requires_grad=True)
    ours = getattr(np.fft, name)(x, **params)
    np.testing.assert_allclose(
        ours.data, out.detach().resolve_conj().numpy(), rtol=1e-12, atol=1e-12
    )
    loss = (abs(ours) ** 4 * weights).sum()
    (g,) = loss.gradient(x, create_graph=True)
    (h,) = (abs(g) ** 2).sum().gradient(x)
    close = first.detach().resolve_conj().numpy()
    np.testing.assert_allclose(g.data, close, rtol=1e-9, atol=1e-10 * abs(close).max())
    np.testing.assert_allclose(h.data, second, rtol=1e-9, atol=1e-10 * abs(second).max())


@pytest.mark.filterwarnings("ignore:Using backward:UserWarning")
@pytest.mark.parametrize("dtype", ["f8", "c16"])
@pytest.mark.parametrize("norm", [None, "ortho", "forward"])
@pytest.mark.parametrize("name", ONE_AXIS)
def test_one_axis_as_pytorch(name, norm, dtype, rng):
    for shape, n, axis in [((6,), None, -1), ((2, 5), None, 1), ((4, 2), 3, 0), ((4, 2), 7, 0)]:
        params = {"norm": norm, "axis": axis}
        compare(name, draw(rng, name, dtype, shape), **params, **({"n": n} if n else {}))


@pytest.mark.filterwarnings("ignore:Using backward:UserWarning")
@pytest.mark.parametrize("dtype", ["f8", "c16"])
@pytest.mark.parametrize("name", SEVERAL)
def test_several_axes_as_pytorch(name, dtype, rng):
    compare(name, draw(rng, name, dtype, (3, 4)))
    compare(name, draw(rng, name, dtype, (2, 3, 4)), norm="ortho")
    compare(name, draw(rng, name, dtype, (4, 3, 2)), s=(3, 5), axes=(0, 1), norm="forward")


def test_the_part_that_does_not_count_has_no_gradient():
    x = tg.tensor([1 + 1j, 2 + 2j, 3 + 3j], requires_grad=True)
    tg.fft.irfft(x).backward(np.array([1.0, 2.0, 3.0, 5.0]))
    assert x.grad.data[0].imag == 0  # of the first term, and the last of an even number
    assert x.grad.data[2].imag == 0
    assert x.grad.data[1].imag != 0


def test_back_and_forth_is_the_identity(rng):
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
        tg.fft.hfft(x, norm="other")
    with pytest.raises(tg.UnsupportedError, match="out="):
        np.fft.fft(x, out=np.zeros((2, 3), complex))
