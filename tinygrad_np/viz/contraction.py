"""A graph with some modules closed and repeated blocks drawn once: which unit shows which node.

Every node is shown as itself, as its counterpart in the last of the blocks that repeat, or
as the closed module it is in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..engine.graph import Node
from .folding import Run, Structure, Unit
from .groups import Home, Part

Thing = Node | Part
"""What is drawn as a box: a node, or a closed module."""


class Contraction:
    """A graph as it will be drawn.

    Attributes:
        home: The innermost part of every node.
        shown: What each node is shown as.
        inside: The nodes that each unit stands for, newest first: its own, or those of the last
            block it stands for, and then those of the other blocks.
        own: How many of these do not belong to other blocks.
        into: What goes into each unit, by the place among the inputs of a node, as an ordered set.
        runs: The run whose last block a unit is in.
        first: The counterpart of such a unit in the first block.
    """

    def __init__(
        self,
        nodes: Sequence[Node],
        parts: Sequence[Part],
        home: Home,
        closed: set[Part],
        results: Mapping[Node, Any],
        fold: bool,
        alone: Node | None = None,
    ) -> None:
        """Contract a graph.

        Args:
            nodes: All nodes, newest first.
            parts: All parts, outer ones first.
            home: Where each node is.
            closed: The parts to show as one box.
            results: The nodes of the results.
            fold: Whether to show repeated blocks once.
            alone: A node that no repeated block may contain.
        """
        self.home = home
        self.runs: dict[Unit, Run] = {}
        self.first: dict[Unit, Unit] = {}
        self._stand_in: dict[Node, Node] = {}
        self._hidden_by: dict[Node, Run] = {}
        seen = set(results)
        self._structure = Structure(nodes, parts, home, seen, alone) if fold else None
        if self._structure is not None:
            self._fold(self._structure, parts, closed)
        self._show(nodes, parts, closed)
        self._connect(nodes)

    def _fold(self, structure: Structure, parts: Sequence[Part], closed: set[Part]) -> None:
        """Find repeated blocks in the parts that are shown."""
        unseen = set(closed)
        for part in parts:
            if part in unseen or part.parent in unseen:
                unseen.add(part)
                continue
            units = structure.lines[part].units
            for run in structure.runs(part):
                for i in range(run.start, run.last):
                    unit, last = units[i], units[run.last + (i - run.start) % run.period]
                    for node, counterpart in zip(
                        structure.nodes_in(unit), structure.nodes_in(last), strict=True
                    ):
                        self._stand_in[node] = counterpart
                        self._hidden_by[node] = run
                    if isinstance(unit, Part):
                        unseen.add(unit)
                for i in range(run.period):
                    self.runs[units[run.last + i]] = run
                    self.first[units[run.last + i]] = units[run.start + i]

    def _show(self, nodes: Sequence[Node], parts: Sequence[Part], closed: set[Part]) -> None:
        """Determine what each node is shown as."""
        box: dict[Part, Part | None] = {}
        for part in parts:
            above = None if part.parent is None else box[part.parent]
            box[part] = above or (part if part in closed else None)
        self.shown: dict[Node, Thing] = {}
        self.inside: dict[Thing, list[Node]] = {}
        self.own: dict[Thing, int] = {}
        for node in nodes:
            seen = node
            while seen in self._stand_in:
                seen = self._stand_in[seen]
            thing = self.shown[node] = box[self.home[seen]] or seen
            if seen is node:
                self.inside.setdefault(thing, []).append(node)
        self.own = {thing: len(inside) for thing, inside in self.inside.items()}
        for node in self._stand_in:
            self.inside[self.shown[node]].append(node)

    def _connect(self, nodes: Sequence[Node]) -> None:
        """Find what goes into each unit; nothing is drawn from one block to the next."""
        self.into: dict[Thing, dict[int, dict[Thing, None]]] = {thing: {} for thing in self.inside}
        seen = [node for node in nodes if node not in self._stand_in]
        for node in [*reversed(seen), *self._stand_in]:
            thing = self.shown[node]
            for i, source in enumerate(node.inputs):
                if not isinstance(source, Node) or self._passes_on(source, node):
                    continue
                tail = self.shown[source]
                slot = i if isinstance(thing, Node) else 0  # a module's inputs have no order
                if tail is not thing:
                    self.into[thing].setdefault(slot, {})[tail] = None

    def _passes_on(self, source: Node, node: Node) -> bool:
        """Return whether a value stays in a block that is not drawn, or goes to the next."""
        if self._structure is None:
            return False
        for hidden, other in ((node, source), (source, node)):
            run = self._hidden_by.get(hidden)
            if run is not None and self._structure.in_run(other, run):
                return True
        return False

    def order(self) -> list[Thing]:
        """Return all units in the order of computation, each after those that lead to it."""
        begun: set[Thing] = set()
        done: list[Thing] = []
        for thing in sorted(self.inside, key=lambda thing: self.inside[thing][0].number):
            stack = [(thing, False)]
            while stack:
                top, is_ready = stack.pop()
                if is_ready:
                    done.append(top)
                elif top not in begun:
                    begun.add(top)
                    stack.append((top, True))
                    tails = [tail for slot in self.into[top].values() for tail in slot]
                    stack += [(tail, False) for tail in reversed(tails)]
        return done
