"""Repeated blocks: equal blocks chained one after another, which are drawn once.

The units of a part are its ops, its leaves and the parts directly inside it, in the order in
which they were computed. Each is described by what it does and by how far back its inputs
come from, so a repeated block is a stretch of units that equals itself shifted by a period.
NumPy compares all units for one shift at a time: the work is the number of units times the
number of periods, which is at most 100.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..engine.graph import Constant, Node
from ..engine.tensor import Array
from .groups import Home, Part, unit_in
from .words import shown_params

Unit = Node | Part

LONGEST_PERIOD = 100
"""The most units that a repeated block has."""

FEWEST_MODULES, FEWEST_OPS = 3, 10
"""How often a block of modules, or of plain ops, must repeat to be drawn once."""

SLOTS = 8
"""How many inputs of a unit may be the same node in every block."""


@dataclass(frozen=True, eq=False, slots=True)
class Run:
    """A block that repeats: `count` times `period` units of `part`, from `start` on.

    Only the last is drawn: what follows uses only that one.
    """

    part: Part
    start: int
    period: int
    count: int

    @property
    def last(self) -> int:
        """The place of the first unit that is drawn."""
        return self.start + (self.count - 1) * self.period

    @property
    def stop(self) -> int:
        """The place after its last unit."""
        return self.start + self.count * self.period


@dataclass(slots=True)
class UnitChain:
    """The units of a part, in order, and what distinguishes them.

    Attributes:
        units: The units.
        what: A number for what each does: equal for equal units.
        sources: The nodes that each uses.
        back: For each of these how many units back it was made, 0 if outside the part; and
            which of the results there, or of the inputs of the part, it is.
        entering: The nodes outside that the units use, with their numbers.
    """

    units: list[Unit] = field(default_factory=list)
    what: list[int] = field(default_factory=list)
    sources: list[list[Node]] = field(default_factory=list)
    back: list[list[tuple[int, int]]] = field(default_factory=list)
    entering: dict[Node, int] = field(default_factory=dict)


class Structure:
    """The units of all parts: what they do and where their results go.

    Attributes:
        lines: The units of each part.
        place: Where in its part's line each unit is.
        last_use: The place of the last unit, in the same line, that uses a unit; infinite for
            what is used beyond the part, is a result or has a name.
    """

    def __init__(
        self,
        nodes: Sequence[Node],
        parts: Sequence[Part],
        home: Home,
        seen: set[Node],
        alone: Node | None = None,
    ) -> None:
        """Describe all units.

        Args:
            nodes: All nodes, newest first.
            parts: All parts, outer ones first.
            home: Where each node is.
            seen: The nodes that must be shown themselves: results.
            alone: A node that equals no other, so that no repeated block contains it.
        """
        self.home, self.alone = home, alone
        self.lines: dict[Part, UnitChain] = {part: UnitChain() for part in parts}
        self.place: dict[Unit, int] = {}
        self.last_use: dict[Unit, float] = {}
        self._numbers: dict[Hashable, int] = {}
        self._arrange(nodes, parts)
        made_of: dict[Part, int] = {}
        for part in reversed(parts):  # inner ones first
            self._describe(part, made_of)
        for node in nodes:
            if node in seen or (node.op and node.name):
                self._reaches_beyond(node, None)

    def _arrange(self, nodes: Sequence[Node], parts: Sequence[Part]) -> None:
        """Put units in the order in which they were computed, leaves right before their use.

        A leaf that several units use comes first: between the ops of a block it would keep
        the block from being equal to the next.
        """
        home, users = self.home, dict[Node, set[Unit]]()
        for node in nodes:
            if node.op is None:
                users.setdefault(node, set())
            for leaf in node.parents:
                if leaf.op is None:
                    user = unit_in(home[leaf], node, home)
                    assert user is not None  # a leaf is no deeper than its users
                    users.setdefault(leaf, set()).add(user)
        before: dict[Unit, list[Node]] = {}
        order: list[Unit] = []
        for leaf in sorted(users, key=moment):
            if len(users[leaf]) == 1:
                before.setdefault(users[leaf].pop(), []).append(leaf)
            else:
                order.append(leaf)
        order += sorted([*(node for node in nodes if node.op), *parts[1:]], key=moment)
        for unit in order:
            part = unit.within if isinstance(unit, Part) else home[unit]
            units = self.lines[part].units
            for one in (*before.get(unit, ()), unit):
                self.place[one] = len(units)
                units.append(one)

    def _number(self, described: Hashable) -> int:
        return self._numbers.setdefault(described, len(self._numbers))

    def _describe(self, part: Part, made_of: dict[Part, int]) -> None:
        """Describe the units of a part whose inner parts are described."""
        line = self.lines[part]
        whole: list[Hashable] = [part.kind]
        for i, unit in enumerate(line.units):
            if isinstance(unit, Part):
                what, sources = made_of[unit], list(self.lines[unit].entering)
            else:
                described = unit if unit is self.alone else description(unit)
                what, sources = self._number(described), list(unit.parents)
            back = []
            for source in sources:
                maker = unit_in(part, source, self.home)
                if maker is None:
                    back.append((0, line.entering.setdefault(source, len(line.entering))))
                    continue
                which = source.number - maker.start if isinstance(maker, Part) else 0
                back.append((i - self.place[maker], which))
                self.last_use[maker] = max(i, self.last_use.get(maker, i))
                self._reaches_beyond(source, maker)
            line.what.append(what)
            line.sources.append(sources)
            line.back.append(back)
            whole.append((what, tuple(back)))
        made_of[part] = self._number(tuple(whole))

    def _reaches_beyond(self, node: Node, maker: Unit | None) -> None:
        """Note that a node is used beyond every part it is in, up to the unit `maker`."""
        unit: Unit | None = node
        while unit is not None and unit is not maker:
            self.last_use[unit] = math.inf
            unit = unit.parent if isinstance(unit, Part) else self.home[unit]

    # ------------------------------------------------------------------- runs

    def runs(self, part: Part) -> list[Run]:
        """Return the runs among the units of a part; no unit is in two of them."""
        line = self.lines[part]
        n = len(line.units)
        if n < FEWEST_MODULES:
            return []
        free = np.ones(n, bool)
        found = []
        for start, stop, period in sorted(stretches(line), key=lambda s: (s[0] - s[1], s[2])):
            for first, end in free_stretches(free, start, stop):
                for run in self._chosen(part, free, first, end, period):
                    free[run.start : run.stop] = False
                    found.append(run)
        return sorted(found, key=lambda run: run.start)

    def _chosen(self, part: Part, free: Array, start: int, stop: int, period: int) -> Iterator[Run]:
        """Yield the runs in a stretch that equals itself shifted by a period.

        The first block may use values from elsewhere where the others use results of the block
        before. This decides where a block begins: in A B A B A it may be either.
        """
        best, count, first = (0, False), 0, start
        for begin in range(start, min(start + period, stop - period + 1)):
            earlier = begin - period
            is_first = earlier >= 0 and bool(free[earlier:begin].all())
            is_first = is_first and self._begins(part, earlier, period)
            from_ = earlier if is_first else begin
            found = (stop - from_) // period
            if (found, is_first) >= best:  # the last of equals, so that the rest comes first
                best, count, first = (found, is_first), found, from_
        units = self.lines[part].units[first : first + period]
        fewest = FEWEST_MODULES if any(isinstance(u, Part) for u in units) else FEWEST_OPS
        while count >= fewest and any(isinstance(u, Part) or u.op for u in units):
            inside = self._used_inside(part, first, period, count)
            if inside >= fewest:
                yield Run(part, first, period, inside)
            taken = max(inside, 1)
            first, count = first + taken * period, count - taken

    def _begins(self, part: Part, start: int, period: int) -> bool:
        """Return whether a block could be the one before the block that follows it."""
        line = self.lines[part]
        for j in range(period):
            one, two = start + j, start + j + period
            if line.what[one] != line.what[two]:
                return False
            pairs = zip(line.back[one], line.back[two], strict=True)
            for (a, b), x, y in zip(pairs, line.sources[one], line.sources[two], strict=True):
                is_carried = b[0] > j and not 0 < a[0] <= j
                if a != b and x is not y and not is_carried:
                    return False
        return True

    def _used_inside(self, part: Part, start: int, period: int, count: int) -> int:
        """Return how many blocks there are up to the first one that others use, or 1.

        Nothing of the blocks before it may be used after it.
        """
        units, stop, latest = self.lines[part].units, start + count * period, -1.0
        for k in range(count):
            end = start + (k + 1) * period
            uses = max(self.last_use.get(u, -1) for u in units[end - period : end])
            if k == count - 1 or uses >= stop:
                return k + 1 if latest < end else 1
            latest = max(latest, uses)
        return count

    def nodes_in(self, unit: Unit) -> list[Node]:
        """Return the nodes of a unit: equal units have them in the same order."""
        found: list[Node] = []
        stack = [unit]
        while stack:
            top = stack.pop()
            if isinstance(top, Part):
                stack += reversed(self.lines[top].units)
            else:
                found.append(top)
        return found

    def in_run(self, node: Node, run: Run) -> bool:
        """Return whether a node is in a block of a run."""
        unit = unit_in(run.part, node, self.home)
        return unit is not None and run.start <= self.place[unit] < run.stop


def moment(unit: Unit) -> int:
    """Return the creation number at which a unit began."""
    return unit.start if isinstance(unit, Part) else unit.number


def description(node: Node) -> Hashable:
    """Return what a node does, regardless of its inputs' origin and its name."""
    inputs = tuple(
        (isinstance(x, Node), x.shape, x.dtype)
        if isinstance(x, (Node, Constant))
        else (type(x), repr(x))
        for x in node.inputs
    )
    return node.op, shown_params(node), node.shape, node.dtype, inputs


def stretches(line: UnitChain) -> Iterator[tuple[int, int, int]]:
    """Yield (start, stop, period) where units equal those a period later, twice or more.

    An input is the same if it comes from equally far back, or from the same node.
    """
    n = len(line.units)
    wide = min(SLOTS, max(map(len, line.sources)))
    known: dict[Hashable, int] = {}
    keys, far, who = [], np.zeros((wide, n), int), np.full((wide, n), -1)
    for i, (what, sources, back) in enumerate(zip(line.what, line.sources, line.back, strict=True)):
        keys.append(known.setdefault((what, tuple(back[wide:])), len(known)))
        for k in range(min(wide, len(sources))):
            far[k, i] = known.setdefault(back[k], len(known))
            who[k, i] = sources[k].number
    what_ = np.array(keys)
    for period in range(1, min(LONGEST_PERIOD, n // 2) + 1):
        same = what_[period:] == what_[:-period]
        if not same.any():
            continue
        for f, w in zip(far, who, strict=True):
            same &= (f[period:] == f[:-period]) | (w[period:] == w[:-period])
        for start, stop in where_true(same):
            if stop - start >= period:
                yield start, stop + period, period


def where_true(flags: Array) -> list[tuple[int, int]]:
    """Return the stretches of an array that are true."""
    ends = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])))).tolist()
    return list(zip(ends[::2], ends[1::2], strict=True))


def free_stretches(free: Array, start: int, stop: int) -> list[tuple[int, int]]:
    """Return the stretches between two places that no run covers."""
    return [(start + a, start + b) for a, b in where_true(free[start:stop])]
