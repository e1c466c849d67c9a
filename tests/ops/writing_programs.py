"""Random NumPy programs that create, slice, alias and write in place, drawn by Hypothesis.

A program is a list of lines on `x`, of shape (3, 4), and `w`, of shape (4,). The lines are drawn
while NumPy runs them, so that every one is valid.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from hypothesis import strategies as st

SHAPES = ((3, 4), (4,), (3, 3), (2, 6), (12,), (4, 3), (2, 3, 2), (3,))

Line = str | None
WRITES: dict[str, Callable[[Draft], Line]] = {}
"""The kinds of writes."""
OTHERS: dict[str, Callable[[Draft], Line]] = {}
"""The kinds of lines that make arrays, views and numbers."""


@dataclass(repr=False)
class Program:
    """The lines of a program, which kind of write each is, or ``""``, its variables and results."""

    lines: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    results: list[str] = field(default_factory=list)

    def __repr__(self) -> str:
        return "\n" + self.source()

    def source(self, without: int = -1) -> str:
        """Return a function of x, w and np that sums up the results."""
        lines = [line for i, line in enumerate(self.lines) if i != without]
        terms = [f"{k + 1} * (np.sin({y}) * {y}).sum()" for k, y in enumerate(self.results)]
        body = "".join(f"    {line}\n" for line in lines)
        return f"def f(x, w, np):\n{body}    return {' + '.join(terms)}\n"

    def function(self, without: int = -1) -> Callable[..., Any]:
        """Return the function."""
        scope: dict[str, Any] = {}
        exec(self.source(without), scope)
        return scope["f"]  # type: ignore[no-any-return]


class Draft:
    """A program while it is written, and its variables."""

    def __init__(self, draw: Callable[..., Any], x: Any, w: Any) -> None:
        self.draw = draw
        self.scope: dict[str, Any] = {"np": np, "x": x.copy(), "w": w.copy()}
        self.program = Program(names=["x", "w"])

    def choose(self, options: Any) -> Any:
        return self.draw(st.sampled_from(list(options)))

    def arrays(self, fits: Callable[[Any], bool] = lambda a: True) -> list[str]:
        return [
            name
            for name in self.program.names
            if isinstance(self.scope[name], np.ndarray) and fits(self.scope[name])
        ]

    def array(self, fits: Callable[[Any], bool] = lambda a: True) -> Any:
        """Return an array that fits, if there is one."""
        found = self.arrays(fits)
        return self.choose(found) if found else None

    def target(self, fits: Callable[[Any], bool] = lambda a: True) -> Any:
        """Return an array to write to, if there is one."""
        return self.array(lambda a: a.ndim > 0 and a.flags.writeable and a.size > 0 and fits(a))

    def value(self, shape: tuple[int, ...]) -> str:
        """Return an expression of a shape, or of a number."""
        same = self.arrays(lambda a: a.shape == shape)
        any_array = self.choose(self.arrays())
        options = ["0.5", f"np.cos({any_array}).mean()", f"np.tanh(w[{self.choose((0, 1, -1))}])"]
        for name in same:
            options += [
                f"+{name}",
                f"np.sin({name})",
                f"{name} * 0.5",
                f"np.tanh({name}) + w[0]",
            ] * 2
        numbers = [n for n in self.program.names if not isinstance(self.scope[n], np.ndarray)]
        options += [f"np.sin({n})" for n in numbers]
        if len(shape) == 1 and shape[0] <= 4:
            options.append(f"np.cos(w[:{shape[0]}])")
        return str(self.choose(options))

    def new(self, expression: str) -> str:
        name = f"v{len(self.program.lines)}"
        self.program.names.append(name)
        return f"{name} = {expression}"

    def index(self, a: Any) -> str:
        """Return a basic index that leaves at least one axis."""
        n = a.shape[0]
        options = [":", "...", "1:", ":-1", "::-1"] if n > 1 else [":", "..."]
        if n > 2:
            options += ["::2", "-1:0:-1"]
        if a.ndim > 1:
            options += ["0", "-1", f"{n - 1}", ":, 0", "..., -1", ":, ::2", "::-1, 1:", "..., None"]
        return str(self.choose(options))

    def shape_at(self, name: str, index: str) -> tuple[int, ...]:
        return np.shape(eval(f"{name}[{index}]", self.scope))

    def add(self, kind: str, form: Callable[[Draft], Line]) -> None:
        before = list(self.program.names)
        line = form(self)
        if line is None:
            return
        with np.errstate(all="ignore"):
            try:
                exec(line, self.scope)
            except (ValueError, IndexError, TypeError, AttributeError):  # not valid after all
                self.program.names = before
                return
        self.program.lines.append(line)
        self.program.kinds.append(kind)


def write(form: Callable[[Draft], Line]) -> Callable[[Draft], Line]:
    WRITES[form.__name__] = form
    return form


def other(form: Callable[[Draft], Line]) -> Callable[[Draft], Line]:
    OTHERS[form.__name__] = form
    return form


# ------------------------------------------------------------------- arrays, views, numbers


@other
def _nothing(d: Draft) -> Line:
    return None  # what Hypothesis shrinks a line to


@other
def created(d: Draft) -> Line:
    shape = d.choose(SHAPES)
    return d.new(d.choose((f"np.zeros({shape})", f"np.ones({shape})", f"np.full({shape}, 0.3)")))


@other
def created_like(d: Draft) -> Line:
    return d.new(f"np.{d.choose(('zeros_like', 'ones_like', 'copy'))}({d.array()})")


@other
def computed(d: Draft) -> Line:
    name = d.choose(d.program.names)
    return d.new(d.choose((f"np.sin({name}) + w[1]", f"{name} * 0.7", f"np.tanh({name})")))


@other
def sums(d: Draft) -> Line:
    name = d.array(lambda a: a.ndim > 0)
    return d.new(f"{name} + {d.array(lambda a: a.shape == d.scope[name].shape)}")


@other
def aliased(d: Draft) -> Line:
    return d.new(d.choose(d.program.names))


@other
def viewed(d: Draft) -> Line:
    name = d.array(lambda a: a.ndim > 0)
    return d.new(f"{name}[{d.index(d.scope[name])}]")


@other
def viewed_again(d: Draft) -> Line:
    name = d.array(lambda a: a.ndim > 1)
    return name and d.new(f"{name}[{d.index(d.scope[name])}][...]")


@other
def turned(d: Draft) -> Line:
    name = d.array(lambda a: a.ndim > 1)
    forms = (f"{name}.T", f"np.swapaxes({name}, 0, 1)", f"{name}.transpose()", f"{name}[::-1].T")
    return name and d.new(d.choose(forms))


@other
def reshaped(d: Draft) -> Line:
    name = d.array(lambda a: a.ndim > 0)
    n = d.scope[name].shape[0]
    forms = (
        f"{name}.reshape(-1)",
        f"{name}.ravel()",
        f"{name}.flatten()",
        f"{name}.reshape(-1, {n})",
    )
    return d.new(d.choose(forms))


@other
def squeezed(d: Draft) -> Line:
    return d.new(f"np.squeeze(np.expand_dims({d.array()}, 0), 0)")


@other
def diagonal(d: Draft) -> Line:
    name = d.array(lambda a: a.ndim == 2)
    return name and d.new(f"np.diagonal({name})")


@other
def broadcast(d: Draft) -> Line:
    return d.new(f"np.broadcast_to(w, {d.choose(((3, 4), (4,)))})")


@other
def picked(d: Draft) -> Line:
    name = d.array(lambda a: a.ndim > 0)
    return d.new(f"{name}[[0, -1, 0]]")


@other
def number(d: Draft) -> Line:
    name = d.array(lambda a: a.ndim > 0)
    zeros = ", ".join("0" for _ in d.scope[name].shape)
    return d.new(d.choose((f"{name}[{zeros}]", f"{name}.sum() * 0.1", "np.dot(w, w) * 0.1")))


@other
def array_of_no_axes(d: Draft) -> Line:
    name = d.array(lambda a: a.ndim > 0)
    zeros = ", ".join("0" for _ in d.scope[name].shape)
    return d.new(f"{name}[{zeros}, ...]")


# -------------------------------------------------------------------------------- writes


@write
def element(d: Draft) -> Line:
    name = d.target()
    a = d.scope[name]
    index = ", ".join(str(d.choose((0, -1, n - 1))) for n in a.shape)
    return f"{name}[{index}] = {d.value(())}"


@write
def element_of_element(d: Draft) -> Line:
    name = d.target(lambda a: a.ndim > 1)
    if name is None:
        return None
    index = "][".join(str(d.choose((0, -1, n - 1))) for n in d.scope[name].shape)
    return f"{name}[{index}] = {d.value(())}"


def at_index(d: Draft, name: str | None, sign: str, whole: str = "{}") -> Line:
    if name is None:
        return None
    target = whole.format(name)
    index = d.index(eval(target, d.scope))
    shape = np.shape(eval(f"{target}[{index}]", d.scope))
    return f"{target}[{index}] {sign} {d.value(shape)}"


@write
def part(d: Draft) -> Line:
    return at_index(d, d.target(), "=")


@write
def part_of_part(d: Draft) -> Line:
    return at_index(d, d.target(lambda a: len(a) > 1), "=", "{}[1:]")


@write
def reversed_part(d: Draft) -> Line:
    return at_index(d, d.target(), "=", "{}[::-1]")


@write
def transposed(d: Draft) -> Line:
    return at_index(d, d.target(lambda a: a.ndim > 1), "=", "{}.T")


@write
def flattened(d: Draft) -> Line:
    return at_index(d, d.target(), "=", "{}.ravel()")


@write
def reshaped_part(d: Draft) -> Line:
    return at_index(d, d.target(), d.choose(("=", "*=")), "{}.reshape(-1)")


@write
def whole(d: Draft) -> Line:
    name = d.target()
    return f"{name}[{d.choose((':', '...'))}] = {d.value(d.scope[name].shape)}"


@write
def augmented_part(d: Draft) -> Line:
    return at_index(d, d.target(), d.choose(("+=", "-=", "*=")))


@write
def masked(d: Draft) -> Line:
    name = d.target()
    return f"{name}[{name} > 0.1] {d.choose(('=', '+=', '*='))} {d.value(())}"


@write
def places(d: Draft) -> Line:
    name = d.target()
    shape = d.shape_at(name, "[0, -1]")
    return f"{name}[[0, -1]] {d.choose(('=', '+='))} {d.value(shape)}"


@write
def exchanged(d: Draft) -> Line:
    name = d.target(lambda a: len(a) > 1)
    return name and f"{name}[[0, 1]] = {name}[[1, 0]]"


@write
def added(d: Draft) -> Line:
    name = d.target()
    return f"{name} += {d.value(d.scope[name].shape)}"


@write
def subtracted(d: Draft) -> Line:
    name = d.target()
    return f"{name} -= {d.value(d.scope[name].shape)}"


@write
def multiplied(d: Draft) -> Line:
    name = d.target()
    return f"{name} *= {d.value(d.scope[name].shape)}"


@write
def divided(d: Draft) -> Line:
    name = d.target()
    return f"{name} /= 2.0 + np.cos({d.value(d.scope[name].shape)})"


@write
def rows(d: Draft) -> Line:
    name = d.target(lambda a: a.ndim > 1)
    if name is None:
        return None
    shape = d.scope[name].shape[1:]
    body = d.choose(("row[0] = {}", "row += {}", "row *= {}", "row[:] = {}", "row[::-1][0] = {}"))
    return f"for row in {name}: {body.format(d.value(shape if '[0]' not in body else shape[1:]))}"


@write
def added_to_number(d: Draft) -> Line:
    names = [n for n in d.program.names if np.ndim(d.scope[n]) == 0]
    return f"{d.choose(names)} += {d.value(())}" if names else None


@write
def out(d: Draft) -> Line:
    name = d.target()
    shape = d.scope[name].shape
    operands = f"{d.value(shape)}, {d.value(shape)}"
    return f"np.{d.choose(('add', 'multiply', 'subtract'))}({operands}, out={name})"


@write
def out_of_part(d: Draft) -> Line:
    name = d.target()
    index = d.index(d.scope[name])
    return f"np.sin({d.value(d.shape_at(name, index))}, out={name}[{index}])"


@write
def out_of_reduction(d: Draft) -> Line:
    name = d.target(lambda a: a.ndim == 1)
    source = name and d.array(lambda a: a.ndim == 2 and a.shape[1:] == d.scope[name].shape)
    return source and f"np.sum(np.sin({source}), axis=0, out={name})"


@write
def where(d: Draft) -> Line:
    name = d.target()
    return f"np.sin({d.value(d.scope[name].shape)}, out={name}, where={name} > 0.1)"


@write
def added_at(d: Draft) -> Line:
    name = d.target()
    shape = d.shape_at(name, "[0, -1, 0]")
    return f"np.{d.choose(('add', 'multiply'))}.at({name}, [0, -1, 0], {d.value(shape)})"


@write
def copyto(d: Draft) -> Line:
    name = d.target()
    mask = d.choose(("True", f"{name} > 0.1"))
    return f"np.copyto({name}, {d.value(d.scope[name].shape)}, where={mask})"


@write
def put(d: Draft) -> Line:
    name = d.target()
    return f"np.put({name}, [0, -1], {d.choose(('np.sin(w[:2])', d.value(())))})"


@write
def put_along_axis(d: Draft) -> Line:
    name = d.target(lambda a: a.ndim == 2)
    if name is None:
        return None
    n, m = d.scope[name].shape
    places = [[d.choose(range(m))] for _ in range(n)]
    return f"np.put_along_axis({name}, np.array({places}), {d.value(())}, 1)"


@write
def place(d: Draft) -> Line:
    name = d.target()
    return f"np.place({name}, {name} > 0.1, np.sin(w))"


@write
def putmask(d: Draft) -> Line:
    name = d.target()
    return f"np.putmask({name}, {name} > 0.1, {d.choose(('np.sin(w)', f'{name} * 0.5'))})"


@write
def fill_diagonal(d: Draft) -> Line:
    name = d.target(lambda a: a.ndim == 2)
    return name and f"np.fill_diagonal({name}, {d.choose(('np.sin(w)', d.value(())))})"


@write
def diagonal_by_einsum(d: Draft) -> Line:
    name = d.target(lambda a: a.ndim == 2 and min(a.shape) >= 3)
    return name and f"np.einsum('ii->i', {name}[:3, :3])[...] = {d.value((3,))}"


@write
def fill(d: Draft) -> Line:
    return f"{d.target()}.fill({d.value(())})"


@write
def flat(d: Draft) -> Line:
    index = d.choose(("0", "-1", "1:3", "[0, 2]"))
    value = d.value(()) if index in ("0", "-1") else d.choose(("np.sin(w[:2])", "0.3"))
    return f"{d.target()}.flat[{index}] = {value}"


@write
def sort(d: Draft) -> Line:
    name = d.target()
    return f"{name}.sort({d.choose(('', 'axis=0'))})"


@write
def shape(d: Draft) -> Line:
    name = d.target(lambda a: a.size % 2 == 0)
    return name and f"{name}.shape = {d.choose(('(2, -1)', '(-1, 2)', '-1'))}"


@write
def clip(d: Draft) -> Line:
    name = d.target()
    return f"np.clip({name}, -0.7, 0.7, out={name})"


@write
def argument(d: Draft) -> Line:
    return at_index(d, d.choose(("x", "w")), d.choose(("=", "+=")))


@write
def scan(d: Draft) -> Line:
    name = d.target()
    return f"for i in range(1, len({name})): {name}[i] = np.sin({name}[i - 1]) + {d.value(())}"


OFTEN = {
    "added_to_number": 3,
    "aliased": 2,
    "copyto": 2,
    "exchanged": 2,
    "number": 2,
    "shape": 6,
    "sort": 2,
}
"""How often the kinds are drawn that fit few arrays, or seldom matter to the result."""


@st.composite
def writing_programs(
    draw: Any,
    x: Any,
    w: Any,
    *,
    lines: int = 30,
    without: Collection[str] = (),
    often: Mapping[str, int] = MappingProxyType({}),
) -> Program:
    """Draw a program of about so many lines."""
    d = Draft(draw, x, w)
    kinds = [item for item in WRITES.items() if item[0] not in without]
    weights = {**OFTEN, **often}
    others = [item for item in OTHERS.items() for _ in range(weights.get(item[0], 1))]
    writes = [item for item in kinds for _ in range(weights.get(item[0], 1))]
    for k in range(lines):
        makes = k < 3 or draw(st.integers(0, 2)) == 0
        kind, form = draw(st.sampled_from(others if makes else writes))
        d.add("" if makes else kind, form)
    finite = [n for n in d.program.names if np.abs(d.scope[n]).max(initial=0) < 1e3]
    d.program.results = draw(st.lists(st.sampled_from(finite), min_size=1, max_size=8, unique=True))
    return d.program
