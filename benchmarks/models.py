"""Synthetic models: a stack of transformer-like blocks with as many nodes and weights as are asked for."""

from __future__ import annotations

from pathlib import Path
from typing import List

WIDTH = 64
# One block: ten nodes with the operators of an exported encoder layer.
_BLOCK = 10


def transformer(path: Path, nodes: int, weight_bytes: int) -> Path:
    """Write a model of about ``nodes`` nodes with ``weight_bytes`` of embedded weights; returns ``path``."""
    import numpy
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    blocks = max(1, nodes // _BLOCK)
    shape = ["batch", 16, WIDTH]
    tensors = [
        numpy_helper.from_array(numpy.ones((WIDTH, WIDTH), "float32"), "w"),
        numpy_helper.from_array(numpy.ones(WIDTH, "float32"), "b"),
        numpy_helper.from_array(numpy.array([0, 0, WIDTH], "int64"), "shape"),
    ]
    made: List[onnx.NodeProto] = []
    value = "x"
    for index in range(blocks):
        made += _block(helper, index, value)
        value = "y%d" % index
    heavy = min(blocks, 20)
    elements = max(1, weight_bytes // 4 // heavy // WIDTH) * WIDTH
    for index in range(heavy):  # tables that one Gather each reads a row of
        table = numpy.zeros((elements // WIDTH, WIDTH), "float32")
        tensors.append(numpy_helper.from_array(table, "table%d" % index))
        made.append(helper.make_node("Gather", ["table%d" % index, "row"], ["r%d" % index]))
        made.append(helper.make_node("Add", [value, "r%d" % index], ["t%d" % index]))
        value = "t%d" % index
    tensors.append(numpy_helper.from_array(numpy.array([0], "int64"), "row"))
    graph = helper.make_graph(
        made,
        "stack",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(value, TensorProto.FLOAT, shape)],
        tensors,
    )
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), str(path))
    return path


def _block(helper: object, index: int, value: str) -> list:
    steps = [
        ("MatMul", ["%s", "w"], {}),
        ("Add", ["%s", "b"], {}),
        ("Relu", ["%s"], {}),
        ("Reshape", ["%s", "shape"], {}),
        ("Transpose", ["%s"], {"perm": [0, 2, 1]}),
        ("Softmax", ["%s"], {"axis": -1}),
        ("Transpose", ["%s"], {"perm": [0, 2, 1]}),
        ("Mul", ["%s", "b"], {}),
        ("Erf", ["%s"], {}),
        ("Add", ["%s", "b"], {}),
    ]
    made = []
    for step, (op_type, inputs, attributes) in enumerate(steps):
        output = "y%d" % index if step == len(steps) - 1 else "v%d_%d" % (index, step)
        names = [value if name == "%s" else name for name in inputs]
        made.append(helper.make_node(op_type, names, [output], **attributes))  # type: ignore[attr-defined]
        value = output
    return made


def sizes(path: Path, nodes: int) -> Path:
    """Write a model of about ``nodes`` nodes that computes sizes: a chain, each of whose numbers a Reshape reads."""
    import numpy
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    made = [
        helper.make_node("Shape", ["x"], ["shape"]),
        helper.make_node("Gather", ["shape", "first"], ["n0"]),
    ]
    outputs = []
    for index in range(max(1, nodes // 4)):
        made += [
            helper.make_node("Add", ["n%d" % index, "one"], ["n%d" % (index + 1)]),
            helper.make_node("Neg", ["n%d" % (index + 1)], ["m%d" % index]),
            helper.make_node("Concat", ["m%d" % index, "one"], ["s%d" % index], axis=0),
            helper.make_node("Expand", ["one", "s%d" % index], ["y%d" % index]),
        ]
        outputs.append(helper.make_tensor_value_info("y%d" % index, TensorProto.INT64, None))
    one, first = (numpy_helper.from_array(numpy.array([n], "int64"), name) for n, name in ((1, "one"), (0, "first")))
    given = [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 3])]
    graph = helper.make_graph(made, "sizes", given, outputs[-1:], [one, first])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), str(path))
    return path
