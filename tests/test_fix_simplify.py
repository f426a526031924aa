"""``fix --simplify``: fewer nodes, the same outputs, and never a form that the target misreads."""

from __future__ import annotations

import json

import onnx
import pytest
from onnx import parser

from jetdoctor import target
from jetdoctor.cli import main
from jetdoctor.fix import fix
from jetdoctor.fix.polygraphy_folding import fold
from jetdoctor.fix.simplifying import simplify

NEW, OLD = target.resolve("jetpack-6.2"), target.resolve("jetpack-5.0.2")

HEAD = '<ir_version: 8, opset_import: ["": 17]> '

TWICE = HEAD + """g (float[2,3,4] x) => (float[2,12] y)
<float[4] a = {1,2,3,4}, float[4] b = {1,2,3,4}, int64[1] first = {0}, int64[1] rest = {-1}> {
  same = Identity(x)
  left = Mul(same, a)
  right = Mul(x, b)
  both = Add(left, right)
  idle = Exp(both)
  sizes = Shape(x)
  rows = Gather(sizes, first)
  shape = Concat <axis = 0> (rows, rest)
  y = Reshape(both, shape) }"""


def saved(folder, text):
    path = str(folder / "model.onnx")
    onnx.save(parser.parse_model(text), path)
    return path


def ops(proto):
    return [node.op_type for node in proto.graph.node]


def test_constants_fold_and_what_is_there_twice_goes(tmp_path):
    outcome = fix(saved(tmp_path, TWICE), NEW, simplify=True)
    assert ops(outcome.proto) == ["Mul", "Add", "Reshape"]
    assert outcome.plan.equivalence.status == "equal" and outcome.clean
    before, after = outcome.sizes
    assert (before.nodes, after.nodes) == (9, 3) and before.operators["Shape"] == 1
    assert len(outcome.proto.graph.initializer) == 2


@pytest.mark.parametrize(
    "body, kept",
    [
        ("y = Identity(x)", ["Identity"]),  # the name of a graph output
        ("a = RandomNormalLike(x) b = RandomNormalLike(x) y = Sub(a, b)", ["RandomNormalLike"] * 2 + ["Sub"]),
        ("a = LeakyRelu <alpha = 0.1> (x) b = LeakyRelu <alpha = 0.2> (x) y = Sub(a, b)", ["LeakyRelu"] * 2 + ["Sub"]),
        ("a, m = Dropout(x) c = Cast <to = 1> (m) y = Mul(a, c)", ["Dropout", "Cast", "Mul"]),
    ],
)
def test_what_has_to_stay_stays(body, kept):
    model = parser.parse_model(HEAD + "g (float[3] x) => (float[3] y) { %s }" % body)
    assert not simplify(model)
    assert ops(model) == kept


def test_names_that_a_branch_reads_stay(tmp_path):
    text = HEAD + """g (bool c, float[3] x) => (float[3] y) {
  seen = Identity(x)
  y = If (c) <then_branch = one () => (float[3] s) { s = Neg(seen) },
              else_branch = two () => (float[3] t) { t = Exp(seen) }> }"""
    model = parser.parse_model(text)
    assert not simplify(model) and ops(model) == ["Identity", "If"]


def test_what_the_target_refuses_is_fixed_on_the_way(tmp_path):
    text = """<ir_version: 8, opset_import: ["": 18]>
g (float[2,3,4] x) => (float[2,1,1] y) <int64[2] axes = {1,2}> {
  same = Identity(x)
  left = Neg(same)
  right = Neg(x)
  both = Add(left, right)
  y = ReduceMean(both, axes) }"""
    outcome = fix(saved(tmp_path, text), OLD, simplify=True)
    assert outcome.clean and ops(outcome.proto) == ["Neg", "Add", "ReduceMean"]
    assert [result.verdict for result in outcome.before] == ["fixable"]
    assert [result.verdict for result in outcome.results] == ["deploys"]


def test_a_table_says_what_went(tmp_path, capsys):
    path = saved(tmp_path, TWICE)
    assert main(["fix", path, "--simplify"]) == 0
    shown = capsys.readouterr().out
    assert any(line.split() == ["nodes", "9", "3"] for line in shown.splitlines())
    assert any(line.split() == ["Identity", "1", "0"] for line in shown.splitlines())
    assert main(["fix", path, "--simplify", "--target", "jetpack-6.2", "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)["sizes"]
    assert {"what": "nodes", "before": 9, "after": 3} in rows


STATES = HEAD + """g (float[S,N,3] x) => (float[A,D,B,4] y, float[C,N,4] h)
<float[1,16,3] w = {%s}, float[1,16,4] r = {%s}, float[1,1,4] z = {0,0,0,0},
 int64[1] one = {1}, int64[1] four = {4}, int64[1] at = {1}> {
  sizes = Shape(x)
  n = Gather(sizes, at)
  shape = Concat <axis = 0> (one, n, four)
  first = ConstantOfShape(shape)
  second = Expand(z, shape)
  y, h, c = LSTM <hidden_size = 4> (x, w, r, , , first, second) }""" % (",".join(["0.1"] * 48), ",".join(["0.2"] * 64))


def test_zero_states_of_recurrent_layers_go_with_their_arithmetic(tmp_path):
    outcome = fix(saved(tmp_path, STATES), NEW, simplify=True)
    assert ops(outcome.proto) == ["LSTM"] and list(outcome.proto.graph.node[0].input) == ["x", "w", "r"]
    assert outcome.plan.equivalence.status == "equal"


def test_other_states_stay(tmp_path):
    model = parser.parse_model(STATES.replace("z = {0,0,0,0}", "z = {0,0,0,1}"))
    simplify(model)
    (layer,) = [node for node in model.graph.node if node.op_type == "LSTM"]
    assert list(layer.input) == ["x", "w", "r", "", "", "", "second"]


def test_a_cast_to_the_type_that_is_there_goes(tmp_path):
    text = "g (float[2] x, int64[2] i) => (float[2] y) { a = Cast <to = 1> (x) b = Cast <to = 1> (i) y = Mul(a, b) }"
    model = parser.parse_model(HEAD + text)
    assert simplify(model) and ops(model) == ["Cast", "Mul"] and list(model.graph.node[1].input) == ["x", "b"]


def test_polygraphy_folds_first_and_keeps_what_is_no_graph(tmp_path):
    path = saved(tmp_path, TWICE)
    model = onnx.load(path)
    model.metadata_props.add(key="task", value="detect")
    onnx.save(model, path)
    outcome = fix(path, NEW, simplify=True, fold_with="polygraphy")
    (step,) = [step for step in outcome.plan.steps if "Polygraphy" in step.title]
    assert step.applied and step.applicability == "safe"
    assert ops(outcome.proto) == ["Mul", "Add", "Reshape"] and outcome.plan.equivalence.status == "equal"
    kept = {p.key: p.value for p in outcome.proto.metadata_props}
    assert kept["task"] == "detect" and outcome.proto.ir_version == model.ir_version


@pytest.mark.parametrize("field, said", [("functions", "local functions"), ("initializer", "in other files")])
def test_what_polygraphy_would_lose_is_left_to_our_own_folding(field, said):
    model = parser.parse_model(TWICE)
    if field == "functions":
        model.functions.add(name="f", domain="d")
    else:
        model.graph.initializer[0].data_location = onnx.TensorProto.EXTERNAL
        model.graph.initializer[0].external_data.add(key="location", value="weights.bin")
    proto, reason = fold(model)
    assert proto is None and said in reason


def test_a_fold_that_fails_is_said_and_the_rest_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr("jetdoctor.fix.polygraphy_folding.TIME_LIMIT", 0.0)
    outcome = fix(saved(tmp_path, TWICE), NEW, simplify=True, fold_with="polygraphy")
    (step,) = [step for step in outcome.plan.steps if "Polygraphy" in step.title]
    assert not step.applied and "time limit" in step.reason
    assert ops(outcome.proto) == ["Mul", "Add", "Reshape"]


def test_a_tool_to_fold_with_wants_simplify(tmp_path, capsys):
    assert main(["fix", saved(tmp_path, TWICE), "--opset", "13", "--fold-with", "polygraphy"]) == 2
    assert "--fold-with polygraphy goes with --simplify" in capsys.readouterr().err


MOVES = """g (float[2,3,N] x) => (float[a,b,c] y)
<int64[1] zero = {0}, int64[1] one = {1}, int64[1] last = {9223372036854775807}, int64[1] three = {3},
 int64[1] minus = {-1}, int64[3] same = {2,3,-1}, int64[3] copy = {0,0,-1}, int64[3] turned = {3,2,-1},
 int64[6] nowhere = {0,0,0,0,0,0}, int64[6] around = {0,0,0,0,0,1}, float[3,1] ones = {1,1,1}, float nil = {0},
 float[4,1,1,1] more = {1,1,1,1}, float[3,1] most = {1,1,2}> {
  %s y = Relu(t) }"""


@pytest.mark.parametrize(
    "body, kept",
    [
        ("t = Transpose <perm = [0,1,2]> (x)", []),
        ("s = Reshape (x, copy) t = Reshape (s, same)", []),
        ("s = Slice (x, zero, last, minus) t = Slice (s, zero, three, one, one)", []),
        ("s = Pad (x, nowhere) t = Mul (ones, s)", []),
        ("s = Div (x, ones) u = Add (s, nil) t = Sub (u, nil)", []),
        ("t = Pad (x, around)", ["Pad"]),
        ("s = Mul (x, most) u = Div (ones, s) t = Sub (nil, u)", ["Mul", "Div", "Sub"]),
        ("s = Mul (x, more) t = ReduceSum <keepdims = 0> (s, zero)", ["Mul", "ReduceSum"]),  # it broadcasts
        ("t = Transpose <perm = [0,2,1]> (x)", ["Transpose"]),
        ("t = Reshape (x, turned)", ["Reshape"]),
        ("t = Slice (x, zero, three, minus)", ["Slice"]),  # the size is open
        ("t = Slice (x, minus, last, one)", ["Slice"]),
        ("t = Slice (x, zero, last, one, three)", ["Slice"]),  # every third
        ("t = Slice (x, zero, minus, one)", ["Slice"]),  # without the last
    ],
)
def test_what_moves_nothing_goes(body, kept):
    proto = parser.parse_model(HEAD + MOVES % body)
    simplify(proto)
    assert ops(proto) == kept + ["Relu"]


def test_a_reshape_to_another_open_size_stays():
    text = HEAD + """g (float[N,M] x, int64[2] s) => (float[a,b] y) { t = Reshape (x, s) y = Relu(t) }"""
    proto = parser.parse_model(text)
    simplify(proto)
    assert ops(proto) == ["Reshape", "Relu"]


def test_without_moves_the_outputs_are_the_same(tmp_path):
    text = HEAD + MOVES % (
        "p = Mul (x, ones) q = Add (p, nil) s = Transpose <perm = [0,1,2]> (q) u = Slice (s, zero, last, one)"
        " v = Reshape (u, copy) t = Pad (v, nowhere)"
    )
    outcome = fix(saved(tmp_path, text), NEW, simplify=True)
    assert ops(outcome.proto) == ["Relu"] and outcome.plan.equivalence.status == "equal"
