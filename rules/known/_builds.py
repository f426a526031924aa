"""Patterns of faults that end a build of a model in floating point: an assertion, no implementation, a crash."""

from jetdoctor.rules.known._walk import HAND_ON, made_by, runs_on_data, source

#: What the logs of TensorRT 8.5 name behind a data-dependent size, and layers that only that compiler has.
_BY_MYELIN = (
    "MatMul", "Gemm", "Einsum", "Softmax", "LayerNormalization", "GridSample", "ScatterND", "ScatterElements",
    "Less", "LessOrEqual", "Greater", "GreaterOrEqual",
)  # fmt: skip


def only_identities(nodes):
    """A graph that only hands its inputs on."""
    found = list(nodes("Identity"))
    if found and len(found) == len(found[0].graph.model.main.nodes):
        yield found[0]


def compiled_behind_nonzero(nodes):
    """A layer of the Myelin compiler that works on something whose size depends on the data."""
    open_ended = set()
    for node in nodes("NonZero"):
        if runs_on_data(node):
            open_ended.add((node.graph.path, node.output(0).name))
    if not open_ended:
        return
    for node in nodes():
        if not any((node.graph.path, name) in open_ended for name in node.inputs if name):
            continue
        if node.op_type in _BY_MYELIN:
            yield node
        elif node.op_type not in ("Shape", "Size") and not node.op_type.startswith(("Reduce", "ArgM")):
            open_ended.update((node.graph.path, name) for name in node.outputs if name)


def bfloat16_convtranspose(nodes):
    for node in nodes("ConvTranspose"):
        if node.input(0).dtype == "BFLOAT16":
            yield node


def size_by_square_root(nodes):
    """A LayerNormalization of a tensor that was reshaped to the square root of a size."""
    for node in nodes("LayerNormalization"):
        shaped = source(node.input(0), "Transpose", "Add", *HAND_ON)
        if shaped is not None and shaped.op_type == "Reshape" and runs_on_data(shaped):
            if _reaches(shaped.input(1), "Sqrt"):
                yield node


def _reaches(value, op_type, depth=8):
    """Whether an operator of the type takes part in computing the value, a few steps back."""
    level = [value]
    for _ in range(depth):
        makers = [v.producer for v in level if v.producer is not None and not v.is_constant_expression()]
        if any(node.op_type == op_type for node in makers):
            return True
        level = [node.input(i) for node in makers if node.op_type != "Shape" for i in range(len(node.inputs))][:32]
    return False


def nested_control_flow(nodes):
    for node in nodes("If", "Loop"):
        if node.graph.parent is not None and runs_on_data(node) and not node.input(0).is_constant_expression():
            yield node


def largest_of_a_large_map(nodes):
    """ArgMax, or TopK of one, over the channels of a map of 256 x 256 or more."""
    for node in nodes("ArgMax", "TopK"):
        shape = node.input(0).static_shape
        axis = node.attr("axis", 0 if node.op_type == "ArgMax" else -1)
        if shape is not None and len(shape) == 4 and axis in (1, -3) and shape[2] * shape[3] >= 1 << 16:
            yield node


def residual_of_computed_size(nodes):
    """A Conv and a Resize or ConvTranspose that are added, with an open height or width."""
    for node in nodes("Add"):
        scaled = made_by(node, "Resize", "ConvTranspose")
        shape = node.output(0).shape or ()
        if scaled is not None and made_by(node, "Conv") is not None and len(shape) == 4:
            if not all(isinstance(size, int) for size in shape[2:]):
                yield node
