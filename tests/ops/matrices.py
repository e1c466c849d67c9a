"""Matrices for the records of numpy.linalg, and functions that add these records.

The vectors of a decomposition are determined only up to a sign or a phase, so a record uses a
function that does not depend on it. Where only one triangle of a matrix is read, the matrix is
made Hermitian first, because the gradient is that of changes that keep it Hermitian.
"""

import numpy as np

import tinygrad_np as tg
from ops.in_torch import torch
from ops.opinfo import ANY, add


def regular(rng, shape):
    """Draw square matrices far from singular, with distinct eigenvalues."""
    n = shape[-1]
    return rng.uniform(-0.5, 0.5, shape) + np.diag(np.arange(1.0, n + 1) * 1.5)


def linalg(name, reference, domain=regular, *, shapes=((3, 3), (2, 2, 2)), call=None, **rest):
    """Add a record for each of several shapes."""
    for shape in shapes:
        function = call or getattr(tg.linalg, name)
        label = rest.get("label", "") + str(shape)
        more = {key: value for key, value in rest.items() if key != "label"}
        more = {"integers": False, **more}
        add(
            f"linalg.{name}", reference, domain, call=function, shapes=(shape,), label=label, **more
        )


def pairs(name, reference, *shapes, domains=(regular, ANY), **rest):
    """Add a record of a function of two arrays."""
    label = ", ".join(map(str, shapes))
    call = rest.pop("call", None) or getattr(tg.linalg, name)
    more = {"integers": False, **rest}
    add(f"linalg.{name}", reference, *domains, call=call, shapes=shapes, label=label, **more)


def weights(x):
    """Return distinct weights, one per element of `x`, in its dtype."""
    return (np.arange(x.size).reshape(x.shape) * 0.37 + 0.2).astype(x.dtype)


def adjoint(x):
    return np.conjugate(x).swapaxes(-1, -2)


def hermitian(x):
    return (x + adjoint(x)) * 0.5


def definite(x):
    return x @ adjoint(x)


# -------------------------------------------------------------- the same in PyTorch


def torch_weights(x):
    numbers = torch.arange(x.numel(), dtype=torch.float64).reshape(x.shape) * 0.37 + 0.2
    return numbers.to(x.dtype)


def torch_hermitian(x):
    return (x + x.mH) * 0.5


def beyond(u):
    """Return the projection on the complement of the columns of `u`: that of any further columns.

    torch.linalg.qr has no gradient for the further columns, and torch.linalg.svd ignores theirs.
    """
    return torch.eye(u.shape[-2], dtype=u.dtype) - u @ u.mH
