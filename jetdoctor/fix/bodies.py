"""Operators that ONNX itself defines by others: the definition written out at one node."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Sequence

from jetdoctor.graph import Node
from jetdoctor.rule import CannotRewrite


def write_out(edit: Any, node: Node, inputs: Optional[Sequence[str]] = None) -> List[str]:
    """Add the nodes of the operator's function body; returns the names that stand for its outputs.

    The body is onnx's own, for the node's attributes and input types and for the opset of the graph. It reads
    ``inputs``, of the same types, where they are given.
    """
    schema = _schema(node)
    body = _body(node, schema, edit.opset)
    if body is None:
        raise CannotRewrite("onnx does not define %s by other operators" % node.op_type)
    label = node.name or next(name for name in node.outputs if name)
    names: Dict[str, str] = dict(zip(body.input, inputs or node.inputs))
    names.update((formal, "") for formal in body.input[len(node.inputs) :])
    for inner in body.node:
        outputs = [edit.changes.unique("%s/%s" % (label, name)) if name else "" for name in inner.output]
        if any(attribute.type in (5, 10) for attribute in inner.attribute):
            raise CannotRewrite("the definition of %s holds a branch" % node.op_type)
        attributes = {a.name: a for a in _attributes(node, schema, inner)}
        read = [names.get(name, "") for name in inner.input]
        edit.add(inner.op_type, read, outputs, domain=inner.domain, **attributes)
        names.update(zip(inner.output, outputs))
    return [names[formal] if actual else "" for formal, actual in zip(body.output, node.outputs)]


def _schema(node: Node) -> Any:
    from onnx import defs

    try:
        return defs.get_schema(node.op_type, node.opset, "")
    except defs.SchemaError:
        raise CannotRewrite("onnx has no %s at opset %d" % (node.op_type, node.opset)) from None


def _body(node: Node, schema: Any, opset: int) -> Optional[Any]:
    from onnx import FunctionProto

    plain = [v for v in schema.function_opset_versions if v <= opset]
    dependent = [v for v in schema.context_dependent_function_opset_versions if v <= opset]
    if dependent:
        types = [_type(node, index) for index in range(len(node.inputs))]
        data = schema.get_context_dependent_function_with_opset_version(
            max(dependent), node.proto.SerializeToString(), types
        )
    elif plain:
        data = schema.get_function_with_opset_version(max(plain))
    else:
        return None
    body = FunctionProto()
    body.ParseFromString(data)
    return body if body.node else None


def _type(node: Node, index: int) -> bytes:
    from onnx import TypeProto, helper

    from jetdoctor.graph import DTYPE_NUMBERS

    value = node.input(index)
    if not value.name:
        return bytes(TypeProto().SerializeToString())
    if value.dtype is None:
        raise CannotRewrite("the type of %s is not known" % value.name)
    return bytes(helper.make_tensor_type_proto(DTYPE_NUMBERS[value.dtype], value.shape).SerializeToString())


def _attributes(node: Node, schema: Any, inner: Any) -> List[Any]:
    """Attributes of a body node, with the values of the node where the body refers to its attributes."""
    found = []
    for attribute in inner.attribute:
        if not attribute.ref_attr_name:
            found.append(attribute)
            continue
        given = node.attributes.get(attribute.ref_attr_name)
        if given is None and attribute.ref_attr_name in schema.attributes:
            given = schema.attributes[attribute.ref_attr_name].default_value
        if given is not None and given.type:
            copy = type(attribute)()
            copy.CopyFrom(given)
            copy.name = attribute.name
            found.append(copy)
    return found
