"""A tensor that is written twice gets a second name from the second writing on, as a run in the order of nodes has it.

ONNX has no meaning for such a model and ONNX Runtime refuses it, so that nothing proves the result: unsafe. Two
initializers of one name and one value are one.
"""

from __future__ import annotations

from jetdoctor.rule import CannotRewrite, Rewrite

REWRITE = Rewrite("rename_duplicate", "Rename the second tensor", "unsafe")


def rewrite_model(model, edit):
    proto = type(model.proto)()
    proto.CopyFrom(model.proto)
    graph, name = proto.graph, edit.tensor
    twins = [tensor for tensor in graph.initializer if tensor.name == name]
    if len(twins) > 1:
        if any(tensor.SerializeToString() != twins[0].SerializeToString() for tensor in twins):
            raise CannotRewrite("the two initializers called %s have different values" % name)
        for index in reversed([i for i, t in enumerate(graph.initializer) if t.name == name][1:]):
            del graph.initializer[index]
        edit.become(proto)
        return
    _rename(graph, name)
    edit.become(proto)


def _rename(graph, name):
    """The last writing of ``name`` before each reading counts; a graph output reads last and keeps the name."""
    given = any(value.name == name for value in graph.input) or any(t.name == name for t in graph.initializer)
    writes = [index for index, node in enumerate(graph.node) if name in node.output]
    if not name or len(writes) + given < 2:
        raise CannotRewrite("%s is written once" % (name or "the tensor"))
    if any(attribute.HasField("g") or attribute.graphs for node in graph.node for attribute in node.attribute):
        raise CannotRewrite("a branch or body may read %s" % name)
    is_output = any(value.name == name for value in graph.output)
    names = [name] * bool(given) + [None] * len(writes)
    for number in range(len(names)):
        last = number == len(names) - 1
        keeps = number == 0 if given or not is_output else last
        names[number] = name if keeps else "%s/%d" % (name, number)
    if given and is_output:
        raise CannotRewrite("%s is also an output of the graph" % name)
    current = names[0] if given else name
    left = iter(names[1:] if given else names)
    for node in graph.node:
        for index, read in enumerate(node.input):
            if read == name:
                node.input[index] = current
        for index, written in enumerate(node.output):
            if written == name:
                current = next(left)
                node.output[index] = current
