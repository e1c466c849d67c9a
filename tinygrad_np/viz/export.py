"""A picture in the languages of other tools: Mermaid's flowcharts, and JSON.

Imports picture and labels.
"""

from __future__ import annotations

from typing import Any

from .dot import Direction
from .labels import lines_of
from .picture import Outputs, picture
from .svg import check_direction

SHAPES = {"op": "({})", "leaf": "[{}]", "constant": "[{}]", "rest": "({})"}
CLASSES = """\
    classDef op fill:#ffffff,stroke:#8b95a3,color:#1f2937
    classDef leaf fill:#e6effb,stroke:#3a6ea5,color:#1f2937
    classDef constant fill:#f1f2f4,stroke:#f1f2f4,color:#1f2937
    classDef rest fill:#ffffff,stroke:#8b95a3,color:#1f2937,stroke-dasharray:5 3
    classDef result fill:#e2f3e6,stroke:#2b7a43,color:#1f2937,stroke-width:2px
"""


def mermaid(
    x: Outputs,
    *,
    params: Any = None,
    max_nodes: int | None = None,
    direction: Direction = "TB",
) -> str:
    """Return the graph that one or several results came from as a Mermaid flowchart.

    Many pages of text, such as those of GitHub, draw it where it stands in a block of code
    marked ``mermaid``. Mermaid itself refuses more than 500 edges unless it is told otherwise.

    Args:
        x: A Tensor, a list or tuple of Tensors, or a dict of Tensors by name.
        params: Names for leaves, as :func:`draw` takes them.
        max_nodes: Draw so many of the newest ops and leaves, and one box for the rest.
        direction: Where values flow: ``"TB"``, ``"LR"``, ``"BT"`` or ``"RL"``.

    Raises:
        TypeError: For anything but Tensors.
        ValueError: For a direction or a number of nodes that does not exist.

    >>> import tinygrad_np as tg
    >>> w = tg.tensor([1.0, 2.0], requires_grad=True, name="w")
    >>> print(tg.viz.mermaid(w.sum()))
    flowchart TB
        n0["w<br/>(2,)#160; float64"]:::leaf
        n1("sum<br/>()#160; float64"):::result
        n0 --> n1
        ...
    """
    check_direction("mermaid", direction)
    shown = picture(x, params=params, max_nodes=max_nodes)
    lines = [f"flowchart {direction}"]
    for box in shown.boxes:
        words = ["".join([part for part, _ in line]) for line in lines_of(box)]
        label = '"' + "<br/>".join([coded(line) for line in words]) + '"'
        look = "result" if box.result else box.kind
        lines.append(f"    n{box.key}{SHAPES[box.kind].format(label)}:::{look}")
    for arrow in shown.arrows:
        port = ""
        if arrow.port is not None:
            port = f'|"{coded(shown.boxes[arrow.head].operands[arrow.port])}"|'
        lines.append(f"    n{arrow.tail} -->{port} n{arrow.head}")
    return "\n".join(lines) + "\n" + CLASSES


def coded(words: str) -> str:
    """Return words for a label of Mermaid: letters, digits and little else as they are."""
    plain = "".join([c if c.isalnum() or c in " ,()=" else f"#{ord(c)};" for c in words])
    return plain.replace("  ", "#160; ")


def to_json(x: Outputs, *, params: Any = None, max_nodes: int | None = None) -> dict[str, Any]:
    """Return the graph that one or several results came from as data for other tools.

    The dict holds nothing but dicts, lists, strings, whole numbers, truth values and `None`, so
    ``json.dumps`` writes it and ``json.loads`` gives an equal one back. Its form:

    - ``"version"``: 1; it grows if the meaning of a key changes, not if one is added.
    - ``"nodes"``: what is used comes before its use. Each has an ``"id"``, its place in the
      list; a ``"kind"``, which is ``"op"``, ``"leaf"``, ``"constant"`` or ``"rest"`` (all that
      `max_nodes` left out); ``"op"``, the op's name; ``"name"``, given by a user; ``"params"``,
      those that differ from their defaults, as they are written; ``"shape"`` and ``"dtype"``;
      ``"value"``, a number as it was written in the program, or how many nodes a rest stands
      for; ``"result"``, whether it was asked for; ``"operands"``, the names of its inputs where
      their order matters. What doesn't apply is `None` or empty.
    - ``"edges"``: each has a ``"tail"`` and a ``"head"``, which are ids, and a ``"port"``: the
      place among the operands of the head, or `None` where their order does not matter. The
      edges of a head are in the order of its inputs.

    Args:
        x: A Tensor, a list or tuple of Tensors, or a dict of Tensors by name.
        params: Names for leaves, as :func:`draw` takes them.
        max_nodes: Tell so many of the newest ops and leaves, and one node for the rest.

    Raises:
        TypeError: For anything but Tensors.
        ValueError: For a number of nodes less than 1.

    >>> import tinygrad_np as tg
    >>> w = tg.tensor([1.0, 2.0], requires_grad=True, name="w")
    >>> found = tg.viz.to_json(w.sum())
    >>> [(node["kind"], node["op"], node["shape"]) for node in found["nodes"]]
    [('leaf', None, [2]), ('op', 'sum', [])]
    >>> found["edges"]
    [{'tail': 0, 'head': 1, 'port': None}]
    """
    shown = picture(x, params=params, max_nodes=max_nodes)
    nodes = [
        {
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
        }
        for box in shown.boxes
    ]
    edges = [{"tail": a.tail, "head": a.head, "port": a.port} for a in shown.arrows]
    return {"version": 1, "nodes": nodes, "edges": edges}
