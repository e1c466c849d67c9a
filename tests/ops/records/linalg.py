"""The records of numpy.linalg's decompositions, and of names that only numpy.linalg has."""

import numpy as np

import tinygrad_np as tg
from ops.factors import (
    all_svd,
    both_eig,
    both_eigh,
    both_qr,
    complete_qr,
    square_svd,
    svd_of_hermitian,
    torch_complete_qr,
    torch_eig,
    torch_eigh,
    torch_qr,
    torch_square_svd,
    torch_svd,
    torch_svd_of_hermitian,
)
from ops.in_torch import torch
from ops.matrices import definite, hermitian, linalg, pairs, regular, torch_hermitian
from ops.opinfo import ANY

L = np.linalg

# --------------------------------------------------------------------- decompositions

for upper in (False, True):
    linalg(
        "cholesky",
        lambda a, upper: L.cholesky(definite(a), upper=upper),
        call=lambda a, upper: tg.linalg.cholesky(definite(tg.asarray(a)), upper=upper),
        params={"upper": upper},
        torch=lambda x, upper: torch.linalg.cholesky(x @ x.mH, upper=upper),
    )
for shape in ((3, 3), (4, 2), (2, 3), (2, 3, 2)):
    linalg("qr", lambda a: both_qr(a, L.qr), regular if shape == (3, 3) else ANY, shapes=(shape,),
           call=lambda a: both_qr(tg.asarray(a), tg.linalg.qr), torch=torch_qr)  # fmt: skip
for shape in ((4, 2), (2, 3, 2), (3, 3)):
    linalg("qr", lambda a: complete_qr(a, L.qr), ANY, shapes=(shape,), label="complete",
           call=lambda a: complete_qr(tg.asarray(a), tg.linalg.qr),
           torch=torch_complete_qr)  # fmt: skip
linalg("qr", lambda a: abs(np.asarray(L.qr(a, mode="r"))), ANY, shapes=((3, 2),), label="r",
       call=lambda a: abs(tg.linalg.qr(a, mode="r")),
       torch=lambda x: abs(torch.linalg.qr(x).R))  # fmt: skip
linalg("eigh", lambda a: both_eigh(a, L.eigh),
       call=lambda a: both_eigh(tg.asarray(a), tg.linalg.eigh), torch=torch_eigh)  # fmt: skip
linalg("eig", lambda a: both_eig(a, L.eig), shapes=((3, 3),),
       call=lambda a: both_eig(tg.asarray(a), tg.linalg.eig), torch=torch_eig)  # fmt: skip
for shape in ((3, 3), (3, 2), (2, 3), (2, 3, 2)):
    linalg("svd", lambda a: all_svd(a, L.svd), regular if shape == (3, 3) else ANY, shapes=(shape,),
           call=lambda a: all_svd(tg.asarray(a), tg.linalg.svd), torch=torch_svd)  # fmt: skip
linalg("svd", lambda a: L.svd(a, compute_uv=False), ANY, shapes=((2, 3),), label="values",
       call=lambda a: tg.linalg.svd(a, compute_uv=False), torch="linalg.svdvals")  # fmt: skip
for shape in ((3, 2), (2, 4), (2, 3, 2)):
    linalg("svd", lambda a: square_svd(a, L.svd), ANY, shapes=(shape,), label="square",
           call=lambda a: square_svd(tg.asarray(a), tg.linalg.svd),
           torch=torch_square_svd)  # fmt: skip
linalg("svd", lambda a: svd_of_hermitian(a, L.svd), label="hermitian",
       call=lambda a: svd_of_hermitian(tg.asarray(a), tg.linalg.svd),
       torch=torch_svd_of_hermitian)  # fmt: skip
linalg("svd", lambda a: L.svd(hermitian(a), True, False, True), label="values, hermitian",
       call=lambda a: tg.linalg.svd(hermitian(tg.asarray(a)), True, False, True),
       torch=lambda x: torch.linalg.svdvals(torch_hermitian(x)))  # fmt: skip
linalg("matrix_rank", L.matrix_rank, order=0)
linalg("matrix_rank", L.matrix_rank, order=0, params={"hermitian": True, "tol": 0.1})

# ---------------------------------------------------- names that only numpy.linalg has

for offset in (0, 1, -1, 5):
    params = {"offset": offset}
    linalg("diagonal", lambda x, offset: np.diagonal(x, offset, -2, -1), ANY, params=params,
           shapes=((3, 2), (2, 2, 3)), integers=True)  # fmt: skip
    linalg("trace", lambda x, offset: np.trace(x, offset, -2, -1), ANY, params=params,
           shapes=((3, 2), (2, 2, 3)), integers=True,
           torch=lambda x, offset: torch.linalg.diagonal(x, offset=offset).sum(-1))  # fmt: skip
linalg("matrix_transpose", lambda x: np.swapaxes(x, -1, -2), ANY, shapes=((2, 3, 2),),
       integers=True, torch=lambda x: x.mT)  # fmt: skip
pairs("outer", np.outer, (2,), (3,), domains=(ANY, ANY), integers=True, torch="outer")
pairs("cross", lambda x, y, axis: np.cross(x, y, axis=axis), (3, 2), (3, 2), domains=(ANY, ANY),
      params={"axis": 0}, integers=True,
      torch=lambda x, y, axis: torch.linalg.cross(x, y, dim=axis))  # fmt: skip
