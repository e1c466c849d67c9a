"""What a call of an op does: take the operands apart, compute, record a node.

Three callers do one thing. The first two are the third with its loops written out,
because they are what a training step spends its Python time in. Imports errors,
graph, modes, tensor, op and tape.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .graph import Constant, Edge, Node
from .mapped import Mapped
from .modes import is_grad_enabled
from .op import FUNCTIONS, Op, Rule
from .tape import RECORDING, running
from .tensor import LENT, NUMERIC, Tensor, as_array, result


def operand(x: Any, op: str) -> tuple[Any, Any]:
    """Return the array of `x` and its node. Python numbers stay as they are: weak."""
    if type(x) is np.ndarray:
        return (x if x.dtype.kind in NUMERIC else as_array(x, op)), None
    if type(x) is Tensor:
        return (x._settle() if x._share == LENT else x._data), x.node
    if type(x) in (float, int, bool, complex):
        return x, None
    if isinstance(x, (list, tuple)) and contains_tensor(x):
        stacked = FUNCTIONS["stack"](x)
        return stacked._data, stacked.node
    if isinstance(x, Tensor):
        raise TypeError(f"{op}: {type(x).__name__} is a subclass of Tensor, which is final")
    return as_array(x, op), None


def contains_tensor(x: Any) -> bool:
    """Return whether a nested list holds a Tensor."""
    if isinstance(x, (list, tuple)):
        return any(map(contains_tensor, x))
    return isinstance(x, Tensor)


def remember(array: Any, x: Any) -> Any:
    """Return what a new node keeps of an operand without a node: see ``Node.inputs``."""
    if type(array) is not np.ndarray:
        return array  # a Python number
    return Constant(array.shape, array.dtype, x._name if type(x) is Tensor else None)


def unary(op: Op) -> Callable[..., Tensor]:
    """Return the public function of an op of one array."""
    forward = op.forward
    rule = op.rules.get("x")
    if rule is not None:
        rule.prepare(("x", "out"), op.name)

    def call(x: Any, /) -> Tensor:
        if RECORDING and (tape := running()) is not None:
            return tape.call(op, call, (x,), {})
        if type(x) is Tensor and x._share != LENT:
            a, parent = x._data, x.node
        elif isinstance(x, Mapped):
            return x.apply(op, (x,), {})  # type: ignore[no-any-return]
        else:
            a, parent = operand(x, op.name)
        try:
            out = forward(a)
        except Exception as error:
            raise op.explain((a,), error) from error
        if type(out) is not np.ndarray:
            out = np.asarray(out)
        if parent is None or rule is None or not is_grad_enabled():
            return result(out, None)
        edges = ((parent, rule, rule.pick((a, out))),)
        return result(out, Node(op, (parent,), edges, {}, out.shape, out.dtype))

    return call


def binary(op: Op) -> Callable[..., Tensor]:
    """Return the public function of an op of two arrays."""
    forward = op.forward
    rule_x: Any = op.rules.get("x")
    rule_y: Any = op.rules.get("y")
    for rule in op.rules.values():
        rule.prepare(("x", "y", "out"), op.name)
    pick_x: Any = getattr(rule_x, "pick", None)
    pick_y: Any = getattr(rule_y, "pick", None)

    def call(x: Any, y: Any, /) -> Tensor:
        a: Any
        b: Any
        if RECORDING and (tape := running()) is not None:
            return tape.call(op, call, (x, y), {})
        if type(x) is Tensor and x._share != LENT:
            a, p = x._data, x.node
        elif isinstance(x, Mapped):
            return x.apply(op, (x, y), {})  # type: ignore[no-any-return]
        else:
            a, p = operand(x, op.name)
        if type(y) is Tensor and y._share != LENT:
            b, q = y._data, y.node
        elif type(y) is float:
            b, q = y, None
        elif isinstance(y, Mapped):
            return y.apply(op, (x, y), {})  # type: ignore[no-any-return]
        else:
            b, q = operand(y, op.name)
        try:
            out = forward(a, b)
        except Exception as error:
            raise op.explain((a, b), error) from error
        if type(out) is not np.ndarray:
            out = np.asarray(out)
        if rule_x is None or not is_grad_enabled():
            return result(out, None)
        values = (a, b, out)
        edges: tuple[Edge, ...]
        if p is not None and q is not None:
            inputs: tuple[Any, ...] = (p, q)
            edges = ((p, rule_x, pick_x(values)), (q, rule_y, pick_y(values)))
        elif p is not None:
            inputs = (p, remember(b, y))
            edges = ((p, rule_x, pick_x(values)),)
        elif q is not None:
            inputs = (remember(a, x), q)
            edges = ((q, rule_y, pick_y(values)),)
        else:
            return result(out, None)
        return result(out, Node(op, inputs, edges, {}, out.shape, out.dtype))

    return call


def general(op: Op) -> Callable[..., Tensor]:
    """Return the public function of an op of any number of arrays, with parameters."""
    forward, star, defaults = op.forward, op.star, op.defaults
    fixed = op.inputs[:-1] if star else op.inputs
    count = len(fixed)
    # What a rule may ask for, in the order in which `saved` lays it out.
    known = [*op.inputs, "out", *defaults, *(f"{name}_shape" for name in fixed)]
    if star:
        known += ["shapes", "index"]
    with_shapes = any(
        need.endswith("_shape") or need == "shapes"
        for rule in op.rules.values()
        for need in rule.needs
    )
    for rule in op.rules.values():
        rule.prepare(known, op.name)
    rules = [op.rules.get(name) for name in fixed]
    star_rule = op.rules.get(star) if star else None

    def bind(args: tuple[Any, ...], given: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        """Return the inputs and the parameters, both complete."""
        params = dict(defaults)
        if not star:
            if len(args) > count + len(defaults):
                raise TypeError(f"{op.name}: too many arguments ({len(args)})")
            by_place = dict(zip(defaults, args[count:], strict=False))
            for name in (*fixed[: len(args)], *by_place):
                if name in given:
                    raise TypeError(f"{op.name}: {name!r} is given twice, by place and by name")
            given |= by_place
            args = args[:count]
            args += tuple(given.pop(name) for name in fixed[len(args) :] if name in given)
        if len(args) < count:
            raise TypeError(f"{op.name}: the input {fixed[len(args)]!r} is missing")
        for name, value in given.items():
            if name not in defaults:
                raise TypeError(
                    f"{op.name}: there is no parameter {name!r}; the parameters are "
                    f"{', '.join(defaults) or 'none'}"
                )
            params[name] = tuple(value) if isinstance(value, list) else value
        return args, params

    def call(*args: Any, **given: Any) -> Tensor:
        params = defaults
        if given or len(args) != count:
            args, params = bind(args, given)
        if RECORDING and (tape := running()) is not None:
            return tape.call(op, call, args, params)
        arrays, nodes, tracked = [], [], False
        for x in args:
            if type(x) is Tensor and x._share != LENT:
                a, node = x._data, x.node
            elif isinstance(x, Mapped):
                return x.apply(op, args, params)  # type: ignore[no-any-return]
            else:
                a, node = operand(x, op.name)
            arrays.append(a)
            nodes.append(node)
            tracked = tracked or node is not None
        try:
            out = forward(*arrays, **params)
        except Exception as error:
            raise op.explain(arrays, error) from error
        if type(out) is not np.ndarray:
            out = np.asarray(out)
        if not tracked or not op.rules or not is_grad_enabled() or out.dtype.kind not in "fc":
            return result(out, None)
        saved = [*arrays, out, *params.values()]
        if star:
            saved[count : -1 - len(params)] = [tuple(arrays[count:])]
        if with_shapes or star:
            shapes = [getattr(a, "shape", ()) for a in arrays]
            saved += shapes[:count]
            if star:
                saved += [tuple(shapes[count:]), 0]
        edges = []
        for i, node in enumerate(nodes):
            rule = rules[i] if i < count else star_rule
            if node is not None and rule is not None:
                if i >= count:
                    saved[-1] = i - count
                edges.append((node, rule, rule.pick(saved)))
        if not edges:
            return result(out, None)
        inputs = tuple(
            [node or remember(a, x) for node, a, x in zip(nodes, arrays, args, strict=True)]
        )
        return result(out, Node(op, inputs, tuple(edges), params, out.shape, out.dtype))

    return call


def lift(node: Node, rule: Rule, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return a rule's saved arguments as Tensors that know their nodes.

    What the rule then computes is recorded and leads back to the inputs: this is how a
    gradient of a gradient is taken.
    """
    op = node.op
    assert op is not None  # a leaf has no rules
    lifted: list[Any] = []
    for need, value in zip(rule.needs, arguments, strict=True):
        if need == "out":
            lifted.append(result(value, node))
        elif need == op.star:
            sources = node.inputs[len(op.inputs) - 1 :]
            lifted.append(tuple(map(_with_node, value, sources)))
        elif need in op.inputs:
            lifted.append(_with_node(value, node.inputs[op.inputs.index(need)]))
        else:
            lifted.append(value)
    return tuple(lifted)


def _with_node(value: Any, source: Any) -> Any:
    return result(value, source) if isinstance(source, Node) else value
