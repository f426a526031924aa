"""Which finding a local change is for: the comment above its block."""

from __future__ import annotations

from typing import Dict, Iterable, List, Optional, Sequence, Set, Tuple

from jetdoctor.fix.diff import FixDiff
from jetdoctor.fix.script.difference import Change
from jetdoctor.types import Finding, Result


class Reasons:
    """Titles and findings of a plan, found by the nodes and tensors that its changes name."""

    def __init__(self, diffs: Sequence[FixDiff], before: Sequence[Result]) -> None:
        self._diffs = [(diff.names(), diff) for diff in diffs]
        self._findings: Dict[str, List[Finding]] = {}
        for result in before:
            for finding in result.findings:
                self._findings.setdefault(finding.rule, []).append(finding)

    @property
    def folds(self) -> bool:
        """Whether constants were folded."""
        return any(diff.title.startswith("Fold ") for _, diff in self._diffs)

    def short(self, changes: Sequence[Change]) -> str:
        diff = self._of(changes)
        return " ".join(filter(None, (diff.rule, diff.title))) if diff else "What follows from the other repairs"

    def full(self, changes: Sequence[Change]) -> List[str]:
        """Comment lines: rule, what is wrong, what is done, where it was found."""
        diff = self._of(changes)
        names = [node.name or node.output[0] for change in changes for node in change.core[:1]]
        where = "At %s" % ", ".join(names[:3]) + (" and %d more" % (len(names) - 3) if len(names) > 3 else "")
        if diff is None:
            return ["What follows from the other repairs", where]
        finding = self._finding(diff.rule, set(names))
        lines = ["%s %s (%s): %s" % (finding.rule, finding.name, finding.outcome, finding.message)] if finding else []
        return lines + [diff.title, where]

    def _of(self, changes: Sequence[Change]) -> Optional[FixDiff]:
        wanted = {name for change in changes for node in change.found + change.put for name in _names(node)}
        best: Tuple[int, Optional[FixDiff]] = (0, None)
        for names, diff in self._diffs:
            common = len(names & wanted)
            if common > best[0]:
                best = (common, diff)
        return best[1]

    def _finding(self, rule: str, names: Set[str]) -> Optional[Finding]:
        found = self._findings.get(rule, [])
        for finding in found:
            for place in (finding.location,) + finding.also:
                if place and (place.node_name in names or place.output in names):
                    return finding
        return found[0] if found else None


def _names(node: object) -> Iterable[str]:
    yield from filter(None, [getattr(node, "name", "")] + list(getattr(node, "output", ())))
