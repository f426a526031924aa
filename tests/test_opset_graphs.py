"""Lowering inside subgraphs and local functions."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import helper, inliner, parser

from jetdoctor.fix.opset import lower
from tests.opset_models import FLOAT, constant, floats, lowered_equal, model_of, operators, run

FUNCTIONS = """
<ir_version: 8, opset_import: ["": 18, "local": 1]>
g (float[2,3,4] x) => (float[2,3,4] y) { a = local.norm(x)  y = local.twice(a) }
<domain: "local", opset_import: ["": 18]>
norm (x) => (y) { axes = Constant <value_ints = [-1]> ()  m = ReduceMean (x, axes)  d = Sub (x, m)
  y = Softmax <axis = 1> (d) }
<domain: "local", opset_import: ["": 18, "local": 1]>
twice (x) => (y) { n = local.norm (x)  two = Constant <value_float = 2.0> ()  t = CastLike (two, n)  y = Mul (n, t) }
"""


def loop_with(body_nodes, opset=18):
    """for i in range(3): v = body(v), with the axes in an initializer of the main graph."""
    body = helper.make_graph(
        body_nodes,
        "body",
        [
            helper.make_tensor_value_info("i", onnx.TensorProto.INT64, []),
            helper.make_tensor_value_info("go", onnx.TensorProto.BOOL, []),
            helper.make_tensor_value_info("v", FLOAT, [2, 3]),
        ],
        [
            helper.make_tensor_value_info("go_on", onnx.TensorProto.BOOL, []),
            helper.make_tensor_value_info("w", FLOAT, [2, 3]),
        ],
    )
    loop = helper.make_node("Loop", ["times", "", "x"], ["y"], body=body, name="loop")
    graph = helper.make_graph(
        [loop],
        "g",
        [helper.make_tensor_value_info("x", FLOAT, [2, 3])],
        [helper.make_tensor_value_info("y", FLOAT, [2, 3])],
        initializer=[constant("times", 3), constant("axes", [0])],
    )
    return model_of(graph, opset)


def test_nodes_of_a_loop_body_with_axes_of_the_outer_graph():
    model = loop_with(
        [
            helper.make_node("Identity", ["go"], ["go_on"]),
            helper.make_node("ReduceMean", ["v", "axes"], ["m"], name="mean"),
            helper.make_node("Sub", ["v", "m"], ["d"]),
            helper.make_node("Softmax", ["d"], ["w"], axis=0, name="soft"),
        ]
    )
    result = lowered_equal(model, 11, {"x": floats([2, 3])})
    assert [tensor.name for tensor in result.proto.graph.initializer] == ["times"]
    assert result.changes[0] == (
        "ReduceMean mean in main/loop.body: axes [0] from input to attribute (opset 18 to 17)"
    )


def test_a_block_inside_a_body_names_its_graph():
    model = loop_with(
        [
            helper.make_node("Identity", ["go"], ["go_on"]),
            helper.make_node("Bernoulli", ["v"], ["b"], name="random", seed=1.0),
            helper.make_node("Col2Im", ["v", "i", "i"], ["unused"], name="columns"),
            helper.make_node("Identity", ["v"], ["w"]),
        ]
    )
    result = lower(model, 17)
    ((location, reason),) = result.blocked
    assert location.graph == ("main", "loop.body") and location.node_name == "columns"
    assert result.reached == 18 and result.proto == model


def test_branches_with_equal_names_are_kept_apart():
    def branch(op_type, **attributes):
        nodes = [
            helper.make_node(op_type, ["x"], ["t"], **attributes),
            helper.make_node("Relu", ["t"], ["out"]),
        ]
        return helper.make_graph(nodes, op_type, [], [helper.make_tensor_value_info("out", FLOAT, [2, 3])])

    node = helper.make_node(
        "If", ["c"], ["y"], then_branch=branch("Softmax", axis=0), else_branch=branch("Neg")
    )
    graph = helper.make_graph(
        [node],
        "g",
        [
            helper.make_tensor_value_info("c", onnx.TensorProto.BOOL, []),
            helper.make_tensor_value_info("x", FLOAT, [2, 3]),
        ],
        [helper.make_tensor_value_info("y", FLOAT, [2, 3])],
    )
    for flag in (True, False):
        lowered_equal(model_of(graph, 18), 9, {"c": np.array(flag), "x": floats([2, 3])})


def test_local_functions_are_lowered_and_kept():
    model = parser.parse_model(FUNCTIONS)
    result = lower(model, 13)
    assert result.reached == 13 and result.proto.ir_version == 8
    assert [function.name for function in result.proto.functions] == ["norm", "twice"]
    assert all(o.version == 13 for f in result.proto.functions for o in f.opset_import if o.domain == "")
    onnx.checker.check_model(result.proto)
    feeds = {"x": floats([2, 3, 4])}
    np.testing.assert_allclose(run(result.proto, feeds)[0], run(model, feeds)[0], rtol=1e-5)
    flat = inliner.inline_local_functions(lower(model, 11).proto)
    np.testing.assert_allclose(run(flat, feeds)[0], run(model, feeds)[0], rtol=1e-5)


def test_a_function_of_a_newer_opset_than_the_model():
    model = parser.parse_model(FUNCTIONS)
    model.opset_import[0].version = 13
    result = lower(model, 13)
    assert result.reached == 13 and "CastLike" not in {
        n.op_type for f in result.proto.functions for n in f.node
    }


def test_functions_whose_parameters_must_be_constant_are_inlined():
    """torchlib style: the axes come in as an argument, different in each call."""
    model = parser.parse_model(
        """
    <ir_version: 8, opset_import: ["": 18, "local": 1]>
    g (float[2,3,4] x) => (float[2,1,1] y)
    { one = Constant <value_ints = [1]> ()  two = Constant <value_ints = [2]> ()
      a = local.mean(x, one)  y = local.mean(a, two) }
    <domain: "local", opset_import: ["": 18]>
    mean (x, axes) => (y) { b = BitwiseKeep (x)  y = ReduceMean (x, axes) }
    """.replace("b = BitwiseKeep (x)", "")
    )
    result = lower(model, 12)
    assert result.reached == 12
    onnx.checker.check_model(result.proto, full_check=True)
    feeds = {"x": floats([2, 3, 4])}
    np.testing.assert_allclose(run(result.proto, feeds)[0], run(model, feeds)[0], rtol=1e-5)


def test_attributes_that_are_parameters_of_a_function():
    model = parser.parse_model("""
    <ir_version: 8, opset_import: ["": 13, "local": 1]>
    g (float[2,3] x) => (float[2,3] y) { y = local.f <k = 0> (x) }
    <domain: "local", opset_import: ["": 13]>
    f <k> (x) => (y) { y = Softmax <axis: int = @k> (x) }
    """)
    result = lower(model, 11)
    assert result.reached == 11
    assert result.changes[0] == "local functions inlined"
    assert operators(result.proto) == ("Transpose", "Softmax", "Transpose")
    feeds = {"x": floats([2, 3])}
    np.testing.assert_allclose(run(result.proto, feeds)[0], run(model, feeds)[0], rtol=1e-5)


def test_nodes_out_of_order_are_sorted(tmp_path):
    """As converters to half precision leave them: a Cast at the end that the first node reads; also in a branch."""
    from jetdoctor.fix.sorting import sort_nodes

    def nodes(prefix):
        return [
            helper.make_node("Relu", [prefix + "c"], [prefix + "y"]),
            helper.make_node("Neg", ["x"], [prefix + "n"]),
            helper.make_node("Cast", [prefix + "n"], [prefix + "c"], to=FLOAT),
        ]

    value = helper.make_tensor_value_info
    branch = helper.make_graph(nodes("b"), "b", [], [value("by", FLOAT, [2])])
    other = helper.make_graph([helper.make_node("Identity", ["y"], ["e"])], "e", [], [value("e", FLOAT, [2])])
    choice = helper.make_node("If", ["yes"], ["z"], then_branch=branch, else_branch=other)
    graph = helper.make_graph(
        [choice] + nodes(""), "g", [value("x", FLOAT, [2])], [value("z", FLOAT, [2])], [constant("yes", True, "bool")]
    )
    model = model_of(graph, 14)
    result = lower(model, 13).proto
    onnx.checker.check_model(result)
    assert operators(result) == ("Neg", "Cast", "Relu", "If")
    inner = next(a.g for a in result.graph.node[3].attribute if a.name == "then_branch")
    assert [node.op_type for node in inner.node] == ["Neg", "Cast", "Relu"]
    before = result.SerializeToString()
    assert not sort_nodes(result) and result.SerializeToString() == before
    model.graph.node[2].input[0] = "z"  # a circle has no order
    assert [node.op_type for node in model.graph.node] == ["If", "Relu", "Neg", "Cast"]
    sort_nodes(model)
    assert [node.op_type for node in model.graph.node] == ["If", "Relu", "Neg", "Cast"]


def test_a_definition_with_a_loop_in_it():
    """SequenceMap is a Loop by its definition; the body's names must not meet those of the model."""
    body = helper.make_graph(
        [helper.make_node("Add", ["e", "out_seq"], ["out"])],
        "body",
        [helper.make_tensor_value_info("e", FLOAT, [2])],
        [helper.make_tensor_value_info("out", FLOAT, [2])],
    )
    nodes = [
        helper.make_node("Neg", ["x"], ["out_seq"]),
        helper.make_node("SequenceConstruct", ["x", "x"], ["s"]),
        helper.make_node("SequenceMap", ["s"], ["m"], body=body, name="map"),
        helper.make_node("ConcatFromSequence", ["m"], ["y"], axis=0),
    ]
    value = helper.make_tensor_value_info
    model = model_of(helper.make_graph(nodes, "g", [value("x", FLOAT, [2])], [value("y", FLOAT, [4])]), 17)
    result = lower(model, 13)
    assert result.reached == 13 and "Loop" in operators(result.proto)
    onnx.checker.check_model(result.proto)
    np.testing.assert_array_equal(run(result.proto, {"x": floats([2])})[0], np.zeros(4))


def test_operators_that_came_after_the_opset():
    """ONNX Runtime's optimizer writes LayerNormalization at any opset, and RMSNormalization under its own name."""
    scale, newest = constant("s", [1, 2, 3], "float32"), onnx.defs.onnx_opset_version()
    second = "SimplifiedLayerNormalization" if newest >= 23 else "LayerNormalization"
    value = helper.make_tensor_value_info
    nodes = [
        helper.make_node("LayerNormalization", ["x", "s"], ["m"], axis=-1),
        helper.make_node(second, ["m", "s"], ["y"], axis=-1),
    ]
    graph = helper.make_graph(nodes, "g", [value("x", FLOAT, [2, 3])], [value("y", FLOAT, [2, 3])], [scale])
    model, feeds = model_of(graph, 14), {"x": floats([2, 3])}
    result = lower(model, 13)
    assert result.reached == 13 and "LayerNormalization" not in operators(result.proto)
    onnx.checker.check_model(result.proto)
    np.testing.assert_allclose(run(result.proto, feeds)[0], run(model, feeds)[0], rtol=1e-4)


def test_constants_are_nodes_where_initializers_are_inputs():
    """Before IR version 4 every initializer is an input as well."""
    value = helper.make_tensor_value_info
    node = helper.make_node("HardSwish", ["x"], ["y"])
    model = model_of(helper.make_graph([node], "g", [value("x", FLOAT, [2])], [value("y", FLOAT, [2])]), 14)
    model.ir_version = 3
    result = lowered_equal(model, 13, {"x": floats([2])})
    assert result.proto.ir_version == 3 and not result.proto.graph.initializer


def test_types_behind_operators_of_onnx_runtime():
    value = helper.make_tensor_value_info
    nodes = [
        helper.make_node("QuickGelu", ["x"], ["q"], domain="com.microsoft"),
        helper.make_node("HardSwish", ["q"], ["y"]),
    ]
    graph = helper.make_graph(nodes, "g", [value("x", FLOAT, [2])], [value("y", FLOAT, [2])])
    model = helper.make_model(
        graph, opset_imports=[helper.make_operatorsetid("", 14), helper.make_operatorsetid("com.microsoft", 1)]
    )
    assert lower(model, 13).reached == 13


def test_a_leftover_of_the_version_converter_is_dropped():
    """onnx.version_converter leaves noop_with_empty_axes at an opset whose ReduceMean has no such attribute."""
    value = helper.make_tensor_value_info
    node = helper.make_node("ReduceMean", ["x"], ["y"], axes=[1], noop_with_empty_axes=0)
    model = model_of(helper.make_graph([node], "g", [value("x", FLOAT, [2, 3])], [value("y", FLOAT, [2, 1])]), 17)
    result = lower(model, 13)
    onnx.checker.check_model(result.proto)
    assert [a.name for a in result.proto.graph.node[0].attribute] == ["axes"]
