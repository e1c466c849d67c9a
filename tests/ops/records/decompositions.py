"""The records of decompositions as ops: all results in one array."""

import numpy as np

import tinygrad_np as tg
from ops.factors import (
    all_svd,
    both_eig,
    both_eigh,
    both_qr,
    square_svd,
    torch_eig,
    torch_eigh,
    torch_qr,
    torch_square_svd,
    torch_svd,
)
from ops.in_torch import torch
from ops.matrices import definite, hermitian, linalg, regular, torch_hermitian
from ops.opinfo import ANY
from tinygrad_np.engine.op import OPS

L = np.linalg

linalg(
    "cholesky_lower",
    lambda a: L.cholesky(definite(a)),
    call=lambda a: OPS["linalg.cholesky_lower"].call(definite(tg.asarray(a))),
    torch=lambda x: torch.linalg.cholesky(x @ x.mH),
)


def torch_from_lower(x):
    x = torch_hermitian(x)
    return torch.tril(x) + torch.tril(x, -1).mH


linalg("from_lower", hermitian,
       call=lambda a: OPS["linalg.from_lower"].call(hermitian(tg.asarray(a))),
       torch=torch_from_lower)  # fmt: skip
linalg("eigh_packed", lambda a: both_eigh(a, L.eigh),
       call=lambda a: both_eigh(tg.asarray(a), tg.linalg.eigh), torch=torch_eigh)  # fmt: skip
for UPLO in "LU":
    linalg(
        "eigvalsh",
        lambda a, UPLO: L.eigvalsh(hermitian(a), UPLO),
        params={"UPLO": UPLO},
        call=lambda a, UPLO: tg.linalg.eigvalsh(hermitian(tg.asarray(a)), UPLO),
        torch=lambda x, UPLO: torch.linalg.eigvalsh(torch_hermitian(x), UPLO=UPLO),
    )
linalg("eig_packed", lambda a: both_eig(a, L.eig), shapes=((3, 3),),
       call=lambda a: both_eig(tg.asarray(a), tg.linalg.eig), torch=torch_eig)  # fmt: skip
linalg("eigvals", lambda a: L.eigvals(a) + 0j)
for shape in ((3, 3), (4, 2), (2, 3), (2, 3, 2)):
    domain = regular if shape == (3, 3) else ANY
    linalg("qr_packed", lambda a: both_qr(a, L.qr), domain, shapes=(shape,),
           call=lambda a: both_qr(tg.asarray(a), tg.linalg.qr), torch=torch_qr)  # fmt: skip
for shape in ((3, 3), (3, 2), (2, 3), (2, 3, 2)):
    domain = regular if shape == (3, 3) else ANY
    linalg("svd_packed", lambda a: all_svd(a, L.svd), domain, shapes=(shape,),
           call=lambda a: all_svd(tg.asarray(a), tg.linalg.svd), torch=torch_svd)  # fmt: skip
    linalg("svdvals", lambda x: L.svd(x, compute_uv=False), domain, shapes=(shape,))
for shape in ((3, 2), (2, 4), (2, 3, 2)):
    linalg("square_svd_packed", lambda a: square_svd(a, L.svd), ANY, shapes=(shape,),
           label="square", call=lambda a: square_svd(tg.asarray(a), tg.linalg.svd),
           torch=torch_square_svd)  # fmt: skip
