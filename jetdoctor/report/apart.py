"""What does not count, and why: findings that an ignore, a baseline or a selection sets apart."""

from __future__ import annotations

from typing import Dict, List, Sequence, Tuple

from jetdoctor.report.style import Writer, clean, plural
from jetdoctor.types import Result, Suppressed


def difference(results: Sequence[Result]) -> str:
    """``leaving out JD204; with it: fixable`` where that changes a verdict, else ""."""
    changed = [result for result in results if result.suppressed and result.verdict != result.verdict_of_all]
    if not changed:
        return ""
    left = [one.finding for result in changed for one in result.suppressed if one.finding.severity == "error"]
    rules = list(dict.fromkeys(finding.rule for finding in left))
    verdicts = list(dict.fromkeys(result.verdict_of_all for result in changed))
    return "ignoring %s; with %s: %s" % (
        ", ".join(rules), "it" if len(rules) == 1 else "them", " or ".join(verdicts)
    )  # fmt: skip


def lines(results: Sequence[Result]) -> List[Tuple[str, str]]:
    """``("JD204 reduce-axes-ignored", "ignored: known (jetdoctor.toml)")`` for each rule and reason."""
    found: Dict[Tuple[str, str], Dict[str, None]] = {}
    for result in results:
        for one in result.suppressed:
            label = "%s %s" % (one.finding.rule, one.finding.name)
            found.setdefault((label, why(one)), {})[one.finding.key] = None
    return [
        (label + (" (%d)" % len(keys) if len(keys) > 1 else ""), reason) for (label, reason), keys in found.items()
    ]


def why(one: Suppressed) -> str:
    """The decision in words: what, until when, why, and where it was made."""
    if one.kind != "ignored":
        return clean(one.reason)
    until = " until %s" % one.expires if one.expires else ""
    return clean("ignored%s: %s (%s)" % (until, one.reason, one.source))


def write(writer: Writer, results: Sequence[Result]) -> None:
    """A block of its own, nothing where everything counts."""
    rows = lines(results)
    if not rows:
        return
    count = len({one.finding.key for result in results for one in result.suppressed})
    writer.line()
    does = "does" if count == 1 else "do"
    writer.line(writer.paint("%s %s not count" % (plural(count, "finding"), does), "bold"))
    for label, reason in rows:
        writer.wrapped(label + "  ", reason, "dim")
