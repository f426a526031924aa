"""An opset for the operators that a fix brings into a model which has none of ONNX's own."""

from __future__ import annotations

from typing import Any, Iterable, Iterator

from jetdoctor.fix.sweep import subgraphs
from jetdoctor.graph import DEFAULT_DOMAINS

#: what every parser from TensorRT 8.0 on documents
_OPSET = 13


def declare_default_domain(model: Any) -> None:
    """Import ONNX's own operators, in place, where the model neither does nor uses any."""
    declared = any(imported.domain in DEFAULT_DOMAINS for imported in model.opset_import)
    if model.opset_import and not declared and not any(d in DEFAULT_DOMAINS for d in _domains(model.graph.node)):
        model.opset_import.add(domain="", version=_OPSET)


def _domains(nodes: Iterable[Any]) -> Iterator[str]:
    for node in nodes:
        yield node.domain
        for graph in subgraphs(node):
            yield from _domains(graph.node)
