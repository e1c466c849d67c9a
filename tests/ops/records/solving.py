"""The records of inverses, determinants, powers and solutions of linear equations."""

import numpy as np

import tinygrad_np as tg
from ops.in_torch import torch
from ops.matrices import hermitian, linalg, pairs, regular, torch_hermitian
from ops.opinfo import ANY, add, real
from tinygrad_np.engine.op import OPS

L = np.linalg

linalg("inv", L.inv, shapes=((3, 3), (2, 2, 2), (0, 0)))
linalg("inverse_or_inf", L.inv, call=OPS["linalg.inverse_or_inf"].call, torch="linalg.inv")
for shapes in (
    ((3, 3), (3,)),
    ((3, 3), (3, 2)),
    ((2, 3, 3), (3,)),
    ((2, 1, 2, 2), (3, 2, 1)),
    ((2, 2), (3, 2, 2)),
):
    pairs("solve", L.solve, *shapes)
linalg("det", L.det, shapes=((3, 3), (2, 2, 2), (1, 1)))
linalg(
    "cofactors",
    lambda a: L.det(a)[..., None, None] * L.inv(a).swapaxes(-1, -2),
    call=OPS["linalg.cofactors"].call,
    torch=lambda x: torch.linalg.det(x)[..., None, None] * torch.linalg.inv(x).mT,
)
linalg("slogdet", lambda a: L.slogdet(a)[1], call=lambda a: tg.linalg.slogdet(a).logabsdet,
       torch=lambda x: torch.linalg.slogdet(x).logabsdet)  # fmt: skip
linalg(
    "slogdet_packed",
    lambda a: np.stack(L.slogdet(a), axis=-1),
    call=OPS["linalg.slogdet_packed"].call,
    torch=lambda x: torch.stack(tuple(torch.linalg.slogdet(x)), -1),
)
for shape in ((3, 2), (2, 3), (2, 2, 3), (3, 3)):
    linalg("pinv", L.pinv, ANY if shape[-1] != shape[-2] else regular, shapes=(shape,))
linalg("pinv", lambda a: L.pinv(hermitian(a), hermitian=True), label="hermitian",
       call=lambda a: tg.linalg.pinv(hermitian(tg.asarray(a)), hermitian=True),
       torch=lambda x: torch.linalg.pinv(torch_hermitian(x), hermitian=True))  # fmt: skip
linalg("pseudo_inverse", L.pinv, ANY, shapes=((3, 2),), call=OPS["linalg.pseudo_inverse"].call,
       torch="linalg.pinv")  # fmt: skip


def least_squares(a, b):
    return torch.linalg.pinv(a).to(b.dtype) @ b


def residuals(a, b):
    return torch.atleast_1d((abs(b - a @ torch.linalg.pinv(a) @ b) ** 2).sum(0))


for shapes in (((4, 2), (4,)), ((4, 2), (4, 3)), ((2, 3), (2,)), ((2, 3), (2, 2))):
    for place in (0, 1) if shapes[0] == (4, 2) else (0,):
        add(
            "linalg.lstsq",
            lambda a, b, place=place: L.lstsq(a, b)[place],
            ANY,
            ANY,
            call=lambda a, b, place=place: tg.linalg.lstsq(a, b)[place],
            shapes=shapes,
            integers=False,
            label=f"{shapes[0]}, {shapes[1]}, {place}",
            torch=residuals if place else least_squares,
        )
linalg("lstsq", lambda a: L.lstsq(a, np.ones(3, "f4"))[3], ANY, shapes=((3, 2),),
       label="singular values", call=lambda a: tg.linalg.lstsq(a, np.ones(3, "f4"))[3],
       torch="linalg.svdvals")  # fmt: skip


def of_rank_1(rng, shape):
    return np.outer(rng.uniform(0.5, 1.5, shape[0]), rng.uniform(0.5, 1.5, shape[1]))


# The gradient is that of changes that keep the rank. Finite steps lose it: no second order.
for shapes in (((3, 2), (3,)), ((2, 3), (2, 2))):
    pairs("lstsq", lambda a, b: L.lstsq(a, b, 1e-4)[0], *shapes, domains=(real(of_rank_1), ANY),
          call=lambda a, b: tg.linalg.lstsq(a, b, 1e-4)[0], order=1, tolerance=1e-5,
          torch=least_squares)  # fmt: skip
linalg("pinv", L.pinv, real(of_rank_1), shapes=((3, 2),), params={"rcond": 1e-4}, order=1,
       tolerance=1e-5)  # fmt: skip
for n in (3, 1, 2, -2, -1, 5):
    linalg("matrix_power", L.matrix_power, params={"n": n})
linalg("matrix_power", L.matrix_power, params={"n": 0}, order=0)
linalg("tensorinv", lambda a: L.tensorinv(a, 1), shapes=((3, 3),),
       call=lambda a: tg.linalg.tensorinv(a, 1),
       torch=lambda x: torch.linalg.tensorinv(x, 1))  # fmt: skip
linalg(
    "tensorinv",
    lambda a: L.tensorinv(a.reshape(2, 2, 4)),
    shapes=((4, 4),),
    call=lambda a: tg.linalg.tensorinv(tg.reshape(a, (2, 2, 4))),
    torch=lambda x: torch.linalg.tensorinv(x.reshape(2, 2, 4)),
)
for params in ({}, {"axes": (0,)}, {"axes": (1,)}, {"axes": (0, 1)}):
    pairs("tensorsolve", L.tensorsolve, (3, 3), (3,), params=params,
          torch=lambda a, b, axes=None: torch.linalg.tensorsolve(a, b, dims=axes))  # fmt: skip
for shapes in (((2, 3), (3, 4), (4, 1)), ((3,), (3, 4), (4, 2), (2,)), ((2, 3), (3, 2))):
    add(
        "linalg.multi_dot",
        lambda *a: L.multi_dot(a),
        *[ANY] * len(shapes),
        call=lambda *a: tg.linalg.multi_dot(a),
        shapes=shapes,
        label=str(len(shapes)),
        integers=False,
        torch=lambda *x: torch.linalg.multi_dot(x),
    )
