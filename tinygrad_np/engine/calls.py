"""What a call of an op does: take the operands apart, compute, record a node.

Three callers do the same thing. `unary` and `binary` are `general` with its loops written out: a
training step spends its Python time in them. If a tracer reads the program, each of them passes the
call on to it by `dispatch`.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import Any

import numpy as np

from .graph import NO_PARAMS, Constant, Node, new_node
from .hooks import ACTIVE, Tracer, active, only
from .modes import is_grad_enabled
from .op import FUNCTIONS, Op, Rule
from .tensor import LENT, NUMERIC, PRIVATE, SCALAR, Tensor, as_array, result
from .views import View, shares, view_of

NUMBERS = (float, int, bool, complex)
"""Python numbers, which stay as they are: the other operand decides the dtype, as in NumPy."""


def operand(x: Any, op: str) -> tuple[Any, Any]:
    """Return the array and the node of an operand."""
    if type(x) is np.ndarray:
        return (x if x.dtype.kind in NUMERIC else as_array(x, op)), None
    if type(x) is Tensor or type(x) is View:
        node = x.node
        return x._captured(), node
    if type(x) in NUMBERS:
        return x, None
    if isinstance(x, Tensor):
        raise TypeError(f"{op}: {type(x).__name__} is a subclass of Tensor, which is final")
    return as_array(x, op), None


def must_dispatch(x: Any) -> bool:
    """Return whether an operand is a tracer, or a list of Tensors, which may hold one."""
    return isinstance(x, Tracer) or (isinstance(x, (list, tuple)) and contains_tensor(x))


def contains_tensor(x: Any) -> bool:
    """Return whether a nested list holds a Tensor."""
    if isinstance(x, (list, tuple)):
        return any(map(contains_tensor, x))
    return isinstance(x, Tensor)


def dispatch(op: Op, args: tuple[Any, ...], params: dict[str, Any]) -> Tensor:
    """Pass a call to a tracer among its operands, or else to the innermost active one.

    Inside, only the outer tracers are active, so that it may pass the call on to them.
    """
    tracers = active()
    try:
        args = tuple([traceable(x, op.name) for x in args])
    except Exception:
        if not tracers:  # otherwise the op raises it again, where they see it
            raise
    for x in args:
        if isinstance(x, Tracer):
            return x.apply(op, args, params)
    if not tracers:
        return op.call(*args, **params)
    with only(tracers[:-1]):
        return tracers[-1].apply(op, args, params)


def traceable(x: Any, op: str) -> Any:
    """Return an operand as tracers see it: a Tensor or a Python number."""
    if isinstance(x, Tensor) or type(x) in NUMBERS:
        return x
    return FUNCTIONS["stack"](x) if contains_tensor(x) else result(as_array(x, op), None)


def remember(array: Any, x: Any) -> Any:
    """Return what a new node keeps of an operand without a node: see `Node.others`."""
    if type(array) is not np.ndarray:
        return array  # a Python number
    return Constant(array.shape, array.dtype, x._name if isinstance(x, Tensor) else None)


def unary(op: Op) -> Callable[..., Tensor]:
    """Return the public function of an op of one array."""
    forward = op.forward
    rule: Any = op.rules.get("x")
    if rule is not None:
        rule.prepare(("x", "out"), op.name)
        pattern, pick = op.pattern((0,)), rule.pick

    def call(x: Any, /) -> Tensor:
        if ACTIVE and active():
            return dispatch(op, (x,), {})
        if type(x) is Tensor and x._share < LENT:
            a, parent = x._raw, x.node
        elif type(x) is not np.ndarray and must_dispatch(x):
            return dispatch(op, (x,), {})
        else:
            a, parent = operand(x, op.name)
        try:
            out = forward(a)
        except Exception as error:
            raise op.explain((a,), error) from error
        share = PRIVATE
        if type(out) is not np.ndarray:
            out, share = np.asarray(out), SCALAR
        if parent is None or rule is None or not is_grad_enabled():
            return result(out, None, share)
        shape = out.shape
        if shape == parent.shape:
            shape = parent.shape  # one tuple for both
        saved = pick((a, out))
        node = Node(op, pattern, parent, saved, None, NO_PARAMS, shape, out.dtype)
        return result(out, node, share)

    return call


def binary(op: Op) -> Callable[..., Tensor]:
    """Return the public function of an op of two arrays."""
    forward = op.forward
    rule_x: Any = op.rules.get("x")
    rule_y: Any = op.rules.get("y")
    if rule_x is not None:
        for rule in (rule_x, rule_y):
            rule.prepare(("x", "y", "out"), op.name)
        of_x, of_y, of_both = op.pattern((0,)), op.pattern((1,)), op.pattern((0, 1))
        pick_x, pick_y = rule_x.pick, rule_y.pick
        pick_both = pick_for(rule_x, rule_y)

    def call(x: Any, y: Any, /) -> Tensor:
        a: Any
        b: Any
        if ACTIVE and active():
            return dispatch(op, (x, y), {})
        if type(x) is Tensor and x._share < LENT:
            a, p = x._raw, x.node
        elif type(x) is not np.ndarray and must_dispatch(x):
            return dispatch(op, (x, y), {})
        else:
            a, p = operand(x, op.name)
        if type(y) is Tensor and y._share < LENT:
            b, q = y._raw, y.node
        elif type(y) is float:
            b, q = y, None
        elif type(y) is not np.ndarray and must_dispatch(y):
            return dispatch(op, (x, y), {})
        else:
            b, q = operand(y, op.name)
        try:
            out = forward(a, b)
        except Exception as error:
            raise op.explain((a, b), error) from error
        share = PRIVATE
        if type(out) is not np.ndarray:
            out, share = np.asarray(out), SCALAR
        if rule_x is None or not is_grad_enabled():
            return result(out, None, share)
        shape = out.shape
        values = (a, b, out)
        parents: Any
        if p is not None:
            if shape == p.shape:
                shape = p.shape  # one tuple for both
            if q is not None:
                pattern, parents, saved, other = of_both, (p, q), pick_both(values), None
            else:
                pattern, parents, saved, other = of_x, p, pick_x(values), remember(b, y)
        elif q is not None:
            if shape == q.shape:
                shape = q.shape
            pattern, parents, saved, other = of_y, q, pick_y(values), remember(a, x)
        else:
            return result(out, None, share)
        node = Node(op, pattern, parents, saved, other, NO_PARAMS, shape, out.dtype)
        return result(out, node, share)

    return call


def pick_for(x: Rule, y: Rule) -> Callable[[Any], Any]:
    """Return a function that selects what two rules save, in one step if each saves one value."""
    if x.count == y.count == 1:
        return itemgetter(*x.at, *y.at)
    if not x.count and not y.count:
        return lambda values: ((), ())
    return lambda values: (x.pick(values), y.pick(values))


def general(op: Op) -> Callable[..., Tensor]:
    """Return the public function of an op of any number of arrays, with parameters."""
    forward, varargs, defaults = op.forward, op.varargs, op.defaults
    fixed = op.inputs[:-1] if varargs else op.inputs
    views, has_rules = op.views, bool(op.rules)
    count = len(fixed)
    # What a rule may ask for, in the order in which a call lists it.
    names = [*op.inputs, "out", *defaults, *(f"{name}_shape" for name in fixed)]
    if varargs:
        names += ["shapes", "index"]
    with_shapes = any(
        need.endswith("_shape") or need == "shapes"
        for rule in op.rules.values()
        for need in rule.needs
    )
    for rule in op.rules.values():
        rule.prepare(names, op.name)
    rules = [op.rules.get(name) for name in fixed]
    varargs_rule = op.rules.get(varargs) if varargs else None

    def bind(args: tuple[Any, ...], given: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        """Return the complete inputs and parameters."""
        params = dict(defaults)
        if not varargs and (len(args) != count or not given.keys() <= defaults.keys()):
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
        if ACTIVE and active():
            return dispatch(op, args, params)
        arrays: list[Any] = []
        nodes: list[Node | None] = []
        tracked = stale = False
        for x in args:
            if type(x) is Tensor and x._share < LENT:
                a, node = x._raw, x.node
            elif type(x) is not np.ndarray and must_dispatch(x):
                return dispatch(op, args, params)
            elif views and not arrays and isinstance(x, Tensor):
                stale = type(x) is View and x._stale()
                a, node = x._raw, None if stale else x.node  # a view of it captures nothing
            else:
                a, node = operand(x, op.name)
            arrays.append(a)
            nodes.append(node)
            tracked = tracked or node is not None
        try:
            out = forward(*arrays, **params)
        except Exception as error:
            raise op.explain(arrays, error) from error
        share = PRIVATE
        if type(out) is not np.ndarray:
            out, share = np.asarray(out), SCALAR
        if tracked and has_rules and is_grad_enabled() and out.dtype.kind in "fc":
            known = [*arrays, out, *params.values()]
            if varargs:
                known[count : -1 - len(params)] = [tuple(arrays[count:])]
            if with_shapes or varargs:
                shapes = [getattr(a, "shape", ()) for a in arrays]
                known += shapes[:count]
                if varargs:
                    known += [tuple(shapes[count:]), 0]
            places, parents, saved, others = [], [], [], []
            for i, node in enumerate(nodes):
                rule = rules[i] if i < count else varargs_rule
                if node is None or rule is None:
                    others.append(node or remember(arrays[i], args[i]))
                    continue
                if i >= count:
                    known[-1] = i - count
                places.append(i)
                parents.append(node)
                saved.append(rule.pick(known))
            node = new_node(op, places, parents, saved, others, params, out) if parents else None
        else:
            node = None
        x = args[0] if views else None
        if views and isinstance(x, Tensor) and x._share != SCALAR and shares(out, arrays[0]):
            return view_of(x, op, params, out, node, stale)
        if stale and args[0].node is not None:  # which it has now found
            return call(*args, **params)
        return result(out, node, share)

    return call


def saved_tensors(node: Node, rule: Rule, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return what a rule saved, every array as a Tensor with its node.

    What the rule then computes is recorded and leads back to the inputs: so gradients have
    gradients. Constants become Tensors too, so that a tracer sees them.
    """
    op = node.op
    assert op is not None  # a leaf has no rules
    inputs = node.inputs
    tensors: list[Any] = []
    for need, value in zip(rule.needs, arguments, strict=True):
        if need == "out":
            tensors.append(result(value, node))
        elif need == op.varargs:
            tensors.append(tuple(map(_with_node, value, inputs[len(op.inputs) - 1 :])))
        elif need in op.inputs:
            tensors.append(_with_node(value, inputs[op.inputs.index(need)]))
        else:
            tensors.append(value)
    return tuple(tensors)


def _with_node(value: Any, source: Any) -> Any:
    """Return a saved array as a Tensor, a Python number as it is."""
    if type(value) is not np.ndarray:
        return value
    return result(value, source if isinstance(source, Node) else None)
