"""Compares all forms of products with PyTorch: random subscripts, batches, real, complex."""

from typing import Any

import numpy as np
import pytest

import tinygrad_np as tg
from ops.torch_comparison import close, directions_for, our_derivatives, torch, torch_derivatives

L = torch.linalg
over_dtypes = pytest.mark.parametrize("dtype", ["f8", "c16", "mixed"])


def draw(rng, shapes, dtype):
    """Draw arrays of a dtype; "mixed" makes every second one complex."""
    arrays = [rng.normal(size=shape) for shape in shapes]
    return [
        np.asarray(
            a + 1j * rng.normal(size=a.shape)
            if dtype == "c16" or (dtype == "mixed" and i % 2)
            else a
        )
        for i, a in enumerate(arrays)
    ]


def compare(ours, theirs, arrays, rng):
    directions = directions_for(arrays, rng, ours(*arrays).data)
    expected = torch_derivatives(theirs, arrays, *directions)
    for what, found in our_derivatives(ours, arrays, *directions).items():
        close(found, expected[what], what)


def promoted(f):
    """Extend a function of PyTorch, which refuses operands of two dtypes, to accept them."""

    def function(*tensors):
        dtype = torch.complex128 if any(x.is_complex() for x in tensors) else torch.float64
        return f(*(x.to(dtype) for x in tensors))

    return function


# --------------------------------------------------------------------------- einsum

SIZES = {"a": 2, "b": 3, "c": 2, "d": 1, "e": 4}


def random_einsum(rng):
    """Draw subscripts and shapes: diagonals, sums, broadcast axes of size 1, `...`, implicit."""
    with_dots = rng.random() < 0.5
    terms, shapes = [], []
    for _ in range(rng.integers(1, 4)):
        letters = [str(c) for c in rng.choice(list(SIZES), rng.integers(0, 4))]  # also repeated
        ones = {c for c in letters if letters.count(c) == 1 and rng.random() < 0.15}
        shape = [1 if c in ones else SIZES[c] for c in letters]
        if with_dots and rng.random() < 0.7:
            place = int(rng.integers(0, len(letters) + 1))
            batch = [int(rng.choice([1, n])) for n in (2, 3)][int(rng.integers(0, 3)) :]
            letters.insert(place, "...")
            shape[place:place] = batch
        terms.append("".join(letters))
        shapes.append(tuple(shape))
    subscripts = ",".join(terms)
    if rng.random() < 0.7:
        known = sorted(set(subscripts) - set(",."))
        kept = [c for c in known if rng.random() < 0.5]
        rng.shuffle(kept)
        if "..." in subscripts:
            kept.insert(int(rng.integers(0, len(kept) + 1)), "...")
        subscripts += "->" + "".join(kept)
    return subscripts, shapes


@over_dtypes
@pytest.mark.parametrize("seed", range(60))
def test_random_einsum(seed, dtype):
    rng = np.random.default_rng(seed)
    subscripts, shapes = random_einsum(rng)
    optimize = bool(rng.random() < 0.5)
    compare(
        lambda *x: tg.einsum(subscripts, *x, optimize=optimize),
        promoted(lambda *x: torch.einsum(subscripts, *x)),
        draw(rng, shapes, dtype),
        rng,
    )


def test_random_einsums_cover_every_form():
    drawn = [random_einsum(np.random.default_rng(seed))[0] for seed in range(60)]
    terms = [term for subscripts in drawn for term in subscripts.split("->")[0].split(",")]
    assert any("->" not in s for s in drawn)
    assert any("..." in s for s in drawn)
    assert any(s.endswith("->") for s in drawn)
    assert any(s.count(",") == 2 for s in drawn)
    assert any(t.count(c) > 1 for t in terms for c in SIZES)
    assert any(t.count(c) > 2 for t in terms for c in SIZES)
    assert "" in terms


# ------------------------------------------------------------------ vectors and matrices

PRODUCTS: dict[str, Any] = {
    # NumPy's vecdot and vecmat conjugate their first operand; matvec and matmul do not.
    "vecdot": (
        tg.vecdot,
        L.vecdot,
        [((3,), (3,)), ((2, 3), (3,)), ((2, 1, 3), (4, 3)), ((0, 3), (3,))],
    ),
    "matvec": (
        tg.matvec,
        lambda a, x: (a @ x[..., None])[..., 0],
        [((2, 3), (3,)), ((4, 2, 3), (3,)), ((2, 1, 2, 3), (4, 3)), ((2, 3), (5, 3))],
    ),
    "vecmat": (
        tg.vecmat,
        lambda x, a: (x.conj()[..., None, :] @ a)[..., 0, :],
        [((2,), (2, 3)), ((4, 2), (2, 3)), ((4, 2), (5, 1, 2, 3)), ((2,), (5, 2, 3))],
    ),
    "matmul": (
        tg.matmul,
        torch.matmul,
        [((2, 3), (3, 4)), ((5, 1, 2, 3), (4, 3, 2)), ((3,), (5, 3, 2)), ((5, 2, 3), (3,))],
    ),
    "inner": (tg.inner, torch.inner, [((3,), (3,)), ((2, 3), (4, 3)), ((2, 2, 3), (4, 3))]),
    "vdot": (
        tg.vdot,
        lambda x, y: torch.vdot(x.flatten(), y.flatten()),
        [((3,), (3,)), ((2, 3), (3, 2)), ((), ())],
    ),
    "outer": (
        tg.outer,
        lambda x, y: torch.outer(x.flatten(), y.flatten()),
        [((2,), (3,)), ((2, 2), (3,))],
    ),
    "kron": (
        tg.kron,
        torch.kron,
        [
            ((2,), (3,)),
            ((2, 3), (2,)),
            ((2,), (2, 3)),
            ((2, 1, 2), (3, 2)),
            ((), (2, 3)),
            ((2, 2), (1, 3, 2)),
        ],
    ),
    "cross": (tg.cross, L.cross, [((3,), (3,)), ((2, 3), (2, 3)), ((4, 1, 3), (1, 2, 3))]),
    "convolve": (
        tg.convolve,
        lambda x, y: torch.nn.functional.conv1d(
            x[None, None], y.flip(0)[None, None], padding=len(y) - 1
        )[0, 0],
        [((5,), (3,)), ((3,), (3,)), ((4,), (1,))],
    ),
    "multi_dot": (
        lambda *x: tg.linalg.multi_dot(x),
        lambda *x: L.multi_dot(x),
        [((2, 3), (3, 4), (4, 2)), ((3,), (3, 4), (4, 2), (2,)), ((3,), (3, 4), (4,))],
    ),
    "matrix_power": (
        lambda x: tg.linalg.matrix_power(x, 5),
        lambda x: L.matrix_power(x, 5),
        [((2, 2),), ((3, 2, 2),)],
    ),
}


@over_dtypes
@pytest.mark.parametrize("name", PRODUCTS)
def test_products(name, dtype, rng):
    ours, theirs, several = PRODUCTS[name]
    for shapes in several:
        compare(ours, promoted(theirs), draw(rng, shapes, dtype), rng)


@over_dtypes
@pytest.mark.parametrize(
    ("shapes", "axes"),
    [
        (((2, 3), (2, 3)), 2),
        (((2, 3), (3, 4)), 1),
        (((2, 3), (4,)), 0),
        (((2, 3, 4), (4, 2, 3)), ((0, -1), (1, 0))),
        (((2, 3, 4), (4, 2, 3)), ([2, 0], [0, 1])),
        (((2, 3), (4, 2)), (0, 1)),
        (((2, 3), (4, 2)), ((), ())),
        (((2, 3, 2), (3, 2, 2)), ((1,), (0,))),
    ],
    ids=str,
)
def test_tensordot(shapes, axes, dtype, rng):
    dims = axes if isinstance(axes, int) else [[a] if isinstance(a, int) else list(a) for a in axes]
    compare(
        lambda x, y: tg.tensordot(x, y, axes=axes),
        promoted(lambda x, y: torch.tensordot(x, y, dims=dims)),
        draw(rng, shapes, dtype),
        rng,
    )


# --------------------------------------------------------- factors of complex matrices


def size(x):
    return (x * x.conj()).real


def hermitian(x):
    return (x + x.swapaxes(-1, -2).conj()) * 0.5


def invariant(u, s, vh):
    return u @ (s[..., None] ** 3 * vh) + u @ vh


# Functions of either library's module that do not depend on phases.
FACTORS = {
    "cholesky": lambda m, x: m.cholesky(x @ x.swapaxes(-1, -2).conj()),
    "eigh": lambda m, x: size(m.eigh(hermitian(x))[1]) + m.eigh(hermitian(x))[0][..., None, :],
    "eigvalsh": lambda m, x: m.eigvalsh(hermitian(x)),
    "qr": lambda m, x: size(m.qr(x)[0]) @ size(m.qr(x)[1]),
    "svd": lambda m, x: invariant(*m.svd(x)),
    "eig": lambda m, x: size(m.eig(x)[1]) + size(m.eig(x)[0])[..., None, :],
    "slogdet": lambda m, x: m.slogdet(x)[0] * m.slogdet(x)[1],
}


@pytest.mark.parametrize("dtype", ["f8", "c16"])
@pytest.mark.parametrize("shape", [(3, 3), (2, 3, 3)], ids=str)
@pytest.mark.parametrize("name", FACTORS)
def test_factors(name, shape, dtype, rng):
    (x,) = draw(rng, [shape], dtype)
    f = FACTORS[name]
    compare(
        lambda x: f(tg.linalg, tg.asarray(x)),
        lambda x: f(L, x),
        [x + np.diag([0.0, 2.0, 4.0])],
        rng,
    )
