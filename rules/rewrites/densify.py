"""Sparse initializers and ``sparse_value`` constants written as dense tensors."""

from __future__ import annotations

from jetdoctor.recipes.sparse import dense
from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("densify", "Store sparse tensors as dense ones")


def rewrite_model(model, edit):
    proto = type(model.proto)()
    proto.CopyFrom(model.proto)
    changed = sum(_densify(root) for root in [proto.graph] + list(proto.functions))
    if not changed:
        raise CannotRewrite("nothing in the model is sparse")
    edit.become(proto)


def _densify(graph):
    sparse = list(getattr(graph, "sparse_initializer", ()))
    for tensor in sparse:
        graph.initializer.append(dense(tensor, tensor.values.name))
    if sparse:
        del graph.sparse_initializer[:]
    changed = len(sparse)
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.name == "sparse_value" and node.op_type == "Constant":
                attribute.t.CopyFrom(dense(attribute.sparse_tensor, ""))
                attribute.ClearField("sparse_tensor")
                attribute.name, attribute.type = "value", 4
                changed += 1
            for inner in ([attribute.g] if attribute.type == 5 else []) + list(attribute.graphs):
                changed += _densify(inner)
    return changed
