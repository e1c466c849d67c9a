"""A picture in the languages of other tools: Mermaid's flowcharts, and JSON.

Imports options, outline and lines.
"""

from __future__ import annotations

import math
from typing import Any, Unpack

from .dot_labels import Direction
from .lines import groups_of_one_op, lines_of, title_of, visible
from .model import Box, Group, Picture
from .options import Options, chosen_picture
from .outline import Printed, outline
from .picture import Drawable
from .svg import check_direction
from .values import Values

SHAPES = {"op": "({})", "leaf": "[{}]", "constant": "[{}]", "module": "({})", "rest": "({})"}
CLASSES = """\
    classDef op fill:#ffffff,stroke:#8b95a3,color:#1f2937
    classDef leaf fill:#e6effb,stroke:#3a6ea5,color:#1f2937
    classDef parameter fill:#efeafb,stroke:#6b4fa8,color:#1f2937
    classDef constant fill:#f1f2f4,stroke:#f1f2f4,color:#1f2937
    classDef module fill:#fdf3dc,stroke:#a16d13,color:#1f2937
    classDef rest fill:#ffffff,stroke:#8b95a3,color:#1f2937,stroke-dasharray:5 3
    classDef result fill:#e2f3e6,stroke:#2b7a43,color:#1f2937,stroke-width:2px
    classDef failed fill:#fdeceb,stroke:#b42318,color:#1f2937,stroke-width:2.5px
    classDef group fill:#fafbfc,stroke:#b6bec9,color:#4b5563
"""


def mermaid(x: Drawable, *, direction: Direction = "TB", **options: Unpack[Options]) -> str:
    """Return the graph that one or several results came from as a Mermaid flowchart.

    Many pages of text, such as those of GitHub, draw it where it stands in a block of code
    marked ``mermaid``. Modules are subgraphs. Mermaid itself refuses more than 500 edges unless
    it is told otherwise.

    Args:
        x: A Tensor, a list or tuple of Tensors, or a dict of Tensors by name; a tape or a block
            of ``debug()``.
        direction: Where values flow: ``"TB"``, ``"LR"``, ``"BT"`` or ``"RL"``.
        options: What :func:`draw` takes by keyword: `params`, `max_nodes`, `depth`, `collapse`,
            `fold`, `constants`, `focus`, `values`, `tape`.

    Raises:
        TypeError: For anything but Tensors, and for an option that does not exist.
        ValueError: As :func:`draw` does.

    >>> import tinygrad_np as tg
    >>> w = tg.tensor([1.0, 2.0], requires_grad=True, name="w")
    >>> tg.viz.mermaid(w.sum())
    flowchart TB
        n0["w<br/>(2,)#160; float64"]:::leaf
        n1("sum<br/>()#160; float64"):::result
        n0 --> n1
        ...
    """
    check_direction("mermaid", direction)
    shown = chosen_picture("mermaid", x, options)
    lonely = groups_of_one_op(shown)
    lines = [f"flowchart {direction}"]
    hidden = 0  # subgraphs of modules that are one op
    for entry in outline(shown):
        item, indent = entry.item, "    " * (entry.depth - hidden + 1)
        if isinstance(item, Box):
            alone = lonely.get(-1 if item.group is None else item.group)
            lines.append(indent + flowchart_node(item, alone))
        elif item.key in lonely:
            hidden += -1 if entry.is_end else 1
        elif entry.is_end:
            lines.append(f"{indent}end")
        else:
            title = coded(visible(title_of(item) or "block"))
            lines.append(f'{indent}subgraph g{item.key}["{title}"]')
    for arrow in shown.arrows:
        port = ""
        if arrow.port is not None:
            port = f'|"{coded(shown.boxes[arrow.head].operands[arrow.port])}"|'
        lines.append(f"    n{arrow.tail} -->{port} n{arrow.head}")
    framed = [f"g{group.key}" for group in filled(shown) if group.key not in lonely]
    if framed:
        lines.append(f"    class {','.join(framed)} group")
    return Printed("\n".join(lines) + "\n" + CLASSES)


def flowchart_node(box: Box, alone: Group | None) -> str:
    """Return a box as a node of a flowchart."""
    words = ["".join([part for part, _ in line]) for line in lines_of(box, alone)]
    label = '"' + "<br/>".join([coded(line) for line in words]) + '"'
    look = box.mark or ("result" if box.result else "parameter" if box.parameter else box.kind)
    return f"n{box.key}{SHAPES[box.kind].format(label)}:::{look}"


def filled(shown: Picture) -> list[Group]:
    """Return the groups that have a box in them, at any depth."""
    found: set[int] = set()
    for group in reversed(shown.groups):  # inner ones come last
        if group.members or group.key in found:
            found.add(group.key)
            if group.parent is not None:
                found.add(group.parent)
    return [group for group in shown.groups if group.key in found]


def coded(words: str) -> str:
    """Return words for a label of Mermaid: letters, digits and little else as they are."""
    plain = "".join([c if c.isalnum() or c in " ,()=" else f"#{ord(c)};" for c in words])
    return plain.replace("  ", "#160; ")


def to_json(x: Drawable, **options: Unpack[Options]) -> dict[str, Any]:
    """Return the graph that one or several results came from as data for other tools.

    The dict holds nothing but dicts, lists, strings, numbers, truth values and `None`, so
    ``json.dumps`` writes it and ``json.loads`` gives an equal one back. Its form:

    - ``"version"``: 1; it grows if the meaning of a key changes, not if one is added.
    - ``"nodes"``: what is used comes before its use. Each has an ``"id"``, its place in the
      list; a ``"kind"``, which is ``"op"``, ``"leaf"``, ``"constant"``, ``"module"`` (all that a
      module computed) or ``"rest"`` (all that `max_nodes` left out); ``"op"``, the name of the
      op or of the module's class; ``"name"``, given by a user; ``"params"``, those that differ
      from their defaults, as they are written; ``"shape"`` and ``"dtype"``; ``"value"``, a
      number as it was written in the program, or how many nodes a rest stands for;
      ``"result"``, whether it was asked for; ``"operands"``, the names of its inputs where
      their order matters. What doesn't apply is `None` or empty.
    - ``"group"``, the id of the innermost group it is in; ``"parameter"``, whether it belongs to
      a module; ``"count"``, how many equal ones in a chain it stands for; of a module
      ``"module"``, its place in the model, ``"ops"``, ``"parameters"`` and ``"input_shape"``.
    - ``"values"`` and ``"gradient"``: ``"minimum"``, ``"mean"``, ``"maximum"``, ``"nans"``,
      ``"infs"`` and ``"thumbnail"``, rows of means; a number that JSON has no form for is the
      string ``"nan"``, ``"inf"`` or ``"-inf"``. ``"saved"`` (bytes), ``"seconds"`` and
      ``"line"`` of the program, with a tape.
    - ``"failed"``: whether it failed; ``"notes"``: what else there is to say.
    - ``"edges"``: each has a ``"tail"`` and a ``"head"``, which are ids, and a ``"port"``: the
      place among the operands of the head, or `None` where their order does not matter. The
      edges of a head are in the order of its inputs.
    - ``"groups"``: modules, and blocks that repeat, outer ones first. Each has an ``"id"``, its
      place in the list; a ``"name"``, the module's place in the model, and a ``"kind"``, its
      class; ``"parent"``, the id of the group around it; and ``"count"``.

    Args:
        x: A Tensor, a list or tuple of Tensors, or a dict of Tensors by name; a tape or a block
            of ``debug()``.
        options: What :func:`draw` takes by keyword: `params`, `max_nodes`, `depth`, `collapse`,
            `fold` (not done unless told), `constants`, `focus`, `values`, `tape`.

    Raises:
        TypeError: For anything but Tensors, and for an option that does not exist.
        ValueError: As :func:`draw` does.

    >>> import tinygrad_np as tg
    >>> w = tg.tensor([1.0, 2.0], requires_grad=True, name="w")
    >>> found = tg.viz.to_json(w.sum())
    >>> [(node["kind"], node["op"], node["shape"]) for node in found["nodes"]]
    [('leaf', None, [2]), ('op', 'sum', [])]
    >>> found["edges"]
    [{'tail': 0, 'head': 1, 'port': None}]
    """
    shown = chosen_picture("to_json", x, {"fold": False, **options})
    return {
        "version": 1,
        "nodes": [node_data(box) for box in shown.boxes],
        "edges": [{"tail": a.tail, "head": a.head, "port": a.port} for a in shown.arrows],
        "groups": [
            {
                "id": group.key,
                "name": group.name,
                "kind": group.kind,
                "parent": group.parent,
                "count": group.count,
            }
            for group in shown.groups
        ],
    }


def node_data(box: Box) -> dict[str, Any]:
    """Return a box as data."""
    return {
        "id": box.key,
        "kind": box.kind,
        "op": box.op,
        "name": box.name,
        "params": dict(box.params),
        "shape": None if box.shape is None else list(box.shape),
        "dtype": box.dtype,
        "value": box.value,
        "result": box.result,
        "operands": list(box.operands),
        "group": box.group,
        "parameter": box.parameter,
        "count": box.count,
        "module": box.module,
        "ops": box.ops,
        "parameters": box.parameters,
        "input_shape": None if box.input_shape is None else list(box.input_shape),
        "values": values_data(box.values),
        "gradient": values_data(box.gradient),
        "saved": box.saved,
        "seconds": box.seconds,
        "line": box.line,
        "failed": box.mark == "failed",
        "notes": list(box.notes),
    }


def values_data(values: Values | None) -> dict[str, Any] | None:
    """Return an array in a few numbers as data."""
    if values is None:
        return None
    return {
        "minimum": number_data(values.minimum),
        "mean": number_data(values.mean),
        "maximum": number_data(values.maximum),
        "nans": values.nans,
        "infs": values.infs,
        "thumbnail": [[number_data(x) for x in row] for row in values.thumbnail],
    }


def number_data(x: float | None) -> float | str | None:
    """Return a number, or the string for one that JSON has no form for."""
    return x if x is None or math.isfinite(x) else str(x)
