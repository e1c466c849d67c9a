"""The functions of `numpy.linalg`, under its names.

>>> import tinygrad_np as tg
>>> a = tg.tensor([[2.0, 1.0], [1.0, 2.0]], requires_grad=True)
>>> tg.linalg.slogdet(a).logabsdet.backward()
>>> a.grad
Tensor([[ 0.66666667, -0.33333333],
        [-0.33333333,  0.66666667]], dtype=float64)
"""

from numpy.linalg import LinAlgError

from .ops.decompositions import (
    eigvals,
    eigvalsh,
    svdvals,
)
from .ops.linalg import (
    EighResult,
    EigResult,
    QRResult,
    SVDResult,
    cholesky,
    cross,
    diagonal,
    eig,
    eigh,
    matmul,
    matrix_rank,
    matrix_transpose,
    outer,
    qr,
    svd,
    tensordot,
    trace,
    vecdot,
)
from .ops.norms import (
    cond,
    matrix_norm,
    norm,
    vector_norm,
)
from .ops.solving import (
    SlogdetResult,
    det,
    inv,
    lstsq,
    matrix_power,
    multi_dot,
    pinv,
    slogdet,
    solve,
    tensorinv,
    tensorsolve,
)

__all__ = [
    "EigResult",
    "EighResult",
    "LinAlgError",
    "QRResult",
    "SVDResult",
    "SlogdetResult",
    "cholesky",
    "cond",
    "cross",
    "det",
    "diagonal",
    "eig",
    "eigh",
    "eigvals",
    "eigvalsh",
    "inv",
    "lstsq",
    "matmul",
    "matrix_norm",
    "matrix_power",
    "matrix_rank",
    "matrix_transpose",
    "multi_dot",
    "norm",
    "outer",
    "pinv",
    "qr",
    "slogdet",
    "solve",
    "svd",
    "svdvals",
    "tensordot",
    "tensorinv",
    "tensorsolve",
    "trace",
    "vecdot",
    "vector_norm",
]
