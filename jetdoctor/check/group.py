"""Hits of all rules become the findings of one target: what holds for it, one finding for each cause."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Sequence, Tuple

from jetdoctor.check.hit import Hit
from jetdoctor.facts.words import PARSER_SAYS
from jetdoctor.types import SEVERITIES, Finding, Target, Version


def of_release(hits: Sequence[Hit], version: Version) -> List[Hit]:
    """Hits that hold for a release of TensorRT, which several targets may share; all where it is not known."""
    return [hit for hit in hits if version in hit.range and version in hit.rule.rule.range] if version else list(hits)


def findings(hits: Sequence[Hit], target: Target, basis: str) -> List[Finding]:
    """Hits ``of_release`` of the target, as far as they hold for it; grouped by cause, errors first, in graph order."""
    version = target.tensorrt_version
    groups: Dict[Any, List[Hit]] = {}
    for hit in _said_once([hit for hit in hits if hit.match.applies is None or hit.match.applies(target)]):
        key = (hit.rule.rule.id, hit.match.cause if hit.match.cause is not None else id(hit))
        groups.setdefault(key, []).append(hit)
    made = []
    for group in groups.values():
        doubted = group[0].match.doubt is not None and version in group[0].match.doubt
        finding = _finding(group, basis, doubted)
        made.append(((SEVERITIES.index(finding.severity), group[0].position), finding))
    made.sort(key=lambda pair: pair[0])
    # Two rows may refuse the same thing in the same words: one finding. The texts differ in what is quoted at most.
    told: Dict[Any, Finding] = {}
    for _, finding in made:
        told.setdefault(_told(finding), finding)
    return list(told.values())


def _told(finding: Finding) -> Tuple[Any, ...]:
    text = finding.message.split(PARSER_SAYS)[0]
    places = (finding.location, len(finding.also))
    return finding.rule, finding.severity, finding.outcome, text, places, finding.fixes


def _said_once(hits: Sequence[Hit]) -> List[Hit]:
    """Without what a requirement says again of a node that a described form of the rule speaks of."""
    described = {_subject(hit) for hit in hits if hit.form}
    return [hit for hit in hits if not (hit.repeats and _subject(hit) in described)]


def _subject(hit: Hit) -> Tuple[str, Optional[str], int]:
    node = hit.match.node
    return hit.rule.rule.id, hit.match.outcome, 0 if node is None else id(node.proto)


_DOUBT = " (true for the release read before this one, not for the one after; this release was not read)"


def _finding(group: List[Hit], basis: str, doubted: bool) -> Finding:
    first = group[0]
    rule, match = first.rule.rule, first.match
    severity = match.severity or rule.severity
    if severity == "error" and (doubted or match.basis == "preview"):
        severity = "warning"  # nobody read it in this release, or its row has no source at all
    # Dictionaries keep the order and stay quick with 100,000 nodes.
    spots: Dict[Any, Hit] = {}
    for hit in group:
        spots.setdefault(hit.spot, hit)
    places = [hit.place for hit in spots.values() if hit.place is not None]
    consequences = dict.fromkeys(line for hit in group for line in hit.match.consequences)
    return Finding(
        rule=rule.id,
        name=rule.name,
        severity=severity,
        outcome=match.outcome or rule.outcome,
        message=match.message + (_DOUBT if doubted else ""),
        location=places[0] if places else None,
        also=tuple(places[1:]),
        fixes=match.fixes,
        sources=match.sources or rule.sources,
        consequences=tuple(consequences),
        basis=_basis(first, basis),
        wall=match.wall,
        reading=match.reading,
    )


def _basis(hit: Hit, release: str) -> str:
    """What the claim rests on; ``release`` says how well the parser of the target is known."""
    if hit.rule.rule.preview:
        return "preview"
    read = hit.match.wall == "parser" and not hit.match.basis.startswith("documented")
    return release if read and release.startswith("interpolated") else hit.match.basis
