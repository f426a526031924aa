"""A fact row that applies becomes a hit: its words, its cause, what follows from it."""

from __future__ import annotations

from typing import Callable, Hashable, Optional, Tuple

from jetdoctor.catalog import Catalog, CatalogRule
from jetdoctor.check.facts import Asked
from jetdoctor.check.hit import Hit
from jetdoctor.check.place import Place
from jetdoctor.facts import Fact, Knowledge
from jetdoctor.facts.words import fact_text, log_line, no_importer_text
from jetdoctor.graph import Node
from jetdoctor.rule import Match
from jetdoctor.types import OUTCOMES, Fix, Target, VersionRange, parse_version


class Describer:
    """Words hits, by the rule's own words where it has any."""

    def __init__(self, catalog: Catalog, knowledge: Knowledge) -> None:
        self.catalog, self.knowledge = catalog, knowledge

    def hit(self, place: Place, position: int, asked: Asked, fixes: Tuple[Fix, ...]) -> Hit:
        """The hit of a row that applies, with the fixes that it offers there."""
        fact = place.fact
        rule = self.catalog.rules[fact["rule"]]
        lacking = fact["rule"] in ("JD301", "JD803") and place.node is not None and not fact.get("id")
        # Only the first node of a cause is spoken of; with a requirement the text itself tells the causes apart.
        once = (fact, place.range, place.detail) if lacking or fact.get("id") else None
        text = asked.said.get(once) or self._text(place, lacking)
        if once is not None:
            asked.said[once] = text
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
