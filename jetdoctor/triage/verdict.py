"""From a hit to a diagnosis: what the line means, the cause, and what to type, held against what is known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Dict, Mapping

from jetdoctor.triage import known, operators, surety, surroundings
from jetdoctor.triage.diagnosis import Diagnosis
from jetdoctor.triage.hits import Hit, Reader
from jetdoctor.types import Version, parse_version

#: Stage of the lines of a category, where the log shows no other.
_STAGES = {
    "load": ("engine-device-mismatch", "engine-file-corrupt", "engine-version-mismatch", "engine-file-missing"),
    "build": ("no-implementation", "builder-bug", "dla", "out-of-memory", "unknown-device", "qdq", "plugin-failed"),
    "calibrate": ("int8-calibration",),
    "run": ("illegal-memory-access", "accuracy-mismatch", "fp16-accuracy", "ort-provider"),
    "export": ("version-converter", "simplifier-broke-model"),
    "parse": (
        "unsupported-op", "opset-too-new", "scatternd", "topk", "resize", "gridsample", "einsum", "if-loop",
        "initializer-required", "dtype", "local-functions", "reduce-axes-input", "reshape-volume", "broadcast-rank",
        "plugin-not-found", "shape-tensor", "opencv-dnn", "external-data-2gb", "silent-parse-failure", "library-mix",
    ),
}  # fmt: skip
_STAGE_OF = {category: stage for stage, categories in _STAGES.items() for category in categories}


@dataclass(frozen=True)
class Judged:
    """A log that was read: ``release`` is its TensorRT ("" when unknown), ``said`` whether the log itself says so."""

    reader: Reader
    release: str
    said: bool

    @property
    def version(self) -> Version:
        return parse_version(self.release) if self.release else ()

    @property
    def target(self) -> str:
        """How the release is named on a command line."""
        jetpack = self.reader.record.facts.get("jetpack", "")
        if jetpack and known.tensorrt_of(jetpack):
            return "jetpack-" + jetpack
        return "tensorrt-" + self.release if self.release else "TARGET"

    @property
    def model(self) -> str:
        return self.reader.record.model or "MODEL"


def diagnose(hit: Hit, log: Judged, remark: bool = False) -> Diagnosis:
    """The diagnosis that a hit stands for; a ``remark`` is about a log in which nothing failed."""
    row, general = hit.row, log.reader.known.categories[hit.category]
    own = hit.category == hit.signature.category
    otherwise = general["rule"] or log.reader.known.categories[hit.signature.category]["rule"]
    found = Diagnosis(
        category=hit.category,
        rule=row["rule"] if own and "rule" in row else otherwise,
        cause=(own and row.get("cause")) or general["cause"],
        fix=_fix(row if own else {}, general, log),
        confidence="low" if remark else surety.confidence(hit, log.reader),
        line=hit.line.text,
        evidence=_evidence(hit, log.release),
        means=row.get("means") or general["means"],
        stage=hit.stage or _STAGE_OF.get(hit.category),
        line_number=hit.line.number,
        node_name=hit.node,
        op_type=hit.operator,
        tensorrt=log.release,
    )
    found = operators.judged(found, hit, log)
    found = surroundings.judged(found, log.reader.record.facts)
    return replace(found, cause=_filled(found.cause, found, log), fix=_filled(found.fix, found, log))


def _fix(row: Mapping[str, Any], general: Mapping[str, Any], log: Judged) -> str:
    """The remedy; an upgrade is named only to releases that the log is not of."""
    fix = row.get("fix") or general["fix"]
    upgrade = row.get("upgrade", None if row.get("fix") else general.get("upgrade"))
    if upgrade and not (log.version and log.version >= parse_version(upgrade)):
        jetpack = known.jetpacks_with(upgrade)
        fix += " TensorRT %s or later%s is not known to have this fault." % (upgrade, jetpack and " (%s)" % jetpack)
    return str(fix)


def _filled(text: str, found: Diagnosis, log: Judged) -> str:
    """The text with what is known of this log in place of ``{...}``."""
    values: Dict[str, str] = {
        "target": log.target, "model": log.model, "release": log.release or "this release",
        "op": found.op_type or "that operator", "node": found.node_name or "the node",
    }  # fmt: skip
    for name, value in values.items():
        text = text.replace("{%s}" % name, value)
    return text


def _evidence(hit: Hit, release: str) -> str:
    row = hit.row
    parts = []
    if "first" in row:
        parts.append("printed by the ONNX parser of TensorRT %s to %s" % (row["first"], row["last"]))
    if release:
        parts.append("TensorRT %s" % release)
    sources = row.get("sources") or (row.get("source"),)
    return "; ".join(parts + ["source: " + ", ".join(str(s) for s in sources[:2])])
