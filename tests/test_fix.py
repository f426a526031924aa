"""``fix`` from end to end: choice, proof, writing. Wrong rewrites must be caught and nothing written."""

from __future__ import annotations

import hashlib
import os
from types import SimpleNamespace

import numpy as np
import onnx
import pytest
from onnx import parser

from jetdoctor import target
from jetdoctor.check import catalog
from jetdoctor.fix import attempt, fix, write
from jetdoctor.rule import Rewrite
from jetdoctor.types import UsageError

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OLD, NEW = target.resolve("tensorrt-8.4.3"), target.resolve("tensorrt-10.3.0")

CLEAN = """<ir_version: 8, opset_import: ["": 13]>
g (float[2,3] x) => (float[2,3] y) { y = Relu(x) }"""

MISH = """<ir_version: 8, opset_import: ["": 18]>
g (float[N,3] x) => (float[N,3] y) { y = Mish(x) }"""

POOL = """<ir_version: 8, opset_import: ["": 18]>
g (float[1,4,5,5] x) => (float[1,4] y) <int64[2] axes = {2,3}, int64[2] shape = {1,4}> {
  mean = ReduceMean <keepdims = 1> (x, axes) y = Reshape(mean, shape) }"""

SPLIT = """<ir_version: 8, opset_import: ["": 18]>
g (float[7,2] x) => (float[3,2] a, float[3,2] b, float[1,2] c) { a, b, c = Split <num_outputs = 3> (x) }"""

PAD = """<ir_version: 8, opset_import: ["": 18]>
g (float[2,3] x) => (float[5,3] y) <int64[2] pads = {1,2}, int64[1] axes = {0}> { y = Pad(x, pads, , axes) }"""

TOPK = """<ir_version: 8, opset_import: ["": 13]>
g (float[3,3] x) => (float[3,2] v, int64[3,2] i) <int64[1] k = {2}> {
  v, i = TopK <largest = 0, axis = 1> (x, k) }"""


def save(folder, text, name="model.onnx"):
    path = str(folder / name)
    onnx.save(parser.parse_model(text), path)
    return path


def content(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def ops(path):
    return [node.op_type for node in onnx.load(path).graph.node]


def test_clean_model_is_copied_byte_for_byte(tmp_path):
    path = save(tmp_path, CLEAN)
    outcome = fix(path, OLD)
    assert outcome.clean and not outcome.changed and not outcome.plan.steps
    assert write(outcome, apply=True) is None and os.listdir(str(tmp_path)) == ["model.onnx"]
    out = str(tmp_path / "out.onnx")
    assert write(outcome, out) == out and content(out) == content(path)


def test_operator_without_importer_is_decomposed(tmp_path):
    path, out = save(tmp_path, MISH), str(tmp_path / "out.onnx")
    outcome = fix(path, OLD)
    assert outcome.clean and outcome.plan.equivalence.status == "equal" and outcome.plan.equivalence.runs >= 6
    assert [(s.title, s.applied) for s in outcome.plan.steps] == [("Decompose Mish into x * Tanh(Softplus(x))", True)]
    assert write(outcome, out) == out and ops(out) == ["Softplus", "Tanh", "Mul"]
    assert "jetdoctor.fixes" in {p.key for p in onnx.load(out).metadata_props}


def test_reduce_axes_go_back_to_the_attribute(tmp_path):
    outcome = fix(save(tmp_path, POOL), OLD)
    assert outcome.clean and outcome.before[0].verdict == "fixable"
    assert outcome.proto.opset_import[0].version == 17
    assert [a.name for a in outcome.proto.graph.node[0].attribute] == ["keepdims", "axes"]


def test_same_input_gives_the_same_bytes(tmp_path):
    path = save(tmp_path, POOL)
    one, other = (fix(path, OLD).proto.SerializeToString(deterministic=True) for _ in range(2))
    assert one == other


def test_one_file_for_several_targets(tmp_path):
    outcome = fix(save(tmp_path, MISH), OLD + NEW)
    assert outcome.clean and len(outcome.results) == 2 and outcome.changed
    assert not fix(save(tmp_path, MISH), NEW).changed


def test_select_leaves_the_rest(tmp_path):
    outcome = fix(save(tmp_path, MISH), OLD, select=["JD204"])
    assert not outcome.changed and not outcome.clean
    assert write(outcome, str(tmp_path / "out.onnx")) is None


def test_opset_alone(tmp_path):
    outcome = fix(save(tmp_path, POOL), (), opset=17)
    assert outcome.changed and outcome.results == () and outcome.plan.equivalence.status == "equal"
    assert outcome.proto.opset_import[0].version == 17
    refused = fix(save(tmp_path, MISH), (), opset=8)
    assert not refused.changed and not refused.plan.steps[0].applied


def test_freeze_by_shape_and_by_symbol(tmp_path):
    path = save(tmp_path, MISH)
    for freeze in ({"x": "4x3"}, {"N": "4"}, {"N": 4}):
        outcome = fix(path, (), freeze=freeze)
        assert outcome.changed and outcome.plan.equivalence.status == "equal"
        for value in (outcome.proto.graph.input[0], outcome.proto.graph.output[0]):
            assert [d.dim_value for d in value.type.tensor_type.shape.dim] == [4, 3]
    for wrong in ({"z": "1"}, {"x": "4"}, {"x": "4x5"}, {"N": "four"}, {"N": "0"}):
        with pytest.raises(UsageError):
            fix(path, (), freeze=wrong)


def test_freeze_folds_shape_arithmetic(tmp_path):
    text = """<ir_version: 8, opset_import: ["": 13]>
    g (float[N,4] x) => (float[N,2,2] y) <int64[1] zero = {0}, int64[2] rest = {2,2}> {
      s = Shape(x) n = Gather(s, zero) t = Concat <axis = 0> (n, rest) y = Reshape(x, t) }"""
    outcome = fix(save(tmp_path, text), (), freeze={"N": 3})
    assert [n.op_type for n in outcome.proto.graph.node] == ["Reshape"]


#: A squeeze of PyTorch's tracer, and a reader whose condition hangs on the rank that it leaves.
SQUEEZES = """<ir_version: 8, opset_import: ["": 13]>
g (float[N,4,M] x) => (float[A,B,C] y) <int64[1] last = {2}, int64[1] first = {0}, int64 one = {1}, int64 two = {2}> {
  s = Shape (x) m = Gather <axis = 0> (s, last) c = Equal (m, one)
  z = If (c) <then_branch = t () => (float[N,4] t1) { t1 = Squeeze (x, last) },
              else_branch = e () => (float[N,4,M] e1) { e1 = Identity (x) }>
  r = Shape (z) n = Size (r) d = Equal (n, two)
  y = If (d) <then_branch = u () => (float[1,A,4] u1) { u1 = Unsqueeze (z, first) },
              else_branch = f () => (float[A,B,C] f1) { f1 = Identity (z) }>
}"""


@pytest.mark.parametrize("sizes, operators", [("2x4x1", ["Squeeze", "Unsqueeze"]), ("2x4x3", ["Identity", "Identity"])])
def test_freeze_keeps_the_branches_that_sizes_select(tmp_path, sizes, operators):
    outcome = fix(save(tmp_path, SQUEEZES), NEW, freeze={"x": sizes})
    assert outcome.clean and outcome.plan.equivalence.status == "equal", outcome.plan
    assert [n.op_type for n in outcome.proto.graph.node] == operators


def test_freeze_leaves_a_branch_that_data_select(tmp_path):
    text = SQUEEZES.replace("c = Equal (m, one)", "v = ReduceMax <keepdims = 0> (x) c = Greater (v, v)")
    outcome = fix(save(tmp_path, text), (), freeze={"x": "2x4x1"})
    assert [n.op_type for n in outcome.proto.graph.node].count("If") == 2


def test_unreadable_model(tmp_path):
    (tmp_path / "text.onnx").write_text("hello")
    with pytest.raises(UsageError):
        fix(str(tmp_path / "text.onnx"), OLD)
    with pytest.raises(UsageError):
        fix(str(tmp_path / "missing.onnx"), OLD)


# Rewrites that are wrong on purpose: each computes something slightly else.


def _flipped_axis(node, edit):
    turned = edit.add("Transpose", [node.inputs[0]], perm=[1, 0])
    values, indices = edit.again(node, [edit.add("Neg", [turned]), node.inputs[1]], 2, largest=1)
    edit.replace(node, [edit.add("Neg", [values]), indices])


def _dropped_pad(node, edit):
    edit.set_input(node, 1, edit.ints([0, 0, 3, 0]))  # the pad before went behind
    edit.drop_inputs(node, 2)


def _lost_remainder(node, edit):
    """Three equal parts, and a last one taken from the wrong place so that the shapes are right."""
    x = node.inputs[0]
    parts = [edit.slice(x, [start], [end], [0]) for start, end in ((0, 3), (3, 6), (5, 6))]
    edit.replace(node, parts)


def _off_by_one(node, edit):
    """Right when the open dim is 1, off by one for every other size."""
    mish = edit.add("Mul", [node.inputs[0], edit.add("Tanh", [edit.add("Softplus", [node.inputs[0]])])])
    size = edit.cast(edit.slice(edit.add("Shape", [node.inputs[0]]), [0], [1], [0]), "FLOAT")
    edit.replace(node, [edit.add("Add", [mish, edit.add("Sub", [size, edit.scalar(1, "FLOAT")])])])


def _wrong_size(node, edit):
    """ONNX Runtime refuses that; its loading does not see it, since the size is open."""
    edit.replace(node, [edit.reshape(node.inputs[0], [-1, 7])])


def _crashes(node, edit):
    edit.add("Neg", [node.inputs[0]])
    raise RuntimeError("oops")


@pytest.mark.parametrize(
    "text, name, wrong, said",
    [
        (TOPK, "topk_negate", _flipped_axis, "changed the outputs"),
        (PAD, "pad_full_rank_pads", _dropped_pad, "changed the outputs"),
        (SPLIT, "split_explicit_sizes", _lost_remainder, "changed the outputs"),
        (MISH, "mish_decompose", _off_by_one, "changed the outputs"),
        (MISH, "mish_decompose", _wrong_size, ": the result does not run with "),
        (MISH, "mish_decompose", _crashes, "rewrite mish_decompose failed: RuntimeError: oops"),
    ],
)
def test_wrong_rewrite_is_caught_and_nothing_written(tmp_path, monkeypatch, text, name, wrong, said):
    only = {name: SimpleNamespace(REWRITE=Rewrite(name, "Wrong"), rewrite=wrong)}
    monkeypatch.setattr(attempt, "catalog", lambda: SimpleNamespace(rewrites=only))
    monkeypatch.setattr(attempt.lowering, "lower", lambda proto, to: (None, (), "not in this test"))
    path = save(tmp_path, text)
    before, out = content(path), str(tmp_path / "out.onnx")
    outcome = fix(path, OLD)
    assert not outcome.clean and not outcome.changed
    assert any(said in step.reason and not step.applied for step in outcome.plan.steps)
    assert write(outcome, out) is None and not os.path.exists(out)
    assert write(outcome, apply=True) is None and content(path) == before
    assert os.listdir(str(tmp_path)) == ["model.onnx"]


def test_where_onnx_runtime_does_not_load_the_original_the_proof_says_so(tmp_path):
    text = """<ir_version: 4, opset_import: ["": 3]> g (float[1,2,4,5] x) => (float[1,2,7,7] y) {
      p = Pad <pads = [0,0,1,1,0,0,2,1]> (x)
      y = Mul (p, p) }"""
    proven = fix(save(tmp_path, text), NEW).plan.equivalence
    assert proven.status == "equal" and "since the original cannot be run in ONNX Runtime" in proven.reason


def test_the_right_ones_are_taken(tmp_path):
    for text, ops_after in ((TOPK, ["Neg", "TopK", "Neg"]), (PAD, ["Pad"]), (SPLIT, ["Split"])):
        outcome = fix(save(tmp_path, text), OLD)
        assert outcome.clean and [n.op_type for n in outcome.proto.graph.node] == ops_after


def test_a_rewrite_that_brings_new_errors_is_not_kept(tmp_path, monkeypatch):
    def worse(node, edit):
        edit.replace(node, [edit.add("Elu", [edit.add("NonZero", [node.inputs[0]])])])

    rewrites = dict(catalog().rewrites, mish_decompose=SimpleNamespace(REWRITE=Rewrite("m", "Worse"), rewrite=worse))
    monkeypatch.setattr(attempt, "catalog", lambda: SimpleNamespace(rewrites=rewrites))
    outcome = fix(save(tmp_path, MISH), OLD)
    assert not outcome.changed and any("would cause" in step.reason for step in outcome.plan.steps)


def test_not_proven_is_written_only_when_unsafe(tmp_path, monkeypatch):
    from jetdoctor.fix import engine
    from jetdoctor.types import Equivalence

    monkeypatch.setattr(engine, "prove", lambda *_, **__: Equivalence(reason="no ONNX Runtime here"))
    path = save(tmp_path, MISH)
    outcome = fix(path, OLD)
    assert not outcome.changed and not outcome.clean and "no ONNX Runtime here" in outcome.reason
    assert write(outcome, str(tmp_path / "out.onnx")) is None
    assert fix(path, OLD, unsafe=True).changed


def test_user_inputs_take_part_in_the_proof(tmp_path):
    np.savez(str(tmp_path / "in.npz"), x=np.ones((5, 3), np.float32))
    path = save(tmp_path, MISH)
    alone, more = fix(path, OLD), fix(path, OLD, inputs=str(tmp_path / "in.npz"))
    assert more.plan.equivalence.runs == alone.plan.equivalence.runs + 1


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"other": np.ones((5, 3), np.float32)}, "lacks the input x; it has other"),
        ({"x": np.ones((5, 4), np.float32)}, "has the shape 5x4; the model expects"),
        ({"x": np.ones((5, 3), np.float64)}, "is float64; the model expects float32"),
    ],
)
def test_inputs_that_are_not_the_models_are_bad_usage(tmp_path, arrays, said):
    np.savez(str(tmp_path / "in.npz"), **arrays)
    with pytest.raises(UsageError, match=said):
        fix(save(tmp_path, MISH), OLD, inputs=str(tmp_path / "in.npz"))


def test_an_input_type_is_narrowed_only_when_unsafe(tmp_path):
    path = save(
        tmp_path,
        """<ir_version: 8, opset_import: ["": 13]>
    g (uint8[1,4,4,3] x) => (float[1,3,4,4] y) { t = Transpose <perm = [0,3,1,2]> (x) y = Cast <to = 1> (t) }""",
    )
    assert not fix(path, OLD).clean
    outcome = fix(path, OLD, unsafe=True)
    assert outcome.clean and outcome.plan.equivalence.status == "equal"
    assert outcome.proto.graph.input[0].type.tensor_type.elem_type == 1


def test_local_functions_are_inlined(tmp_path):
    path = save(
        tmp_path,
        """<ir_version: 8, opset_import: ["": 17, "my": 1]>
    g (float[2] x) => (float[2] y) { y = my.f(x) }
    <domain: "my", opset_import: ["": 17]> f (u) => (v) { w = Relu(u) v = Neg(w) }""",
    )
    outcome = fix(path, OLD)
    assert outcome.clean and [n.op_type for n in outcome.proto.graph.node] == ["Relu", "Neg"]
    assert outcome.plan.equivalence.status == "equal" and not outcome.proto.functions


def test_a_long_diff_is_counted_by_operator_unless_every_node_is_wanted():
    from jetdoctor.fix.diff import FixDiff, NodeChange

    changes = [NodeChange("-", "Shape", "shape_%d" % k, outputs=(("s%d" % k, (1,)),)) for k in range(20)]
    changes += [NodeChange("+", "Reshape", "flat", outputs=(("y", (1, 4)),))]
    diff = FixDiff("JD302", "Fold constant expressions", tuple(changes))
    assert diff.lines(every=False) == ["- Shape at 20 nodes: shape_0, ...", "+ Reshape flat -> y[1,4]"]
    assert diff.lines(every=True) == [str(change) for change in changes]
    assert FixDiff("JD302", "", tuple(changes[:3])).lines(every=False) == [str(change) for change in changes[:3]]


def test_a_model_that_was_invalid_before_is_not_blamed_on_the_fix(tmp_path):
    text = MISH.replace("Mish(x)", "Mish(x) w = Relu <slope = 0.1> (x)")
    outcome = fix(save(tmp_path, text), OLD)
    assert outcome.proto is None and "rejects the model, both before and after the fix" in outcome.reason
    assert "slope" in outcome.reason


CHAOS = """<ir_version: 8, opset_import: ["": 13]>
g (float[N,3] x) => (float[N,3] y) <float big = {%s}> { far = Mul(x, big) y = Sin(far) }"""


@pytest.mark.parametrize("scale, status", [("100000008.0", "not-run"), ("100000000.0", "equal")])
def test_what_agrees_only_where_nothing_can_be_judged_is_not_proven(tmp_path, scale, status):
    from jetdoctor.fix import prover

    before = save(tmp_path, CHAOS % "100000000.0", "before.onnx")
    after = save(tmp_path, CHAOS % scale, "after.onnx")
    job = {"original": before, "candidate": after, "inputs": "", "types": "same", "small": False}
    found = prover._compare(job, str(tmp_path), 10.0)
    assert found["status"] == status and ("last digits" in found["reason"]) is (status == "not-run")


def test_odd_numbers_are_tried_where_the_original_stays_finite(tmp_path):
    """A comparison with NaN is false: not(a < b) is not a >= b for it, which is said."""
    from jetdoctor.fix.proof import prove

    text = '<ir_version: 8, opset_import: ["": 13]> g (float[20] x) => (float[20] y) <float[1] c = {0.5}> { %s }'
    one = save(tmp_path, text % "less = Less(x, c) y = Cast<to = 1>(less)")
    other = save(tmp_path, text % "more = Less(c, x) less = Not(more) y = Cast<to = 1>(less)", "other.onnx")
    found = prove(one, other)
    assert found.status == "equal" and "NaN inputs give different results" in found.reason


def test_the_tolerance_is_named(tmp_path):
    outcome = fix(save(tmp_path, MISH), OLD)
    assert outcome.plan.equivalence.tolerance == "float32: 1e-05 of the largest value and 0.0001 of each element"


def test_a_model_whose_shapes_cannot_be_worked_out_is_left_alone(tmp_path):
    from tests.test_model import chained

    path = tmp_path / "laughs.onnx"
    path.write_bytes(chained(calls=2, depth=30).SerializeToString())
    outcome = fix(str(path), OLD)
    assert not outcome.changed and not outcome.clean and "expand to 1,610,612,735 nodes" in outcome.reason
    assert write(outcome, str(tmp_path / "out.onnx")) is None


def test_an_output_without_a_shape_gets_the_rank_of_a_computed_reshape(tmp_path):
    """tf2onnx declares none where its own inference gave up, and onnx's checker wants one."""
    text = """<ir_version: 8, opset_import: ["": 13]>
    g (float[N,6] x) => (int32[A,B,C] y) <int64[1] zero = {0}, int64[2] rest = {3,2}, int32 five = {5}> {
      s = Shape (x) n = Gather (s, zero) t = Concat <axis = 0> (n, rest)
      r = Reshape (x, t) i = Cast <to = 6> (r) y = Mod (i, five) }"""
    proto = parser.parse_model(text)
    proto.graph.output[0].type.tensor_type.ClearField("shape")
    onnx.save(proto, str(tmp_path / "model.onnx"))
    outcome = fix(str(tmp_path / "model.onnx"), OLD)
    assert outcome.changed and len(outcome.proto.graph.output[0].type.tensor_type.shape.dim) == 3, outcome.reason
