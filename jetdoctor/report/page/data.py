"""Results as the data of a page: each cause once, however many targets share it."""

from __future__ import annotations

import json
from typing import Any, Dict, List, Optional, Sequence, Tuple

from jetdoctor.report import apart, matrix, site, words
from jetdoctor.report.page.structure import of_file
from jetdoctor.report.style import clean
from jetdoctor.types import Finding, Result


def models(results: Sequence[Result]) -> List[Dict[str, Any]]:
    """One entry per model file, in order: its facts, targets, causes, findings, next commands and graph."""
    return [model(group, _graph_of(group[0])) for group in words.by_model(results)]


def _graph_of(result: Result) -> Optional[Dict[str, Any]]:
    """The structure of the model's file; None for an engine and what is unreadable."""
    readable = result.verdict != "unreadable" and result.model.opset
    return of_file(result.model.path) if readable else None


def model(group: List[Result], graph: Optional[Dict[str, Any]]) -> Dict[str, Any]:
    """``causes`` holds what findings of a kind share, ``findings`` the rest with the number of their cause; a target
    names its findings by number. Severity stands in the cause: a finding may be milder for another release.
    """
    first, pool = group[0], _Pool()
    targets = [_target(result, pool) for result in group]
    readable = first.verdict != "unreadable"
    return {
        "model": first.model.to_json(),
        "line": words.model_line(first) if readable else "",
        "headline": matrix.headline(group) if readable else clean(first.error or "cannot be read"),
        "spread": _spread(group),
        "targets": targets,
        "causes": pool.causes,
        "findings": pool.findings,
        "graph": graph,
    }


class _Pool:
    """Causes and findings, each kept once."""

    def __init__(self) -> None:
        self.causes: List[Dict[str, Any]] = []
        self.findings: List[Dict[str, Any]] = []
        self._causes: Dict[str, int] = {}
        self._findings: Dict[str, int] = {}

    def number(self, finding: Finding) -> int:
        cause = _cause(finding)
        own = dict(_own(finding), cause=_kept(cause, self.causes, self._causes))
        return _kept(own, self.findings, self._findings)


def _kept(entry: Dict[str, Any], entries: List[Dict[str, Any]], numbers: Dict[str, int]) -> int:
    key = json.dumps(entry, sort_keys=True, default=str)
    if key not in numbers:
        numbers[key] = len(entries)
        entries.append(entry)
    return numbers[key]


def _cause(finding: Finding) -> Dict[str, Any]:
    return {
        "rule": finding.rule,
        "name": finding.name,
        "severity": finding.severity,
        "says": words.outcome(finding),
        "wall": finding.wall,
        "basis": finding.basis,
        "sources": [clean(source) for source in finding.sources],
        "fix": finding.fix.to_json() if finding.fix else None,
    }


def _own(finding: Finding) -> Dict[str, Any]:
    own: Dict[str, Any] = {"says": clean(finding.message)}
    if finding.location:
        own["at"] = _place(finding.location)
    if finding.also:
        own["also"] = [_place(place) for place in finding.also]
    if finding.consequences:
        own["then"] = [clean(line) for line in finding.consequences]
    if finding.impact:
        own["impact"] = {"kind": finding.impact.kind, "says": words.impact(finding.impact)}
    return own


def _place(location: Any) -> List[Any]:
    """Graph, index of the node in it (null: none), and the words for it."""
    return ["/".join(clean(part) for part in location.graph), location.node_index, words.place(location)]


def _target(result: Result, pool: _Pool) -> Dict[str, Any]:
    target = result.target
    command, why = words.next_command(result)
    entry: Dict[str, Any] = {
        "name": target.name,
        "short": matrix.short(result),
        "line": words.target_line(result),
        "verdict": result.verdict,
        "reason": words.verdict_reason(result),
        "evidence": words.evidence_line(result),
        "coverage": result.coverage.to_json(),
        "next": [command, why] if command else None,
        "findings": [pool.number(finding) for finding in words.by_severity(result.findings)],
        "apart": [list(pair) for pair in apart.lines([result])],
    }
    if result.dla is not None:
        entry["dla"] = _divided(result)
    return entry


def _divided(result: Result) -> Dict[str, Any]:
    from jetdoctor.report import accelerator

    split = result.dla
    assert split is not None
    return {
        "says": "none: " + split.absent if split.absent else accelerator.summary(split),
        "conditions": [clean(text) for text in split.conditions],
        "layers": [
            [_place(layer.location), layer.device, layer.work, clean(layer.reason or ""), clean(layer.cure or "")]
            for layer in split.layers
            if layer.device != "none"
        ],
    }


def answer(entries: Sequence[Dict[str, Any]]) -> Tuple[str, str]:
    """Title and sentence for the top of the page."""
    if len(entries) == 1:
        return entries[0]["model"]["path"], entries[0]["headline"]
    counts = [(spread, sum(entry["spread"] == spread for entry in entries)) for spread in _SAID]
    said = ", ".join("%d %s" % (count, _SAID[spread]) for spread, count in counts if count)
    return "%d models" % len(entries), said


_SAID = {
    "deploys": "deploy",
    "partly": "deploy on some of the targets only",
    "fixable": "can be repaired",
    "fails": "cannot be repaired by jetdoctor fix",
    "unknown": "unknown",
    "unreadable": "cannot be read",
}


def _spread(group: Sequence[Result]) -> str:
    """What all targets together say of a model; "partly" when it deploys on some of them.

    Targets of which nothing is known do not count beside others.
    """
    met = {result.verdict for result in group} - {"unknown"}
    if "deploys" in met:
        return "partly" if len(met) > 1 else "deploys"
    return next((verdict for verdict in ("fixable", "fails", "unreadable") if verdict in met), "unknown")


def pages(entries: Sequence[Dict[str, Any]]) -> Dict[str, List[str]]:
    """The page of each rule that is met, as ``jetdoctor explain`` prints it, and its address ("" without a site)."""
    from jetdoctor.catalog import catalog

    met = {cause["rule"] for entry in entries for cause in entry["causes"]}
    known = catalog().rules
    return {rule: [known[rule].page, site.rule_page(rule)] for rule in sorted(met) if rule in known}
