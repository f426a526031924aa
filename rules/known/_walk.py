"""Steps that the patterns of known faults take through a graph, always from a node to what feeds it."""

HAND_ON = ("Identity", "Cast", "Dropout")
QUANTIZED = ("QuantizeLinear", "DequantizeLinear")


def maker(value, *op_types):
    """The node that computes the value when it is one of these operators, else None."""
    node = value.producer if value.name else None
    return node if node is not None and node.op_type in op_types and node.domain in ("", "ai.onnx") else None


def made_by(node, *op_types):
    """The first input of the node that one of these operators computes: that operator's node, else None."""
    return next((m for m in (maker(node.input(i), *op_types) for i in range(len(node.inputs))) if m is not None), None)


def source(value, *skipped):
    """The node that computes the value, behind operators of the types ``skipped`` (their first input); else None."""
    return value.behind(skipped).producer


def runs_on_data(node):
    """Whether the node is computed at run time: it does not fold to a constant."""
    return not node.output(0).is_constant_expression()


def size(value, axis):
    """A dimension as a number; None when it is symbolic, unknown or not there."""
    shape = value.shape
    dim = shape[axis] if shape is not None and -len(shape) <= axis < len(shape) else None
    return dim if isinstance(dim, int) else None


def quantized_convolution(node):
    """Whether data and kernel of a Conv or ConvTranspose both come out of DequantizeLinear."""
    before = [source(node.input(index), "Transpose", "Reshape", "Identity") for index in (0, 1)]
    return all(made is not None and made.op_type == "DequantizeLinear" for made in before)


def channels(node):
    """(input, output) channels of a Conv or ConvTranspose by its kernel, (None, None) when it is not known."""
    kernel, group = node.input(1).static_shape, node.attr("group", 1)
    if kernel is None or len(kernel) < 3:
        return None, None
    if node.op_type == "ConvTranspose":
        return kernel[0], kernel[1] * group
    return kernel[1] * group, kernel[0]


def depthwise(node):
    """Whether every channel has a kernel of its own."""
    return node.op_type == "Conv" and node.attr("group", 1) > 1 and node.attr("group", 1) == channels(node)[0]
