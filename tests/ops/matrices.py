"""Matrices for the records of numpy.linalg, and how those records are entered.

Vectors of a decomposition are determined only up to a sign or a phase, so a record asks for
what does not depend on it; and where only one triangle of a matrix is read, it is made
Hermitian first, because the gradient is for changes that keep it so.
"""

import numpy as np

import tinygrad_np as tg
from ops.in_torch import torch
from ops.opinfo import ANY, add


def regular(rng, shape):
    """Square matrices far from singular, with eigenvalues apart."""
    n = shape[-1]
    return rng.uniform(-0.5, 0.5, shape) + np.diag(np.arange(1.0, n + 1) * 1.5)


def linalg(name, reference, domain=regular, *, shapes=((3, 3), (2, 2, 2)), call=None, **rest):
    """Enter a record for each of several shapes."""
    for shape in shapes:
        function = call or getattr(tg.linalg, name)
        label = rest.get("label", "") + str(shape)
        more = {key: value for key, value in rest.items() if key != "label"}
        more = {"integers": False, **more}
        add(
            f"linalg.{name}", reference, domain, call=function, shapes=(shape,), label=label, **more
        )


def pairs(name, reference, *shapes, domains=(regular, ANY), **rest):
    """Enter a record of a function of two arrays."""
    label = ", ".join(map(str, shapes))
    call = rest.pop("call", None) or getattr(tg.linalg, name)
    more = {"integers": False, **rest}
    add(f"linalg.{name}", reference, *domains, call=call, shapes=shapes, label=label, **more)


def weights(x):
    """Numbers of its own for each element, none of them equal, in the dtype of `x`."""
    return (np.arange(x.size).reshape(x.shape) * 0.37 + 0.2).astype(x.dtype)


def adjoint(x):
    return np.conjugate(x).swapaxes(-1, -2)


def hermitian(x):
    return (x + adjoint(x)) * 0.5


def definite(x):
    return x @ adjoint(x)


# ------------------------------------------------------------- the same of PyTorch's


def torch_weights(x):
    numbers = torch.arange(x.numel(), dtype=torch.float64).reshape(x.shape) * 0.37 + 0.2
    return numbers.to(x.dtype)


def torch_hermitian(x):
    return (x + x.mH) * 0.5


def beyond(u):
    """The projection on what the columns of `u` leave: that of any further columns.

    Of those themselves torch.linalg.qr has no gradient, and torch.linalg.svd leaves it out.
    """
    return torch.eye(u.shape[-2], dtype=u.dtype) - u @ u.mH
