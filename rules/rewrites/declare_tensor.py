"""A tensor that nothing defines becomes a graph input of the type that the model still declares for it.

That is what is left of a model which was cut in two. An output that nothing defines goes, where there are others.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("declare_tensor", "Make the undefined tensor a graph input", "unsafe", choice="inputs")


def rewrite_model(model, edit):
    proto = type(model.proto)()
    proto.CopyFrom(model.proto)
    graph, name = proto.graph, edit.tensor
    declared = [value for value in graph.value_info if value.name == name]
    outputs = [index for index, value in enumerate(graph.output) if value.name == name]
    if outputs and len(graph.output) > 1:
        del graph.output[outputs[0]]
    elif declared and declared[0].type.tensor_type.HasField("shape"):
        graph.input.add().CopyFrom(declared[0])
    else:
        raise CannotRewrite("the type and rank of %s are not declared" % (name or "the tensor"))
    edit.become(proto)
