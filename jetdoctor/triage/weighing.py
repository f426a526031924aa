"""Holds a reading against what is known of the model and the board: they confirm a diagnosis or refute it."""

from __future__ import annotations

from dataclasses import replace
from typing import List, Optional, Sequence, Tuple

from jetdoctor.triage.diagnosis import CONFIDENCES, Diagnosis, Reading
from jetdoctor.types import Finding

#: Families of rules that ``check`` answers from the model, and from the device.
_MODEL_RULES = ("JD2", "JD3", "JD4", "JD5", "JD8", "JD9")
_DEVICE_RULES = ("JD1",)
_KNOWN_FAULTS = ("JD620", "JD621", "JD622")
_BUILDER_CATEGORIES = ("no-implementation", "builder-bug", "internal-error", "qdq", "shape-tensor", "unknown-device")


def weighed(
    reading: Reading,
    model: Optional[Sequence[Finding]] = None,
    device: Optional[Sequence[Finding]] = None,
    board: str = "",
) -> Reading:
    """The reading after a look at the model's and the device's findings (None: nobody looked).

    Confirmed diagnoses come first, refuted ones last. ``board`` is the device's TensorRT: a log of another release
    is not this board's.
    """
    judged = [_judged(diagnosis, model, device) for diagnosis in reading.diagnoses]
    ordered = sorted(judged, key=lambda pair: -pair[1])
    asks = tuple(ask for ask in reading.asks if not _answered(ask, model, device))
    if board and reading.tensorrt and not board.startswith(reading.tensorrt):
        asks += ("the log is from TensorRT %s but the device has %s: another board?" % (reading.tensorrt, board),)
    return replace(reading, diagnoses=tuple(diagnosis for diagnosis, _ in ordered), asks=asks)


def _judged(
    diagnosis: Diagnosis, model: Optional[Sequence[Finding]], device: Optional[Sequence[Finding]]
) -> Tuple[Diagnosis, int]:
    """The diagnosis, and 1 when it is confirmed, -1 when refuted, 0 when nothing is known."""
    for who, families, findings in (("check", _MODEL_RULES, model), ("device", _DEVICE_RULES, device)):
        if findings is None:
            continue
        finding = _same(diagnosis, findings)
        if finding is not None:
            said = "confirmed: jetdoctor %s finds %s%s" % (who, finding.rule, _place(finding))
            confirmed = replace(diagnosis, rule=finding.rule, confidence="high", evidence=_joined(diagnosis, said))
            return _with_remedy(confirmed, finding), 1
        if diagnosis.rule and diagnosis.rule.startswith(families):
            said = "not confirmed: jetdoctor %s does not find %s" % (who, diagnosis.rule)
            return replace(diagnosis, confidence=_lower(diagnosis), evidence=_joined(diagnosis, said)), -1
    return diagnosis, 0


def _same(diagnosis: Diagnosis, findings: Sequence[Finding]) -> Optional[Finding]:
    """The finding of the same rule; else an error at the very node; else a known fault of the builder."""
    for alike in (_of_rule, _at_node, _known_fault):
        finding = next((f for f in findings if alike(f, diagnosis)), None)
        if finding is not None:
            return finding
    return None


def _of_rule(finding: Finding, diagnosis: Diagnosis) -> bool:
    return finding.rule == diagnosis.rule


def _known_fault(finding: Finding, diagnosis: Diagnosis) -> bool:
    """A fault of that release which people reported for such a model, where the log tells of a builder that failed."""
    unbuilt = finding.outcome in ("rejected", "build-risk") and finding.rule in _KNOWN_FAULTS
    return unbuilt and diagnosis.category in _BUILDER_CATEGORIES


def _at_node(finding: Finding, diagnosis: Diagnosis) -> bool:
    if not diagnosis.node_name or finding.severity != "error":
        return False
    places = [finding.location, *finding.also]
    return any(p and diagnosis.node_name in (p.node_name, p.output) for p in places)


def _with_remedy(diagnosis: Diagnosis, finding: Finding) -> Diagnosis:
    fix = finding.fix
    if fix is None or fix.applicability == "manual" or "jetdoctor fix" in diagnosis.fix:
        return diagnosis
    return replace(diagnosis, fix="jetdoctor fix --apply: %s. %s" % (fix.title, diagnosis.fix))


def _place(finding: Finding) -> str:
    where = finding.location
    name = where and (where.node_name or where.output)
    return " at %s %s" % (where.op_type, name) if where and name else ""


def _joined(diagnosis: Diagnosis, said: str) -> str:
    return "%s; %s" % (said, diagnosis.evidence)


def _lower(diagnosis: Diagnosis) -> str:
    return CONFIDENCES[min(CONFIDENCES.index(diagnosis.confidence) + 1, len(CONFIDENCES) - 1)]


def _answered(ask: str, model: Optional[Sequence[Finding]], device: Optional[Sequence[Finding]]) -> bool:
    answered: List[str] = (["--model"] if model is not None else []) + (["--device"] if device is not None else [])
    return any(option in ask for option in answered)
