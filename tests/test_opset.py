"""lower(): what stays, what is said, where it stops."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper, parser

from jetdoctor.cli import main
from jetdoctor.fix.opset import lower
from jetdoctor.fix.opset.schemas import newest_opset
from jetdoctor.types import UsageError
from tests.opset_models import FLOAT, constant, floats, lowered_equal, model_of, one_node, operators, run


def gap(opset: int = 18) -> onnx.ModelProto:
    """A global average pool as PyTorch's dynamo exporter writes it."""
    return one_node("ReduceMean", [1, 3, 4, 4], opset, [constant("axes", [2, 3])], keepdims=1)


def test_reduce_axes_become_an_attribute_and_the_initializer_goes():
    result = lowered_equal(gap(), 17, {"x": floats([1, 3, 4, 4])})
    node = result.proto.graph.node[0]
    assert list(node.input) == ["x"] and not result.proto.graph.initializer
    assert helper.get_node_attr_value(node, "axes") == [2, 3]
    assert result.changes == ("ReduceMean node: axes [2, 3] from input to attribute (opset 18 to 17)",)


@pytest.mark.parametrize(
    "opset, ir", [(18, 8), (17, 8), (16, 8), (15, 8), (14, 7), (12, 7), (11, 6), (10, 5), (9, 4)]
)
def test_ir_version_follows_the_opset(opset, ir):
    result = lower(gap(20), opset)
    assert (result.reached, result.proto.ir_version) == (opset, ir)


def test_a_model_at_or_below_the_opset_is_a_plain_copy():
    model = gap(18)
    result = lower(model, 18)
    assert result.proto == model and result.proto is not model
    assert (result.reached, result.changes) == (18, ())
    assert lower(model, 20).reached == 18


def test_lowering_twice_changes_nothing_more():
    once = lower(gap(), 13).proto
    assert lower(once, 13).proto == once


def test_same_input_same_bytes():
    model = one_node("LayerNormalization", [2, 8], 17, [constant("s", np.ones(8), "float32")], axis=-1)
    first, second = (lower(model, 11).proto.SerializeToString(deterministic=True) for _ in range(2))
    assert first == second


def test_in_steps_is_as_good_as_at_once():
    model = one_node("Softmax", [2, 3, 4], 18, axis=1)
    feeds = {"x": floats([2, 3, 4])}
    np.testing.assert_array_equal(
        run(lower(lower(model, 14).proto, 11).proto, feeds)[0], run(lower(model, 11).proto, feeds)[0]
    )


def test_too_old_and_too_new_are_usage_errors():
    with pytest.raises(UsageError, match="opset 9"):
        lower(gap(), 8)
    model = gap()
    model.opset_import[0].version = newest_opset() + 1
    with pytest.raises(UsageError, match="pip install --upgrade onnx"):
        lower(model, 13)


def test_blocked_says_where_and_why_and_returns_the_lowest_whole_model():
    corners = {"mode": "linear", "antialias": 1, "coordinate_transformation_mode": "align_corners"}
    nodes = [
        helper.make_node("ReduceMean", ["x", "axes"], ["m"], name="mean"),
        helper.make_node("Resize", ["m", "", "s"], ["y"], name="resize", **corners),
    ]
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", FLOAT, [1, 2, 4, 4])],
        [helper.make_tensor_value_info("y", FLOAT, None)],
        initializer=[constant("axes", [1]), constant("s", [1, 1, 0.5, 0.5], "float32")],
    )
    model = model_of(graph, 20)
    result = lower(model, 13)
    assert result.reached == 18
    ((location, reason),) = result.blocked
    assert (location.node_name, location.op_type, location.node_index) == ("resize", "Resize", 1)
    assert reason == "align_corners coordinates with antialias, where runtimes disagree"
    assert str(result.blocked[0]) == "Resize resize: " + reason
    onnx.checker.check_model(result.proto, full_check=True)
    assert result.proto.opset_import[0].version == 18
    assert helper.get_node_attr_value(result.proto.graph.node[1], "antialias") == 1


@pytest.mark.parametrize(
    "op_type, opset, to, attributes, constants, reason",
    [
        ("Unique", 11, 10, {}, [], "does not exist at opset 10"),
        (
            "Resize",
            18,
            17,
            {"antialias": 1, "mode": "cubic", "coordinate_transformation_mode": "align_corners"},
            [constant("roi", [], "float32"), constant("s", [1, 1, 0.5, 0.5], "float32")],
            "align_corners coordinates",
        ),
        ("TopK", 11, 10, {"largest": 0}, [constant("k", [1])], None),
    ],
)
def test_what_an_opset_cannot_say(op_type, opset, to, attributes, constants, reason):
    outputs = 2 if op_type == "TopK" else 1
    model = one_node(op_type, [1, 3, 4, 4], opset, constants, outputs=outputs, **attributes)
    result = lower(model, to)
    if reason is None:
        assert not result.blocked
    else:
        assert result.reached == opset and reason in result.blocked[0].reason


def test_a_type_that_came_later_blocks():
    model = one_node("Relu", [2], 14, element=onnx.TensorProto.BFLOAT16)
    result = lower(model, 12)
    assert (result.reached, result.blocked[0].reason) == (
        13,
        "Relu at opset 12 does not accept tensor(bfloat16) for X",
    )


def test_names_docs_metadata_and_annotations_stay():
    model = gap()
    model.doc_string, model.model_version, model.domain = "doc", 7, "org.test"
    model.graph.doc_string = "graph doc"
    model.graph.node[0].doc_string = "node doc"
    helper.set_model_props(model, {"key": "value"})
    annotation = model.graph.quantization_annotation.add(tensor_name="x")
    annotation.quant_parameter_tensor_names.add(key="SCALE_TENSOR", value="s")
    model.graph.value_info.append(helper.make_tensor_value_info("x2", FLOAT, [1]))
    expected = onnx.ModelProto()
    expected.CopyFrom(lower(model, 17).proto)
    for field in ("doc_string", "model_version", "domain", "metadata_props"):
        assert getattr(expected, field) == getattr(model, field)
    for field in ("doc_string", "name", "quantization_annotation", "value_info", "input", "output"):
        assert getattr(expected.graph, field) == getattr(model.graph, field)
    assert (expected.graph.node[0].name, expected.graph.node[0].doc_string) == ("node", "node doc")


@pytest.mark.skipif(not hasattr(onnx.NodeProto(), "metadata_props"), reason="onnx before 1.16")
def test_node_metadata_goes_to_the_node_in_its_place():
    model = one_node("Gelu", [2, 3], 20)
    model.graph.node[0].metadata_props.add(key="pkg.torch.onnx.name_scopes", value="['', 'act']")
    node = lower(model, 17).proto.graph.node[-1]
    assert (node.name, node.output[0], len(node.metadata_props)) == ("node", "y0", 1)


def test_external_data_references_stay_and_are_not_read(tmp_path):
    weights = constant("w", np.ones((4, 3)), "float32")
    onnx.external_data_helper.set_external_data(weights, "absent.bin", offset=64, length=48)
    weights.ClearField("raw_data")
    model = one_node("MatMul", [2, 4], 18, inputs=["x", "w"])
    model.graph.initializer.append(weights)
    assert lower(model, 11).proto.graph.initializer[0] == weights


def test_a_weight_that_also_gave_the_axes_is_kept():
    model = gap()
    model.graph.node.append(helper.make_node("Identity", ["axes"], ["y1"]))
    model.graph.output.append(helper.make_tensor_value_info("y1", onnx.TensorProto.INT64, [2]))
    assert [t.name for t in lower(model, 17).proto.graph.initializer] == ["axes"]


def test_new_names_never_collide():
    model = one_node("Softmax", [2, 3, 4], 13, axis=1)
    model.graph.node.insert(0, helper.make_node("Identity", ["x"], ["y0/Transpose"], name="y0/Softmax"))
    model.graph.node[1].input[0] = "y0/Transpose"
    proto = lowered_equal(model, 11, {"x": floats([2, 3, 4])}).proto
    names = [node.name for node in proto.graph.node]
    assert len(set(names)) == len(names) == 4


def test_other_domains_and_plugins_pass():
    model = one_node("MyPlugin", [2], 18)
    model.graph.node[0].domain = "com.example"
    model.opset_import.append(helper.make_operatorsetid("com.example", 3))
    plugin = one_node("EfficientNMS_TRT", [2], 18)
    for given in (model, plugin):
        result = lower(given, 11)
        assert result.reached == 11 and result.proto.graph == given.graph
    assert lower(model, 11).proto.opset_import[1].version == 3


def test_unknown_types_behind_a_plugin_pass():
    text = """<ir_version: 8, opset_import: ["": 16, "com.example": 1]>
    g (float[2] x) => (float[2] y) { a = com.example.Plugin(x)  y = Relu(a) }"""
    assert lower(parser.parse_model(text), 13).reached == 13


def test_nodes_without_a_default_domain_import():
    model = one_node("Relu", [2], 13)
    del model.opset_import[:]
    model.opset_import.append(helper.make_operatorsetid("com.example", 1))
    assert lower(model, 11).proto.graph == model.graph


def test_large_weights_are_not_needed_for_the_types():
    model = one_node("MatMul", [2, 64], 18, [numpy_helper.from_array(floats([64, 64]), "w")])
    result = lowered_equal(model, 9, {"x": floats([2, 64])})
    assert operators(result.proto) == ("MatMul",) and result.changes == ()


def test_bfloat16_constants_are_bfloat16():
    model = one_node("Gelu", [4], 20, element=onnx.TensorProto.BFLOAT16)
    proto = lower(model, 17).proto
    onnx.checker.check_model(proto, full_check=True)
    assert {t.data_type for t in proto.graph.initializer} == {onnx.TensorProto.BFLOAT16}
    assert all(len(t.raw_data) in (0, 2) for t in proto.graph.initializer)


def test_weights_in_constant_nodes():
    model = one_node("MatMul", [2, 64], 18, inputs=["x", "w"])
    weights = numpy_helper.from_array(floats([64, 64]), "w")
    model.graph.node.insert(0, helper.make_node("Constant", [], ["w"], value=weights))
    model.graph.output[0].CopyFrom(helper.make_tensor_value_info("y0", FLOAT, [2, 64]))
    assert lowered_equal(model, 9, {"x": floats([2, 64])}).proto.graph.node[0] == model.graph.node[0]


def test_the_default_domain_under_its_long_name():
    model = one_node("Gelu", [4], 20)
    model.opset_import[0].domain = "ai.onnx"
    result = lower(model, 11)
    assert (result.reached, result.proto.opset_import[0].version) == (11, 11)
    feeds = {"x": floats([4])}
    np.testing.assert_allclose(run(result.proto, feeds)[0], run(model, feeds)[0], rtol=1e-4, atol=1e-6)


def test_the_plan_says_what_lowered_the_nodes(tmp_path, capsys):
    text = '<ir_version: 8, opset_import: ["": 17]> g (int64 n) => (float[N] y) { y = HannWindow(n) }'
    assert lower(parser.parse_model(text), 16).ways == {"definition": 1}
    assert lower(gap(), 17).ways == {"adapter": 1}
    path = str(tmp_path / "model.onnx")
    onnx.save(gap(), path)
    assert main(["fix", path, "--opset", "17"]) == 0
    assert "  how   nodes: 1 by adapters" in capsys.readouterr().out
    out = str(tmp_path / "lowered.onnx")
    assert main(["fix", path, "--opset", "17", "-o", out]) == 0
    assert "next: jetdoctor verify %s --reference %s" % (out, path) in capsys.readouterr().out


@pytest.mark.parametrize("wanted", ["0", "-3", "99"])
def test_an_opset_that_there_is_not_is_bad_usage(tmp_path, capsys, wanted):
    path = str(tmp_path / "m.onnx")
    onnx.save(gap(), path)
    assert main(["fix", path, "--opset", wanted]) == 2
    assert capsys.readouterr().err.startswith("jetdoctor: --opset %s: " % wanted)
