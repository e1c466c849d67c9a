"""numpy.linalg compared with PyTorch, with complex numbers, and where values are equal."""

import numpy as np
import pytest

import tinygrad_np as tg


def draw(rng, dtype, *shape):
    x = rng.normal(size=shape)
    if dtype == "c16":
        x = x + 1j * rng.normal(size=shape)
    return x + np.eye(*shape[-2:]) * 2.0


def hermitian(x):
    y = x.swapaxes(-1, -2)
    return (x + (y.conj() if hasattr(y, "conj") else np.conjugate(y))) * 0.5


def definite(x):
    return x @ adjoint(x)


def adjoint(x):
    y = x.swapaxes(-1, -2)
    return y.conj() if type(y).__module__ == "torch" else np.conjugate(y)


def size(x):
    """Return |x| squared, in either library."""
    return (x * (x.conj() if type(x).__module__ == "torch" else np.conjugate(x))).real


def both(x, y):
    """A real function of `x` that depends on both real and imaginary parts."""
    return ((x * y).real ** 2).sum() + (x * y).real.sum()


def invariant_svd(factors, c):
    """A function of the factors that does not depend on their phases."""
    u, s, vh = factors
    return (
        both((u * s[..., None, :]) @ vh, c) + both(u @ vh, c) + (size(u)[..., :1, :] * s**3).sum()
    )


# Functions of either library's module: a real number that depends on the whole matrix.
SQUARE = {
    "inv": lambda L, a, c: both(L.inv(a), c),
    "solve": lambda L, a, c: both(L.solve(a, c), c),
    "det": lambda L, a, c: both(L.det(a), c[..., 0, 0]),
    "slogdet": lambda L, a, c: (L.slogdet(a)[0] * c[..., 0, 0]).real.sum() + L.slogdet(a)[1].sum(),
    "matrix_power": lambda L, a, c: both(L.matrix_power(a, -3), c),
    "pinv": lambda L, a, c: both(L.pinv(a), c),
    "cholesky": lambda L, a, c: both(L.cholesky(definite(a)), c),
    "qr": lambda L, a, c: (
        both(L.qr(a)[0] * size(L.qr(a)[0]), L.qr(a)[1]) + size(L.qr(a)[1]).sum() ** 2
    ),
    "eigvalsh": lambda L, a, c: (L.eigvalsh(hermitian(a)) * c[..., 0].real).sum(),
    "eigh": lambda L, a, c: (
        (size(L.eigh(hermitian(a))[1]) * c.real).sum()
        + (L.eigh(hermitian(a))[0] * c[..., 0].real).sum()
    ),
    "eig": lambda L, a, c: (
        (size(L.eig(a)[1]).sum(-2) + size(L.eig(a)[1])[..., 0, :] ** 2).sum()
        + both(L.eig(a)[0], L.eig(a)[0])
    ),
    "eigvals": lambda L, a, c: both(L.eigvals(a), 1.0),
    "svdvals": lambda L, a, c: (L.svdvals(a) * c[..., 0].real).sum(),
    "svd": lambda L, a, c: invariant_svd(L.svd(a, full_matrices=False), c),
    "cond": lambda L, a, c: L.cond(a).sum() + L.cond(a, -2).sum(),
    "norm": lambda L, a, c: (
        L.matrix_norm(a, ord="nuc").sum()
        + L.matrix_norm(a, ord=2).sum()
        + L.matrix_norm(a).sum()
        + L.vector_norm(a, ord=3)
        + L.vector_norm(a, ord=float("inf"))
    ),
    "multi_dot": lambda L, a, c: both(L.multi_dot([a.reshape(-1, 3), c.reshape(3, -1)]), 1.0),
}


def compare(f, a, *rest):
    """Compare the values and gradients that a function has with either library's module."""
    torch = pytest.importorskip("torch")
    t = torch.tensor(a, requires_grad=True)
    theirs = f(torch.linalg, t, *map(torch.tensor, rest))
    theirs.backward()
    x = tg.tensor(a, requires_grad=True)
    ours = f(tg.linalg, x, *rest)
    (g,) = ours.gradient(x)
    np.testing.assert_allclose(ours.item(), theirs.item(), rtol=1e-9)
    np.testing.assert_allclose(g.data, t.grad.numpy(), rtol=1e-9, atol=1e-10 * abs(g.data).max())


@pytest.mark.parametrize("dtype", ["f8", "c16"])
@pytest.mark.parametrize("shape", [(3, 3), (2, 3, 3)], ids=str)
@pytest.mark.parametrize("name", SQUARE)
def test_agrees_with_pytorch(name, shape, dtype, rng):
    compare(SQUARE[name], draw(rng, dtype, *shape), draw(rng, dtype, *shape))


@pytest.mark.parametrize("dtype", ["f8", "c16"])
@pytest.mark.parametrize("shape", [(4, 2), (2, 4)], ids=str)
@pytest.mark.parametrize("name", ["qr", "svd", "svdvals", "pinv", "norm"])
def test_agrees_with_pytorch_for_other_shapes(name, shape, dtype, rng):
    a = draw(rng, dtype, *shape)
    k = min(shape)
    f = SQUARE[name]
    if name == "qr":  # only functions of q that do not depend on its phases

        def f(L, a, c):
            q, r = L.qr(a)
            return (size(q) * c[..., :k].real).sum() + both(q @ r, c) + (size(r) ** 2).sum()

    others = {"pinv": shape[::-1], "svdvals": (k, k)}
    compare(f, a, draw(rng, dtype, *others.get(name, shape)))


@pytest.mark.parametrize("dtype", ["f8", "c16"])
@pytest.mark.parametrize("shapes", [((4, 2), (4,)), ((4, 2), (4, 3)), ((2, 4), (2,))], ids=str)
def test_lstsq_agrees_with_pytorchs_pinv(shapes, dtype, rng):
    torch = pytest.importorskip("torch")
    a = draw(rng, dtype, *shapes[0])
    b = rng.normal(size=shapes[1]).astype(dtype)
    t = [torch.tensor(z, requires_grad=True) for z in (a, b)]
    size(torch.linalg.pinv(t[0]) @ t[1]).sum().backward()
    x = [tg.tensor(z, requires_grad=True) for z in (a, b)]
    size(np.linalg.lstsq(*x)[0]).sum().backward()  # type: ignore[call-overload]
    for ours, theirs in zip(x, t, strict=True):
        np.testing.assert_allclose(ours.grad.data, theirs.grad.numpy(), rtol=1e-9, atol=1e-10)


# ------------------------------------------------------------------- equal values


def gradient(f, a, create_graph=False):
    x = tg.tensor(a, requires_grad=True)
    (g,) = f(x).gradient(x, create_graph=create_graph)
    return g, x


@pytest.mark.parametrize("dtype", ["f8", "c16"])
def test_symmetric_functions_of_equal_values_have_a_gradient(dtype, rng):
    one = np.eye(3).astype(dtype)
    q, _ = np.linalg.qr(draw(rng, dtype, 3, 3))
    a = q @ np.diag([2.0, 2.0, 5.0]) @ q.conj().T
    for f, expected in [
        (lambda x: tg.linalg.eigvalsh(x).sum(), one),
        (lambda x: tg.linalg.eigh(x).eigenvalues.sum(), one),
        (lambda x: (tg.linalg.eigvalsh(x) ** 2).sum(), 2 * a),
        (lambda x: tg.linalg.norm(x, "nuc"), one),
        (lambda x: (tg.linalg.svd(x).S ** 2).sum(), 2 * a),
        (lambda x: tg.linalg.eigvals(x).real.sum(), one),
    ]:
        np.testing.assert_allclose(gradient(f, a)[0].data, expected, atol=1e-12)
        np.testing.assert_allclose(gradient(f, a, True)[0].data, expected, atol=1e-12)
    t = hermitian(draw(rng, dtype, 3, 3))
    _, moved = tg.jvp(lambda x: tg.linalg.eigvalsh(x).sum(), [a], [t])
    np.testing.assert_allclose(moved.data, np.trace(t).real)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: tg.linalg.eigh(x).eigenvectors[0, 0],
        lambda x: (tg.linalg.eigh(x).eigenvectors ** 4).sum(),
        lambda x: ((tg.linalg.eigh(x)[1] * tg.linalg.eigh(x)[0]) @ tg.linalg.eigh(x)[1].T)[0, 1],
        lambda x: (tg.linalg.svd(x).U * np.arange(9.0).reshape(3, 3)).sum(),
        lambda x: tg.linalg.svd(x).Vh[1, 1],
        lambda x: tg.linalg.eig(x).eigenvectors.real[0, 2],
    ],
)
def test_vectors_of_equal_values_are_refused(f):
    q, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))
    a = q @ np.diag([2.0, 2.0, 5.0]) @ q.T
    with pytest.raises(tg.DegenerateError, match=r"^linalg.\w+: .* the values \d and \d are equal"):
        gradient(f, (a + a.T) / 2)


TIE = np.diag([2.0, 5.0, 2.0])


@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize("dtype", ["f8", "c16"])
@pytest.mark.parametrize(
    ("f", "name", "pair"),
    [
        (lambda x: tg.linalg.eigvalsh(x)[0], "eigvalsh", "0 and 1"),
        (lambda x: tg.linalg.eigh(x).eigenvalues[1], "eigh", "0 and 1"),
        (lambda x: tg.linalg.svdvals(x)[2], "svdvals", "1 and 2"),
        (lambda x: tg.linalg.svd(x).S[1], "svd", "1 and 2"),
        (lambda x: tg.linalg.cond(x), "svdvals", "1 and 2"),
        (lambda x: tg.linalg.eigvals(x).real[0], "eigvals", "0 and 2"),
        (lambda x: tg.linalg.eig(x).eigenvalues.real[2], "eig", "0 and 2"),
    ],
)
def test_selecting_one_of_equal_values_warns(f, name, pair, dtype, create_graph):
    message = rf"^linalg.{name}: the gradient is not unique: the values {pair} are equal"
    with pytest.warns(tg.DegenerateSpectrumWarning, match=message):
        g, _ = gradient(f, TIE.astype(dtype), create_graph)
    assert np.isfinite(g.data).all()


def test_the_warning_checks_each_matrix_of_a_stack_and_of_a_batch():
    stack = np.stack([np.diag([1.0, 2.0, 3.0]), TIE, np.diag([5.0, 6.0, 7.0])])
    largest = lambda x: tg.linalg.eigvalsh(x)[..., -1].sum()  # noqa: E731  # a formula
    smallest = lambda x: tg.linalg.eigvalsh(x)[..., 0].sum()  # noqa: E731  # a formula
    g, _ = gradient(largest, stack)  # well separated in each matrix
    np.testing.assert_allclose(tg.vmap(tg.grad(largest))(stack).data, g.data)
    for run in (lambda: gradient(smallest, stack), lambda: tg.vmap(tg.grad(smallest))(stack)):
        with pytest.warns(tg.DegenerateSpectrumWarning, match="values 0 and 1"):
            run()


def test_equal_cotangents_of_equal_values_are_silent():
    """Also zero cotangents, ones that differ by rounding, and shared ties."""
    a = TIE + np.diag([0.0, 0.0, 1e-15])
    for f in (
        lambda x: (tg.linalg.eigvalsh(x) ** 3).sum() * 1e6,
        lambda x: tg.linalg.eigvalsh(x)[2] ** 2,
        lambda x: (tg.linalg.eigvalsh(x) * 0.0)[0],
        lambda x: tg.linalg.norm(x, 2) + tg.linalg.norm(x, "nuc"),
    ):
        gradient(f, a)
    np.testing.assert_allclose(  # the largest occurs three times: each gets a third
        gradient(lambda x: tg.linalg.norm(x, 2), np.eye(3))[0].data, np.eye(3) / 3
    )


def test_a_singular_value_of_0_warns():
    a = np.diag([3.0, 0.0])
    for f in (lambda x: tg.linalg.norm(x, "nuc"), lambda x: tg.linalg.norm(x, -2)):
        with pytest.warns(tg.DegenerateSpectrumWarning, match="a singular value is 0"):
            gradient(f, a)
    gradient(lambda x: (tg.linalg.svdvals(x) ** 2).sum() + tg.linalg.norm(x, 2), a)
    with pytest.raises(tg.DegenerateError, match="singular value of 0 are arbitrary"):
        gradient(lambda x: tg.linalg.svd(x, full_matrices=False).U[2, 1], np.eye(3, 2) * [3.0, 0.0])


def test_second_derivatives_at_equal_values_are_refused():
    g, x = gradient(lambda x: (tg.linalg.eigvalsh(x) ** 2).sum(), np.eye(2), create_graph=True)
    with pytest.raises(tg.DegenerateError):
        g[0, 1].gradient(x)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.real(tg.linalg.eigh(x @ np.conjugate(x.mT)).eigenvectors).sum(),
        lambda x: np.real(tg.linalg.svd(x).U).sum(),
        lambda x: np.real(tg.linalg.eig(x).eigenvectors).sum(),
    ],
)
def test_the_phase_of_complex_vectors_is_refused(f, rng):
    with pytest.raises(tg.DegenerateError, match="phase"):
        gradient(f, draw(rng, "c16", 3, 3))


def test_nearly_equal_values_count_as_equal():
    a = np.diag([1.0, 1.0 + 1e-15, 3.0])
    np.testing.assert_allclose(
        gradient(lambda x: tg.linalg.eigvalsh(x).sum(), a)[0].data, np.eye(3)
    )
    with pytest.raises(tg.DegenerateError):
        gradient(lambda x: tg.linalg.eigh(x).eigenvectors[0, 1], a)


# -------------------------------------------------------------- singular, and at zero


def test_the_gradient_of_det_at_a_singular_matrix_is_finite():
    for a in (np.array([[1.0, 2.0], [2.0, 4.0]]), np.diag([0.0, 2.0, 3.0]), np.zeros((2, 2))):
        g, x = gradient(tg.linalg.det, a, create_graph=True)
        n = len(a)
        minors = [
            [(-1) ** (i + j) * np.linalg.det(np.delete(np.delete(a, i, 0), j, 1)) for j in range(n)]
            for i in range(n)
        ]
        np.testing.assert_allclose(g.data, minors, atol=1e-12)
        with pytest.raises(np.linalg.LinAlgError, match="Singular"):
            g.sum().gradient(x)


def test_a_singular_matrix_raises_numpys_error():
    for f in (tg.linalg.inv, lambda x: tg.linalg.solve(x, [1.0, 2.0])):
        with pytest.raises(np.linalg.LinAlgError, match=r"linalg\.\w+: shape \(2, 2\): Singular"):
            f(tg.tensor([[1.0, 2.0], [2.0, 4.0]]))


def test_norms_at_zero_have_gradient_zero():
    for ord in (None, 1, 2, 3, 1.5, 0.5, np.inf, -np.inf):
        g, _ = gradient(lambda x, ord=ord: tg.linalg.norm(x, ord), np.zeros(3))
        np.testing.assert_array_equal(g.data, np.zeros(3))
    g, x = gradient(tg.linalg.norm, np.zeros((2, 2)), create_graph=True)
    np.testing.assert_array_equal(g.data, np.zeros((2, 2)))
    np.testing.assert_array_equal(g.sum().gradient(x)[0].data, np.zeros((2, 2)))
    for ord in (3, 1.5, 0.5):  # one element is 0
        g, _ = gradient(lambda x, ord=ord: tg.linalg.norm(x, ord), np.array([0.0, 2.0]))
        np.testing.assert_allclose(g.data, [0.0, 1.0])


def test_second_derivative_of_a_norm_at_a_zero_element():
    """The second derivatives of (|x|**3 + |y|**3)**(1/3) along x are 0 at x = 0."""
    g, x = gradient(lambda x: tg.linalg.norm(x, 3), np.array([0.0, 2.0]), create_graph=True)
    np.testing.assert_array_equal(g.sum().gradient(x)[0].data, [0.0, 0.0])


def test_the_basis_of_further_vectors_is_refused(rng):
    """Their values are NumPy's; for functions that all bases share, see the records."""
    a = rng.normal(size=(4, 2))
    for f, name in (
        (lambda x: np.linalg.svd(x).U, "svd"),
        (lambda x: np.linalg.svd(x.T).Vh.T, "svd"),
        (lambda x: np.linalg.qr(x, mode="complete").Q, "qr"),
    ):
        np.testing.assert_allclose(f(tg.tensor(a)).data, f(a), rtol=1e-13, atol=1e-15)  # type: ignore[call-overload]
        gradient(lambda x, f=f: f(x)[0, 1], a)
        with pytest.raises(tg.DegenerateError, match=rf"^linalg.{name}: .* number 2 on are"):
            gradient(lambda x, f=f: f(x)[0, 3], a)


def test_truncated_singular_values_must_be_rounding_errors(rng):
    a = np.diag([1.0, 1e-3])
    g, _ = gradient(lambda x: tg.linalg.pinv(x, 1e-4).sum(), a)
    assert np.isfinite(g.data).all()
    for f in (lambda x: tg.linalg.pinv(x, 0.1), lambda x: tg.linalg.lstsq(x, [1.0, 2.0], 0.1)[0]):
        for create_graph in (False, True):
            with pytest.raises(tg.DegenerateError, match=r"rcond.*leaves out"):
                gradient(lambda x, f=f: f(x).sum(), a, create_graph)


@pytest.mark.parametrize("p", [None, 1, "fro", np.inf])
def test_the_condition_number_of_a_singular_matrix_is_infinite(p):
    stack = np.array([[[1.0, 2.0], [2.0, 4.0]], [[2.0, 0.5], [0.0, 1.0]]])
    stack[0] = np.diag([1.0, 0.0])  # for p=2 too the smallest singular value is exactly 0
    found, _ = gradient(lambda x: tg.linalg.cond(x, p), stack[1])
    assert np.isfinite(found.data).all()
    out = tg.linalg.cond(tg.tensor(stack, requires_grad=True), p)
    np.testing.assert_allclose(out.data, np.linalg.cond(stack, p))
    with pytest.raises(tg.DegenerateError, match="cond: the matrix is singular"):
        out.sum().backward()


def test_keywords_are_supported_or_refused(rng):
    a = tg.tensor(rng.normal(size=(3, 3)), requires_grad=True)
    np.testing.assert_array_equal(np.vecdot(a, a, axis=0).data, np.vecdot(a.data, a.data, axis=0))  # type: ignore[call-overload]
    with pytest.raises(tg.UnsupportedError, match=r"matmul: axes="):
        np.matmul(a, a, axes=[(0, 1), (0, 1), (0, 1)])
    with pytest.raises(tg.UnsupportedError, match=r"vecdot: axes="):
        np.vecdot(a, a, axes=[(0,), (0,), ()])  # type: ignore[list-item]
    with pytest.raises(tg.UnsupportedError, match=r"qr: mode='raw'.*'complete'"):
        np.linalg.qr(a, mode="raw")
    with pytest.raises(tg.UnsupportedError, match="einsum: order='F'"):
        np.einsum("ij->ji", a, order="F")
    with pytest.raises(tg.UnsupportedError, match="einsum: out="):
        tg.einsum("ij->ji", a, out=np.zeros((3, 3)))  # type: ignore[arg-type]
    with pytest.raises(tg.DTypeError, match="einsum: float64 cannot be cast to float32"):
        np.einsum("ij->ji", a, dtype=np.float32)
    out = np.einsum("ij->ji", a, dtype=np.float32, casting="same_kind")
    assert out.dtype == np.float32


def test_numpys_functions_give_named_results(rng):
    a = tg.tensor(hermitian(rng.normal(size=(3, 3))), requires_grad=True)
    found, expected = np.linalg.eigh(a), np.linalg.eigh(a.data)
    np.testing.assert_allclose(found.eigenvalues.data, expected.eigenvalues)  # type: ignore[call-overload]
    np.testing.assert_allclose(found.eigenvectors.data, expected.eigenvectors)  # type: ignore[call-overload]
    assert np.linalg.svd(a).S.shape == np.linalg.qr(a).Q.shape[:1] == (3,)
    assert np.linalg.eig(a).eigenvalues.dtype == np.complex128
    assert np.linalg.slogdet(a).logabsdet.requires_grad
    assert not np.linalg.slogdet(a).sign.requires_grad
    x, residuals, rank, s = np.linalg.lstsq(a, np.ones(3))
    assert (x.shape, residuals.shape, rank, s.shape) == ((3,), (0,), 3, (3,))


def test_vmap_calls_the_function_once_for_a_batch(rng):
    a, b = draw(rng, "f8", 5, 3, 3), rng.normal(size=(5, 3))
    calls = []

    def f(a, b):
        calls.append(a)
        x = tg.linalg.solve(a, b)
        return tg.einsum("i,ij,j", x, tg.linalg.inv(a), b) + tg.fft.irfft(tg.fft.rfft(x), n=3)[0]

    batched = tg.vmap(f)(a, b)
    assert len(calls) == 1
    expected = [f(*pair).item() for pair in zip(a, b, strict=True)]
    np.testing.assert_allclose(batched.data, expected, rtol=1e-12)
    shared = tg.vmap(f, in_axes=(None, 0))(a[0], b)
    np.testing.assert_allclose(shared.data, [f(a[0], v).item() for v in b], rtol=1e-12)
    solved = tg.vmap(lambda a: tg.linalg.solve(a, [1.0, 2.0, 3.0]))(a)
    np.testing.assert_allclose(solved.data, [np.linalg.solve(x, [1.0, 2.0, 3.0]) for x in a])
