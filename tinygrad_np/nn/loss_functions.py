"""The losses, which are public in :mod:`tinygrad_np.nn.functional`."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from ..engine.errors import ShapeError
from ..engine.tensor import Tensor
from ..ops.elementwise import absolute, clip, divide, minimum, multiply, negative, square, subtract
from ..ops.indexing import getitem
from ..ops.neural import (
    _class_cross_entropy,
    binary_cross_entropy as bce,
    binary_cross_entropy_with_logits as bce_with_logits,
    log_softmax as log_softmax_op,
)
from ..ops.operands import as_tensor
from ..ops.reductions import mean, sum as sum_of
from ..ops.shaping import transpose
from .targets import (
    check_labels,
    check_no_nan,
    check_probabilities,
    prediction_and_target,
    refuse_empty,
    to_float,
    whole_array,
)

Reduction: TypeAlias = Literal["mean", "sum", "none"]


def reduced(loss: str, each: Tensor, reduction: Reduction) -> Tensor:
    """Return the mean or the sum of the losses `each`, or `each` itself."""
    if reduction == "mean":
        if not each.size:
            refuse_empty(loss, each.shape)
        return mean(each)
    if reduction == "sum":
        return sum_of(each)
    if reduction == "none":
        return each
    raise ValueError(f"{loss}: reduction is 'mean', 'sum' or 'none', not {reduction!r}")


def mse_loss(input: npt.ArrayLike, target: npt.ArrayLike, reduction: Reduction = "mean") -> Tensor:
    r"""Return the mean squared error, :math:`\frac1n \sum (x - y)^2`.

    >>> import tinygrad_np.nn.functional as F
    >>> F.mse_loss([1.0, 2.0], [0.0, 4.0], reduction="none").tolist()
    [1.0, 4.0]
    """
    input, target = prediction_and_target("mse_loss", input, target)
    check_no_nan("mse_loss", target)
    return reduced("mse_loss", square(subtract(input, target)), reduction)


def l1_loss(input: npt.ArrayLike, target: npt.ArrayLike, reduction: Reduction = "mean") -> Tensor:
    r"""Return the mean absolute error, :math:`\frac1n \sum |x - y|`.

    >>> import tinygrad_np.nn.functional as F
    >>> F.l1_loss([1.0, 2.0], [0.0, 4.0]).item()
    1.5
    """
    input, target = prediction_and_target("l1_loss", input, target)
    check_no_nan("l1_loss", target)
    return reduced("l1_loss", absolute(subtract(input, target)), reduction)


def huber_loss(
    input: npt.ArrayLike,
    target: npt.ArrayLike,
    reduction: Reduction = "mean",
    delta: float = 1.0,
) -> Tensor:
    r"""Return Huber's loss: :math:`d^2/2` up to a distance d of `delta`, a line beyond.

    The line is :math:`\delta (d - \delta / 2)`, which joins smoothly. Huber, "Robust
    estimation of a location parameter", Annals of Mathematical Statistics 35 (1964).

    >>> import tinygrad_np.nn.functional as F
    >>> F.huber_loss([1.0, 5.0], [0.0, 0.0], reduction="none").tolist()
    [0.5, 4.5]
    """
    return reduced("huber_loss", huber("huber_loss", input, target, delta), reduction)


def huber(loss: str, input: npt.ArrayLike, target: npt.ArrayLike, delta: float) -> Tensor:
    """Return Huber's loss of each element."""
    if not delta > 0.0:
        raise ValueError(f"{loss}: the distance where the line starts is positive, not {delta!r}")
    input, target = prediction_and_target(loss, input, target)
    check_no_nan(loss, target)
    distance = absolute(subtract(input, target))
    near = minimum(distance, delta)
    return multiply(near, subtract(distance, multiply(near, 0.5)))


def smooth_l1_loss(
    input: npt.ArrayLike,
    target: npt.ArrayLike,
    reduction: Reduction = "mean",
    beta: float = 1.0,
) -> Tensor:
    """Return :func:`huber_loss` with a `delta` of `beta`, divided by `beta`.

    With a `beta` of 0 it is :func:`l1_loss`.

    >>> import tinygrad_np.nn.functional as F
    >>> F.smooth_l1_loss([1.0, 5.0], [0.0, 0.0], reduction="none", beta=2.0).tolist()
    [0.25, 4.0]
    """
    if beta == 0.0:
        return l1_loss(input, target, reduction)
    each = divide(huber("smooth_l1_loss", input, target, beta), beta)
    return reduced("smooth_l1_loss", each, reduction)


def binary_cross_entropy(
    input: npt.ArrayLike,
    target: npt.ArrayLike,
    reduction: Reduction = "mean",
    *,
    eps: float | None = None,
) -> Tensor:
    r"""Return :math:`-\frac1n \sum y \log p + (1 - y) \log(1 - p)`.

    Args:
        input: Probabilities p.
        target: Labels 0 and 1, or probabilities, of the same shape.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.
        eps: Where to clip p: to [eps, 1 - eps], beyond which no gradient flows. Without it
            the logarithm of 0 is taken to be -100, as in PyTorch.

    Raises:
        ShapeError: If the shapes differ.
        TargetError: For labels or probabilities outside [0, 1].

    >>> import tinygrad_np.nn.functional as F
    >>> F.binary_cross_entropy([0.2, 0.1, 0.8, 0.9], [1, 0, 1, 1], eps=1e-9).item()
    0.5108256237659906
    """
    name = "binary_cross_entropy"
    input, target = prediction_and_target(name, input, target)
    check_probabilities(name, target, "target")
    if eps is not None:
        if not 0.0 <= eps < 0.5:
            raise ValueError(f"{name}: eps is from 0 to below 0.5, not {eps!r}")
        check_probabilities(name, input, "prediction")  # which clipping would hide
        input = clip(input, eps, 1.0 - eps)
    loss = reduced(name, bce(input, target), reduction)
    value = whole_array(loss)
    if value.ndim:
        value = np.add.reduce(value, None)
    if value != value:  # a prediction that is NaN, which is let through, or not a probability
        check_probabilities(name, input, "prediction")
    return loss


def binary_cross_entropy_with_logits(
    input: npt.ArrayLike, target: npt.ArrayLike, reduction: Reduction = "mean"
) -> Tensor:
    r"""Return the binary cross entropy of sigmoid(x) and y.

    Computed as :math:`\max(x, 0) - x y + \log(1 + e^{-|x|})`, which is finite and exact at any x.

    >>> import tinygrad_np.nn.functional as F
    >>> F.binary_cross_entropy_with_logits([-1000.0, 1000.0], [0, 0]).item()
    500.0
    """
    name = "binary_cross_entropy_with_logits"
    input, target = prediction_and_target(name, input, target)
    check_probabilities(name, target, "target")
    return reduced(name, bce_with_logits(input, target), reduction)


def cross_entropy(
    input: npt.ArrayLike, target: npt.ArrayLike, reduction: Reduction = "mean"
) -> Tensor:
    r"""Return the cross entropy of softmax(x) and the true classes.

    For a class index y it is :math:`-\log \text{softmax}(x)_y`, for probabilities p
    :math:`-\sum_c p_c \log \text{softmax}(x)_c`; the mean is over the examples.

    Args:
        input: Logits x of shape (n, classes), (classes,), or (n, classes, ...).
        target: Integers from 0 of shape (n,), (), or (n, ...); or probabilities of the
            shape of `input`.
        reduction: ``"mean"``, ``"sum"`` or ``"none"``.

    Raises:
        ShapeError: If the shapes do not fit.
        DTypeError: For class indices that are not integers.
        TargetError: For an index that is not a class, or a probability outside [0, 1].

    >>> import tinygrad_np.nn.functional as F
    >>> F.cross_entropy([[0.0, 0.0], [0.0, 1000.0]], [0, 0], reduction="none").tolist()
    [0.69314718055..., 1000.0]
    """
    name = "cross_entropy"
    x, y = classes_last(name, input, target)
    if x.dtype.kind != "f":
        x = to_float(name, x, x)
    if y.shape == x.shape and y.dtype.kind == "f":
        check_probabilities(name, y, "target")
        each = negative(sum_of(multiply(to_float(name, y, x), log_softmax_op(x)), -1))
    else:
        check_labels(name, y, x.shape[:-1], x.shape[-1])
        each = _class_cross_entropy(x, y)  # type: ignore[arg-type]  # an op takes Tensors
    return reduced(name, each, reduction)


def nll_loss(input: npt.ArrayLike, target: npt.ArrayLike, reduction: Reduction = "mean") -> Tensor:
    r"""Return :math:`-x_y`, for log-probabilities x and a class index y.

    The arguments are those of :func:`cross_entropy`, which is this loss after
    :func:`log_softmax`; only class indices are allowed.

    >>> import tinygrad_np.nn.functional as F
    >>> F.nll_loss([[-0.5, -2.0], [-3.0, -0.25]], [0, 1]).item()
    0.375
    """
    name = "nll_loss"
    x, y = classes_last(name, input, target)
    check_labels(name, y, x.shape[:-1], x.shape[-1])
    picked = getitem(x, (*np.indices(y.shape, sparse=True), y))
    return reduced(name, negative(picked), reduction)


def classes_last(loss: str, input: npt.ArrayLike, target: npt.ArrayLike) -> tuple[Tensor, Tensor]:
    """Return logits with the axis of classes last, and a target that fits them."""
    x, y = as_tensor(input), as_tensor(target)
    if not x.ndim:
        raise ShapeError(f"{loss}: a prediction of shape () has no classes; give it an axis")
    if x.ndim > 2:
        order = (0, *range(2, x.ndim), 1)
        if y.shape == x.shape:
            y = transpose(y, order)
        x = transpose(x, order)
    return x, y
