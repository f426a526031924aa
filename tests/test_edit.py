"""The Edit API: main graph, branches and function bodies; names, order, sweep, undo."""

from __future__ import annotations

import os

import numpy as np
import onnx
import pytest
from onnx import numpy_helper, parser

from jetdoctor.constants import evaluator
from jetdoctor.constants.evaluator import Evaluator
from jetdoctor.fix.changes import Changes
from jetdoctor.fix.edit import Edit
from jetdoctor.model import from_proto
from jetdoctor.rule import CannotRewrite

BRANCHES = """<ir_version: 8, opset_import: ["": 17]>
g (float[2,3] x, bool c) => (float[2,3] y, float[2,3] z) <float[1] k = {2.0}> {
  a = Mul(x, k)
  y = Relu(a)
  z = If(c) <then_branch = t () => (float[2,3] p) { p = Relu(a) },
             else_branch = e () => (float[2,3] q) { d = Dropout(x) q = Identity(d) }>
}"""

FUNCTION = """<ir_version: 8, opset_import: ["": 17, "my": 1]>
g (float[2] x) => (float[2] y) { y = my.f(x) }
<domain: "my", opset_import: ["": 17]> f (u) => (v) { w = Relu(u) v = Neg(w) }"""


def edited(model, op_type, change):
    """The model (text or proto) with ``change(edit, node)`` carried out at every node of one operator."""
    proto = parser.parse_model(model) if isinstance(model, str) else onnx.ModelProto()
    if not isinstance(model, str):
        proto.CopyFrom(model)
    changes = Changes(from_proto(proto))
    for node in list(changes.model.nodes()):
        if node.op_type == op_type:
            change(Edit(changes, node), node)
    changes.commit()
    onnx.checker.check_model(proto, full_check=True)
    return proto


def ops(graph):
    return [node.op_type for node in graph.node]


def swap(edit, node):
    edit.replace(node, [edit.add("Neg", [edit.add("Abs", [node.inputs[0]])])])


def test_replace_in_main_graph_and_branch():
    proto = edited(BRANCHES, "Relu", swap)
    assert ops(proto.graph) == ["Mul", "Abs", "Neg", "If"]
    assert proto.graph.node[2].output[0] == "y" and proto.graph.output[0].name == "y"
    assert ops(proto.graph.node[3].attribute[0].g) == ["Abs", "Neg"]
    assert proto.graph.node[3].attribute[0].g.node[1].output[0] == "p"


def test_replace_in_a_function_body():
    proto = edited(FUNCTION, "Relu", swap)
    assert ops(proto.functions[0]) == ["Abs", "Neg", "Neg"]


def test_constant_of_a_function_is_a_node():
    def times_two(edit, node):
        edit.replace(node, [edit.add("Mul", [node.inputs[0], edit.constant(np.float32([2]))])])

    proto = edited(FUNCTION, "Relu", times_two)
    assert ops(proto.functions[0]) == ["Constant", "Mul", "Neg"]
    proto = edited(BRANCHES, "Relu", times_two)
    assert [t.name for t in proto.graph.initializer] == ["k", "y/constant"]
    assert [t.name for t in proto.graph.node[2].attribute[0].g.initializer] == ["p/constant"]


def test_dropping_a_node_renames_its_readers():
    proto = edited(BRANCHES, "Dropout", lambda edit, node: edit.replace(node, [node.inputs[0]]))
    assert list(proto.graph.node[2].attribute[1].g.node[0].input) == ["x"]


def test_a_dropped_graph_output_keeps_its_name():
    proto = edited(BRANCHES, "Relu", lambda edit, node: edit.replace(node, [node.inputs[0]]))
    assert ops(proto.graph) == ["Mul", "Identity", "If"] and proto.graph.node[1].output[0] == "y"


def test_chains_of_dropped_nodes_are_followed():
    text = """<ir_version: 8, opset_import: ["": 17]> g (float[2] x) => (float[2] y) {
      a = Dropout(x) b = Dropout(a) y = Relu(b) }"""
    proto = edited(text, "Dropout", lambda edit, node: edit.replace(node, [node.inputs[0]]))
    assert ops(proto.graph) == ["Relu"] and list(proto.graph.node[0].input) == ["x"]


def test_what_only_the_replaced_node_used_goes():
    proto = edited(BRANCHES, "Mul", lambda edit, node: edit.replace(node, [node.inputs[0]]))
    assert not proto.graph.initializer and ops(proto.graph) == ["Relu", "If"]


def test_what_nobody_read_before_stays():
    text = """<ir_version: 8, opset_import: ["": 17]> g (float[2] x) => (float[2] y) <float[1] loose = {1.0}> {
      unread = Neg(x) y = Relu(x) }"""
    proto = edited(text, "Relu", swap)
    assert ops(proto.graph) == ["Neg", "Abs", "Neg"] and proto.graph.initializer[0].name == "loose"


def test_names_are_unique_and_repeatable():
    proto = parser.parse_model("""<ir_version: 8, opset_import: ["": 17]> g (float[2] x) => (float[2] y) {
      taken = Neg(x) t = Relu(taken) y = Relu(t) }""")
    proto.graph.node[0].output[0] = proto.graph.node[1].input[0] = "y/Abs"
    first, second = edited(proto, "Relu", swap), edited(proto, "Relu", swap)
    assert first.SerializeToString() == second.SerializeToString()
    outputs = [name for node in first.graph.node for name in node.output]
    assert len(set(outputs)) == len(outputs) and "y/Abs_1" in outputs


def test_changes_in_place_and_undo():
    proto = parser.parse_model(BRANCHES)
    before = proto.SerializeToString()
    changes = Changes(from_proto(proto))
    node = next(n for n in changes.model.nodes() if n.op_type == "Relu")
    edit = Edit(changes, node)
    edit.set_attribute(node, "alpha", 1.0)
    edit.set_input(node, 2, "x")
    assert list(node.inputs) == ["a", "", "x"] and node.attr("alpha") == 1
    edit.drop_inputs(node, 1)
    edit.remove_attribute(node, "alpha")
    assert list(node.inputs) == ["a"] and not node.has_attr("alpha")
    edit.set_input(node, 0, "x")
    edit.replace(node, [edit.add("Neg", ["x"])])
    edit.undo()
    changes.commit()
    assert proto.SerializeToString() == before


def test_diff_names_nodes_with_shapes():
    proto = parser.parse_model(BRANCHES)
    changes = Changes(from_proto(proto))
    node = next(n for n in changes.model.nodes() if n.op_type == "Relu")
    edit = Edit(changes, node)
    swap(edit, node)
    assert [str(change) for change in edit.recorder.changes()] == [
        "- Relu -> y[2,3]", "+ Abs y/Abs -> y/Abs", "+ Neg y/Neg -> y[2,3]",
    ]  # fmt: skip


def test_sizes_that_are_not_fixed_refuse():
    text = """<ir_version: 8, opset_import: ["": 17]> g (float[N,3] x) => (float[N,3] y) { y = Relu(x) }"""
    changes = Changes(from_proto(parser.parse_model(text)))
    node = next(changes.model.nodes())
    edit = Edit(changes, node)
    assert edit.sizes(node.input(0), [1]) == (3,)
    with pytest.raises(CannotRewrite, match="not fixed"):
        edit.sizes(node.input(0), [0])


@pytest.mark.parametrize("op_type, known", [("Gather1", [3]), ("Concat", [3, -1]), ("Gather0", None), ("Sum", None)])
def test_known_sizes_are_computed_though_the_batch_is_open(op_type, known):
    proto = parser.parse_model("""<ir_version: 8, opset_import: ["": 17]> g (float[N,3] x) => (int64[1] y)
      <int64[1] one = {1}, int64[1] zero = {0}, int64[1] minus = {-1}> {
      s = Shape(x) y = Gather(s, one) n = Gather(s, zero) both = Concat <axis = 0> (y, minus) sum = Add(n, one) }""")
    view = from_proto(proto)
    name = {"Gather1": "y", "Concat": "both", "Gather0": "n", "Sum": "sum"}[op_type]
    array = Evaluator().array(view.main.value(name))
    assert (None if array is None else array.tolist()) == known


def test_what_takes_long_to_compute_is_not_known(monkeypatch):
    """The evaluator averages window by window; a product next to it is large enough to be watched, but quick."""
    monkeypatch.setattr(evaluator, "TIME_LIMIT", 1.0)
    proto = parser.parse_model("""<ir_version: 8, opset_import: ["": 17]> g () => (float[1,1,750,750] y) {
      y = AveragePool <kernel_shape = [51, 51]> (picture) square = MatMul (m, m) }""")
    for name, shape in (("picture", [1, 1, 800, 800]), ("m", [40, 40])):
        proto.graph.initializer.append(numpy_helper.from_array(np.full(shape, 0.5, "float32"), name))
    view = from_proto(proto)
    before = os.times()
    assert Evaluator().array(view.main.value("y")) is None
    assert sum(os.times()[:4]) - sum(before[:4]) < 5
    assert Evaluator().array(view.main.value("square")).tolist() == [[10.0] * 40] * 40
