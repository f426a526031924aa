"""Every rule over a model, once; the targets are told apart last."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Callable, Dict, Hashable, Iterable, Iterator, List, Optional, Tuple

from jetdoctor.catalog import Catalog, CatalogRule
from jetdoctor.check.branches import Branches, in_order
from jetdoctor.check.facts import Asked, NodeFacts, intersect
from jetdoctor.check.hit import Hit
from jetdoctor.check.model_facts import ModelFacts, Place
from jetdoctor.check.run_time import needs_a_run
from jetdoctor.facts import Fact, Knowledge
from jetdoctor.facts.words import fact_text, log_line, no_importer_text
from jetdoctor.graph import Model, Node
from jetdoctor.rule import Match
from jetdoctor.types import OUTCOMES, Device, Fix, Target, Version, VersionRange, parse_version

#: Parsers before 9.0 do not look into local functions: JD801 speaks for the whole function there.
_FUNCTIONS_READ = VersionRange((9, 0), None)


#: What removes the If or Loop around a node: the branch may not be taken at all, the body may become constant.
_OUT_OF_BRANCH, _OUT_OF_BODY = "fold_if", "unroll_loop"


class Crash(Exception):
    """A rule raised: carries its id and the error."""

    def __init__(self, rule_id: str, error: BaseException) -> None:
        super().__init__("%s: %s: %s" % (rule_id, type(error).__name__, error))
        self.rule_id = rule_id


class Engine:
    """Holds the catalog and the facts; stateless between models."""

    def __init__(self, catalog: Catalog, knowledge: Knowledge) -> None:
        self.catalog, self.knowledge = catalog, knowledge
        self.node_facts = NodeFacts(knowledge)
        self.model_facts = ModelFacts(knowledge)
        self._fixes: Dict[Tuple[str, ...], Tuple[Fix, ...]] = {}
        self.by_op: Dict[str, List[CatalogRule]] = {}
        for rule in catalog.rules.values():
            if rule.detector("node"):
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
                hits[start:] = _where_functions_are_read(hits[start:])
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
            for match in _guarded(rule, rule.detector("node"), crashes, node):
                hits.append(Hit(rule, self._with_fixes(match), match.tensorrt, position))
        return hits

    def _with_fixes(self, match: Match) -> Match:
        """The match without fixes that cannot work; a branch that may be known not to be taken may simply go."""
        node, fixes = match.node, match.fixes
        if node is None:
            return match
        fixes = tuple(fix for fix in fixes if not fix.rewrite or self._fits(fix.rewrite, node))
        if node.graph.parent is not None and self._fits(_OUT_OF_BRANCH, node):
            fixes = self._fixes_of((_OUT_OF_BRANCH,)) + fixes
        return match if fixes == match.fixes else replace(match, fixes=fixes)

    def _fits(self, name: str, node: Node) -> bool:
        """Whether the rewrite may work at the node, as far as a look at it and at its constants tells."""
        rewrite = self.catalog.rewrite(name)
        if rewrite.fits is not None and not rewrite.fits(node):
            return False
        return not any(node.present(index) and needs_a_run(node.input(index)) for index in rewrite.constants)

    def _model_hits(self, model: Model, asked: Asked, crashes: List[Crash]) -> Iterator[Hit]:
        facts = self.model_facts
        yield from self._fact_hits(lambda: facts.inputs(model), 0, asked, crashes)
        yield from self._fact_hits(lambda: facts.whole(model), 0, asked, crashes)
        for graph in model.graphs():
            yield from self._fact_hits(lambda graph=graph: facts.initializers(graph), 0, asked, crashes)  # type: ignore[misc]
        for rule in self.catalog.rules.values():
            detector = rule.detector("model")
            if detector:
                for match in _guarded(rule, detector, crashes, model):
                    yield Hit(rule, match, match.tensorrt, 0 if match.node is None else match.node.index + 1)

    def _places(self, model: Model, node: Node, asked: Asked) -> Iterator[Place]:
        yield from self.model_facts.operator(model, node, asked)
        yield from self.model_facts.intermediates(node, asked)
        for fact, within in self.node_facts.matches(node, asked):
            yield Place(fact, within, node, _tensor_of(fact, node))

    def _fact_hits(
        self, places: Callable[[], Iterable[Place]], position: int, asked: Asked, crashes: List[Crash]
    ) -> List[Hit]:
        try:
            found = (place for place in places() if asked.about(place.range))
            if self.catalog.broken:  # they are reported as such: what remains can still be said
                found = (place for place in found if place.fact["rule"] in self.catalog.rules)
            return [self._hit(place, position, asked) for place in found]
        except Exception as error:  # a condition or a description failed: JD000, never a silent gap
            crashes.append(Crash("fact rows", error))
            return []

    def _hit(self, place: Place, position: int, asked: Asked) -> Hit:
        fact = place.fact
        rule = self.catalog.rules[fact["rule"]]
        lacking = fact["rule"] in ("JD301", "JD803") and place.node is not None and not fact.get("id")
        # Only the first node of a cause is spoken of; with a requirement the text itself tells the causes apart.
        once = (fact, place.range, place.detail) if lacking or fact.get("id") else None
        text = asked.said.get(once) or self._text(place, lacking)
        if once is not None:
            asked.said[once] = text
        fixes = self._fixes_at(place)
        cause: Hashable
        if lacking:
            cause = (fact["rule"], place.node.domain, place.node.op_type, fixes)
        else:
            # However many nodes: a semantics row is one cause, a requirement one for each way of breaking it,
            # apart from those nodes that need another fix.
            said = "" if place.detail else text
            cause = (fact["rule"], fact.get("id") or (fact["op"], said), place.detail, fixes)
        follow = _consequences(rule, place)
        match = Match(
            text,
            consequences=follow or log_line(fact, text),
            node=place.node,
            tensor=place.tensor,
            fixes=fixes,
            cause=cause,
            severity=fact.get("severity"),
            outcome=_outcome(fact, rule),
            sources=(fact["source"],),
            basis=fact.get("basis", "read"),
            wall=fact.wall,
            reading=fact.get("reading", ""),
            doubt=VersionRange(parse_version(fact["doubt"]), place.range.before) if fact.get("doubt") else None,
            applies=_without_plugin(place.node) if fact["rule"] in ("JD301", "JD803") else None,
        )
        requirement = fact.demand is not None
        return Hit(rule, match, place.range, position, form=bool(fact.get("id")), repeats=requirement)

    def _text(self, place: Place, lacking: bool) -> str:
        """One line on the node, by the rule's own words where it has any."""
        fact = place.fact
        if lacking:
            return no_importer_text(place.node, place.range, place.node.op_type in self.knowledge.operators)
        describe = getattr(self.catalog.rules[fact["rule"]].module, "describe", None)
        own: Optional[str] = describe(place.node, fact.row) if describe else None
        return own or fact_text(fact, place.node, place.tensor, place.detail)

    def _fixes_at(self, place: Place) -> Tuple[Fix, ...]:
        """The fixes of the fact without those that cannot work at this node."""
        requests = tuple(place.fact.get("fix", ()))
        if place.node is not None and place.node.graph.parent is not None:
            requests = (_OUT_OF_BRANCH, *requests, _OUT_OF_BODY)
        fixes = self._fixes_of(requests)
        if place.node is None:
            return fixes
        return tuple(fix for fix in fixes if not fix.rewrite or self._may_work(fix.rewrite, place))

    def _may_work(self, name: str, place: Place) -> bool:
        if place.node is not None and not self._fits(name, place.node):
            return False
        rewrite = self.catalog.rewrite(name)
        return not (rewrite.folds and place.tensor and needs_a_run(place.node.graph.value(place.tensor)))

    def _fixes_of(self, requests: Tuple[str, ...]) -> Tuple[Fix, ...]:
        if requests not in self._fixes:
            self._fixes[requests] = tuple(self.fixes(requests))
        return self._fixes[requests]

    def fixes(self, requests: Iterable[str]) -> Iterator[Fix]:
        """Fix requests by name, those that this installation can carry out."""
        for request in requests:
            if request.startswith("lower_opset:"):
                opset = int(request.split(":")[1])
                yield Fix("Lower the opset to %d" % opset, "safe", lower_opset=opset)
            elif request in self.catalog.rewrites:
                rewrite = self.catalog.rewrite(request)
                yield Fix(rewrite.title, rewrite.applicability, rewrite=request)

    def device_hits(self, device: Device) -> Tuple[List[Hit], List[Crash]]:
        """Matches of the device rules."""
        return self._hits_of("device", device)

    def target_hits(self, model: Model, target: Target) -> Tuple[List[Hit], List[Crash]]:
        """Matches of the rules that need model and target together (memory, precision of the GPU)."""
        return self._hits_of("target", model, target)

    def _hits_of(self, kind: str, *args: Any) -> Tuple[List[Hit], List[Crash]]:
        crashes: List[Crash] = []
        found = [(rule, rule.detector(kind)) for rule in self.catalog.rules.values()]
        matches = [(rule, match) for rule, d in found if d for match in _guarded(rule, d, crashes, *args)]
        return [Hit(rule, match, match.tensorrt, 0) for rule, match in matches], crashes


def _guarded(rule: CatalogRule, detector: Callable[..., Any], crashes: List[Crash], *args: Any) -> List[Match]:
    try:
        return list(detector(*args) or ())
    except Exception as error:  # a crashed rule is a finding (JD000), never a silent gap
        crashes.append(Crash(rule.rule.id, error))
        return []


def _where_functions_are_read(hits: Iterable[Hit]) -> List[Hit]:
    limited = ((hit, intersect(hit.range, _FUNCTIONS_READ)) for hit in hits)
    return [hit.within(both) for hit, both in limited if both is not None]


def _consequences(rule: CatalogRule, place: Place) -> Tuple[str, ...]:
    follow = getattr(rule.module, "consequences", None)
    return tuple(follow(place.node, place.fact.row)) if follow and place.node is not None else ()


def _without_plugin(node: Node) -> Callable[[Target], bool]:
    return lambda target: node.op_type not in target.plugins


def _outcome(fact: Fact, rule: CatalogRule) -> str:
    status = fact.get("status")
    if status in OUTCOMES:
        return str(status)
    return "rejected" if fact.demand is not None else rule.rule.outcome


def _tensor_of(fact: Fact, node: Node) -> str:
    index = fact.demand.input if fact.demand is not None else None
    return node.input(index).name if index is not None and node.present(index) else ""
