"""A model of an opset below 7, whose operands broadcast by attributes, in the words of a newer one."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("raise_opset", "Raise the opset to 11 (7 to 9 where that cannot be reached)")

#: every parser takes these; what is left open by the first is tried with the next
_TRIED = (11, 9, 8, 7)


def rewrite_model(model, edit):
    if model.opset("") >= 7:
        raise CannotRewrite("opset %d broadcasts as parsers expect" % model.opset(""))
    proto = _aligned(model)
    reasons = []
    for opset in _TRIED:
        try:
            edit.become(_raised(proto, opset))
            return
        except Exception as error:
            reasons.append("opset %d: %s" % (opset, str(error).strip().split("\n")[0]))
    raise CannotRewrite(reasons[0])


def _aligned(model):
    """A copy in which operands that broadcast from an ``axis`` have trailing axes of 1 instead (onnx Add-6)."""
    from onnx import helper

    proto = type(model.proto)()
    proto.CopyFrom(model.proto)
    nodes = []
    for node, copy in zip(model.main.nodes, proto.graph.node):
        axis, whole, part = node.attr("axis"), node.input(0).rank, node.input(1).rank
        if node.attr("broadcast", 0) and axis is not None:
            if whole is None or part is None:
                raise CannotRewrite("the rank of %s is not known" % node.inputs[1])
            missing = whole - axis % whole - part
            if missing:
                name = node.outputs[0] + "/aligned"
                axes = list(range(part, part + missing))
                nodes.append(helper.make_node("Unsqueeze", [copy.input[1]], [name], name, axes=axes))
                copy.input[1] = name
            kept = [attribute for attribute in copy.attribute if attribute.name != "axis"]
            del copy.attribute[:]
            copy.attribute.extend(kept)
        nodes.append(copy)
    del proto.graph.node[:]
    proto.graph.node.extend(nodes)
    return proto


def _raised(proto, opset):
    from onnx import checker, version_converter

    raised = version_converter.convert_version(proto, opset)
    del raised.metadata_props[:]  # some releases of the converter keep them, some do not
    for entry in proto.metadata_props:
        raised.metadata_props.add(key=entry.key, value=entry.value)
    checker.check_model(raised, full_check=True)
    return raised
