"""A picture as data for other tools, in nothing but JSON's types."""

from __future__ import annotations

import math
from typing import Any, Unpack

from .drawable import Drawable
from .model import Box
from .options import Options, takes
from .picture import chosen_picture
from .values import Values


@takes(Options, fold=False)
def to_json(x: Drawable, **options: Unpack[Options]) -> dict[str, Any]:
    """Return the graph of one or several results as data for other tools.

    The dict consists of dicts, lists, strings, numbers, booleans and `None`, so ``json.dumps``
    writes it and ``json.loads`` returns an equal one. Its form:

    - ``"version"``: 1; it increases if the meaning of a key changes, not if a key is added.
    - ``"nodes"``: what is used comes before its use. Each has an ``"id"``, its place in the
      list; a ``"kind"``, which is ``"op"``, ``"leaf"``, ``"constant"``, ``"module"`` (all that a
      module computed) or ``"rest"`` (all that `max_nodes` left out); ``"op"``, the name of the
      op or of the module's class; ``"name"``, given by a user; ``"params"``, those that differ
      from their defaults, as they are written; ``"shape"`` and ``"dtype"``; ``"value"``, a
      number as it was written in the program, or how many nodes a rest stands for;
      ``"result"``, whether it is a result; ``"operands"``, the names of its inputs where
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
        options: Which part of the graph to return, and how finely; listed below.

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
    shown = chosen_picture(x, options)
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
