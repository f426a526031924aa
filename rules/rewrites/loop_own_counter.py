"""A Loop counts its turns itself: a scalar that it carries takes the place of the iteration number."""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("loop_own_counter", "Carry the loop's own counter through it")


def rewrite(node, edit):
    bodies = [graph for graph in node.subgraphs if graph.input_names]
    if node.op_type != "Loop" or len(bodies) != 1 or len(node.inputs) < 2:
        raise CannotRewrite("not a Loop with a body")
    number = bodies[0].value(bodies[0].input_names[0])
    shape = [1] if number.rank == 1 else []
    body = type(bodies[0].proto)()
    body.CopyFrom(bodies[0].proto)
    _carry(body, shape, edit.changes.unique)
    carried = len(node.inputs) - 2
    inputs = [*node.inputs, edit.constant(_zero(shape))]
    outputs = edit.again(node, inputs, len(node.outputs) + 1, body=body)
    edit.replace(node, outputs[:carried] + outputs[carried + 1 :])


def _carry(body, shape, unique):
    """The body reads its counter under the old name of the iteration number, and hands on the next one."""
    from onnx import TensorProto, helper, numpy_helper

    name, results = body.input[0].name, list(body.output)
    body.input[0].name = unique(name + "/unused")
    body.input.append(helper.make_tensor_value_info(name, TensorProto.INT64, shape))
    one, following = unique(name + "/one"), unique(name + "/next")
    tensor = numpy_helper.from_array(_zero(shape) + 1)
    body.node.append(helper.make_node("Constant", [], [one], name=one, value=tensor))
    body.node.append(helper.make_node("Add", [name, one], [following], name=following))
    results.insert(len(body.input) - 2, helper.make_tensor_value_info(following, TensorProto.INT64, shape))
    del body.output[:]
    body.output.extend(results)


def _zero(shape):
    import numpy as np

    return np.zeros(shape, dtype=np.int64)
