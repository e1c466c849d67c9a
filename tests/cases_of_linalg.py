"""The records of numpy.linalg: what its functions give as real numbers that mean something.

Vectors of a decomposition are determined only up to a sign or a phase, so a record asks for
what does not depend on it; and where only one triangle of a matrix is read, it is made
Hermitian first, because the gradient is for changes that keep it so.
"""

import numpy as np

import tinygrad_np as tg
from late_numpy import cond
from records import ANY, add, real
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
linalg("pinv", lambda a: L.pinv(hermitian(a), hermitian=True), label="hermitian",
       call=lambda a: tg.linalg.pinv(hermitian(tg.asarray(a)), hermitian=True))  # fmt: skip
linalg("from_lower", hermitian,
       call=lambda a: OPS["linalg.from_lower"].call(hermitian(tg.asarray(a))))  # fmt: skip
linalg("pseudo_inverse", L.pinv, ANY, shapes=((3, 2),), call=OPS["linalg.pseudo_inverse"].call)
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
        )


def of_rank_1(rng, shape):
    return np.outer(rng.uniform(0.5, 1.5, shape[0]), rng.uniform(0.5, 1.5, shape[1]))


# Of changes that keep the rank: moving on leaves it, and there is no second order.
for shapes in (((3, 2), (3,)), ((2, 3), (2, 2))):
    pairs("lstsq", lambda a, b: L.lstsq(a, b, 1e-4)[0], *shapes, domains=(real(of_rank_1), ANY),
          call=lambda a, b: tg.linalg.lstsq(a, b, 1e-4)[0], order=1, tolerance=1e-5)  # fmt: skip
linalg("pinv", L.pinv, real(of_rank_1), shapes=((3, 2),), params={"rcond": 1e-4}, order=1,
       tolerance=1e-5)  # fmt: skip
linalg("svdvals", lambda a: L.lstsq(a, np.ones(3, "f4"))[3], ANY, shapes=((3, 2),),
       label="of lstsq", call=lambda a: tg.linalg.lstsq(a, np.ones(3, "f4"))[3])  # fmt: skip
for n in (3, 1, 2, -2, -1, 5):
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
for axes in ((0,), (1,), (0, 1)):
    pairs("tensorsolve", L.tensorsolve, (3, 3), (3,), params={"axes": axes})
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


def complete_qr(a, qr):
    """Of the further columns what does not depend on which basis they are."""
    q, r = qr(a, "complete")
    n = a.shape[-1]
    further = q[..., n:]
    return q[..., :n] @ r[..., :n, :] ** 2 + further @ adjoint(further) @ weights(a)


for shape in ((4, 2), (2, 3, 2), (3, 3)):
    linalg("qr", lambda a: complete_qr(a, L.qr), ANY, shapes=(shape,), label="complete",
           call=lambda a: complete_qr(tg.asarray(a), tg.linalg.qr))  # fmt: skip
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


def square_svd(a, svd):
    """Of the further vectors what does not depend on which basis they are."""
    u, s, vh = svd(a)
    k = s.shape[-1]
    further, more = u[..., k:], vh[..., k:, :]
    thin = (u[..., :k] * s[..., None, :] ** 2) @ vh[..., :k, :]
    w = weights(a)
    return thin + further @ adjoint(further) @ w + w @ adjoint(more) @ more


for shape in ((3, 2), (2, 4), (2, 3, 2)):
    for name in ("svd", "square_svd_packed"):
        linalg(name, lambda a: square_svd(a, L.svd), ANY, shapes=(shape,), label="square",
               call=lambda a: square_svd(tg.asarray(a), tg.linalg.svd))  # fmt: skip


def svd_of_hermitian(a, svd):
    u, s, vh = svd(hermitian(a), hermitian=True)
    return (u * s[..., None, :] ** 2) @ vh + abs(u) ** 2


linalg("svd", lambda a: svd_of_hermitian(a, L.svd), label="hermitian",
       call=lambda a: svd_of_hermitian(tg.asarray(a), tg.linalg.svd))  # fmt: skip
linalg("svd", lambda a: L.svd(hermitian(a), True, False, True), label="values, hermitian",
       call=lambda a: tg.linalg.svd(hermitian(tg.asarray(a)), True, False, True))  # fmt: skip


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
linalg("unless", lambda x: x, ANY, call=lambda x: OPS["linalg.unless"].call(x, False))
linalg("matrix_rank", L.matrix_rank, order=0)
linalg("matrix_rank", L.matrix_rank, order=0, params={"hermitian": True, "tol": 0.1})

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
for axis, keepdims in ((-1, True), ((0, -1), False), ((-2, 0), True), (None, True)):
    for ord in (2, 3, -np.inf):
        linalg("vector_norm", lambda x, **params: L.vector_norm(x, **params), ANY,
               shapes=((2, 3, 2),),
               params={"axis": axis, "keepdims": keepdims, "ord": ord})  # fmt: skip
for ord in ("nuc", -2, 1):
    linalg("matrix_norm", lambda x, **params: L.matrix_norm(x, **params), ANY,
           shapes=((2, 2, 3),), params={"ord": ord, "keepdims": True})  # fmt: skip
for ord in (None, -1, 0.5):
    linalg("norm", L.norm, ANY, shapes=((2, 3, 2),),
           params={"ord": ord, "axis": -2, "keepdims": True})  # fmt: skip
for p in (None, 2, -2, 1, -1, "fro", "nuc", np.inf, -np.inf):
    linalg("cond", cond, params={"p": p})
linalg("cond", L.cond, ANY, shapes=((3, 2),))
linalg("condition", lambda x: x, ANY, call=OPS["linalg.condition"].call)
linalg("inverse_or_inf", L.inv, call=OPS["linalg.inverse_or_inf"].call)

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
