"""Activations and losses as functions, under PyTorch's names.

Every loss takes the prediction first, then the target, and a `reduction`: ``"mean"`` over all
elements, their ``"sum"``, or ``"none"``. A target is converted to the dtype of the prediction. A
target of another shape is an error: broadcasting ``(n, 1)`` against ``(n,)`` would compare every
prediction with every target.

>>> import numpy as np
>>> import tinygrad_np.nn.functional as F
>>> F.mse_loss([1.0, 2.0], [0.0, 0.0]).item()
2.5
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from ..engine.errors import ShapeError
from ..engine.public import claim
from ..engine.tensor import Tensor
from ..ops.elementwise import divide, equal, maximum, multiply, sqrt, square, tanh
from ..ops.neural import (
    _dropout_mask,
    elu,
    gelu,
    leaky_relu,
    log_softmax as log_softmax_op,
    relu,
    sigmoid,
    silu,
    softmax as softmax_op,
    softplus as softplus_op,
)
from ..ops.operands import as_tensor
from ..ops.products import _linear as affine, matmul
from ..ops.reductions import sum as sum_of
from ..ops.shaping import astype, expand_dims, reshape, transpose
from .init import Seed, generator
from .loss_functions import (
    Reduction,
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    huber_loss,
    l1_loss,
    mse_loss,
    nll_loss,
    smooth_l1_loss,
)
from .targets import check_labels, whole_array

__all__ = [
    "Reduction",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "dropout",
    "elu",
    "flatten",
    "gelu",
    "huber_loss",
    "identity",
    "l1_loss",
    "leaky_relu",
    "linear",
    "log_softmax",
    "mse_loss",
    "nll_loss",
    "normalize",
    "one_hot",
    "relu",
    "sigmoid",
    "silu",
    "smooth_l1_loss",
    "softmax",
    "softplus",
    "tanh",
]


def linear(
    input: npt.ArrayLike, weight: npt.ArrayLike, bias: npt.ArrayLike | None = None
) -> Tensor:
    """Return ``input @ weight.T + bias``.

    Args:
        input: Shape (..., inputs).
        weight: Shape (outputs, inputs).
        bias: Shape (outputs,), or ``None``.

    >>> import tinygrad_np.nn.functional as F
    >>> F.linear([[1.0, 2.0]], [[3.0, 4.0]], [0.5]).tolist()
    [[11.5]]
    """
    if bias is None:
        return matmul(input, transpose(weight))
    return affine(input, weight, bias)  # type: ignore[arg-type]  # an op takes array-likes


def identity(input: npt.ArrayLike) -> Tensor:
    """Return `input` as a Tensor."""
    return as_tensor(input)


def softmax(input: npt.ArrayLike, axis: int = -1, *, dim: int | None = None) -> Tensor:
    """Return exp(x) / sum(exp(x)) over `axis`, which may also be given as `dim`.

    >>> import tinygrad_np.nn.functional as F
    >>> F.softmax([[0.0, 0.0], [0.0, 1000.0]], dim=1).tolist()
    [[0.5, 0.5], [0.0, 1.0]]
    """
    return softmax_op(input, axis if dim is None else dim)


def log_softmax(input: npt.ArrayLike, axis: int = -1, *, dim: int | None = None) -> Tensor:
    """Return the logarithm of :func:`softmax`, exact where that is nearly 0."""
    return log_softmax_op(input, axis if dim is None else dim)


def softplus(input: npt.ArrayLike, beta: float = 1.0) -> Tensor:
    """Return log(1 + exp(beta x)) / beta, without overflow."""
    if beta == 1.0:
        return softplus_op(input)
    return divide(softplus_op(multiply(input, beta)), beta)


def dropout(
    input: npt.ArrayLike, p: float = 0.5, training: bool = True, rng: Seed = None
) -> Tensor:
    """Set each element to 0 with probability `p`, and divide the others by 1 - p.

    Args:
        input: Any array.
        p: The probability of an element to be dropped.
        training: Whether to drop at all; if not, the input is returned unchanged.
        rng: A Generator, a RandomState or a seed; ``None`` for a fresh Generator.

    >>> import numpy as np
    >>> import tinygrad_np.nn.functional as F
    >>> F.dropout(np.ones(4), 0.5, rng=0).tolist()
    [2.0, 0.0, 0.0, 0.0]
    """
    probability(p)
    x = as_tensor(input)
    if not training or p == 0.0:
        return x
    dtype = x.dtype if x.dtype.kind in "fc" else np.dtype(float)
    return multiply(x, _dropout_mask(generator=generator(rng), shape=x.shape, p=p, dtype=dtype))


def probability(p: float) -> float:
    """Return `p`, or raise if it is not a probability."""
    if not 0.0 <= p <= 1.0:
        raise ValueError(f"dropout: p is a probability from 0 to 1, not {p!r}")
    return float(p)


def flatten(input: npt.ArrayLike, start_axis: int = 1) -> Tensor:
    """Join the axes from `start_axis` on into one."""
    x = as_tensor(input)
    if not -x.ndim <= start_axis < max(x.ndim, 1):
        raise ShapeError(f"flatten: shape {x.shape} has no axis {start_axis} to start from")
    start = start_axis % max(x.ndim, 1)
    return reshape(x, (*x.shape[:start], math.prod(x.shape[start:])))


def normalize(
    input: npt.ArrayLike, axis: int = -1, eps: float = 1e-12, *, dim: int | None = None
) -> Tensor:
    """Return vectors along `axis` divided by their length, or by `eps` if that is larger.

    >>> import tinygrad_np.nn.functional as F
    >>> F.normalize([3.0, 4.0]).tolist()
    [0.6, 0.8]
    """
    squares = sum_of(square(input), axis if dim is None else dim, keepdims=True)
    # The root of the larger, not the larger root: the gradient at 0 is then finite.
    return divide(input, sqrt(maximum(squares, eps * eps)))


def one_hot(labels: npt.ArrayLike, num_classes: int | None = None) -> Tensor:
    """Return class indices as rows of zeros with a single 1.0, one entry per class.

    >>> import tinygrad_np.nn.functional as F
    >>> F.one_hot([0, 2]).tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    tensor = as_tensor(labels)
    if num_classes is None:
        values = whole_array(tensor)
        num_classes = int(values.max()) + 1 if values.size else 0
    check_labels("one_hot", tensor, tensor.shape, num_classes)
    return astype(equal(expand_dims(tensor, -1), np.arange(num_classes)), float)


claim(globals(), __all__)
