"""Patterns of faults in transformers: attention, and several projections of one normalized tensor."""

from jetdoctor.rules.known._walk import HAND_ON, made_by, maker, size, source

NORMS = ("LayerNormalization", "RMSNormalization", "SimplifiedLayerNormalization")


def attention(nodes):
    """MatMul of a Softmax of a MatMul; yields the first MatMul."""
    for node in nodes("MatMul"):
        soft = source(node.input(0), *HAND_ON)
        if soft is None or soft.op_type != "Softmax":
            continue
        scores = source(soft.input(0), "Add", "Mul", "Div", "Where", *HAND_ON)
        if scores is not None and scores.op_type == "MatMul":
            yield scores


def attention_of_a_transposed_input(nodes):
    """Attention in which a Transpose acts directly on an input of the model, with several heads of 9 or more."""
    for scores in attention(nodes):
        for index in (0, 1):
            moved = source(scores.input(index), "Mul", "Div")
            if moved is not None and moved.op_type == "Transpose" and moved.input(0).is_graph_input:
                heads, width = size(scores.input(0), 1), size(scores.input(0), -1)
                if heads != 1 and (width is None or width >= 9):
                    yield moved
                    break


def rotary_attention(nodes):
    """Attention whose queries are turned by position: an Add of two Mul, one of which reads a Concat."""
    for scores in attention(nodes):
        turned = source(scores.input(0), "Mul", "Reshape", "Transpose", *HAND_ON)
        if turned is not None and turned.op_type == "Concat":  # the class token is joined to what was turned
            turned = made_by(turned, "Add")
        if turned is not None and turned.op_type == "Add" and _turns(turned):
            yield scores


def _turns(add):
    sides = [maker(add.input(i), "Mul") for i in (0, 1)]
    if None in sides:
        return False
    return any(maker(side.input(i), "Concat") is not None for side in sides for i in (0, 1))


def projections_of_one_norm(nodes):
    """Two or three products with weights that read one normalized tensor at batch 1."""
    readers = {}
    for node in nodes("MatMul", "Gemm"):
        norm = maker(node.input(0), *NORMS)
        if norm is not None and node.input(1).is_constant_expression() and size(node.input(0), 0) == 1:
            readers.setdefault((node.graph.path, norm.index), []).append(node)
    for group in readers.values():
        if len(group) > 1:
            yield group[0]


def rms_norm_decomposed(nodes):
    """Cast, Mul or Pow, ReduceMean, Add, Sqrt, Div, Mul: an RMSNorm that casts to FLOAT and back."""
    for node in nodes("Sqrt"):
        added = maker(node.input(0), "Add")
        mean = made_by(added, "ReduceMean") if added is not None else None
        square = maker(mean.input(0), "Mul", "Pow") if mean is not None else None
        if square is not None and maker(square.input(0), "Cast") is not None:
            yield node
