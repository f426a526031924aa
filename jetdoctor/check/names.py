"""Fact rows on what an operator is called: no importer of that name, a foreign domain, a local function."""

from __future__ import annotations

from typing import Dict, Iterator, List, Sequence, Tuple

from jetdoctor import data
from jetdoctor.check.facts import Asked, in_default_domain, is_function_call, outside
from jetdoctor.check.place import Place
from jetdoctor.facts import Fact, Knowledge
from jetdoctor.graph import Model, Node
from jetdoctor.types import VersionRange, parse_version

#: Operators of ONNX Runtime that compute what the ONNX operator of that name does by default (ContribOperators.md).
_ALIKE = frozenset((("com.microsoft", "Gelu"), ("com.microsoft", "GatherND"), ("com.microsoft", "Trilu")))


class Plugins:
    """TensorRT's own plugins: which releases register a creator of a name."""

    def __init__(self) -> None:
        self._by_name: Dict[str, List[VersionRange]] = {}
        for row in data.table("plugins"):
            since, before = parse_version(row["since"]), row.get("before")
            within = VersionRange(since, parse_version(before) if before else None)
            self._by_name.setdefault(row["name"], []).append(within)

    def ranges(self, name: str) -> Sequence[VersionRange]:
        return self._by_name.get(name, ())


class Names:
    """JD301, JD801 to JD803: what a parser makes of a node by operator and domain alone."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.plugins = Plugins()
        self._contrib: Dict[Tuple[str, str], List[str]] = {}

    def operator(self, model: Model, node: Node, asked: Asked) -> Iterator[Place]:
        """The rows that hold for the operator itself, whatever its form."""
        key = (node.op_type, node.domain)
        if key[0] == "Constant" and in_default_domain(node):
            return
        if model.function_names and is_function_call(model, node):
            for fact in self.knowledge.of_models("JD801"):
                if fact["status"] == "rejected" or mistaken_call(model, node):
                    yield Place(fact, fact.range, node)
            return
        if key not in asked.gaps:
            asked.gaps[key] = [(fact, within) for fact, within in self._by_name(node) if asked.about(within)]
        for fact, within in asked.gaps[key]:
            yield Place(fact, within, node)

    def _by_name(self, node: Node) -> Iterator[Tuple[Fact, VersionRange]]:
        """What operator and domain alone say: rows with the releases that they hold for."""
        ranges = self.knowledge.importer_ranges(node.op_type)
        if not in_default_domain(node) and (node.domain, node.op_type) not in _ALIKE:
            for fact in self.knowledge.of_models("JD802"):
                for within in ranges:
                    yield fact, within
        known = sorted(list(ranges) + list(self.plugins.ranges(node.op_type)), key=lambda r: r.since or ())
        rule = "JD301" if in_default_domain(node) and self._standard(node) else "JD803"
        lacking = self._no_importer(node, rule)
        for gap in outside(_merged(known)):
            yield lacking, gap

    def _standard(self, node: Node) -> bool:
        return node.op_type in self.knowledge.operators

    def _no_importer(self, node: Node, rule: str) -> Fact:
        rows = self.knowledge.rows(node.op_type, "importer")
        row = next((f.row for f in rows if not f["importer"]), {})
        known = row.get("fix") if in_default_domain(node) else None
        return Fact(
            {
                "rule": rule,
                "op": node.op_type,
                "status": "rejected",
                "what": "",
                "fix": known or self._decompositions(node),
                "basis": "read" if row else "importer table",
                "source": row.get("source", "onnx-tensorrt importer tables, no importer of that name"),
            }
        )

    def _decompositions(self, node: Node) -> List[str]:
        """Fix requests for an operator of ONNX Runtime that has a short form in ONNX's words."""
        if not self._contrib:
            for row in data.table("contrib_operators"):
                self._contrib[row["domain"], row["op"]] = row["fix"]
        domain = "" if in_default_domain(node) else node.domain
        return self._contrib.get((domain, node.op_type), [])


def mistaken_call(model: Model, node: Node) -> bool:
    """Whether a parser that keeps functions by bare name, in the caller's scope, gets this call wrong.

    Either two functions share a name, or a formal input is called like another tensor of the calling graph.
    """
    named = model.functions_called(node.op_type)
    if len(named) != 1:
        return len(named) > 1
    graph = node.graph
    for index, formal in enumerate(named[0].input_names):
        taken = graph.value(formal)
        known = taken.producer is not None or taken.initializer is not None or taken.is_graph_input
        if known and node.input(index).name != formal:
            return True
    return False


def _merged(ranges: Sequence[VersionRange]) -> List[VersionRange]:
    """Sorted ranges with overlaps and touching neighbors joined."""
    merged: List[VersionRange] = []
    for item in sorted(ranges, key=lambda r: r.since or ()):
        last = merged[-1] if merged else None
        if last is not None and (last.before is None or (item.since or ()) <= last.before):
            before = None if None in (last.before, item.before) else max(last.before or (), item.before or ())
            merged[-1] = VersionRange(last.since, before)
        else:
            merged.append(item)
    return merged
