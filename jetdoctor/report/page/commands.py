"""Pages of the other commands, each made from the JSON document of that command: the two never say different things."""

from __future__ import annotations

import json
from typing import Any, Callable, Dict, Tuple

from jetdoctor.report import page
from jetdoctor.report.document import document
from jetdoctor.report.options import Options
from jetdoctor.report.page import data
from jetdoctor.report.style import plural
from jetdoctor.types import Report


def of(kind: str, text: str) -> str:
    """The page of a command's JSON document. ``kind``: verify, emulation, plan, device or triage."""
    found = json.loads(text)
    title, answer = _TITLES[kind](found)
    return page.assemble(title, answer, {"kind": kind, "document": found})


def render(report: Report, options: Options) -> str:
    """The page of ``fix``: the plan and its proof, and the model as it is after it."""
    found = document(report, options)
    entries = data.models(report.results, found["written"])  # a result that was not written can be drawn from nowhere
    proof = found["equivalence"]["status"]
    applied = sum(step["applied"] for step in found["plan"])
    answer = "%s; the outputs are %s" % (plural(applied, "change"), _PROOF[proof]) if applied else "nothing was changed"
    told = {"kind": "fix", "document": found, "models": entries, "pages": data.pages(entries)}
    return page.assemble("Repair of %s" % options.path, answer, told)


_PROOF = {"equal": "equal in ONNX Runtime", "different": "different in ONNX Runtime", "not-run": "not compared"}


def _verify(found: Dict[str, Any]) -> Tuple[str, str]:
    statuses = ", ".join("%s %s" % (row["backend"], row["status"]) for row in found["backends"])
    return found["model"], "%s; evidence: %s" % (statuses or "nothing ran", found["evidence"])


def _emulation(found: Dict[str, Any]) -> Tuple[str, str]:
    one = found["as_parsed"]
    said = {
        "equal": "the outputs are equal",
        "different": "the outputs differ",
        "not-run": "not run: %s" % one["reason"],
        "nothing": "no form of this model is known to be misread",
    }
    return "%s as %s reads it" % (found["model"], found["target"]["name"]), said[one["status"]]


def _plan(found: Dict[str, Any]) -> Tuple[str, str]:
    target = found["target"]["name"]
    return found["model"]["path"], "%s on %s; %s" % (found["verdict"], target, plural(len(found["steps"]), "step"))


def _device(found: Dict[str, Any]) -> Tuple[str, str]:
    if "devices" in found:
        return plural(len(found["devices"]), "board"), "facts of each and what is wrong with it"
    if "origin" not in found:
        return "Device", found.get("error", "")
    errors = sum(finding["severity"] == "error" for finding in found["findings"])
    what = " ".join(filter(None, (found["module"], found["jetpack"] and "JetPack " + found["jetpack"])))
    return found["origin"], "%s: %s" % (what or "no Jetson", plural(errors, "error") if errors else "no errors")


def _triage(found: Dict[str, Any]) -> Tuple[str, str]:
    if found["diagnoses"]:
        best = found["diagnoses"][0]
        return "Diagnosis: %s" % best["category"], best.get("means") or best["cause"]
    return "Log", "nothing failed" if found["outcome"] == "succeeded" else "nothing recognized in this log"


_TITLES: Dict[str, Callable[[Dict[str, Any]], Tuple[str, str]]] = {
    "verify": _verify,
    "emulation": _emulation,
    "plan": _plan,
    "device": _device,
    "triage": _triage,
}
