"""Which findings are shown and counted: --select, --ignore and --baseline."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Dict, FrozenSet, List, Optional, Sequence

from jetdoctor import foreign
from jetdoctor.types import CRASHED, Finding, Result, UsageError
from jetdoctor.wording import did_you_mean


@dataclass(frozen=True)
class Selection:
    """``select`` None means every rule. ``baseline`` holds keys of findings that are known already."""

    select: Optional[FrozenSet[str]] = None
    ignore: FrozenSet[str] = frozenset()
    baseline: FrozenSet[str] = frozenset()

    def keeps(self, finding: Finding) -> bool:
        if finding.rule == CRASHED:
            return True
        wanted = self.select is None or finding.rule in self.select
        return wanted and finding.rule not in self.ignore and finding.key not in self.baseline

    def apply(self, result: Result) -> Result:
        """The result without what is not wanted; its verdict stays, since the model stays what it is."""
        kept = tuple(finding for finding in result.findings if self.keeps(finding))
        return replace(result, findings=kept, hidden=len(result.findings) - len(kept))


def make(select: List[str], ignore: List[str], baseline: Optional[str]) -> Selection:
    """UsageError for an unknown rule or a baseline that cannot be read."""
    if not (select or ignore or baseline):
        return Selection()
    return Selection(
        frozenset(rule_ids(select)) if select else None,
        frozenset(rule_ids(ignore)),
        read_baseline(baseline) if baseline else frozenset(),
    )


def _known_rules() -> Dict[str, str]:
    """Rule id -> name."""
    from jetdoctor.catalog import catalog

    return {rule_id: entry.rule.name for rule_id, entry in catalog().rules.items()}


def rule_ids(wanted: Sequence[str]) -> List[str]:
    """Ids for ids, names (``reduce-axes-ignored``) and families (``JD2xx``, ``JD2``)."""
    known = _known_rules() if wanted else {}
    found: List[str] = []
    for text in wanted:
        family = re.match(r"(JD\d{1,2})x*$", text, re.IGNORECASE)
        prefix = family.group(1).upper() if family else ""
        matches = [i for i, name in known.items() if i == text.upper() or name == text.lower()]
        matches = matches or [i for i in known if prefix and i.startswith(prefix)]
        if not matches:
            names = list(known) + list(known.values())
            raise UsageError("unknown rule %r: %s" % (text, did_you_mean(text, names, "jetdoctor rules")))
        found += matches
    return found


def read_baseline(path: str) -> FrozenSet[str]:
    """Keys of the findings in a JSON report written earlier."""
    how = "write it with jetdoctor check MODEL --format json -o %s" % path
    try:
        document = foreign.read_json(path, "the baseline")
    except UsageError as error:
        raise UsageError("%s: %s" % (error, how)) from None
    try:
        return frozenset(f["key"] for result in document["results"] for f in result["findings"])
    except (KeyError, TypeError):
        raise UsageError("the baseline %s is not a JSON report of jetdoctor check: %s" % (path, how)) from None
