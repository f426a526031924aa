"""What triage says about a log."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Dict, Optional, Tuple

CONFIDENCES = ("high", "medium", "low")


@dataclass(frozen=True)
class Diagnosis:
    """One cause that the log gives away.

    ``line`` is the text of the line that did (as printed, without control codes), ``line_number`` counts
    from 1, ``means`` says in one sentence what the line says. ``evidence`` says what the diagnosis rests on: the
    release, if known, and the source of the signature. ``stage`` is one of ``progress.STAGES`` or None.
    ``node_name``, ``op_type`` and ``tensorrt`` are what the log says about them, else "".
    """

    category: str
    cause: str
    fix: str
    confidence: str
    line: str
    evidence: str
    rule: Optional[str] = None
    means: str = ""
    stage: Optional[str] = None
    line_number: int = 0
    node_name: str = ""
    op_type: str = ""
    tensorrt: str = ""

    def to_json(self) -> dict:
        """The object of the JSON contract, with the place in log and model besides."""
        return {
            "category": self.category,
            "rule": self.rule,
            "cause": self.cause,
            "fix": self.fix,
            "confidence": self.confidence,
            "line": self.line,
            "evidence": self.evidence,
            "means": self.means,
            "stage": self.stage,
            "line_number": self.line_number,
            "node_name": self.node_name,
            "op_type": self.op_type,
            "tensorrt": self.tensorrt or None,
        }


@dataclass(frozen=True)
class Reading:
    """A whole log: ``diagnoses`` best first, or ``remarks`` of a log that ended well.

    ``outcome`` is "succeeded", "failed", "crashed", "killed" or None (the log does not tell), ``tool`` the program that
    wrote it, ``facts`` what it says of jetpack, l4t, cuda, python, numpy and board. ``asks`` would raise the
    confidence, ``follow`` is the number of lines that only say what the first diagnosis led to.
    """

    diagnoses: Tuple[Diagnosis, ...]
    remarks: Tuple[Diagnosis, ...] = ()
    stage: Optional[str] = None
    tool: Optional[str] = None
    outcome: Optional[str] = None
    tensorrt: str = ""
    facts: Dict[str, str] = field(default_factory=dict)
    asks: Tuple[str, ...] = ()
    follow: int = 0

    def to_json(self) -> Dict[str, Any]:
        """What the JSON document holds. ``tool`` of the document itself is jetdoctor, the log's stands beside it."""
        log = {"stage": self.stage, "tool": self.tool, "outcome": self.outcome}
        return {
            "diagnoses": [dict(diagnosis.to_json(), **_of_log(diagnosis, log)) for diagnosis in self.diagnoses],
            "remarks": [dict(remark.to_json(), **_of_log(remark, log)) for remark in self.remarks],
            "log": dict(self.facts, tensorrt=self.tensorrt or None, **log),
            "stage": self.stage,
            "outcome": self.outcome,
            "asks": list(self.asks),
            "follow": self.follow,
        }


def _of_log(diagnosis: Diagnosis, log: Dict[str, Any]) -> Dict[str, Any]:
    return {"stage": diagnosis.stage or log["stage"], "tool": log["tool"], "outcome": log["outcome"]}
