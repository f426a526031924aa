"""Loop before 8.0, which runs to its trip count whatever its body says."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Reading

READING = Reading(
    "loop_whole_trip_count", "To the trip count", unproven="no network of a parser before 8.0 was recorded"
)

_UNLIMITED = 2**31 - 1


def read(node, edit):
    import numpy as np
    from onnx import helper, numpy_helper

    count = edit.array(node.input(0)) if node.present(0) else None
    if not node.present(0) or (count is not None and count.size and count.max() >= _UNLIMITED):
        raise CannotRewrite("it has no trip count and would never end")
    body = type(node.subgraphs[0].proto)()
    body.CopyFrom(node.subgraphs[0].proto)
    name = edit.fresh("go_on")
    true = numpy_helper.from_array(np.ones((), bool))
    body.node.append(helper.make_node("Constant", [], [name], name=name, value=true))
    body.output[0].name = name
    edit.set_attribute(node, "body", body)
