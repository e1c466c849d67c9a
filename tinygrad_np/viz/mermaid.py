"""A picture as a Mermaid flowchart, which Markdown pages draw in place."""

from __future__ import annotations

from typing import Unpack

from .drawable import Drawable
from .lines import group_title, groups_of_one_op, lines_of, visible
from .model import Box, Group, Picture
from .options import FlowchartOptions, takes
from .outline import Printed, outline
from .picture import chosen_picture

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


@takes(FlowchartOptions)
def mermaid(x: Drawable, **options: Unpack[FlowchartOptions]) -> str:
    """Return the graph of one or several results as a Mermaid flowchart.

    Markdown viewers such as GitHub's draw it from a code block marked ``mermaid``. Modules are
    subgraphs. Mermaid refuses more than 500 edges unless its ``maxEdges`` is raised.

    Args:
        x: A Tensor, a list or tuple of Tensors, or a dict of Tensors by name; a tape or a block
            of ``debug()``.
        options: Which part of the graph to draw, and how; listed below.

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
    shown = chosen_picture(x, options)
    lonely = groups_of_one_op(shown)
    lines = [f"flowchart {options['direction']}"]
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
            title = coded(visible(group_title(item) or "block"))
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
    """Return words for a Mermaid label, with all but letters, digits and a few signs escaped."""
    plain = "".join([c if c.isalnum() or c in " ,()=" else f"#{ord(c)};" for c in words])
    return plain.replace("  ", "#160; ")
