"""What a fix did to the graph, finding by finding: nodes that went (-), came (+) or changed (~)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Dict, List, Set, Tuple

from jetdoctor.graph import Graph, Shape

#: Changes of one fix that are shown one by one without being asked for.
_SHORT = 12


@dataclass(frozen=True)
class NodeChange:
    """One line of the diff. ``outputs`` are (tensor name, shape or None when not known)."""

    sign: str  # "-", "+" or "~"
    op_type: str
    name: str
    graph: Tuple[str, ...] = ("main",)
    outputs: Tuple[Tuple[str, Shape], ...] = ()
    note: str = ""

    def __str__(self) -> str:
        tensors = ", ".join(name + shape_text(shape) for name, shape in self.outputs)
        tensors = " -> " + tensors if tensors else ""
        where = "" if self.graph == ("main",) else " in %s" % "/".join(self.graph)
        note = " (%s)" % self.note if self.note else ""
        about = " ".join(filter(None, (self.sign, self.op_type, self.name)))
        return about + tensors + where + note

    def to_json(self) -> dict:
        return {
            "sign": self.sign,
            "op_type": self.op_type,
            "name": self.name,
            "graph": list(self.graph),
            "outputs": [{"name": n, "shape": None if s is None else list(s)} for n, s in self.outputs],
            "note": self.note,
        }


@dataclass(frozen=True)
class FixDiff:
    """The changes of one applied fix, for one finding."""

    rule: str
    title: str
    changes: Tuple[NodeChange, ...] = ()

    def lines(self, every: bool) -> List[str]:
        """One line for each change; unless ``every``, a long list becomes one line for each sign and operator."""
        if every or len(self.changes) <= _SHORT:
            return [str(change) for change in self.changes]
        kinds: Dict[Tuple[str, str], List[NodeChange]] = {}
        for change in self.changes:
            kinds.setdefault((change.sign, change.op_type), []).append(change)
        return [str(of[0]) if len(of) == 1 else _counted(of) for of in kinds.values()]


    def names(self) -> Set[str]:
        """Nodes and tensors that the changes speak of."""
        found: Set[str] = set()
        for change in self.changes:
            found.update(name for name, _ in change.outputs)
            # a line of a downgrade is a sentence: "ReduceMean /pool/ReduceMean: axes as attribute (opset 18 to 17)"
            named = change.name.partition(": ")[0].partition(" ")[2].partition(" in main/")[0]
            found.update([change.name, named] + re.split(r"[\s:;,]+", change.name))
        found.discard("")
        return found


def _counted(changes: List[NodeChange]) -> str:
    first = changes[0]
    kind = first.op_type + " at " if first.op_type else ""  # a line of a downgrade names the operator itself
    return "%s %s%d nodes: %s, ..." % (first.sign, kind, len(changes), first.name or first.outputs[0][0])


def shape_text(shape: Shape) -> str:
    """``(1, 'N', None)`` -> ``[1,N,?]``; nothing when the rank is unknown."""
    if shape is None:
        return ""
    return "[%s]" % ",".join("?" if dim is None else str(dim) for dim in shape)


class Recorder:
    """Collects a rewrite's changes as protos and turns them into lines once names are final."""

    def __init__(self) -> None:
        self._entries: List[Tuple[str, Graph, Any, str]] = []

    def __len__(self) -> int:
        return len(self._entries)

    def note(self, sign: str, graph: Graph, node: Any, note: str = "") -> None:
        if sign == "~" and any(s in "~+" and known is node for s, _, known, _ in self._entries):
            return
        self._entries.append((sign, graph, node, note))

    def changes(self) -> Tuple[NodeChange, ...]:
        """Lines in the order of the edits, removals first, as a reader of a diff expects."""
        lines = []
        for sign, graph, node, note in sorted(self._entries, key=lambda entry: "-~+".index(entry[0])):
            outputs = tuple((name, graph.value(name).shape) for name in node.output if name)
            lines.append(NodeChange(sign, node.op_type, node.name, graph.path, outputs, note))
        return tuple(lines)
