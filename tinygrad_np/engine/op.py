"""Op: a forward function on arrays with one gradient rule per input.

A rule is named after the input it differentiates. It takes the cotangent `g` and
names what else it needs: inputs by their own names, their shapes as `x_shape`, the
result as `out`, parameters by their names. That signature is the declaration of what
a node saves; nothing else is kept alive.

Rules are plain NumPy and run in two worlds: on arrays, where nothing is recorded, and
on Tensors, where they record themselves. Imports errors, modes, graph and tensor.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any, ParamSpec, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from .errors import DTypeError, ShapeError, TinygradError
from .graph import Constant, Edge, Node
from .modes import is_grad_enabled
from .tensor import LENT, NUMERIC, Tensor, numeric, result

P = ParamSpec("P")
F = TypeVar("F", bound=Callable[..., Any])
RuleFunction = Callable[..., Any]

OPS: dict[str, Op] = {}
"""Every op by name."""

NUMPY: dict[Any, Callable[..., Any]] = {}
"""The function here that answers each NumPy function."""

FUNCTIONS: dict[str, Callable[..., Any]] = {}
"""Every public function by name: ops, and functions composed of ops."""


class Unary(Protocol):
    """A function of one array, element by element."""

    def __call__(self, x: npt.ArrayLike, /) -> Tensor:
        """Return the function of `x`."""
        ...


class Binary(Protocol):
    """A function of two arrays that broadcast against each other."""

    def __call__(self, x: npt.ArrayLike, y: npt.ArrayLike, /) -> Tensor:
        """Return the function of `x` and `y`."""
        ...


class Rule:
    """A gradient rule and what it asks for.

    Attributes:
        apply: The rule itself.
        input: The name of the input it differentiates.
        needs: What it names after the cotangent.
        pick: Takes those out of all that the op knows when it is applied, as a tuple.
    """

    __slots__ = ("apply", "input", "needs", "pick")

    def __init__(self, apply: RuleFunction, input_name: str) -> None:
        self.apply = apply
        self.input = input_name
        self.needs = tuple(inspect.signature(apply).parameters)[1:]
        self.pick: Callable[[Sequence[Any]], tuple[Any, ...]]

    def prepare(self, known: Sequence[str], op: str) -> None:
        """Make `pick` for values in the order of `known`."""
        for need in self.needs:
            if need not in known:
                raise TypeError(
                    f"{op}: the rule for {self.input} asks for {need!r}; there is "
                    f"{', '.join(known)}"
                )
        at = [known.index(need) for need in self.needs]
        if not at:
            self.pick = lambda values: ()
        elif len(at) == 1:
            (only,) = at
            self.pick = lambda values: (values[only],)
        else:
            self.pick = itemgetter(*at)


class Op:
    """One operation: what it computes and how a gradient flows back through it.

    Attributes:
        name: NumPy's name where NumPy has one.
        forward: The function on arrays.
        kind: ``"elementwise"`` (the rules are the jvp too), ``"linear"`` (the op is its
            own jvp), ``"bilinear"`` (it is, in each input), ``"constant"`` (no gradient)
            or ``"general"``. The inputs of elementwise and bilinear ops may broadcast.
        inputs: The names of the array inputs.
        star: The last of them, if it stands for any number of arrays.
        rules: The rule of each differentiable input.
        call: The public function.
    """

    __slots__ = ("call", "forward", "inputs", "kind", "mismatch", "name", "rules", "star")

    def __init__(
        self,
        name: str,
        forward: Callable[..., Any],
        kind: str,
        inputs: tuple[str, ...],
        rules: dict[str, RuleFunction],
        mismatch: Callable[..., str] | None = None,
        star: str | None = None,
    ) -> None:
        if name in OPS:
            raise ValueError(f"an op named {name!r} is already declared")
        for key in rules:
            if key not in inputs:
                raise TypeError(f"{name}: a rule for {key!r}, but the inputs are {inputs}")
        self.name = name
        self.forward = forward
        self.kind = kind
        self.inputs = inputs
        self.rules = {key: Rule(rule, key) for key, rule in rules.items()}
        self.mismatch = mismatch
        self.star = star
        self.call: Callable[..., Tensor]
        OPS[name] = self

    def __repr__(self) -> str:
        return f"<op {self.name}({', '.join(self.inputs)})>"

    def explain(self, arrays: Sequence[Any], error: Exception) -> Exception:
        """Return the error a user should see when NumPy refused `arrays`."""
        if isinstance(error, TinygradError) or not isinstance(error, (ValueError, TypeError)):
            return error
        shapes = [np.shape(a) for a in arrays]
        if isinstance(error, TypeError):
            dtypes = ", ".join(str(np.asarray(a).dtype) for a in arrays)
            return DTypeError(f"{self.name}: dtypes {dtypes}: {error}")
        if self.mismatch is not None:
            return ShapeError(f"{self.name}: {self.mismatch(*shapes)}")
        listed = " and ".join(map(str, shapes))
        if self.kind in ("elementwise", "constant") and len(shapes) > 1:
            return ShapeError(f"{self.name}: shapes {listed} do not broadcast: {clash(shapes)}")
        return ShapeError(f"{self.name}: shape {listed}: {error}")


def clash(shapes: Sequence[tuple[int, ...]]) -> str:
    """Return where shapes fail to broadcast, in words."""
    for axis in range(-1, -1 - max(map(len, shapes)), -1):
        sizes = {s[axis] for s in shapes if len(s) >= -axis} - {1}
        if len(sizes) > 1:
            found = " and ".join(map(str, sorted(sizes)))
            return f"along axis {axis} the sizes {found} differ and neither is 1"
    return "their sizes agree"


def operand(x: Any, op: str) -> tuple[Any, Any]:
    """Return the array of `x` and its node. Python numbers stay as they are: weak."""
    if type(x) is np.ndarray:
        return (x if x.dtype.kind in NUMERIC else numeric(x, op)), None
    if type(x) is Tensor:
        return (x._settle() if x._share == LENT else x._data), x.node
    if type(x) in (float, int, bool, complex):
        return x, None
    if isinstance(x, (list, tuple)) and contains_tensor(x):
        stacked = FUNCTIONS["stack"](x)
        return stacked._data, stacked.node
    if isinstance(x, Tensor):
        raise TypeError(f"{op}: {type(x).__name__} is a subclass of Tensor, which is final")
    if x is None or isinstance(x, (str, bytes)):
        raise DTypeError(f"{op}: {x!r} is not an array")
    return numeric(np.asarray(x), op), None


def contains_tensor(x: Any) -> bool:
    """Return whether a nested list holds a Tensor."""
    if isinstance(x, (list, tuple)):
        return any(map(contains_tensor, x))
    return type(x) is Tensor


def remember(array: Any, node: Node | None) -> Any:
    """Return what a new node keeps of an operand: see ``Node.inputs``."""
    if node is not None:
        return node
    return Constant(array.shape, array.dtype) if type(array) is np.ndarray else array


# ------------------------------------------------------------------ the makers


def elementwise(
    forward: Any, *, name: str | None = None, doc: str = "", **rules: RuleFunction
) -> Any:
    """Declare an op that works element by element, on one or two broadcasting arrays.

    Args:
        forward: A NumPy ufunc, or a function of arrays, with positional inputs.
        name: The op's name; the forward function's when left out.
        doc: The docstring of the public function.
        rules: A rule per input; its name is the input's.

    Returns:
        The public function, which takes Tensors and anything NumPy takes.
    """
    kind = "elementwise" if rules else "constant"
    nin = (
        forward.nin if isinstance(forward, np.ufunc) else len(inspect.signature(forward).parameters)
    )
    op = Op(name or forward.__name__, forward, kind, ("x", "y")[:nin], rules)
    return publish(op, _unary(op) if nin == 1 else _binary(op), forward, doc)


def constant(forward: Any, *, name: str | None = None, doc: str = "") -> Any:
    """Declare an elementwise op that no gradient flows through: a comparison, a sign test."""
    return elementwise(forward, name=name, doc=doc)


def bilinear(
    forward: Any,
    *,
    x: RuleFunction,
    y: RuleFunction,
    name: str | None = None,
    doc: str = "",
    mismatch: Callable[..., str] | None = None,
) -> Any:
    """Declare an op of two arrays that is linear in each: a product."""
    op = Op(name or forward.__name__, forward, "bilinear", ("x", "y"), {"x": x, "y": y}, mismatch)
    return publish(op, _binary(op), forward, doc)


def declare(
    numpy: Any = None,
    *,
    kind: str = "general",
    name: str | None = None,
    public: bool = True,
    mismatch: Callable[..., str] | None = None,
    **rules: RuleFunction,
) -> Callable[[Callable[P, Any]], Callable[P, Tensor]]:
    """Declare the decorated function of arrays as an op.

    Its parameters without a default are the array inputs; the last may be ``*arrays``,
    any number of them, and a rule for those may ask for the ``index`` of the one it is
    for and for all their ``shapes``. Those with a default are the op's parameters, which
    must be hashable. The docstring becomes the public function's.

    Args:
        numpy: The NumPy function it answers, if any.
        kind: ``"linear"`` says that the op is its own jvp, ``"constant"`` that it has no gradient.
        name: The op's name; the function's when left out.
        public: Whether it belongs to the package's namespace.
        mismatch: Shapes to words, for the error when NumPy refuses them.
        rules: A rule per differentiable input.
    """

    def decorate(forward: Callable[P, Any]) -> Callable[P, Tensor]:
        parameters = inspect.signature(forward).parameters.values()
        inputs = tuple(p.name for p in parameters if p.default is p.empty)
        star = next((p.name for p in parameters if p.kind is p.VAR_POSITIONAL), None)
        op_name: str = name or forward.__name__
        op = Op(op_name, forward, kind, inputs, rules, mismatch, star)
        call = _general(op)
        call.__module__ = forward.__module__
        call.__signature__ = inspect.signature(forward)  # type: ignore[attr-defined]
        return publish(op, call, numpy, forward.__doc__ or "", public)

    return decorate


def publish(
    op: Op, call: Callable[..., Tensor], numpy: Any, doc: str, public: bool = True
) -> Callable[..., Tensor]:
    """Enter an op's public function in the tables."""
    op.call = call
    call.__name__ = call.__qualname__ = op.name
    call.__doc__ = doc
    call.op = op  # type: ignore[attr-defined]  # functions take attributes
    return register(call, numpy) if public else call


def register(function: F, *numpy: Any) -> F:
    """Enter a public function in the tables, with the NumPy functions it answers."""
    FUNCTIONS[function.__name__] = function
    for answered in numpy:
        if getattr(answered, "__module__", "").startswith("numpy") or isinstance(
            answered, np.ufunc
        ):
            NUMPY[answered] = function
    return function


def composed(*numpy: Any) -> Callable[[F], F]:
    """Enter the decorated function, made of ops, as the answer to NumPy's."""
    return lambda function: register(function, *numpy)


def either(call: Callable[..., Any]) -> Callable[..., Any]:
    """Return an op as rules use it: its forward on arrays, the recorded op on Tensors.

    Rules call NumPy's functions, which find the right world by themselves; this is for
    the few ops NumPy has no name for.
    """
    op: Op = call.op  # type: ignore[attr-defined]  # set by publish

    def in_either_world(*arrays: Any, **params: Any) -> Any:
        world = call if any(type(a) is Tensor for a in arrays) else op.forward
        return world(*arrays, **params)

    return in_either_world


# ---------------------------------------------------------- the public functions
#
# Three callers do one thing: take the operands apart, run the forward function and
# record a node if a gradient can flow. The first two are the third with its loops
# written out, because they are what a training step spends its Python time in.


def _unary(op: Op) -> Callable[..., Tensor]:
    forward = op.forward
    rule = op.rules.get("x")
    if rule is not None:
        rule.prepare(("x", "out"), op.name)

    def call(x: Any, /) -> Tensor:
        if type(x) is Tensor and x._share != LENT:
            a, parent = x._data, x.node
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


def _binary(op: Op) -> Callable[..., Tensor]:
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
        if type(x) is Tensor and x._share != LENT:
            a, p = x._data, x.node
        else:
            a, p = operand(x, op.name)
        if type(y) is Tensor and y._share != LENT:
            b, q = y._data, y.node
        elif type(y) is float:
            b, q = y, None
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
            inputs = (p, remember(b, None))
            edges = ((p, rule_x, pick_x(values)),)
        elif q is not None:
            inputs = (remember(a, None), q)
            edges = ((q, rule_y, pick_y(values)),)
        else:
            return result(out, None)
        return result(out, Node(op, inputs, edges, {}, out.shape, out.dtype))

    return call


def _general(op: Op) -> Callable[..., Tensor]:
    forward, star = op.forward, op.star
    defaults = {
        p.name: p.default
        for p in inspect.signature(forward).parameters.values()
        if p.default is not p.empty
    }
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
            given = {**dict(zip(defaults, args[count:], strict=False)), **given}
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
        arrays, nodes, tracked = [], [], False
        for x in args:
            if type(x) is Tensor and x._share != LENT:
                a, node = x._data, x.node
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
        inputs = tuple(map(remember, arrays, nodes))
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
