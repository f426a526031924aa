"""An operator of another domain that is imported as ONNX's operator of the same name."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Reading

READING = Reading("contrib_as_onnx", "ONNX's operator of this name", unproven="no recorded model has the form")


def read(node, edit):
    from onnx import defs

    try:
        schema = defs.get_schema(node.op_type, edit.opset, "")
    except defs.SchemaError:
        raise CannotRewrite("ONNX has no %s in opset %d" % (node.op_type, edit.opset)) from None
    if not schema.min_input <= len(node.inputs) <= schema.max_input or len(node.outputs) > schema.max_output:
        raise CannotRewrite("ONNX's %s has other inputs or outputs" % node.op_type)
    shared = {a.name: a for a in node.proto.attribute if a.name in schema.attributes}
    missing = [name for name, a in schema.attributes.items() if a.required and name not in shared]
    if missing:
        raise CannotRewrite("ONNX's %s needs the attribute %s" % (node.op_type, missing[0]))
    outputs = edit.add(node.op_type, node.inputs, len(node.outputs), **shared)
    edit.replace(node, outputs)
