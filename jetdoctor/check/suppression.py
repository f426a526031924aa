"""Advice for what fails behind NonMaxSuppression: the number of boxes depends on the data, which engines take badly."""

from __future__ import annotations

import os
import shlex
from typing import Dict, List, Optional

from jetdoctor.graph import Model, Node
from jetdoctor.rule import table
from jetdoctor.types import Target, parse_version

#: Values looked at on the way back.
_MOST = 5000

#: Nodes between one that prepares the suppression and the suppression itself.
_NEAR = 12

#: inputs of NonMaxSuppression that bound the result (onnx NonMaxSuppression-10), as its attributes are called elsewhere
_BOUNDS = {2: "boxes per class", 3: "IoU threshold", 4: "score threshold"}

#: A count of boxes beyond any network's.
_ALL = 2**31 - 1

_PLUGIN = "EfficientNMS_TRT"


def suppression_before(nodes: List[Node]) -> Optional[Node]:
    """A NonMaxSuppression of the main graph whose result the first node depends on."""
    queue = nodes[:1]
    seen = {id(node) for node in queue}
    while queue and len(seen) < _MOST:
        node = queue.pop()
        if node.op_type == "NonMaxSuppression":
            return node if node.graph.parent is None and len(node.inputs) > 1 else None
        makers = (node.input(index).producer for index, name in enumerate(node.inputs) if name)
        for maker in makers:
            if maker is not None and id(maker) not in seen:
                seen.add(id(maker))
                queue.append(maker)
    return None


def near_suppression(nodes: List[Node]) -> bool:
    """Whether the first node belongs to the suppression: behind it, or a few nodes ahead of it."""
    level = nodes[:1]
    for _ in range(_NEAR):
        outputs = [node.output(index) for node in level for index in range(len(node.outputs))]
        readers: Dict[int, Node] = {id(reader): reader for value in outputs for reader in value.consumers}
        level = list(readers.values())
        if any(node.op_type == "NonMaxSuppression" for node in level):
            return True
    return suppression_before(nodes) is not None


def cut_before(model: Model, node: Node, target: Target) -> str:
    """The command that ends the model before the suppression, and what then has to be done with its outputs."""
    path = model.path or "MODEL.onnx"
    cut = os.path.splitext(os.path.basename(path))[0] + "-boxes.onnx"
    names = " ".join(shlex.quote(name + ":auto") for name in node.inputs[:2])
    command = "polygraphy surgeon extract %s --outputs %s -o %s" % (shlex.quote(path), names, shlex.quote(cut))
    text = "Cut the model before NonMaxSuppression and suppress in post-processing%s: %s" % (_bounds(node), command)
    return text + ("; or let the plugin %s do it (it gives counts, boxes, scores and classes, not indices)" % _PLUGIN
                   if _has_plugin(target) else "")  # fmt: skip


def _bounds(node: Node) -> str:
    """The thresholds, where they are constants."""
    found = []
    for index, what in _BOUNDS.items():
        array = node.input(index).array() if node.present(index) else None
        if array is None or array.size != 1:
            continue
        bound = array.reshape(-1)[0].item()
        if isinstance(bound, int):  # the largest integer is how exporters spell "all of them"
            found.append("%s %s" % (what, bound if bound < _ALL else "unlimited"))
        else:
            found.append("%s %.6g" % (what, bound))
    return " (%s)" % ", ".join(found) if found else ""


def _has_plugin(target: Target) -> bool:
    rows = (row for row in table("plugins") if row["name"] == _PLUGIN)
    return any(parse_version(row["since"]) <= target.tensorrt_version for row in rows)
