"""A baseline: the findings that are known already, so that a gate stops new ones only."""

from __future__ import annotations

import json
from typing import Any, Dict, FrozenSet, Iterable

from jetdoctor import __version__, foreign
from jetdoctor.types import CRASHED, Result, UsageError


def read(path: str) -> FrozenSet[str]:
    """Keys of the findings in a baseline, or in a JSON report of an earlier check."""
    name = path if path.endswith(".json") else "FILE.json"  # never over a file that is something else
    how = "write it with jetdoctor check MODEL --target T --write-baseline %s" % name
    try:
        document = foreign.read_json(path, "the baseline")
    except UsageError as error:
        raise UsageError("%s: %s" % (error, how)) from None
    try:
        if "baseline" in document:
            return frozenset(row["key"] for row in document["baseline"])
        return frozenset(f["key"] for result in document["results"] for f in result["findings"])
    except (KeyError, TypeError):
        raise UsageError("%s is neither a baseline nor a JSON report of jetdoctor check: %s" % (path, how)) from None


def text_of(results: Iterable[Result]) -> str:
    """The baseline of these results, each cause once and sorted, so that two of them can be compared by diff."""
    rows: Dict[str, Any] = {}
    for result in results:
        for finding in (*result.findings, *(one.finding for one in result.suppressed if one.kind == "baseline")):
            if finding.rule != CRASHED:
                place = str(finding.location) if finding.location else ""
                rows[finding.key] = {"rule": finding.rule, "name": finding.name, "at": place, "key": finding.key}
    ordered = sorted(rows.values(), key=lambda row: (row["rule"], row["key"]))
    head = {"schema_version": "1", "tool": {"name": "jetdoctor", "version": __version__}}
    return json.dumps({**head, "baseline": ordered}, indent=1) + "\n"
