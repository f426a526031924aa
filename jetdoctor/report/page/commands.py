"""Pages of the other commands, each made from the JSON document of that command: the two never say different things."""

from __future__ import annotations

import json
from typing import Any, Callable, Dict, Optional, Tuple

from jetdoctor.report import evidence, page, words
from jetdoctor.report.document import document
from jetdoctor.report.options import Drawing, Options
from jetdoctor.report.page import data, places, trouble
from jetdoctor.report.style import plural
from jetdoctor.types import Report


def of(kind: str, text: str) -> str:
    """The page of a command's JSON document. ``kind``: verify, emulation, plan, device or triage."""
    found = json.loads(text)
    title, answer = _TITLES[kind](found)
    told = {"kind": kind, "document": found}
    return page.assemble(title, answer, dict(told, drawn=trouble.drawn(kind, found)) if kind in trouble.KINDS else told)


def render(report: Report, options: Options) -> str:
    """The page of ``fix``: the plan and its proof, each change of the graph, and the model as it is after it."""
    found = document(report, options)
    entries = [data.model(group, None) for group in words.by_model(report.results)]
    proof = found["equivalence"]["status"]
    applied = sum(step["applied"] for step in found["plan"])
    answer = "%s; the outputs are %s" % (plural(applied, "change"), _PROOF[proof])
    if not applied:
        answer = "nothing was changed" + (": " + options.reason if options.reason else "")
    told = {"document": found, "models": entries, "pages": data.pages(entries), "drawn": _drawn(options.drawing)}
    return page.assemble("Repair of %s" % options.path, answer, dict(told, kind="fix"))


def _drawn(drawing: Optional[Drawing]) -> Optional[Dict[str, Any]]:
    """The graph in both states, the places where they differ, and which of these belong to each fix."""
    if not drawing or not drawing.before or not drawing.after:
        return None
    found = places.between(drawing.before, drawing.after)
    fixes = places.of_fixes(found, drawing.before, drawing.after, drawing.fixes)
    return {"before": drawing.before, "after": drawing.after, "places": found, "fixes": fixes}


_PROOF = {"equal": "equal in ONNX Runtime", "different": "different in ONNX Runtime", "not-run": "not compared"}


def _verify(found: Dict[str, Any]) -> Tuple[str, str]:
    statuses = ", ".join("%s: %s" % (row["backend"], row["status"]) for row in found["backends"])
    if found["evidence"] == "not-run":
        return found["model"], statuses or "nothing ran"
    earned = evidence.worth(found["evidence"], {row["status"] for row in found["backends"]}, found["compared"])
    return found["model"], "%s. Evidence: %s" % (statuses, earned)


def _emulation(found: Dict[str, Any]) -> Tuple[str, str]:
    one = found["as_parsed"]
    impact = one["impact"] or {"kind": "not-run", "reason": one["reason"]}
    said = {
        "equal": "the outputs are equal",
        "different": "%s: %s" % (words.IMPACT[impact["kind"]], impact["reason"]),
        "not-run": "not run: %s" % one["reason"],
        "nothing": "no node of this model is known to be misread",
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
