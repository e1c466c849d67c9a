"""What a picture consists of, independent of any way to show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..engine.graph import Shape
from .values import Values

Kind = Literal["op", "leaf", "constant", "module", "rest"]
Mark = Literal["failed", "added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class Box:
    """One thing in a picture.

    Attributes:
        key: Its place in ``Picture.boxes``, counted from 0, oldest first.
        kind: ``"op"``, ``"leaf"`` (requires a gradient, was not computed), ``"constant"``,
            ``"module"`` (stands for all that a module computed) or ``"rest"`` (stands for all
            that `max_nodes` left out).
        op: The op's name; of a module, the name of its class.
        name: The name a user gave it.
        params: The op's parameters that differ from their defaults, name and value.
        shape: The shape of its value.
        dtype: The dtype of its value.
        value: A number written in the program, or how many nodes a rest stands for.
        result: Whether it is a result.
        operands: The names of its inputs, where their order matters.
        group: The key of the innermost group it is in.
        parameter: Whether it is a leaf that belongs to a module.
        count: How many equal ones, chained one after another, it stands for.
        module: The module's place in the model, such as ``layers.0``.
        ops: How many ops the module is made of.
        parameters: The number of elements of the module's parameters.
        input_shape: The shape of the module's input.
        values: The values, if requested and known.
        gradient: The gradient, likewise.
        saved: The bytes that the graph keeps for the backward pass, in all that it stands for.
        seconds: The time it took to compute all that it stands for.
        line: The user's line that computed it.
        mark: Whether it failed, or its status in a comparison.
        notes: Further remarks: what was raised, or what has changed.
    """

    key: int
    kind: Kind
    op: str | None = None
    name: str | None = None
    params: tuple[tuple[str, str], ...] = ()
    shape: Shape | None = None
    dtype: str | None = None
    value: str | None = None
    result: bool = False
    operands: tuple[str, ...] = ()
    group: int | None = None
    parameter: bool = False
    count: int = 1
    module: str | None = None
    ops: int = 0
    parameters: int = 0
    input_shape: Shape | None = None
    values: Values | None = None
    gradient: Values | None = None
    saved: int | None = None
    seconds: float | None = None
    line: str | None = None
    mark: Mark | None = None
    notes: tuple[str, ...] = ()

    @property
    def requires_grad(self) -> bool:
        """Whether a gradient flows to or through it."""
        return self.kind in ("op", "leaf", "module")


@dataclass(frozen=True, slots=True)
class Arrow:
    """A value that goes into an op.

    Attributes:
        tail: The key of the box it comes from.
        head: The key of the op it goes to.
        port: Its place among the inputs of the op, where their order matters.
        mark: Its status in a comparison.
    """

    tail: int
    head: int
    port: int | None = None
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Boxes that belong together: what a module computed, or a block that repeats.

    Attributes:
        key: Its place in ``Picture.groups``, counted from 0; the group it is in comes earlier.
        name: The module's place in the model, empty for the model; ``None`` for a block that
            is not one module. Of a module that repeats, the first place and the last.
        kind: The name of the module's class; empty for a block that is not one module.
        parent: The key of the group it is in.
        members: The keys of the boxes directly in it.
        count: How many equal ones, chained one after another, it stands for.
    """

    key: int
    name: str | None
    kind: str
    parent: int | None = None
    members: tuple[int, ...] = ()
    count: int = 1


@dataclass(frozen=True, slots=True)
class Picture:
    """Boxes, oldest first, and the arrows between them, in the order of each op's inputs.

    Every arrow leads from a box to a later one. Groups are listed outer ones first.
    """

    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    groups: tuple[Group, ...] = ()
