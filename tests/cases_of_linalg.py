"""The records of numpy.linalg: what its functions give as real numbers that mean something.

Vectors of a decomposition are determined only up to a sign or a phase, so a record asks for
what does not depend on it; and where only one triangle of a matrix is read, it is made
Hermitian first, because the gradient is for changes that keep it so.
"""

import numpy as np

import tinygrad_np as tg
from records import ANY, add
from tinygrad_np.engine.op import OPS

L = np.linalg


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
    call = getattr(tg.linalg, name)
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


EMPTY = ((0, 0),)

linalg("inv", L.inv, shapes=((3, 3), (2, 2, 2), (0, 0)))
for shapes in (
    ((3, 3), (3,)),
    ((3, 3), (3, 2)),
    ((2, 3, 3), (3,)),
    ((2, 1, 2, 2), (3, 2, 1)),
    ((2, 2), (3, 2, 2)),
):
    pairs("solve", L.solve, *shapes)
linalg("det", L.det, shapes=((3, 3), (2, 2, 2), (1, 1)))
linalg("cofactors", lambda a: L.det(a)[..., None, None] * L.inv(a).swapaxes(-1, -2),
       call=OPS["linalg.cofactors"].call)  # fmt: skip
linalg("slogdet", lambda a: L.slogdet(a)[1], call=lambda a: tg.linalg.slogdet(a).logabsdet)
linalg(
    "slogdet_packed",
    lambda a: np.stack(L.slogdet(a), axis=-1),
    call=OPS["linalg.slogdet_packed"].call,
)
for shape in ((3, 2), (2, 3), (2, 2, 3), (3, 3)):
    linalg("pinv", L.pinv, ANY if shape[-1] != shape[-2] else regular, shapes=(shape,))
linalg("pseudo_inverse", L.pinv, ANY, shapes=((3, 2),), call=OPS["linalg.pseudo_inverse"].call)
for shapes in (((4, 2), (4,)), ((4, 2), (4, 3)), ((2, 3), (2,))):
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
        )
for n in (3, 1, 2, -2):
    linalg("matrix_power", L.matrix_power, params={"n": n})
linalg("matrix_power", L.matrix_power, params={"n": 0}, order=0)
linalg("tensorinv", lambda a: L.tensorinv(a, 1), shapes=((3, 3),),
       call=lambda a: tg.linalg.tensorinv(a, 1))  # fmt: skip
linalg(
    "tensorinv",
    lambda a: L.tensorinv(a.reshape(2, 2, 4)),
    shapes=((4, 4),),
    call=lambda a: tg.linalg.tensorinv(tg.reshape(a, (2, 2, 4))),
)
pairs("tensorsolve", L.tensorsolve, (3, 3), (3,))
for shapes in (((2, 3), (3, 4), (4, 1)), ((3,), (3, 4), (4, 2), (2,)), ((2, 3), (3, 2))):
    add(
        "linalg.multi_dot",
        lambda *a: L.multi_dot(a),
        *[ANY] * len(shapes),
        call=lambda *a: tg.linalg.multi_dot(a),
        shapes=shapes,
        label=str(len(shapes)),
        integers=False,
    )

# -------------------------------------------------------------------------- factors

for upper in (False, True):
    linalg(
        "cholesky",
        lambda a, upper: L.cholesky(definite(a), upper=upper),
        call=lambda a, upper: tg.linalg.cholesky(definite(tg.asarray(a)), upper=upper),
        params={"upper": upper},
    )
linalg(
    "cholesky_lower",
    lambda a: L.cholesky(definite(a)),
    call=lambda a: OPS["linalg.cholesky_lower"].call(definite(tg.asarray(a))),
)


def both_qr(a, qr):
    """A function of both factors that their phases do not matter to."""
    q, r = qr(a)
    return abs(q) ** 2 @ abs(r) + (q * weights(q)) @ r


for shape in ((3, 3), (4, 2), (2, 3), (2, 3, 2)):
    domain = regular if shape == (3, 3) else ANY
    for name in ("qr", "qr_packed"):
        linalg(name, lambda a: both_qr(a, L.qr), domain, shapes=(shape,),
               call=lambda a: both_qr(tg.asarray(a), tg.linalg.qr))  # fmt: skip
linalg("qr", lambda a: abs(L.qr(a, mode="r")), ANY, shapes=((3, 2),), label="r",
       call=lambda a: abs(tg.linalg.qr(a, mode="r")))  # fmt: skip


def both_eigh(a, eigh):
    w, v = eigh(hermitian(a))
    return (v * weights(v)[..., :1]) @ adjoint(v * w[..., None, :]) + abs(v) ** 2


for name in ("eigh", "eigh_packed"):
    linalg(name, lambda a: both_eigh(a, L.eigh),
           call=lambda a: both_eigh(tg.asarray(a), tg.linalg.eigh))  # fmt: skip
for UPLO in "LU":
    linalg("eigvalsh", lambda a, UPLO: L.eigvalsh(hermitian(a), UPLO), params={"UPLO": UPLO},
           call=lambda a, UPLO: tg.linalg.eigvalsh(hermitian(tg.asarray(a)), UPLO))  # fmt: skip


def both_eig(a, eig):
    w, v = eig(a)
    return abs(v) ** 2 * 1.5 + np.real(w * (1 - 2j))[..., None, :] + np.imag(w**2)[..., None, :]


for name in ("eig", "eig_packed"):
    linalg(name, lambda a: both_eig(a, L.eig), shapes=((3, 3),),
           call=lambda a: both_eig(tg.asarray(a), tg.linalg.eig))  # fmt: skip
linalg("eigvals", lambda a: L.eigvals(a) + 0j)


def all_svd(a, svd):
    u, s, vh = svd(a, full_matrices=False)
    return (u * weights(u)) @ (s[..., None] ** 2 * vh) + (u @ vh) * 0.5


for shape in ((3, 3), (3, 2), (2, 3), (2, 3, 2)):
    domain = regular if shape == (3, 3) else ANY
    for name in ("svd", "svd_packed"):
        linalg(name, lambda a: all_svd(a, L.svd), domain, shapes=(shape,),
               call=lambda a: all_svd(tg.asarray(a), tg.linalg.svd))  # fmt: skip
    linalg("svdvals", lambda x: L.svd(x, compute_uv=False), domain, shapes=(shape,))
linalg("svd", lambda a: L.svd(a, compute_uv=False), ANY, shapes=((2, 3),), label="values",
       call=lambda a: tg.linalg.svd(a, compute_uv=False))  # fmt: skip


def above(rng, shape):
    """Differences that are not 0."""
    return rng.uniform(0.5, 1.5, shape)


add(
    "linalg.quotient",
    np.divide,
    ANY,
    above,
    call=lambda x, y: OPS["linalg.quotient"].call(x, y, x),
    integers=False,
)
linalg("tied", lambda x: x, ANY, shapes=((2, 3), (3,)),
       call=lambda x: OPS["linalg.tied"].call(x, [1, 2, 3]))  # fmt: skip
linalg("matrix_rank", L.matrix_rank, order=0)

# ---------------------------------------------------------------------------- norms

for ord in (None, 0, 1, 2, 3, 2.5, -1, np.inf, -np.inf):
    for axis in (None, 0, -1) if ord is None else (0, 1):
        linalg("norm", L.norm, ANY, shapes=((3, 2),), params={"ord": ord, "axis": axis},
               order=2 if ord != 0 else 0)  # fmt: skip
    if ord is not None:
        linalg("vector_norm", lambda x, ord: L.vector_norm(x, ord=ord), ANY, shapes=((3, 2),),
               params={"ord": ord}, order=2 if ord != 0 else 0)  # fmt: skip
for ord in ("fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf):
    for axis in ((0, 1), (-1, 0)):
        params = {"ord": ord, "axis": axis, "keepdims": axis == (0, 1)}
        linalg("norm", L.norm, ANY, shapes=((3, 2, 3),), params=params)
    linalg("matrix_norm", lambda x, ord: L.matrix_norm(x, ord=ord), ANY, shapes=((2, 2, 3),),
           params={"ord": ord})  # fmt: skip
linalg("norm", L.norm, ANY, shapes=((2, 3), (4,), (0,), ()), params={"keepdims": True})
linalg("power_norm", lambda x: (abs(x) ** 3).sum() ** (1 / 3), ANY, shapes=((2, 3),),
       call=lambda x: OPS["linalg.power_norm"].call(x, ord=3))  # fmt: skip
for p in (None, 2, -2, 1, "fro", np.inf):
    linalg("cond", L.cond, params={"p": p})

# ------------------------------------------------- names that numpy.linalg has of its own

for offset in (0, 1, -1, 5):
    params = {"offset": offset}
    linalg("diagonal", lambda x, offset: np.diagonal(x, offset, -2, -1), ANY, params=params,
           shapes=((3, 2), (2, 2, 3)), integers=True)  # fmt: skip
    linalg("trace", lambda x, offset: np.trace(x, offset, -2, -1), ANY, params=params,
           shapes=((3, 2), (2, 2, 3)), integers=True)  # fmt: skip
linalg(
    "matrix_transpose", lambda x: np.swapaxes(x, -1, -2), ANY, shapes=((2, 3, 2),), integers=True
)
pairs("outer", np.outer, (2,), (3,), domains=(ANY, ANY), integers=True)
pairs("cross", lambda x, y, axis: np.cross(x, y, axis=axis), (3, 2), (3, 2), domains=(ANY, ANY),
      params={"axis": 0}, integers=True)  # fmt: skip
