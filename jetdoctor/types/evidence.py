"""What was run, by which backend, and what that proves."""

from __future__ import annotations

from dataclasses import field
from typing import Any, Mapping, Optional, Tuple

from jetdoctor.records import dataclass
from jetdoctor.types.findings import Finding, Impact
from jetdoctor.types.machines import Target

#: Evidence levels, weakest first. "not-run" is never "passed".
EVIDENCE_LEVELS = ("not-run", "static", "emulated", "compiled", "built", "verified")


@dataclass(frozen=True)
class Emulation:
    """A model run as the parser of a release reads it, beside the original.

    ``status`` is "equal", "different", "not-run" (with the reason), or "nothing": no form is known to be misread.
    ``outputs`` has a row for each output: its figures (name, kind, max_abs, max_rel, top1_changed, boxes_moved,
    strange, shape) and what is drawn of it (histogram, picture: docs/verify.md). ``findings`` are those that were
    shown or could not be, each with its impact, worst first.
    """

    target: Target
    status: str
    impact: Optional[Impact] = None
    outputs: Tuple[Mapping[str, Any], ...] = ()
    findings: Tuple[Finding, ...] = ()
    reason: str = ""
    seconds: float = 0.0

    def to_json(self) -> dict:
        return {
            "target": self.target.to_json(),
            "status": self.status,
            "impact": self.impact.to_json() if self.impact else None,
            "outputs": [dict(row) for row in self.outputs],
            "findings": [finding.to_json() for finding in self.findings],
            "reason": self.reason,
            "seconds": round(self.seconds, 3),
        }


@dataclass(frozen=True)
class Evidence:
    """What one backend earned for one model."""

    backend: str
    level: str  # one of EVIDENCE_LEVELS
    #: "passed", "refused", "different", "not-run", "crashed", "timed-out", "out-of-memory", or "ran": something
    #: was computed, and there was nothing to compare it with.
    status: str
    message: str = ""
    seconds: float = 0.0
    details: Mapping[str, Any] = field(default_factory=dict)
    findings: Tuple[Finding, ...] = ()
