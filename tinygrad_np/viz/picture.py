"""The picture of some results: boxes, arrows and groups, read off their graph.

Graphs are walked without recursion and every box and arrow is made once, so a picture takes
time in proportion to the graph, however deep or shared it is. A graph whose saved arrays are
gone draws as well.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from ..engine.access import array_of, walk
from ..engine.graph import Constant, Node
from ..engine.tape import Tape
from ..engine.tensor import Tensor
from .contraction import Contraction, Thing
from .drawable import Drawable, named_outputs, named_tensors
from .folding import Run, Unit
from .groups import Part, chosen, divide, is_data
from .model import Arrow as Arrow, Box as Box, Group as Group, Kind as Kind, Picture as Picture
from .options import Options, takes
from .recorded import Debugging, Recorded, read_recording
from .values import Known, summarize
from .words import input_labels, shown_params


@takes(Options, fold=False)
def picture(x: Drawable, **options: Unpack[Options]) -> Picture:
    """Return what to draw for one or several results.

    Args:
        x: A Tensor, a list or tuple of Tensors, or a dict of Tensors by name; or a tape, or a
            block of ``debug()``, in which what failed is marked.
        options: Which part of the graph to draw, and how finely; listed below.

    >>> import tinygrad_np as tg
    >>> w = tg.tensor([1.0, 2.0], requires_grad=True)
    >>> [(box.kind, box.op, box.shape) for box in picture(w.sum()).boxes]
    [('leaf', None, (2,)), ('op', 'sum', ())]
    """
    return chosen_picture(x, options)


def chosen_picture(x: Drawable, options: Options) -> Picture:
    """Return what to draw, given all options; those of the form alone are ignored."""
    return Builder.of(x, options).build(options["max_nodes"])


class Builder:
    """Makes boxes, arrows and groups of a contracted graph."""

    def __init__(
        self,
        graph: Contraction,
        names: Mapping[Node, str],
        parameters: set[Node],
        results: Mapping[Node, Any],
        untracked: Sequence[tuple[str | None, Tensor]],
        failure: Recorded | None,
        constants: bool,
        known: Known,
        values: bool,
    ) -> None:
        self.graph, self.names, self.parameters, self.results = graph, names, parameters, results
        self.untracked, self.failure = untracked, failure
        self.constants, self.known, self.values = constants, known, values
        self.keys: dict[Thing, int] = {}
        """The boxes of nodes and modules."""
        self.boxes: list[Box] = []
        self.arrows: list[Arrow] = []
        self.groups: list[tuple[str | None, str, int | None, int]] = []
        self.group_keys: dict[Part | Run, int] = {}
        self.sources: dict[int, Node | tuple[Node, int] | Tensor] = {}
        """What each box shows, by key: a node, an operand of one, or a result without a node."""

    @classmethod
    def of(cls, x: Drawable, options: Options) -> Builder:
        """Return the builder of a picture, given all options."""
        focus, tape, params = options["focus"], options["tape"], options["params"]
        outputs: list[tuple[str | None, Tensor]] = []
        failure = None
        results: dict[Node, list[str]] = {}
        if isinstance(x, (Tape, Debugging)):
            failure = read_recording(x)
            tape = tape or failure.tape
            results = {node: [] for node in failure.ends}
        else:
            outputs = named_outputs(x)
        for name, t in outputs:
            if t.node is not None:
                results.setdefault(t.node, []).extend([name] if name else [])
        wanted = {**results}
        if failure is not None and failure.failed is not None:
            wanted.setdefault(failure.failed, [])
            results = {}  # it has no result
        nodes = walk(*wanted)
        if tape is not None and not isinstance(tape, Tape):
            raise TypeError(f"draw: tape is what tg.record() gave, not {type(tape).__name__}")
        if focus is not None:
            if not isinstance(focus, Tensor):
                raise TypeError(f"draw: focus is a Tensor, not {type(focus).__name__}")
            if focus.node is None or focus.node not in nodes:
                raise ValueError("draw: focus is not among what the results were computed from")
            nodes = walk(focus.node)
            results = {focus.node: results.get(focus.node, [])}
            wanted = {**results}
            outputs = [(name, t) for name, t in outputs if t.node is focus.node]
        names = {t.node: name for name, t in named_tensors(params) if t.node is not None}
        owned = None if params is None else set(names)
        names.update({node: ", ".join(given) for node, given in results.items() if given})
        parts, home, parameters = divide(nodes, owned)
        known = Known(nodes, [t for _, t in outputs], tape)
        if failure is not None and failure.failed is not None and failure.out is not None:
            known.values[failure.failed] = failure.out
        return cls(
            Contraction(
                nodes,
                parts,
                home,
                chosen(parts, options["depth"], options["collapse"]),
                wanted,
                options["fold"],
                None if failure is None else failure.failed,
            ),
            names,
            parameters,
            results,
            [(name, t) for name, t in outputs if t.node is None],
            failure,
            options["constants"],
            known,
            options["values"],
        )

    def build(self, max_nodes: int | None = None) -> Picture:
        """Return the picture, with a box for each result that has no graph."""
        if max_nodes is not None and max_nodes < 1:
            raise ValueError(f"draw: max_nodes is {max_nodes}; a picture needs at least 1")
        keys, things = self.keys, self.graph.order()
        if max_nodes is not None and len(things) > max_nodes:
            left_out, things = things[:-max_nodes], things[-max_nodes:]
            keys.update(dict.fromkeys(left_out, 0))
            count = sum(len(self.graph.inside[thing]) for thing in left_out)
            self.boxes.append(Box(0, "rest", value=f"{count:,}"))
        for thing in things:
            if isinstance(thing, Part):
                self._add_module(thing, keys)
            else:
                self._add_node(thing, keys)
        for name, t in self.untracked:
            self.sources[len(self.boxes)] = t
            known = summarize(array_of(t)) if self.values else None
            self._add_constant(t, name=name or t.name, result=True, values=known)
        members: list[list[int]] = [[] for _ in self.groups]
        for box in self.boxes:
            if box.group is not None:
                members[box.group].append(box.key)
        groups = [
            Group(key, name, kind, parent, tuple(members[key]), count)
            for key, (name, kind, parent, count) in enumerate(self.groups)
        ]
        return Picture(tuple(self.boxes), tuple(self.arrows), tuple(groups))

    def _add_node(self, node: Node, keys: dict[Thing, int]) -> None:
        operands = input_labels(node)
        group = self._group_of(node)
        incoming: list[tuple[int, int | None]] = []
        for i, source in enumerate(node.inputs):
            port = i if operands else None
            if isinstance(source, Node):
                tails = self.graph.into[node].get(i, ())
                incoming += [(keys[tail], port) for tail in tails]
            elif self.constants:
                incoming.append((self._add_operand(node, i, group), port))
        key = keys[node] = len(self.boxes)
        self.sources[key] = node
        self.arrows += [Arrow(tail, key, port) for tail, port in incoming]
        run = self.graph.runs.get(node)
        has_result = self.failure is None or node not in self.failure.without_result
        self.boxes.append(
            Box(
                key=key,
                kind="op" if node.op else "leaf",
                op=node.op.label if node.op else None,
                name=self.names.get(node, node.name),
                params=shown_params(node),
                shape=node.shape if has_result else None,
                dtype=str(node.dtype) if has_result else None,
                result=node in self.results,
                operands=operands,
                group=group,
                parameter=node in self.parameters,
                count=run.count if run is not None and run.period == 1 else 1,
                **self._known_of(node, node),
            )
        )

    def _add_module(self, part: Part, keys: dict[Thing, int]) -> None:
        """Add the box of a closed module."""
        own = self.graph.inside[part][: self.graph.own[part]]
        inside, owned = set(own), self.parameters & set(own)
        incoming = [keys[tail] for tail in self.graph.into[part].get(0, ())]
        entered = None
        for node in reversed(own):
            for i, source in enumerate(node.inputs):
                is_given = is_data(node, i, self.parameters)
                if is_given and self.constants:
                    incoming.append(self._add_operand(node, i, None))
                if isinstance(source, Node):
                    is_given = source not in inside and source not in self.parameters
                if is_given and entered is None:
                    entered = source.shape
        result = own[0]
        names = [self.names[node] for node in own if node in self.results and node in self.names]
        run = self.graph.runs.get(part)
        key = keys[part] = len(self.boxes)
        self.sources[key] = result
        self.arrows += [Arrow(tail, key) for tail in incoming]
        self.boxes.append(
            Box(
                key=key,
                kind="module",
                op=part.kind,
                name=", ".join(names) or None,
                shape=result.shape,
                dtype=str(result.dtype),
                result=any(node in self.results for node in own),
                group=self._group_of(part),
                count=run.count if run is not None and run.period == 1 else 1,
                module=self._place_of(part),
                ops=sum(node.op is not None for node in own),
                parameters=sum(math.prod(node.shape) for node in owned),
                input_shape=entered,
                **self._known_of(part, result),
            )
        )

    def _add_operand(self, node: Node, i: int, group: int | None) -> int:
        """Add the box of an operand that is not tracked: an array, or a Python number."""
        source = node.inputs[i]
        if not isinstance(source, Constant):
            return self._add_constant(value=repr(source), group=group)
        if group is not None and is_data(node, i, self.parameters):
            group = None
        self.sources[len(self.boxes)] = node, i
        known = self.known.operand(node, i) if self.values else None
        return self._add_constant(source, name=source.name, group=group, values=known)

    def _add_constant(self, source: Constant | Tensor | None = None, **fields: Any) -> int:
        if source is not None:
            fields |= {"shape": source.shape, "dtype": str(source.dtype)}
        self.boxes.append(Box(len(self.boxes), "constant", **fields))
        return len(self.boxes) - 1

    def _known_of(self, thing: Thing, node: Node) -> dict[str, Any]:
        """Return the fields of a box that hold measurements."""
        found: dict[str, Any] = {}
        if self.failure is not None and self.failure.failed in self.graph.inside[thing]:
            found |= {"mark": "failed", "notes": self.failure.notes}
        if self.values or "mark" in found:
            found |= {"values": self.known.value(node), "gradient": self.known.gradient(node)}
        calls = [call for n in self.graph.inside[thing] if (call := self.known.call(n))]
        if calls:
            if self.failure is None or self.failure.failed is None:  # else it was cut short
                found["saved"] = sum(call.saved for call in calls)
                found["seconds"] = sum(call.seconds for call in calls)
            if call := self.known.call(node):
                found["line"] = str(call.line)
        return found

    # ----------------------------------------------------------------- groups

    def _group_of(self, unit: Unit) -> int | None:
        """Return the key of the group that a unit is in, creating the group if missing."""
        missing: list[Part | Run] = []
        group = self._around(unit)
        while group is not None and group not in self.group_keys:
            missing.append(group)
            group = self._around(group)
        parent = None if group is None else self.group_keys[group]
        for group in reversed(missing):
            parent = self._add_group(group, parent)
        return parent

    def _around(self, inner: Unit | Run) -> Part | Run | None:
        """Return what contains a unit or a group: a run of several units, a module, or nothing."""
        if isinstance(inner, Run):
            part = inner.part
        else:
            run = self.graph.runs.get(inner)
            if run is not None and run.period > 1:
                return run
            part = inner.within if isinstance(inner, Part) else self.graph.home[inner]
        return None if part.parent is None else part

    def _add_group(self, group: Part | Run, parent: int | None) -> int:
        key = self.group_keys[group] = len(self.groups)
        if isinstance(group, Run):
            self.groups.append((None, "", parent, group.count))
        else:
            run = self.graph.runs.get(group)
            count = run.count if run is not None and run.period == 1 else 1
            self.groups.append((self._place_of(group), group.kind, parent, count))
        return key

    def _place_of(self, part: Part) -> str:
        """Return the place of a module in the model; of a repeated one, the first and the last."""
        first = self.graph.first.get(part)
        if isinstance(first, Part) and first.name != part.name:
            return f"{first.name} … {part.name}"
        return part.name
