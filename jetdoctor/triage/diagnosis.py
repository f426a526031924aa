"""What triage says about a log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

CONFIDENCES = ("high", "medium", "low")


@dataclass(frozen=True)
class Diagnosis:
    """One cause that the log gives away.

    ``line`` is the text of the line that did (as printed, without control codes), ``line_number`` counts
    from 1. ``evidence`` says what the diagnosis rests on: the release, if known, and the source of the
    signature. ``node_name``, ``op_type`` and ``tensorrt`` are what the log says about them, else "".
    """

    category: str
    cause: str
    fix: str
    confidence: str
    line: str
    evidence: str
    rule: Optional[str] = None
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
            "line_number": self.line_number,
            "node_name": self.node_name,
            "op_type": self.op_type,
            "tensorrt": self.tensorrt or None,
        }
