"""The records of products in index notation."""

import numpy as np

import tinygrad_np as tg
from ops.in_torch import NotInTorch, torch
from ops.opinfo import ANY, add
from tinygrad_np.engine.op import OPS


def torch_einsum(*x, subscripts="ij,kj", dtype=None, order="K", casting="safe", optimize=False):
    """torch.einsum; of NumPy's keywords, only the dtype affects the result."""
    return torch.einsum(subscripts, *[t if dtype is None else t.to(torch.complex128) for t in x])


for subscripts, *shapes in (
    ("ij,jk->ik", (2, 3), (3, 2)),
    ("ij,jk", (2, 3), (3, 2)),
    ("ba", (2, 3)),
    ("ii", (3, 3)),
    ("ii->i", (3, 3)),
    ("iij,j->i", (2, 2, 3), (3,)),
    ("iii->i", (2, 2, 2)),
    ("iijj->ij", (2, 2, 3, 3)),
    ("i->", (3,)),
    ("ij->j", (2, 3)),
    ("ij,k->k", (2, 3), (2,)),
    ("i,j->ji", (2,), (3,)),
    (",i->i", (), (3,)),
    ("ij,ij,ij->i", (2, 3), (2, 3), (2, 3)),
    ("ij,jk,kl->il", (2, 3), (3, 2), (2, 2)),
    ("...ij,...jk->...ik", (2, 2, 3), (3, 2)),
    ("i...,i...->...", (3, 2), (3, 1)),
    ("...i,...i", (2, 1, 3), (4, 3)),
    ("i...->...", (3, 2, 2)),
    ("i,i->i", (1,), (3,)),
    ("i,i->", (1,), (3,)),
    ("ij,j->i", (1, 1), (3,)),
    (" i j , j -> i ", (2, 3), (3,)),
    ("ij,jk->ik", (0, 3), (3, 2)),
    ("ij->i", (2, 0)),
    ("ii,ii->i", (2, 2), (2, 2)),
    ("->", ()),
):
    for optimize in (False, True) if len(shapes) > 2 else (False,):
        add(
            "einsum",
            lambda *x, subscripts, optimize: np.einsum(subscripts, *x, optimize=optimize),
            *[ANY] * len(shapes),
            call=lambda *x, subscripts, optimize: tg.einsum(subscripts, *x, optimize=optimize),
            shapes=tuple(shapes),
            params={"subscripts": subscripts, "optimize": optimize},
            torch=torch_einsum,
        )
add(
    "einsum",
    lambda x, y: np.einsum(x, [0, 1], y, [1, 2], [2, 0]),
    ANY,
    ANY,
    call=lambda x, y: tg.einsum(x, [0, 1], y, [1, 2], [2, 0]),
    shapes=((2, 3), (3, 2)),
    label="lists",
    torch=lambda x, y: torch.einsum(x, [0, 1], y, [1, 2], [2, 0]),
)
add(
    "einsum",
    lambda x, y: np.einsum(x, [..., 30, 2], y, [2, 30]),
    ANY,
    ANY,
    call=lambda x, y: tg.einsum(x, [..., 30, 2], y, [2, 30]),
    shapes=((2, 2, 3), (3, 2)),
    label="lists, implicit",
    torch=lambda x, y: torch.einsum(x, [..., 30, 2], y, [2, 30]),
)
for params in ({"dtype": np.complex128}, {"order": "K"}, {"casting": "no"}, {"optimize": "greedy"}):
    add(
        "einsum",
        lambda x, y, **params: np.einsum("ij,kj", x, y, **params),
        ANY,
        ANY,
        call=lambda x, y, **params: tg.einsum("ij,kj", x, y, **params),
        shapes=((2, 3), (2, 3)),
        params=params,
        integers=False,
        torch=torch_einsum,
    )
add(
    "einsum",
    lambda *x: np.einsum("ij,jk,kl->il", *x, optimize=["einsum_path", (1, 2), (0, 1)]),
    *[ANY] * 3,
    call=lambda *x: tg.einsum("ij,jk,kl->il", *x, optimize=["einsum_path", (1, 2), (0, 1)]),
    shapes=((2, 3), (3, 2), (2, 2)),
    label="path",
    torch=lambda *x: torch.einsum("ij,jk,kl->il", *x),
)
for subscripts, *shapes in (("ab,bc->ac", (2, 3), (3, 2)), ("aa,b->a", (2, 2), (3,))):
    add(
        "sum_of_products",
        lambda *x, subscripts: np.einsum(subscripts, *x),
        *[ANY] * len(shapes),
        call=OPS["sum_of_products"].call,
        shapes=tuple(shapes),
        params={"subscripts": subscripts},
        torch=torch_einsum,
    )
for subscripts, shape in (("ij->ji", (2, 3)), ("ii->i", (3, 3)), ("jii->ij", (2, 3, 3))):
    term, _, output = subscripts.partition("->")
    size = dict(zip(term, shape, strict=True))

    def spread(x, *, subscripts, shape):
        out = np.zeros(shape, x.dtype)
        np.einsum(subscripts, out)[...] = x
        return out

    for writable in (True, False):
        add(
            "part",
            lambda x, subscripts, writable: np.einsum(subscripts, x),
            ANY,
            call=OPS["part"].call,
            shapes=(shape,),
            params={"subscripts": subscripts, "writable": writable},
            torch=lambda x, subscripts, writable: torch.einsum(subscripts, x),
        )
    add(
        "spread",
        spread,
        ANY,
        call=OPS["spread"].call,
        shapes=(tuple(size[label] for label in output),),
        params={"subscripts": subscripts, "shape": shape},
        torch=NotInTorch("a part of the rule of part"),
    )
