"""Every output of an If leaves its branch through an Identity of its own, in the order of the outputs."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("if_plain_outputs", "Let every output leave its branch through its own Identity")


def rewrite(node, edit):
    branches = [attribute for attribute in node.proto.attribute if attribute.type == 5]
    if node.op_type != "If" or not branches:
        raise CannotRewrite("not an If with branches")
    for attribute in branches:
        body = type(attribute.g)()
        body.CopyFrom(attribute.g)
        for output in body.output:
            # A slash at the end: no other name begins with this one, not even that of the tenth output.
            name = edit.changes.unique("leaving/%s/%s/" % (attribute.name, output.name))
            body.node.add(op_type="Identity", name=name, input=[output.name], output=[name])
            output.name = name
        edit.set_attribute(node, attribute.name, body)
