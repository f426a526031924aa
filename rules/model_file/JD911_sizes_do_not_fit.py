"""The sizes of a node's inputs do not go together

## What it detects
An elementwise operator whose inputs cannot be broadcast, a Concat of inputs that differ along another axis, a MatMul,
Gemm or convolution whose inner sizes differ, and a kernel of more or fewer axes than the image. Only in files that
store no shapes of inner tensors: stored ones are often left over from before an edit.

## Why it fails
No runtime computes such a node: ONNX Runtime does not load the model, and TensorRT says `broadcast dimensions must be
conformable`, or stops at the dimensions of the layer. It comes from an edit of the graph, or from an exporter
that traced a form which it does not know, such as pooling without a batch.

## Fix
Load the model in ONNX Runtime to see the same place, and export it again; a batch axis in front
(`x.unsqueeze(0)`) makes traced pooling and normalization what ONNX means.
"""

from jetdoctor.rule import Fix, Match, Rule, brackets

_ELEMENTWISE = (
    "Add And Div Equal Greater GreaterOrEqual Less LessOrEqual Max Mean Min Mod Mul Or Pow Sub Sum Where Xor".split()
)
_WINDOWS = ("AveragePool", "Conv", "ConvTranspose", "LpPool", "MaxPool")

#: Elementwise operators broadcast as numpy does from here on.
_BROADCASTS = 7

RULE = Rule(
    id="JD911",
    name="sizes-do-not-fit",
    severity="error",
    outcome="invalid-model",
    sources=(
        "onnx/onnx docs/Broadcasting.md, docs/Operators.md: Concat, MatMul, Gemm, Conv, MaxPool",
        "NVIDIA/TensorRT include/NvInfer.h: addElementWise, addConcatenation, addMatrixMultiply, addConvolutionNd",
    ),
    ops=(*_ELEMENTWISE, *_WINDOWS, "Concat", "Gemm", "MatMul"),
)


def check_node(node):
    if node.graph.parent is not None or node.graph.is_function or node.graph.model.proto.graph.value_info:
        return
    shapes = [_shape(node, index) for index, name in enumerate(node.inputs) if name]
    trouble = _trouble(node, shapes) if len([shape for shape in shapes if shape is not None]) else ""
    if trouble:
        yield Match(
            "%s: %s; no runtime computes this" % (node.op_type, trouble),
            node,
            cause=("sizes", node.name, node.index),
            basis="documented",
            fixes=(Fix("Export the model again; ONNX Runtime refuses the same node", "manual"),),
        )


def _shape(node, index):
    """What is known of an input but not what the file merely states of an output."""
    value = node.input(index)
    return None if value.name in node.graph.output_names else value.static_shape


def _trouble(node, shapes):
    known = [shape for shape in shapes if shape is not None]
    if node.op_type in _WINDOWS:
        return _of_window(node, shapes)
    if node.op_type == "Concat":
        return _not_joined(node, known)
    if node.op_type == "MatMul":
        return _not_multiplied(*known) if len(known) == 2 and all(known) else ""
    if node.op_type == "Gemm":
        return _of_gemm(node, known[:2]) if None not in shapes[:2] and len(known) > 1 else ""
    return _unlike(known) if node.opset >= _BROADCASTS else ""


def _of_window(node, shapes):
    data, kernel = shapes[0] or (), (shapes[1] if len(shapes) > 1 else None) or ()
    window = node.attr("kernel_shape", None)
    if len(data) > 2 and window is not None and len(window) != len(data) - 2:
        return "a kernel of %d axes on %s, which has %d" % (len(window), brackets(data), len(data) - 2)
    if len(data) < 3 or len(kernel) < 3:
        return ""
    wanted = kernel[0] if node.op_type == "ConvTranspose" else kernel[1] * node.attr("group", 1)
    return "%s has %d channels, the weight %d" % (brackets(data), data[1], wanted) if data[1] != wanted else ""


def _of_gemm(node, shapes):
    left, right = shapes
    if len(left) != 2 or len(right) != 2:
        return ""
    left = left[::-1] if node.attr("transA", 0) else left
    right = right[::-1] if node.attr("transB", 0) else right
    return _together("times", left, right) if left[1] != right[0] else ""


def _not_multiplied(left, right):
    if left[-1] != (right[-2] if len(right) > 1 else right[0]):
        return _together("times", left, right)
    return _unlike([left[:-2], right[:-2]])


def _not_joined(node, shapes):
    axis = node.attr("axis", 0)
    if any(not -len(shape) <= axis < len(shape) for shape in shapes):
        return ""
    rests = [shape[:axis] + shape[axis % len(shape) + 1 :] for shape in shapes]
    other = next((index for index, rest in enumerate(rests) if rest != rests[0]), None)
    return "" if other is None else _together("beside", shapes[0], shapes[other]) + " along axis %d" % axis


def _unlike(shapes):
    """Two shapes that cannot be broadcast."""
    for index, shape in enumerate(shapes):
        for other in shapes[:index]:
            if any(1 != a != b != 1 for a, b in zip(shape[::-1], other[::-1])):
                return _together("with", other, shape)
    return ""


def _together(word, left, right):
    return "%s %s %s" % (brackets(left), word, brackets(right))
