"""Loop from 7.2 to 8.5, whose body gets its iteration number in the shape [1]."""

from __future__ import annotations

from jetdoctor.rule import Reading

READING = Reading(
    "loop_counter_of_rank_one", "An iteration number of shape [1]", unproven="no recorded model has the form"
)


def read(node, edit):
    import numpy as np
    from onnx import helper, numpy_helper

    body = type(node.subgraphs[0].proto)()
    body.CopyFrom(node.subgraphs[0].proto)
    old, new, shape = body.input[0].name, edit.fresh("number"), edit.fresh("shape")
    body.input[0].name = new
    one = numpy_helper.from_array(np.ones(1, "int64"))
    body.node.insert(0, helper.make_node("Constant", [], [shape], name=shape, value=one))
    body.node.insert(1, helper.make_node("Reshape", [new, shape], [old], name=new + "/Reshape"))
    edit.set_attribute(node, "body", body)
