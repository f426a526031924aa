"""Which fix is tried for which node, of those that nothing speaks against.

Safe ones first, then unsafe ones, those that decide something for the caller last; among these the one that adds the
fewest nodes there, then the one that keeps the operator, then the first of the finding's list.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Callable, Dict, Iterator, List, Optional, Sequence, Tuple

from jetdoctor.check import catalog
from jetdoctor.types import APPLICABILITIES, Finding, Fix, Location, Result

Key = Tuple[object, ...]


@dataclass(frozen=True)
class Request:
    """One fix that one finding wants at one of its nodes."""

    finding: Finding
    place: Location
    fix: Fix

    @property
    def key(self) -> Key:
        """What it is, independent of node indices, which move from pass to pass."""
        where, fix = self.place, self.fix
        name = where.node_name or where.output
        request = fix.rewrite or fix.lower_opset
        return (self.finding.rule, where.graph, where.op_type, name, where.tensor, request)


@dataclass
class Choices:
    """What may be tried, and why the rest may not.

    ``barred`` holds to the end (it did harm), ``used`` for this attempt (once is enough), ``refused``
    only until the model changes, since another fix may clear the way; ``spared`` while there is a better fix.
    """

    unsafe: bool = False
    select: Optional[Sequence[str]] = None
    #: choices (CHOICES of types) whose unsafe fixes may be made
    allow: Sequence[str] = ()
    barred: Dict[Key, str] = field(default_factory=dict)
    used: Dict[Key, str] = field(default_factory=dict)
    refused: Dict[Key, str] = field(default_factory=dict)
    spared: Dict[Key, str] = field(default_factory=dict)
    #: what a request would cost at its node (see ``fix.trial``); set for each state of the model
    cost: Optional[Callable[[Request], Tuple[float, int]]] = None

    def begin(self) -> None:
        """Start another attempt: only what did harm stays out."""
        self.used.clear()
        self.refused.clear()
        self.spared.clear()

    def said(self, key: Key) -> Optional[str]:
        """Why a request is not open, None when it is."""
        return self.barred.get(key) or self.used.get(key) or self.refused.get(key) or self.spared.get(key)

    def spare(self, results: Sequence[Result], lost: Callable[[int], str]) -> None:
        """Hold back requests to lower the opset that lose an operator while a local rewrite is open as well.

        ``lost`` names an operator that every target imports and that an opset does not have yet, "" for none.
        """
        self.spared.clear()
        for request in list(self.requests(results)):
            name = lost(request.fix.lower_opset) if request.fix.lower_opset else ""
            others = [Request(request.finding, request.place, fix) for fix in request.finding.fixes if fix.rewrite]
            if name and any(self._allowed(o.fix) and self.said(o.key) is None for o in others):
                self.spared[request.key] = "would decompose %s, which the target imports" % name

    def wanted(self, results: Sequence[Result]) -> List[Finding]:
        """Errors of all targets that are selected, warnings that are asked for by id, invalid forms with a safe fix.

        Each cause once per list of fixes.
        """
        seen, findings = set(), []
        for result in results:
            for finding in result.findings:
                if not self.selected(finding) or not (self._asked(finding) or _mendable(finding)):
                    continue
                mark = (finding.key, finding.fixes, finding.location, finding.also)
                if mark not in seen:
                    seen.add(mark)
                    findings.append(finding)
        return findings

    def _asked(self, finding: Finding) -> bool:
        """Whether it is an error, or a warning whose rule ``--select`` names."""
        return finding.severity == "error" or (bool(self.select) and finding.severity == "warning")

    def selected(self, finding: Finding) -> bool:
        return not self.select or finding.rule in self.select or finding.name in self.select

    def requests(self, results: Sequence[Result]) -> Iterator[Request]:
        """The first fix still open for every node of every finding."""
        for finding in self.wanted(results):
            for place in places(finding):
                request = self.first(finding, place)
                if request is not None:
                    yield request

    def first(self, finding: Finding, place: Location) -> Optional[Request]:
        """The request to try at one node, None when none is open."""
        requests = [Request(finding, place, fix) for fix in finding.fixes if self._allowed(fix)]
        requests = [request for request in requests if self.said(request.key) is None]
        ranks = [_rank(request.fix) for request in requests]
        rivals = [request for request, rank in zip(requests, ranks) if rank == min(ranks)]
        if len(rivals) > 1 and self.cost is not None:
            return min(rivals, key=self.cost)  # of equals the first
        return rivals[0] if rivals else None

    def untried(self, finding: Finding) -> bool:
        """Whether an unsafe fix is left that --unsafe would try."""
        unsafe = [fix for fix in finding.fixes if fix.applicability == "unsafe" and not self._allowed(fix)]
        return not self.unsafe and any(
            self.said(Request(finding, place, fix).key) is None for place in places(finding) for fix in unsafe
        )

    def reason(self, finding: Finding) -> str:
        """Why a finding is still there, for the plan."""
        reasons = []
        for place in places(finding):
            for fix in finding.fixes:
                said = self.said(Request(finding, place, fix).key)
                if said and said not in reasons:
                    reasons.append(said)
        if reasons:
            return "; ".join(reasons[:3])
        for fix in finding.fixes:
            if fix.applicability == "unsafe" and not self._allowed(fix):
                choice = choice_of(fix.rewrite)
                return "needs --allow %s" % choice if choice else "needs --unsafe"
        return "no fix is known"

    def permits(self, rewrite: str, applicability: str) -> bool:
        """Whether a rewrite of that applicability may be made."""
        return applicability == "safe" or self.unsafe or choice_of(rewrite) in self.allow

    def _allowed(self, fix: Fix) -> bool:
        if fix.rewrite is None and fix.lower_opset is None:
            return False
        return fix.applicability != "manual" and self.permits(fix.rewrite or "", fix.applicability)


def _mendable(finding: Finding) -> bool:
    """A model that ONNX calls invalid is mended where that is safe, even when the parser takes it as it is."""
    return finding.outcome == "invalid-model" and any(fix.applicability == "safe" for fix in finding.fixes)


def _rank(fix: Fix) -> Tuple[int, bool]:
    return APPLICABILITIES.index(fix.applicability), fix.applicability == "unsafe" and bool(choice_of(fix.rewrite))


def choice_of(rewrite: Optional[str]) -> str:
    """What an unsafe rewrite decides for the caller, "" for one that only --unsafe allows."""
    module = catalog().rewrites.get(rewrite or "")
    return module.REWRITE.choice if module is not None else ""


def places(finding: Finding) -> Tuple[Location, ...]:
    """Every node of a finding; a finding about the whole model has one place without a node."""
    return (finding.location or Location(),) + finding.also
