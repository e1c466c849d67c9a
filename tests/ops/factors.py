"""Functions of the factors of a matrix that do not depend on the factors' signs and phases.

Each takes a matrix and the decomposition, NumPy's or ours; PyTorch's version follows it.
"""

import numpy as np

from ops.in_torch import torch
from ops.matrices import adjoint, beyond, hermitian, torch_hermitian, torch_weights, weights


def both_qr(a, qr):
    """A function of both factors that does not depend on their phases."""
    q, r = qr(a)
    return abs(q) ** 2 @ abs(r) + (q * weights(q)) @ r


def torch_qr(x):
    q, r = torch.linalg.qr(x)
    return abs(q) ** 2 @ abs(r) + (q * torch_weights(q)) @ r


def complete_qr(a, qr):
    """A function of all columns that does not depend on the basis of the further ones."""
    q, r = qr(a, "complete")
    n = a.shape[-1]
    further = q[..., n:]
    return q[..., :n] @ r[..., :n, :] ** 2 + further @ adjoint(further) @ weights(a)


def torch_complete_qr(x):
    q, r = torch.linalg.qr(x)
    return q @ r**2 + beyond(q) @ torch_weights(x)


def both_eigh(a, eigh):
    w, v = eigh(hermitian(a))
    return (v * weights(v)[..., :1]) @ adjoint(v * w[..., None, :]) + abs(v) ** 2


def torch_eigh(x):
    w, v = torch.linalg.eigh(torch_hermitian(x))
    return (v * torch_weights(v)[..., :1]) @ (v * w[..., None, :]).mH + abs(v) ** 2


def both_eig(a, eig):
    w, v = eig(a)
    return abs(v) ** 2 * 1.5 + np.real(w * (1 - 2j))[..., None, :] + np.imag(w**2)[..., None, :]


def torch_eig(x):
    w, v = torch.linalg.eig(x)
    return abs(v) ** 2 * 1.5 + (w * (1 - 2j)).real[..., None, :] + (w**2).imag[..., None, :]


def all_svd(a, svd):
    u, s, vh = svd(a, full_matrices=False)
    return (u * weights(u)) @ (s[..., None] ** 2 * vh) + (u @ vh) * 0.5


def torch_svd(x):
    u, s, vh = torch.linalg.svd(x, full_matrices=False)
    return (u * torch_weights(u)) @ (s[..., None] ** 2 * vh) + (u @ vh) * 0.5


def square_svd(a, svd):
    """A function of all vectors that does not depend on the basis of the further ones."""
    u, s, vh = svd(a)
    k = s.shape[-1]
    further, more = u[..., k:], vh[..., k:, :]
    thin = (u[..., :k] * s[..., None, :] ** 2) @ vh[..., :k, :]
    w = weights(a)
    return thin + further @ adjoint(further) @ w + w @ adjoint(more) @ more


def torch_square_svd(x):
    u, s, vh = torch.linalg.svd(x, full_matrices=False)
    w = torch_weights(x)
    return (u * s[..., None, :] ** 2) @ vh + beyond(u) @ w + w @ beyond(vh.mH)


def svd_of_hermitian(a, svd):
    u, s, vh = svd(hermitian(a), hermitian=True)
    return (u * s[..., None, :] ** 2) @ vh + abs(u) ** 2


def torch_svd_of_hermitian(x):
    u, s, vh = torch.linalg.svd(torch_hermitian(x))
    return (u * s[..., None, :] ** 2) @ vh + abs(u) ** 2
