"""Initialisers: how the weights of a layer are drawn.

An initialiser is a function of a shape and a random generator. Randomness always comes from a
generator that is passed in, never from NumPy's global state.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ..engine.errors import ShapeError
from ..engine.public import claim
from ..engine.tensor import Array

__all__ = [
    "constant",
    "fans",
    "he_normal",
    "he_uniform",
    "normal",
    "ones",
    "orthogonal",
    "uniform",
    "xavier_normal",
    "xavier_uniform",
    "zeros",
]

if TYPE_CHECKING:
    Generator: TypeAlias = np.random.Generator | np.random.RandomState
else:
    Generator = Any  # `numpy.random` is loaded when the first weights are drawn, not before
Seed: TypeAlias = Generator | int | None
Initializer: TypeAlias = Callable[[tuple[int, ...], Generator], Array]
Init: TypeAlias = str | tuple[Any, ...] | Initializer


def generator(rng: Seed) -> Generator:
    """Return `rng` itself, a Generator seeded with an integer, or a fresh one for ``None``.

    Raises:
        TypeError: For anything else, NumPy's global ``np.random`` included.

    >>> generator(7).random() == generator(7).random()
    True
    """
    if isinstance(rng, (np.random.Generator, np.random.RandomState)):
        return rng
    if rng is None or (isinstance(rng, (int, np.integer)) and not isinstance(rng, bool)):
        return np.random.default_rng(rng)
    raise TypeError(
        f"rng: pass a numpy.random.Generator or RandomState, an integer seed, or None for a fresh "
        f"Generator, not {rng!r}"
    )


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return how many inputs feed one output of a weight, and how many outputs one input feeds.

    A weight has shape (outputs, inputs); further axes are positions that are summed over.

    >>> fans((3, 2))
    (2, 3)
    """
    if not shape:
        return 1, 1
    if len(shape) == 1:
        return shape[0], shape[0]
    positions = math.prod(shape[2:])
    return shape[1] * positions, shape[0] * positions


def normal(scale: float = 0.01, mean: float = 0.0) -> Initializer:
    r"""Normally distributed numbers: :math:`\mathcal N(\text{mean}, \text{scale}^2)`.

    Drawn as ``rng.standard_normal(shape) * scale``: a ``RandomState(s)`` gives what
    ``np.random.seed(s); np.random.randn(*shape) * scale`` gives.

    >>> import numpy as np
    >>> normal(0.1)((1, 2), np.random.RandomState(101))
    array([[0.2706849..., 0.0628132...]])
    """

    def draw(shape: tuple[int, ...], rng: Generator) -> Array:
        array = np.asarray(rng.standard_normal(shape)) * scale
        return array + mean if mean else array

    return draw


def uniform(low: float = -0.05, high: float = 0.05) -> Initializer:
    """Uniformly distributed numbers from `low` to `high`.

    >>> import numpy as np
    >>> bool((abs(uniform(-1, 1)((9, 9), np.random.default_rng(0))) < 1).all())
    True
    """
    return lambda shape, rng: np.asarray(rng.uniform(low, high, shape))


def xavier_uniform(gain: float = 1.0) -> Initializer:
    r"""Uniform in :math:`\pm\,\text{gain}\sqrt{6 / (n_\text{in} + n_\text{out})}`.

    Keeps the variances of tanh-like activations and of gradients about constant over depth.
    Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
    networks", AISTATS 2010, equation 16.
    """

    def draw(shape: tuple[int, ...], rng: Generator) -> Array:
        bound = gain * math.sqrt(6.0 / max(sum(fans(shape)), 1))
        return np.asarray(rng.uniform(-bound, bound, shape))

    return draw


def xavier_normal(gain: float = 1.0) -> Initializer:
    r"""Normal with standard deviation :math:`\text{gain}\sqrt{2 / (n_\text{in} + n_\text{out})}`.

    Glorot and Bengio, AISTATS 2010; see :func:`xavier_uniform`.
    """
    return _scaled_normal(lambda shape: gain * math.sqrt(2.0 / max(sum(fans(shape)), 1)))


def he_uniform(gain: float = math.sqrt(2.0)) -> Initializer:
    r"""Uniform in :math:`\pm\,\text{gain}\sqrt{3 / n_\text{in}}`.

    The default gain, the square root of 2, makes up for the half that relu sets to 0. He,
    Zhang, Ren and Sun, "Delving deep into rectifiers", ICCV 2015, arXiv:1502.01852, eq. 10.
    """

    def draw(shape: tuple[int, ...], rng: Generator) -> Array:
        bound = gain * math.sqrt(3.0 / max(fans(shape)[0], 1))
        return np.asarray(rng.uniform(-bound, bound, shape))

    return draw


def he_normal(gain: float = math.sqrt(2.0)) -> Initializer:
    r"""Normal with standard deviation :math:`\text{gain} / \sqrt{n_\text{in}}`.

    He et al., arXiv:1502.01852, equation 10; see :func:`he_uniform`.
    """
    return _scaled_normal(lambda shape: gain / math.sqrt(max(fans(shape)[0], 1)))


def _scaled_normal(scale: Callable[[tuple[int, ...]], float]) -> Initializer:
    return lambda shape, rng: np.asarray(rng.standard_normal(shape)) * scale(shape)


def orthogonal(gain: float = 1.0) -> Initializer:
    """Orthogonal rows, or columns if there are fewer, of length `gain`.

    From the QR decomposition of normal numbers, with the signs that make it uniform over
    all such matrices. Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear
    dynamics of learning in deep linear neural networks", arXiv:1312.6120.

    >>> import numpy as np
    >>> q = orthogonal()((2, 5), np.random.default_rng(0))
    >>> bool(np.allclose(q @ q.T, np.eye(2)))
    True
    """

    def draw(shape: tuple[int, ...], rng: Generator) -> Array:
        if len(shape) != 2:
            raise ShapeError(f"orthogonal: a matrix is needed, not shape {shape}")
        tall = rng.standard_normal((max(shape), min(shape)))
        q, r = np.linalg.qr(tall)
        q = q * np.where(np.diag(r) < 0, -1.0, 1.0) * gain
        return q if shape[0] >= shape[1] else q.T

    return draw


def constant(value: float) -> Initializer:
    """The same number everywhere. Nothing is drawn."""
    return lambda shape, rng: np.full(shape, float(value))


def zeros() -> Initializer:
    """Zeros: the usual start of a bias. A weight of zeros does not learn."""
    return constant(0.0)


def ones() -> Initializer:
    """Ones."""
    return constant(1.0)


kaiming_uniform = he_uniform
kaiming_normal = he_normal

INITIALIZERS: dict[str, Callable[..., Initializer]] = {
    "normal": normal,
    "uniform": uniform,
    "xavier_uniform": xavier_uniform,
    "xavier_normal": xavier_normal,
    "glorot_uniform": xavier_uniform,
    "glorot_normal": xavier_normal,
    "he_uniform": he_uniform,
    "he_normal": he_normal,
    "kaiming_uniform": he_uniform,
    "kaiming_normal": he_normal,
    "orthogonal": orthogonal,
    "constant": constant,
    "zeros": zeros,
    "ones": ones,
}
"""The functions above by name, for `init=`."""


def draw(init: Init, shape: tuple[int, ...], rng: Generator) -> Array:
    """Return new values for a parameter of `shape`.

    Args:
        init: A name; a tuple of a name and arguments, such as ``("normal", 0.01)``; or a function
            of a shape and a generator, such as ``normal(0.01)``.
        shape: The shape of the parameter.
        rng: The source of random numbers.

    Raises:
        ValueError: For a name that does not exist.
        ShapeError: If the function returns another shape.

    >>> import numpy as np
    >>> draw("zeros", (3,), np.random.default_rng(0))
    array([0., 0., 0.])
    """
    function: Any = init
    name, *arguments = init if isinstance(init, tuple) and init else (init,)
    if isinstance(name, str):
        if name not in INITIALIZERS:
            raise ValueError(f"init: there is no {name!r}; the names are {', '.join(INITIALIZERS)}")
        function = INITIALIZERS[name](*arguments)
    elif any(name is factory for factory in INITIALIZERS.values()):  # he_normal for he_normal()
        function = name(*arguments)
    if not callable(function):
        raise TypeError(
            f"init: pass a name, a tuple such as ('normal', 0.01), or a function of a shape and a "
            f"generator, not {init!r}"
        )
    array = np.asarray(function(shape, rng))
    if array.shape != shape:
        raise ShapeError(f"init: got shape {array.shape} for a parameter of shape {shape}")
    return array


claim(globals(), __all__)
