"""A page for each rule, the known faults of releases, and what to do about a log."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Dict, List

from site_pages.markup import escaped, table

ROOT = Path(__file__).resolve().parents[2]
#: Reports shown for a category, and characters of a line.
_SHOWN, _LONGEST = 3, 240


def write(pages: Path) -> None:
    write_rules(pages)
    (pages / "known.md").write_text(known_faults(), encoding="utf-8")
    (pages / "troubleshooting.md").write_text(troubleshooting(), encoding="utf-8")


def write_rules(pages: Path) -> None:
    """A page for each rule, as ``jetdoctor explain`` prints it, and links to them from the table of rules."""
    from jetdoctor.catalog import catalog

    folder = pages / "rules"
    folder.mkdir()
    for found in catalog().rules.values():
        rule, (title, _, rest) = found.rule, found.page.partition("\n")
        facts = [("name", "`%s`" % rule.name), ("severity", rule.severity), ("outcome", rule.outcome)]
        facts += [("TensorRT", "`%s`" % rule.tensorrt)] if rule.tensorrt else []
        facts += [("operators", ", ".join(rule.ops))] if rule.ops else []
        head = "# %s %s\n\n%s" % (rule.id, title, table(("fact", "value"), facts))
        sources = "\n\n## Sources\n\n" + "\n".join("- %s" % source for source in rule.sources) if rule.sources else ""
        (folder / (rule.id + ".md")).write_text("%s\n%s%s\n" % (head, rest, sources), encoding="utf-8")
    listing = pages / "rules.md"
    linked = re.sub(r"(?m)^\| (JD\d{3}) \|", r"| [\1](rules/\1.md) |", listing.read_text(encoding="utf-8"))
    listing.write_text(linked, encoding="utf-8")


def known_faults() -> str:
    from jetdoctor import data

    rows = [
        (
            "%s to %s" % (row["since"], row["before"] or "now"),
            "[%s](rules/%s.md)" % (row["rule"], row["rule"]),
            escaped(row["what"]),
            escaped(row["cure"] or ""),
            " ".join("[%d](%s)" % (n, url) for n, url in enumerate(row["source"], 1) if url.startswith("http")),
        )
        for row in data.table("known_issues")
    ]
    head = "# Known faults\n\nFaults of TensorRT releases that people reported; `check` looks for them.\n\n"
    return head + table(("TensorRT", "rule", "what happens", "what helps", "reports"), rows)


def troubleshooting() -> str:
    """What a log's categories mean and what to do, as ``jetdoctor triage`` says it, with lines that people posted."""
    categories = json.loads((ROOT / "rules" / "signatures" / "_categories.json").read_text(encoding="utf-8"))
    posted = _posted()
    parts = ["# Troubleshooting", "`jetdoctor triage build.log` finds which of these a log shows."]
    for row in categories:
        parts += ["## %s" % row["category"], escaped(row.get("means", "")), "**Cause.** " + escaped(row["cause"])]
        parts += ["**What to do.** " + escaped(re.sub(r"{(\w+)}", lambda named: named.group(1).upper(), row["fix"]))]
        reports = posted.get(row["category"], [])
        if reports:
            lines = [line[:_LONGEST] for report in reports[:_SHOWN] for line in report["lines"][-2:]]
            parts += ["```text\n%s\n```" % "\n".join(lines)]
            parts += ["Posted in %s." % ", ".join("<%s>" % report["url"] for report in reports[:_SHOWN])]
    return "\n\n".join(parts) + "\n"


def _posted() -> Dict[str, List[Dict[str, Any]]]:
    """Category -> public reports that show it (``fixtures/logs/reports.jsonl``)."""
    found: Dict[str, List[Dict[str, Any]]] = {}
    for line in (ROOT / "fixtures" / "logs" / "reports.jsonl").read_text(encoding="utf-8").splitlines():
        report = json.loads(line)
        for category in report["category"] if report["url"].startswith("http") else ():
            found.setdefault(category, []).append(report)
    return found
