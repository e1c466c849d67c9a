"""What the page knows: boxes and their values, the steps of the sweep, where NaN comes from.

Imports picture and the explanations, whose words the page shows.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from ...engine.graph import Node
from ...engine.tape import Line, Tape
from ...engine.tensor import Array, Tensor
from ...explain.findings import Finding, find_forward
from ...explain.steps import find_backward, rule_behind
from ...explain.values import bad_in
from ...explain.values import operand_names as names_of
from ..lines import hint
from ..model import Box, Picture
from ..picture import Builder, Outputs, named_outputs
from .arrays import Arrays
from .rules import formula
from .scene import Scene, label_data

BAD = {"": 0, "Inf": 1, "NaN": 2}


class Data:
    """Gathers what the page knows of one picture.

    Attributes:
        shown: The picture.
        builder: What made it, which knows the nodes.
        tape: What recorded the run, or `None`.
    """

    def __init__(self, builder: Builder, shown: Picture, tape: Tape | None) -> None:
        self.builder, self.shown, self.tape = builder, shown, tape
        self.arrays = Arrays()
        self.lines: dict[tuple[str, int, str], int] = {}
        self.nodes: dict[int, Node] = {}
        for thing, key in builder.keys.items():
            if isinstance(thing, Node) and shown.boxes[key].kind != "rest":
                self.nodes[key] = thing

    def key(self, node: Node) -> int:
        """Return the box that a node is in, -1 if it is not in the picture."""
        thing = self.builder.graph.shown.get(node)
        return -1 if thing is None else self.builder.keys.get(thing, -1)

    def line(self, line: Line | None) -> int:
        """Return the number of a line of the program, -1 for none."""
        if line is None:
            return -1
        return self.lines.setdefault((line.file, line.number, line.text), len(self.lines))

    def collect(self, x: Outputs, title: str) -> dict[str, Any]:
        """Return all of it."""
        scene = Scene(self.shown)
        steps, rules, gradients = self.steps()
        boxes = [
            self._box(box, label_data(scene.labels[box.key]), scene.home[box.key], gradients)
            for box in self.shown.boxes
        ]
        trouble = self.trouble(x)
        return {
            "title": title,
            "boxes": boxes,
            **scene.data(),
            "rules": rules,
            "steps": steps,
            "trouble": trouble,
            "arrays": self.arrays.data(),
            "lines": [[shortened(file), number, text] for file, number, text in self.lines],
        }

    def _box(
        self, box: Box, label: list[Any], container: int, gradients: Mapping[Node, int]
    ) -> dict[str, Any]:
        """Return what there is to say of a box; what does not apply is left out."""
        node, known = self.nodes.get(box.key), self.builder.known
        value = gradient = None
        if node is not None:
            value, gradient = known.values.get(node), known.gradients.get(node)
        elif isinstance(source := self.builder.sources.get(box.key), tuple):
            value = self._operand(box, *source)
        call = known.call(node) if node is not None else None
        found = {
            "kind": box.kind,
            "label": label,
            "container": container,
            "hint": hint(box),
            "op": box.op,
            "name": box.name,
            "params": [list(pair) for pair in box.params],
            "shape": None if box.shape is None else str(box.shape),
            "dtype": box.dtype,
            "literal": box.value,
            "result": box.result,
            "parameter": box.parameter,
            "operands": list(box.operands),
            "count": box.count if box.count > 1 else None,
            "seconds": box.seconds,
            "saved": box.saved,
            "bad": BAD[bad_in(value)],
            "badGradient": BAD[bad_in(gradient)],
        }
        found = {key: x for key, x in found.items() if x not in (None, [], False, "") or x == 0}
        numbers = {"line": self.line(call.line if call else None), "value": self.arrays.add(value)}
        at = gradients.get(node, -1) if node is not None else -1
        numbers["gradient"] = at if at >= 0 else self.arrays.add(gradient)
        return found | {key: x for key, x in numbers.items() if x >= 0}

    def _operand(self, box: Box, node: Node, i: int) -> Array | None:
        """Return the value of a constant, if a tape has it."""
        call = self.builder.known.call(node)
        value = None if call is None or box.shape is None else call.values[i]
        return value if hasattr(value, "dtype") else None

    # ------------------------------------------------------------------ sweep

    def steps(self) -> tuple[list[list[Any]], list[list[str]], dict[Node, int]]:
        """Return the steps of the sweeps over the picture, their rules, and all gradients.

        A step is: the boxes of the node and of the parent, the rule, the arrays of the
        cotangent, of the contribution, of what had come to the parent before and of what has
        then, the seconds, and the sweep. What is not there is -1.
        """
        rules: dict[tuple[int, str, str], int] = {}
        written: list[list[str]] = []
        steps: list[list[Any]] = []
        gradients: dict[Node, int] = {}
        sweep, sums = -1, dict[Node, tuple[int, Array]]()
        for step in [] if self.tape is None else self.tape.steps:
            if step.node not in self.builder.graph.shown:
                continue
            if step.sweep != sweep:
                sweep, sums = step.sweep, {}
            if step.node not in sums:  # the node that the sweep began at
                sums[step.node] = self.arrays.add(step.cotangent), step.cotangent
            gradients[step.node] = sums[step.node][0]
            assert step.node.op is not None  # a leaf has no steps
            name, op = step.rule.input, step.node.op.label
            rule = rules.setdefault((id(step.rule), op, name), len(rules))
            if rule == len(written):
                written.append([op, name, formula(step.rule), ", ".join(("g", *step.rule.needs))])
            before = sums.get(step.parent, (-1, None))
            given, after = -1, before[0]
            if step.contribution is not None:
                given = after = self.arrays.add(step.contribution)
                total = step.contribution
                if before[1] is not None:
                    total = before[1] + step.contribution
                    after = self.arrays.add(total)
                sums[step.parent] = after, total
                gradients[step.parent] = after
            here, there = self.key(step.node), self.key(step.parent)
            arrays = [gradients[step.node], given, before[0], after]
            steps.append([here, there, rule, *arrays, step.seconds, step.sweep])
        return steps, written, gradients

    # ------------------------------------------------------------------- NaN

    def trouble(self, x: Outputs) -> list[dict[str, Any]]:
        """Return where NaN and Inf were first made, forward and backward, if there is a tape."""
        if self.tape is None:
            return []
        results: list[Tensor] = [t for _, t in named_outputs(x)]
        names = {node: node.name for node in self.builder.graph.shown if node.name}
        forward = find_forward(self.tape, results, names)
        if forward is not None:
            forward = rule_behind(self.tape, forward, results)
        backward = find_backward(self.tape, forward=forward is not None)
        return [self._finding(found) for found in (forward, backward) if found is not None]

    def _finding(self, found: Finding) -> dict[str, Any]:
        """Return a finding for the page: its words, its box, and those that it tainted."""
        call, node = found.call, None
        if call is not None:
            node = call.node
            if found.phase == "forward" and found.input:  # it was bad before any op
                node = call.nodes[names_of(call).index(found.input)] or node
        tainted = [self.key(c.node) for c in found.tainted if c.node is not None]
        if found.step is not None:
            node = found.step.node
        keys = [key for key in dict.fromkeys(tainted) if key >= 0]
        origin = -1 if node is None else self.key(node)
        return {
            "phase": found.phase,
            "bad": found.bad,
            "words": str(found),
            "box": origin if origin >= 0 or not keys else keys[0],
            "step": self._place(found),
            "tainted": [key for key in keys if key != origin],
        }

    def _place(self, found: Finding) -> int:
        """Return which of the page's steps a finding is about, -1 for none."""
        if found.step is None or self.tape is None:
            return -1
        drawn = [step for step in self.tape.steps if step.node in self.builder.graph.shown]
        return next((i for i, step in enumerate(drawn) if step is found.step), -1)


def shortened(file: str) -> str:
    """Return the path of a file from the current folder, if it is in it."""
    folder = os.getcwd() + os.sep
    return file.removeprefix(folder)
