"""Tensors that nothing reads become the graph's outputs, which it has none of: a guess at what is wanted, so unsafe."""

from __future__ import annotations

from jetdoctor.graph import DTYPE_NUMBERS
from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("mark_outputs", "Make outputs of the tensors that nothing reads", "unsafe", choice="outputs")


def rewrite_model(model, edit):
    import onnx_graphsurgeon as gs
    from onnx import helper

    if model.main.output_names:
        raise CannotRewrite("the graph has outputs")
    proto = type(model.proto)()
    proto.CopyFrom(model.proto)
    graph = gs.import_onnx(proto)
    made = [tensor for node in graph.nodes for tensor in node.outputs]
    for tensor in (tensor for tensor in made if tensor.name and not tensor.outputs):
        value = model.main.value(tensor.name)
        if value.dtype is None or value.shape is None:
            raise CannotRewrite("type and rank of %s are not known" % tensor.name)
        tensor.dtype, tensor.shape = helper.tensor_dtype_to_np_dtype(DTYPE_NUMBERS[value.dtype]), value.shape
        graph.outputs.append(tensor)
    proto.graph.CopyFrom(gs.export_onnx(graph, do_type_check=False).graph)
    edit.become(proto)
