"""The default domain spelled "" instead of "ai.onnx": TensorRT until 8.4 EA compares the text."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("normalize_default_domain", "Spell the default domain as the empty string")


def rewrite_model(model, edit):
    proto = type(model.proto)()
    proto.CopyFrom(model.proto)
    changed = _spell(proto.opset_import)
    for root in [proto.graph] + list(proto.functions):
        changed += _spell(getattr(root, "opset_import", ()))
        changed += _spell_nodes(root)
    if not changed:
        raise CannotRewrite("the default domain is spelled as the empty string already")
    edit.become(proto)


def _spell(entries):
    named = [entry for entry in entries if entry.domain == "ai.onnx"]
    for entry in named:
        entry.domain = ""
    return len(named)


def _spell_nodes(graph):
    changed = _spell(graph.node)
    for node in graph.node:
        for attribute in node.attribute:
            for inner in ([attribute.g] if attribute.type == 5 else []) + list(attribute.graphs):
                changed += _spell_nodes(inner)
    return changed
