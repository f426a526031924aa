"""Quantized computations in FLOAT, and integer operators between Q and DQ: the same values, step for step."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import helper, numpy_helper, parser

from jetdoctor.verify.compare import compare
from tests.rewriting import assert_same, outputs_of, rewritten

settings.register_profile("quantized", deadline=None, max_examples=12, derandomize=True)
settings.load_profile("quantized")

RANDOM = np.random.RandomState(7)
KINDS = {"UINT8": np.uint8, "INT8": np.int8, "UINT16": np.uint16, "INT16": np.int16}


def model(nodes, inputs, outputs, constants, opset=13):
    """A model of ``nodes`` (op_type, inputs, outputs, attributes); ``inputs`` are arrays by name."""
    protos = []
    for op_type, reads, makes, attributes in nodes:
        domain, _, name = op_type.rpartition(":")
        protos.append(helper.make_node(name, reads, makes, name=makes[0], domain=domain, **attributes))
    graph = helper.make_graph(
        protos,
        "g",
        [
            helper.make_tensor_value_info(k, helper.np_dtype_to_tensor_dtype(v.dtype), v.shape)
            for k, v in inputs.items()
        ],
        [helper.make_tensor_value_info(name, kind, None) for name, kind in outputs.items()],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    imports = [helper.make_opsetid("", opset), helper.make_opsetid("com.microsoft", 1)]
    made = helper.make_model(graph, opset_imports=imports, ir_version=8 if opset < 21 else 10)
    for value, array in zip(made.graph.output, outputs_of(made, inputs).values()):
        value.CopyFrom(helper.make_tensor_value_info(value.name, outputs[value.name], array.shape))
    return made


def assert_float(made, feeds, *names):
    """After the rewrites nothing is quantized any more, and the outputs are the same."""
    result = made
    for name in names:
        result, refusals, done = rewritten(result, name)
        assert done, refusals
    onnx.checker.check_model(result, full_check=True)
    left = {node.op_type for node in result.graph.node}
    assert not [op for op in left if "Linear" in op or "Integer" in op or op == "QGemm"], left
    verdict = compare(outputs_of(made, feeds), outputs_of(result, feeds))
    assert verdict.equal, verdict.reason
    return result


@given(kind=st.sampled_from(sorted(KINDS)), zero=st.integers(0, 120), channels=st.booleans(), seed=st.integers(0, 50))
def test_a_pair_in_float(kind, zero, channels, seed):
    x = np.random.RandomState(seed).normal(scale=6, size=(2, 3, 4)).astype(np.float32)
    scale = np.array([0.05, 0.1, 0.02], np.float32) if channels else np.float32(0.05)
    zeros = np.full(np.shape(scale), zero, KINDS[kind])
    nodes = [("QuantizeLinear", ["x", "s", "z"], ["q"], {}), ("DequantizeLinear", ["q", "s", "z"], ["y"], {})]
    made = model(nodes, {"x": x}, {"y": 1}, {"s": scale, "z": zeros}, opset=21)
    if kind == "INT8" and zero == 0:
        assert "has the kind of every quantized tensor" in rewritten(made, "undo_quantization")[1][0]
    else:
        assert_float(made, {"x": x}, "undo_quantization")


def test_what_moves_steps_stays_between_them():
    x = RANDOM.normal(size=(1, 4, 6, 6)).astype(np.float32)
    nodes = [
        ("QuantizeLinear", ["x", "s", "z"], ["q"], {}),
        ("MaxPool", ["q"], ["m"], {"kernel_shape": [2, 2], "strides": [2, 2]}),
        ("Transpose", ["m"], ["t"], {"perm": [0, 1, 3, 2]}),
        ("Concat", ["m", "t"], ["c"], {"axis": 1}),
        ("Cast", ["c"], ["same"], {"to": 2}),
        ("DequantizeLinear", ["same", "s", "z"], ["d"], {}),
        ("DequantizeLinear", ["wq", "ws", "wz"], ["w"], {"axis": 0}),
        ("Conv", ["d", "w"], ["y"], {}),
        ("ArgMax", ["t"], ["best"], {"axis": 1}),
    ]
    constants = {
        "s": np.float32(0.02),
        "z": np.uint8(99),
        "ws": np.full(3, 0.01, np.float32),
        "wz": np.zeros(3, np.int8),
    }
    constants["wq"] = RANDOM.randint(-128, 127, (3, 8, 1, 1)).astype(np.int8)
    made = model(nodes, {"x": x}, {"y": 1, "best": 7}, constants)
    result = assert_float(made, {"x": x}, "undo_quantization")
    assert not [value for value in result.graph.value_info if value.type.tensor_type.elem_type == 2]


def test_what_tensorrt_has_is_left_where_it_does_not_touch():
    x = RANDOM.normal(size=(2, 4)).astype(np.float32)
    nodes = []
    for side, zero in (("a", "z0"), ("b", "z3")):
        nodes.append(("QuantizeLinear", ["x", "s", zero], [side + "q"], {}))
        nodes.append(("DequantizeLinear", [side + "q", "s", zero], [side], {}))
    made = model(nodes, {"x": x}, {"a": 1, "b": 1}, {"s": np.float32(0.03), "z0": np.int8(0), "z3": np.int8(3)})
    result, _, done = rewritten(made, "undo_quantization")
    assert done
    assert [n.op_type for n in result.graph.node if n.op_type.endswith("Linear")] == [
        "QuantizeLinear",
        "DequantizeLinear",
    ]
    assert compare(outputs_of(made, {"x": x}), outputs_of(result, {"x": x})).equal


@pytest.mark.parametrize("reader", ["Shape", "output"])
def test_a_quantized_tensor_that_something_else_reads_is_refused(reader):
    x = RANDOM.normal(size=(2, 4)).astype(np.float32)
    nodes = [("QuantizeLinear", ["x", "s", "z"], ["q"], {}), ("DequantizeLinear", ["q", "s", "z"], ["y"], {})]
    outputs = {"y": 1}
    if reader == "Shape":
        nodes.append(("Shape", ["q"], ["shape"], {}))
        outputs["shape"] = 7
    else:
        outputs["q"] = 2
    made = model(nodes, {"x": x}, outputs, {"s": np.float32(0.05), "z": np.uint8(100)})
    _, refusals, done = rewritten(made, "undo_quantization")
    assert not done
    assert refusals[0].startswith("q is quantized and")


@given(seed=st.integers(0, 50), rows=st.integers(1, 4), zeros=st.booleans())
def test_dynamic_quantization(seed, rows, zeros):
    random = np.random.RandomState(seed)
    x = (random.normal(size=(rows, 6)) * (not zeros)).astype(np.float32)
    nodes = [
        ("DynamicQuantizeLinear", ["x"], ["q", "qs", "qz"], {}),
        ("MatMulInteger", ["q", "w", "qz", "wz"], ["i"], {}),
        ("Cast", ["i"], ["f"], {"to": 1}),
        ("Mul", ["qs", "ws"], ["scale"], {}),
        ("Mul", ["f", "scale"], ["y"], {}),
    ]
    weights = random.randint(0, 255, (6, 5)).astype(np.uint8)
    made = model(nodes, {"x": x}, {"y": 1}, {"w": weights, "ws": np.float32(0.01), "wz": np.uint8(117)})
    assert_float(made, {"x": x}, "integer_to_qdq", "undo_quantization")


def quantized(shape, kind=np.uint8):
    limits = np.iinfo(kind)
    return RANDOM.randint(limits.min, limits.max + 1, shape).astype(kind)


def between(op_type, reads, constants, **attributes):
    """x is quantized, the operator computes on steps (named ``q``), the result is dequantized."""
    nodes = [
        ("QuantizeLinear", ["x", "xs", "xz"], ["q"], {}),
        (op_type, reads, ["yq"], attributes),
        ("DequantizeLinear", ["yq", "ys", "yz"], ["y"], {}),
    ]
    known = {"xs": np.float32(0.0171), "xz": np.uint8(120), "ys": np.float32(0.0931), "yz": np.uint8(111)}
    return nodes, dict(known, **constants)


SIDE = ["q", "xs", "xz"]
LINEAR = {
    "QLinearConv": between(
        "QLinearConv",
        SIDE + ["w", "ws", "wz", "ys", "yz", "b"],
        {
            "w": quantized((5, 3, 3, 3), np.int8),
            "ws": np.linspace(0.01, 0.02, 5, dtype=np.float32),
            "wz": np.zeros(5, np.int8),
            "b": np.arange(-200, 300, 100, dtype=np.int32),
        },
        pads=[1, 1, 1, 1],
    ),
    "QLinearMatMul": between(
        "QLinearMatMul",
        SIDE + ["w", "ws", "wz", "ys", "yz"],
        {"w": quantized((6, 4)), "ws": np.float32(0.013), "wz": np.uint8(131)},
    ),
    "QLinearAdd": between(
        "com.microsoft:QLinearAdd",
        SIDE + ["w", "ws", "wz", "ys", "yz"],
        {"w": quantized((6,)), "ws": np.float32(0.0137), "wz": np.uint8(90)},
    ),
    "QLinearSigmoid": between("com.microsoft:QLinearSigmoid", SIDE + ["ys", "yz"], {}),
    "QLinearGlobalAveragePool": between("com.microsoft:QLinearGlobalAveragePool", SIDE + ["ys", "yz"], {}),
    "QLinearConcat": between("com.microsoft:QLinearConcat", ["ys", "yz"] + SIDE + SIDE, {}, axis=1),
}


@pytest.mark.parametrize("op_type", sorted(LINEAR))
def test_operators_between_q_and_dq(op_type):
    nodes, constants = LINEAR[op_type]
    x = RANDOM.normal(size=(1, 3, 6, 6)).astype(np.float32)
    assert_float(model(nodes, {"x": x}, {"y": 1}, constants), {"x": x}, "integer_to_qdq", "undo_quantization")


def test_operators_of_onnxruntime_behind_one_another():
    """No inference knows the type of what lies between them."""
    nodes, constants = LINEAR["QLinearAdd"]
    (index,) = [i for i, node in enumerate(nodes) if node[0].endswith("QLinearAdd")]
    op_type, reads, makes, attributes = nodes[index]
    first = (op_type, reads, ["inner"], attributes)
    second = (op_type, ["inner", "ys", "yz", *reads[3:]], makes, attributes)
    chained = nodes[:index] + [first, second] + nodes[index + 1 :]
    x = RANDOM.normal(size=(1, 3, 6, 6)).astype(np.float32)
    assert_float(model(chained, {"x": x}, {"y": 1}, constants), {"x": x}, "integer_to_qdq", "undo_quantization")


def test_qgemm_and_convinteger():
    x = RANDOM.normal(size=(3, 6)).astype(np.float32)
    constants = {"w": quantized((5, 6)), "ws": np.float32(0.01), "wz": np.uint8(3), "b": np.arange(5, dtype=np.int32)}
    nodes, constants = between("com.microsoft:QGemm", SIDE + ["w", "ws", "wz", "b", "ys", "yz"], constants, transB=1)
    assert_float(model(nodes, {"x": x}, {"y": 1}, constants), {"x": x}, "integer_to_qdq", "undo_quantization")
    x = RANDOM.normal(size=(1, 2, 5, 5)).astype(np.float32)
    nodes = [
        ("QuantizeLinear", ["x", "xs", "xz"], ["q"], {}),
        ("ConvInteger", ["q", "w", "xz"], ["i"], {"pads": [1, 1, 1, 1]}),
        ("Cast", ["i"], ["y"], {"to": 1}),
    ]
    constants = {"xs": np.float32(0.02), "xz": np.uint8(128), "w": quantized((4, 2, 3, 3))}
    assert_float(model(nodes, {"x": x}, {"y": 1}, constants), {"x": x}, "integer_to_qdq", "undo_quantization")


def test_symmetric_operators_become_pairs_that_tensorrt_has():
    x = RANDOM.normal(size=(2, 6)).astype(np.float32)
    nodes, constants = LINEAR["QLinearMatMul"]
    constants = dict(constants, xz=np.int8(0), yz=np.int8(0), wz=np.int8(0), w=quantized((6, 4), np.int8))
    made = model(nodes, {"x": x}, {"y": 1}, constants)
    result, _, done = rewritten(made, "integer_to_qdq")
    assert done == 1
    assert not rewritten(result, "undo_quantization")[2]
    assert compare(outputs_of(made, {"x": x}), outputs_of(result, {"x": x})).equal


def test_a_lookup_in_quantized_weights():
    ids = np.array([[1, 3, 2]], np.int64)
    nodes = [("Gather", ["table", "ids"], ["row"], {}), ("DequantizeLinear", ["row", "s", "z"], ["y"], {})]
    made = model(nodes, {"ids": ids}, {"y": 1}, {"table": quantized((5, 4)), "s": np.float32(0.1), "z": np.uint8(9)})
    assert_float(made, {"ids": ids}, "undo_quantization")


def test_rows_of_a_quantized_table():
    text = """<ir_version: 8, opset_import: ["" : 13]>
    g (int64[2,3] i) => (float[4,2,3] y)
    <float s = {0.5}, uint8 z = {7}, uint8[3,4] table = {0,1,2,3,4,5,6,7,8,9,250,255}> {
      rows = Gather(table, i)
      turned = Transpose <perm = [2,0,1]> (rows)
      y = DequantizeLinear(turned, s, z)
    }"""
    model, feeds = parser.parse_model(text), {"i": np.array([[0, 1, 2], [2, 2, 1]])}
    result = assert_same(model, feeds, "dequantize_weights", gone=False)
    assert [node.op_type for node in result.graph.node] == ["Gather", "Transpose"]
