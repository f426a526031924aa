"""Fact rows against the nodes of a model: which rows apply, and to which releases."""

from __future__ import annotations

from typing import Dict, Hashable, Iterable, Iterator, List, Optional, Sequence, Tuple

from jetdoctor.facts import Fact, Knowledge
from jetdoctor.facts.seen import Seen
from jetdoctor.graph import DEFAULT_DOMAINS, Model, Node
from jetdoctor.types import EVERY_VERSION, OUTCOMES, Version, VersionRange

#: Sections whose rows are forms (``when`` and ``status``): the parser's, and those of the walls behind it.
_FORMS = ("misread", "network", "builder", "values")

_NEVER = VersionRange((0,), (0,))


def intersect(a: VersionRange, b: VersionRange) -> Optional[VersionRange]:
    """Versions in both, None when there are none."""
    starts = [r.since for r in (a, b) if r.since is not None]
    ends = [r.before for r in (a, b) if r.before is not None]
    both = VersionRange(max(starts) if starts else None, min(ends) if ends else None)
    if both.since is not None and both.before is not None and both.since >= both.before:
        return None
    return both


def outside(ranges: Sequence[VersionRange]) -> List[VersionRange]:
    """Ranges that lie outside of the given ones (sorted, disjoint)."""
    gaps: List[VersionRange] = []
    start: Optional[Version] = None
    for item in ranges:
        if item.since is not None and (start is None or start < item.since):
            gaps.append(VersionRange(start, item.since))
        if item.before is None:
            return gaps
        start = item.before
    return gaps + [VersionRange(start, None)]


class Views:
    """How the families of parsers see constants: one ``through`` list per range of releases."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.families: List[Tuple[VersionRange, Tuple[str, ...]]] = []
        for fact in knowledge.releases:
            through = tuple(fact["weights_through"])
            if self.families and self.families[-1][1] == through:
                since = self.families[-1][0].since
                self.families[-1] = (VersionRange(since, fact.range.before), through)
            else:
                self.families.append((fact.range, through))

    def of(self, node: Node) -> List[Tuple[VersionRange, Seen]]:
        """The distinct views of a node; a single one unless a Transpose feeds it."""
        for name in node.inputs:
            producer = node.graph.value(name).producer if name else None
            if producer is not None and producer.op_type == "Transpose":
                return [(within, Seen(node, through)) for within, through in self.families]
        return [(EVERY_VERSION, Seen(node))]


class Asked:
    """The releases that a check asks about: rows on none of them are not looked at."""

    def __init__(self, versions: Iterable[Version]) -> None:
        self.versions = sorted(set(versions))
        self.rows: Dict[str, List[Fact]] = {}
        #: what was worked out once for these releases: releases without an operator, texts of findings
        self.gaps: Dict[Tuple[str, str], List[Tuple[Fact, VersionRange]]] = {}
        self.output_types: Optional[List[Fact]] = None
        self.said: Dict[Hashable, str] = {}

    def about(self, within: VersionRange) -> bool:
        """Whether a range holds any of them."""
        return any(version in within for version in self.versions)


class NodeFacts:
    """Matches the rows of every operator against nodes."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.views = Views(knowledge)
        self._rows: Dict[str, List[Fact]] = {}

    def rows(self, op_type: str) -> List[Fact]:
        """What may be reported of an operator: forms, then what is refused."""
        if op_type not in self._rows:
            known = self.knowledge
            names = [op_type, *known.shared(op_type)]
            found = [fact for section in _FORMS for name in names for fact in known.rows(name, section)]
            found = [fact for fact in found if fact["status"] in OUTCOMES]
            self._rows[op_type] = found + [fact for name in names for fact in known.rows(name, "refused")]
        return self._rows[op_type]

    def matches(self, node: Node, asked: Asked) -> Iterator[Tuple[Fact, VersionRange]]:
        """Rows that apply to the node, each with the releases for which it does."""
        rows = asked.rows.get(node.op_type)
        if rows is None:
            rows = [fact for fact in self.rows(node.op_type) if asked.about(fact.range)]
            rows = [fact for fact in rows if self.knowledge.readable(fact)]
            asked.rows[node.op_type] = rows
        if not rows:
            return
        for family, seen in self.views.of(node):
            for fact in rows:
                within = fact.range if family is EVERY_VERSION else intersect(fact.range, family)
                if within is None:
                    continue
                if fact.applies(seen):
                    yield fact, within


def is_function_call(model: Model, node: Node) -> bool:
    """Whether the node calls a local function of the model."""
    return (node.domain, node.op_type) in model.function_names


def in_default_domain(node: Node) -> bool:
    return node.domain in DEFAULT_DOMAINS
