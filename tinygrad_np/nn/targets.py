"""The checks of predictions and targets before a loss is computed.

They cost a few comparisons and at most two reductions of the target per call.
"""

from __future__ import annotations

import math
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from ..engine.access import array_of
from ..engine.batching import base_of
from ..engine.errors import DTypeError, OperandError, ShapeError
from ..engine.tensor import Array, Tensor
from ..ops.operands import as_tensor
from ..ops.shaping import astype


class TargetError(OperandError):
    """Values that a loss cannot be computed for: NaN, a probability of 2, class 7 of 5."""


def whole_array(x: Tensor) -> Array:
    """Return a Tensor's array, only to be read; under `vmap` that of all examples together."""
    return array_of(x if type(x) is Tensor else base_of(x))  # type: ignore[no-any-return]


def prediction_and_target(
    loss: str, input: npt.ArrayLike, target: npt.ArrayLike
) -> tuple[Tensor, Tensor]:
    """Return both as Tensors of one shape and one dtype: the prediction's, or float64 for integers.

    Raises:
        ShapeError: For different shapes, broadcastable or not.
        DTypeError: For complex numbers.
    """
    if type(input) is not Tensor:
        input = as_tensor(input)
    if type(target) is not Tensor:
        target = as_tensor(target)
    if input.shape != target.shape:
        raise ShapeError(f"{loss}: {mismatch(input.shape, target.shape)}")
    if input.dtype is not target.dtype or input.dtype.kind != "f":
        return to_float(loss, input, input), to_float(loss, target, input)
    return input, target


def to_float(loss: str, tensor: Tensor, like: Tensor) -> Tensor:
    """Return `tensor` in the dtype of `like`, or in float64 if that is not floating point."""
    for dtype in (tensor.dtype, like.dtype):
        if dtype.kind == "c":
            raise DTypeError(
                f"{loss}: not defined for {dtype}; take .real and .imag, or the absolute value"
            )
    wanted = like.dtype if like.dtype.kind == "f" else np.dtype(float)
    return tensor if tensor.dtype == wanted else astype(tensor, wanted)


def mismatch(x: tuple[int, ...], y: tuple[int, ...]) -> str:
    """Return why a prediction of shape `x` and a target of shape `y` do not fit, in words."""
    text = f"the prediction has shape {x} and the target {y}"
    try:
        together = np.broadcast_shapes(x, y)
    except ValueError:
        together = None
    if math.prod(x) == math.prod(y):
        if together not in (None, x, y):
            text += f"; together they would broadcast to {together}"
        return f"{text}; reshape the target with {reshaped(x)}"
    if together == x:
        return f"{text}, which would be repeated; if intended, pass np.broadcast_to(target, {x})"
    return f"{text}; they must be the same"


def reshaped(shape: tuple[int, ...]) -> str:
    """Return the method call that reshapes to `shape`, as text."""
    return f".reshape({', '.join(map(str, shape)) or '()'})"


def refuse_empty(loss: str, shape: tuple[int, ...]) -> NoReturn:
    """Raise because the mean of no elements is undefined."""
    raise ShapeError(f"{loss}: shape {shape} has no elements, so its mean is undefined")


def check_no_nan(loss: str, tensor: Tensor) -> None:
    """Raise if a target holds NaN."""
    target = whole_array(tensor)
    if target.size and math.isnan(np.minimum.reduce(target, None)):
        refuse(loss, "target", np.isnan(target), target, "is not a number")


def check_probabilities(loss: str, tensor: Tensor, what: str) -> None:
    """Raise if a number is outside [0, 1], or a target is NaN; predictions may be NaN."""
    values = whole_array(tensor)
    if not values.size:
        return
    # A NaN makes both comparisons false.
    if np.minimum.reduce(values, None) >= 0.0 and np.maximum.reduce(values, None) <= 1.0:
        return
    if what == "target":
        refuse(loss, what, ~((values >= 0) & (values <= 1)), values, "is not in [0, 1]")
    outside = (values < 0) | (values > 1)
    if outside.any():
        refuse(
            loss,
            what,
            outside,
            values,
            "is not a probability; apply a sigmoid first, or use binary_cross_entropy_with_logits",
        )


def refuse(loss: str, what: str, wrong: Any, values: Array, why: str) -> NoReturn:
    """Raise for the first element where `wrong` holds."""
    place = tuple(int(i) for i in np.argwhere(wrong)[0])
    index = f"[{', '.join(map(str, place))}]" if place else ""
    raise TargetError(f"{loss}: {what}{index} = {values[place].item()!r} {why}")


def check_labels(loss: str, labels: Tensor, shape: tuple[int, ...], classes: int) -> None:
    """Raise if class indices are not integers, have the wrong shape or are out of range."""
    if labels.dtype.kind not in "iu":
        hint = "convert them with .astype(int)"
        if labels.shape != shape:
            hint += (
                f"; probabilities need the shape of the prediction, not {labels.shape} for "
                f"{shape} and {classes} classes"
            )
        raise DTypeError(f"{loss}: class indices are integers, not {labels.dtype}; {hint}")
    if labels.shape != shape:
        hint = "they must be the same"
        if labels.shape == (*shape, classes):
            hint = "if they are one-hot, and so probabilities, convert them with .astype(float)"
        elif labels.size == math.prod(shape):
            hint = f"reshape the target with {reshaped(shape)}"
        raise ShapeError(
            f"{loss}: class indices have shape {labels.shape}, but the prediction asks for "
            f"{shape}, its own shape without the axis of the {classes} classes; {hint}"
        )
    if not labels.size:
        return
    # Viewed as unsigned, a negative index is a large one: one reduction finds both.
    values = whole_array(labels)
    unsigned = values.view(f"u{values.itemsize}")
    if np.maximum.reduce(unsigned, None) >= classes:
        wrong = (values < 0) | (values >= classes)
        why = f"is not a class: there are {classes} classes, 0 to {classes - 1}"
        refuse(loss, "target", wrong, values, why)
