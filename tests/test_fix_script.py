"""``fix --script``: a program of its own that repairs the model, and the next export of it under other names."""

from __future__ import annotations

import glob
import os
import subprocess
import sys

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper, parser

from jetdoctor import target
from jetdoctor.cli import main
from jetdoctor.fix import fix
from jetdoctor.fix.script import of_outcome
from jetdoctor.fix.script.program import script
from jetdoctor.fix.script.reasons import Reasons
from jetdoctor.fix.script.same import difference
from jetdoctor.verify.compare import compare
from jetdoctor.verify.onnxruntime import run

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OLD = target.resolve("jetpack-4.6")
MODELS = sorted(glob.glob(os.path.join(ROOT, "fixtures", "models", "*.onnx")))

TWO_KINDS = """<ir_version: 8, opset_import: ["": 18]>
g (float[2,4,5,5] x) => (float[2,4] a, float[2] b) <int64[2] axes = {2,3}, int64[3] all = {1,2,3}> {
  relu = Relu(x)
  a = ReduceMean <keepdims = 0> (relu, axes)
  b = ReduceMax <keepdims = 0> (relu, all) }"""

BRANCH = """<ir_version: 8, opset_import: ["": 18]>
g (bool c, float[2,4,5,5] x) => (float[2,4] y) <int64[2] axes = {2,3}> {
  y = If (c) <
    then_branch = one () => (float[2,4] s) { s = ReduceMean <keepdims = 0> (x, axes) },
    else_branch = two () => (float[2,4] t) { u = Neg(x) t = ReduceMean <keepdims = 0> (u, axes) }> }"""

BITS = """<ir_version: 8, opset_import: ["": 18]>
g (int32[8] x, int32[8] z) => (int32[8] a, int32[8] b) {
  a = BitwiseAnd(x, z)
  b = BitwiseOr(x, z) }"""

SHIFTED = """<ir_version: 8, opset_import: ["": 18]>
g (int32[8] x) => (int32[8] y) <uint32 one = {1}> {
  u = Cast <to = 12> (x)
  w = BitShift <direction = "LEFT"> (u, one)
  y = Cast <to = 6> (w) }"""

#: what none of our own modules may be needed for
ALONE = "import sys\nsys.modules['jetdoctor'] = None\nsys.argv = sys.argv[1:]\nexec(open(sys.argv[0]).read())\n"


def saved(folder, text, name="model.onnx"):
    path = str(folder / name)
    onnx.save(parser.parse_model(text), path)
    return path


def repaired(script, source):
    """What the script makes of a model, or what it says when it stops."""
    scope = {"__name__": "repair"}
    exec(compile(script, "repair.py", "exec"), scope)
    try:
        return scope["repair"](onnx.load(source), scope["REPAIRS"]), ""
    except SystemExit as stop:
        return None, str(stop)


def renamed(path, out):
    """The model with other names for all nodes and inner tensors, as another export has them."""
    model = onnx.load(path)
    fixed = {value.name for value in list(model.graph.input) + list(model.graph.output)}
    names = {}

    def other(name):
        return name if not name or name in fixed else names.setdefault(name, "other_%d" % len(names))

    def walk(graph):
        for node in graph.node:
            node.name = "node_%d" % len(names)
            for field in (node.input, node.output):
                field[:] = [other(name) for name in field]
            for attribute in node.attribute:
                if attribute.type == 5:
                    walk(attribute.g)
        for value in list(graph.initializer) + list(graph.value_info) + list(graph.output):
            value.name = other(value.name)

    walk(model.graph)
    onnx.save(model, out)
    return out


@pytest.mark.parametrize("path", MODELS, ids=[os.path.basename(path) for path in MODELS])
def test_fixture_models_come_out_as_fix_makes_them(tmp_path, path):
    outcome = fix(path, OLD)
    written = of_outcome(outcome)
    wanted = outcome.proto if outcome.proto is not None else onnx.load(path)
    assert not written.trouble
    for source in (path, renamed(path, str(tmp_path / "renamed.onnx"))):
        model, said = repaired(written.text, source)
        assert model is not None, said
        assert difference(wanted, model) == ""
        assert [node.op_type for node in model.graph.node] == [node.op_type for node in wanted.graph.node]


def test_it_runs_without_jetdoctor(tmp_path):
    path, place, out = saved(tmp_path, TWO_KINDS), str(tmp_path / "repair.py"), str(tmp_path / "out.onnx")
    outcome = fix(path, OLD)
    with open(place, "w", encoding="utf-8") as stream:
        stream.write(of_outcome(outcome).text)
    done = subprocess.run([sys.executable, "-c", ALONE, place, path, out], stdout=subprocess.PIPE)
    assert done.returncode == 0 and b"JD204 Lower the opset to 17: 1 place" in done.stdout
    assert difference(outcome.proto, onnx.load(out)) == ""


def test_the_result_computes_the_same(tmp_path):
    path = saved(tmp_path, TWO_KINDS)
    model, _ = repaired(of_outcome(fix(path, OLD)).text, path)
    onnx.checker.check_model(model)
    feeds = {"x": np.random.RandomState(0).rand(2, 4, 5, 5).astype(np.float32)}
    assert compare(run(path, feeds), run(model.SerializeToString(), feeds)).equal


def test_new_names_are_free_where_the_export_names_nodes_twice(tmp_path):
    path = saved(tmp_path, BITS)
    text = of_outcome(fix(path, target.resolve("jetpack-5.0.2"))).text
    model = onnx.load(path)
    for node in model.graph.node:
        node.name = "same"
    onnx.save(model, str(tmp_path / "twice.onnx"))
    result, said = repaired(text, str(tmp_path / "twice.onnx"))
    assert result is not None, said
    made = [name for node in result.graph.node for name in node.output]
    assert len(set(made)) == len(made)
    feeds = {name: np.arange(-4, 4, dtype=np.int32) * 3 for name in ("x", "z")}
    assert compare(run(path, feeds), run(result.SerializeToString(), feeds)).equal


def test_types_that_a_repair_changes_are_not_declared_any_more(tmp_path):
    model = onnx.load(saved(tmp_path, SHIFTED))
    model.graph.value_info.append(helper.make_tensor_value_info("u", onnx.TensorProto.UINT32, [8]))
    model.graph.value_info.append(helper.make_tensor_value_info("w", onnx.TensorProto.UINT32, [8]))
    path = str(tmp_path / "model.onnx")
    onnx.save(model, path)
    result, said = repaired(of_outcome(fix(path, target.resolve("jetpack-5.0.2"))).text, path)
    assert result is not None, said
    feeds = {"x": np.arange(-4, 4, dtype=np.int32)}
    assert compare(run(path, feeds), run(result.SerializeToString(), feeds)).equal


def test_a_block_names_the_finding_and_finds_nodes_by_what_they_are(tmp_path):
    text = of_outcome(fix(saved(tmp_path, TWO_KINDS), OLD)).text
    assert "# JD204 reduce-axes-ignored (wrong-output)" in text
    assert "find=[op('ReduceMean', ['x', np.array([2, 3])], ['y'], keepdims=0)]" in text
    assert "put=[op('ReduceMean', ['x'], ['y'], axes=[2, 3], keepdims=0)]" in text
    assert "import jetdoctor" not in text and "from jetdoctor" not in text


def test_new_numbers_hold_for_the_sizes_they_were_computed_for(tmp_path):
    """GatherND becomes Gather on rows that are numbered by the sizes of the model at hand."""
    text = """<ir_version: 8, opset_import: ["": 13]>
g (float[5,7,3] x, int64[4,2] i) => (float[4,3] y) { y = GatherND(x, i) }"""
    written = of_outcome(fix(saved(tmp_path, text), OLD)).text
    assert "shapes={'x': (5, 7, 3)" in written
    model, said = repaired(written, saved(tmp_path, text.replace("[5,7,3]", "[5,8,3]"), "wider.onnx"))
    assert model is None and "nothing in this model looks like it" in said


def test_branches_are_repaired_too(tmp_path):
    path = saved(tmp_path, BRANCH)
    outcome = fix(path, OLD, select=["JD204"])
    model, said = repaired(of_outcome(outcome).text, path)
    assert model is not None, said
    assert difference(outcome.proto, model) == ""


def test_another_model_stops_the_script(tmp_path):
    text = of_outcome(fix(saved(tmp_path, TWO_KINDS), OLD)).text
    relu = '<ir_version: 8, opset_import: ["": 13]> g (float[2] x) => (float[2] y) { y = Relu(x) }'
    model, said = repaired(text, saved(tmp_path, relu, "relu.onnx"))
    assert model is None and "nothing in this model looks like it" in said


def test_weights_are_computed_from_those_of_the_model(tmp_path):
    """A constant of the repair that follows from a weight is a formula: training changes the weight."""
    graph = helper.make_graph(
        [
            helper.make_node("DequantizeLinear", ["w", "s", "z"], ["d"], axis=0),
            helper.make_node("Conv", ["x", "d"], ["y"]),
        ],
        "g",
        [helper.make_tensor_value_info("x", 1, [1, 3, 8, 8])],
        [helper.make_tensor_value_info("y", 1, [1, 4, 6, 6])],
        [
            numpy_helper.from_array(np.random.RandomState(1).randint(1, 255, (4, 3, 3, 3)).astype(np.uint8), "w"),
            numpy_helper.from_array(np.array([0.5, 0.25, 2, 1], np.float32), "s"),
            numpy_helper.from_array(np.array([0, 0, 0, 0], np.uint8), "z"),
        ],
    )
    path = str(tmp_path / "q.onnx")
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), path)
    outcome = fix(path, OLD)
    written = of_outcome(outcome)
    assert not written.trouble and "lambda" in written.text
    model, said = repaired(written.text, path)
    assert difference(outcome.proto, model) == "", said


#: the same arithmetic on two sizes; scale and bias are equal here, which training changes
FOLDED = """<ir_version: 8, opset_import: ["": 17]>
g (float[2,6,4] x) => (float[2,3,4,4] y, float[4,4,3] z)
<float[4] w = {0,0,0,0}, int64[1] pair = {2}, int64 two = {2}> {
  v = Identity(w) n = LayerNormalization <axis = -1> (x, w, v)
  s = Shape(n) a, b, c = Split <axis = 0> (s)
  half = Div(b, two) shape = Concat <axis = 0> (a, half, pair, c) wide = Reshape(n, shape)
  y = Concat <axis = 2> (wide, wide)
  d = Div(c, two) e = Mul(d, two) f = Mul(a, two) zero = Constant <value_ints = [-1]> ()
  other = Concat <axis = 0> (f, e, zero) z = Reshape(x, other) }"""


def test_constants_are_folded_and_not_listed(tmp_path):
    path = saved(tmp_path, FOLDED)
    outcome = fix(path, OLD, simplify=True)
    written = of_outcome(outcome)
    assert not written.trouble and "FOLD_CONSTANTS = True" in written.text
    assert written.text.count("\n    Repair(") == 2 and "op('Add', ['n8', 'x3'], ['y'])" in written.text
    other = str(tmp_path / "other.onnx")
    renamed(path, other)
    for source in (path, other):
        made, stopped = repaired(written.text, source)
        assert not stopped and difference(outcome.proto, made) == ""


def test_what_has_no_form_says_so_and_stops(tmp_path):
    """A large constant that no formula makes is not put into a program."""
    text = """<ir_version: 8, opset_import: ["": 13]> g (float[300,300] x) => (float[300,300] y) { y = %s }"""
    original = parser.parse_model(text % "Relu(x)")
    fixed = parser.parse_model(text % "Add(x, w)")
    weight = np.random.RandomState(0).rand(300, 300).astype(np.float32)
    fixed.graph.initializer.append(numpy_helper.from_array(weight, "w"))
    path = str(tmp_path / "model.onnx")
    onnx.save(original, path)
    written = script(path, original, fixed, Reasons((), ()), "A repair.")
    assert "a new constant of (300, 300) elements" in written.trouble
    with pytest.raises(SystemExit, match="no form as a script"):
        exec(written.text, {})


def test_the_command_writes_it(tmp_path, capsys):
    path, place = saved(tmp_path, TWO_KINDS), str(tmp_path / "repair.py")
    assert main(["fix", path, "--target", "jetpack-4.6", "--script", place]) == 0
    assert "wrote " + place in capsys.readouterr().err
    assert onnx.load(path).opset_import[0].version == 18
    with open(place, encoding="utf-8") as stream:
        assert stream.read().startswith("#!/usr/bin/env python3")
    assert main(["fix", path, "--target", "jetpack-4.6", "--script", str(tmp_path / "no" / "repair.py")]) == 2
