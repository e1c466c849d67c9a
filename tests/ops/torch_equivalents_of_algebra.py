"""What PyTorch has for the records of products, numpy.linalg and numpy.fft."""

from ops.torch_equivalents import NotInTorchError, of, torch

F, L = torch.nn.functional, torch.linalg

# ------------------------------------------------------------------------- products


def dot(x, y):
    if x.ndim == 0 or y.ndim == 0:
        return x * y
    return torch.tensordot(x, y, dims=([-1], [max(y.ndim - 2, 0)]))


def tensordot(x, y, axes):
    if isinstance(axes, int):
        return torch.tensordot(x, y, dims=axes)
    return torch.tensordot(x, y, dims=tuple([a] if isinstance(a, int) else list(a) for a in axes))


def cross(x, y, axis=-1, axisa=None, axisc=None):
    x, y = x.movedim(axis if axisa is None else axisa, -1), y.movedim(axis, -1)
    return L.cross(*torch.broadcast_tensors(x, y)).movedim(-1, axis if axisc is None else axisc)


def sequence(x, y, mode, reach):
    """The part that `mode` names of a full convolution; `reach` is where "same" starts."""
    x, y = torch.atleast_1d(x), torch.atleast_1d(y)
    n, m = max(len(x), len(y)), min(len(x), len(y))
    full = F.conv1d(x[None, None], y.flip(0)[None, None], padding=len(y) - 1)[0, 0]
    return {"full": full, "same": full[reach(m) :][:n], "valid": full[m - 1 : n]}[mode]


def convolve(x, y, mode="full"):
    return sequence(x, y, mode, lambda m: m - 1 - m // 2)


def correlate(x, y, mode="valid"):
    # NumPy slides the shorter one, from the other end if that is the first.
    swapped = len(y) > len(x)
    return sequence(x, y.conj().flip(0), mode, lambda m: m // 2 if swapped else m - 1 - m // 2)


def einsum(*x, subscripts="ij,kj", dtype=None, order="K", casting="safe", optimize=False):
    """torch.einsum; of NumPy's keywords only the dtype decides about the numbers."""
    return torch.einsum(subscripts, *[t if dtype is None else t.to(torch.complex128) for t in x])


PRODUCTS = {
    **of(torch, "inner", "kron", "matmul"),
    "convolve": convolve,
    "convolve_full": convolve,
    "correlate": correlate,
    "cross": cross,
    "dot": dot,
    "einsum": einsum,
    "einsum: lists": lambda x, y: torch.einsum(x, [0, 1], y, [1, 2], [2, 0]),
    "einsum: lists, implicit": lambda x, y: torch.einsum(x, [..., 30, 2], y, [2, 30]),
    "einsum: path": lambda *x: torch.einsum("ij,jk,kl->il", *x),
    "matvec": lambda x, y: torch.einsum("...ij,...j->...i", x, y),
    "outer": lambda x, y: torch.outer(x.flatten(), y.flatten()),
    "sum_of_products": lambda *x, subscripts: torch.einsum(subscripts, *x),
    "tensordot": tensordot,
    "vdot": lambda x, y: torch.vdot(x.flatten(), y.flatten()),
    "vecdot": lambda x, y, axis=-1: L.vecdot(x, y, dim=axis),
    "vecmat": lambda x, y: torch.einsum("...i,...ij->...j", x.conj(), y),
}

# --------------------------------------------------------------------- linear algebra


SQUARE = (3, 3), (2, 2, 2)


def of_shapes(name, f, *shapes):
    """Part of the table: the records of one label, which end with a shape."""
    return {f"{name}{shape}": f for shape in shapes}


def weights(x):
    """Numbers of its own for each element, as in cases_of_linalg.py."""
    numbers = torch.arange(x.numel(), dtype=torch.float64).reshape(x.shape) * 0.37 + 0.2
    return numbers.to(x.dtype)


def hermitian(x):
    return (x + x.mH) * 0.5


def beyond(u):
    """The projection on what the columns of `u` leave: that of any further columns.

    Of those themselves torch.linalg.qr has no gradient, and torch.linalg.svd leaves it out.
    """
    return torch.eye(u.shape[-2], dtype=u.dtype) - u @ u.mH


def from_lower(x):
    x = hermitian(x)
    return torch.tril(x) + torch.tril(x, -1).mH


def qr(x):
    q, r = L.qr(x)
    return abs(q) ** 2 @ abs(r) + (q * weights(q)) @ r


def complete_qr(x):
    q, r = L.qr(x)
    return q @ r**2 + beyond(q) @ weights(x)


def eigh(x):
    w, v = L.eigh(hermitian(x))
    return (v * weights(v)[..., :1]) @ (v * w[..., None, :]).mH + abs(v) ** 2


def eig(x):
    w, v = L.eig(x)
    return abs(v) ** 2 * 1.5 + (w * (1 - 2j)).real[..., None, :] + (w**2).imag[..., None, :]


def svd(x):
    u, s, vh = L.svd(x, full_matrices=False)
    return (u * weights(u)) @ (s[..., None] ** 2 * vh) + (u @ vh) * 0.5


def square_svd(x):
    u, s, vh = L.svd(x, full_matrices=False)
    return (u * s[..., None, :] ** 2) @ vh + beyond(u) @ weights(x) + weights(x) @ beyond(vh.mH)


def svd_of_hermitian(x):
    u, s, vh = L.svd(hermitian(x))
    return (u * s[..., None, :] ** 2) @ vh + abs(u) ** 2


def residuals(a, b):
    return torch.atleast_1d((abs(b - a @ L.pinv(a) @ b) ** 2).sum(0))


def cofactors(x):
    return L.det(x)[..., None, None] * L.inv(x).mT


def condition(x, p=None):
    """torch.linalg.cond, whose own gradient fails where it takes the inverse: in place."""
    return (
        L.cond(x, p)
        if p in (None, 2, -2)
        else L.norm(x, p, (-2, -1)) * L.norm(L.inv(x), p, (-2, -1))
    )


def norm(x, ord=None, axis=None, keepdims=False):
    return L.norm(x, ord, axis, keepdims)


LINALG = {
    **of(
        L,
        *("det", "eigvals", "inv", "matrix_norm", "matrix_power", "matrix_rank", "pinv", "solve"),
        *("svdvals", "vector_norm"),
        pseudo_inverse="pinv",
    ),
    "cholesky": lambda x, upper: L.cholesky(x @ x.mH, upper=upper),
    "cholesky_lower": lambda x: L.cholesky(x @ x.mH),
    "cofactors": cofactors,
    "cond": condition,
    "condition": torch.clone,
    "cross": lambda x, y, axis: L.cross(x, y, dim=axis),
    "eig": eig,
    "eig_packed": eig,
    "eigh": eigh,
    "eigh_packed": eigh,
    "eigvalsh": lambda x, UPLO: L.eigvalsh(hermitian(x), UPLO=UPLO),
    "from_lower": from_lower,
    "inverse_or_inf": L.inv,
    "lstsq": lambda a, b: L.pinv(a).to(b.dtype) @ b,
    "lstsq: (4, 2), (4,), 1": residuals,
    "lstsq: (4, 2), (4, 3), 1": residuals,
    "multi_dot": lambda *x: L.multi_dot(x),
    "norm": norm,
    "outer": torch.outer,
    **of_shapes("pinv: hermitian", lambda x: L.pinv(hermitian(x), hermitian=True), *SQUARE),
    "power_norm": lambda x: L.vector_norm(x, 3),
    "qr": qr,
    **of_shapes("qr: complete", complete_qr, (4, 2), (2, 3, 2), (3, 3)),
    "qr: r(3, 2)": lambda x: abs(L.qr(x).R),
    "qr_packed": qr,
    "quotient": torch.divide,
    "slogdet": lambda x: L.slogdet(x).logabsdet,
    "slogdet_packed": lambda x: torch.stack(tuple(L.slogdet(x)), -1),
    "square_svd_packed": square_svd,
    "svd": svd,
    **of_shapes("svd: hermitian", svd_of_hermitian, *SQUARE),
    **of_shapes("svd: square", square_svd, (3, 2), (2, 4), (2, 3, 2)),
    "svd: values(2, 3)": L.svdvals,
    **of_shapes("svd: values, hermitian", lambda x: L.svdvals(hermitian(x)), *SQUARE),
    "svd_packed": svd,
    "tensorinv: (3, 3)": lambda x: L.tensorinv(x, 1),
    "tensorinv: (4, 4)": lambda x: L.tensorinv(x.reshape(2, 2, 4)),
    "tensorsolve": lambda a, b, axes=None: L.tensorsolve(a, b, dims=axes),
    "tied": torch.clone,
    "unless": torch.clone,
}

# -------------------------------------------------------------------------- Fourier


def fourier(f):
    """A transform with NumPy's keywords."""
    names = {"axis": "dim", "axes": "dim"}

    def function(x, **params):
        if -1 in params.get("s", ()) and f in (torch.fft.irfft2, torch.fft.irfftn):
            raise NotInTorchError("s=-1 means another length of a real result there")
        return f(x, **{names.get(name, name): value for name, value in params.items()})

    return function


TRANSFORMS = of(
    torch.fft,
    *("fft", "ifft", "rfft", "irfft", "hfft", "ihfft", "fft2", "ifft2", "rfft2", "irfft2"),
    *("fftn", "ifftn", "rfftn", "irfftn", "fftshift", "ifftshift"),
)
FOURIER = {
    **{name: fourier(f) for name, f in TRANSFORMS.items()},
    "fftfreq": lambda d, n: torch.fft.fftfreq(n, dtype=torch.float64) / d,
    "rfftfreq": lambda d, n: torch.fft.rfftfreq(n, dtype=torch.float64) / d,
}

FUNCTIONS = {
    **PRODUCTS,
    **{f"linalg.{name}": f for name, f in LINALG.items()},
    **{f"fft.{name}": f for name, f in FOURIER.items()},
}
