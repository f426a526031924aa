"""What became of the fixes of a model, and their proof."""

from __future__ import annotations

from typing import Optional, Tuple

from jetdoctor.records import dataclass


@dataclass(frozen=True)
class PlanStep:
    """One fix of a plan: applied, or the reason why not."""

    rule: str
    title: str
    applicability: str
    node_name: str = ""
    applied: bool = False
    reason: str = ""
    #: what it decides for the caller, one of CHOICES; "" for nothing
    choice: str = ""
    #: the value that it is about, such as a graph input; "" when it is about the node
    tensor: str = ""

    def to_json(self) -> dict:
        return {
            "rule": self.rule,
            "title": self.title,
            "applicability": self.applicability,
            "node_name": self.node_name,
            "applied": self.applied,
            "reason": self.reason,
            **({"choice": self.choice} if self.choice else {}),
            **({"tensor": self.tensor} if self.tensor else {}),
        }


@dataclass(frozen=True)
class Equivalence:
    """Outcome of a comparison with ONNX Runtime: "equal", "different" or "not-run" (with why)."""

    status: str = "not-run"
    runs: int = 0
    max_abs: float = 0.0
    max_rel: float = 0.0
    reason: str = ""
    #: what was allowed, in words: "FLOAT16: 0.002 of the largest value and 0.01 of each element"
    tolerance: str = ""
    #: "different" on purpose (coarser steps) and as near as those explain
    near: bool = False
    #: "" when outputs were compared in place, else that rows were not, and which operator leaves their order open
    row_order: str = ""

    def to_json(self) -> dict:
        return {
            "status": self.status,
            "runs": self.runs,
            "max_abs": self.max_abs,
            "max_rel": self.max_rel,
            "reason": self.reason,
            "tolerance": self.tolerance,
            "near": self.near,
            "row_order": self.row_order,
        }


@dataclass(frozen=True)
class Repair:
    """A repair that was tried and not written: ``fixed`` when the result is clean and proven; ``unsafe`` when that took
    unsafe fixes; ``reason`` says why not."""

    fixed: bool
    unsafe: bool = False
    reason: str = ""
    equivalence: Equivalence = Equivalence()

    def to_json(self) -> dict:
        equivalence = self.equivalence.to_json()
        return {"fixed": self.fixed, "unsafe": self.unsafe, "reason": self.reason, "equivalence": equivalence}


@dataclass(frozen=True)
class AsParsed:
    """After misread forms were repaired: does the target read the result so that it computes what the original does?

    ``repaired`` and ``left`` are the rules of misread forms that went and that stay, ``status`` is "equal", "different"
    or "not-run" with the reason.
    """

    target: str
    repaired: Tuple[str, ...]
    status: str
    left: Tuple[str, ...] = ()
    reason: str = ""

    def to_json(self) -> dict:
        return {
            "target": self.target,
            "repaired": list(self.repaired),
            "status": self.status,
            "left": list(self.left),
            "reason": self.reason,
        }


@dataclass(frozen=True)
class Plan:
    """What ``fix`` did or would do, its proof, where the result was written, and where the original is (``kept``)."""

    steps: Tuple[PlanStep, ...] = ()
    equivalence: Equivalence = Equivalence()
    written: Optional[str] = None
    as_parsed: Tuple[AsParsed, ...] = ()
    kept: Optional[str] = None
