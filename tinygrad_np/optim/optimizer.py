"""Optimizer: what all optimizers share. Parameters in groups, their state, the step.

An update writes into the parameter's own array. If a live graph holds that array, the parameter
continues with a copy, so the graph keeps the values it used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import numpy as np

from ..engine.access import array_of, with_gradient
from ..engine.errors import GraphError, ShapeError
from ..engine.tensor import Array, Tensor, is_concrete

ParamGroup: TypeAlias = dict[str, Any]
Params: TypeAlias = Iterable[Tensor] | Iterable[ParamGroup]


class Slot:
    """A parameter with the arrays an optimizer keeps for it.

    Attributes:
        parameter: The Tensor.
        scratch: An array of its shape to compute in, shared with the other parameters.
        state: The arrays kept between steps, by name.
        steps: The number of updates.
    """

    __slots__ = ("parameter", "scratch", "state", "steps")

    def __init__(self, parameter: Tensor) -> None:
        self.parameter = parameter
        self.scratch: Array
        self.state: dict[str, Array] = {}
        self.steps = 0


class Optimizer:
    """Base of all optimizers. Subclasses define `update`, and pass their `options`.

    Args:
        params: Tensors that require gradients, such as ``model.parameters()``; or dicts
            (groups), each with ``"params"`` and its own options.
        options: The options of groups that do not set them.

    Attributes:
        param_groups: The groups, as dicts; their options may be changed at any time.

    Raises:
        TypeError: If `params` is a single Tensor, a module or a string.
        ValueError: If it is empty or lists a Tensor twice, or if an option is out of range.
        GraphError: For a Tensor that was computed or does not require a gradient.
    """

    def __init__(self, params: Params, **options: Any) -> None:
        groups = as_groups(type(self).__name__, params, options)
        self.param_groups: list[ParamGroup] = groups
        for group in groups:
            self.check(group)
        self._slots = [[Slot(p) for p in group["params"]] for group in groups]
        self._share_scratch()
        for group, slots in zip(groups, self._slots, strict=True):
            self._prepare(slots, group)

    def check(self, group: ParamGroup) -> None:
        """Raise if an option is out of range."""
        for option in ("lr", "weight_decay"):
            if not group[option] >= 0.0:
                raise ValueError(f"{option} must not be negative; got {group[option]!r}")

    @property
    def lr(self) -> float:
        """The learning rate of the first group; setting it sets that of every group."""
        return self.param_groups[0]["lr"]  # type: ignore[no-any-return]

    @lr.setter
    def lr(self, value: float) -> None:
        if not value >= 0.0:
            raise ValueError(f"lr must not be negative; got {value!r}")
        for group in self.param_groups:
            group["lr"] = float(value)

    def state_names(self, group: ParamGroup) -> tuple[str, ...]:
        """Return the names of the state arrays kept for each parameter of a group."""
        return ()

    def _prepare(self, slots: Iterable[Slot], group: ParamGroup) -> None:
        """Create the missing state arrays of some parameters, as zeros."""
        for name in self.state_names(group):
            for slot in slots:
                if name not in slot.state:
                    slot.state[name] = np.zeros_like(array_of(slot.parameter))

    def zero_grad(self) -> None:
        """Set the gradients of all parameters to ``None``; call it before each ``backward``."""
        for slots in self._slots:
            for slot in slots:
                slot.parameter.grad = None

    def step(self) -> None:
        """Update every parameter that has a gradient; frozen ones stay."""
        for group, slots in zip(self.param_groups, self._slots, strict=True):
            self._prepare(slots, group)  # in case its options were changed
            ready = []
            for slot in slots:
                found = with_gradient(slot.parameter, "step")
                if found is None:
                    continue
                (p, g), scratch = found, slot.scratch
                if p.shape != g.shape or p.shape != scratch.shape or p.dtype != scratch.dtype:
                    self._refit(slot, g)
                ready.append((slot, p, g))
            self.update(ready, group)

    def update(self, ready: list[tuple[Slot, Array, Array]], group: ParamGroup) -> None:
        """Write new values into the array of each (slot, array, gradient)."""
        raise NotImplementedError(f"{type(self).__name__} does not define update()")

    # -------------------------------------------------------------------- state

    def _share_scratch(self) -> None:
        """Let all slots of one dtype share one array to compute in."""
        sizes: dict[np.dtype[Any], int] = {}
        every = [slot for slots in self._slots for slot in slots]
        for slot in every:
            p = slot.parameter
            sizes[p.dtype] = max(sizes.get(p.dtype, 0), p.size)
        arrays = {dtype: np.empty(size, dtype) for dtype, size in sizes.items()}
        for slot in every:
            p = slot.parameter
            slot.scratch = arrays[p.dtype][: p.size].reshape(p.shape)

    def _refit(self, slot: Slot, g: Array) -> None:
        """Adapt a slot to a parameter that got data of another shape or dtype while frozen."""
        parameter = slot.parameter
        if g.shape != parameter.shape:
            raise ShapeError(
                f"{type(self).__name__}: {call(parameter)} has shape {parameter.shape}, but its "
                f"gradient {g.shape}: the data was replaced after backward()"
            )
        if slot.steps and slot.scratch.shape != g.shape:
            raise ShapeError(
                f"{type(self).__name__}: {call(parameter)} has shape {parameter.shape}, but its "
                f"state has {slot.scratch.shape}; make a new optimizer"
            )
        slot.scratch = np.empty(parameter.shape, parameter.dtype)
        if slot.steps:
            slot.state = {name: array.astype(parameter.dtype) for name, array in slot.state.items()}
        else:
            slot.state = {name: np.zeros_like(slot.scratch) for name in slot.state}

    def state_dict(self) -> dict[str, Any]:
        """Return a copy of the options and of the state of each parameter.

        The parameters are numbered in the order of the groups.

        >>> import tinygrad_np as tg
        >>> w = tg.tensor([1.0], requires_grad=True)
        >>> tg.optim.SGD([w], lr=0.1).state_dict()["param_groups"][0]["lr"]
        0.1
        """
        groups, state, number = [], {}, 0
        for group, slots in zip(self.param_groups, self._slots, strict=True):
            options = {key: value for key, value in group.items() if key != "params"}
            groups.append({**options, "params": list(range(number, number + len(slots)))})
            for slot in slots:
                arrays = {name: array.copy() for name, array in slot.state.items()}
                state[number] = {"steps": slot.steps, **arrays}
                number += 1
        return {"param_groups": groups, "state": state}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Continue from a state that :meth:`state_dict` returned.

        Raises:
            ShapeError: If groups, parameters or shapes do not fit; nothing is changed then.
        """
        sizes = [len(group["params"]) for group in self.param_groups]
        given = [len(group["params"]) for group in state["param_groups"]]
        if sizes != given:
            raise ShapeError(
                f"load_state_dict: the groups have {sizes} parameters, those of the state {given}"
            )
        every = [slot for slots in self._slots for slot in slots]
        loaded: list[tuple[int, dict[str, Array]]] = []
        for number, slot in enumerate(every):
            entry = dict(state["state"][number])
            steps = int(entry.pop("steps"))
            arrays = {}
            for name, value in entry.items():
                arrays[name] = np.array(value, dtype=slot.parameter.dtype)
                if arrays[name].shape != slot.parameter.shape:
                    raise ShapeError(
                        f"load_state_dict: {name} of parameter {number} has shape "
                        f"{arrays[name].shape}, the parameter {slot.parameter.shape}"
                    )
            loaded.append((steps, arrays))
        for slot, (steps, arrays) in zip(every, loaded, strict=True):
            slot.steps, slot.state = steps, arrays
        for group, options in zip(self.param_groups, state["param_groups"], strict=True):
            group.update({key: value for key, value in options.items() if key != "params"})

    def __repr__(self) -> str:
        lines = []
        for group in self.param_groups:
            options = ", ".join(f"{k}={v!r}" for k, v in group.items() if k != "params")
            n = len(group["params"])
            lines.append(f"{options}; {n} parameter{'s' if n != 1 else ''}")
        return f"{type(self).__name__}({' | '.join(lines)})"


def call(parameter: Tensor) -> str:
    """Return what a message calls a parameter."""
    return f"the parameter {parameter.name!r}" if parameter.name else "a parameter"


def as_groups(optimizer: str, params: Any, options: ParamGroup) -> list[ParamGroup]:
    """Return checked groups from what a user passed as `params`."""
    if isinstance(params, (Tensor, str, bytes, Mapping)) or not isinstance(params, Iterable):
        hint = "put it in a list" if isinstance(params, (Tensor, dict)) else "pass Tensors"
        if hasattr(params, "parameters"):
            hint = "pass its .parameters()"
        raise TypeError(
            f"{optimizer}: params must be an iterable of Tensors or a list of dicts, not a "
            f"{type(params).__name__}; {hint}"
        )
    given = list(params)
    if not any(isinstance(each, Mapping) for each in given):
        given = [{"params": given}]
    groups: list[ParamGroup] = []
    seen: set[int] = set()
    for each in given:
        if not isinstance(each, Mapping) or "params" not in each:
            raise TypeError(f"{optimizer}: a group is a dict with 'params', not {each!r}")
        unknown = each.keys() - options.keys() - {"params"}
        if unknown:
            raise TypeError(
                f"{optimizer}: a group has {', '.join(sorted(unknown))}; the options are "
                f"{', '.join(options)}"
            )
        tensors = [each["params"]] if isinstance(each["params"], Tensor) else list(each["params"])
        if not tensors:
            raise ValueError(f"{optimizer}: there are no parameters to optimize")
        for i, tensor in enumerate(tensors):
            check_parameter(optimizer, i, tensor, seen)
        groups.append({**options, **each, "params": tensors})
    return groups


def check_parameter(optimizer: str, i: int, tensor: Any, seen: set[int]) -> None:
    """Raise if a Tensor cannot be optimized."""
    if not is_concrete(tensor):
        raise TypeError(f"{optimizer}: parameter {i} is not a Tensor but {tensor!r}")
    name = f"parameter {i}" + (f" ({tensor.name})" if tensor.name else "")
    if not tensor.is_leaf:
        raise GraphError(
            f"{optimizer}: {name} of shape {tensor.shape} was computed ({tensor._origin()}); only "
            f"Tensors that were not computed have values of their own to update"
        )
    if not tensor.requires_grad:
        raise GraphError(
            f"{optimizer}: {name} of shape {tensor.shape} does not require a gradient; set "
            f"requires_grad = True, or leave it out: [p for p in params if p.requires_grad]"
        )
    if id(tensor) in seen:
        raise ValueError(f"{optimizer}: {name} is listed twice and would be updated twice")
    seen.add(id(tensor))
