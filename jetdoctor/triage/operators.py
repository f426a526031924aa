"""Judges complaints about an operator by the facts: does this release have it, and what does ``fix`` do about it?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from jetdoctor.triage import known
from jetdoctor.triage.diagnosis import Diagnosis
from jetdoctor.triage.hits import Hit

if TYPE_CHECKING:
    from jetdoctor.triage.verdict import Judged


def judged(found: Diagnosis, hit: Hit, log: "Judged") -> Diagnosis:
    """The diagnosis as it stands after a look at the facts about its operator."""
    operator = found.op_type
    standard = log.reader.known.standard
    if hit.signature.by_operator == "name" and operator in standard:
        return _missing(found, hit, log)
    if hit.signature.by_operator == "name" and operator and found.category == "plugin-not-found":
        return _custom(found)
    row = known.refusal(operator, hit.line.key, log.version) if operator else None
    return _refused(found, row, log) if row else found


def _missing(found: Diagnosis, hit: Hit, log: "Judged") -> Diagnosis:
    """An operator of ONNX for which the parser had no importer."""
    operator, since = found.op_type, known.first_release(found.op_type)
    if log.said and hit.fallback and known.imports(operator, log.version):
        return _other_parser(found, since, log)
    new = since and not (log.version and log.version >= known.parse_version(since))
    return replace(
        found,
        rule="JD301",
        cause=_why_missing(operator, since, log),
        fix=" ".join(filter(None, (_rewrite(operator, log), _export(operator, log), _upgrade(since) if new else ""))),
    )


def _why_missing(operator: str, since: str, log: "Judged") -> str:
    who = "The ONNX parser of TensorRT %s" % log.release if log.release else "This ONNX parser"
    text = "%s has no importer for %s" % (who, operator)
    if since:
        return "%s, which is supported from TensorRT %s on." % (text, since)
    return text + "; no TensorRT release to date supports it." if known.listed(operator) else text + "."


def _rewrite(operator: str, log: "Judged") -> str:
    if not known.rewritten(operator, log.version):
        return ""
    return "jetdoctor fix {model} --target {target} --apply decomposes it for this release, and proves the result."


def _export(operator: str, log: "Judged") -> str:
    first = log.reader.known.first_opset.get(operator, 0)
    if first < 14:
        return ""
    return "Or export at opset %d, where the exporter writes %s as elementary operators." % (first - 1, operator)


def _upgrade(since: str) -> str:
    jetpack = known.jetpacks_with(since)
    return "Or move to a newer release: TensorRT %s%s." % (since, jetpack and " (%s)" % jetpack)


def _other_parser(found: Diagnosis, since: str, log: "Judged") -> Diagnosis:
    return replace(
        found,
        category="library-mix",
        rule="JD104",
        cause="TensorRT %s has an importer for %s%s: the parser that ran belongs to another release. An older parser"
        " library (libnvonnxparser) was loaded beside this libnvinfer."
        % (log.release, found.op_type, since and " (since %s)" % since),
        fix="Find the other copy: ldd the program | grep nvonnxparser; ldconfig -p | grep -E 'nvinfer|nvonnxparser';"
        " pip list | grep -i tensorrt; look at LD_LIBRARY_PATH. Remove it, so that parser and libnvinfer are both"
        " JetPack's. jetdoctor device lists them.",
        confidence="medium",
    )


def _custom(found: Diagnosis) -> Diagnosis:
    return replace(
        found,
        cause="%s is not an ONNX operator but a plugin, and no plugin of that name, version and namespace is"
        " registered: its library was not loaded." % found.op_type,
    )


def _refused(found: Diagnosis, row: "known.Row", log: "Judged") -> Diagnosis:
    """A form of an operator that this release refuses: the rule of ``check`` that foretells the line."""
    found = replace(found, rule=row.get("rule") or found.rule)
    if row.get("fix"):
        remedy = "jetdoctor fix {model} --target {target} --apply repairs that form and proves it."
        found = replace(found, fix=remedy + " " + found.fix)
    return found
