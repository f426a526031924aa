"""The answer to "one model against one target", and all answers of a command."""

from __future__ import annotations

from dataclasses import field
from typing import Any, Dict, Mapping, Optional, Tuple

from jetdoctor.records import dataclass
from jetdoctor.types.dla import DlaSplit
from jetdoctor.types.findings import Finding
from jetdoctor.types.machines import Target
from jetdoctor.types.models import ModelSummary
from jetdoctor.types.repairs import Repair

VERDICTS = ("deploys", "fixable", "fails", "unreadable", "unknown")

#: What stands between a model and a right answer on the board (DESIGN.md §1, contract).
WALLS = ("parser", "network", "builder", "values")


@dataclass(frozen=True)
class Coverage:
    """What a static verdict rests on at each wall; "none": it was not looked at, which is never "passed".

    ``parser``: the importers of the release ("measured", "read", "interpolated"). ``network``: the closed library
    behind it ("documented" in NvInfer.h, "reported"). ``builder``: kernels, precision, memory and known faults.
    ``values``: whether the engine computes the right numbers.
    """

    parser: str = "none"
    network: str = "none"
    builder: str = "none"
    values: str = "none"

    def to_json(self) -> Dict[str, str]:
        return {wall: getattr(self, wall) for wall in WALLS}


#: Why a finding does not count.
SUPPRESSIONS = ("ignored", "baseline", "not-selected")


@dataclass(frozen=True)
class Suppressed:
    """A finding that does not count: ``kind`` is one of SUPPRESSIONS, ``source`` says who decided it.

    ``expires`` is the last day (ISO) on which that holds, "" for none.
    """

    finding: Finding
    kind: str
    reason: str
    source: str = ""
    expires: str = ""

    def to_json(self) -> dict:
        said = {"kind": self.kind, "reason": self.reason, "source": self.source, "expires": self.expires or None}
        return dict(self.finding.to_json(), suppression=said)


@dataclass(frozen=True)
class Result:
    """One model against one target. ``findings`` are those that count, and the verdict is theirs."""

    model: ModelSummary
    target: Target
    verdict: str
    findings: Tuple[Finding, ...] = ()
    evidence: str = "static"
    #: one line on how well the target's release is known: "measured", "interpolated between ..."
    basis: str = ""
    error: Optional[str] = None
    #: findings that --select, --ignore, --baseline or the configuration set apart
    suppressed: Tuple[Suppressed, ...] = ()
    #: the verdict on all findings, those too; "" where none is set apart
    verdict_of_all: str = ""
    #: with ``--dla``: which nodes the DLA takes
    dla: Optional[DlaSplit] = None
    coverage: Coverage = Coverage()
    #: why what was asked for ran nothing: "prove" or "as-parsed" -> reason
    not_run: Mapping[str, str] = field(default_factory=dict)
    #: with ``--prove-fix``: what became of the repair
    repair: Optional[Repair] = None

    def to_json(self) -> dict:
        return {key: _plain(part) for key, part in self.parts().items()}

    def parts(self) -> Dict[str, Any]:
        """The members of ``to_json``, not yet encoded: parts that results share are still the same objects."""
        document: Dict[str, Any] = {
            "model": self.model,
            "target": self.target,
            "verdict": self.verdict,
            "evidence": self.evidence,
            "basis": self.basis,
            "coverage": self.coverage,
            "findings": self.findings,
        }
        if self.error is not None:
            document["error"] = self.error
        if self.suppressed:
            document["hidden"] = len(self.suppressed)
            document["suppressed"] = self.suppressed
            document["verdict_of_all"] = self.verdict_of_all
        if self.not_run:
            document["not_run"] = dict(self.not_run)
        if self.repair is not None:
            document["repair"] = self.repair
        if self.dla is not None:
            document["dla"] = self.dla
        return document


def _plain(part: Any) -> Any:
    if isinstance(part, tuple):
        return [one.to_json() for one in part]
    return part.to_json() if hasattr(part, "to_json") else part


@dataclass(frozen=True)
class Report:
    """Everything one command found out."""

    results: Tuple[Result, ...] = ()

    def count(self, severity: str) -> int:
        return sum(f.severity == severity for r in self.results for f in r.findings)
