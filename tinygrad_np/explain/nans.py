"""`explain_nan`: run a function and its gradient, and say where the first NaN or Inf came from."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..engine.access import array_of
from ..engine.errors import GraphError
from ..engine.graph import Leaf, Node, walk_edges
from ..engine.modes import enable_grad
from ..engine.passes import backward_pass
from ..engine.tape import Tape, recording
from ..engine.tensor import Array, Tensor, asarray
from ..engine.trees import tree_leaves, tree_map
from .findings import NonFiniteFinding, find_forward, made_bad
from .steps import find_backward, rule_behind
from .values import SHOWN, bad_in, label_of, named, operand_names, places


@dataclass(frozen=True, slots=True)
class NanExplanation:
    """Where the NaN and Inf of a computation come from; ``str()`` gives it in words.

    Attributes:
        function: The name of the function.
        forward: The first op that made a bad value which reached a result, if any did.
        backward: The first gradient rule that made a bad value from good ones, if any did.
        gradients: The gradients, by the name of the input or parameter.
        tape: Everything that was computed.
    """

    function: str
    forward: NonFiniteFinding | None
    backward: NonFiniteFinding | None
    gradients: dict[str, Array] = field(repr=False)
    tape: Tape = field(repr=False)

    @property
    def ok(self) -> bool:
        """Whether results and gradients are all finite."""
        return self.forward is None and self.backward is None and not self.bad_gradients

    @property
    def bad_gradients(self) -> tuple[str, ...]:
        """The names of the inputs and parameters whose gradients are not finite."""
        return tuple(name for name, g in self.gradients.items() if bad_in(g))

    @property
    def cause(self) -> str:
        """The short name of the first cause, empty if everything is finite."""
        first = self.forward or self.backward
        return first.cause.name if first is not None else ""

    def __str__(self) -> str:
        head = f"explain_nan of {self.function}: "
        if self.ok:
            count = len(self.gradients)
            return f"{head}the results and {count} gradient{'s' * (count != 1)} are finite"
        first = self.forward or self.backward
        if first is not None:
            head += f"{first.cause.name}{first.place()}\n"
        values = "not finite" if self.forward else "finite"
        lines = [f"{head}the results are {values}, {self._gradients()}"]
        lines += [str(found) for found in (self.forward, self.backward) if found is not None]
        if self.forward and self.backward and self.forward.call is self.backward.call:
            there = self.backward
            op = label_of(there.op)
            lines[-1] = f"backward: the gradient of {op} for {there.input} is {there.bad} too"
        if self.forward is None and self.backward is None:
            lines.append("backward: every contribution is finite, but their sum overflows")
        return "\n".join(lines)

    __repr__ = __str__

    def _gradients(self) -> str:
        if not self.gradients:
            return "no gradient was requested"
        if not self.bad_gradients:
            return "the gradients finite"
        parts = []
        for name in self.bad_gradients[:SHOWN]:
            mask = ~np.isfinite(self.gradients[name])
            first = named(places(mask, 1)[0])
            parts.append(f"{name} ({mask.sum()} of {mask.size}, first {name}{first})")
        if len(self.bad_gradients) > SHOWN:
            parts.append(f"{len(self.bad_gradients) - SHOWN} more")
        return f"the gradients not: for {', '.join(parts)}"


def explain_nan(f: Callable[..., Any], *args: Any, **kwargs: Any) -> NanExplanation:
    """Run a function and its gradient, and explain the first NaN or Inf of each.

    The gradient is that of the sum of all results, for every array and every float in the
    arguments and for every other leaf that was used, such as a model's parameters. No ``.grad``
    is written, and NumPy's floating-point warnings are silenced. Intermediate values that are not
    finite but reach neither a result nor a gradient are not reported, such as a mask of -inf before
    a softmax.

    Args:
        f: Any function of arrays; it is called once. If it calls ``backward`` itself, that pass
            is explained.
        args: Its arguments: arrays, and nested lists, tuples and dicts of them, become Tensors
            that require a gradient; anything else is passed on.
        kwargs: Its keyword arguments, passed on as they are.

    Returns:
        A :class:`NanExplanation`: print it. Its `forward` and `backward` hold the op, the
        indices, the operands there, the source line and the cause.

    >>> import numpy as np, tinygrad_np as tg
    >>> def f(x):
    ...     return np.where(x > 0, np.sqrt(x), 0.0).sum()
    >>> explanation = tg.explain_nan(f, np.array([4.0, 0.0, 9.0]))
    >>> explanation.backward.op, explanation.backward.indices
    ('sqrt', ((1,),))
    >>> print(explanation.cause)
    0 x inf in a where
    """
    names = argument_names(f, len(args))
    inputs: dict[Node, str] = {}

    def fresh(x: Any, label: str) -> Any:
        if isinstance(x, Tensor):
            data = array_of(x)
        elif isinstance(x, (float, complex, np.ndarray, np.generic)):
            data = np.asarray(x)
        else:
            return x
        if data.dtype.kind not in "fc":
            return x
        leaf = asarray(data, requires_grad=True)
        leaf.name = x.name if isinstance(x, Tensor) else None
        assert leaf.node is not None  # it requires a gradient
        inputs[leaf.node] = leaf.name or label
        return leaf

    def stand_in(arg: Any, name: str) -> Any:
        labels = paths_of(arg, name)
        return tree_map(lambda x: fresh(x, next(labels)), arg)

    tape = Tape()
    with np.errstate(all="ignore"), enable_grad(), recording(tape):
        ready = [stand_in(arg, name) for arg, name in zip(args, names, strict=True)]
        answer = f(*ready, **kwargs)
        results = [x for x in tree_leaves(answer) if isinstance(x, Tensor)]
        gradients = gradients_of(tape, results, inputs)
    forward = find_forward(tape, results, inputs)
    if forward is not None:
        forward = before_update(tape, rule_behind(tape, forward, results))
    backward = find_backward(tape, forward=forward is not None)
    if forward is None and not any(map(bad_in, gradients.values())):
        backward = None  # a later rule discarded the bad value
    name = getattr(f, "__name__", type(f).__name__)
    return NanExplanation(name, forward, backward, gradients, tape)


def before_update(tape: Tape, found: NonFiniteFinding) -> NonFiniteFinding:
    """Return what made a gradient bad, if an update with it made a leaf bad; else `found`.

    Args:
        tape: The tape, of a function that trains.
        found: The first bad call or operand.
    """
    call = found.call
    if call is None or not found.input or found.phase != "forward":
        return found
    leaf = call.nodes[operand_names(call).index(found.input)]
    before = [step for step in tape.steps if tape.starts[step.pass_number] <= call.number]
    if leaf is None or not any(s.parent is leaf and bad_in(s.contribution) for s in before):
        return found
    name = leaf.name or "a leaf"
    for earlier in tape.calls[: call.number]:
        if bad_in(earlier.out) and not any(map(bad_in, earlier.values)):
            first = made_bad(tape, earlier)
            why = f"{first.cause.why}; the gradient that came from it made {name} {found.bad}"
            fix = f"{first.cause.fix} In training: lower the learning rate, or clip gradients."
            return replace(first, cause=replace(first.cause, why=why, fix=fix.lstrip()))
    return find_backward(tape, forward=False) or found


def gradients_of(tape: Tape, results: list[Tensor], inputs: dict[Node, str]) -> dict[str, Array]:
    """Run backward from the sum of the results; return the gradient of each leaf by its name."""
    cotangents: dict[Node, Any] = {}
    for x in results:
        if x.node is not None and x.dtype.kind in "fc":
            one = np.ones(x.shape, x.dtype)
            cotangents[x.node] = cotangents[x.node] + one if x.node in cotangents else one
    try:
        walk_edges(cotangents)
    except GraphError:
        if not tape.starts:
            raise
        found = leaves_of_passes(tape)  # the function called backward itself
    else:
        found = backward_pass(cotangents, retain_graph=True)
    named_leaves: dict[str, Array] = {}
    for node, g in found.items():
        label = base = inputs.get(node) or node.name or f"a leaf of shape {node.shape}"
        count = 1
        while label in named_leaves:
            count += 1
            label = f"{base} ({count})"
        named_leaves[label] = np.asarray(g)
    return named_leaves


def leaves_of_passes(tape: Tape) -> dict[Node, Any]:
    """Return the sum of the contributions of a tape's steps at each leaf."""
    found: dict[Node, Any] = {}
    for step in tape.steps:
        if isinstance(step.parent, Leaf) and step.contribution is not None:
            have = found.get(step.parent)
            c = step.contribution
            found[step.parent] = c if have is None else have + c
    return found


def argument_names(f: Callable[..., Any], count: int) -> list[str]:
    """Return a name for each positional argument of a call."""
    try:
        parameters = list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):  # a ufunc, a built-in function
        parameters = []
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    names = [p.name for p in parameters if p.kind in kinds]
    return [names[i] if i < len(names) else f"argument {i}" for i in range(count)]


def paths_of(tree: Any, name: str) -> Iterator[str]:
    """Yield a name for each entry of a tree, in the order of `tree_map`."""
    if isinstance(tree, dict):
        for key, branch in tree.items():
            yield from paths_of(branch, f"{name}[{key!r}]")
    elif isinstance(tree, (list, tuple)):
        for i, branch in enumerate(tree):
            yield from paths_of(branch, f"{name}[{i}]")
    else:
        yield name
