"""Does a node fit the older schema? Most opset steps only added types, inputs or attributes with a default."""

from __future__ import annotations

from typing import Any, Dict

from jetdoctor.fix.opset import schemas
from jetdoctor.fix.opset.element_types import type_string
from jetdoctor.fix.opset.site import Site
from jetdoctor.rule import CannotRewrite


def fit(site: Site) -> None:
    """Make the node legal at ``site.to`` by leaving out what only states a default.

    Raises CannotRewrite when an input, output, attribute or type has no place in the older schema.
    """
    op_type = site.node.op_type
    new, old = schemas.schema(op_type, site.to + 1), schemas.schema(op_type, site.to)
    _fit_inputs(site, old)
    _fit_attributes(site, new, old)
    _fit_outputs(site, old)
    check_types(site.scope, site.node, site.to)


def _fit_inputs(site: Site, old: Any) -> None:
    node = site.node
    while node.input and node.input[-1] == "":
        del node.input[-1]
    if len(node.input) > old.max_input:
        extra = ", ".join(list(node.input)[old.max_input :])
        raise CannotRewrite("opset %d has no input for %s" % (site.to, extra))
    for index, parameter in enumerate(old.inputs):
        required = str(parameter.option).endswith("Single")
        if required and site.input(index) == "":
            raise CannotRewrite("opset %d requires the input %s" % (site.to, parameter.name))


def _fit_outputs(site: Site, old: Any) -> None:
    node = site.node
    while len(node.output) > 1 and node.output[-1] == "":
        del node.output[-1]
    if len(node.output) > old.max_output:
        raise CannotRewrite("opset %d has at most %d outputs" % (site.to, old.max_output))


def _fit_attributes(site: Site, new: Any, old: Any) -> None:
    dropped = []
    for attribute in site.node.attribute:
        name = attribute.name
        if name in old.attributes:
            continue
        value = site.attr(name)
        # An attribute that even the newer version lacks is a leftover of onnx.version_converter.
        home = new if name in new.attributes else schemas.schema(site.node.op_type, schemas.newest_opset())
        if home is None or value is None or value != default_of(home, name):
            raise CannotRewrite("opset %d has no attribute %s (here %s)" % (site.to, name, _shown(value)))
        dropped.append(name)
    site.remove(*dropped)
    for name in old.attributes:
        stated, before = default_of(new, name), default_of(old, name)
        if name in new.attributes and stated != before and stated is not None and site.attr(name) is None:
            site.set(name, stated)


def drop_leftovers(site: Site) -> bool:
    """Remove attributes that the node's schema lacks and that have the newest one's default; whether there were any."""
    old = schemas.schema(site.node.op_type, site.to)
    newest = schemas.schema(site.node.op_type, schemas.newest_opset())
    if old is None or newest is None:
        return False
    strange = [a.name for a in site.node.attribute if a.name not in old.attributes and not a.ref_attr_name]
    idle = [name for name in strange if site.attr(name) == default_of(newest, name) is not None]
    site.remove(*idle)
    return bool(idle)


def default_of(schema: Any, name: str) -> Any:
    """Default value of a schema's attribute (text decoded), None when it has none."""
    from onnx import helper

    attribute = schema.attributes.get(name)
    if attribute is None or not attribute.default_value.name:
        return None
    value = helper.get_attribute_value(attribute.default_value)
    return value.decode("utf-8") if isinstance(value, bytes) else value


def _shown(value: Any) -> str:
    text = str(value)
    return text if len(text) < 40 else text[:37] + "..."


def check_types(scope: Any, node: Any, opset: int) -> None:
    """Raise CannotRewrite when the known type of an input or output is not one of the schema's at ``opset``.

    Unknown types pass: they lie behind an operator that onnx cannot infer through.
    """
    found = schemas.schema(node.op_type, opset)
    if found is None or node.domain not in ("", "ai.onnx"):
        return
    for names, parameters in ((node.input, found.inputs), (node.output, found.outputs)):
        bound: Dict[str, str] = {}
        for index, name in enumerate(names):
            parameter = schemas.formal(parameters, index)
            known = type_string(scope.type(name)) if name and parameter is not None else None
            if known is None:
                continue
            if known not in schemas.allowed_types(node.op_type, opset, parameter.type_str):
                raise CannotRewrite(
                    "%s at opset %d does not accept %s for %s" % (node.op_type, opset, known, parameter.name)
                )
            first = bound.setdefault(parameter.type_str, known)
            if parameter.is_homogeneous and first != known:
                raise CannotRewrite(
                    "%s at opset %d requires one type, not %s and %s" % (node.op_type, opset, first, known)
                )
