"""Advice for what fails behind NonMaxSuppression: the number of boxes depends on the data, which engines take badly."""

from __future__ import annotations

import os
import shlex
from typing import Dict, List, Optional, Set

from jetdoctor.graph import Model, Node
from jetdoctor.rule import table
from jetdoctor.types import Target, parse_version

#: Nodes between one that prepares the suppression and the suppression itself.
_NEAR = 12

#: inputs of NonMaxSuppression that bound the result (onnx NonMaxSuppression-10), as its attributes are called elsewhere
_BOUNDS = {2: "boxes per class", 3: "IoU threshold", 4: "score threshold"}

#: A count of boxes beyond any network's.
_ALL = 2**31 - 1

_PLUGIN = "EfficientNMS_TRT"


class Suppressions:
    """Which nodes of a model lie behind a NonMaxSuppression, or a few nodes ahead of one: one walk for all of them."""

    def __init__(self, model: Model) -> None:
        found = [node for node in model.nodes() if node.op_type == "NonMaxSuppression"]
        self._behind: Dict[int, Node] = {}
        self._ahead: Set[int] = set()
        for node in found:
            if node.graph.parent is None and len(node.inputs) > 1:
                self._follow(node)
        self._go_back(found)

    def before(self, node: Node) -> Optional[Node]:
        """A NonMaxSuppression of the main graph whose result the node depends on, or which it is."""
        return self._behind.get(id(node))

    def near(self, node: Node) -> bool:
        """Whether the node belongs to the suppression: behind it, or a few nodes ahead of it."""
        return id(node) in self._ahead or id(node) in self._behind

    def _follow(self, suppression: Node) -> None:
        waiting = [suppression]
        while waiting:
            node = waiting.pop()
            if id(node) not in self._behind:
                self._behind[id(node)] = suppression
                waiting += [reader for index in range(len(node.outputs)) for reader in node.output(index).consumers]

    def _go_back(self, level: List[Node]) -> None:
        for _ in range(_NEAR):
            makers = (node.input(index).producer for node in level for index, name in enumerate(node.inputs) if name)
            level = list({id(maker): maker for maker in makers if maker and id(maker) not in self._ahead}.values())
            self._ahead.update(id(maker) for maker in level)


def cut_before(model: Model, node: Node, target: Target) -> str:
    """The command that ends the model before the suppression, and what then has to be done with its outputs."""
    path = model.path or "MODEL.onnx"
    cut = os.path.splitext(os.path.basename(path))[0] + "-boxes.onnx"
    names = " ".join(shlex.quote(name + ":auto") for name in node.inputs[:2])
    command = "polygraphy surgeon extract %s --outputs %s -o %s" % (shlex.quote(path), names, shlex.quote(cut))
    given = bounds(node)
    text = "Cut the model before NonMaxSuppression and run NMS in post-processing%s: %s"
    text %= (" (%s)" % given if given else "", command)
    return text + ("; or use the plugin %s (it returns counts, boxes, scores and classes, not indices)" % _PLUGIN
                   if _has_plugin(target) else "")  # fmt: skip


def bounds(node: Node) -> str:
    """``boxes per class 3, IoU threshold 0.5``: the thresholds of a suppression, where they are constants."""
    found = []
    for index, what in _BOUNDS.items():
        numbers = node.input(index).numbers() if node.present(index) else None
        if numbers is None or len(numbers) != 1:
            continue
        (bound,) = numbers
        if isinstance(bound, int):  # the largest integer is how exporters spell "all of them"
            found.append("%s %s" % (what, bound if bound < _ALL else "unlimited"))
        else:
            found.append("%s %.6g" % (what, bound))
    return ", ".join(found)


def _has_plugin(target: Target) -> bool:
    rows = (row for row in table("plugins") if row["name"] == _PLUGIN)
    return any(parse_version(row["since"]) <= target.tensorrt_version for row in rows)
