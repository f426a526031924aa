"""Operators that ONNX itself defines by others: a node is replaced by its definition."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Sequence, Tuple

from jetdoctor import kinds
from jetdoctor.graph import DTYPE_NUMBERS, Node, Value
from jetdoctor.recipes.build import Build
from jetdoctor.rule import CannotRewrite


def expand_definition(node: Node, build: Build, inputs: Optional[Sequence[str]] = None) -> List[str]:
    """The nodes of the operator's function body; returns the names that stand for its outputs.

    The body is onnx's own, for the node's attributes and input types and for the build's opset. It reads ``inputs``, of
    the same types, where they are given.
    """
    schema = _schema(node)
    version, body = _body(node, schema, build.opset)
    build.needs(version)
    given = list(inputs or node.inputs)
    names: Dict[str, str] = dict(zip(body.input, given + [""] * (len(body.input) - len(given))))
    for inner in body.node:
        _settle(node, schema, inner)
        for graph in _subgraphs(inner):
            if not build.completes_subgraphs:
                raise CannotRewrite("the definition of %s holds a branch" % node.op_type)
            _name_inside(node, schema, build, graph, names)
        attributes = {attribute.name: attribute for attribute in inner.attribute}
        read = [names.get(name, name) for name in inner.input]
        found = build.add(inner.op_type, read, len(inner.output), domain=inner.domain, **attributes)
        made = zip(inner.output, [found] if isinstance(found, str) else found)
        names.update((formal, name) for formal, name in made if formal)
    return [names[formal] if actual else "" for formal, actual in zip(body.output, node.outputs)]


def _schema(node: Node) -> Any:
    from onnx import defs

    try:
        return defs.get_schema(node.op_type, node.opset, "")
    except Exception:  # onnx raises SchemaError, whose home moved between releases
        raise CannotRewrite("onnx has no %s at opset %d" % (node.op_type, node.opset)) from None


def _body(node: Node, schema: Any, opset: int) -> Tuple[int, Any]:
    """(opset that it is written in, function body): the newest that is not above ``opset``, else the oldest."""
    from onnx import FunctionProto

    dependent, plain = schema.context_dependent_function_opset_versions, schema.function_opset_versions
    versions = list(dependent) or list(plain)
    if not versions:
        raise CannotRewrite("onnx does not define %s by other operators" % node.op_type)
    older = [version for version in versions if version <= opset]
    version = max(older) if older else min(versions)
    if dependent:
        types = [_type(node.input(index)) for index in range(len(node.inputs))]
        data = schema.get_context_dependent_function_with_opset_version(version, node.proto.SerializeToString(), types)
    else:
        data = schema.get_function_with_opset_version(version)
    body = FunctionProto()
    body.ParseFromString(data)
    if not body.node:
        raise CannotRewrite("onnx does not define this form of %s by other operators" % node.op_type)
    return next((o.version for o in body.opset_import if o.domain == ""), version), body


def _type(value: Value) -> bytes:
    from onnx import TypeProto, helper

    proto = value.type_proto if value.name else TypeProto()
    if value.initializer is not None and value.dtype is not None:
        proto = helper.make_tensor_type_proto(DTYPE_NUMBERS[value.dtype], value.shape)
    if proto is None:
        raise CannotRewrite("the type of %s is not known" % value.name)
    return bytes(proto.SerializeToString())


def _settle(node: Node, schema: Any, inner: Any) -> None:
    """Put the node's attribute values, or their defaults, where a node of the body refers to them."""
    settled = []
    for attribute in inner.attribute:
        wanted, value = attribute.ref_attr_name, attribute
        if wanted:
            default = schema.attributes[wanted].default_value if wanted in schema.attributes else None
            value = node.attributes.get(wanted, default)
        if value is None or not value.type:
            continue
        copy = type(attribute)()
        copy.CopyFrom(value)
        copy.name = attribute.name
        settled.append(copy)
    del inner.attribute[:]
    inner.attribute.extend(settled)


def _subgraphs(node: Any) -> List[Any]:
    graphs = []
    for attribute in node.attribute:
        graphs += ([attribute.g] if attribute.type == kinds.GRAPH else []) + list(attribute.graphs)
    return graphs


def _name_inside(node: Node, schema: Any, build: Build, graph: Any, outer: Dict[str, str]) -> None:
    """Give a subgraph of the body its own names for what it defines, and this place's for what it reads."""
    names = dict(outer)
    defined = [value.name for value in graph.input] + [tensor.name for tensor in graph.initializer]
    for name in defined + [name for inner in graph.node for name in inner.output if name]:
        names[name] = build.fresh(name)
    for value in list(graph.input) + list(graph.output) + list(graph.initializer):
        value.name = names.get(value.name, value.name)
    del graph.value_info[:]
    for inner in graph.node:
        _settle(node, schema, inner)
        for field in (inner.input, inner.output):
            field[:] = [names.get(name, name) for name in field]
        for below in _subgraphs(inner):
            _name_inside(node, schema, build, below, names)
