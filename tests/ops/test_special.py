"""`tg.special`: dispatched from SciPy, equal to PyTorch, with clear refusals."""

import math
import subprocess
import sys

import numpy as np
import pytest

import tinygrad_np as tg

POSITIVE = np.array([0.3, 0.8, 1.7, 4.5, 20.0])
ANY = np.array([-6.0, -2.5, -0.4, 0.1, 0.7, 3.0, 6.0])
INSIDE = np.array([0.01, 0.2, 0.5, 0.93])

IN_TORCH = {
    "erf": ("torch.special.erf", ANY),
    "erfc": ("torch.special.erfc", ANY),
    "erfcx": ("torch.special.erfcx", ANY),
    "erfinv": ("torch.special.erfinv", INSIDE),
    "expit": ("torch.special.expit", ANY),
    "logit": ("torch.special.logit", INSIDE),
    "gammaln": ("torch.special.gammaln", POSITIVE),
    "digamma": ("torch.special.digamma", POSITIVE),
    "ndtr": ("torch.special.ndtr", ANY),
    "ndtri": ("torch.special.ndtri", INSIDE),
    "log_ndtr": ("torch.special.log_ndtr", ANY),
    "log_expit": ("torch.nn.functional.logsigmoid", ANY),
    "entr": ("torch.special.entr", POSITIVE),
    "i0": ("torch.special.i0", ANY),
    "i0e": ("torch.special.i0e", ANY),
    "i1": ("torch.special.i1", ANY),
    "i1e": ("torch.special.i1e", ANY),
    "softmax": ("lambda x: torch.softmax(x, 0)", ANY),
    "log_softmax": ("lambda x: torch.log_softmax(x, 0)", ANY),
    "logsumexp": ("lambda x: torch.logsumexp(x, 0)", ANY),
}
TWO_IN_TORCH = {
    "xlogy": ("torch.special.xlogy", [0.0, 1.5, 0.0, -2.0], [2.0, 3.0, 0.0, 0.4]),
    "xlog1py": ("torch.special.xlog1py", [0.0, 1.5, 0.0, -2.0], [2.0, 3.0, -1.0, 0.4]),
}


def of_torch(torch, expression, *arrays):
    """Return PyTorch's value, and its gradients under a cotangent of ones."""
    tensors = [torch.tensor(a, dtype=torch.float64, requires_grad=True) for a in arrays]
    out = eval(expression, {"torch": torch})(*tensors)
    out.sum().backward()
    return out.detach().numpy(), [x.grad.numpy() for x in tensors]


@pytest.mark.parametrize("name", IN_TORCH)
def test_values_and_gradients_are_torchs(name):
    pytest.importorskip("scipy")
    torch = pytest.importorskip("torch")
    expression, array = IN_TORCH[name]
    x = tg.tensor(array, requires_grad=True)
    out = getattr(tg.special, name)(x)
    (g,) = out.sum().gradient(x)
    value, (slope,) = of_torch(torch, expression, array)
    np.testing.assert_allclose(out.data, value, rtol=1e-9)
    np.testing.assert_allclose(g.data, slope, rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("name", TWO_IN_TORCH)
def test_values_and_gradients_of_two_arguments_are_torchs(name):
    pytest.importorskip("scipy")
    torch = pytest.importorskip("torch")
    expression, *arrays = TWO_IN_TORCH[name]
    tensors = [tg.tensor(a, requires_grad=True) for a in arrays]
    out = getattr(tg.special, name)(*tensors)
    value, (slope, _) = of_torch(torch, expression, *arrays)
    found = out.sum().gradient(*tensors)
    np.testing.assert_allclose(out.data, value, rtol=1e-9)
    np.testing.assert_allclose(found[0].data, slope, rtol=1e-9)
    expected = np.array(arrays[0]) / (np.array(arrays[1]) + (name == "xlog1py") + 1e-300)
    np.testing.assert_allclose(found[1].data, expected, rtol=1e-9)  # 0 where PyTorch has NaN


def test_aliases_and_shared_names():
    special = pytest.importorskip("scipy.special")
    x = tg.tensor([0.5], requires_grad=True)
    assert special.expit(x).node.op.name == "sigmoid"
    assert special.psi(x).node.op.name == "special.digamma"
    for theirs, name in (("jn", "jv"), ("yn", "yv"), ("kn", "kv"), ("zeta", "zeta")):
        assert getattr(special, theirs)(2, x).node.op.name == f"special.{name}"
    assert special.lambertw(x, -1).node.op.name == "special.branch_of_lambertw"
    for name in ("erf", "cbrt", "exp2", "expm1", "log1p"):
        assert getattr(special, name)(x).node.op.name == name


def test_unsupported_calls_are_refused(monkeypatch):
    special = pytest.importorskip("scipy.special")
    x = tg.tensor([0.5], requires_grad=True)
    with pytest.raises(TypeError, match=r"scipy\.special\.kolmogorov: not supported"):
        special.kolmogorov(x)
    with pytest.raises(TypeError, match=r"np\.isnat: not supported"):
        np.isnat(x)
    erfc = special.erfc
    with monkeypatch.context() as patch:  # a ufunc of another library, with the same name
        patch.setattr(special, "erfc", None)
        with pytest.raises(TypeError, match="erfc: not supported"):
            erfc(x)
    with pytest.raises(TypeError, match="return_sign"):
        tg.special.logsumexp(x, return_sign=True)
    with pytest.raises(TypeError, match="one integer"):
        tg.special.polygamma(x, x)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="0 or more"):
        tg.special.polygamma(-1, x)


@pytest.mark.parametrize("name", ["jv", "yv", "iv", "kv", "ive", "kve", "gammainc", "gammaincc"])
def test_the_order_has_no_gradient(name):
    pytest.importorskip("scipy")
    order = tg.tensor(1.5, requires_grad=True)
    x = tg.tensor(2.0, requires_grad=True)
    f = getattr(tg.special, name)
    assert f(order, x).gradient(x)[0].item() != 0
    with pytest.raises(TypeError, match=rf"special\.{name}: there is no gradient for the"):
        f(order, x).backward()
    with pytest.raises(TypeError, match="no gradient for the"):
        tg.jvp(lambda v: f(v, x), [1.5], [1.0])


def test_complex_arguments():
    special = pytest.importorskip("scipy.special")
    z, step = np.array([0.7 + 0.4j, 1.2 - 0.8j]), 1e-6
    for name in ("erfc", "erfcx", "erfi", "dawsn", "wofz", "gammaln", "loggamma", "gamma", "exp1"):
        f = getattr(tg.special, name)
        if name == "gammaln":
            with pytest.raises(TypeError, match="gammaln"):
                f(z)
            continue
        x = tg.tensor(z, requires_grad=True)
        g = tg.real(f(x)).sum().gradient(x)[0].data
        theirs = getattr(special, name)
        slope = (theirs(z + step) - theirs(z - step)) / (2 * step)
        np.testing.assert_allclose(g, slope.conj(), rtol=1e-6)
    x = tg.tensor(z, requires_grad=True)
    with pytest.raises(TypeError, match="real numbers only"):
        tg.real(tg.special.digamma(x)).sum().backward()
    with pytest.raises(TypeError, match="no gradient for complex numbers"):
        tg.real(tg.special.ive(1, x)).sum().backward()


def test_log_ndtr_has_accurate_slopes_in_the_tails():
    pytest.importorskip("scipy")
    at = np.array([-1e8, -1e3, -40.0, -1.0, 0.0, 1.0, 30.0, 45.0])
    x = tg.tensor(at, requires_grad=True)
    for create_graph in (False, True):
        (g,) = tg.special.log_ndtr(x).sum().gradient(x, create_graph=create_graph)
        np.testing.assert_allclose(g.data[:2], -at[:2], rtol=1e-5)
        assert np.isfinite(g.data).all()
    (second,) = g.sum().gradient(x)
    assert np.isfinite(second.data[2:]).all()


def test_logsumexp_with_weights_does_not_overflow():
    pytest.importorskip("scipy")
    a = tg.tensor([1000.0, 1001.0], requires_grad=True)
    b = tg.tensor([0.25, 0.75], requires_grad=True)
    out = tg.special.logsumexp(a, b=b)
    share = 0.75 * np.e / (0.25 + 0.75 * np.e)
    found = out.gradient(a, b)
    np.testing.assert_allclose(found[0].data, [1 - share, share])
    np.testing.assert_allclose(found[1].data, [(1 - share) / 0.25, share / 0.75])
    assert tg.special.logsumexp([-np.inf, 0.0], b=[1.0, 1.0]).item() == 0.0


def test_without_scipy_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy.special", None)
    x = tg.tensor(0.5)
    for name in ("erfcx", "gammaln", "polygamma", "jv", "airy"):
        f = getattr(tg.special, name)
        with pytest.raises(ModuleNotFoundError, match=rf"special\.{name}.*pip install scipy"):
            f(1, x) if name in ("polygamma", "jv") else f(x)
    assert tg.special.erfc(5.0).item() == pytest.approx(1.5374597944280349e-12, rel=1e-12)
    assert tg.special.expit(x).item() == pytest.approx(1 / (1 + np.exp(-0.5)))


def test_scipy_is_not_imported_before_it_is_needed():
    code = "import sys, tinygrad_np as tg; tg.special.softmax([1.0]); print('scipy' in sys.modules)"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "False"


@pytest.mark.parametrize("approximate", ["none", "tanh"])
def test_gelu_and_its_derivatives_are_accurate_far_below_0(approximate):
    """As long as floats are that small: x times a probability, and its derivatives."""
    at = np.array([-5.0, -8.0] if approximate == "tanh" else [-5.0, -12.0, -30.0])
    x = tg.tensor(at, requires_grad=True)
    out = tg.gelu(x, approximate=approximate)
    (first,) = out.sum().gradient(x, create_graph=True)
    (second,) = first.sum().gradient(x)
    if approximate == "none":
        p = np.array([math.erfc(-v / math.sqrt(2)) / 2 for v in at])
        density = np.exp(-at * at / 2) / math.sqrt(2 * math.pi)
        expected = at * p, p + at * density, density * (2 - at * at)
    else:  # the probability is logistic: exp(u) (1 - exp(u) + ...)
        k = 2 * math.sqrt(2 / math.pi)
        u, du = k * (at + 0.044715 * at**3), k * (1 + 3 * 0.044715 * at**2)
        p, ddu = np.exp(u), k * 6 * 0.044715 * at
        expected = at * p, p * (1 + at * du), p * (2 * du + at * (du * du + ddu))
    for found, value in zip((out, first, second), expected, strict=True):
        np.testing.assert_allclose(found.data, value, rtol=1e-6 if approximate == "tanh" else 1e-11)
