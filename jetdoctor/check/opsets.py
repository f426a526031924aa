"""Fact rows on the opset of a model: beyond what NVIDIA documents, beyond what the importers were read for."""

from __future__ import annotations

from typing import Dict, Iterator, Sequence

from jetdoctor import onnx_parts
from jetdoctor.check.facts import in_default_domain
from jetdoctor.check.place import Place
from jetdoctor.facts import Fact, Knowledge
from jetdoctor.graph import Model

#: The newest opset whose changes were compared with the importers, and the sections that speak of later ones.
_READ_OPSET = 25
_SECTIONS = ("misread", "network", "values")


def opset_places(model: Model, knowledge: Knowledge) -> Iterator[Place]:
    """JD304 and JD307, for every release that they speak of."""
    opset = model.opset("")
    documented = [(release, release["documented_opset"]["max"]) for release in knowledge.releases]
    passed = [(release, newest) for release, newest in documented if newest is not None and opset > newest]
    changed = _changed(model) if passed else {}
    for release, newest in passed:
        later = sorted(name for name, since in changed.items() if since > newest)
        if later:
            yield Place(_beyond(release, opset, newest, later), release.range)
    if opset > _READ_OPSET:
        yield from _unread(model, knowledge)


def _unread(model: Model, knowledge: Knowledge) -> Iterator[Place]:
    """Versions of operators that came after everything that the importers were compared with."""
    for node in model.nodes():
        if not in_default_domain(node) or not onnx_parts.is_operator(node.op_type, node.opset):
            continue
        version = onnx_parts.schema(node.op_type, node.opset).since_version
        if version > _READ_OPSET and not _speaks_of(knowledge, node.op_type, version):
            for within in knowledge.importer_ranges(node.op_type):
                yield Place(_newer(node.op_type, version), within, node)


def _speaks_of(knowledge: Knowledge, op_type: str, version: int) -> bool:
    rows = [fact for section in _SECTIONS for fact in knowledge.rows(op_type, section)]
    return any(fact.get("when", {}).get("opset_min") == version for fact in rows)


def _changed(model: Model) -> Dict[str, int]:
    """Operator -> opset that last changed it, for the operators of ONNX in the model."""
    found: Dict[str, int] = {}
    for name, opset in {(node.op_type, node.opset) for node in model.nodes() if in_default_domain(node)}:
        if onnx_parts.is_operator(name, opset):
            found[name] = max(found.get(name, 0), onnx_parts.schema(name, opset).since_version)
    return found


def _beyond(release: Fact, opset: int, newest: int, later: Sequence[str]) -> Fact:
    """The row of a model whose operators changed after the newest opset that NVIDIA documents for the release."""
    shown = ", ".join(later[:3]) + (" and %d more" % (len(later) - 3) if len(later) > 3 else "")
    text = "opset %d; NVIDIA documents up to opset %d here, and %s changed since; no node is refused for that alone"
    return Fact(
        {
            "rule": "JD304",
            "id": "opset/beyond-%d" % newest,
            "status": "harmless",
            "what": text % (opset, newest, shown),
            "source": "docs/operators.md of %s" % release["source"],
        }
    )


def _newer(op_type: str, version: int) -> Fact:
    return Fact(
        {
            "rule": "JD307",
            "op": op_type,
            "id": "%s/version-%d" % (op_type, version),
            "status": "undocumented",
            "what": "opset %d changed it; no importer was read for an opset that new" % version,
            "source": "the importers of onnx-tensorrt 7.1 to 11.0 were read for opsets up to %d" % _READ_OPSET,
        }
    )
