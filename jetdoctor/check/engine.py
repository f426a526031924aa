"""Every rule over a model, once; the targets are distinguished last."""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterable, Iterator, List, Tuple

from jetdoctor.catalog import Catalog, CatalogRule
from jetdoctor.check.branches import Branches, in_order
from jetdoctor.check.crash import Crash, guarded
from jetdoctor.check.facts import Asked, NodeFacts, intersect
from jetdoctor.check.hit import Hit
from jetdoctor.check.model_facts import ModelFacts
from jetdoctor.check.names import Names
from jetdoctor.check.offers import Offers
from jetdoctor.check.place import Place
from jetdoctor.check.row_hit import Describer
from jetdoctor.facts import Fact, Knowledge
from jetdoctor.graph import Model, Node
from jetdoctor.types import Device, Target, Version, VersionRange


class Engine:
    """Holds the catalog and the facts; stateless between models."""

    def __init__(self, catalog: Catalog, knowledge: Knowledge) -> None:
        self.catalog, self.knowledge = catalog, knowledge
        self.node_facts = NodeFacts(knowledge)
        self.model_facts = ModelFacts(knowledge)
        self.names = Names(knowledge)
        self.offers = Offers(catalog)
        self.describer = Describer(catalog, knowledge)
        #: parsers before do not look into local functions: JD801 speaks for the whole function there
        self.functions_read = VersionRange(
            next(fact.range.since for fact in knowledge.releases if fact["local_functions"]), None
        )
        self.by_op: Dict[str, List[CatalogRule]] = {}
        for rule in catalog.rules.values():
            if "node" in rule.scopes:
                for op_type in rule.rule.ops:
                    self.by_op.setdefault(op_type, []).append(rule)

    def hits(self, model: Model, versions: Iterable[Version]) -> Tuple[List[Hit], List[Crash]]:
        """All matches for the releases that are asked about, and the rules that crashed."""
        asked = Asked(versions)
        hits: List[Hit] = []
        crashes: List[Crash] = []
        branches, position = Branches(), 0
        for root in [model.main] + model.functions:
            start = len(hits)
            for node in in_order(root):
                position += 1
                hits += branches.limited(self._node_hits(model, node, position, asked, crashes), node.graph)
            if root.is_function:
                hits[start:] = _within(hits[start:], self.functions_read)
        hits += self._model_hits(model, asked, crashes)
        return hits, crashes

    def hits_at(self, model: Model, node: Node, versions: Iterable[Version]) -> List[Hit]:
        """Matches at one node for other releases than those that the model was checked for."""
        return self._node_hits(model, node, 0, Asked(versions), [])

    def hits_of_model(self, model: Model, versions: Iterable[Version]) -> List[Hit]:
        """Matches about the model as a whole (inputs, initializers, opset) for other releases."""
        return list(self._model_hits(model, Asked(versions), []))

    def _node_hits(self, model: Model, node: Node, position: int, asked: Asked, crashes: List[Crash]) -> List[Hit]:
        hits = self._fact_hits(lambda: self._places(model, node, asked), position, asked, crashes)
        for rule in self.by_op.get(node.op_type, ()):
            for match in guarded(rule, rule.detector("node"), crashes, node):
                hits.append(Hit(rule, self.offers.of_match(rule.rule.id, match, crashes), match.tensorrt, position))
        return hits

    def _model_hits(self, model: Model, asked: Asked, crashes: List[Crash]) -> Iterator[Hit]:
        facts = self.model_facts
        yield from self._fact_hits(lambda: facts.inputs(model), 0, asked, crashes)
        yield from self._fact_hits(lambda: facts.whole(model), 0, asked, crashes)
        for graph in model.graphs():
            yield from self._fact_hits(lambda graph=graph: facts.initializers(graph), 0, asked, crashes)  # type: ignore[misc]
        for rule in self.catalog.rules.values():
            detector = rule.detector("model")
            if detector:
                for match in guarded(rule, detector, crashes, model):
                    yield Hit(rule, match, match.tensorrt, 0 if match.node is None else match.node.index + 1)

    def _places(self, model: Model, node: Node, asked: Asked) -> Iterator[Place]:
        yield from self.names.operator(model, node, asked)
        yield from self.model_facts.intermediates(node, asked)
        for fact, within in self.node_facts.matches(node, asked):
            yield Place(fact, within, node, _tensor_of(fact, node))

    def _fact_hits(
        self, places: Callable[[], Iterable[Place]], position: int, asked: Asked, crashes: List[Crash]
    ) -> List[Hit]:
        found: List[Hit] = []
        try:
            for place in places():
                told = self.catalog.broken and place.fact["rule"] not in self.catalog.rules  # as a rule that is broken
                if asked.about(place.range) and not told:
                    found += self._hit(place, position, asked, crashes)
        except Exception as error:  # a condition failed: JD000, never a silent gap
            crashes.append(Crash("a condition of the facts", error))
        return found

    def _hit(self, place: Place, position: int, asked: Asked, crashes: List[Crash]) -> List[Hit]:
        """The hit of a row at a place; none when its words fail, which is remembered."""
        try:
            return [self.describer.hit(place, position, asked, self.offers.at(place, crashes))]
        except Exception as error:
            crashes.append(Crash("rule %s" % place.fact["rule"], error))
            return []

    def device_hits(self, device: Device, crashes: List[Crash]) -> List[Hit]:
        """Matches of the device rules; who crashed is added to ``crashes``, then or when a target is evaluated."""
        return self._hits_of("device", crashes, device)

    def target_hits(self, model: Model, target: Target, crashes: List[Crash]) -> List[Hit]:
        """Matches of the rules that need model and target together (memory, precision of the GPU)."""
        return self._hits_of("target", crashes, model, target)

    def _hits_of(self, kind: str, crashes: List[Crash], *args: Any) -> List[Hit]:
        found = [(rule, rule.detector(kind)) for rule in self.catalog.rules.values()]
        matches = [(rule, match) for rule, d in found if d for match in guarded(rule, d, crashes, *args)]
        return [Hit(rule, match, match.tensorrt, 0) for rule, match in matches]


def _within(hits: Iterable[Hit], releases: VersionRange) -> List[Hit]:
    limited = ((hit, intersect(hit.range, releases)) for hit in hits)
    return [hit.within(both) for hit, both in limited if both is not None]


def _tensor_of(fact: Fact, node: Node) -> str:
    index = fact.demand.input if fact.demand is not None else None
    return node.input(index).name if index is not None and node.present(index) else ""
