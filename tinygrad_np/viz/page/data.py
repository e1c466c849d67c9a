"""The data of a page of one graph: values, the steps of the pass, the origins of NaN."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...engine.graph import Node
from ...engine.tensor import Array, Tensor
from ...explain.findings import NonFiniteFinding, find_forward
from ...explain.steps import bad_step, find_backward, rule_behind
from ...explain.values import bad_in, operand_names as names_of
from ..alignment import Side
from ..model import Box
from .content import Content, badness
from .rules import formula


class Data:
    """Collects what the page shows of one graph.

    Attributes:
        side: The graph, its picture and what is known of its boxes.
        tape: What recorded the run, or `None`.
        content: What the page shows of the picture.
    """

    def __init__(self, side: Side) -> None:
        self.side, self.builder = side, side.builder
        self.tape = side.builder.known.tape
        self.content = Content(side.shown)
        self.arrays = self.content.arrays

    def key(self, node: Node) -> int:
        """Return the box that a node is in, -1 if it is not in the picture."""
        thing = self.builder.graph.shown.get(node)
        return -1 if thing is None else self.builder.keys.get(thing, -1)

    def collect(
        self, title: str, results: Sequence[Tensor], closed: set[int] | None = None
    ) -> dict[str, Any]:
        """Return the data of the page.

        Args:
            title: The title of the page.
            results: The results of the graph.
            closed: The groups that are closed at first, if that is known.
        """
        steps, rules, gradients = self.steps()
        boxes = [self._box(box, gradients) for box in self.side.shown.boxes]
        trouble = self.trouble(results)
        return self.content.data(
            title, boxes, closed, rules=rules, steps=steps, trouble=trouble, compared=False
        )

    def _box(self, box: Box, gradients: Mapping[Node, int]) -> dict[str, Any]:
        """Return the data of a box; the steps refer to the arrays of most gradients."""
        source = self.builder.sources.get(box.key)
        at = gradients.get(source, -1) if isinstance(source, Node) else -1
        value, gradient = self.side.value(box.key), self.side.gradient(box.key)
        return self.content.box(
            box,
            line=self.content.line(self.side.line(box.key)),
            value=self.arrays.add(value),
            gradient=at if at >= 0 else self.arrays.add(gradient),
            bad=badness(value),
            badGradient=badness(gradient),
        )

    # ------------------------------------------------------------------- steps

    def steps(self) -> tuple[list[list[Any]], list[list[str]], dict[Node, int]]:
        """Return the steps of the passes over the picture, their rules, and all gradients.

        A step is: the boxes of the node and of the parent, the rule, the arrays of the
        cotangent, of the contribution, of the parent's sum before and after it, the seconds, and
        the number of the pass. What is missing is -1.
        """
        rules: dict[tuple[int, str, str], int] = {}
        written: list[list[str]] = []
        steps: list[list[Any]] = []
        gradients: dict[Node, int] = {}
        number, sums = -1, dict[Node, tuple[int, Array]]()
        for step in [] if self.tape is None else self.tape.steps:
            if step.node not in self.builder.graph.shown:
                continue
            if step.pass_number != number:
                number, sums = step.pass_number, {}
            if step.node not in sums:  # the node that the pass began at
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
            steps.append([here, there, rule, *arrays, step.seconds, step.pass_number])
        return steps, written, gradients

    # ------------------------------------------------------------------- NaN

    def trouble(self, results: Sequence[Tensor]) -> list[dict[str, Any]]:
        """Return where NaN and Inf were first made, forward and backward, if there is a tape."""
        if self.tape is None:
            return []
        names = {node: node.name for node in self.builder.graph.shown if node.name}
        forward = find_forward(self.tape, results, names)
        if forward is not None:
            forward = rule_behind(self.tape, forward, results)
        backward = find_backward(self.tape, forward=forward is not None) or self._failed_step()
        return [self._finding(found) for found in (forward, backward) if found is not None]

    def _failed_step(self) -> NonFiniteFinding | None:
        """Return the step that a block of ``debug()`` ended at, before a leaf was reached."""
        failure, steps = self.builder.failure, self.tape.steps if self.tape is not None else []
        if failure is None or not steps or steps[-1].node is not failure.failed:
            return None
        assert self.tape is not None
        return bad_step(self.tape, len(steps) - 1) if bad_in(steps[-1].contribution) else None

    def _finding(self, found: NonFiniteFinding) -> dict[str, Any]:
        """Return a finding for the page: its text, its box, and the boxes that it tainted."""
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

    def _place(self, found: NonFiniteFinding) -> int:
        """Return which of the page's steps a finding is about, -1 for none."""
        if found.step is None or self.tape is None:
            return -1
        drawn = [step for step in self.tape.steps if step.node in self.builder.graph.shown]
        return next((i for i, step in enumerate(drawn) if step is found.step), -1)
