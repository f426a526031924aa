"""Operators that onnx defines as functions of others: written out where they do not exist yet."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from jetdoctor.fix.opset import inference, schemas
from jetdoctor.fix.opset.fitting import default_of
from jetdoctor.fix.opset.scope import subgraphs
from jetdoctor.fix.opset.site import Site
from jetdoctor.rule import CannotRewrite


def write_out(site: Site) -> int:
    """Emit the nodes of the operator's function body in place of the node; returns their opset.

    The last nodes carry the node's own outputs. CannotRewrite when onnx has no body for the node.
    """
    found = schemas.schema(site.node.op_type, site.to + 1)
    body = _body(site, found)
    if body is None:
        raise CannotRewrite("%s does not exist at opset %d" % (site.node.op_type, site.to))
    names = dict(zip(body.input, site.node.input))
    names.update((formal, "") for formal in body.input[len(site.node.input) :])
    names.update((formal, actual) for formal, actual in zip(body.output, site.node.output) if actual)
    opset = next((o.version for o in body.opset_import if o.domain == ""), site.to)
    for node in body.node:
        made = _instance(site, found, node, names)
        site.adopt(made, opset)
        for child in site.scope.children.get(id(made), ()):
            inference.bind_state(site.scope, made, child)
            inference.complete(child, opset)
        inference.state_types(site.scope, made)
    return opset


def _body(site: Site, found: Any) -> Optional[Any]:
    from onnx import FunctionProto

    versions = list(found.function_opset_versions)
    dependent = list(found.context_dependent_function_opset_versions)
    best = _best(dependent or versions, site.to)
    if best is None:
        return None
    if dependent:
        data = found.get_context_dependent_function_with_opset_version(
            best, site.node.SerializeToString(), _input_types(site)
        )
    else:
        data = found.get_function_with_opset_version(best)
    body = FunctionProto()
    body.ParseFromString(data)
    return body if body.node else None


def _best(versions: List[int], opset: int) -> Optional[int]:
    older = [version for version in versions if version <= opset]
    return max(older) if older else min(versions) if versions else None


def _input_types(site: Site) -> List[bytes]:
    from onnx import TypeProto

    types = []
    for name in site.node.input:
        proto = site.scope.type(name) if name else TypeProto()
        if proto is None:
            raise CannotRewrite("the type of %s is not known" % name)
        types.append(proto.SerializeToString())
    return types


def _instance(site: Site, found: Any, node: Any, names: Dict[str, str]) -> Any:
    """A body node with the names of this place; ``names`` grows by the node's outputs."""
    from onnx import NodeProto

    made = NodeProto()
    made.CopyFrom(node)
    _fill_attributes(site, found, made)
    inputs = [names.get(name, name) for name in node.input]
    for name in node.output:
        if name and name not in names:
            names[name] = site.fresh(name)
    outputs = [names.get(name, "") for name in node.output]
    del made.input[:], made.output[:]
    made.input.extend(inputs)
    made.output.extend(outputs)
    made.name = outputs[0] if site.node.name else ""
    for _, graph in subgraphs(made):
        _name_inside(site, found, graph, names)
    return made


def _name_inside(site: Site, found: Any, graph: Any, outer: Dict[str, str]) -> None:
    """Give a subgraph of the body its own names for what it defines, and this place's for what it reads."""
    names = dict(outer)
    defined = [value.name for value in graph.input] + [tensor.name for tensor in graph.initializer]
    for name in defined + [name for node in graph.node for name in node.output if name]:
        names[name] = site.fresh(name)
    for value in list(graph.input) + list(graph.output) + list(graph.initializer):
        value.name = names.get(value.name, value.name)
    del graph.value_info[:]
    for node in graph.node:
        _fill_attributes(site, found, node)
        for field in (node.input, node.output):
            field[:] = [names.get(name, name) for name in field]
        for _, inner in subgraphs(node):
            _name_inside(site, found, inner, names)


def _fill_attributes(site: Site, found: Any, made: Any) -> None:
    """Put the node's attribute values, or their defaults, where the body refers to them."""
    from onnx import helper

    kept = []
    for attribute in made.attribute:
        if not attribute.ref_attr_name:
            kept.append(attribute)
            continue
        value = site.attr(attribute.ref_attr_name, default_of(found, attribute.ref_attr_name))
        if value is not None:
            kept.append(helper.make_attribute(attribute.name, value))
    kept = [_twin(attribute) for attribute in kept]
    del made.attribute[:]
    made.attribute.extend(kept)


def _twin(attribute: Any) -> Any:
    twin = type(attribute)()
    twin.CopyFrom(attribute)
    return twin
