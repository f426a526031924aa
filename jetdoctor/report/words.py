"""The wording that several formats share: outcomes, places, evidence, the next command to type."""

from __future__ import annotations

import shlex
from typing import Dict, Iterable, List, Sequence, Tuple

from jetdoctor.report import apart
from jetdoctor.report.style import clean, plural
from jetdoctor.types import SEVERITIES, WALLS, Finding, Impact, Location, Result
from jetdoctor.wording import repaired_name

OUTCOME = {
    "rejected": "TensorRT refuses it",
    "wrong-output": "builds, computes something else",
    "build-risk": "may fail to build",
    "slow": "slower than it could be",
    "precision": "loses precision",
    "undocumented": "outside the documented range",
    "environment": "the device, not the model",
    "invalid-model": "not a valid ONNX model",
}

EVIDENCE = {
    "not-run": "nothing was run",
    "static": "static: rules of this TensorRT, nothing was built",
    "emulated": "emulated: run on a CPU as this release's parser reads it, no TensorRT was involved",
    "compiled": "compiled by an NVIDIA compiler, not this device's",
    "built": "built by the target's own TensorRT",
    "verified": "outputs compared with ONNX Runtime",
}


def outcome(finding: Finding) -> str:
    """What will happen, in words."""
    return "a defect of jetdoctor" if finding.rule == "JD000" else OUTCOME[finding.outcome]


IMPACT = {
    "harmless": "harmless here",
    "digits": "changes digits",
    "answer": "changes the answer",
    "not-run": "not emulated",
}


def impact(found: Impact) -> str:
    """What a misreading does, in one line: ``changes the answer: top-1 moves in 62 % of rows; ...``."""
    word = IMPACT[found.kind]
    if found.kind == "not-run":
        return "%s: %s" % (word, found.reason)
    if found.kind == "harmless":
        return "%s: outputs equal on %s of inputs" % (word, plural(found.runs, "set"))
    parts = ["only with %s inputs" % found.only] if found.only else []
    if found.top1_changed:
        parts.append("top-1 moves in %.3g %% of rows" % (100 * found.top1_changed))
    if found.max_abs:
        parts.append("largest difference %.3g (%.2g of the largest value)" % (found.max_abs, found.max_rel))
    if found.strange:
        parts.append("%d values are NaN or Inf on one side only" % found.strange)
    if not parts:
        parts.append(found.reason)
    if found.first:
        parts.append("first at %s" % found.first)
    if found.unproven:
        parts.append("this reading was not validated: %s" % found.unproven)
    return clean("%s: %s" % (word, "; ".join(parts)))


def by_severity(findings: Iterable[Finding]) -> List[Finding]:
    """Errors first; the order within a severity stays."""
    return sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))


def place(location: Location) -> str:
    """``ReduceMean node_mean, tensor val_12``, safe to print."""
    text = str(location)
    if location.tensor and location.op_type:
        text += ", tensor " + location.tensor
    return clean(text)


def others(finding: Finding, names: int = 3) -> str:
    """``and 5 more: a, b, c, ...`` for the further nodes of a finding, "" when it has one."""
    if not finding.also:
        return ""
    shown = [clean(o.node_name or o.output or o.tensor) for o in finding.also[:names]]
    more = ", ..." if len(finding.also) > names else ""
    return "and %d more: %s%s" % (len(finding.also), ", ".join(shown), more)


def model_line(result: Result) -> str:
    """``opset 18, pytorch 2.9.1, 120 nodes``."""
    model = result.model
    opsets = ["opset %d" % model.opset["ai.onnx"]] if "ai.onnx" in model.opset else []
    opsets += ["%s %d" % (domain, v) for domain, v in model.opset.items() if domain != "ai.onnx"]
    nodes = "%d node%s" % (model.nodes, "" if model.nodes == 1 else "s") if opsets else ""  # an engine has none
    parts = opsets + [model.producer, nodes]
    return clean(", ".join(part for part in parts if part))


def target_line(result: Result) -> str:
    """``TensorRT 8.4.1, CUDA 11.4, Python 3.8``."""
    target = result.target
    named = (("TensorRT", target.tensorrt or "unknown"), ("CUDA", target.cuda), ("Python", target.python))
    parts = ["%s %s" % (label, value) for label, value in named if value]
    if target.module:
        parts.append("%s, compute capability %s" % (target.module.name, target.compute_capability))
    return ", ".join(parts)


def evidence_line(result: Result) -> str:
    """How much the verdict is worth, with the basis of the facts when it is not the release itself."""
    text = EVIDENCE.get(result.evidence, result.evidence)
    return text + ("; facts " + result.basis if "interpolated" in result.basis else "")


#: How a reader knows the walls of ``types.WALLS``.
_WALL = {"parser": "parser", "network": "network library", "builder": "builder", "values": "values"}


def coverage_line(results: Sequence[Result]) -> str:
    """``parser (measured), network library (documented); not at the builder``: what the verdicts rest on."""
    known, missing = [], []
    for wall in WALLS:
        bases = list(dict.fromkeys(getattr(result.coverage, wall) for result in results))
        if bases == ["none"]:
            missing.append("the " + _WALL[wall])
        else:
            known.append("%s (%s)" % (_WALL[wall], ", ".join(bases)))
    text = ", ".join(known) or "nothing"
    return text + ("; not at " + " and ".join(missing) if missing else "")


def verdict_reason(result: Result) -> str:
    """What follows the verdict on its line."""
    left = apart.difference([result])
    if left:
        return left
    errors = [f for f in result.findings if f.severity == "error"]
    if result.verdict == "deploys":
        return "nothing found that stops the build" if not result.findings else "with remarks"
    if result.verdict == "fixable":
        unsafe = any(f.fix is None or f.fix.applicability != "safe" for f in errors)
        if result.repair is not None:
            return "jetdoctor fix repairs it%s: tried and proven" % (" (with --unsafe)" if result.repair.unsafe else "")
        option = " (with --unsafe)" if unsafe else ""
        if any(f.fix is not None and f.fix.promise == "run" for f in errors):
            return "jetdoctor fix may repair it%s: the model is quantized, so only the proof can show it" % option
        return "jetdoctor fix can repair it" + option
    if result.verdict == "fails":
        if result.repair is not None:
            return "the repair was tried: %s" % clean(result.repair.reason)
        manual = [f.rule for f in errors if f.fix is None or f.fix.applicability == "manual"]
        return "no automatic fix for %s" % ", ".join(dict.fromkeys(manual)) if manual else ""
    if result.verdict == "unknown":
        if result.model.producer == "TensorRT engine":
            return "the engine does not say which TensorRT or GPU it was built for"
        if any(f.rule == "JD000" for f in result.findings):
            return "a rule of jetdoctor failed (JD000), so one question went unanswered"
        if any(f.rule == "JD910" for f in result.findings):
            return "shape inference fails on this model (JD910), so most questions go unanswered"
        known = result.error or result.not_run.get("prove")
        return clean(known or "no facts about TensorRT %s" % (result.target.tensorrt or "of this target"))
    return clean(result.error or "")


def next_command(result: Result) -> Tuple[str, str]:
    """``(command, why)`` to type next; ("", "") when nothing helps, or the model came from a stream that is gone."""
    if result.model.path == "-":
        return "", ""
    path, name = clean(result.model.path), result.target.name
    path = path.rpartition("/")[2] if "://" in path else path  # a store's object is fetched first
    errors = [f for f in result.findings if f.severity == "error"]
    fixes = [f.fix.applicability for f in errors if f.fix]
    options = ["--target", name] + [word for plugin in result.target.plugins for word in ("--plugin", plugin)]
    if result.verdict == "deploys":
        if not result.model.opset:  # an engine: there is nothing to build
            return "", ""
        return _line("verify", path, *options), "prove it with a real TensorRT"
    if any(applicability != "manual" for applicability in fixes):
        options += ["-o", repaired_name(path, name)]
        if "safe" not in fixes or "unsafe" in fixes and "manual" not in fixes:
            options.append("--unsafe")
        return _line("fix", path, *options), "repair what can be repaired" if result.verdict == "fails" else "repair it"
    if errors:
        return _line("explain", errors[0].rule), "what to do manually"
    return "", ""


def trouble(result: Result) -> str:
    """The title of an ``error``: a model (or its data) that cannot be read, or what could not be tried."""
    return "not checked" if result.verdict == "unknown" else "unreadable model"


def check_command(result: Result) -> str:
    """The command that tells about one model on one target."""
    return _line("check", clean(result.model.path), "--target", result.target.name)


def _line(*words: str) -> str:
    return "jetdoctor " + " ".join(map(shlex.quote, words))


def by_model(results: Sequence[Result]) -> List[List[Result]]:
    """Results grouped by model file, in order."""
    groups: Dict[str, List[Result]] = {}
    for result in results:
        groups.setdefault(result.model.path, []).append(result)
    return list(groups.values())


def totals(errors: int, warnings: int, infos: int) -> str:
    pairs = ((errors, "error"), (warnings, "warning"), (infos, "info"))
    return ", ".join("%d %s%s" % (n, noun, "" if n == 1 else "s") for n, noun in pairs)
