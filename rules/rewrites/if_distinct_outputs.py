"""The branches of an If name their outputs alike: those of the second get names of their own."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("if_distinct_outputs", "Give the outputs of the two branches distinct names")


def rewrite(node, edit):
    branches = {attribute.name: attribute.g for attribute in node.proto.attribute if attribute.type == 5}
    if node.op_type != "If" or len(branches) != 2:
        raise CannotRewrite("not an If with two branches")
    taken = {value.name for value in branches["then_branch"].output}
    other = type(branches["else_branch"])()
    other.CopyFrom(branches["else_branch"])
    shared = [value for value in other.output if value.name in taken]
    if not shared:
        raise CannotRewrite("the outputs have distinct names already")
    for value in shared:
        name = edit.changes.unique(value.name + "/else")
        other.node.add(op_type="Identity", name=name + "/Identity", input=[value.name], output=[name])
        value.name = name
    edit.set_attribute(node, "else_branch", other)
