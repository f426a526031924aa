"""SARIF 2.1.0 (OASIS), as code-scanning services read it: one result per model and cause."""

from __future__ import annotations

import os
from typing import Any, Dict, List, Tuple
from urllib.parse import quote

from jetdoctor import __version__
from jetdoctor.catalog import catalog
from jetdoctor.report import apart, matrix, site, words
from jetdoctor.report.document import dumps
from jetdoctor.report.options import Options
from jetdoctor.report.style import clean
from jetdoctor.types import Coverage, Finding, Location, Report, Result, Suppressed

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {"error": "error", "warning": "warning", "info": "note"}

#: Nodes listed for one finding; the JSON document has all.
RELATED = 50

#: Name of our entry among ``partialFingerprints``: the finding's key survives renumbering.
FINGERPRINT = "jetdoctorKey/v1"


def render(report: Report, options: Options) -> str:
    rules: Dict[str, Dict[str, Any]] = {}
    results: List[Dict[str, Any]] = []
    troubles = []
    for group in words.by_model(report.results):
        found, where = matrix.merged(group)
        for finding in found:
            rule = rules.setdefault(finding.rule, _rule(finding))
            results.append(_result(finding, group, where[finding.key], list(rules).index(rule["id"])))
        for one in _apart(group):
            rule = rules.setdefault(one.finding.rule, _rule(one.finding))
            shown = _result(one.finding, group, _targets(one, group), list(rules).index(rule["id"]))
            results.append(dict(shown, suppressions=[_suppression(one)]))
        if group[0].error:
            troubles.append(_trouble(group[0]))
    run = {
        "tool": {
            "driver": {"name": "jetdoctor", "semanticVersion": __version__, "rules": list(rules.values())}
        },
        "columnKind": "utf16CodeUnits",
        "invocations": [{"executionSuccessful": not troubles, "toolExecutionNotifications": troubles}],
        "results": results,
        "properties": {"coverage": [_coverage(result) for result in report.results if result.coverage != Coverage()]},
    }
    return dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _coverage(result: Result) -> Dict[str, Any]:
    """What the verdict on one model and target rests on."""
    return {"model": result.model.path, "target": result.target.name, **result.coverage.to_json()}


def _rule(finding: Finding) -> Dict[str, Any]:
    """The rule with its page as help; an external one that is not in the catalog speaks for itself."""
    entry = catalog().rules.get(finding.rule)
    title, page = page_of(entry.page) if entry else (finding.name.replace("-", " "), "")
    whole = "%s\n\n%s" % (title, page) if page else "jetdoctor explain %s" % finding.rule
    url = site.rule_page(finding.rule)
    return {
        "id": finding.rule,
        "name": "".join(word.capitalize() for word in finding.name.split("-")),
        "shortDescription": {"text": title},
        "fullDescription": {"text": _first_paragraph(page) or title},
        "help": {"text": whole, "markdown": "**%s**\n\n%s" % (title, page) if page else whole},
        "defaultConfiguration": {"level": LEVELS[finding.severity]},
        "properties": {"tags": [entry.category] if entry else []},
        **({"helpUri": url} if url else {}),
    }


def _first_paragraph(page: str) -> str:
    """What the rule detects, without the heading above it."""
    return page.partition("\n\n")[0].partition("\n")[2] if page.startswith("#") else page.partition("\n\n")[0]


def page_of(text: str) -> Tuple[str, str]:
    """Title and body of a rule's page."""
    title, _, body = text.partition("\n")
    return title.strip(), body.strip()


def _apart(group: List[Result]) -> List[Suppressed]:
    """What does not count, each cause once."""
    return list({one.finding.key: one for result in group for one in result.suppressed}.values())


def _targets(one: Suppressed, group: List[Result]) -> str:
    names = [r.target.name for r in group if any(other.finding.key == one.finding.key for other in r.suppressed)]
    return ", ".join(names)


def _suppression(one: Suppressed) -> Dict[str, Any]:
    return {"kind": "external", "status": "accepted", "justification": apart.why(one)}


def _result(finding: Finding, group: List[Result], where: str, index: int) -> Dict[str, Any]:
    places = ([finding.location] if finding.location else []) + list(finding.also)
    text = [finding.message] + ([words.impact(finding.impact)] if finding.impact else [])
    text += finding.consequences
    text += ["%s: %s" % ("Fix", finding.fix.title)] if finding.fix else []
    path = group[0].model.path
    return {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": LEVELS[finding.severity],
        "message": {"text": clean("%s (on %s)" % (". ".join(t.rstrip(".") for t in text), where))},
        "locations": [_location(path, places[:1])],
        "relatedLocations": [dict(_location(path, [p]), id=n) for n, p in enumerate(places[1:RELATED], 1)],
        "partialFingerprints": {FINGERPRINT: finding.key},
        "properties": {"outcome": finding.outcome, "targets": where, "sources": list(finding.sources)},
    }


def _location(path: str, places: List[Location]) -> Dict[str, Any]:
    """The file, and the node as a logical location (a binary file has no lines: 1 stands for the whole)."""
    physical = {"artifactLocation": {"uri": uri(path)}, "region": {"startLine": 1}}
    location: Dict[str, Any] = {"physicalLocation": physical}
    if places and str(places[0]):
        name = places[0].node_name or places[0].output or places[0].tensor
        qualified = "/".join(places[0].graph + (name,))
        kind = "element" if places[0].op_type else "variable"
        location["logicalLocations"] = [
            {"name": clean(name), "fullyQualifiedName": clean(qualified), "kind": kind}
        ]
    return location


def uri(path: str) -> str:
    """A relative path stays relative to the repository; an absolute one becomes ``file://``."""
    text = quote(os.fsencode(path.replace(os.sep, "/")))
    return "file://" + text if os.path.isabs(path) else text


def _trouble(result: Result) -> Dict[str, Any]:
    return {
        "level": "error",
        "message": {"text": clean(result.error or "")},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri(result.model.path)}}}],
    }
