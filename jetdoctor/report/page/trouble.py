"""What is to be marked in the graph of a model that was run: where its values part first, and what was found there."""

from __future__ import annotations

from typing import Any, Dict, Iterable, List, Mapping, Optional

from jetdoctor.report.page.structure import of_file
from jetdoctor.report.style import clean

#: Commands that have such a graph.
KINDS = ("verify", "emulation")


def drawn(kind: str, found: Mapping[str, Any]) -> Optional[Dict[str, Any]]:
    """``{"graph": structure, "marks": [[path, node, severity]], "first": [path, node, what is said of it] or None}``.

    ``found`` is the JSON document of the command. None when nothing is to be marked, or the model cannot be read.
    """
    findings = [finding for part in _parts(kind, found) for finding in part["findings"]]
    marks = [mark for finding in findings for mark in _marks(finding)]
    parted = any(_divergence(row) for row in found.get("backends", ()))
    graph = of_file(found["model"]) if marks or parted else None
    if graph is None:
        return None
    first = _measured(found["backends"]) if kind == "verify" else _emulated(graph, found["as_parsed"])
    return {"graph": graph, "marks": marks, "first": first}


def _parts(kind: str, found: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    if kind == "verify":
        return list(found["backends"])
    return [found["as_parsed"], {"findings": found["refused"]}]


def _marks(finding: Mapping[str, Any]) -> List[List[Any]]:
    places = [finding["location"]] + finding["also"]
    return [
        ["/".join(clean(part) for part in place["graph"]), place["node_index"], finding["severity"]]
        for place in places
        if place and place["node_index"] is not None
    ]


def _divergence(row: Mapping[str, Any]) -> Dict[str, Any]:
    """Where the outputs of a backend part from the others', {} when nobody found a node."""
    found = row["details"].get("divergence") or {}
    return found if "node_index" in found else {}


def _measured(backends: Iterable[Mapping[str, Any]]) -> Optional[List[Any]]:
    for row in backends:
        found = _divergence(row)
        if found:
            said = "%s: tensor %s is the first to differ. %s" % (row["backend"], found["tensor"], found["reason"])
            return ["main", found["node_index"], clean(said.strip())]
    return None


def _emulated(graph: Mapping[str, Any], emulation: Mapping[str, Any]) -> Optional[List[Any]]:
    """The first node that computes something else, which is known by its words."""
    impacts = [emulation["impact"]] + [finding.get("impact") for finding in emulation["findings"]]
    wanted = next((clean(impact["first"]) for impact in impacts if impact and impact["first"]), None)
    main = graph["graphs"][0] if graph["graphs"] else {"nodes": []}
    for index, (operator, _, name, _, outputs, _) in enumerate(main["nodes"]):
        shown = name or next((main["tensors"][one][0] for one in outputs if one >= 0), "")
        if wanted == "%s %s" % (operator, shown):
            return ["main", index, "%s is the first to compute something else" % wanted]
    return None
