"""The records of products of every kind: of vectors, in index notation, of sequences."""

import numpy as np

import tinygrad_np as tg
from late_numpy import reference
from records import ANY, add
from tinygrad_np.engine.op import OPS


def of(name, *shapes, **params):
    """Enter a record of a function of several arrays."""
    label = ", ".join(map(str, shapes))
    domains = (ANY,) * len(shapes)
    add(name, reference(name), *domains, shapes=shapes, params=params, label=label)


for shapes in (((3,), (3,)), ((2, 3), (3,)), ((2, 1, 3), (4, 3)), ((2, 0), (0,))):
    of("vecdot", *shapes)
add(
    "vecdot",
    lambda x, y, axis: np.vecdot(x, y, axis=axis),
    ANY,
    ANY,
    call=lambda x, y, axis: tg.vecdot(x, y, axis=axis),
    shapes=((3, 2, 2), (3, 1, 2)),
    params={"axis": 0},
)
for shapes in (((2, 3), (3,)), ((2, 1, 2, 3), (4, 3)), ((2, 3), (2, 3))):
    of("matvec", *shapes)
for shapes in (((3,), (3, 2)), ((4, 3), (2, 1, 3, 2)), ((2, 3), (3, 2))):
    of("vecmat", *shapes)
for shapes in (((3,), (3,)), ((2, 3), (3, 2)), ((), ())):
    of("vdot", *shapes)
for shapes in (((3,), (3,)), ((2, 3), (4, 3)), ((2, 2, 3), (3,)), ((), (2,)), ((2,), ())):
    of("inner", *shapes)
for shapes in (((3,), (2,)), ((2, 3), (2, 2)), ((), (2,))):
    of("outer", *shapes)
for shapes in (((2,), (3,)), ((2, 3), (2, 2)), ((2,), (2, 2, 3)), ((2, 2, 1), (3,)), ((), (2,))):
    of("kron", *shapes)
for shapes, axes in (
    (((2, 3), (2, 3)), 2),
    (((2, 3), (3, 4)), 1),
    (((2,), (3,)), 0),
    (((2, 3, 4), (4, 2, 3)), ((0, -1), (1, 0))),
    (((2, 3), (4, 2)), (0, 1)),
    (((2, 0), (0, 3)), 1),
):
    of("tensordot", *shapes, axes=axes)
for shapes, params in (
    (((3,), (3,)), {}),
    (((2, 3), (3,)), {}),
    (((3, 2), (2, 3)), {"axisa": 0, "axisc": 0}),
    (((3, 2), (3, 2)), {"axis": 0}),
):
    of("cross", *shapes, **params)

# ----------------------------------------------------------------------- sequences

for name in ("convolve", "correlate"):
    for n, m in ((5, 3), (3, 5), (4, 2), (2, 5), (3, 3)):
        for mode in ("full", "same", "valid"):
            of(name, (n,), (m,), mode=mode)
of("convolve", (), (2,))
add(
    "convolve_full",
    np.convolve,
    ANY,
    ANY,
    call=OPS["convolve_full"].call,
    shapes=((4,), (2,)),
)

# ------------------------------------------------------------------ index notation

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
        )
add(
    "einsum",
    lambda x, y: np.einsum(x, [0, 1], y, [1, 2], [2, 0]),
    ANY,
    ANY,
    call=lambda x, y: tg.einsum(x, [0, 1], y, [1, 2], [2, 0]),
    shapes=((2, 3), (3, 2)),
    label="lists",
)
add(
    "einsum",
    lambda x, y: np.einsum(x, [..., 30, 2], y, [2, 30]),
    ANY,
    ANY,
    call=lambda x, y: tg.einsum(x, [..., 30, 2], y, [2, 30]),
    shapes=((2, 2, 3), (3, 2)),
    label="lists, implicit",
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
    )
add(
    "einsum",
    lambda *x: np.einsum("ij,jk,kl->il", *x, optimize=["einsum_path", (1, 2), (0, 1)]),
    *[ANY] * 3,
    call=lambda *x: tg.einsum("ij,jk,kl->il", *x, optimize=["einsum_path", (1, 2), (0, 1)]),
    shapes=((2, 3), (3, 2), (2, 2)),
    label="path",
)
for subscripts, *shapes in (("ab,bc->ac", (2, 3), (3, 2)), ("aa,b->a", (2, 2), (3,))):
    add(
        "sum_of_products",
        lambda *x, subscripts: np.einsum(subscripts, *x),
        *[ANY] * len(shapes),
        call=OPS["sum_of_products"].call,
        shapes=tuple(shapes),
        params={"subscripts": subscripts},
    )
